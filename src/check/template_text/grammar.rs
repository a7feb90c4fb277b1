//! Mistakes of grammar inside a tag: what minijinja's parser says, in plain words and at the right place.

use std::ops::Range;

use minijinja::machinery::{ast, parse};
use minijinja::syntax::SyntaxConfig;

use super::scan::Fault;

/// Parses a text that has passed [`super::scan::scan`] and [`super::blocks::check`].
pub(super) fn read(text: &str) -> Result<ast::Stmt<'_>, Fault> {
    parse(text, "", SyntaxConfig::default()).map_err(|error| {
        let range = error.range().unwrap_or_default();
        plain(text, inside(text, range), error.detail().unwrap_or_default())
    })
}

/// The range, moved to the borders of characters and into the text.
pub(super) fn inside(text: &str, range: Range<usize>) -> Range<usize> {
    let mut start = range.start.min(text.len());
    let mut end = range.end.clamp(start, text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    while !text.is_char_boundary(end) {
        end += 1;
    }
    start..end
}

/// A message of the parser in a marketer's words.
fn plain(text: &str, range: Range<usize>, detail: &str) -> Fault {
    let found = &text[range.clone()];
    if detail.contains("recursion") {
        return Fault::new(range, "this is nested too deeply to be read");
    }
    if let Some(closing) = ["}}", "%}"].iter().find(|mark| found.ends_with(**mark)) {
        return ended_early(text, range, closing, detail);
    }
    match found {
        "=" if !detail.contains("assign") => {
            return Fault::new(range, "`=` does not compare in a template").replace("==");
        }
        "|" => {
            return Fault::new(range, "`|` is followed by the name of a filter")
                .help("to say “or”, write `or`");
        }
        _ => {}
    }
    let Some((_, expected)) = detail.rsplit_once(", expected ") else {
        return Fault::new(range, translated(detail, found));
    };
    let fault = Fault::new(range, format!("`{found}` is not expected here"));
    match expected {
        "end of variable block" => fault
            .help("a value may be followed by `| filter`, by an operator such as `~` or `and`, or by `}}`"),
        "end of block" => fault.help("the statement should end here with `%}`"),
        "identifier" | "identifier or integer" => fault.help("a name should stand here"),
        "in" => fault.help("write `in` here, as in `{% for pick in picks %}`"),
        "assignment operator" => fault.help("write `=` here, as in `{% set name = value %}`"),
        "`,`" => fault.help("a comma or a closing bracket should stand here"),
        mark => fault.help(format!("{mark} should stand here")),
    }
}

fn ended_early(text: &str, range: Range<usize>, closing: &str, detail: &str) -> Fault {
    let mark = if closing == "}}" { "{{" } else { "{%" };
    let start = text[..range.start].rfind(mark).unwrap_or(range.start);
    if text.get(start + 2..range.start).is_some_and(|t| t.trim().is_empty()) {
        return Fault::new(start..range.end, format!("nothing stands between `{mark}` and `{closing}`"))
            .help("name what to print, as in `{{ customer.name }}`");
    }
    let fault = Fault::new(range, format!("something is missing before `{closing}`"));
    match detail.rsplit_once(", expected ").map(|(_, expected)| expected) {
        Some("in") => fault.help("write it as `{% for pick in picks %}`"),
        Some("identifier") => fault.help("a name should stand here, such as that of a filter"),
        Some("identifier or integer") => fault.help("the name of a field should stand here"),
        Some("assignment operator") => fault.help("write it as `{% set name = value %}`"),
        _ => fault.help("a value should stand here"),
    }
}

/// Messages of the parser about a whole construct.
fn translated(detail: &str, found: &str) -> String {
    let about = |text: &str| detail.contains(text);
    if about("must be placed inside a loop") {
        format!("`{found}` belongs inside a `for`")
    } else if about("reserved variable name") {
        format!("`{found}` is a word of the template language and can't be given a value")
    } else if about("non-keyword arg after keyword arg") {
        "an argument without a name stands behind one with a name".to_owned()
    } else if about("expected call expression") {
        "a call such as `name(…)` should stand here".to_owned()
    } else if about("empty subscript") {
        "nothing stands between these brackets".to_owned()
    } else if detail.starts_with("unexpected") {
        format!("`{found}` is not expected here")
    } else {
        detail.to_owned()
    }
}
