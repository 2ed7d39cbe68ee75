//! Feed profiles: how one provider's history is asked for and read, as data.
//!
//! A [`Profile`] is a TOML file. From it this room builds requests ([`request`]) and reads answers
//! ([`page`], [`token`], [`detail`], [`errors`]); others send and receive them. Nothing here does I/O,
//! reads a clock or knows a provider by name: a new provider is a new file under `assets/feeds/`.
//!
//! Bodies and user-written profiles are not trusted. Reading them must end, must not panic, and must not
//! let a secret leave for any other place than the base that the user configured.
//!
#![doc = include_str!("language.md")]

mod binding;
mod bounds;
mod catalog;
mod chain;
mod changes;
pub mod detail;
pub mod errors;
mod expr;
mod fallback;
mod filter;
pub mod integrity;
mod items;
mod json;
mod outer;
pub mod page;
mod paging;
mod parse;
mod pattern;
mod pointer;
mod profile;
pub mod rate;
mod reach;
mod reader;
mod record;
pub mod report;
pub mod request;
pub mod saved;
mod scope;
mod shape;
mod time;
pub mod token;

#[cfg(test)]
mod tests;

pub use binding::{Binding, Position, Token};
pub use catalog::{Catalog, ProfileText};
pub use chain::{Chains, Shot};
pub use errors::ServerSays;
pub use filter::{Asked, Filter};
pub use page::{Page, ScopePage};
pub use paging::{Choice, Seam};
pub use pattern::Pattern;
pub use profile::{DetailWhen, Profile, SecretNeed, Var};
pub use reach::Order;
pub use request::{Body, Method, Request, RequestError};
pub use scope::Scope;
pub use shape::ShapeError;
