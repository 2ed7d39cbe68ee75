//! An event as it may leave the program: to a file, the clipboard, another program, a model.
//!
//! Everything that goes out is made from a [`Leaving`], so that no writer can forget to mask. The rules are
//! those of the changes on the screen; a text that is masked in the record is masked wherever else in the event
//! it stands.

use std::borrow::Cow;
use std::sync::LazyLock;

use super::cover::{Covered, cover, may_hide};
use super::rules::{MASK, Matcher, Rules};
use super::snapshots::Snapshots;
use super::walk::redact_with;
use crate::domain::{Change, Event};

/// An event without the secrets in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Leaving {
    /// The event: its record, changes, facts and texts masked.
    pub event: Event,
    /// How many values are masked in it.
    pub masked: usize,
}

/// What is masked by its name alone.
static ANY: LazyLock<Matcher> = LazyLock::new(|| Matcher::new(&Rules::default()));

impl Leaving {
    /// `event` without the secrets in it.
    pub fn of(event: &Event) -> Self {
        let mut event = event.clone();
        let record = &mut event.record;
        let own = (!record.changes.is_empty()).then(|| Snapshots::rules(&record.changes));
        let rules = own.as_ref().unwrap_or(&ANY);
        let mut masked = masked_in(&record.changes);
        // The changes may come from a second answer, and their own masks may hide more than names do.
        let mut covered = Covered::default();
        if masked > 0 || may_hide(&record.raw) {
            covered = cover(&record.raw, rules, &[]);
            masked = masked.max(covered.hidden.len());
            record.raw = std::mem::take(&mut covered.text).into();
        }
        redact_with(&mut record.changes, &rules.within_texts());
        masked = masked.max(masked_in(&record.changes));
        for fact in record.facts.iter_mut().filter(|fact| rules.redacts_name(&fact.name)) {
            MASK.clone_into(&mut fact.value);
            masked += 1;
        }
        let texts = [&mut record.error, &mut record.summary, &mut record.ai_summary, &mut record.url];
        let facts = record.facts.iter_mut().map(|fact| &mut fact.value);
        for text in texts.into_iter().flatten().chain(facts) {
            if let Cow::Owned(clean) = covered.clean(text) {
                *text = clean;
            }
        }
        let sides = record.changes.iter_mut().flat_map(|change| [&mut change.before, &mut change.after]);
        sides.flatten().for_each(|value| covered.clean_value(value));
        Self { event, masked }
    }
}

/// Whether a field of this name is masked whatever a profile says.
pub fn names_secret(name: &str) -> bool {
    ANY.redacts_name(name)
}

/// How many of the changes have a masked value.
fn masked_in(changes: &[Change]) -> usize {
    let hides = |change: &&Change| {
        let sides = [&change.before, &change.after];
        sides.into_iter().flatten().any(|value| value.to_string().contains(MASK))
    };
    changes.iter().filter(hides).count()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::{Fact, Identity, Op, Record, Timestamp};

    const CANARY: &str = "sk_live_canary";

    fn event() -> Event {
        let identity = Identity::Native("e".into());
        let time = Timestamp::from_millis(1_000);
        Event::new("s", "f", None, Record::bare(identity, time))
    }

    #[test]
    fn a_secret_leaves_in_no_part_of_an_event() {
        let mut event = event();
        let record = &mut event.record;
        record.raw = json!({ "apiKey": CANARY, "n": 1 }).to_string().into();
        record.error = Some(format!("{CANARY} was refused"));
        record.summary = Some(format!("set to {CANARY}"));
        record.ai_summary = Some(format!("The key became {CANARY}."));
        record.url = Some(format!("https://x.example/?k={CANARY}"));
        record.facts = vec![
            Fact { name: "note".into(), value: CANARY.into() },
            Fact { name: "session token".into(), value: "short".into() },
        ];
        let sides = (Some(json!("short1")), Some(json!({ "password": CANARY })));
        record.changes =
            vec![Change { path: "auth".into(), op: Op::Replace, before: sides.0, after: sides.1 }];
        record.changes.push(Change {
            path: "note".into(),
            op: Op::Set,
            before: None,
            after: Some(json!(format!("see {CANARY}"))),
        });
        let left = Leaving::of(&event);
        let text = format!("{}{:?}", serde_json::to_string(&left.event).unwrap(), left.event.record);
        assert!(!text.contains(CANARY), "{text}");
        assert!(text.contains(r#""n":1"#) && text.contains("•••• was refused"), "{text}");
        assert_eq!(left.event.record.facts[1].value, MASK);
        assert_eq!(left.masked, 2);
    }

    #[test]
    fn a_name_that_the_feed_itself_masks_is_masked_in_its_record_too() {
        let mut event = event();
        event.record.raw = json!({ "pin": "4711-4711", "city": "Bonn" }).to_string().into();
        event.record.changes =
            vec![Change { path: "pin".into(), op: Op::Set, before: None, after: Some(json!(MASK)) }];
        let left = Leaving::of(&event);
        assert_eq!(&*left.event.record.raw, r#"{"pin":"••••","city":"Bonn"}"#);
    }

    #[test]
    fn an_event_without_secrets_leaves_as_it_is() {
        let mut event = event();
        event.record.raw = r#"{ "a": 1.10 }"#.into();
        assert_eq!(Leaving::of(&event), Leaving { event: event.clone(), masked: 0 });
    }
}
