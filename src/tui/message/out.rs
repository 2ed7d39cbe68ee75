//! What goes out of the program: to a file, the clipboard, a model.

use crate::domain::{Rows, Summary};
use crate::export::Format;

/// What a model would be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Who will have written the answer: `AI · model · local`.
    pub label: String,
    /// To whom, how much, and what is masked and left out, in one line.
    pub head: String,
    /// All of it, line by line.
    pub lines: Vec<String>,
    /// What was answered to the same question before.
    pub kept: Option<Summary>,
}

/// Events on their way out of the program.
#[derive(Debug, Clone, PartialEq)]
pub struct Outgoing {
    /// Their places.
    pub rows: Rows,
    /// What they become.
    pub format: Format,
    /// Whether secrets go out as they were sent.
    pub unmasked: bool,
    /// Where to.
    pub to: Destination,
}

/// Where events go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// A file, as it was typed.
    File {
        /// Its path.
        path: String,
        /// What becomes of one that is there.
        existing: Existing,
    },
    /// The clipboard.
    Clipboard,
}

/// What becomes of a file that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// It stays, and nothing is written.
    Stays,
    /// It stays, and the new one gets a number at the end of its name.
    Numbered,
    /// The new one takes its place.
    Replaced,
}

/// Why nothing was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotWritten {
    /// There is a file at this path already.
    Exists(String),
    /// Something else, for people.
    Failed(String),
}
