//! Entries that name the one before them: what an answer shows of that, and what it does not.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::{Value, json};

use super::super::{Filter, Position, Profile, ShapeError, integrity, page, request, saved};
use super::{binding, built_in, fixture, read};
use crate::domain::{Condition, Identity, Link};

/// A profile of linked entries with what `rest` says.
fn linked(rest: &str) -> Profile {
    let text = format!(
        "schema = 1\nid = 'x'\nname = 'X'\nauth.kind = 'none'\nitems.at = '/list'\nintegrity = {{ hash = '/h', previous = '/p' }}\n\
         request = {{ base = 'https://x.example', path = '/x' }}\nmap = {{ id = '/id', time = '/t' }}\n\
         filters = {{ type = 'kind' }}\n{rest}"
    );
    Profile::parse("x.toml", &text).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

/// An entry at the given minute.
fn entry(id: u32, minute: u32, hash: &str, previous: &str) -> Value {
    json!({"id": id, "t": format!("2026-01-01T00:{minute:02}:00Z"), "h": hash, "p": previous})
}

/// Links as `id:hash<previous|older`, with `-` for what is not known.
fn words(links: &[(Identity, Link)]) -> String {
    let text = |part: &Option<Box<str>>| part.as_deref().unwrap_or("-").to_owned();
    let word = |(identity, link): &(Identity, Link)| {
        let id = identity.native().unwrap();
        format!("{id}:{}<{}|{}", text(&link.hash), text(&link.previous), text(&link.older))
    };
    links.iter().map(word).collect::<Vec<_>>().join(" ")
}

fn of(profile: &Profile, entries: &[Value]) -> String {
    words(&read(profile, &json!({"list": entries}).to_string()).unwrap().links)
}

#[test]
fn neighbours_in_one_answer_are_known_in_either_direction() {
    let (a, b, c) = (entry(1, 1, "A", "0"), entry(2, 2, "B", "A"), entry(3, 3, "C", "B"));
    let profile = linked("");
    assert_eq!(of(&profile, &[c.clone(), b.clone(), a.clone()]), "3:C<B|B 2:B<A|A 1:A<0|-");
    assert_eq!(of(&profile, &[a.clone(), b.clone(), c.clone()]), "1:A<0|- 2:B<A|A 3:C<B|B");
    // An entry is missing: what stands next to it is not what it names.
    assert_eq!(of(&profile, &[c.clone(), a.clone()]), "3:C<B|A 1:A<0|-");
    // One that stands where its time does not belong is nobody's neighbour for sure.
    let late = entry(4, 9, "D", "C");
    assert_eq!(of(&profile, &[c, late, b, a]), "3:C<B|- 4:D<C|B 2:B<A|A 1:A<0|-");
}

#[test]
fn entries_of_one_time_stand_as_the_documentation_says_if_it_does() {
    let entries = [entry(2, 1, "B", "A"), entry(1, 1, "A", "0")];
    for (rest, expected) in [
        ("", "2:B<A|- 1:A<0|-"),
        ("sync = { order = 'desc' }", "2:B<A|A 1:A<0|-"),
        ("sync = { order = 'asc' }", "2:B<A|- 1:A<0|B"),
    ] {
        assert_eq!(of(&linked(rest), &entries), expected, "{rest}");
    }
}

#[test]
fn what_may_stand_between_two_entries_keeps_them_apart() {
    let (a, b) = (entry(1, 1, "A", "0"), entry(2, 2, "B", "A"));
    let profile = linked("");
    assert_eq!(
        of(&profile, &[b.clone(), json!({"id": 9}), a.clone()]),
        "2:B<A|- 1:A<0|-",
        "it could not be read"
    );
    let null = json!({"id": 5, "t": "2026-01-01T00:01:30Z", "h": null, "p": ""});
    assert_eq!(of(&profile, &[b.clone(), null, a.clone()]), "2:B<A|- 1:A<0|-", "it has no hash");
    assert_eq!(of(&profile, &[b.clone(), b.clone(), a.clone()]), "2:B<A|A 1:A<0|-", "it came twice");
    assert_eq!(of(&profile, &[json!({"id": 7, "t": "2026-01-01T00:00:00Z"})]), "");
    let numbers = json!({"id": 8, "t": "2026-01-01T00:02:00Z", "h": 12, "p": 11});
    assert_eq!(of(&profile, &[numbers, a]), "8:12<11|A 1:A<0|-");
}

#[test]
fn a_part_of_a_list_and_records_without_a_list_show_no_neighbours() {
    let profile = linked("");
    let body = json!({"list": [entry(3, 3, "C", "B"), entry(1, 1, "A", "0")]}).to_string();
    let filter: Filter = profile.narrow(&[Condition::Type("offer".into())]);
    let position = Position::first(&profile).narrowed(&filter);
    let page = page::read(&profile, &binding(), None, &position, &[], body.as_bytes()).unwrap();
    assert_eq!(words(&page.links), "3:C<B|- 1:A<0|-");
    assert_eq!(
        words(
            &page::read(&profile, &binding(), None, &Position::first(&profile), &[], body.as_bytes())
                .unwrap()
                .links
        ),
        "3:C<B|A 1:A<0|-"
    );
    // Lines may have been picked by hand; a whole body was not.
    let lines = format!("{}\n{}", entry(3, 3, "C", "B"), entry(1, 1, "A", "0"));
    let of_saved =
        |body: &str| words(&saved::read(&profile, &binding(), None, body.as_bytes()).unwrap().links);
    assert_eq!(of_saved(&lines), "3:C<B|- 1:A<0|-");
    assert_eq!(of_saved(&body), "3:C<B|A 1:A<0|-");
}

#[test]
fn a_page_border_is_a_seam_only_where_the_server_led_across_it() {
    let first = [entry(4, 4, "D", "C"), entry(3, 3, "C", "B")];
    let second = [entry(2, 2, "B", "A"), entry(1, 1, "A", "0")];
    let pages = |paging: &str, first: &[Value], second: &[Value]| {
        let profile = linked(paging);
        let body = json!({"list": first, "next": "b", "total": 4}).to_string();
        let page = read(&profile, &body).unwrap();
        let next = page.next.expect("a next page");
        let body = json!({"list": second, "next": null, "total": 4}).to_string();
        let page = page::read(&profile, &binding(), None, &next, &[], body.as_bytes()).unwrap();
        words(&page.links)
    };
    let cursor = "paging = { kind = 'cursor', param = 'c', cursor = '/next' }";
    let url = "paging = { kind = 'next_url', next = '/next' }";
    let numbers = "paging = { kind = 'page', total = '/total' }";
    let keyset = "paging = { kind = 'keyset', param = 'after', from = 'last:/id' }";
    assert_eq!(pages(cursor, &first, &second), "3:C<B|B 2:B<A|A 1:A<0|-");
    assert_eq!(pages(url, &first, &second), "3:C<B|B 2:B<A|A 1:A<0|-");
    // Rows move between counted pages, and a key may leave out others of the same value.
    assert_eq!(pages(numbers, &first, &second), "2:B<A|A 1:A<0|-");
    assert_eq!(pages(keyset, &first, &second), "2:B<A|A 1:A<0|-");
    // The next page begins with the entry that this one ended with.
    let overlapping = [&first[1..], &second[..]].concat();
    assert_eq!(pages(cursor, &first, &overlapping), "3:C<B|B 2:B<A|A 1:A<0|-");
    // What cannot be read may be what stands between.
    let broken = [first[0].clone(), json!({"id": 3})];
    assert_eq!(pages(cursor, &broken, &second), "2:B<A|A 1:A<0|-");
    let rising: Vec<Value> = second.iter().rev().cloned().collect();
    let risen: Vec<Value> = first.iter().rev().cloned().collect();
    assert_eq!(pages(cursor, &rising, &risen), "2:B<A|- 3:C<B|B 4:D<C|C");
    assert_eq!(pages(cursor, &first, &[]), "3:C<B|-");
}

#[test]
fn a_place_is_the_same_whatever_led_there() {
    let profile = linked("paging = { kind = 'cursor', param = 'c', cursor = '/next' }");
    let next =
        |entries: &[Value]| read(&profile, &json!({"list": entries, "next": "b"}).to_string()).unwrap().next;
    let (a, b) = (next(&[entry(1, 1, "A", "0")]), next(&[entry(2, 2, "B", "A")]));
    assert_eq!(a, b);
    let hashed = |position| {
        let mut hasher = DefaultHasher::new();
        Hash::hash(position, &mut hasher);
        hasher.finish()
    };
    assert_eq!(hashed(&a), hashed(&b));
}

#[test]
fn the_server_is_asked_to_verify_and_taken_at_its_word() {
    let profile = built_in("kaireonai-audit");
    let request = request::verification(&profile, &binding(), None, None).unwrap();
    assert_eq!(request.url, "https://playground.kaireonai.com/api/v1/audit-logs/verify?limit=1000");
    let said = integrity::read(&profile, fixture("kaireonai-audit/verify.json").as_bytes()).unwrap();
    assert_eq!(
        (said.intact, said.verified, said.scanned, said.total),
        (false, Some(3210), Some(5421), Some(5421))
    );
    assert_eq!(
        (said.broken_at.as_deref(), said.reason.as_deref()),
        (Some("log_3211"), Some("hash_mismatch"))
    );
    let fine = integrity::read(&profile, br#"{"intact": true, "verified": "7"}"#).unwrap();
    assert_eq!((fine.intact, fine.verified, fine.total, fine.broken_at), (true, Some(7), None, None));
    for body in ["{}", "[]", r#"{"intact": "yes"}"#, "", "<html>", r#"{"intact": null}"#] {
        assert!(integrity::read(&profile, body.as_bytes()).is_err(), "{body}");
    }
    let silent = integrity::read(&built_in("kaireonai"), b"{}").unwrap_err();
    assert_eq!(silent, ShapeError::NotDescribed { what: "verification" });
}
