//! Themes are read, complete, and readable on the page and on the selected row.

use super::*;

fn every() -> impl Iterator<Item = (&'static str, Theme)> {
    Theme::names().map(|name| (name, Theme::built_in(name).unwrap()))
}

#[test]
fn built_in_files_have_no_problems_and_name_every_role_once() {
    for theme in BUILT_IN {
        let mut reader = Reader::new(theme.name, theme.text);
        let document = reader.parse();
        let named: Vec<String> =
            document.iter().flat_map(|table| entries(table.get_ref())).map(|entry| entry.key).collect();
        let roles: Vec<&str> = Role::ALL.iter().map(|role| role.name()).collect();
        assert_eq!(named, roles, "{}", theme.name);
        Theme::plain().read(&mut reader);
        assert_eq!(reader.problems, [], "{}", theme.name);
    }
}

#[test]
fn without_colours_there_is_no_colour_and_what_matters_still_stands_out() {
    let theme = Theme::monochrome();
    for role in Role::ALL {
        let style = theme.style(*role);
        assert!(matches!(style.fg, None | Some(Color::Reset)) && style.bg.is_none(), "{role:?}");
    }
    for role in [Role::Selected, Role::Failed, Role::Focused, Role::Ai, Role::Dim] {
        assert_ne!(theme.style(role).add_modifier, Modifier::empty(), "{role:?}");
    }
}

/// Contrast of two colours as WCAG 2.1 defines it: 1 is none, 21 is black on white.
fn contrast(a: (u8, u8, u8), b: (u8, u8, u8)) -> f64 {
    let luminance = |(r, g, b): (u8, u8, u8)| {
        let linear = |channel: u8| {
            let c = f64::from(channel) / 255.0;
            if c <= 0.03928 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
    };
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn text_can_be_read_on_the_grounds_it_is_meant_for_and_on_the_selection() {
    let dark = [(0, 0, 0), (0x16, 0x18, 0x1d), (0x28, 0x2c, 0x34)];
    let light = [(255, 255, 255), (0xfd, 0xf6, 0xe3)];
    for (name, grounds) in
        [("dark", &dark[..]), ("colour-blind", &dark), ("high-contrast", &dark[..1]), ("light", &light)]
    {
        let theme = Theme::built_in(name).unwrap();
        let selections =
            [Role::Selected, Role::SelectedUnfocused].map(|role| rgb(theme.style(role).bg.unwrap()));
        let grounds = grounds.iter().copied().chain(selections.into_iter().flatten());
        for ground in grounds {
            for role in
                Role::ALL.iter().filter(|role| !matches!(role, Role::Rule | Role::RuleFocused | Role::Page))
            {
                let Some(ink) = theme.style(*role).fg.and_then(rgb) else { continue };
                let least = if *role == Role::Dim || *role == Role::Automatic { 3.4 } else { 4.5 };
                let contrast = contrast(ink, ground);
                assert!(contrast >= least, "{name}: {} on {ground:?} has {contrast:.1}", role.name());
            }
        }
    }
}

#[test]
fn the_selection_can_be_told_from_the_page() {
    for (name, theme) in every().filter(|(name, _)| *name != MONOCHROME) {
        let page = theme.style(Role::Page);
        let (ink, ground) = (rgb(page.fg.unwrap()).unwrap(), rgb(page.bg.unwrap()).unwrap());
        let selected = rgb(theme.style(Role::Selected).bg.unwrap()).unwrap();
        assert!(contrast(selected, ground) > 1.2, "{name}");
        assert!(contrast(selected, ink) > 7.0, "{name}");
    }
}

#[test]
fn what_came_and_what_went_never_look_alike_in_colour() {
    for (name, theme) in every().filter(|(name, _)| *name != MONOCHROME) {
        for depth in [Depth::True, Depth::Indexed, Depth::Sixteen] {
            let theme = theme.clone().for_depth(depth);
            assert_ne!(theme.style(Role::Added), theme.style(Role::Removed), "{name} {depth:?}");
            assert_ne!(theme.style(Role::Failed), theme.style(Role::Text), "{name} {depth:?}");
        }
    }
}

#[test]
fn among_sixteen_colours_only_names_are_left() {
    for (_, theme) in every() {
        let theme = theme.for_depth(Depth::Sixteen);
        for role in Role::ALL {
            assert!(!matches!(theme.style(*role).fg, Some(Color::Rgb(..) | Color::Indexed(_))), "{role:?}");
            assert_eq!(theme.style(*role).bg, None, "{role:?}");
        }
        assert!(theme.style(Role::Selected).add_modifier.contains(Modifier::REVERSED));
    }
}

#[test]
fn a_theme_of_ones_own_changes_what_it_names_and_takes_the_rest_from_its_base() {
    let text = "failed = \"#ff0000 on black bold\"\nbase = \"light\"\n";
    let theme = Theme::parse("mine.toml", text).unwrap();
    let light = Theme::built_in("light").unwrap();
    assert_eq!(
        theme.style(Role::Failed),
        Style::new().fg(Color::Rgb(255, 0, 0)).bg(Color::Black).add_modifier(Modifier::BOLD)
    );
    assert_eq!(theme.style(Role::Dim), light.style(Role::Dim));
    assert_eq!(Theme::parse("mine.toml", "").unwrap(), Theme::built_in("dark").unwrap());
}

#[test]
fn problems_name_file_line_key_and_what_to_do() {
    for (text, expected) in [
        ("faild = \"red\"\n", "mine.toml:1:1: `faild`: there is no such role; did you mean `failed`?"),
        (
            "\nfailed = \"gren\"\n",
            "mine.toml:2:10: `failed`: `gren` is neither a colour nor a way to write; did you mean `green`?",
        ),
        (
            "failed = \"#ff00\"\n",
            "mine.toml:1:10: `failed`: `#ff00` is neither a colour nor a way to write; \
             a colour is a name such as `light-blue`, a number from 0 to 255, or `#rrggbb`",
        ),
        (
            "failed = \"red blue\"\n",
            "mine.toml:1:10: `failed`: `red blue` has two colours; \
             write `on` before the one that is the background",
        ),
        (
            "failed = \"on red on red\"\n",
            "mine.toml:1:10: `failed`: `on red on red` has two backgrounds; leave one out",
        ),
        ("failed = 3\n", "mine.toml:1:10: `failed`: this is a text between quotes"),
        ("base = \"drak\"\n", "mine.toml:1:8: `base`: there is no theme named `drak`; did you mean `dark`?"),
    ] {
        let problems = Theme::parse("mine.toml", text).unwrap_err();
        assert_eq!(problems.iter().map(ToString::to_string).collect::<Vec<_>>(), [expected]);
    }
}

#[test]
fn actions_look_like_what_they_mean() {
    let theme = Theme::built_in("dark").unwrap();
    for (action, role) in [
        (Action::Create, Role::Added),
        (Action::Erase, Role::Removed),
        (Action::Rollback, Role::Warning),
        (Action::Reject, Role::Failed),
        (Action::Other("snapshot".into()), Role::Dim),
    ] {
        assert_eq!(theme.for_action(&action), theme.style(role), "{action}");
    }
    assert_eq!(theme.for_status(Status::Failed), theme.style(Role::Failed));
    assert_eq!(theme.for_op(Op::Add), theme.style(Role::Added));
}
