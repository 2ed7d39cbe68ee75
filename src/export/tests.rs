//! What each format makes of ordinary and of hostile events.

use base64::Engine as _;
use serde_json::{Value, json};
use sha2::Digest as _;

use super::*;
use crate::domain::{Action, Change, Fact, Identity, Op, Record, Status, Summary, Timestamp};

/// What a stranger may write into any field.
const HOSTILE: &str =
    "</td></table><script>alert(1)</script>\" onload='x' | `a` [x](javascript:1)\u{1b}]0;t\u{7}\u{202e}";

fn event(name: &str) -> Event {
    let identity = Identity::Native(format!("e-{name}"));
    let time = Timestamp::from_millis(1_775_040_000_000);
    let mut record = Record::bare(identity, time);
    record.action = Action::Rollback;
    record.status = Status::Failed;
    record.entity.name = Some(name.to_owned());
    record.actor.name = Some("ana@example.com".to_owned());
    record.summary = Some("Rolled back".to_owned());
    record.ai_summary = Some("The flow went back.".to_owned());
    record.url = Some("https://x.example/flows/1".to_owned());
    record.raw = json!({ "apiKey": "sk_live_canary", "name": name }).to_string().into();
    let sides = (Some(json!("old")), Some(json!("new")));
    record.changes = vec![
        Change { path: "mode".into(), op: Op::Replace, before: sides.0, after: sides.1 },
        Change { path: "token".into(), op: Op::Set, before: None, after: Some(json!("sk_live_canary")) },
    ];
    Event::new("prod", "kaireonai", None, record)
}

fn hostile() -> Event {
    let mut event = event(HOSTILE);
    event.source = HOSTILE.into();
    let record = &mut event.record;
    record.actor.name = Some(HOSTILE.into());
    record.summary = Some(format!("# {HOSTILE}\n- {HOSTILE}"));
    record.ai_summary = Some(HOSTILE.into());
    record.error = Some(HOSTILE.into());
    record.url = Some("javascript:alert(1)".into());
    record.facts = vec![Fact { name: HOSTILE.into(), value: HOSTILE.into() }];
    record.changes[0].path = HOSTILE.into();
    record.changes[0].after = Some(json!(HOSTILE));
    event
}

fn about(count: usize) -> About {
    About {
        query: "entity:\"a`b\"".into(),
        count,
        coverage: vec!["complete".into()],
        summaries: ["Home Page NBA", HOSTILE]
            .map(|name| Summary {
                hash: [0; 32],
                model: "llama3.1".into(),
                host: "local".into(),
                made: Timestamp::from_millis(1_775_040_000_000),
                text: format!("All well.\n{HOSTILE}"),
                events: vec![event(name).id],
            })
            .to_vec(),
        feeds: [("kaireonai".into(), "KaireonAI".to_owned())].into(),
        ..About::default()
    }
}

fn written(format: Format, about: About, events: &[Event]) -> String {
    let mut out = Vec::new();
    let mut writer = Writer::new(format, &mut out, about);
    for pass in 0..format.passes() {
        if pass > 0 {
            writer.next_pass().unwrap();
        }
        for event in events {
            writer.event(event).unwrap();
        }
    }
    writer.finish().unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn no_format_lets_a_secret_out_unless_it_is_asked_for() {
    for format in Format::ALL {
        let text = written(format, about(1), &[event("Flow")]);
        assert!(!text.contains("sk_live_canary"), "{format:?}: {text}");
        assert!(text.contains("Flow"), "{format:?}: {text}");
    }
    for format in Format::ALL {
        let about = About { unmasked: true, ..about(1) };
        let text = written(format, about, &[event("Flow")]);
        assert!(text.contains("sk_live_canary"), "{format:?}: {text}");
        assert!(!text.contains("is masked") && !text.contains("•"), "{format:?}: {text}");
    }
}

#[test]
fn what_a_model_wrote_about_several_events_stands_before_the_timeline() {
    let mut about = about(2);
    let one = about.summaries[0].clone();
    let events = vec![event("Flow").id, event("Other").id];
    about.summaries.push(Summary { text: "Both went back.".into(), events, ..one });
    for (format, title) in [(Format::Markdown, "## Summary"), (Format::Html, "<h2>Summary</h2>")] {
        let text = written(format, about.clone(), &[event("Flow"), event("Other")]);
        let place = |words: &str| text.find(words).unwrap_or_else(|| panic!("no `{words}`: {text}"));
        assert!(place(title) < place("Both went back.") && place("Both went back.") < place("Timeline"));
        assert!(text.contains("local · 1 Apr 2026 · about 2 events"), "{text}");
        let none = written(format, super::About { summaries: Vec::new(), ..about.clone() }, &[event("Flow")]);
        assert!(!none.contains(title), "{none}");
    }
}

#[test]
fn hostile_text_is_text_in_every_format() {
    for format in Format::ALL {
        let text = written(format, about(2), &[hostile(), event("Flow")]);
        for bad in ["\u{1b}", "\u{7}", "\u{202e}", "sk_live_canary"] {
            assert!(!text.contains(bad), "{format:?} holds {bad:?}");
        }
    }
    let page = written(Format::Html, about(2), &[hostile(), event("Flow")]);
    assert!(!page.contains("<script") && !page.contains("href=\"javascript"), "{page}");
    assert!(!page.contains("onload='") && page.contains("&lt;script&gt;"), "{page}");
    // Every tag is one of the page's own.
    let tags = regex::Regex::new("<([a-zA-Z/!][a-zA-Z0-9]*)").unwrap();
    for tag in tags.captures_iter(&page) {
        let own = [
            "!DOCTYPE",
            "html",
            "head",
            "meta",
            "title",
            "style",
            "body",
            "h1",
            "h2",
            "h3",
            "dl",
            "dt",
            "dd",
            "code",
            "table",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
            "a",
            "section",
            "div",
            "blockquote",
            "pre",
            "ins",
            "del",
            "span",
            "p",
            "br",
        ];
        let name = tag[1].trim_start_matches('/');
        assert!(name.is_empty() || own.contains(&name), "{name}");
    }
    let report = written(Format::Markdown, about(1), &[hostile()]);
    assert!(!report.lines().any(|line| line.starts_with('<')), "{report}");
    // Changes stand in code, where a link is none.
    let code = regex::Regex::new("(?s)`{1,6} .*? `{1,6}|```diff.*?```").unwrap();
    let plain = code.replace_all(&report, "");
    assert!(!plain.lines().filter(|line| !line.contains('`')).any(|line| line.contains("](")), "{plain}");
    // A table keeps its six cells whatever stands in them.
    let row = report.lines().find(|line| line.starts_with("| 2026")).unwrap();
    assert_eq!(row.replace("\\|", "").matches('|').count(), 7, "{row}");
}

#[test]
fn a_page_loads_nothing_and_its_style_is_the_one_it_allows() {
    let page = written(Format::Html, about(1), &[event("Flow")]);
    let policy = regex::Regex::new(r#"Content-Security-Policy" content="([^"]+)""#).unwrap();
    let policy = policy.captures(&page).unwrap()[1].to_owned();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    for outside in ["src=", "<link", "<img", "@import", "url(", "<iframe"] {
        assert!(!page.contains(outside), "{outside}");
    }
    let style = page.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
    let hash = base64::prelude::BASE64_STANDARD.encode(sha2::Sha256::digest(style.as_bytes()));
    assert!(policy.contains(&hash), "{policy}");
    assert!(page.contains("prefers-color-scheme: dark") && page.contains("@media print"));
}

#[test]
fn reports_say_what_they_are_about() {
    insta::assert_snapshot!("report", written(Format::Markdown, about(1), &[event("Home Page NBA")]));
    let page = written(Format::Html, about(1), &[event("Home Page NBA")]);
    let body = page.split_once("</head>").unwrap().1;
    insta::assert_snapshot!("page", body);
}

#[test]
fn nothing_is_still_a_whole_file() {
    let made = |format| written(format, about(0), &[]);
    assert_eq!(serde_json::from_str::<Value>(&made(Format::Json)).unwrap(), json!([]));
    assert_eq!(made(Format::JsonLines), "");
    assert_eq!(made(Format::Csv).lines().count(), 1);
    assert!(made(Format::Html).ends_with("</html>\n"));
    assert!(made(Format::Markdown).contains("0 events"));
}

#[test]
fn json_is_read_back() {
    let array: Value =
        serde_json::from_str(&written(Format::Json, about(2), &[event("A"), hostile()])).unwrap();
    assert_eq!(array.as_array().unwrap().len(), 2);
    let csv = written(Format::Csv, about(2), &[event("A"), hostile()]);
    let mut reader = ::csv::Reader::from_reader(csv.as_bytes());
    assert_eq!(reader.records().map(Result::unwrap).count(), 2);
}
