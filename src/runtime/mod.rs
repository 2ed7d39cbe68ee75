//! The impure rim: the loop, effects turned into work, the terminal entered and left.
//!
//! Everything that waits, fails or touches the machine meets here; the rooms that decide and draw stay
//! pure. What is decided here is only which room to ask.

pub mod browse;
mod event_loop;
mod exit;
mod library;
mod log;
mod ports;
mod process;
mod relay;
mod saved;
mod script;
mod session;
mod terminal;

pub use exit::{Exit, Failure};
pub use library::Library;
pub use process::{harden, stop_on_signals};
pub use saved::read_saved;
pub use session::{Connected, Session};
