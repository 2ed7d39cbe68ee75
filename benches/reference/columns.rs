//! What the columns in memory cost: to load, and to ask.

use backtrail::domain::{Actor, Ask, Bars, Case, FacetKey, List, Timestamp, Zone};
use backtrail::query::{self, Arrangement, Context, Query};
use backtrail::runtime::Library;

use crate::cache::Cache;
use crate::table::{Table, median_of};

/// Terms about columns alone; the worst of them is the measure.
const STRUCTURED: [&str; 5] = [
    "",
    "action:rollback",
    "type:decision_flow since:7d -status:failed",
    "(entity:journey OR actor:ben) -source:kaireonai action:update,publish until:30d",
    "status:failed -actor:ben since:60d",
];

/// Words in the contents of events, by how many have them.
const WORDS: [(&str, &str); 4] =
    [("common", "published"), ("one in a hundred", "tasks.max"), ("rare", "v1144"), ("absent", "zzqxqz")];

pub(crate) fn measure(cache: &Cache, table: &mut Table) {
    let store = cache.store();
    let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
    let loaded = || {
        let library = Library::new(store.clone());
        runtime.block_on(library.load()).unwrap();
        library
    };
    table.add("columns loaded", median_of(5, loaded));
    let library = loaded();
    assert_eq!(library.count(), cache.events);
    let context = Context { now: newest(&library), zone: Zone::Utc, me: None };
    let parsed = |text: &str| query::parse(text, &context).unwrap();
    let bars = Bars { zone: Zone::Utc, at_most: 120, unit: None, span: None, stack: None };
    let ask = Ask { facets: FacetKey::ALL.to_vec(), top: 10, bars: Some(bars) };
    let survey = |query: &Query, ask: &Ask| library.survey(query, ask, &|| true).unwrap().unwrap();
    for text in STRUCTURED {
        let (query, name) = (parsed(text), if text.is_empty() { "everything" } else { text });
        let what = format!("all counts: {}", &name[..name.len().min(38)]);
        table.add(&what, median_of(15, || survey(&query, &ask)));
    }
    people(&library, table);
    for (name, text) in WORDS {
        let query = parsed(text);
        table.add(&format!("free text, first page: {name}"), median_of(5, || first_page(&library, &query)));
        table.add(&format!("free text, all of it: {name}"), median_of(3, || survey(&query, &Ask::default())));
    }
}

/// What the screens about one actor and about a moment ask.
fn people(library: &Library, table: &mut Table) {
    let at = newest(library).plus_millis(-3_600_000);
    for (name, window) in [("2 h", Case::WINDOW), ("14 d", 14 * 24 * 3_600_000)] {
        let case = Case { at, window, zone: Zone::Utc };
        let suspects = || library.suspects(&Query::all(), &case, 50, &|| true).unwrap().unwrap();
        assert!(!suspects().found.is_empty());
        table.add(&format!("suspects of {name}"), median_of(5, suspects));
    }
    let ben = Actor { name: Some("ben@example.com".to_owned()), ..Actor::default() };
    let profile = || library.profile(&ben, Zone::Local, 12).unwrap();
    assert!(profile().0.events > 0);
    table.add("one actor", median_of(5, profile));
    let context = Context { now: at, zone: Zone::Utc, me: None };
    let filters = ["set:release-1", &format!("around:{at}~10m"), "actor:ben@example.com"];
    let among = filters.map(|text| query::parse(text, &context).unwrap());
    let row =
        library.survey(&Query::all(), &Ask::default(), &|| true).unwrap().unwrap().rows.get(100).unwrap();
    let related = || library.neighbours(row, &among, 6, &|| true).unwrap().unwrap();
    assert!(related()[2].others > 0);
    table.add("what is related to one event", median_of(5, related));
}

/// Looks until there is something to show, or all is looked at.
fn first_page(library: &Library, query: &Query) -> usize {
    let how: Arrangement = query.directives().arrangement(Zone::Utc);
    let mut count = 0;
    let mut page = |list: List, _: usize| {
        count = list.rows().len();
        false
    };
    let found = library.list_as_it_comes(query, &how, &[], &|| true, &mut page).unwrap();
    found.map_or(count, |(list, _)| list.rows().len())
}

fn newest(library: &Library) -> Timestamp {
    let all =
        query::parse("", &Context { now: Timestamp::from_millis(0), zone: Zone::Utc, me: None }).unwrap();
    let rows = library.survey(&all, &Ask::default(), &|| true).unwrap().unwrap().rows;
    rows.get(0).unwrap().time()
}
