//! Effects that read or work out what one screen shows: a life, two sides, records that could not be read.

use std::sync::Arc;

use super::{Ports, shared};
use crate::diff::{LifeQuestion, Subject};
use crate::domain::Entity;
use crate::query::Query;
use crate::tui::Message;

impl Ports {
    pub(super) fn lifecycle(&self, source: Arc<str>, entity: Entity) {
        let library = self.library.clone();
        self.answer(async move {
            let result = library.lifecycle(&source, &entity).await;
            let result = result.map(shared).map_err(|error| error.to_string());
            Message::Lifecycle { source, entity, result }
        });
    }

    pub(super) fn compare(&self, subject: Subject, revealed: Vec<String>) {
        let (outbox, under_way) = (self.outbox.clone(), self.begin());
        tokio::task::spawn_blocking(move || {
            let comparison = Arc::new(subject.compare(&revealed));
            outbox.send(Message::Compared { subject, revealed, comparison });
            drop(under_way);
        });
    }

    pub(super) fn look(&self, question: LifeQuestion) {
        let (outbox, under_way) = (self.outbox.clone(), self.begin());
        tokio::task::spawn_blocking(move || {
            let seen = question.answer();
            outbox.send(Message::Looked { question, seen });
            drop(under_way);
        });
    }

    pub(super) fn explain(&self, query: Query) {
        let explainer = self.explainer.clone();
        self.answer(async move {
            Message::Explained(explainer.explain(&query).await.map_err(|error| error.to_string()))
        });
    }

    pub(super) fn unreadable(&self, source: Arc<str>, scope: Option<Arc<str>>) {
        let library = self.library.clone();
        self.answer(async move {
            let records = library.unreadable(source, scope).await;
            Message::Unreadable(records.map_err(|error| error.to_string()))
        });
    }
}
