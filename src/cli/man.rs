//! `backtrail man`: the manual, made from the same definitions as the help.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use clap::{Command, CommandFactory as _};
use clap_mangen::Man;

use super::args::{Cli, ManArgs};
use super::print;
use crate::runtime::{Exit, Failure};

pub(super) fn run(args: &ManArgs) -> Result<Exit, Failure> {
    let mut program = Cli::command();
    program.build();
    let Some(folder) = &args.out else {
        let mut out = io::stdout().lock();
        print::ended(page(&program, "backtrail").and_then(|page| out.write_all(&page)))?;
        return Ok(Exit::Fine);
    };
    fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
    pages(&program, "backtrail", folder)?;
    Ok(Exit::Fine)
}

/// Writes the page of a command and those of its subcommands.
fn pages(command: &Command, name: &str, folder: &Path) -> Result<(), Failure> {
    let path = folder.join(format!("{name}.1"));
    page(command, name).and_then(|page| fs::write(&path, page)).map_err(|error| unwritable(&path, &error))?;
    let shown = |inner: &&Command| inner.get_name() != "help" && !inner.is_hide_set();
    command
        .get_subcommands()
        .filter(shown)
        .try_for_each(|inner| pages(inner, &format!("{name}-{}", inner.get_name()), folder))
}

fn page(command: &Command, name: &str) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    Man::new(command.clone()).title(name.to_uppercase()).render(&mut page)?;
    Ok(page)
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::usage(format!("`{}` cannot be written: {error}", path.display()))
}
