//! `backtrail demo`: everything against three made-up systems, without touching anything of the user's.
//!
//! The systems are served on a loopback port by this process. Configuration and cache live in a folder
//! of their own, which is gone at the end unless the user names one to keep. A kept folder also says
//! which world it is of, so that the same world comes back and its events are the same events.

use std::fs;
use std::io::Write;
use std::net::SocketAddr;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use ratatui::crossterm::event::KeyEvent;
use serde::{Deserialize, Serialize};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use super::args::{Cli, Command, DemoArgs, Live};
use super::{dispatch, open_session, print, sync};
use crate::config::{self, Options, Ui};
use crate::demo::{self, Server};
use crate::domain::{Outcome, Timestamp};
use crate::runtime::browse::{self, Begin};
use crate::runtime::{Exit, Failure, Session};
use crate::sync::Which;
use crate::tui::key::Key;
use crate::tui::keymap::Keymap;
use crate::tui::picture;
use crate::tui::theme::Theme;

/// How often something new happens while somebody browses.
const LIVE: Duration = Duration::from_secs(5);

/// A world's history ends with the last full hour, in milliseconds: within one hour, a seed is one world to
/// the last byte.
const HOUR: i64 = 60 * 60 * 1_000;

/// The file in a kept folder that says which world it is of.
const WORLD_FILE: &str = "world.toml";

/// What makes a world the same world.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Identity {
    seed: u64,
    events: u32,
    /// The end of its history, in milliseconds since the epoch.
    until: i64,
}

impl Identity {
    /// The world that was asked for, as it is now.
    fn fresh(args: &DemoArgs) -> Self {
        let now = Timestamp::now().millis();
        Self { seed: args.seed, events: args.events, until: now - now.rem_euclid(HOUR) }
    }
}

/// Runs the demo; `named` is the configuration file that the user named, of which only the looks count: the
/// sources are the demo's own.
pub(super) async fn run(
    args: DemoArgs,
    named: Option<PathBuf>,
    stop: &CancellationToken,
) -> Result<Exit, Failure> {
    if args.serve.is_some() {
        return serve(&args, stop).await;
    }
    let browsing = args.command.is_empty() && args.picture.is_none();
    if browsing {
        // Before a world is built for nobody.
        browse::require_terminal()?;
    }
    let looks = named.map(Looks::of).transpose()?;
    let command = (!args.command.is_empty()).then(|| read_command(&args.command)).transpose()?;
    let place = Place::of(args.keep.as_deref())?;
    let world = place.world(&args)?;
    // A command wants one answer, so its world stands still unless the user says otherwise.
    let live = args.live.unwrap_or(if browsing { Live::Every(LIVE) } else { Live::Off });
    let server = start(&args, &world, live).await?;
    let options = place.configure(&configuration(&args, &server))?;
    let exit = match (command, &args.picture) {
        (Some(cli), _) => run_command(cli, options, stop).await,
        (None, Some(file)) => draw(&args, file, open(&options, looks)?).await,
        (None, None) => browse::in_terminal(open(&options, looks)?, Begin::default(), stop).await,
    };
    server.stop().await;
    exit
}

/// Serves until it is interrupted. What fits the server is printed and nothing is written, so that nothing can
/// be left behind however the end comes.
async fn serve(args: &DemoArgs, stop: &CancellationToken) -> Result<Exit, Failure> {
    let live = args.live.unwrap_or(Live::Every(LIVE));
    let server = start(args, &Identity::fresh(args), live).await?;
    let configuration = configuration(args, &server);
    print::ended(print::lines([configuration.as_str(), "# end of the configuration"]))?;
    stop.cancelled().await;
    server.stop().await;
    Ok(Exit::Interrupted)
}

fn configuration(args: &DemoArgs, server: &Server) -> String {
    if args.admin { demo::configuration_of_admin(server.addr()) } else { demo::configuration(server.addr()) }
}

async fn start(args: &DemoArgs, world: &Identity, live: Live) -> Result<Server, Failure> {
    let options = demo::Options {
        seed: world.seed,
        events: world.events as usize,
        until: Timestamp::from_millis(world.until),
        live: live.period(),
        faults: args.faults,
        addr: args.serve.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 0))),
    };
    let addr = options.addr;
    demo::start(options).await.map_err(|error| {
        Failure::usage(format!("the demo cannot listen on `{addr}`: {error}"))
            .help("name another address, or port 0 for any that is free")
    })
}

fn read_command(words: &[String]) -> Result<Cli, Failure> {
    let words = ["backtrail".to_owned()].into_iter().chain(words.iter().cloned());
    let cli = Cli::read(words.map(Into::into)).map_err(|error| Failure::usage(one_line(&error)))?;
    if matches!(cli.command, Some(Command::Demo(_))) {
        return Err(Failure::usage("the demo is running already").help("name another command after `--`"));
    }
    Ok(cli)
}

/// The first paragraph of a message of the command-line parser, without its own `error: `.
fn one_line(error: &clap::Error) -> String {
    let text = error.to_string();
    let text = text.split("\n\n").next().unwrap_or_default();
    text.strip_prefix("error: ").unwrap_or(text).to_owned()
}

/// Runs `cli` against the demo after one full sync; a sync is that sync itself.
async fn run_command(mut cli: Cli, options: Options, stop: &CancellationToken) -> Result<Exit, Failure> {
    if !matches!(cli.command, Some(Command::Sync(_) | Command::Config(_) | Command::Browse) | None) {
        full_sync(&options, stop).await?;
    }
    cli.places.config = options.config;
    cli.places.cache_dir = options.cache_dir;
    cli.places.data_dir = options.data_dir;
    dispatch(cli, stop).await
}

async fn full_sync(options: &Options, stop: &CancellationToken) -> Result<(), Failure> {
    let session = open_session(options)?;
    let outcomes: Vec<Outcome> = sync::fetch(&session, &Which::All, stop).await;
    if stop.is_cancelled() {
        return Err(Failure::new(Exit::Interrupted, "interrupted"));
    }
    sync::complain(&outcomes);
    match Exit::of_sync(&outcomes) {
        Exit::Fine => Ok(()),
        exit => Err(Failure::new(exit, "the demo's own systems could not be read to their end")),
    }
}

/// How the screen looks and which keys there are, in the words of somebody's own file.
struct Looks {
    ui: Ui,
    keymap: Keymap,
}

impl Looks {
    fn of(file: PathBuf) -> Result<Self, Failure> {
        let options = Options { config: Some(file), ..Options::default() };
        let config = config::load(&options).map_err(Failure::of_problems)?;
        Ok(Self { ui: config.ui, keymap: config.keymap })
    }
}

/// Opens the demo's own configuration and cache, in these looks.
fn open(options: &Options, looks: Option<Looks>) -> Result<Session, Failure> {
    let mut session = Session::open(options)?;
    if let Some(Looks { ui, keymap }) = looks {
        (session.config.ui, session.config.keymap) = (ui, keymap);
    }
    Ok(session)
}

/// Writes what is on the screen after `args.keys` to `file`.
async fn draw(args: &DemoArgs, file: &Path, session: Session) -> Result<Exit, Failure> {
    let keys = args.keys.split_whitespace().map(press).collect::<Result<_, _>>()?;
    let theme =
        session.config.ui.theme.clone().or_else(|| Theme::built_in("dark")).unwrap_or_else(Theme::monochrome);
    let buffer = browse::unseen(session, theme.clone(), args.size, keys).await?;
    let svg = picture::svg(&buffer, &theme, "Backtrail");
    fs::write(file, svg)
        .map_err(|error| Failure::usage(format!("`{}` cannot be written: {error}", file.display())))?;
    // What was asked for is the file; where stderr is closed there is no one to tell of it.
    let _ = writeln!(std::io::stderr(), "wrote {}", file.display());
    Ok(Exit::Fine)
}

/// The press of a key that is written as in a keys file.
fn press(name: &str) -> Result<KeyEvent, Failure> {
    name.parse::<Key>().map(KeyEvent::from).map_err(|wrong| {
        let failure = Failure::usage(format!("`{name}`: {}", wrong.message));
        match wrong.help {
            Some(help) => failure.help(help),
            None => failure,
        }
    })
}

/// The folder that the demo lives in.
enum Place {
    /// Gone when dropped.
    Passing(TempDir),
    Kept(PathBuf),
}

impl Place {
    fn of(keep: Option<&Path>) -> Result<Self, Failure> {
        match keep {
            Some(folder) => {
                let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
                made.map_err(|error| unwritable(folder, &error))?;
                let folder = fs::canonicalize(folder).map_err(|error| unwritable(folder, &error))?;
                Ok(Self::Kept(folder))
            }
            None => tempfile::Builder::new()
                .prefix("backtrail-demo-")
                .tempdir()
                .map(Self::Passing)
                .map_err(|error| unwritable(&std::env::temp_dir(), &error)),
        }
    }

    fn folder(&self) -> &Path {
        match self {
            Self::Passing(folder) => folder.path(),
            Self::Kept(folder) => folder,
        }
    }

    /// The world that was kept here, or a new one that ends now.
    fn world(&self, args: &DemoArgs) -> Result<Identity, Failure> {
        let fresh = Identity::fresh(args);
        let file = self.folder().join(WORLD_FILE);
        if let Ok(text) = fs::read_to_string(&file) {
            let kept: Identity = toml::from_str(&text).map_err(|error| {
                Failure::usage(format!("`{}` does not describe a world: {}", file.display(), error.message()))
                    .help("name another folder with `--keep`")
            })?;
            if (kept.seed, kept.events) != (args.seed, args.events) {
                let folder = self.folder().display();
                return Err(Failure::usage(format!(
                    "`{folder}` keeps the world of seed {} with {} events",
                    kept.seed, kept.events
                ))
                .help("use the same `--seed` and `--events`, or another folder"));
            }
            return Ok(kept);
        }
        let text = toml::to_string(&fresh).unwrap_or_default();
        write_closed(&file, &text)?;
        Ok(fresh)
    }

    /// Writes the configuration and says where everything is.
    fn configure(&self, configuration: &str) -> Result<Options, Failure> {
        let config = self.folder().join("config.toml");
        write_closed(&config, configuration)?;
        let inside = |name: &str| Some(self.folder().join(name));
        Ok(Options { config: Some(config), cache_dir: inside("cache"), data_dir: inside("data") })
    }
}

/// Writes a file that only its owner can read.
fn write_closed(path: &Path, text: &str) -> Result<(), Failure> {
    let file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|error| unwritable(path, &error))
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::usage(format!("`{}` cannot be written: {error}", path.display()))
}
