//! The reference data sets: caches of the demo's world, made by the program itself.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use backtrail::store::Store;

use crate::table::Amount;

/// A folder with a configuration and a cache that nothing is left to do in.
pub(crate) struct Cache {
    pub(crate) folder: PathBuf,
    pub(crate) events: usize,
}

/// The data set of this size, made where it is not there yet.
pub(crate) fn ready(events: usize) -> Cache {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("reference").join(events.to_string());
    let cache = Cache { folder, events };
    if !cache.folder.join("ready").exists() {
        eprintln!("making {events} events in {}", cache.folder.display());
        let _ = fs::remove_dir_all(&cache.folder);
        let done = Command::new(env!("CARGO_BIN_EXE_backtrail"))
            .args(["demo", "--seed", "1", "--events", &events.to_string(), "--keep"])
            .arg(&cache.folder)
            .args(["--", "sync"])
            .stdout(Stdio::null())
            .status()
            .unwrap();
        assert!(done.success(), "the sync ended with {done}");
        cache.seal();
        fs::write(cache.folder.join("ready"), "").unwrap();
    }
    cache
}

impl Cache {
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.join("cache/cache.db")
    }

    pub(crate) fn store(&self) -> Store {
        Store::open(&self.file()).unwrap().0
    }

    /// Does what the browser does when it has nothing else to do.
    fn seal(&self) {
        let store = self.store();
        while store.run_blocking(backtrail::store::Db::seal_some).unwrap() {}
    }

    /// The program with the folders of this cache.
    pub(crate) fn arguments(&self) -> [String; 6] {
        let path = |name: &str| self.folder.join(name).to_string_lossy().into_owned();
        let [config, cache, data] = ["config.toml", "cache", "data"].map(path);
        ["--config".into(), config, "--cache-dir".into(), cache, "--data-dir".into(), data]
    }

    pub(crate) fn disk_per_event(&self) -> Amount {
        let size = |suffix: &str| {
            fs::metadata(self.folder.join(format!("cache/cache.db{suffix}"))).map_or(0, |file| file.len())
        };
        Amount::Bytes((size("") + size("-wal")) / self.events as u64)
    }
}
