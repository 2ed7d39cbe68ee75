//! What it costs that answers overlap: the walk over a list that nothing happens to.

use super::words::{Ask, Cut, Direction, Next, Shape, Sight};
use super::{Known, Walk};
use crate::domain::Timestamp;

/// How many requests the first walk over a list of `rows` events takes, where an answer holds at most `cap` of
/// them, the list is paged by number and the server says how many there are and which size it used.
pub fn requests(rows: u64, cap: u64) -> u64 {
    let shape = Shape {
        cut: Cut::Pages,
        size: Some(cap),
        since: None,
        until: None,
        direction: Some(Direction::Down),
        by_time: false,
    };
    let mut walk = Walk::new(shape, Known::default());
    let (mut next, mut requests) = (walk.begin(), 0);
    while let Next::Ask(ask) = next {
        let (first, size) = match ask {
            Ask::At { first, size } => (first, size.min(cap)),
            _ => (0, cap),
        };
        requests += 1;
        let times = (first * size..rows.min((first + 1) * size))
            .map(|row| Timestamp::from_millis((rows - row) as i64 * 1_000));
        let times: Vec<_> = times.collect();
        walk.read(&Sight {
            length: times.len() as u64,
            prints: (first * size..).take(times.len()).collect(),
            times,
            total: Some(rows),
            echo: Some(size),
            can_go_on: true,
            date: Some(Timestamp::from_millis((rows as i64 + 1) * 1_000)),
            ..Sight::default()
        });
        next = walk.next(0).1;
    }
    requests
}
