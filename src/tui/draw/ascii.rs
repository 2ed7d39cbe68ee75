//! The screen in the characters that every terminal has.
//!
//! Cells are put into others one by one, so that nothing moves. Only the characters that the program draws
//! with have a stand-in, wherever they come from: a name in another script stays as it is, because nothing
//! in ASCII would mean it. No stand-in is a sign that means something else in the same place: `>` marks the
//! selection, `~` is the glyph of an update, `*` that of a restored entity.

use ratatui::buffer::Buffer;

/// What stands for what.
const STANDS_FOR: &[(&str, &str)] = &[
    ("─━", "-"),
    ("│┃", "|"),
    ("┌┐└┘├┤┬┴┼╭╮╯╰", "+"),
    ("▌▏›↦", ">"),
    (ARROW, ">"),
    ("←‹", "<"),
    ("↑▲", "^"),
    ("↓▼", "v"),
    (CUT, "."),
    ("⋯┄", "."),
    ("┆", ":"),
    ("▁▂", "_"),
    ("▃▄", "-"),
    ("▅▆", "="),
    ("▇█", "#"),
    ("▓", "%"),
    ("▒", "="),
    ("░", "?"),
    ("·", "."),
    ("●", "o"),
    ("○", "0"),
    ("×", "x"),
    ("•", "*"),
    ("★", "b"),
    ("✎", "n"),
    ("✐", "e"),
    ("⌫", "x"),
    ("≠", "/"),
    ("⇆", "="),
    ("–—−", "-"),
    ("␊", "\\"),
];

/// What goes on beyond one cell where the next ones are blank.
const ARROW: &str = "→";
const CUT: &str = "…";

/// Puts the program's own characters into those of ASCII.
pub(in crate::tui) fn plain(buf: &mut Buffer) {
    let width = usize::from(buf.area.width).max(1);
    for row in buf.content.chunks_mut(width) {
        for x in 0..row.len() {
            let symbol = row[x].symbol();
            if symbol.is_ascii() {
                continue;
            }
            let (is_arrow, is_cut) = (symbol == ARROW, symbol == CUT);
            if let Some((_, plain)) = STANDS_FOR.iter().find(|(symbols, _)| symbols.contains(symbol)) {
                row[x].set_symbol(plain);
            }
            let blanks = row[x + 1..].iter().take_while(|cell| cell.symbol() == " ").take(3).count();
            if is_arrow && blanks > 0 {
                row[x].set_symbol("-");
                row[x + 1].set_symbol(">");
            } else if is_cut {
                // One blank stays between this and what follows.
                let is_last = x + 1 + blanks == row.len();
                let more = if is_last { blanks } else { blanks.saturating_sub(1) };
                row[x + 1..].iter_mut().take(more.min(2)).for_each(|cell| {
                    cell.set_symbol(".");
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;
    use crate::tui::draw::Row;

    fn drawn(text: &str, width: u16) -> String {
        let mut buf = Buffer::empty(Rect::new(0, 0, width, 1));
        Row::new().put(text, Style::new()).draw(&mut buf, 0, 0, width);
        plain(&mut buf);
        buf.content.iter().map(ratatui::buffer::Cell::symbol).collect()
    }

    #[test]
    fn no_stand_in_reads_as_something_else() {
        assert_eq!(drawn("v5 → v3", 9), "v5 ->v3  ");
        assert_eq!(drawn("a→b", 3), "a>b");
        assert_eq!(drawn("API Gatew…  jane", 16), "API Gatew.. jane");
        assert_eq!(drawn("API Gatew… jane", 15), "API Gatew. jane");
        assert_eq!(drawn("reading…", 12), "reading...  ");
        assert_eq!(drawn("reading…", 9), "reading..");
        assert_eq!(drawn("┄┄ 1 Feb", 8), ".. 1 Feb");
        assert_eq!(drawn("▁▂▃▄▅▆▇█ ▓▒░· 日本", 18), "__--==## %=?. 日 本 ");
    }
}
