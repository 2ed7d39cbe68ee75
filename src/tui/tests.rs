//! The interface as a whole: what it shows at each size, and what keys and messages do to it.

mod ai;
mod asks;
mod diffs;
mod export;
mod facets;
mod fates;
mod filter;
mod gaps;
mod go;
mod help;
mod histogram;
mod hostile;
mod keys;
mod lives;
mod looks;
mod messages;
mod mouse;
mod order;
mod people;
mod pressed;
mod related;
mod screens;
mod sources;
mod spinner;
pub(super) mod support;
mod typing;
mod views;
