//! What a profile is filled in with: the user's values, a scope, a token, a place in a list.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use super::integrity::Tail;
use super::{Filter, Profile, Scope};
use crate::domain::{Secret, Timestamp};

/// The user's values for one source.
#[derive(Debug, Default)]
pub struct Binding {
    /// Scheme, host, port and path that every request goes below: `https://api.example.com/v1`. Empty
    /// means the profile's own.
    pub base: String,
    /// Values for the variables that the profile asks for; its defaults stand in for missing ones.
    pub vars: BTreeMap<String, String>,
    /// Values for the secrets that the profile names.
    pub secrets: BTreeMap<String, Secret>,
}

/// A token that was bought with credentials. It is kept in memory only.
#[derive(Debug)]
pub struct Token {
    /// What requests carry.
    pub access: Secret,
    /// What a new token can be had for without the credentials.
    pub refresh: Option<Secret>,
    /// How long it is good for, counted from the answer that brought it.
    pub expires_in: Option<Duration>,
}

/// Where in a paged list to ask.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Position {
    pub(super) place: Place,
    pub(super) size: Option<u32>,
    /// Only what happened at this time or later is asked for, where the server can tell.
    pub(super) since: Option<Timestamp>,
    /// Only what happened before this time is asked for, where the server can tell.
    pub(super) until: Option<Timestamp>,
    /// What else of the list is asked for; the whole where it is empty.
    pub(super) filter: Filter,
    /// What the server led here from.
    pub(super) tail: Tail,
}

/// The ways in which lists are paged.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Place {
    /// The list comes whole.
    Whole,
    /// Pages are numbered, from whatever number the profile starts at.
    Page(u64),
    /// Records are numbered, from whatever number the profile starts at.
    Offset(u64),
    /// The first page of a list whose further pages the answers lead to.
    Head,
    /// What an answer said to go on with: a cursor, or a value of one of its records.
    After(Value),
    /// A whole address at the origin of the base, without any secret.
    Address(String),
}

impl Position {
    /// The head of the list of events, at the largest page size that the profile states.
    pub fn first(profile: &Profile) -> Self {
        profile.paging.first()
    }

    /// The head of the list of scopes, or of those inside of `outer`; `None` where there is no such list.
    pub fn first_of_scopes(profile: &Profile, outer: Option<&Scope>) -> Option<Self> {
        profile.scope_list(outer).map(|list| list.paging.first())
    }

    /// The page `number` (in the provider's own counting) of a list paged by number.
    pub fn page(number: u64, size: u32) -> Self {
        Self { size: Some(size), ..Self::whole(Place::Page(number)) }
    }

    /// A place in the whole list, at whatever size the server chooses.
    pub(super) fn whole(place: Place) -> Self {
        Self { place, size: None, since: None, until: None, filter: Filter::default(), tail: Tail::default() }
    }

    /// The same list from another place: the page `first`, or the record `first` where places between records
    /// can be named, counted from 0, and `size` records of it. Nothing where the client cannot choose.
    pub fn at(&self, profile: &Profile, first: u64, size: u64) -> Option<Self> {
        let place = profile.paging.place(first)?;
        let size = self.size.and(u32::try_from(size).ok());
        Some(Self { place, size, ..self.clone() })
    }

    /// The place alone, in a form that [`Position::resumed`] reads: to go on from there another day.
    pub fn place(&self) -> String {
        let place = match &self.place {
            Place::Whole | Place::Head => serde_json::json!({}),
            Place::Page(number) => serde_json::json!({ "page": number }),
            Place::Offset(number) => serde_json::json!({ "offset": number }),
            Place::After(mark) => serde_json::json!({ "after": mark }),
            Place::Address(address) => serde_json::json!({ "address": address }),
        };
        place.to_string()
    }

    /// The same list from a place that [`Position::place`] gave; nothing if it is no such place. An address is
    /// good only at the origin of `base`, which is the user's: what a file says must not send a secret away.
    pub fn resumed(&self, place: &str, base: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(place).ok()?;
        let place = match value.as_object()?.iter().next()? {
            (key, Value::Number(number)) if key == "page" => Place::Page(number.as_u64()?),
            (key, Value::Number(number)) if key == "offset" => Place::Offset(number.as_u64()?),
            (key, Value::String(address)) if key == "address" => {
                Place::Address(super::request::resolve(address, base, &[]).ok()?)
            }
            (key, mark) if key == "after" => Place::After(mark.clone()),
            _ => return None,
        };
        Some(Self { place, ..self.clone() })
    }

    /// The page number in the provider's own counting, where the list is paged by number.
    pub fn number(&self) -> Option<u64> {
        match self.place {
            Place::Page(number) => Some(number),
            _ => None,
        }
    }

    /// The same place in the list of what happened between these times.
    #[must_use]
    pub fn within(self, since: Option<Timestamp>, until: Option<Timestamp>) -> Self {
        Self { since, until, ..self }
    }

    /// The same place in the part of the list that `filter` asks for.
    #[must_use]
    pub fn narrowed(self, filter: &Filter) -> Self {
        Self { filter: filter.clone(), ..self }
    }

    /// How many records are asked for, where the provider lets the client choose.
    pub fn size(&self) -> Option<u32> {
        self.size
    }
}
