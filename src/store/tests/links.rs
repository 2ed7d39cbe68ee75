//! Entries that name the one before them: what is concluded, and what is not.

use std::collections::HashMap;
use std::slice::from_ref;

use proptest::prelude::*;

use super::{sealing, *};
use crate::domain::{Link, LinkState, Parts};

/// An entry of a chain as its server shows it.
#[derive(Debug, Clone, PartialEq)]
struct Entry {
    id: String,
    time: i64,
    hash: &'static str,
    previous: &'static str,
}

fn entry(id: &str, minute: i64, hash: &'static str, previous: &'static str) -> Entry {
    Entry { id: id.to_owned(), time: T0 + minute * 60_000, hash, previous }
}

fn text(text: &str) -> Option<Box<str>> {
    (!text.is_empty()).then(|| text.into())
}

/// The links of entries that stand next to each other, newest first.
fn page(entries: &[Entry]) -> Vec<(Identity, Link)> {
    let older = |at: usize| entries.get(at + 1).and_then(|entry| text(entry.hash));
    let link = |(at, entry): (usize, &Entry)| {
        let link = Link { hash: text(entry.hash), previous: text(entry.previous), older: older(at) };
        (Identity::Native(entry.id.clone()), link)
    };
    entries.iter().enumerate().map(link).collect()
}

/// The same without anything known about what stands next to what.
fn loose(entries: &[Entry]) -> Vec<(Identity, Link)> {
    let mut links = page(entries);
    for (_, link) in &mut links {
        link.older = None;
    }
    links
}

impl Cache {
    fn link(&self, entries: &[Entry], links: Vec<(Identity, Link)>) -> Written {
        let records: Vec<Record> = entries.iter().map(|entry| record(&entry.id, entry.time)).collect();
        self.run(move |db| {
            db.write_linked_page(
                &feed(),
                &records,
                &[],
                &links,
                &Learned::default(),
                Timestamp::from_millis(T0),
            )
        })
    }

    /// Each entry with what is known of its link, as letters: `h`olds, `b`roken, `o`pen, `-` nothing.
    fn links(&self) -> String {
        let mut all: Vec<(String, LinkState)> = self
            .all()
            .iter()
            .map(|event| (event.record.identity.native().unwrap().to_owned(), event.link))
            .collect();
        all.sort_by(|a, b| a.0.cmp(&b.0));
        let letter = |(id, state): &(String, LinkState)| {
            format!("{id}{}", state.word().map_or("-", |word| &word[..1]))
        };
        all.iter().map(letter).collect::<Vec<_>>().join(" ")
    }

    /// What the columns in memory would be told: the entries that are marked.
    fn marked(&self) -> Vec<String> {
        let rows = self.run(|db| {
            let rows = sealing::known(&db.chunk(None, usize::MAX)?);
            let is_broken = |row: &&IndexRow| row.marks.parts().has(Parts::BROKEN);
            let broken: Vec<_> = rows.iter().filter(is_broken).map(|row| row.row).collect();
            db.events(&broken)
        });
        let mut marked: Vec<String> =
            rows.iter().map(|event| event.record.identity.native().unwrap().to_owned()).collect();
        marked.sort();
        marked
    }

    fn count_broken(&self) -> u64 {
        let counted = self.run(|db| db.count_broken("prod"));
        let summary = self.run(Db::sources_summary);
        assert_eq!(summary[0].broken, counted);
        counted
    }
}

fn chain() -> [Entry; 4] {
    [entry("d", 4, "D", "C"), entry("c", 3, "C", "B"), entry("b", 2, "B", "A"), entry("a", 1, "A", "0")]
}

#[test]
fn a_chain_in_one_answer_holds_and_its_first_link_leads_out_of_sight() {
    let cache = Cache::new();
    let written = cache.link(&chain(), page(&chain()));
    assert_eq!(cache.links(), "ao bh ch dh");
    assert_eq!((written.new.len(), written.changed.len(), written.relinked), (4, 0, 0));
    assert_eq!((cache.marked().len(), cache.count_broken()), (0, 0));
    let before = cache.all();
    let again = cache.link(&chain(), page(&chain()));
    assert_eq!((again.repeated, again.relinked, cache.all() == before), (4, 0, true));
}

#[test]
fn a_feed_without_links_has_nothing_to_say() {
    let cache = Cache::new();
    cache.write(&feed(), &[record("a", T0)]);
    cache.link(&[entry("b", 1, "", "")], vec![]);
    assert_eq!(cache.links(), "a- b-");
    cache.link(&[entry("c", 2, "C", "")], page(&[entry("c", 2, "C", "")]));
    assert_eq!(cache.links(), "a- b- c-", "it names no entry before it");
}

#[test]
fn an_entry_that_is_gone_breaks_the_link_of_the_one_after_it_and_no_other() {
    let cache = Cache::new();
    let [d, c, _, a] = chain();
    let shown = [d, c, a];
    cache.link(&shown, page(&shown));
    assert_eq!(cache.links(), "ao cb dh");
    assert_eq!((cache.marked(), cache.count_broken()), (vec!["c".to_owned()], 1));
}

#[test]
fn what_is_only_not_fetched_yet_is_open() {
    let cache = Cache::new();
    let [d, c, b, a] = chain();
    cache.link(&[d.clone(), c.clone()], page(&[d.clone(), c.clone()]));
    assert_eq!(cache.links(), "co dh");
    // The next page, of which nobody knows whether it follows.
    let written = cache.link(from_ref(&a), page(from_ref(&a)));
    assert_eq!((cache.links().as_str(), written.relinked), ("ao co dh", 0));
    let written = cache.link(from_ref(&b), loose(from_ref(&b)));
    assert_eq!(
        (cache.links().as_str(), written.relinked),
        ("ao bh ch dh", 1),
        "and the link across the border holds"
    );
    // The border itself, as an answer that reaches over it shows it.
    cache.link(&[c.clone(), a.clone()], page(&[c, a]));
    assert_eq!(cache.links(), "ao bh ch dh", "the entry that it names is there, wherever it stands");
}

#[test]
fn a_late_entry_takes_back_what_was_concluded_without_it() {
    let cache = Cache::new();
    // The server wrote `x` last and dated it between `b` and `a`: the chain is a b c x d.
    let [_, c, b, a] = chain();
    let last = entry("d", 4, "D", "X");
    let late = Entry { time: T0 + 90_000, ..entry("x", 0, "X", "C") };
    let shown = [last.clone(), c.clone(), b.clone(), a.clone()];
    cache.link(&shown, page(&shown));
    assert_eq!((cache.links().as_str(), cache.count_broken()), ("ao bh ch db", 1));
    let marker = cache.run(Db::marker);
    let shown = [last, c, b, late, a];
    let written = cache.link(&shown, page(&shown));
    assert_eq!((cache.links().as_str(), cache.count_broken()), ("ao bh ch dh xh", 0));
    assert_eq!((written.relinked, cache.marked().len()), (1, 0));
    let news = cache.run(move |db| db.index_rows_since(marker, 100));
    assert_eq!(news.rows.len(), 2, "other programs hear of the new entry and of the one that it mends");
}

#[test]
fn an_entry_that_was_slipped_in_breaks_the_link_of_the_one_after_it() {
    let cache = Cache::new();
    let [d, c, b, a] = chain();
    let shown = [d.clone(), c.clone(), b.clone(), a.clone()];
    cache.link(&shown, page(&shown));
    let forged = Entry { time: T0 + 150_000, ..entry("x", 0, "X", "B") };
    let shown = [d, c, forged, b, a];
    cache.link(&shown, page(&shown));
    assert_eq!(cache.links(), "ao bh cb dh xh", "two name the same entry, and this one does not follow it");
}

#[test]
fn rows_that_were_put_away_hear_that_a_link_broke_or_holds_after_all() {
    let cache = Cache::new();
    let [d, c, b, a] = chain();
    // `x` comes after `e` and is dated between `b` and `a`; `y` takes the place of `b`.
    let shown = [entry("f", 6, "F", "X"), entry("e", 5, "E", "D"), d, c, b, a];
    cache.link(&shown, page(&shown));
    assert_eq!(cache.links(), "ao bh ch dh eh fb");
    sealing::seal_all(&cache);
    assert_eq!(cache.run(|db| db.chunk(None, usize::MAX)).rows, []);
    assert_eq!(cache.marked(), ["f"]);
    let late = Entry { time: T0 + 90_000, ..entry("x", 0, "X", "E") };
    let forged = Entry { time: T0 + 150_000, ..entry("y", 0, "Y", "B") };
    let mut shown = shown.to_vec();
    shown.insert(4, forged);
    shown.insert(6, late);
    cache.link(&shown, page(&shown));
    assert_eq!(cache.links(), "ao bh cb dh eh fh xh yh");
    assert_eq!(cache.marked(), ["c"]);
}

#[test]
fn an_entry_that_was_written_again_breaks_the_link_of_the_one_after_it() {
    let cache = Cache::new();
    let [d, c, b, a] = chain();
    let shown = [d.clone(), c.clone(), b.clone(), a.clone()];
    cache.link(&shown, page(&shown));
    let shown = [d.clone(), c.clone(), Entry { hash: "B2", ..b }, a.clone()];
    cache.link(&shown, page(&shown));
    assert_eq!(cache.links(), "ao bh cb dh");
    let shown = [d, Entry { previous: "B2", ..c }, shown[2].clone(), a];
    cache.link(&shown, page(&shown));
    assert_eq!(cache.links(), "ao bh ch dh", "whoever writes them all again leaves no trace in the links");
}

#[test]
fn a_mark_outlives_a_record_that_is_written_again() {
    let cache = Cache::new();
    let [_, c, _, a] = chain();
    let shown = [c.clone(), a.clone()];
    cache.link(&shown, page(&shown));
    assert_eq!(cache.marked(), ["c"]);
    let records = [Record { summary: Some("other words".into()), ..record("c", c.time + 5_000) }];
    let links = loose(&shown[..1]);
    cache.run(move |db| {
        db.write_linked_page(&feed(), &records, &[], &links, &Learned::default(), Timestamp::from_millis(T0))
    });
    assert_eq!((cache.marked(), cache.links().as_str()), (vec!["c".to_owned()], "ao cb"));
    let row = cache.all().iter().find(|event| event.link == LinkState::Broken).unwrap().row;
    cache.run(move |db| db.save_detail(row, &fetched()));
    assert_eq!(cache.marked(), ["c"], "and a second request for it");
}

#[test]
fn links_of_one_feed_have_no_bearing_on_another() {
    let cache = Cache::new();
    let [d, c, b, a] = chain();
    let other = feed().in_scope("other", None);
    let links = page(&[b.clone(), a.clone()]);
    let records = [record("b", b.time), record("a", a.time)];
    cache.run(move |db| {
        db.write_linked_page(&other, &records, &[], &links, &Learned::default(), Timestamp::from_millis(T0))
    });
    cache.link(&[d.clone(), c.clone()], page(&[d, c]));
    let of_c = cache.all().into_iter().find(|event| event.record.identity.native() == Some("c")).unwrap();
    assert_eq!(of_c.link, LinkState::Open);
}

#[test]
fn a_feed_in_which_all_name_the_same_costs_no_more_than_it_says() {
    let cache = Cache::new();
    let all: Vec<Entry> = (0..400).map(|n| entry(&format!("e{n:03}"), 400 - n, "SAME", "SAME")).collect();
    for part in all.chunks(100) {
        cache.link(part, page(part));
    }
    assert_eq!(cache.count_broken(), 0, "each stands beside one that it names");
}

/// What has to come out whatever the order: judged with everything at hand at once.
fn expected(entries: &[Entry], shown: &[Vec<Entry>]) -> HashMap<String, LinkState> {
    // One that names an entry later than itself, or that another names, stands in nobody's place.
    let named = |entry: &Entry| entries.iter().any(|other| other.previous == entry.hash);
    let late = |entry: &Entry| {
        named(entry) || entries.iter().any(|other| other.hash == entry.previous && other.time > entry.time)
    };
    let beside = |entry: &Entry, same: bool| {
        let mut pairs = shown.iter().flat_map(|page| page.windows(2)).filter(|pair| pair[0].id == entry.id);
        pairs.any(|pair| (pair[1].hash == entry.previous) == same && (same || !late(&pair[1])))
    };
    let state = |entry: &Entry| {
        let there = entries.iter().any(|other| other.id != entry.id && other.hash == entry.previous);
        let alone = entries.iter().filter(|other| other.previous == entry.previous).count() == 1;
        if there && alone {
            LinkState::Holds
        } else if beside(entry, false) {
            LinkState::Broken
        } else if there && beside(entry, true) {
            LinkState::Holds
        } else {
            LinkState::Open
        }
    };
    entries.iter().map(|entry| (entry.id.clone(), state(entry))).collect()
}

const HASHES: [&str; 12] = ["A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// A chain with entries written late, removed and slipped in, shown in pages that come in any order, come
    /// twice, and come from two programs: the end is the same, and a chain nobody touched is never broken.
    #[test]
    fn the_order_of_pages_has_no_say(
        late in proptest::collection::vec(0_usize..10, 0..4),
        removed in proptest::option::of(1_usize..9),
        forged in proptest::option::of(1_usize..9),
        cuts in proptest::collection::vec((0_usize..10, 2_usize..6), 4..14),
        turns in proptest::collection::vec(any::<bool>(), 14),
    ) {
        let mut entries: Vec<Entry> = (0..10)
            .map(|n| entry(&format!("e{n}"), n as i64 * 10, HASHES[n], if n == 0 { "0" } else { HASHES[n - 1] }))
            .collect();
        for n in &late {
            entries[*n].time -= 25 * 60_000;
        }
        if let Some(n) = forged {
            let time = entries[n].time + 1;
            entries.push(Entry { id: "x".into(), time, hash: "X", previous: HASHES[n] });
        }
        if let Some(n) = removed {
            entries.retain(|entry| entry.id != format!("e{n}"));
        }
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.time));
        let mut shown: Vec<Vec<Entry>> = cuts
            .iter()
            .map(|(from, length)| entries.iter().skip(*from).take(*length).cloned().collect())
            .collect();
        shown.push(entries.clone());
        let order: Vec<usize> = (0..shown.len()).rev().collect();
        let cache = Cache::new();
        let other = open(cache.store.path());
        for (turn, at) in order.iter().chain(&[0, 1]).enumerate() {
            let part = shown[*at].clone();
            let records: Vec<Record> = part.iter().map(|entry| record(&entry.id, entry.time)).collect();
            let store = if turns[turn % turns.len()] { &cache.store } else { &other };
            let write = move |db: &mut Db| {
                db.write_linked_page(&feed(), &records, &[], &page(&part), &Learned::default(), Timestamp::from_millis(T0))
            };
            store.run_blocking(write).unwrap();
        }
        let backwards = Cache::new();
        for part in &shown {
            backwards.link(part, page(part));
        }
        prop_assert_eq!(cache.links(), backwards.links());
        let expected = expected(&entries, &shown);
        for event in cache.all() {
            let id = event.record.identity.native().unwrap();
            prop_assert_eq!(event.link, expected[id], "{}", id);
        }
        let broken = expected.values().filter(|state| **state == LinkState::Broken).count();
        prop_assert_eq!(cache.marked().len(), broken);
        prop_assert_eq!(cache.count_broken(), broken as u64);
        if removed.is_none() && forged.is_none() {
            prop_assert_eq!(broken, 0, "nobody touched it");
        }
    }
}
