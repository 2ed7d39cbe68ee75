//! The profiles that sources can name: those that come with the program, and the user's own.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Profile, report};
use crate::domain::{Problem, what_fits};

/// File names with their texts, by id.
macro_rules! built_in {
    ($($id:literal),* $(,)?) => {
        &[$((concat!($id, ".toml"), include_str!(concat!("../../assets/feeds/", $id, ".toml")))),*]
    };
}

/// To add a profile, add its file under `assets/feeds` and its line here. A test says which one is missing.
const BUILT_IN: &[(&str, &str)] = built_in![
    "argocd",
    "aws-cloudtrail",
    "cloudflare",
    "datadog",
    "github-org-audit",
    "github-repo-events",
    "gitlab",
    "grafana-annotations",
    "hcp-terraform",
    "jira-changelog",
    "kaireonai",
    "kaireonai-audit",
    "kubernetes-events",
    "launchdarkly",
    "microvisualizer",
    "optimizely",
    "sentry",
    "streamkap",
    "stripe",
    "zitadel",
];

/// Profiles by id.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    profiles: BTreeMap<String, Arc<Profile>>,
    /// Where each profile was read from, and the text.
    texts: BTreeMap<String, ProfileText>,
}

/// Where a profile was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileText {
    /// The file of a profile of the user's own; `None` for one that comes with the program.
    pub file: Option<String>,
    /// The profile as it is written.
    pub text: Arc<str>,
}

impl Catalog {
    /// The profiles that come with the program. A test makes sure that each of them can be read.
    pub fn built_in() -> Self {
        let read = |(file, text): &(&str, &str)| {
            Some((Profile::parse(file, text).ok()?, ProfileText { file: None, text: (*text).into() }))
        };
        Self::default().with(BUILT_IN.iter().filter_map(read))
    }

    /// The same and the user's own, given as file names with their texts. An own profile replaces one of
    /// the same id that came before. Every problem of every file is reported.
    pub fn with_user_profiles(self, files: &[(String, String)]) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut own: Vec<(Profile, ProfileText)> = Vec::new();
        let mut owners: BTreeMap<String, &str> = BTreeMap::new();
        for (file, text) in files {
            match Profile::parse(file, text) {
                Ok(profile) => match owners.insert(profile.id.clone(), file) {
                    Some(other) => problems.push(twice(file, other, &profile.id)),
                    None => {
                        own.push((
                            profile,
                            ProfileText { file: Some(file.clone()), text: text.as_str().into() },
                        ));
                    }
                },
                Err(found) => problems.extend(found),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let catalog = self.with(own);
        let problems: Vec<Problem> = files
            .iter()
            .filter_map(|(file, text)| {
                let profile = catalog.profiles.values().find(|profile| {
                    catalog.text(profile.id()).is_some_and(|known| known.file.as_ref() == Some(file))
                })?;
                let (message, help) = catalog.stand_in(profile).err()?;
                Some(report::problem(file, text, "fallback.feed", message, Some(help)))
            })
            .collect();
        if problems.is_empty() { Ok(catalog) } else { Err(problems) }
    }

    /// The feed that is read instead of `profile` where the server refuses that, if there is to be one. The
    /// error says why the one that it names cannot be, and what to do about it.
    pub fn stand_in(&self, profile: &Profile) -> Result<Option<Arc<Profile>>, (String, String)> {
        let Some(id) = profile.fallback() else { return Ok(None) };
        let Some(other) = self.get(id).filter(|other| other.id() != profile.id()) else {
            let known: Vec<&str> = self.ids().filter(|known| *known != profile.id()).collect();
            return Err((format!("there is no other feed `{id}`"), what_fits(id, &known)));
        };
        let lacks = other.vars().iter().filter(|var| var.required && var.default.is_none());
        let lacks =
            lacks.map(|var| &var.name).filter(|name| profile.vars().iter().all(|var| var.name != **name));
        let secrets = other.secrets().iter().filter(|need| need.required).map(|need| &need.name);
        let secrets = secrets.filter(|name| profile.secrets().iter().all(|need| need.name != **name));
        if let Some(name) = lacks.chain(secrets).next() {
            let message = format!("the feed `{id}` needs `{name}`, which this one does not ask for");
            return Err((message, "ask for it here too: both are asked with the same values".to_owned()));
        }
        // A secret goes to the base that it was given for and nowhere else.
        if !other.makes_requests() || other.base() != profile.base() || other.fans_out() != profile.fans_out()
        {
            let message = format!("the feed `{id}` is not asked at the same base, or not in the same scopes");
            return Err((message, "name a feed of the same server".to_owned()));
        }
        Ok(Some(other))
    }

    fn with(mut self, profiles: impl IntoIterator<Item = (Profile, ProfileText)>) -> Self {
        for (profile, origin) in profiles {
            self.texts.insert(profile.id.clone(), origin);
            self.profiles.insert(profile.id.clone(), Arc::new(profile));
        }
        self
    }

    /// Where the profile `id` was read from, and its text.
    pub fn text(&self, id: &str) -> Option<&ProfileText> {
        self.texts.get(id)
    }

    /// The profile that a source names by `id`.
    pub fn get(&self, id: &str) -> Option<Arc<Profile>> {
        self.profiles.get(id).cloned()
    }

    /// The ids of all profiles, sorted.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.profiles.keys().map(String::as_str)
    }
}

fn twice(file: &str, other: &str, id: &str) -> Problem {
    Problem {
        file: file.to_owned(),
        line: 1,
        column: 1,
        key: "id".to_owned(),
        message: format!("`{id}` is also the id of `{other}`"),
        help: Some("give one of them another id".to_owned()),
    }
}
