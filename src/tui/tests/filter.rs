//! The filter line and its friends: choices, notes, the value under the cursor, what is found without
//! filtering.

use super::support::{Bench, event, line, selected, settings, story};
use crate::domain::{Action, RowId, UserChange};
use crate::query::{Fix, Note};
use crate::tui::{Asker, Effect, Message};

#[test]
fn what_is_typed_goes_on_dimly_and_is_taken_with_one_key() {
    for (keys, shown) in [
        ("fact", " filter> action:"),
        ("ftype:dec", " filter> type:decision_flow"),
        ("fx type:serv", " filter> x type:service"),
        ("f-st", " filter> -status:"),
        // Not a continuation of what is typed, and not at the end of the line.
        ("fentity:ords", " filter> entity:ords"),
        ("ftype:dec<c-a>", " filter> type:dec"),
        ("f", " filter>"),
        ("ftype:dec<esc>", " filter> type:dec"),
    ] {
        let mut bench = Bench::new((80, 24), story());
        bench.press(keys);
        let shown = format!("{shown} ");
        assert!(line(&bench, 1).starts_with(&shown), "{keys}: {}", line(&bench, 1));
    }
}

#[test]
fn values_are_counted_under_the_rest_of_the_line() {
    let mut bench = Bench::new((80, 24), story());
    bench.press("faction:");
    let screen = bench.screen();
    let count = |screen: &str, value: &str| {
        let line = screen.lines().skip(3).find(|line| line.contains(value))?.to_owned();
        line.split_whitespace().last().map(str::to_owned)
    };
    assert_eq!(count(&screen, "update").as_deref(), Some("4"), "{screen}");
    assert_eq!(count(&screen, "publish").as_deref(), Some("2"), "{screen}");
    bench.press("<esc><esc>ftype:service action:");
    let screen = bench.screen();
    assert_eq!(count(&screen, "update").as_deref(), Some("2"), "{screen}");
    assert!(!screen.lines().take(6).any(|line| line.contains("publish")), "{screen}");
}

#[test]
fn a_value_that_is_half_typed_leaves_the_list_as_it_was_without_it() {
    let mut bench = Bench::new((100, 24), story());
    for (keys, count) in [
        // Nothing is called `upd`, and several values go on with it; then one is whole.
        ("faction:upd", 8),
        ("ate", 4),
        // With another term before it, that one still counts.
        (" type:serv", 4),
        ("ice", 2),
        // Nothing that is known goes on like this.
        ("<c-u>action:zzz", 0),
        // Accepted as it stands, it is what it is.
        ("<c-u>action:upd", 8),
        ("<enter>", 0),
    ] {
        bench.press(keys);
        assert_eq!(bench.app.timeline.counts().0, count, "{keys}: {}", bench.screen());
    }
}

#[test]
fn a_half_typed_value_is_looked_past_when_its_values_come_late_and_when_events_arrive() {
    let mut bench = Bench::new((100, 24), story());
    bench.silent = true;
    bench.press("faction:upd");
    assert_eq!(bench.app.timeline.counts().0, 0, "nobody knows yet that it may become something");
    let asked = bench.take_asked().into_iter().rev().find_map(|effect| match effect {
        Effect::Values { generation, key, rest, .. } => Some((generation, key, rest)),
        _ => None,
    });
    let (generation, key, rest) = asked.unwrap();
    let values = bench.values(key, &rest);
    bench.tell(Message::Values { asker: Asker::Completion, generation, key, values });
    assert_eq!(bench.app.timeline.counts().0, 8);
    bench.arrive(vec![event(1, Action::Update, "service", "Cart")]);
    assert_eq!(bench.app.timeline.counts().0, 9);
}

#[test]
fn the_list_never_waits_and_keeps_what_it_has_until_more_comes() {
    let mut bench = Bench::new((80, 24), story());
    bench.press("ftype:");
    assert!(bench.screen().contains("destination"));
    // The next question is never answered.
    bench.silent = true;
    bench.press("ser");
    let screen = bench.screen();
    assert!(screen.contains("▌service"), "{screen}");
    let asked = bench.take_asked();
    assert!(
        !asked.iter().any(|effect| matches!(effect, Effect::Values { .. })),
        "what is here is enough: {asked:?}"
    );
    bench.press(" status:failed type:");
    let asked = bench.take_asked();
    let generation = asked.iter().rev().find_map(|effect| match effect {
        Effect::Values { asker: Asker::Completion, generation, key: "type", .. } => Some(*generation),
        _ => None,
    });
    assert!(bench.screen().contains("destination"), "until then, those of before: {}", bench.screen());
    let late = Message::Values {
        asker: Asker::Completion,
        generation: generation.unwrap() - 1,
        key: "type",
        values: Vec::new(),
    };
    bench.tell(late);
    assert!(bench.screen().contains("destination"), "an answer that comes too late counts for nothing");
}

#[test]
fn escape_closes_the_list_and_then_leaves_the_line() {
    let mut bench = Bench::new((80, 24), story());
    bench.press("ftype:service<enter>f<c-u>type:");
    assert!(bench.screen().contains("decision_flow  "));
    bench.press("<esc>");
    assert!(bench.app.filter.editing());
    assert!(!bench.app.popup.is_shown());
    bench.press("d");
    assert!(bench.app.popup.is_shown(), "the next key opens it again");
    bench.press("<esc><esc>");
    assert_eq!((bench.app.filter.text(), bench.app.filter.editing()), ("type:service", false));
}

#[test]
fn lines_are_found_by_their_letters() {
    let mut bench = Bench::new((80, 24), story());
    bench.press("ftype:service<enter>fstatus:failed<c-u>status:failed<enter>f<c-u>");
    bench.press("<c-r>serv");
    assert!(bench.screen().contains("▌type:service"), "{}", bench.screen());
    bench.press("<enter>");
    assert_eq!((bench.app.filter.text(), bench.app.filter.editing()), ("type:service", false));
    bench.press("f<c-r>fail<tab>");
    assert_eq!((bench.app.filter.text(), bench.app.filter.editing()), ("status:failed", true));
    let kept: Vec<Effect> =
        bench.take_asked().into_iter().filter(|effect| matches!(effect, Effect::Keep(_))).collect();
    let line = |text: &str| Effect::Keep(UserChange::UseLine(text.into()));
    assert_eq!(kept, [line("type:service"), line("status:failed"), line("type:service")]);
}

#[test]
fn notes_are_told_under_what_they_are_about_and_the_edit_is_one_key_away() {
    let mut bench = Bench::new((100, 24), story());
    bench.press("faction:create action:update x");
    let told = line(&bench, 2);
    assert!(told.contains("^^^^^^^^^^^^^ no event is both `action:create` and `action:update`"), "{told}");
    bench.press("<tab>");
    assert_eq!(bench.app.filter.text(), "action:create,update x");
    bench.press("<enter>");
    assert!(!bench.app.filter.editing());

    // What the cache has to say comes later, and not about what is still being typed.
    let mut bench = Bench::new((100, 24), story());
    bench.press("ftype:servce<enter>");
    let generation = bench.take_asked().into_iter().rev().find_map(|effect| match effect {
        Effect::Advise { generation, mentions } if mentions.len() == 1 => Some(generation),
        _ => None,
    });
    let note = Note {
        span: 5..11,
        message: "the cache has no `type:` like `servce`".into(),
        fix: Some(Fix { span: 5..11, replacement: "service".into() }),
    };
    let advice = |generation| Message::Advice { generation, notes: vec![note.clone()] };
    bench.tell(advice(generation.unwrap() - 1));
    assert!(!bench.screen().contains("the cache has no"));
    bench.tell(advice(generation.unwrap()));
    assert!(line(&bench, 2).contains("^^^^^^ the cache has no `type:` like `servce`"), "{}", line(&bench, 2));
    bench.press("f");
    assert!(!bench.screen().contains("the cache has no"), "the cursor stands at it");
    bench.press("<esc><tab>");
    assert_eq!(bench.app.filter.text(), "type:service");
}

#[test]
fn the_value_under_the_cursor_goes_in_or_out() {
    for (keys, filter, rows) in [
        ("+a", "action:rollback", 1),
        ("!a", "-action:rollback", 7),
        ("j+e", "entity:=de_1", 6),
        ("+t", "type:decision_flow", 5),
        ("!t", "-type:decision_flow", 3),
        ("+u", "actor:=jane.smith@example.com", 6),
        ("jjj+u", "actor:=ci-deployer", 1),
        ("+s", "source:kaireon-prod", 5),
        ("j+x", "status:failed", 1),
        ("j!x", "-status:failed", 7),
        ("+d", "on:2026-04-01", 4),
        ("G!d", "-on:2026-03-24", 7),
        ("!t!t", "-type:decision_flow -type:destination", 2),
        ("+t+a", "type:decision_flow action:rollback", 1),
        // The contrary gives way.
        (
            "ftype:service,x OR action:rollback<enter>!a",
            "(type:service,x OR action:rollback) -action:rollback",
            2,
        ),
        (
            "f-type:decision_flow action:publish OR action:rollback<enter>",
            "-type:decision_flow action:publish OR action:rollback",
            1,
        ),
        ("ftype:decision_flow<enter>!t", "-type:decision_flow", 3),
        // The same once is enough.
        ("+t+t", "type:decision_flow", 5),
        // Again, for whatever is selected now.
        ("!a.", "-action:rollback -action:update", 3),
        ("!aj.u", "-action:rollback", 7),
        // Not only in the list.
        ("<enter>+t", "type:decision_flow", 5),
    ] {
        let mut bench = Bench::new((100, 24), story());
        bench.press(keys);
        assert_eq!(bench.app.filter.text(), filter, "{keys}");
        assert_eq!(bench.app.timeline.list().len(), rows, "{keys}");
    }
    let mut bench = Bench::new(
        (80, 24),
        vec![crate::domain::Event {
            record: crate::domain::Record {
                entity: crate::domain::Entity::default(),
                ..event(5, Action::Update, "x", "y").record
            },
            ..event(5, Action::Update, "x", "y")
        }],
    );
    bench.press("+e");
    assert!(bench.screen().contains("this event does not say its entity"), "{}", bench.screen());
}

#[test]
fn a_filter_is_lifted_around_an_event_and_put_back() {
    let mut bench = Bench::new((80, 24), story());
    bench.press("ftype:service sort:-time<enter>j");
    let row = bench.app.timeline.selected();
    bench.press("\\");
    assert_eq!((bench.app.filter.text(), bench.app.timeline.list().len()), ("sort:-time", 8));
    assert_eq!(bench.app.timeline.selected(), row);
    bench.press("\\");
    assert_eq!((bench.app.filter.text(), bench.app.timeline.selected()), ("type:service sort:-time", row));
    bench.press("\\u");
    assert_eq!(bench.app.filter.text(), "type:service sort:-time", "undoing it is the same");
    let mut bench = Bench::new((80, 24), story());
    bench.press("\\");
    assert!(bench.screen().contains("there is no filter to lift"));
}

#[test]
fn finding_leads_from_one_to_the_next_and_leaves_none_out() {
    for (keys, expected) in [
        ("/service<enter>", "09:05  ~ update"),
        ("/service<enter>n", "04:40  ~ update"),
        ("/service<enter>nN", "09:05  ~ update"),
        ("/service<enter>nn", "04:40  ~ update"),
        // The event that is selected already is found.
        ("/type:decision_flow<enter>", "10:30  < rollback"),
        ("/type:decision_flow<enter>n", "10:00  ^ publish"),
        // Where nothing older is found, something newer is.
        ("G/rollback<enter>", "10:30  < rollback"),
        ("/nothing-like-it<enter>", "10:30  < rollback"),
        ("/status:failed<esc>", "10:30  < rollback"),
    ] {
        let mut bench = Bench::new((80, 24), story());
        bench.press(keys);
        assert!(selected(&bench).contains(&expected[5..]), "{keys}: {}", selected(&bench));
        assert!(selected(&bench).contains(&expected[..5]), "{keys}: {}", selected(&bench));
        assert_eq!(bench.app.timeline.list().len(), 8, "{keys}");
    }
    let status = |keys: &str| {
        let mut bench = Bench::new((80, 24), story());
        bench.press(keys);
        bench.screen().lines().last().unwrap_or_default().to_owned()
    };
    assert!(status("/service").contains("2 found"));
    assert!(status("/service<enter>").contains("/service 1/2"));
    assert!(status("/service<enter>n").contains("/service 2/2"));
    assert!(status("/service<enter>gg").contains("/service 2 found"));
    assert!(status("/zzz<enter>").contains("nothing"));
    assert!(status("/acton:x<enter>").contains("there is no key `acton:`"));
    assert!(!status("/service<esc>").contains("/service"));
    assert!(status("n").contains("nothing is looked for: `/` finds"));
}

#[test]
fn what_was_looked_for_is_found_again_when_the_list_is_another_one() {
    let mut bench = Bench::new((80, 24), story());
    bench.press("/update<enter>ftype:service<enter>");
    assert!(bench.screen().lines().last().unwrap().contains("/update 1/2"), "{}", bench.screen());
    bench.arrive(vec![event(1, Action::Update, "service", "Newcomer")]);
    assert!(bench.screen().lines().last().unwrap().contains("/3"), "{}", bench.screen());
    bench.press("N");
    assert!(selected(&bench).contains("Newcomer"), "{}", selected(&bench));
}

#[test]
fn it_begins_with_what_it_is_told_to_show() {
    let mut settings = settings((80, 24));
    settings.query = Some("type:service".into());
    settings.at = Some(RowId(story()[6].row.0));
    let bench = Bench::with(settings, story());
    assert_eq!((bench.app.filter.text(), bench.app.timeline.list().len()), ("type:service", 2));
    assert!(selected(&bench).contains("Payments"), "{}", bench.screen());
}

#[test]
fn a_permalink_names_filter_and_event() {
    let mut bench = Bench::new((80, 24), story());
    bench.press("ftype:service<enter>");
    bench.take_asked();
    bench.press("yp");
    let id = story()[3].id;
    let text = format!("backtrail open 'type:service' --at {id}");
    let copied = bench.take_asked();
    assert!(copied.contains(&Effect::Copy { what: "command that opens this again", text }), "{copied:?}");
}
