//! Columns in memory over the cache: which events a query selects, and how many.
//!
//! It never reads the disk itself; rows come in, positions go out.
