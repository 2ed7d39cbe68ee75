//! Feed profiles: how one provider's history is asked for and read, as data.
//!
//! No I/O: it builds requests and reads answers; others send them.
