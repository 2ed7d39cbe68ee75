//! The browser, put together: session, app, engine and loop, over a terminal or without one.
//!
//! The order matters to whoever waits: the newest events of the cache first, then the first frame, then
//! the rest of the cache, then secrets and the network.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use crossterm::event::EventStream;
use futures_util::Stream;
use ratatui::Terminal;
use ratatui::backend::{Backend, TestBackend};
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{Event as Input, KeyEvent};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::event_loop::{self, Gone, Surroundings};
use super::ports::{Ports, UnderWay};
use super::relay::Relay;
use super::script::Script;
use super::session::Session;
use super::terminal::{self, Frames, Screen};
use super::user::User;
use super::{Exit, Failure};
use crate::config::TimeStyle;
use crate::domain::{RowId, SourceStatus, Timestamp};
use crate::store::StoreError;
use crate::tui::theme::{Depth, Theme};
use crate::tui::{App, Glyphs, Message, Notice, Settings};

/// How many events are read before the first frame: more than any screen shows.
const FIRST: usize = 2_000;

/// How many more events are worth telling the app while the rest of the cache is read.
const TELL: usize = 100_000;

/// How long the terminal may take to say what its background is.
const BACKGROUND_LIMIT: Duration = Duration::from_millis(120);

/// Fails where there is no terminal to draw on.
pub fn require_terminal() -> Result<(), Failure> {
    if terminal::is_usable() {
        return Ok(());
    }
    let why = if terminal::is_there() {
        "`TERM` says that this one cannot draw"
    } else {
        "stdin or stdout is none"
    };
    Err(Failure::usage(format!("the browser needs a terminal, and {why}"))
        .help("`backtrail list` prints events without one"))
}

/// Browses in the terminal of this process until the user quits or `stop` is cancelled.
///
/// The loop has a thread of its own: reading keys from a terminal that was closed can keep a thread for ever,
/// and then somebody else has to tidy up.
pub async fn in_terminal(session: Session, begin: Begin, stop: &CancellationToken) -> Result<Exit, Failure> {
    let (tasks, stop) = (Handle::current(), stop.clone());
    let screen = tokio::task::spawn_blocking(move || tasks.block_on(on_this_thread(session, begin, &stop)));
    screen.await.unwrap_or_else(|ended| match ended.try_into_panic() {
        Ok(panic) => std::panic::resume_unwind(panic),
        Err(_) => Ok(Exit::Interrupted),
    })
}

async fn on_this_thread(session: Session, begin: Begin, stop: &CancellationToken) -> Result<Exit, Failure> {
    let theme = session.config.ui.theme.clone().unwrap_or_else(fitting_theme);
    let gone = |error: io::Error| Failure::usage(format!("the terminal cannot be used: {error}"));
    terminal::leave_on_panic();
    let mut screen = Screen::enter().map_err(gone)?;
    terminal::end_when_gone(stop.clone()).map_err(gone)?;
    let size = screen.terminal.size().map_err(gone)?;
    let glyphs = fitting_glyphs();
    let setting = Setting { begin, theme, glyphs, size: (size.width, size.height), stop: stop.clone() };
    let suspend: fn(&mut Terminal<Frames>) -> io::Result<()> = terminal::suspend;
    let result = run(session, setting, &mut screen.terminal, |_| EventStream::new(), suspend).await;
    drop(screen);
    result.map_err(|error| Failure::usage(error.to_string()))
}

/// Presses `keys` on a screen of `size` columns and rows that nobody sees, each when everything before has
/// come to rest, and gives what is on it in the end.
pub async fn unseen(
    session: Session,
    theme: Theme,
    size: (u16, u16),
    keys: Vec<KeyEvent>,
) -> Result<Buffer, Failure> {
    // Drawing into memory cannot fail.
    let mut terminal = match Terminal::new(TestBackend::new(size.0, size.1)) {
        Ok(terminal) => terminal,
        Err(never) => match never {},
    };
    let glyphs = Glyphs::Unicode;
    let setting = Setting { begin: Begin::default(), theme, glyphs, size, stop: CancellationToken::new() };
    let script = |busy| Script::new(keys, busy);
    run(session, setting, &mut terminal, script, |_| Ok(()))
        .await
        .map_err(|error| Failure::usage(error.to_string()))?;
    Ok(terminal.backend().buffer().clone())
}

/// Where the browser begins, if not where the user usually does.
#[derive(Debug, Clone, Default)]
pub struct Begin {
    /// The filter.
    pub query: Option<String>,
    /// The event; where the filter leaves it out, the next older one.
    pub at: Option<RowId>,
}

/// What the rim decides for the app.
struct Setting {
    begin: Begin,
    theme: Theme,
    /// What fits the terminal, where the user does not say.
    glyphs: Glyphs,
    size: (u16, u16),
    stop: CancellationToken,
}

async fn run<B, I>(
    session: Session,
    setting: Setting,
    terminal: &mut Terminal<B>,
    input: impl FnOnce(watch::Receiver<usize>) -> I,
    suspend: fn(&mut Terminal<B>) -> io::Result<()>,
) -> Result<Exit, Gone>
where
    B: Backend,
    I: Stream<Item = io::Result<Input>> + Unpin,
{
    let (sender, messages) = mpsc::unbounded_channel();
    let (user, user_notices) = session.user().await;
    let stop = setting.stop.child_token();
    let ports = Arc::new(Ports::new(&session, user.clone(), sender, stop));
    let older = session.library.load_newest(FIRST).await;
    let remembered = session.remembered().await.unwrap_or_default();
    let (mut app, start) = App::new(Settings {
        keymap: session.config.keymap.clone(),
        theme: setting.theme,
        zone: session.config.ui.zone,
        me: session.config.me.clone(),
        now: Timestamp::now(),
        size: setting.size,
        query: setting.begin.query,
        at: setting.begin.at,
        glyphs: session.config.ui.glyphs.unwrap_or(setting.glyphs),
        notify: session.config.ui.notify,
        spinner: session.config.ui.spinner,
        user: user.data(),
        follow: session.config.ui.follow,
        ages: session.config.ui.time == TimeStyle::Relative,
        sources: remembered.clone(),
        feeds: session.feed_names(),
        rules: session.feed_rules(),
    });
    for notice in session.notices.iter().chain(&user_notices) {
        ports.tell(Message::Notice(Notice::error(notice.clone())));
    }
    let around = Surroundings { ports: &ports, messages, stop: setting.stop.clone(), suspend };
    let input = input(ports.busy());
    // Begun here and not on the task, which may start later than the input looks for quiet.
    let first_sync = ports.begin();
    let background =
        tokio::spawn(fetch((Arc::new(session), user), Arc::clone(&ports), remembered, older, first_sync));
    let result = event_loop::run(terminal, input, &mut app, start, around).await;
    ports.stop();
    background.abort();
    result
}

/// Everything that goes on behind the screen: the rest of the cache, then the sources, again and again.
async fn fetch(
    (session, user): (Arc<Session>, User),
    ports: Arc<Ports>,
    mut statuses: Vec<SourceStatus>,
    older: Result<Option<RowId>, StoreError>,
    first_sync: UnderWay,
) {
    if let Ok(feeds) = session.library.coverage().await {
        ports.tell(Message::Coverage(feeds));
    }
    ports.tell_summaries().await;
    load_rest(&session, older, &ports).await;
    let (reports, mut heard) = mpsc::unbounded_channel();
    let connected = session.connect(reports).await;
    // The engine must know what earlier runs left behind before it reports on anything.
    let known = connected.engine.statuses().await.unwrap_or_default();
    let paused = user.data().paused;
    for name in &paused {
        connected.engine.pause(name, true);
    }
    // One that rests is not asked, and comes to no end.
    let expected = known.iter().map(|status| Arc::clone(&status.name));
    let expected = expected.filter(|name| !paused.contains(name)).collect();
    // What it told so far is of earlier runs, and in `known`.
    while heard.try_recv().is_ok() {}
    for news in known.into_iter().chain(connected.refused) {
        if let Some(status) = statuses.iter_mut().find(|status| status.name == news.name) {
            *status = SourceStatus { events: status.events, last_sync: status.last_sync, ..news };
        }
    }
    ports.tell(Message::Sources(statuses.clone()));
    ports.connect(connected.engine.clone());
    let retention = session.retention(user);
    let relay =
        Relay::new(statuses, expected, session.library.clone(), Arc::clone(&ports), first_sync, retention);
    tokio::join!(connected.engine.follow(), relay.run(heard));
}

/// Fills the columns with the rest of the cache, and tells the app now and then that there is more.
async fn load_rest(session: &Session, older: Result<Option<RowId>, StoreError>, ports: &Ports) {
    let mut from = older;
    let mut told = session.library.count();
    loop {
        let count = session.library.count();
        let done = !matches!(from, Ok(Some(_)));
        if count > told && (done || count - told >= TELL) {
            ports.tell(Message::CacheGrew { new: (count - told) as u64 });
            told = count;
        }
        match from {
            Ok(Some(oldest)) => from = session.library.load_older(oldest).await,
            Ok(None) => return,
            Err(error) => return ports.tell(Message::Notice(Notice::error(error.to_string()))),
        }
    }
}

/// The theme that fits the terminal: none of colour where the user wants none, else by its background.
fn fitting_theme() -> Theme {
    if std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) {
        return Theme::monochrome();
    }
    let depth = Depth::from_environment(variable("COLORTERM").as_deref(), variable("TERM").as_deref());
    let mut options = terminal_colorsaurus::QueryOptions::default();
    options.timeout = BACKGROUND_LIMIT;
    let name = match terminal_colorsaurus::theme_mode(options) {
        Ok(terminal_colorsaurus::ThemeMode::Light) => "light",
        _ => "dark",
    };
    Theme::built_in(name).unwrap_or_else(Theme::monochrome).for_depth(depth)
}

fn fitting_glyphs() -> Glyphs {
    let said = ["LC_ALL", "LC_CTYPE", "LANG"].map(variable);
    Glyphs::from_locale(said.iter().map(Option::as_deref))
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
