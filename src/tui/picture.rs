//! A picture of the screen: a terminal buffer as an SVG that needs nothing beside itself.
//!
//! The picture in the README is made this way, from the buffer that the program draws, so that it cannot
//! show what the program does not. Fonts differ in width, so every run of text says how many cells it
//! takes and is stretched to them.

use std::fmt::Write as _;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr as _;

use super::theme::{Role, Theme, rgb};

/// Red, green and blue.
type Rgb = (u8, u8, u8);

/// Width and height of a cell, in tenths of a pixel, for a font of 14 pixels.
const CELL: (usize, usize) = (84, 170);

/// Where the baseline of a line is below its top.
const BASELINE: usize = 130;

/// The margin around the screen.
const MARGIN: usize = 140;

const FONT: &str = "ui-monospace,SFMono-Regular,Menlo,Consolas,DejaVu Sans Mono,monospace";

/// The modifiers that a run of text carries into the picture as attributes.
const ATTRIBUTES: &[(Modifier, &str)] = &[
    (Modifier::BOLD, " font-weight=\"bold\""),
    (Modifier::ITALIC, " font-style=\"italic\""),
    (Modifier::UNDERLINED, " text-decoration=\"underline\""),
];

/// A picture of `buf` with the page colours of `theme`. `title` describes it to those who cannot see it.
pub fn svg(buf: &Buffer, theme: &Theme, title: &str) -> String {
    let page = Page::of(theme);
    let (columns, lines) = (usize::from(buf.area.width), usize::from(buf.area.height));
    let (width, height) = (columns * CELL.0 + 2 * MARGIN, lines * CELL.1 + 2 * MARGIN);
    let mut svg = String::new();
    // Writing to a string cannot fail.
    let _ = write!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" height=\"{h}\" role=\"img\">\n\
         <title>{title}</title>\n\
         <rect width=\"{w}\" height=\"{h}\" rx=\"8\" fill=\"{ground}\"/>\n\
         <g font-family=\"{FONT}\" font-size=\"14\" fill=\"{ink}\" xml:space=\"preserve\">\n",
        w = tenths(width),
        h = tenths(height),
        title = escape(title),
        ground = hex(page.ground),
        ink = hex(page.ink),
    );
    for y in 0..lines {
        let cells = cells_of(buf, y, &page);
        write_grounds(&mut svg, &cells, y);
        for run in runs(&cells) {
            write_run(&mut svg, &run, y, &page);
        }
    }
    svg.push_str("</g>\n</svg>\n");
    svg
}

/// What the terminal's own colours are in the picture.
struct Page {
    ink: Rgb,
    ground: Rgb,
}

impl Page {
    fn of(theme: &Theme) -> Self {
        let style = theme.style(Role::Page);
        // A theme without colours is drawn as on paper.
        Self {
            ink: style.fg.and_then(rgb).unwrap_or((0, 0, 0)),
            ground: style.bg.and_then(rgb).unwrap_or((255, 255, 255)),
        }
    }

    fn looks(&self, cell: &Cell) -> Looks {
        let colour = |colour: Color| if colour == Color::Reset { None } else { rgb(colour) };
        let mut ink = colour(cell.fg).unwrap_or(self.ink);
        let mut ground = colour(cell.bg);
        if cell.modifier.contains(Modifier::REVERSED) {
            (ink, ground) = (ground.unwrap_or(self.ground), Some(ink));
        }
        if cell.modifier.contains(Modifier::DIM) {
            ink = halfway(ink, ground.unwrap_or(self.ground));
        }
        Looks { ink, ground, modifier: cell.modifier }
    }
}

/// How one cell looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Looks {
    ink: Rgb,
    ground: Option<Rgb>,
    modifier: Modifier,
}

impl Looks {
    fn underlined(self) -> bool {
        self.modifier.contains(Modifier::UNDERLINED)
    }

    fn same_letters(self, other: Self) -> bool {
        self.ink == other.ink
            && ATTRIBUTES.iter().all(|(m, _)| self.modifier.contains(*m) == other.modifier.contains(*m))
    }
}

/// One character, as a reader sees it, and the cells it takes.
struct Glyph<'a> {
    column: usize,
    wide: usize,
    symbol: &'a str,
    looks: Looks,
}

impl Glyph<'_> {
    fn is_blank(&self) -> bool {
        self.symbol.trim().is_empty() || self.looks.modifier.contains(Modifier::HIDDEN)
    }
}

fn cells_of<'a>(buf: &'a Buffer, y: usize, page: &Page) -> Vec<Glyph<'a>> {
    let columns = usize::from(buf.area.width);
    let mut glyphs = Vec::with_capacity(columns);
    let mut column = 0;
    while column < columns {
        let cell = &buf.content[y * columns + column];
        let wide = cell.symbol().width().clamp(1, columns - column);
        glyphs.push(Glyph { column, wide, symbol: cell.symbol(), looks: page.looks(cell) });
        column += wide;
    }
    glyphs
}

/// Letters beside each other that look alike.
struct Run {
    column: usize,
    cells: usize,
    text: String,
    looks: Looks,
}

/// The runs of one line. Blank cells begin and end none, and join two that look alike: their own looks
/// cannot be seen unless they are underlined.
fn runs(glyphs: &[Glyph<'_>]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut gap = String::new();
    for glyph in glyphs {
        if glyph.is_blank() && !glyph.looks.underlined() {
            gap.extend(std::iter::repeat_n(' ', glyph.wide));
            continue;
        }
        let symbol = if glyph.is_blank() { " " } else { glyph.symbol };
        match runs.last_mut() {
            // A wide character in a run would be stretched as if it were narrow.
            Some(run)
                if run.looks.same_letters(glyph.looks)
                    && glyph.wide == 1
                    && run.cells == run.text.chars().count()
                    && (gap.is_empty() || !glyph.looks.underlined()) =>
            {
                run.text.push_str(&gap);
                run.text.push_str(symbol);
                run.cells = glyph.column + 1 - run.column;
            }
            _ => runs.push(Run {
                column: glyph.column,
                cells: glyph.wide,
                text: symbol.to_owned(),
                looks: glyph.looks,
            }),
        }
        gap.clear();
    }
    runs
}

fn write_grounds(svg: &mut String, glyphs: &[Glyph<'_>], y: usize) {
    for group in glyphs.chunk_by(|a, b| a.looks.ground == b.looks.ground) {
        let (Some(first), Some(ground)) = (group.first(), group[0].looks.ground) else { continue };
        let cells: usize = group.iter().map(|glyph| glyph.wide).sum();
        let _ = writeln!(
            svg,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"/>",
            tenths(MARGIN + first.column * CELL.0),
            tenths(MARGIN + y * CELL.1),
            tenths(cells * CELL.0),
            tenths(CELL.1),
            hex(ground),
        );
    }
}

fn write_run(svg: &mut String, run: &Run, y: usize, page: &Page) {
    let _ = write!(
        svg,
        "<text x=\"{}\" y=\"{}\" textLength=\"{}\" lengthAdjust=\"spacingAndGlyphs\"",
        tenths(MARGIN + run.column * CELL.0),
        tenths(MARGIN + y * CELL.1 + BASELINE),
        tenths(run.cells * CELL.0),
    );
    if run.looks.ink != page.ink {
        let _ = write!(svg, " fill=\"{}\"", hex(run.looks.ink));
    }
    for (modifier, attribute) in ATTRIBUTES {
        if run.looks.modifier.contains(*modifier) {
            svg.push_str(attribute);
        }
    }
    let _ = writeln!(svg, ">{}</text>", escape(&run.text));
}

/// A length in pixels.
fn tenths(length: usize) -> String {
    if length.is_multiple_of(10) {
        (length / 10).to_string()
    } else {
        format!("{}.{}", length / 10, length % 10)
    }
}

fn hex((r, g, b): Rgb) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// The colour of dim text: two thirds of the way from the ground.
fn halfway(ink: Rgb, ground: Rgb) -> Rgb {
    let mix = |a: u8, b: u8| ((u16::from(a) * 2 + u16::from(b)) / 3) as u8;
    (mix(ink.0, ground.0), mix(ink.1, ground.1), mix(ink.2, ground.2))
}

/// Text as XML allows it: no control characters, and those that mean something to XML by name.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            c if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') => escaped.push('\u{FFFD}'),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::draw::Row;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    fn picture(row: &Row, width: u16) -> String {
        let mut buf = Buffer::empty(Rect::new(0, 0, width, 1));
        row.draw(&mut buf, 0, 0, width);
        svg(&buf, &Theme::built_in("dark").unwrap(), "A <test> & no more")
    }

    /// The lines of a picture between its frame and its end.
    fn content(svg: &str) -> Vec<&str> {
        let lines: Vec<&str> = svg.lines().collect();
        lines[4..lines.len() - 2].to_vec()
    }

    #[test]
    fn a_small_screen() {
        let theme = Theme::built_in("dark").unwrap();
        let mut buf = Buffer::empty(Rect::new(0, 0, 24, 3));
        let day = Row::new().put("── ", theme.style(Role::Rule)).put("Wed 1 Apr", theme.style(Role::Day));
        day.draw(&mut buf, 0, 0, 24);
        Row::new()
            .put("10:30  ", theme.style(Role::Time))
            .put("< rollback", theme.style(Role::Warning))
            .put("  日本", theme.style(Role::Entity))
            .draw(&mut buf, 0, 1, 24);
        buf.set_style(Rect::new(0, 1, 24, 1), theme.style(Role::Selected));
        Row::new().put("a & b", theme.style(Role::Dim)).draw(&mut buf, 0, 2, 24);
        insta::assert_snapshot!(svg(&buf, &theme, "A small screen"));
    }

    #[test]
    fn text_is_escaped() {
        let picture = picture(&Row::new().put("<a href=\"x\">&", Style::new()), 20);
        assert!(picture.contains("<title>A &lt;test&gt; &amp; no more</title>"), "{picture}");
        assert!(picture.contains(">&lt;a href=\"x\"&gt;&amp;</text>"), "{picture}");
    }

    #[test]
    fn an_empty_screen_is_only_a_page() {
        assert_eq!(content(&picture(&Row::new(), 20)), Vec::<&str>::new());
    }

    #[test]
    fn letters_that_look_alike_are_one_run_over_blanks_of_any_looks() {
        let red = Style::new().fg(Color::Rgb(255, 0, 0));
        let row = Row::new().put("a", red).put("  ", Style::new()).put("b", red).put("c", Style::new());
        let picture = picture(&row, 10);
        let lines = content(&picture);
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines[0].contains("textLength=\"33.6\"") && lines[0].ends_with(">a  b</text>"), "{lines:?}");
        assert!(lines[0].contains("fill=\"#ff0000\"") && !lines[1].contains("fill"), "{lines:?}");
    }

    #[test]
    fn wide_characters_take_two_cells_and_what_follows_stands_behind_them() {
        let picture = picture(&Row::new().put("a日b👨\u{200d}👩\u{200d}👧c", Style::new()), 10);
        let places: Vec<(&str, &str, &str)> = content(&picture)
            .into_iter()
            .map(|line| {
                let value = |name: &str| line.split(name).nth(1).unwrap().split('"').nth(1).unwrap();
                let text = line.split('>').nth(1).unwrap().split('<').next().unwrap();
                (value(" x="), value("textLength="), text)
            })
            .collect();
        assert_eq!(
            places,
            [
                ("14", "8.4", "a"),
                ("22.4", "16.8", "日"),
                ("39.2", "8.4", "b"),
                ("47.6", "16.8", "👨\u{200d}👩\u{200d}👧"),
                ("64.4", "8.4", "c")
            ]
        );
    }

    #[test]
    fn modifiers_are_seen() {
        for (modifier, expected) in [
            (Modifier::BOLD, "font-weight=\"bold\">x"),
            (Modifier::ITALIC, "font-style=\"italic\">x"),
            (Modifier::UNDERLINED, "text-decoration=\"underline\">x"),
            (Modifier::DIM, "fill=\"#929294\">x"),
            (Modifier::REVERSED, "fill=\"#16181d\">x"),
        ] {
            let picture = picture(&Row::new().put("x", Style::new().add_modifier(modifier)), 3);
            assert!(picture.contains(expected), "{picture}");
        }
        let reversed = picture(&Row::new().put("x", Style::new().add_modifier(Modifier::REVERSED)), 3);
        assert!(reversed.contains("width=\"8.4\" height=\"17\" fill=\"#d0d0d0\"/>"), "{reversed}");
        let hidden = picture(&Row::new().put("x", Style::new().add_modifier(Modifier::HIDDEN)), 3);
        assert_eq!(content(&hidden), Vec::<&str>::new());
    }
}
