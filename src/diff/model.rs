//! What one change set looks like to a reader: blocks, one for each changed field.
//!
//! Everything that shows changes reads this model: the tabs of the browser, the command line, what goes to the
//! clipboard. Secrets are masked while it is made, so none of them can show one. It may assume nothing about
//! the changes; what would take long is bounded, and said where it is cut.

use serde_json::Value;

use super::human;
use super::lines::{Line, lines};
use super::path::{self, Step};
use super::rules::{MASK, Matcher, Rules, json_in};
use super::walk::{Place, compare_placed, compare_with, redact_with, without_secrets};
use super::words::{Piece, words};
use crate::domain::{Change, Op};

/// How deep JSON in a text in JSON is taken apart.
const MAX_INSIDE: usize = 3;

/// Names of fields that change with every save and say nothing about it, without their separators. They are
/// counted, and hidden until somebody asks for them.
const NOISE: [&str; 14] = [
    "updatedat",
    "updatedtime",
    "modifiedat",
    "modifiedtime",
    "lastmodified",
    "lastmodifiedat",
    "lastupdated",
    "lastupdatedat",
    "lastupdatetime",
    "etag",
    "resourceversion",
    "managedfields",
    "observedgeneration",
    "typename",
];

/// Changes, ready to be shown.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Diff {
    /// One for each changed field, in the order of the changes.
    pub blocks: Vec<Block>,
    /// The changes themselves, masked, each with its place where the documents are known.
    pub changes: Vec<(Change, Place)>,
    /// How many of each sort there are.
    pub counts: Counts,
}

/// One changed field.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// Its readable path; that of a move has both places.
    pub path: String,
    /// What happened to it.
    pub kind: Kind,
    /// The value before, masked; `None` where there was none or it is not known.
    pub before: Option<Value>,
    /// The value after, masked; `None` where there is none or it is not known.
    pub after: Option<Value>,
    /// The two values in detail, where there is more to tell than both.
    pub body: Body,
    /// What the values mean in words.
    pub notes: Vec<String>,
    /// Whether a value of it is masked.
    pub mask: Mask,
    /// Whether it changes with every save and says nothing.
    pub ignored: bool,
    /// The path of the text that holds the JSON in which this field stands.
    pub inside: Option<String>,
}

/// What happened to a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// It was not there before.
    Added,
    /// It is not there any more.
    Removed,
    /// It has another value.
    Changed,
    /// It has a value of another type.
    Retyped,
    /// The same value stands in another place.
    Moved,
    /// The feed names a value without saying what was there before.
    Stated,
}

impl Kind {
    /// The sign before a block.
    pub fn glyph(self) -> &'static str {
        match self {
            Self::Added => "+",
            Self::Removed => "−",
            Self::Changed | Self::Retyped => "~",
            Self::Moved => "⇆",
            Self::Stated => "=",
        }
    }

    /// The operation that it stands for.
    pub fn op(self) -> Op {
        match self {
            Self::Added => Op::Add,
            Self::Removed => Op::Remove,
            Self::Changed | Self::Retyped => Op::Replace,
            Self::Moved => Op::Move,
            Self::Stated => Op::Set,
        }
    }
}

/// Two values in detail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// Nothing beside the values themselves.
    Values,
    /// Both values as JSON, in words.
    Words(Vec<Piece>, Vec<Piece>),
    /// Two texts, line by line.
    Lines(Vec<Line>),
    /// Two documents that differ in too much to name each field, line by line.
    Coarse(Vec<Line>),
}

/// Whether something of a block is masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mask {
    /// Nothing is.
    None,
    /// A value is, and it can be shown on request.
    Here,
    /// A value was masked before it was kept: nobody can show it.
    Kept,
}

/// How many changes there are of each sort.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Fields with another value, or one of another type.
    pub changed: usize,
    /// Fields that came to be.
    pub added: usize,
    /// Fields that are gone.
    pub removed: usize,
    /// Values that stand in another place.
    pub moved: usize,
    /// Fields with a new value and an unknown old one.
    pub stated: usize,
    /// Fields that change with every save; they count nowhere else.
    pub ignored: usize,
    /// Fields with a masked value; they count above as well.
    pub masked: usize,
}

impl Counts {
    /// `4 changed · 1 added · 3 ignored`; empty where there is nothing.
    pub fn words(&self) -> String {
        let parts = [
            (self.changed, "changed"),
            (self.added, "added"),
            (self.removed, "removed"),
            (self.moved, "moved"),
            // There is nothing to compare with.
            (self.stated, "set, before unknown"),
            (self.ignored, "ignored"),
            (self.masked, "masked"),
        ];
        let parts = parts.iter().filter(|(number, _)| *number > 0);
        parts.map(|(number, word)| format!("{number} {word}")).collect::<Vec<_>>().join(" · ")
    }

    fn of(blocks: &[Block]) -> Self {
        let mut counts = Self::default();
        for block in blocks {
            if block.ignored {
                counts.ignored += 1;
                continue;
            }
            counts.masked += usize::from(block.mask != Mask::None);
            *match block.kind {
                Kind::Added => &mut counts.added,
                Kind::Removed => &mut counts.removed,
                Kind::Changed | Kind::Retyped => &mut counts.changed,
                Kind::Moved => &mut counts.moved,
                Kind::Stated => &mut counts.stated,
            } += 1;
        }
        counts
    }
}

impl Diff {
    /// The model of changes that a feed named, masked once more by names: what a text holds was not looked at
    /// when they were kept. `revealed` are paths of fields to show although they would be masked.
    pub fn of_changes(changes: &[Change], revealed: &[String]) -> Self {
        Self::with(changes, &Matcher::new(&Rules::default()).revealing(revealed))
    }

    /// The same by rules of its own.
    pub(super) fn with(changes: &[Change], rules: &Matcher) -> Self {
        let unplaced = changes.iter().map(|change| (change.clone(), Place::default()));
        Self::of(unplaced.collect(), rules)
    }

    /// The model of what turns one document into another.
    pub fn of_documents(before: &Value, after: &Value, rules: &Matcher) -> Self {
        Self::of(compare_placed(before, after, rules), rules).with_documents(before, after)
    }

    /// The same, made of these documents: what they hold without a mask can be shown on request.
    #[must_use]
    pub(super) fn with_documents(mut self, before: &Value, after: &Value) -> Self {
        if !holds(before) && !holds(after) {
            for block in self.blocks.iter_mut().filter(|block| block.mask == Mask::Kept) {
                block.mask = Mask::Here;
            }
        }
        self
    }

    pub(super) fn of(changes: Vec<(Change, Place)>, rules: &Matcher) -> Self {
        let mut made = Self::default();
        for (change, place) in changes {
            let (masked, mask) = masked(change, rules);
            let masked = made.add(masked, mask, rules, None, MAX_INSIDE);
            made.changes.push((masked, place));
        }
        made.counts = Counts::of(&made.blocks);
        made
    }

    /// Adds the blocks of one change; gives it back without the secrets that its texts hold.
    fn add(
        &mut self,
        mut change: Change,
        mut mask: Mask,
        rules: &Matcher,
        inside: Option<&str>,
        depth: usize,
    ) -> Change {
        let mut own = path::steps(&change.path);
        let json = |side: &Option<Value>| match side {
            Some(Value::String(text)) if depth > 0 => json_in(text),
            _ => None,
        };
        let parsed = (json(&change.before), json(&change.after));
        let rules_inside = rules.below(&own);
        for side in [&mut change.before, &mut change.after].into_iter().flatten() {
            let clean = without_secrets(&rules.within_texts(), &mut own, side);
            if clean != *side {
                mask = mask.max(Mask::Here);
                *side = clean;
            }
        }
        if let ((Some(before), Some(after)), Op::Replace) = (&parsed, change.op) {
            let fields = compare_with(before, after, &rules_inside);
            for field in &fields {
                let path = within(&change.path, &field.path);
                let hidden = match mask_in(field) {
                    Mask::None => Mask::None,
                    // Only a mask that stands in the text itself was there before.
                    _ if mask == Mask::Kept => Mask::Kept,
                    _ => Mask::Here,
                };
                let field = Change { path, ..field.clone() };
                self.add(field, hidden, rules, Some(inside.unwrap_or(&change.path)), depth - 1);
            }
            if !fields.is_empty() {
                return change;
            }
        }
        let mut shown = change.clone();
        let same = matches!(parsed, (Some(_), Some(_)));
        if !same {
            for side in [&mut shown.before, &mut shown.after] {
                *side = json(side).or_else(|| side.take());
            }
        }
        let mut block = Block::new(shown, mask, inside.map(str::to_owned));
        if parsed.0.is_some() || parsed.1.is_some() {
            let words = if same { "the same JSON, written in another way" } else { "JSON in a text" };
            block.notes.insert(0, words.to_owned());
        }
        self.blocks.push(block);
        change
    }
}

impl Block {
    fn new(change: Change, mask: Mask, inside: Option<String>) -> Self {
        let Change { path, op, before, after } = change;
        let ignored = is_noise(&path);
        let kind = match (op, &before, &after) {
            (Op::Add, ..) => Kind::Added,
            (Op::Remove, ..) => Kind::Removed,
            (Op::Move, ..) => Kind::Moved,
            (Op::Set, ..) => Kind::Stated,
            (Op::Replace, Some(before), Some(after)) if differ_in_type(before, after) => Kind::Retyped,
            (Op::Replace, ..) => Kind::Changed,
        };
        let body = match (kind, &before, &after) {
            (Kind::Changed, Some(before), Some(after)) => Body::of(before, after),
            _ => Body::Values,
        };
        let mut notes = Vec::new();
        match (kind, &before, &after) {
            (Kind::Retyped, Some(before), Some(after)) => {
                notes.push(format!("type: {} → {}", type_name(before), type_name(after)));
            }
            (Kind::Moved, ..) => {}
            _ => notes = human::notes(&path, before.as_ref(), after.as_ref()),
        }
        if matches!(body, Body::Coarse(_)) {
            notes.push("too much differs to name each field, so this is compared line by line".to_owned());
        }
        Self { path, kind, before, after, body, notes, mask, ignored, inside }
    }

    /// The steps of its path, without the place that a move leads to.
    pub(super) fn steps(&self) -> Vec<Step<'static>> {
        path::steps(self.path.split(" → ").next().unwrap_or(&self.path))
    }

    /// Whether both values are nothing but masks.
    pub fn is_hidden(&self) -> bool {
        let hidden = |side: &Option<Value>| side.as_ref().is_none_or(|value| value == MASK);
        self.mask != Mask::None && hidden(&self.before) && hidden(&self.after)
    }
}

impl Body {
    fn of(before: &Value, after: &Value) -> Self {
        match (before, after) {
            (Value::String(before), Value::String(after))
                if before.contains('\n') || after.contains('\n') =>
            {
                Self::Lines(lines(before, after))
            }
            (Value::String(_), Value::String(_)) => words(&before.to_string(), &after.to_string())
                .map_or(Self::Values, |(before, after)| Self::Words(before, after)),
            (Value::Object(_), Value::Object(_)) | (Value::Array(_), Value::Array(_)) => {
                let pretty = |value| serde_json::to_string_pretty(value).unwrap_or_default();
                Self::Coarse(lines(&pretty(before), &pretty(after)))
            }
            _ => Self::Values,
        }
    }
}

impl Mask {
    /// What was masked before it was kept cannot be helped, whatever else there is.
    fn max(self, other: Self) -> Self {
        if self == Self::Kept || other == Self::None { self } else { other }
    }
}

/// A change with its secrets masked, and who masked them.
fn masked(change: Change, rules: &Matcher) -> (Change, Mask) {
    let was = mask_in(&change);
    let mut own = [change];
    redact_with(&mut own, rules);
    let [change] = own;
    let now = mask_in(&change);
    let mask = if was == Mask::None && now == Mask::Kept { Mask::Here } else { was };
    (change, mask)
}

/// Whether a value is a mask, or holds one.
fn holds(value: &Value) -> bool {
    match value {
        Value::String(text) => text == MASK || (text.contains(MASK) && text.starts_with(['{', '['])),
        Value::Array(list) => list.iter().any(holds),
        Value::Object(fields) => fields.values().any(holds),
        _ => false,
    }
}

/// Whether a value of it is a mask already, or holds one.
fn mask_in(change: &Change) -> Mask {
    let any = [&change.before, &change.after].into_iter().flatten().any(holds);
    if any { Mask::Kept } else { Mask::None }
}

/// The path of a field in the JSON that the text at `outer` holds.
fn within(outer: &str, inner: &str) -> String {
    match inner {
        path::DOCUMENT => outer.to_owned(),
        _ if inner.starts_with('[') => format!("{outer}{inner}"),
        _ => format!("{outer}.{inner}"),
    }
}

fn is_noise(path: &str) -> bool {
    path::steps(path).iter().any(|step| match step {
        Step::Key(key) => {
            let plain: String = key.chars().filter(char::is_ascii_alphanumeric).collect();
            NOISE.contains(&plain.to_ascii_lowercase().as_str())
        }
        Step::Element(_) => false,
    })
}

fn differ_in_type(before: &Value, after: &Value) -> bool {
    // To and from null is a field that is set or cleared, and a mask hides what it was.
    let nothing = |value: &Value| value.is_null() || value == MASK;
    type_name(before) != type_name(after) && !nothing(before) && !nothing(after)
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    }
}
