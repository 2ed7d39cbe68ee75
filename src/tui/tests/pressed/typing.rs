//! What keys do while a line is typed: the filter, the palette, the search, the names that are asked for.

use super::Seen::{Chosen, Filter, Gone, In, Text};
use super::{Bench, Table};
use crate::tui::command::Command as C;
use crate::tui::tests::support::story;

fn large() -> Bench {
    Bench::new((120, 40), story())
}

pub(super) const TABLES: &[Table] = &[Table {
    world: large,
    rows: &[
        (&["ftype:service"], C::Accept, In("timeline")),
        (&[":sources"], C::Accept, In("sources")),
        (&["/service"], C::Accept, Text("/service 1/2")),
        (&["gt09:30"], C::Accept, Chosen("09:05  ~ update")),
        (&["mhello"], C::Accept, Text("✎")),
        (&["f<esc>", ":", "/x", "m", "gt", "x"], C::Cancel, In("timeline")),
        (&["ftype:service"], C::Cancel, Filter("")),
        (&["fentity:ords"], C::Complete, Text(" filter> entity:=se_1 ")),
        (&["s/de"], C::Cancel, Gone("facets  /de")),
        (&["f"], C::SearchHistory, In("lines")),
        (&["ftype:d"], C::NextChoice, Text("▌destination ")),
        (&["ftype:d<down>"], C::PreviousChoice, Text("▌decision_flow ")),
        (&[":"], C::NextChoice, Text("▌down ")),
    ],
}];
