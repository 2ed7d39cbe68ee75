//! A body on its way in: counted on the wire, unfolded here, counted again.
//!
//! A few bytes can unfold into gigabytes, so the library that carries them is told to leave them folded:
//! it would not say how many there were. Nothing here grows beyond the bounds, whatever comes.

use std::io::{self, Write};

use flate2::write::GzDecoder;

const MIB: usize = 1024 * 1024;
/// From how many unfolded bytes on the ratio counts: a short text that repeats itself folds very well.
const RATIO_FROM: usize = MIB;
/// How many bytes may come out of one.
const RATIO: usize = 200;

/// How much of an answer is taken, in bytes.
#[derive(Debug, Clone, Copy)]
pub(in crate::sync) struct Bounds {
    /// As it comes over the network.
    pub(in crate::sync) wire: usize,
    /// Unfolded.
    pub(in crate::sync) body: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { wire: 16 * MIB, body: 64 * MIB }
    }
}

/// Which bound an answer would have broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(in crate::sync) enum Excess {
    /// It is too long on the wire.
    #[error("is larger than {} MiB", .0 / MIB)]
    Wire(usize),
    /// It is too long when it is unfolded.
    #[error("unfolds to more than {} MiB", .0 / MIB)]
    Body(usize),
    /// It unfolds further than any text does.
    #[error("unfolds to more than {RATIO} times its size")]
    Ratio,
}

/// Why a body cannot be had.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Spoiled {
    TooLarge(Excess),
    /// It is not what its compression says.
    Garbled,
    /// Its compression says that more follows.
    Truncated,
}

/// What has come of a body so far.
pub(super) struct Intake {
    bounds: Bounds,
    wire: usize,
    form: Form,
}

enum Form {
    Plain(Vec<u8>),
    Gzip(Box<GzDecoder<Sink>>),
}

impl Intake {
    /// Nothing yet of a body that is compressed as its headers say: not at all, or with gzip. The error is
    /// what else they say.
    pub(super) fn new(encoding: &str, bounds: Bounds) -> Result<Self, String> {
        let form = match encoding.trim().to_ascii_lowercase().as_str() {
            "" | "identity" => Form::Plain(Vec::new()),
            "gzip" | "x-gzip" => Form::Gzip(Box::new(GzDecoder::new(Sink::new(bounds.body)))),
            _ => return Err(encoding.to_owned()),
        };
        Ok(Self { bounds, wire: 0, form })
    }

    /// Bytes that have come over the network.
    pub(super) fn wire(&self) -> usize {
        self.wire
    }

    /// Whether a body of which the headers say that it has `length` bytes is worth beginning with.
    pub(super) fn expect(&self, length: Option<u64>) -> Result<(), Spoiled> {
        match length {
            Some(length) if length > self.bounds.wire as u64 => {
                Err(Spoiled::TooLarge(Excess::Wire(self.bounds.wire)))
            }
            _ => Ok(()),
        }
    }

    /// Takes in what came next.
    pub(super) fn push(&mut self, chunk: &[u8]) -> Result<(), Spoiled> {
        self.wire += chunk.len();
        if self.wire > self.bounds.wire {
            return Err(Spoiled::TooLarge(Excess::Wire(self.bounds.wire)));
        }
        match &mut self.form {
            Form::Plain(body) => body.extend_from_slice(chunk),
            Form::Gzip(decoder) => {
                decoder.get_mut().wire = self.wire;
                unfold(decoder, chunk)?;
            }
        }
        Ok(())
    }

    /// The whole body, when nothing follows.
    pub(super) fn finish(self) -> Result<Vec<u8>, Spoiled> {
        match self.form {
            Form::Plain(body) => Ok(body),
            // An answer without a body is often sent with the headers of one.
            Form::Gzip(_) if self.wire == 0 => Ok(Vec::new()),
            Form::Gzip(mut decoder) => {
                // Only a stream that is whole takes nothing more.
                let whole = matches!(decoder.write(&[0]), Ok(0));
                match decoder.get_ref().excess {
                    Some(excess) => Err(Spoiled::TooLarge(excess)),
                    None if !whole => Err(Spoiled::Truncated),
                    None => end(&mut decoder).map(|sink| sink.body),
                }
            }
        }
    }
}

/// Unfolds `chunk`. Streams may follow one another (RFC 1952, section 2.2).
fn unfold(decoder: &mut GzDecoder<Sink>, mut chunk: &[u8]) -> Result<(), Spoiled> {
    while !chunk.is_empty() {
        match decoder.write(chunk) {
            Ok(0) => *decoder = GzDecoder::new(end(decoder)?),
            Ok(read) => chunk = &chunk[read..],
            Err(_) => return Err(spoiled(decoder)),
        }
    }
    Ok(())
}

/// What came out of a stream that is over, if that is what its last bytes say.
fn end(decoder: &mut GzDecoder<Sink>) -> Result<Sink, Spoiled> {
    decoder.try_finish().map_err(|_| spoiled(decoder))?;
    Ok(std::mem::replace(decoder.get_mut(), Sink::new(0)))
}

fn spoiled(decoder: &GzDecoder<Sink>) -> Spoiled {
    decoder.get_ref().excess.map_or(Spoiled::Garbled, Spoiled::TooLarge)
}

/// Where unfolded bytes go, until there are too many.
#[derive(Debug)]
struct Sink {
    body: Vec<u8>,
    most: usize,
    /// Bytes that came over the network for what is in `body`.
    wire: usize,
    excess: Option<Excess>,
}

impl Sink {
    fn new(most: usize) -> Self {
        Self { body: Vec::new(), most, wire: 0, excess: None }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = self.body.len() + bytes.len();
        self.excess = if length > self.most {
            Some(Excess::Body(self.most))
        } else if length > RATIO_FROM && length > self.wire.saturating_mul(RATIO) {
            Some(Excess::Ratio)
        } else {
            self.body.extend_from_slice(bytes);
            return Ok(bytes.len());
        };
        Err(io::ErrorKind::FileTooLarge.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
