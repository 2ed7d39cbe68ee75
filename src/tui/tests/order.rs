//! The order of the list, its headings, its runs and its columns.

use super::support::{Bench, event, line, story};
use crate::domain::Action;

/// The lines of the list without what is right of the entity.
fn list(bench: &Bench) -> Vec<String> {
    let screen = bench.screen();
    let lines = screen.lines().skip(4).take_while(|line| !line.is_empty());
    lines.map(|line| line.chars().take(44).collect::<String>().trim_end().to_owned()).collect()
}

#[test]
fn the_list_is_in_the_order_and_under_the_headings_that_the_filter_asks_for() {
    let mut bench = Bench::new((90, 24), story());
    bench.press("fsort:time group:none type:service<enter>");
    assert_eq!(list(&bench), [" 31 Mar 04:40  ~ update    Payments", "▌ 1 Apr 09:05  ~ update    Orders"]);
    bench.press("Oe");
    assert_eq!(bench.app.filter.text(), "type:service sort:entity");
    let by_entity = [
        "── Orders  service  1 event ────────────────",
        "▌ 1 Apr 09:05  ~ update    Orders",
        "── Payments  service  1 event ──────────────",
        " 31 Mar 04:40  ~ update    Payments",
    ];
    assert_eq!(list(&bench), by_entity);
    bench.press("gcOa");
    assert_eq!(bench.app.filter.text(), "sort:actor");
    assert_eq!(list(&bench)[0], "── ci-deployer  1 event ────────────────────");
    bench.press("OD");
    assert_eq!(bench.app.filter.text(), "sort:actor group:day");
    assert!(list(&bench)[0].contains("1 Apr"), "{:?}", list(&bench));
    bench.press("On");
    assert_eq!(bench.app.filter.text(), "");
    bench.press("OSOo");
    assert_eq!(bench.app.filter.text(), "sort:time", "headings fit the order");
    bench.press("u");
    assert_eq!(bench.app.filter.text(), "group:source");
    bench.press("j");
    let row = bench.app.timeline.selected();
    bench.press("OC");
    assert_eq!(bench.app.timeline.selected(), row, "the selection stays on its event");
    bench.press("ftz:+02:00<c-u>tz:+02:00<enter>");
    assert!(list(&bench)[1].contains("12:30:00"), "{:?}", list(&bench));
}

#[test]
fn a_run_takes_one_line_until_it_is_unfolded() {
    let story = || {
        let update = |minutes| event(minutes, Action::Update, "service", "Orders");
        vec![update(1), update(2), update(3), event(4, Action::Publish, "service", "Orders"), update(5)]
    };
    let mut bench = Bench::new((90, 24), story());
    bench.press("OR");
    assert_eq!(bench.app.timeline.list().len(), 3);
    assert!(bench.screen().contains("×3 "), "{}", bench.screen());
    assert!(line(&bench, 1).contains("5 of 5"), "all of them are there: {}", line(&bench, 1));
    bench.press("l");
    assert_eq!(bench.app.timeline.list().len(), 5);
    assert!(!bench.screen().contains("×3 "), "{}", bench.screen());
    bench.press("jj");
    bench.press("h");
    assert_eq!(bench.app.timeline.list().len(), 3);
    assert_eq!(bench.app.timeline.place(), Some(0), "the line stands for the selected event");
    // What is not folded is opened.
    bench.press("jl");
    assert_eq!(bench.app.above.len(), 1);
    // A newer event joins a run that was unfolded.
    let mut bench = Bench::new((90, 24), story());
    bench.press("ORl");
    bench.arrive(vec![event(0, Action::Update, "service", "Orders")]);
    assert_eq!(bench.app.timeline.list().len(), 6);
}

#[test]
fn the_columns_are_those_that_the_filter_names() {
    let shown = |width, filter: &str| {
        let mut bench = Bench::new((width, 24), story());
        bench.press(&format!("f{filter}<enter>p"));
        bench.screen().lines().nth(5).unwrap().trim_end().to_owned()
    };
    assert_eq!(shown(90, "cols:time,entity,action"), "▌10:30:00  Default Recommendation Flow     < rollback");
    assert_eq!(shown(60, "cols:entity,status"), "▌Default Recommendation Flow     success");
    assert_eq!(shown(60, "cols:status,actor_type,source"), "▌success  user     kaireon-prod");
    assert!(shown(99, "cols:summary").contains("v7 → back to v6, now v8"));
}
