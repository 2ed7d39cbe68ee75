//! Views and their tabs, bookmarks, notes, and going to anything.

use super::support::{Bench, event, settings, story};
use crate::domain::{Action, RowId, UserChange, UserData, View};
use crate::tui::Effect;
use crate::tui::pane::Screen;

fn view(name: &str, query: &str, read_to: Option<RowId>) -> View {
    View { name: name.into(), query: query.into(), read_to }
}

/// An app with two views, of which everything was read.
fn bench(size: (u16, u16)) -> Bench {
    let newest = Some(story()[0].row);
    let mut settings = settings(size);
    settings.user = UserData {
        views: vec![view("Services", "type:service", newest), view("Failed", "status:failed", newest)],
        read_to: newest,
        ..UserData::default()
    };
    Bench::with(settings, story())
}

fn header(bench: &Bench) -> String {
    bench.screen().lines().next().unwrap_or_default().to_owned()
}

fn kept(bench: &mut Bench) -> Vec<UserChange> {
    let asked = bench.take_asked();
    asked
        .into_iter()
        .filter_map(|it| if let Effect::Keep(change) = it { Some(change) } else { None })
        .collect()
}

#[test]
fn each_tab_shows_what_it_is_named_for_and_keeps_its_place() {
    let mut bench = bench((100, 24));
    assert!(header(&bench).contains("[1 All]  2 Services   3 Failed"), "{}", header(&bench));
    bench.press("jj");
    let place = bench.app.timeline.selected();
    bench.press("2j");
    assert!(header(&bench).contains(" 1 All  [2 Services]  3 Failed"), "{}", header(&bench));
    assert_eq!((bench.app.filter.text(), bench.app.timeline.list().len()), ("type:service", 2));
    let in_services = bench.app.timeline.selected();
    bench.press("f -orders<enter>");
    assert!(header(&bench).contains("[2 Services*]"), "{}", header(&bench));
    bench.press("1");
    assert_eq!((bench.app.filter.text(), bench.app.timeline.selected()), ("", place));
    assert!(header(&bench).contains(" 2 Services "), "{}", header(&bench));
    bench.press("2");
    assert_eq!(bench.app.filter.text(), "type:service", "it is named for what was saved");
    assert_eq!(bench.app.timeline.selected(), in_services);
    bench.press("u");
    assert_eq!(bench.app.filter.text(), "type:service -orders", "what was typed there is not lost");
    assert!(header(&bench).contains("[2 Services*]"), "{}", header(&bench));
    bench.press("f x<enter>2");
    assert_eq!(bench.app.filter.text(), "type:service", "its own key brings back what was saved");
    bench.press("9");
    assert!(
        bench.screen().contains("there is no tab 9: `S` saves the filter as a view"),
        "{}",
        bench.screen()
    );
}

#[test]
fn the_first_tab_shows_all_events_whatever_was_typed_in_it() {
    let mut bench = bench((100, 24));
    bench.press("fstatus:failed<enter>2");
    assert_eq!(bench.app.filter.text(), "type:service");
    bench.press("1");
    assert_eq!((bench.app.filter.text(), bench.app.timeline.list().len()), ("", 8));
    assert!(header(&bench).contains("[1 All]"), "{}", header(&bench));
}

#[test]
fn a_view_without_a_filter_says_what_it_selects() {
    let mut settings = settings((80, 24));
    settings.user = UserData { views: vec![view("Everything", "", None)], ..UserData::default() };
    let mut bench = Bench::with(settings, story());
    bench.press("gv");
    let screen = bench.screen();
    let line = screen.lines().find(|line| line.contains(" 2  Everything")).unwrap_or_default();
    assert!(line.contains("  every event"), "{screen}");
}

#[test]
fn tabs_say_how_much_was_not_read() {
    let mut bench = bench((100, 24));
    bench.arrive(vec![
        event(1, Action::Update, "service", "Newcomer"),
        event(2, Action::Delete, "service", "Leaver"),
    ]);
    assert!(header(&bench).contains("[1 All]  2 Services +2"), "{}", header(&bench));
    bench.press("2");
    assert!(header(&bench).contains("[2 Services]"), "{}", header(&bench));
    bench.take_asked();
    bench.press("3");
    let newest = event(1, Action::Update, "service", "Newcomer").row;
    let read = UserChange::Read { view: Some("Services".into()), to: newest };
    assert!(kept(&mut bench).contains(&read));
    assert!(!header(&bench).contains('+'), "{}", header(&bench));
    bench.take_asked();
    bench.press("1Q");
    assert!(!kept(&mut bench).iter().any(|change| matches!(change, UserChange::Read { view: Some(_), .. })));
}

#[test]
fn what_is_seen_under_another_filter_does_not_count_as_read() {
    let mut bench = bench((100, 24));
    bench.press("2f -orders<enter>");
    bench.arrive(vec![event(1, Action::Update, "service", "Newcomer")]);
    bench.take_asked();
    bench.press("gg1");
    let read = kept(&mut bench);
    assert!(read.is_empty(), "{read:?}");
}

#[test]
fn a_filter_is_saved_as_a_tab_of_its_own() {
    let mut bench = bench((120, 24));
    bench.press("faction:publish<enter>SPublished<enter>");
    assert!(header(&bench).contains(" 3 Failed  [4 Published]"), "{}", header(&bench));
    let save = UserChange::SaveView { name: "Published".into(), query: "action:publish".into() };
    assert!(kept(&mut bench).contains(&save));
    bench.press("1");
    assert_eq!(bench.app.filter.text(), "", "the tab it was typed in is as it was");
    bench.press("4f x<enter>S<enter>");
    let save = UserChange::SaveView { name: "Published".into(), query: "action:publish x".into() };
    assert!(kept(&mut bench).contains(&save), "the name stands there already");
    assert!(header(&bench).contains("[4 Published]"), "{}", header(&bench));
    bench.press("SAfresh<enter>");
    let save = UserChange::SaveView { name: "Afresh".into(), query: "action:publish x".into() };
    assert!(kept(&mut bench).contains(&save), "what is typed takes the place of what is proposed");
    bench.press("S<left><backspace>y<enter>");
    let save = UserChange::SaveView { name: "Afreyh".into(), query: "action:publish x".into() };
    assert!(kept(&mut bench).contains(&save), "what is edited does not");
    bench.press("S<c-u>all<enter>");
    assert!(bench.screen().contains("`All` is the first tab"), "{}", bench.screen());
    bench.press("S<c-u> <enter>");
    assert_eq!(bench.app.user.views.len(), 5);
}

#[test]
fn views_are_renamed_ordered_removed_and_begun_with() {
    let mut bench = bench((100, 24));
    bench.press("gvj");
    bench.press("c<c-u>Shops<enter>");
    assert!(bench.screen().contains("Shops"), "{}", bench.screen());
    bench.press("J");
    let names = |bench: &Bench| bench.app.user.views.iter().map(|it| it.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&bench), ["Failed", "Shops"]);
    let Some(Screen::Views(pane)) = bench.app.above.last() else { panic!("not the list of views") };
    assert_eq!(pane.place(), 2, "the selection goes along");
    bench.press("JKKK");
    assert_eq!(names(&bench), ["Shops", "Failed"]);
    bench.press("b");
    assert_eq!(bench.app.user.default.as_deref(), Some("Shops"));
    bench.press("jx");
    assert!(
        bench.screen().contains("Remove the view `Failed`? `x` again removes it, any other key keeps it"),
        "{}",
        bench.screen()
    );
    bench.press("k");
    assert_eq!(names(&bench), ["Shops", "Failed"], "any other key");
    bench.press("Gxx");
    assert_eq!(names(&bench), ["Shops"]);
    assert!(bench.screen().contains("Views: 1 of your own"), "{}", bench.screen());
    bench.press("ggx");
    assert!(bench.screen().contains("the first tab stays as it is"), "{}", bench.screen());
    bench.press("b");
    assert_eq!(bench.app.user.default, None);
    bench.press("j<enter>");
    assert_eq!((bench.app.filter.text(), bench.app.above.len()), ("type:service", 0));
    bench.press("gvxx<esc>");
    assert_eq!(bench.app.filter.text(), "type:service", "a filter outlives its view");
    assert!(!header(&bench).contains('['), "without views there are no tabs: {}", header(&bench));
}

#[test]
fn it_begins_with_the_view_that_was_chosen() {
    let mut settings = settings((100, 24));
    settings.user.views = vec![view("Failed", "status:failed", None)];
    settings.user.default = Some("Failed".into());
    let with_query = {
        let mut settings = settings.clone();
        settings.query = Some("type:service".into());
        Bench::with(settings, story())
    };
    let bench = Bench::with(settings, story());
    assert!(header(&bench).contains("[2 Failed]"), "{}", header(&bench));
    assert_eq!(bench.app.timeline.list().len(), 1);
    assert!(header(&with_query).contains("[1 All*]"), "{}", header(&with_query));
}

#[test]
fn bookmarks_and_notes_are_seen_and_can_be_asked_for() {
    let mut bench = bench((100, 24));
    bench.press("b");
    assert!(bench.screen().contains("10:30★ < rollback"), "{}", bench.screen());
    bench.press("jmsee ticket 7<enter>");
    assert!(bench.screen().contains("10:15✎ ! update"), "{}", bench.screen());
    bench.press("<enter>");
    assert!(bench.screen().contains("your note") && bench.screen().contains("see ticket 7"));
    bench.press("<esc>jj.");
    assert_eq!(bench.app.user.bookmarks.len(), 2, "again, for another event");
    bench.press("gb");
    assert_eq!((bench.app.filter.text(), bench.app.timeline.list().len()), ("is:bookmarked", 2));
    bench.press("gcfnote:ticket OR is:bookmarked<enter>");
    assert_eq!(bench.app.timeline.list().len(), 3);
    bench.press("ggbjm<c-u><enter>");
    assert_eq!((bench.app.user.bookmarks.len(), bench.app.user.notes.len()), (1, 0));
    bench.press("gcggwfis:watched<enter>");
    assert_eq!(bench.app.timeline.list().len(), 5, "every event of the flow: {}", bench.screen());
}

#[test]
fn anything_can_be_gone_to_by_some_of_its_letters() {
    for (keys, filter, screen) in [
        ("<c-p>serv<enter>", "type:service", ""),
        ("<c-p>defrec<enter>", "", "lifecycle"),
        ("<c-p>ci-dep<enter>", "", "› actor"),
        ("<c-p>follow<enter>", "", ""),
        ("gs<c-p>failed<enter>", "status:failed", ""),
    ] {
        let mut bench = bench((110, 24));
        bench.press(keys);
        assert_eq!(bench.app.filter.text(), filter, "{keys}: {}", bench.screen());
        assert!(header(&bench).contains(screen), "{keys}: {}", header(&bench));
    }
    let mut bench = bench((110, 24));
    bench.press("<c-p>orders");
    let shown = bench.screen();
    assert!(shown.contains("entity   Orders"), "{shown}");
}
