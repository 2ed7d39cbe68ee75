//! A value that must never be shown, written or copied by accident.

use std::fmt;

use zeroize::Zeroizing;

/// A credential. It has no `Display`, no `Serialize` and no `Clone`; its `Debug` says `<redacted>`; its
/// memory is overwritten when it is dropped.
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes charge of `value`.
    pub fn new(value: String) -> Self {
        Self(Zeroizing::new(value))
    }

    /// The value itself. Call it only where a request is put on the wire, and keep no copy.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<redacted>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_does_not_show_the_value() {
        assert_eq!(format!("{:?}", Some(Secret::new("sk_live_1".into()))), "Some(<redacted>)");
    }
}
