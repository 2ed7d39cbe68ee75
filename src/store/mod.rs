//! The cache on disk: the only room that speaks SQL.
//!
//! One thread owns the database; everyone else sends it work.
