//! A profile after it was read and checked: every pointer and template is compiled.

use std::time::Duration;

use serde_json::Value;

use super::changes::Extractor;
use super::expr::{Expr, Values};
use super::fallback::Fallback;
use super::filter::FilterParam;
use super::integrity::Integrity;
use super::items::Items;
use super::json::Json;
use super::paging::{Choice, Paging, PagingKind, Seam};
use super::pattern::Pattern;
use super::pointer::Pointer;
use super::rate::ResetFormat;
use super::reach::{Order, Sync};
use super::record::Map;
use super::request::Method;
use super::time::TimeFormat;
use super::{Binding, parse};
use crate::diff::Matcher;
use crate::domain::{Problem, Timestamp};

/// How one provider's history is asked for and read.
#[derive(Debug)]
pub struct Profile {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) docs: Option<String>,
    pub(super) verified: bool,
    pub(super) vars: Vec<Var>,
    pub(super) secrets: Vec<SecretNeed>,
    pub(super) auth: Auth,
    pub(super) base: Option<String>,
    /// What a page of events is asked with; none where only a program or a file can bring them.
    pub(super) ask: Option<Ask>,
    pub(super) paging: Paging,
    pub(super) items: Items,
    /// What the source fans out over: a list, then what lies inside of each of its entries.
    pub(super) scopes: Vec<ScopeList>,
    pub(super) sync: Sync,
    pub(super) filters: Vec<FilterParam>,
    pub(super) map: Map,
    pub(super) time: TimeFormat,
    pub(super) changes: Vec<Extractor>,
    pub(super) details: Vec<DetailAsk>,
    pub(super) integrity: Option<Integrity>,
    pub(super) fallback: Option<Fallback>,
    pub(super) errors: Errors,
    pub(super) rate: Rate,
}

/// A value that the user fills in.
#[derive(Debug, Clone)]
pub struct Var {
    /// The key under `vars` in the user's configuration.
    pub name: String,
    /// What to call it when asking for it.
    pub label: Option<String>,
    /// Whether a source cannot do without it. A variable with a default is never missing.
    pub required: bool,
    /// What it is when the user says nothing.
    pub default: Option<String>,
    /// What the whole value has to match.
    pub pattern: Option<Pattern>,
}

impl Var {
    /// Whether `value` matches the pattern, where there is one.
    pub fn accepts(&self, value: &str) -> bool {
        self.pattern.as_ref().is_none_or(|pattern| pattern.whole.is_match(value))
    }
}

/// A secret that the profile names. Where it comes from is the user's configuration's business.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretNeed {
    /// The key under `secret` in the user's configuration.
    pub name: String,
    /// What to call it when asking for it.
    pub label: Option<String>,
    /// Whether requests cannot be built without it.
    pub required: bool,
}

/// When the detail of an event is worth a request of its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DetailWhen {
    /// When the event is opened.
    #[default]
    Open,
    /// For every event.
    Always,
    /// Not at all.
    Never,
}

/// How a request proves who is asking.
#[derive(Debug, Default)]
pub(super) struct Auth {
    /// Headers of every request.
    pub(super) headers: Vec<(String, Expr)>,
    /// Query parameters of every request.
    pub(super) query: Vec<(String, Expr)>,
    /// User and password of HTTP basic authentication.
    pub(super) basic: Option<(Expr, Expr)>,
    /// How a token is bought.
    pub(super) exchange: Option<Exchange>,
}

/// How a token is bought with credentials, and bought again with the token itself.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) url: Expr,
    pub(super) encoding: Encoding,
    pub(super) body: Tree,
    pub(super) token: Pointer,
    pub(super) expires_in: Option<Pointer>,
    pub(super) refresh: Option<Pointer>,
    pub(super) refresh_ask: Option<(Expr, Tree)>,
}

/// How a body is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Encoding {
    #[default]
    Json,
    Form,
}

/// A JSON document with placeholders.
#[derive(Debug, Clone)]
pub(super) enum Tree {
    /// A text with placeholders.
    Text(Expr),
    /// A number or a boolean.
    Fixed(Value),
    List(Vec<Tree>),
    /// Members in the order of the profile.
    Object(Vec<(String, Tree)>),
}

/// A request as the profile describes it.
#[derive(Debug)]
pub(super) struct Ask {
    pub(super) method: Method,
    pub(super) path: Expr,
    pub(super) headers: Vec<(String, Expr)>,
    /// A parameter with several values is repeated; one whose name is empty is left out.
    pub(super) query: Vec<(Expr, Vec<Expr>)>,
    pub(super) body: Option<Tree>,
    pub(super) timeout: Option<Duration>,
}

/// How the things that a source fans out over are listed.
#[derive(Debug)]
pub(super) struct ScopeList {
    pub(super) ask: Ask,
    pub(super) paging: Paging,
    pub(super) items: Pointer,
    pub(super) id: Expr,
    pub(super) name: Option<Expr>,
    pub(super) set: Vec<(String, Expr)>,
    pub(super) refresh_every: Option<Duration>,
}

/// The second request for one event.
#[derive(Debug)]
pub(super) struct DetailAsk {
    pub(super) ask: Ask,
    pub(super) when: DetailWhen,
    /// It is only about records that have one of these words at each of these places.
    pub(super) only: Vec<(Pointer, Vec<String>)>,
    /// What is asked for, in a word that follows "read".
    pub(super) what: Option<String>,
    /// It is made only where this has a value.
    pub(super) needs: Option<Expr>,
    /// It is made once for each of these; the answers are read as one list.
    pub(super) each: Vec<Expr>,
    pub(super) optional: Vec<u16>,
    pub(super) changes: Vec<Extractor>,
}

/// Where an error body says what went wrong.
#[derive(Debug, Default)]
pub(super) struct Errors {
    pub(super) message: Vec<Expr>,
    pub(super) code: Vec<Expr>,
    pub(super) retry_after: Option<Pointer>,
    /// Header names in lower case.
    pub(super) request_id: Vec<String>,
    /// A good status whose body has something here is an error all the same.
    pub(super) in_ok: Option<Pointer>,
}

/// How fast the provider may be asked.
#[derive(Debug, Default)]
pub(super) struct Rate {
    /// The header that says how many requests are left, in lower case.
    pub(super) remaining: Option<String>,
    /// The header that says when there will be more, in lower case.
    pub(super) reset: Option<String>,
    pub(super) reset_format: ResetFormat,
    pub(super) min_interval: Option<Duration>,
    pub(super) concurrency: Option<u32>,
}

impl Profile {
    /// Reads and checks a profile. `file` is what problems call it. All problems are reported, in the
    /// order of their lines.
    pub fn parse(file: &str, text: &str) -> Result<Self, Vec<Problem>> {
        parse::profile(file, text)
    }

    /// Like [`Profile::parse`], with the profile as far as it could be read in spite of its problems, for
    /// trying out the rest of it. No request is ever built from a profile with problems.
    pub fn draft(file: &str, text: &str) -> (Option<Self>, Vec<Problem>) {
        parse::draft(file, text)
    }

    /// The word that a source names it by.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The provider's name for people.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The provider's documentation of the feed.
    pub fn docs(&self) -> Option<&str> {
        self.docs.as_deref()
    }

    /// Whether everything in it could be checked against the provider's documentation.
    pub fn verified(&self) -> bool {
        self.verified
    }

    /// The values it asks the user for, in the order of the file.
    pub fn vars(&self) -> &[Var] {
        &self.vars
    }

    /// The secrets it names, in the order of the file.
    pub fn secrets(&self) -> &[SecretNeed] {
        &self.secrets
    }

    /// Where the provider answers, when that is the same for everyone.
    pub fn base(&self) -> Option<&str> {
        self.base.as_deref()
    }

    /// Whether it says how to ask over HTTP. A source of a profile that does not is a program or a file.
    pub fn makes_requests(&self) -> bool {
        self.ask.is_some()
    }

    /// How a request proves who is asking, in the profile language's word for it.
    pub fn auth_kind(&self) -> &'static str {
        match &self.auth {
            Auth { exchange: Some(_), .. } => "exchange",
            Auth { basic: Some(_), .. } => "basic",
            Auth { query, .. } if !query.is_empty() => "query",
            Auth { headers, .. } if !headers.is_empty() => "header",
            Auth { .. } => "none",
        }
    }

    /// How its documents are compared, and what is masked in them, wherever it finds them.
    pub fn rules(&self) -> Matcher {
        let all = self.changes.iter().chain(self.details.iter().flat_map(|detail| &detail.changes));
        all.fold(Matcher::default(), |rules, extractor| rules.with(&extractor.rules))
    }

    /// What it can say about an event, as keys below `map`; `changes` where records say what changed, and
    /// `detail` where a second request does.
    pub fn maps(&self) -> Vec<String> {
        let mut maps: Vec<String> = self.map.fields().into_iter().map(|(key, _)| key).collect();
        maps.extend((!self.changes.is_empty()).then(|| "changes".to_owned()));
        maps.extend((!self.details.is_empty()).then(|| "detail".to_owned()));
        maps
    }

    /// Whether requests carry a token that has to be bought first.
    pub fn exchanges(&self) -> bool {
        self.auth.exchange.is_some()
    }

    /// Whether such a token can be bought again with what came along with it.
    pub fn refreshes(&self) -> bool {
        self.auth.exchange.as_ref().is_some_and(|exchange| exchange.refresh_ask.is_some())
    }

    /// How the place of the next page of events comes about.
    pub fn seam(&self) -> Seam {
        self.paging.seam()
    }

    /// How far the client chooses where an answer begins and how much it holds.
    pub fn choice(&self) -> Choice {
        self.paging.choice()
    }

    /// Whether the next place is a value that several records may share, such as their time: then a border
    /// between two answers may cut them apart.
    pub fn may_cut_ties(&self) -> bool {
        let is_id = |key: &Pointer| matches!(&self.map.id, Some(Expr::Pointer(path)) if !path.outer && path.is(key.keys()));
        matches!(&self.paging.kind, PagingKind::Keyset { key, .. } if !is_id(key))
    }

    /// Whether an answer of this status means that a walk has to begin again at the head of the list.
    pub fn restarts_on(&self, status: u16) -> bool {
        self.paging.restart_on.contains(&status)
    }

    /// The order of the records, as documented.
    pub fn order(&self) -> Order {
        self.sync.order
    }

    /// How often to ask again when the user does not say.
    pub fn poll(&self) -> Option<Duration> {
        self.sync.poll
    }

    /// How long the provider keeps records, where it says.
    pub fn retention(&self) -> Option<Duration> {
        self.sync.retention
    }

    /// Whether an answer can be asked for on the condition that it changed (RFC 9110, section 13.1.2).
    pub fn etag(&self) -> bool {
        self.sync.etag
    }

    /// Whether the server can be asked for what happened since some time.
    pub fn asks_since(&self) -> bool {
        self.sync.since.is_some()
    }

    /// Whether the server can be asked for what happened until some time.
    pub fn asks_until(&self) -> bool {
        self.sync.until.is_some()
    }

    /// The ranges of time to walk one after the other, the newest first; each end may be open. `top` is the
    /// newest time below which an earlier walk left nothing out, `overlap` how far below it to ask again
    /// where the profile does not say.
    pub fn ranges(
        &self,
        top: Option<Timestamp>,
        now: Timestamp,
        overlap: Duration,
    ) -> Vec<(Option<Timestamp>, Option<Timestamp>)> {
        self.sync.ranges(top, now, overlap)
    }

    /// When the detail of an event is worth a request: the most eager of its requests; `None` where there
    /// is none.
    pub fn detail_when(&self) -> Option<DetailWhen> {
        let wanted = |when| self.details.iter().any(|detail| detail.when == when);
        [DetailWhen::Always, DetailWhen::Open, DetailWhen::Never].into_iter().find(|when| wanted(*when))
    }

    /// Whether an answer of this status to the detail request `which` means that there is nothing to see,
    /// and not that something went wrong.
    pub fn detail_may_answer(&self, which: usize, status: u16) -> bool {
        self.details.get(which).is_some_and(|detail| detail.optional.contains(&status))
    }

    /// What the detail request `which` asks for, where the profile has a word for it.
    pub fn detail_word(&self, which: usize) -> Option<&str> {
        self.details.get(which)?.what.as_deref()
    }

    /// Which of the detail requests are about `record`.
    pub(super) fn details_of<'p>(
        &'p self,
        binding: &'p Binding,
        record: &'p Json<'p>,
    ) -> impl Iterator<Item = usize> + 'p {
        let values = Values { record: Some(record), ..Values::of(self, binding) };
        let about = move |detail: &DetailAsk| {
            detail.when != DetailWhen::Never
                && detail.needs.as_ref().is_none_or(|needs| needs.filled(&values).is_some())
                && detail.only.iter().all(|(place, words)| {
                    let word = place.of(record).and_then(super::expr::scalar);
                    word.is_some_and(|word| words.iter().any(|one| *one == *word))
                })
        };
        self.details.iter().enumerate().filter(move |(_, detail)| about(detail)).map(|(which, _)| which)
    }

    /// The least time between two requests.
    pub fn min_interval(&self) -> Option<Duration> {
        self.rate.min_interval
    }

    /// How many requests may be under way at once.
    pub fn concurrency(&self) -> Option<u32> {
        self.rate.concurrency
    }
}
