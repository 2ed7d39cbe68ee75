//! Small parts that several panes draw in the same way.

pub mod scrollbar;
