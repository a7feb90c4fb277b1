//! The style sheets of a body, as far as their selectors are simple: a name, a class, an id, or these together. What a selector of
//! more parts sets is known to be set, and not to what.

use std::ops::Range;

use super::declared::{Look, Paint, declared};
use super::texts::{Body, Element};

/// A rule for one selector.
#[derive(Debug)]
struct Rule {
    /// `p`; none for every element.
    name: Option<String>,
    classes: Vec<String>,
    id: Option<String>,
    look: Look,
}

impl Rule {
    /// How narrow the selector is; the narrower wins.
    fn weight(&self) -> (bool, usize, bool) {
        (self.id.is_some(), self.classes.len(), self.name.is_some())
    }

    fn is_for(&self, element: &Element<'_>, classes: &[&str], id: Option<&str>) -> bool {
        self.name.as_deref().is_none_or(|name| name == element.name)
            && self.classes.iter().all(|class| classes.contains(&class.as_str()))
            && self.id.as_deref().is_none_or(|wanted| id == Some(wanted))
    }
}

/// The rules that hold everywhere: those for other screens (`@media`) are left out. The narrower stand later, as they win.
#[derive(Debug, Default)]
pub struct Sheet {
    rules: Vec<Rule>,
}

impl Sheet {
    /// The style sheets of a body.
    pub fn of(body: &Body<'_>) -> Self {
        let plain = without_comments(&body.text.plain);
        let mut rules = Vec::new();
        for sheet in insides(&plain) {
            read(&plain, sheet, &mut rules);
        }
        rules.sort_by_key(Rule::weight);
        Self { rules }
    }

    /// What the rules set for an element.
    pub fn look(&self, element: &Element<'_>, body: &Body<'_>) -> Look {
        let value = |name: &str| element.attribute(name).map(|a| body.literal_value(a).unwrap_or_default());
        // An MJML element hands its class on to elements of its own making.
        let classes = value(if element.name.starts_with("mj-") { "css-class" } else { "class" });
        let classes: Vec<&str> = classes.unwrap_or_default().split_whitespace().collect();
        let id = value("id");
        let mut look = Look::default();
        for rule in self.rules.iter().filter(|rule| rule.is_for(element, &classes, id)) {
            lay(&mut look, &rule.look);
        }
        if element.name.starts_with("mj-") {
            look = unknown(look);
        }
        look
    }
}

/// Lays what is set over what was set before.
pub fn lay(look: &mut Look, over: &Look) {
    let sure = |before: &Option<Paint>, paint: &Option<Paint>, important: bool| match paint {
        // Who wins over `!important` is not worked out here.
        Some(_) if important => Some(Paint::Unknown),
        Some(paint) => Some(paint.clone()),
        None => before.clone(),
    };
    let important = look.important || over.important;
    look.text = sure(&look.text, &over.text, important);
    look.ground = sure(&look.ground, &over.ground, important);
    look.size = over.size.or(look.size);
    look.bold = over.bold.or(look.bold);
    look.hidden |= over.hidden;
    look.important = important;
}

/// A look of which is known only what it sets.
fn unknown(look: Look) -> Look {
    let paint = |paint: Option<Paint>| paint.map(|_| Paint::Unknown);
    let size = look.size.map(|_| f64::INFINITY);
    Look { text: paint(look.text), ground: paint(look.ground), size, ..look }
}

/// The insides of `style` and `mj-style`.
pub fn insides(plain: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (open, close) in [("<style", "</style"), ("<mj-style", "</mj-style")] {
        let mut from = 0;
        // What opens within one is a part of it: else a text of openings alone would be read as many times over as it has.
        while let Some(at) = plain[from..].find(open).map(|i| from + i) {
            let Some(begin) = plain[at..].find('>').map(|i| at + i + 1) else { break };
            let end = plain[begin..].find(close).map_or(plain.len(), |i| begin + i);
            found.push(begin..end);
            from = end;
        }
    }
    found
}

/// A text with blanks in the place of comments of style sheets.
fn without_comments(plain: &str) -> String {
    let mut text = String::with_capacity(plain.len());
    let mut at = 0;
    while let Some(open) = plain[at..].find("/*").map(|i| at + i) {
        let end = plain[open + 2..].find("*/").map_or(plain.len(), |i| open + 2 + i + 2);
        text.push_str(&plain[at..open]);
        text.extend(std::iter::repeat_n(' ', end - open));
        at = end;
    }
    text.push_str(&plain[at..]);
    text
}

/// The rules of one style sheet.
fn read(plain: &str, sheet: Range<usize>, rules: &mut Vec<Rule>) {
    let mut at = sheet.start;
    while let Some(open) = plain[at..sheet.end].find('{').map(|i| at + i) {
        let selectors = plain[at..open].rsplit(';').next().unwrap_or_default().trim();
        let nested = selectors.starts_with('@');
        let end = if nested {
            close_of(plain, open, sheet.end)
        } else {
            plain[open..sheet.end].find('}').map(|i| open + i)
        };
        let Some(end) = end else { return };
        if !nested {
            let look = declared(plain, open + 1..end);
            rules.extend(selectors.split(',').map(|selector| rule(selector.trim(), &look)));
        }
        at = end + 1;
    }
}

/// Where the brace that opens there is closed.
fn close_of(plain: &str, open: usize, end: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (i, c) in plain[open..end].char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(open + i);
        }
    }
    None
}

/// The rule of one selector. Of several parts the last says which elements are meant.
fn rule(selector: &str, look: &Look) -> Rule {
    let last = selector.rsplit([' ', '>', '+', '~']).next().unwrap_or_default();
    let bare = last.split([':', '[']).next().unwrap_or_default();
    let simple = bare == selector && !look.important;
    let mut rule = Rule {
        name: None,
        classes: Vec::new(),
        id: None,
        look: if simple { look.clone() } else { unknown(look.clone()) },
    };
    let mut rest = bare;
    while !rest.is_empty() {
        let mark = rest.chars().next().filter(|c| matches!(c, '.' | '#'));
        let from = mark.map_or(0, char::len_utf8);
        let end = rest[from..].find(['.', '#']).map_or(rest.len(), |i| from + i);
        let word = &rest[from..end];
        match mark {
            Some('.') => rule.classes.push(word.to_owned()),
            Some(_) => rule.id = Some(word.to_owned()),
            None => rule.name = Some(word.to_ascii_lowercase()).filter(|name| name != "*"),
        }
        rest = &rest[end..];
    }
    rule
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_openings_alone_is_one_sheet_and_comments_keep_their_places() {
        assert_eq!(insides(&"<style>a{}".repeat(1000)).len(), 1);
        let two = "<style>a{}</style><p><style>b{}</style>";
        assert_eq!(insides(two).into_iter().map(|r| &two[r]).collect::<Vec<_>>(), ["a{}", "b{}"]);
        assert_eq!(without_comments("a/*é*/b/**/c/*d"), "a      b    c   ");
    }
}
