//! How many colours a terminal has, and the nearest it has to a colour.
//!
//! The numbers of the 256 colours follow xterm's table: the sixteen names, a cube of six steps a side,
//! and 24 greys. Only the sixteen names differ between terminals.

use ratatui::style::{Color, Modifier, Style};

/// How many colours a terminal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Sixteen, by name.
    Sixteen,
    /// 256, by number.
    Indexed,
    /// All.
    True,
}

/// The names in the order of their numbers, with xterm's values.
const SIXTEEN: [(Color, (u8, u8, u8)); 16] = [
    (Color::Black, (0, 0, 0)),
    (Color::Red, (205, 0, 0)),
    (Color::Green, (0, 205, 0)),
    (Color::Yellow, (205, 205, 0)),
    (Color::Blue, (0, 0, 238)),
    (Color::Magenta, (205, 0, 205)),
    (Color::Cyan, (0, 205, 205)),
    (Color::Gray, (229, 229, 229)),
    (Color::DarkGray, (127, 127, 127)),
    (Color::LightRed, (255, 0, 0)),
    (Color::LightGreen, (0, 255, 0)),
    (Color::LightYellow, (255, 255, 0)),
    (Color::LightBlue, (92, 92, 255)),
    (Color::LightMagenta, (255, 0, 255)),
    (Color::LightCyan, (0, 255, 255)),
    (Color::White, (255, 255, 255)),
];

/// The steps along one side of the cube.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

impl Depth {
    /// What the environment says about the terminal: the values of `COLORTERM` and `TERM`.
    pub fn from_environment(colorterm: Option<&str>, term: Option<&str>) -> Self {
        let term = term.unwrap_or_default();
        if matches!(colorterm, Some("truecolor" | "24bit")) || term.ends_with("-direct") {
            Self::True
        } else if term.contains("256color") {
            Self::Indexed
        } else {
            Self::Sixteen
        }
    }

    /// The nearest look that a terminal of this depth has. Among sixteen colours no background is near
    /// enough to a grey one to be seen and to be read on, so a background becomes reversed text.
    pub(super) fn style(self, mut style: Style) -> Style {
        style.fg = style.fg.map(|colour| self.colour(colour));
        style.bg = style.bg.map(|colour| self.colour(colour));
        if self == Self::Sixteen && style.bg.take().is_some() {
            style.fg = None;
            style = style.add_modifier(Modifier::REVERSED);
        }
        style
    }

    fn colour(self, colour: Color) -> Color {
        match (self, colour) {
            (Self::Indexed, Color::Rgb(r, g, b)) => nearest_index((r, g, b)),
            (Self::Sixteen, Color::Rgb(..) | Color::Indexed(_)) => rgb(colour).map_or(colour, nearest_name),
            (_, colour) => colour,
        }
    }
}

/// Red, green and blue of a colour, by xterm's table where it has a name; `None` for the terminal's own.
pub fn rgb(colour: Color) -> Option<(u8, u8, u8)> {
    match colour {
        Color::Reset => None,
        Color::Rgb(r, g, b) => Some((r, g, b)),
        Color::Indexed(n @ 0..16) => Some(SIXTEEN[usize::from(n)].1),
        Color::Indexed(n @ 16..232) => {
            let step = |place: u8| STEPS[usize::from((n - 16) / place % 6)];
            Some((step(36), step(6), step(1)))
        }
        Color::Indexed(n) => {
            let grey = 8 + (n - 232) * 10;
            Some((grey, grey, grey))
        }
        name => SIXTEEN.iter().find(|(other, _)| *other == name).map(|(_, rgb)| *rgb),
    }
}

/// The name that a person would give the colour. The nearest by distance will not do: it makes every muted
/// colour a grey, and red and green of a theme would look alike.
fn nearest_name((r, g, b): (u8, u8, u8)) -> Color {
    let (most, least) = (r.max(g).max(b), r.min(g).min(b));
    let number = if most - least < 40 {
        match most {
            0..64 => 0,
            64..170 => 8,
            170..240 => 7,
            240.. => 15,
        }
    } else {
        // The bits of a number below 8 are red, green and blue; 8 more is the light one.
        let high = |channel: u8| usize::from(2 * u16::from(channel) >= u16::from(most) + u16::from(least));
        high(r) + 2 * high(g) + 4 * high(b) + if most > 200 { 8 } else { 0 }
    };
    SIXTEEN[number].0
}

fn nearest_index(wanted: (u8, u8, u8)) -> Color {
    (16..=255)
        .map(Color::Indexed)
        .min_by_key(|index| rgb(*index).map_or(u32::MAX, |other| distance(wanted, other)))
        .unwrap_or(Color::Reset)
}

fn distance(a: (u8, u8, u8), b: (u8, u8, u8)) -> u32 {
    let square = |a: u8, b: u8| u32::from(a.abs_diff(b)).pow(2);
    square(a.0, b.0) + square(a.1, b.1) + square(a.2, b.2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_names_the_depth() {
        for (colorterm, term, depth) in [
            (Some("truecolor"), Some("xterm"), Depth::True),
            (Some("24bit"), None, Depth::True),
            (None, Some("xterm-256color"), Depth::Indexed),
            (Some(""), Some("tmux-256color"), Depth::Indexed),
            (None, Some("xterm-direct"), Depth::True),
            (None, Some("linux"), Depth::Sixteen),
            (None, None, Depth::Sixteen),
        ] {
            assert_eq!(Depth::from_environment(colorterm, term), depth, "{colorterm:?} {term:?}");
        }
    }

    #[test]
    fn numbers_mean_xterms_colours() {
        for (number, expected) in [
            (1, (205, 0, 0)),
            (16, (0, 0, 0)),
            (21, (0, 0, 255)),
            (110, (135, 175, 215)),
            (231, (255, 255, 255)),
            (232, (8, 8, 8)),
            (255, (238, 238, 238)),
        ] {
            assert_eq!(rgb(Color::Indexed(number)), Some(expected), "{number}");
        }
        assert_eq!(rgb(Color::Reset), None);
        assert_eq!(rgb(Color::DarkGray), Some((127, 127, 127)));
    }

    #[test]
    fn a_colour_becomes_the_nearest_that_the_terminal_has() {
        for (depth, colour, expected) in [
            (Depth::True, Color::Rgb(1, 2, 3), Color::Rgb(1, 2, 3)),
            (Depth::Indexed, Color::Rgb(134, 176, 214), Color::Indexed(110)),
            (Depth::Indexed, Color::Indexed(110), Color::Indexed(110)),
            (Depth::Indexed, Color::Red, Color::Red),
            (Depth::Sixteen, Color::Rgb(250, 10, 5), Color::LightRed),
            (Depth::Sixteen, Color::Indexed(245), Color::DarkGray),
            (Depth::Sixteen, Color::Indexed(114), Color::LightGreen),
            (Depth::Sixteen, Color::Indexed(174), Color::LightRed),
            (Depth::Sixteen, Color::Indexed(26), Color::LightBlue),
            (Depth::Sixteen, Color::Indexed(22), Color::Green),
            (Depth::Sixteen, Color::Indexed(231), Color::White),
            (Depth::Sixteen, Color::Reset, Color::Reset),
        ] {
            assert_eq!(depth.colour(colour), expected, "{depth:?} {colour:?}");
        }
    }

    #[test]
    fn a_background_becomes_reversed_text_among_sixteen_colours() {
        let style = Style::new().fg(Color::Indexed(110)).bg(Color::Indexed(237)).add_modifier(Modifier::BOLD);
        assert_eq!(
            Depth::Sixteen.style(style),
            Style::new().add_modifier(Modifier::BOLD | Modifier::REVERSED)
        );
        assert_eq!(Depth::Indexed.style(style), style);
    }
}
