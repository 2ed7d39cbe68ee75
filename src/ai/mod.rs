//! Summaries on demand: what is sent to a language model, and what is made of its answer.
//!
//! Records are data that strangers wrote. They are masked, put between marks that nobody can foresee, and named as
//! data; what comes back is text and nothing else: it is cut, its citations are held against what was sent, and
//! no part of it is ever obeyed. This room is pure: the request is sent by whoever asks, through the one room that
//! has a network. The wire format is that of OpenAI's chat completions
//! (<https://platform.openai.com/docs/api-reference/chat>), which most servers of models speak, with answers as
//! server-sent events (<https://html.spec.whatwg.org/multipage/server-sent-events.html>) or whole.

mod answer;
mod cite;
mod prompt;

pub use answer::{Answer, AnswerError, refused};
pub use cite::cited;
pub use prompt::{MOST_BYTES, Prompt};
