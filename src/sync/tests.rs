//! The room as a whole, against servers on loopback.

mod bodies;
pub(super) mod clock;
mod demo;
mod fake;
mod faults;
mod herd;
mod knobs;
mod local;
mod paging;
mod patience;
mod refusals;
pub(super) mod rig;
mod tokens;
mod walks;
pub(super) mod wire;
