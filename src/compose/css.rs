//! Style sheets into `style` attributes: once a template where its structure allows it, else once a message.

use super::html::{self, Kind};

/// Applies the style sheets of a document to its elements; rules for media (phones, dark mode) stay in a `style` element.
///
/// # Errors
/// With the words of the CSS library, which says what it could not read.
pub(crate) fn inline(document: &str) -> Result<String, String> {
    // The library calls itself for each element inside another.
    if html::depth(document, false) > html::DEPTH {
        return Err("too many elements stand inside one another".to_owned());
    }
    css_inline::CSSInliner::options()
        .load_remote_stylesheets(false)
        .keep_style_tags(false)
        .keep_at_rules(true)
        .build()
        .inline(document)
        .map_err(|e| e.to_string())
}

/// Whether two documents have the same tags and comments in the same order, apart from those that a parser adds to every document.
/// If so, parsing moved nothing, and whatever logic stood between the tags still stands there.
pub(crate) fn same_structure(before: &str, after: &str) -> bool {
    skeleton(before) == skeleton(after)
}

fn skeleton(document: &str) -> Vec<String> {
    let implied = ["html", "head", "body", "tbody", "style", "colgroup"];
    let mut out = Vec::new();
    for token in html::tokenize(document) {
        match token.kind {
            Kind::Start { name, .. } if !implied.contains(&name.as_str()) => out.push(name),
            Kind::End { name } if !implied.contains(&name.as_str()) && !html::is_void(&name) => {
                out.push(format!("/{name}"));
            }
            Kind::Comment => out.push(document[token.range].to_owned()),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_become_attributes_and_media_rules_stay() {
        let html = "<html><head><style>p{color:#123456}@media (max-width:480px){p{color:red!important}}</style></head><body><p>x</p></body></html>";
        let inlined = inline(html).unwrap();
        assert!(
            inlined.contains("<p style=\"color: #123456;\">") || inlined.contains("style=\"color:#123456"),
            "{inlined}"
        );
        assert!(inlined.contains("@media (max-width:480px)"), "{inlined}");
    }

    #[test]
    fn a_moved_comment_is_noticed_and_a_kept_one_is_not() {
        let kept = "<table><!--a--><tr><td>x</td></tr><!--b--></table>";
        assert!(same_structure(kept, &inline(kept).unwrap()));
        for moved in [
            "<!--a--><div class=x><!--b--><div class=y><!--c-->text</div>",
            "<!--a--><table><!--b--><div><!--c--><tr><td>x</td></tr></table>",
        ] {
            assert!(!same_structure(moved, &inline(moved).unwrap()), "{moved}");
        }
    }
}
