//! What the tests share that start the program as a user starts it.

#![allow(dead_code, reason = "each test takes what it needs")]

pub(crate) mod echo;
pub(crate) mod terminal;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use assert_cmd::prelude::*;
use serde_json::Value;
use tempfile::TempDir;

/// A place of its own for one test: no configuration, no cache and no environment of the machine.
pub(crate) struct Home(pub(crate) TempDir);

impl Home {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn backtrail(&self, args: &[&str]) -> Command {
        let mut command = Command::cargo_bin("backtrail").unwrap();
        command
            .args(args)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.0.path())
            .env("XDG_CONFIG_HOME", self.0.path().join("config"))
            .env("XDG_CACHE_HOME", self.0.path().join("cache"))
            .env("XDG_DATA_HOME", self.0.path().join("data"))
            .env("TMPDIR", self.0.path())
            .env("TZ", "UTC")
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn write_config(&self, text: &str) -> String {
        let path = self.0.path().join("backtrail.toml");
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    pub(crate) fn json_lines(&self, args: &[&str]) -> Vec<Value> {
        let output = self.backtrail(args).output().unwrap();
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout)
            .unwrap()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

/// The demo's systems in a process of their own, and the configuration it prints.
pub(crate) struct Served {
    child: Child,
    pub(crate) config: String,
}

impl Served {
    pub(crate) fn start(home: &Home, extra: &[&str]) -> Self {
        let args = [&["demo", "--serve", "127.0.0.1:0", "--events", "600", "--live", "off"], extra].concat();
        let mut child = home.backtrail(&args).stdout(Stdio::piped()).spawn().unwrap();
        let mut config = String::new();
        let mut reader = BufReader::new(child.stdout.take().unwrap());
        // The configuration ends with a line that says so; the server goes on.
        loop {
            let mut line = String::new();
            assert!(reader.read_line(&mut line).unwrap() > 0, "the server ended: {config}");
            if line.starts_with("# end") {
                break;
            }
            config.push_str(&line);
        }
        Self { child, config }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
