//! The profiles that sources can name: those that come with the program, and the user's own.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Profile;
use crate::domain::Problem;

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
}

impl Catalog {
    /// The profiles that come with the program. A test makes sure that each of them can be read.
    pub fn built_in() -> Self {
        let read = |(file, text): &(&str, &str)| Profile::parse(file, text).ok();
        Self::default().with(BUILT_IN.iter().filter_map(read))
    }

    /// The same and the user's own, given as file names with their texts. An own profile replaces one of
    /// the same id that came before. Every problem of every file is reported.
    pub fn with_user_profiles(self, files: &[(String, String)]) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut own: Vec<Profile> = Vec::new();
        let mut owners: BTreeMap<String, &str> = BTreeMap::new();
        for (file, text) in files {
            match Profile::parse(file, text) {
                Ok(profile) => match owners.insert(profile.id.clone(), file) {
                    Some(other) => problems.push(twice(file, other, &profile.id)),
                    None => own.push(profile),
                },
                Err(found) => problems.extend(found),
            }
        }
        if problems.is_empty() { Ok(self.with(own)) } else { Err(problems) }
    }

    fn with(mut self, profiles: impl IntoIterator<Item = Profile>) -> Self {
        self.profiles.extend(profiles.into_iter().map(|profile| (profile.id.clone(), Arc::new(profile))));
        self
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
