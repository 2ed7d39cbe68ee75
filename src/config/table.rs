//! Reading tables of a TOML document key by key, with a complaint about every key that nobody asks for.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problem::Reader;
use crate::domain::what_fits;

/// A table of the file.
pub(super) struct Table<'d> {
    /// Where it begins.
    pub(super) span: Range<usize>,
    fields: Vec<Field<'d>>,
}

/// One entry of a table.
#[derive(Clone)]
pub(super) struct Field<'d> {
    pub(super) key: String,
    /// The keys that lead here, its own included.
    pub(super) path: String,
    pub(super) key_span: Range<usize>,
    /// Where the value is.
    pub(super) span: Range<usize>,
    pub(super) value: &'d DeValue<'d>,
}

impl<'d> Table<'d> {
    pub(super) fn new(path: &str, span: Range<usize>, table: &'d DeTable<'d>) -> Self {
        let dot = if path.is_empty() { "" } else { "." };
        let mut fields: Vec<Field<'d>> = table
            .iter()
            .map(|(key, value)| Field {
                key: key.get_ref().to_string(),
                path: format!("{path}{dot}{}", key.get_ref()),
                key_span: key.span(),
                span: value.span(),
                value: value.get_ref(),
            })
            .collect();
        fields.sort_by_key(|field| field.key_span.start);
        Self { span, fields }
    }

    pub(super) fn get(&self, key: &str) -> Option<&Field<'d>> {
        self.fields.iter().find(|field| field.key == key)
    }

    /// The entries in the order of the file.
    pub(super) fn fields(&self) -> &[Field<'d>] {
        &self.fields
    }

    /// Notes every key that is none of `known`. `hint` may know better than the nearest name what was meant.
    pub(super) fn only(
        &self,
        reader: &mut Reader<'_>,
        known: &[&str],
        hint: impl Fn(&str) -> Option<String>,
    ) {
        for field in &self.fields {
            if !known.contains(&field.key.as_str()) {
                // Nobody knows what the value is, so it may be a secret in the wrong place.
                reader.withhold(&field.span);
                let help = hint(&field.key).unwrap_or_else(|| what_fits(&field.key, known));
                reader.note(&field.key_span, &field.path, "there is no such key", help);
            }
        }
    }
}

impl<'d> Field<'d> {
    pub(super) fn text(&self, reader: &mut Reader<'_>, example: &str) -> Option<&'d str> {
        let text = self.value.as_str();
        if text.is_none() {
            self.expected(reader, "text between quotes", example);
        }
        text
    }

    pub(super) fn boolean(&self, reader: &mut Reader<'_>) -> Option<bool> {
        let boolean = self.value.as_bool();
        if boolean.is_none() {
            self.expected(reader, "`true` or `false`", "true");
        }
        boolean
    }

    pub(super) fn table(&self, reader: &mut Reader<'_>, example: &str) -> Option<Table<'d>> {
        let DeValue::Table(table) = self.value else {
            reader.withhold(&self.span);
            self.expected(reader, "a table", example);
            return None;
        };
        Some(Table::new(&self.path, self.key_span.clone(), table))
    }

    /// A list of texts; notes everything in it that is none.
    pub(super) fn texts(&self, reader: &mut Reader<'_>, example: &str) -> Option<Vec<&'d str>> {
        let DeValue::Array(elements) = self.value else {
            self.expected(reader, "a list", example);
            return None;
        };
        let texts: Option<Vec<&str>> = elements.iter().map(|element| element.get_ref().as_str()).collect();
        if texts.is_none() {
            self.expected(reader, "a list of texts between quotes", example);
        }
        texts
    }

    /// Notes that the value is of another type than `what`.
    pub(super) fn expected(&self, reader: &mut Reader<'_>, what: &str, example: &str) {
        let is = match self.value {
            DeValue::String(_) => "a text",
            DeValue::Integer(_) | DeValue::Float(_) => "a number",
            DeValue::Boolean(_) => "`true` or `false`",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        let help = format!("write `{} = {example}`", self.key);
        reader.note(&self.span, &self.path, format!("this is {what}, not {is}"), help);
    }
}

/// The document as a table; `None`, with the problems noted, when it is no TOML.
pub(super) fn parse<'t>(reader: &mut Reader<'t>) -> Option<Spanned<DeTable<'t>>> {
    let (document, errors) = DeTable::parse_recoverable(reader.text);
    let mut last_line = 0;
    for error in &errors {
        // In what is no TOML, nothing says which part of a line is a secret.
        reader.withhold_all();
        let at = error.span().unwrap_or(0..0);
        // What follows an error on its line is mostly an echo of it.
        if reader.place(at.start).line != last_line {
            let message = format!("this is no TOML: {}", error.message().trim());
            reader.note(&at, "", message, "check the quotes, brackets and equals signs of this line");
        }
        last_line = reader.place(at.start).line;
    }
    errors.is_empty().then_some(document)
}
