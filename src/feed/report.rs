//! How well a profile fits a body: which expression of each mapped field found a value in how many
//! records.
//!
//! This is what somebody who writes a profile looks at. It reads and counts; it changes nothing about how
//! events are made, and it must not show the value of a secret, which no expression of a map can name.

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};

use super::expr::{self, Expr, Values};
use super::json::Json;
use super::page::Envelope;
use super::profile::Profile;
use super::{Binding, Page, Position, Scope, errors, page, saved, token};
use crate::domain::{Place, Problem};

mod guess;
pub mod parts;

/// The fields without which an event is hardly one.
const NEEDED: [&str; 3] = ["id", "time", "action"];

/// How many records are looked through for a member that was meant, and how long each may be, in bytes: a
/// record of a million members would be searched longer than anybody waits for a guess.
const EXAMPLES: usize = 200;
const EXAMPLE_MAX: usize = 64 * 1024;

/// What came of a map over the records of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// How many records were looked at.
    pub records: usize,
    /// Each mapped field, in a fixed order, facts and then changes last.
    pub fields: Vec<FieldReport>,
}

/// What came of one field of a map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldReport {
    /// Its key below `map`, such as `entity.name`; `changes` for what changed.
    pub field: String,
    /// The expressions that are tried in turn, as the profile writes them, each with the number of records
    /// it gave a value for.
    pub tried: Vec<(String, usize)>,
    /// Records in which none of them found anything.
    pub misses: usize,
    /// The pointer that was most likely meant: to a member with a name much like the one that no record has, or
    /// with the name that stands there as a text.
    pub meant: Option<String>,
}

impl FieldReport {
    /// Records in which the first expression found a value.
    pub fn hits(&self) -> usize {
        self.tried.first().map_or(0, |(_, count)| *count)
    }

    /// Records in which a later expression had to stand in.
    pub fn fallbacks(&self) -> usize {
        self.tried.iter().skip(1).map(|(_, count)| count).sum()
    }

    /// The expressions that found something.
    fn found_at(&self) -> impl Iterator<Item = &str> {
        self.tried.iter().filter(|(_, count)| *count > 0).map(|(tried, _)| tried.as_str())
    }

    /// Whether no record at all has a value for it.
    pub fn never(&self) -> bool {
        self.hits() + self.fallbacks() == 0
    }
}

/// Counts what the map of `profile` finds in the records of `body`, those that are no events included.
/// `page` is what came of the same body.
pub fn read(profile: &Profile, binding: &Binding, scope: Option<&Scope>, body: &[u8], page: &Page) -> Report {
    let base = Values { scope, ..Values::of(profile, binding) };
    let mut counts: Vec<Count<'_>> = profile.map.fields().into_iter().map(Count::new).collect();
    let mut examples = Vec::new();
    each_record(profile, body, &mut |raw, record, outer| {
        let values = Values { record: Some(&record), outer, ..base };
        for count in &mut counts {
            count.look(&values);
        }
        if examples.len() < EXAMPLES && raw.len() <= EXAMPLE_MAX {
            examples.push(record.into_owned());
        }
    });
    let mut fields: Vec<FieldReport> = counts.into_iter().map(|count| count.finish(&examples)).collect();
    if !profile.changes.is_empty() {
        let hits = page.records.iter().filter(|record| !record.changes.is_empty()).count();
        fields.push(FieldReport {
            field: "changes".to_owned(),
            tried: vec![("[[changes]]".to_owned(), hits)],
            misses: page.records.len() - hits,
            meant: None,
        });
    }
    Report { records: page.length, fields }
}

/// Calls `each` with every object among the records of a body, as it was sent and read, and what it was cut
/// out of.
fn each_record(profile: &Profile, body: &[u8], each: &mut dyn FnMut(&str, Json<'_>, Option<&Json<'_>>)) {
    let Ok(text) = page::text(body) else { return };
    let Ok(bodies) = saved::bodies(profile, text) else { return };
    for page in &bodies.pages {
        let Ok(envelope) = Envelope::read(page) else { continue };
        let Ok(items) = profile.items.of(&envelope) else { continue };
        profile.items.each(&items, &mut |raw, entry| {
            if let Ok((record, outer)) = entry
                && record.is_object()
            {
                each(raw, record, outer);
            }
        });
    }
}

/// The counters of one field.
struct Count<'p> {
    field: String,
    tried: &'p [Expr],
    hits: Vec<usize>,
    misses: usize,
}

impl<'p> Count<'p> {
    fn new((field, expr): (String, &'p Expr)) -> Self {
        let tried = match expr {
            Expr::First(exprs) => exprs.as_slice(),
            one => std::slice::from_ref(one),
        };
        Self { field, tried, hits: vec![0; tried.len()], misses: 0 }
    }

    fn look(&mut self, values: &Values<'_>) {
        let finds = |expr: &Expr| expr.value(values).is_some_and(|value| !expr::is_empty(&value));
        match self.tried.iter().position(finds) {
            Some(place) => self.hits[place] += 1,
            None => self.misses += 1,
        }
    }

    /// The report on something that is no field of the map.
    fn finish_as(self, field: String) -> FieldReport {
        FieldReport { field, ..self.finish(&[]) }
    }

    fn finish(self, examples: &[Json<'_>]) -> FieldReport {
        let never = self.hits.iter().sum::<usize>() == 0;
        let meant = match self.tried {
            tried if never => tried.iter().find_map(|expr| guess::near_miss(expr, examples)),
            // The type of an entity or an actor is often the same word for all.
            [only] if !matches!(&*self.field, "entity.type" | "actor.type") => {
                guess::without_slash(only, examples)
            }
            _ => None,
        };
        let tried = self.tried.iter().map(ToString::to_string).zip(self.hits).collect();
        FieldReport { field: self.field, tried, misses: self.misses, meant }
    }
}

/// What is wrong with a profile judging by what it made of a body: records that are no events, fields that
/// every event needs and none has, and values that most likely mean something else. `file` and `text` are
/// the profile's own.
pub fn problems(file: &str, text: &str, report: &Report, page: &Page) -> Vec<Problem> {
    let mut found: Vec<Problem> = unread(page)
        .into_iter()
        .map(|(example, count)| {
            let time = example.contains("time");
            let key = if time { "map.time" } else { "items.at" };
            let message = format!("{count} of {} records cannot be read as events: {example}", page.length);
            problem(file, text, key, message, how_times_are_told(example).filter(|_| time))
        })
        .collect();
    // A pointer that another field needs is where it belongs.
    let taken: Vec<&str> = report.fields.iter().flat_map(FieldReport::found_at).collect();
    for field in report.fields.iter().filter(|_| report.records > 0) {
        let meant = field.meant.as_deref().filter(|meant| !taken.contains(meant));
        let help = meant.map(|meant| format!("did you mean `{meant}`?"));
        let key = format!("map.{}", field.field);
        let tried: Vec<&str> = field.tried.iter().map(|(tried, _)| tried.as_str()).collect();
        let tried = tried.join("`, `");
        if field.never() && (help.is_some() || NEEDED.contains(&field.field.as_str())) {
            // The time that no record has is told already, with the records that miss it.
            found.retain(|problem| problem.key != key);
            let message = format!("no record has a value at `{tried}`");
            found.push(problem(file, text, &key, message, help));
        } else if !field.never() && help.is_some() {
            let message = format!("`{tried}` is a text of its own and the same in all records");
            found.push(problem(file, text, &key, message, help));
        }
    }
    found.sort_by_key(|problem| (problem.line, problem.column));
    found
}

/// Why records are no events, each reason once with how many records it is about. Reasons that differ in what
/// they quote are one.
fn unread(page: &Page) -> Vec<(&str, usize)> {
    let mut reasons: BTreeMap<String, (&str, usize)> = BTreeMap::new();
    for record in &page.quarantined {
        let sort: String = record.reason.split('`').step_by(2).collect();
        let sort = sort.replace(|c: char| c.is_ascii_digit(), "");
        reasons.entry(sort).or_insert((&record.reason, 0)).1 += 1;
    }
    reasons.into_values().collect()
}

/// What to write where a time was found and could not be read.
fn how_times_are_told(reason: &str) -> Option<String> {
    let time = reason.split('`').nth(1)?.trim_matches('"');
    Some(if time.parse::<f64>().is_ok() {
        "times that are numbers need `[time]` with `format = \"auto\"`, or with their unit, such as `epoch_s`"
            .to_owned()
    } else {
        "`[time]` says how times are written: `format = \"%m/%d/%Y %H:%M\"` is one for `04/01/2026 10:00`"
            .to_owned()
    })
}

/// Values that stand in for the user's own, so that a profile can be tried without an account: each
/// variable without a default is its own name, and so is each part of a scope.
pub fn stand_ins(profile: &Profile) -> (Binding, Option<Scope>) {
    let vars = profile.vars.iter().filter(|var| var.default.is_none());
    let vars = vars.map(|var| (var.name.clone(), var.name.clone())).collect();
    let set = profile.scopes.iter().flat_map(|list| &list.set);
    let scope = profile.fans_out().then(|| Scope {
        id: "scope".to_owned(),
        name: Some("scope".to_owned()),
        vars: set.map(|(name, _)| (name.clone(), name.clone())).collect(),
        ..Scope::default()
    });
    (Binding { vars, ..Binding::default() }, scope)
}

/// What a body is that is no page of events but another answer that the profile describes, in words such as
/// `a list of 3 scopes`; `None` for anything else.
pub fn other_answer(profile: &Profile, body: &[u8]) -> Option<String> {
    let (binding, scope) = stand_ins(profile);
    if token::read(profile, body).is_ok() {
        return Some("an answer with a token".to_owned());
    }
    for depth in 0..profile.scope_depth() {
        let around = scope.as_ref().filter(|_| depth > 0);
        let around = around.map(|scope| Scope { depth: depth - 1, ..scope.clone() });
        if let Some(head) = Position::first_of_scopes(profile, around.as_ref())
            && let Ok(page) = page::read_scopes(profile, &binding, around.as_ref(), &head, &[], body)
            && !page.scopes.is_empty()
        {
            return Some(format!("a list of {} scopes", page.scopes.len()));
        }
    }
    if !page::text(body).is_ok_and(|text| Json::parse(text).is_ok()) {
        return None;
    }
    let says = errors::read(profile, &[], body);
    says.message.map(|message| format!("an error of the provider: {message}"))
}

/// A problem with what a profile says under `key`, at the place where it says so. Where the text has no
/// such key, its nearest table has the problem.
pub fn problem(file: &str, text: &str, key: &str, message: String, help: Option<String>) -> Problem {
    let (root, _) = DeTable::parse_recoverable(text);
    let mut table = Some(root.get_ref());
    let mut at = 0;
    for part in key.split('.') {
        let Some((name, value)) = table.and_then(|table| table.get_key_value(part)) else { break };
        at = name.span().start;
        table = match value.get_ref() {
            DeValue::Table(inner) => Some(inner),
            _ => None,
        };
    }
    Problem::at(Place::of(file, text, at), key, message, help)
}
