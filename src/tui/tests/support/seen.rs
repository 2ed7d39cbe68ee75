//! What there is to see of a bench, in words.

use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::Bench;
use crate::tui::overlay::{Asked, Of, Overlay};
use crate::tui::pane::Screen;
use crate::tui::view;

impl Bench {
    fn terminal(&self) -> Terminal<TestBackend> {
        let area = self.app.ui.area;
        let mut terminal = Terminal::new(TestBackend::new(area.width, area.height)).unwrap();
        terminal.draw(|frame| view(&self.app, frame)).unwrap();
        terminal
    }

    /// The screen as text, one line for each of its lines, without the spaces at their ends.
    pub(in crate::tui) fn screen(&self) -> String {
        let terminal = self.terminal();
        let buffer = terminal.backend().buffer();
        let width = usize::from(buffer.area.width);
        if width == 0 {
            return String::new();
        }
        let mut lines = Vec::new();
        for cells in buffer.content.chunks(width) {
            let mut line = String::new();
            let mut covered = 0;
            for cell in cells {
                if covered > 0 {
                    covered -= 1;
                    continue;
                }
                covered = unicode_width::UnicodeWidthStr::width(cell.symbol()).saturating_sub(1);
                line.push_str(cell.symbol());
            }
            lines.push(line.trim_end().to_owned());
        }
        lines.join("\n")
    }

    /// The screen as it is drawn.
    pub(in crate::tui) fn buffer(&self) -> ratatui::buffer::Buffer {
        self.terminal().backend().buffer().clone()
    }

    /// The cells of the screen.
    pub(in crate::tui) fn cells(&self) -> Vec<ratatui::buffer::Cell> {
        self.terminal().backend().buffer().content.clone()
    }

    /// The looks of the first cell of the first line that contains `text`.
    pub(in crate::tui) fn style_of(&self, text: &str) -> ratatui::style::Style {
        let y = self.screen().lines().position(|line| line.contains(text)).unwrap();
        let terminal = self.terminal();
        terminal.backend().buffer()[(1, y as u16)].style()
    }
}

/// The line of what is selected.
pub(in crate::tui) fn selected(bench: &Bench) -> String {
    let screen = bench.screen();
    screen.lines().find(|line| line.starts_with('▌')).unwrap_or_default().to_owned()
}

/// The line of the screen at this place, counted from 0.
pub(in crate::tui) fn line(bench: &Bench, at: usize) -> String {
    bench.screen().lines().nth(at).unwrap_or_default().to_owned()
}

/// The last line of the screen.
pub(in crate::tui) fn status(bench: &Bench) -> String {
    bench.screen().lines().last().unwrap_or_default().to_owned()
}

/// The name of what has the keys.
pub(in crate::tui) fn place(bench: &Bench) -> &'static str {
    let app = &bench.app;
    match (app.overlays.last(), app.above.last()) {
        (Some(overlay), _) => lying_over(overlay),
        (None, None) if app.filter.editing() => "filter",
        (None, None) if app.in_preview => "preview",
        (None, None) if app.in_facets() => "facets",
        (None, None) => "timeline",
        (None, Some(Screen::Event(_))) => "event",
        (None, Some(Screen::Lifecycle(_))) => "lifecycle",
        (None, Some(Screen::Compare(_))) => "compare",
        (None, Some(Screen::Actor(_))) => "actor",
        (None, Some(Screen::Suspects(_))) => "suspects",
        (None, Some(Screen::Sources(_))) => "sources",
        (None, Some(Screen::Views(_))) => "views",
        (None, Some(Screen::Histogram(_))) => "histogram",
    }
}

fn lying_over(overlay: &Overlay) -> &'static str {
    match overlay {
        Overlay::Help(help) if help.typing => "search of the help",
        Overlay::Help(_) => "help",
        Overlay::Told(_) => "text",
        Overlay::Ai(_) => "summary",
        Overlay::Export(_) => "export",
        Overlay::Quit => "quit?",
        Overlay::Reveal(..) => "reveal?",
        Overlay::DropView(_) => "drop?",
        Overlay::Pick(picker) => match picker.of {
            Of::Commands => "palette",
            Of::Lines => "lines",
            Of::Places => "jump",
        },
        Overlay::Ask(ask) => match ask.what {
            Asked::Find => "find>",
            Asked::SaveView => "save>",
            Asked::RenameView(_) => "rename>",
            Asked::Note(_) => "note>",
            Asked::Time => "time>",
            Asked::Picture => "picture>",
        },
    }
}
