//! Changed fields in the fewest words, for a place of one line.
//!
//! ```text
//! mode auto → manual +2 more
//! ```

use serde_json::Value;

use crate::diff::{MASK, names_secret};
use crate::domain::{Change, Op, Safe};

/// Characters of one value; a longer one is cut.
const VALUE: usize = 60;

/// Among so many changes the most telling one is looked for.
const LOOKED_AT: usize = 24;

/// What stands behind the number of further changes.
const MORE: &str = " more";

/// The most telling of `changes`, and how many more there are; `None` when there are none.
pub(super) fn of<'a>(changes: impl Iterator<Item = &'a Change>) -> Option<String> {
    let mut changes = changes;
    // A row is drawn between two keys, and an event may name thousands of fields.
    let looked_at: Vec<&Change> = changes.by_ref().take(LOOKED_AT).collect();
    let all = looked_at.len() + changes.count();
    let first = words(looked_at.into_iter().min_by_key(|change| silence(change))?);
    Some(match all {
        1 => first,
        all => format!("{first} +{}{MORE}", all - 1),
    })
}

/// A gist in `room` cells: how many more changes there are is said in fewer where that makes it fit.
pub(super) fn fitted(text: &str, room: usize) -> &str {
    match text.strip_suffix(MORE) {
        Some(short) if Safe::line(text).width() > room => short,
        _ => text,
    }
}

/// How little a change tells: least where what was and what is are known, most where neither is. Of those that tell
/// as much the first stands for all.
fn silence(change: &Change) -> u8 {
    match (change.op, &change.before, &change.after) {
        (Op::Move, ..) => 1,
        _ if is_secret(change) => 1,
        (_, Some(before), Some(after)) if before != after => 0,
        (Op::Add, _, Some(_)) | (Op::Remove, Some(_), _) => 0,
        (_, None, None) => 2,
        _ => 1,
    }
}

/// Whether its values are nobody's business, in case they were not masked before they were kept.
fn is_secret(change: &Change) -> bool {
    names_secret(change.path.rsplit(['.', '/']).next().unwrap_or_default())
}

fn words(change: &Change) -> String {
    let path = change.path.as_str();
    if is_secret(change) {
        return format!("{path} {MASK}");
    }
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
        let mut secret = change(Op::Replace, Some(json!("k1")), Some(json!("k2")));
        secret.path = "auth.api_key".into();
        assert_eq!(of([&secret].into_iter()).as_deref(), Some("auth.api_key ••••"));
        let plain = change(Op::Set, None, Some(json!(1)));
        assert_eq!(
            of([&plain, &secret].into_iter()).as_deref(),
            Some("a.b 1 +1 more"),
            "not the secret first"
        );
        let two = [change(Op::Set, None, Some(json!(1))), change(Op::Set, None, Some(json!(2)))];
        assert_eq!(of(two.iter()).as_deref(), Some("a.b 1 +1 more"));
        let real = [
            change(Op::Set, None, Some(json!("Initial publish"))),
            change(Op::Replace, Some(json!("x")), Some(json!("y"))),
            change(Op::Add, None, Some(json!(3))),
            change(Op::Replace, Some(json!("z")), Some(json!("a"))),
        ];
        assert_eq!(of(real.iter()).as_deref(), Some("a.b x → y +3 more"), "a note hides no change");
        assert_eq!(fitted("a +1 more", 9), "a +1 more");
        assert_eq!(fitted("a +1 more", 8), "a +1");
        assert_eq!(of(real[..2].iter()).as_deref(), Some("a.b x → y +1 more"));
        assert_eq!(of([].iter()), None);
    }

    #[test]
    fn a_long_value_is_cut() {
        let change =
            Change { path: "n".into(), op: Op::Set, before: None, after: Some(json!("é".repeat(1_000))) };
        assert_eq!(words(&change).chars().count(), 2 + VALUE + 1);
    }
}
