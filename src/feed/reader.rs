//! Walking a TOML document so that every mistake in it is reported, each with its place.
//!
//! Serde stops at the first mistake. A person who writes a profile wants all of them at once, so tables
//! are asked key by key, and what nobody asked for is an unknown key.

use std::cell::{Cell, RefCell};
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::domain::{Place, Problem, what_fits};

/// How many problems of one document are told. Whoever has more of them has another sort of file.
const MOST: usize = 100;

/// The document and what was found wrong with it so far.
pub(super) struct Doc<'t> {
    file: &'t str,
    text: &'t str,
    /// Whether parts of the text could not be read as TOML.
    broken: bool,
    problems: RefCell<Vec<Problem>>,
    /// Problems beyond those that are told.
    more: Cell<usize>,
}

impl<'t> Doc<'t> {
    /// Takes what the TOML parser found wrong, if anything.
    pub(super) fn new(file: &'t str, text: &'t str, errors: &[toml::de::Error]) -> Self {
        let broken = !errors.is_empty();
        let doc = Self { file, text, broken, problems: RefCell::default(), more: Cell::default() };
        for error in errors {
            doc.problem(error.span().map_or(0, |span| span.start), "", error.message(), None);
        }
        doc
    }

    pub(super) fn problem(&self, at: usize, key: &str, message: impl Into<String>, help: Option<String>) {
        let mut problems = self.problems.borrow_mut();
        if problems.len() >= MOST {
            self.more.set(self.more.get() + 1);
            return;
        }
        let problem = Problem::at(Place::of(self.file, self.text, at), key, message, help);
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }

    /// All problems, in the order of the file.
    pub(super) fn into_problems(self) -> Vec<Problem> {
        let mut problems = self.problems.into_inner();
        problems.sort_by_key(|problem| (problem.line, problem.column));
        if let Some(last) = problems.last().filter(|_| self.more.get() > 0) {
            let message = format!("{} more problems are not told", self.more.get());
            let help = Some("mend these first".to_owned());
            let end = Problem { key: String::new(), message, help, ..last.clone() };
            problems.push(end);
        }
        problems
    }
}

/// One table, and which of its keys were asked for.
pub(super) struct Table<'d> {
    pub(super) doc: &'d Doc<'d>,
    path: String,
    at: usize,
    entries: &'d DeTable<'d>,
    asked: RefCell<Vec<&'static str>>,
}

/// One value and the key it stands under.
#[derive(Clone)]
pub(super) struct Item<'d> {
    pub(super) doc: &'d Doc<'d>,
    pub(super) path: String,
    value: &'d DeValue<'d>,
    span: Range<usize>,
}

impl<'d> Table<'d> {
    pub(super) fn root(doc: &'d Doc<'d>, entries: &'d DeTable<'d>) -> Self {
        Self { doc, path: String::new(), at: 0, entries, asked: RefCell::default() }
    }

    fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    pub(super) fn get(&self, key: &'static str) -> Option<Item<'d>> {
        if !self.asked.borrow().contains(&key) {
            self.asked.borrow_mut().push(key);
        }
        self.entries.get(key).map(|value| self.item(key, value))
    }

    fn item(&self, key: &str, value: &'d Spanned<DeValue<'d>>) -> Item<'d> {
        Item { doc: self.doc, path: self.path_of(key), value: value.get_ref(), span: value.span() }
    }

    /// Like [`Table::get`], and a problem if there is none. Where the text is not all readable, the key may
    /// stand in the part that is not.
    pub(super) fn need(&self, key: &'static str, why: &str) -> Option<Item<'d>> {
        let found = self.get(key);
        if found.is_none() && !self.doc.broken {
            self.problem(format!("`{key}` is missing"), Some(why.to_owned()));
        }
        found
    }

    pub(super) fn text(&self, key: &'static str) -> Option<String> {
        self.get(key)?.text().map(str::to_owned)
    }

    pub(super) fn table(&self, key: &'static str) -> Option<Table<'d>> {
        self.get(key)?.table()
    }

    /// Every entry, in the order of the file. None of them is an unknown key any more.
    pub(super) fn entries(&self) -> Vec<(&'d str, Item<'d>)> {
        let mut all: Vec<_> = self.entries.iter().collect();
        all.sort_by_key(|(key, _)| key.span().start);
        all.into_iter().map(|(key, value)| (&**key.get_ref(), self.item(key.get_ref(), value))).collect()
    }

    pub(super) fn problem(&self, message: impl Into<String>, help: Option<String>) {
        self.doc.problem(self.at, &self.path, message, help);
    }

    /// Reports every key that was not asked for.
    pub(super) fn finish(self) {
        let asked = self.asked.borrow();
        for key in self.entries.keys() {
            let name: &str = key.get_ref();
            if !asked.contains(&name) {
                let at = key.span().start;
                self.doc.problem(at, &self.path_of(name), "unknown key", Some(what_fits(name, &asked)));
            }
        }
    }
}

impl<'d> Item<'d> {
    pub(super) fn problem(&self, message: impl Into<String>, help: Option<String>) {
        self.doc.problem(self.span.start, &self.path, message, help);
    }

    fn expected(&self, what: &str) {
        self.problem(format!("expected {what}, found {}", kind(self.value)), None);
    }

    /// The text, without a word if it is something else.
    pub(super) fn as_text(&self) -> Option<&'d str> {
        match self.value {
            DeValue::String(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn text(&self) -> Option<&'d str> {
        if self.as_text().is_none() {
            self.expected("a text");
        }
        self.as_text()
    }

    pub(super) fn boolean(&self) -> Option<bool> {
        if let DeValue::Boolean(flag) = self.value {
            return Some(*flag);
        }
        self.expected("`true` or `false`");
        None
    }

    pub(super) fn integer(&self, range: std::ops::RangeInclusive<u64>) -> Option<u64> {
        let DeValue::Integer(digits) = self.value else {
            self.expected("a whole number");
            return None;
        };
        let number = u64::from_str_radix(digits.as_str(), digits.radix()).ok();
        let number = number.filter(|number| range.contains(number));
        if number.is_none() {
            let (low, high) = range.into_inner();
            self.problem(format!("expected a whole number from {low} to {high}, found {digits}"), None);
        }
        number
    }

    pub(super) fn table(&self) -> Option<Table<'d>> {
        let DeValue::Table(entries) = self.value else {
            self.expected("a table");
            return None;
        };
        let (path, at) = (self.path.clone(), self.span.start);
        Some(Table { doc: self.doc, path, at, entries, asked: RefCell::default() })
    }

    /// The elements, without a word if it is no list.
    pub(super) fn as_list(&self) -> Option<Vec<Item<'d>>> {
        let DeValue::Array(list) = self.value else { return None };
        let item = |(index, value): (usize, &'d Spanned<DeValue<'d>>)| Item {
            doc: self.doc,
            path: format!("{}[{index}]", self.path),
            value: value.get_ref(),
            span: value.span(),
        };
        Some(list.iter().enumerate().map(item).collect())
    }

    pub(super) fn list(&self) -> Option<Vec<Item<'d>>> {
        if self.as_list().is_none() {
            self.expected("a list");
        }
        self.as_list()
    }

    /// The elements, or the value itself where it is no list.
    pub(super) fn one_or_many(&self) -> Vec<Item<'d>> {
        self.as_list().unwrap_or_else(|| vec![self.clone()])
    }

    /// The word's meaning in `table`, which is also what an unknown word is compared with.
    pub(super) fn choice<T: Clone>(&self, table: &[(&str, T)]) -> Option<T> {
        let word = self.text()?;
        if let Some((_, meaning)) = table.iter().find(|(known, _)| *known == word) {
            return Some(meaning.clone());
        }
        let known: Vec<&str> = table.iter().map(|(known, _)| *known).collect();
        self.problem(format!("unknown value `{word}`"), Some(what_fits(word, &known)));
        None
    }

    /// A length of time such as `30s`, `10m`, `1h 30m`, `90d`.
    pub(super) fn duration(&self) -> Option<std::time::Duration> {
        let text = self.text()?;
        let read = humantime::parse_duration(text).ok();
        if read.is_none() {
            let help = Some("write a number and a unit: `30s`, `10m`, `1h`, `30d`".to_owned());
            self.problem(format!("`{text}` is no length of time"), help);
        }
        read
    }

    /// A number or a boolean as JSON.
    pub(super) fn fixed(&self) -> Option<serde_json::Value> {
        match self.value {
            DeValue::Integer(digits) => {
                i64::from_str_radix(digits.as_str(), digits.radix()).ok().map(serde_json::Value::from)
            }
            DeValue::Float(float) => float.as_str().parse::<f64>().ok().map(serde_json::Value::from),
            DeValue::Boolean(flag) => Some((*flag).into()),
            _ => None,
        }
    }

    pub(super) fn is_table(&self) -> bool {
        self.value.is_table()
    }
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "`true` or `false`",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
