//! Changed fields with what was on the left and what is on the right.
//!
//! ```text
//! ~ owner
//!   "team-shop, and on weekends team-night"   │ "team-orders"
//! ```

use ratatui::style::Style;
use serde_json::Value;

use super::fields::{self, MOST, Page, broken, sides};
use super::flow::{flow, lined, worded};
use super::look::{Compared, Look};
use super::view::Text;
use crate::diff::{self, Block, Body, Kind, Line, Side, Stretch};
use crate::tui::draw::Row;
use crate::tui::settings::Ui;
use crate::tui::theme::Role;

/// The fewest cells that either side needs.
const HALF: usize = 60;

/// What stands between the sides.
const BETWEEN: &str = " │ ";
const GAP: usize = 3;

/// How far the sides are set in below a path.
const IN: usize = 2;

/// The fewest cells that both sides need.
pub(super) const NEEDED: usize = IN + 2 * HALF + GAP;

type Pieces = Vec<(String, Style)>;

/// Adds the blocks that are shown, in lines of at least [`NEEDED`] cells.
pub(super) fn put(text: &mut Text, page: Page<'_>, compared: &Compared) {
    let Some(made) = compared.comparison() else { return };
    let shown = made.diff.blocks.iter().enumerate().filter(|(_, block)| compared.shows(page.look, block));
    let shown: Vec<(usize, &Block)> = shown.collect();
    for (done, (place, block)) in shown.iter().enumerate() {
        if text.lines.len() >= MOST {
            text.push(fields::rest(page, shown.len() - done));
            return;
        }
        text.mark(*place);
        let folded = compared.is_folded(*place);
        put_one(text, page, block, folded);
    }
}

fn put_one(text: &mut Text, page: Page<'_>, block: &Block, folded: bool) {
    let Page { ui, look, width } = page;
    let mut head = fields::path_pieces(ui, &block.path);
    let dim = ui.style(Role::Dim);
    head.extend(block.notes.iter().map(|note| (format!("  {note}"), dim)));
    head.extend(folded.then(|| ("  ⋯".to_owned(), dim)));
    let rows = flow(&head, width.saturating_sub(2), look.wrap && !folded);
    let mut first = fields::sign(ui, block.kind);
    for row in rows {
        text.push(std::mem::take(&mut first).fill(2).join(row));
    }
    if folded {
        return;
    }
    let half = (width.saturating_sub(IN + GAP)) / 2;
    let rule = ui.style(Role::Rule);
    for (left, right) in pairs(page, block) {
        let (left, right) = (laid(&left, half, look), laid(&right, half, look));
        let (mut left, mut right) = (left.into_iter(), right.into_iter());
        loop {
            let (was, is) = match (left.next(), right.next()) {
                (None, None) => break,
                (was, is) => (was.unwrap_or_default(), is.unwrap_or_default()),
            };
            if text.lines.len() >= MOST {
                return text.push(fields::cut_here(page));
            }
            text.push(Row::new().fill(IN).join(was).fill(IN + half).put(BETWEEN, rule).join(is));
        }
    }
}

fn laid(pieces: &Pieces, half: usize, look: Look) -> Vec<Row> {
    if pieces.is_empty() { Vec::new() } else { flow(pieces, half, look.wrap) }
}

/// The lines of both sides that belong beside each other.
fn pairs(page: Page<'_>, block: &Block) -> Vec<(Pieces, Pieces)> {
    let ui = page.ui;
    if block.is_hidden() {
        let hidden = |side: &Option<Value>| {
            side.as_ref().map_or_else(Pieces::new, |_| vec![(diff::MASK.to_owned(), ui.style(Role::Dim))])
        };
        return vec![(hidden(&block.before), hidden(&block.after))];
    }
    match &block.body {
        Body::Lines(lines) | Body::Coarse(lines) => by_line(ui, lines, page.look),
        Body::Words(was, is) => {
            vec![(worded(ui, was, Role::Removed), worded(ui, is, Role::Added))]
        }
        Body::Values => {
            let (removed, added) = sides(ui, block.kind);
            let (removed, added) = if block.kind == Kind::Moved {
                (ui.style(Role::Dim), ui.style(Role::Dim))
            } else {
                (removed, added)
            };
            let side = |value: &Option<Value>, style: Style| match value {
                Some(Value::String(text)) if text.contains('\n') => broken(&[(text.clone(), style)]),
                Some(value) => broken(&[(fields::long(value, HALF), style)]),
                None => Vec::new(),
            };
            beside(side(&block.before, removed), side(&block.after, added))
        }
    }
}

/// Two runs of lines, first beside first.
fn beside(left: Vec<Pieces>, right: Vec<Pieces>) -> Vec<(Pieces, Pieces)> {
    let (mut left, mut right) = (left.into_iter(), right.into_iter());
    let mut pairs = Vec::new();
    loop {
        match (left.next(), right.next()) {
            (None, None) => return pairs,
            (was, is) => pairs.push((was.unwrap_or_default(), is.unwrap_or_default())),
        }
    }
}

fn by_line(ui: &Ui, lines: &[Line], look: Look) -> Vec<(Pieces, Pieces)> {
    let mut pairs = Vec::new();
    let (mut gone, mut come) = (Vec::new(), Vec::new());
    let dim = ui.style(Role::Dim);
    for stretch in diff::around(lines, look.context()) {
        let filled = |mut pieces: Pieces| {
            // An empty line is a line too.
            if pieces.iter().all(|(text, _)| text.is_empty()) {
                pieces = vec![(" ".to_owned(), dim)];
            }
            pieces
        };
        match stretch {
            Stretch::Line(line) if line.side == Side::Before => {
                gone.push(filled(lined(ui, &line.pieces, line.side)));
            }
            Stretch::Line(line) if line.side == Side::After => {
                come.push(filled(lined(ui, &line.pieces, line.side)));
            }
            other => {
                pairs.extend(beside(std::mem::take(&mut gone), std::mem::take(&mut come)));
                let both = match other {
                    Stretch::Line(line) => filled(lined(ui, &line.pieces, Side::Both)),
                    Stretch::Left(number) => vec![(format!("⋯ {number} unchanged"), dim)],
                };
                pairs.push((both.clone(), both));
            }
        }
    }
    pairs.extend(beside(gone, come));
    pairs
}
