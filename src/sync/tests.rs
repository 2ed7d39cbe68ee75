//! The room as a whole, against servers on loopback.

pub(super) mod wire;
