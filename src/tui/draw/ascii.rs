//! The screen in the characters that every terminal has.
//!
//! Only what the program itself draws is put into other characters, one cell for one cell, so that nothing
//! moves. What a feed sent stays as it is: a name in another script has no stand-in that would mean it.

use ratatui::buffer::Buffer;

/// What stands for what.
const STANDS_FOR: &[(&str, &str)] = &[
    ("─━", "-"),
    ("│┃", "|"),
    ("┌┐└┘├┤┬┴┼╬╭╮╯╰", "+"),
    ("▌▏→›↦", ">"),
    ("←‹", "<"),
    ("↑▲", "^"),
    ("↓", "v"),
    ("…⋯┆", "~"),
    ("▁▂", "_"),
    ("▃▄", "."),
    ("▅▆", ":"),
    ("▇█▓", "#"),
    ("▒", "="),
    ("░·", "."),
    ("●", "o"),
    ("○", "0"),
    ("×", "x"),
    ("★•", "*"),
    ("✎", "n"),
    ("✐", "e"),
    ("⌫", "x"),
    ("≠", "!"),
    ("⇆", "="),
    ("–—−", "-"),
    ("␊", "/"),
];

/// Puts the program's own characters into those of ASCII.
pub(in crate::tui) fn plain(buf: &mut Buffer) {
    for cell in &mut buf.content {
        let symbol = cell.symbol();
        if symbol.is_ascii() {
            continue;
        }
        if let Some((_, plain)) = STANDS_FOR.iter().find(|(symbols, _)| symbols.contains(symbol)) {
            cell.set_symbol(plain);
        }
    }
}
