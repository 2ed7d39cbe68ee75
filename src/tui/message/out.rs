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
        /// Whether it takes the place of one that is there.
        replace: bool,
    },
    /// The clipboard.
    Clipboard,
}
