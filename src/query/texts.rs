//! The texts of many events in one string, so that a word is looked for in all of them at once.
//!
//! What terms compare with texts of the whole event ([`PartKind::Event`]) stands here folded, row by row,
//! masked values left out. It is made once, when rows have come to rest, and kept by whoever keeps events.
//!
//! The bytes, all numbers little-endian: the version of this format (1 byte), the number of rows and the
//! length of the section of version numbers (4 bytes each); for each row the fingerprint of its native id,
//! or 0 (4 bytes); for each row its version numbers, each after [`VALUE`], and [`END`]; for each row its
//! texts, each after the byte that says what it is, and [`END`]. None of these bytes is in any text: they
//! do not occur in UTF-8.
//!
//! [`PartKind::Event`]: super::PartKind::Event

use std::ops::Range;

use memchr::{memchr, memchr_iter, memmem, memrchr};

use crate::domain::Record;

use super::content;
use super::text::{fingerprint, fold};

const FORMAT: u8 = 1;

/// A summary, by the feed or its language model.
const SUMMARY: u8 = 0xf8;
/// Why it did not work.
const ERROR: u8 = 0xf9;
/// The path of a changed field; what follows up to the next belongs to it.
const PATH: u8 = 0xfa;
/// The value of the field before the change.
const BEFORE: u8 = 0xfb;
/// The value of the field after the change.
const AFTER: u8 = 0xfc;
/// A version number.
const VALUE: u8 = 0xfd;
/// The end of a row.
const END: u8 = 0xff;

/// Bytes before the fingerprints.
const HEAD: usize = 9;

/// Puts the texts of events together, in the order that rows have where they are kept.
#[derive(Debug, Default)]
pub(crate) struct TextsBuilder {
    ids: Vec<u32>,
    versions: Vec<u8>,
    texts: Vec<u8>,
}

impl TextsBuilder {
    pub(crate) fn push(&mut self, record: &Record) {
        self.ids.push(record.identity.native().map_or(0, fingerprint));
        for text in content::versions(record) {
            self.versions.push(VALUE);
            self.versions.extend_from_slice(text.as_bytes());
        }
        self.versions.push(END);
        self.put(SUMMARY, record.summary.as_deref());
        if record.ai_summary != record.summary {
            self.put(SUMMARY, record.ai_summary.as_deref());
        }
        self.put(ERROR, record.error.as_deref());
        for change in &record.changes {
            self.put(PATH, Some(&change.path));
            self.put(BEFORE, change.before.as_ref().and_then(content::value_text).as_deref());
            self.put(AFTER, change.after.as_ref().and_then(content::value_text).as_deref());
        }
        self.texts.push(END);
    }

    fn put(&mut self, what: u8, text: Option<&str>) {
        if let Some(text) = text {
            self.texts.push(what);
            self.texts.extend_from_slice(fold(text).as_bytes());
        }
    }

    /// The texts, in the form that [`Texts::read`] reads.
    pub(crate) fn finish(self) -> Vec<u8> {
        let mut bytes =
            Vec::with_capacity(HEAD + self.ids.len() * 4 + self.versions.len() + self.texts.len());
        bytes.push(FORMAT);
        bytes.extend((self.ids.len() as u32).to_le_bytes());
        bytes.extend((self.versions.len() as u32).to_le_bytes());
        bytes.extend(self.ids.iter().flat_map(|id| id.to_le_bytes()));
        bytes.extend(self.versions);
        bytes.extend(self.texts);
        bytes
    }
}

/// The texts of the events of some rows.
#[derive(Debug)]
pub struct Texts {
    bytes: Vec<u8>,
    ids: Range<usize>,
    versions: Range<usize>,
}

impl Texts {
    /// The texts that `bytes` hold; `None` where they are not in a form that this program knows.
    pub fn read(bytes: Vec<u8>) -> Option<Self> {
        let number = |at: usize| {
            let four: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
            usize::try_from(u32::from_le_bytes(four)).ok()
        };
        if bytes.first() != Some(&FORMAT) {
            return None;
        }
        let ids = HEAD..HEAD.checked_add(number(1)?.checked_mul(4)?)?;
        let versions = ids.end..ids.end.checked_add(number(5)?)?;
        (versions.end <= bytes.len()).then_some(Self { bytes, ids, versions })
    }

    fn text(&self) -> &[u8] {
        &self.bytes[self.versions.end..]
    }

    /// The fingerprint of the native id of each row.
    fn ids(&self) -> impl Iterator<Item = u32> {
        self.bytes[self.ids.clone()]
            .chunks_exact(4)
            .map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]]))
    }

    /// Calls `see` with each row in which `needle` is, and the texts of that row.
    pub(super) fn find(&self, needle: &memmem::Finder<'_>, mut see: impl FnMut(usize, &[u8])) {
        let text = self.text();
        let (mut from, mut row) = (0, 0);
        while let Some(hit) = needle.find(&text[from..]).map(|hit| from + hit) {
            row += memchr_iter(END, &text[from..hit]).count();
            let start = memrchr(END, &text[..hit]).map_or(0, |end| end + 1);
            let end = memchr(END, &text[hit..]).map_or(text.len(), |end| hit + end);
            see(row, &text[start..end]);
            (from, row) = ((end + 1).min(text.len()), row + 1);
        }
    }

    /// Calls `see` with each row whose native id has this fingerprint.
    pub(super) fn find_id(&self, wanted: u32, mut see: impl FnMut(usize)) {
        self.ids().enumerate().filter(|(_, id)| *id == wanted).for_each(|(row, _)| see(row));
    }

    /// Everything that is kept of each row.
    pub(super) fn rows(&self) -> impl Iterator<Item = RowTexts<'_>> {
        let versions = self.bytes[self.versions.clone()].split(|byte| *byte == END);
        let texts = self.text().split(|byte| *byte == END);
        // Behind the last row's end stands nothing, which is no row.
        self.ids().zip(versions.zip(texts)).map(|(_, (versions, texts))| RowTexts { versions, texts })
    }

    /// The texts alone, for a filter over what is in them: pieces without any byte that is none of UTF-8.
    pub(super) fn pieces(&self) -> impl Iterator<Item = &[u8]> {
        self.text().split(|byte| *byte >= SUMMARY)
    }

    /// The fingerprints of native ids and whether any row names a version, for a filter.
    pub(super) fn marks(&self) -> (impl Iterator<Item = u32>, bool) {
        (self.ids().filter(|id| *id != 0), self.bytes[self.versions.clone()].contains(&VALUE))
    }
}

/// What is kept of one event.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RowTexts<'a> {
    versions: &'a [u8],
    texts: &'a [u8],
}

impl<'a> RowTexts<'a> {
    /// The texts of a row that was found by one of them.
    pub(super) fn of_texts(texts: &'a [u8]) -> Self {
        Self { versions: &[], texts }
    }

    fn fields(&self) -> impl Iterator<Item = (u8, &'a str)> {
        let mut rest = self.texts;
        std::iter::from_fn(move || {
            let (what, after) = rest.split_first()?;
            let end = after.iter().position(|byte| *byte >= SUMMARY).unwrap_or(after.len());
            let (text, next) = after.split_at(end);
            rest = next;
            Some((*what, std::str::from_utf8(text).unwrap_or_default()))
        })
    }

    fn of(&self, what: u8) -> impl Iterator<Item = &'a str> {
        self.fields().filter(move |(it, _)| *it == what).map(|(_, text)| text)
    }

    /// Every text that a free word is looked for in.
    pub(super) fn all(&self) -> impl Iterator<Item = &'a str> {
        self.fields().map(|(_, text)| text)
    }

    pub(super) fn summaries(&self) -> impl Iterator<Item = &'a str> {
        self.of(SUMMARY)
    }

    pub(super) fn errors(&self) -> impl Iterator<Item = &'a str> {
        self.of(ERROR)
    }

    pub(super) fn versions(&self) -> impl Iterator<Item = &'a str> {
        let values = self.versions.split(|byte| *byte == VALUE).skip(1);
        values.map(|text| std::str::from_utf8(text).unwrap_or_default())
    }

    /// Each changed field: its path, the value before, the value after.
    pub(super) fn changes(&self) -> impl Iterator<Item = (&'a str, Option<&'a str>, Option<&'a str>)> {
        let mut fields = self.fields().filter(|(what, _)| matches!(*what, PATH | BEFORE | AFTER)).peekable();
        std::iter::from_fn(move || {
            let (_, path) = fields.find(|(what, _)| *what == PATH)?;
            let mut value = |wanted| fields.next_if(|(what, _)| *what == wanted).map(|(_, text)| text);
            Some((path, value(BEFORE), value(AFTER)))
        })
    }
}
