//! A text that was asked for, over the body of the screen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::domain::Safe;
use crate::tui::app::App;
use crate::tui::draw::Row;
use crate::tui::layout::Layout;
use crate::tui::motion::Motion;
use crate::tui::scrollbar::Extent;
use crate::tui::theme::Role;

/// Lines above the text.
const HEAD: u16 = 2;

/// A text that was asked for.
#[derive(Debug)]
pub(in crate::tui) struct Told {
    /// What it is, in a word.
    name: &'static str,
    title: &'static str,
    lines: Vec<String>,
    scroll: usize,
}

impl Told {
    pub(in crate::tui) fn new(name: &'static str, title: &'static str, lines: Vec<String>) -> Self {
        Self { name, title, lines, scroll: 0 }
    }

    pub(in crate::tui) fn name(&self) -> &'static str {
        self.name
    }

    /// Scrolls on the screen as it is now.
    pub(in crate::tui) fn go(&mut self, motion: Motion, layout: &Layout) {
        let (len, page) = (self.wrapped(layout.body.width).len(), page(layout.body));
        self.scroll = motion.from(self.scroll, len.saturating_sub(page) + 1, page);
    }

    /// The text in lines that fit, each with the role it is in. What goes on in the next line stands below
    /// its own beginning.
    fn wrapped(&self, width: u16) -> Vec<(usize, Safe, Role)> {
        let mut rows = Vec::new();
        for line in &self.lines {
            let text = line.trim_start();
            let indent = line.len() - text.len();
            let room = usize::from(width).saturating_sub(indent + 3).max(10);
            let role = if indent == 0 { Role::Title } else { Role::Text };
            rows.extend(Safe::line(text).wrap(room).into_iter().map(|piece| (indent + 1, piece, role)));
        }
        rows
    }
}

fn page(area: Rect) -> usize {
    usize::from(area.height.saturating_sub(HEAD)).max(1)
}

/// Draws the text over `area`.
pub(in crate::tui) fn draw(app: &App, told: &Told, area: Rect, buf: &mut Buffer) {
    let ui = &app.ui;
    super::clear(area, ui, buf);
    Row::new().fill(1).put(told.title, ui.style(Role::Focused)).draw(buf, area.x, area.y, area.width);
    let lines = told.wrapped(area.width);
    let (len, shown) = (lines.len(), page(area));
    let above = told.scroll.min(len.saturating_sub(shown));
    let body = Rect { y: area.y + HEAD, height: area.height.saturating_sub(HEAD), ..area };
    for (y, (indent, text, role)) in (body.y..body.bottom()).zip(lines.into_iter().skip(above)) {
        Row::new().fill(indent).safe(&text, ui.style(role)).draw(buf, body.x, y, body.width);
    }
    let bar = Rect { x: area.right().saturating_sub(1), width: 1, ..body };
    Extent { len, above, shown }.draw(buf, bar, ui.style(Role::Rule));
}
