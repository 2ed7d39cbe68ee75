//! The room as a whole, against servers on loopback.

mod demo;
mod fake;
mod faults;
mod filtered;
mod integrity;
mod knobs;
mod local;
mod paging;
mod rig;
mod standin;
mod tokens;
mod versions;
mod walks;
pub(super) mod wire;
