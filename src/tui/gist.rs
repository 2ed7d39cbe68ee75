//! Changed fields in the fewest words, for a place of one line.
//!
//! ```text
//! mode auto → manual +2
//! ```

use serde_json::Value;

use crate::domain::{Change, Op};

/// Characters of one value; a longer one is cut.
const VALUE: usize = 60;

/// The first of `changes`, and how many more there are; `None` when there are none.
pub(super) fn of<'a>(changes: impl Iterator<Item = &'a Change>) -> Option<String> {
    let mut changes = changes;
    let first = words(changes.next()?);
    Some(match changes.count() {
        0 => first,
        more => format!("{first} +{more}"),
    })
}

fn words(change: &Change) -> String {
    let path = change.path.as_str();
    let before = change.before.as_ref().map(value);
    let after = change.after.as_ref().map(value);
    match (change.op, before, after) {
        (Op::Add, _, Some(after)) => format!("+ {path} {after}"),
        (Op::Remove, Some(before), _) => format!("− {path} {before}"),
        (Op::Add, _, None) => format!("+ {path}"),
        (Op::Remove, None, _) => format!("− {path}"),
        (_, Some(before), Some(after)) => format!("{path} {before} → {after}"),
        (_, None, Some(after)) => format!("{path} {after}"),
        (_, Some(before), None) => format!("{path} {before} → ?"),
        (_, None, None) => path.to_owned(),
    }
}

/// A value without the marks that only a program needs, cut where it is long.
fn value(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match text.char_indices().nth(VALUE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_first_field_is_told_and_the_others_are_counted() {
        let change = |op, before: Option<Value>, after: Option<Value>| Change {
            path: "a.b".into(),
            op,
            before,
            after,
        };
        for (op, before, after, expected) in [
            (Op::Replace, Some(json!("x")), Some(json!("y")), "a.b x → y"),
            (Op::Replace, Some(json!(null)), Some(json!([1])), "a.b null → [1]"),
            (Op::Set, None, Some(json!(true)), "a.b true"),
            (Op::Add, None, Some(json!(3)), "+ a.b 3"),
            (Op::Remove, Some(json!(3)), None, "− a.b 3"),
            (Op::Replace, Some(json!(3)), None, "a.b 3 → ?"),
            (Op::Remove, None, None, "− a.b"),
            (Op::Move, None, None, "a.b"),
        ] {
            assert_eq!(of([change(op, before, after)].iter()).as_deref(), Some(expected), "{op:?}");
        }
        let two = [change(Op::Set, None, Some(json!(1))), change(Op::Set, None, Some(json!(2)))];
        assert_eq!(of(two.iter()).as_deref(), Some("a.b 1 +1"));
        assert_eq!(of([].iter()), None);
    }

    #[test]
    fn a_long_value_is_cut() {
        let change =
            Change { path: "n".into(), op: Op::Set, before: None, after: Some(json!("é".repeat(1_000))) };
        assert_eq!(words(&change).chars().count(), 2 + VALUE + 1);
    }
}
