//! Each failure and what is decided about it, waits in every form, and chance with a seed.

use rstest::rstest;

use super::*;
use crate::sync::http::Excess;

const NOON: &str = "Sun, 06 Nov 1994 12:00:00 GMT";

fn origin() -> String {
    "https://api.example.com".to_owned()
}

fn status(status: u16) -> Failure<'static> {
    Failure::Status { status, wait: None }
}

/// One request with chance and retries of its own.
struct Patient {
    tries: Tries,
    jitter: Jitter,
    budget: Budget,
}

impl Patient {
    fn new(seed: u64) -> Self {
        Self { tries: Tries::default(), jitter: Jitter::new(seed), budget: Budget::default() }
    }

    fn judge(&mut self, failure: &Failure<'_>) -> Verdict {
        judge(failure, &mut self.tries, &mut self.jitter, &mut self.budget)
    }
}

fn first(failure: &Failure<'_>) -> Verdict {
    Patient::new(1).judge(failure)
}

#[rstest]
#[case(400, FaultKind::Configuration)]
#[case(402, FaultKind::Forbidden)]
#[case(403, FaultKind::Forbidden)]
#[case(404, FaultKind::Configuration)]
#[case(409, FaultKind::Configuration)]
#[case(418, FaultKind::Configuration)]
#[case(422, FaultKind::Configuration)]
#[case(501, FaultKind::Server)]
fn statuses_that_another_try_cannot_help(#[case] code: u16, #[case] kind: FaultKind) {
    assert_eq!(first(&status(code)), Verdict::Stop(kind));
}

#[rstest]
fn statuses_that_pass(#[values(408, 425, 500, 502, 503, 504)] code: u16) {
    let mut patient = Patient::new(7);
    for _ in 1..TRIES {
        assert!(matches!(patient.judge(&status(code)), Verdict::Again(_)), "{code}");
    }
    assert_eq!(patient.judge(&status(code)), Verdict::Stop(FaultKind::Server));
}

#[test]
fn a_refused_token_is_renewed_once_and_a_forbidden_one_never() {
    let mut patient = Patient::new(1);
    assert_eq!(patient.judge(&status(401)), Verdict::NewToken);
    assert_eq!(patient.judge(&status(401)), Verdict::Stop(FaultKind::SignIn));
    assert_eq!(first(&status(403)), Verdict::Stop(FaultKind::Forbidden));
}

#[rstest]
#[case(HttpError::Refused { origin: origin() }, true)]
#[case(HttpError::NoName { origin: origin() }, true)]
#[case(HttpError::Unreachable { origin: origin(), reason: "no route".into() }, true)]
#[case(HttpError::Timeout { origin: origin() }, true)]
#[case(HttpError::Reset { origin: origin() }, true)]
#[case(HttpError::Truncated { origin: origin(), bytes: 9 }, true)]
#[case(HttpError::Tls { origin: origin(), reason: "expired".into() }, false)]
#[case(HttpError::Garbled { origin: origin() }, false)]
#[case(HttpError::TooLarge { origin: origin(), excess: Excess::Ratio }, false)]
#[case(HttpError::NotHttp { origin: origin(), reason: "no version".into() }, false)]
#[case(HttpError::Encoding { origin: origin(), encoding: "br".into() }, false)]
#[case(HttpError::Redirect { origin: origin(), target: origin(), status: 302 }, false)]
#[case(HttpError::NotEncrypted { origin: origin() }, false)]
fn errors_are_tried_again_only_where_that_can_help(#[case] error: HttpError, #[case] again: bool) {
    assert_eq!(matches!(first(&Failure::Error(&error)), Verdict::Again(_)), again);
}

#[test]
fn an_answer_that_breaks_off_is_asked_for_once_more() {
    let error = HttpError::Truncated { origin: origin(), bytes: 10 };
    let mut patient = Patient::new(1);
    assert!(matches!(patient.judge(&Failure::Error(&error)), Verdict::Again(_)));
    assert_eq!(patient.judge(&Failure::Error(&error)), Verdict::Stop(FaultKind::Network));
}

#[test]
fn a_named_wait_is_kept_and_one_beyond_patience_is_told() {
    let limited = |secs| Failure::Status { status: 429, wait: Some(Duration::from_secs(secs)) };
    assert_eq!(first(&limited(7)), Verdict::Slower(Duration::from_secs(7)));
    assert_eq!(first(&limited(900)), Verdict::Slower(Duration::from_secs(900)));
    assert_eq!(first(&limited(901)), Verdict::Stop(FaultKind::RateLimited));
    let busy = Failure::Status { status: 503, wait: Some(Duration::from_secs(30)) };
    assert_eq!(first(&busy), Verdict::Slower(Duration::from_secs(30)));
}

#[test]
fn a_limit_that_names_no_time_waits_at_least_a_second_and_not_for_ever() {
    let mut patient = Patient::new(3);
    for round in 1..TRIES {
        let Verdict::Slower(wait) = patient.judge(&status(429)) else {
            panic!("round {round} should wait");
        };
        assert!(wait >= LEAST_WAIT && wait <= LAST_STEP, "{wait:?}");
    }
    assert_eq!(patient.judge(&status(429)), Verdict::Stop(FaultKind::RateLimited));
}

#[rstest]
#[case::none(&[], None, None)]
#[case::seconds(&["5"], None, Some(5_000))]
#[case::blanks(&[" 5 "], None, Some(5_000))]
#[case::zero(&["0"], None, Some(1_000))]
#[case::date(&["Sun, 06 Nov 1994 12:00:30 GMT"], None, Some(30_000))]
#[case::past(&["Sun, 06 Nov 1994 11:00:00 GMT"], None, Some(1_000))]
#[case::ten_years_on(&["Sat, 06 Nov 2004 12:00:00 GMT"], None, Some(315_619_200_000))]
#[case::body_only(&[], Some(60), Some(60_000))]
#[case::body_larger(&["5"], Some(60), Some(60_000))]
#[case::header_larger(&["90"], Some(60), Some(90_000))]
#[case::two_headers(&["5", "8"], None, Some(8_000))]
#[case::nonsense(&["soon"], None, None)]
#[case::negative(&["-5"], None, None)]
#[case::fraction(&["1.5"], None, None)]
#[case::beyond_numbers(&["99999999999999999999999"], None, Some(4_294_967_295_000))]
fn waits_in_every_form(#[case] headers: &[&str], #[case] body: Option<u64>, #[case] millis: Option<u64>) {
    let headers: Vec<_> = headers.iter().map(|v| ("retry-after".to_owned(), (*v).to_owned())).collect();
    let wait = asked_wait(&headers, http_date(NOON).unwrap(), body.map(Duration::from_secs));
    assert_eq!(wait, millis.map(Duration::from_millis));
}

#[test]
fn a_wait_that_is_named_again_and_again_is_kept_again_and_again_and_not_for_ever() {
    let mut patient = Patient::new(1);
    while patient.budget.take() {}
    for code in [429, 503] {
        patient.tries = Tries::default();
        let failure = Failure::Status { status: code, wait: Some(LEAST_WAIT) };
        for _ in 1..WAITS {
            assert_eq!(
                patient.judge(&failure),
                Verdict::Slower(LEAST_WAIT),
                "no retries are left, and none is needed"
            );
        }
        let kind = if code == 429 { FaultKind::RateLimited } else { FaultKind::Server };
        assert_eq!(patient.judge(&failure), Verdict::Stop(kind));
    }
}

#[rstest]
#[case::limited(429, FaultKind::RateLimited)]
#[case::failed(503, FaultKind::Server)]
fn without_retries_left_the_first_failure_is_the_last(#[case] code: u16, #[case] kind: FaultKind) {
    let mut patient = Patient::new(1);
    while patient.budget.take() {}
    assert_eq!(patient.judge(&status(code)), Verdict::Stop(kind));
    let refused = HttpError::Refused { origin: origin() };
    assert_eq!(patient.judge(&Failure::Error(&refused)), Verdict::Stop(FaultKind::Network));
}

#[test]
fn those_who_waited_for_the_same_moment_go_on_one_by_one() {
    let mut jitter = Jitter::new(11);
    for (wait, most) in [(1_000, 100), (30_000, 3_000), (900_000, 5_000)] {
        let spreads: Vec<_> = (0..100).map(|_| jitter.spread(Duration::from_millis(wait))).collect();
        let most = Duration::from_millis(most);
        assert!(spreads.iter().all(|spread| *spread <= most));
        assert!(
            spreads.iter().any(|spread| *spread > most / 2)
                && spreads.iter().any(|spread| *spread < most / 2)
        );
    }
}

#[test]
fn backoff_grows_spreads_and_stays_within_a_minute() {
    for (failures, most) in [(1, 500), (2, 1_000), (3, 2_000), (7, 32_000), (8, 60_000), (u32::MAX, 60_000)] {
        let mut jitter = Jitter::new(42);
        let waits: Vec<_> = (0..200).map(|_| jitter.backoff(failures)).collect();
        let most = Duration::from_millis(most);
        assert!(waits.iter().all(|wait| *wait <= most), "{failures}");
        assert!(waits.iter().any(|wait| *wait > most / 2) && waits.iter().any(|wait| *wait < most / 2));
    }
    let same = |seed| Jitter::new(seed).backoff(5);
    assert_eq!(same(9), same(9));
    assert_ne!(same(9), same(10));
}

#[test]
fn a_source_that_cannot_be_reached_is_looked_for_every_minute_or_so() {
    let mut jitter = Jitter::new(13);
    let mut mean = |poll: u64, unreached: u32| {
        let all = (0..400).map(|_| jitter.until_next(Duration::from_secs(poll), unreached).as_secs_f64());
        (all.sum::<f64>() / 400.0).round() as u64
    };
    assert!(mean(60, 0).abs_diff(60) <= 1 && mean(3_600, 0).abs_diff(3_600) <= 60);
    assert!(mean(3_600, 1).abs_diff(60) <= 1, "an hour is long when the network is back");
    assert!(mean(3_600, 20).abs_diff(60) <= 3);
    assert_eq!(mean(1, 1), 1);
    assert!((25..=35).contains(&mean(1, 20)), "every second is often when nobody is there");
}

#[test]
fn intervals_vary_by_a_tenth() {
    let mut jitter = Jitter::new(5);
    for _ in 0..100 {
        let around = jitter.around(Duration::from_secs(60));
        assert!(around >= Duration::from_secs(54) && around <= Duration::from_secs(66), "{around:?}");
    }
}
