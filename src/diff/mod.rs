//! What changed between two JSON documents.
//!
//! Pure: documents in, changes out. It knows no provider and draws nothing.
