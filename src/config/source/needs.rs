//! What a feed profile asks the user for: variables, and the places of secrets.

use std::collections::BTreeMap;

use toml::de::DeValue;

use super::Surroundings;
use crate::config::paths::expand;
use crate::config::problem::Reader;
use crate::config::secret::{SecretFrom, SecretRef};
use crate::config::table::{Field, Table};
use crate::domain::what_fits;
use crate::feed::{Profile, Var};

/// What can stand in place of a secret.
const SECRET_KEYS: &[&str] = &["env", "command", "file"];

/// The values of the variables that the profile asks for. None has to be given where no requests are made.
pub(super) fn vars(
    reader: &mut Reader<'_>,
    table: &Table<'_>,
    profile: Option<&Profile>,
    http: bool,
) -> BTreeMap<String, String> {
    let given = table.get("vars").map(|field| (field, field.table(reader, "{ tenant = \"acme\" }")));
    let mut values = BTreeMap::new();
    let Some(profile) = profile else { return values };
    let asked: Vec<&str> = profile.vars().iter().map(|var| var.name.as_str()).collect();
    if let Some((_, Some(vars))) = &given {
        vars.only(reader, &asked, |_| {
            asked.is_empty().then(|| format!("the feed `{}` asks for no vars: remove it", profile.id()))
        });
    }
    for var in profile.vars() {
        let field = given.as_ref().and_then(|(_, vars)| vars.as_ref()?.get(&var.name));
        if let Some(field) = field {
            values.extend(value(reader, field, var, profile).map(|value| (var.name.clone(), value)));
        } else if http && var.required && var.default.is_none() && !matches!(given, Some((_, None))) {
            let span = given.as_ref().map_or(&table.span, |(field, _)| &field.key_span);
            let message =
                format!("the feed `{}` asks for it{}", profile.id(), in_brackets(var.label.as_ref()));
            let help = format!("add `vars = {{ {} = \"…\" }}`", var.name);
            reader.note(span, &format!("source.vars.{}", var.name), message, help);
        }
    }
    values
}

fn value(reader: &mut Reader<'_>, field: &Field<'_>, var: &Var, profile: &Profile) -> Option<String> {
    let value = match field.value {
        DeValue::Integer(number) => number.as_str().to_owned(),
        DeValue::Boolean(boolean) => boolean.to_string(),
        _ => field.text(reader, "\"…\"")?.to_owned(),
    };
    if var.accepts(&value) {
        return Some(value);
    }
    // What does not look like it should may be something else altogether.
    reader.withhold(&field.span);
    let pattern = var.pattern.as_ref().map_or_else(String::new, ToString::to_string);
    let help = format!("look it up in the settings of {}", profile.name());
    reader.note(&field.span, &field.path, format!("the value does not match `{pattern}`"), help);
    None
}

fn in_brackets(label: Option<&String>) -> String {
    label.map_or_else(String::new, |label| format!(" ({label})"))
}

/// The places of the secrets that the profile asks for.
pub(super) fn secrets(
    reader: &mut Reader<'_>,
    table: &Table<'_>,
    profile: Option<&Profile>,
    around: &Surroundings<'_>,
) -> Vec<SecretRef> {
    let example = "{ token = { env = \"MY_TOKEN\" } }";
    let given = table.get("secret").map(|field| field.table(reader, example));
    let asked: Vec<&str> = profile
        .map(|profile| profile.secrets().iter().map(|need| need.name.as_str()).collect())
        .unwrap_or_default();
    let mut found = Vec::new();
    if let Some(Some(secrets)) = &given {
        for field in secrets.fields() {
            let secret = secret(reader, field, profile, around);
            if profile.is_none() || asked.contains(&field.key.as_str()) {
                found.extend(secret);
            } else {
                let help = what_fits(&field.key, &asked);
                reader.note(
                    &field.key_span,
                    &field.path,
                    "the feed does not ask for a secret of this name",
                    help,
                );
            }
        }
    }
    let Some(profile) = profile.filter(|_| !matches!(given, Some(None))) else { return found };
    for need in profile.secrets().iter().filter(|need| need.required) {
        let given = given.iter().flatten().any(|secrets| secrets.get(&need.name).is_some());
        // A secret in the wrong place is already noted there.
        if !given && table.get(&need.name).is_none() {
            let help = format!(
                "add `{} = {{ env = \"{}\" }}` under `[source.secret]`",
                need.name,
                variable_for(profile, &need.name)
            );
            let label = in_brackets(need.label.as_ref());
            let message = format!("the feed `{}` asks for this secret{label}", profile.id());
            reader.note(&table.span, &format!("source.secret.{}", need.name), message, help);
        }
    }
    found
}

pub(in crate::config) fn secret(
    reader: &mut Reader<'_>,
    field: &Field<'_>,
    profile: Option<&Profile>,
    around: &Surroundings<'_>,
) -> Option<SecretRef> {
    // Even where only the place of a secret belongs, the secret itself may stand by mistake.
    reader.withhold(&field.span);
    let variable = profile.map_or_else(|| "MY_TOKEN".to_owned(), |profile| variable_for(profile, &field.key));
    let places = format!(
        "`{0} = {{ env = \"{variable}\" }}`, `{{ command = [\"pass\", \"…\"] }}` or `{{ file = \"~/…\" }}`",
        field.key
    );
    let DeValue::Table(table) = field.value else {
        let message = "a secret must not stand in this file itself";
        reader.note(
            &field.key_span,
            &field.path,
            message,
            format!("take it out and name its place: {places}"),
        );
        return None;
    };
    let table = Table::new(&field.path, field.span.clone(), table);
    table.only(reader, SECRET_KEYS, |_| None);
    let [place] = table.fields() else {
        reader.note(&field.key_span, &field.path, "a secret has one place", format!("write {places}"));
        return None;
    };
    let from = secret_from(reader, place, around)?;
    Some(SecretRef { name: field.key.clone(), from, place: reader.place(field.key_span.start) })
}

fn secret_from(reader: &mut Reader<'_>, field: &Field<'_>, around: &Surroundings<'_>) -> Option<SecretFrom> {
    let (found, message, help) = match field.key.as_str() {
        "env" => (
            field
                .value
                .as_str()
                .filter(|name| is_variable(name))
                .map(|name| SecretFrom::Env(name.to_owned())),
            "this is no name of an environment variable",
            "write the name of the variable, such as `\"MY_TOKEN\"`, never the secret itself",
        ),
        "command" => (
            argv(field.value).map(SecretFrom::Command),
            "this is no list of a program and its arguments",
            "write each as a text of its own, such as `[\"pass\", \"show\", \"x\"]`; no shell reads it",
        ),
        "file" => (
            field
                .value
                .as_str()
                .filter(|path| ["/", "~/", "./", "../"].iter().any(|start| path.starts_with(start)))
                .map(|path| SecretFrom::File(expand(path, around.file, around.home))),
            "this is no path of a file",
            "write the path from `/`, `~/` or `./` on",
        ),
        // An unknown key is already noted.
        _ => return None,
    };
    if found.is_none() {
        reader.note(&field.key_span, &field.path, message, help);
    }
    found
}

fn argv(value: &DeValue<'_>) -> Option<Vec<String>> {
    let words = value.as_array()?.iter().map(|word| word.get_ref().as_str().map(str::to_owned));
    words
        .collect::<Option<Vec<String>>>()
        .filter(|argv| argv.first().is_some_and(|program| !program.is_empty()))
}

fn is_variable(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// A name for the environment variable that could hold a secret.
pub(super) fn variable_for(profile: &Profile, secret: &str) -> String {
    let name = format!("{}_{secret}", profile.id());
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect()
}
