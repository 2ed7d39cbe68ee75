//! A text that was asked for, over the body of the screen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::domain::Safe;
use crate::tui::app::App;
use crate::tui::draw::Row;
use crate::tui::layout::Layout;
use crate::tui::motion::Motion;
use crate::tui::scrollbar::Extent;
use crate::tui::settings::Ui;
use crate::tui::theme::Role;

/// Lines above the text.
const HEAD: u16 = 2;

/// A line of it, before it is broken to fit.
#[derive(Debug)]
pub(in crate::tui) enum Line {
    /// A title, or what is set in below one.
    Plain(String),
    /// What was said, beside when.
    Dated {
        /// When, always in as many cells.
        time: String,
        /// Whether it is about something that did not work.
        is_error: bool,
        /// What.
        text: String,
    },
}

/// The fewest cells for what was said beside when; with fewer, it stands below.
const BESIDE: usize = 30;

/// A text that was asked for.
#[derive(Debug)]
pub(in crate::tui) struct Told {
    /// What it is, in a word.
    name: &'static str,
    title: &'static str,
    lines: Vec<Line>,
    scroll: usize,
}

impl Told {
    pub(in crate::tui) fn new(name: &'static str, title: &'static str, lines: Vec<String>) -> Self {
        Self::of(name, title, lines.into_iter().map(Line::Plain).collect())
    }

    pub(in crate::tui) fn of(name: &'static str, title: &'static str, lines: Vec<Line>) -> Self {
        Self { name, title, lines, scroll: 0 }
    }

    pub(in crate::tui) fn name(&self) -> &'static str {
        self.name
    }

    /// Scrolls on the screen as it is now.
    pub(in crate::tui) fn go(&mut self, motion: Motion, layout: &Layout, ui: &Ui) {
        let (len, page) = (self.wrapped(layout.body.width, ui).len(), page(layout.body));
        self.scroll = motion.from(self.scroll, len.saturating_sub(page) + 1, page);
    }

    /// The text in lines that fit. What goes on in the next line stands below its own beginning.
    fn wrapped(&self, width: u16, ui: &Ui) -> Vec<Row> {
        let mut rows = Vec::new();
        for line in &self.lines {
            match line {
                Line::Plain(line) => {
                    let text = line.trim_start();
                    let indent = line.len() - text.len();
                    let role = if indent == 0 { Role::Title } else { Role::Text };
                    rows.extend(set_in(Row::new(), text, indent + 1, (width, role), ui));
                }
                Line::Dated { time, is_error, text } => {
                    let mut head = Row::new().fill(1).put(time, ui.style(Role::Time)).fill_by(2);
                    if *is_error {
                        head = head.put("error", ui.style(Role::Failed)).fill_by(2);
                    }
                    let beside = head.width() + BESIDE <= usize::from(width);
                    let indent = if beside { head.width() } else { 3 };
                    let first = if beside {
                        head
                    } else {
                        rows.push(head);
                        Row::new()
                    };
                    rows.extend(set_in(first, text, indent, (width, Role::Text), ui));
                }
            }
        }
        rows
    }
}

/// `text` from the column `indent` on, in lines of `width` cells, the first of them behind `first`.
fn set_in(first: Row, text: &str, indent: usize, (width, role): (u16, Role), ui: &Ui) -> Vec<Row> {
    let room = usize::from(width).saturating_sub(indent + 2).max(10);
    let pieces = Safe::line(text).wrap(room);
    let heads = std::iter::once(first).chain(std::iter::repeat_with(Row::new));
    heads.zip(pieces).map(|(head, piece)| head.fill(indent).safe(&piece, ui.style(role))).collect()
}

fn page(area: Rect) -> usize {
    usize::from(area.height.saturating_sub(HEAD)).max(1)
}

/// Draws the text over `area`.
pub(in crate::tui) fn draw(app: &App, told: &Told, area: Rect, buf: &mut Buffer) {
    let ui = &app.ui;
    super::clear(area, ui, buf);
    Row::new().fill(1).put(told.title, ui.style(Role::Focused)).draw(buf, area.x, area.y, area.width);
    let lines = told.wrapped(area.width, ui);
    let (len, shown) = (lines.len(), page(area));
    let above = told.scroll.min(len.saturating_sub(shown));
    let body = Rect { y: area.y + HEAD, height: area.height.saturating_sub(HEAD), ..area };
    for (y, line) in (body.y..body.bottom()).zip(lines.into_iter().skip(above)) {
        line.draw(buf, body.x, y, body.width);
    }
    let bar = Rect { x: area.right().saturating_sub(1), width: 1, ..body };
    Extent { len, above, shown }.draw(buf, bar, ui.style(Role::Rule));
}
