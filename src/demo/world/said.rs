//! What a KaireonAI record says in its `changes` object, and how that fits into eight bytes.

use serde_json::{Value, json};

use super::names::{
    ARCHIVE_REASONS, PUBLISH_NOTES, REVIEW_COMMENTS, ROLLBACK_NOTES, STATUSES, STORY_PUBLISH_NOTE,
};

/// The `changes` object of one record. Numbers named `note`, `comment` and `reason` are places in the
/// tables of sentences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    Nothing,
    Status { from: u16, to: u16 },
    Priority { value: u16 },
    Limit { from: u16, to: u16 },
    Timeout { from: u16, to: u16 },
    Weights { propensity: u16 },
    Tag { tag: u16, added: bool },
    Published { version: u16, note: u16 },
    RolledBack { from: u16, to: u16, note: u16 },
    Reviewed { comment: u16 },
    Archived { reason: u16 },
    Erased { interactions: u16, summaries: u16 },
    Fallback { from: u16, to: u16 },
}

/// Tags that come and go.
const TAGS: &[&str] = &["spring", "vip", "test-cell", "regulated", "evergreen", "partner"];

impl Said {
    /// Everything in one number: the form in the lowest sixteen bits, then up to three values.
    pub(super) fn pack(self) -> u64 {
        let parts = match self {
            Self::Nothing => [0, 0, 0, 0],
            Self::Status { from, to } => [1, from, to, 0],
            Self::Priority { value } => [2, value, 0, 0],
            Self::Limit { from, to } => [3, from, to, 0],
            Self::Weights { propensity } => [4, propensity, 0, 0],
            Self::Tag { tag, added } => [5, tag, u16::from(added), 0],
            Self::Published { version, note } => [6, version, note, 0],
            Self::RolledBack { from, to, note } => [7, from, to, note],
            Self::Reviewed { comment } => [8, comment, 0, 0],
            Self::Archived { reason } => [9, reason, 0, 0],
            Self::Erased { interactions, summaries } => [10, interactions, summaries, 0],
            Self::Fallback { from, to } => [11, from, to, 0],
            Self::Timeout { from, to } => [12, from, to, 0],
        };
        parts.iter().rev().fold(0, |bits, part| (bits << 16) | u64::from(*part))
    }

    /// What [`Said::pack`] put away.
    pub(super) fn unpack(bits: u64) -> Self {
        let [form, a, b, c] = [0, 16, 32, 48].map(|shift| (bits >> shift) as u16);
        match form {
            1 => Self::Status { from: a, to: b },
            2 => Self::Priority { value: a },
            3 => Self::Limit { from: a, to: b },
            4 => Self::Weights { propensity: a },
            5 => Self::Tag { tag: a, added: b == 1 },
            6 => Self::Published { version: a, note: b },
            7 => Self::RolledBack { from: a, to: b, note: c },
            8 => Self::Reviewed { comment: a },
            9 => Self::Archived { reason: a },
            10 => Self::Erased { interactions: a, summaries: b },
            11 => Self::Fallback { from: a, to: b },
            12 => Self::Timeout { from: a, to: b },
            _ => Self::Nothing,
        }
    }

    /// The object as it goes over the wire.
    pub(super) fn tell(self) -> Value {
        match self {
            Self::Nothing => json!({}),
            Self::Status { from, to } => {
                json!({ "status": { "from": pick(STATUSES, from), "to": pick(STATUSES, to) } })
            }
            Self::Priority { value } => json!({ "priority": value }),
            Self::Limit { from, to } => json!({ "limits": { "perCustomer": { "from": from, "to": to } } }),
            Self::Timeout { from, to } => json!({ "timeoutSeconds": { "from": 15 * from, "to": 15 * to } }),
            Self::Weights { propensity } => {
                let rest = 100_u16.saturating_sub(propensity);
                json!({ "weights": {
                    "propensity": hundredths(propensity),
                    "context": hundredths(rest / 2),
                    "value": hundredths(rest - rest / 2),
                } })
            }
            Self::Tag { tag, added: true } => json!({ "tags": { "added": [pick(TAGS, tag)] } }),
            Self::Tag { tag, added: false } => json!({ "tags": { "removed": [pick(TAGS, tag)] } }),
            Self::Published { version, note } => {
                let notes = PUBLISH_NOTES.get(usize::from(note)).copied().unwrap_or(STORY_PUBLISH_NOTE);
                json!({ "version": version, "notes": notes })
            }
            Self::RolledBack { from, to, note } => json!({
                "action": "rollback",
                "fromVersion": from,
                "toVersion": to,
                "newVersion": from.saturating_add(1),
                "notes": format!("Rollback to v{to}: {}", pick(ROLLBACK_NOTES, note)),
            }),
            Self::Reviewed { comment } => json!({ "comment": pick(REVIEW_COMMENTS, comment) }),
            Self::Archived { reason } => json!({ "reason": pick(ARCHIVE_REASONS, reason) }),
            Self::Erased { interactions, summaries } => {
                json!({ "interactions": interactions, "summaries": summaries })
            }
            Self::Fallback { from, to } => json!({
                "fallbackRateLimit": { "from": from, "to": to },
                "reason": "Fallback rate limit lowered: too many decisions without an eligible offer",
            }),
        }
    }
}

impl Said {
    /// The tags whose bits are set.
    pub(super) fn tags(bits: u16) -> Value {
        let set = TAGS.iter().enumerate().filter(|(tag, _)| bits & (1 << tag) != 0);
        set.map(|(_, tag)| *tag).collect()
    }
}

fn hundredths(value: u16) -> f64 {
    f64::from(value) / 100.0
}

fn pick(sentences: &[&'static str], place: u16) -> &'static str {
    sentences[usize::from(place) % sentences.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_comes_out_as_it_went_in() {
        for said in [
            Said::Nothing,
            Said::Status { from: 0, to: 1 },
            Said::Priority { value: 75 },
            Said::Limit { from: 2, to: 3 },
            Said::Timeout { from: 2, to: 4 },
            Said::Weights { propensity: 60 },
            Said::Tag { tag: 4, added: true },
            Said::Tag { tag: 4, added: false },
            Said::Published { version: 512, note: 9 },
            Said::RolledBack { from: u16::MAX, to: 1, note: 5 },
            Said::Reviewed { comment: 2 },
            Said::Archived { reason: 3 },
            Said::Erased { interactions: 412, summaries: 38 },
            Said::Fallback { from: 1_200, to: 300 },
        ] {
            assert_eq!(Said::unpack(said.pack()), said);
            assert!(said.tell().is_object());
        }
    }

    #[test]
    fn a_rollback_names_all_three_versions() {
        let said = Said::RolledBack { from: 7, to: 6, note: 0 }.tell();
        assert_eq!(said["fromVersion"], 7);
        assert_eq!(said["toVersion"], 6);
        assert_eq!(said["newVersion"], 8);
        assert_eq!(said["notes"], "Rollback to v6: CTR drop of 38 % on the home page since 14:20");
        assert_eq!(Said::Weights { propensity: 61 }.tell()["weights"]["value"], 0.2);
    }
}
