//! The configuration as it is printed is a configuration.

use super::*;
use crate::tui::command::COMMANDS;

/// All that a configuration holds, but for the places that it was read from.
fn meaning(config: &Config) -> String {
    let places = regex::Regex::new(r"Place \{[^}]*\}").unwrap();
    let keys = Context::ALL.into_iter().flat_map(|context| {
        let of = move |command| (context, command, config.keymap.bound_in(context, command));
        COMMANDS.iter().map(move |row| of(row.command))
    });
    let keys: Vec<_> = keys.filter(|(.., keys)| !keys.is_empty()).collect();
    // The order of the bindings of different commands means nothing.
    let config = Config { keymap: Keymap::built_in(), ..config.clone() };
    format!("{} {keys:?}", places.replace_all(&format!("{config:?}"), ""))
}

#[test]
fn what_is_printed_reads_as_the_same_configuration() {
    let own = "[[source]]\nname = 'aws'\nfeed = 'tenants'\ncommand = ['aws', 'say \"hi\"']\ntimeout = '90s'\n\
               vars = { tenant = 'acme' }\nkeep = '400d'\n";
    let file =
        "[[source]]\nname = 'saved'\nfeed = 'tenants'\nfile = '/tmp/a.json'\nvars = { tenant = 'a' }\n";
    let ai = "[ai]\nbase_url = 'http://localhost:11434/v1'\nmodel = 'm'\nkey = { env = 'K' }\ntimeout = '1500ms'\n";
    let unbound = "[keys.lists]\nexport = []\nbookmark = ['b', 'f5', 'f6 b']\n";
    for text in [
        "",
        GOOD,
        own,
        file,
        ai,
        unbound,
        "keep = '90d'\n[[source]]\nname='p'\nfeed='tenants'\nvars={tenant='a'}\nsecret.token = { file = '/s/t' }\n",
    ] {
        let config = good(text);
        let printed = config.to_toml();
        assert_eq!(meaning(&good(&printed)), meaning(&config), "{printed}");
    }
    let printed = good(GOOD).to_toml();
    for line in [
        "poll = \"30s\"",
        "base = \"https://api.example.com/v1\"",
        "token = { env = \"TENANTS_TOKEN\" }",
        "scope = [\"p1\", \"p2\"]",
        "theme = \"light\"",
        "zone = \"+02:00\"",
        "help = [\"f3\"]",
        "close = [\"q\"]",
    ] {
        assert!(printed.lines().any(|own| own == line), "{line}: {printed}");
    }
    assert!(good(unbound).to_toml().contains("\nexport = []\n"));
}
