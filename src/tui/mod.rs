//! Everything a person sees and presses.
//!
//! Pure: messages in, effects out, a frame drawn from the state. No network, no disk, no clock.

pub mod command;
pub mod draw;
pub mod key;
pub mod keymap;
pub mod picture;
pub mod problem;
pub mod theme;
