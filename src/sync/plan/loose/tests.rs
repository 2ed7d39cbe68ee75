//! Walks over a server in memory: lists of every length, rows that come and go, servers that lie.

use rstest::rstest;

use super::*;

/// Takes in a page of which nothing was in the cache.
fn take(walk: &mut Walk, page: &Sight) -> Next {
    walk.step(page, page.length)
}

/// A list on a server: newest first, one row a minute, numbers name rows.
#[derive(Debug, Clone)]
struct Server {
    rows: Vec<(u64, i64)>,
    cap: usize,
    tells_total: bool,
    tells_more: bool,
    echoes: bool,
}

const MINUTE: i64 = 60_000;
const NOW: i64 = 1_800_000_000_000;

impl Server {
    fn new(rows: u64) -> Self {
        let rows = (0..rows).rev().map(|n| (n, NOW - 100_000 * MINUTE + n as i64 * MINUTE)).collect();
        Self { rows, cap: 10, tells_total: true, tells_more: false, echoes: true }
    }

    fn insert(&mut self) {
        let (id, time) = self.rows.first().copied().unwrap_or((0, NOW - 100_000 * MINUTE));
        let id = self.rows.iter().map(|row| row.0).max().map_or(id, |id| id + 1);
        self.rows.insert(0, (id, time + MINUTE));
    }

    /// What a client that holds `cache` sees on page `page`, counted from 0; the rows go into the cache.
    fn page(&self, page: usize, cache: &mut HashSet<u64>) -> (Sight, u64) {
        let from = (page * self.cap).min(self.rows.len());
        let to = (from + self.cap).min(self.rows.len());
        let rows = &self.rows[from..to];
        let new = rows.iter().filter(|row| cache.insert(row.0)).count() as u64;
        let sight = Sight {
            length: rows.len() as u64,
            prints: rows.iter().map(|row| row.0).collect(),
            quarantined: 0,
            more: self.tells_more.then_some(to < self.rows.len()),
            total: self.tells_total.then_some(self.rows.len() as u64),
            echo: self.echoes.then_some(self.cap as u64),
            can_go_on: true,
            times: rows.iter().map(|row| Timestamp::from_millis(row.1)).collect(),
            date: Some(Timestamp::from_millis(NOW)),
            ..Sight::default()
        };
        (sight, new)
    }
}

/// A client's side: what it has, what it knows.
#[derive(Debug, Default)]
struct Client {
    cache: HashSet<u64>,
    basis: Basis,
    requests: usize,
}

impl Client {
    /// Walks once; `between` may change the server before each request, knowing how many came before.
    fn walk(&mut self, server: &mut Server, mut between: impl FnMut(&mut Server, usize)) -> Next {
        self.basis.rows = self.cache.len() as u64;
        let mut walk = Walk::new(self.basis);
        let mut page = 0;
        for request in 0..10_000 {
            between(server, request);
            self.requests += 1;
            let (sight, new) = server.page(page, &mut self.cache);
            match walk.step(&sight, new) {
                Next::Deeper => page += 1,
                Next::Again => {}
                Next::Head => page = 0,
                Next::Done(claim) => {
                    let newest = server.rows.first().map(|row| Timestamp::from_millis(row.1));
                    self.basis.top = claim.top.min(newest).filter(|_| claim.settled);
                    self.basis.total = sight.total;
                    return Next::Done(claim);
                }
                Next::GiveUp(stall) => return Next::GiveUp(stall),
            }
        }
        panic!("the walk does not end");
    }

    fn quiet_walk(&mut self, server: &mut Server) -> (Next, usize) {
        let before = self.requests;
        let next = self.walk(server, |_, _| ());
        (next, self.requests - before)
    }

    fn missing(&self, server: &Server) -> usize {
        server.rows.iter().filter(|row| !self.cache.contains(&row.0)).count()
    }
}

fn settled(next: &Next) -> bool {
    matches!(next, Next::Done(claim) if claim.settled)
}

#[rstest]
#[case::totals(true, false, true)]
#[case::flags(false, true, true)]
#[case::both(true, true, true)]
#[case::neither(false, false, true)]
#[case::neither_and_no_echo(false, false, false)]
fn a_first_walk_reads_lists_of_every_length_whole(
    #[case] tells_total: bool,
    #[case] tells_more: bool,
    #[case] echoes: bool,
) {
    for length in 0..35 {
        let mut server = Server { tells_total, tells_more, echoes, ..Server::new(length) };
        let mut client = Client::default();
        let (next, requests) = client.quiet_walk(&mut server);
        assert!(settled(&next), "{length}: {next:?}");
        assert_eq!(client.missing(&server), 0, "{length}");
        let pages = length.div_ceil(10).max(1) as usize;
        let probe = usize::from(!tells_total && !tells_more);
        assert!(requests <= pages + probe, "{length}: {requests} requests");
    }
}

#[rstest]
fn a_refresh_stops_on_known_ground(#[values(true, false)] tells_total: bool) {
    let mut server = Server { tells_total, tells_more: true, ..Server::new(500) };
    let mut client = Client::default();
    client.quiet_walk(&mut server);
    // The first page spans 10 minutes, so the second is the first that reaches below the lag.
    let (next, requests) = client.quiet_walk(&mut server);
    assert!(settled(&next) && requests == 2, "{requests} requests, {next:?}");
    for _ in 0..25 {
        server.insert();
    }
    let (next, requests) = client.quiet_walk(&mut server);
    assert!(settled(&next) && client.missing(&server) == 0, "{next:?}");
    assert_eq!(requests, 4, "three pages with news, then one that reaches below the old top");
}

#[test]
fn an_interrupted_first_walk_is_walked_again_to_the_end() {
    let mut server = Server::new(95);
    let mut client = Client::default();
    let mut walk = Walk::new(Basis::default());
    for page in 0..4 {
        let (sight, new) = server.page(page, &mut client.cache);
        assert_eq!(walk.step(&sight, new), Next::Deeper);
    }
    let (next, requests) = client.quiet_walk(&mut server);
    assert!(settled(&next) && requests == 10 && client.missing(&server) == 0, "{requests}");
}

#[test]
fn an_interrupted_refresh_leaves_no_gap() {
    let mut server = Server::new(200);
    let mut client = Client::default();
    client.quiet_walk(&mut server);
    for _ in 0..35 {
        server.insert();
    }
    let mut walk = Walk::new(Basis { rows: client.cache.len() as u64, ..client.basis });
    let (sight, new) = server.page(0, &mut client.cache);
    assert_eq!(walk.step(&sight, new), Next::Deeper);
    let (next, _) = client.quiet_walk(&mut server);
    assert!(settled(&next) && client.missing(&server) == 0);
}

#[rstest]
#[case::out_of_order(|server: &mut Server| server.rows.swap(2, 7), 1)]
#[case::late(|server: &mut Server| server.rows.insert(300, (9_999, server.rows[300].1)), 31)]
#[case::removed(|server: &mut Server| server.rows.truncate(499), 50)]
fn a_refresh_goes_on_until_everything_adds_up(#[case] change: fn(&mut Server), #[case] least: usize) {
    let mut server = Server::new(500);
    let mut client = Client::default();
    client.quiet_walk(&mut server);
    change(&mut server);
    let (next, requests) = client.quiet_walk(&mut server);
    assert!(settled(&next) && requests >= least, "{requests} requests, {next:?}");
    assert_eq!(client.missing(&server), 0);
}

#[test]
fn after_retention_a_refresh_is_short_again() {
    let mut server = Server::new(500);
    let mut client = Client::default();
    client.quiet_walk(&mut server);
    server.rows.truncate(400);
    let (_, long) = client.quiet_walk(&mut server);
    let (next, short) = client.quiet_walk(&mut server);
    assert!(long >= 40 && short == 2 && settled(&next), "{long}, then {short}");
}

#[test]
fn an_event_dated_in_the_future_does_not_poison_the_head() {
    let mut server = Server { tells_total: false, tells_more: true, ..Server::new(100) };
    server.rows.insert(0, (5_000, NOW + 1_000_000 * MINUTE));
    let mut client = Client::default();
    client.quiet_walk(&mut server);
    assert_eq!(client.basis.top, Some(Timestamp::from_millis(NOW)));
}

#[test]
fn without_the_servers_clock_the_newest_time_is_the_last_that_is_known() {
    let server = Server::new(5);
    let mut walk = Walk::new(Basis::default());
    let sight = Sight { date: None, ..server.page(0, &mut HashSet::new()).0 };
    let Next::Done(claim) = take(&mut walk, &sight) else { panic!("it ends") };
    assert_eq!((claim.settled, claim.top, claim.date), (true, sight.newest(), None));
}

#[rstest]
fn rows_that_arrive_during_a_walk_are_not_lost(#[values(1, 3, 10, 11, 25)] burst: usize) {
    for tells_total in [true, false] {
        let mut server = Server { tells_total, tells_more: true, ..Server::new(120) };
        let mut client = Client::default();
        let next = client.walk(&mut server, |server, request| {
            if request % 3 == 2 && request < 12 {
                (0..burst).for_each(|_| server.insert());
            }
        });
        assert!(settled(&next), "{next:?}");
        client.quiet_walk(&mut server);
        assert_eq!(client.missing(&server), 0, "burst {burst}");
    }
}

#[test]
fn rows_pulled_past_a_page_border_by_a_removal_are_found() {
    for victim in 0..20 {
        let mut server = Server::new(100);
        let mut client = Client::default();
        let next = client.walk(&mut server, |server, request| {
            if request == 4 {
                server.rows.remove(victim);
            }
        });
        assert!(settled(&next), "{next:?}");
        assert_eq!(client.missing(&server), 0, "row {victim} removed");
    }
}

#[test]
fn a_server_that_clamps_the_size_in_silence_is_read_whole() {
    for length in [1, 4, 5, 6, 9, 10, 11, 50] {
        for tells_total in [true, false] {
            let mut server = Server { cap: 5, tells_total, ..Server::new(length) };
            let mut client = Client::default();
            client.basis.rows = 0;
            let mut walk = Walk::new(Basis::default());
            let mut page = 0;
            loop {
                // It says that it used the size that was asked for.
                let (sight, new) = server.page(page, &mut client.cache);
                match walk.step(&Sight { echo: Some(10), ..sight }, new) {
                    Next::Deeper => page += 1,
                    next => break assert!(settled(&next), "{length}: {next:?}"),
                }
            }
            assert_eq!(client.missing(&server), 0, "{length}");
            server.rows.clear();
        }
    }
}

fn full(first: u64) -> Sight {
    Sight {
        length: 10,
        prints: (first..first + 10).collect(),
        echo: Some(10),
        can_go_on: true,
        ..Sight::default()
    }
}

fn empty() -> Sight {
    Sight { echo: Some(10), can_go_on: true, ..Sight::default() }
}

#[test]
fn an_empty_page_before_the_total_is_asked_again_and_then_told() {
    let mut walk = Walk::new(Basis::default());
    assert_eq!(take(&mut walk, &Sight { total: Some(100), ..full(0) }), Next::Deeper);
    let gap = Sight { total: Some(100), ..empty() };
    assert_eq!(take(&mut walk, &gap), Next::Again);
    assert_eq!(take(&mut walk, &gap), Next::Again);
    assert_eq!(take(&mut walk, &gap), Next::GiveUp(Stall::Empty { seen: 10, total: Some(100) }));
}

#[test]
fn an_empty_page_that_fills_on_the_second_look_goes_on() {
    let mut walk = Walk::new(Basis::default());
    assert_eq!(take(&mut walk, &Sight { total: Some(20), ..full(0) }), Next::Deeper);
    assert_eq!(take(&mut walk, &Sight { total: Some(20), ..empty() }), Next::Again);
    assert!(settled(&take(&mut walk, &Sight { total: Some(20), ..full(10) })));
}

#[test]
fn an_empty_page_that_says_more_follows_is_not_the_end() {
    let mut walk = Walk::new(Basis::default());
    assert_eq!(take(&mut walk, &Sight { more: Some(true), ..full(0) }), Next::Deeper);
    let gap = Sight { more: Some(true), ..empty() };
    assert_eq!(take(&mut walk, &gap), Next::Again);
    assert_eq!(take(&mut walk, &gap), Next::Again);
    assert_eq!(take(&mut walk, &gap), Next::GiveUp(Stall::Empty { seen: 10, total: None }));
}

#[test]
fn a_flag_that_contradicts_the_total_is_checked_and_never_settles() {
    let mut walk = Walk::new(Basis::default());
    let last = Sight { more: Some(false), total: Some(30), ..full(0) };
    assert_eq!(take(&mut walk, &last), Next::Deeper, "the total says that more follows");
    let gap = Sight { more: Some(false), total: Some(30), ..empty() };
    assert_eq!(take(&mut walk, &gap), Next::Again);
    assert_eq!(take(&mut walk, &gap), Next::Again);
    let next = take(&mut walk, &gap);
    assert!(matches!(next, Next::Done(claim) if !claim.settled), "{next:?}");
}

#[test]
fn a_flag_that_lies_about_the_end_loses_nothing() {
    let mut walk = Walk::new(Basis::default());
    assert_eq!(take(&mut walk, &Sight { more: Some(false), total: Some(20), ..full(0) }), Next::Deeper);
    assert!(settled(&take(&mut walk, &Sight { more: Some(false), total: Some(20), ..full(10) })));
}

#[test]
fn a_page_that_comes_three_times_is_no_loop_and_no_end() {
    let mut walk = Walk::new(Basis::default());
    let page = Sight { total: Some(1_000), ..full(0) };
    assert_eq!(take(&mut walk, &page), Next::Deeper);
    assert_eq!(walk.step(&page, 0), Next::Deeper);
    let next = walk.step(&page, 0);
    assert_eq!(next, Next::GiveUp(Stall::Repeated { seen: 10 }));
}

#[test]
fn a_list_that_goes_round_in_circles_ends() {
    let mut walk = Walk::new(Basis::default());
    let steps = (0..1_000_000_u64).find(|step| {
        let page = Sight { total: Some(1_000), more: Some(true), ..full(step % 2 * 10) };
        matches!(take(&mut walk, &page), Next::GiveUp(Stall::Endless { .. }))
    });
    assert!(steps.is_some_and(|steps| steps < 3_000), "{steps:?}");
}

#[test]
fn a_page_that_is_mostly_unreadable_claims_nothing() {
    for (quarantined, claims) in [(5, true), (6, false), (10, false)] {
        let mut walk = Walk::new(Basis::default());
        let next = walk.step(&Sight { quarantined, total: Some(10), ..full(0) }, 10);
        assert_eq!(settled(&next), claims, "{quarantined} of 10");
    }
}

#[test]
fn a_list_without_paging_ends_with_its_first_page() {
    let mut walk = Walk::new(Basis::default());
    assert!(settled(&take(&mut walk, &Sight { can_go_on: false, ..full(0) })));
}

#[test]
fn a_total_that_is_never_reached_ends_unsettled() {
    // Ten entries are shown twice: the server counts twenty different ones.
    let mut walk = Walk::new(Basis::default());
    let pages = [full(0), Sight { prints: (5..15).collect(), ..full(0) }];
    let mut page = 0;
    for _ in 0..50 {
        match take(&mut walk, &Sight { total: Some(20), ..pages[page].clone() }) {
            Next::Deeper => page = 1,
            Next::Head => page = 0,
            next => {
                assert!(matches!(next, Next::Done(claim) if !claim.settled), "{next:?}");
                return;
            }
        }
    }
    panic!("the walk does not end");
}

#[test]
fn equal_entries_of_one_page_count_as_two() {
    let page = prints([7, 8, 7].into_iter());
    assert_eq!(page.len(), 3);
    assert_ne!(page[0], page[2]);
    assert_eq!(page, prints([7, 8, 7].into_iter()), "and are the same when they come again");
}

/// Many short histories in which rows come, or go, between any two requests: once the server is quiet, one
/// more walk has everything.
#[test]
fn nothing_is_lost_in_many_histories() {
    for seed in 0..2_000_u64 {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut chance = move |of: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state % of
        };
        let mut server =
            Server { cap: 3 + chance(8) as usize, tells_more: chance(2) == 0, ..Server::new(chance(80)) };
        let mut client = Client::default();
        for _ in 0..4 {
            let removes = chance(2) == 0;
            client.walk(&mut server, |server, request| {
                if request >= 20 {
                } else if !removes {
                    (0..chance(4)).for_each(|_| server.insert());
                } else if chance(3) == 0 && !server.rows.is_empty() {
                    let victim = chance(server.rows.len() as u64) as usize;
                    server.rows.remove(victim);
                }
            });
        }
        client.quiet_walk(&mut server);
        assert_eq!(client.missing(&server), 0, "seed {seed}");
    }
}

mod any_list {
    use proptest::prelude::*;

    use super::*;
    use crate::feed::Seam;

    fn sight() -> impl Strategy<Value = Sight> {
        let flag = prop_oneof![3 => Just(None), 1 => any::<bool>().prop_map(Some)];
        let total = prop_oneof![3 => Just(None), 1 => (0_u64..60).prop_map(Some)];
        let entries = prop::collection::vec(0_u64..40, 0..6);
        (entries, flag, total, any::<bool>(), 0_u64..30, 0_i64..50).prop_map(
            |(prints, more, total, can_go_on, next, time)| Sight {
                length: prints.len() as u64,
                prints,
                more,
                total,
                echo: Some(5),
                can_go_on,
                next,
                times: [NOW + time, NOW - time * MINUTE, NOW - time % 3].map(Timestamp::from_millis).into(),
                date: Some(Timestamp::from_millis(NOW)),
                ..Sight::default()
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_walk_over_places_that_come_again_ends(
            pages in prop::collection::vec(sight(), 1..40),
            named in any::<bool>(),
            gone in prop::collection::vec(0_usize..300, 0..6),
        ) {
            let seam = if named { Seam::Named } else { Seam::Derived };
            let mut walk = Walk::new(Basis::default());
            let end = (0..5_000).find(|step| {
                let page = Sight { seam, ..pages[step % pages.len()].clone() };
                let next = if gone.contains(step) { walk.restart() } else { take(&mut walk, &page) };
                matches!(next, Next::Done(_) | Next::GiveUp(_))
            });
            prop_assert!(end.is_some());
        }
    }
}
