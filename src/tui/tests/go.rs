//! Going to a place in the list, and marking events in it.

use super::support::{Bench, event, many, settings, status, story, user};
use crate::domain::{Action, Zone};
use crate::tui::pane::timeline::row::Chosen;
use crate::tui::{Effect, Message};

#[test]
fn a_time_is_gone_to_in_the_words_of_the_filter() {
    // Forty hours, one event at each full hour and forty minutes.
    for (time, place, said) in [
        ("09:40", 1, ""),
        ("8:40:00", 2, ""),
        ("09:41", 1, "nothing then: the event before was on Wed 1 Apr 2026 09:40:00 +00:00"),
        ("yesterday", 11, ""),
        ("2026-03-31T12:00", 23, "nothing then: the event before"),
        ("2026-03-31T12", 22, ""),
        ("3h", 3, ""),
        ("2h30m", 3, ""),
        ("2026-04-02", 0, "nothing then: the event before"),
        ("2026-03", 11, ""),
        ("1y", 39, "the list begins later: its oldest event was on Mon 30 Mar 2026 19:40:00 +00:00"),
        ("yesteday", 0, "did you mean"),
        ("", 0, ""),
    ] {
        let mut bench = Bench::new((120, 24), many(40, 3_600_000, 0));
        bench.press(&format!("gt{time}<enter>"));
        assert_eq!(bench.app.timeline.place(), Some(place), "{time}: {}", status(&bench));
        let quiet = said.is_empty() && status(&bench).contains("follow on");
        assert!(quiet || (!said.is_empty() && status(&bench).contains(said)), "{time}: {}", status(&bench));
    }
}

#[test]
fn a_time_is_one_of_the_zone_that_is_shown_and_leads_out_of_every_screen() {
    let mut settings = settings((80, 24));
    settings.zone = Zone::Fixed(chrono::FixedOffset::east_opt(7200).unwrap());
    let mut bench = Bench::with(settings, many(40, 3_600_000, 0));
    bench.press("gsgt10:40<enter>");
    assert_eq!((bench.app.timeline.place(), bench.app.above.len()), (Some(2), 0));
    bench.press("ftz:utc<enter>gt10:40<enter>");
    assert_eq!(bench.app.timeline.place(), Some(0));
    bench.press("gt9:40<esc>");
    assert_eq!(bench.app.timeline.place(), Some(0), "given up");
}

#[test]
fn a_time_is_read_as_the_screens_print_it_and_shown_as_it_was_typed() {
    for (typed, shown) in [
        ("1 Apr 10:20", "at Wed 1 Apr 2026 10:20 +00:00"),
        ("Wed 1 Apr 2026 10:20:05 +00:00", "at Wed 1 Apr 2026 10:20:05 +00:00"),
        ("2026-04-01T10:20", "at Wed 1 Apr 2026 10:20 +00:00"),
        ("31 Mar", "at Tue 31 Mar 2026 23:59 +00:00"),
    ] {
        let mut bench = Bench::new((120, 24), story());
        bench.press(&format!("egt{typed}<enter>"));
        assert!(bench.screen().contains(shown), "{typed}: {}", bench.screen());
    }
    let mut bench = Bench::new((120, 24), many(40, 3_600_000, 0));
    bench.press("gt31 Mar 12:40<enter>");
    assert_eq!(bench.app.timeline.place(), Some(22), "{}", status(&bench));
    bench.press("gtThu 31 Mar<enter>");
    assert!(status(&bench).contains("31 March 2026 is a Tuesday"), "{}", status(&bench));
}

#[test]
fn what_is_not_found_is_said_and_forgotten() {
    let mut bench = Bench::new((120, 24), story());
    bench.press("/zzzzqq<enter>");
    assert!(status(&bench).contains("nothing in the list is like `zzzzqq`"), "{}", status(&bench));
    bench.press("j");
    assert!(!status(&bench).contains("zzzzqq"), "{}", status(&bench));
    bench.press("n");
    assert!(status(&bench).contains("nothing is looked for"), "{}", status(&bench));
    bench.press("/orders<enter>j");
    assert!(status(&bench).contains("/orders"), "{}", status(&bench));
    bench.press("<esc>");
    assert!(!status(&bench).contains("/orders"), "{}", status(&bench));
}

#[test]
fn marks_that_are_dropped_or_made_by_a_range_are_counted() {
    let mut bench = Bench::new((120, 24), many(40, 3_600_000, 0));
    bench.press("vjjv");
    assert!(status(&bench).contains("3 marked: `esc` drops the marks"), "{}", status(&bench));
    bench.press("<esc>");
    assert!(status(&bench).contains("dropped 3 marks"), "{}", status(&bench));
    bench.press(" jvj<esc>");
    assert!(status(&bench).contains("gave up the range; 1 marked"), "{}", status(&bench));
}

#[test]
fn in_another_order_the_event_is_found_where_it_stands() {
    let mut bench = Bench::new((80, 24), many(40, 3_600_000, 0));
    bench.press("Oogt09:40<enter>");
    assert_eq!(bench.app.timeline.place(), Some(38));
    bench.press("f zzz<enter>gt09:40<enter>");
    assert!(status(&bench).contains("there is no event to go to"), "{}", status(&bench));
}

#[test]
fn the_last_place_is_where_a_leap_began() {
    let mut bench = Bench::new((80, 24), many(40, 3_600_000, 0));
    bench.press("g.");
    assert!(status(&bench).contains("there is no place to go back to yet"));
    let place = |bench: &Bench| bench.app.timeline.place();
    bench.press("jjjG");
    assert_eq!(place(&bench), Some(39));
    bench.press("g.");
    assert_eq!(place(&bench), Some(3));
    bench.press("g.");
    assert_eq!(place(&bench), Some(39), "and back again");
    bench.press("kkgt09:40<enter>jg.");
    assert_eq!(place(&bench), Some(37));
    bench.press("/Service 5<enter>g.");
    assert_eq!(place(&bench), Some(37), "what was found is a leap, too");
}

#[test]
fn what_was_not_read_is_gone_to_from_its_oldest_event_on() {
    let mut settings = settings((80, 24));
    settings.user = user();
    settings.user.default = None;
    let mut bench = Bench::with(settings, many(40, 3_600_000, 0));
    bench.press("gn");
    assert_eq!(bench.app.timeline.place(), Some(24), "read to a day ago");
    // What comes now was not read either, and one has not looked at it.
    bench.press("<c-f>");
    bench.arrive((0..3).map(|n| event(-1 - n, Action::Update, "service", "New")).collect());
    bench.press("gn");
    assert_eq!(bench.app.timeline.place(), Some(2));
    bench.press("funtil:2026-03-30<enter>gn");
    assert!(status(&bench).contains("everything in the list was read"), "{}", status(&bench));
    let mut fresh = Bench::new((80, 24), story());
    fresh.press("gn");
    assert!(status(&fresh).contains("nothing was read before"), "{}", status(&fresh));
}

#[test]
fn held_back_arrivals_join_the_list_when_one_goes_to_them() {
    let mut settings = settings((80, 24));
    settings.follow = false;
    let mut bench = Bench::with(settings, many(40, 3_600_000, 0));
    bench.press("j");
    bench.arrive((0..3).map(|n| event(-1 - n, Action::Update, "service", "New")).collect());
    assert_eq!(bench.app.timeline.list().len(), 40);
    bench.press("gn");
    assert_eq!((bench.app.timeline.list().len(), bench.app.timeline.place()), (43, Some(2)));
}

/// The places of the rows that are drawn as marked.
fn marked(bench: &Bench) -> Vec<usize> {
    let screen = bench.screen();
    let rows = screen.lines().skip(4).filter(|line| line.contains("update")).enumerate();
    let ranged = screen.contains("range of ");
    // In the first cell, or behind the time where the mark of the selection is in that. The selection is an end
    // of its range.
    let is_marked = |line: &str| {
        line.chars().step_by(6).take(2).any(|cell| "*┃".contains(cell)) || ranged && line.starts_with('▌')
    };
    rows.filter(|(_, line)| is_marked(line)).map(|(place, _)| place).collect()
}

#[test]
fn events_are_marked_one_by_one_or_as_a_range() {
    for (keys, places) in [
        (" ", vec![0]),
        (" j ", vec![0, 2]),
        (" k ", vec![]),
        ("jvjj", vec![1, 2, 3]),
        ("jjjvkk", vec![1, 2, 3]),
        ("jvjjvjj", vec![1, 2, 3]),
        ("jvjj jj", vec![1, 2, 3]),
        ("jvjj<esc>", vec![]),
        (" jvj<esc>", vec![0]),
        (" jvj<esc><esc>", vec![]),
        ("vjv<esc>", vec![]),
    ] {
        let mut bench = Bench::new((80, 24), many(10, 1_000, 1));
        bench.press(keys);
        assert_eq!(marked(&bench), places, "{keys}\n{}", bench.screen());
        assert_eq!(bench.app.timeline.marked(), places.len(), "{keys}");
        let said = [format!("{} marked", places.len()), format!("range of {}, v ends it", places.len())];
        assert_eq!(
            said.iter().any(|said| status(&bench).contains(said)),
            !places.is_empty(),
            "{keys}: {}",
            status(&bench)
        );
    }
}

#[test]
fn marks_stay_on_their_events() {
    let mut bench = Bench::new((80, 24), many(10, 1_000, 1));
    bench.press("j jvj");
    bench.arrive(many(2, 1_000, 0));
    assert_eq!(marked(&bench), [3, 5, 6]);
    bench.press("v");
    bench.press("fService 4<enter>");
    assert_eq!((marked(&bench), bench.app.timeline.marked()), (vec![0], 3), "the others are still marked");
    bench.press("Oo");
    assert_eq!(bench.app.timeline.marked(), 3);
    bench.press("gcON");
    assert_eq!(bench.app.timeline.marked(), 3);
}

#[test]
fn a_range_has_an_end() {
    let mut bench = Bench::new((80, 24), many(12_000, 1_000, 1));
    bench.press("vG");
    assert_eq!(bench.app.timeline.marked(), 10_000);
    bench.press("v");
    assert_eq!(bench.app.timeline.marked(), 10_000);
    let row = |place| bench.app.timeline.list().get(place).unwrap();
    let is_marked = |place: usize| bench.app.timeline.chosen(place, row(place)) != Chosen::No;
    assert_eq!((is_marked(1_999), is_marked(2_000), is_marked(11_999)), (false, true, true));
}

#[test]
fn what_is_copied_is_that_of_all_marked_events() {
    let copied = |keys: &str| {
        let mut bench = Bench::new((80, 24), story());
        bench.take_asked();
        bench.press(keys);
        let copied =
            |effect| if let Effect::Copy { what, text } = effect { Some((what, text)) } else { None };
        bench.take_asked().into_iter().find_map(copied).unwrap()
    };
    for (keys, what, text) in [
        (" jj ya", "actors of the marked events", "jane.smith@example.com\nci-deployer"),
        ("jjvjye", "entities of the marked events", "de_1\nse_1"),
        (" <esc>ye", "entity id", "de_1"),
        ("  <enter>ye", "entity id", "de_1"),
        (" ftype:service<enter>ya", "actors of the marked events", "jane.smith@example.com"),
    ] {
        assert_eq!(copied(keys), (what, text.to_owned()), "{keys}");
    }
    assert_eq!(copied("vGyi").1.lines().count(), 8);
    assert_eq!(copied("  yy").1.lines().count(), 2);
    // Not all of them are in memory: they are read first.
    let mut bench = Bench::new((80, 24), many(900, 1_000, 1));
    bench.press("vGyi");
    let asked = bench.take_asked();
    let ids = asked
        .iter()
        .find_map(|effect| if let Effect::Copy { text, .. } = effect { Some(text) } else { None });
    assert_eq!(ids.unwrap().lines().count(), 900);
    let mut bench = Bench::new((80, 24), many(1_001, 1_000, 1));
    bench.press("vGyi");
    assert!(status(&bench).contains("at most 1,000"), "{}", status(&bench));
}

#[test]
fn it_is_explained_what_the_filter_does() {
    let mut bench = Bench::new((80, 24), story());
    bench.press("ftype:service<enter>");
    bench.take_asked();
    bench.press(":explain<enter>");
    assert!(
        matches!(bench.take_asked().as_slice(), [Effect::Explain { query }] if query.to_string() == "type:service")
    );
    let said = [
        "kaireon-prod  (KaireonAI)",
        "  asks for      entityType=service",
        "  decides here  all of it once more",
    ];
    bench.tell(Message::Explained(Ok(said.map(str::to_owned).to_vec())));
    insta::assert_snapshot!("explained", bench.screen());
    bench.press("jjG<esc>");
    assert!(bench.app.overlays.is_empty());
    bench.tell(Message::Explained(Err("the cache cannot be read".into())));
    assert!(status(&bench).contains("the cache cannot be read"));
}
