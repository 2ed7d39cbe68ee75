//! Changed fields under the objects and lists that they stand in.
//!
//! Where the documents are known, each object also says which of its fields tell it apart from others and how
//! many stayed as they are. Values of fields that stayed are not shown, except those that tell apart: what a
//! feed's profile would mask in them is not known here.

use serde_json::Value;

use super::finder::Finder;
use super::model::{Diff, Kind};
use super::path::{self, Step};
use super::rules::{IDENTITY_KEYS, MASK, Matcher};
use super::snapshots::Snapshots;

/// An object, a list, or a changed field.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Node {
    /// Its name in what it stands in; empty for the document.
    pub label: String,
    /// The blocks that stand right here, as places in the model.
    pub blocks: Vec<usize>,
    /// What stands in it and changed.
    pub children: Vec<Node>,
    /// Fields of it that stayed and tell it apart from others.
    pub identity: Vec<(String, Value)>,
    /// The names of the other fields that stayed.
    pub same: Vec<String>,
    /// How many elements of it stayed, where it is a list.
    pub same_elements: usize,
}

/// What is known of the documents that a tree is of.
struct Known<'k> {
    documents: &'k Snapshots,
    rules: &'k Matcher,
    finder: Finder<'k>,
    /// Whether what a node stands for is in the document before alone.
    gone: &'k dyn Fn(&Node) -> bool,
}

impl Node {
    /// The tree over the blocks of `diff` that `shown` lets through.
    pub fn of(diff: &Diff, documents: Option<(&Snapshots, &Matcher)>, shown: impl Fn(usize) -> bool) -> Self {
        let mut root = Self::default();
        for (place, block) in diff.blocks.iter().enumerate() {
            let mut node = &mut root;
            for step in block.steps() {
                node = node.child(label_of(&step));
            }
            node.blocks.push(place);
        }
        if let Some((documents, rules)) = documents {
            let gone =
                |node: &Self| node.blocks.iter().any(|block| diff.blocks[*block].kind == Kind::Removed);
            let known = Known { documents, rules, finder: Finder::default(), gone: &gone };
            root.decorate(&mut Vec::new(), &known);
        }
        // Only now: what is not shown did not stay as it was either.
        root.prune(&shown);
        root
    }

    fn prune(&mut self, shown: &impl Fn(usize) -> bool) {
        self.blocks.retain(|block| shown(*block));
        self.children.iter_mut().for_each(|child| child.prune(shown));
        self.children.retain(|child| !child.blocks.is_empty() || !child.children.is_empty());
    }

    fn child(&mut self, label: String) -> &mut Self {
        let found = self.children.iter().position(|child| child.label == label);
        let place = found.unwrap_or(self.children.len());
        if found.is_none() {
            self.children.push(Self { label, ..Self::default() });
        }
        &mut self.children[place]
    }

    fn decorate(&mut self, steps: &mut Vec<Step<'static>>, known: &Known<'_>) {
        let Known { documents, rules, finder, gone } = known;
        if self.children.is_empty() {
            return;
        }
        let find = |document| finder.find(document, steps);
        match find(&documents.after).or_else(|| find(&documents.before)) {
            Some(Value::Object(fields)) => {
                for (key, value) in fields {
                    if self.children.iter().any(|child| child.label == plain(key)) {
                        continue;
                    }
                    let scalar = !value.is_object() && !value.is_array() && !value.is_null();
                    if IDENTITY_KEYS.contains(&key.as_str()) && scalar && !rules.redacts_name(key) {
                        self.identity.push((plain(key), value.clone()));
                    } else {
                        self.same.push(plain(key));
                    }
                }
            }
            Some(Value::Array(elements)) => {
                let here = self.children.iter().filter(|child| !gone(child)).count();
                self.same_elements = elements.len().saturating_sub(here);
            }
            _ => {}
        }
        for child in &mut self.children {
            steps.push(step_of(&child.label));
            child.decorate(steps, known);
            steps.pop();
        }
    }
}

fn plain(key: &str) -> String {
    path::child("", key)
}

fn label_of(step: &Step<'_>) -> String {
    match step {
        Step::Key(key) if *key == path::DOCUMENT => key.to_string(),
        Step::Key(key) => plain(key),
        Step::Element(label) => label.clone(),
    }
}

fn step_of(label: &str) -> Step<'static> {
    path::steps(label).into_iter().next().unwrap_or_else(|| Step::Element(MASK.to_owned()))
}
