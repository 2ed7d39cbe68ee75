//! Files that the user asks for from the screen.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::Path;

use crate::tui::Notice;

/// Writes a picture of the screen to a file that is not there yet, and says where.
pub(super) fn picture(path: &str, svg: &str) -> Notice {
    match write(Path::new(path), svg) {
        Ok(place) => Notice::info(format!("Wrote a picture of the screen to {place}")),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            Notice::error(format!("Not written: there is a file `{path}` already, take another name"))
        }
        Err(error) => Notice::error(format!("Not written to `{path}`: {error}")),
    }
}

/// The path of the file that was written, from the root.
fn write(path: &Path, text: &str) -> io::Result<String> {
    OpenOptions::new().write(true).create_new(true).open(path)?.write_all(text.as_bytes())?;
    Ok(path.canonicalize().unwrap_or_else(|_| path.to_owned()).display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::Weight;

    #[test]
    fn a_picture_says_where_it_is_and_never_takes_the_place_of_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("screen.svg");
        let path = path.to_str().unwrap();
        let said = picture(path, "<svg/>");
        assert!(said.weight == Weight::Info && said.text.ends_with("screen.svg"), "{said:?}");
        assert_eq!(std::fs::read_to_string(path).unwrap(), "<svg/>");
        let again = picture(path, "other");
        assert!(again.weight == Weight::Error && again.text.contains("already"), "{again:?}");
        assert_eq!(std::fs::read_to_string(path).unwrap(), "<svg/>");
        let nowhere = picture("/no/such/folder/screen.svg", "");
        assert!(nowhere.weight == Weight::Error && nowhere.text.contains("/no/such/folder"), "{nowhere:?}");
    }
}
