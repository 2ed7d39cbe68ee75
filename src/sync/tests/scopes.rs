//! Sources that fan out over things inside of things: organisations, and the projects of each.

use serde_json::json;

use super::paging::{Asked, source_of};
use super::rig::Rig;
use super::wire::{Answer, Wire, says};
use crate::domain::{FaultKind, Outcome};
use crate::sync::{ScopeChoice, Source};

const NESTED: &str = r#"
schema = 1
id = "nested"
name = "Nested"
auth = { kind = "none" }
items = { at = "/events" }

[[scope]]
path = "/orgs"
items = "/orgs"
set = { org = "/slug" }

[[scope]]
path = "/orgs/{@org}/projects"
paging = { kind = "page", size_param = "size", total = "/total" }
page_size = { default = 2 }
items = "/projects"
id = "/id"
name = "{@org}: {/name}"
set = { region = "/region" }

[request]
path = "/orgs/{@org}/{@region}/{@scope.id}/events"

[map]
id = "/id"
time = "/at"
entity = { type = "project", id = "@scope.id", name = "@scope.name" }
facts = { org = "@org" }
"#;

fn source(origin: &str, scopes: ScopeChoice) -> Source {
    Source { scopes, ..source_of(NESTED, origin) }
}

fn only(ids: &[&str]) -> ScopeChoice {
    ScopeChoice::Only(ids.iter().map(|id| (*id).to_owned()).collect())
}

/// Two organisations with projects of the same ids, three in each, of which every history has one event.
fn world(request: &str) -> Answer {
    let asked = Asked::read(request);
    let path: Vec<&str> = asked.path.trim_matches('/').split('/').collect();
    match path[..] {
        ["orgs"] => says(200, &json!({"orgs": [{"slug": "acme"}, {"slug": "b/c"}]}).to_string()),
        ["orgs", org, "projects"] => {
            let page: usize = asked.query["page"].parse().unwrap();
            let all =
                ["web", "api", "x%/y"].map(|id| json!({"id": id, "name": id, "region": region_of(org)}));
            let projects: Vec<_> = all.iter().skip((page - 1) * 2).take(2).collect();
            says(200, &json!({"projects": projects, "total": 3}).to_string())
        }
        ["orgs", org, region, _, "events"] => {
            assert!(region == "any" || region == region_of(org), "each variable is that of its own list");
            says(200, r#"{"events": [{"id": "e-1", "at": "2026-04-01T10:00:00Z"}]}"#)
        }
        _ => panic!("{request}"),
    }
}

fn region_of(org: &str) -> &'static str {
    if org == "acme" { "eu" } else { "us" }
}

fn asked_for(wire: &Wire, part: &str) -> usize {
    wire.requests().iter().filter(|request| request.lines().next().unwrap().contains(part)).count()
}

fn message(outcome: Outcome) -> String {
    outcome.fault.map(|fault| fault.message).unwrap_or_default()
}

#[tokio::test]
async fn every_scope_inside_of_every_scope_has_a_history_and_a_name_of_its_own() {
    let wire = Wire::serve(world).await;
    let rig = Rig::new(vec![source(&wire.origin, ScopeChoice::All)]);
    let outcome = rig.sync().await;
    assert_eq!((outcome.complete, outcome.events_new), (true, 6), "{outcome:?}");
    let mut scopes: Vec<_> = rig.events().iter().filter_map(|event| event.scope.clone()).collect();
    scopes.sort();
    let expected = ["acme/api", "acme/web", "acme/x%25%2Fy", "b%2Fc/api", "b%2Fc/web", "b%2Fc/x%25%2Fy"]
        .map(std::sync::Arc::from);
    assert_eq!(scopes, expected);
    let odd =
        rig.events().into_iter().find(|event| event.scope.as_deref() == Some("b%2Fc/x%25%2Fy")).unwrap();
    assert_eq!(odd.record.entity.id.as_deref(), Some("x%/y"), "the provider's own id");
    assert_eq!(odd.record.entity.name.as_deref(), Some("b/c: x%/y"));
    assert_eq!(odd.record.facts[0].value, "b/c");
    let again = rig.sync().await;
    assert_eq!((again.complete, again.events_new, again.events_total), (true, 0, 6), "the names stay");
}

#[tokio::test]
async fn a_list_that_fails_costs_only_what_lies_inside_of_it() {
    let wire = Wire::serve(|request| {
        if request.starts_with("GET /orgs/acme/projects") { says(500, "") } else { world(request) }
    })
    .await;
    let rig = Rig::new(vec![source(&wire.origin, ScopeChoice::All)]);
    let outcome = rig.sync().await;
    assert_eq!((outcome.complete, outcome.events_new), (false, 3));
    let message = message(outcome);
    assert!(message.starts_with("`acme`: "), "{message}");
    rig.sync().await;
    assert!(asked_for(&wire, "/orgs/acme/projects") > 1, "it is tried again");
}

#[tokio::test]
async fn a_refused_key_is_not_tried_on_every_list() {
    let wire =
        Wire::serve(|request| if request.contains("/projects") { says(401, "") } else { world(request) })
            .await;
    let outcome = Rig::new(vec![source(&wire.origin, ScopeChoice::All)]).sync().await;
    assert_eq!(outcome.fault.as_ref().map(|fault| fault.kind), Some(FaultKind::SignIn));
    assert_eq!(asked_for(&wire, "/projects"), 1);
}

#[tokio::test]
async fn only_the_lists_around_the_chosen_scopes_are_asked_for() {
    let wire = Wire::serve(world).await;
    let rig = Rig::new(vec![source(&wire.origin, only(&["b%2Fc/web"]))]);
    let outcome = rig.sync().await;
    assert_eq!((outcome.complete, outcome.events_new), (true, 1), "{outcome:?}");
    assert_eq!((asked_for(&wire, "/orgs/acme"), asked_for(&wire, "/orgs/b%2Fc/projects")), (0, 2));
    let rig = Rig::new(vec![source(&wire.origin, only(&["acme/wep", "web", "acme"]))]);
    let fault = rig.sync().await.fault.unwrap();
    assert!(fault.message.contains("does not list `acme/wep`, `web`, `acme`"), "{}", fault.message);
    assert!(fault.fix.contains("did you mean `acme/web`?"), "{}", fault.fix);
}

#[tokio::test]
async fn a_scope_that_is_named_can_be_read_where_its_list_cannot() {
    let wire =
        Wire::serve(|request| if request.contains("/projects") { says(403, "") } else { world(request) })
            .await;
    // The region stands in the list alone, so this profile does without it.
    let text = NESTED.replace("{@region}", "any");
    let read = |ids: &[&str]| {
        let source = Source { scopes: only(ids), ..source_of(&text, &wire.origin) };
        async move { Rig::new(vec![source]).sync().await }
    };
    let outcome = read(&["acme/web", "b%2Fc/x%25%2Fy"]).await;
    assert_eq!((outcome.complete, outcome.events_new), (true, 2), "{outcome:?}");
    assert_eq!(asked_for(&wire, "/orgs/b%2Fc/any/x%25%2Fy/events"), 1);
}
