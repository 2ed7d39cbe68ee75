//! What the mouse does, while the user lets it.

use super::support::{Bench, story};
use crate::tui::{Effect, Message};

#[test]
fn the_mouse_chooses_scrolls_and_gives_the_keys_to_a_pane_only_while_it_may() {
    use ratatui::crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
    let mouse =
        |kind, column, row| Message::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE });
    let click = |column, row| mouse(MouseEventKind::Down(MouseButton::Left), column, row);
    let mut bench = Bench::new((120, 30), story());
    bench.take_asked();
    bench.press("<f2>");
    assert!(bench.take_asked().contains(&Effect::Mouse(true)));
    let screen = bench.screen();
    assert!(screen.contains("the mouse chooses and scrolls"), "{screen}");
    let line = screen.lines().position(|line| line.contains("10:00")).unwrap() as u16;
    bench.tell(click(20, line));
    let chosen = bench.app.event().unwrap().row;
    assert!(bench.screen().lines().nth(usize::from(line)).unwrap().starts_with('▌'), "{}", bench.screen());
    let preview = bench.app.layout().preview;
    bench.tell(click(preview.x + 2, preview.y + 2));
    assert!(bench.app.in_preview);
    bench.tell(mouse(MouseEventKind::ScrollDown, preview.x + 2, preview.y + 2));
    assert_eq!(bench.app.timeline.selected(), Some(chosen), "over the preview the wheel scrolls the preview");
    bench.tell(click(20, line));
    assert!(bench.screen().contains("› event"), "what is selected already is opened");
    bench.press("<esc>");
    bench.tell(mouse(MouseEventKind::ScrollDown, 20, line));
    assert_eq!(bench.app.timeline.place(), Some(5));
    bench.tell(mouse(MouseEventKind::ScrollUp, 20, line));
    assert_eq!(bench.app.timeline.place(), Some(2));
    bench.press("f");
    bench.tell(mouse(MouseEventKind::ScrollDown, 20, line));
    bench.tell(click(20, line + 1));
    assert!(
        bench.app.filter.editing() && bench.app.timeline.place() == Some(2),
        "a line that is typed keeps the keys"
    );
    bench.press("<esc><esc><f2>");
    assert!(bench.take_asked().contains(&Effect::Mouse(false)));
    assert!(bench.screen().contains("the mouse is the terminal's again"), "{}", bench.screen());
}
