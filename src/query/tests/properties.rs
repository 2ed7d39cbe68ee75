//! What holds for any text.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;

/// Signs, words and values of the language, and characters that it has to put up with.
#[rustfmt::skip]
const PIECES: &[&str] = &[
    " ", " ", " ", "(", ")", "-", "!", "\"", "\\", "/", "/i", ",", "..", "->", "<-", "=", "~", ">",
    "<", ">=", "<=", ":", "*", "@", "OR ", "AND ", "NOT ", "@me", "a", "b/", "10:30", "https://x",
    "v3", "7", "3.5", "-1", "7d", "2026-03", "today", "failed", "success", "update", "ß", "İ",
    "\u{202e}", "\u{0}", "é", "time", "utc", "+02:00", "2026-03-29T02:30",
];

/// Pieces that mean something, in any order: most of what a person can type, right or wrong.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(PIECES).prop_map(str::to_owned),
        prop::sample::select(FIELDS.iter().map(|row| format!("{}:", row.key)).collect::<Vec<_>>()),
        prop::sample::select(FIELDS.iter().map(|row| format!(" {} ", row.example)).collect::<Vec<_>>()),
        prop::sample::select(DIRECTIVES.iter().map(|row| format!(" {} ", row.example)).collect::<Vec<_>>()),
        Just("@a.b:".to_owned()),
        Just("field:a".to_owned()),
        "[a-z*/.=~<>-]{1,4}",
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn check_print(text: &str) -> Result<(), TestCaseError> {
    if let Ok(Reading { query, .. }) = preview(text, &context()) {
        let printed = query.to_string();
        let again = parse(&printed, &context());
        prop_assert_eq!(again.as_ref(), Ok(&query), "{:?} printed as {:?}", text, printed);
        prop_assert_eq!(again.unwrap().to_string(), printed);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn printing_and_parsing_gives_the_same_query(text in pieces()) {
        check_print(&text)?;
    }

    #[test]
    fn any_text_is_read_or_refused_at_a_place_inside_it(text in prop_oneof![".{0,60}", pieces()]) {
        check_print(&text)?;
        if let Err(error) = parse(&text, &context()) {
            prop_assert!(text.get(error.span.clone()).is_some(), "{:?} {:?}", text, error);
            if let Some(fix) = error.fix {
                prop_assert!(text.get(fix.span.clone()).is_some());
            }
        }
    }

    #[test]
    fn choices_fit_into_any_line_at_any_place(text in prop_oneof![".{0,40}", pieces()], at in 0..60_usize) {
        let slot = complete::Slot::at(&text, at);
        prop_assert!(text.get(slot.span.clone()).is_some() && text.get(slot.term.clone()).is_some());
        prop_assert!(slot.term.start <= slot.span.start && slot.span.end <= slot.term.end.max(at.min(text.len())));
        slot.wants(&text, &context());
        for choice in complete::choices(&slot, &complete::Offer { knows_me: true, ..Default::default() }) {
            prop_assert!(choice.fix.apply(&text).contains(&choice.fix.replacement));
        }
    }

    #[test]
    fn negation_is_the_complement(text in pieces()) {
        if let Ok(query) = parse(&text, &context()) {
            let negated = Query::all().and_not(&query);
            for (_, event) in events::all() {
                prop_assert_ne!(query.matches(&event), negated.matches(&event));
            }
        }
    }
}

#[test]
fn printed_queries_keep_their_meaning_beside_others() {
    // Each of these has been a trap: what follows could be taken for a part of it.
    for (a, b) in
        [("type:/a*", "/b/"), ("@a:/x", "\"y/\""), ("type:~=*", "a"), ("\"b/\"", "/c/"), ("-\"\"", "a")]
    {
        let (a, b) = (read(a), read(b));
        for both in [a.and(&b), b.and(&a)] {
            assert_eq!(read(&both.to_string()), both, "{both}");
        }
    }
}

#[test]
fn a_long_line_of_anything_takes_linear_time() {
    for piece in [
        "(",
        ")",
        "-",
        "!",
        "\"",
        "\\",
        "/",
        "/a ",
        "/a/",
        "a",
        "a ",
        ":",
        "a:",
        "@a:",
        "type:\"a\"b",
        ",",
        "..",
        "version:1..",
        "type:a,",
        "field:a->b,",
        "since:7d",
        "7d",
        "since:",
        "*",
        "@",
        "@a",
        "NOT ",
        "a OR ",
        "(a) ",
        "\u{202e}",
        "İ",
        "\"a\" ",
        "/\\/ ",
        "on:1",
        "around:~",
        "(a OR b) ",
    ] {
        // Linear work takes a tenth of a second here, quadratic work a minute or more: a limit between them
        // holds on a busy machine too.
        let text = piece.repeat(400_000 / piece.len());
        let start = Instant::now();
        let answer = preview(&text, &context());
        assert!(start.elapsed() < Duration::from_secs(5), "{piece:?} took {:?}", start.elapsed());
        if let Err(error) = answer {
            assert!(text.len() >= error.span.start, "{piece:?}");
        }
    }
}
