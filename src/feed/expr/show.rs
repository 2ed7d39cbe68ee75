//! Expressions as a profile writes them, for messages.

use std::fmt;

use super::{Expr, From, Path, Piece, Segment, Shaping, Slot, Variable};

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pointer(path) => path.fmt(f),
            Self::Variable(variable) => variable.fmt(f),
            Self::Template(pieces) => pieces.iter().try_for_each(|piece| match piece {
                Piece::Text(text) => f.write_str(&text.replace('{', "{{").replace('}', "}}")),
                Piece::Slot(slot) => slot.fmt(f),
            }),
            Self::Hash(parts) => {
                f.write_str("#")?;
                parts.iter().try_for_each(|part| part.fmt(f))
            }
            Self::First(exprs) => exprs.iter().enumerate().try_for_each(|(place, expr)| {
                f.write_str(if place > 0 { ", " } else { "" })?;
                expr.fmt(f)
            }),
        }
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.from {
            From::Path(path) => write!(f, "{{{path}")?,
            From::Variable(variable) => write!(f, "{{{variable}")?,
        }
        if let Some(shape) = &self.shape {
            shape.fmt(f)?;
        }
        f.write_str("}")
    }
}

impl fmt::Display for Shaping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lower => f.write_str("|lower"),
            Self::Upper => f.write_str("|upper"),
            Self::First => f.write_str("|first"),
            Self::Last => f.write_str("|last"),
            Self::Prior => f.write_str("|prior"),
            Self::Words(words) => write!(f, "|{}", words.name),
            Self::Instead(text) => write!(f, "?{text}"),
            Self::Time(format) => write!(f, "|{}", format.word()),
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.outer { "^" } else { "" })?;
        self.segments.iter().try_for_each(|segment| match segment {
            Segment::Key(key) => {
                let key = key.replace('~', "~0").replace('/', "~1");
                write!(f, "/{}", key.replace('{', "{{").replace('}', "}}"))
            }
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
