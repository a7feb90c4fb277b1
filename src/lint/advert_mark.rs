//! H0511: an advertisement to China whose subject does not say that it is one (Measures for the Administration of Internet E-mail
//! Services, article 13: 广告 or AD in front).

use std::collections::BTreeMap;

use super::subject::Subject;
use super::texts::beginnings;
use crate::check::model::{Line, Template};
use crate::diagnostic::{Diagnostic, Span};
use crate::syntax::tree::Str;

/// Finds them.
pub fn run(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let mut templates: BTreeMap<&str, &Template> = BTreeMap::new();
    for (_, _, campaign) in subject.campaigns() {
        let china = subject.is_only_for_china(campaign);
        let own = subject.templates_of(campaign).into_iter();
        templates.extend(own.filter(|t| china || is_of_china(&t.language)).map(|t| (t.label.as_str(), t)));
    }
    templates.into_values().filter_map(|template| of_template(subject, template)).collect()
}

/// Whether a language tag is that of readers in China.
pub fn is_of_china(language: &str) -> bool {
    let tag = language.to_ascii_lowercase().replace('_', "-");
    tag == "zh-cn" || tag.starts_with("zh-hans-cn") || tag == "zh-hans"
}

fn of_template(subject: &Subject<'_>, template: &Template) -> Option<Diagnostic> {
    let texts = match &template.subject {
        Line::Text(text) => vec![text],
        Line::Copy(copy) => subject.model().copies.get(copy).map(beginnings).unwrap_or_default(),
    };
    let mut bare = texts.into_iter().filter(|text| !is_marked(&text.value));
    let first = bare.next()?;
    let finding = told(first, &template.language);
    Some(bare.take(4).fold(finding, |finding, text| finding.related(begin(text), "and here")))
}

/// The first letter.
fn begin(text: &Str) -> Span {
    text.place(0..text.value.chars().next().map_or(0, char::len_utf8))
}

fn told(text: &Str, language: &str) -> Diagnostic {
    let mark = if language.to_ascii_lowercase().starts_with("zh") { "广告：" } else { "AD: " };
    Diagnostic::warning(
        "H0511",
        begin(text),
        "in China the subject of an advertisement begins with `广告` or `AD`",
    )
    .label("the mark is missing here")
    .help("where the mail is no advertisement (an answer, an order's news), silence this with that reason")
    .fix(format!("write `{}` in front", mark.trim_end()), text.place(0..0), mark)
}

/// Whether a subject begins with the mark, in brackets or not.
fn is_marked(subject: &str) -> bool {
    let begin = subject.trim_start_matches(|c: char| c.is_whitespace() || "[(【（〔「<《".contains(c));
    let behind = begin.strip_prefix("AD").or_else(|| begin.strip_prefix("ad"));
    begin.starts_with("广告")
        || behind.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_is_known_in_every_form_that_people_write() {
        for marked in
            ["广告：新品", "（广告）新品", "【广告】新品", "AD: new", "[AD] new", "(ad) new", "AD新品", " AD"]
        {
            assert!(is_marked(marked), "{marked}");
        }
        for bare in ["新品", "ADIDAS for you", "Add to your bag", "{{ x }}广告", ""] {
            assert!(!is_marked(bare), "{bare}");
        }
    }
}
