//! Programs that behave, and programs that do not.

use super::*;

const LONG: Duration = Duration::from_secs(30);

async fn sh(script: &str, size: usize, time: Duration) -> Result<String, CommandError> {
    let argv = ["sh", "-c", script].map(str::to_owned);
    let printed = run(&argv, &["PATH_TO_A_SECRET".to_owned(), "HOME".to_owned()], size, time).await;
    printed.map(|printed| String::from_utf8(printed).unwrap())
}

#[tokio::test]
async fn what_it_prints_is_taken_whole() {
    // More than a pipe holds, on both sides.
    let script = "i=0; while [ $i -lt 3000 ]; do echo 0123456789012345678901234567890123456789; \
                  echo complaint >&2; i=$((i+1)); done";
    assert_eq!(sh(script, 1 << 20, LONG).await.unwrap().len(), 3000 * 41);
}

#[tokio::test]
async fn it_has_nothing_to_read_no_terminal_and_no_secret_of_others() {
    assert_eq!(sh("cat; echo \"[$HOME]\"", 100, LONG).await.unwrap(), "[]\n");
    assert!(sh(": < /dev/tty", 100, LONG).await.is_err());
    // The leader of its session: field 6 of its status is its own number.
    let session = sh("cut -d' ' -f1,6 /proc/self/stat; echo $$", 100, LONG).await.unwrap();
    let numbers: Vec<&str> = session.split_whitespace().collect();
    assert_eq!(numbers[1], numbers[2], "{session}");
}

#[tokio::test]
async fn failing_is_told_with_the_end_of_what_it_complained_about() {
    let script = "echo started; for i in 1 2 3 4 5 6 7 8 9; do \
                  printf 'a very long complaint of many words, number %s \\033[2J\\n' $i >&2; done; exit 9";
    let error = sh(script, 1000, LONG).await.unwrap_err().to_string();
    assert!(error.starts_with("ended with exit status: 9: …"), "{error}");
    assert!(error.contains("number 9") && !error.contains("number 1 "), "{error}");
    assert!(!error.contains(char::is_control), "{error:?}");
    let error = sh("kill -9 $$", 1000, LONG).await.unwrap_err().to_string();
    assert!(error.contains("signal: 9"), "{error}");
}

#[tokio::test]
async fn printing_without_end_is_cut_off() {
    let error = sh("while :; do echo yes; done", 2 << 20, LONG).await.unwrap_err();
    assert_eq!(error.to_string(), "printed more than 2 MiB");
}

#[tokio::test]
async fn time_ends_it_and_everything_it_started() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("pid");
    let script = format!("sleep 600 & echo $! > {}; echo waiting >&2; wait", file.display());
    let error = sh(&script, 100, Duration::from_secs(1)).await.unwrap_err();
    assert_eq!(error.to_string(), "was ended after 1s: waiting");
    let pid: i32 = std::fs::read_to_string(&file).unwrap().trim().parse().unwrap();
    let pid = rustix::process::Pid::from_raw(pid).unwrap();
    let gone = || {
        let state = std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero()));
        state.map_or(true, |state| state.contains(") Z ")) || rustix::process::test_kill_process(pid).is_err()
    };
    // The signal is delivered at once, the end of the process may be seen a moment later.
    let begun = std::time::Instant::now();
    while !gone() && begun.elapsed() < LONG {
        tokio::task::yield_now().await;
    }
    assert!(gone());
}

#[tokio::test]
async fn what_is_no_program_cannot_be_started() {
    for program in ["", "/nowhere/program", "/"] {
        let error = run(&[program.to_owned()], &[], 10, LONG).await.unwrap_err().to_string();
        assert!(error.starts_with("cannot be started: "), "{program}: {error}");
    }
}
