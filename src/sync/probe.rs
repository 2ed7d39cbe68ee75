//! One page of a source, asked for to look at it: nothing of it is kept.
//!
//! It asks as a sync does, with the same token, the same gate and the same retries, so what it meets is
//! what a sync would meet. It must not write events.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::line::{Line, Tally};
use super::{local, scopes};
use crate::domain::{Fault, Timestamp, Via};
use crate::feed::integrity::{self, Verification};
use crate::feed::{Page, Position, Profile, Scope, errors, page, request};

/// What one page of a source showed.
#[derive(Debug)]
pub struct Probe {
    /// The profile that read it: that of the stand-in, where the server refuses the feed proper.
    pub profile: Arc<Profile>,
    /// What the user should know about that.
    pub note: Option<String>,
    /// The scope that was asked, where the source fans out, and how many there are.
    pub scope: Option<(Scope, usize)>,
    /// The HTTP status; `None` where the source is asked without HTTP.
    pub status: Option<u16>,
    /// The body as it came.
    pub body: Vec<u8>,
    /// How long the last request took, retries included.
    pub took: Duration,
    /// By how many milliseconds the server's clock is ahead of ours; `None` where it does not tell.
    pub clock: Option<i64>,
    /// How many records were asked for.
    pub size: Option<u32>,
    /// Requests that were sent, those for tokens, scopes and retries included.
    pub requests: u64,
    /// What came.
    pub page: Page,
    /// What the server says about its own entries, where it can be asked; else why it does not say.
    pub verification: Option<Result<Verification, String>>,
}

/// Asks `line` for the head of its list, of its first scope where it fans out.
pub(super) async fn probe(line: &Line) -> Result<Probe, Fault> {
    let (profile, binding) = (&*line.source.profile, &line.source.binding);
    let tally = Tally::default();
    if line.source.via != Via::Http {
        return local::probe(line).await;
    }
    let scope = if profile.fans_out() {
        let chosen = scopes::choose(line, &tally).await?;
        let count = chosen.scopes.len();
        match (chosen.scopes.into_iter().next(), chosen.faults.into_fault()) {
            (Some(scope), None) => Some((scope, count)),
            (_, Some(fault)) => return Err(fault),
            (None, None) => return Err(line.fault_of_no_scopes()),
        }
    } else {
        None
    };
    let at = scope.as_ref().map(|(scope, _)| scope);
    let head = Position::first(profile);
    let begun = Instant::now();
    let build = |token: Option<&_>| request::page(profile, binding, at, &head, token);
    let reply = line.ask(&tally, at, build, |_| false).await?;
    let took = begun.elapsed();
    let page = page::read(profile, binding, at, &head, &reply.headers, &reply.body)
        .map_err(|error| line.fault_of_shape(&error, &reply))?;
    let verification = if profile.verifies() { Some(verify(line, &tally, at).await) } else { None };
    Ok(Probe {
        profile: Arc::clone(&line.source.profile),
        note: None,
        verification,
        status: Some(reply.status),
        took,
        // The header has whole seconds, so the middle of one is the best guess.
        clock: reply.date.map(|date| date.millis() + 500 - Timestamp::now().millis()),
        size: head.size(),
        requests: tally.requests(),
        body: reply.body,
        page,
        scope,
    })
}

/// Has the server verify its own entries. An error is told in words: the page came all the same.
async fn verify(line: &Line, tally: &Tally, scope: Option<&Scope>) -> Result<Verification, String> {
    let (profile, binding) = (&*line.source.profile, &line.source.binding);
    let build = |token: Option<&_>| request::verification(profile, binding, scope, token);
    let accept = |status| profile.verification_may_answer(status);
    let reply = line.ask(tally, scope, build, accept).await.map_err(|fault| fault.message)?;
    if (200..300).contains(&reply.status) {
        let read = integrity::read(profile, &reply.body);
        let mut said = read.map_err(|error| line.fault_of_shape(&error, &reply).message)?;
        for text in [&mut said.broken_at, &mut said.reason].into_iter().flatten() {
            *text = line.mask(text);
        }
        return Ok(said);
    }
    let says = errors::read(profile, &reply.headers, &reply.body);
    let reason = says.message.unwrap_or_else(|| format!("status {}", reply.status));
    Err(line.mask(&format!("the server does not let this key ask: {reason}")))
}
