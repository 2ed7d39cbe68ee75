//! Bodies that were saved elsewhere: whatever way records stand in a file, they are the same records.

use super::super::report::{self, stand_ins};
use super::super::{Catalog, Page, Profile, ShapeError, saved};

fn profile(id: &str) -> std::sync::Arc<Profile> {
    Catalog::built_in().get(id).unwrap()
}

fn read(body: &str) -> Result<Page, ShapeError> {
    let profile = profile("kaireonai");
    let (binding, scope) = stand_ins(&profile);
    saved::read(&profile, &binding, scope.as_ref(), body.as_bytes())
}

fn ids(page: &Page) -> Vec<&str> {
    page.records.iter().map(|record| record.identity.native().unwrap()).collect()
}

const A: &str = r#"{"id":"a","timestamp":"2026-04-01T10:00:00Z"}"#;
const B: &str = r#"{"id":"b","timestamp":"2026-04-01T10:00:01Z"}"#;

#[test]
fn pages_arrays_and_lines_hold_the_same_records() {
    for body in [
        format!(r#"{{"changes":[{A},{B}],"total":9}}"#),
        format!("[{A},{B}]"),
        format!("{A}\n{B}\n"),
        format!("{A}\r\n\r\n{B}"),
        format!("\u{feff}{A}{B}"),
        format!("[{A}]\n[{B}]"),
        format!(r#"{{"changes":[{A}]}}{{"changes":[{B}]}}"#),
        format!("{}\n{B}", A.replace(',', ",\n  ")),
    ] {
        let page = read(&body).unwrap();
        assert_eq!(ids(&page), ["a", "b"], "{body}");
        assert_eq!((page.length, page.quarantined.len(), page.more), (2, 0, Some(false)), "{body}");
        assert!(page.next.is_none() && page.total.is_none(), "{body}");
    }
}

#[test]
fn an_empty_body_is_no_records_and_a_broken_line_costs_only_itself() {
    for body in ["", "\n", "[]", r#"{"changes":[]}"#] {
        assert_eq!(read(body).unwrap().length, 0, "{body}");
    }
    let page = read(&format!("{A}\n{{\"id\": \n{B}\n7\n")).unwrap();
    assert_eq!(ids(&page), ["a", "b"]);
    let reasons: Vec<&str> = page.quarantined.iter().map(|one| one.reason.as_str()).collect();
    assert_eq!(page.length, 4);
    assert!(reasons.iter().any(|reason| reason.contains("line is no JSON")), "{reasons:?}");
    assert!(reasons.contains(&"it is not an object"), "{reasons:?}");
}

#[test]
fn what_is_no_json_or_no_list_is_an_error() {
    assert!(matches!(read("<html>"), Err(ShapeError::Html { .. })));
    assert!(matches!(read("nonsense"), Err(ShapeError::NotJson { .. })));
    assert!(matches!(read("{\n\"changes\": [\n"), Err(ShapeError::NotJson { .. })));
    assert!(matches!(read(r#"{"rows":[]}"#), Err(ShapeError::Unexpected { .. })));
    assert!(matches!(read(r#"{"changes":{}}"#), Err(ShapeError::Unexpected { .. })));
}

#[test]
fn a_near_miss_is_told_only_where_nothing_was_found() {
    let text = include_str!("../../../assets/feeds/kaireonai.toml");
    let wrong = text.replace("name = \"/entityName\"", "name = \"/entityNmae\"");
    let (drafted, problems) = Profile::draft("x.toml", &wrong);
    let (profile, (binding, scope)) = (drafted.unwrap(), stand_ins(&profile("kaireonai")));
    assert!(problems.is_empty());
    let body = include_bytes!("../../../tests/fixtures/kaireonai/history.json");
    let page = saved::read(&profile, &binding, scope.as_ref(), body).unwrap();
    let found = report::read(&profile, &binding, scope.as_ref(), body, &page);
    let problems = report::problems("x.toml", &wrong, &found, &page);
    let line = wrong.lines().position(|line| line.contains("/entityNmae")).unwrap() + 1;
    let told: Vec<_> = problems.iter().map(|one| (one.line, one.key.as_str(), one.help.as_deref())).collect();
    assert_eq!(told, [(line, "map.entity.name", Some("did you mean `/entityName`?"))]);
}
