//! Compiling value expressions, and checking that they name only what exists where they stand.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::expr::{Expr, From, Path, Piece, Segment, Shaping, Slot, Variable, Words};
use super::super::pointer::segment;
use super::super::profile::{SecretNeed, Var};
use super::super::reader::{Item, Table};
use super::super::time::{FORMATS, TimeFormat};
use crate::domain::{did_you_mean, what_fits};

/// Where in a profile an expression stands, which decides what it may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// `[request]`
    Request,
    /// A request, or an address, that knows the user's variables and no more.
    Plain,
    /// A request for a list of scopes, which knows the scope around them.
    Scopes,
    /// One entry of a list of scopes.
    ScopeEntry,
    /// `[auth]`: what requests carry.
    Auth,
    /// The purchase of a token.
    Exchange,
    /// The purchase of the next one.
    Refresh,
    /// `[map]`
    Map,
    /// `[map]`, where a hash is allowed.
    MapKey,
    /// `[[changes]]`, which sees the document only.
    Changes,
    /// An element of a list in `[[changes]]`.
    Element,
    /// `[[detail.changes]]`, which sees an answer and the record that it is about.
    Answer,
    /// `[detail]`: a request about one record.
    Detail,
    /// `[errors]`
    Errors,
}

impl Place {
    fn has_record(self) -> bool {
        !matches!(
            self,
            Self::Request | Self::Plain | Self::Scopes | Self::Auth | Self::Exchange | Self::Refresh
        )
    }

    fn has_scope(self) -> bool {
        matches!(
            self,
            Self::Request | Self::Scopes | Self::ScopeEntry | Self::Map | Self::MapKey | Self::Detail
        )
    }

    fn has_secrets(self) -> bool {
        matches!(self, Self::Auth | Self::Exchange | Self::Refresh)
    }

    fn has_vars(self) -> bool {
        !matches!(self, Self::Changes | Self::Element | Self::Answer | Self::Errors)
    }

    /// Whether `^` can mean something, apart from records that are cut out of others.
    fn has_outer(self) -> bool {
        matches!(self, Self::Element | Self::Answer)
    }
}

/// A mistake in an expression, with what to do about it.
type Mistake = (String, Option<String>);

/// What expressions can name, and what they were found to name.
pub(super) struct Compiler<'d> {
    vars: Vec<String>,
    pub(super) set: Vec<String>,
    pub(super) fans_out: bool,
    pub(super) exchanges: bool,
    /// Records are cut out of others, which `^` means.
    pub(super) explodes: bool,
    /// What an event keeps of the record around its own.
    pub(super) kept: Vec<Path>,
    enums: BTreeMap<&'d str, (Item<'d>, Arc<Words>)>,
    used_enums: RefCell<BTreeSet<String>>,
    secrets: RefCell<Vec<SecretNeed>>,
}

impl<'d> Compiler<'d> {
    pub(super) fn new(vars: &[Var]) -> Self {
        Self {
            vars: vars.iter().map(|var| var.name.clone()).collect(),
            set: Vec::new(),
            fans_out: false,
            exchanges: false,
            explodes: false,
            kept: Vec::new(),
            enums: BTreeMap::new(),
            used_enums: RefCell::default(),
            secrets: RefCell::default(),
        }
    }

    /// `[secrets.NAME]`: labels, and which of them a source can do without.
    pub(super) fn declare_secrets(&mut self, table: &Table<'_>) {
        for (name, item) in table.entries() {
            if item.as_text().is_some() {
                let help = "a profile only names secrets; their values come from the user's configuration";
                item.problem("a secret has no value here", Some(help.to_owned()));
                continue;
            }
            let Some(table) = item.table() else { continue };
            let required = table.get("required").and_then(|item| item.boolean()).unwrap_or(true);
            let need = SecretNeed { name: name.to_owned(), label: table.text("label"), required };
            table.finish();
            self.secrets.get_mut().push(need);
        }
    }

    /// Reads `[map.enum.*]`.
    pub(super) fn enums(&mut self, map: Option<&Table<'d>>) {
        let Some(tables) = map.and_then(|map| map.table("enum")) else { return };
        for (name, item) in tables.entries() {
            let Some(table) = item.table() else { continue };
            let mut words = Words { name: name.to_owned(), ..Words::default() };
            for (word, meaning) in table.entries() {
                let Some(meaning) = meaning.text() else { continue };
                if word == "*" {
                    words.other = Some(meaning.to_owned());
                } else {
                    words.known.insert(word.to_owned(), meaning.to_owned());
                }
            }
            self.enums.insert(name, (item, Arc::new(words)));
        }
    }

    /// The table `[map.enum.NAME]`, if there is one.
    pub(super) fn words(&self, name: &str) -> Option<Arc<Words>> {
        let (_, words) = self.enums.get(name)?;
        self.used_enums.borrow_mut().insert(name.to_owned());
        Some(Arc::clone(words))
    }

    /// Reports tables of words that nothing uses: most likely their name is misspelt.
    pub(super) fn finish(&self) {
        let used = self.used_enums.borrow();
        let mut known = vec!["action", "status", "entity_type", "actor_type"];
        known.retain(|name| !used.contains(*name));
        for (name, (item, _)) in &self.enums {
            if !used.contains(*name) {
                let near = did_you_mean(name, known.iter().copied());
                let help = near.or_else(|| Some(format!("use it in a template as `{{/pointer|{name}}}`")));
                item.problem("nothing uses this table of words", help);
            }
        }
    }

    pub(super) fn into_secrets(self) -> Vec<SecretNeed> {
        self.secrets.into_inner()
    }

    /// A value of `[map]` and its like: a pointer, a variable, a template, or a list of them.
    pub(super) fn value(&self, item: &Item<'_>, place: Place) -> Option<Expr> {
        if let Some(list) = item.as_list() {
            if list.is_empty() {
                item.problem("an empty list has no value", None);
                return None;
            }
            let exprs: Vec<Option<Expr>> = list.iter().map(|item| self.value(item, place)).collect();
            return exprs.into_iter().collect::<Option<_>>().map(Expr::First);
        }
        report(item, self.value_of(item.text()?, place))
    }

    /// A text of a request: whatever is not in braces stands for itself.
    pub(super) fn template(&self, item: &Item<'_>, place: Place) -> Option<Expr> {
        report(item, self.template_of(item.text()?, place).map(Expr::Template))
    }

    /// The name of a parameter, which stands for itself but for its placeholders.
    pub(super) fn name(&self, name: &str, item: &Item<'_>, place: Place) -> Option<Expr> {
        report(item, self.template_of(name, place).map(Expr::Template))
    }

    fn value_of(&self, text: &str, place: Place) -> Result<Expr, Mistake> {
        if text.is_empty() && matches!(place, Place::Changes | Place::Element | Place::Answer) {
            return Ok(Expr::Pointer(Path { outer: false, segments: Vec::new() }));
        }
        if text.is_empty() {
            let help = "leave the key out, or point at something: `/field`".to_owned();
            return Err(("an empty text has no value".to_owned(), Some(help)));
        }
        if text.starts_with('/') || text.starts_with("^/") {
            return self.path(text, place).map(Expr::Pointer);
        }
        if let Some(name) = text.strip_prefix('@') {
            return self.variable(name, place).map(Expr::Variable);
        }
        if text.starts_with('$') {
            let help = "JSONPath is reserved; write a JSON Pointer: `/user/name` instead of `$.user.name`";
            return Err((format!("`{text}` starts with `$`"), Some(help.to_owned())));
        }
        if let Some(parts) = text.strip_prefix("#{") {
            return self.hash(&format!("{{{parts}"), place);
        }
        self.template_of(text, place).map(Expr::Template)
    }

    fn hash(&self, parts: &str, place: Place) -> Result<Expr, Mistake> {
        if place != Place::MapKey {
            let help = "it tells records apart, so it belongs to `id` or `group`".to_owned();
            return Err(("a hash has no place here".to_owned(), Some(help)));
        }
        let pieces = self.template_of(parts, place)?;
        let slots = pieces.into_iter().map(|piece| match piece {
            Piece::Slot(slot) => Ok(slot),
            Piece::Text(text) => {
                let help = "write `#{/a}{/b}`".to_owned();
                Err((format!("`{text}` stands between the parts of a hash"), Some(help)))
            }
        });
        slots.collect::<Result<_, _>>().map(Expr::Hash)
    }

    fn template_of(&self, text: &str, place: Place) -> Result<Vec<Piece>, Mistake> {
        let mut pieces = Vec::new();
        let mut fixed = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            fixed.push_str(&rest[..at]);
            rest = &rest[at..];
            if let Some(after) = rest.strip_prefix("{{").or_else(|| rest.strip_prefix("}}")) {
                fixed.push_str(&rest[..1]);
                rest = after;
                continue;
            }
            let Some(end) = rest.find('}').filter(|_| rest.starts_with('{')) else {
                let help = "write `{{` or `}}` for a brace that is meant".to_owned();
                return Err((format!("a brace without its other half in `{text}`"), Some(help)));
            };
            if !fixed.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut fixed)));
            }
            pieces.push(Piece::Slot(self.slot(&rest[1..end], place)?));
            rest = &rest[end + 1..];
        }
        fixed.push_str(rest);
        if !fixed.is_empty() || pieces.is_empty() {
            pieces.push(Piece::Text(fixed));
        }
        Ok(pieces)
    }

    /// What stands between braces: `/pointer` or `@name`, maybe `|word` or `?text`.
    fn slot(&self, text: &str, place: Place) -> Result<Slot, Mistake> {
        let (from, shape) = text.split_at(text.find(['|', '?']).unwrap_or(text.len()));
        let from = if let Some(name) = from.strip_prefix('@') {
            From::Variable(self.variable(name, place)?)
        } else if from.starts_with('/') || from.starts_with("^/") {
            From::Path(self.path(from, place)?)
        } else {
            let help = "a placeholder is a pointer, `{/name}`, or a variable, `{@name}`; a brace that is meant \
                        is written twice, `{{`";
            let shown = super::super::shape::clip(text, 60);
            return Err((format!("cannot read the placeholder `{{{shown}}}`"), Some(help.to_owned())));
        };
        let shape = match (shape.get(..1), shape.get(1..)) {
            (Some("|"), Some("lower")) => Some(Shaping::Lower),
            (Some("|"), Some("upper")) => Some(Shaping::Upper),
            (Some("|"), Some("first")) => Some(Shaping::First),
            (Some("|"), Some("last")) => Some(Shaping::Last),
            (Some("|"), Some("prior")) => Some(Shaping::Prior),
            (Some("|"), Some(format))
                if matches!(from, From::Variable(Variable::Since | Variable::Until)) =>
            {
                Some(Shaping::Time(TimeFormat::from_word(format).map_err(|why| {
                    let known: Vec<&str> = FORMATS.iter().map(|(name, _)| *name).collect();
                    (why, Some(what_fits(format, &known)))
                })?))
            }
            (Some("|"), Some(name)) => Some(Shaping::Words(self.words(name).ok_or_else(|| {
                let known = ["lower", "upper", "first", "last", "prior"]
                    .into_iter()
                    .chain(self.enums.keys().copied());
                let help = what_fits(name, &known.collect::<Vec<_>>());
                (format!("there is no table `[map.enum.{name}]`"), Some(help))
            })?)),
            (Some("?"), Some(text)) => Some(Shaping::Instead(text.to_owned())),
            _ => None,
        };
        Ok(Slot { from, shape })
    }

    fn path(&self, text: &str, place: Place) -> Result<Path, Mistake> {
        if !place.has_record() {
            let help = "a request is built before there is a record; use a variable: `{@name}`".to_owned();
            return Err((format!("`{text}` points into a record, and there is none here"), Some(help)));
        }
        let (outer, mut rest) = text.strip_prefix('^').map_or((false, text), |rest| (true, rest));
        let cut_out = self.explodes && matches!(place, Place::Map | Place::MapKey | Place::Changes);
        if outer && self.explodes && place == Place::Detail {
            return self.kept(text);
        }
        if outer && !cut_out && !place.has_outer() {
            let help = "records of this feed are not cut out of an outer one".to_owned();
            return Err((format!("`{text}` points into an outer record, and there is none"), Some(help)));
        }
        let mut segments = Vec::new();
        while let Some(after) = rest.strip_prefix('/') {
            if after.starts_with('{') && !after.starts_with("{{") {
                let end = after.find('}').ok_or_else(|| (format!("`{text}` lacks a `}}`"), None))?;
                segments.push(Segment::Slot(self.slot(&after[1..end], place)?));
                rest = &after[end + 1..];
            } else {
                let end = after.find('/').unwrap_or(after.len());
                let key = &after[..end];
                if key.replace("{{", "").replace("}}", "").contains(['{', '}']) {
                    break;
                }
                let key = key.replace("{{", "{").replace("}}", "}");
                segments.push(Segment::Key(segment(&key).map_err(|why| (why.to_owned(), None))?));
                rest = &after[end..];
            }
        }
        if !rest.is_empty() {
            let help = "a placeholder in a pointer takes a whole segment: `/a/{/b}/c`".to_owned();
            return Err((format!("cannot read `{text}`"), Some(help)));
        }
        Ok(Path { outer, segments })
    }

    /// `^/name` in a request about one event, which is built when the record around its own is long gone.
    fn kept(&self, text: &str) -> Result<Path, Mistake> {
        self.kept.iter().find(|path| path.to_string() == text).cloned().ok_or_else(|| {
            let name = text.rsplit('/').next().filter(|name| super::is_name(name)).unwrap_or("name");
            let help = format!("keep it with the event: `[map.facts]` with `{name} = \"{text}\"`");
            (format!("`{text}` is not kept once the event is read"), Some(help))
        })
    }

    fn variable(&self, name: &str, place: Place) -> Result<Variable, Mistake> {
        if let Some(secret) = name.strip_prefix("secret.") {
            return self.secret(secret, place);
        }
        let scope = place.has_scope() && self.fans_out;
        match name {
            "scope.id" if scope => return Ok(Variable::ScopeId),
            "scope.name" if scope => return Ok(Variable::ScopeName),
            "token" if place == Place::Auth && self.exchanges => return Ok(Variable::Token),
            "refresh" if place == Place::Refresh => return Ok(Variable::Refresh),
            "since" if place == Place::Request => return Ok(Variable::Since),
            "until" if place == Place::Request => return Ok(Variable::Until),
            "each" if place == Place::Detail => return Ok(Variable::Each),
            _ => {}
        }
        if place.has_vars() && self.vars.iter().any(|var| var == name) {
            return Ok(Variable::Var(name.to_owned()));
        }
        if scope && self.set.iter().any(|set| set == name) {
            return Ok(Variable::Set(name.to_owned()));
        }
        let mut known: Vec<&str> = Vec::new();
        if place.has_vars() {
            known.extend(self.vars.iter().map(String::as_str));
        }
        if scope {
            known.extend(["scope.id", "scope.name"].into_iter().chain(self.set.iter().map(String::as_str)));
        }
        known.extend((place == Place::Auth && self.exchanges).then_some("token"));
        known.extend((place == Place::Refresh).then_some("refresh"));
        known.extend((place == Place::Request).then_some(["since", "until"]).into_iter().flatten());
        known.extend((place == Place::Detail).then_some("each"));
        let help = if name.starts_with("scope.") && !self.fans_out {
            Some(match place {
                Place::Scopes | Place::ScopeEntry => {
                    "only a `[[scope]]` that follows another lies inside of one".to_owned()
                }
                _ => "the profile has no `[[scope]]`".to_owned(),
            })
        } else {
            let first = name.split_once('.').map(|(first, _)| first);
            let secret = first.is_some_and(|first| did_you_mean(first, ["secret"]).is_some());
            did_you_mean(name, known)
                .or_else(|| secret.then(|| "a secret is written `@secret.name`".to_owned()))
                .or_else(|| Some(format!("declare it: `[vars.{name}]`")))
        };
        Err((format!("there is no variable `@{name}` here"), help))
    }

    fn secret(&self, name: &str, place: Place) -> Result<Variable, Mistake> {
        if !place.has_secrets() {
            let help = "secrets go into `[auth]` only, so that they are never shown or stored".to_owned();
            return Err((format!("the secret `{name}` has no place here"), Some(help)));
        }
        let mut secrets = self.secrets.borrow_mut();
        if !super::is_name(name) {
            return Err((format!("`{name}` cannot name a secret"), None));
        }
        if !secrets.iter().any(|need| need.name == name) {
            secrets.push(SecretNeed { name: name.to_owned(), label: None, required: true });
        }
        Ok(Variable::Secret(name.to_owned()))
    }
}

fn report(item: &Item<'_>, result: Result<Expr, Mistake>) -> Option<Expr> {
    result.map_err(|(message, help)| item.problem(message, help)).ok()
}
