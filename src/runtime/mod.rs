//! The impure rim: the loop, effects turned into work, the terminal entered and left.
//!
//! Everything that waits, fails or touches the machine meets here; the rooms that decide and draw stay
//! pure. What is decided here is only which room to ask.
//!
//! Every subcommand begins with a [`Session`] (configuration, cache, engine) and ends with an [`Exit`] or a
//! [`Failure`]. [`browse`] puts the browser together: `event_loop` waits and draws, `ports` carries out
//! effects, `relay` turns news from the sources into messages, `terminal` enters and leaves the screen.

pub mod browse;
mod clipboard;
mod curl;
pub mod details;
mod event_loop;
mod exit;
mod explain;
mod leaving;
mod library;
mod log;
mod ports;
mod process;
mod relay;
mod retention;
mod saved;
mod script;
mod session;
mod summarize;
mod terminal;
mod user;

pub use exit::{Exit, Failure};
pub use explain::Explainer;
pub(crate) use leaving::Export;
pub use leaving::{Target, coverage, missing, range};
pub use library::{Library, Surroundings};
pub use process::{harden, stop_on_signals};
pub use retention::{Pruned, limit, prune};
pub use saved::read_saved;
pub(crate) use session::trusted;
pub use session::{Connected, Session};
pub use summarize::{Draft, NoSummary, Summarizer};
pub use user::User;
