//! What may stand in a slot, the most likely first.

use std::cmp::Reverse;
use std::ops::Range;

use super::{Slot, Subject};
use crate::query::fields::{DIRECTIVES, FIELDS, FieldRow, Kind};
use crate::query::fuzzy::Fuzzy;
use crate::query::text::fold;
use crate::query::time::LITERALS;
use crate::query::{Fix, exact_term};

/// Lines to begin with, from the plain to the clever.
pub const EXAMPLES: &[(&str, &str)] = &[
    ("since:24h", "what happened since this time yesterday"),
    ("status:failed since:7d", "what did not work this week"),
    ("is:reversal since:30d", "what was taken back"),
    ("actor_type:user is:destructive", "what people removed for good"),
    ("has:diff sort:entity", "what says which fields changed, by entity"),
];

/// How many choices there are at most.
const MOST: usize = 50;

/// A value in the cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// What a term compares with: the id, where there is one.
    pub value: String,
    /// How it is called, where that is something else.
    pub name: Option<String>,
    /// How many events have it.
    pub count: u64,
}

/// What is known that may stand in a slot.
#[derive(Debug, Clone, Copy, Default)]
pub struct Offer<'a> {
    /// Lines that were used before, the latest first.
    pub recent: &'a [String],
    /// Saved views: name and line.
    pub views: &'a [(String, String)],
    /// The values of the slot's key.
    pub values: &'a [Value],
    /// Whether `@me` stands for somebody.
    pub knows_me: bool,
}

/// One thing that may stand in a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// How it is called in the list.
    pub label: String,
    /// More about it, in a few words.
    pub help: String,
    /// How many events have it, where that is known.
    pub count: Option<u64>,
    /// The letters of the label that are those typed, counted as a reader counts letters.
    pub letters: Vec<u32>,
    /// What choosing it does to the line.
    pub fix: Fix,
}

/// What may stand in `slot`, the most likely first.
pub fn choices(slot: &Slot, offer: &Offer<'_>) -> Vec<Choice> {
    match &slot.of {
        Subject::Line => lines(&slot.span, offer),
        Subject::Key => keys(slot),
        Subject::Value(row, others) => values(slot, row, others, offer),
        Subject::Word(row) => {
            let words = row.words.iter().map(|word| Candidate::word(word, "", None)).collect();
            ranked(slot, words, str::to_owned)
        }
        Subject::Free => Vec::new(),
    }
}

fn lines(span: &Range<usize>, offer: &Offer<'_>) -> Vec<Choice> {
    let choice = |line: &str, label: &str, help: &str| Choice {
        label: label.to_owned(),
        help: help.to_owned(),
        count: None,
        letters: Vec::new(),
        fix: Fix { span: span.clone(), replacement: line.to_owned() },
    };
    let recent = offer.recent.iter().filter(|line| !line.trim().is_empty()).take(10);
    let views = offer.views.iter().filter(|(_, line)| !line.is_empty());
    recent
        .map(|line| choice(line, line, "recent"))
        .chain(views.map(|(name, line)| choice(line, line, &format!("view {name}"))))
        .chain(EXAMPLES.iter().map(|(line, help)| choice(line, line, help)))
        .collect()
}

/// Keys by their beginning, then by that of an alias.
fn keys(slot: &Slot) -> Vec<Choice> {
    let typed = fold(&slot.typed);
    let letters: Vec<u32> = (0..typed.chars().count() as u32).collect();
    let choice = |key: &str, help: String, letters: Vec<u32>| Choice {
        label: format!("{key}:"),
        help,
        count: None,
        letters,
        fix: Fix { span: slot.span.clone(), replacement: format!("{key}:") },
    };
    let named = FIELDS.iter().filter(|row| row.key.starts_with(&*typed));
    let named = named.map(|row| choice(row.key, row.help.to_owned(), letters.clone()));
    let shown = DIRECTIVES.iter().filter(|row| row.key.starts_with(&*typed));
    let shown = shown.map(|row| choice(row.key, row.help.to_owned(), letters.clone()));
    let by_alias = FIELDS.iter().filter(|row| !row.key.starts_with(&*typed)).filter_map(|row| {
        let alias = row.aliases.iter().find(|alias| alias.starts_with(&*typed))?;
        Some(choice(row.key, format!("`{alias}`: {}", row.help), Vec::new()))
    });
    named.chain(shown).chain(by_alias).collect()
}

/// Something that may be chosen, before it is known how well it fits.
struct Candidate {
    value: String,
    label: String,
    help: String,
    count: Option<u64>,
}

impl Candidate {
    fn word(word: &str, help: &str, count: Option<u64>) -> Self {
        Self { value: word.to_owned(), label: word.to_owned(), help: help.to_owned(), count }
    }
}

fn values(slot: &Slot, row: &'static FieldRow, others: &[String], offer: &Offer<'_>) -> Vec<Choice> {
    let counted = |word: &str| offer.values.iter().find(|value| value.value == word).map(|value| value.count);
    let candidates: Vec<Candidate> = match row.kind {
        Kind::Words(words) => {
            words.iter().map(|word| Candidate::word(word.word, word.help, counted(word.word))).collect()
        }
        Kind::Time(_) => LITERALS.iter().map(|(word, help)| Candidate::word(word, help, None)).collect(),
        Kind::Text(_) => {
            let me = (row.key == "actor" && offer.knows_me).then(|| Candidate::word("@me", "you", None));
            me.into_iter().chain(offer.values.iter().map(named)).collect()
        }
        Kind::Number | Kind::Change => Vec::new(),
    };
    let taken: Vec<_> = others.iter().map(|other| fold(other)).collect();
    let free: Vec<Candidate> =
        candidates.into_iter().filter(|it| !taken.contains(&fold(&it.value))).collect();
    ranked(slot, free, |value| match row.kind {
        Kind::Text(_) if value != "@me" => {
            let term = exact_term(row.key, value);
            term.split_once(':').map_or(term.clone(), |(_, value)| value.to_owned())
        }
        _ => value.to_owned(),
    })
}

fn named(value: &Value) -> Candidate {
    let Value { value, name, count } = value;
    Candidate {
        value: value.clone(),
        label: name.clone().unwrap_or_else(|| value.clone()),
        help: name.as_ref().map(|_| value.clone()).unwrap_or_default(),
        count: Some(*count),
    }
}

/// How a candidate fits what is typed; the lesser, the better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Begins,
    Contains,
    /// Its letters are there, in order.
    Scattered,
}

fn rank(fuzzy: &mut Fuzzy, typed: &str, label: &str, value: &str) -> Option<(Rank, u32)> {
    if typed.is_empty() {
        return Some((Rank::Begins, 0));
    }
    let folded = [fold(label), fold(value)];
    if folded.iter().any(|text| text.starts_with(typed)) {
        return Some((Rank::Begins, 0));
    }
    if folded.iter().any(|text| text.contains(typed)) {
        return Some((Rank::Contains, 0));
    }
    let score = fuzzy.score(label).into_iter().chain(fuzzy.score(value)).max()?;
    Some((Rank::Scattered, score))
}

/// Those that fit what is typed: by how they fit, then the most frequent first. What is equal in both keeps
/// the order it came in.
fn sorted<T>(
    typed: &str,
    all: impl IntoIterator<Item = T>,
    names: impl Fn(&T) -> (&str, &str),
    count: impl Fn(&T) -> Option<u64>,
    most: usize,
) -> Vec<T> {
    let mut fuzzy = Fuzzy::new(typed);
    let fits = all.into_iter().filter_map(|it| {
        let (label, value) = names(&it);
        let (rank, score) = rank(&mut fuzzy, typed, label, value)?;
        Some(((rank, Reverse(score), Reverse(count(&it))), it))
    });
    let mut fits: Vec<_> = fits.collect();
    fits.sort_by_key(|(fit, _)| *fit);
    fits.truncate(most);
    fits.into_iter().map(|(_, it)| it).collect()
}

/// What is typed, as names are compared with it.
fn letters(typed: &str) -> String {
    fold(typed.trim_end_matches('*')).into_owned()
}

fn ranked(slot: &Slot, all: Vec<Candidate>, insert: impl Fn(&str) -> String) -> Vec<Choice> {
    let typed = letters(&slot.typed);
    let mut fuzzy = Fuzzy::new(&typed);
    sorted(&typed, all, |it| (&it.label, &it.value), |it| it.count, MOST)
        .into_iter()
        .map(|it| Choice {
            letters: fuzzy.fit(&it.label).map(|fit| fit.letters).unwrap_or_default(),
            label: it.label,
            help: it.help,
            count: it.count,
            fix: Fix { span: slot.span.clone(), replacement: insert(&it.value) },
        })
        .collect()
}

/// The values of a cache that are choices for what is typed, as many as a list can use: for whoever has very
/// many and sends them a long way.
pub fn best(typed: &str, values: Vec<Value>) -> Vec<Value> {
    sorted(
        &letters(typed),
        values,
        |it| (it.name.as_deref().unwrap_or(&it.value), &it.value),
        |it| Some(it.count),
        MOST,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::{Context, parse};

    fn value(value: &str, name: Option<&str>, count: u64) -> Value {
        Value { value: value.into(), name: name.map(Into::into), count }
    }

    /// The lines that the choices at the bar would make, the most likely first.
    fn lines_for(line: &str, offer: &Offer<'_>) -> Vec<String> {
        let cursor = line.find('|').unwrap();
        let text = line.replacen('|', "", 1);
        let slot = Slot::at(&text, cursor);
        choices(&slot, offer).into_iter().map(|choice| choice.fix.apply(&text)).collect()
    }

    #[test]
    fn an_empty_line_offers_what_was_asked_before_then_views_then_examples() {
        let recent = ["status:failed".to_owned(), String::new()];
        let views = [("Prod".to_owned(), "source:prod*".to_owned()), ("All".to_owned(), String::new())];
        let lines = lines_for("|", &Offer { recent: &recent, views: &views, ..Offer::default() });
        assert_eq!(lines[..2], ["status:failed", "source:prod*"]);
        assert_eq!(lines.len(), 2 + EXAMPLES.len());
        for (line, help) in EXAMPLES {
            assert!(parse(line, &Context::default()).is_ok() && !help.is_empty(), "{line}");
        }
    }

    #[test]
    fn keys_come_by_their_beginning_and_then_by_that_of_an_alias() {
        let offer = Offer::default();
        assert_eq!(lines_for("x act|", &offer), ["x action:", "x actor:", "x actor_type:"]);
        assert_eq!(lines_for("-k|", &offer), ["-type:"], "`kind` is an alias");
        assert_eq!(lines_for("s|:x", &offer)[0], "status:x");
        assert_eq!(lines_for("gr|", &offer), ["group:"]);
        assert_eq!(lines_for("zz|", &offer), [] as [&str; 0]);
        assert_eq!(lines_for("x |", &offer).len(), FIELDS.len() + DIRECTIVES.len());
    }

    #[test]
    fn values_come_by_how_they_fit_and_then_by_how_often_they_occur() {
        let values = [value("service", None, 3), value("offer", None, 9), value("shared_service", None, 20)];
        let offer = Offer { values: &values, ..Offer::default() };
        assert_eq!(lines_for("type:|", &offer), ["type:shared_service", "type:offer", "type:service"]);
        assert_eq!(lines_for("type:ser|", &offer), ["type:service", "type:shared_service"]);
        assert_eq!(lines_for("type:OFFER,s|", &offer), ["type:OFFER,shared_service", "type:OFFER,service"]);
        assert_eq!(lines_for("type:offer,|", &offer).len(), 2, "what stands there already is not offered");
    }

    #[test]
    fn names_are_found_by_their_letters_and_stand_for_exact_ids() {
        let values = [
            value("dest_1", Some("Orders to Snowflake"), 2),
            value("Home Page, \"new\"", None, 7),
            value("flow_9", Some("Orders, daily"), 5),
        ];
        let offer = Offer { values: &values, knows_me: true, ..Offer::default() };
        assert_eq!(lines_for("entity:ots|", &offer), ["entity:=dest_1"]);
        assert_eq!(lines_for("entity:orders|", &offer), ["entity:=flow_9", "entity:=dest_1"]);
        assert_eq!(lines_for("entity:\"Home P|", &offer), [r#"entity:="Home Page, \"new\"""#]);
        assert_eq!(lines_for("entity:DEST|", &offer), ["entity:=dest_1"], "by the id as well");
        assert_eq!(lines_for("actor:@|", &offer), ["actor:@me"]);
        assert_eq!(lines_for("actor:@|", &Offer::default()), [] as [&str; 0]);
        let slot = Slot::at("entity:ots", 10);
        assert_eq!(choices(&slot, &offer)[0].letters, [0, 7, 10]);
    }

    #[test]
    fn closed_lists_times_and_directives_are_offered_without_a_cache() {
        let offer = Offer::default();
        assert_eq!(lines_for("status:|", &offer), ["status:success", "status:failed", "status:unknown"]);
        assert_eq!(lines_for("is:rev|", &offer), ["is:reversal"]);
        assert_eq!(lines_for("since:yes|", &offer), ["since:yesterday"]);
        assert_eq!(lines_for("on:monday..to|", &offer)[0], "on:monday..today");
        assert_eq!(lines_for("group:d|", &offer), ["group:day"]);
        assert_eq!(lines_for("cols:time,ac|", &offer)[0], "cols:time,action");
        let values = [value("failed", None, 4)];
        let slot = Slot::at("status:", 7);
        let counts: Vec<_> =
            choices(&slot, &Offer { values: &values, ..offer }).iter().map(|it| it.count).collect();
        assert_eq!(counts, [Some(4), None, None], "the most frequent first");
    }

    #[test]
    fn the_best_of_many_values_are_the_choices_there_will_be() {
        let many: Vec<Value> =
            (0..500).map(|n| value(&format!("id_{n}"), Some(&format!("Name {n}")), n)).collect();
        let slot = Slot::at("entity:\"name 49", 15);
        let few = best(&slot.typed, many.clone());
        assert!(few.len() <= MOST);
        let from_few = choices(&slot, &Offer { values: &few, ..Offer::default() });
        assert_eq!(from_few, choices(&slot, &Offer { values: &many, ..Offer::default() }));
        assert_eq!(from_few[0].label, "Name 499");
    }
}
