//! One event as JSON, the same wherever the program gives one out.
//!
//! Shape: `{id, native_id, source, feed, scope, time, action, raw_action, entity{type,id,name},
//! actor{type,id,name}, status, error, summary, ai_summary, changes[{path,op,before,after}], set, url,
//! count, link, edits, gone_at, raw}`. `time` is RFC 3339 in UTC with milliseconds; absent values are null; `link` is
//! `holds`, `broken` or `open`, for feeds whose entries name the one before them; `edits` is how often the feed
//! changed the record later, `gone_at` when it was found to have dropped it; `raw` is the record as it was
//! sent last, only the white space between its tokens removed.

use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};
use serde_json::value::RawValue;

use super::{Action, Actor, ActorKind, Change, Entity, Event, Status};

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let record = &self.record;
        let mut out = serializer.serialize_struct("Event", 22)?;
        out.serialize_field("id", &self.id.to_string())?;
        out.serialize_field("native_id", &record.identity.native())?;
        out.serialize_field("source", &*self.source)?;
        out.serialize_field("feed", &*self.feed)?;
        out.serialize_field("scope", &self.scope.as_deref())?;
        out.serialize_field("time", &record.time.to_string())?;
        out.serialize_field("action", &(record.action != Action::Unknown).then(|| record.action.word()))?;
        out.serialize_field("raw_action", &record.raw_action)?;
        out.serialize_field("entity", &record.entity)?;
        out.serialize_field("actor", &record.actor)?;
        out.serialize_field("status", &(record.status != Status::Unknown).then(|| record.status.word()))?;
        out.serialize_field("error", &record.error)?;
        out.serialize_field("summary", &record.automatic())?;
        out.serialize_field("ai_summary", &record.ai_summary)?;
        out.serialize_field("changes", &record.changes)?;
        out.serialize_field("set", &record.set)?;
        out.serialize_field("url", &record.url)?;
        out.serialize_field("count", &self.count)?;
        out.serialize_field("link", &self.link.word())?;
        out.serialize_field("edits", &self.edits())?;
        out.serialize_field("gone_at", &self.gone_at().map(|time| time.to_string()))?;
        out.serialize_field("raw", &RawValue::from_string(compact(&record.raw)).ok())?;
        out.end()
    }
}

impl Serialize for Entity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        typed(serializer, "Entity", self.kind.as_deref(), self.id.as_deref(), self.name.as_deref())
    }
}

impl Serialize for Actor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let kind = (self.kind != ActorKind::Unknown).then(|| self.kind.word());
        typed(serializer, "Actor", kind, self.id.as_deref(), self.name.as_deref())
    }
}

fn typed<S: Serializer>(
    serializer: S,
    shape: &'static str,
    kind: Option<&str>,
    id: Option<&str>,
    name: Option<&str>,
) -> Result<S::Ok, S::Error> {
    let mut out = serializer.serialize_struct(shape, 3)?;
    out.serialize_field("type", &kind)?;
    out.serialize_field("id", &id)?;
    out.serialize_field("name", &name)?;
    out.end()
}

impl Serialize for Change {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Change", 4)?;
        out.serialize_field("path", &self.path)?;
        out.serialize_field("op", self.op.word())?;
        out.serialize_field("before", &self.before)?;
        out.serialize_field("after", &self.after)?;
        out.end()
    }
}

/// The JSON text without the white space between its tokens, so that it fits on one line. Everything
/// else stays as it is: number forms, escapes, the order and repetition of keys.
fn compact(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let (mut in_string, mut escaped) = (false, false);
    for c in json.chars() {
        if in_string {
            out.push(c);
            in_string = escaped || c != '"';
            escaped = !escaped && c == '\\';
        } else if !matches!(c, ' ' | '\t' | '\n' | '\r') {
            out.push(c);
            in_string = c == '"';
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::{EventId, Fate, Identity, Op, Record, RowId, Timestamp};

    fn event() -> Event {
        Event {
            row: RowId(1),
            id: EventId([0; 10]),
            source: "prod".into(),
            feed: "streamkap".into(),
            scope: Some("dest_1".into()),
            count: 1,
            link: crate::domain::LinkState::None,
            fate: None,
            record: Record {
                action: Action::Update,
                raw_action: Some("updated".into()),
                entity: Entity { kind: Some("destination".into()), id: Some("dest_1".into()), name: None },
                actor: Actor { kind: ActorKind::System, id: None, name: Some("system".into()) },
                ai_summary: Some("Raised tasks.max".into()),
                changes: vec![Change {
                    path: "tasks.max".into(),
                    op: Op::Replace,
                    before: Some(json!(5)),
                    after: Some(json!(10)),
                }],
                raw: "{ \"id\" : \"68f0\",\n \"big\": 12345678901234567890.50, \"s\": \"a  \\\" b\" }".into(),
                ..Record::bare(Identity::Native("68f0".into()), Timestamp::from_millis(1_774_000_000_000))
            },
        }
    }

    #[test]
    fn every_field_is_present_and_absent_values_are_null() {
        let text = serde_json::to_string(&event()).unwrap();
        assert_eq!(
            text,
            concat!(
                r#"{"id":"0000000000000000","native_id":"68f0","source":"prod","feed":"streamkap","#,
                r#""scope":"dest_1","time":"2026-03-20T09:46:40.000Z","action":"update","raw_action":"updated","#,
                r#""entity":{"type":"destination","id":"dest_1","name":null},"#,
                r#""actor":{"type":"system","id":null,"name":"system"},"status":null,"error":null,"#,
                r#""summary":null,"ai_summary":"Raised tasks.max","#,
                r#""changes":[{"path":"tasks.max","op":"replace","before":5,"after":10}],"#,
                r#""set":null,"url":null,"count":1,"link":null,"edits":0,"gone_at":null,"#,
                r#""raw":{"id":"68f0","big":12345678901234567890.50,"s":"a  \" b"}}"#,
            )
        );
    }

    #[test]
    fn what_became_of_a_record_is_told() {
        let fate = Fate { gone_at: Some(Timestamp::from_millis(0)), edits: 3, revisions: Vec::new() };
        let event = Event { fate: Some(Box::new(fate)), ..event() };
        let value: serde_json::Value = serde_json::from_str(&serde_json::to_string(&event).unwrap()).unwrap();
        assert_eq!((&value["edits"], &value["gone_at"]), (&json!(3), &json!("1970-01-01T00:00:00.000Z")));
    }

    #[test]
    fn a_raw_record_that_is_no_json_is_null_rather_than_an_error() {
        let mut event = event();
        event.record.raw = "{ broken".into();
        let value: serde_json::Value = serde_json::from_str(&serde_json::to_string(&event).unwrap()).unwrap();
        assert_eq!(value["raw"], json!(null));
    }
}
