//! Fetching: what to ask next, asking it, and handing pages to the store.
