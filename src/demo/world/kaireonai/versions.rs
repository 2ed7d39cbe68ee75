//! The versions of a decision flow: each differs a little from the one before, and a rollback brings the
//! content of an earlier one back under a new number.

use serde_json::{Value, json};

use super::super::random::derive;
use super::super::said::Said;
use super::STORY_FLOW;

const METHODS: &[&str] = &["propensity", "scorecard", "hybrid"];
const MODELS: &[&str] = &["bayesian_v2", "bayesian_v3", "gradient_v1", "gradient_v2"];
const STAGES: &[&str] =
    &["inventory", "enrich", "qualify", "contact_policy", "score", "rank", "diversify", "explore", "respond"];

/// Which content each version of a flow has: the number of the version that brought it in.
#[derive(Debug, Clone, Default)]
pub(super) struct Versions(Vec<u16>);

/// One content.
struct Content {
    stages: usize,
    method: usize,
    model: usize,
    threshold: u64,
}

impl Versions {
    /// Takes in what an event says; whether it brought a version.
    pub(super) fn apply(&mut self, said: Said) -> bool {
        match said {
            Said::Published { version, .. } => self.0.push(version),
            Said::RolledBack { to, .. } => self.0.push(self.content_of(to)),
            _ => return false,
        }
        true
    }

    /// The number of the newest version, 0 before the first.
    pub(super) fn newest(&self) -> u16 {
        self.0.len() as u16
    }

    fn content_of(&self, version: u16) -> u16 {
        usize::from(version).checked_sub(1).and_then(|at| self.0.get(at)).copied().unwrap_or_default()
    }

    /// What lists say about a version.
    pub(super) fn summary(&self, seed: u64, flow: u16, version: u16) -> Value {
        let content = Content::of(seed, flow, self.content_of(version));
        json!({
            "nodeCount": content.stages,
            "scoringMethod": METHODS[content.method],
            "scoringModel": MODELS[content.model],
        })
    }

    /// The whole configuration of a version, or of the newest; null before the first.
    pub(super) fn config(&self, seed: u64, flow: u16, version: Option<u16>) -> Value {
        let number = self.content_of(version.unwrap_or(self.newest()));
        if number == 0 {
            return Value::Null;
        }
        let content = Content::of(seed, flow, number);
        let nodes = STAGES.iter().take(content.stages).map(|stage| json!({ "id": stage, "enabled": true }));
        json!({
            "nodes": nodes.collect::<Vec<_>>(),
            "scoring": { "method": METHODS[content.method], "model": MODELS[content.model] },
            "threshold": content.threshold as f64 / 100.0,
        })
    }
}

impl Content {
    /// The content that version `number` brought in: that of the one before it with one thing changed.
    fn of(seed: u64, flow: u16, number: u16) -> Self {
        let mut content = Self { stages: 5, method: 0, model: 0, threshold: 20 };
        for step in 2..=number {
            let roll = |what: u64| derive(&[seed, 0xf10, u64::from(flow), u64::from(step), what]);
            // The story's own version is about its model.
            let kind = if flow == STORY_FLOW && step == 7 { 2 } else { roll(0) % 4 };
            match kind {
                0 => content.stages = 5 + (content.stages - 5 + 1 + roll(1) as usize % 3) % 5,
                1 => content.method = (content.method + 1 + roll(1) as usize % 2) % METHODS.len(),
                2 => content.model = (content.model + 1 + roll(1) as usize % 3) % MODELS.len(),
                _ => content.threshold = 5 + (content.threshold + 5 * (1 + roll(1) % 5)) % 60,
            }
        }
        content
    }
}
