//! What commands do on the screen of events over time: moving among the bars, choosing some of them, and
//! putting their stretch of time into the filter.

use crate::domain::{RowId, Timestamp, Zone};
use crate::query::{self, Context};
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::message::Effect;
use crate::tui::motion::Motion;
use crate::tui::pane::Screen;
use crate::tui::pane::histogram::HistogramPane;

impl App {
    /// Goes to the screen of events over time; from it, back.
    pub(super) fn toggle_histogram(&mut self) {
        if matches!(self.above.last(), Some(Screen::Histogram(_))) {
            self.above.pop();
            return;
        }
        let time = self.event().map(|event| event.record.time);
        let time = time.or_else(|| self.timeline.selected().map(RowId::time));
        self.facets.leave();
        self.above.push(Screen::Histogram(HistogramPane::at(time)));
    }

    pub(super) fn act_in_histogram(&mut self, command: Command, ask: &mut Vec<Effect>) {
        let Some(histogram) = self.counts.histogram() else { return };
        let Some(Screen::Histogram(pane)) = self.above.last_mut() else { return };
        match command {
            Command::NextBar => pane.go(Motion::Lines(-1), histogram),
            Command::PreviousBar => pane.go(Motion::Lines(1), histogram),
            Command::Range => pane.range(histogram),
            Command::Stack => pane.turn(),
            Command::ApplyRange => {
                let Some(((from, to), _)) = pane.bars(histogram) else { return };
                let stretch = (histogram.edges[from], histogram.edges[to + 1]);
                self.apply_stretch(stretch, ask);
            }
            other => {
                if let Some(motion) = Motion::of(other) {
                    pane.go(motion, histogram);
                }
            }
        }
    }

    /// Selects only events of a stretch of time, the end excluded, and goes back to them.
    fn apply_stretch(&mut self, (from, to): (Timestamp, Timestamp), ask: &mut Vec<Effect>) {
        let context = Context { zone: self.ui.zone, ..self.ui.context() };
        let text = format!("since:{} until:{}", since(from, &context), until(to, &context));
        let Ok(stretch) = query::parse(&text, &context) else { return };
        let narrowed = self.filter.query().within(&stretch);
        self.leap_to(&narrowed.to_string(), ask);
    }
}

/// The shortest literal that begins at this instant.
fn since(time: Timestamp, context: &Context) -> String {
    let begins = |text: &str| query::moment(text, context).is_ok_and(|(start, _)| start == time);
    shortest(time, context.zone, begins)
}

/// The shortest literal that ends at this instant.
fn until(time: Timestamp, context: &Context) -> String {
    let ends = |text: &str| query::moment(text, context).is_ok_and(|(_, end)| end == time);
    let before = time.plus_millis(-1);
    let last = ["%Y-%m-%d", "%Y-%m-%dT%H:%M"].map(|form| context.zone.at(before).format(form).to_string());
    last.into_iter().find(|text| ends(text)).unwrap_or_else(|| exact(before, context.zone))
}

fn shortest(time: Timestamp, zone: Zone, fits: impl Fn(&str) -> bool) -> String {
    let forms = ["%Y-%m-%d", "%Y-%m-%dT%H:%M"].map(|form| zone.at(time).format(form).to_string());
    forms.into_iter().find(|text| fits(text)).unwrap_or_else(|| exact(time, zone))
}

/// The millisecond with its offset: where the clock is put back, the same time of day comes twice.
fn exact(time: Timestamp, zone: Zone) -> String {
    zone.at(time).format("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        query::moment(text, &Context::default()).unwrap().0
    }

    #[test]
    fn edges_of_bars_are_said_in_as_few_characters_as_mean_them() {
        let zone = Zone::Fixed(chrono::FixedOffset::east_opt(7200).unwrap());
        for (zone, from, to, expected) in [
            (Zone::Utc, "2026-03-25T00:00Z", "2026-03-26T00:00Z", ("2026-03-25", "2026-03-25")),
            (Zone::Utc, "2026-03-25T06:00Z", "2026-03-25T12:00Z", ("2026-03-25T06:00", "2026-03-25T11:59")),
            (zone, "2026-03-24T22:00Z", "2026-03-25T04:00Z", ("2026-03-25", "2026-03-25T05:59")),
            (
                Zone::Utc,
                "2026-03-25T06:00:00.500Z",
                "2026-03-25T06:00:01Z",
                ("2026-03-25T06:00:00.500+00:00", "2026-03-25T06:00:00.999+00:00"),
            ),
        ] {
            let context = Context { zone, ..Context::default() };
            let (since, until) = (since(at(from), &context), until(at(to), &context));
            assert_eq!((since.as_str(), until.as_str()), expected);
            assert_eq!(query::moment(&since, &context).unwrap().0, at(from));
            assert_eq!(query::moment(&until, &context).unwrap().1, at(to));
        }
    }
}
