//! Names in words.

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
