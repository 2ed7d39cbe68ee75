//! What a term finds in the texts of many events, without the events.
//!
//! Three answers: it holds, it does not, or only the event can tell. The last is so for regular expressions,
//! which heed case where the texts do not, for leaves of raw records, and for ids, of which only fingerprints
//! are kept.

use memchr::memmem::Finder;

use crate::domain::EventId;

use super::ast::{Side, Term, Test};
use super::content;
use super::fields::{Part, PartKind};
use super::filter::{Filter, Key, Runs};
use super::text::{Pattern, fingerprint};
use super::texts::{RowTexts, Texts};

/// What the texts of an event say of a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    No,
    Open,
    Yes,
}

/// A term that looks at the texts of events, made ready to look for.
#[derive(Debug)]
pub(crate) struct TextSearch {
    term: Term,
    /// What one of the alternatives needs, for each of them.
    alternatives: Vec<Needs>,
    /// Where the only thing that can make it hold is a word in any text, that word.
    word: Option<Finder<'static>>,
    /// The native ids that it looks for.
    ids: Vec<u32>,
    /// The events that it names.
    events: Vec<EventId>,
}

/// What has to be somewhere in the texts for an alternative to hold.
#[derive(Debug, Default)]
struct Needs {
    texts: Vec<(Finder<'static>, Runs)>,
    keys: Vec<Key>,
}

impl TextSearch {
    /// `None` for a term that looks at nothing in the texts of an event.
    pub(crate) fn of(term: &Term) -> Option<Self> {
        if !term.looks_at(PartKind::Event) {
            return None;
        }
        let mut search = Self {
            term: term.clone(),
            alternatives: Vec::new(),
            word: None,
            ids: Vec::new(),
            events: Vec::new(),
        };
        match term {
            Term::Leaf(_) => search.alternatives.push(Needs::default()),
            Term::Text(pattern) => {
                search.alternatives.push(Needs::texts([pattern]));
                if let Pattern::Contains(needle) = pattern {
                    search.look_for_id(needle.folded());
                    if !needle.folded().is_empty() {
                        search.word = Some(Finder::new(needle.folded().as_bytes()).into_owned());
                    }
                }
            }
            Term::Field(row, tests) => {
                for test in tests.iter().filter(|test| test.looks_at(row, PartKind::Event)) {
                    search.add(row.key == "id", test);
                }
            }
        }
        Some(search)
    }

    fn add(&mut self, is_id: bool, test: &Test) {
        match test {
            Test::Text(Pattern::Exact(needle)) if is_id => self.look_for_id(needle.folded()),
            Test::Text(_) | Test::Me(_) if is_id => self.alternatives.push(Needs::default()),
            Test::Text(pattern) | Test::Me(pattern) => self.alternatives.push(Needs::texts([pattern])),
            Test::Change(test) => {
                let value = test.value.as_ref().map(|(_, pattern)| pattern);
                self.alternatives.push(Needs::texts([&test.path].into_iter().chain(value)));
            }
            Test::Number(_) | Test::Word(_) => {
                self.alternatives.push(Needs { keys: vec![Key::of_versions()], ..Needs::default() });
            }
            Test::Time(_) | Test::Mark(..) | Test::Note(..) => {}
        }
    }

    fn look_for_id(&mut self, text: &str) {
        let id = fingerprint(text);
        self.ids.push(id);
        self.alternatives.push(Needs { keys: vec![Key::of_id(id)], ..Needs::default() });
        self.events.extend(text.parse::<EventId>());
    }

    /// The events that the term holds for because it names them.
    pub(crate) fn events(&self) -> &[EventId] {
        &self.events
    }

    /// Whether the term may hold for one of the rows that the filter is over.
    pub(crate) fn may_be_in(&self, filter: &Filter) -> bool {
        self.alternatives.iter().any(|needs| {
            needs.keys.iter().all(|key| filter.has(*key))
                && needs.texts.iter().all(|(_, runs)| filter.has_all(runs))
        })
    }

    /// Calls `see` with each row for which the term holds, or may hold: then with true.
    pub(crate) fn scan(&self, texts: &Texts, mut see: impl FnMut(usize, bool)) {
        for id in &self.ids {
            texts.find_id(*id, |row| see(row, true));
        }
        if let Some(word) = &self.word {
            return texts.find(word, |row, _| see(row, false));
        }
        if self.ids.len() == self.alternatives.len() {
            return;
        }
        let mut tell = |row: usize, verdict: Verdict| {
            if verdict != Verdict::No {
                see(row, verdict == Verdict::Open);
            }
        };
        match self.alternatives.as_slice() {
            // Most of the time there is one thing to look for, and it is in few rows.
            [Needs { texts: needed, keys }] if keys.is_empty() && !needed.is_empty() => {
                let Some((finder, _)) = needed.iter().max_by_key(|(finder, _)| finder.needle().len()) else {
                    return;
                };
                texts.find(finder, |row, text| tell(row, self.judge(&RowTexts::of_texts(text))));
            }
            _ => texts.rows().enumerate().for_each(|(row, texts)| tell(row, self.judge(&texts))),
        }
    }

    fn judge(&self, texts: &RowTexts<'_>) -> Verdict {
        match &self.term {
            Term::Leaf(_) | Term::Text(Pattern::Regex(_)) => Verdict::Open,
            Term::Text(pattern) => Verdict::of(texts.all().any(|text| pattern.matches(text))),
            Term::Field(row, tests) => {
                let judged = tests.iter().map(|test| match test {
                    // Ids were looked for by themselves.
                    Test::Text(Pattern::Exact(_)) if row.key == "id" => Verdict::No,
                    Test::Text(_) | Test::Me(_) if row.key == "id" => Verdict::Open,
                    Test::Text(Pattern::Regex(_)) if row.parts.contains(&PartKind::Event) => Verdict::Open,
                    Test::Text(pattern) | Test::Me(pattern) => {
                        Verdict::of((row.agrees)(&Part::Texts(texts), pattern))
                    }
                    Test::Word(word) => Verdict::of((word.holds)(&Part::Texts(texts))),
                    Test::Number(test) => Verdict::of(
                        texts.versions().any(|text| content::is_version_within(text, &test.bounds)),
                    ),
                    Test::Change(test) => changed(texts, &test.path, test.value.as_ref()),
                    Test::Time(_) | Test::Mark(..) | Test::Note(..) => Verdict::No,
                });
                judged.fold(Verdict::No, |a, b| if a == Verdict::Yes || b == Verdict::No { a } else { b })
            }
        }
    }
}

impl Verdict {
    fn of(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}

fn changed(texts: &RowTexts<'_>, path: &Pattern, value: Option<&(Side, Pattern)>) -> Verdict {
    let is_regex = |pattern: &Pattern| matches!(pattern, Pattern::Regex(_));
    if is_regex(path) || value.is_some_and(|(_, pattern)| is_regex(pattern)) {
        return Verdict::Open;
    }
    Verdict::of(texts.changes().any(|(at, before, after)| {
        content::is_at(at, path)
            && value.is_none_or(|(side, pattern)| match side {
                Side::Before => pattern.matches_some(before),
                Side::After => pattern.matches_some(after),
            })
    }))
}

impl Needs {
    fn texts<'a>(patterns: impl IntoIterator<Item = &'a Pattern>) -> Self {
        let needed = patterns.into_iter().map(Pattern::needed).filter(|needed| !needed.is_empty());
        let texts = needed.map(|text| (Finder::new(text.as_bytes()).into_owned(), Runs::of(text)));
        Self { texts: texts.collect(), keys: Vec::new() }
    }
}
