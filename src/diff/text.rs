//! Changes as text and as Markdown, for the command line, the clipboard and reports.
//!
//! Both are made from the model, so what is masked there is masked here. Nothing here is fit for a terminal by
//! itself: whoever prints it makes it safe first.

use std::fmt::Write as _;

use serde_json::Value;

use super::lines::{Line, Side};
use super::model::{Block, Body, Diff, Kind, Mask};
use super::rules::MASK;

/// Lines that stayed, kept beside those that did not.
const AROUND: usize = 2;

/// The longest value on one line, in characters; beyond, it is cut.
const LONGEST: usize = 4_000;

/// Several lines that are shown, or how many that stayed are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stretch<'a> {
    /// A line.
    Line(&'a Line),
    /// So many lines that stayed.
    Left(usize),
}

/// `lines` without those that stayed and are further than `around` from one that did not.
pub fn around(lines: &[Line], around: usize) -> Vec<Stretch<'_>> {
    let mut near = vec![false; lines.len()];
    for (place, _) in lines.iter().enumerate().filter(|(_, line)| line.side != Side::Both) {
        let last = place.saturating_add(around).min(lines.len().saturating_sub(1));
        near[place.saturating_sub(around)..=last].fill(true);
    }
    let mut stretches = Vec::new();
    let mut left = 0;
    for (line, near) in lines.iter().zip(near) {
        if near {
            stretches.extend((left > 0).then_some(Stretch::Left(left)));
            left = 0;
            stretches.push(Stretch::Line(line));
        } else {
            left += 1;
        }
    }
    stretches.extend((left > 0).then_some(Stretch::Left(left)));
    stretches
}

/// A value as JSON on one line, so that `"5"` and `5` are different to the eye.
pub fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// What a field that is nothing but masked was and is.
pub fn hidden(block: &Block) -> String {
    match (&block.before, &block.after) {
        (Some(_), Some(_)) => format!("{MASK} (before) → {MASK} (after), changed"),
        (Some(_), None) => format!("{MASK} (before)"),
        _ => format!("{MASK} (after)"),
    }
}

impl Block {
    /// Both values on one line: `"auto" → "manual"`.
    pub fn values(&self) -> String {
        if self.is_hidden() {
            return hidden(self);
        }
        match (self.kind, &self.before, &self.after) {
            (_, None, None) => "changed, the feed does not say how".to_owned(),
            (Kind::Moved, _, Some(value)) | (_, Some(value), None) | (_, None, Some(value)) => short(value),
            (_, Some(before), Some(after)) => format!("{} → {}", short(before), short(after)),
        }
    }

    fn lines(&self) -> Option<&[Line]> {
        match &self.body {
            Body::Lines(lines) | Body::Coarse(lines) => Some(lines),
            Body::Values | Body::Words(..) => None,
        }
    }
}

impl Diff {
    /// Whether every block is one that changes with every save.
    pub fn is_noise(&self) -> bool {
        !self.blocks.is_empty() && self.blocks.iter().all(|block| block.ignored)
    }

    /// The blocks that are shown: without those that change with every save, unless there is nothing else.
    pub fn telling(&self) -> impl Iterator<Item = &Block> {
        let all = self.is_noise();
        self.blocks.iter().filter(move |block| all || !block.ignored)
    }

    /// The changes in lines of text, below how many there are of each sort.
    pub fn text(&self) -> Vec<String> {
        let mut text = vec![self.counts.words()];
        text.extend((!self.blocks.is_empty()).then(String::new));
        for block in self.telling() {
            let notes = in_brackets("  ", &block.notes, str::to_owned);
            let head = format!("{} {}", block.kind.glyph(), block.path);
            let Some(lines) = block.lines() else {
                text.push(format!("{head}  {}{notes}", block.values()));
                continue;
            };
            text.push(format!("{head}{notes}"));
            text.extend(around(lines, AROUND).into_iter().map(|stretch| match stretch {
                Stretch::Left(number) => format!("    ⋯ {}", unchanged(number)),
                Stretch::Line(line) => format!("  {} {}", sign(line.side), line.text()),
            }));
        }
        text
    }

    /// The changes as Markdown: a list, with texts of several lines as blocks of their own.
    pub fn markdown(&self) -> String {
        let mut text = format!("**{}**\n\n", self.counts.words());
        for block in self.telling() {
            let notes = in_brackets(" ", &block.notes, plain);
            let _ = write!(text, "- {} {}", word(block.kind), code(&block.path));
            let Some(lines) = block.lines() else {
                let _ = writeln!(text, ": {}{notes}", values_in_code(block));
                continue;
            };
            let body = around(lines, AROUND).into_iter().fold(String::new(), |body, stretch| match stretch {
                Stretch::Left(number) => body + "  @@ " + &unchanged(number) + " @@\n",
                Stretch::Line(line) => body + "  " + sign(line.side) + &line.text() + "\n",
            });
            let fence = "`".repeat(longest_run(&body).max(2) + 1);
            let _ = write!(text, "{notes}\n\n  {fence}diff\n{body}  {fence}\n\n");
        }
        text
    }
}

fn in_brackets(before: &str, notes: &[String], write: fn(&str) -> String) -> String {
    notes.iter().fold(String::new(), |text, note| format!("{text}{before}({})", write(note)))
}

fn values_in_code(block: &Block) -> String {
    if block.is_hidden() {
        return hidden(block);
    }
    match (block.kind, &block.before, &block.after) {
        (_, None, None) => "the feed does not say how".to_owned(),
        (Kind::Moved, _, Some(value)) | (_, Some(value), None) | (_, None, Some(value)) => {
            code(&short(value))
        }
        (_, Some(before), Some(after)) => format!("{} → {}", code(&short(before)), code(&short(after))),
    }
}

fn unchanged(number: usize) -> String {
    format!("{number} {} unchanged", if number == 1 { "line" } else { "lines" })
}

fn sign(side: Side) -> &'static str {
    match side {
        Side::Both => " ",
        Side::Before => "-",
        Side::After => "+",
    }
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Added => "added",
        Kind::Removed => "removed",
        Kind::Changed | Kind::Retyped => "changed",
        Kind::Moved => "moved",
        Kind::Stated => "set",
    }
}

/// A text between as many backticks as it takes, and spaces where it begins or ends with one.
fn code(text: &str) -> String {
    let text = text.replace(['\n', '\r'], " ");
    let ticks = "`".repeat(longest_run(&text) + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') || text.is_empty() { " " } else { "" };
    format!("{ticks}{pad}{text}{pad}{ticks}")
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// A text in which nothing means anything to Markdown.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '!') {
            plain.push('\\');
        }
        plain.push(c);
    }
    plain
}

impl Mask {
    /// Whether there is anything to reveal, else why not.
    pub fn can_be_lifted(self) -> Result<(), &'static str> {
        match self {
            Self::Here => Ok(()),
            Self::None => Err("nothing is masked here"),
            Self::Kept => Err("this was masked before it was kept: the change no longer holds the value"),
        }
    }
}
