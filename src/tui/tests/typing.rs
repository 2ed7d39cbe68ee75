//! What is typed into the filter line, and what becomes of the list meanwhile.

use super::support::{Bench, story};
use crate::tui::{Effect, Message};

#[test]
fn typing_a_filter() {
    for (keys, shown, text, editing) in [
        ("", 8, "", false),
        ("ftype:service", 2, "type:service", true),
        ("ftype:service<enter>", 2, "type:service", false),
        ("ftype:service<esc>", 8, "", false),
        ("ftype:service<enter>f -payments<esc>", 2, "type:service", false),
        ("ftype:service<enter>f -payments<enter>", 1, "type:service -payments", false),
        ("ftype:service<enter>gc", 8, "", false),
        ("ftype:service<enter>u", 8, "", false),
        ("ftype:service<enter>u<c-r>", 2, "type:service", false),
        ("ftype:service<enter>gcu", 2, "type:service", false),
        ("fkind:service x<backspace><backspace><enter>", 2, "kind:service", false),
    ] {
        let mut bench = Bench::new((80, 24), story());
        bench.press(keys);
        assert_eq!(bench.app.timeline.list().len(), shown, "{keys}");
        assert_eq!((bench.app.filter.text(), bench.app.filter.editing()), (text, editing), "{keys}");
    }
}

#[test]
fn a_filter_that_cannot_be_read_keeps_the_last_results_and_can_be_mended() {
    let mut bench = Bench::new((80, 24), story());
    bench.press("ftype:service");
    bench.tell(Message::Paste(" acton:update".into()));
    assert_eq!(bench.app.timeline.list().len(), 2, "the last text that could be read is in force");
    assert!(bench.screen().contains("acton"), "{}", bench.screen());
    bench.press("<enter>");
    assert!(bench.app.filter.editing(), "Enter does not apply what cannot be read");
    bench.press("<tab>");
    assert_eq!(bench.app.filter.text(), "type:service action:update");
    bench.press("<enter>");
    assert!(!bench.app.filter.editing());
}

#[test]
fn a_term_that_cannot_be_read_has_no_say_in_the_preview() {
    for (keys, rows) in [
        ("facton:x", 8),
        ("ftype:service acton:x", 2),
        ("ftype:service since:", 2),
        ("ftype:service (acton:x", 2),
    ] {
        let mut bench = Bench::new((80, 24), story());
        bench.press(keys);
        assert_eq!(bench.app.timeline.list().len(), rows, "{keys}: {}", bench.screen());
    }
}

#[test]
fn completing_keys_and_recalling_lines() {
    for (keys, text) in [
        ("fact<tab>", "action:"),
        ("ftype:service -ac<tab>publish", "type:service -action:publish"),
        ("f<tab>", "since:24h"),
        ("f<c-n><tab>", "status:failed since:7d"),
        ("f<down><down><up><tab>", "status:failed since:7d"),
        ("ftype:s<tab>", "type:service"),
        ("ftype:d<c-n><tab> x", "type:destination x"),
        ("fentity:ords<tab>", "entity:=se_1"),
        ("fzzz<tab>", "zzz"),
        // While there is a list, the arrows move in it; without one, in the lines used before.
        ("ftype:service<enter>gcf<esc><up>", "type:service"),
        ("ftype:service<enter>fx<esc><up>", "type:service"),
        ("fone<enter>f two<enter>gcf<esc><up><up>", "one"),
        ("fone<enter>f two<enter>gcf<esc><up><up><down>", "one two"),
        ("fone<enter>gcfzz<up><down>", "zz"),
        ("f<esc><up>", ""),
        ("fone<enter>gcf<tab>", "one"),
    ] {
        let mut bench = Bench::new((80, 24), story());
        bench.press(keys);
        assert_eq!(bench.app.filter.text(), text, "{keys}");
    }
}

#[test]
fn pasting_goes_to_the_line_and_nowhere_else() {
    let mut bench = Bench::new((80, 24), story());
    bench.tell(Message::Paste("Q".into()));
    assert!(!bench.take_asked().contains(&Effect::Quit));
    bench.press("f");
    bench.tell(Message::Paste("type:\nservice".into()));
    assert_eq!(bench.app.filter.text(), "type: service");
}

#[test]
fn clearing_the_filter_keeps_the_selected_event() {
    let mut bench = Bench::new((80, 24), story());
    bench.press("ftype:service<enter>j");
    let selected = bench.app.timeline.selected();
    bench.press("gc");
    assert_eq!((bench.app.timeline.selected(), bench.app.timeline.list().len()), (selected, 8));
}

#[test]
fn a_filter_that_hides_the_selection_gives_it_back_when_it_is_lifted() {
    let mut bench = Bench::new((80, 24), story());
    bench.press("j");
    let selected = bench.app.timeline.selected();
    bench.press("ftype:service");
    assert_ne!(bench.app.timeline.selected(), selected);
    bench.press("<esc>");
    assert_eq!(bench.app.timeline.selected(), selected);
}

#[test]
fn a_narrow_screen_says_what_is_wrong_before_what_mends_it() {
    for (width, said) in
        [(80, "there is no key `actin:`"), (60, "there is no key `actin:`"), (40, "there is no key `actin:`")]
    {
        let mut bench = Bench::new((width, 20), story());
        bench.press("factin:foo");
        assert!(bench.screen().contains(said), "{width}: {}", bench.screen());
    }
}
