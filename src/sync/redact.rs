//! Keeping secrets out of everything that is shown, logged or written down.
//!
//! A server may repeat what it was sent, as it was or in another writing: percent-encoded as it stands in an
//! address, escaped as it stands in JSON, in base 64 as it stands in a header. So a text is looked at through
//! each of these writings, and what turns out to be a secret is cut out of the text itself. What was cut short
//! may end in the middle of a secret, so the beginning of one before an ellipsis counts as well.
//!
//! Records are no messages: what a server sends as its history is kept as it is.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};
use memchr::memmem;
use zeroize::Zeroizing;

use crate::domain::Secret;

/// What stands in place of a secret.
const INSTEAD: &str = "<redacted>";
/// Secrets shorter than this are not looked for: masking every `a` would hide the message itself.
const SHORTEST: usize = 4;
/// Shorter ones are not looked for in base 64, where a few letters say nothing.
const SHORTEST_IN_BASE_64: usize = 6;
/// How many bought tokens are remembered. One that was replaced can still turn up in a late answer.
const BOUGHT: usize = 64;

/// What must not be shown. Clones share it.
#[derive(Clone, Default)]
pub struct Redactor(Arc<RwLock<Known>>);

#[derive(Default)]
struct Known {
    configured: Vec<Hidden>,
    bought: VecDeque<Hidden>,
}

/// One secret and what its middle looks like in base 64, wherever it begins in a group of three bytes.
struct Hidden {
    value: Zeroizing<Vec<u8>>,
    in_base_64: Vec<Zeroizing<Vec<u8>>>,
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Redactor")
    }
}

impl Redactor {
    /// From now on `secret` is not shown.
    pub fn hide(&self, secret: &Secret) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.configured.iter().all(|known| *known.value != secret.expose().as_bytes()) {
            known.configured.extend(Hidden::new(secret.expose()));
        }
    }

    /// The same for a token that was bought: the newest are remembered.
    pub(super) fn hide_bought(&self, secret: &Secret) {
        let Some(hidden) = Hidden::new(secret.expose()) else { return };
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.bought.push_back(hidden);
        if known.bought.len() > BOUGHT {
            known.bought.pop_front();
        }
    }

    /// Hides the passwords of the proxies that the environment names.
    pub fn hide_proxies(&self, variables: impl IntoIterator<Item = (String, String)>) {
        for (name, value) in variables {
            if !name.to_ascii_lowercase().ends_with("_proxy") {
                continue;
            }
            let user = value.rsplit_once('@').map(|(user, _)| user.rsplit("//").next().unwrap_or(user));
            let Some((_, password)) = user.and_then(|user| user.split_once(':')) else { continue };
            // As it stands there and as it is sent.
            for view in View::all_of(password) {
                self.hide(&Secret::new(String::from_utf8_lossy(&view.bytes).into_owned()));
            }
        }
    }

    /// `text` without any secret.
    pub fn mask<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let mut found = Vec::new();
        let views = View::all_of(text);
        for hidden in known.configured.iter().chain(&known.bought) {
            for view in &views {
                hidden.find_in(view, &mut found);
                hidden.find_cut_short(view, &mut found);
            }
        }
        without(text, found)
    }
}

/// `text` with each of `ranges` replaced.
fn without(text: &str, mut ranges: Vec<Range<usize>>) -> Cow<'_, str> {
    if ranges.is_empty() {
        return Cow::Borrowed(text);
    }
    ranges.sort_by_key(|range| range.start);
    let (mut shown, mut at) = (String::with_capacity(text.len()), 0);
    for range in ranges {
        if range.end <= at {
            continue;
        }
        // What overlaps with the one before is a part of it.
        if range.start >= at {
            shown.push_str(&text[at..floor(text, range.start)]);
            shown.push_str(INSTEAD);
        }
        at = ceil(text, range.end);
    }
    shown.push_str(&text[at..]);
    Cow::Owned(shown)
}

fn floor(text: &str, at: usize) -> usize {
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

fn ceil(text: &str, at: usize) -> usize {
    (at..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len())
}

impl Hidden {
    fn new(secret: &str) -> Option<Self> {
        let value = Zeroizing::new(secret.as_bytes().to_vec());
        let in_base_64 = if value.len() < SHORTEST_IN_BASE_64 { Vec::new() } else { in_base_64(&value) };
        (value.len() >= SHORTEST).then_some(Self { value, in_base_64 })
    }

    fn find_in(&self, view: &View, found: &mut Vec<Range<usize>>) {
        for at in memmem::find_iter(&view.bytes, &*self.value) {
            found.push(view.range(at..at + self.value.len()));
        }
        for middle in &self.in_base_64 {
            for at in memmem::find_iter(&view.bytes, &**middle) {
                // The letters at both ends hold a part of the secret and a part of what is beside it.
                let end = at + middle.len();
                let before = view.bytes[..at].iter().rev().take_while(|byte| is_base_64(**byte)).count();
                let after = view.bytes[end..].iter().take_while(|byte| is_base_64(**byte)).count();
                let padding = view.bytes[end + after..].iter().take_while(|byte| **byte == b'=').count();
                found.push(view.range(at - before..end + after + padding.min(2)));
            }
        }
    }

    /// Finds beginnings of the secret before an ellipsis, in any of its writings.
    fn find_cut_short(&self, view: &View, found: &mut Vec<Range<usize>>) {
        for end in memmem::find_iter(&view.bytes, "…".as_bytes()) {
            let before = whole_escapes(&view.bytes[..end]);
            let written = |written: &[u8], shortest: usize| {
                (shortest..written.len()).rev().find(|length| before.ends_with(&written[..*length]))
            };
            let middles = self.in_base_64.iter().filter_map(|middle| written(middle, SHORTEST * 2));
            let longest = written(&self.value, SHORTEST).into_iter().chain(middles).max();
            found.extend(longest.map(|length| view.range(before.len() - length..end)));
        }
    }
}

/// `text` without the beginning of an escape that was cut off at its end.
fn whole_escapes(text: &[u8]) -> &[u8] {
    let cut = (1..6.min(text.len() + 1)).find(|length| match text[text.len() - length] {
        b'%' => *length < 3,
        b'\\' => true,
        _ => false,
    });
    &text[..text.len() - cut.unwrap_or(0)]
}

/// The letters in base 64 that depend on nothing but `value`, for each of the places in a group of three
/// bytes that it can begin at, in both alphabets (RFC 4648, sections 4 and 5).
fn in_base_64(value: &[u8]) -> Vec<Zeroizing<Vec<u8>>> {
    let mut middles: Vec<Zeroizing<Vec<u8>>> = Vec::new();
    for before in 0..3 {
        let padded = Zeroizing::new([&[0; 3][..before], value].concat());
        let first = (before * 8).div_ceil(6);
        let end = padded.len() * 8 / 6;
        for alphabet in [&BASE64_STANDARD_NO_PAD, &BASE64_URL_SAFE_NO_PAD] {
            let letters = Zeroizing::new(alphabet.encode(&*padded));
            let middle = Zeroizing::new(letters.as_bytes()[first..end].to_vec());
            if !middles.contains(&middle) {
                middles.push(middle);
            }
        }
    }
    middles
}

fn is_base_64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte)
}

/// A text in another writing, and where each byte of it comes from.
struct View {
    bytes: Vec<u8>,
    /// One more than there are bytes: the end.
    from: Vec<usize>,
}

/// What the beginning of a text stands for, and how many bytes of it that takes; `None` where it stands for
/// itself.
type Unescape = fn(&[u8]) -> Option<(Vec<u8>, usize)>;

/// The ways to write a text differently, each with the sign that gives it away.
const WRITINGS: [(u8, Unescape); 3] = [(b'%', in_path), (b'+', in_query), (b'\\', in_json)];
/// How often one may have been written in another: an address within an address, JSON within JSON.
const WITHIN: usize = 2;

impl View {
    /// `text` as it is, and as everything that it may be the writing of.
    fn all_of(text: &str) -> Vec<Self> {
        let mut views = vec![Self { bytes: text.as_bytes().to_vec(), from: (0..=text.len()).collect() }];
        let mut newest = 0;
        for _ in 0..WITHIN {
            let inner: Vec<Self> = views[newest..].iter().flat_map(Self::inner).collect();
            newest = views.len();
            views.extend(inner);
        }
        views
    }

    /// What this may be the writing of.
    fn inner(&self) -> impl Iterator<Item = Self> {
        let writings = WRITINGS.into_iter().filter(|(sign, _)| self.bytes.contains(sign));
        writings.map(|(_, unescape)| self.read(unescape))
    }

    fn read(&self, unescape: Unescape) -> Self {
        let (text, mut at) = (&self.bytes, 0);
        let (mut bytes, mut from) = (Vec::with_capacity(text.len()), Vec::with_capacity(text.len() + 1));
        while at < text.len() {
            let (stands_for, length) = unescape(&text[at..]).unwrap_or_else(|| (vec![text[at]], 1));
            bytes.extend(stands_for);
            from.resize(bytes.len(), self.from[at]);
            at += length;
        }
        from.extend(self.from.last());
        Self { bytes, from }
    }

    fn range(&self, range: Range<usize>) -> Range<usize> {
        self.from[range.start]..self.from[range.end]
    }
}

/// As in the path of an address (RFC 3986, section 2.1).
fn in_path(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    let digits = text.strip_prefix(b"%")?.get(..2)?;
    let byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    Some((vec![byte], 3))
}

/// As in the query of an address, where a plus is a blank.
fn in_query(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    if text.starts_with(b"+") { Some((vec![b' '], 1)) } else { in_path(text) }
}

/// As between the quotes of JSON (RFC 8259, section 7).
fn in_json(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    let after = text.strip_prefix(b"\\")?;
    let byte = match after.first()? {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'b' => 8,
        b'f' => 12,
        b'u' => {
            let first = unit(text)?;
            let pair = [first, text.get(6..).and_then(unit).unwrap_or_default()];
            let c = char::decode_utf16(pair).next()?.ok()?;
            return Some((c.to_string().into_bytes(), 6 * c.len_utf16()));
        }
        byte => *byte,
    };
    Some((vec![byte], 2))
}

/// The number in `\u1234`.
fn unit(text: &[u8]) -> Option<u16> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests;
