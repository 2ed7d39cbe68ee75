//! Effects turned into work: the cache asked, sources refreshed, timers set.
//!
//! Each effect runs on a task of its own and answers with a message, so the loop never waits. A query
//! that was overtaken by a newer one stops at its next look at the counter, and its answer is not sent.

mod ai;
mod counts;
mod files;
mod look;
mod out;
mod people;
mod sources;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{SetOnce, mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::clipboard;
use super::explain::Explainer;
use super::library::{Library, Surroundings};
use super::session::Session;
use super::terminal;
use super::user::User;
use crate::domain::{Ask, Event, RowId, Rows, Timestamp, UserChange};
use crate::query::Query;
use crate::store::StoreError;
use crate::sync::Engine;
use crate::tui::{Answer, Asker, Effect, Message, Notice};
use ai::Summaries;
use out::Out;

/// What effects are carried out with.
pub(super) struct Ports {
    library: Library,
    user: User,
    around: Arc<Surroundings>,
    explainer: Explainer,
    out: Arc<Out>,
    summaries: Arc<Summaries>,
    /// There as soon as every secret was asked for.
    engine: Arc<SetOnce<Engine>>,
    outbox: Outbox,
    stop: CancellationToken,
    /// The newest question of each sort that was asked; older ones stop.
    newest: Newest,
    /// How many effects are under way, timers left out, and how many messages wait for the app: at zero
    /// nothing more will happen by itself.
    busy: watch::Sender<usize>,
}

/// The way to the app. A message counts as under way until the app has handled it.
#[derive(Clone)]
pub(super) struct Outbox {
    messages: mpsc::UnboundedSender<Message>,
    busy: watch::Sender<usize>,
}

impl Outbox {
    fn send(&self, message: Message) {
        self.busy.send_modify(|count| *count += 1);
        // Without a receiver the loop has ended, and nobody is left to be told.
        let _ = self.messages.send(message);
    }
}

impl Ports {
    /// Ports that answer to `messages` and stop what is under way when `stop` is cancelled.
    pub(crate) fn new(
        session: &Session,
        user: User,
        messages: mpsc::UnboundedSender<Message>,
        stop: CancellationToken,
    ) -> Self {
        let (engine, newest) = (Arc::new(SetOnce::new()), Newest::default());
        let busy = watch::Sender::new(0);
        let outbox = Outbox { messages, busy: busy.clone() };
        let (library, explainer) = (session.library.clone(), session.explainer());
        let (around, out) = (Arc::new(session.surroundings()), Arc::new(Out::of(session)));
        let summaries = Arc::new(Summaries::of(session));
        Self { library, user, around, explainer, out, summaries, engine, outbox, stop, newest, busy }
    }

    /// Lets effects that need the network go on. Only the first engine counts.
    pub(crate) fn connect(&self, engine: Engine) {
        let _ = self.engine.set(engine);
    }

    /// Ends what is under way, hung requests included.
    pub(crate) fn stop(&self) {
        self.stop.cancel();
        if let Some(engine) = self.engine.get() {
            engine.stop();
        }
    }

    /// How many effects are under way, timers left out, and how many messages wait.
    pub(crate) fn busy(&self) -> watch::Receiver<usize> {
        self.busy.subscribe()
    }

    /// Counts something as under way until what is returned is dropped.
    pub(crate) fn begin(&self) -> UnderWay {
        self.busy.send_modify(|count| *count += 1);
        UnderWay(self.busy.clone())
    }

    /// Sends `message` to the app.
    pub(crate) fn tell(&self, message: Message) {
        self.outbox.send(message);
    }

    /// Says that the app has handled a message and that the effects it asked for have begun.
    pub(crate) fn handled(&self) {
        self.busy.send_modify(|count| *count = count.saturating_sub(1));
    }

    /// Carries out one effect. Those that change the terminal itself are the loop's own and do nothing here.
    pub(crate) fn perform(&self, effect: Effect) {
        match effect {
            Effect::Load { rows } => self.load(rows),
            Effect::Lifecycle { source, entity } => self.lifecycle(source, entity),
            Effect::Profile { actor, zone } => self.profile(actor, zone),
            Effect::Picture { path, svg } => self.tell(Message::Notice(files::picture(&path, &svg))),
            Effect::Find { query, from, newer } => self.find(query, from, newer),
            Effect::Newest { query } => self.newest_of(query),
            Effect::Explain { query } => self.explain(query),
            Effect::Keep(change) => self.keep(change),
            Effect::Bookmarks { ids } => self.bookmarks(ids),
            Effect::Compare { subject, revealed } => self.compare(subject, revealed),
            Effect::Look(question) => self.look(question),
            Effect::FetchDetail { row } => self.fetch_detail(row),
            Effect::Refresh { source, wanted } => self.refresh(source, wanted),
            Effect::Test { source } => self.test(source),
            Effect::Pause { source, on } => self.pause(source, on),
            Effect::Unreadable { source, scope } => self.unreadable(source, scope),
            Effect::Fill { source, scope, span } => self.fill(source, scope, span),
            Effect::Timer { timer, after } => {
                let outbox = self.outbox.clone();
                tokio::spawn(async move {
                    tokio::time::sleep(after).await;
                    outbox.send(Message::Tick(timer, Timestamp::now()));
                });
            }
            Effect::CopyByTerminal { what, text, why } => {
                self.tell(Message::Notice(clipboard::by_terminal(&what, &text, why.as_deref())));
            }
            Effect::Draft { .. } | Effect::Summarize { .. } | Effect::DropSummary => self.sum_up(effect),
            Effect::Copy { .. } | Effect::CopyRequest { .. } | Effect::Export { .. } => self.let_out(effect),
            Effect::OpenUrl(url) => self.tell(Message::Notice(open_page(&url))),
            Effect::Mouse(on) => terminal::take_mouse(on),
            Effect::Notify { how, text } => terminal::notify(how, &text),
            Effect::Redraw | Effect::Suspend | Effect::Quit => {}
            question => self.ask(question),
        }
    }

    /// Carries out those effects of which only the latest of its sort counts.
    fn ask(&self, effect: Effect) {
        match effect {
            Effect::Query { generation, query, how, open } => {
                let outbox = self.outbox.clone();
                self.latest(&self.newest.query, generation, move |library, wanted| {
                    let mut begin = |list, of| {
                        let result = Ok(Answer { list, how, of, whole: false });
                        outbox.send(Message::Answer { generation, result });
                        true
                    };
                    let found = library.list_as_it_comes(&query, &how, &open, wanted, &mut begin);
                    let result = found.transpose()?.map(|(list, of)| Answer { list, how, of, whole: true });
                    let result = result.map_err(|error| error.to_string());
                    Some(Message::Answer { generation, result })
                });
            }
            Effect::Advise { generation, mentions } => {
                let around = Arc::clone(&self.around);
                self.latest(&self.newest.advice, generation, move |library, _| {
                    Some(Message::Advice { generation, notes: library.advise(&mentions, &around) })
                });
            }
            Effect::Values { asker, generation, key, rest, typed } => {
                let newest = match (asker, key) {
                    (Asker::Completion, _) => &self.newest.completion,
                    (Asker::Jump, "entity") => &self.newest.entities,
                    (Asker::Jump, _) => &self.newest.actors,
                };
                self.latest(newest, generation, move |library, wanted| {
                    // Without values there is less to choose from, and nothing to be told.
                    let values = library.values(key, &rest, &typed, wanted).ok().flatten()?;
                    Some(Message::Values { asker, generation, key, values })
                });
            }
            Effect::Search { generation, query } => {
                self.latest(&self.newest.search, generation, move |library, wanted| {
                    let survey = library.survey(&query, &Ask::default(), wanted).transpose()?;
                    let result = survey.map(|survey| survey.rows).map_err(|error| error.to_string());
                    Some(Message::Matches { generation, result })
                });
            }
            Effect::CountNew { generation, views } => {
                self.latest(&self.newest.counts, generation, move |library, wanted| {
                    let count = |(name, query): (Option<String>, Query)| {
                        let survey = library.survey(&query, &Ask::default(), wanted).ok()??;
                        Some((name, survey.rows.len()))
                    };
                    let counts = views.into_iter().map(count).collect::<Option<Vec<_>>>()?;
                    Some(Message::NewCounts { generation, counts })
                });
            }
            other => self.count(other),
        }
    }

    /// Has the library answer a question, unless one of a greater generation overtakes it.
    fn latest(
        &self,
        newest: &Arc<AtomicU64>,
        generation: u64,
        work: impl FnOnce(&Library, &dyn Fn() -> bool) -> Option<Message> + Send + 'static,
    ) {
        newest.store(generation, Ordering::SeqCst);
        let (library, newest, outbox) = (self.library.clone(), Arc::clone(newest), self.outbox.clone());
        let under_way = self.begin();
        tokio::task::spawn_blocking(move || {
            let wanted = || newest.load(Ordering::SeqCst) == generation;
            let answer = if wanted() { work(&library, &wanted) } else { None };
            if let Some(message) = answer.filter(|_| wanted()) {
                outbox.send(message);
            }
            drop(under_way);
        });
    }

    fn newest_of(&self, query: Query) {
        let library = self.library.clone();
        self.answer(async move {
            let newest = async {
                let Some(row) = library.rows(query).await?.first() else { return Ok(None) };
                Ok(library.events(vec![row]).await?.pop().map(Arc::new))
            };
            let result: Result<_, StoreError> = newest.await;
            Message::Newest { result: result.map_err(|error| error.to_string()) }
        });
    }

    /// Keeps what the user did. It is not given up when the program ends: that may be what it is about.
    fn keep(&self, change: UserChange) {
        let (user, outbox) = (self.user.clone(), self.outbox.clone());
        let under_way = self.begin();
        let kept = user.keep(change);
        tokio::spawn(async move {
            if let Err(error) = kept.await {
                outbox.send(Message::Notice(Notice::error(error.to_string())));
            }
            drop(under_way);
        });
    }

    fn find(&self, query: Query, from: RowId, newer: bool) {
        let library = self.library.clone();
        self.answer(async move {
            let rows = library.rows(query).await.map_err(|error| error.to_string());
            Message::Found { from, result: rows.map(|rows| nearest(&rows, from, newer)) }
        });
    }

    fn load(&self, rows: Vec<RowId>) {
        let library = self.library.clone();
        self.answer(async move {
            match library.events(rows).await {
                Ok(events) => Message::Events(shared(events)),
                Err(error) => Message::Notice(Notice::error(error.to_string())),
            }
        });
    }

    /// Runs `work` beside the loop and sends what it comes to, unless the program ends first.
    fn answer(&self, work: impl Future<Output = Message> + Send + 'static) {
        let (outbox, stop) = (self.outbox.clone(), self.stop.clone());
        let under_way = self.begin();
        tokio::spawn(async move {
            if let Some(message) = stop.run_until_cancelled(work).await {
                outbox.send(message);
            }
            drop(under_way);
        });
    }
}

/// The newest question of each sort.
#[derive(Default)]
struct Newest {
    query: Arc<AtomicU64>,
    survey: Arc<AtomicU64>,
    search: Arc<AtomicU64>,
    advice: Arc<AtomicU64>,
    completion: Arc<AtomicU64>,
    entities: Arc<AtomicU64>,
    actors: Arc<AtomicU64>,
    counts: Arc<AtomicU64>,
    suspects: Arc<AtomicU64>,
    related: Arc<AtomicU64>,
}

/// Counts a piece of work as under way until it is dropped, after its message was sent.
pub(crate) struct UnderWay(watch::Sender<usize>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

/// The row beside `from`.
fn nearest(rows: &Rows, from: RowId, newer: bool) -> Option<RowId> {
    let place = rows.at_or_older(from);
    if newer {
        rows.get(place.checked_sub(1)?)
    } else {
        rows.get(place + usize::from(rows.get(place) == Some(from)))
    }
}

fn shared(events: Vec<Event>) -> Vec<Arc<Event>> {
    events.into_iter().map(Arc::new).collect()
}

/// Opens a page of a feed in the browser: web addresses only, since feeds are written by others.
fn open_page(url: &str) -> Notice {
    if !(url.starts_with("https://") || url.starts_with("http://")) {
        return Notice::error("Not opened: only web addresses are");
    }
    match open::that_detached(url) {
        Ok(()) => Notice::info(format!("Opened {url}")),
        Err(error) => Notice::error(format!("Not opened: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_row_is_found_on_either_side_and_is_never_the_one_asked_about() {
        let rows = [9, 7, 5, 3].map(RowId).into_iter().collect();
        for (from, newer, found) in [
            (7, true, Some(9)),
            (7, false, Some(5)),
            (6, true, Some(7)),
            (6, false, Some(5)),
            (9, true, None),
            (3, false, None),
            (10, false, Some(9)),
        ] {
            assert_eq!(nearest(&rows, RowId(from), newer), found.map(RowId), "{from} {newer}");
        }
    }
}
