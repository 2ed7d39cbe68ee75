//! The words all feeds share for what was done.

use std::fmt;

/// What was done, in the words all feeds share. Words that no row of [`ACTIONS`] knows are kept.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// Something new came to be.
    Create,
    /// Something was changed.
    Update,
    /// Something was removed for good.
    Delete,
    /// A version went live.
    Publish,
    /// An earlier version was made the current one again.
    Rollback,
    /// A change was allowed.
    Approve,
    /// A change was refused.
    Reject,
    /// Something was put away and can come back.
    Archive,
    /// Something came back.
    Restore,
    /// Data about a person was erased.
    Erase,
    /// The feed's own word, in lower case.
    Other(Box<str>),
    /// The feed does not say.
    Unknown,
}

/// One row of [`ACTIONS`].
#[derive(Debug)]
pub struct ActionRow {
    /// The action.
    pub action: Action,
    /// The word for it in queries, columns and JSON.
    pub word: &'static str,
    /// The same in the past tense.
    pub past: &'static str,
    /// One character that stands beside the word, readable without colour.
    pub glyph: char,
    /// Other words that feeds and people use for it.
    pub aliases: &'static [&'static str],
}

/// Every action that has a meaning of its own, in the order lists show them.
pub const ACTIONS: &[ActionRow] = &[
    row(Action::Create, "create", "created", '+', &[]),
    row(Action::Update, "update", "updated", '~', &[]),
    row(Action::Delete, "delete", "deleted", 'x', &[]),
    row(Action::Publish, "publish", "published", '^', &[]),
    row(Action::Rollback, "rollback", "rolled_back", '<', &["rolledback"]),
    row(Action::Approve, "approve", "approved", 'v', &[]),
    row(Action::Reject, "reject", "rejected", '!', &[]),
    row(Action::Archive, "archive", "archived", '-', &["soft_delete", "soft_deleted"]),
    row(Action::Restore, "restore", "restored", '*', &[]),
    row(Action::Erase, "erase", "erased", '#', &["gdpr_erasure"]),
];

const fn row(
    action: Action,
    word: &'static str,
    past: &'static str,
    glyph: char,
    aliases: &'static [&'static str],
) -> ActionRow {
    ActionRow { action, word, past, glyph, aliases }
}

impl Action {
    /// The action that `word` means, whatever its case: a word, its past tense or an alias. Any other
    /// word is kept as [`Action::Other`]; no word at all is [`Action::Unknown`].
    pub fn from_word(word: &str) -> Self {
        let word = word.trim().to_lowercase();
        if word.is_empty() {
            return Self::Unknown;
        }
        ACTIONS
            .iter()
            .find(|row| row.word == word || row.past == word || row.aliases.contains(&word.as_str()))
            .map_or_else(|| Self::Other(word.into()), |row| row.action.clone())
    }

    /// The word for it in queries, columns and JSON.
    pub fn word(&self) -> &str {
        match self {
            Self::Other(word) => word,
            Self::Unknown => "unknown",
            known => known.row().map_or("unknown", |row| row.word),
        }
    }

    /// One character that stands beside the word.
    pub fn glyph(&self) -> char {
        self.row().map_or('?', |row| row.glyph)
    }

    fn row(&self) -> Option<&'static ActionRow> {
        ACTIONS.iter().find(|row| row.action == *self)
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_past_tenses_and_aliases_mean_one_action() {
        for (word, action) in [
            ("created", Action::Create),
            ("UPDATE", Action::Update),
            (" DELETE ", Action::Delete),
            ("soft_delete", Action::Archive),
            ("gdpr_erasure", Action::Erase),
            ("rolled_back", Action::Rollback),
            ("", Action::Unknown),
            ("Snapshot", Action::Other("snapshot".into())),
        ] {
            assert_eq!(Action::from_word(word), action, "{word}");
        }
    }

    #[test]
    fn no_word_means_two_actions_and_no_two_share_a_glyph() {
        let mut words: Vec<&str> = ACTIONS
            .iter()
            .flat_map(|row| [row.word, row.past].into_iter().chain(row.aliases.iter().copied()))
            .collect();
        let all = words.len();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), all);
        for (i, row) in ACTIONS.iter().enumerate() {
            assert!(ACTIONS[i + 1..].iter().all(|other| other.glyph != row.glyph));
            assert_eq!(Action::from_word(row.word).word(), row.word);
        }
    }
}
