//! The screens and what lies over them, the panes, the program as a whole.

use super::Seen::{Asks, Below, Gone, In, Text};
use super::{Bench, Table};
use crate::domain::{UserData, View, Zone};
use crate::tui::command::Command as C;
use crate::tui::tests::support::{settings, story};

fn large() -> Bench {
    Bench::new((120, 40), story())
}

/// Where the local zone is two hours ahead, and UTC is shown.
fn abroad() -> Bench {
    let mut settings = settings((120, 40));
    settings.zone = Zone::Fixed(chrono::FixedOffset::east_opt(7_200).unwrap());
    let mut bench = Bench::with(settings, story());
    bench.press("T");
    bench
}

/// As many views as there are tabs with a key.
fn tabs() -> Bench {
    let mut settings = settings((160, 40));
    let view = |nth: usize| View { name: format!("v{nth}"), query: format!("text{nth}"), read_to: None };
    settings.user = UserData { views: (2..=10).map(view).collect(), ..UserData::default() };
    Bench::with(settings, story())
}

pub(super) const TABLES: &[Table] = &[
    Table {
        world: large,
        rows: &[
            (&[""], C::NextPane, In("preview")),
            (&["<tab>"], C::NextPane, In("timeline")),
            (&["e", "<tab>", "?", "gv", "gs", "H", "s"], C::Back, In("timeline")),
            (&["e<esc>"], C::Forward, In("lifecycle")),
            (&[""], C::Close, Text("Quit? `q` again quits, any other key stays")),
            (&["e", "<enter>", "?", "H"], C::Close, In("timeline")),
            (&["", "<enter>", "s", "?"], C::Quit, Asks("Quit")),
            (&["q"], C::Close, Asks("Quit")),
            (&["", "e"], C::Interrupt, Asks("Quit")),
            (&["", "<enter>"], C::Suspend, Asks("Suspend")),
            (&["", "<enter>"], C::Redraw, Asks("Redraw")),
            (&["", "<enter>", "gs"], C::Help, In("help")),
            (&[""], C::Help, Text("Open the selected event, view or source")),
            (&["", "<enter>", "gs"], C::Palette, In("palette")),
            (&["", "<enter>"], C::Sources, In("sources")),
            (&[""], C::Sources, Below(&["kaireon-prod", "micro-prod"])),
            (&[""], C::RefreshSource, Asks("Refresh { source: Some(\"kaireon-prod\")")),
            (&["j"], C::RefreshSource, Asks("Refresh { source: Some(\"streamkap-prod\")")),
            (&["gsG"], C::RefreshSource, Asks("Refresh { source: Some(\"micro-prod\")")),
            (&[""], C::RefreshSource, Text("asking kaireon-prod for news")),
            (&[""], C::RefreshAll, Asks("Refresh { source: None")),
            (&[""], C::RefreshAll, Text("asking every source for news")),
            (&[""], C::Follow, Text(" follow off ")),
            (&["F"], C::Follow, Text(" follow on ")),
            (&[""], C::TimeFormat, Text("▌  10m  < rollback")),
            (&["t"], C::TimeFormat, Text("▌10:30  < rollback")),
            (&[""], C::Preview, Gone("[Summary]")),
            (&["p"], C::Preview, Text("[Summary]")),
            (&[""], C::PreviewPlace, Below(&["+ create", "[Summary]"])),
            (&[""], C::Zoom, Gone("[Summary]")),
            (&["<tab>"], C::Zoom, In("event")),
            (&[""], C::Facets, In("facets")),
            (&[""], C::Facets, Below(&["facets", "rollback", "success"])),
            (&["s"], C::Facets, Gone("facets")),
            (&[""], C::Histogram, In("histogram")),
            (&["H"], C::Histogram, In("timeline")),
            (&[""], C::Jump, In("jump")),
            (&[""], C::SaveView, Text("save the filter as>")),
            (&[""], C::Views, In("views")),
            (&[""], C::Mouse, Asks("Mouse(true)")),
            (&[""], C::Mouse, Text("the mouse chooses and scrolls")),
            (&["<f2>"], C::Mouse, Asks("Mouse(false)")),
            (
                &["u"],
                C::Messages,
                Below(&["messages, the latest first", "there is no filter before this one"]),
            ),
            (&[""], C::Screenshot, Text("picture to> backtrail-20260401-104000.svg")),
            (&[""], C::Explain, Asks("Explain")),
        ],
    },
    Table {
        world: abroad,
        rows: &[(&[""], C::Zone, Text("▌12:30  <")), (&["T"], C::Zone, Text("▌10:30  <"))],
    },
    Table {
        world: tabs,
        rows: &[
            (&["3", "2e"], C::View1, Text("[1 All]")),
            (&["", "e"], C::View2, Text("[2 v2]")),
            (&[""], C::View2, Text(" filter> text2 ")),
            (&[""], C::View3, Text(" filter> text3 ")),
            (&[""], C::View4, Text(" filter> text4 ")),
            (&[""], C::View5, Text(" filter> text5 ")),
            (&[""], C::View6, Text(" filter> text6 ")),
            (&[""], C::View7, Text(" filter> text7 ")),
            (&[""], C::View8, Text(" filter> text8 ")),
            (&[""], C::View9, Text(" filter> text9 ")),
            (&[""], C::View10, Text(" filter> text10 ")),
            (&[""], C::View10, Text("[10 v10]")),
        ],
    },
];
