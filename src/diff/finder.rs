//! What stands at a path in a document.
//!
//! It may assume that a document does not change while paths in it are asked for. A list can be long and hundreds
//! of paths can lead through it, so the labels of its elements are written down at the first question about it.

use std::cell::RefCell;
use std::collections::HashMap;

use serde_json::Value;

use super::align;
use super::path::{self, Step};
use super::rules::IDENTITY_KEYS;

/// Asks documents for what stands at paths, and remembers the labels in the lists on the way.
#[derive(Debug, Default)]
pub(super) struct Finder<'v> {
    /// By the address of a list, which is its own as long as the document is borrowed.
    lists: RefCell<HashMap<*const Value, Labels<'v>>>,
}

/// The first element of each label.
type Labels<'v> = HashMap<String, &'v Value>;

impl<'v> Finder<'v> {
    /// What stands in `document` at the end of `steps`.
    pub(super) fn find(&self, document: &'v Value, steps: &[Step<'_>]) -> Option<&'v Value> {
        let mut at = document;
        for step in steps {
            at = match step {
                Step::Key(key) if *key == path::DOCUMENT => at,
                Step::Key(key) => at.get(key.as_ref())?,
                Step::Element(label) => self.element(at.as_array()?, label)?,
            };
        }
        Some(at)
    }

    /// The element with this label: by its place, or by a field that tells it apart.
    fn element(&self, list: &'v [Value], label: &str) -> Option<&'v Value> {
        let inner = label.strip_prefix('[')?.strip_suffix(']')?;
        if let Ok(place) = inner.parse::<usize>() {
            return list.get(place);
        }
        let mut lists = self.lists.borrow_mut();
        lists.entry(list.as_ptr()).or_insert_with(|| labels(list)).get(label).copied()
    }
}

fn labels(list: &[Value]) -> Labels<'_> {
    let mut labels = Labels::new();
    for element in list {
        let Value::Object(fields) = element else { continue };
        for key in IDENTITY_KEYS.into_iter().chain(fields.keys().map(String::as_str)) {
            if let Some(id) = align::identity(element, key) {
                labels.entry(path::named(key, &id)).or_insert(element);
            }
        }
    }
    labels
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_path_leads_to_what_it_names() {
        let document = json!({
            "a": [{"id": "x", "v": 1}, {"id": "x", "v": 2}, {"slug": "y", "id": 7, "v": 3}, "text"],
            "b": [{"id": "x", "v": 4, "in": [{"key": "k]", "v": 5}]}],
            "none": [],
        });
        let finder = Finder::default();
        for _ in 0..2 {
            for (path, value) in [
                // Of two with one name, the first.
                ("a[x].v", Some(json!(1))),
                ("a[1].v", Some(json!(2))),
                ("a[y].v", Some(json!(3))),
                ("a[id=7].v", Some(json!(3))),
                ("a[3]", Some(json!("text"))),
                ("b[x].v", Some(json!(4))),
                (r#"b[x].in["k]"].v"#, Some(json!(5))),
                ("a[z]", None),
                ("a[9]", None),
                ("none[x]", None),
                ("a.v", None),
                (path::DOCUMENT, Some(document.clone())),
            ] {
                assert_eq!(finder.find(&document, &path::steps(path)), value.as_ref(), "{path}");
            }
        }
    }
}
