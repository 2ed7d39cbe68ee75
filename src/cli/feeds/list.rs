//! `backtrail feeds list`: every feed profile on one line.

use serde_json::json;

use crate::cli::print;
use crate::domain::{Safe, escape_json};
use crate::feed::{Catalog, Profile};
use crate::runtime::{Exit, Failure};

pub(super) fn run(catalog: &Catalog, json: bool) -> Result<Exit, Failure> {
    let profiles: Vec<_> = catalog.ids().filter_map(|id| catalog.get(id)).collect();
    let printed = if json {
        print::lines(
            profiles.iter().map(|profile| escape_json(&as_json(profile, catalog).to_string()).into_owned()),
        )
    } else {
        let rows = profiles.iter().map(|profile| row(profile)).collect();
        print::lines(table(rows))
    };
    print::ended(printed)?;
    Ok(Exit::Fine)
}

fn as_json(profile: &Profile, catalog: &Catalog) -> serde_json::Value {
    let vars = profile.vars().iter().map(|var| var.name.as_str());
    let secrets = profile.secrets().iter().map(|secret| secret.name.as_str());
    json!({
        "id": profile.id(),
        "name": profile.name(),
        "docs": profile.docs(),
        "auth": profile.auth_kind(),
        "vars": vars.collect::<Vec<_>>(),
        "secrets": secrets.collect::<Vec<_>>(),
        "maps": profile.maps(),
        "verified": profile.verified(),
        "file": catalog.text(profile.id()).and_then(|text| text.file.as_deref()),
    })
}

fn row(profile: &Profile) -> [String; 5] {
    // One word for all parts of an entity or an actor, so that a line stays a line.
    let mut maps: Vec<String> = Vec::new();
    for key in profile.maps() {
        let word = key.split('.').next().unwrap_or_default();
        if maps.last().is_none_or(|last| last != word) {
            maps.push(word.to_owned());
        }
    }
    [
        profile.id().to_owned(),
        profile.name().to_owned(),
        profile.auth_kind().to_owned(),
        if profile.verified() { "yes" } else { "in part" }.to_owned(),
        maps.join(" "),
    ]
}

/// Columns as wide as what is in them; the last one as it comes.
fn table(rows: Vec<[String; 5]>) -> Vec<String> {
    let head = ["ID", "NAME", "AUTH", "VERIFIED", "MAPS"].map(str::to_owned);
    let rows: Vec<_> = std::iter::once(head).chain(rows).collect();
    let width = |column: usize| rows.iter().map(|row| Safe::line(&row[column]).width()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..4).map(width).collect();
    rows.iter()
        .map(|row| {
            let cells = row.iter().zip(&widths).map(|(cell, width)| Safe::line(cell).pad(*width));
            let cells: Vec<String> = cells.map(|cell| cell.as_str().to_owned()).collect();
            format!("{}  {}", cells.join("  "), row[4])
        })
        .collect()
}
