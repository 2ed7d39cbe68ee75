//! The answer, as it comes: server-sent events or one JSON object, in pieces cut anywhere.
//!
//! Servers differ in what they leave out, so only what is needed is read and everything may be missing. Nothing
//! grows without end, and nothing that comes is believed to be more than text.

use serde_json::Value;

/// The longest answer that is kept, in bytes.
const MOST: usize = 32 * 1024;

/// The longest line of a stream, and the longest answer that comes whole, in bytes.
const LINE: usize = 1024 * 1024;

/// The longest message of a server that is shown, in characters.
const SHOWN: usize = 200;

/// Why there is no whole answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// It ended before the model had.
    #[error("the answer broke off before its end")]
    BrokeOff,
    /// It is no answer of a model.
    #[error("what came is no completion: check that `base_url` ends where `/chat/completions` begins")]
    NotACompletion,
    /// The server said what went wrong.
    #[error("the model's server says: {0}")]
    Said(String),
    /// There was no text in it.
    #[error("the model gave no text")]
    Empty,
    /// It is longer than any answer.
    #[error("the answer is longer than any that is read")]
    TooLong,
}

/// An answer that is being read.
#[derive(Debug, Default)]
pub struct Answer {
    /// What has come and was not read yet.
    rest: Vec<u8>,
    /// The text so far.
    text: String,
    /// Whether it comes as server-sent events; nothing until that shows.
    streams: Option<bool>,
    /// The data of the event that is being read.
    data: String,
    /// Whether the model has said that it is done.
    done: bool,
    /// Whether text was left out because there was too much.
    cut: bool,
}

impl Answer {
    /// Takes the next bytes.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), AnswerError> {
        if self.rest.len() + bytes.len() > LINE {
            return Err(AnswerError::TooLong);
        }
        self.rest.extend_from_slice(bytes);
        if self.streams.is_none() {
            let start = self.rest.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&self.rest);
            self.streams = start.iter().find(|byte| !byte.is_ascii_whitespace()).map(|first| *first != b'{');
        }
        if self.streams != Some(true) {
            return Ok(());
        }
        while let Some(end) = self.rest.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.rest.drain(..=end).collect();
            let line = String::from_utf8_lossy(&line);
            self.line(line.trim_start_matches('\u{feff}').trim_end_matches(['\n', '\r']))?;
        }
        Ok(())
    }

    /// The text so far.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether the model is done; what may still come is not needed.
    pub fn is_done(&self) -> bool {
        self.done
    }

    /// The whole text, or why it is not there.
    pub fn finish(mut self) -> Result<String, AnswerError> {
        if self.streams == Some(true) {
            // The last line may have no end.
            let rest = std::mem::take(&mut self.rest);
            self.line(String::from_utf8_lossy(&rest).trim_end_matches('\r'))?;
            self.line("")?;
        } else {
            let rest = std::mem::take(&mut self.rest);
            let whole: Value = serde_json::from_slice(&rest).map_err(|error| {
                if error.is_eof() && !rest.is_empty() {
                    AnswerError::BrokeOff
                } else {
                    AnswerError::NotACompletion
                }
            })?;
            self.take(&whole)?;
            self.done = !self.text.is_empty();
        }
        match self.text.trim() {
            "" if self.done => Err(AnswerError::Empty),
            "" => Err(AnswerError::NotACompletion),
            _ if !self.done => Err(AnswerError::BrokeOff),
            text if self.cut => Ok(format!("{text} …")),
            text => Ok(text.to_owned()),
        }
    }

    fn line(&mut self, line: &str) -> Result<(), AnswerError> {
        if let Some(data) = line.strip_prefix("data:") {
            if self.data.len() + data.len() > LINE {
                return Err(AnswerError::TooLong);
            }
            if !self.data.is_empty() {
                self.data.push('\n');
            }
            self.data.push_str(data.strip_prefix(' ').unwrap_or(data));
            // Most servers send one line for each event, and some forget the empty one after it.
            if self.data == "[DONE]" || serde_json::from_str::<serde::de::IgnoredAny>(&self.data).is_ok() {
                return self.event();
            }
            return Ok(());
        }
        if line.is_empty() { self.event() } else { Ok(()) }
    }

    fn event(&mut self) -> Result<(), AnswerError> {
        let data = std::mem::take(&mut self.data);
        match data.trim() {
            "" => Ok(()),
            "[DONE]" => {
                self.done = true;
                Ok(())
            }
            json => match serde_json::from_str(json) {
                Ok(value) => self.take(&value),
                // What cannot be read is no text of the model.
                Err(_) => Ok(()),
            },
        }
    }

    fn take(&mut self, value: &Value) -> Result<(), AnswerError> {
        if let Some(said) = error_in(value) {
            return Err(AnswerError::Said(said));
        }
        let choice = value.pointer("/choices/0");
        let text = choice.and_then(|choice| {
            ["/delta/content", "/message/content", "/text"].iter().find_map(|at| choice.pointer(at)?.as_str())
        });
        if let Some(text) = text {
            let room = MOST.saturating_sub(self.text.len());
            let end = (0..=room.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            self.text.push_str(&text[..end]);
            self.cut |= end < text.len();
        }
        let ended = choice.and_then(|choice| choice.get("finish_reason")?.as_str());
        self.done |= ended.is_some_and(|reason| !reason.is_empty()) || self.cut;
        Ok(())
    }
}

/// What a server says is wrong in an answer that is none.
fn error_in(value: &Value) -> Option<String> {
    let error = value.get("error").filter(|error| !error.is_null())?;
    let said = error.get("message").and_then(Value::as_str).or_else(|| error.as_str());
    Some(short(said.unwrap_or("an error without words")))
}

/// Why a server refused, from its status and what it sent with it, in words with what to do.
pub fn refused(status: u16, body: &[u8]) -> String {
    let value: Option<Value> = serde_json::from_slice(body).ok();
    let said = value.as_ref().and_then(|value| {
        error_in(value).or_else(|| value.get("detail").or(value.get("message"))?.as_str().map(short))
    });
    let said = said.map(|said| format!(": {said}")).unwrap_or_default();
    let todo = match status {
        401 | 403 => "; check `key` under `[ai]`",
        404 => "; check `base_url` and `model` under `[ai]`",
        413 => "; ask about fewer events",
        429 => "; wait, or ask about fewer events",
        _ => "",
    };
    format!("the model's server answered {status}{said}{todo}")
}

/// The first characters of what a server says, on one line.
fn short(said: &str) -> String {
    let mut chars = said.chars().map(|c| if c.is_control() { ' ' } else { c });
    let shown: String = chars.by_ref().take(SHOWN).collect();
    if chars.next().is_some() { shown + "…" } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAM: &str = ": hello\r\n\r\ndata: {\"choices\":[{\"delta\":{\"role\":\"assistant\"},\"finish_reason\":null}]}\r\n\r\n\
        data: {\"choices\":[{\"delta\":{\"content\":\"Größe \"}}]}\n\nevent: x\ndata:{\"choices\":[{\"delta\":{\"content\":\"went\"},\"finish_reason\":\"\"}]}\n\n\
        data: {\"choices\":[],\"usage\":{}}\n\ndata: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";

    fn read(parts: &[&[u8]]) -> Result<String, AnswerError> {
        let mut answer = Answer::default();
        parts.iter().try_for_each(|part| answer.push(part))?;
        answer.finish()
    }

    #[test]
    fn a_stream_is_read_wherever_it_is_cut() {
        let bytes = STREAM.as_bytes();
        for at in 0..bytes.len() {
            assert_eq!(read(&[&bytes[..at], &bytes[at..]]).as_deref(), Ok("Größe went"), "{at}");
        }
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        assert_eq!(read(&single).as_deref(), Ok("Größe went"));
        let marked = [b"\xEF\xBB\xBF".as_slice(), bytes];
        assert_eq!(read(&marked).as_deref(), Ok("Größe went"));
    }

    #[test]
    fn a_stream_that_ends_early_never_counts_as_whole() {
        let bytes = STREAM.as_bytes();
        let whole = STREAM.find("\"stop\"").unwrap();
        for at in 0..whole {
            assert!(read(&[&bytes[..at]]).is_err(), "{at}");
        }
    }

    #[test]
    fn an_answer_may_come_whole() {
        for (body, text) in [
            (r#"{"choices":[{"message":{"content":" Done. "},"finish_reason":"stop"}]}"#, Ok("Done.")),
            (r#"{"choices":[{"message":{"content":"Done."}}]}"#, Ok("Done.")),
            (r#"{"choices":[{"message":{"content":"Do"#, Err(AnswerError::BrokeOff)),
            (r#"{"choices":[{"message":{"content":null}}]}"#, Err(AnswerError::NotACompletion)),
            (
                r#"{"error":{"message":"no\u001b such model"}}"#,
                Err(AnswerError::Said("no  such model".into())),
            ),
            ("<!doctype html><html>Sign in</html>", Err(AnswerError::NotACompletion)),
            ("", Err(AnswerError::NotACompletion)),
            ("{}", Err(AnswerError::NotACompletion)),
        ] {
            assert_eq!(read(&[body.as_bytes()]), text.map(str::to_owned), "{body}");
        }
        let error = b"data: {\"error\":\"overloaded\"}\n\n";
        assert_eq!(read(&[error]), Err(AnswerError::Said("overloaded".into())));
    }

    #[test]
    fn an_answer_without_end_is_cut() {
        let piece =
            format!("data: {{\"choices\":[{{\"delta\":{{\"content\":\"{}\"}}}}]}}\n\n", "é".repeat(500));
        let mut answer = Answer::default();
        for _ in 0..1_000 {
            answer.push(piece.as_bytes()).unwrap();
        }
        assert!(answer.is_done());
        let text = answer.finish().unwrap();
        assert!(text.len() <= MOST + 5 && text.ends_with('…'));
        let mut endless = Answer::default();
        let more = vec![b'x'; 700_000];
        assert_eq!(endless.push(&more).and_then(|()| endless.push(&more)), Err(AnswerError::TooLong));
    }

    #[test]
    fn a_refusal_says_what_to_do() {
        for (status, body, words) in [
            (401, r#"{"error":{"message":"bad key"}}"#, "answered 401: bad key; check `key`"),
            (429, "slow down", "answered 429; wait"),
            (404, r#"{"detail":"Not Found"}"#, "answered 404: Not Found; check `base_url`"),
            (500, "<html>", "answered 500"),
        ] {
            assert!(refused(status, body.as_bytes()).contains(words), "{}", refused(status, body.as_bytes()));
        }
    }
}
