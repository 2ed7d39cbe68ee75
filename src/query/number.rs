//! Numbers in queries and records.

use std::cmp::Ordering;

/// A finite number. Whole numbers are exact, so that long ids of digits do not run together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Number {
    /// A whole number.
    Whole(i128),
    /// Any other.
    Real(f64),
}

impl Number {
    /// The number that `text` writes in decimal or scientific notation.
    pub(super) fn parse(text: &str) -> Option<Self> {
        // The standard parsers also take `inf`, `nan` and a leading plus.
        if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '.')) {
            return None;
        }
        text.parse::<i128>()
            .map(Self::Whole)
            .ok()
            .or_else(|| text.parse().ok().filter(|real: &f64| real.is_finite()).map(Self::Real))
    }

    /// The same, where a `v` may stand before it: `v3`.
    pub(super) fn parse_version(text: &str) -> Option<Self> {
        let text = text.trim();
        Self::parse(text.strip_prefix(['v', 'V']).unwrap_or(text))
    }

    /// Which of two numbers is greater.
    pub(super) fn compare(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::Whole(a), Self::Whole(b)) => a.cmp(&b),
            (a, b) => a.real().total_cmp(&b.real()),
        }
    }

    fn real(self) -> f64 {
        match self {
            Self::Whole(whole) => whole as f64,
            // Both zeros are one number.
            Self::Real(real) => real + 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_compare_by_value_and_long_ones_exactly() {
        for (a, b, expected) in [
            ("3", "3.0", Ordering::Equal),
            ("-0.0", "0", Ordering::Equal),
            ("1e3", "999", Ordering::Greater),
            ("12345678901234567", "12345678901234568", Ordering::Less),
        ] {
            assert_eq!(Number::parse(a).unwrap().compare(Number::parse(b).unwrap()), expected, "{a} {b}");
        }
        for text in ["", "-", "nan", "inf", "+3", "1e999", "v3", "3 "] {
            assert_eq!(Number::parse(text), None, "{text}");
        }
        assert_eq!(Number::parse_version("v12"), Some(Number::Whole(12)));
    }
}
