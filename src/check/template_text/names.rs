//! "Did you mean": the nearest of the names that would have been right.

/// The candidate nearest to what was written, if one is near enough to be a slip of the hand.
pub(super) fn nearest<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = written.to_lowercase();
    let limit = (written.chars().count() / 3).clamp(1, 3);
    candidates
        .into_iter()
        .map(|c| (strsim::damerau_levenshtein(&lower, &c.to_lowercase()), c))
        .filter(|&(distance, c)| distance <= limit && distance < c.chars().count())
        .min_by(|a, b| a.0.cmp(&b.0).then(a.1.cmp(b.1)))
        .map(|(_, c)| c)
}

/// "there are `a`, `b` and `c`", if the list is short enough to be read.
pub(super) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let names: Vec<String> = names.into_iter().map(|n| format!("`{n}`")).collect();
    match names.as_slice() {
        [one] => Some(format!("there is {one}")),
        [most @ .., last] if names.len() <= 16 => Some(format!("there are {} and {last}", most.join(", "))),
        // Nothing to say, or too much.
        _ => None,
    }
}
