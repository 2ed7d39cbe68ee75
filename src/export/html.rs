//! The report as an HTML page that needs nothing but itself.
//!
//! A feed's text can be no markup: every character that could begin some is written as an entity, and the page
//! forbids scripts, pictures, frames and everything else from anywhere (a Content Security Policy that allows
//! the page's one style sheet by its hash). It follows the reader's choice of light or dark, and prints.

use std::borrow::Cow;
use std::io::{self, Write};
use std::sync::LazyLock;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest as _, Sha256};

use super::report::{About, said};
use crate::diff::Comparison;
use crate::domain::{Event, Safe, Status};

/// The style sheet. It holds no character that HTML would read differently.
const STYLE: &str = "
:root { color-scheme: light dark; --dim: #5c6370; --rule: #d0d4da; --paper: #ffffff; --text: #1b1f24;
  --added: #116329; --removed: #a40e26; --changed: #7a4b00; --ai: #6639ba; --box: #f5f6f8 }
@media (prefers-color-scheme: dark) { :root { --dim: #9aa4b2; --rule: #3a414b; --paper: #15181c; --text: #e4e8ee;
  --added: #6fdd8b; --removed: #ff8a8a; --changed: #e3b341; --ai: #c4a5ff; --box: #1e2329 } }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 2rem 1.25rem; max-width: 72rem; background: var(--paper); color: var(--text);
  font: 15px/1.5 system-ui, sans-serif; overflow-wrap: anywhere }
h1 { font-size: 1.6rem; margin: 0 0 1rem } h2 { font-size: 1.2rem; margin: 2rem 0 .5rem }
h3 { font-size: 1rem; margin: 0 0 .5rem }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: 0 }
dt, .dim { color: var(--dim) } dd { margin: 0 }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--rule) }
th { color: var(--dim); font-weight: 600 } td.time { white-space: nowrap }
section { border-top: 1px solid var(--rule); padding: 1rem 0; break-inside: avoid-page }
pre { background: var(--box); padding: .6rem .8rem; margin: .6rem 0 0; white-space: pre-wrap;
  font: 13px/1.5 ui-monospace, monospace }
ins, del { text-decoration: none } ins { color: var(--added) } del, .failed { color: var(--removed) }
.changed { color: var(--changed) } .ai { color: var(--ai) } blockquote { margin: .2rem 0 .6rem; white-space: pre-wrap }
a { color: inherit }
@media print { body { padding: 0; max-width: none; font-size: 11px } pre { font-size: 10px } }
";

/// What the page may load: nothing, and its own style sheet.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = BASE64_STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    format!("default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'")
});

pub(super) fn head(out: &mut impl Write, about: &About) -> io::Result<()> {
    let title = escape(&about.title);
    writeln!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>",
        *POLICY
    )?;
    writeln!(out, "<dl>")?;
    let filter = if about.query.is_empty() { "none: every event" } else { &about.query };
    writeln!(out, "<dt>Filter</dt><dd><code>{}</code></dd>", escape(filter))?;
    for (name, value) in about.facts() {
        writeln!(out, "<dt>{name}</dt><dd>{}</dd>", escape(&value))?;
    }
    let coverage: Vec<String> = about.coverage.iter().map(|line| escape(line)).collect();
    let coverage = if coverage.is_empty() { "not known".to_owned() } else { coverage.join("<br>") };
    writeln!(out, "<dt>Coverage</dt><dd>{coverage}</dd>\n</dl>")?;
    for (nth, (label, text)) in about.texts().enumerate() {
        let title = if nth == 0 { "<h2>Summary</h2>\n" } else { "" };
        let (label, text) = (escape(&label), escape(text));
        writeln!(out, "{title}<div class=\"ai\">{label}</div>\n<blockquote>{text}</blockquote>")?;
    }
    if about.count > 0 {
        writeln!(
            out,
            "<h2>Timeline</h2>\n<table>\n<thead><tr><th>Time</th><th>Action</th><th>Entity</th><th>Actor</th><th>Source</th><th>Summary</th></tr></thead>\n<tbody>"
        )?;
    }
    Ok(())
}

pub(super) fn line(out: &mut impl Write, about: &About, event: &Event) -> io::Result<()> {
    let record = &event.record;
    let failed = record.status == Status::Failed;
    let action = format!("{}{}", record.action, if failed { " (failed)" } else { "" });
    let class = if failed { " class=\"failed\"" } else { "" };
    writeln!(
        out,
        "<tr><td class=\"time\">{}</td><td{class}><a href=\"#{}\">{}</a></td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
        escape(&about.short(record.time)),
        event.id,
        escape(&action),
        escape(record.entity.label().unwrap_or("–")),
        escape(record.actor.label().unwrap_or("–")),
        escape(&event.source),
        escape(&said(event)),
    )
}

pub(super) fn end_of_timeline(out: &mut impl Write, about: &About) -> io::Result<()> {
    if about.count > 0 { writeln!(out, "</tbody>\n</table>") } else { Ok(()) }
}

pub(super) fn detail(
    out: &mut impl Write,
    about: &About,
    first: bool,
    (event, made): (&Event, Option<Comparison>),
) -> io::Result<()> {
    if first {
        writeln!(out, "<h2>Events</h2>")?;
    }
    writeln!(out, "<section id=\"{}\">\n<h3>{}</h3>\n<dl>", event.id, escape(&About::headline(event)))?;
    for (name, value) in about.facts_of(event) {
        let shown = escape(&value);
        let shown = match (name.as_str(), &event.record.url) {
            ("page", Some(url)) if is_web(url) => {
                format!("<a rel=\"noreferrer noopener\" href=\"{shown}\">{shown}</a>")
            }
            _ => shown,
        };
        writeln!(out, "<dt>{}</dt><dd>{shown}</dd>", escape(&name))?;
    }
    writeln!(out, "</dl>")?;
    for (label, text) in about.texts_of(event) {
        let class = if label.starts_with("AI") { "ai" } else { "dim" };
        writeln!(out, "<div class=\"{class}\">{}</div>", escape(&label))?;
        writeln!(out, "<blockquote>{}</blockquote>", escape_lines(&text))?;
    }
    if let Some(made) = made {
        write!(out, "<pre>")?;
        for line in made.diff.text() {
            let shown = escape(&made.record.clean(&line));
            match line.trim_start().chars().next() {
                Some('+') => writeln!(out, "<ins>{shown}</ins>")?,
                Some('−' | '-') => writeln!(out, "<del>{shown}</del>")?,
                Some('~' | '⇆' | '=') => writeln!(out, "<span class=\"changed\">{shown}</span>")?,
                _ => writeln!(out, "{shown}")?,
            }
        }
        writeln!(out, "</pre>")?;
    }
    writeln!(out, "</section>")
}

pub(super) fn end(out: &mut impl Write, about: &About, masked: usize) -> io::Result<()> {
    writeln!(out, "<p class=\"dim\">{}</p>\n</body>\n</html>", escape(&about.masking(masked)))
}

/// Whether an address is one of the web, and nothing that a browser would run.
fn is_web(url: &str) -> bool {
    (url.starts_with("https://") || url.starts_with("http://"))
        && !url.contains(|c: char| c.is_control() || c == ' ')
}

/// A text on one line, fit to stand between tags and in an attribute.
fn escape(text: &str) -> String {
    entities(Safe::line(text).as_str()).into_owned()
}

/// The same with its lines kept.
fn escape_lines(text: &str) -> String {
    entities(Safe::new(text).as_str()).into_owned()
}

fn entities(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>', '"', '\'']) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    Cow::Owned(escaped)
}
