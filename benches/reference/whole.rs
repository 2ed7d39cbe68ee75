//! What a whole process costs that prints the newest hundred events of a query.

use std::process::{Command, Stdio};

use crate::cache::Cache;
use crate::table::{Table, median_of};

const QUERIES: [(&str, &str); 3] =
    [("structured", "action:rollback"), ("common word", "tasks.max"), ("absent word", "zzqxqz")];

pub(crate) fn measure(cache: &Cache, table: &mut Table) {
    for (name, query) in QUERIES {
        let run = || {
            let list = Command::new(env!("CARGO_BIN_EXE_backtrail"))
                .args(["list", query, "--jsonl", "--limit", "100"])
                .args(cache.arguments())
                .stdout(Stdio::null())
                .status();
            assert!(list.unwrap().success());
        };
        table.add(&format!("`list --jsonl --limit 100`: {name}"), median_of(9, run));
    }
}
