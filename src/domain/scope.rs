//! What a source fans out over.

/// Which scopes of a source are asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ScopeChoice {
    /// All that the provider lists.
    #[default]
    All,
    /// Those with these ids, in this order.
    Only(Vec<String>),
}
