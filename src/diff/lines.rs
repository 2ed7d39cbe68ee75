//! Two texts of several lines, side by side as lines that stayed, went and came.

use std::time::Duration;

use similar::{ChangeTag, TextDiff};

use super::words::{Piece, words};

/// How long the search for the shortest way may take. After that the result is still right, but coarser.
const LIMIT: Duration = Duration::from_millis(400);

/// The longest run of lines within which words are compared.
const MAX_RUN: usize = 40;

/// One line of either text, or of both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Whose it is.
    pub side: Side,
    /// The line, without what ends it.
    pub pieces: Vec<Piece>,
}

impl Line {
    /// The line as it stands.
    pub fn text(&self) -> String {
        self.pieces.iter().map(|piece| piece.text.as_str()).collect()
    }
}

/// Whose a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Both texts have it.
    Both,
    /// Only the old text has it.
    Before,
    /// Only the new text has it.
    After,
}

/// All lines of both texts. The lines of either side, joined by line feeds, are its text again, except that
/// carriage returns are left out where both texts have them.
pub(super) fn lines(before: &str, after: &str) -> Vec<Line> {
    let windows = before.contains("\r\n") && after.contains("\r\n");
    let cut = |text: &'_ str| -> Vec<String> {
        let line = |line: &str| if windows { line.trim_end_matches('\r') } else { line }.to_owned();
        text.split('\n').map(line).collect()
    };
    let (old, new) = (cut(before), cut(after));
    let old: Vec<&str> = old.iter().map(String::as_str).collect();
    let new: Vec<&str> = new.iter().map(String::as_str).collect();
    let diff = TextDiff::configure().timeout(LIMIT).diff_slices(&old, &new);
    let mut found: Vec<Line> = diff
        .iter_all_changes()
        .map(|change| Line {
            side: match change.tag() {
                ChangeTag::Equal => Side::Both,
                ChangeTag::Delete => Side::Before,
                ChangeTag::Insert => Side::After,
            },
            pieces: Piece::whole(change.value()),
        })
        .collect();
    mark_words(&mut found);
    found
}

/// Marks the words that differ in lines that stand for each other: runs of as many lines that went as came.
fn mark_words(lines: &mut [Line]) {
    let mut at = 0;
    while at < lines.len() {
        let run = |from: usize, side| lines[from..].iter().take_while(|line| line.side == side).count();
        let (gone, come) = (run(at, Side::Before), run(at + run(at, Side::Before), Side::After));
        if gone > 0 && gone == come && gone <= MAX_RUN {
            for i in at..at + gone {
                if let Some((was, is)) = words(&lines[i].text(), &lines[i + gone].text()) {
                    lines[i].pieces = was;
                    lines[i + gone].pieces = is;
                }
            }
        }
        at += (gone + come).max(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(before: &str, after: &str) -> Vec<String> {
        let mark = |piece: &Piece| {
            if piece.changed { format!("[{}]", piece.text) } else { piece.text.clone() }
        };
        lines(before, after)
            .iter()
            .map(|line| {
                let sign = match line.side {
                    Side::Both => ' ',
                    Side::Before => '-',
                    Side::After => '+',
                };
                format!("{sign}{}", line.pieces.iter().map(mark).collect::<String>())
            })
            .collect()
    }

    #[test]
    fn lines_that_differ_stand_below_each_other() {
        for (before, after, expected) in [
            ("a\nb", "a\nb", vec![" a", " b"]),
            ("a", "a\n", vec![" a", "+"]),
            ("select x\nfrom t", "select y\nfrom t", vec!["-select [x]", "+select [y]", " from t"]),
            ("a\r\nb", "a\r\nc", vec![" a", "-b", "+c"]),
            ("a\r\nb", "a\nb", vec!["-a[\r]", "+a", " b"]),
            ("", "x", vec!["-", "+x"]),
        ] {
            assert_eq!(shown(before, after), expected, "{before:?}");
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..Default::default() })]

        #[test]
        fn each_side_is_its_text_again(before in "[ab\n]{0,30}", after in "[ab\n]{0,30}") {
            let found = lines(&before, &after);
            let side = |own: Side| {
                let own = found.iter().filter(|line| line.side == own || line.side == Side::Both);
                own.map(Line::text).collect::<Vec<_>>().join("\n")
            };
            proptest::prop_assert_eq!(side(Side::Before), before);
            proptest::prop_assert_eq!(side(Side::After), after);
        }
    }
}
