//! What commands do with the record of an event on its tab: fold its objects and lists.

use crate::tui::app::App;
use crate::tui::message::Notice;

impl App {
    /// Folds the innermost object or list that the first line seen belongs to, else the first one seen that is not
    /// folded; unfolds the first one seen that is. The whole record stays open.
    pub(super) fn fold_in_record(&mut self, fold: bool) {
        let Some((text, page)) = self.text_of_event() else { return };
        let top = self.view_of_event().scroll.min(text.lines.len().saturating_sub(page));
        let Some(subject) = self.subject() else { return };
        let Some(compared) = self.comparisons.about_mut(&subject) else { return };
        let inner = |group: &usize| text.groups[*group].parent.is_some();
        let is_folded = |group: &usize| compared.is_record_folded(text.groups[*group].open);
        let mut seen = text.inside.iter().skip(top).take(page.max(1)).copied();
        let found = if fold {
            let mut around = seen.next().flatten();
            while let Some(group) = around.filter(is_folded) {
                around = text.groups[group].parent;
            }
            around.filter(inner).or_else(|| seen.flatten().find(|group| inner(group) && !is_folded(group)))
        } else {
            seen.flatten().find(is_folded)
        };
        let Some(group) = found else {
            let said = if fold { "there is nothing to fold here" } else { "nothing is folded here" };
            self.notice = Some(Notice::info(said));
            return;
        };
        compared.fold_record([text.groups[group].open], fold);
        self.stay_at_group(group);
    }

    /// Folds every object and list in the record, or unfolds all.
    pub(super) fn fold_all_in_record(&mut self, fold: bool) {
        let Some((text, _)) = self.text_of_event() else { return };
        let Some(subject) = self.subject() else { return };
        let Some(compared) = self.comparisons.about_mut(&subject) else { return };
        let inner = text.groups.iter().filter(|group| group.parent.is_some());
        compared.fold_record(inner.map(|group| group.open), fold);
        self.view_of_event().scroll = 0;
    }

    /// Keeps the first line of an object or a list in sight.
    fn stay_at_group(&mut self, group: usize) {
        let Some((text, page)) = self.text_of_event() else { return };
        let Some(line) = text.inside.iter().position(|inside| *inside == Some(group)) else { return };
        let view = self.view_of_event();
        view.scroll = view.scroll.min(line).min(text.lines.len().saturating_sub(page));
    }
}
