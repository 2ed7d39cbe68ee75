//! Facets and histograms against counting events one by one.

use std::collections::HashMap;

use super::*;
use crate::domain::{Bars, Facet, FacetKey, Reach, Span, Unit};
use crate::index::narrow;
use crate::query::{Expr, Term, fold};

fn value_of(facet: FacetKey, event: &Event) -> Option<String> {
    let record = &event.record;
    match facet {
        FacetKey::Action => Some(record.action.word().to_owned()),
        FacetKey::Type => record.entity.kind.clone(),
        FacetKey::Source => Some(event.source.to_string()),
        FacetKey::ActorType => Some(record.actor.kind.word().to_owned()),
        FacetKey::Status => Some(record.status.word().to_owned()),
        FacetKey::Entity => record.entity.id.clone().or(record.entity.name.clone()),
        FacetKey::Actor => record.actor.name.clone().or(record.actor.id.clone()),
    }
}

/// Whether every term is about the key of the facet.
fn is_about(expr: &Expr, facet: FacetKey) -> bool {
    let mut only = *expr != Expr::All;
    expr.terms(&mut |term| only &= matches!(term, Term::Field(row, _) if row.key == facet.key()));
    only
}

/// Whether an event is selected by all demands but those on the facet.
fn counts_for(query: &Query, facet: FacetKey, event: &Event) -> bool {
    let sides = match query.expr() {
        Expr::And(sides) => sides.clone(),
        other => vec![other.clone()],
    };
    sides.iter().filter(|side| !is_about(side, facet)).all(|side| side.matches(event))
}

fn check_facet(facet: &Facet, top: usize, query: &Query, events: &[Event]) -> Result<(), TestCaseError> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for event in events.iter().filter(|event| counts_for(query, facet.key, event)) {
        if let Some(value) = value_of(facet.key, event) {
            *counts.entry(fold(&value).into_owned()).or_default() += 1;
        }
    }
    let mut expected: Vec<(String, usize)> = counts.into_iter().collect();
    expected.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let distinct = expected.len();
    expected.truncate(top);
    let found: Vec<(String, usize)> =
        facet.values.iter().map(|it| (fold(&it.value).into_owned(), it.count)).collect();
    prop_assert_eq!(found, expected, "{} of `{}`", facet.key.key(), query);
    prop_assert_eq!(facet.distinct, distinct);
    Ok(())
}

fn bars() -> impl Strategy<Value = Bars> {
    let unit = (1..7_u32, prop::sample::select(vec![Span::Hour, Span::Day, Span::Week, Span::Month]));
    let span = (times(), times()).prop_map(|(a, b)| (a.min(b), a.max(b)));
    let stack = prop::sample::select(FacetKey::ALL.to_vec());
    (1..90_usize, prop::option::of(unit), prop::option::of(span), prop::option::of(stack)).prop_map(
        |(at_most, unit, span, stack)| Bars {
            zone: Zone::Utc,
            at_most,
            unit: unit.map(|(count, of)| Unit { count, of }),
            span: span.map(|(a, b)| (Timestamp::from_millis(a), Timestamp::from_millis(b))),
            stack,
        },
    )
}

fn check_histogram(bars: &Bars, survey: &Survey, selected: &[&Event]) -> Result<(), TestCaseError> {
    let histogram = survey.histogram.as_ref().unwrap();
    let edges = &histogram.edges;
    prop_assert!(edges.is_sorted_by(|a, b| a < b));
    let times = || selected.iter().map(|event| event.record.time);
    if bars.unit.is_none() {
        prop_assert!(histogram.len() <= bars.at_most, "{} bars of {}", histogram.len(), histogram.unit);
    }
    if let (None, None, Some(first), Some(last)) = (bars.span, bars.unit, times().min(), times().max()) {
        prop_assert!(edges[0] <= first && edges[edges.len() - 1] >= last);
    }
    let named: Vec<&str> = histogram.series.iter().filter_map(|series| series.value.as_deref()).collect();
    for series in &histogram.series {
        for (bar, count) in series.counts.iter().enumerate() {
            let expected = selected.iter().filter(|event| {
                let value = bars.stack.and_then(|facet| value_of(facet, event));
                let same = |name: &str| value.as_deref().is_some_and(|it| fold(it) == fold(name));
                let here = match series.value.as_deref() {
                    Some(name) => same(name),
                    None => !named.iter().any(|name| same(name)),
                };
                here && (edges[bar]..edges[bar + 1]).contains(&event.record.time)
            });
            prop_assert_eq!(*count, expected.count(), "{:?} {}", series.value, bar);
        }
    }
    let inside = |time: &Timestamp| !edges.is_empty() && (edges[0]..edges[edges.len() - 1]).contains(time);
    prop_assert_eq!(histogram.totals().iter().sum::<usize>(), times().filter(inside).count());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_survey_is_what_counting_one_by_one_gives(
        events in events(),
        text in queries(),
        top in 0..6_usize,
        facets in prop::sample::subsequence(FacetKey::ALL.to_vec(), 0..=FacetKey::ALL.len()),
        bars in bars(),
    ) {
        let query = read(&text);
        let ask = Ask { facets, top, bars: Some(bars) };
        let (survey, _) = answer(&index_of(&events), &query, &ask, &events);
        let selected: Vec<&Event> = events.iter().rev().filter(|event| query.matches(event)).collect();
        let rows: Vec<RowId> = selected.iter().map(|event| event.row).collect();
        prop_assert_eq!(survey.rows.page(0, usize::MAX), rows, "{}", text);
        prop_assert_eq!(survey.facets.iter().map(|facet| facet.key).collect::<Vec<_>>(), ask.facets.clone());
        for facet in &survey.facets {
            check_facet(facet, top, &query, &events)?;
        }
        check_histogram(&bars, &survey, &selected)?;
        prop_assert_eq!(survey.reach, Reach::Complete);
    }
}

#[test]
fn a_facet_is_counted_without_its_own_demands_and_with_all_others() {
    let events: Vec<Event> = (0..6000)
        .map(|row| {
            let mut event = event_by(row, (row % 4) as u8);
            event.record.status = Status::ALL[(row % 3) as usize];
            event.record.action = [Action::Update, Action::Delete][usize::from(row % 5 == 0)].clone();
            event
        })
        .collect();
    let index = index_of(&events);
    let ask = Ask { facets: FacetKey::ALL.to_vec(), top: 9, bars: None };
    let listed = |facet: &Facet| -> Vec<(String, usize)> {
        facet.values.iter().map(|it| (it.value.to_string(), it.count)).collect()
    };
    let survey =
        answer(&index, &read("status:failed -actor:a0 (status:failed OR status:success)"), &ask, &[]).0;
    assert_eq!(survey.rows.len(), 1500);
    let of = |key: FacetKey| listed(survey.facets.iter().find(|facet| facet.key == key).unwrap());
    assert_eq!(
        of(FacetKey::Status),
        [("failed".into(), 1500), ("success".into(), 1500), ("unknown".into(), 1500)]
    );
    assert_eq!(
        of(FacetKey::Actor),
        [("a0".into(), 500), ("a1".into(), 500), ("a2".into(), 500), ("a3".into(), 500)]
    );
    assert_eq!(of(FacetKey::Action), [("update".into(), 1200), ("delete".into(), 300)]);
    assert_eq!(of(FacetKey::Type), []);
    let entities = survey.facets.iter().find(|facet| facet.key == FacetKey::Entity).unwrap();
    let names = &entities.values;
    assert_eq!((&*names[0].value, &*names[0].label), ("e1", "5999"), "the latest name is shown");
    for (typed, top, found, distinct) in [(" E", 9, 2, 2), ("e", 1, 1, 2), ("5999", 9, 1, 1), ("x", 9, 0, 0)]
    {
        let narrow = narrow(entities.clone(), typed, top);
        assert_eq!((narrow.values.len(), narrow.distinct), (found, distinct), "{typed}");
    }
}

#[test]
fn counts_over_events_that_are_not_in_the_list_do_not_delay_it() {
    let events: Vec<Event> = (0..10_000).map(|row| event_by(row, (row % 100) as u8)).collect();
    let index = index_of(&events);
    let ask = Ask { facets: vec![FacetKey::Actor, FacetKey::Status], top: 9, bars: None };
    let mut content = FromList::of(&events);
    let mut search = index.search(&read("actor:=a7 -error:x"), &ask);
    while search.reach() != Reach::Selected {
        assert_eq!(search.step(&mut content), Ok(true));
    }
    assert_eq!((search.count(), content.asked), (100, 100));
    assert_eq!(search.facets()[1].values[0].count, 100);
    let Ok(()) = search.finish(&mut content);
    assert_eq!((search.reach(), search.facets()[0].distinct), (Reach::Complete, 100));
    assert_eq!((content.asked, search.survey().rows.len()), (10_100, 100));
}

#[test]
fn every_facet_is_a_key_of_the_language() {
    for facet in FacetKey::ALL {
        assert_eq!(query::field(facet.key()).map(|row| row.key), Some(facet.key()));
    }
}
