//! What holds for any text.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;

/// Pieces that mean something, in any order: most of what a person can type, right or wrong.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            " ",
            " ",
            " ",
            "(",
            ")",
            "-",
            "!",
            "\"",
            "\\",
            "/",
            "/i",
            ",",
            "..",
            "->",
            "<-",
            "=",
            "~",
            ">",
            "<",
            ">=",
            "<=",
            ":",
            "*",
            "@",
            "OR ",
            "AND ",
            "NOT ",
            "@me",
            "a",
            "b/",
            "10:30",
            "https://x",
            "v3",
            "7",
            "3.5",
            "-1",
            "7d",
            "2026-03",
            "today",
            "failed",
            "success",
            "update",
            "ß",
            "İ",
            "\u{202e}",
            "\u{0}",
            "é",
            "time",
            "utc",
            "+02:00",
            "2026-03-29T02:30",
        ])
        .prop_map(str::to_owned),
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
    if let Ok(query) = preview(text, &context()) {
        let printed = query.to_string();
        let again = parse(&printed, &context());
        prop_assert_eq!(again.as_ref(), Ok(&query), "{:?} printed as {:?}", text, printed);
        prop_assert_eq!(again.unwrap().to_string(), printed);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

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
fn ten_kilobytes_of_anything_are_read_in_linear_time() {
    let long = |piece: &str, kilobytes: usize| piece.repeat(kilobytes * 1024 / piece.len());
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
        let read = |kilobytes| {
            let text = long(piece, kilobytes);
            let start = Instant::now();
            let _ = preview(&text, &context());
            start.elapsed()
        };
        // Quadratic time would be 64 times as long; the smallest of a few runs is free of others' noise.
        let best = |kilobytes| (0..3).map(|_| read(kilobytes)).min().unwrap();
        let (short, whole) = (best(10), best(80));
        assert!(whole < short * 24 + Duration::from_millis(20), "{piece:?}: {short:?} {whole:?}");
    }
}
