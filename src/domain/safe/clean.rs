//! The sanitiser: what each character becomes, beside those around it.
//!
//! [`symbol`] decides for one character, whatever stands beside it; a character that it replaces is never
//! let through but for the joiners of emoji. This file is about what is harmless in one place and harmful in
//! another: accents, which may pile up without end, and those joiners.

use std::fmt::Write as _;

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::symbol::{EMOJI_SELECTOR, JOINER, hex, symbol};
use super::{CUT, FIELD_MAX, LINE_MAX};

/// What becomes of a line break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Breaks {
    /// It stays a line break.
    Kept,
    /// It is shown as a symbol.
    Shown,
}

/// The most accents that one letter may carry; further ones are counted.
const MARKS_MAX: usize = 8;

/// The most bytes that one character, as a reader sees it, may have: a cell holds no more.
const CLUSTER_MAX: usize = 32;

/// The most bytes of a text that are looked at. Long runs of characters that show nothing would otherwise
/// take time without ever filling the field.
const READ_MAX: usize = 4 * FIELD_MAX;

/// Stands where an accent has no letter to stand on, and between two parts of a character that is too long.
const NO_BASE: char = '◌';

const TAB: &str = "    ";

/// Makes `text` fit to be drawn.
pub(super) fn clean(text: &str, breaks: Breaks) -> String {
    let plain = |byte: u8| (b' '..=b'~').contains(&byte);
    if text.len() <= LINE_MAX && text.bytes().all(plain) {
        return text.to_owned();
    }
    let mut cleaner = Cleaner::new(breaks);
    let mut rest = text;
    let mut left = READ_MAX;
    while let Some(c) = rest.chars().next() {
        let size = c.len_utf8();
        if left < size {
            cleaner.stop();
            break;
        }
        left -= size;
        rest = &rest[size..];
        cleaner.take(c, rest.chars().next());
        match (cleaner.room, breaks) {
            (Room::InLine, _) => {}
            (Room::InNextLine, Breaks::Kept) => rest = rest.find('\n').map_or("", |at| &rest[at..]),
            (Room::InNextLine, Breaks::Shown) | (Room::Nowhere, _) => break,
        }
    }
    cleaner.finish()
}

/// Where there is still room for more text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Room {
    InLine,
    InNextLine,
    Nowhere,
}

/// The text made so far, and the character, as a reader sees it, at its end.
struct Cleaner {
    breaks: Breaks,
    out: String,
    /// Where the line at the end begins.
    line: usize,
    /// Where the last character begins after which the line, or the field, can be cut with room for `…`.
    line_cut: usize,
    field_cut: usize,
    room: Room,
    /// Where the last character begins.
    cluster: usize,
    /// Whether accents may stand on it.
    base: bool,
    /// The accents it carries, and those that were too many.
    marks: usize,
    marks_over: usize,
    /// Whether the next character belongs to it: there is a joiner between them.
    joined: bool,
}

impl Cleaner {
    fn new(breaks: Breaks) -> Self {
        Self {
            breaks,
            out: String::new(),
            line: 0,
            line_cut: 0,
            field_cut: 0,
            room: Room::InLine,
            cluster: 0,
            base: false,
            marks: 0,
            marks_over: 0,
            joined: false,
        }
    }

    fn take(&mut self, c: char, next: Option<char>) {
        match c {
            '\n' if self.breaks == Breaks::Kept => self.take_break(),
            '\t' => self.take_symbol(TAB),
            JOINER if self.joins(next) => {
                self.out.push(c);
                self.joined = true;
            }
            EMOJI_SELECTOR if self.may_be_emoji() => self.out.push(c),
            _ => match symbol(c) {
                Some(symbol) => self.take_symbol(&symbol),
                None if extends(c) => self.take_mark(c),
                None => self.take_letter(c),
            },
        }
        self.check_room();
    }

    fn take_break(&mut self) {
        self.end_cluster();
        if self.room == Room::Nowhere {
            return;
        }
        self.room = Room::InLine;
        self.out.push('\n');
        self.line = self.out.len();
        self.begin_cluster(false);
    }

    fn take_symbol(&mut self, symbol: &str) {
        self.take_whole(symbol, false);
    }

    /// Takes what begins a new character.
    fn take_whole(&mut self, text: &str, base: bool) {
        self.end_cluster();
        if self.room == Room::InLine {
            self.begin_cluster(base);
            self.out.push_str(text);
        }
    }

    fn take_letter(&mut self, c: char) {
        if self.joined {
            self.joined = false;
            self.marks = 0;
            self.out.push(c);
            return;
        }
        if !c.is_ascii() && self.continues(c) {
            if self.cluster_len() + c.len_utf8() <= CLUSTER_MAX {
                self.marks = 0;
                self.out.push(c);
                return;
            }
            self.take_symbol(NO_BASE.encode_utf8(&mut [0; 4]));
        }
        if c.width() == Some(0) {
            // A vowel of a script whose letters are written together, without the letter before it.
            return self.take_symbol(&hex(c));
        }
        self.take_whole(c.encode_utf8(&mut [0; 4]), true);
    }

    fn take_mark(&mut self, c: char) {
        if !self.base {
            self.take_whole(NO_BASE.encode_utf8(&mut [0; 4]), true);
        }
        if self.marks < MARKS_MAX && self.cluster_len() + c.len_utf8() <= CLUSTER_MAX {
            self.out.push(c);
            self.marks += 1;
        } else {
            self.marks_over += 1;
        }
    }

    /// Closes the last character: says how many accents it does not show.
    fn end_cluster(&mut self) {
        if self.marks_over > 0 {
            let over = std::mem::take(&mut self.marks_over);
            self.begin_cluster(false);
            // Writing to a string cannot fail.
            let _ = write!(self.out, "⟨+{over} marks⟩");
            self.check_room();
        }
    }

    fn begin_cluster(&mut self, base: bool) {
        self.cluster = self.out.len();
        self.base = base;
        self.marks = 0;
        self.joined = false;
        if self.cluster - self.line + CUT.len() <= LINE_MAX {
            self.line_cut = self.cluster;
        }
        if self.cluster + CUT.len() <= FIELD_MAX {
            self.field_cut = self.cluster;
        }
    }

    fn cluster_len(&self) -> usize {
        self.out.len() - self.cluster
    }

    /// Whether the letter `c` is part of the last character by the rules of UAX 29: conjuncts of Indian
    /// scripts and Korean syllables in parts.
    fn continues(&self, c: char) -> bool {
        self.base && is_one_character(&self.out[self.cluster..], &[c])
    }

    /// Whether a joiner here makes one emoji of the last character and the next.
    fn joins(&self, next: Option<char>) -> bool {
        let Some(next) = next.filter(|next| is_pictograph(*next)) else { return false };
        self.base
            && !self.joined
            && self.marks_over == 0
            && self.cluster_len() + JOINER.len_utf8() + next.len_utf8() <= CLUSTER_MAX
            && is_one_character(&self.out[self.cluster..], &[JOINER, next])
    }

    /// Whether the last letter has a form as an emoji, which the selector after it asks for.
    fn may_be_emoji(&self) -> bool {
        let Some(last) = self.out[self.cluster..].chars().next_back() else { return false };
        let mut both = last.to_string();
        both.push(EMOJI_SELECTOR);
        self.base
            && self.cluster_len() + EMOJI_SELECTOR.len_utf8() <= CLUSTER_MAX
            && (is_pictograph(last) || (last.width() == Some(1) && both.width() == 2))
    }

    /// Cuts the field or the line as soon as it is longer than it may be.
    fn check_room(&mut self) {
        if self.out.len() > FIELD_MAX {
            self.cut_field();
        } else if self.out.len() - self.line > LINE_MAX {
            self.out.truncate(self.line_cut);
            self.out.push_str(CUT);
            self.forget_cluster();
            self.room = Room::InNextLine;
        }
    }

    /// Ends a field of which more was sent than is looked at.
    fn stop(&mut self) {
        self.end_cluster();
        if self.room != Room::Nowhere {
            self.cut_field();
        }
    }

    fn cut_field(&mut self) {
        if self.out.len() + CUT.len() > FIELD_MAX {
            self.out.truncate(self.field_cut);
        }
        self.out.push_str(CUT);
        self.forget_cluster();
        self.room = Room::Nowhere;
    }

    fn forget_cluster(&mut self) {
        self.cluster = self.out.len();
        self.base = false;
        self.marks_over = 0;
    }

    fn finish(mut self) -> String {
        self.end_cluster();
        self.out
    }
}

/// Whether `tail` and the characters after it are one character to a reader.
fn is_one_character(tail: &str, more: &[char]) -> bool {
    let mut both = String::with_capacity(CLUSTER_MAX + 8);
    both.push_str(tail);
    both.extend(more);
    both.graphemes(true).nth(1).is_none()
}

/// Whether `c` attaches itself to whatever letter stands before it: an accent, a vowel sign, the skin
/// colour of an emoji.
fn extends(c: char) -> bool {
    match u32::from(c) {
        // Latin, Greek letters, the large blocks of ideographs and Korean syllables.
        ..0x300 | 0x0370..0x0483 | 0x1E00..0x200B | 0x3400..0xA66F | 0xAC00..0xD7B0 => false,
        _ => is_one_character("a", &[c]),
    }
}

/// Whether `c` can be part of an emoji made of several: two pictographs with a joiner between them are one
/// character, and nothing else is (UAX 29, rule GB11).
fn is_pictograph(c: char) -> bool {
    let mut pair = c.to_string();
    pair.push(JOINER);
    pair.push(c);
    !extends(c) && pair.graphemes(true).nth(1).is_none()
}
