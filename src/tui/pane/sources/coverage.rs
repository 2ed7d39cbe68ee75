//! Of one source, for each scope: of which times the cache knows that it has everything, and why not of others.
//!
//! ```text
//! ▌Shop              ██████████░░░░██████████████  1,204 events
//!    1 Feb 00:00 to 1 Mar 00:00: not fetched yet
//! ```

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::domain::{FeedCoverage, Stretch, Timestamp};
use crate::tui::app::App;
use crate::tui::draw::Row;
use crate::tui::ledgers;
use crate::tui::message::{Effect, Notice};
use crate::tui::motion::Motion;
use crate::tui::pane::Screen;
use crate::tui::pane::mark;
use crate::tui::settings::Ui;
use crate::tui::theme::Role;
use crate::tui::words;

/// Lines above the first scope.
const HEAD: u16 = 2;

/// The gaps of a scope that are listed one by one.
const LISTED: usize = 3;

/// Cells of a bar, at least and at most.
const BAR: (usize, usize) = (8, 60);

impl App {
    /// What is known of the source that is looked into, where one is.
    fn looked_into(&self) -> Option<(Vec<&FeedCoverage>, usize)> {
        let Some(Screen::Sources(pane)) = self.above.last() else { return None };
        let name = pane.name(&self.sources)?;
        let feeds: Vec<_> = self.ledgers.iter().filter(|feed| feed.source == name).collect();
        let place = pane.scope?.min(feeds.len().saturating_sub(1));
        Some((feeds, place))
    }

    /// Moves from scope to scope; whether a source is looked into.
    pub(in crate::tui) fn go_scope(&mut self, motion: Motion) -> bool {
        let Some((feeds, place)) = self.looked_into() else { return false };
        let page = usize::from(self.layout().body.height.saturating_sub(HEAD)) / 2;
        let scope = motion.from(place, feeds.len(), page);
        if let Some(Screen::Sources(pane)) = self.above.last_mut() {
            pane.scope = Some(scope);
        }
        true
    }

    /// Looks into the selected source, or asks for what is missing of the selected scope.
    pub(in crate::tui) fn open_scope(&mut self, ask: &mut Vec<Effect>) {
        let Some((feeds, place)) = self.looked_into() else {
            if let Some(Screen::Sources(pane)) = self.above.last_mut() {
                pane.scope = Some(0);
            }
            return;
        };
        let Some(feed) = feeds.get(place) else { return };
        let fills = fills(feed);
        let says = match fills.len() {
            0 => format!("nothing is missing of {} that asking could bring", feed.label()),
            _ => format!("asking {} for what is missing of {}", feed.source, feed.label()),
        };
        ask.extend(fills);
        self.notice = Some(Notice::info(says));
    }

    /// The id of the scope that is selected, where the selected source is looked into.
    pub(super) fn scope_selected(&self) -> Option<Arc<str>> {
        let (feeds, place) = self.looked_into()?;
        feeds.get(place)?.scope.clone()
    }
}

/// What to ask for to fill what is missing of a feed.
pub(super) fn fills(feed: &FeedCoverage) -> Vec<Effect> {
    let gaps = feed.ledger.gaps().into_iter().filter(|gap| feed.can_fill(gap));
    let fill = |span| Effect::Fill { source: Arc::clone(&feed.source), scope: feed.scope.clone(), span };
    gaps.map(|gap| fill(gap.span)).collect()
}

/// Draws the scopes of the source that is looked into; whether one is.
pub(super) fn draw(app: &App, area: Rect, buf: &mut Buffer) -> bool {
    let Some((feeds, place)) = app.looked_into() else { return false };
    let ui = &app.ui;
    let width = usize::from(area.width);
    let Some(Screen::Sources(pane)) = app.above.last() else { return false };
    let name = pane.name(&app.sources).unwrap_or_default();
    let axis = axis(&feeds, ui.now);
    let title = Row::new().fill(1).put("Coverage of ", ui.style(Role::Title));
    let title = title.cut(&name, width / 2, ui.style(Role::Title)).fill_by(2);
    let span = format!("{} to now", words::short(axis.0, ui.now, ui.zone));
    let span = if feeds.is_empty() { "was never asked".to_owned() } else { span };
    title.put(&span, ui.style(Role::Dim)).within(width).draw(buf, area.x, area.y, area.width);
    let mut lines = Vec::new();
    let mut selected = 0;
    for (i, feed) in feeds.iter().enumerate() {
        if i == place {
            selected = lines.len();
        }
        lines.extend(block(feed, i == place, axis, width, ui));
    }
    let room = usize::from(area.height.saturating_sub(HEAD));
    // The selected scope is seen with its gaps.
    let top = (selected + LISTED + 2).saturating_sub(room).min(selected);
    for (y, (at, line)) in (area.y + HEAD..area.bottom()).zip(lines.iter().enumerate().skip(top)) {
        line.draw(buf, area.x, y, area.width);
        if at == selected {
            buf.set_style(Rect { y, height: 1, ..area }, ui.style(Role::Selected));
        }
    }
    true
}

/// From the oldest time that anything is known of to now.
fn axis(feeds: &[&FeedCoverage], now: Timestamp) -> (Timestamp, Timestamp) {
    let known = feeds.iter().flat_map(|feed| feed.ledger.segments());
    let oldest = known.map(|segment| segment.span.lo).filter(|time| *time != Timestamp::MIN).min();
    (oldest.unwrap_or(now).min(now.plus_millis(-1)), now)
}

fn block(
    feed: &FeedCoverage,
    selected: bool,
    axis: (Timestamp, Timestamp),
    width: usize,
    ui: &Ui,
) -> Vec<Row> {
    let mark = mark(selected, ui);
    let events = words::plural(feed.events, "event");
    let label = (width / 4).clamp(8, 28);
    let bar_width = width.saturating_sub(label + events.len() + 6).clamp(BAR.0, BAR.1);
    let row = mark.cell(feed.label(), label, ui.style(Role::Text)).fill_by(2);
    let row = row.join(bar(feed, axis, bar_width, ui)).fill_by(2).put(&events, ui.style(Role::Dim));
    let mut rows = vec![row];
    let gaps = feed.ledger.gaps();
    for gap in gaps.iter().take(LISTED) {
        let text = format!("{}: {}", ledgers::stretch(gap.span, ui), gap.reason.sentence());
        let role = if feed.can_fill(gap) { Role::Warning } else { Role::Dim };
        rows.push(Row::new().fill(3).cut(&text, width.saturating_sub(4), ui.style(role)));
    }
    if let Some(removed) = feed.ledger.removed() {
        let text = format!("{}: {}", ledgers::stretch(removed.span, ui), removed.reason.sentence());
        rows.push(Row::new().fill(3).cut(&text, width.saturating_sub(4), ui.style(Role::Dim)));
    }
    if gaps.len() > LISTED {
        let more = format!("and {} more", words::plural((gaps.len() - LISTED) as u64, "gap"));
        rows.push(Row::new().fill(3).put(&more, ui.style(Role::Dim)));
    }
    rows
}

/// A cell is full where everything of its time is known, half where some of it is, a line where the feed offers
/// nothing any more, else empty.
fn bar(feed: &FeedCoverage, (from, to): (Timestamp, Timestamp), width: usize, ui: &Ui) -> Row {
    let length = i128::from(to.millis()) - i128::from(from.millis());
    let at = |cell: usize| {
        let offset = length * cell as i128 / width.max(1) as i128;
        from.plus_millis(i64::try_from(offset).unwrap_or_default())
    };
    // What is newer than the last answer is no gap: nobody has asked since.
    let top = feed.ledger.top().unwrap_or(from);
    let floor = feed.ledger.segments().last().filter(|last| last.floor).map(|last| last.span.lo);
    (0..width).fold(Row::new(), |row, cell| {
        let span = Stretch { lo: at(cell), hi: at(cell + 1) };
        let asked = Stretch { hi: span.hi.min(top), ..span };
        let some = feed.ledger.segments().iter().any(|segment| segment.span.joins(span));
        match (feed.ledger.covers(asked) && some, some) {
            _ if floor.is_some_and(|floor| span.hi <= floor) => row.put("─", ui.style(Role::Dim)),
            (true, _) => row.put("█", ui.style(Role::Success)),
            (false, true) => row.put("▒", ui.style(Role::Warning)),
            (false, false) => row.put("░", ui.style(Role::Dim)),
        }
    })
}
