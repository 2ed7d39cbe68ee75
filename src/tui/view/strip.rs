//! The events over time in one line, above the list.
//!
//! ```text
//!  25 Mar ▁▂▁▁▇▂▁ ▁▃▁░░░ 1 Apr  one bar = 6 h
//! ```

use ratatui::buffer::Buffer;

use crate::domain::{Histogram, RowId, Span, Timestamp};
use crate::tui::app::App;
use crate::tui::draw::Row;
use crate::tui::gaps;
use crate::tui::layout::Layout;
use crate::tui::settings::Ui;
use crate::tui::theme::Role;
use crate::tui::words;

/// Heights of a bar of one line, lowest first.
pub(in crate::tui) const HEIGHTS: [&str; 8] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/// A bar of nothing where the cache may lack events.
pub(in crate::tui) const UNKNOWN: &str = "░";

/// The cells beside the bars: both ends of the axis, the length of a bar, and what sets them apart. On a
/// narrow screen the length of a bar gives way to the bars.
const BESIDE: u16 = 46;
const BESIDE_NARROW: u16 = 28;
const NARROW: u16 = 80;

/// The most cells that one bar takes.
const WIDEST: usize = 4;

/// How many bars there may be.
pub(in crate::tui) fn room(layout: &Layout) -> usize {
    let width = layout.strip.width;
    if layout.strip.is_empty() {
        0
    } else {
        usize::from(width.saturating_sub(if width < NARROW { BESIDE_NARROW } else { BESIDE }))
    }
}

/// Draws the line.
pub(super) fn draw(app: &App, layout: &Layout, buf: &mut Buffer) {
    let area = layout.strip;
    let Some(histogram) = app.counts.histogram().filter(|_| !area.is_empty()) else { return };
    let (ui, totals) = (&app.ui, histogram.totals());
    let (Some(first), Some(last)) = (histogram.edges.first(), histogram.edges.last()) else { return };
    let most = totals.iter().copied().max().unwrap_or_default();
    let gaps = app.gaps();
    let here = app.timeline.selected().map(RowId::time);
    let mut pointer = None;
    let mut row = Row::new().fill(1).put(&edge(*first, histogram, ui), ui.style(Role::Dim)).fill_by(1);
    let end = Row::new().fill_by(1).put(&last_edge(*last, histogram, ui), ui.style(Role::Dim));
    let unit = Row::new().put(&format!("one bar = {}", histogram.unit), ui.style(Role::Dim)).fill_by(1);
    let beside = row.width() + end.width() + unit.width() + 1;
    let width = (usize::from(area.width).saturating_sub(beside) / totals.len().max(1)).clamp(1, WIDEST);
    // Bars that are wide enough stand apart.
    let solid = if width > 1 { width - 1 } else { width };
    for (bar, count) in histogram.edges.windows(2).zip(&totals) {
        let is_here = here.is_some_and(|here| (bar[0]..bar[1]).contains(&here));
        let (glyph, role) = match height(*count, most, HEIGHTS.len()) {
            0 if gaps::is_open(&gaps, (bar[0], bar[1])) => (UNKNOWN, Role::Dim),
            0 => (" ", Role::Text),
            height => (HEIGHTS[height - 1], if is_here { Role::Focused } else { Role::Time }),
        };
        if is_here {
            pointer = Some(area.x + row.width() as u16);
        }
        // What may be missing is one stretch, however many bars it takes.
        let wide = if glyph == UNKNOWN { width } else { solid };
        row = row.rule(glyph, wide, ui.style(role)).fill_by(width - wide);
    }
    // A colour alone would not say where the selection is.
    if let Some(x) = pointer.filter(|_| super::rule_is_plain(app)) {
        Row::new().put("▼", ui.style(Role::Focused)).draw(buf, x, layout.rule.y, 1);
    }
    row.join(end).with_right(unit, area.width.into()).draw(buf, area.x, area.y, area.width);
}

/// How many of `steps` a bar of `count` takes where the highest has `most`: none only where there is nothing.
pub(in crate::tui) fn height(count: usize, most: usize, steps: usize) -> usize {
    if count == 0 { 0 } else { (count * steps).div_ceil(most.max(1)).clamp(1, steps.max(1)) }
}

/// An end of the axis, as exactly as its bars are long.
pub(in crate::tui) fn edge(time: Timestamp, histogram: &Histogram, ui: &Ui) -> String {
    let (then, now) = (ui.zone.at(time), ui.zone.at(ui.now));
    let this_year = then.format("%Y").to_string() == now.format("%Y").to_string();
    let form = match histogram.unit.of {
        Span::Minute | Span::Hour if is_short(histogram, ui) => "%-d %b %H:%M",
        Span::Year => "%Y",
        Span::Month => "%b %Y",
        _ if this_year => "%-d %b",
        _ => "%-d %b %Y",
    };
    then.format(form).to_string()
}

/// The end of the axis: the end of the last bar, or the day that it is of.
fn last_edge(time: Timestamp, histogram: &Histogram, ui: &Ui) -> String {
    edge(if is_short(histogram, ui) { time } else { time.plus_millis(-1) }, histogram, ui)
}

/// Whether all of it lies within two days.
fn is_short(histogram: &Histogram, ui: &Ui) -> bool {
    let ends = histogram.edges.first().zip(histogram.edges.last());
    ends.is_some_and(|(first, last)| {
        (words::day(*last, ui.zone) - words::day(*first, ui.zone)).num_days() <= 2
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_nothing_has_no_height() {
        for (count, most, steps, expected) in [
            (0, 9, 8, 0),
            (1, 1_000_000, 8, 1),
            (9, 9, 8, 8),
            (5, 10, 8, 4),
            (1, 1, 8, 8),
            (0, 0, 8, 0),
            (3, 9, 1, 1),
        ] {
            assert_eq!(height(count, most, steps), expected, "{count} of {most} in {steps}");
        }
    }
}
