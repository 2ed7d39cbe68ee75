//! Everything a person sees and presses.
//!
//! Pure: messages in, effects out, a frame drawn from the state. No network, no disk, no clock: the time of
//! day arrives in messages.
//!
//! ```text
//! Message ──> App::update ──> state ──> view(&App) ──> frame
//!                  └──> Effect, for whoever runs the app
//! ```
//!
//! A key goes through `input` and `keymap` and becomes a row of [`command::COMMANDS`]; `act` says what each
//! command does and `app` what each message does to the state. `waiting` keeps the questions that are on their way,
//! `library` the events at hand, `filter` the line that is typed with the `popup` below it, `tabs` the views
//! and where one was in each, `search` what was found without filtering, `counts` what the events have in
//! common and when they were, `gaps` where there may be more of them, `spinner` what is under way. `layout` says where everything is, `view`
//! draws the frame from the files in `pane` and `overlay`, in the colours of `theme`, and every text on the
//! way goes through `draw`.
//!
//! Three words, used for nothing else: a *command* is something the user wants, an *effect* is something
//! the app asks of the outside, a *message* is something that happened.

mod act;
mod app;
pub mod command;
mod copy;
mod counts;
mod draw;
mod filter;
mod gaps;
mod gist;
mod input;
pub mod key;
pub mod keymap;
mod layout;
mod ledgers;
mod library;
mod line;
mod message;
mod motion;
mod mouse;
mod overlay;
mod pane;
pub mod picture;
mod popup;
mod range;
mod reader;
mod said;
mod scrollbar;
mod search;
mod settings;
mod spinner;
mod tabs;
#[cfg(test)]
mod tests;
pub mod theme;
mod trail;
mod view;
mod waiting;
mod watch;
mod window;
mod words;

pub use app::App;
pub use message::{
    Answer, Asker, Destination, Effect, Existing, Message, NotWritten, Notice, Outgoing, Proposal, Timer,
    Weight,
};
pub use settings::{Glyphs, Notify, Settings};
pub use view::view;
