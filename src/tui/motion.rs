//! How far a command moves, whatever it moves in.

use super::command::Command;

/// A move in a list or in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Motion {
    Lines(i32),
    HalfPages(i32),
    Pages(i32),
    Top,
    Bottom,
}

impl Motion {
    /// The move that a command asks for.
    pub(super) fn of(command: Command) -> Option<Self> {
        Some(match command {
            Command::Up => Self::Lines(-1),
            Command::Down => Self::Lines(1),
            Command::HalfPageUp => Self::HalfPages(-1),
            Command::HalfPageDown => Self::HalfPages(1),
            Command::PageUp => Self::Pages(-1),
            Command::PageDown => Self::Pages(1),
            Command::Top => Self::Top,
            Command::Bottom => Self::Bottom,
            _ => return None,
        })
    }

    /// Where the move ends, among `len` places with `page` of them visible. Nothing to move in: 0.
    pub(super) fn from(self, place: usize, len: usize, page: usize) -> usize {
        let last = len.saturating_sub(1);
        let step = |times: i32, by: usize| {
            let distance = by.max(1).saturating_mul(times.unsigned_abs() as usize);
            if times < 0 { place.saturating_sub(distance) } else { place.saturating_add(distance).min(last) }
        };
        match self {
            Self::Lines(times) => step(times, 1),
            Self::HalfPages(times) => step(times, page / 2),
            Self::Pages(times) => step(times, page),
            Self::Top => 0,
            Self::Bottom => last,
        }
        .min(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moves_stop_at_the_ends() {
        for (motion, place, len, end) in [
            (Motion::Lines(1), 3, 10, 4),
            (Motion::Lines(1), 9, 10, 9),
            (Motion::Lines(-1), 0, 10, 0),
            (Motion::HalfPages(1), 0, 100, 5),
            (Motion::Pages(-1), 50, 100, 40),
            (Motion::Pages(1), 95, 100, 99),
            (Motion::Top, 7, 10, 0),
            (Motion::Bottom, 7, 10, 9),
            (Motion::Bottom, 0, 0, 0),
            (Motion::Lines(1), 50, 10, 9),
        ] {
            assert_eq!(motion.from(place, len, 10), end, "{motion:?} from {place} of {len}");
        }
    }
}
