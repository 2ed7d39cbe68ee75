//! The interface as a whole: what it shows at each size, and what keys and messages do to it.

mod ai;
mod diffs;
mod export;
mod facets;
mod fates;
mod filter;
mod gaps;
mod go;
mod histogram;
mod hostile;
mod keys;
mod lives;
mod looks;
mod manners;
mod messages;
mod people;
mod screens;
mod sources;
pub(super) mod support;
mod views;
