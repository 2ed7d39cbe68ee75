//! What keys do to have changes summed up, and what is shown of a model's answer.

use super::support::{Bench, NOW, story};
use crate::domain::{EventId, Summary};
use crate::tui::{Effect, Message, Proposal};

/// What is asked to be put together: its number and how many events it is about.
fn draft(bench: &mut Bench) -> (u64, usize) {
    let asked = bench.take_asked();
    let found = asked.iter().rev().find_map(|effect| match effect {
        Effect::Draft { generation, rows } => Some((*generation, rows.len())),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("nothing is drafted: {asked:?}\n{}", bench.screen()))
}

fn proposal(kept: Option<Summary>) -> Proposal {
    Proposal {
        label: "AI · llama3.1 · local".into(),
        head: "llama3.1 · local: 1 event, 2 secrets masked, 1204 bytes, about 301 tokens".into(),
        lines: (1..=60).map(|n| format!("line {n} of what is sent")).collect(),
        kept,
    }
}

fn summary(events: Vec<EventId>, text: &str) -> Summary {
    Summary {
        hash: [7; 32],
        model: "llama3.1".into(),
        host: "local".into(),
        made: NOW,
        text: text.into(),
        events,
    }
}

/// A bench on which what would be sent is shown.
fn proposed(size: (u16, u16)) -> (Bench, u64) {
    let mut bench = Bench::new(size, story());
    bench.press("i");
    let (generation, _) = draft(&mut bench);
    bench.tell(Message::Drafted { generation, result: Ok(proposal(None)) });
    (bench, generation)
}

#[test]
fn every_stage_at_two_sizes() {
    for size in [(80, 24), (120, 40)] {
        let (mut bench, generation) = proposed(size);
        let name = |stage: &str| format!("ai-{stage}-{}x{}", size.0, size.1);
        insta::assert_snapshot!(name("preview"), bench.screen());
        bench.press("<enter>");
        bench.tell(Message::Writing { generation, text: "The flow was rolled back because ".into() });
        insta::assert_snapshot!(name("writing"), bench.screen());
        let id = bench.cache[0].id;
        let text = format!("The flow was rolled back because conversions fell [{id}].");
        bench.tell(Message::Summarized { generation, result: Ok(summary(vec![id], &text)) });
        insta::assert_snapshot!(name("written"), bench.screen());
    }
    let mut bench = Bench::new((80, 24), story());
    bench.press("i");
    let (generation, _) = draft(&mut bench);
    let lines = ["no model is configured, so nothing is sent anywhere", "", "  [ai]", "  model = \"m\""];
    bench.tell(Message::Drafted { generation, result: Err(lines.map(str::to_owned).to_vec()) });
    insta::assert_snapshot!("ai-off-80x24", bench.screen());
    bench.press("<enter>");
    assert!(bench.take_asked().is_empty(), "there is nothing to send");
}

#[test]
fn what_is_summed_up_is_what_is_looked_at() {
    for (keys, events) in
        [("i", 1), ("i<tab>", 8), ("  i", 2), ("vjji", 3), ("ei", 5), ("ei<tab>", 1), ("<enter>i", 1)]
    {
        let mut bench = Bench::new((100, 30), story());
        bench.press(keys);
        assert_eq!(draft(&mut bench).1, events, "{keys}");
    }
    let mut none = Bench::new((100, 30), Vec::new());
    none.press("i");
    assert!(none.screen().contains("there is no event to sum up"), "{}", none.screen());
}

#[test]
fn nothing_is_sent_before_it_was_shown_and_accepted() {
    let mut bench = Bench::new((100, 30), story());
    bench.press("i<enter><enter>");
    let asked = bench.take_asked();
    assert!(!asked.iter().any(|effect| matches!(effect, Effect::Summarize { .. })), "{asked:?}");
    let (mut bench, generation) = proposed((100, 30));
    assert!(bench.take_work().is_empty());
    bench.press("jjj <down><up>k<enter>");
    assert_eq!(bench.take_work(), [Effect::Summarize { generation }]);
    bench.press("<enter>");
    assert!(bench.take_work().is_empty(), "it is sent once");
}

#[test]
fn esc_stops_a_model_and_what_it_still_says_is_not_heard() {
    for key in ["<esc>", "<c-c>"] {
        let (mut bench, generation) = proposed((100, 30));
        bench.press("<enter>");
        bench.tell(Message::Writing { generation, text: "Half a sen".into() });
        bench.take_asked();
        bench.press(key);
        let asked = bench.take_asked();
        assert!(asked.contains(&Effect::DropSummary), "{asked:?}");
        bench.tell(Message::Writing { generation, text: "Half a sentence".into() });
        bench.tell(Message::Summarized { generation, result: Err("stopped".into()) });
        let screen = bench.screen();
        assert!(
            screen.contains("stopped: what had come is not kept") && !screen.contains("Half"),
            "{screen}"
        );
        bench.press(key);
        assert!(!bench.screen().contains("AI summary"), "{}", bench.screen());
    }
}

#[test]
fn a_failure_says_why_and_can_be_tried_again() {
    let (mut bench, generation) = proposed((100, 30));
    bench.press("<enter>");
    let why = "the model's server answered 401: bad key; check `key` under `[ai]`".to_owned();
    bench.tell(Message::Summarized { generation, result: Err(why.clone()) });
    assert!(bench.screen().contains(&why), "{}", bench.screen());
    bench.take_asked();
    bench.press("<enter>");
    assert_eq!(bench.take_work(), [Effect::Summarize { generation }]);
}

#[test]
fn an_answer_that_is_kept_is_shown_and_asked_again_only_after_a_look() {
    let mut bench = Bench::new((100, 30), story());
    bench.press("i");
    let (generation, _) = draft(&mut bench);
    let kept = summary(vec![bench.cache[0].id], "It was kept.");
    bench.tell(Message::Drafted { generation, result: Ok(proposal(Some(kept.clone()))) });
    let screen = bench.screen();
    assert!(
        screen.contains("AI · llama3.1 · local · 1 Apr 2026") && screen.contains("It was kept."),
        "{screen}"
    );
    bench.press("<enter>");
    let (again, _) = draft(&mut bench);
    bench.tell(Message::Drafted { generation: again, result: Ok(proposal(Some(kept))) });
    assert!(bench.screen().contains("line 1 of what is sent"), "{}", bench.screen());
    bench.press("<enter>");
    assert!(bench.take_asked().contains(&Effect::Summarize { generation: again }));
}

#[test]
fn a_summary_stands_beside_what_the_feed_says_under_its_own_name() {
    let mut bench = Bench::new((120, 40), story());
    let failed = bench.cache[1].id;
    bench.tell(Message::Summaries(vec![
        summary(vec![failed], "The role LOADER lost its rights."),
        Summary { hash: [8; 32], ..summary(vec![failed, bench.cache[0].id], "About two.") },
    ]));
    bench.press("j<enter>");
    let screen = bench.screen();
    let (feed, own) = (
        screen.find("AI · from Streamkap").unwrap(),
        screen.find("AI · llama3.1 · local · 1 Apr 2026").unwrap(),
    );
    assert!(feed < own && screen.contains("The role LOADER lost its rights."), "{screen}");
    assert!(!screen.contains("About two."), "{screen}");
}

#[test]
fn what_a_model_says_is_text_and_nothing_else() {
    let (mut bench, generation) = proposed((100, 30));
    bench.press("<enter>");
    let attack = "\u{1b}]52;c;cm0gLXJm\u{7}\u{1b}[2Jx\u{202e}y :quit\r\n";
    bench.tell(Message::Writing { generation, text: attack.into() });
    let writing = bench.screen();
    bench.tell(Message::Summarized { generation, result: Ok(summary(vec![bench.cache[0].id], attack)) });
    for screen in [writing, bench.screen()] {
        assert!(!screen.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{screen}");
        assert!(screen.contains("␛]52;c;cm0gLXJm␇␛[2Jx⟨RLO⟩y :quit"), "{screen}");
    }
    assert!(bench.take_work().iter().all(|effect| matches!(effect, Effect::Summarize { .. })));
}
