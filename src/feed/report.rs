//! How well a profile fits a body: which expression of each mapped field found a value in how many
//! records.
//!
//! This is what somebody who writes a profile looks at. It reads and counts; it changes nothing about how
//! events are made, and it must not show the value of a secret, which no expression of a map can name.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use toml::de::{DeTable, DeValue};

use super::expr::{self, Expr, Piece, Segment, Slot, Values};
use super::page::Envelope;
use super::pointer::child;
use super::profile::Profile;
use super::{Binding, Page, Position, Scope, errors, page, saved, token};
use crate::domain::{Place, Problem, nearest};

pub mod parts;

/// The fields without which an event is hardly one.
const NEEDED: [&str; 3] = ["id", "time", "action"];

/// How many records are looked through for a member that was meant.
const EXAMPLES: usize = 200;

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
    /// The expressions that are tried in turn, much as the profile writes them, each with the number of records
    /// it gave a value for.
    pub tried: Vec<(String, usize)>,
    /// Records in which none of them found anything.
    pub misses: usize,
    /// A member that the records have under a name much like the one that none of them has.
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
    each_record(profile, body, &mut |record, outer| {
        let values = Values { record: Some(&record), outer, ..base };
        for count in &mut counts {
            count.look(&values);
        }
        if examples.len() < EXAMPLES {
            examples.push(record);
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

/// Calls `each` with every object among the records of a body, and what it was cut out of.
fn each_record(profile: &Profile, body: &[u8], each: &mut dyn FnMut(Value, Option<&Value>)) {
    let Ok(text) = page::text(body) else { return };
    let Ok(bodies) = saved::bodies(profile, &text) else { return };
    for page in &bodies.pages {
        let Ok(envelope) = Envelope::read(page) else { continue };
        let Ok(items) = profile.items.of(&envelope) else { continue };
        profile.items.each(&items, &mut |_, entry| {
            if let Ok((record, outer)) = entry
                && record.is_object()
            {
                each(record, outer);
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

    fn finish(self, examples: &[Value]) -> FieldReport {
        let never = self.hits.iter().sum::<usize>() == 0;
        let meant = self.tried.iter().filter(|_| never).find_map(|expr| meant(expr, examples));
        let tried = self.tried.iter().map(written).zip(self.hits).collect();
        FieldReport { field: self.field, tried, misses: self.misses, meant }
    }
}

/// For a pointer that leads nowhere in any record: the member that is called nearly so.
fn meant(expr: &Expr, records: &[Value]) -> Option<String> {
    let path = match expr {
        Expr::Pointer(path) => path,
        Expr::Template(pieces) => pieces.iter().find_map(|piece| match piece {
            Piece::Slot(Slot { from: expr::From::Path(path), .. }) => Some(path),
            _ => None,
        })?,
        _ => return None,
    };
    let keys: Option<Vec<&str>> = path.segments.iter().map(key).collect();
    let keys = keys.filter(|_| !path.outer)?;
    let mut reached: Vec<&Value> = records.iter().collect();
    for (depth, key) in keys.iter().enumerate() {
        let below: Vec<&Value> = reached.iter().filter_map(|value| child(value, key)).collect();
        if below.is_empty() {
            let members = reached.iter().filter_map(|value| value.as_object());
            let names: BTreeSet<&str> = members.flat_map(|map| map.keys().map(String::as_str)).collect();
            // A longer name that begins like the one that is missing is more often another thing.
            let other = |name: &str| name.len() > key.len() + 1 && name.starts_with(key);
            let name = nearest(key, names).filter(|name| key.len() > 2 && !other(name))?;
            let mut said = keys.clone();
            said[depth] = name;
            return Some(format!("/{}", said.join("/")));
        }
        reached = below;
    }
    None
}

fn key(segment: &Segment) -> Option<&str> {
    match segment {
        Segment::Key(key) => Some(key),
        Segment::Slot(_) => None,
    }
}

/// An expression as a profile writes it.
fn written(expr: &Expr) -> String {
    let slots = |slots: &[Slot]| slots.iter().map(ToString::to_string).collect::<String>();
    match expr {
        Expr::Pointer(path) => path.to_string(),
        Expr::Variable(variable) => variable.to_string(),
        Expr::Template(pieces) => pieces
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => text.replace('{', "{{").replace('}', "}}"),
                Piece::Slot(slot) => slot.to_string(),
            })
            .collect(),
        Expr::Hash(parts) => format!("#{}", slots(parts)),
        Expr::First(exprs) => exprs.iter().map(written).collect::<Vec<_>>().join(", "),
    }
}

/// What is wrong with a profile judging by what it made of a body: records that are no events, fields that
/// every event needs and none has, and pointers that miss a member by a letter or two. `file` and `text` are
/// the profile's own.
pub fn problems(file: &str, text: &str, report: &Report, page: &Page) -> Vec<Problem> {
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for record in &page.quarantined {
        *reasons.entry(record.reason.as_str()).or_default() += 1;
    }
    let mut found: Vec<Problem> = reasons
        .into_iter()
        .map(|(reason, count)| {
            let key = if reason.contains("time") { "map.time" } else { "items.at" };
            let message = format!("{count} of {} records cannot be read as events: {reason}", page.length);
            problem(file, text, key, message, None)
        })
        .collect();
    for field in report.fields.iter().filter(|field| field.never() && report.records > 0) {
        let needed = NEEDED.contains(&field.field.as_str());
        if needed || field.meant.is_some() {
            let tried: Vec<&str> = field.tried.iter().map(|(tried, _)| tried.as_str()).collect();
            let message = format!("no record has a value at `{}`", tried.join("`, `"));
            let help = field.meant.as_ref().map(|meant| format!("did you mean `{meant}`?"));
            let key = format!("map.{}", field.field);
            // The time that no record has is told already, with the records that miss it.
            found.retain(|problem| problem.key != key);
            found.push(problem(file, text, &key, message, help));
        }
    }
    found.sort_by_key(|problem| (problem.line, problem.column));
    found
}

/// Values that stand in for the user's own, so that a profile can be tried without an account: each
/// variable without a default is its own name, and so is each part of a scope.
pub fn stand_ins(profile: &Profile) -> (Binding, Option<Scope>) {
    let vars = profile.vars.iter().filter(|var| var.default.is_none());
    let vars = vars.map(|var| (var.name.clone(), var.name.clone())).collect();
    let scope = profile.scope.as_ref().map(|list| Scope {
        id: "scope".to_owned(),
        name: Some("scope".to_owned()),
        vars: list.set.iter().map(|(name, _)| (name.clone(), name.clone())).collect(),
    });
    (Binding { vars, ..Binding::default() }, scope)
}

/// What a body is that is no page of events but another answer that the profile describes, in words such as
/// `a list of 3 scopes`; `None` for anything else.
pub fn other_answer(profile: &Profile, body: &[u8]) -> Option<String> {
    let (binding, _) = stand_ins(profile);
    if token::read(profile, body).is_ok() {
        return Some("an answer with a token".to_owned());
    }
    if let Some(head) = Position::first_of_scopes(profile)
        && let Ok(page) = page::read_scopes(profile, &binding, &head, &[], body)
        && !page.scopes.is_empty()
    {
        return Some(format!("a list of {} scopes", page.scopes.len()));
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
