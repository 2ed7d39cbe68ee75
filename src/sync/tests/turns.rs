//! Two programs that fill one cache from one source take turns.

use super::fake::kaireonai;
use super::rig::{Rig, source};
use super::wire::{Wire, says};

#[tokio::test]
async fn what_one_program_has_fetched_the_other_does_not_ask_for_again() {
    let wire = Wire::serve(|request| says(200, &kaireonai(request, 2_000))).await;
    let one = Rig::new(vec![source("kaireonai", &wire.origin)]);
    let other = one.beside(vec![source("kaireonai", &wire.origin)]);
    let (first, second) = tokio::join!(one.sync(), other.sync());
    assert!(first.complete && second.complete, "{first:?} {second:?}");
    assert_eq!(first.events_new + second.events_new, 2_000);
    let (most, least) = (first.requests.max(second.requests), first.requests.min(second.requests));
    assert!(most >= 10 && least <= 3, "one walked and the other looked: {most} and {least} requests");
    assert_eq!(one.events().len(), 2_000);
}

#[tokio::test]
async fn a_program_that_has_the_turn_holds_up_no_other_source() {
    let wire = Wire::serve(|request| says(200, &kaireonai(request, 20))).await;
    let mut other = source("kaireonai", &wire.origin);
    other.name = "other".into();
    let rig = Rig::new(vec![source("kaireonai", &wire.origin), other]);
    let taken = rig.store.take_turn("kaireonai-prod").unwrap();
    assert!(taken.is_some());
    let engine = rig.engine.clone();
    let both = tokio::spawn(async move { engine.sync(&crate::sync::Which::All).await });
    let held_up = rig.engine.sync(&crate::sync::Which::Named(vec!["other".into()])).await;
    assert!(held_up[0].complete && !both.is_finished());
    drop(taken);
    assert!(both.await.unwrap().iter().all(|outcome| outcome.complete));
}
