//! Which key means which command.
//!
//! The default bindings are a file (`assets/keys.toml`) in the same language as the user's own; the
//! user's lines replace, per context and command, what the defaults say. The language is explained at the
//! top of that file. Two bindings that could both be meant are an error, never a matter of order.

use std::ops::Range;

use ratatui::crossterm::event::KeyEvent;
use toml::Spanned;
use toml::de::DeValue;

use super::command::{COMMANDS, Command, Context};
use super::key::{Key, spell};
use super::reader::{Entry, Reader, entries};
use crate::domain::{Place, Problem, did_you_mean};

const DEFAULT_FILE: &str = "assets/keys.toml";
const DEFAULT_TEXT: &str = include_str!("../../assets/keys.toml");

/// Every binding that is in force.
#[derive(Debug, Clone)]
pub struct Keymap {
    bindings: Vec<Binding>,
}

/// One key, or several after each other, and what they mean in one context.
#[derive(Debug, Clone)]
struct Binding {
    context: Context,
    keys: Vec<Key>,
    command: Command,
    /// Where it is written, to name it in a conflict.
    place: Place,
}

/// What the keys pressed so far mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// This command.
    Found(Command),
    /// Nothing yet: one of these has to follow.
    Prefix(Vec<Continuation>),
    /// Nothing.
    None,
}

/// One way to go on after the first key of a sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Continuation {
    /// The keys that are still to be pressed: `s` after `g`.
    pub keys: String,
    /// What they would do.
    pub command: Command,
}

impl Keymap {
    /// The default bindings.
    pub fn built_in() -> Self {
        // A test asserts that the file has no problems; what could be read of it is better than no keys.
        Self::read(DEFAULT_FILE, DEFAULT_TEXT).0
    }

    /// The default bindings with those of the user's file in their place. `file` is how the user knows the
    /// file, for the problems found in it; `text` is what it says.
    pub fn with_user(file: &str, text: &str) -> Result<Self, Vec<Problem>> {
        let mut keymap = Self::built_in();
        let mut reader = Reader::new(file, text);
        for line in read_lines(&mut reader) {
            keymap.bindings.retain(|old| (old.context, old.command) != (line.context, line.command));
            keymap.bindings.extend(line.into_bindings(&reader));
        }
        let mut problems = reader.problems;
        problems.extend(keymap.conflicts());
        problems.extend(keymap.no_way_out(file));
        if problems.is_empty() { Ok(keymap) } else { Err(problems) }
    }

    fn read(file: &str, text: &str) -> (Self, Vec<Problem>) {
        let mut reader = Reader::new(file, text);
        let lines = read_lines(&mut reader);
        let bindings = lines.into_iter().flat_map(|line| line.into_bindings(&reader)).collect();
        (Self { bindings }, reader.problems)
    }

    /// What `pressed`, the keys since the last command, mean in `context`. A context in which a line is
    /// typed hears only its own bindings; elsewhere those of [`Context::Everywhere`] count as well.
    pub fn lookup(&self, context: Context, pressed: &[KeyEvent]) -> Lookup {
        let pressed: Vec<Key> = pressed.iter().copied().map(Key::from).collect();
        self.lookup_keys(context, &pressed)
    }

    fn lookup_keys(&self, context: Context, pressed: &[Key]) -> Lookup {
        let mut continuations = Vec::new();
        for binding in self.heard_in(context) {
            match binding.keys.strip_prefix(pressed) {
                Some([]) => return Lookup::Found(binding.command),
                Some(rest) => {
                    continuations.push(Continuation { keys: spell(rest), command: binding.command });
                }
                None => {}
            }
        }
        if continuations.is_empty() || pressed.is_empty() {
            return Lookup::None;
        }
        continuations.sort_by_key(|continuation| continuation.command);
        Lookup::Prefix(continuations)
    }

    /// The keys that mean `command`, in any context, as they are written in a keys file.
    pub fn keys_of(&self, command: Command) -> Vec<String> {
        let mut keys = Vec::new();
        for binding in self.bindings.iter().filter(|binding| binding.command == command) {
            let spelled = spell(&binding.keys);
            if !keys.contains(&spelled) {
                keys.push(spelled);
            }
        }
        keys
    }

    /// The keys that are bound to `command` under `context` itself.
    pub fn bound_in(&self, context: Context, command: Command) -> Vec<String> {
        let own = self.bindings.iter().filter(|binding| binding.context == context);
        own.filter(|binding| binding.command == command).map(|binding| spell(&binding.keys)).collect()
    }

    /// The keys that mean `command` while `context` has the focus.
    pub fn keys_in(&self, context: Context, command: Command) -> Vec<String> {
        self.heard_in(context)
            .filter(|binding| binding.command == command)
            .map(|binding| spell(&binding.keys))
            .collect()
    }

    fn heard_in(&self, context: Context) -> impl Iterator<Item = &Binding> {
        context.heard().iter().flat_map(|heard| self.bindings.iter().filter(move |b| b.context == *heard))
    }

    /// Pairs of bindings that could both be meant by the same keys. Each pair is reported once, at the one
    /// that stands later.
    fn conflicts(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (i, later) in self.bindings.iter().enumerate() {
            for earlier in &self.bindings[..i] {
                if earlier.command == later.command && earlier.keys == later.keys {
                    continue;
                }
                if meet(earlier.context, later.context)
                    && (later.keys.starts_with(&earlier.keys) || earlier.keys.starts_with(&later.keys))
                {
                    problems.push(conflict(earlier, later));
                }
            }
        }
        problems
    }

    /// A keymap that leaves no key to quit with is a trap.
    fn no_way_out(&self, file: &str) -> Option<Problem> {
        let quits = |binding: &Binding| {
            binding.context == Context::Everywhere
                && matches!(binding.command, Command::Quit | Command::Close)
        };
        (!self.bindings.iter().any(quits)).then(|| Problem {
            file: file.to_owned(),
            line: 1,
            column: 1,
            key: Context::Everywhere.name().to_owned(),
            message: format!(
                "no key would quit: neither `{}` nor `{}` has one",
                Command::Quit,
                Command::Close
            ),
            help: Some(format!("bind one of them under `[{}]`", Context::Everywhere.name())),
        })
    }
}

/// Whether one focus hears both contexts.
fn meet(a: Context, b: Context) -> bool {
    a.heard().contains(&b) || b.heard().contains(&a)
}

fn conflict(earlier: &Binding, later: &Binding) -> Problem {
    let (keys, other) = (spell(&later.keys), spell(&earlier.keys));
    let theirs = format!("`{}.{}`", earlier.context.name(), earlier.command);
    let message = if earlier.keys == later.keys {
        format!("`{keys}` already means {theirs}")
    } else if later.keys.len() > earlier.keys.len() {
        format!("`{keys}` can never be pressed: `{other}` alone already means {theirs}")
    } else {
        format!("`{keys}` would hide `{other}`, which means {theirs}")
    };
    let key = format!("{}.{}", later.context.name(), later.command);
    let Place { file, line, .. } = &earlier.place;
    let help = format!("take another key, or give {theirs} another one ({file} line {line})");
    Problem::at(later.place.clone(), key, message, Some(help))
}

/// One line of a keys file that could be read: a command and all its keys in one context.
struct Line {
    context: Context,
    command: Command,
    span: Range<usize>,
    sequences: Vec<Vec<Key>>,
}

impl Line {
    fn into_bindings(self, reader: &Reader<'_>) -> Vec<Binding> {
        let place = reader.place(self.span.start);
        let (context, command) = (self.context, self.command);
        self.sequences
            .into_iter()
            .map(|keys| Binding { context, keys, command, place: place.clone() })
            .collect()
    }
}

fn read_lines(reader: &mut Reader<'_>) -> Vec<Line> {
    let Some(document) = reader.parse() else { return Vec::new() };
    let mut lines = Vec::new();
    for table in entries(document.get_ref()) {
        let Some(context) = Context::from_name(&table.key) else {
            let names = Context::ALL.map(Context::name);
            let help = did_you_mean(&table.key, names)
                .unwrap_or_else(|| format!("the contexts are `{}`", names.join("`, `")));
            reader.note(table.span, &table.key, "there is no such context", Some(help));
            continue;
        };
        let Some(commands) = table.value.get_ref().as_table() else {
            reader.note(table.span, &table.key, "this is a table of commands and their keys", None);
            continue;
        };
        lines.extend(entries(commands).into_iter().filter_map(|entry| read_line(reader, context, &entry)));
    }
    lines
}

fn read_line(reader: &mut Reader<'_>, context: Context, entry: &Entry<'_>) -> Option<Line> {
    let path = format!("{}.{}", context.name(), entry.key);
    let Some(command) = Command::from_name(&entry.key) else {
        let help = did_you_mean(&entry.key, COMMANDS.iter().map(|row| row.name));
        reader.note(entry.span.clone(), &path, "there is no such command", help);
        return None;
    };
    let allowed = command.row().contexts;
    if !allowed.contains(&context) && (context.takes_text() || !allowed.contains(&Context::Everywhere)) {
        let places: Vec<&str> = allowed.iter().map(|context| context.name()).collect();
        let help = format!("bind it under `[{}]`", places.join("]` or `["));
        reader.note(entry.span.clone(), &path, "this command does nothing in this context", Some(help));
        return None;
    }
    let texts: Vec<&Spanned<DeValue<'_>>> = match entry.value.get_ref() {
        DeValue::Array(array) => array.iter().collect(),
        _ => vec![entry.value],
    };
    let mut sequences = Vec::new();
    for text in texts {
        match text.get_ref().as_str() {
            Some(keys) => sequences.extend(read_keys(reader, context, &path, text.span(), keys)),
            None => reader.note(
                text.span(),
                &path,
                "this is a key or a list of keys, each between quotes",
                Some("write `\"x\"`, `[\"x\", \"g x\"]`, or `[]` for none".to_owned()),
            ),
        }
    }
    Some(Line { context, command, span: entry.span.clone(), sequences })
}

fn read_keys(
    reader: &mut Reader<'_>,
    context: Context,
    path: &str,
    span: Range<usize>,
    text: &str,
) -> Option<Vec<Key>> {
    let mut keys: Vec<Key> = Vec::new();
    for word in text.split_whitespace() {
        match word.parse() {
            Ok(key) => keys.push(key),
            Err(problem) => {
                reader.note(span, path, &problem.message, problem.help);
                return None;
            }
        }
    }
    let Some(first) = keys.first() else {
        reader.note(span, path, "there is no key between the quotes", Some("write `space` for Space".into()));
        return None;
    };
    if context.takes_text() && first.is_text() {
        let message = format!("`{first}` is text while a line is being typed");
        reader.note(span, path, &message, Some("add `ctrl-` or `alt-`, or take a named key".to_owned()));
        return None;
    }
    Some(keys)
}

#[cfg(test)]
mod tests;
