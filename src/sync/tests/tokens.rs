//! Tokens: bought once, replaced in time, never shown.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::fake::{destinations, streamkap, token};
use super::rig::{Rig, source};
use super::wire::{Wire, says};
use crate::domain::{FaultKind, SourceStatus};
use crate::store::Store;
use crate::sync::Redactor;
use crate::sync::clock::Clock;
use crate::sync::host::share;
use crate::sync::line::{Board, Line, Means, Tally};

fn with(wire: &Wire, start: &str) -> usize {
    wire.requests().iter().filter(|request| request.starts_with(start)).count()
}

/// A server that takes only the token that `good` counts, and can refuse refreshes.
async fn server(good: &Arc<AtomicUsize>, refreshes: bool) -> Wire {
    let good = Arc::clone(good);
    Wire::serve(move |request| {
        let accepted = format!("authorization: Bearer access-{}\r\n", good.load(Ordering::SeqCst));
        match request {
            _ if request.starts_with("POST /auth/access-token/refresh ") => {
                assert!(request.contains(r#""refresh_token":"refresh-"#), "{request}");
                if refreshes { says(200, &token(2)) } else { says(401, r#"{"detail":"expired"}"#) }
            }
            _ if request.starts_with("POST /auth/access-token ") => {
                assert!(request.ends_with(r#"{"client_id":"canary-id","secret":"canary-key"}"#), "{request}");
                says(200, &token(if refreshes { 1 } else { good.load(Ordering::SeqCst) }))
            }
            _ if !request.contains(&accepted) => says(401, r#"{"detail":"Token expired"}"#),
            _ if request.starts_with("GET /destinations?") => {
                says(200, &destinations(&["d_1", "d_2", "d_3", "d_4", "d_5"]))
            }
            _ => says(200, &streamkap(request, 20)),
        }
    })
    .await
}

/// A line to that server, with its cache in this folder.
fn line(wire: &Wire, folder: &Path) -> Line {
    let (store, _) = Store::open(&folder.join("cache").join("backtrail.db")).unwrap();
    let source = source("streamkap", &wire.origin);
    let (reports, _) = tokio::sync::mpsc::unbounded_channel();
    let board = Board::new(SourceStatus::idle(&source.name, source.profile.id(), ""), reports);
    let means = Means { store, http: Arc::default(), redactor: Redactor::default(), clock: Clock::System };
    let shared = share(std::slice::from_ref(&source)).remove(0);
    Line::new(source, means, shared, Arc::new(board))
}

#[tokio::test]
async fn one_token_serves_every_request() {
    let good = Arc::new(AtomicUsize::new(1));
    let wire = server(&good, true).await;
    let rig = Rig::new(vec![source("streamkap", &wire.origin)]);
    assert!(rig.sync().await.complete);
    assert!(rig.sync().await.complete);
    assert_eq!(with(&wire, "POST "), 1);
}

#[tokio::test]
async fn a_refused_token_is_refreshed_once_for_all_scopes() {
    let good = Arc::new(AtomicUsize::new(1));
    let wire = server(&good, true).await;
    let rig = Rig::new(vec![source("streamkap", &wire.origin)]);
    assert!(rig.sync().await.complete);
    good.store(2, Ordering::SeqCst);
    let outcome = rig.sync().await;
    assert_eq!((outcome.complete, outcome.events_total), (true, 100), "{outcome:?}");
    assert_eq!(with(&wire, "POST /auth/access-token/refresh "), 1);
    assert_eq!(with(&wire, "POST /auth/access-token "), 1);
}

#[tokio::test]
async fn where_the_refresh_fails_the_credentials_are_used_again() {
    let good = Arc::new(AtomicUsize::new(1));
    let wire = server(&good, false).await;
    let rig = Rig::new(vec![source("streamkap", &wire.origin)]);
    assert!(rig.sync().await.complete);
    good.store(3, Ordering::SeqCst);
    assert!(rig.sync().await.complete);
    assert_eq!(with(&wire, "POST /auth/access-token/refresh "), 1);
    assert_eq!(with(&wire, "POST /auth/access-token "), 2);
}

#[tokio::test]
async fn a_token_that_is_never_accepted_ends_after_one_replacement() {
    let wire = Wire::serve(|request| {
        if request.starts_with("POST ") { says(200, &token(1)) } else { says(401, r#"{"detail":"who?"}"#) }
    })
    .await;
    let rig = Rig::new(vec![source("streamkap", &wire.origin)]);
    let outcome = rig.sync().await;
    let fault = outcome.fault.unwrap();
    assert_eq!(fault.kind, FaultKind::SignIn);
    assert_eq!(outcome.requests, 4, "exchange, list, refresh, list");
    assert_eq!(wire.requests().len(), 4);
    assert!(fault.fix.contains("`secret.id` and `secret.key` of `streamkap-prod`"), "{}", fault.fix);
}

#[tokio::test]
async fn a_token_is_replaced_before_its_time_is_over() {
    let good = Arc::new(AtomicUsize::new(1));
    let wire = server(&good, true).await;
    let dir = tempfile::tempdir().unwrap();
    let line = line(&wire, dir.path());
    let tally = Tally::default();
    let first = line.tokens.get(&line, &tally).await.unwrap().unwrap();
    let again = line.tokens.get(&line, &tally).await.unwrap().unwrap();
    assert_eq!(first.token.access.expose(), again.token.access.expose());
    let left = first.renew_at.unwrap() - tokio::time::Instant::now();
    assert!(left.as_secs() <= 2880 && left.as_secs() > 2800, "four fifths of an hour, not {left:?}");
    line.tokens.age().await;
    let second = line.tokens.get(&line, &tally).await.unwrap().unwrap();
    assert_eq!(second.token.access.expose(), "access-2");
    assert_eq!(with(&wire, "POST /auth/access-token/refresh "), 1);
    assert!(!format!("{line:?}").contains("access-2"), "debug output shows no token");
}

#[tokio::test]
async fn credentials_that_are_refused_are_tried_once_in_a_sync_and_again_in_the_next() {
    let wire = Wire::serve(|_| says(403, r#"{"detail":"Client disabled"}"#)).await;
    let dir = tempfile::tempdir().unwrap();
    let line = line(&wire, dir.path());
    let tally = Tally::default();
    for _ in 0..3 {
        let fault = line.tokens.get(&line, &tally).await.unwrap_err();
        assert_eq!(fault.http_status, Some(403));
    }
    assert_eq!(with(&wire, "POST "), 1);
    line.tokens.get(&line, &Tally::default()).await.unwrap_err();
    assert_eq!(with(&wire, "POST "), 2);
}
