//! What keys do to let events out of the program.

use super::support::{Bench, NOW, settings, story, user};
use crate::export::Format;
use crate::tui::{Destination, Effect, Existing, Message, NotWritten, Outgoing};

/// What was asked to be written, with the title of the report.
fn asked(bench: &mut Bench) -> (Outgoing, String) {
    let asked = bench.take_asked();
    let found = asked.into_iter().find_map(|effect| match effect {
        Effect::Export { outgoing, title, .. } => Some((outgoing, title)),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("nothing is written:\n{}", bench.screen()))
}

#[test]
fn the_form_at_two_sizes() {
    for size in [(80, 24), (120, 40)] {
        let mut bench = Bench::new(size, story());
        bench.press("x");
        insta::assert_snapshot!(format!("export-{}x{}", size.0, size.1), bench.screen());
    }
    let mut bench = Bench::new((60, 20), story());
    bench.press("x<down><down><tab><down><down>");
    insta::assert_snapshot!("export-file-60x20", bench.screen());
}

#[test]
fn what_is_chosen_is_what_is_written() {
    for (keys, events, format, unmasked, file) in [
        ("x", 8, Format::Markdown, false, Some("changes-2026-04-01.md")),
        ("x<tab>", 1, Format::Markdown, false, Some("changes-2026-04-01.md")),
        ("x<tab><tab>", 8, Format::Markdown, false, Some("changes-2026-04-01.md")),
        ("  x", 2, Format::Markdown, false, Some("changes-2026-04-01.md")),
        ("vjjx", 3, Format::Markdown, false, Some("changes-2026-04-01.md")),
        ("ex", 5, Format::Markdown, false, Some("changes-2026-04-01.md")),
        ("<enter>x", 1, Format::Markdown, false, Some("changes-2026-04-01.md")),
        ("x<down><tab>", 8, Format::Html, false, Some("changes-2026-04-01.html")),
        ("xj jh", 8, Format::Html, true, Some("changes-2026-04-01.html")),
        ("x<down><tab><tab><tab><tab>", 8, Format::Csv, false, Some("changes-2026-04-01.csv")),
        ("x<down><down><down><tab>", 8, Format::Markdown, false, None),
        ("xjjjjabc<up><up><up>l", 8, Format::Html, false, Some("changes-2026-04-01.mdabc")),
    ] {
        let mut bench = Bench::new((100, 30), story());
        bench.press(keys);
        bench.take_asked();
        bench.press("<enter>");
        let (outgoing, title) = asked(&mut bench);
        let to = match &outgoing.to {
            Destination::File { path, existing } => {
                // A name that was typed is meant as it is.
                let named = keys.contains("abc");
                assert_eq!(*existing, if named { Existing::Stays } else { Existing::Numbered }, "{keys}");
                Some(path.as_str())
            }
            Destination::Clipboard => None,
        };
        assert_eq!(
            (outgoing.rows.len(), outgoing.format, outgoing.unmasked, to),
            (events, format, unmasked, file),
            "{keys}"
        );
        assert_eq!(title, "Change report");
    }
}

#[test]
fn a_view_gives_its_name_and_a_file_is_replaced_only_when_asked() {
    let mut settings = settings((100, 30));
    settings.user = user();
    let mut bench = Bench::with(settings, story());
    bench.press("x<down><down><down><down><down><tab><enter>");
    let (outgoing, title) = asked(&mut bench);
    assert_eq!(title, "Change report: Prod flows");
    assert!(matches!(outgoing.to, Destination::File { existing: Existing::Replaced, .. }));
}

#[test]
fn the_form_stays_until_something_was_written() {
    let mut bench = Bench::new((100, 30), story());
    bench.press("x<enter>");
    assert!(bench.screen().contains("writing…"), "{}", bench.screen());
    bench.take_asked();
    bench.press("<enter>");
    assert!(bench.take_asked().is_empty(), "one file is written once");
    bench.tell(Message::Exported(Err(NotWritten::Failed("the disk is full".into()))));
    assert!(bench.screen().contains("the disk is full"), "{}", bench.screen());
    bench.press("<enter>");
    bench.tell(Message::Exported(Err(NotWritten::Exists("~/changes.md".into()))));
    let said = "`~/changes.md` exists already: `tab` lets it be replaced, or name another file";
    assert!(bench.screen().contains(said), "{}", bench.screen());
    assert!(bench.screen().contains("▌existing"), "the line that decides: {}", bench.screen());
    bench.take_asked();
    bench.press("<tab><enter>");
    let (outgoing, _) = asked(&mut bench);
    assert!(matches!(outgoing.to, Destination::File { existing: Existing::Replaced, .. }));
    bench.tell(Message::Exported(Ok(Some("wrote changes.md: 8 events".into()))));
    let screen = bench.screen();
    assert!(screen.contains("wrote changes.md: 8 events") && !screen.contains("existing"), "{screen}");
    bench.press("x<enter>");
    bench.tell(Message::Exported(Ok(None)));
    let screen = bench.screen();
    assert!(!screen.contains("existing"), "the clipboard speaks for itself: {screen}");
    bench.press("x<esc>");
    assert!(!bench.screen().contains("existing"));
    let mut none = Bench::new((100, 30), Vec::new());
    none.press("x");
    assert!(none.screen().contains("there is no event to export"), "{}", none.screen());
}

#[test]
fn a_file_needs_a_name() {
    let mut bench = Bench::new((100, 30), story());
    bench.press("x<down><down><down><down><c-u><enter>");
    assert!(bench.screen().contains("the file needs a name"), "{}", bench.screen());
    assert!(!bench.take_asked().iter().any(|effect| matches!(effect, Effect::Export { .. })));
}

#[test]
fn the_terminal_is_asked_where_no_program_took_a_text() {
    let mut bench = Bench::new((100, 30), story());
    bench.tell(Message::NotTaken {
        what: "actor".into(),
        text: "ana".into(),
        why: Some("`xclip` failed".into()),
    });
    let asked = bench.take_asked();
    let expected = Effect::CopyByTerminal {
        what: "actor".into(),
        text: "ana".into(),
        why: Some("`xclip` failed".into()),
    };
    assert!(asked.contains(&expected), "{asked:?}");
}

#[test]
fn fields_and_requests_are_copied() {
    for (keys, what, text) in [
        ("jjjyf", "path of the field", "owner"),
        ("jjjyv", "value of the field", "team-orders"),
        ("jjjdnnyf", "path of the field", "extras.sla"),
        ("jjjdnnnyv", "value of the field", "checkout"),
    ] {
        let mut bench = Bench::new((100, 40), story());
        bench.press(keys);
        let asked = bench.take_asked();
        let copied = asked.iter().find_map(|effect| match effect {
            Effect::Copy { what, text } => Some((*what, text.as_str())),
            _ => None,
        });
        assert_eq!(copied, Some((what, text)), "{keys}");
    }
    let mut bench = Bench::new((100, 40), story());
    bench.press("yc");
    let asked = bench.take_asked();
    let newest = bench.cache[0].clone();
    assert!(asked.contains(&Effect::CopyRequest { event: newest }), "{asked:?}");
    let mut none =
        Bench::new((100, 40), vec![super::support::event(5, crate::domain::Action::Update, "a", "b")]);
    none.press("yv");
    assert!(none.screen().contains("this event names no changed field"), "{}", none.screen());
    assert!(none.app.ui.now == NOW);
}
