//! What stands for a character that does something to a terminal, or shows nothing.
//!
//! One character in, its symbol out, whatever stands beside it: there is no state that hostile text could
//! confuse.

use std::borrow::Cow;

/// Joins two emoji into one.
pub(super) const JOINER: char = '\u{200D}';

/// Asks for the coloured form of the character before it.
pub(super) const EMOJI_SELECTOR: char = '\u{FE0F}';

/// How many rows at the start of [`NAMED`] change the direction of text.
const DIRECTIONS: usize = 12;

/// Characters that are invisible and have a short name by which they are known.
const NAMED: &[(char, &str)] = &[
    // The twelve that change the direction of text: UAX 9, and the subject of "Trojan Source".
    ('\u{061C}', "⟨ALM⟩"),
    ('\u{200E}', "⟨LRM⟩"),
    ('\u{200F}', "⟨RLM⟩"),
    ('\u{202A}', "⟨LRE⟩"),
    ('\u{202B}', "⟨RLE⟩"),
    ('\u{202C}', "⟨PDF⟩"),
    ('\u{202D}', "⟨LRO⟩"),
    ('\u{202E}', "⟨RLO⟩"),
    ('\u{2066}', "⟨LRI⟩"),
    ('\u{2067}', "⟨RLI⟩"),
    ('\u{2068}', "⟨FSI⟩"),
    ('\u{2069}', "⟨PDI⟩"),
    // Without a width.
    ('\u{00AD}', "⟨SHY⟩"),
    ('\u{034F}', "⟨CGJ⟩"),
    ('\u{180E}', "⟨MVS⟩"),
    ('\u{200B}', "⟨ZWSP⟩"),
    ('\u{200C}', "⟨ZWNJ⟩"),
    (JOINER, "⟨ZWJ⟩"),
    ('\u{2060}', "⟨WJ⟩"),
    ('\u{FE0E}', "⟨VS15⟩"),
    (EMOJI_SELECTOR, "⟨VS16⟩"),
    ('\u{FEFF}', "⟨BOM⟩"),
    // Line breaks to some programs and not to others.
    ('\u{2028}', "⟨LS⟩"),
    ('\u{2029}', "⟨PS⟩"),
];

/// Characters that show nothing, or that swallow the character after them, and have no well-known name:
/// the other default-ignorable ones, format controls, and those that Unicode's segmentation calls prepended
/// (UAX 29, `Grapheme_Cluster_Break=Prepend`).
const UNSEEN: &[(u32, u32)] = &[
    (0x0600, 0x0605),
    (0x06DD, 0x06DD),
    (0x070F, 0x070F),
    (0x0890, 0x0891),
    (0x08E2, 0x08E2),
    (0x0D4E, 0x0D4E),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x2061, 0x2065),
    (0x206A, 0x206F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0D),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFFB),
    (0x0001_10BD, 0x0001_10BD),
    (0x0001_10CD, 0x0001_10CD),
    (0x0001_11C2, 0x0001_11C3),
    (0x0001_13D1, 0x0001_13D1),
    (0x0001_193F, 0x0001_193F),
    (0x0001_1941, 0x0001_1941),
    (0x0001_1A3A, 0x0001_1A3A),
    (0x0001_1A84, 0x0001_1A89),
    (0x0001_1D46, 0x0001_1D46),
    (0x0001_1F02, 0x0001_1F02),
    (0x0001_3430, 0x0001_345F),
    (0x0001_BCA0, 0x0001_BCA3),
    (0x0001_D173, 0x0001_D17A),
    (0x000E_0000, 0x000E_0FFF),
];

/// What is shown in place of a character that must not be drawn; `None` for one that may be.
pub(super) fn symbol(c: char) -> Option<Cow<'static, str>> {
    let code = u32::from(c);
    match code {
        // Unicode has a picture for each of these, in the same order.
        0x00..=0x1F => return Some(char::from_u32(0x2400 + code).map_or("\u{FFFD}".into(), of_char)),
        0x20..=0x7E | 0xA0..=0xAC => return None,
        0x7F => return Some("␡".into()),
        0x80..=0x9F => return Some(hex(c)),
        _ => {}
    }
    if let Some((_, name)) = NAMED.iter().find(|(named, _)| *named == c) {
        return Some((*name).into());
    }
    if let Some(letter) = tag_letter(c) {
        return Some(format!("⟨tag {letter}⟩").into());
    }
    if UNSEEN.iter().any(|(first, last)| (*first..=*last).contains(&code)) {
        return Some(hex(c));
    }
    let private = matches!(code, 0xE000..=0xF8FF | 0xF_0000..);
    let unassigned = matches!(code, 0x4_0000..=0xD_FFFF | 0xE_1000..=0xE_FFFF);
    let no_character = matches!(code, 0xFDD0..=0xFDEF) || code & 0xFFFE == 0xFFFE;
    (private || unassigned || no_character).then_some("\u{FFFD}".into())
}

/// Whether `symbol` is the name of an invisible character.
pub(super) fn is_name(symbol: &str) -> bool {
    NAMED.iter().any(|(_, name)| *name == symbol)
}

/// Whether `symbol` stands for a character that changes the direction of text.
pub(super) fn turns(symbol: &str) -> bool {
    NAMED[..DIRECTIONS].iter().any(|(_, name)| *name == symbol)
}

/// The letter that an invisible tag character stands for. Text can be smuggled in them.
fn tag_letter(c: char) -> Option<char> {
    let letter = u32::from(c).checked_sub(0xE_0000)?;
    (0x20..0x7F).contains(&letter).then(|| char::from_u32(letter))?
}

fn of_char(c: char) -> Cow<'static, str> {
    c.to_string().into()
}

pub(super) fn hex(c: char) -> Cow<'static, str> {
    format!("⟨U+{:04X}⟩", u32::from(c)).into()
}
