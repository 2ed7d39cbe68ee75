//! Expressions as a profile writes them, for messages.

use std::fmt;

use super::{From, Path, Segment, Slot, Variable};

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.from {
            From::Path(path) => write!(f, "{{{path}}}"),
            From::Variable(variable) => write!(f, "{{{variable}}}"),
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.outer { "^" } else { "" })?;
        self.segments.iter().try_for_each(|segment| match segment {
            Segment::Key(key) => write!(f, "/{key}"),
            Segment::Slot(slot) => write!(f, "/{slot}"),
        })
    }
}

impl fmt::Display for Variable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Var(name) | Self::Set(name) => write!(f, "@{name}"),
            Self::ScopeId => f.write_str("@scope.id"),
            Self::ScopeName => f.write_str("@scope.name"),
            Self::Secret(name) => write!(f, "@secret.{name}"),
            Self::Token => f.write_str("@token"),
            Self::Refresh => f.write_str("@refresh"),
            Self::Since => f.write_str("@since"),
            Self::Until => f.write_str("@until"),
            Self::Each => f.write_str("@each"),
        }
    }
}
