//! The report in Markdown: head, timeline, then every event with what changed in it.

use std::io::{self, Write};

use super::report::{About, said};
use crate::diff::Comparison;
use crate::domain::{Event, Safe, markdown_cell};

pub(super) fn head(out: &mut impl Write, about: &About) -> io::Result<()> {
    writeln!(out, "# {}\n", markdown_cell(&about.title))?;
    let query = if about.query.is_empty() { "none: every event".to_owned() } else { code(&about.query) };
    writeln!(out, "- **Filter:** {query}")?;
    for (name, value) in about.facts() {
        writeln!(out, "- **{name}:** {}", markdown_cell(&value))?;
    }
    writeln!(
        out,
        "- **Coverage:** {}",
        about.coverage.first().map_or("not known".into(), |line| markdown_cell(line))
    )?;
    for line in about.coverage.iter().skip(1) {
        writeln!(out, "  - {}", markdown_cell(line))?;
    }
    for (nth, (label, text)) in about.texts().enumerate() {
        let title = if nth == 0 { "\n## Summary\n" } else { "" };
        writeln!(out, "{title}\n*{}*\n", markdown_cell(&label))?;
        quote(out, text)?;
    }
    if about.count > 0 {
        writeln!(
            out,
            "\n## Timeline\n\n| Time | Action | Entity | Actor | Source | Summary |\n|---|---|---|---|---|---|"
        )?;
    }
    Ok(())
}

pub(super) fn line(out: &mut impl Write, about: &About, event: &Event) -> io::Result<()> {
    let record = &event.record;
    let failed = if record.status == crate::domain::Status::Failed { " (failed)" } else { "" };
    let cells = [
        about.short(record.time),
        format!("{}{failed}", record.action),
        record.entity.label().unwrap_or("–").to_owned(),
        record.actor.label().unwrap_or("–").to_owned(),
        event.source.to_string(),
        said(event).into_owned(),
    ];
    let cells: Vec<String> = cells.iter().map(|cell| markdown_cell(cell)).collect();
    writeln!(out, "| {} |", cells.join(" | "))
}

pub(super) fn detail(
    out: &mut impl Write,
    about: &About,
    first: bool,
    (event, made): (&Event, Option<Comparison>),
) -> io::Result<()> {
    if first {
        writeln!(out, "\n## Events")?;
    }
    writeln!(out, "\n### {}\n", markdown_cell(&About::headline(event)))?;
    for (name, value) in about.facts_of(event) {
        writeln!(out, "- {}: {}", markdown_cell(&name), markdown_cell(&value))?;
    }
    for (label, text) in about.texts_of(event) {
        writeln!(out, "\n*{}*\n", markdown_cell(&label))?;
        quote(out, &text)?;
    }
    if let Some(made) = made {
        writeln!(
            out,
            "\n{}",
            Safe::new(made.record.clean(made.diff.markdown().trim_end()).as_ref()).as_str()
        )?;
    }
    Ok(())
}

pub(super) fn end(out: &mut impl Write, about: &About, masked: usize) -> io::Result<()> {
    writeln!(out, "\n---\n\n{}", about.masking(masked))
}

/// A text of several lines that nothing in it can end.
fn quote(out: &mut impl Write, text: &str) -> io::Result<()> {
    let safe = Safe::new(text);
    for line in safe.as_str().lines() {
        // What begins a line may be a list, a heading or a rule.
        let line = markdown_cell(line);
        let begins =
            line.starts_with(['#', '-', '+', '=', '>']) || line.starts_with(|c: char| c.is_ascii_digit());
        writeln!(out, "> {}{line}", if begins { "\u{200b}" } else { "" })?;
    }
    Ok(())
}

/// A text on one line that stands there as it is.
fn code(text: &str) -> String {
    let text = Safe::line(text);
    let longest = text.as_str().split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let gap = if longest > 0 { " " } else { "" };
    format!("{fence}{gap}{}{gap}{fence}", text.as_str())
}
