//! A JSON document that borrows its texts from the text it was read from.
//!
//! Most of a record is looked at once, and what an event keeps of it is copied then. Reading a record this
//! way takes a fraction of what a tree of owned texts and hashed keys takes, and a page is nothing but
//! records. Where documents are compared or kept, [`Json::to_value`] makes such a tree of the part that
//! is needed.
//!
//! Of members with the same name the last counts, wherever they stand. Nothing here may depend on what a
//! document means.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// How many members an object may have for them to be looked through one by one.
const FEW: usize = 32;

/// One value and everything below it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Json<'t> {
    Null,
    Bool(bool),
    Number(Number),
    Text(Cow<'t, str>),
    List(Vec<Json<'t>>),
    Object(Members<'t>),
}

/// The members of an object, in the order they were sent in.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Members<'t> {
    list: Vec<(Cow<'t, str>, Json<'t>)>,
    /// The places of many members in the order of their names, so that an object of a million members
    /// costs no million steps for each pointer; empty where there are few.
    by_name: Box<[u32]>,
}

impl<'t> Json<'t> {
    /// Reads a whole document.
    pub(super) fn parse(text: &'t str) -> serde_json::Result<Self> {
        serde_json::from_str(text)
    }

    pub(super) fn is_object(&self) -> bool {
        matches!(self, Self::Object(_))
    }

    pub(super) fn is_list(&self) -> bool {
        matches!(self, Self::List(_))
    }

    pub(super) fn members(&self) -> Option<&Members<'t>> {
        match self {
            Self::Object(members) => Some(members),
            _ => None,
        }
    }

    pub(super) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The same as a tree of its own.
    pub(super) fn to_value(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(flag) => Value::Bool(*flag),
            Self::Number(number) => Value::Number(number.clone()),
            Self::Text(text) => Value::String(text.as_ref().to_owned()),
            Self::List(list) => Value::Array(list.iter().map(Self::to_value).collect()),
            Self::Object(members) => Value::Object(members.to_map()),
        }
    }

    /// The same without anything borrowed.
    pub(super) fn into_owned(self) -> Json<'static> {
        match self {
            Self::Null => Json::Null,
            Self::Bool(flag) => Json::Bool(flag),
            Self::Number(number) => Json::Number(number),
            Self::Text(text) => Json::Text(Cow::Owned(text.into_owned())),
            Self::List(list) => Json::List(list.into_iter().map(Self::into_owned).collect()),
            Self::Object(Members { list, by_name }) => {
                let owned =
                    |(name, value): (Cow<'_, str>, Self)| (Cow::Owned(name.into_owned()), value.into_owned());
                Json::Object(Members { list: list.into_iter().map(owned).collect(), by_name })
            }
        }
    }

    /// Writes it as compact JSON with the members of objects in the order of their names, so that the order
    /// in which a server writes them makes no difference.
    pub(super) fn write_canonical(&self, into: &mut String) {
        match self {
            Self::Text(text) => write_text(text, into),
            Self::List(list) => {
                into.push('[');
                for (place, value) in list.iter().enumerate() {
                    into.push_str(if place > 0 { "," } else { "" });
                    value.write_canonical(into);
                }
                into.push(']');
            }
            Self::Object(members) => {
                let sorted: BTreeMap<&str, &Self> = members.iter().collect();
                into.push('{');
                for (place, (name, value)) in sorted.into_iter().enumerate() {
                    into.push_str(if place > 0 { "," } else { "" });
                    write_text(name, into);
                    into.push(':');
                    value.write_canonical(into);
                }
                into.push('}');
            }
            scalar => into.push_str(&scalar.to_value().to_string()),
        }
    }
}

impl<'t> Members<'t> {
    fn new(list: Vec<(Cow<'t, str>, Json<'t>)>) -> Self {
        let mut by_name = Vec::new();
        if list.len() > FEW {
            by_name.extend((0_u32..).take(list.len()));
            by_name.sort_by(|a, b| list[*a as usize].0.cmp(&list[*b as usize].0));
        }
        Self { list, by_name: by_name.into() }
    }

    /// The place of the last member called `name`.
    fn place(&self, name: &str) -> Option<usize> {
        if self.by_name.is_empty() {
            return self.list.iter().rposition(|(own, _)| own == name);
        }
        let behind = self.by_name.partition_point(|place| *self.list[*place as usize].0 <= *name);
        let place = self.by_name[..behind].last().map(|place| *place as usize)?;
        (self.list[place].0 == name).then_some(place)
    }

    pub(super) fn get(&self, name: &str) -> Option<&Json<'t>> {
        self.place(name).map(|place| &self.list[place].1)
    }

    /// The same with the name as it stands here.
    pub(super) fn get_named(&self, name: &str) -> Option<(&str, &Json<'t>)> {
        let (own, value) = &self.list[self.place(name)?];
        Some((own, value))
    }

    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut Json<'t>> {
        self.place(name).map(|place| &mut self.list[place].1)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Every member that counts.
    pub(super) fn distinct(&self) -> impl Iterator<Item = (&str, &Json<'t>)> {
        let counts = |(place, (name, _)): &(usize, (&str, &Json<'t>))| self.place(name) == Some(*place);
        self.iter().enumerate().filter(counts).map(|(_, member)| member)
    }

    /// Every member as it was sent: of those with the same name the last counts.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Json<'t>)> {
        self.list.iter().map(|(name, value)| (name.as_ref(), value))
    }

    fn to_map(&self) -> Map<String, Value> {
        self.iter().map(|(name, value)| (name.to_owned(), value.to_value())).collect()
    }
}

/// Writes a text in quotes, with what JSON wants escaped.
pub(super) fn write_text(text: &str, into: &mut String) {
    if text.bytes().any(|byte| byte < 0x20 || byte == b'"' || byte == b'\\') {
        into.push_str(&Value::from(text).to_string());
    } else {
        into.push('"');
        into.push_str(text);
        into.push('"');
    }
}

impl<'de> Deserialize<'de> for Json<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Json<'de>, E> {
        Ok(Json::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json<'de>, E> {
        Ok(Json::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json<'de>, E> {
        Ok(Json::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Json<'de>, E> {
        Ok(Number::from_f64(number).map_or(Json::Null, Json::Number))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Json<'de>, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = elements.next_element()? {
            list.push(element);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json<'de>, A::Error> {
        let mut list = Vec::new();
        while let Some((Name(name), value)) = members.next_entry()? {
            list.push((name, value));
        }
        Ok(Json::Object(Members::new(list)))
    }
}

/// The name of a member.
struct Name<'t>(Cow<'t, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(AnyName)
    }
}

struct AnyName;

impl<'de> Visitor<'de> for AnyName {
    type Value = Name<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Owned(text.to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(text: &str) -> String {
        let mut written = String::new();
        Json::parse(text).unwrap().write_canonical(&mut written);
        written
    }

    #[test]
    fn it_says_what_a_tree_of_owned_values_says() {
        for text in [
            r#"{"b": [1, -2, 1.50, 1e400, 12345678901234567890123, "x\n\u00e9\"", null, true], "a": {}, "": []}"#
                .replace("1e400", "1e30")
                .as_str(),
            r#"{"b": 1, "a": 2, "b": {"c": 3}}"#,
            "\"\\ud83d\\ude00 \\u0000 \\/\"",
            "18446744073709551615",
            "-0.0",
        ] {
            let owned: Value = serde_json::from_str(text).unwrap();
            assert_eq!(Json::parse(text).unwrap().to_value(), owned);
            assert_eq!(Json::parse(text).unwrap().into_owned().to_value(), owned);
        }
    }

    #[test]
    fn the_last_member_of_a_name_counts_among_few_and_among_many() {
        for count in [0, 3, FEW, FEW + 1, 1000] {
            let others: Vec<String> = (0..count).map(|n| format!("\"k{n}\": {n}, ")).collect();
            let text = format!("{{\"x\": 1, {}\"x\": 2}}", others.concat());
            let Json::Object(mut members) = Json::parse(&text).unwrap() else { panic!("{text}") };
            assert_eq!(members.get("x"), Some(&Json::Number(2.into())), "{count}");
            assert_eq!(members.get("k"), None);
            assert_eq!(members.get("zz"), None);
            assert_eq!(members.get(""), None);
            for n in 0..count {
                assert_eq!(members.get(&format!("k{n}")), Some(&Json::Number(n.into())));
            }
            *members.get_mut("x").unwrap() = Json::Null;
            assert_eq!(members.get("x"), Some(&Json::Null));
            assert_eq!(members.distinct().count(), count + 1);
            assert_eq!(members.distinct().count(), count + 1);
            assert_eq!(canonical(&text).matches("\"x\"").count(), 1);
        }
    }

    #[test]
    fn the_canonical_form_is_that_of_sorted_members() {
        for (text, expected) in [
            (r#"{ "b" : 1, "a" : [ true, null ] }"#, r#"{"a":[true,null],"b":1}"#),
            (r#"{"é\n": "\"q\"", "\u0001": "\u007f"}"#, "{\"\\u0001\":\"\u{7f}\",\"é\\n\":\"\\\"q\\\"\"}"),
            ("1.0", "1.0"),
            ("1e3", "1000.0"),
            ("[]", "[]"),
        ] {
            assert_eq!(canonical(text), expected);
        }
    }

    #[test]
    fn a_document_that_nests_too_deeply_is_an_error() {
        let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
        assert!(Json::parse(&deep).is_err());
    }
}
