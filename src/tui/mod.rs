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
//! Three words, used for nothing else: a *command* is something the user wants, an *effect* is something
//! the app asks of the outside, a *message* is something that happened.

mod act;
mod app;
pub mod command;
mod copy;
pub mod draw;
mod filter;
mod gist;
pub mod key;
pub mod keymap;
mod layout;
mod library;
mod life;
mod message;
mod motion;
mod overlay;
mod pane;
pub mod picture;
pub mod problem;
mod settings;
#[cfg(test)]
mod tests;
pub mod theme;
mod view;
mod waiting;
pub mod widget;
mod window;
mod words;

pub use app::App;
pub use message::{Answer, Effect, Message, Notice, Timer, Weight};
pub use settings::Settings;
pub use view::view;
