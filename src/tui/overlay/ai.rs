//! A summary by a language model: what would be sent, the text as it comes, what it came to.
//!
//! ```text
//!  AI summary  this event
//!  llama3.1 · local: 1 event, 2 secrets masked, 1,204 bytes, about 301 tokens
//! ────────────────────────────────────────────────────────────────
//!  You summarise the change history …
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::domain::{Rows, Safe, Summary};
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::draw::Row;
use crate::tui::layout::Layout;
use crate::tui::message::Proposal;
use crate::tui::motion::Motion;
use crate::tui::scrollbar::Extent;
use crate::tui::theme::Role;

/// Lines above the text.
const HEAD: u16 = 3;

/// Where a summary stands.
#[derive(Debug)]
pub(in crate::tui) struct Ai {
    /// What can be summed up, each with its name; never empty.
    scopes: Vec<(String, Rows)>,
    scope: usize,
    /// The number of the question that is waited for.
    pub(in crate::tui) generation: u64,
    pub(in crate::tui) stage: Stage,
    /// Whether a kept answer is not what is wanted.
    again: bool,
    scroll: usize,
}

/// How far it has come.
#[derive(Debug)]
pub(in crate::tui) enum Stage {
    /// What would be sent is being put together.
    Drafting,
    /// It cannot be asked for: why, line by line.
    Off(Vec<String>),
    /// This would be sent.
    Proposed(Proposal),
    /// The model writes: what it was asked, and the text so far.
    Writing(Proposal, String),
    /// It is there.
    Written(Summary),
    /// It came to nothing, with what was asked.
    Failed(Proposal, String),
}

impl Ai {
    pub(in crate::tui) fn new(scopes: Vec<(String, Rows)>, generation: u64) -> Self {
        Self { scopes, scope: 0, generation, stage: Stage::Drafting, again: false, scroll: 0 }
    }

    /// Turns to the next thing that can be summed up.
    pub(in crate::tui) fn turn(&mut self, generation: u64) {
        self.scope = (self.scope + 1) % self.scopes.len();
        (self.generation, self.stage, self.scroll, self.again) = (generation, Stage::Drafting, 0, false);
    }

    pub(in crate::tui) fn rows(&self) -> Rows {
        self.scopes[self.scope].1.clone()
    }

    /// Wants another answer than the one that is kept.
    pub(in crate::tui) fn ask_again(&mut self) {
        self.again = true;
    }

    pub(in crate::tui) fn asked_again(&self) -> bool {
        self.again
    }

    /// Whether a model is writing.
    pub(in crate::tui) fn writes(&self) -> bool {
        matches!(self.stage, Stage::Writing(..))
    }

    /// Comes to another stage, with its text from the top.
    pub(in crate::tui) fn come_to(&mut self, stage: Stage) {
        (self.stage, self.scroll) = (stage, 0);
    }

    /// What the next keys do, the most useful last.
    pub(in crate::tui) fn hints(&self) -> Vec<(Command, &'static str)> {
        let leave = (Command::Cancel, "leave");
        let next = (self.scopes.len() > 1).then_some((Command::Complete, "other events"));
        let and = |accept: &'static str| next.into_iter().chain([leave, (Command::Accept, accept)]).collect();
        match &self.stage {
            Stage::Drafting | Stage::Off(_) => vec![leave],
            Stage::Proposed(_) => and("send exactly this"),
            Stage::Writing(..) => vec![(Command::Cancel, "stop")],
            Stage::Written(_) => and("ask again"),
            Stage::Failed(..) => and("try again"),
        }
    }

    /// Scrolls on the screen as it is now.
    pub(in crate::tui) fn go(&mut self, motion: Motion, layout: &Layout) {
        let (len, page) = (self.lines(layout.body.width).len(), page(layout.body));
        self.scroll = motion.from(self.scroll, len.saturating_sub(page) + 1, page);
    }

    /// The text in lines that fit.
    fn lines(&self, width: u16) -> Vec<(Safe, Role)> {
        let room = usize::from(width).saturating_sub(3).max(10);
        let wrapped = |text: &str, role: Role| {
            Safe::new(text).wrap(room).into_iter().map(move |line| (line, role)).collect::<Vec<_>>()
        };
        match &self.stage {
            Stage::Drafting => wrapped("Reading the events…", Role::Dim),
            Stage::Off(lines) => lines.iter().flat_map(|line| wrapped(line, Role::Text)).collect(),
            Stage::Proposed(proposal) => {
                proposal.lines.iter().flat_map(|line| wrapped(line, Role::Text)).collect()
            }
            Stage::Writing(_, text) if text.is_empty() => wrapped("Waiting for the model…", Role::Dim),
            Stage::Writing(_, text) => wrapped(text, Role::Text),
            Stage::Written(summary) => wrapped(&summary.text, Role::Text),
            Stage::Failed(_, why) => wrapped(why, Role::Failed),
        }
    }
}

fn page(area: Rect) -> usize {
    usize::from(area.height.saturating_sub(HEAD)).max(1)
}

/// Draws it over `area`.
pub(in crate::tui) fn draw(app: &App, ai: &Ai, area: Rect, buf: &mut Buffer) {
    let ui = &app.ui;
    super::clear(area, ui, buf);
    let width = usize::from(area.width);
    let title = Row::new().fill(1).put("AI summary", ui.style(Role::Focused)).fill_by(2);
    let room = width.saturating_sub(title.width());
    title.cut(&ai.scopes[ai.scope].0, room, ui.style(Role::Text)).draw(buf, area.x, area.y, area.width);
    let (said, role) = match &ai.stage {
        Stage::Drafting | Stage::Off(_) => (String::new(), Role::Dim),
        Stage::Proposed(proposal) | Stage::Failed(proposal, _) => (proposal.head.clone(), Role::Dim),
        Stage::Writing(proposal, _) => (proposal.label.clone(), Role::Ai),
        Stage::Written(summary) => (summary.label(ui.zone), Role::Ai),
    };
    let head = Row::new().fill(1).cut(&said, width.saturating_sub(2), ui.style(role));
    head.draw(buf, area.x, area.y + 1, area.width);
    let rule = Row::new().rule("─", width, ui.style(Role::Rule));
    rule.draw(buf, area.x, area.y + 2, area.width);
    let lines = ai.lines(area.width);
    let (len, shown) = (lines.len(), page(area));
    // What is being written is followed to its end.
    let last = len.saturating_sub(shown);
    let above = if ai.writes() { last } else { ai.scroll.min(last) };
    let body = Rect { y: area.y + HEAD, height: area.height.saturating_sub(HEAD), ..area };
    for (y, (text, role)) in (body.y..body.bottom()).zip(lines.into_iter().skip(above)) {
        Row::new().fill(1).safe(&text, ui.style(role)).draw(buf, body.x, y, body.width);
    }
    let bar = Rect { x: area.right().saturating_sub(1), width: 1, ..body };
    Extent { len, above, shown }.draw(buf, bar, ui.style(Role::Rule));
}
