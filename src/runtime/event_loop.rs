//! The loop: wait for something to happen, let the app make up its mind, carry out what it asks, draw.
//!
//! No tick and no frame rate: nothing happens when nothing happens. The loop knows neither a real
//! terminal nor a real keyboard, so that the same loop runs under test.

use std::io;

use futures_util::{Stream, StreamExt};
use ratatui::Terminal;
use ratatui::backend::Backend;
use ratatui::crossterm::event::{Event as Input, KeyEventKind};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio_util::sync::CancellationToken;

use super::Exit;
use super::ports::Ports;
use super::terminal;
use crate::tui::{self, App, Effect, Message};

/// How many waiting messages are folded in before the screen is drawn again.
const FOLD: usize = 256;

/// The loop cannot go on: the terminal takes no more output, or gives no more input.
#[derive(Debug, thiserror::Error)]
#[error("the terminal is gone: {0}")]
pub(super) struct Gone(String);

impl Gone {
    fn because(error: impl std::fmt::Display) -> Self {
        Self(error.to_string())
    }
}

/// What surrounds the loop.
pub(super) struct Surroundings<'a, B: Backend> {
    /// Carries out what the app asks.
    pub(super) ports: &'a Ports,
    /// What happened elsewhere.
    pub(super) messages: UnboundedReceiver<Message>,
    /// Ends the loop from outside: a signal.
    pub(super) stop: CancellationToken,
    /// Hands the terminal back to the shell until the program is resumed.
    pub(super) suspend: fn(&mut Terminal<B>) -> io::Result<()>,
}

/// Runs the app until it quits, the input ends, or it is stopped.
pub(super) async fn run<B, I>(
    terminal: &mut Terminal<B>,
    mut input: I,
    app: &mut App,
    start: Vec<Effect>,
    mut around: Surroundings<'_, B>,
) -> Result<Exit, Gone>
where
    B: Backend,
    I: Stream<Item = io::Result<Input>> + Unpin,
{
    let mut draw = match carry_out(start, terminal, &around)? {
        Carried::On { redraw } => redraw,
        Carried::Out(exit) => return Ok(exit),
    };
    loop {
        if app.take_dirty() || draw {
            terminal.draw(|frame| tui::view(app, frame)).map_err(Gone::because)?;
        }
        draw = false;
        let (mut next, mut from_outbox) = tokio::select! {
            biased;
            () = around.stop.cancelled() => return Ok(Exit::Interrupted),
            message = around.messages.recv() => (message, true),
            input = input.next() => match input {
                Some(input) => (message_of(input.map_err(Gone::because)?), false),
                None => return Ok(Exit::Fine),
            },
        };
        for _ in 0..FOLD {
            let Some(message) = next else { break };
            match carry_out(app.update(message), terminal, &around)? {
                Carried::On { redraw } => draw |= redraw,
                Carried::Out(exit) => return Ok(exit),
            }
            if from_outbox {
                around.ports.handled();
            }
            (next, from_outbox) = (around.messages.try_recv().ok(), true);
        }
    }
}

/// What came of carrying effects out.
enum Carried {
    /// The loop goes on; with `redraw`, the terminal shows nothing of the last frame any more.
    On { redraw: bool },
    /// The program ends.
    Out(Exit),
}

fn carry_out<B>(
    effects: Vec<Effect>,
    terminal: &mut Terminal<B>,
    around: &Surroundings<'_, B>,
) -> Result<Carried, Gone>
where
    B: Backend,
{
    let mut redraw = false;
    for effect in effects {
        match effect {
            Effect::Quit => return Ok(Carried::Out(Exit::Fine)),
            Effect::Redraw => {
                terminal::blank(terminal).map_err(Gone::because)?;
                redraw = true;
            }
            Effect::Suspend => {
                (around.suspend)(terminal).map_err(Gone::because)?;
                // Nobody told of a change of size while the program stood still.
                let size = terminal.size().map_err(Gone::because)?;
                around.ports.tell(Message::Resize(size.width, size.height));
                redraw = true;
            }
            work => around.ports.perform(work),
        }
    }
    Ok(Carried::On { redraw })
}

/// What an input event means to the app; `None` for what it does not care about.
fn message_of(input: Input) -> Option<Message> {
    match input {
        Input::Key(key) if key.kind != KeyEventKind::Release => Some(Message::Key(key)),
        Input::Mouse(mouse) => Some(Message::Mouse(mouse)),
        Input::Paste(text) => Some(Message::Paste(text)),
        Input::Resize(columns, rows) => Some(Message::Resize(columns, rows)),
        _ => None,
    }
}
