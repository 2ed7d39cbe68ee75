//! The interface as a whole: what it shows at each size, and what keys and messages do to it.

mod fates;
mod filter;
mod gaps;
mod hostile;
mod keys;
mod messages;
mod screens;
pub(super) mod support;
mod views;
