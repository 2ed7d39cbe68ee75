//! The incident of the demo, from "something broke at 14:32" to a report in a file, with the keys that a person
//! presses in a real terminal. The README tells the same story.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use support::terminal::Terminal;

#[tokio::test]
async fn from_the_hour_it_broke_to_the_report() {
    let (mut terminal, mut child) = Terminal::with_demo(40, 120).await;

    // Where it broke: automation lowered a limit.
    terminal.press("gt").await;
    terminal.until("go to>").await;
    terminal.press("yesterday 14:32\r").await;
    terminal.until("1200 → 300").await;

    // What changed before that, the most suspicious first.
    terminal.press("gW").await;
    terminal.until("› suspects").await;
    terminal.until("undone 3").await;
    let screen = terminal.screen.screen().contents();
    let first = screen.lines().find(|line| line.contains(" 1 ")).unwrap_or_default();
    assert!(first.contains("publish") && first.contains("Home Page NBA"), "{screen}");

    // What it changed.
    terminal.press("\r").await;
    terminal.until("› event").await;
    terminal.press("]").await;
    terminal.until("\"gradient_v1\" → \"bayesian_v2\"").await;

    // Who that was, and what else they did.
    terminal.press("a").await;
    terminal.until("What was done").await;
    terminal.until("Renewal Cross-sell").await;
    terminal.press("q").await;
    terminal.until("[Diff]").await;

    // The whole life of it: the rollback goes back over what was published.
    terminal.press("e").await;
    terminal.until("v7 → back to v6, now v8").await;
    terminal.until("●─╮").await;
    terminal.until("reverted after 32 m").await;
    terminal.press("]").await;
    terminal.until("[Fields]").await;
    terminal.until("scoringModel").await;

    // What a colleague should read: that hour, over all systems.
    terminal.press("qqq").await;
    terminal.until("one bar").await;
    terminal.press("fsince:yesterdayT14:00 until:yesterdayT14:59\r").await;
    terminal.until("6 of 500").await;
    terminal.press("x").await;
    terminal.until("Markdown report").await;
    terminal.press("\r").await;
    terminal.until("wrote").await;
    terminal.press("Q").await;
    terminal.until_closed().await;
    assert_eq!(child.wait().await.unwrap().code(), Some(0));

    let files = std::fs::read_dir(terminal.places.path()).unwrap().map(|file| file.unwrap().path());
    let report = files.filter(|path| path.extension().is_some_and(|end| end == "md")).collect::<Vec<_>>();
    let [report] = report.as_slice() else { panic!("one report, not {report:?}") };
    let report = std::fs::read_to_string(report).unwrap();
    let told = ["since:yesterdayT14:00", "complete", "Home Page NBA", "bayesian_v2", "Rollback to v6"];
    for words in told {
        assert!(report.contains(words), "no `{words}` in:\n{report}");
    }
    let at = |words: &str| report.find(words).unwrap();
    assert!(at("Try new propensity model") < at("Rollback to v6"), "the oldest first:\n{report}");
}
