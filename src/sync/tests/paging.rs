//! Every kind of paging over real sockets: a server that limits the rate, breaks a page off and fails once,
//! and a cache that has everything once at the end.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

use super::rig::Rig;
use super::wire::{Answer, Wire, answer};
use crate::domain::{Outcome, Timestamp, Via};
use crate::feed::{Binding, Profile};
use crate::sync::{ScopeChoice, Source};

/// Records of a page in these tests.
const SIZE: usize = 10;

/// A request, taken apart.
pub(super) struct Asked {
    pub(super) path: String,
    pub(super) query: HashMap<String, String>,
    pub(super) head: String,
    pub(super) body: Value,
}

impl Asked {
    pub(super) fn read(request: &str) -> Self {
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        let target = head.split(' ').nth(1).unwrap();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        Self {
            path: path.to_owned(),
            query: pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
            head: head.to_owned(),
            body: serde_json::from_str(body).unwrap_or_default(),
        }
    }

    fn number(&self, name: &str) -> Option<usize> {
        self.query.get(name)?.parse().ok()
    }

    /// The number behind `after-`, wherever it stands.
    fn after(&self) -> Option<usize> {
        let in_body = self.body.pointer("/page/cursor").and_then(Value::as_str);
        let mark = self.query.get("cursor").map(String::as_str).or(in_body)?;
        mark.strip_prefix("after-")?.parse().ok()
    }
}

/// Record number `n`, counted from the oldest.
fn record(n: usize) -> Value {
    let time = Timestamp::from_millis(1_700_000_000_000 + n as i64 * 3_600_000);
    json!({ "id": format!("r{n}"), "n": n, "time": time.to_string(), "ms": time.millis() })
}

/// What the server holds, newest first.
type Rows = [usize];

fn page_at(rows: &Rows, from: usize) -> Vec<Value> {
    rows.iter().skip(from).take(SIZE).map(|n| record(*n)).collect()
}

/// The place after the record `n`.
fn behind(rows: &Rows, n: Option<usize>) -> usize {
    n.map_or(0, |n| rows.iter().position(|row| *row < n).unwrap_or(rows.len()))
}

fn last_of(page: &[Value]) -> Option<String> {
    page.last().map(|record| format!("after-{}", record["n"]))
}

type Said = (String, Value);

struct Case {
    name: &'static str,
    paging: &'static str,
    /// Where the list stands in an answer.
    at: &'static str,
    rest: &'static str,
    says: fn(&Asked, &Rows) -> Said,
}

fn plain(body: Value) -> Said {
    (String::new(), body)
}

/// Pages by cursor: what follows the first ten of `rows` from where the request says.
fn by_cursor(asked: &Asked, rows: &Rows) -> (Vec<Value>, Option<String>) {
    let from = behind(rows, asked.after());
    let page = page_at(rows, from);
    let next = last_of(&page).filter(|_| from + SIZE < rows.len());
    (page, next)
}

const CASES: &[Case] = &[
    Case {
        name: "pages by number, a bare list, no word about the end",
        paging: "kind = 'page'\nsize_param = 'size'",
        at: "",
        rest: "",
        says: |asked, rows| plain(page_at(rows, (asked.number("page").unwrap() - 1) * SIZE).into()),
    },
    Case {
        name: "pages by number from 0 with a total",
        paging: "kind = 'page'\nstart = 0\ntotal = '/total'",
        at: "/list",
        rest: "",
        says: |asked, rows| {
            plain(json!({"list": page_at(rows, asked.number("page").unwrap() * SIZE), "total": rows.len()}))
        },
    },
    Case {
        name: "pages by number, the number of the next page or null",
        paging: "kind = 'page'\nparam = 'page[number]'\nnext = '/pagination/next_page'",
        at: "/data",
        rest: "",
        says: |asked, rows| {
            let page = asked.number("page%5Bnumber%5D").unwrap();
            let next = (page * SIZE < rows.len()).then_some(page + 1);
            plain(json!({"data": page_at(rows, (page - 1) * SIZE), "pagination": {"next_page": next}}))
        },
    },
    Case {
        name: "offsets, `isLast`, oldest first",
        paging: "kind = 'offset'\nparam = 'startAt'\nsize_param = 'maxResults'\nlast = '/isLast'\ntotal = '/total'",
        at: "/values",
        rest: "sync = { order = 'asc' }",
        says: |asked, rows| {
            let from = asked.number("startAt").unwrap();
            let rising: Vec<usize> = rows.iter().rev().copied().collect();
            let page = page_at(&rising, from);
            plain(json!({"isLast": from + SIZE >= rows.len(), "total": rows.len(), "values": page}))
        },
    },
    Case {
        name: "a cursor that is null at the end",
        paging: "kind = 'cursor'\nparam = 'cursor'\ncursor = '/meta/next'",
        at: "/data",
        rest: "",
        says: |asked, rows| {
            let (page, next) = by_cursor(asked, rows);
            plain(json!({"data": page, "meta": {"next": next}}))
        },
    },
    Case {
        name: "a cursor that is an empty text at the end",
        paging: "kind = 'cursor'\nparam = 'cursor'\ncursor = '/next'",
        at: "/data",
        rest: "",
        says: |asked, rows| {
            let (page, next) = by_cursor(asked, rows);
            plain(json!({"data": page, "next": next.unwrap_or_default()}))
        },
    },
    Case {
        name: "a cursor that is absent at the end, with empty and short pages on the way",
        paging: "kind = 'cursor'\nparam = 'cursor'\ncursor = '/next'",
        at: "/data",
        rest: "",
        says: |asked, rows| {
            let (mut page, next) = by_cursor(asked, rows);
            // What does not match is left out of a page that was cut already.
            let (all, next) = match (page.len(), &next, asked.after()) {
                (_, Some(_), None) => {
                    (page.drain(..).take(0).collect(), Some(format!("after-{}", rows[0] + 1)))
                }
                _ => (page, next),
            };
            let mut body = json!({ "data": all });
            if let Some(next) = next {
                body["next"] = next.into();
            }
            plain(body)
        },
    },
    Case {
        name: "a cursor that is always there, and `has_more`",
        paging: "kind = 'cursor'\nparam = 'cursor'\ncursor = '/next'\nmore = '/has_more'",
        at: "/data",
        rest: "",
        says: |asked, rows| {
            let (page, next) = by_cursor(asked, rows);
            let more = next.is_some();
            plain(json!({"data": page, "next": next.unwrap_or("after-0".to_owned()), "has_more": more}))
        },
    },
    Case {
        name: "a cursor that is always there, and an empty page at the end",
        paging: "kind = 'cursor'\nparam = 'cursor'\ncursor = '/next'",
        at: "/data",
        rest: "",
        says: |asked, rows| {
            let (page, _) = by_cursor(asked, rows);
            let next = last_of(&page).unwrap_or("after-0".to_owned());
            plain(json!({"data": page, "next": next}))
        },
    },
    Case {
        name: "a cursor inside the body of a POST",
        paging: "kind = 'cursor'\nparam = '/page/cursor'\nin = 'body'\nsize_param = '/page/limit'\ncursor = '/next'",
        at: "/data",
        rest: "",
        says: |asked, rows| {
            assert!(asked.head.starts_with("POST "));
            assert_eq!(asked.body["page"]["limit"], json!(SIZE));
            assert_eq!(asked.body["filter"], json!({"kinds": ["a", "b"], "deep": true}));
            let (page, next) = by_cursor(asked, rows);
            plain(json!({"data": page, "next": next}))
        },
    },
    Case {
        name: "the id of the last record, and `has_more`",
        paging: "kind = 'keyset'\nparam = 'starting_after'\nfrom = 'last:/id'\nsize_param = 'limit'\nmore = '/has_more'",
        at: "/data",
        rest: "",
        says: |asked, rows| {
            let mark = asked.query.get("starting_after").map(|id| id[1..].parse().unwrap());
            let from = behind(rows, mark);
            plain(json!({"data": page_at(rows, from), "has_more": from + SIZE < rows.len()}))
        },
    },
    Case {
        name: "the time of the last record, which comes again, and no word about the end",
        paging: "kind = 'keyset'\nparam = 'to'\nfrom = 'last:/ms'\nsize_param = 'limit'",
        at: "",
        rest: "",
        says: |asked, rows| {
            let to: Option<i64> = asked.query.get("to").map(|ms| ms.parse().unwrap());
            let up_to = |n: &&usize| to.is_none_or(|to| record(**n)["ms"].as_i64().unwrap() <= to);
            let rows: Vec<usize> = rows.iter().filter(up_to).copied().collect();
            plain(page_at(&rows, 0).into())
        },
    },
    Case {
        name: "links in a header, absolute",
        paging: "kind = 'link'\nsize_param = 'per_page'",
        at: "",
        rest: "",
        says: |asked, rows| {
            let (page, next) = by_cursor(asked, rows);
            let host = asked.head.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
            let first = format!("<http://{host}{}>; rel=\"first\"", asked.path);
            let next =
                next.map(|next| format!(", <http://{host}{}?cursor={next}>; rel=\"next\"", asked.path));
            (format!("link: {first}{}\r\n", next.unwrap_or_default()), page.into())
        },
    },
    Case {
        name: "links in a header that are always there, with `results`",
        paging: "kind = 'link'",
        at: "/rows",
        rest: "",
        says: |asked, rows| {
            let (page, next) = by_cursor(asked, rows);
            let results = next.is_some();
            let next = next.unwrap_or("after-0".to_owned());
            let link =
                format!("link: <{}?cursor={next}>; rel=\"next\"; results=\"{results}\"\r\n", asked.path);
            (link, json!({ "rows": page }))
        },
    },
    Case {
        name: "the next address in the body, relative",
        paging: "kind = 'next_url'\nnext = '/_links/next/href'",
        at: "/items",
        rest: "",
        says: |asked, rows| {
            let (page, next) = by_cursor(asked, rows);
            let links = next.map(|next| json!({"next": {"href": format!("/api/list?cursor={next}")}}));
            plain(json!({"items": page, "_links": links}))
        },
    },
    Case {
        name: "no pages at all",
        paging: "kind = 'none'",
        at: "/status/history",
        rest: "",
        says: |_, rows| {
            let all: Vec<Value> = rows.iter().rev().map(|n| record(*n)).collect();
            plain(json!({"status": {"history": all}}))
        },
    },
];

/// A source for `profile`, with a secret that must not be seen anywhere else.
pub(super) fn source_of(profile: &str, origin: &str) -> Source {
    let profile = Profile::parse("x.toml", profile).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let secrets = [("token".to_owned(), crate::domain::Secret::new("canary-token".to_owned()))].into();
    Source {
        stand_in: None,
        via: Via::Http,
        hidden: Vec::new(),
        name: "x-prod".into(),
        profile: Arc::new(profile),
        binding: Binding { base: origin.to_owned(), vars: [].into(), secrets },
        scopes: ScopeChoice::All,
        poll: Duration::from_secs(60),
        keep: None,
        insecure_http: false,
        proxy: None,
        trusted: None,
    }
}

pub(super) fn profile_of(paging: &str, at: &str, rest: &str) -> String {
    let body =
        if paging.contains("body") { "body = { filter = { kinds = ['a', 'b'], deep = true } }" } else { "" };
    format!(
        "schema = 1\nid = 'x'\nname = 'X'\n{rest}\n[auth]\nkind = 'header'\n\
         headers = {{ Authorization = 'Bearer {{@secret.token}}' }}\n\
         [request]\npath = '/api/list'\npage_size = {{ default = {SIZE} }}\n{body}\n\
         [paging]\n{paging}\n[items]\nat = '{at}'\n[map]\nid = '/id'\ntime = '/time'\n"
    )
}

/// What goes wrong with which request.
fn faulty(number: usize, said: Said) -> Answer {
    let (headers, body) = said;
    let whole = answer(200, &headers, &body.to_string());
    match number {
        1 => Answer::Bytes(answer(429, "retry-after: 2\r\n", "{}")),
        3 => Answer::Bytes(whole[..whole.len() - 9].to_vec()),
        5 => Answer::Bytes(answer(503, "", "<html><title>Busy</title></html>")),
        _ => Answer::Bytes(whole),
    }
}

#[track_caller]
fn assert_holds(rig: &Rig, rows: impl Iterator<Item = usize>, outcome: &Outcome, name: &str) {
    assert!(outcome.complete, "{name}: {outcome:?}");
    let mut ids: Vec<String> =
        rig.events().iter().filter_map(|event| event.record.identity.native().map(str::to_owned)).collect();
    let mut wanted: Vec<String> = rows.map(|n| format!("r{n}")).collect();
    ids.sort();
    wanted.sort();
    assert_eq!(ids, wanted, "{name}");
}

#[tokio::test]
async fn every_kind_of_paging_loses_nothing_doubles_nothing_and_ends() {
    // Lists that end in the middle of a page, at its end, in the first one, and that are empty.
    let lengths = [35, 20, 1, 0];
    let pairs = CASES.iter().flat_map(|case| lengths.map(|length| (case, length)));
    stream::iter(pairs).for_each_concurrent(8, |(case, length)| pages_to_its_end(case, length)).await;
}

/// Syncs a list of `length` records, again when nothing is new, and again when something is.
async fn pages_to_its_end(case: &Case, length: usize) {
    let rows = Arc::new(Mutex::new((0..length).rev().collect::<Vec<usize>>()));
    let (held, times, says) = (Arc::clone(&rows), AtomicUsize::new(0), case.says);
    let wire = Wire::serve(move |request| {
        let said = says(&Asked::read(request), &held.lock().unwrap());
        faulty(times.fetch_add(1, Ordering::SeqCst), said)
    })
    .await;
    let name = format!("{} ({length})", case.name);
    let profile = profile_of(case.paging, case.at, case.rest);
    let rig = Rig::new(vec![source_of(&profile, &wire.origin)]);
    let first = rig.sync().await;
    assert_holds(&rig, (0..length).rev(), &first, &name);
    let again = rig.sync().await;
    assert_holds(&rig, (0..length).rev(), &again, &name);
    assert_eq!(again.events_new, 0, "{name}");
    rows.lock().unwrap().splice(0..0, (length..length + 13).rev());
    let later = rig.sync().await;
    assert_holds(&rig, (0..length + 13).rev(), &later, &name);
    assert_eq!(later.events_new, 13, "{name}");
    assert!(wire.requests().len() < 40, "{name}: {} requests", wire.requests().len());
}
