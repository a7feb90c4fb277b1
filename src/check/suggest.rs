//! "Did you mean": the nearest of the names that would have been right, and lists of them in words.

/// The candidate nearest to what was written, if one is near enough to be a slip of the hand.
pub fn nearest<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = written.to_lowercase();
    let limit = (written.chars().count() / 3).clamp(1, 3);
    candidates
        .into_iter()
        .filter(|c| !c.is_empty())
        .map(|c| (strsim::damerau_levenshtein(&lower, &c.to_lowercase()), c))
        .filter(|&(distance, c)| {
            distance <= limit || (lower.len() >= 4 && c.to_lowercase().starts_with(&lower))
        })
        .min_by(|a, b| a.0.cmp(&b.0).then(a.1.cmp(b.1)))
        .map(|(_, c)| c)
}

/// `a`, `b` or `c`, each in code marks.
pub fn list<S: AsRef<str>>(words: &[S]) -> String {
    let quoted: Vec<String> = words.iter().map(|w| format!("`{}`", w.as_ref())).collect();
    match quoted.as_slice() {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}

/// "did you mean `x`?", or else what there is when it is short enough to be read.
pub fn help<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>, what: &str) -> Option<String> {
    let all: Vec<&str> = candidates.into_iter().collect();
    if let Some(near) = nearest(written, all.iter().copied()) {
        return Some(format!("did you mean `{near}`?"));
    }
    match all.len() {
        0 => None,
        1..=12 => {
            Some(format!("{what}: {}", all.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")))
        }
        _ => None,
    }
}

/// `a` or `an`, by how the word begins.
pub fn article(word: &str) -> &'static str {
    if word.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_found_and_a_different_word_is_not() {
        assert_eq!(nearest("templte", ["template", "tone"]), Some("template"));
        assert_eq!(nearest("cuontry", ["country", "county"]), Some("country"));
        assert_eq!(nearest("zebra", ["template", "tone"]), None);
    }
}
