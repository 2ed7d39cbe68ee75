//! The `backtrail` program.

fn main() {}
