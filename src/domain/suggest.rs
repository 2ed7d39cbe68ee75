//! What a misspelt word was probably meant to be.

/// The longest word that is compared, in bytes: the comparison takes quadratic time.
const MAX_WORD: usize = 64;

/// The one of `known` that `word` most likely stands for, whatever its case: one that begins with it, else
/// one that is at most a third of its own characters away, or one edit if it is short.
///
/// An edit is a character put in, left out or exchanged, or two neighbours swapped
/// ([Damerau-Levenshtein distance](https://en.wikipedia.org/wiki/Damerau–Levenshtein_distance)).
pub fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    if word.len() > MAX_WORD {
        return None;
    }
    let word = word.to_lowercase();
    let length = word.chars().count();
    known
        .into_iter()
        .filter(|candidate| candidate.len() <= MAX_WORD)
        .map(|candidate| {
            let lower = candidate.to_lowercase();
            (strsim::damerau_levenshtein(&word, &lower), length >= 2 && lower.starts_with(&word), candidate)
        })
        .filter(|(distance, begins, candidate)| {
            *begins || *distance < length && *distance <= (candidate.chars().count() / 3).max(1)
        })
        .min_by_key(|(distance, begins, _)| (!begins, *distance))
        .map(|(.., candidate)| candidate)
}

/// `did you mean …?` where [`nearest`] finds something.
pub fn did_you_mean<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<String> {
    nearest(word, known).map(|meant| format!("did you mean `{meant}`?"))
}

/// What to do about a word that is none of `known`: `did you mean …?`, else what can stand there.
pub fn what_fits(word: &str, known: &[&str]) -> String {
    did_you_mean(word, known.iter().copied()).unwrap_or_else(|| match known {
        [] => "remove it".to_owned(),
        [only] => format!("only `{only}` can stand here"),
        all => format!("expected one of `{}`", all.join("`, `")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_near_word_is_offered() {
        let known = ["open", "open-lifecycle", "quit", "failed", "Größe"];
        for (word, meant) in [
            ("opne", Some("open")),
            ("OPEN", Some("open")),
            ("open-lifecicle", Some("open-lifecycle")),
            ("open-l", Some("open-lifecycle")),
            ("fail", Some("failed")),
            ("GRÖSE", Some("Größe")),
            ("zebra", None),
            ("f", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, known), meant, "{word}");
        }
        assert_eq!(did_you_mean("qiut", known), Some("did you mean `quit`?".to_owned()));
    }

    #[test]
    fn where_no_word_is_near_all_are_named() {
        assert_eq!(what_fits("qiut", &["quit"]), "did you mean `quit`?");
        assert_eq!(what_fits("zebra", &["open", "quit"]), "expected one of `open`, `quit`");
        assert_eq!(what_fits("zebra", &["quit"]), "only `quit` can stand here");
        assert_eq!(what_fits("zebra", &[]), "remove it");
    }

    #[test]
    fn long_words_are_not_compared() {
        let long = "x".repeat(MAX_WORD + 1);
        assert_eq!(nearest(&long, [long.as_str()]), None);
    }
}
