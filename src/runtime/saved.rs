//! Files that hold what a provider once answered.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use super::Failure;

/// The largest file that is read, in bytes: as much as one answer over the network may have.
const LIMIT: u64 = 64 * 1024 * 1024;

/// The content of the file at `path`, which may also be a pipe.
pub fn read_saved(path: &Path) -> Result<Vec<u8>, Failure> {
    let shown = path.display();
    let unreadable = |error: std::io::Error| Failure::usage(format!("`{shown}` cannot be read: {error}"));
    let mut body = Vec::new();
    File::open(path).map_err(unreadable)?.take(LIMIT + 1).read_to_end(&mut body).map_err(unreadable)?;
    if body.len() as u64 > LIMIT {
        return Err(Failure::usage(format!("`{shown}` is longer than 64 MiB"))
            .help("cut it into several files and bring in one after the other"));
    }
    Ok(body)
}
