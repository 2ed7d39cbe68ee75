//! Which words of a short text are other ones.
//!
//! The result is for the eye: two texts that share little are not taken apart, since a patchwork of
//! marked and unmarked letters reads worse than one value below the other. It is bounded: what is longer
//! than [`MAX_TEXT`] has no marks at all.

use similar::{Algorithm, DiffOp, capture_diff_slices};
use unicode_segmentation::UnicodeSegmentation as _;

/// The longest text that is taken apart, in bytes.
const MAX_TEXT: usize = 8 * 1024;

/// The share of letters, in a hundred, that both texts must have in common to be taken apart.
const ALIKE: usize = 30;

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The part.
    pub text: String,
    /// Whether the other text has something else here, or nothing.
    pub changed: bool,
}

impl Piece {
    /// A text in one piece that stands for itself.
    pub(super) fn whole(text: &str) -> Vec<Self> {
        vec![Self { text: text.to_owned(), changed: false }]
    }
}

/// Both texts in pieces; `None` where they are too long, or have too little in common.
pub(super) fn words(before: &str, after: &str) -> Option<(Vec<Piece>, Vec<Piece>)> {
    if before.len().max(after.len()) > MAX_TEXT || before == after {
        return None;
    }
    let old: Vec<&str> = before.split_word_bounds().collect();
    let new: Vec<&str> = after.split_word_bounds().collect();
    let (mut left, mut right) = (Pieces::default(), Pieces::default());
    let mut common = 0;
    for op in capture_diff_slices(Algorithm::Myers, &old, &new) {
        let (was, is) = (&old[op.old_range()], &new[op.new_range()]);
        match (op, was, is) {
            (DiffOp::Equal { .. }, ..) => {
                common += letters(was);
                left.all(was, false);
                right.all(is, false);
            }
            (_, [was], [is]) => common += within(was, is, &mut left, &mut right),
            _ => {
                left.all(was, true);
                right.all(is, true);
            }
        }
    }
    let most = letters(&old).max(letters(&new));
    if common == 0 || common * 100 < most * ALIKE {
        return None;
    }
    Some((left.closed(), right.closed()))
}

fn letters(words: &[&str]) -> usize {
    words.iter().flat_map(|word| word.chars()).filter(|c| c.is_alphanumeric()).count()
}

/// Two single words: what they begin and end with in common, where that is most of both. Digits of a number
/// say nothing one by one. Returns the letters in common.
fn within(was: &str, is: &str, left: &mut Pieces, right: &mut Pieces) -> usize {
    let number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    let old: Vec<&str> = was.graphemes(true).collect();
    let new: Vec<&str> = is.graphemes(true).collect();
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let rest = old.len().min(new.len()) - head;
    let tail = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
    let shared = head + tail;
    if number(was) || number(is) || shared * 2 < old.len().max(new.len()) {
        left.add(was, true);
        right.add(is, true);
        return 0;
    }
    for (pieces, all) in [(left, &old), (right, &new)] {
        pieces.add(&all[..head].concat(), false);
        pieces.add(&all[head..all.len() - tail].concat(), true);
        pieces.add(&all[all.len() - tail..].concat(), false);
    }
    shared
}

/// Pieces in the making; neighbours of one sort are one.
#[derive(Default)]
struct Pieces(Vec<Piece>);

impl Pieces {
    fn all(&mut self, words: &[&str], changed: bool) {
        for word in words {
            self.add(word, changed);
        }
    }

    fn add(&mut self, text: &str, changed: bool) {
        match self.0.last_mut() {
            _ if text.is_empty() => {}
            Some(last) if last.changed == changed => last.text.push_str(text),
            _ => self.0.push(Piece { text: text.to_owned(), changed }),
        }
    }

    /// The pieces, with the spaces between two changed words counted as changed: one phrase, one mark.
    fn closed(self) -> Vec<Piece> {
        let between = |i: usize| i > 0 && i + 1 < self.0.len() && self.0[i].text.trim().is_empty();
        let mut closed = Self::default();
        for (i, piece) in self.0.iter().enumerate() {
            closed.add(&piece.text, piece.changed || between(i));
        }
        closed.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(before: &str, after: &str) -> Option<(String, String)> {
        let text = |pieces: Vec<Piece>| {
            let mark = |piece: Piece| if piece.changed { format!("[{}]", piece.text) } else { piece.text };
            pieces.into_iter().map(mark).collect::<String>()
        };
        words(before, after).map(|(left, right)| (text(left), text(right)))
    }

    #[test]
    fn words_that_differ_are_marked() {
        for (before, after, left, right) in [
            ("team-shop", "team-orders", "team-[shop]", "team-[orders]"),
            ("keep the old one", "keep the new one", "keep the [old] one", "keep the [new] one"),
            ("one two three four", "one 2 3 four", "one [two three] four", "one [2 3] four"),
            ("limit 1200 rows", "limit 1300 rows", "limit [1200] rows", "limit [1300] rows"),
            ("2026.04.1-beta", "2026.04.1-beta2", "2026.04.1-beta", "2026.04.1-beta[2]"),
            ("in München", "in München und Köln", "in München", "in München[ und Köln]"),
            ("e\u{301}tat du jour", "etat du jour", "[e\u{301}]tat du jour", "[e]tat du jour"),
        ] {
            assert_eq!(marked(before, after), Some((left.to_owned(), right.to_owned())), "{before}");
        }
    }

    #[test]
    fn what_has_little_in_common_or_is_long_is_not_taken_apart() {
        for (before, after) in [("yes", "no"), ("a b", "c d"), ("", "x"), ("x", ""), ("same", "same")] {
            assert_eq!(words(before, after), None, "{before}");
        }
        let long = "word ".repeat(MAX_TEXT);
        assert_eq!(words(&long, &format!("{long} more")), None);
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..Default::default() })]

        #[test]
        fn the_pieces_make_up_the_texts(before in "[a-c é👍🏽-]{0,24}", after in "[a-c é👍🏽-]{0,24}") {
            if let Some((left, right)) = words(&before, &after) {
                let text = |pieces: &[Piece]| pieces.iter().map(|piece| piece.text.as_str()).collect::<String>();
                proptest::prop_assert_eq!(text(&left), before);
                proptest::prop_assert_eq!(text(&right), after);
            }
        }
    }
}
