//! Backtrail: a terminal browser for change history.

pub mod cli;
pub mod config;
pub mod demo;
pub mod diff;
pub mod domain;
pub mod feed;
pub mod index;
pub mod query;
pub mod runtime;
pub mod store;
pub mod sync;
pub mod tui;
