//! Where the configuration, the user's feed profiles, the cache and the log are.

use std::path::{Path, PathBuf};

use directories::ProjectDirs;

use crate::domain::Problem;

/// What the command line says about places.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// `--config FILE`
    pub config: Option<PathBuf>,
    /// `--cache-dir DIR`
    pub cache_dir: Option<PathBuf>,
    /// `--data-dir DIR`
    pub data_dir: Option<PathBuf>,
}

impl Options {
    /// The same with `BACKTRAIL_CONFIG`, `BACKTRAIL_CACHE_DIR` and `BACKTRAIL_DATA_DIR` for what the command
    /// line leaves open. A variable that is empty counts as not set.
    #[must_use]
    pub fn or_environment(self) -> Self {
        let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        Self {
            config: self.config.or_else(|| variable("BACKTRAIL_CONFIG")),
            cache_dir: self.cache_dir.or_else(|| variable("BACKTRAIL_CACHE_DIR")),
            data_dir: self.data_dir.or_else(|| variable("BACKTRAIL_DATA_DIR")),
        }
    }
}

/// The places that the program reads and writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// The configuration file, whether it is there or not.
    pub config: PathBuf,
    /// Whether the user named the configuration file; then it has to be there.
    pub config_named: bool,
    /// The folder of the user's own feed profiles: `feeds` beside the configuration file.
    pub feeds: PathBuf,
    /// The folder of the cache.
    pub cache_dir: PathBuf,
    /// The log file, in the folder of the cache.
    pub log: PathBuf,
    /// The folder of what the user made: it cannot be fetched again, so it is not that of the cache.
    pub data_dir: PathBuf,
}

/// Finds the places: what `options` say, else the folders that the system keeps for programs
/// (`$XDG_CONFIG_HOME/backtrail`, `$XDG_CACHE_HOME/backtrail`, `$XDG_DATA_HOME/backtrail`). It fails only where there is no home folder
/// and `options` leave something open.
pub fn paths(options: &Options) -> Result<Paths, Problem> {
    let folders = ProjectDirs::from("", "", "backtrail");
    let choose = |named: &Option<PathBuf>, default: fn(&ProjectDirs) -> PathBuf, flag: &str, file: &str| {
        named.clone().or_else(|| folders.as_ref().map(default)).ok_or_else(|| {
            let message = "there is no home folder to look for it in".to_owned();
            Problem::about_file(file.to_owned(), message, Some(format!("say where it is with `{flag}`")))
        })
    };
    let config = choose(
        &options.config,
        |dirs| dirs.config_dir().join("config.toml"),
        "--config FILE",
        "config.toml",
    )?;
    let cache_dir =
        choose(&options.cache_dir, |dirs| dirs.cache_dir().to_path_buf(), "--cache-dir DIR", "cache")?;
    let data_dir =
        choose(&options.data_dir, |dirs| dirs.data_dir().to_path_buf(), "--data-dir DIR", "user data")?;
    Ok(Paths {
        data_dir,
        feeds: beside(&config, "feeds"),
        log: cache_dir.join("backtrail.log"),
        config_named: options.config.is_some(),
        config,
        cache_dir,
    })
}

/// The path `name` seen from the folder of `file`.
pub(super) fn beside(file: &Path, name: &str) -> PathBuf {
    file.parent().unwrap_or(Path::new("")).join(name)
}

/// `text` as a path: `~/` is the home folder, a relative path is seen from the folder of `file`.
pub(super) fn expand(text: &str, file: &Path, home: Option<&Path>) -> PathBuf {
    match (text.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => beside(file, text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn named_places_win_and_their_neighbours_follow() {
        let options = Options {
            config: Some("/etc/bt/my.toml".into()),
            cache_dir: Some("/var/bt".into()),
            data_dir: Some("/srv/bt".into()),
        };
        let paths = paths(&options).unwrap();
        assert_eq!(paths.config, Path::new("/etc/bt/my.toml"));
        assert_eq!(paths.feeds, Path::new("/etc/bt/feeds"));
        assert_eq!(paths.log, Path::new("/var/bt/backtrail.log"));
        assert_eq!(paths.data_dir, Path::new("/srv/bt"));
        assert!(paths.config_named);
    }

    #[test]
    fn texts_become_paths() {
        let home = Path::new("/home/me");
        let file = Path::new("/etc/bt/config.toml");
        for (text, path) in [
            ("/run/secrets/x", "/run/secrets/x"),
            ("~/.secrets/x", "/home/me/.secrets/x"),
            ("keys.toml", "/etc/bt/keys.toml"),
            ("../x", "/etc/bt/../x"),
        ] {
            assert_eq!(expand(text, file, Some(home)), Path::new(path), "{text}");
        }
    }
}
