//! What every screen owes its reader, at every size and in every theme.

use std::fmt::Write as _;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

use super::support::{Bench, event, settings, source, story, user};
use crate::domain::{Action, Event, SourceState};
use crate::tui::draw::faults;
use crate::tui::theme::{Role, Theme, rgb};
use crate::tui::{Message, Notice};

const SIZES: [(u16, u16); 5] = [(200, 60), (120, 40), (80, 24), (60, 20), (40, 10)];

const THEMES: [&str; 4] = ["dark", "light", "high-contrast", "colour-blind"];

/// Keys that lead to every screen and to everything that lies over one.
const PLACES: &[&str] = &[
    "",
    "jj",
    "G",
    "t",
    "z",
    "P",
    "<tab>",
    "vjj",
    "Oej",
    "OR",
    "u",
    "p",
    "gw",
    "j<enter>",
    "jjj<enter>]",
    "jjj<enter>]D",
    "jjj<enter>]DD",
    "<enter>]]",
    "<enter>[",
    "[<tab>j",
    "e",
    "ej",
    "a",
    "aG",
    "ajjjj",
    "jjja",
    "gW",
    "jgWj",
    "GgW",
    "gs",
    "gsj",
    "gs<enter>",
    "gv",
    "H",
    "Hc",
    "Hv<left>",
    "s",
    "sjl",
    "?",
    "?G",
    "?/@g",
    "?/zzz",
    ":",
    ":filter",
    ":zzz",
    "<c-p>or",
    "f",
    "facton:rollback",
    "fstatus:success entity:or",
    "ftype:service<enter>",
    "fnothing<enter>",
    "faction:create action:update<enter>",
    "g",
    "y",
    "O",
    "+",
    "!",
    "S",
    "/service",
    "/service<enter>",
    "m",
    "mhello<enter>",
    "b",
    "q",
    "gm",
    "gt",
    ":screenshot<enter>",
    "f<c-r>",
];

/// The story, with names that take more cells or fewer than they have characters.
fn events() -> Vec<Event> {
    let mut events = story();
    events.push(event(
        12,
        Action::Publish,
        "decision_flow",
        "注文処理のワークフローと在庫の同期についての設定",
    ));
    events.push(event(
        14,
        Action::Archive,
        "service",
        "Cafe\u{301} mit U\u{308}berla\u{308}nge und mehr als genug Text",
    ));
    events.push(event(
        16,
        Action::Other("recalculated-everything".into()),
        "a_very_long_type_of_entity",
        "👩‍👩‍👧‍👦 family",
    ));
    events
}

fn bench(size: (u16, u16), theme: &str, with_views: bool) -> Bench {
    let mut settings = settings(size);
    settings.theme = Theme::built_in(theme).unwrap();
    if with_views {
        settings.user = user();
        settings.user.default = None;
    }
    Bench::with(settings, events())
}

/// Contrast of two colours as WCAG 2.1 defines it.
fn contrast(a: (u8, u8, u8), b: (u8, u8, u8)) -> f64 {
    let luminance = |(r, g, b): (u8, u8, u8)| {
        let linear = |channel: u8| {
            let c = f64::from(channel) / 255.0;
            if c <= 0.03928 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
    };
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// The ink and the ground of a cell on the page that the theme is made for.
fn colours(cell: &Cell, theme: &Theme) -> ((u8, u8, u8), (u8, u8, u8)) {
    let page = theme.style(Role::Page);
    let known = |colour: Color, page: Option<Color>| {
        rgb(if colour == Color::Reset { page.unwrap() } else { colour }).unwrap()
    };
    let (ink, ground) = (known(cell.fg, page.fg), known(cell.bg, page.bg));
    if cell.modifier.contains(Modifier::REVERSED) { (ground, ink) } else { (ink, ground) }
}

fn is_letter(symbol: &str) -> bool {
    symbol.chars().any(char::is_alphanumeric)
}

/// The least contrast of letters: what WCAG asks of large text and of what accompanies text.
const LEAST: f64 = 3.0;

fn unreadable(buffer: &Buffer, theme: &Theme) -> Option<String> {
    let faint = |cell: &&Cell| {
        let (ink, ground) = colours(cell, theme);
        is_letter(cell.symbol()) && contrast(ink, ground) < LEAST
    };
    let cell = buffer.content.iter().find(faint)?;
    Some(format!(
        "{:?} has {:.1}: {:?}",
        cell.symbol(),
        contrast(colours(cell, theme).0, colours(cell, theme).1),
        cell.style()
    ))
}

#[test]
fn nothing_is_cut_without_a_mark_or_drawn_over_something_else() {
    let mut broken = Vec::new();
    for size in SIZES {
        for (nth, keys) in PLACES.iter().enumerate() {
            // Half of them with tabs: those stand in the header, whatever is below it.
            let mut bench = bench(size, "dark", nth % 2 == 1);
            bench.press(keys);
            faults::take();
            let screen = bench.screen();
            for fault in faults::take() {
                broken.push(format!("{size:?} `{keys}`: {fault}"));
            }
            assert_eq!(screen.lines().count(), usize::from(size.1), "{size:?} {keys}");
        }
    }
    broken.dedup();
    assert!(broken.is_empty(), "{} faults:\n{}", broken.len(), broken.join("\n"));
}

#[test]
fn letters_can_be_read_on_their_ground_in_every_theme() {
    for theme in THEMES {
        let colours = Theme::built_in(theme).unwrap();
        for size in [SIZES[0], SIZES[2]] {
            for keys in PLACES {
                let mut bench = bench(size, theme, true);
                bench.press(keys);
                let fault = unreadable(&bench.buffer(), &colours);
                assert_eq!(fault, None, "{theme} {size:?} `{keys}`");
            }
        }
    }
}

#[test]
fn colours_are_all_that_a_theme_changes() {
    for keys in PLACES {
        let text = |theme: &str| {
            let mut bench = bench(SIZES[2], theme, true);
            bench.press(keys);
            bench.screen()
        };
        let dark = text("dark");
        assert!(["light", "monochrome"].iter().all(|theme| text(theme) == dark), "`{keys}`");
    }
}

#[test]
fn time_action_and_entity_never_leave_the_list() {
    for size in SIZES {
        for keys in ["", "s", "p", "P", "z", "t", "Oe", "gw", "ftype:service,destination<enter>"] {
            let mut bench = bench(size, "dark", false);
            bench.press(keys);
            let area = bench.app.layout().list;
            let screen = bench.screen();
            if bench.app.in_facets() && bench.app.layout().facets_divider.is_empty() {
                // There they lie over the list.
                continue;
            }
            let event = bench.app.event().unwrap();
            let line: Vec<char> = screen
                .lines()
                .skip(usize::from(area.y))
                .find(|line| line.contains(['▌', '▏']))
                .unwrap()
                .chars()
                .collect();
            let line: String = line.into_iter().collect();
            let time = if keys == "t" { "10m" } else { "10:" };
            let name: String = event.record.entity.label().unwrap().chars().take(7).collect();
            let has = [time, event.record.action.word(), &name].iter().all(|part| line.contains(part));
            assert!(has, "{size:?} `{keys}`: {line}");
        }
    }
}

#[test]
fn what_is_under_way_is_said_and_what_is_not_is_not() {
    let mut bench = bench((120, 30), "dark", false);
    assert!(!bench.screen().contains("syncing"));
    let mut busy = source("one", "kaireonai", SourceState::Syncing { pages: 3, events_new: 40 });
    busy.last_sync = None;
    bench.tell(Message::Sources(vec![busy]));
    assert!(bench.screen().contains("syncing 1"), "{}", bench.screen());
    bench.tell(Message::Notice(Notice::error("x".repeat(400))));
    assert!(bench.screen().lines().last().unwrap().contains('…'));
}

/// The screen, and below it which cells look alike, with a legend.
pub(super) fn text_and_style(bench: &Bench) -> String {
    let buffer = bench.buffer();
    let width = usize::from(buffer.area.width);
    let mut looks: Vec<String> = Vec::new();
    let mut styles = String::new();
    for cells in buffer.content.chunks(width) {
        let mut line = String::new();
        for cell in cells {
            let style = cell.style();
            let look = format!(
                "{} on {} {:?}",
                style.fg.unwrap_or_default(),
                style.bg.unwrap_or_default(),
                style.add_modifier
            );
            let nth = looks.iter().position(|other| *other == look).unwrap_or_else(|| {
                looks.push(look);
                looks.len() - 1
            });
            line.push(if nth == 0 { '.' } else { char::from(b'a' + (nth - 1).min(25) as u8) });
        }
        writeln!(styles, "{}", line.trim_end_matches('.')).unwrap();
    }
    for (nth, look) in looks.iter().enumerate() {
        let letter = if nth == 0 { '.' } else { char::from(b'a' + (nth - 1).min(25) as u8) };
        writeln!(styles, "{letter} {look}").unwrap();
    }
    format!("{}\n\n{styles}", bench.screen())
}

#[test]
fn text_and_style_of_the_main_screens() {
    for (name, keys) in [
        ("timeline", "j"),
        ("diff", "jjjjjj<enter>]"),
        ("lifecycle", "e"),
        ("actor", "a"),
        ("suspects", "jgW"),
        ("help", "?/@g"),
    ] {
        for theme in ["dark", "light"] {
            let mut bench = bench((100, 30), theme, false);
            bench.press(keys);
            insta::assert_snapshot!(format!("looks-{name}-{theme}"), text_and_style(&bench));
        }
    }
    for (name, keys) in [("actor", "a"), ("suspects", "jgW")] {
        for size in SIZES {
            let mut bench = bench(size, "dark", false);
            bench.press(keys);
            insta::assert_snapshot!(format!("{name}-{}x{}", size.0, size.1), bench.screen());
        }
    }
}
