//! What commands do to the filter: typing, accepting and cancelling, back and forth, the value under the
//! cursor in or out, and the zone its times are in.

use crate::domain::{Event, UserChange, Zone};
use crate::query::{self, Group, Note, Query, Sort};
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::message::{Asker, Effect, Notice};
use crate::tui::motion::Motion;
use crate::tui::overlay::{Of, Overlay, Told};
use crate::tui::waiting::Why;
use crate::tui::words;

impl App {
    pub(super) fn act_on_filter(&mut self, command: Command, ask: &mut Vec<Effect>) -> bool {
        if !self.filter.editing() {
            return false;
        }
        let context = self.ui.context();
        let changed = match command {
            Command::Accept => self.accept_filter(ask),
            Command::Cancel if self.popup.is_shown() => {
                self.popup.dismiss();
                return true;
            }
            Command::Cancel => self.filter.cancel(&context),
            Command::Complete => self.complete(),
            Command::PreviousChoice if self.popup.is_shown() => {
                self.popup.choose(Motion::Lines(-1));
                return true;
            }
            Command::NextChoice if self.popup.is_shown() => {
                self.popup.choose(Motion::Lines(1));
                return true;
            }
            Command::PreviousChoice => self.recall(true),
            Command::NextChoice => self.recall(false),
            Command::SearchHistory => {
                self.pick(Of::Lines, ask);
                return true;
            }
            _ => return false,
        };
        self.line_changed(changed, ask);
        true
    }

    /// The line or the place in it is another one: what depends on it is asked for again.
    pub(in crate::tui) fn line_changed(&mut self, changed: bool, ask: &mut Vec<Effect>) {
        if changed {
            self.query_changed(ask);
        }
        if let Some(wanted) = self.popup.look(&self.filter, &self.user, &self.ui.context()) {
            ask.push(Effect::Values {
                asker: Asker::Completion,
                generation: wanted.generation,
                key: wanted.key,
                rest: wanted.rest,
                typed: wanted.slot.typed,
            });
        }
    }

    fn accept_filter(&mut self, ask: &mut Vec<Effect>) -> bool {
        let changed = self.filter.accept(&self.ui.context());
        if self.filter.editing() {
            self.popup.dismiss();
            return changed;
        }
        self.lifted = None;
        if !self.filter.is_empty() {
            self.keep(UserChange::UseLine(self.filter.applied().to_owned()), ask);
        }
        changed
    }

    /// Takes the choice on the list, else mends what is wrong or odd.
    fn complete(&mut self) -> bool {
        let chosen = self.popup.chosen().map(|choice| choice.fix.clone());
        let advised = || self.advice.iter().find_map(|note| note.fix.clone());
        match chosen.or_else(|| self.filter.mending()).or_else(advised) {
            Some(fix) => self.filter.put(&fix, &self.ui.context()),
            None => false,
        }
    }

    fn recall(&mut self, older: bool) -> bool {
        let changed = self.filter.recall(older, &self.user.lines, &self.ui.context());
        // The list would stand in the way of the next line.
        self.popup.look(&self.filter, &self.user, &self.ui.context());
        self.popup.dismiss();
        changed
    }

    pub(super) fn edit_filter(&mut self, ask: &mut Vec<Effect>) {
        self.above.clear();
        self.in_preview = false;
        self.facets.leave();
        self.filter.edit();
        self.ask_the_time(ask);
        self.line_changed(false, ask);
    }

    /// Asks what the cache says about the query in force.
    pub(in crate::tui) fn advise(&mut self, ask: &mut Vec<Effect>) {
        self.advice_generation += 1;
        let mentions = self.filter.mentions().to_vec();
        if mentions.is_empty() {
            self.advice.clear();
        } else {
            ask.push(Effect::Advise { generation: self.advice_generation, mentions });
        }
    }

    pub(in crate::tui) fn take_advice(&mut self, generation: u64, notes: Vec<Note>) -> bool {
        if generation != self.advice_generation || self.advice == notes {
            return false;
        }
        self.advice = notes;
        true
    }

    /// Shows what the filter does.
    pub(in crate::tui) fn explained(&mut self, result: Result<Vec<String>, String>) -> bool {
        match result {
            Ok(said) => {
                let filter = if self.filter.is_empty() { "no filter" } else { self.filter.applied() };
                let (selected, of) = self.timeline.counts();
                let (selected, of) = (words::count(selected as u64), words::plural(of as u64, "event"));
                let mut lines = vec![filter.to_owned(), format!("  selects {selected} of {of} in the cache")];
                lines.push(String::new());
                lines.extend(said);
                self.overlays.push(Overlay::Told(Told::new("explain", "What the filter does", lines)));
            }
            Err(message) => self.notice = Some(Notice::error(message)),
        }
        true
    }

    /// What is worth knowing about the query in force. Of what is still being typed nothing is said yet.
    pub(in crate::tui) fn note(&self) -> Option<&Note> {
        let cursor = self.filter.cursor_byte();
        let being_typed =
            |note: &&Note| self.filter.editing() && (note.span.start..=note.span.end).contains(&cursor);
        let text = self.filter.text();
        let fits = |note: &&Note| text.get(note.span.clone()).is_some();
        let advice = self.advice.iter().filter(|note| !being_typed(note));
        self.filter.notes().iter().chain(advice).find(fits)
    }

    pub(super) fn other_zone(&mut self, ask: &mut Vec<Effect>) {
        if self.filter.query().directives().zone.is_some() {
            self.notice = Some(Notice::info("the filter decides about the zone with `tz:`"));
            return;
        }
        self.ui.chosen_zone = match (self.ui.chosen_zone, self.ui.home_zone) {
            (Zone::Utc, Zone::Utc) => Zone::Local,
            (Zone::Utc, home) => home,
            _ => Zone::Utc,
        };
        // The same words may mean other times now.
        if self.filter.renew(&self.ui.context()) {
            self.query_changed(ask);
        } else {
            // Days begin at other times, and the list may go by them.
            self.ask(Why::Fold, ask);
        }
    }

    pub(in crate::tui) fn filter_changed(
        &mut self,
        changed: Option<bool>,
        otherwise: &str,
        ask: &mut Vec<Effect>,
    ) {
        match changed {
            Some(true) => self.query_changed(ask),
            Some(false) => {}
            None => self.notice = Some(Notice::info(otherwise)),
        }
    }

    /// Lifts the filter and stays on the event; where it was lifted, puts it back.
    pub(super) fn show_in_context(&mut self, ask: &mut Vec<Effect>) {
        let context = self.ui.context();
        let lifted = self.filter.query().without_conditions().to_string();
        let (text, now_lifted) = match self.lifted.take() {
            Some(text) if self.filter.applied() == lifted => (text, None),
            _ if self.filter.applied() == lifted => {
                self.notice = Some(Notice::info("there is no filter to lift"));
                return;
            }
            _ => (lifted, Some(self.filter.applied().to_owned())),
        };
        if self.above.is_empty()
            && let Some(row) = self.timeline.selected()
        {
            self.timeline.select(row);
        }
        self.lifted = now_lifted;
        let changed = self.filter.set(&text, &context);
        self.filter_changed(Some(changed), "", ask);
    }

    /// Puts the list into the order or under the headings that the command names.
    pub(super) fn arrange(&mut self, command: Command, ask: &mut Vec<Effect>) -> bool {
        let Some(query) = arranged(command, self.filter.query()) else { return false };
        if let (true, Some(row)) = (self.above.is_empty(), self.timeline.selected()) {
            self.timeline.select(row);
        }
        let changed = self.filter.set(&query.to_string(), &self.ui.context());
        self.filter_changed(Some(changed), "", ask);
        true
    }

    /// Narrows the filter by the value of the selected event that the command is about.
    pub(super) fn narrow(&mut self, command: Command, ask: &mut Vec<Effect>) -> bool {
        let Some((key, include)) = narrows_by(command) else { return false };
        self.repeatable = Some(command);
        let Some(event) = self.event() else {
            self.notice = Some(Notice::info("no event is selected"));
            return true;
        };
        let Some(value) = value(event, key, self.ui.zone) else {
            self.notice = Some(Notice::info(format!("this event does not say its {key}")));
            return true;
        };
        let context = self.ui.context();
        let term = query::exact_term(if key == "day" { "on" } else { key }, &value);
        let Ok(term) = query::parse(&term, &context) else { return true };
        let narrowed = self.filter.query().narrowed(&term, include);
        if narrowed == *self.filter.query() {
            let text = if include {
                "the filter asks for that already"
            } else {
                "the filter leaves that out already"
            };
            self.notice = Some(Notice::info(text));
            return true;
        }
        self.lifted = None;
        let changed = self.filter.set(&narrowed.to_string(), &context);
        self.filter_changed(Some(changed), "", ask);
        true
    }
}

/// What a sort or group command makes of a query.
fn arranged(command: Command, query: &Query) -> Option<Query> {
    Some(match command {
        Command::SortNewest => query.sorted(Sort::NewestFirst),
        Command::SortOldest => query.sorted(Sort::OldestFirst),
        Command::SortEntity => query.sorted(Sort::Entity),
        Command::SortActor => query.sorted(Sort::Actor),
        Command::SortSource => query.sorted(Sort::Source),
        Command::GroupNone => query.grouped(Group::None),
        Command::GroupDay => query.grouped(Group::Day),
        Command::GroupEntity => query.grouped(Group::Entity),
        Command::GroupActor => query.grouped(Group::Actor),
        Command::GroupSource => query.grouped(Group::Source),
        Command::GroupSet => query.grouped(Group::Set),
        Command::GroupRun => query.grouped(Group::Run),
        _ => return None,
    })
}

/// The key that a command narrows by, and whether it includes.
fn narrows_by(command: Command) -> Option<(&'static str, bool)> {
    Some(match command {
        Command::IncludeAction => ("action", true),
        Command::IncludeEntity => ("entity", true),
        Command::IncludeType => ("type", true),
        Command::IncludeActor => ("actor", true),
        Command::IncludeSource => ("source", true),
        Command::IncludeStatus => ("status", true),
        Command::IncludeDay => ("day", true),
        Command::ExcludeAction => ("action", false),
        Command::ExcludeEntity => ("entity", false),
        Command::ExcludeType => ("type", false),
        Command::ExcludeActor => ("actor", false),
        Command::ExcludeSource => ("source", false),
        Command::ExcludeStatus => ("status", false),
        Command::ExcludeDay => ("day", false),
        _ => return None,
    })
}

/// What an event says for a key. A person has an id with each provider and a name that most of them share, so
/// the name is what finds all that the person did.
fn value(event: &Event, key: &str, zone: Zone) -> Option<String> {
    let record = &event.record;
    match key {
        "action" => Some(record.action.word().to_owned()),
        "entity" => record.entity.id.clone().or_else(|| record.entity.name.clone()),
        "type" => record.entity.kind.clone(),
        "actor" => record.actor.label().map(str::to_owned),
        "source" => Some(event.source.to_string()),
        "status" => Some(record.status.word().to_owned()),
        _ => Some(words::day(record.time, zone).format("%Y-%m-%d").to_string()),
    }
}
