//! What a template's text includes from its own folder.

use std::collections::BTreeSet;
use std::path::{Component, Path};

/// The names of the files that a body includes, as far as they stay below the body's folder.
pub(super) fn names(body: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (at, _) in body.match_indices("include") {
        let rest = body[at + "include".len()..].trim_start();
        let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) else { continue };
        let Some(name) = rest[1..].split(quote).next().filter(|n| is_below(n)) else { continue };
        names.insert(name.to_owned());
    }
    names
}

/// Whether a relative path stays below the folder it starts from.
fn is_below(path: &str) -> bool {
    !path.is_empty()
        && Path::new(path).components().all(|c| matches!(c, Component::Normal(_) | Component::CurDir))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_below_the_folder_are_named() {
        let found = |text: &str| names(text).into_iter().collect::<Vec<_>>().join(", ");
        assert_eq!(found("{% include 'a.html' %} {%- include \"parts/b.html\" -%}"), "a.html, parts/b.html");
        assert_eq!(found("{% include '../secret' %}{% include '/etc/passwd' %}{% include name %}"), "");
    }
}
