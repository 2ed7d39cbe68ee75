//! The endpoint that summaries are asked of: `[ai]`.

use std::time::Duration;

use super::base;
use super::problem::Reader;
use super::secret::SecretRef;
use super::source::{self, Surroundings};
use super::table::{Field, Table};
use crate::domain::is_loopback;

const KEYS: &[&str] = &["base_url", "model", "key", "timeout", "max_events", "stream", "insecure_http"];

/// How long the answer of a model may take.
const TIMEOUT: Duration = Duration::from_secs(120);
const TIMEOUT_LIMITS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30 * 60));

/// How many events are told of at most.
const MAX_EVENTS: usize = 200;
const MAX_EVENTS_LIMIT: i64 = 5_000;

/// A model and where it is asked: any server that speaks OpenAI's chat completions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ai {
    /// Scheme, host, port and path below which `/chat/completions` is, without a slash at its end.
    pub base_url: String,
    /// Scheme, host and port.
    pub origin: String,
    /// The model by the name that the server knows.
    pub model: String,
    /// Where the key comes from; servers on one's own machine often need none.
    pub key: Option<SecretRef>,
    /// How long the whole answer may take, and each silence in it.
    pub timeout: Duration,
    /// How many events are told of at most.
    pub max_events: usize,
    /// Whether the answer is shown as it is written.
    pub stream: bool,
    /// Whether records may travel over plain `http` to another machine.
    pub insecure_http: bool,
}

/// The lines that switch summaries on.
pub const AI_LINES: [&str; 6] = [
    "[ai]",
    "# Ollama, vLLM, or a vendor's address",
    "base_url = \"http://localhost:11434/v1\"",
    "model = \"llama3.1\"",
    "# only where the server asks for one",
    "key = { env = \"AI_KEY\" }",
];

impl Ai {
    /// Where the model is, as it is said to people: `local`, else the host.
    pub fn place(&self) -> &str {
        let authority =
            self.origin.split_once("://").map_or(self.origin.as_str(), |(_, authority)| authority);
        let host = match authority.rfind(':') {
            Some(colon) if !authority.ends_with(']') => &authority[..colon],
            _ => authority,
        };
        if is_loopback(host.trim_matches(['[', ']'])) { "local" } else { host }
    }
}

pub(super) fn read(reader: &mut Reader<'_>, field: &Field<'_>, around: &Surroundings<'_>) -> Option<Ai> {
    let table = field.table(reader, "{ base_url = \"http://localhost:11434/v1\", model = \"llama3.1\" }")?;
    table.only(reader, KEYS, |key| (key == "base").then(|| "did you mean `base_url`?".to_owned()));
    let get = |key| Table::get(&table, key);
    let insecure_http = get("insecure_http").and_then(|field| field.boolean(reader)).unwrap_or(false);
    let mut needed = |key: &str, example: &str| {
        let found = Table::get(&table, key);
        if found.is_none() {
            let help = format!("add `{key} = {example}`");
            reader.note(&table.span, &format!("ai.{key}"), "summaries need this", help);
        }
        found
    };
    let (address, model) =
        (needed("base_url", "\"http://localhost:11434/v1\""), needed("model", "\"llama3.1\""));
    let base = address.and_then(|field| {
        let text = field.text(reader, "\"http://localhost:11434/v1\"");
        let Some(text) = text else {
            reader.withhold(&field.span);
            return None;
        };
        base::parse(text, insecure_http)
            .map_err(|bad| {
                if bad.secret {
                    reader.withhold(&field.span);
                }
                reader.note(
                    &field.span,
                    &field.path,
                    bad.message,
                    bad.help.replace("[source.secret]", "key"),
                );
            })
            .ok()
    });
    let model = model.and_then(|field| field.text(reader, "\"llama3.1\"")).map(str::to_owned);
    let key = get("key").and_then(|field| source::secret(reader, field, None, around));
    let timeout = get("timeout").and_then(|field| source::length(reader, field, "120s", TIMEOUT_LIMITS));
    let max_events = get("max_events").and_then(|field| count(reader, field));
    let stream = get("stream").and_then(|field| field.boolean(reader));
    let (base, model) = (base?, model?);
    Some(Ai {
        base_url: base.url,
        origin: base.origin,
        model,
        key,
        timeout: timeout.unwrap_or(TIMEOUT),
        max_events: max_events.unwrap_or(MAX_EVENTS),
        stream: stream.unwrap_or(true),
        insecure_http,
    })
}

fn count(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<usize> {
    let number =
        field.value.as_integer().and_then(|number| i64::from_str_radix(number.as_str(), number.radix()).ok());
    let fits = number.filter(|number| (1..=MAX_EVENTS_LIMIT).contains(number));
    if fits.is_none() {
        let help = format!("write `{} = {MAX_EVENTS}`", field.key);
        reader.note(
            &field.span,
            &field.path,
            format!("this is no number from 1 to {MAX_EVENTS_LIMIT}"),
            help,
        );
    }
    fits.and_then(|number| usize::try_from(number).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Options, SecretFrom, paths};
    use crate::feed::Catalog;

    fn parse(text: &str) -> Result<Config, Vec<String>> {
        let paths = paths(&Options::default()).unwrap();
        Config::parse(&paths, text, &Catalog::built_in())
            .map_err(|problems| problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn an_endpoint_is_read_and_says_where_it_is() {
        assert_eq!(parse("").unwrap().ai, None);
        let ai =
            parse("[ai]\nbase_url = \"http://localhost:11434/v1/\"\nmodel = \"m\"\n").unwrap().ai.unwrap();
        assert_eq!((ai.base_url.as_str(), ai.place()), ("http://localhost:11434/v1", "local"));
        assert_eq!(
            (ai.timeout, ai.max_events, ai.stream, ai.key.is_none()),
            (TIMEOUT, MAX_EVENTS, true, true)
        );
        let text = "[ai]\nbase_url = \"https://api.example.com:8443/v1\"\nmodel = \"m\"\nkey = { env = \"AI_KEY\" }\n\
                    timeout = \"30s\"\nmax_events = 50\nstream = false\n";
        let config = parse(text).unwrap();
        let ai = config.ai.as_ref().unwrap();
        assert_eq!(
            (ai.place(), ai.timeout.as_secs(), ai.max_events, ai.stream),
            ("api.example.com", 30, 50, false)
        );
        assert_eq!(ai.key.as_ref().unwrap().from, SecretFrom::Env("AI_KEY".into()));
        assert!(
            config.secrets().any(|secret| secret.variable().as_deref() == Some("AI_KEY")),
            "children do not see it"
        );
        for (origin, place) in
            [("http://[::1]:80", "local"), ("http://127.0.0.1:1", "local"), ("https://a", "a")]
        {
            assert_eq!(Ai { origin: origin.into(), ..ai.clone() }.place(), place);
        }
        let lines = AI_LINES.join("\n");
        assert!(parse(&lines).unwrap().ai.is_some(), "{lines}");
        // With their margin they stay whole where the screen is narrow: half a comment is no comment.
        assert!(AI_LINES.iter().all(|line| line.len() <= 50), "{lines}");
    }

    #[test]
    fn what_is_wrong_with_it_is_said() {
        for (text, words) in [
            (
                "[ai]\nmodel = \"m\"",
                "`ai.base_url`: summaries need this; add `base_url = \"http://localhost:11434/v1\"`",
            ),
            ("[ai]\nbase_url = \"https://a\"", "`ai.model`: summaries need this"),
            (
                "[ai]\nbase_url = \"http://ai.example.com\"\nmodel = \"m\"",
                "plain `http` would show the secrets",
            ),
            (
                "[ai]\nbase_url = \"https://a\"\nmodel = \"m\"\nkey = \"sk_live_1\"",
                "a secret must not stand in this file",
            ),
            (
                "[ai]\nbase_url = \"https://a\"\nmodel = \"m\"\nmax_events = 0",
                "this is no number from 1 to 5000",
            ),
            ("[ai]\nbase_url = \"https://a\"\nmodel = \"m\"\ntimeout = \"2h\"", "this is not between"),
            ("[ai]\nbase_url = \"https://a\"\nmodell = \"m\"", "did you mean `model`?"),
        ] {
            let problems = parse(text).unwrap_err().join("\n");
            assert!(problems.contains(words) && !problems.contains("sk_live"), "{problems}");
        }
    }
}
