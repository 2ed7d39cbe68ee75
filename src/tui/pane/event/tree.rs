//! Changed fields under the objects that they stand in; what stayed is folded to a number.
//!
//! ```text
//! name "Orders"
//! ~ owner  "team-shop" → "team-orders"
//! produces
//!   [order.created]  id "t_1"
//!     ~ version  3 → 4
//!     ⋯ 5 unchanged
//! ⋯ 12 unchanged
//! ```

use super::fields::{self, MOST, Page};
use super::flow::flow;
use super::look::Compared;
use super::view::Text;
use crate::diff::{self, Comparison, Node};
use crate::domain::Safe;
use crate::tui::draw::Row;
use crate::tui::theme::Role;
use crate::tui::words;

/// How far a level is set in.
const STEP: usize = 2;

/// The deepest level that is set in further than the one around it.
const DEEPEST: usize = 12;

/// Adds the tree of the blocks that are shown.
pub(super) fn put(text: &mut Text, page: Page<'_>, compared: &Compared) {
    let Some(made) = compared.comparison() else { return };
    let documents = made.documents.as_ref().map(|documents| (documents, &made.rules));
    let shown = |place: usize| compared.shows(page.look, &made.diff.blocks[place]);
    let root = Node::of(&made.diff, documents, shown);
    if documents.is_none() {
        let words = "The record holds no whole documents, so what stayed as it was is not known.";
        for line in Safe::new(words).wrap(page.width.max(1)) {
            text.push(Row::new().safe(&line, page.ui.style(Role::Dim)));
        }
        text.push(Row::new());
    }
    let mut tree = Tree { text, page, compared, made, left: 0 };
    tree.inside(&root, 0);
    if tree.left > 0 {
        let rest = fields::rest(page, tree.left);
        text.push(rest);
    }
}

struct Tree<'t> {
    text: &'t mut Text,
    page: Page<'t>,
    compared: &'t Compared,
    made: &'t Comparison,
    /// Blocks for which there was no room.
    left: usize,
}

impl Tree<'_> {
    fn node(&mut self, node: &Node, level: usize) {
        let indent = level.min(DEEPEST) * STEP;
        for place in &node.blocks {
            self.block(*place, &node.label, indent);
        }
        if node.children.is_empty() {
            return;
        }
        if node.blocks.is_empty() && self.text.lines.len() < MOST {
            let ui = self.page.ui;
            let mut pieces = vec![(node.label.clone(), ui.style(Role::Text))];
            pieces.extend(identity(node).map(|words| (format!("  {words}"), ui.style(Role::Dim))));
            let row = flow(&pieces, self.room(indent), false).into_iter().next().unwrap_or_default();
            self.text.push(Row::new().fill(indent).join(row));
        }
        self.inside(node, level + 1);
    }

    /// What stands in an object or a list.
    fn inside(&mut self, node: &Node, level: usize) {
        let indent = level.min(DEEPEST) * STEP;
        let dim = self.page.ui.style(Role::Dim);
        if level == 0 {
            for place in &node.blocks {
                self.block(*place, diff::DOCUMENT, 0);
            }
            if let Some(words) = identity(node) {
                self.text.push(Row::new().cut(&words, self.room(0), dim));
            }
        }
        node.children.iter().for_each(|child| self.node(child, level));
        let same = node.same.len() + node.same_elements;
        if same > 0 && self.text.lines.len() < MOST {
            let names: Vec<&str> = node
                .same
                .iter()
                .map(String::as_str)
                .take(self.page.look.context().saturating_sub(1))
                .collect();
            let colon = if names.is_empty() { "" } else { ": " };
            let more = if names.is_empty() || names.len() == same { "" } else { ", …" };
            let words = format!("⋯ {} unchanged{colon}{}{more}", words::count(same as u64), names.join(", "));
            for row in flow(&[(words, dim)], self.room(indent), self.page.look.wrap) {
                self.text.push(Row::new().fill(indent).join(row));
            }
        }
    }

    fn block(&mut self, place: usize, label: &str, indent: usize) {
        if self.text.lines.len() >= MOST {
            self.left += 1;
            return;
        }
        let block = &self.made.diff.blocks[place];
        // A move has two places, and its path ends in both.
        let moved = block.path.split_once(" → ").map(|(_, to)| format!("{label} → {to}"));
        let label = moved.as_deref().unwrap_or(label);
        let column = Safe::line(label).width().min(self.page.width * 2 / 5);
        let mut own = Text::default();
        let page = Page { width: self.room(indent), ..self.page };
        fields::field(&mut own, page, block, label, column, self.compared.is_folded(place));
        self.text.mark(place);
        own.lines.into_iter().for_each(|line| self.text.push(Row::new().fill(indent).join(line)));
    }

    fn room(&self, indent: usize) -> usize {
        self.page.width.saturating_sub(indent).max(1)
    }
}

/// The fields that tell an object apart, unless its label says it already.
fn identity(node: &Node) -> Option<String> {
    let says =
        |value: &serde_json::Value| value.as_str().is_some_and(|text| node.label == format!("[{text}]"));
    let told = node.identity.iter().filter(|(_, value)| !says(value));
    let words: Vec<String> = told.map(|(key, value)| format!("{key} {}", diff::short(value))).collect();
    (!words.is_empty()).then(|| words.join("  "))
}
