//! `backtrail`, `backtrail browse`: the browser.

use tokio_util::sync::CancellationToken;

use crate::config::Options;
use crate::runtime::browse::{self, Begin};
use crate::runtime::{Exit, Failure, Session};

pub(super) async fn run(options: &Options, stop: &CancellationToken) -> Result<Exit, Failure> {
    browse::require_terminal()?;
    let session = Session::open(options)?;
    browse::in_terminal(session, Begin::default(), stop).await
}
