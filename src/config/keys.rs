//! The user's own keys: the `[keys]` tables, or a file that `keys` names.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use super::paths::expand;
use super::problem::Reader;
use super::table::{Field, Table};
use crate::domain::Place;
use crate::tui::keymap::Keymap;

pub(super) fn read(
    reader: &mut Reader<'_>,
    field: &Field<'_>,
    file: &Path,
    home: Option<&Path>,
) -> Option<Keymap> {
    if let Some(name) = field.value.as_str() {
        let path = expand(name, file, home);
        let text = super::read_text(&path)
            .map_err(|problem| reader.note(&field.span, &field.path, problem, "check the path"))
            .ok()?;
        return Keymap::with_user(&path.display().to_string(), &text)
            .map_err(|problems| problems.into_iter().for_each(|problem| reader.adopt(problem)))
            .ok();
    }
    let table = field.table(reader, "\"keys.toml\"` or begin a table with `[keys.everywhere]")?;
    let (text, places) = as_keys_file(reader, &table);
    Keymap::with_user(reader.file, &text)
        .map_err(|problems| {
            for mut problem in problems {
                if let Some(Place { line, column, .. }) = places.get(&problem.key) {
                    (problem.line, problem.column) = (*line, *column);
                }
                problem.key = format!("keys.{}", problem.key);
                reader.adopt(problem);
            }
        })
        .ok()
}

/// The tables under `keys` as the text of a keys file, each binding on the line that it has in the
/// configuration, and the true place of each by its key path.
fn as_keys_file(reader: &mut Reader<'_>, keys: &Table<'_>) -> (String, BTreeMap<String, Place>) {
    let text = |span: &Range<usize>| reader.text.get(span.clone()).unwrap_or_default();
    let mut bindings = Vec::new();
    let mut places = BTreeMap::new();
    let mut strangers = Vec::new();
    for context in keys.fields() {
        places.insert(context.key.clone(), reader.place(context.key_span.start));
        let Some(table) = context.value.as_table() else {
            strangers.push((context.clone(), "a table", "{ open = \"enter\" }"));
            continue;
        };
        let table = Table::new(&context.path, context.key_span.clone(), table);
        if table.fields().is_empty() {
            bindings.push((context.key_span.clone(), format!("{} = {{}}", text(&context.key_span))));
        }
        for binding in table.fields() {
            if binding.value.is_table() {
                strangers.push((binding.clone(), "a key or a list of keys", "\"x\""));
                continue;
            }
            let place = reader.place(binding.key_span.start);
            places.insert(format!("{}.{}", context.key, binding.key), place);
            let (context, key) = (text(&context.key_span), text(&binding.key_span));
            bindings.push((binding.key_span.clone(), format!("{context}.{key} = {}", text(&binding.span))));
        }
    }
    for (field, what, example) in strangers {
        field.expected(reader, what, example);
    }
    bindings.sort_by_key(|(span, _)| span.start);
    let mut text = String::new();
    for (span, binding) in bindings {
        if !text.is_empty() {
            text.push('\n');
        }
        let missing = reader.place(span.start).line.saturating_sub(text.matches('\n').count() + 1);
        text.push_str(&"\n".repeat(missing));
        text.push_str(&binding);
    }
    (text, places)
}
