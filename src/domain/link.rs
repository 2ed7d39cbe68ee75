//! How the entries of a feed hang together: each names the hash of the one before it.

/// What an entry says about the one before it, and what was seen of that one.
///
/// How a provider computes its hashes is its own business. Nothing here says that an entry is what it was
/// when it was written; it only says whether the hash that one entry names is the one that another bears.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Link {
    /// The hash of the entry.
    pub hash: Option<Box<str>>,
    /// The hash that it names as that of the entry before it.
    pub previous: Option<Box<str>>,
    /// The hash of the entry that stood next to it on the older side, in an answer that left nothing out
    /// between the two; `None` where that is not known.
    pub older: Option<Box<str>>,
}

/// What the cache knows about the link of an event.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum LinkState {
    /// The feed says nothing about the entry before.
    #[default]
    None,
    /// The entry that it names is not in the cache, and nothing says that it should be.
    Open,
    /// The entry that it names is there.
    Holds,
    /// Another entry stood in the place of the one that it names.
    Broken,
}

impl LinkState {
    /// The word for it in columns and JSON; none where there is nothing to say.
    pub fn word(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Open => Some("open"),
            Self::Holds => Some("holds"),
            Self::Broken => Some("broken"),
        }
    }

    /// What it means, as a phrase for people; none where there is nothing to say.
    pub fn words(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Open => Some("not known: the entry that it names as the one before is not in the cache"),
            Self::Holds => Some("holds: the entry before it bears the hash that it names"),
            Self::Broken => Some("broken: the entry before it does not bear the hash that it names"),
        }
    }
}
