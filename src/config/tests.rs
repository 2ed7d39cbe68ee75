//! Good files, and one mistake at a time.

mod files;

use std::time::Duration;

use chrono::FixedOffset;
use proptest::prelude::*;

use super::*;
use crate::domain::{Place, ScopeChoice, Via, Zone};
use crate::tui::command::{Command, Context};
use crate::tui::theme::Theme;
use crate::tui::{Glyphs, Notify};

/// The value that must never be seen again.
const LITERAL: &str = "sk_live_4eC39HqLyjWDarjtT1zdp7dc";

const TENANTS: &str = r#"
schema = 1
id = "tenants"
name = "Tenants"
[vars.tenant]
label = "tenant id"
required = true
pattern = "[a-z-]+"
[vars.limit]
[auth]
kind = "header"
headers = { Authorization = "Bearer {@secret.token}", X-Tenant-Id = "{@tenant}" }
[request]
base = "https://api.example.com/v1"
path = "/changes"
[items]
at = "/changes"
[map]
id = "/id"
time = "/timestamp"
[sync]
poll = "2m"
"#;

const SCOPES: &str = r#"
schema = 1
id = "scopes"
name = "Scopes"
[auth]
kind = "header"
headers = { Authorization = "Bearer {@secret.key}" }
[request]
path = "/projects/{@project}/history"
[[scope]]
path = "/projects"
items = "/data"
set = { project = "/id" }
[items]
at = "/events"
[map]
id = "/id"
time = "/timestamp"
"#;

fn catalog() -> Catalog {
    let file = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    Catalog::default()
        .with_user_profiles(&[file("tenants.toml", TENANTS), file("scopes.toml", SCOPES)])
        .unwrap_or_else(|problems| panic!("{problems:#?}"))
}

fn places() -> Paths {
    let options = Options {
        config: Some("/etc/bt/config.toml".into()),
        cache_dir: Some("/var/bt".into()),
        ..Options::default()
    };
    paths(&options).unwrap()
}

fn parse(text: &str) -> Result<Config, Vec<Diagnostic>> {
    Config::parse(&places(), text, &catalog())
}

fn good(text: &str) -> Config {
    parse(text).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

/// Everything that a person could get to see of the problems of `text`.
fn shown(text: &str) -> String {
    let problems = parse(text).expect_err(text);
    let both = problems.iter().map(|problem| format!("{problem}\n{}\n{problem:?}\n", problem.report()));
    both.collect()
}

const GOOD: &str = r#"me = "jane@example.com"

[[source]]
name = "prod"
feed = "tenants"
vars = { tenant = "acme", limit = 20 }
poll = "30s"
[source.secret]
token = { env = "TENANTS_TOKEN" }

[[source]]
name = "Projekte.öst_1"
feed = "scopes"
base = "http://127.0.0.1:7001/"
scope = ["p1", "p2", "p1"]
[source.secret]
key = { command = ["pass", "show", "x"] }

[ui]
theme = "light"
zone = "+02:00"
time = "relative"
follow = false
notify = "osc777"
spinner = false
glyphs = "ascii"

[keys.everywhere]
help = "f3"
"#;

#[test]
fn a_good_file_becomes_what_it_says() {
    let config = good(GOOD);
    let [prod, projects] = config.sources.as_slice() else { panic!("{:?}", config.sources) };
    assert_eq!((&*prod.name, prod.profile.id()), ("prod", "tenants"));
    assert_eq!(prod.base, "https://api.example.com/v1");
    assert_eq!(prod.origin, "https://api.example.com");
    assert_eq!(
        prod.vars,
        [("limit".to_owned(), "20".to_owned()), ("tenant".to_owned(), "acme".to_owned())].into()
    );
    assert_eq!(prod.poll, Duration::from_secs(30));
    assert_eq!(prod.scopes, ScopeChoice::All);
    assert_eq!(
        prod.secrets,
        [SecretRef {
            name: "token".into(),
            from: SecretFrom::Env("TENANTS_TOKEN".into()),
            place: Place { file: "/etc/bt/config.toml".into(), line: 9, column: 1 },
        }]
    );
    assert_eq!(projects.base, "http://127.0.0.1:7001");
    assert_eq!(projects.poll, Duration::from_secs(60));
    assert_eq!(projects.scopes, ScopeChoice::Only(vec!["p1".into(), "p2".into()]));
    let argv = ["pass", "show", "x"].map(str::to_owned).to_vec();
    assert_eq!(projects.secrets[0].from, SecretFrom::Command(argv));
    assert_eq!(config.secrets().count(), 2);
    let zone = Zone::Fixed(FixedOffset::east_opt(7200).unwrap());
    let ui = Ui {
        theme: Theme::built_in("light"),
        zone,
        time: TimeStyle::Relative,
        follow: false,
        glyphs: Some(Glyphs::Ascii),
        notify: Notify::Osc777,
        spinner: false,
    };
    assert_eq!(config.ui, ui);
    assert_eq!(config.keymap.keys_in(Context::Everywhere, Command::Help), ["f3"]);
    assert_eq!(config.me.as_deref(), Some("jane@example.com"));
}

#[test]
fn what_is_left_out_has_a_default() {
    let config = good("");
    assert!(config.sources.is_empty() && config.me.is_none());
    assert_eq!(config.ui, Ui::default());
    let config = good(
        "[[source]]\nname = \"a\"\nfeed = \"tenants\"\nvars.tenant = \"x\"\nsecret.token = { file = \"~/t\" }\n",
    );
    assert_eq!(config.sources[0].poll, Duration::from_secs(120), "the profile's own");
}

#[test]
fn how_long_events_are_kept_is_said_for_all_and_for_each() {
    let source = |name: &str, more: &str| {
        format!(
            "[[source]]\nname = \"{name}\"\nfeed = \"tenants\"\nvars.tenant = \"x\"\n\
             secret.token = {{ file = \"~/t\" }}\n{more}\n"
        )
    };
    let (own, none) = (source("b", "keep = \"90d\""), source("c", "keep = \"all\""));
    let sources = source("a", "") + &own + &none;
    let day = |days: u64| Some(Duration::from_secs(days * 86_400));
    let keeps = |text: &str| good(text).sources.iter().map(|source| source.keep).collect::<Vec<_>>();
    assert_eq!(keeps(&format!("keep = \"400d\"\n{sources}")), [day(400), day(90), None]);
    assert_eq!(keeps(&sources), [None, day(90), None]);
    assert_eq!(keeps(&format!("keep = \"all\"\n{sources}")), [None, day(90), None]);
}

/// A file with one source, in which `line` replaces the line of the same key or is added to it.
fn source_with(line: &str) -> String {
    let lines = [
        r#"name = "a""#,
        r#"feed = "tenants""#,
        r#"vars = { tenant = "acme" }"#,
        r#"secret = { token = { env = "TENANTS_TOKEN" } }"#,
    ];
    let key = |line: &str| line.split('=').next().map(|key| key.trim().to_owned());
    let mut text = String::from("[[source]]\n");
    for kept in lines.iter().filter(|kept| key(kept) != key(line)) {
        text.push_str(kept);
        text.push('\n');
    }
    text + line + "\n"
}

/// Each line, put into a good source as its last line, and parts of the one problem that it makes.
const SOURCE_MISTAKES: &[(&str, &[&str])] = &[
    (r#"polll = "5s""#, &["config.toml:6:1: `source.polll`", "no such key", "did you mean `poll`?"]),
    (r#"tenant = "acme""#, &["`source.tenant`", "no such key", "vars = { tenant"]),
    (r#"name = "a b""#, &[":5:8: `source.name`", "typed in a filter", "letters, digits"]),
    ("name = 7", &[":5:8: `source.name`", "text between quotes, not a number", "name ="]),
    (r#"feed = "tenant""#, &[":5:8: `source.feed`", "no feed profile `tenant`", "did you mean `tenants`?"]),
    (r#"feed = "zzz""#, &["no feed profile `zzz`", "`scopes`, `tenants`", "/etc/bt/feeds"]),
    (r#"poll = "soon""#, &[":6:8: `source.poll`", "no length of time", "\"30s\""]),
    ("poll = 60", &["`source.poll`", "not a number", "poll = \"60s\""]),
    (r#"timeout = "5s""#, &["`source.timeout`", "how long a `command` may take", "remove it"]),
    (r#"poll = "1ms""#, &["`source.poll`", "between 1s and 7days"]),
    (r#"poll = "1y""#, &["`source.poll`", "between 1s and 7days"]),
    (r#"keep = "1h""#, &["`source.keep`", "between 1day and", "keep = \"400d\""]),
    (r#"keep = "forever""#, &[":6:8: `source.keep`", "no length of time"]),
    ("keep = 400", &["`source.keep`", "not a number", "keep = \"400d\""]),
    (r#"base = "api.example.com""#, &[":6:8: `source.base`", "`https://`", "https://api.example.com/v1"]),
    (r#"base = "http://api.example.com""#, &["`source.base`", "plain `http`", "insecure_http = true"]),
    (r#"insecure_http = "yes""#, &["`source.insecure_http`", "`true` or `false`, not a text"]),
    (r#"proxy = "proxy:3128""#, &[":6:9: `source.proxy`", "does not begin", "http://proxy.example.com:3128"]),
    (r#"proxy = "http://me:sk_live@h:1""#, &["`source.proxy`", "user name or password", "HTTPS_PROXY"]),
    ("proxy = true", &["`source.proxy`", "text between quotes"]),
    ("ca_file = []", &["`source.ca_file`", "text between quotes, not a list"]),
    (r#"ca_file = " ""#, &["`source.ca_file`", "no file to read"]),
    (r#"scope = "all""#, &["`source.scope`", "has no scopes", "remove the line"]),
    (r#"vars = { tenant = "acme", limits = "3" }"#, &["`source.vars.limits`", "did you mean `limit`?"]),
    (
        "vars = { limit = 3 }",
        &[":5:1: `source.vars.tenant`", "`tenants` asks for it (tenant id)", "vars = { tenant"],
    ),
    (r#"vars = { tenant = "ACME" }"#, &["`source.vars.tenant`", "does not match `[a-z-]+`"]),
    ("vars = { tenant = [] }", &["`source.vars.tenant`", "text between quotes, not a list"]),
    ("vars = 3", &["`source.vars`", "a table, not a number"]),
    (
        "secret = {}",
        &[
            ":1:1: `source.secret.token`",
            "`tenants` asks for this secret",
            r#"token = { env = "TENANTS_TOKEN" }"#,
        ],
    ),
    ("secret = { token = {} }", &["`source.secret.token`", "one place", "env ="]),
    (r#"secret = { token = { env = "A", file = "/b" } }"#, &["`source.secret.token`", "one place"]),
    (r#"secret = { token = { evn = "A" } }"#, &["`source.secret.token.evn`", "did you mean `env`?"]),
    (
        r#"secret = { token = { env = "A-B" } }"#,
        &["`source.secret.token.env`", "no name of an environment variable"],
    ),
    (r#"secret = { token = { command = "pass x" } }"#, &["`source.secret.token.command`", "no shell"]),
    ("secret = { token = { command = [] } }", &["`source.secret.token.command`", "no list of a program"]),
    (r#"secret = { token = { file = "x" } }"#, &["`source.secret.token.file`", "no path", "`~/`"]),
    (
        r#"secret = { token = { env = "A" }, tokn = { env = "B" } }"#,
        &["`source.secret.tokn`", "does not ask", "`token`"],
    ),
];

#[test]
fn each_mistake_in_a_source_is_named_with_its_place_and_a_way_out() {
    for (line, parts) in SOURCE_MISTAKES {
        let text = source_with(line);
        let problems = parse(&text).expect_err(&text);
        let [problem] = problems.as_slice() else { panic!("{line}: {problems:#?}") };
        let message = problem.to_string();
        for part in parts.iter().chain(&["/etc/bt/config.toml:"]) {
            assert!(message.contains(part), "{line}: `{part}` is not in `{message}`");
        }
        assert!(problem.problem.help.as_ref().is_some_and(|help| !help.is_empty()), "{line}");
    }
}

#[test]
fn mistakes_outside_of_sources_are_named_as_well() {
    for (text, parts) in [
        ("[ui]\nthem = \"dark\"", [":2:1: `ui.them`", "did you mean `theme`?"]),
        ("[ui]\ntheme = \"drak\"", [":2:9: `ui.theme`", "did you mean `dark`?"]),
        ("[ui]\ntheme = \"solarised\"", ["there is no theme `solarised`", "`auto`, `dark`, `light`"]),
        ("[ui]\ntheme = \"mine.toml\"", ["`ui.theme`", "there is no file `/etc/bt/mine.toml`"]),
        ("[ui]\nzone = \"Europe/Rome\"", ["`ui.zone`", "\"+02:00\""]),
        ("[ui]\nzone = \"+99:00\"", ["`ui.zone`", "no zone `+99:00`"]),
        ("[ui]\ntime = \"relativ\"", ["`ui.time`", "did you mean `relative`?"]),
        ("[ui]\nglyphs = \"asci\"", ["`ui.glyphs`", "did you mean `ascii`?"]),
        ("[ui]\nnotify = \"bel\"", ["`ui.notify`", "did you mean `bell`?"]),
        ("[ui]\nfollow = 1", ["`ui.follow`", "`true` or `false`"]),
        ("ui = 1", ["`ui`", "a table, not a number"]),
        ("me = 1", [":1:6: `me`", "text between quotes"]),
        ("mee = \"x\"", ["`mee`", "did you mean `me`?"]),
        ("sources = []", ["`sources`", "`[[source]]`"]),
        ("[source]\nname = \"a\"", ["`source`", "two brackets"]),
        ("source = [1]", ["`source`", "no table"]),
        ("a = = 1", [":1:5: ", "no TOML"]),
        (
            "[[source]]\nfeed = \"scopes\"\nbase = \"https://h\"\nsecret.key = { env = \"K\" }",
            [":1:1: `source.name`", "has no name"],
        ),
        ("[[source]]\nname = \"x\"", [":1:1: `source.feed`", "`scopes`, `tenants`"]),
        (
            "[[source]]\nname = \"x\"\nfeed = \"scopes\"\nsecret.key = { env = \"K\" }",
            [":1:1: `source.base`", "base = \"https://…\""],
        ),
    ] {
        let problems = parse(text).expect_err(text);
        let [problem] = problems.as_slice() else { panic!("{text}: {problems:#?}") };
        for part in parts {
            assert!(problem.to_string().contains(part), "{text}: `{part}` is not in `{problem}`");
        }
    }
}

#[test]
fn a_command_has_a_limit_of_time() {
    let parse = |timeout: &str| {
        parse(&format!(
            "[[source]]\nname = \"x\"\nfeed = \"tenants\"\nvars.tenant = \"acme\"\ncommand = [\"sh\"]\n{timeout}"
        ))
    };
    let limit = |timeout: &str| match &parse(timeout)
        .unwrap_or_else(|problems| panic!("{problems:?}"))
        .sources[0]
        .via
    {
        Via::Command { argv, timeout } => (argv.join(" "), *timeout),
        other => panic!("{other:?}"),
    };
    assert_eq!(limit(""), ("sh".to_owned(), Duration::from_secs(120)));
    assert_eq!(limit("timeout = \"10m\""), ("sh".to_owned(), Duration::from_secs(600)));
    for (timeout, part) in [
        ("timeout = \"soon\"", "no length of time"),
        ("timeout = \"2h\"", "between 100ms and 1h"),
        ("timeout = \"0s\"", "write `timeout = \"5m\"`"),
        ("timeout = 5", "timeout = \"5m\""),
    ] {
        let message = parse(timeout).expect_err(timeout)[0].to_string();
        assert!(message.contains(part) && message.contains("config.toml:6:"), "{timeout}: {message}");
    }
}

#[test]
fn a_scope_inside_of_another_is_named_with_it() {
    let outer = "[[scope]]\npath = \"/orgs\"\nitems = \"/data\"\nset = { org = \"/id\" }\n[[scope]]\npath = \"/{@org}";
    let nested = SCOPES.replace("[[scope]]\npath = \"", outer);
    let profiles = Catalog::default().with_user_profiles(&[("scopes.toml".to_owned(), nested)]).unwrap();
    let parse = |scope: &str| {
        let text = format!(
            "[[source]]\nname = \"x\"\nfeed = \"scopes\"\nbase = \"https://h\"\nscope = [{scope}]\nsecret.key = {{ env = \"K\" }}\n"
        );
        Config::parse(&places(), &text, &profiles)
    };
    assert!(parse("\"acme/web\", \"acme/a%2Fb\"").is_ok());
    for scope in ["\"web\"", "\"acme/web/x\"", "\"acme/web\", \"web\""] {
        let problems = parse(scope).expect_err(scope);
        let message = problems[0].to_string();
        for part in
            ["config.toml:5:9", "`source.scope`", "is no scope of the feed `scopes`", "`outer-id/inner-id`"]
        {
            assert!(message.contains(part), "{scope}: `{part}` is not in `{message}`");
        }
    }
}

#[test]
fn a_source_can_have_a_proxy_and_certificates_of_its_own() {
    let config = good(&source_with("proxy = \"http://Proxy.example:3128/\"\nca_file = \"our/ca.pem\""));
    let [source] = config.sources.as_slice() else { panic!("{config:?}") };
    assert_eq!(source.proxy.as_deref(), Some("http://proxy.example:3128"));
    let place = Place { file: "/etc/bt/config.toml".into(), line: 7, column: 11 };
    let ca_file = CaFile { path: "/etc/bt/our/ca.pem".into(), place };
    assert_eq!(source.ca_file, Some(ca_file));
    assert!(!shown(&source_with(&format!("proxy = \"http://me:{LITERAL}@h\""))).contains(LITERAL));
}

#[test]
fn scopes_are_all_or_a_list() {
    let source = |scope: &str| {
        format!(
            "[[source]]\nname = \"x\"\nfeed = \"scopes\"\nbase = \"https://h\"\nscope = {scope}\nsecret.key = {{ env = \"K\" }}\n"
        )
    };
    assert_eq!(good(&source("\"all\"")).sources[0].scopes, ScopeChoice::All);
    for (scope, part) in [
        ("\"p1\"", "neither `all` nor a list"),
        ("[]", "asks for nothing"),
        ("[\"\"]", "asks for nothing"),
        ("[1]", "texts between quotes"),
        ("true", "a list, not `true` or `false`"),
    ] {
        let text = shown(&source(scope));
        assert!(text.contains(part) && text.contains("config.toml:5:9"), "{scope}: {text}");
    }
}

#[test]
fn names_are_unique_whatever_their_case() {
    let source = source_with("");
    let text = format!("{source}{}", source.replace("\"a\"", "\"A\""));
    let message = shown(&text);
    assert!(message.contains("config.toml:8:8: `source.name`: line 2 already has"), "{message}");
}

#[test]
fn all_problems_are_told_at_once_in_the_order_of_the_file() {
    let problems = parse("[ui]\nzone = 1\ntheme = \"x\"\n[[source]]\nfeed = \"tenants\"\n").unwrap_err();
    let lines: Vec<usize> = problems.iter().map(|problem| problem.problem.line).collect();
    assert_eq!(lines, [2, 3, 4, 4, 4], "{problems:#?}");
}

#[test]
fn keys_are_told_by_their_place_in_this_file() {
    let text = "me = \"x\"\n\n[keys.everywhere]\nhelp = \"f2\"\nqiut = \"Q\"\n\n[keys.lists]\nopen = [\n  \"enter\",\n  \"l\",\n]\n";
    let message = shown(text);
    assert!(message.contains("config.toml:5:1: `keys.everywhere.qiut`"), "{message}");
    assert!(message.contains("did you mean `quit`?"), "{message}");
    for (text, part) in [
        ("[keys.list]\nopen = \"o\"", ":1:7: `keys.list`"),
        ("[keys.everywhere]\nhelp = \"q\"", ":2:1: `keys.everywhere.help`: `q` already means"),
        ("keys = \"mine.toml\"", "there is no file `/etc/bt/mine.toml`"),
        ("keys = 1", "`keys`: this is a table, not a number"),
        (
            "[keys.everywhere.help]\nx = 1",
            ":1:1: `keys.everywhere.help`: this is a key or a list of keys, not a table",
        ),
        ("[keys]\nhelp = \"q\"", ":2:8: `keys.help`: this is a table, not a text"),
    ] {
        assert!(shown(text).contains(part), "{text}: `{part}` is not in {}", shown(text));
    }
}

#[test]
fn a_literal_secret_is_refused_and_never_shown() {
    for line in [
        r#"secret = { token = "LITERAL" }"#,
        r#"secret = "LITERAL""#,
        r#"secret = { token = ["LITERAL"] }"#,
        r#"secret = { token = { value = "LITERAL" } }"#,
        r#"secret = { token = { env = "TOKEN", file = "LITERAL" } }"#,
        r#"secret = { token = { env = "LITERAL+/=" } }"#,
        r#"secret = { token = { file = "LITERAL" } }"#,
        r#"secret = { token = { command = "echo LITERAL" } }"#,
        r#"secret = { tokn = "LITERAL" }"#,
        r#"secret = { token = { env = "TOKEN" }, tokn = { command = ["LITERAL"] } }"#,
        "secret = { token = \"\"\"\nLITERAL\n\"\"\" }",
        "secret = { token = LITERAL }",
        r#"secret = { token = "LITERAL }"#,
        r#"secret = { "LITERAL" }"#,
        r#"secret = { token: "LITERAL" }"#,
        r#"token = "LITERAL""#,
        r#"api_key = "LITERAL""#,
        r#"vars = { tenant = "acme", token = "LITERAL" }"#,
        r#"vars = { tenant = "LITERAL" }"#,
        r#"vars = "LITERAL""#,
        r#"base = "https://me:LITERAL@api.example.com""#,
        r#"base = "https://api.example.com/?token=LITERAL""#,
        r#"base = ["LITERAL"]"#,
        "[source.auth]\ntoken = \"LITERAL\"",
        "[secret]\ntoken = \"LITERAL\"",
    ] {
        let text = source_with(&line.replace("LITERAL", LITERAL));
        let message = shown(&text);
        assert!(!message.contains("4eC39") && !message.contains("sk_live"), "{line}: {message}");
        assert!(message.contains("/etc/bt/config.toml:"), "{line}: {message}");
    }
    let message = shown(&source_with(&format!(r#"secret = {{ token = "{LITERAL}" }}"#)));
    assert!(
        message.contains("`source.secret.token`: a secret must not stand in this file itself"),
        "{message}"
    );
    assert!(message.contains(r#"`token = { env = "TENANTS_TOKEN" }`"#), "{message}");
}

#[test]
fn a_report_points_at_the_line_unless_it_is_withheld() {
    let problems = parse("[ui]\nzone = \"Mars\" # red\n").unwrap_err();
    let report = problems[0].report();
    assert!(report.contains("--> /etc/bt/config.toml:2:8"), "{report}");
    assert!(report.contains("2 | zone = \"Mars\" # red"), "{report}");
    assert!(report.contains("help: write `\"local\"`"), "{report}");
    assert!(!report.contains('\u{1b}'));

    let problems = parse(&source_with("secret = { token = 1 }")).unwrap_err();
    let report = problems[0].report();
    assert!(report.contains("--> /etc/bt/config.toml:5:12"), "{report}");
    assert!(!report.contains("secret = {"), "{report}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_or_refused(text in ".*") {
        if let Err(problems) = parse(&text) {
            prop_assert!(!problems.is_empty());
        }
    }

    #[test]
    fn a_damaged_file_is_read_or_refused(at in 0..GOOD.len(), with in "[\\[\\]{}=\"'.,#\n a0é]{0,3}", drop in 0..9_usize) {
        let start = (0..=at).rev().find(|at| GOOD.is_char_boundary(*at)).unwrap();
        let end = (at + drop..=GOOD.len()).find(|end| GOOD.is_char_boundary(*end)).unwrap_or(GOOD.len());
        if let Err(problems) = parse(&format!("{}{with}{}", &GOOD[..start], &GOOD[end..])) {
            for problem in problems {
                prop_assert!(problem.report().contains("error: "), "{}", problem);
            }
        }
    }
}
