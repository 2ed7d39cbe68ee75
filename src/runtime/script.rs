//! Keys from a list instead of a keyboard, each pressed when nothing is under way any more.
//!
//! This is how the program draws its own pictures and how tests use it: what the next key meets is what
//! a patient person would see.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::Stream;
use ratatui::crossterm::event::{Event as Input, KeyEvent};
use tokio::sync::watch;

/// A stream of keys that waits for quiet before each of them, and once more before it ends.
pub(super) struct Script {
    keys: VecDeque<KeyEvent>,
    quiet: Pin<Box<dyn Future<Output = ()> + Send>>,
    busy: watch::Receiver<usize>,
}

impl Script {
    /// Presses `keys` one after the other; `busy` counts what is under way.
    pub(super) fn new(keys: Vec<KeyEvent>, busy: watch::Receiver<usize>) -> Self {
        Self { keys: keys.into(), quiet: Box::pin(until_quiet(busy.clone())), busy }
    }
}

async fn until_quiet(mut busy: watch::Receiver<usize>) {
    // A sender that is gone means that nothing is left to wait for.
    let _ = busy.wait_for(|count| *count == 0).await;
}

impl Stream for Script {
    type Item = io::Result<Input>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.quiet.as_mut().poll(context).is_pending() {
            return Poll::Pending;
        }
        let key = self.keys.pop_front();
        self.quiet = Box::pin(until_quiet(self.busy.clone()));
        Poll::Ready(key.map(|key| Ok(Input::Key(key))))
    }
}
