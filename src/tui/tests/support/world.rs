//! A world of fabricated events, and the settings that an app begins with in it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::domain::{
    Action, Actor, ActorKind, Change, Detail, Entity, Event, EventId, Fact, Identity, Op, Record, RowId,
    SourceState, SourceStatus, Status, Timestamp, UserData, View, Zone,
};
use crate::tui::theme::Theme;
use crate::tui::{Glyphs, Notify, Settings, keymap::Keymap};

/// 2026-04-01T10:40:00Z.
pub(in crate::tui) const NOW: Timestamp = Timestamp::from_millis(1_775_040_000_000);

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// An event `minutes` before now, to be changed by the test.
pub(in crate::tui) fn event(minutes: i64, action: Action, kind: &str, name: &str) -> Event {
    let time = NOW.plus_millis(-minutes * MINUTE);
    let identity = Identity::Native(format!("ev-{minutes}-{name}"));
    let record = Record {
        raw_action: Some(action.word().to_owned()),
        entity: Entity {
            kind: Some(kind.to_owned()),
            id: Some(format!("{}_1", kind.chars().take(2).collect::<String>())),
            name: Some(name.to_owned()),
        },
        actor: Actor {
            kind: ActorKind::User,
            id: Some("u_7".into()),
            name: Some("jane.smith@example.com".into()),
        },
        status: Status::Success,
        summary: Some(format!("{} of {name}", action.word())),
        raw: json!({ "id": "ev", "action": action.word(), "changes": {} }).to_string().into(),
        action,
        ..Record::bare(identity, time)
    };
    Event::new("kaireon-prod", "kaireonai", None, record)
}

/// A field that the feed names with its new value only.
pub(in crate::tui) fn set(path: &str, after: Value) -> Change {
    Change { path: path.into(), op: Op::Set, before: None, after: Some(after) }
}

/// The events that most tests look at, newest first: one flow with a life, a connector that failed, a
/// service with a diff of its own.
pub(in crate::tui) fn story() -> Vec<Event> {
    let flow = "Default Recommendation Flow";
    let mut rollback = event(10, Action::Rollback, "decision_flow", flow);
    rollback.record.changes = vec![
        set("fromVersion", json!(7)),
        set("toVersion", json!(6)),
        set("newVersion", json!(8)),
        set("notes", json!("Reverting: conversions fell")),
    ];
    rollback.record.url = Some("https://playground.kaireonai.com/flows/de_1".into());
    let mut failed = event(25, Action::Update, "destination", "Orders to Snowflake");
    failed.source = "streamkap-prod".into();
    failed.feed = "streamkap".into();
    failed.record.status = Status::Failed;
    failed.record.error = Some("authentication failed for role LOADER".into());
    failed.record.summary = None;
    failed.record.ai_summary = Some(
        "The schema of the destination was changed, and the batch size went from 1,000 to 5,000.".into(),
    );
    failed.record.facts = vec![Fact { name: "connector type".into(), value: "snowflake".into() }];
    let mut publish = event(40, Action::Publish, "decision_flow", flow);
    publish.record.changes = vec![set("version", json!(7)), set("notes", json!("Spring campaign"))];
    let mut service = event(95, Action::Update, "service", "Orders");
    service.source = "micro-prod".into();
    service.feed = "microvisualizer".into();
    service.scope = Some("shop-backend".into());
    service.record.actor = Actor { kind: ActorKind::Key, id: None, name: Some("ci-deployer".into()) };
    service.record.detail = Detail::Fetched;
    service.record.changes = diff();
    let mut earlier = event(40 + 24 * 60, Action::Publish, "decision_flow", flow);
    earlier.record.changes = vec![set("version", json!(6))];
    let mut edited = event(41 + 24 * 60, Action::Update, "decision_flow", flow);
    edited.record.actor = Actor { kind: ActorKind::System, id: None, name: Some("system".into()) };
    let created = event(8 * 24 * 60, Action::Create, "decision_flow", flow);
    let mut asked = event(30 * 60, Action::Update, "service", "Payments");
    asked.source = "micro-prod".into();
    asked.feed = "microvisualizer".into();
    asked.record.detail = Detail::Available;
    vec![rollback, failed, publish, service, earlier, edited, asked, created]
}

/// One change of every sort.
pub(in crate::tui) fn diff() -> Vec<Change> {
    let change = |path: &str, op, before: Option<Value>, after: Option<Value>| Change {
        path: path.into(),
        op,
        before,
        after,
    };
    vec![
        change("owner", Op::Replace, Some(json!("team-shop")), Some(json!("team-orders"))),
        change("extras.sla", Op::Add, None, Some(json!("99.9"))),
        change("flows[checkout]", Op::Remove, Some(json!("checkout")), None),
        change(
            "description",
            Op::Replace,
            Some(json!(
                "Takes orders from the shop and hands them to the warehouse, once they are paid for in full"
            )),
            Some(json!("Takes orders from the shop and from partners, and hands them to the warehouse")),
        ),
        set("version", json!(12)),
    ]
}

pub(in crate::tui) fn source(name: &str, feed: &str, state: SourceState) -> SourceStatus {
    SourceStatus {
        state,
        events: 1_204,
        last_sync: Some(NOW.plus_millis(-2 * MINUTE)),
        ..SourceStatus::idle(&name.into(), feed, &format!("https://api.{feed}.com"))
    }
}

/// Three sources that are well.
pub(in crate::tui) fn sources() -> Vec<SourceStatus> {
    [("streamkap-prod", "streamkap"), ("kaireon-prod", "kaireonai"), ("micro-prod", "microvisualizer")]
        .map(|(name, feed)| source(name, feed, SourceState::Ready))
        .to_vec()
}

pub(in crate::tui) fn settings(size: (u16, u16)) -> Settings {
    let feeds =
        [("streamkap", "Streamkap"), ("kaireonai", "KaireonAI"), ("microvisualizer", "Microvisualizer")];
    Settings {
        keymap: Keymap::built_in(),
        theme: Theme::built_in("dark").unwrap(),
        zone: Zone::Utc,
        me: None,
        now: NOW,
        size,
        query: None,
        at: None,
        glyphs: Glyphs::Unicode,
        notify: Notify::Bell,
        spinner: true,
        user: UserData::default(),
        ages: false,
        follow: true,
        sources: sources(),
        feeds: feeds
            .into_iter()
            .map(|(id, name)| (id.into(), name.to_owned()))
            .collect::<BTreeMap<Arc<str>, _>>(),
        rules: BTreeMap::new(),
    }
}

/// So many events, `gap` milliseconds apart, newest first, ending `back` days ago.
pub(in crate::tui) fn many(number: i64, gap: i64, back: i64) -> Vec<Event> {
    (0..number)
        .map(|i| {
            let mut event = event(0, Action::Update, "service", &format!("Service {i}"));
            event.record.time = NOW.plus_millis(-back * DAY - i * gap);
            event.record.identity = Identity::Native(format!("many-{back}-{gap}-{i}"));
            event.id = EventId::derive("kaireon-prod", None, &event.record.identity);
            event.row = RowId::preferred(event.record.time, event.id);
            event
        })
        .collect()
}

/// A user with two views, of which everything older than today was read.
pub(in crate::tui) fn user() -> UserData {
    let read_to = Some(RowId::floor(NOW.plus_millis(-DAY)));
    let view = |name: &str, query: &str| View { name: name.into(), query: query.into(), read_to };
    UserData {
        views: vec![view("Services", "type:service"), view("Prod flows", "type:decision_flow source:*prod")],
        default: Some("Prod flows".into()),
        read_to,
        ..UserData::default()
    }
}
