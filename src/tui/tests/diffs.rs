//! What keys do with the changes of an event.

use std::sync::Arc;

use serde_json::{Value, json};

use super::support::{Bench, event, settings};
use crate::diff::{Comparison, MASK, Subject};
use crate::domain::{Action, Change, Event, Op};
use crate::tui::theme::Theme;
use crate::tui::{Effect, Message};

fn change(path: &str, op: Op, before: Option<Value>, after: Option<Value>) -> Change {
    Change { path: path.into(), op, before, after }
}

fn replaced(path: &str, before: Value, after: Value) -> Change {
    change(path, Op::Replace, Some(before), Some(after))
}

/// A service with one change of every sort, and a record that carries both documents.
pub(super) fn service() -> Event {
    let document = |mode: &str, sql: &str, limit: u32| {
        json!({
            "id": "svc_7", "name": "Orders", "region": "eu", "tier": 2,
            "config": { "mode": mode, "limit": limit, "sql": sql, "pin": format!("{limit}"), "region": "eu" },
            "steps": [{ "id": "read", "retries": limit / 100 }, { "id": "write", "retries": 1 }],
            "updatedAt": limit,
        })
    };
    let (old, new) =
        ("select id\nfrom orders\nwhere paid\nlimit 10", "select id\nfrom orders\nwhere sent\nlimit 10");
    let (before, after) =
        (document("hands it over at night", old, 1200), document("hands it over at noon", new, 300));
    let mut event = event(5, Action::Update, "service", "Orders");
    let rules = crate::diff::Rules { redact: vec!["pin".into()], ..crate::diff::Rules::default() };
    event.record.changes = crate::diff::compare(&before, &after, &rules);
    event.record.raw = json!({ "before": before, "after": after }).to_string().into();
    event
}

/// The same from a feed that names fields and sends no documents.
fn fields() -> Event {
    let mut event = event(5, Action::Update, "service", "Orders");
    event.record.changes = vec![
        replaced("config.mode", json!("hands it over at night"), json!("hands it over at noon")),
        replaced("config.timeout_ms", json!(60_000), json!(90_000)),
        replaced(
            "auth",
            json!(r#"{"user": "a", "password": "hunter1"}"#),
            json!(r#"{"user": "b", "password": "hunter2"}"#),
        ),
        replaced("pin", json!(MASK), json!(MASK)),
        change("steps[3] → [0]", Op::Move, Some(json!({"id": "d"})), Some(json!({"id": "d"}))),
        change("notes", Op::Add, None, Some(json!("x".repeat(200)))),
    ];
    event
}

fn bench(size: (u16, u16), event: Event, keys: &str) -> Bench {
    let mut bench = Bench::new(size, vec![event]);
    bench.press("d");
    bench.press(keys);
    bench
}

#[test]
fn every_layout_at_every_size() {
    for (layout, keys) in [("paths", ""), ("tree", "D"), ("sides", "DD")] {
        for size in [(60, 20), (80, 24), (120, 40), (200, 60)] {
            let bench = bench(size, service(), keys);
            insta::assert_snapshot!(format!("layout-{layout}-{}x{}", size.0, size.1), bench.screen());
        }
    }
    insta::assert_snapshot!("layout-fields-60x20", bench((60, 30), fields(), "").screen());
    insta::assert_snapshot!("layout-fields-tree", bench((80, 30), fields(), "D").screen());
}

#[test]
fn what_each_key_does() {
    for (keys, seen, unseen) in [
        ("", "5 changed · 1 ignored · 1 masked  (`I` shows what is ignored)", "updatedAt"),
        ("I", "updatedAt", "shows what is ignored"),
        ("II", "shows what is ignored", "updatedAt"),
        ("D", "id \"svc_7\"  name \"Orders\"", "config.mode"),
        ("D", "⋯ 2 unchanged", "region"),
        ("D)", "⋯ 2 unchanged: region, tier", "Side by side"),
        ("DD", "changes by their paths; side by side needs 125 columns, and there are 98", "svc_7"),
        ("DDD", "changes as a tree", "side by side"),
        ("(", "only what changed is shown", "from orders"),
        ("((", "nothing is shown around these changes", "from orders"),
        (")", "up to 3 unchanged lines on each side of a change", "1 line unchanged"),
        ("))", "nothing more stands around these changes", "1 line unchanged"),
        ("D)", "up to 3 unchanged fields on each side of a change", "lines"),
        ("I", "fields that every save touches are shown", "none here"),
        ("(", "where sent", "from orders"),
        (")", "limit 10", "1 line unchanged"),
        ("-", "config.mode  ⋯", "1200 → 300"),
        ("-=", "1200 → 300", "config.mode  ⋯"),
        ("nh", "config.mode  ⋯", "at noon"),
        ("nhl", "at noon", "config.mode  ⋯"),
        ("-nl", "1200 → 300", "at noon"),
    ] {
        let screen = bench((100, 30), service(), keys).screen();
        assert!(screen.contains(seen) && !screen.contains(unseen), "{keys}:\n{screen}");
    }
}

#[test]
fn what_makes_no_difference_is_not_said_to_make_one() {
    for (keys, seen, unseen) in [
        ("I", "fields that every save touches are shown; there are none here", "x"),
        ("(", "nothing is shown around these changes", "only what changed"),
        (")", "nothing more stands around these changes", "unchanged"),
    ] {
        let mut event = event(5, Action::Update, "service", "Orders");
        event.record.changes = vec![replaced("owner", json!("a"), json!("b"))];
        let screen = bench((100, 30), event, keys).screen();
        let status = screen.lines().last().unwrap();
        assert!(status.contains(seen) && !status.contains(&format!("{unseen} ")), "{keys}:\n{screen}");
    }
}

#[test]
fn a_layout_without_room_is_passed_over_and_not_talked_about_everywhere() {
    let mut bench = Bench::new((200, 40), vec![service(), event(9, Action::Update, "service", "Cart")]);
    bench.press("dDD");
    assert!(bench.screen().contains("changes side by side"), "{}", bench.screen());
    // Beside the list there is no room for two sides: it is shown by paths without a word.
    bench.press("<esc>j");
    let screen = bench.screen();
    assert!(screen.contains("No changed fields") && !screen.contains("side by side"), "{screen}");
    bench.press("k<tab>D");
    assert!(bench.screen().contains("changes as a tree"), "{}", bench.screen());
}

#[test]
fn the_tab_counts_what_the_tab_lists() {
    let mut event = event(5, Action::Update, "service", "Orders");
    event.record.changes =
        vec![replaced("auth", json!(r#"{"user": "a", "n": 1}"#), json!(r#"{"user": "b", "n": 2}"#))];
    let screen = bench((100, 30), event, "").screen();
    assert!(screen.contains("[Diff] 2") && screen.contains("2 changed"), "{screen}");
}

#[test]
fn long_lines_are_broken_or_cut() {
    let broken = bench((60, 30), fields(), "");
    let lines = broken.screen().lines().filter(|line| line.contains("xxxx")).count();
    let cut = bench((60, 30), fields(), "W");
    let cut_lines: Vec<String> =
        cut.screen().lines().filter(|line| line.contains("xxxx")).map(str::to_owned).collect();
    assert!(lines > 2 && cut_lines.len() == 1 && cut_lines[0].ends_with('…'), "{lines} {cut_lines:?}");
}

#[test]
fn changes_are_gone_to_and_stay_in_sight_in_every_layout() {
    for keys in ["", "D", "DD"] {
        let mut bench = bench((80, 12), service(), keys);
        let (text, _) = bench.app.text_of_event().unwrap();
        for _ in 0..=text.marks.len() {
            bench.press("n");
            let screen = bench.screen();
            assert!(screen.lines().any(|line| line.starts_with('▌')), "{keys}:\n{screen}");
        }
        let last = text.marks.len() - 1;
        assert_eq!(bench.app.view_of_event().change, Some(last), "{keys}");
        let block = text.blocks[last];
        bench.press("D");
        let (text, _) = bench.app.text_of_event().unwrap();
        let place = bench.app.view_of_event().change.unwrap();
        assert_eq!(text.blocks[place], block, "{keys}: the same change in the next layout");
    }
}

#[test]
fn a_masked_value_is_shown_after_a_question_and_only_where_it_is_there() {
    let mut bench = bench((100, 30), service(), "");
    assert!(!bench.screen().contains("\"1200\""), "{}", bench.screen());
    bench.press("nnnn");
    let place = bench.app.view_of_event().change;
    bench.press("X");
    let screen = bench.screen();
    assert!(screen.contains("Show `config.pin`? `X` again shows it, any other key does not"), "{screen}");
    bench.press("j");
    assert!(!bench.screen().contains("\"1200\""), "any other key leaves it");
    bench.press("XX");
    assert!(bench.screen().contains("\"1200\" → \"300\""), "{}", bench.screen());
    assert_eq!(bench.app.view_of_event().change, place);
    bench.take_asked();
    for keys in ["yd", "ym", "yr"] {
        bench.press(keys);
        let asked = bench.take_asked();
        let [Effect::Copy { text, .. }] = asked.as_slice() else { panic!("{keys}: {asked:?}") };
        assert!(text.contains("sent") && text.contains(MASK), "{keys}: {text}");
        assert!(
            !text.contains("\"1200\"") && !text.contains("\"300\""),
            "{keys} shows what only the screen may: {text}"
        );
    }
}

#[test]
fn what_was_masked_before_it_was_kept_is_said_to_be_lost() {
    for (keys, words) in [
        ("nnnnnX", "`pin`: this was masked before it was kept"),
        ("nX", "`config.mode`: nothing is masked here"),
        ("nnnnX", "Show `auth.password`?"),
    ] {
        let screen = bench((100, 30), fields(), keys).screen();
        assert!(screen.contains(words), "{keys}: {screen}");
    }
    let mut event = fields();
    event.record.raw = r#"{"changes": {"pin": {"from": "1", "to": "2"}, "password": "p"}}"#.into();
    let screen = bench((140, 30), event, "nnnnnX").screen();
    assert!(screen.contains("the record may: `]` to Raw, and `X` there"), "{screen}");
    let mut bench = bench((100, 30), fields(), "nnnnX");
    assert!(!bench.screen().contains("hunter"));
    bench.press("X");
    assert!(bench.screen().contains("\"hunter1\" → \"hunter2\""), "{}", bench.screen());
}

#[test]
fn copies_of_changes() {
    for (keys, what, holds) in [
        ("yd", "changes as text", "~ config.timeout_ms  60000 → 90000  (+30,000 (+50 %))  (1 m → 1 m 30 s)"),
        ("ym", "changes as Markdown", "- changed `config.timeout_ms`: `60000` → `90000`"),
        ("yr", "changes as a JSON Patch", "\"path\": \"/config/timeout_ms\""),
    ] {
        for open in ["", "d"] {
            let mut bench = Bench::new((100, 30), vec![fields()]);
            bench.press(open);
            bench.take_asked();
            bench.press(keys);
            let asked = bench.take_asked();
            let copied = asked.iter().find_map(|effect| match effect {
                Effect::Copy { what, text } => Some((*what, text.clone())),
                _ => None,
            });
            let (name, text) = copied.unwrap_or_else(|| panic!("{keys}: {asked:?}"));
            assert!(name == what && text.contains(holds) && !text.contains("hunter"), "{name}: {text}");
        }
    }
    let mut none = Bench::new((100, 30), vec![event(5, Action::Update, "service", "Orders")]);
    none.press("yd");
    assert!(none.screen().contains("this event names no changed field"));
    let mut named = fields();
    named.record.changes.push(replaced("produces[order.created].owner", json!("a"), json!("b")));
    let bench = bench((120, 30), named, "yr");
    assert!(bench.screen().contains("a patch needs the place of `produces[order.created].owner`"));
}

/// Two texts of a megabyte, as one change.
fn megabytes() -> Event {
    let line = |word: &str, i: usize| format!("{word} {} of a long text that goes on", i * 7919 % 28_001);
    let text = |word: &str| (0..28_000).map(|i| line(word, i)).collect::<Vec<_>>().join("\n");
    let mut event = event(5, Action::Update, "service", "Orders");
    event.record.changes = vec![replaced("sql", json!(text("line")), json!(text("LINE")))];
    event
}

#[test]
fn two_megabytes_are_compared_beside_the_screen() {
    let begun = std::time::Instant::now();
    let mut bench = Bench::new((100, 30), vec![megabytes()]);
    bench.press("d");
    assert!(bench.screen().contains("Comparing 2."), "{}", bench.screen());
    for keys in ["j", "D", "n", "W", "(", "-", "X", "]", "[", "<c-d>"] {
        bench.press(keys);
        bench.screen();
    }
    let waited = begun.elapsed();
    let asked = bench.take_asked();
    let compared: Vec<_> = asked
        .iter()
        .filter_map(|effect| match effect {
            Effect::Compare { subject: Subject::Event(event), revealed } => {
                Some((event.clone(), revealed.clone()))
            }
            _ => None,
        })
        .collect();
    let [(event, revealed)] = compared.as_slice() else { panic!("asked once: {asked:?}") };
    // The work itself takes longer than this: it is not among what the keys waited for.
    assert!(waited.as_millis() < 5_000, "{waited:?}");
    let comparison = Arc::new(Comparison::of(event, revealed));
    let late = Arc::new(Event::clone(event));
    bench.tell(Message::Compared {
        subject: Subject::Event(late),
        revealed: vec![],
        comparison: comparison.clone(),
    });
    assert!(
        bench.screen().contains("Comparing 2."),
        "an answer about another state of the event is not taken"
    );
    bench.tell(Message::Compared { subject: Subject::Event(event.clone()), revealed: vec![], comparison });
    let screen = bench.screen();
    assert!(screen.contains("1 changed") && !screen.contains("Comparing"), "{screen}");
    bench.press("G");
    assert!(bench.screen().contains("… cut here: `backtrail diff` prints all"), "{}", bench.screen());
    for keys in ["j", "<c-d>", "n", "(", ")", ")", "D", "W", "G", "gg", "I", "yd"] {
        let begun = std::time::Instant::now();
        bench.press(keys);
        bench.screen();
        // Laid out is what can be seen and a bound beyond it, however long the texts are.
        assert!(begun.elapsed().as_millis() < 3_000, "{keys}: {:?}", begun.elapsed());
    }
}

#[test]
fn changed_words_are_told_by_more_than_colour() {
    use ratatui::style::Modifier;
    for theme in ["dark", "light", "high-contrast", "colour-blind", "monochrome"] {
        let mut settings = settings((100, 30));
        settings.theme = Theme::built_in(theme).unwrap();
        let mut bench = Bench::with(settings, vec![service()]);
        bench.press("d");
        let underlined =
            bench.cells().into_iter().filter(|cell| cell.modifier.contains(Modifier::UNDERLINED));
        let text: String = underlined.map(|cell| cell.symbol().to_owned()).collect();
        assert!(text.contains("night") && text.contains("noon"), "{theme}: {text}");
        assert!(!text.contains("hands"), "{theme}: {text}");
    }
}

/// A service whose record holds secrets that no change names.
fn keeper() -> Event {
    let mut event = service();
    event.record.raw =
        json!({ "auth": { "token": "sk_live_1", "user": "a" }, "n": 1, "note": "x", "secret": "sk_live_2" })
            .to_string()
            .into();
    event
}

#[test]
fn the_record_is_masked_on_its_tab_and_one_value_is_shown_after_a_question() {
    let mut bench = bench((100, 30), keeper(), "]");
    let screen = bench.screen();
    assert!(screen.contains("[Raw]") && screen.contains("\"token\": \"••••\""), "{screen}");
    assert!(!screen.contains("sk_live"), "{screen}");
    bench.press("X");
    let screen = bench.screen();
    assert!(screen.contains("Show `#/auth/token`? `X` again shows it"), "{screen}");
    bench.press("X");
    let screen = bench.screen();
    assert!(screen.contains("sk_live_1") && !screen.contains("sk_live_2"), "{screen}");
    assert!(screen.contains("[Raw]"), "{screen}");
    bench.press("XX");
    assert!(bench.screen().contains("sk_live_2"));
    bench.press("X");
    assert!(bench.screen().contains("nothing in this record is masked"), "{}", bench.screen());
}

#[test]
fn a_record_is_copied_without_its_secrets_whatever_the_screen_shows() {
    let mut bench = bench((100, 30), keeper(), "]XX");
    bench.take_asked();
    bench.press("yj");
    let asked = bench.take_asked();
    let Some(Effect::Copy { text, .. }) = asked.first() else { panic!("{asked:?}") };
    assert!(!text.contains("sk_live") && text.contains(r#""token":"••••""#), "{text}");
}

#[test]
fn the_record_is_folded_where_one_looks() {
    let folded = |keys: &str| {
        let mut bench = bench((100, 30), keeper(), "]");
        bench.press(keys);
        let screen = bench.screen();
        assert!(screen.contains("[Raw]"), "{keys}: {screen}");
        screen
    };
    let auth = "\"auth\": { … 2 keys },";
    for (keys, seen) in [("", false), ("h", true), ("hl", false), ("-", true), ("-=", false), ("-l", false)] {
        let screen = folded(keys);
        assert_eq!(screen.contains(auth), seen, "{keys}: {screen}");
        assert_eq!(screen.contains("\"token\""), !seen, "{keys}: {screen}");
        assert!(screen.contains("\"note\": \"x\"") && !screen.contains("sk_live"), "{keys}: {screen}");
    }
    assert!(folded("l").contains("nothing is folded here"));
    assert!(folded("hh").contains("there is nothing to fold here"));
    // What is masked in a fold is still asked about.
    assert!(folded("hX").contains("Show `#/auth/token`?"));
}

#[test]
fn where_nothing_folds_the_tab_stays_and_says_so() {
    let mut bench = Bench::new((100, 30), vec![fields()]);
    bench.press("<enter>");
    for key in ["h", "l", "-", "="] {
        bench.press(key);
        let screen = bench.screen();
        assert!(
            screen.contains("[Summary]") && screen.contains("nothing folds on this tab"),
            "{key}: {screen}"
        );
    }
}

#[test]
fn a_range_outside_of_the_list_says_where_it_begins() {
    for keys in ["ev", "gWv", "av"] {
        let mut bench = Bench::new((120, 30), vec![fields()]);
        bench.press(keys);
        assert!(
            bench.screen().contains("a range begins in the list of events"),
            "{keys}: {}",
            bench.screen()
        );
    }
}
