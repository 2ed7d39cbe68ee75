//! JSON within bounds: what a stranger wrote can be nested so deeply, or be so long, that reading it costs more
//! than it can be worth.
//!
//! The parser itself ends at 128 levels, so nothing here can run out of stack. What is never read but only cut
//! out and kept, as records are, may be as deep as it likes.

use serde_json::Value;

/// The longest record that is read, in bytes.
const RECORD: usize = 1024 * 1024;
/// How many lists and objects may stand inside each other.
const DEPTH: usize = 64;

/// A document that is not nested too deeply. The error says in words for people what is wrong with it, and
/// follows "it".
pub(super) fn document(text: &str) -> Result<Value, String> {
    match serde_json::from_str(text) {
        Ok(value) if fits(&value, DEPTH) => Ok(value),
        Err(error) if !error.to_string().starts_with("recursion limit") => {
            Err(format!("is not readable JSON: {error}"))
        }
        Ok(_) | Err(_) => Err(too_deep()),
    }
}

/// The same for a record, which may not be too long either.
pub(super) fn record(text: &str) -> Result<Value, String> {
    check_length(text)?;
    document(text)
}

/// The same for one that was parsed already, as a part of something larger.
pub(super) fn part(text: &str, value: &Value) -> Result<(), String> {
    check_length(text)?;
    if fits(value, DEPTH) { Ok(()) } else { Err(too_deep()) }
}

fn check_length(text: &str) -> Result<(), String> {
    if text.len() <= RECORD {
        return Ok(());
    }
    let size = text.len() as f64 / RECORD as f64;
    Err(format!("is {size:.1} MiB long, and a record may have 1 MiB"))
}

fn too_deep() -> String {
    format!("is nested more than {DEPTH} levels deep")
}

/// Whether no more than `levels` lists and objects stand inside each other.
fn fits(value: &Value, levels: usize) -> bool {
    match value {
        Value::Array(list) => levels > 0 && list.iter().all(|inner| fits(inner, levels - 1)),
        Value::Object(members) => levels > 0 && members.values().all(|inner| fits(inner, levels - 1)),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(levels: usize) -> String {
        ["[".repeat(levels / 2), "{\"a\":".repeat(levels.div_ceil(2)), "1".to_owned()].concat()
            + &"}".repeat(levels.div_ceil(2))
            + &"]".repeat(levels / 2)
    }

    #[test]
    fn sixty_four_levels_are_read_and_no_more() {
        assert!(document(&nested(64)).is_ok());
        for levels in [65, 127, 128, 129, 10_000, 1_000_000] {
            assert_eq!(
                document(&nested(levels)).unwrap_err(),
                "is nested more than 64 levels deep",
                "{levels}"
            );
        }
        assert!(document(&"[".repeat(64)).unwrap_err().starts_with("is not readable JSON"));
    }

    #[test]
    fn a_record_has_a_mebibyte_at_most() {
        let of = |length: usize| format!("\"{}\"", "x".repeat(length - 2));
        assert!(record(&of(RECORD)).is_ok());
        assert_eq!(record(&of(RECORD * 5 / 2)).unwrap_err(), "is 2.5 MiB long, and a record may have 1 MiB");
        assert!(document(&of(RECORD + 1)).is_ok());
    }
}
