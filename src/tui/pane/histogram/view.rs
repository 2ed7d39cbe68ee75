//! The events over time, drawn large.
//!
//! ```text
//!  97 events over time, by action                             one bar = 6 h
//!    12 │      █
//!       │      ▓  █
//!       │ █    ▓  █
//!     0 ┴───────━━▲──────────
//!        25 Mar      28 Mar
//!  Wed 25 Mar 06:00 – 18:00 · 9 events · update 5 · publish 4
//!  █ update   ▓ publish   ▒ delete
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::HistogramPane;
use crate::domain::{Action, FacetKey, Histogram, Safe, Series, Status, Timestamp};
use crate::tui::app::App;
use crate::tui::draw::Row;
use crate::tui::gaps;
use crate::tui::layout::Layout;
use crate::tui::settings::Ui;
use crate::tui::theme::Role;
use crate::tui::view::strip::{HEIGHTS, UNKNOWN, edge, height};
use crate::tui::words;

/// The column of numbers with the axis and a margin.
const AXIS: u16 = 10;

/// Lines above the bars and below them.
const HEAD: u16 = 2;
const FOOT: u16 = 5;

/// The same on a screen of few lines, and how many that are.
const LOW: (u16, u16) = (1, 3);
const FEW: u16 = 14;

/// The most cells that one bar takes.
const WIDEST: usize = 8;

/// What the parts of a stack are drawn with, so that they can be told apart without their colours. The last
/// is the rest.
const PARTS: [&str; 6] = ["█", "▓", "▒", "+", ":", "·"];

/// How many bars there may be.
pub(in crate::tui) fn room(layout: &Layout) -> usize {
    usize::from(layout.body.width.saturating_sub(AXIS + 1))
}

/// Draws the screen.
pub(in crate::tui) fn draw(app: &App, pane: &HistogramPane, area: Rect, buf: &mut Buffer) {
    let ui = &app.ui;
    let counts = app.counts.histogram();
    let Some((histogram, (chosen, cursor))) = counts.and_then(|it| Some((it, pane.bars(it)?))) else {
        let text =
            if app.timeline.answered() { "No event matches the filter" } else { "Reading the cache…" };
        return Row::new().fill(3).put(text, ui.style(Role::Title)).draw(buf, area.x, area.y + 1, area.width);
    };
    let is_low = area.height < FEW;
    let (head, foot) = if is_low { LOW } else { (HEAD, FOOT) };
    if is_low && pane.stack().is_some() {
        // What the fills mean is worth more than what is counted.
        legend(app, pane, histogram).within(area.width.into()).draw(buf, area.x, area.y, area.width);
    } else {
        title(app, pane, histogram, area, buf);
    }
    let chart = Rect {
        x: area.x + AXIS,
        y: area.y + head,
        width: area.width.saturating_sub(AXIS + 1),
        height: area.height.saturating_sub(head + foot),
    };
    if chart.is_empty() {
        return;
    }
    let width = (usize::from(chart.width) / histogram.len()).clamp(1, WIDEST);
    numbers(histogram, area, chart, ui, buf);
    bars(app, pane, histogram, width, chart, buf);
    axis(histogram, (chosen, cursor), width, chart, ui, buf);
    let mut below = vec![readout(app, pane, histogram, chosen, area.width.into())];
    if pane.stack().is_some() && !is_low {
        below.push(legend(app, pane, histogram));
    }
    if gaps::is_open(&app.gaps(), (histogram.edges[chosen.0], histogram.edges[chosen.1 + 1])) {
        let text = format!("{UNKNOWN} there may be more that is not in the cache");
        below.push(Row::new().fill(1).put(&text, ui.style(Role::Warning)));
    }
    for (y, row) in (chart.bottom() + 2..area.bottom()).zip(below) {
        row.within(area.width.into()).draw(buf, area.x, y, area.width);
    }
}

fn title(app: &App, pane: &HistogramPane, histogram: &Histogram, area: Rect, buf: &mut Buffer) {
    let ui = &app.ui;
    let events = words::plural(histogram.totals().iter().sum::<usize>() as u64, "event");
    let by = pane.stack().map_or(String::new(), |key| format!(", by {}", key.key()));
    let row = Row::new().fill(1).put(&format!("{events} over time{by}"), ui.style(Role::Title));
    let unit = Row::new().put(&format!("one bar = {}", histogram.unit), ui.style(Role::Dim)).fill_by(1);
    row.with_right(unit, area.width.into()).draw(buf, area.x, area.y, area.width);
}

/// The scale beside the bars.
fn numbers(histogram: &Histogram, area: Rect, chart: Rect, ui: &Ui, buf: &mut Buffer) {
    let most = histogram.totals().into_iter().max().unwrap_or_default();
    for y in chart.top()..chart.bottom() {
        let number = if y == chart.top() { words::count(most as u64) } else { String::new() };
        let row =
            Row::new().right(&number, usize::from(AXIS) - 2, ui.style(Role::Dim)).put(" ", Style::new());
        row.put("│", ui.style(Role::Rule)).draw(buf, area.x, y, AXIS);
    }
}

fn bars(app: &App, pane: &HistogramPane, histogram: &Histogram, width: usize, chart: Rect, buf: &mut Buffer) {
    let ui = &app.ui;
    let (totals, gaps) = (histogram.totals(), app.gaps());
    let most = totals.iter().copied().max().unwrap_or_default();
    let is_stacked = pane.stack().is_some();
    // Bars that are wide enough stand apart.
    let solid = if width > 2 { width - 1 } else { width };
    for (nth, (stretch, total)) in histogram.edges.windows(2).zip(&totals).enumerate() {
        let x = chart.x + (nth * width) as u16;
        let cells = if *total == 0 && gaps::is_open(&gaps, (stretch[0], stretch[1])) {
            vec![(UNKNOWN, ui.style(Role::Dim))]
        } else if is_stacked {
            stacked(app, pane, histogram, nth, most, chart.height.into())
        } else {
            plain(*total, most, chart.height.into(), ui)
        };
        for (up, (glyph, style)) in cells.into_iter().enumerate() {
            let y = chart.bottom() - 1 - up as u16;
            Row::new().rule(glyph, solid, style).draw(buf, x, y, chart.right().saturating_sub(x));
        }
    }
}

/// The cells of a bar from the bottom up, the topmost in eighths.
fn plain(count: usize, most: usize, lines: usize, ui: &Ui) -> Vec<(&'static str, Style)> {
    let style = ui.style(Role::Accent);
    let eighths = height(count, most, lines * HEIGHTS.len());
    let (whole, rest) = (eighths / HEIGHTS.len(), eighths % HEIGHTS.len());
    let mut cells = vec![(HEIGHTS[HEIGHTS.len() - 1], style); whole];
    if rest > 0 {
        cells.push((HEIGHTS[rest - 1], style));
    }
    cells
}

/// The same in whole cells, the largest part at the bottom, each part as high as it is large.
fn stacked(
    app: &App,
    pane: &HistogramPane,
    histogram: &Histogram,
    bar: usize,
    most: usize,
    lines: usize,
) -> Vec<(&'static str, Style)> {
    let counts: Vec<usize> = histogram.series.iter().map(|series| series.counts[bar]).collect();
    let total: usize = counts.iter().sum();
    let shares = shares(&counts, height(total, most, lines)).into_iter().enumerate();
    shares.flat_map(|(part, share)| vec![looks(app, pane, histogram, part); share]).collect()
}

/// So many lines divided among parts by their size, the lines that remain to those that come nearest to one
/// more. A part of less than half a line gets none: a whole line would say that it is large.
fn shares(counts: &[usize], lines: usize) -> Vec<usize> {
    let total = counts.iter().sum::<usize>().max(1);
    let mut shares: Vec<usize> = counts.iter().map(|count| count * lines / total).collect();
    let mut nearest: Vec<usize> =
        (0..counts.len()).filter(|part| 2 * counts[*part] * lines >= total).collect();
    nearest.sort_by_key(|part| std::cmp::Reverse(counts[*part] * lines % total));
    let left = lines.saturating_sub(shares.iter().sum());
    let largest = (0..counts.len()).min_by_key(|part| std::cmp::Reverse(counts[*part]));
    for nth in 0..left {
        if let Some(part) = nearest.get(nth).copied().or(largest) {
            shares[part] += 1;
        }
    }
    shares
}

/// What a part of the stack is drawn with.
fn looks(app: &App, pane: &HistogramPane, histogram: &Histogram, part: usize) -> (&'static str, Style) {
    let ui = &app.ui;
    let last = PARTS.len() - 1;
    let Some(value) = histogram.series.get(part).and_then(|series| series.value.as_deref()) else {
        return (PARTS[last], ui.style(Role::Dim));
    };
    let glyph = PARTS[part.min(last)];
    let style = match pane.stack() {
        Some(FacetKey::Status) => match Status::ALL.into_iter().find(|status| status.word() == value) {
            Some(Status::Success) => ui.style(Role::Success),
            Some(status) => ui.theme.for_status(status),
            None => ui.style(Role::Text),
        },
        Some(FacetKey::Action) => ui.theme.for_action(&Action::from_word(value)),
        _ => ui.style([Role::Accent, Role::Added, Role::Changed, Role::Ai, Role::Warning][part.min(4)]),
    };
    (glyph, style)
}

/// The axis with the bars that are chosen and the cursor, and the times below it.
fn axis(
    histogram: &Histogram,
    (chosen, cursor): ((usize, usize), usize),
    width: usize,
    chart: Rect,
    ui: &Ui,
    buf: &mut Buffer,
) {
    let mut row = Row::new().right("0", usize::from(AXIS) - 2, ui.style(Role::Dim)).fill_by(1);
    row = row.put("┴", ui.style(Role::Rule));
    for bar in 0..histogram.len() {
        let (glyph, role) = match bar {
            _ if bar == cursor => ("▲", Role::Focused),
            _ if (chosen.0..=chosen.1).contains(&bar) => ("━", Role::Focused),
            _ => ("─", Role::Rule),
        };
        row = row.rule(glyph, width, ui.style(role));
    }
    row.draw(buf, chart.x - AXIS, chart.bottom(), chart.width + AXIS);
    let mut below = Row::new().fill(usize::from(AXIS));
    let mut last = String::new();
    for (bar, time) in histogram.edges.iter().enumerate() {
        let column = usize::from(AXIS) + bar * width;
        let text = edge(*time, histogram, ui);
        let fits = column + text.len() <= usize::from(chart.width + AXIS);
        if fits && text != last && (bar == 0 || column >= below.width() + 4) {
            below = below.fill(column).put(&text, ui.style(Role::Dim));
            last = text;
        }
    }
    below.draw(buf, chart.x - AXIS, chart.bottom() + 1, chart.width + AXIS);
}

/// What there is in the bars that are chosen.
fn readout(
    app: &App,
    pane: &HistogramPane,
    histogram: &Histogram,
    (from, to): (usize, usize),
    width: usize,
) -> Row {
    let ui = &app.ui;
    let (start, end) = (histogram.edges[from], histogram.edges[to + 1]);
    let sum = |series: &Series| series.counts[from..=to].iter().sum::<usize>();
    let total: usize = histogram.series.iter().map(sum).sum();
    let mut row = Row::new().fill(1).put(&stretch(start, end, ui), ui.style(Role::Text));
    row = row.put(&format!(" · {}", words::plural(total as u64, "event")), ui.style(Role::Title));
    if pane.in_range() {
        row = row.put(" · range", ui.style(Role::Accent));
    }
    let named: Vec<(&str, usize)> = histogram
        .series
        .iter()
        .filter_map(|series| Some((series.value.as_deref()?, sum(series))))
        .filter(|(_, count)| *count > 0)
        .collect();
    // A part is left out whole: the beginning of a number is another number.
    let fitting = (1..=named.len()).rev().map(|shown| parts(&named[..shown], total));
    let fits = |text: &String| row.width() + Safe::line(text).width() < width;
    match fitting.into_iter().find(fits) {
        Some(text) => row.put(&text, ui.style(Role::Dim)),
        None if named.is_empty() => row,
        None => row.put(" …", ui.style(Role::Dim)),
    }
}

/// ` · update 301 · create 3 · others 41`: the parts that are named, and what is missing to the whole.
fn parts(named: &[(&str, usize)], total: usize) -> String {
    let rest = total.saturating_sub(named.iter().map(|(_, count)| count).sum());
    let rest = (rest > 0).then_some(("others", rest));
    let all = named.iter().copied().chain(rest);
    let all: Vec<String> =
        all.map(|(name, count)| format!(" · {name} {}", words::count(count as u64))).collect();
    all.concat()
}

/// From when until when: `Wed 25 Mar 2026 06:00 – 18:00`, with the day of the end where that is another.
fn stretch(start: Timestamp, end: Timestamp, ui: &Ui) -> String {
    let (first, last) = (words::day(start, ui.zone), words::day(end, ui.zone));
    let (from, to) = (words::clock(start, ui.zone, false), words::clock(end, ui.zone, false));
    let midnight = |clock: &str| clock == "00:00";
    match last.pred_opt() {
        Some(before) if midnight(&from) && midnight(&to) && before == first => words::day_name(first),
        Some(before) if midnight(&from) && midnight(&to) => {
            format!("{} – {}", words::day_name(first), words::day_name(before))
        }
        _ if first == last => format!("{} {from} – {to}", words::day_name(first)),
        _ => format!("{} {from} – {} {to}", words::day_name(first), words::day_name(last)),
    }
}

/// What the parts of the stack stand for.
fn legend(app: &App, pane: &HistogramPane, histogram: &Histogram) -> Row {
    let mut row = Row::new().fill(1);
    for (part, series) in histogram.series.iter().enumerate() {
        if series.counts.iter().all(|count| *count == 0) {
            continue;
        }
        let (glyph, style) = looks(app, pane, histogram, part);
        let name = series.value.as_deref().unwrap_or("others");
        row = row.put(glyph, style).put(&format!(" {name}"), app.ui.style(Role::Text)).fill_by(3);
    }
    row
}

#[cfg(test)]
mod tests {
    use super::{parts, shares};

    #[test]
    fn a_stack_is_divided_by_the_size_of_its_parts() {
        for (counts, lines, expected) in [
            (&[307, 20, 10, 8][..], 8, &[8, 0, 0, 0][..]),
            (&[307, 38, 0], 8, &[7, 1, 0]),
            (&[5, 5], 3, &[2, 1]),
            (&[3, 2, 1], 6, &[3, 2, 1]),
            (&[12, 4, 4], 2, &[2, 0, 0]),
            (&[1, 1, 1, 1], 1, &[1, 0, 0, 0]),
            (&[0, 0], 0, &[0, 0]),
        ] {
            assert_eq!(shares(counts, lines), expected, "{counts:?} in {lines}");
        }
    }

    #[test]
    fn the_parts_add_up_to_the_whole() {
        let named = [("update", 301), ("create", 3), ("publish", 17)];
        assert_eq!(parts(&named, 321), " · update 301 · create 3 · publish 17");
        assert_eq!(parts(&named, 1345), " · update 301 · create 3 · publish 17 · others 1,024");
        assert_eq!(parts(&named[..1], 321), " · update 301 · others 20");
    }
}
