//! `[integrity]`: where entries name the one before them, and the request that has the server verify them.

use super::super::integrity::{Integrity, VerifyAsk};
use super::super::reader::Table;
use super::ask::{ask, pointer};
use super::compile::{Compiler, Place};
use super::events::statuses;

pub(super) fn integrity(table: Table<'_>, compiler: &Compiler<'_>) -> Option<Integrity> {
    let hash = table.need("hash", "where the hash of an entry is, such as `/hash`");
    let hash = hash.and_then(|item| pointer(&item));
    let previous = table.need("previous", "where an entry names the hash of the one before it");
    let previous = previous.and_then(|item| pointer(&item));
    let verify = table.table("verify").and_then(|table| verify(table, compiler));
    table.finish();
    Some(Integrity { hash: hash?, previous: previous?, verify })
}

fn verify(table: Table<'_>, compiler: &Compiler<'_>) -> Option<VerifyAsk> {
    let ask = ask(&table, Place::Request, compiler);
    let at = |key| table.get(key).and_then(|item| pointer(&item));
    let intact = table.need("intact", "where the answer says whether all is in order: a boolean");
    let intact = intact.and_then(|item| pointer(&item));
    let (verified, scanned, total) = (at("verified"), at("scanned"), at("total"));
    let (broken_at, reason) = (at("broken_at"), at("reason"));
    let optional = statuses(&table);
    table.finish();
    Some(VerifyAsk { ask: ask?, optional, intact: intact?, verified, scanned, total, broken_at, reason })
}
