//! Which columns a list of a given width has.
//!
//! Columns leave as the list gets narrower: source, type, the sort of actor, seconds, the actor. Time,
//! action and entity never leave; the summary takes what is left. Columns that the user named stand in
//! their order.

/// What a column says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    Time,
    Action,
    Type,
    Entity,
    Actor,
    ActorType,
    Source,
    Status,
    Summary,
}

/// The columns of a list with their widths, in their order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Columns {
    pub(super) cells: Vec<(Column, usize)>,
    /// Whether an actor that is no person says so, in the column of the actor.
    pub(super) actor_kind: bool,
}

/// The glyph, a space, and the longest word that all feeds share.
pub(super) const ACTION: usize = 10;

/// A day and a time of day, for a list whose headings do not say which day it is.
pub(super) const DATED: usize = 12;

/// The mark of the selection and what stands between two columns.
pub(super) const MARK: usize = 1;
pub(super) const GAP: usize = 2;

impl Column {
    /// The column that the query language calls so.
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "time" => Self::Time,
            "action" => Self::Action,
            "type" => Self::Type,
            "entity" => Self::Entity,
            "actor" => Self::Actor,
            "actor_type" => Self::ActorType,
            "source" => Self::Source,
            "status" => Self::Status,
            "summary" => Self::Summary,
            _ => return None,
        })
    }

    /// How wide it is where there is room, and how narrow it can be.
    fn widths(self, clock: Clock) -> (usize, usize) {
        match self {
            Self::Time => match clock {
                Clock::Age => (5, 5),
                Clock::Dated => (DATED, DATED),
                Clock::Time => (8, 5),
            },
            Self::Action => (ACTION, ACTION),
            Self::Type => (14, 8),
            Self::Entity => (30, 12),
            Self::Actor => (20, 10),
            Self::ActorType => (7, 6),
            Self::Source => (16, 8),
            Self::Status => (7, 7),
            Self::Summary => (60, 10),
        }
    }
}

/// What a list says about the time of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Clock {
    /// How long ago it was.
    Age,
    /// The time of day: a heading says which day.
    Time,
    /// The day as well.
    Dated,
}

/// What all `cells` take, with the mark before them and the gaps between.
fn taken(cells: &[(Column, usize)]) -> usize {
    MARK + cells.iter().map(|(_, width)| width).sum::<usize>() + GAP * cells.len().saturating_sub(1)
}

impl Columns {
    /// The columns of a list with one line for each event: those that the query names, else those that fit.
    pub(super) fn of(width: usize, clock: Clock, named: Option<&[&str]>) -> Self {
        match named {
            Some(names) => Self::chosen(width, clock, names),
            None => Self::fitting(width, clock),
        }
    }

    fn fitting(width: usize, clock: Clock) -> Self {
        let has = |from: usize, column: Column, wide: usize| (width >= from).then_some((column, wide));
        let actor = match width {
            ..64 => None,
            64..84 => Some((Column::Actor, 12)),
            84..120 => Some((Column::Actor, 16)),
            _ => Some((Column::Actor, 20)),
        };
        let (wide, narrow) = Column::Time.widths(clock);
        let time = (Column::Time, if width < 84 { narrow } else { wide });
        let cells = [
            Some(time),
            Some((Column::Action, ACTION)),
            has(104, Column::Type, 14),
            Some((Column::Entity, 0)),
            actor,
            has(140, Column::Source, 16),
            Some((Column::Summary, 0)),
        ];
        let mut cells: Vec<(Column, usize)> = cells.into_iter().flatten().collect();
        let rest = width.saturating_sub(taken(&cells));
        // Which one it was is asked before how.
        let entity = (rest * 4 / 7).clamp(12, 34);
        for (column, width) in &mut cells {
            match column {
                Column::Entity => *width = entity,
                Column::Summary => *width = rest.saturating_sub(entity),
                _ => {}
            }
        }
        cells.retain(|(_, width)| *width > 0);
        Self { cells, actor_kind: width >= 92 }
    }

    /// The columns that the user named, in that order. Where they do not fit, they get narrower, and then the
    /// last of them leave.
    fn chosen(width: usize, clock: Clock, names: &[&str]) -> Self {
        let mut cells: Vec<(Column, usize)> = names
            .iter()
            .filter_map(|name| Column::named(name))
            .map(|column| (column, column.widths(clock).1))
            .collect();
        while taken(&cells) > width && cells.len() > 1 {
            cells.pop();
        }
        // What is left goes to each in turn, as far as it can use it, and the rest to the last.
        for at in 0..cells.len() {
            let left = width.saturating_sub(taken(&cells));
            let (column, cell) = &mut cells[at];
            *cell += (column.widths(clock).0 - *cell).min(left);
        }
        let left = width.saturating_sub(taken(&cells));
        if let Some((_, cell)) = cells.last_mut() {
            *cell += left;
        }
        Self { cells, actor_kind: false }
    }

    /// The width of a column; zero where it is not there.
    pub(super) fn width(&self, column: Column) -> usize {
        self.cells.iter().find(|(other, _)| *other == column).map_or(0, |(_, width)| *width)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_leave_in_order_and_fill_the_width_exactly() {
        let mut seen = Vec::new();
        for width in (30..=200).rev() {
            let columns = Columns::of(width, Clock::Time, None);
            let wide = |column| columns.width(column);
            if width >= 60 {
                assert_eq!(taken(&columns.cells), width, "{columns:?}");
                assert!(wide(Column::Summary) >= 10, "{width}: {columns:?}");
            }
            assert!(wide(Column::Entity) >= 12, "{width}: {columns:?}");
            assert!(width < 76 || wide(Column::Summary) >= 16, "{width}: {columns:?}");
            let gone = [
                ("source", wide(Column::Source) == 0),
                ("type", wide(Column::Type) == 0),
                ("actor type", !columns.actor_kind),
                ("seconds", wide(Column::Time) < 8),
                ("actor shortened", wide(Column::Actor) < 16),
                ("actor", wide(Column::Actor) == 0),
            ];
            for (name, gone) in gone {
                if gone && !seen.contains(&name) {
                    seen.push(name);
                }
            }
        }
        // The actor's column gets narrower at once with the seconds.
        assert_eq!(seen, ["source", "type", "actor type", "seconds", "actor shortened", "actor"]);
    }

    #[test]
    fn named_columns_keep_their_order_and_fill_the_width() {
        let all = crate::query::directive("cols").unwrap().words;
        for width in 12..=220 {
            for names in [&["summary", "time"][..], &["entity"], &["time", "action", "entity", "status"], all]
            {
                let columns = Columns::of(width, Clock::Time, Some(names));
                let shown: Vec<Column> = columns.cells.iter().map(|(column, _)| *column).collect();
                let wanted: Vec<Column> = names.iter().filter_map(|name| Column::named(name)).collect();
                assert_eq!(wanted.len(), names.len(), "every name of the language is a column");
                assert_eq!(shown, wanted[..shown.len()], "{width}");
                assert!(!shown.is_empty());
                if width > 14 {
                    assert_eq!(taken(&columns.cells), width, "{names:?} {columns:?}");
                }
            }
        }
        let wide = Columns::of(200, Clock::Time, Some(all));
        assert_eq!(wide.cells.len(), all.len());
    }
}
