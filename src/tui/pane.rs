//! The screens, one file each: what they remember, how they change, how they are drawn.
//!
//! A pane holds no sender, no handle and no clock. It is told what happened and says what it shows.

pub(super) mod actor;
pub(super) mod brief;
pub(super) mod compare;
pub(super) mod event;
pub(super) mod facets;
pub(super) mod histogram;
pub(super) mod lifecycle;
pub(super) mod sources;
pub(super) mod suspects;
pub(super) mod timeline;
pub(super) mod views;

use actor::ActorPane;
use compare::ComparePane;
use event::EventPane;
use histogram::HistogramPane;
use lifecycle::LifecyclePane;
use sources::SourcesPane;
use suspects::SuspectsPane;
use views::ViewsPane;

/// A screen that was gone into from the timeline; the timeline is always below.
#[derive(Debug)]
pub(super) enum Screen {
    Event(EventPane),
    Lifecycle(Box<LifecyclePane>),
    Compare(ComparePane),
    Actor(ActorPane),
    Suspects(SuspectsPane),
    Sources(SourcesPane),
    Views(ViewsPane),
    Histogram(HistogramPane),
}
