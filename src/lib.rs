//! Backtrail: a terminal browser for change history, one timeline over every system you run.
//!
//! # One event, from the wire to the screen
//!
//! At 14:18 somebody publishes a decision flow. This is how that line reaches a terminal.
//!
//! 1. **Asking.** The [`sync::Engine`] walks each configured source on its own task. For the next page
//!    it hands the source's feed profile to [`feed`], which builds a request as plain data: the URL from
//!    the profile's path, the headers from the user's secrets. `sync::http` puts it on the wire. It is
//!    the only place that can.
//! 2. **Reading.** The answer goes back to [`feed`]. The profile says where the list is and which JSON
//!    pointer leads to the time, the action, the entity; out comes a [`domain::Record`] that no longer
//!    knows which provider it came from, with the bytes it was sent as. What cannot be read as an event
//!    is set apart with a reason, so one bad record never costs a page.
//! 3. **Keeping.** [`store`] writes the page's rows and the walk's progress in one transaction. The
//!    row's key is its time, so the cache is a timeline already; a second key, hashed from source, scope
//!    and identity, makes the same record the same row however often it is fetched.
//! 4. **Deciding.** `sync::plan` looks only at evidence in the page (its length, its total, how much of it
//!    was new to the cache) and says: deeper, again, back to the head, done, give up. It has no clock and no
//!    socket, so its rules are tested as tables. What a failed request asks for (wait, buy a new token, try
//!    again) was decided before, by `sync::retry`.
//! 5. **Indexing.** The rows that were new go to [`index`], which holds a few numbers per event in
//!    memory. A message tells the screen that the cache grew.
//! 6. **Selecting.** [`tui::App`] still shows what it showed; it answers the message with an effect that
//!    asks its query again. [`runtime`] carries the effect out: [`index`] passes over its columns once,
//!    reads whole events only where the columns cannot decide, and returns places in time order.
//! 7. **Drawing.** The app keeps the selection on the event it was on, asks for the events that are in
//!    view, and [`tui::view`] draws them. Every character on the way is a [`domain::Safe`]: what a stranger
//!    typed into a name cannot move the cursor.
//!
//! What a person does goes the other way: a key becomes a command through the keymap, the command changes
//! the app's state and may ask for effects, and only [`runtime`] ever carries one out.
//!
//! # Words
//!
//! - **source**: an endpoint that the user configured.
//! - **feed profile**: how one provider's history is asked for and read; a TOML file.
//! - **scope**: one thing that a source fans out over: a destination, a project.
//! - **event**: one change record. **record**: the same before the cache knows it.
//! - **entity**, **actor**, **action**: what was changed, by whom, and how.
//! - **change**: one field of an entity: its path, before, after.
//! - **coverage**: what the cache knows to be complete.
//! - **lifecycle**: all events of one entity.
//! - **view**: a saved query.
//! - **command**: something the user wants. **effect**: something the app asks of the outside world.
//!   **message**: something that happened.
//!
//! # Where to put the next thing
//!
//! | to add | touch |
//! |---|---|
//! | a provider | one file in `assets/feeds/`, its row in `feed::catalog`, its fixture |
//! | a query field | one row in [`query::FIELDS`] |
//! | a command | one row in the list of commands, one arm where it acts |
//! | a key | one line in `assets/keys.toml` |
//! | a pane | one file in `tui::pane`, one variant, one slot in the layout |
//! | a theme | one file in `assets/themes/`, its row in [`tui::theme`] |
//! | a format to export | one file in [`export`], one variant of [`export::Format`] |
//! | a subcommand | one file in [`cli`], one variant |
//!
//! Which room may import which is written down in `tests/architecture.rs`, and that test holds it.

pub mod ai;
pub mod cli;
pub mod config;
pub mod demo;
pub mod diff;
pub mod domain;
pub mod export;
pub mod feed;
pub mod index;
pub mod query;
pub mod runtime;
pub mod store;
pub mod sync;
pub mod tui;
