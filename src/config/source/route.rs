//! How the requests of a source get to its server: `proxy` and `ca_file`.

use std::path::PathBuf;

use super::Surroundings;
use crate::config::base;
use crate::config::paths::expand;
use crate::config::problem::Reader;
use crate::config::table::Table;
use crate::domain::Place;

/// A file of certificates, and where the configuration names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaFile {
    /// The file.
    pub path: PathBuf,
    /// Where the configuration says so.
    pub place: Place,
}

/// The proxy that the source's requests take, as scheme, host and port.
pub(super) fn proxy(reader: &mut Reader<'_>, table: &Table<'_>) -> Option<String> {
    let field = table.get("proxy")?;
    // Proxies are often written with their password.
    let withhold = |reader: &mut Reader<'_>| reader.withhold(&field.span);
    let Some(text) = field.text(reader, "\"http://proxy.example.com:3128\"") else {
        withhold(reader);
        return None;
    };
    base::parse_proxy(text)
        .map_err(|bad| {
            if bad.secret {
                withhold(reader);
            }
            reader.note(&field.span, &field.path, bad.message, bad.help);
        })
        .ok()
}

/// The certificates that the source's server may show beside those that the machine trusts. They are read
/// where they are needed.
pub(super) fn ca_file(
    reader: &mut Reader<'_>,
    table: &Table<'_>,
    around: &Surroundings<'_>,
) -> Option<CaFile> {
    let field = table.get("ca_file")?;
    let text = field.text(reader, "\"~/certificates/our-ca.pem\"")?;
    if text.trim().is_empty() {
        let help = "write the path of a file of certificates in PEM";
        reader.note(&field.span, &field.path, "there is no file to read", help);
        return None;
    }
    let place = reader.place(field.span.start);
    Some(CaFile { path: expand(text, around.file, around.home), place })
}
