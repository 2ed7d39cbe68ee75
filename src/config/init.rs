//! The configuration that a newcomer begins with.

use std::fs::{DirBuilder, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

use crate::domain::Problem;

/// A configuration with an example for each built-in feed, all of it commented out.
pub const SAMPLE: &str = include_str!("../../assets/config.toml");

/// Writes [`SAMPLE`] to `path`, readable for its owner only, with the folders above it. A file that is
/// already there is left as it is.
pub fn init(path: &Path) -> Result<(), Problem> {
    let problem = |message: String, help: &str| {
        Problem::about_file(path.display().to_string(), message, Some(help.to_owned()))
    };
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|error| {
            problem(
                format!("its folder cannot be made: {error}"),
                "choose another place with `--config FILE`",
            )
        })?;
    }
    let mut file =
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(|error| {
            if error.kind() == ErrorKind::AlreadyExists {
                problem(
                    "the file is already there and stays as it is".to_owned(),
                    "edit it, or move it away first",
                )
            } else {
                problem(
                    format!("the file cannot be written: {error}"),
                    "choose another place with `--config FILE`",
                )
            }
        })?;
    file.write_all(SAMPLE.as_bytes())
        .map_err(|error| problem(format!("the file cannot be written: {error}"), "make room and try again"))
}
