//! The filter language: one line of text that selects events.
//!
//! Pure: it knows the fields of an event and nothing of where events are kept.
