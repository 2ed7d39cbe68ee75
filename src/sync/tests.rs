//! The room as a whole, against servers on loopback.

mod audit;
mod bodies;
mod chains;
pub(super) mod clock;
mod demo;
mod extents;
mod fake;
mod faults;
mod filtered;
mod herd;
mod integrity;
mod knobs;
mod local;
mod paging;
mod patience;
mod refusals;
mod retention;
pub(super) mod rig;
mod scopes;
mod standin;
mod tokens;
mod turns;
mod versions;
mod walks;
pub(super) mod wire;
