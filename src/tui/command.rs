//! The one list of commands: everything a person can want from the screen, by name.
//!
//! The key bindings, the palette, the help screen and the tables in the README are read from
//! [`COMMANDS`]; none of them has a list of its own. To add a command, add a row here, an arm where the
//! app acts on it, and a line in `assets/keys.toml` (or a row in the keymap's list of commands without a
//! key).

use std::fmt;

/// Where a key binding counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Context {
    /// On every screen, as long as nothing is being typed.
    Everywhere,
    /// In a list of events: the timeline, a lifecycle.
    Lists,
    /// In the detail of one event.
    Detail,
    /// In the list of saved views.
    Views,
    /// In the list of sources, and among the scopes of one.
    Sources,
    /// Among the values of keys beside the list.
    Facets,
    /// On the screen of events over time.
    Histogram,
    /// In the help.
    Help,
    /// While a line is being typed: the filter, the palette, the name of a view.
    Prompt,
}

impl Context {
    /// Every context, in the order the help shows them.
    pub const ALL: [Self; 9] = [
        Self::Everywhere,
        Self::Lists,
        Self::Detail,
        Self::Views,
        Self::Sources,
        Self::Facets,
        Self::Histogram,
        Self::Help,
        Self::Prompt,
    ];

    /// The name of its table in a keys file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Everywhere => "everywhere",
            Self::Lists => "lists",
            Self::Detail => "detail",
            Self::Views => "views",
            Self::Sources => "sources",
            Self::Facets => "facets",
            Self::Histogram => "histogram",
            Self::Help => "help",
            Self::Prompt => "prompt",
        }
    }

    /// The context that [`Context::name`] names.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|context| context.name() == name)
    }

    /// Whether a key without a binding is text here. Such a context does not hear the bindings of
    /// [`Context::Everywhere`]: `q` in a filter is a letter.
    pub fn takes_text(self) -> bool {
        matches!(self, Self::Prompt)
    }

    /// The contexts whose bindings count while `self` has the focus, the narrower first.
    pub fn heard(self) -> &'static [Self] {
        match self {
            Self::Everywhere => &[Self::Everywhere],
            Self::Lists => &[Self::Lists, Self::Everywhere],
            Self::Detail => &[Self::Detail, Self::Everywhere],
            Self::Views => &[Self::Views, Self::Everywhere],
            Self::Sources => &[Self::Sources, Self::Everywhere],
            Self::Facets => &[Self::Facets, Self::Everywhere],
            Self::Histogram => &[Self::Histogram, Self::Everywhere],
            Self::Help => &[Self::Help, Self::Everywhere],
            Self::Prompt => &[Self::Prompt],
        }
    }
}

/// One row of [`COMMANDS`].
#[derive(Debug)]
pub struct CommandRow {
    /// The command.
    pub command: Command,
    /// Its name in the palette and in a keys file.
    pub name: &'static str,
    /// What it does, in one line.
    pub help: &'static str,
    /// The contexts it can be bound in.
    pub contexts: &'static [Context],
}

/// Writes the enum and the table from one list, so that neither can have what the other lacks.
macro_rules! commands {
    ($($variant:ident $name:literal [$($context:ident)+] $help:literal;)+) => {
        /// Something a person can want from the screen.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Command {
            $(#[doc = $help] $variant,)+
        }

        /// Every command, in the order the help and the palette show them.
        pub const COMMANDS: &[CommandRow] = &[
            $(CommandRow {
                command: Command::$variant,
                name: $name,
                help: $help,
                contexts: &[$(Context::$context),+],
            },)+
        ];
    };
}

commands! {
    Up "up" [Everywhere] "Move one line up";
    Down "down" [Everywhere] "Move one line down";
    HalfPageUp "half-page-up" [Everywhere] "Move half a page up";
    HalfPageDown "half-page-down" [Everywhere] "Move half a page down";
    PageUp "page-up" [Everywhere] "Move one page up";
    PageDown "page-down" [Everywhere] "Move one page down";
    Top "top" [Everywhere] "Go to the top: the newest event of a list";
    Bottom "bottom" [Everywhere] "Go to the bottom: the oldest event of a list";
    NextPane "next-pane" [Everywhere] "Move the focus to the other pane";
    Back "back" [Everywhere] "Dismiss the innermost popup, else go back";
    Forward "forward" [Everywhere] "Go forward again to what `back` left";
    Close "close" [Everywhere] "Go back; where there is no way back, ask whether to quit";
    Quit "quit" [Everywhere] "Quit at once";
    Interrupt "interrupt" [Everywhere] "Stop what is being looked for; where nothing is, quit";
    Suspend "suspend" [Everywhere] "Suspend the program; `fg` in the shell brings it back";
    Redraw "redraw" [Everywhere] "Draw the whole screen again";
    Help "help" [Everywhere] "Show what every key does";
    Palette "palette" [Everywhere] "Find a command by its name";
    Sources "sources" [Everywhere] "Show how each source is doing";
    RefreshSource "refresh-source" [Everywhere] "Ask the source of the selected event for news";
    RefreshAll "refresh-all" [Everywhere] "Ask every source for news";
    Follow "follow" [Everywhere] "Let arrivals join the list, or hold them back and count them";
    TimeFormat "time-format" [Everywhere] "Show times as clock times or as ages";
    Zone "zone" [Everywhere] "Show times in the local zone or in UTC";
    EditFilter "edit-filter" [Everywhere] "Edit the filter";
    ClearFilter "clear-filter" [Everywhere] "Clear the filter; the selected event stays selected";
    Explain "explain" [Everywhere] "Show what the filter asks of each source and what is decided here";
    UndoQuery "undo-query" [Everywhere] "Go back to the filter before this one";
    RedoQuery "redo-query" [Everywhere] "Take back the last `undo-query`";
    Preview "preview" [Everywhere] "Show or hide the preview";
    PreviewPlace "preview-place" [Everywhere] "Put the preview below the list, or to its right";
    Zoom "zoom" [Everywhere] "Give the whole screen to what has the keys; again, give it back";
    Facets "facets" [Everywhere] "Go to the values to filter by; from there, hide them";
    Histogram "histogram" [Everywhere] "Show the events over time; again, go back";
    SortNewest "sort-newest" [Everywhere] "Newest first";
    SortOldest "sort-oldest" [Everywhere] "Oldest first";
    SortEntity "sort-entity" [Everywhere] "By entity, newest first in each";
    SortActor "sort-actor" [Everywhere] "By actor, newest first in each";
    SortSource "sort-source" [Everywhere] "By source, newest first in each";
    GroupNone "group-none" [Everywhere] "Without headings";
    GroupDay "group-day" [Everywhere] "Under the days";
    GroupEntity "group-entity" [Everywhere] "Under the entities";
    GroupActor "group-actor" [Everywhere] "Under the actors";
    GroupSource "group-source" [Everywhere] "Under the sources";
    GroupSet "group-set" [Everywhere] "Under the change sets";
    GroupRun "group-run" [Everywhere] "What one actor did to one entity in a row as one line";
    GoToTime "go-to-time" [Everywhere] "Go to a time: `14:30`, `yesterday 14:30`, `2026-03-25`, `7d`";
    FirstUnread "first-unread" [Everywhere] "Go to the oldest event that was not read";
    LastPlace "last-place" [Everywhere] "Go back to where the selection was before the last leap";
    Jump "jump" [Everywhere] "Go to an entity, an actor, a view or a command by some of its letters";
    SaveView "save-view" [Everywhere] "Save the filter as a view";
    Views "views" [Everywhere] "Show the saved views";
    View1 "view-1" [Everywhere] "Show all events: the first tab";
    View2 "view-2" [Everywhere] "Show the view of the second tab";
    View3 "view-3" [Everywhere] "Show the view of the third tab";
    View4 "view-4" [Everywhere] "Show the view of the fourth tab";
    View5 "view-5" [Everywhere] "Show the view of the fifth tab";
    View6 "view-6" [Everywhere] "Show the view of the sixth tab";
    View7 "view-7" [Everywhere] "Show the view of the seventh tab";
    View8 "view-8" [Everywhere] "Show the view of the eighth tab";
    View9 "view-9" [Everywhere] "Show the view of the ninth tab";
    View10 "view-10" [Everywhere] "Show the view of the tenth tab";
    Bookmarks "bookmarks" [Everywhere] "Show the events that you bookmarked";
    Notes "notes" [Everywhere] "Show the events that you wrote a note about";
    Mouse "mouse" [Everywhere] "Let the mouse choose and scroll, or leave it to the terminal";
    Messages "messages" [Everywhere] "Show what the status line said, in full";
    Screenshot "screenshot" [Everywhere] "Write a picture of the screen as an SVG file";

    Open "open" [Lists Detail Views Sources] "Open the selected event, view or source, or fill the gap";
    Unfold "unfold" [Lists Facets] "Unfold the selected run of events or key, else open the event";
    Fold "fold" [Lists Facets] "Fold the run of events or the key that the selected one belongs to";
    Mark "mark" [Lists Facets] "Mark the event or value, or take the mark away, and go on";
    Range "range" [Lists Histogram] "Begin a range here; again, end it";
    NextDay "next-day" [Lists Facets] "Go to the next day or group below";
    PreviousDay "previous-day" [Lists Facets] "Go to the next day or group above";
    NextSetback "next-setback" [Lists] "Go to the next older event that failed, was rejected or rolled back";
    PreviousSetback "previous-setback" [Lists] "Go to the next newer event that failed, was rejected or rolled back";
    Find "find" [Lists Help] "Find in the list; nothing is left out of it";
    NextMatch "next-match" [Lists] "Go to the next older event that was found";
    PreviousMatch "previous-match" [Lists] "Go to the next newer event that was found";
    PreviewDown "preview-down" [Lists] "Scroll the preview down";
    PreviewUp "preview-up" [Lists] "Scroll the preview up";

    IncludeAction "include-action" [Lists Detail] "Only events with this action";
    IncludeEntity "include-entity" [Lists Detail] "Only events of this entity";
    IncludeType "include-type" [Lists Detail] "Only events of entities of this type";
    IncludeActor "include-actor" [Lists Detail] "Only events by this actor";
    IncludeSource "include-source" [Lists Detail] "Only events from this source";
    IncludeStatus "include-status" [Lists Detail] "Only events with this status";
    IncludeDay "include-day" [Lists Detail] "Only events of this day";
    ExcludeAction "exclude-action" [Lists Detail] "No events with this action";
    ExcludeEntity "exclude-entity" [Lists Detail] "No events of this entity";
    ExcludeType "exclude-type" [Lists Detail] "No events of entities of this type";
    ExcludeActor "exclude-actor" [Lists Detail] "No events by this actor";
    ExcludeSource "exclude-source" [Lists Detail] "No events from this source";
    ExcludeStatus "exclude-status" [Lists Detail] "No events with this status";
    ExcludeDay "exclude-day" [Lists Detail] "No events of this day";
    Repeat "repeat" [Lists Detail] "Include, exclude, bookmark or watch again, for the event selected now";
    ShowInContext "show-in-context" [Lists Detail] "Lift the filter and stay on the event; again, put it back";
    Bookmark "bookmark" [Lists Detail] "Bookmark the event, or take the bookmark away";
    Note "note" [Lists Detail] "Write a note about the event";
    Watch "watch" [Lists Detail] "Watch the entity, or do not any more";

    AiSummary "ai-summary" [Lists Detail] "Have a language model sum up the event, the marks or the list";
    Export "export" [Lists Detail] "Write events to a file or the clipboard";
    Compare "compare" [Lists Detail] "Pin the event; on another one, compare the two; or two that are marked";
    OpenEdits "edits" [Lists Detail] "Open what the feed changed in the record later";
    Blame "blame" [Detail] "Show who changed this field last, among all fields of the entity";

    NextOfEntity "next-of-entity" [Lists Detail] "Go to the next older event of the same entity";
    PreviousOfEntity "previous-of-entity" [Lists Detail] "Go to the next newer event of the same entity";
    OpenLifecycle "open-lifecycle" [Lists Detail] "Open the whole life of the entity";
    OpenActor "open-actor" [Lists Detail] "Open what is known of the actor";
    Around "around" [Lists Detail] "Show what happened within 10 minutes of the event, in all sources";
    Suspects "suspects" [Lists Detail] "Show what changed before the event, the most suspicious first";
    ShorterWindow "shorter-window" [Lists] "Look less far back for what changed before the event";
    LongerWindow "longer-window" [Lists] "Look further back for what changed before the event";
    OpenUrl "open-url" [Lists Detail] "Open the event in the web browser";
    NextTab "next-tab" [Lists Detail] "Show the next tab of the event";
    PreviousTab "previous-tab" [Lists Detail] "Show the previous tab of the event";

    NextChange "next-change" [Detail] "Go to the next changed field";
    PreviousChange "previous-change" [Detail] "Go to the previous changed field";
    OpenDiff "open-diff" [Lists] "Open what changed in the selected event";
    DiffLayout "diff-layout" [Detail] "Show changes by path, as a tree, or side by side";
    FoldChange "fold-change" [Detail] "Fold the changed field, or in Raw the object or list, that is seen";
    UnfoldChange "unfold-change" [Detail] "Unfold that changed field, object or list";
    FoldAll "fold-all" [Detail] "Fold every changed field, or object and list, to one line";
    UnfoldAll "unfold-all" [Detail] "Unfold every changed field, or object and list";
    LessContext "less-context" [Detail] "Show less of what stayed beside what changed";
    MoreContext "more-context" [Detail] "Show more of what stayed beside what changed";
    Wrap "wrap" [Detail] "Break long lines of changes, or cut them";
    Ignored "ignored" [Detail] "Show or hide fields that every save touches";
    Reveal "reveal" [Detail] "Show one masked value, after a question";

    CopyLine "copy-line" [Lists Detail] "Copy the event as one line of text";
    CopyEventId "copy-event-id" [Lists Detail] "Copy the id of the event";
    CopyEntityId "copy-entity-id" [Lists Detail] "Copy the id of the entity";
    CopyActor "copy-actor" [Lists Detail] "Copy the name of the actor";
    CopyJson "copy-json" [Lists Detail] "Copy the event as JSON";
    CopyQuery "copy-query" [Lists Detail] "Copy the filter";
    CopyDiff "copy-diff" [Lists Detail] "Copy what changed as text";
    CopyMarkdown "copy-markdown" [Lists Detail] "Copy what changed as Markdown";
    CopyPatch "copy-patch" [Lists Detail] "Copy what changed as a JSON Patch (RFC 6902)";
    CopyPath "copy-path" [Lists Detail] "Copy the path of the changed field that was gone to";
    CopyValue "copy-value" [Lists Detail] "Copy what that field is now";
    CopyRequest "copy-request" [Lists Detail] "Copy a `curl` that asks for the event, with secrets left out";
    CopyPermalink "copy-permalink" [Lists Detail] "Copy a command that opens this filter at this event";

    RenameView "rename-view" [Views] "Give the view another name";
    DropView "drop-view" [Views] "Remove the view";
    ViewUp "view-up" [Views] "Move the view one tab to the left";
    ViewDown "view-down" [Views] "Move the view one tab to the right";
    BeginWithView "begin-with-view" [Views] "Begin with the view when the browser is opened";

    TestSource "test-source" [Sources] "Ask the source for one page and say what came; nothing is kept";
    PauseSource "pause-source" [Sources] "Let the source rest until it is asked for; again, go on";
    Backfill "backfill" [Sources] "Ask for everything that is missing of the source, or of the scope";
    Unreadable "unreadable" [Sources] "Show the records that could not be read as events, as they came";

    IncludeValue "include-value" [Facets] "Let in events with this value or those marked; again, take it back";
    ExcludeValue "exclude-value" [Facets] "Keep out events with this value or those marked; again, take it back";
    NarrowValues "narrow-values" [Facets] "List only values that have some letters in them";

    PreviousBar "previous-bar" [Histogram] "Go to the bar before, back in time";
    NextBar "next-bar" [Histogram] "Go to the next bar, on in time";
    Stack "stack" [Histogram] "Stack the bars by action, by status, by source, not at all";
    ApplyRange "apply-range" [Histogram] "Only events of the bars that are chosen";

    Accept "accept" [Prompt] "Apply what is typed";
    Cancel "cancel" [Prompt] "Leave, with the line as it was before";
    Complete "complete" [Prompt] "Complete or mend what is typed";
    SearchHistory "search-history" [Prompt] "Find a line that was used before";
    NextChoice "next-choice" [Prompt] "Move to the next choice";
    PreviousChoice "previous-choice" [Prompt] "Move to the previous choice";
}

impl Command {
    /// Its row in [`COMMANDS`].
    pub fn row(self) -> &'static CommandRow {
        // The table and the enum are written by one macro in one order.
        &COMMANDS[self as usize]
    }

    /// Its name in the palette and in a keys file.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The command that [`Command::name`] names.
    pub fn from_name(name: &str) -> Option<Self> {
        COMMANDS.iter().find(|row| row.name == name).map(|row| row.command)
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_finds_its_own_row() {
        for row in COMMANDS {
            assert_eq!(row.command.row().name, row.name);
            assert_eq!(Command::from_name(row.name), Some(row.command));
        }
    }

    #[test]
    fn names_are_lower_case_words_joined_by_hyphens_and_never_twice() {
        for (i, row) in COMMANDS.iter().enumerate() {
            assert!(
                row.name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'),
                "{}",
                row.name
            );
            assert!(COMMANDS[i + 1..].iter().all(|other| other.name != row.name), "{}", row.name);
        }
    }

    #[test]
    fn help_is_one_line_that_fits_a_narrow_screen_and_ends_without_a_stop() {
        for row in COMMANDS {
            assert!(row.help.len() <= 76 && !row.help.contains('\n'), "{}", row.name);
            assert!(!row.help.ends_with('.'), "{}", row.name);
            assert!(row.help.starts_with(|c: char| c.is_ascii_uppercase()), "{}", row.name);
        }
    }

    #[test]
    fn context_names_are_read_back() {
        for context in Context::ALL {
            assert_eq!(Context::from_name(context.name()), Some(context));
            assert_eq!(context.heard()[0], context);
        }
        assert_eq!(Context::from_name("everwhere"), None);
    }
}
