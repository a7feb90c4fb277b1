//! H0508: subjects that read like spam. Filters weigh hundreds of signs; these are the ones that an author chooses, and few enough that
//! each is worth a word. Where each comes from stands in the code's page.

use std::ops::Range;

use super::advert_mark::is_of_china;
use super::subject::Subject;
use super::texts::{Role, Text, lines, texts_of};
use crate::check::model::Line;
use crate::diagnostic::Diagnostic;
use crate::syntax::tree::Str;

/// English phrases, in lower case. They are found as whole words.
const ENGLISH: [&str; 24] = [
    "100% guaranteed",
    "act now",
    "amazing product",
    "as seen on tv",
    "be your own boss",
    "click here",
    "dear friend",
    "extra cash",
    "financially free",
    "guaranteed income",
    "hidden charges",
    "join millions",
    "money back guarantee",
    "no obligation",
    "no risk",
    "risk free",
    "risk-free",
    "save thousands",
    "unclaimed prize",
    "urgent reply",
    "viagra",
    "what are you waiting for",
    "why pay more",
    "why wait",
];

/// Chinese phrases: prizes, easy money, forged invoices.
const CHINESE: [&str; 9] = [
    "恭喜您中奖",
    "恭喜中奖",
    "点击就送",
    "百分百中奖",
    "100%中奖",
    "月入过万",
    "稳赚不赔",
    "代开发票",
    "内部消息",
];

/// Words that the Advertising Law of the People's Republic of China, article 9 (3), forbids, and some that are treated alike.
const ABSOLUTE: [&str; 8] =
    ["国家级", "最高级", "最佳", "全国第一", "全网第一", "世界第一", "史上最低", "全网最低"];

/// Beginnings of an answer or a passed-on mail.
const ANSWERS: [&str; 10] =
    ["re:", "re：", "fw:", "fw：", "fwd:", "fwd：", "aw:", "回复:", "回复：", "转发："];

/// Finds them.
pub fn run(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let model = subject.model();
    for template in model.templates.values() {
        let china = is_of_china(&template.language);
        for (role, text) in lines(template) {
            found.extend(of_line(text, role == Role::Subject, china));
        }
        for line in std::iter::once(&template.subject).chain(&template.preheader) {
            if let Line::Copy(label) = line {
                let texts = model.copies.get(label).into_iter().flat_map(texts_of);
                found.extend(texts.flat_map(|text| of_words(&Text::of(text), china)));
            }
        }
    }
    found
}

fn of_line(written: &Str, is_subject: bool, china: bool) -> Vec<Diagnostic> {
    let text = Text::of(written);
    let mut found = of_words(&text, china);
    if is_subject {
        found.extend(answer(&text));
        found.extend(capitals(&text));
    }
    found
}

fn of_words(text: &Text<'_>, china: bool) -> Vec<Diagnostic> {
    let plain = text.plain.to_ascii_lowercase();
    let known = ("spam filters know these words", "reads like spam", "say what there is, in your own words");
    let forbidden = (
        "Chinese law forbids such words in advertisements",
        "a superlative",
        "say what can be shown instead (Advertising Law, article 9)",
    );
    let mut found = Vec::new();
    let english = ENGLISH.iter().flat_map(|phrase| words(&plain, phrase)).map(|range| (range, known));
    let chinese = CHINESE.iter().flat_map(|phrase| plain.match_indices(phrase)).map(|hit| (hit, known));
    let absolute = ABSOLUTE.iter().filter(|_| china).flat_map(|phrase| plain.match_indices(phrase));
    let hits = chinese.chain(absolute.map(|hit| (hit, forbidden)));
    let hits = hits.map(|((at, phrase), words)| (at..at + phrase.len(), words));
    for (range, (message, label, help)) in english.chain(hits) {
        found.push(Diagnostic::warning("H0508", text.place(range), message).label(label).help(help));
    }
    found.extend(exclamations(text));
    // Phrases may lie in one another: the first to begin stands for all that it touches.
    found.sort_by_key(|d| (d.span.start, std::cmp::Reverse(d.span.end)));
    let mut end = 0;
    found.retain(|d| {
        let apart = d.span.start >= end;
        end = end.max(d.span.end);
        apart
    });
    found
}

/// Where a phrase stands as whole words.
fn words(plain: &str, phrase: &str) -> Vec<Range<usize>> {
    let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let found = plain.match_indices(phrase).map(|(at, _)| at..at + phrase.len());
    found
        .filter(|r| !letter(plain[..r.start].chars().next_back()) && !letter(plain[r.end..].chars().next()))
        .collect()
}

/// Two exclamation marks or more in one line.
fn exclamations(text: &Text<'_>) -> Option<Diagnostic> {
    let marks: Vec<Range<usize>> = text
        .plain
        .char_indices()
        .filter(|(_, c)| matches!(c, '!' | '！'))
        .map(|(at, c)| at..at + c.len_utf8())
        .collect();
    let [_, .., last] = marks.as_slice() else { return None };
    let mut first = last.start;
    for mark in marks.iter().rev() {
        if mark.end == first {
            first = mark.start;
        }
    }
    let message = format!("{} exclamation marks in one line read like spam", marks.len());
    Some(
        Diagnostic::warning("H0508", text.place(first..last.end), message)
            .label("shouts")
            .help("one is plenty, and none reads calmer"),
    )
}

/// `Re: …` of a mail that answers nothing.
fn answer(text: &Text<'_>) -> Option<Diagnostic> {
    let lower = text.plain.to_lowercase();
    let start = lower.len() - lower.trim_start().len();
    let begin = ANSWERS.iter().find(|a| lower[start..].starts_with(*a))?;
    Some(
        Diagnostic::warning(
            "H0508",
            text.place(start..start + begin.len()),
            "this looks like an answer, and nobody asked",
        )
        .label("misleading")
        .help("leave it out: a subject that deceives is against the law (CAN-SPAM) and a sign of spam"),
    )
}

/// Two words or more, all in capitals.
fn capitals(text: &Text<'_>) -> Option<Diagnostic> {
    let pieces = text.literal();
    let letters: Vec<char> =
        pieces.iter().flat_map(|p| text.at(p.clone()).chars()).filter(|c| c.is_alphabetic()).collect();
    let cased = letters.iter().filter(|c| c.is_uppercase() || c.is_lowercase()).count();
    let count = |piece: &Range<usize>| {
        let words = text.at(piece.clone()).split(|c: char| !c.is_alphabetic());
        words.filter(|w| w.chars().count() > 1).count()
    };
    let words: usize = pieces.iter().map(count).sum();
    if cased < 10 || cased < letters.len() || words < 2 || letters.iter().any(|c| c.is_lowercase()) {
        return None;
    }
    Some(
        Diagnostic::warning(
            "H0508",
            text.place(0..text.written.value.len()),
            "a subject all in capitals reads like spam",
        )
        .label("shouts")
        .help("write it as any other sentence"),
    )
}
