//! How many retries requests to one host may cost, all sources of it together.
//!
//! Backing off spreads retries over time; it does not make them fewer. When a host fails for everyone, each
//! request would be sent five times, and what is left of the host would be busy with that. So retries are
//! paid for by requests: every five bring one, and a few are there to begin with.

/// What a retry costs, in the share that a request brings: 20 %.
const COST: u32 = 5;
/// Retries that can be saved up.
const MOST: u32 = 10;

/// The retries that a host has left.
#[derive(Debug)]
pub(in crate::sync) struct Budget {
    shares: u32,
}

impl Default for Budget {
    fn default() -> Self {
        Self { shares: MOST * COST }
    }
}

impl Budget {
    /// A request is sent that is no retry.
    pub(in crate::sync) fn pay_in(&mut self) {
        self.shares = (self.shares + 1).min(MOST * COST);
    }

    /// Whether a retry may be sent; then it is paid for.
    pub(in crate::sync) fn take(&mut self) -> bool {
        let left = self.shares.checked_sub(COST);
        self.shares = left.unwrap_or(self.shares);
        left.is_some()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_host_that_answers_nobody_is_asked_again_for_every_fifth_request() {
        let mut budget = Budget::default();
        let retries =
            |budget: &mut Budget| std::iter::repeat_with(|| budget.take()).take_while(|may| *may).count();
        assert_eq!(retries(&mut budget), 10, "a few are there to begin with");
        for _ in 0..100 {
            let counts: Vec<usize> = (0..5)
                .map(|_| {
                    budget.pay_in();
                    retries(&mut budget)
                })
                .collect();
            assert_eq!(counts, [0, 0, 0, 0, 1]);
        }
    }

    #[test]
    fn a_quiet_time_saves_up_no_storm() {
        let mut budget = Budget::default();
        (0..1_000_000).for_each(|_| budget.pay_in());
        assert_eq!((0..100).filter(|_| budget.take()).count(), 10);
    }

    proptest! {
        #[test]
        fn retries_never_pass_a_fifth_of_the_requests_and_the_few_to_begin_with(asks in prop::collection::vec(any::<bool>(), 0..400)) {
            let mut budget = Budget::default();
            let (mut requests, mut retries) = (0_u32, 0_u32);
            for request in asks {
                if request {
                    budget.pay_in();
                    requests += 1;
                } else {
                    retries += u32::from(budget.take());
                }
                prop_assert!(retries <= MOST + requests / COST);
            }
        }
    }
}
