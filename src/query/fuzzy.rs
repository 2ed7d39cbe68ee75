//! Finding a name by some of its letters, in order.

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

/// Letters to look for, in any case; words between spaces are looked for each by itself.
pub struct Fuzzy {
    pattern: Pattern,
    matcher: Matcher,
    room: Vec<char>,
}

/// How well a name fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fit {
    /// The greater, the better.
    pub score: u32,
    /// The letters that were found: their places in the name, counted as a reader counts letters, ascending.
    pub letters: Vec<u32>,
}

impl Fuzzy {
    /// Looks for `letters`.
    pub fn new(letters: &str) -> Self {
        let pattern = Pattern::new(letters, CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy);
        Self { pattern, matcher: Matcher::new(Config::DEFAULT), room: Vec::new() }
    }

    /// How well `name` fits, if all letters are in it. No letters fit everything equally well.
    pub fn score(&mut self, name: &str) -> Option<u32> {
        self.pattern.score(Utf32Str::new(name, &mut self.room), &mut self.matcher)
    }

    /// The same with the letters that were found.
    pub fn fit(&mut self, name: &str) -> Option<Fit> {
        let mut letters = Vec::new();
        let name = Utf32Str::new(name, &mut self.room);
        let score = self.pattern.indices(name, &mut self.matcher, &mut letters)?;
        letters.sort_unstable();
        letters.dedup();
        Some(Fit { score, letters })
    }
}

impl std::fmt::Debug for Fuzzy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fuzzy").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_found_in_order_and_in_any_case() {
        for (letters, name, found) in [
            ("ots", "orders-to-snowflake", Some(vec![0, 7, 10])),
            ("SNOW", "orders-to-snowflake", Some(vec![10, 11, 12, 13])),
            ("snow ord", "orders-to-snowflake", Some(vec![0, 1, 2, 10, 11, 12, 13])),
            ("", "x", Some(vec![])),
            ("xyz", "orders", None),
            ("a", "日a", Some(vec![1])),
        ] {
            assert_eq!(Fuzzy::new(letters).fit(name).map(|fit| fit.letters), found, "{letters}");
        }
        let mut fuzzy = Fuzzy::new("ord");
        assert!(fuzzy.score("orders") > fuzzy.score("odd-rivers-dam"));
        assert_eq!(fuzzy.score("orders"), fuzzy.fit("orders").map(|fit| fit.score));
    }
}
