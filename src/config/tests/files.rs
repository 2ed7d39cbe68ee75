//! Configuration, profiles, keys and themes as files on disk.

use std::path::PathBuf;

use super::*;

#[test]
fn keys_and_themes_can_have_files_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.toml");
    let paths =
        paths(&Options { config: Some(config), cache_dir: Some("/var/bt".into()), ..Options::default() })
            .unwrap();
    std::fs::write(folder.path().join("k.toml"), "[everywhere]\nhelp = \"f3\"\n").unwrap();
    std::fs::write(folder.path().join("t.toml"), "").unwrap();
    let text = "keys = \"k.toml\"\n[ui]\ntheme = \"t.toml\"\n";
    let config = Config::parse(&paths, text, &catalog()).unwrap();
    assert_eq!(config.keymap.keys_in(Context::Everywhere, Command::Help), ["f3"]);
    assert!(config.ui.theme.is_some());

    std::fs::write(folder.path().join("k.toml"), "\n[everywhere]\nhlep = \"f3\"\n").unwrap();
    std::fs::write(folder.path().join("t.toml"), "txet = \"red\"\n").unwrap();
    let problems = Config::parse(&paths, text, &catalog()).unwrap_err();
    let messages: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert!(messages.iter().any(|m| m.contains("k.toml:3:1: `everywhere.hlep`")), "{messages:?}");
    assert!(messages.iter().any(|m| m.contains("t.toml:1:1: `txet`")), "{messages:?}");
}

#[test]
fn a_file_that_is_not_there_matters_only_when_it_was_named() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.toml");
    let options = Options {
        config: Some(missing.clone()),
        cache_dir: Some(folder.path().into()),
        ..Options::default()
    };
    let problems = load(&options).unwrap_err();
    assert!(problems[0].to_string().contains("missing.toml"), "{problems:?}");
    assert!(problems[0].to_string().contains("backtrail config init"), "{problems:?}");
    let paths = Paths { config_named: false, ..paths(&options).unwrap() };
    assert!(Config::empty(paths).sources.is_empty());

    std::fs::write(&missing, b"me = \"a\"\nx = \"\xff\"\n").unwrap();
    assert!(load(&options).unwrap_err()[0].to_string().contains("not text in UTF-8, from line 2 on"));
    std::fs::remove_file(&missing).unwrap();
    std::fs::create_dir(&missing).unwrap();
    assert!(load(&options).unwrap_err()[0].to_string().contains("not a regular file"));
}

#[test]
fn profiles_beside_the_file_can_be_named() {
    let folder = tempfile::tempdir().unwrap();
    let feeds = folder.path().join("feeds");
    std::fs::create_dir(&feeds).unwrap();
    std::fs::write(feeds.join("tenants.toml"), TENANTS).unwrap();
    std::fs::write(feeds.join("notes.txt"), "no profile").unwrap();
    let config = folder.path().join("config.toml");
    std::fs::write(&config, source_with("")).unwrap();
    let options =
        Options { config: Some(config), cache_dir: Some(folder.path().into()), ..Options::default() };
    assert_eq!(load(&options).unwrap().sources[0].profile.id(), "tenants");

    std::fs::write(feeds.join("broken.toml"), "schema = 1\nidd = 2\n").unwrap();
    let problems = load(&options).unwrap_err();
    assert!(
        problems.iter().any(|problem| problem.to_string().contains("feeds/broken.toml:2:1")),
        "{problems:?}"
    );
}

#[test]
fn a_new_file_is_for_its_owner_only_and_never_replaces_one() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().join("a/b/config.toml");
    init(&path).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), SAMPLE);
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(path.parent().unwrap().metadata().unwrap().permissions().mode() & 0o777, 0o700);
    std::fs::write(&path, "mine").unwrap();
    let problem = init(&path).unwrap_err().to_string();
    assert!(problem.contains("a/b/config.toml: the file is already there"), "{problem}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");
}

#[test]
fn the_sample_is_a_good_file_as_it_is_and_with_everything_switched_on() {
    let config = Config::parse(&places(), SAMPLE, &Catalog::built_in()).unwrap();
    assert!(config.sources.is_empty());
    let on = |line: &str| match line.strip_prefix('#') {
        Some(setting) if !setting.is_empty() && !setting.starts_with(' ') => format!("{setting}\n"),
        _ => format!("{line}\n"),
    };
    let text: String = SAMPLE.lines().map(on).collect();
    let config = Config::parse(&places(), &text, &Catalog::built_in()).unwrap_or_else(|p| panic!("{p:#?}"));
    let names: Vec<&str> = config.sources.iter().map(|source| &*source.name).collect();
    assert_eq!(names, ["streamkap", "kaireonai", "microvisualizer"]);
    assert_eq!(config.secrets().count(), 5);
    assert!(config.ai.is_some());
}

#[test]
fn checking_says_which_secrets_are_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let feeds = folder.path().join("feeds");
    std::fs::create_dir(&feeds).unwrap();
    std::fs::write(feeds.join("tenants.toml"), TENANTS).unwrap();
    let config = folder.path().join("config.toml");
    let options =
        Options { config: Some(config.clone()), cache_dir: Some(folder.path().into()), ..Options::default() };
    for (from, part) in [
        (
            r#"{ env = "BACKTRAIL_NO_SUCH_VARIABLE" }"#,
            "`BACKTRAIL_NO_SUCH_VARIABLE` is not set; set it before",
        ),
        (r#"{ file = "./missing" }"#, "there is no file"),
        (r#"{ command = ["backtrail-no-such-program"] }"#, "there is no program `backtrail-no-such-program`"),
        (r#"{ command = ["/etc/passwd"] }"#, "there is no program `/etc/passwd`"),
    ] {
        std::fs::write(&config, source_with(&format!("secret = {{ token = {from} }}"))).unwrap();
        let problems = check(&options);
        let [problem] = problems.as_slice() else { panic!("{from}: {problems:?}") };
        assert!(problem.to_string().contains("config.toml:5:12: `source.secret.token`"), "{problem}");
        assert!(problem.to_string().contains(part), "{problem}");
    }
    for from in [r#"{ env = "PATH" }"#, r#"{ command = ["sh"] }"#] {
        std::fs::write(&config, source_with(&format!("secret = {{ token = {from} }}"))).unwrap();
        assert_eq!(check(&options), vec![], "{from}");
    }
}
