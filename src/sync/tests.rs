//! The room as a whole, against servers on loopback.

mod chains;
mod demo;
mod fake;
mod faults;
mod knobs;
mod local;
mod paging;
mod rig;
mod scopes;
mod tokens;
mod walks;
pub(super) mod wire;
