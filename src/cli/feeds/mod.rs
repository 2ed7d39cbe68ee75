//! `backtrail feeds`: look at feed profiles, check one, begin one.

mod check;
mod list;

use super::args::FeedsCommand;
use super::print;
use crate::config::{self, Options};
use crate::feed::Catalog;
use crate::runtime::{Exit, Failure};

pub(super) use check::table as field_table;

/// A profile that explains itself and passes its own check.
const SKELETON: &str = include_str!("../../../assets/feed-skeleton.toml");

pub(super) fn run(command: FeedsCommand, options: &Options) -> Result<Exit, Failure> {
    match command {
        FeedsCommand::List { json } => list::run(&catalog(options)?, json),
        FeedsCommand::Show { id } => show(&catalog(options)?, &id),
        FeedsCommand::Check(args) => check::run(&args, options),
        FeedsCommand::New => text(SKELETON),
    }
}

/// The profiles that come with the program and the user's own.
pub(super) fn catalog(options: &Options) -> Result<Catalog, Failure> {
    let paths = config::paths(options).map_err(|problem| Failure::of_problems([problem]))?;
    config::catalog(&paths).map_err(Failure::of_problems)
}

/// No profile has this id.
pub(super) fn unknown(catalog: &Catalog, id: &str) -> Failure {
    let known: Vec<&str> = catalog.ids().collect();
    Failure::usage(format!("there is no feed profile `{id}`"))
        .help(format!("there are `{}`", known.join("`, `")))
}

fn show(catalog: &Catalog, id: &str) -> Result<Exit, Failure> {
    match catalog.text(id) {
        Some(profile) => text(&profile.text),
        None => Err(unknown(catalog, id)),
    }
}

fn text(text: &str) -> Result<Exit, Failure> {
    print::ended(print::lines(text.lines()))?;
    Ok(Exit::Fine)
}
