//! What is missing in the list: a line below the last event above it, which can be selected and filled.
//!
//! ```text
//!  10:30  < rollback  Default Recomm…  jane.smith
//! ┄┄ 1 Feb 00:00 to 1 Mar 00:00 · Shop: not fetched yet · enter fetches ┄┄
//! ── Wed 25 Mar 2026 ────────────────────────────
//! ```

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Timeline;
use crate::domain::GapReason;
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::draw::Row;
use crate::tui::ledgers::{self, Hole};
use crate::tui::message::{Effect, Notice};
use crate::tui::motion::Motion;
use crate::tui::settings::Ui;
use crate::tui::theme::Role;
use crate::tui::window::ABOVE;
use crate::tui::words;

/// The gaps of the list.
#[derive(Debug, Default)]
pub(super) struct Gaps {
    /// What is not known to be complete of what the list shows, newest first.
    holes: Vec<Hole>,
    /// Whether the gap below the selected row is selected, and not the row.
    pub(super) selected: bool,
    /// Whether it is the one above the first row.
    above: bool,
}

impl Timeline {
    /// Takes what is not known to be complete, newest first.
    pub(in crate::tui) fn set_gaps(&mut self, holes: Vec<Hole>) {
        self.gaps.holes = holes;
    }

    /// The places below which something is missing, ascending; what is missing above all comes last.
    pub(in crate::tui) fn gap_places(&self) -> Arc<[usize]> {
        if self.gaps.holes.is_empty() {
            return Arc::default();
        }
        ledgers::places(&self.list(), &self.gaps.holes).into_iter().map(|(place, _)| place).collect()
    }

    /// What is missing below the row at `place`.
    pub(in crate::tui) fn gap_below(&self, place: usize) -> Option<Vec<&Hole>> {
        let places = ledgers::places(&self.list(), &self.gaps.holes);
        places.into_iter().find(|(at, _)| *at == place).map(|(_, holes)| holes)
    }

    /// What is missing at the selection, where that is a gap.
    pub(in crate::tui) fn gap(&self) -> Option<Vec<&Hole>> {
        self.gap_below(self.gap_place()?)
    }

    /// The place of the gap that is selected.
    pub(in crate::tui) fn gap_place(&self) -> Option<usize> {
        let place = if self.gaps.above { ABOVE } else { self.place()? };
        self.gaps.selected.then_some(place)
    }

    /// Moves the selection from an event to a gap beside it, or back to the event above; whether it did. Any
    /// other move is one from event to event.
    pub(in crate::tui) fn go_gap(&mut self, motion: Motion) -> bool {
        let Some(place) = self.place().filter(|_| !self.gaps.holes.is_empty()) else { return false };
        let on_gap = self.gap().is_some();
        if on_gap && self.gaps.above {
            // Above it is nothing to go to; what is below is the first row.
            self.gaps.selected = motion == Motion::Lines(-1);
            self.gaps.above = self.gaps.selected;
            return matches!(motion, Motion::Lines(-1 | 1));
        }
        self.gaps.above = motion == Motion::Lines(-1) && !on_gap && place == 0;
        self.gaps.selected = match motion {
            Motion::Lines(-1) if self.gaps.above => self.gap_below(ABOVE).is_some(),
            Motion::Lines(1) if !on_gap => self.gap_below(place).is_some(),
            Motion::Lines(-1) if on_gap => {
                self.gaps.selected = false;
                return true;
            }
            Motion::Lines(-1) => {
                let above = place.checked_sub(1).filter(|above| self.gap_below(*above).is_some());
                let Some(row) = above.and_then(|above| self.list().get(above)) else { return false };
                self.select(row);
                true
            }
            // Below the last gap there is no event to go to.
            Motion::Lines(1) => place + 1 >= self.list().len(),
            _ => false,
        };
        self.gaps.above &= self.gaps.selected;
        self.gaps.selected
    }
}

impl App {
    /// Asks for what is missing at the selection; whether that is a gap.
    pub(in crate::tui) fn fill_gap(&mut self, ask: &mut Vec<Effect>) -> bool {
        let Some(holes) = self.timeline.gap() else { return false };
        let fills: Vec<&Hole> = holes.iter().copied().filter(|hole| hole.fills).collect();
        let says = match (fills.as_slice(), holes.as_slice()) {
            ([], [first, ..]) => format!("asking again brings nothing: {}", first.reason.sentence()),
            ([one], _) => format!("asking {} for {}", one.source, what(one)),
            (more, _) => {
                format!("asking for what is missing of {}", words::plural(more.len() as u64, "scope"))
            }
        };
        ask.extend(fills.into_iter().map(|hole| Effect::Fill {
            source: Arc::clone(&hole.source),
            scope: hole.scope.clone(),
            span: hole.span,
        }));
        self.notice = Some(Notice::info(says));
        true
    }
}

/// What is asked for to fill a hole, in words.
fn what(hole: &Hole) -> String {
    match &hole.scope {
        Some(_) => format!("what is missing of {}", hole.label),
        None => "what is missing".to_owned(),
    }
}

/// What is missing, in one line of `width` cells.
pub(super) fn line(holes: &[&Hole], selected: bool, width: usize, ui: &Ui) -> Row {
    let Some((first, more)) = holes.split_first() else { return Row::new() };
    let mark = if selected { "▌" } else { "┄" };
    let role = if selected { Role::Focused } else { Role::Rule };
    let row = Row::new().put(mark, ui.style(role)).put("┄ ", ui.style(Role::Rule));
    let when = ledgers::stretch(first.span, ui);
    let others = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
    let why = format!("{when} · {}{others}: {}", first.label, first.reason.sentence());
    let key = if holes.iter().any(|hole| hole.reason == GapReason::SignIn) {
        // Asking again would be refused again.
        Row::new()
            .put(" · ", ui.style(Role::Rule))
            .put(&ui.key(Command::Sources), ui.style(Role::Key))
            .put(" says what to do", ui.style(Role::Dim))
    } else if holes.iter().any(|hole| hole.fills) {
        Row::new()
            .put(" · ", ui.style(Role::Rule))
            .put(&ui.key(Command::Open), ui.style(Role::Key))
            .put(" fetches", ui.style(Role::Dim))
    } else {
        Row::new()
    };
    let room = width.saturating_sub(row.width() + key.width() + 1);
    let row = row.cut(&why, room, ui.style(Role::Warning)).join(key).fill_by(1);
    let left = width.saturating_sub(row.width());
    row.rule("┄", left, ui.style(Role::Rule))
}

/// Draws what is known of the gap at the selection, where the event would stand; whether one is selected.
pub(in crate::tui) fn draw_told(app: &App, area: Rect, buf: &mut Buffer) -> bool {
    let Some(holes) = app.timeline.gap() else { return false };
    let ui = &app.ui;
    let width = usize::from(area.width);
    let mut lines = vec![Row::new().put("Not known to be complete", ui.style(Role::Title)), Row::new()];
    for hole in &holes {
        let name = match &hole.scope {
            Some(_) => format!("{} · {}", hole.source, hole.label),
            None => hole.label.clone(),
        };
        lines.push(Row::new().cut(&name, width, ui.style(Role::Text)));
        lines.push(Row::new().fill(2).cut(
            &ledgers::stretch(hole.span, ui),
            width.saturating_sub(2),
            ui.style(Role::Time),
        ));
        lines.push(Row::new().fill(2).cut(
            hole.reason.sentence(),
            width.saturating_sub(2),
            ui.style(Role::Warning),
        ));
    }
    lines.push(Row::new());
    let next = if holes.iter().any(|hole| hole.fills) {
        Row::new().put(&ui.key(Command::Open), ui.style(Role::Key)).put(" fetches it", ui.style(Role::Dim))
    } else {
        Row::new().put("asking again brings nothing", ui.style(Role::Dim))
    };
    lines.push(next);
    for (y, line) in (area.top()..area.bottom()).zip(&lines) {
        line.draw(buf, area.x, y, area.width);
    }
    true
}
