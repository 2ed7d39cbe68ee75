//! Hostile text, character by character, and what becomes of it.

use super::*;
use proptest::prelude::*;
use unicode_width::UnicodeWidthChar as _;

fn new(text: &str) -> String {
    Safe::new(text).as_str().to_owned()
}

#[test]
fn what_is_harmful_or_unseen_is_shown() {
    for (text, shown) in [
        ("plain text", "plain text"),
        ("a\tb", "a    b"),
        ("a\nb", "a\nb"),
        ("a\r\nb", "a␍\nb"),
        ("\u{1b}[2J\u{1b}]0;title\u{7}", "␛[2J␛]0;title␇"),
        ("a\u{0}b\u{b}\u{c}\u{7f}", "a␀b␋␌␡"),
        ("\u{9b}31m\u{85}\u{80}", "⟨U+009B⟩31m⟨U+0085⟩⟨U+0080⟩"),
        ("user\u{202e}gnp.exe\u{202c}", "user⟨RLO⟩gnp.exe⟨PDF⟩"),
        ("\u{61c}\u{200e}\u{200f}\u{202a}\u{202b}\u{202d}", "⟨ALM⟩⟨LRM⟩⟨RLM⟩⟨LRE⟩⟨RLE⟩⟨LRO⟩"),
        ("\u{2066}\u{2067}\u{2068}\u{2069}", "⟨LRI⟩⟨RLI⟩⟨FSI⟩⟨PDI⟩"),
        ("pass\u{200b}word\u{feff}", "pass⟨ZWSP⟩word⟨BOM⟩"),
        ("a\u{200d}b", "a⟨ZWJ⟩b"),
        ("a\u{fe0f}", "a⟨VS16⟩"),
        ("soft\u{ad}hyphen", "soft⟨SHY⟩hyphen"),
        ("a\u{2028}b\u{2029}", "a⟨LS⟩b⟨PS⟩"),
        ("\u{e0001}\u{e0068}\u{e0069}\u{e007f}", "⟨U+E0001⟩⟨tag h⟩⟨tag i⟩⟨U+E007F⟩"),
        ("\u{3164}\u{115f}\u{ffa0}", "⟨U+3164⟩⟨U+115F⟩⟨U+FFA0⟩"),
        ("\u{e000}\u{fdd0}\u{ffff}\u{10ffff}\u{50000}", "\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}"),
        ("\u{600}1", "⟨U+0600⟩1"),
    ] {
        assert_eq!(new(text), shown, "{text:?}");
    }
}

#[test]
fn text_of_all_scripts_and_emoji_survive() {
    for text in [
        "Zürich, naïve, Łódź, ệ",
        "e\u{301}\u{323}",
        "日本語のテキスト",
        "שָׁלוֹם עולם",
        "مَرْحَبًا",
        "हिन्दी क्षत्रिय स्त्री",
        "ภาษาไทย น้ำ",
        "한국어 \u{1112}\u{1161}\u{11ab}",
        "👨\u{200d}👩\u{200d}👧\u{200d}👦",
        "👩🏽\u{200d}🚒 👍🏿",
        "❤\u{fe0f} ☎\u{fe0f} ✈\u{fe0f}",
        "🏳\u{fe0f}\u{200d}🌈",
        "🧑\u{200d}⚕\u{fe0f}",
        "1\u{fe0f}\u{20e3}",
        "🇫🇷🇩🇪",
        "←→─│⟨x⟩ “quoted” …",
    ] {
        assert_eq!(new(text), text);
    }
}

#[test]
fn accents_are_counted_and_never_fall_on_what_stands_before_the_text() {
    let flood = "\u{300}".repeat(50);
    assert_eq!(new(&format!("a{flood}b")), format!("a{}⟨+42 marks⟩b", "\u{300}".repeat(8)));
    assert_eq!(new("\u{300}a"), "◌\u{300}a");
    assert_eq!(new("\n\u{300}"), "\n◌\u{300}");
    assert_eq!(new("\u{1b}\u{300}"), "␛◌\u{300}");
    assert_eq!(new("\t\u{300}"), "    ◌\u{300}");
    assert_eq!(new(&format!("👍{}", "🏿".repeat(9))), format!("👍{}⟨+2 marks⟩", "🏿".repeat(7)));
}

#[test]
fn a_joiner_that_joins_no_emoji_is_shown() {
    for (text, shown) in [
        ("👨\u{200d}", "👨⟨ZWJ⟩"),
        ("👨\u{200d}a", "👨⟨ZWJ⟩a"),
        ("\u{200d}👨", "⟨ZWJ⟩👨"),
        ("👨\u{200d}\u{200d}👩", "👨⟨ZWJ⟩⟨ZWJ⟩👩"),
        ("日\u{200d}本", "日⟨ZWJ⟩本"),
        ("日\u{fe0f}", "日⟨VS16⟩"),
        ("──\u{200d}──", "──⟨ZWJ⟩──"),
    ] {
        assert_eq!(new(text), shown, "{text:?}");
    }
}

#[test]
fn characters_without_end_are_broken_up() {
    for part in ["\u{1100}", "\u{915}\u{94d}", "👨\u{200d}", "\u{93e}", "\u{11ab}", "\u{1f3fb}", "\u{ff9e}"]
    {
        let text = part.repeat(500);
        let safe = Safe::new(&text);
        assert_cells_are_bounded(safe.as_str());
        assert!(safe.as_str().chars().count() > 10, "{part:?} is shown");
    }
}

#[test]
fn a_vowel_of_korean_without_the_letter_before_it_is_shown() {
    assert_eq!(new("a\u{1161}"), "a⟨U+1161⟩");
    assert_eq!(new(&format!("가{}", "\u{1161}".repeat(10))), format!("가{}◌⟨U+1161⟩", "\u{1161}".repeat(9)));
}

#[test]
fn every_character_there_is_can_be_seen() {
    for c in char::MIN..=char::MAX {
        // The blocks of ideographs and Korean syllables are alike throughout.
        if !('\u{3400}'..'\u{9f00}').contains(&c) && !('\u{20000}'..'\u{3f000}').contains(&c) {
            assert_cells_are_bounded(Safe::new(&c.to_string()).as_str());
        }
    }
}

#[test]
fn one_line_shows_its_breaks() {
    assert_eq!(Safe::line("a\nb\r\nc").as_str(), "a␊b␍␊c");
}

#[test]
fn long_fields_and_lines_are_cut_and_say_so() {
    let line = new(&"a".repeat(LINE_MAX + 1));
    assert_eq!(line, format!("{}…", "a".repeat(LINE_MAX - 3)));
    assert_eq!(new(&"a".repeat(LINE_MAX)), "a".repeat(LINE_MAX));
    assert_eq!(new(&format!("{}\nnext", "é".repeat(LINE_MAX))), format!("{}…\nnext", "é".repeat(4094)));
    let field = new(&"short line\n".repeat(100_000));
    assert!(field.len() <= FIELD_MAX && field.len() > FIELD_MAX - 8 && field.ends_with('…'));
    let one = Safe::line(&"ab\n".repeat(100_000));
    assert!(one.as_str().len() <= LINE_MAX && one.as_str().ends_with('…'));
    let emoji = new(&"👨\u{200d}👩\u{200d}👧\u{200d}👦".repeat(2_000));
    assert!(emoji.len() <= LINE_MAX && emoji.ends_with("👦…"), "never inside a character");
}

#[test]
fn ten_megabytes_take_no_longer_than_what_is_shown() {
    for part in ["a", "a\n", "\u{300}", "\u{200b}", "\u{1100}", "👨\u{200d}", "é", "\n"] {
        let text = part.repeat(10_000_000 / part.len());
        let start = std::time::Instant::now();
        let safe = Safe::new(&text);
        // Some 50 ms in a debug build. The limit is wide because the machine may be busy.
        assert!(start.elapsed().as_secs() < 3, "{part:?} took {:?}", start.elapsed());
        assert!(safe.as_str().len() <= FIELD_MAX && safe.as_str().ends_with('…'), "{part:?}");
    }
}

#[test]
fn widths_are_those_of_the_terminal() {
    for (text, width) in [
        ("", 0),
        ("abc", 3),
        ("日本", 4),
        ("e\u{301}", 1),
        ("👨\u{200d}👩\u{200d}👧", 2),
        ("ab\nabcd\na", 4),
        ("\t", 4),
    ] {
        assert_eq!(Safe::new(text).width(), width, "{text:?}");
    }
}

#[test]
fn cutting_keeps_whole_characters_and_marks_the_cut() {
    for (text, width, cut) in [
        ("abcdef", 6, "abcdef"),
        ("abcdef", 5, "abcd…"),
        ("abcdef", 1, "…"),
        ("abcdef", 0, ""),
        ("日本語", 6, "日本語"),
        ("日本語", 5, "日本…"),
        ("日本語", 4, "日…"),
        ("e\u{301}e\u{301}e\u{301}", 2, "e\u{301}…"),
        ("", 0, ""),
    ] {
        assert_eq!(Safe::new(text).cut(width).as_str(), cut, "{text:?} in {width}");
    }
}

#[test]
fn padding_fills_the_column_exactly() {
    for (text, left, right) in [
        ("ab", "ab   ", "   ab"),
        ("日本", "日本 ", " 日本"),
        ("abcdefg", "abcd…", "abcd…"),
        ("日本語", "日本…", "日本…"),
    ] {
        assert_eq!(Safe::new(text).pad(5).as_str(), left);
        assert_eq!(Safe::new(text).pad_left(5).as_str(), right);
    }
    assert_eq!(Safe::new("日本語").pad(4).as_str(), "日… ");
}

#[test]
fn wrapping_breaks_between_words_and_only_there_if_it_can() {
    for (text, width, lines) in [
        ("the quick brown fox", 10, &["the quick", "brown fox"][..]),
        ("the quick brown fox", 9, &["the quick", "brown fox"]),
        ("abcdefghij", 4, &["abcd", "efgh", "ij"]),
        ("a abcdefgh", 4, &["a ab", "cdef", "gh"]),
        ("one\n\ntwo", 10, &["one", "", "two"]),
        ("", 10, &[""]),
        ("日本語", 4, &["日本", "語"]),
        ("日本", 1, &["日", "本"]),
        ("ab", 0, &["a", "b"]),
    ] {
        let wrapped = Safe::new(text).wrap(width);
        assert_eq!(wrapped.iter().map(Safe::as_str).collect::<Vec<_>>(), lines, "{text:?} in {width}");
    }
}

#[test]
fn json_stays_json_and_carries_nothing_that_a_terminal_obeys() {
    let value = serde_json::json!({ "a\u{9b}": "\u{7f}\u{202e}\u{1b}é👍\u{2028}\u{200f}" });
    let text = value.to_string();
    let escaped = escape_json(&text);
    assert_eq!(escaped, r#"{"a\u009b":"\u007f\u202e\u001bé👍\u2028\u200f"}"#);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&escaped).unwrap(), value);
    assert!(matches!(escape_json(r#"{"é":1}"#), std::borrow::Cow::Borrowed(_)));
}

#[test]
fn a_csv_cell_is_no_formula_and_no_control_sequence() {
    for (text, cell) in [
        ("plain", "plain"),
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'␍=1"),
        ("a=b", "a=b"),
        ("two\nlines", "two\nlines"),
        ("\u{1b}[2J\u{202e}", "␛[2J⟨RLO⟩"),
        ("👨\u{200d}👩", "👨\u{200d}👩"),
    ] {
        assert_eq!(csv_cell(text), cell, "{text:?}");
    }
}

#[test]
fn a_markdown_cell_is_one_line_of_plain_text() {
    for (text, cell) in [
        ("Orders v3", "Orders v3"),
        ("a | b\nc", "a \\| b␊c"),
        ("[x](https://e.com) ![y](z)", "\\[x\\](https://e.com) !\\[y\\](z)"),
        (
            "<b onclick=1>&lt; `code` **so** _so_ ~~no~~ \\",
            "\\<b onclick=1>\\&lt; \\`code\\` \\*\\*so\\*\\* \\_so\\_ \\~\\~no\\~\\~ \\\\",
        ),
        ("\u{1b}[2J\u{202e}", "␛\\[2J⟨RLO⟩"),
    ] {
        assert_eq!(markdown_cell(text), cell, "{text:?}");
    }
}

/// Every character, as a reader sees it, fits a cell, and none is invisible.
fn assert_cells_are_bounded(text: &str) {
    for grapheme in text.graphemes(true).filter(|grapheme| *grapheme != "\n") {
        assert!(grapheme.len() <= 32, "{grapheme:?} has {} bytes", grapheme.len());
        assert!((1..=32).contains(&grapheme.width()), "{grapheme:?} is {} wide", grapheme.width());
        let marks = grapheme.chars().filter(|c| c.width() == Some(0)).count();
        assert!(marks <= 16, "{grapheme:?} has {marks} marks");
    }
}

/// Pieces that are awkward beside each other.
const AWKWARD: &[&str] = &[
    "a",
    " ",
    "\t",
    "\n",
    "\r",
    "\u{1b}[",
    "\u{9b}",
    "\u{202e}",
    "\u{200d}",
    "\u{fe0f}",
    "\u{300}",
    "\u{20e3}",
    "👨",
    "🏽",
    "❤",
    "日",
    "\u{1100}",
    "\u{1161}",
    "\u{11a8}",
    "가",
    "\u{915}",
    "\u{94d}",
    "\u{93e}",
    "\u{600}",
    "🇫",
    "1",
    "\u{e0061}",
    "\u{ff9e}",
    "\u{200b}",
    "…",
    "⟨",
    "◌",
    "\u{e000}",
    "\u{d4e}",
    "\u{1b05}",
];

/// Text made of awkward pieces, alone or in long runs, with any character between them.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(AWKWARD).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
        1 => (0x300_u32..0x3_0000).prop_map(|code| char::from_u32(code).map(String::from).unwrap_or_default()),
    ];
    let run =
        (piece, prop_oneof![4 => Just(1_usize), 1 => 1_usize..40]).prop_map(|(piece, n)| piece.repeat(n));
    prop::collection::vec(run, 0..40).prop_map(|pieces| pieces.concat())
}

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(1_000))]

    #[test]
    fn nothing_harmful_is_left_and_nothing_is_invisible(text in hostile()) {
        for safe in [Safe::new(&text), Safe::line(&text)] {
            for c in safe.as_str().chars() {
                prop_assert!(!c.is_control() || c == '\n', "{c:?}");
                prop_assert!(!matches!(u32::from(c), 0x061C | 0x200B | 0x200C | 0x200E | 0x200F | 0x2028..=0x202E
                    | 0x2060..=0x206F | 0xFEFF | 0xE000..=0xF8FF | 0xE_0000..), "{c:?}");
            }
            assert_cells_are_bounded(safe.as_str());
        }
        prop_assert!(!Safe::line(&text).as_str().contains('\n'));
    }

    #[test]
    fn cleaning_what_is_clean_changes_nothing(text in hostile()) {
        for safe in [Safe::new(&text), Safe::line(&text)] {
            prop_assert_eq!(&Safe::new(safe.as_str()), &safe);
        }
    }

    #[test]
    fn columns_are_exact_and_pieces_are_clean(text in hostile(), width in 0_usize..30) {
        let safe = Safe::line(&text);
        let cut = safe.cut(width);
        prop_assert!(cut.width() <= width);
        prop_assert_eq!(safe.pad(width).width(), width);
        prop_assert_eq!(safe.pad_left(width).width(), width);
        for line in Safe::new(&text).wrap(width) {
            prop_assert!(line.width() <= width || line.as_str().graphemes(true).count() == 1, "{line:?}");
        }
    }

    #[test]
    fn json_of_any_text_means_the_same_escaped(text in hostile()) {
        let json = serde_json::to_string(&text).unwrap();
        let escaped = escape_json(&json);
        prop_assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), text);
        prop_assert!(!escaped.chars().any(char::is_control));
    }

    #[test]
    fn any_csv_cell_is_harmless(text in hostile()) {
        let cell = csv_cell(&text);
        prop_assert!(!cell.starts_with(['=', '+', '-', '@']));
        prop_assert!(!cell.chars().any(|c| c.is_control() && c != '\n' && c != '\t'));
    }
}

proptest! {
    #![proptest_config(cases(30))]

    #[test]
    fn every_size_is_bounded(text in hostile(), n in 1_usize..400) {
        let safe = Safe::new(&text.repeat(n));
        prop_assert!(safe.as_str().len() <= FIELD_MAX);
        prop_assert!(safe.lines().all(|line| line.as_str().len() <= LINE_MAX));
        prop_assert_eq!(&Safe::new(safe.as_str()), &safe);
    }
}
