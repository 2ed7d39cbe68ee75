//! `backtrail config`: make the configuration file, check it, print it, find it.

use std::path::PathBuf;

use super::args::{ConfigCommand, Which};
use super::print;
use crate::config::{self, Diagnostic, Options, Paths};
use crate::runtime::{Exit, Failure, trusted};

pub(super) fn run(command: &ConfigCommand, options: &Options) -> Result<Exit, Failure> {
    let paths = config::paths(options).map_err(|problem| Failure::of_problems([problem]))?;
    let printed = match command {
        ConfigCommand::Init => {
            config::init(&paths.config).map_err(|problem| Failure::of_problems([problem]))?;
            let file = paths.config.display();
            print::lines([format!("wrote {file}"), "edit it, then run `backtrail config check`".to_owned()])
        }
        ConfigCommand::Check => {
            let mut problems = config::check(options);
            if problems.is_empty()
                && let Ok(config) = config::load(options)
            {
                let files = config.sources.iter().filter_map(|source| trusted(source).err());
                problems.extend(files.map(Diagnostic::from));
            }
            if !problems.is_empty() {
                return Err(Failure::of_problems(problems));
            }
            if !paths.config.exists() {
                let file = paths.config.display();
                return Err(Failure::usage(format!("there is no `{file}`"))
                    .help("`backtrail config init` writes one to start from"));
            }
            let empty = config::load(options).is_ok_and(|config| config.sources.is_empty());
            let but = if empty { "; it names no source yet: take the `#` away from one" } else { "" };
            print::lines([format!("{} is fine{but}", paths.config.display())])
        }
        ConfigCommand::Print => {
            let config = config::load(options).map_err(Failure::of_problems)?;
            print::lines([config.to_toml().trim_end()])
        }
        ConfigCommand::Path { which: Some(which) } => {
            print::lines([place(&paths, *which).display().to_string()])
        }
        ConfigCommand::Path { which: None } => {
            let all = [Which::Config, Which::Cache, Which::Data, Which::Feeds, Which::Log];
            let names = ["config", "cache", "data", "feeds", "log"];
            print::lines(
                all.iter()
                    .zip(names)
                    .map(|(which, name)| format!("{name:<7} {}", place(&paths, *which).display())),
            )
        }
    };
    print::ended(printed)?;
    Ok(Exit::Fine)
}

fn place(paths: &Paths, which: Which) -> PathBuf {
    match which {
        Which::Config => paths.config.clone(),
        Which::Cache => paths.cache_dir.clone(),
        Which::Data => paths.data_dir.clone(),
        Which::Feeds => paths.feeds.clone(),
        Which::Log => paths.log.clone(),
    }
}
