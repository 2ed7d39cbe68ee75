//! Many sources of one host: when it fails for all, when it is back, when one limit is over.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::clock::Simulated;
use super::fake::kaireonai;
use super::rig::{Rig, source};
use super::wire::{Answer, Wire, answer, says};
use crate::domain::Secret;
use crate::sync::Source;

/// Numbers that look random and are the same every time, by `xorshift64*` (Vigna, 2016).
pub(super) struct Chance(pub(super) AtomicU64);

impl Chance {
    pub(super) fn below(&self, most: u64) -> u64 {
        let mut state = self.0.load(Ordering::SeqCst);
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        self.0.store(state, Ordering::SeqCst);
        (state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % most
    }
}

const MANY: usize = 12;

/// Sources of one host that follow it, each with a credential of its own or all with the same.
fn many(origin: &str, own: bool) -> Vec<Source> {
    let named = |n: usize| {
        let mut source = Source { name: format!("k-{n}").into(), ..source("kaireonai", origin) };
        if own {
            source.binding.secrets.insert("token".to_owned(), Secret::new(format!("token-{n}")));
        }
        source
    };
    (0..MANY).map(named).collect()
}

/// When each request came, by the steady clock.
type Times = Arc<Mutex<Vec<Duration>>>;

/// How many of `times` lie within the fullest second between `from` and `to`.
fn fullest_second(times: &[Duration], from: Duration, to: Duration) -> usize {
    let within: Vec<Duration> = times.iter().copied().filter(|time| (from..to).contains(time)).collect();
    let second = Duration::from_secs(1);
    let counts = within
        .iter()
        .map(|first| within.iter().filter(|time| (*first..*first + second).contains(*time)).count());
    counts.max().unwrap_or(0)
}

#[tokio::test]
async fn offline_and_back_a_hundred_times_and_never_all_at_once() {
    let (off, times, clock) =
        (Arc::new(AtomicBool::new(false)), Times::default(), Arc::new(Mutex::new(None::<Arc<Simulated>>)));
    let (is_off, seen, held) = (Arc::clone(&off), Arc::clone(&times), Arc::clone(&clock));
    let wire = Wire::serve(move |request| {
        let now = held.lock().unwrap().as_ref().unwrap().now().steady;
        seen.lock().unwrap().push(now);
        if is_off.load(Ordering::SeqCst) { Answer::Reset } else { says(200, &kaireonai(request, 10)) }
    })
    .await;
    let rig = Rig::held(many(&wire.origin, true));
    *clock.lock().unwrap() = Some(Arc::clone(&rig.clock));
    let engine = rig.engine.clone();
    let follow = tokio::spawn(async move { engine.follow().await });
    let chance = Chance(AtomicU64::new(7));
    let run_to = async |end: Duration| {
        while rig.clock.waiting(MANY).await < end {
            rig.clock.wake();
        }
    };
    let mut end = rig.clock.now().steady + Duration::from_secs(600);
    run_to(end).await;
    let (mut worst, mut most_off) = (0, 0.0_f64);
    for _ in 0..100 {
        let (begun, lasts) = (end, 60 + chance.below(240));
        off.store(true, Ordering::SeqCst);
        end += Duration::from_secs(lasts);
        run_to(end).await;
        let asked = times.lock().unwrap().iter().filter(|time| (begun..end).contains(*time)).count();
        let polls = MANY as f64 * (lasts as f64 / 54.0 + 1.0);
        most_off = most_off.max((asked as f64 - 10.0) / polls);
        off.store(false, Ordering::SeqCst);
        let back = end;
        end += Duration::from_secs(60 + chance.below(120));
        run_to(end).await;
        worst = worst.max(fullest_second(&times.lock().unwrap(), back, end));
    }
    rig.engine.stop();
    follow.await.unwrap();
    println!(
        "100 times: at most {worst} of {MANY} sources in one second, {most_off:.2} requests for each poll while off"
    );
    assert!(worst <= MANY / 2, "{worst} of {MANY} sources came in one second");
    assert!(most_off <= 1.25, "{most_off} requests for each poll");
}

#[tokio::test]
async fn those_who_wait_for_one_limit_do_not_all_try_it_when_it_is_over() {
    let (times, rounds) = (Arc::new(AtomicUsize::new(0)), 100);
    let seen = Arc::clone(&times);
    let wire = Wire::serve(move |_| {
        seen.fetch_add(1, Ordering::SeqCst);
        Answer::Bytes(answer(429, "Retry-After: 30\r\n", "{}"))
    })
    .await;
    let rig = Rig::held(many(&wire.origin, false));
    let engine = rig.engine.clone();
    let follow = tokio::spawn(async move { engine.follow().await });
    rig.clock.waiting(MANY).await;
    let end = rig.clock.now().steady + Duration::from_secs(30 * rounds);
    let begun = times.load(Ordering::SeqCst);
    while rig.clock.waiting(MANY).await < end {
        rig.clock.wake();
    }
    rig.engine.stop();
    follow.await.unwrap();
    let asked = times.load(Ordering::SeqCst) - begun;
    assert!(asked as u64 <= rounds, "{asked} requests in {rounds} rounds of one limit");
    assert!(asked as u64 >= rounds / 3, "{asked} requests: the limit is tried when it is over");
}
