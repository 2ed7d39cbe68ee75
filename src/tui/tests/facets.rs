//! The values of keys beside the list: how they are reached, counted and chosen.

use super::support::{Bench, event, many, story};
use crate::domain::{Action, FacetKey};
use crate::tui::Effect;
use crate::tui::pane::facets::Item;

/// The lines of the pane, from its title on.
fn pane(bench: &Bench) -> Vec<String> {
    let screen = bench.screen();
    let lines = screen.lines().skip_while(|line| !line.starts_with(" facets"));
    let inside = |line: &str| line.split('│').next().unwrap_or_default().trim_end().to_owned();
    lines.map(inside).collect()
}

/// The line of the pane that names this value, without the spaces between.
fn line(bench: &Bench, value: &str) -> String {
    let line = pane(bench).into_iter().find(|line| line.contains(value)).unwrap_or_default();
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn filter(bench: &Bench) -> &str {
    bench.app.filter.applied()
}

#[test]
fn facets_at_every_width() {
    for (size, keys) in
        [((200, 60), ""), ((140, 40), "s/flow"), ((120, 40), "s"), ((80, 24), "s"), ((60, 20), "s j ")]
    {
        let mut bench = Bench::new(size, story());
        bench.press(keys);
        insta::assert_snapshot!(format!("facets-{}x{}", size.0, size.1), bench.screen());
    }
}

#[test]
fn a_value_is_let_in_kept_out_and_taken_back_with_the_same_key() {
    for (keys, text) in [
        ("<enter>", "action:update"),
        ("<enter><enter>", ""),
        ("<enter>j<enter>", "action:update,publish"),
        ("<enter>j<enter>k<enter>", "action:publish"),
        ("!", "-action:update"),
        ("!j!", "-action:update,publish"),
        ("!j!!", "-action:update"),
        ("!<enter>", "action:update"),
        ("<enter>!", "-action:update"),
        (" j <enter>", "action:update,create"),
        (" }  <enter>", "action:update type:decision_flow,service"),
        ("j!u", ""),
        ("j!u<c-r>", "-action:publish"),
    ] {
        let mut bench = Bench::new((140, 50), story());
        bench.press("s");
        bench.press(keys);
        assert_eq!(filter(&bench), text, "{keys}\n{}", bench.screen());
        assert!(bench.screen().contains(&format!(" filter> {text}")), "the line says it too");
    }
}

#[test]
fn counts_are_taken_under_all_other_keys() {
    let mut bench = Bench::new((140, 50), story());
    bench.press("s");
    assert_eq!(
        (line(&bench, "update").as_str(), line(&bench, "success").as_str()),
        ("▌ update 4", "success 7")
    );
    bench.press("<enter>");
    assert_eq!(line(&bench, "update"), "▌+ update 4");
    assert_eq!(line(&bench, "publish"), "publish 2", "what else there is to let in");
    assert_eq!(line(&bench, "success"), "success 3");
    bench.press("j!");
    assert_eq!(line(&bench, "success"), "success 3", "what is not let in needs not be kept out");
}

#[test]
fn counts_follow_every_key_while_the_filter_is_typed() {
    let mut bench = Bench::new((140, 50), story());
    let count = |bench: &Bench| {
        let facets = bench.app.counts.facets().iter();
        let values = facets.filter(|facet| facet.key == FacetKey::Action).flat_map(|facet| &facet.values);
        values.filter(|value| &*value.value == "update").map(|value| value.count).sum::<usize>()
    };
    for (key, expected) in [
        ("f", 4),
        // Half typed, it may become `service`, and until then it takes nothing away.
        ("type:s", 4),
        ("ervice", 2),
        (" zzz", 0),
        ("<backspace><backspace><backspace>", 2),
        ("OR", 2),
    ] {
        bench.press(key);
        assert_eq!(count(&bench), expected, "after {key}");
    }
    bench.press("<esc><esc>");
    assert_eq!((count(&bench), line(&bench, "update").as_str()), (4, "update 4"));
}

#[test]
fn counts_grow_with_the_cache_and_the_cursor_stays_on_its_value() {
    let mut bench = Bench::new((140, 50), story());
    bench.press("sj");
    assert_eq!(line(&bench, "publish"), "▌ publish 2");
    bench.arrive((0..9).map(|n| event(n, Action::Rollback, "decision_flow", "F")).collect());
    assert_eq!(line(&bench, "rollback"), "rollback 10");
    assert_eq!(line(&bench, "publish"), "▌ publish 2");
}

#[test]
fn typing_narrows_the_values_of_every_key_and_never_the_list() {
    let mut bench = Bench::new((200, 50), story());
    bench.press("s/DE");
    assert_eq!(pane(&bench)[0].trim(), "facets  /DE");
    let listed = pane(&bench).join("\n");
    for (value, there) in
        [("decision_flow", true), ("destination", true), ("publish", false), ("Orders to Snowflake", true)]
    {
        assert_eq!(listed.contains(value), there, "{value} in\n{listed}");
    }
    assert_eq!((bench.app.timeline.list().len(), filter(&bench)), (8, ""));
    // `q` is a letter here; what is listed is chosen after `enter`.
    bench.press("q");
    assert!(pane(&bench)[1].contains("no value has this in it"));
    bench.press("<backspace><enter><enter>");
    assert_eq!(filter(&bench), "type:decision_flow");
    bench.press("<esc>");
    assert_eq!(pane(&bench)[0].split_whitespace().collect::<Vec<_>>(), ["facets", "/"]);
    bench.press("/x<esc>");
    assert!(bench.app.facets.typed().is_empty() && !bench.app.facets.typing());
}

#[test]
fn the_pane_is_gone_to_left_and_hidden() {
    for (size, keys, shown, focused) in [
        ((140, 40), "", true, false),
        ((140, 40), "s", true, true),
        ((140, 40), "s<esc>", true, false),
        ((140, 40), "ss", false, false),
        ((140, 40), "sss", true, true),
        ((140, 40), "<tab><tab>", true, true),
        ((140, 40), "<tab><tab><tab>", true, false),
        ((139, 40), "", false, false),
        ((139, 40), "s", true, true),
        ((139, 40), "s<esc>", false, false),
        ((139, 40), "ss", false, false),
        ((139, 40), "s <esc>", true, true),
        ((139, 40), "s <esc><esc>", false, false),
        ((139, 40), "sf", false, false),
        ((139, 40), "<enter>s", true, true),
        ((139, 40), "s?<esc>", true, true),
    ] {
        let mut bench = Bench::new(size, story());
        bench.press(keys);
        let seen = !pane(&bench).is_empty();
        assert_eq!((seen, bench.app.in_facets()), (shown, focused), "{keys}\n{}", bench.screen());
    }
}

#[test]
fn narrowing_the_values_goes_to_the_first_that_fits() {
    let mut bench = Bench::new((140, 50), story());
    bench.press("sG");
    for keys in ["/o", "r"] {
        bench.press(keys);
        let (pane, facets) = (&bench.app.facets, bench.app.counts.facets());
        let first = pane.items(facets).into_iter().find_map(|item| match item {
            Item::Value(key, value) => Some((key, vec![value.value.clone()])),
            _ => None,
        });
        assert!(first.is_some());
        assert_eq!(pane.chosen(facets).into_iter().next(), first, "{keys}: {}", bench.screen());
    }
}

#[test]
fn with_no_event_left_there_is_still_a_way_back() {
    let mut bench = Bench::new((140, 50), story());
    bench.press("s<enter>");
    bench.press("fx<enter>");
    assert!(bench.screen().contains("No event matches the filter"), "{}", bench.screen());
    bench.press("u");
    bench.press("s<enter>");
    assert_eq!(filter(&bench), "");
}

#[test]
fn nothing_is_counted_that_is_not_shown() {
    let asked = |size, keys: &str| {
        let mut bench = Bench::new(size, many(20, 1_000, 1));
        bench.silent = true;
        bench.take_asked();
        bench.press(keys);
        let counts = |effect: Effect| match effect {
            Effect::Survey { ask, .. } => Some((ask.facets.len(), ask.bars.is_some())),
            _ => None,
        };
        bench.take_asked().into_iter().filter_map(counts).collect::<Vec<_>>()
    };
    assert_eq!(asked((80, 24), "j"), [], "nothing has changed");
    assert_eq!(asked((80, 24), "s"), [(7, true)]);
    assert_eq!(asked((80, 16), "fx"), [], "no room for either");
    assert_eq!(asked((80, 24), "fx"), [(0, true)]);
    assert_eq!(asked((140, 24), "fx"), [(7, true)]);
    assert_eq!(asked((140, 24), "<enter>u"), []);
}

#[test]
fn counts_wait_for_the_list_and_are_given_up_when_the_filter_changes() {
    let mut bench = Bench::new((80, 24), many(20, 1_000, 1));
    bench.silent = true;
    let kinds = |bench: &mut Bench| -> Vec<String> {
        let name = |effect: &Effect| match effect {
            Effect::Survey { generation, .. } => Some(format!("survey {generation}")),
            Effect::DropSurvey { generation } => Some(format!("drop {generation}")),
            _ => None,
        };
        bench.take_asked().iter().filter_map(name).collect()
    };
    kinds(&mut bench);
    bench.press("fx");
    let first = kinds(&mut bench);
    assert!(matches!(first.as_slice(), [survey] if survey.starts_with("survey ")), "{first:?}");
    bench.press("y");
    let second = kinds(&mut bench);
    assert!(
        matches!(second.as_slice(), [drop, survey] if drop.starts_with("drop ") && survey.starts_with("survey "))
    );
    let effects =
        bench.app.update(crate::tui::Message::Key(ratatui::crossterm::event::KeyCode::Char('z').into()));
    let asks = |effect: &Effect| matches!(effect, Effect::Survey { .. });
    assert!(!effects.iter().any(asks), "the list is not there yet: {effects:?}");
}
