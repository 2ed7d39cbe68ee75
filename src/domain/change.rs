//! One changed field.

use serde_json::Value;

/// One field that a change touched.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// A readable path from the root of the entity: `config.mode`, `produces[order.created].owner`.
    pub path: String,
    /// What happened to the field.
    pub op: Op,
    /// The value before; `None` when there was none or the feed does not say. JSON null is `Some(Null)`.
    pub before: Option<Value>,
    /// The value after; `None` when there is none or the feed does not say. JSON null is `Some(Null)`.
    pub after: Option<Value>,
}

/// What happened to a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Op {
    /// It was not there before.
    Add,
    /// It is not there any more.
    Remove,
    /// It has another value.
    Replace,
    /// The same value stands in another place.
    Move,
    /// The feed names a value without saying what was there before.
    Set,
}

impl Op {
    /// The word for it in JSON and in the store.
    pub fn word(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Remove => "remove",
            Self::Replace => "replace",
            Self::Move => "move",
            Self::Set => "set",
        }
    }

    /// The operation that [`Op::word`] names.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Add, Self::Remove, Self::Replace, Self::Move, Self::Set]
            .into_iter()
            .find(|op| op.word() == word)
    }
}
