//! `[[changes]]`: the ten ways to find out what changed.

use super::super::changes::{Extractor, ExtractorKind, Row};
use super::super::expr::Expr;
use super::super::reader::{Item, Table};
use super::compile::{Compiler, Place};
use crate::diff::{Align, Matcher, Rules};

#[derive(Clone, Copy)]
enum Kind {
    Pair,
    Row,
    Rows,
    Sets,
    Overlay,
    Map,
    Patch,
    After,
    Chain,
    Text,
}

const KINDS: &[(&str, Kind)] = &[
    ("pair", Kind::Pair),
    ("row", Kind::Row),
    ("rows", Kind::Rows),
    ("sets", Kind::Sets),
    ("overlay", Kind::Overlay),
    ("map", Kind::Map),
    ("patch", Kind::Patch),
    ("after", Kind::After),
    ("chain", Kind::Chain),
    ("text", Kind::Text),
];

/// The elements of `[[changes]]` or of `changes = [...]`. `place` is what their pointers start at.
pub(super) fn list(item: &Item<'_>, place: Place, compiler: &Compiler<'_>) -> Vec<Extractor> {
    let list = item.list().unwrap_or_default();
    list.iter().filter_map(|item| extractor(item.table()?, place, compiler)).collect()
}

/// The values of one table.
struct Values<'a, 'd> {
    table: &'a Table<'d>,
    place: Place,
    compiler: &'a Compiler<'a>,
}

impl Values<'_, '_> {
    fn need(&self, key: &'static str, why: &str) -> Option<Expr> {
        self.compiler.value(&self.table.need(key, why)?, self.place)
    }

    fn get(&self, key: &'static str) -> Option<Expr> {
        self.compiler.value(&self.table.get(key)?, self.place)
    }

    fn row(&self) -> Option<Row> {
        let (path, before, after) = (self.get("path"), self.get("before"), self.get("after"));
        if before.is_none() && after.is_none() {
            self.table.problem("neither `before` nor `after` says what the field holds", None);
            return None;
        }
        Some(Row { path, before, after })
    }
}

fn extractor(table: Table<'_>, place: Place, compiler: &Compiler<'_>) -> Option<Extractor> {
    let words: Vec<String> = KINDS.iter().map(|(word, _)| format!("`{word}`")).collect();
    let kind = table.need("kind", &words.join(", "))?.choice(KINDS)?;
    let kind = read(kind, &table, place, compiler);
    let texts = |key| {
        let items = table.get(key).and_then(|item| item.list()).unwrap_or_default();
        items.iter().filter_map(|item| item.text().map(str::to_owned)).collect()
    };
    let mut rules = Rules {
        ignore: texts("ignore"),
        redact: texts("redact"),
        beside: texts("beside"),
        ..Rules::default()
    };
    for (at, item) in table.table("array_keys").map(|table| table.entries()).unwrap_or_default() {
        if !at.starts_with('/') {
            item.problem("expected a JSON Pointer to a list", Some(format!("did you mean `/{at}`?")));
        }
        rules.array_keys.extend(item.text().map(|word| (at.to_owned(), Align::from_word(word))));
    }
    table.finish();
    Some(Extractor { kind: kind?, rules: Matcher::new(&rules) })
}

fn read(kind: Kind, table: &Table<'_>, place: Place, compiler: &Compiler<'_>) -> Option<ExtractorKind> {
    let here = Values { table, place, compiler };
    let inner = Values { place: Place::Element, ..here };
    Some(match kind {
        Kind::Pair => {
            let before = here.need("before", "where the document is as it was");
            let after = here.need("after", "where the document is as it became");
            ExtractorKind::Pair { before: before?, after: after? }
        }
        Kind::Row => ExtractorKind::Row(here.row()?),
        Kind::Rows => {
            let (at, row) = (here.need("at", "the list of changed fields"), inner.row());
            ExtractorKind::Rows { at: at?, row: row? }
        }
        Kind::Sets => {
            let at = here.get("at");
            let values = if at.is_some() { &inner } else { &here };
            let (path, added, removed) = (values.get("path"), values.get("added"), values.get("removed"));
            if added.is_none() && removed.is_none() {
                table.problem("neither `added` nor `removed` says what changed", None);
            }
            ExtractorKind::Sets { at, path, added, removed }
        }
        Kind::Overlay => {
            let after = here.need("after", "where the document is as it became");
            let previous = here.need("previous", "where the old values of the changed fields are");
            ExtractorKind::Overlay { after: after?, previous: previous? }
        }
        Kind::Map => ExtractorKind::Map { at: here.need("at", "the object that says what changed")? },
        Kind::Patch => ExtractorKind::Patch { at: here.need("at", "the list of operations")? },
        Kind::After => ExtractorKind::After { at: here.need("at", "the object as it became")? },
        Kind::Chain => chain(&here, &inner)?,
        Kind::Text => {
            let path = table.text("path").unwrap_or_else(|| "note".to_owned());
            ExtractorKind::Text { at: here.need("at", "the sentence about the change")?, path }
        }
    })
}

/// Records of a page that follow each other, or, with `at`, a list of versions.
fn chain(here: &Values<'_, '_>, inner: &Values<'_, '_>) -> Option<ExtractorKind> {
    let why = "the part that is compared with the one before it";
    if let Some(at) = here.table.get("at") {
        let at = here.compiler.value(&at, here.place);
        let key = inner.need("key", "where in a version its number or name is");
        let is = here.need("is", "the version that the event is about: `^/version`");
        let was = here.get("was");
        let snapshot = inner.need("snapshot", why);
        return Some(ExtractorKind::Versions { at: at?, key: key?, is: is?, was, snapshot: snapshot? });
    }
    if here.place == Place::Answer {
        let help = "say where the versions are: `at = \"/versions\"`".to_owned();
        here.table.problem("an answer to a detail request is no page of records", Some(help));
        return None;
    }
    Some(ExtractorKind::Chain { snapshot: here.need("snapshot", why)? })
}
