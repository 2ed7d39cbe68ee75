//! Secrets from each place, and every way in which they are refused.

use std::os::unix::fs::PermissionsExt as _;

use super::*;
use crate::config::Diagnostic;

const VALUE: &str = "sk_live_4eC39HqLyjWDarjtT1zdp7dc";

fn secret(from: SecretFrom) -> SecretRef {
    let place = Place { file: "config.toml".into(), line: 7, column: 1 };
    SecretRef { name: "token".into(), from, place }
}

fn command(argv: &[&str]) -> SecretFrom {
    SecretFrom::Command(argv.iter().map(|word| (*word).to_owned()).collect())
}

async fn resolve(from: SecretFrom) -> Result<String, String> {
    resolve_within(from, COMMAND_LIMIT).await
}

async fn resolve_within(from: SecretFrom, command_limit: Duration) -> Result<String, String> {
    let resolver = Resolver { command_limit, ..Resolver::new([]) };
    let found = resolver.resolve(&secret(from)).await;
    found.map(|secret| secret.expose().to_owned()).map_err(|problem| {
        let text = format!("{problem} {problem:?} {}", Diagnostic::from(problem.clone()).report());
        assert!(!text.contains("4eC39"), "{text}");
        assert!(text.starts_with("config.toml:7:1: `source.secret.token`: "), "{text}");
        text
    })
}

/// A file with `content` and `mode` in a folder that lives as long as the first part of the answer.
fn file(content: &[u8], mode: u32) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    std::fs::write(&path, content).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    (folder, path)
}

#[tokio::test]
async fn a_command_gives_what_it_writes() {
    for (argv, value) in [
        (vec!["printf", "%s\\n", VALUE], VALUE),
        (vec!["printf", "%s\\r\\n\\n", VALUE], VALUE),
        // No shell reads the arguments.
        (vec!["echo", "$HOME;ls"], "$HOME;ls"),
        (vec!["sh", "-c", "echo noise >&2; echo value"], "value"),
        (vec!["sh", "-c", "cat; echo value"], "value"),
    ] {
        assert_eq!(resolve(command(&argv)).await.as_deref(), Ok(value), "{argv:?}");
    }
}

#[tokio::test]
async fn a_command_that_fails_says_so_without_its_output() {
    let many = format!("printf '%70000s' {VALUE}");
    for (argv, part) in [
        (
            vec!["sh", "-c", "echo sk_live_4eC39; echo sk_live_4eC39 >&2; exit 3"],
            "`sh` ended with exit status: 3",
        ),
        (vec!["false"], "run it by hand"),
        (vec!["true"], "the secret is empty"),
        (vec!["backtrail-no-such-program", VALUE], "`backtrail-no-such-program` cannot be started"),
        (vec!["sh", "-c", &many], "longer than 64 KiB"),
        (vec!["printf", "sk_live_4eC39\\nuser: me"], "several lines"),
        (vec!["printf", "sk_live_4eC39\\377"], "not text in UTF-8"),
        (vec![], "the command is empty"),
    ] {
        let message = resolve(command(&argv)).await.unwrap_err();
        assert!(message.contains(part), "{argv:?}: {message}");
    }
}

#[tokio::test]
async fn a_command_that_gives_no_answer_is_ended_with_all_it_started() {
    let folder = tempfile::tempdir().unwrap();
    let pid_file = folder.path().join("pid");
    // The program waits for a child of its own; the child must not outlive it.
    let script = format!("tail -f /dev/null & echo $! > {}; wait", pid_file.display());
    let limit = Duration::from_secs(1);
    let message = resolve_within(command(&["sh", "-c", &script]), limit).await.unwrap_err();
    assert!(message.contains("`sh` gave no answer within 1s"), "{message}");
    let pid: i32 = std::fs::read_to_string(&pid_file).unwrap().trim().parse().unwrap();
    let child = Pid::from_raw(pid).unwrap();
    let gone = || {
        let state = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        rustix::process::test_kill_process(child).is_err() || state.contains(") Z ")
    };
    // The signal is delivered at once, the end of the process may be seen a moment later.
    while !gone() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_command_does_not_see_the_secrets_of_sources() {
    let hides = |name: &str| Resolver::new([&secret(SecretFrom::Env(name.to_owned()))]);
    let ask = secret(command(&["sh", "-c", "echo ${CARGO_PKG_NAME:-hidden}"]));
    assert_eq!(hides("CARGO_PKG_NAME").resolve(&ask).await.unwrap().expose(), "hidden");
    assert_eq!(hides("OTHER").resolve(&ask).await.unwrap().expose(), "backtrail");
}

#[tokio::test]
async fn a_variable_gives_its_value() {
    assert_eq!(resolve(SecretFrom::Env("CARGO_PKG_NAME".into())).await.as_deref(), Ok("backtrail"));
    let message = resolve(SecretFrom::Env("BACKTRAIL_UNSET".into())).await.unwrap_err();
    assert!(message.contains("`BACKTRAIL_UNSET` is not set; set it before you start"), "{message}");
    // The checks in `resolve_within` see to it that the name itself is not shown.
    assert!(resolve(SecretFrom::Env(VALUE.into())).await.unwrap_err().contains("named here is not set"));
}

#[tokio::test]
async fn a_file_of_ones_own_gives_its_content() {
    for mode in [0o600, 0o400] {
        let (_folder, path) = file(format!("{VALUE}\n").as_bytes(), mode);
        assert_eq!(resolve(SecretFrom::File(path)).await.as_deref(), Ok(VALUE), "{mode:o}");
    }
}

#[tokio::test]
async fn a_file_that_others_can_open_is_refused_with_the_command_to_run() {
    for mode in [0o640, 0o604, 0o644, 0o660, 0o610, 0o602] {
        let (_folder, path) = file(VALUE.as_bytes(), mode);
        let message = resolve(SecretFrom::File(path.clone())).await.unwrap_err();
        assert!(message.contains("is open to other users"), "{mode:o}: {message}");
        assert!(message.contains(&format!("run `chmod 600 {}`", path.display())), "{message}");
    }
}

#[tokio::test]
async fn a_file_of_another_user_is_refused() {
    let (_folder, own) = file(VALUE.as_bytes(), 0o600);
    let path = if geteuid().is_root() {
        std::os::unix::fs::chown(&own, Some(1), None).unwrap();
        own
    } else {
        PathBuf::from("/etc/passwd")
    };
    let message = resolve(SecretFrom::File(path)).await.unwrap_err();
    assert!(message.contains("belongs to another user"), "{message}");
}

#[tokio::test]
async fn what_is_no_file_with_a_secret_is_refused() {
    let (folder, empty) = file(b"\n", 0o600);
    let (_other, long) = file(&vec![b'a'; MAX_LENGTH + 1], 0o600);
    let missing = folder.path().join("missing");
    let pipe = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").args(["-m", "600"]).arg(&pipe).status().unwrap();
    assert!(made.success());
    for (path, part) in [
        (missing, "there is no file"),
        (folder.path().to_path_buf(), "not a regular file"),
        (pipe, "not a regular file"),
        (empty, "the secret is empty"),
        (long, "longer than 64 KiB"),
    ] {
        let message = resolve(SecretFrom::File(path)).await.unwrap_err();
        assert!(message.contains(part), "{message}");
    }
}
