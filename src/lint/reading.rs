//! Which colour the text in a body has, and on which ground it stands: what an element does not set, it has from the one around it.
//! Where branches or included texts open what others close, nothing is said of what follows.

use std::ops::Range;

use super::declared::{Look, Paint, Pair, declared, pixels};
use super::sheet::{Sheet, lay};
use super::texts::{Body, Element};
use crate::markup::html::{Kind, Token, is_void, tokenize};
use crate::markup::{Tag, TagKind};

/// Elements whose text has a colour of its own where nobody sets it: links in every mail program, quotations in the shipped layout.
const COLOURED: [&str; 9] = [
    "a",
    "blockquote",
    "button",
    "input",
    "mark",
    "mj-button",
    "mj-navbar-link",
    "mj-social-element",
    "select",
];

/// Elements at which an open paragraph ends.
const BLOCKS: [&str; 16] = [
    "blockquote",
    "center",
    "div",
    "dl",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "ol",
    "p",
    "pre",
    "table",
    "ul",
];

/// Each piece of text with its colour and its ground, as far as both are known.
pub fn readings(body: &Body<'_>) -> Vec<Pair> {
    let statements = body.text.tags.iter().filter(|tag| tag.kind == TagKind::Statement).collect();
    let mut walk = Walk {
        body,
        sheet: Sheet::of(body),
        defaults: body.text.plain.contains("<mj-attributes"),
        open: Vec::new(),
        branches: Vec::new(),
        statements,
        found: Vec::new(),
    };
    // What comes after a place that cannot be followed is not judged.
    let _ = walk.all();
    walk.found
}

/// The body stops making sense to somebody who reads it from top to bottom.
struct Lost;

struct Walk<'b, 't> {
    body: &'b Body<'t>,
    sheet: Sheet,
    /// Whether MJML's own defaults are changed.
    defaults: bool,
    /// The open elements, each with what its text looks like.
    open: Vec<(String, Look)>,
    /// How many elements were open where each open branch began.
    branches: Vec<usize>,
    /// The statements that are still to come.
    statements: Vec<&'b Tag>,
    found: Vec<Pair>,
}

impl Walk<'_, '_> {
    fn all(&mut self) -> Result<(), Lost> {
        let body = self.body;
        for token in body.tokens() {
            self.statements_before(token.range.start)?;
            match &token.kind {
                Kind::Start { name, attributes, closed } => {
                    let element = Element { name, attributes, range: token.range.clone() };
                    self.start(&element, *closed || is_void(name));
                }
                Kind::End { name } => self.end(name)?,
                Kind::Text if self.is_read(token) => {
                    self.found.extend(self.around().pair());
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The look of what stands here.
    fn around(&self) -> Look {
        self.open.last().map(|(_, look)| look.clone()).unwrap_or_default()
    }

    fn is_read(&self, text: &Token) -> bool {
        let range = &text.range;
        let outputs = self.body.text.tags.iter().filter(|tag| tag.kind == TagKind::Output);
        !self.body.text.plain[range.clone()].trim().is_empty()
            || outputs.clone().any(|tag| range.start <= tag.range.start && tag.range.end <= range.end)
    }

    fn start(&mut self, element: &Element<'_>, childless: bool) {
        let implied = |open: &str| open == "p" && BLOCKS.contains(&element.name);
        let same = |open: &str| open == element.name && matches!(open, "li" | "td" | "th" | "tr");
        if self.open.last().is_some_and(|(open, _)| implied(open) || same(open))
            && self.open.len() > self.branches.last().copied().unwrap_or_default()
        {
            self.open.pop();
        }
        if !childless {
            let look = self.inherited(element);
            self.open.push((element.name.to_owned(), look));
        }
    }

    fn end(&mut self, name: &str) -> Result<(), Lost> {
        let Some(at) = self.open.iter().rposition(|(open, _)| open == name) else { return Ok(()) };
        if at < self.branches.last().copied().unwrap_or_default() {
            return Err(Lost);
        }
        self.open.truncate(at);
        Ok(())
    }

    fn statements_before(&mut self, place: usize) -> Result<(), Lost> {
        let passed = self.statements.partition_point(|tag| tag.range.start < place);
        for tag in self.statements.drain(..passed).collect::<Vec<_>>() {
            self.statement(tag.inside(&self.body.text.written.value))?;
        }
        Ok(())
    }

    fn statement(&mut self, inside: &str) -> Result<(), Lost> {
        let inside = inside.trim_matches(['-', '+']).trim();
        let word = inside.split_whitespace().next().unwrap_or_default();
        let balanced = self.branches.last().is_none_or(|begin| *begin == self.open.len());
        match word {
            "if" | "for" | "with" | "block" | "macro" | "call" | "filter" | "autoescape" => {
                self.branches.push(self.open.len());
            }
            "elif" | "else" if !balanced => return Err(Lost),
            "set" | "endset" => {}
            _ if word.starts_with("end") => {
                if !balanced {
                    return Err(Lost);
                }
                self.branches.pop();
            }
            "include" if !self.is_whole(inside) => return Err(Lost),
            _ => {}
        }
        Ok(())
    }

    /// Whether an included text closes what it opens, as the shipped ones for use in a body do.
    fn is_whole(&self, include: &str) -> bool {
        let name = include.split(['"', '\'']).nth(1).unwrap_or_default();
        let Some(text) = self.body.template.includes.get(name) else { return name.starts_with("std/") };
        let mut open = Vec::new();
        for token in tokenize(&text.value) {
            match token.kind {
                Kind::Start { name, closed: false, .. } if !is_void(&name) => open.push(name),
                Kind::End { name } if open.pop().as_ref() != Some(&name) => return false,
                _ => {}
            }
        }
        open.is_empty()
    }

    /// What an element's text looks like: what it sets over what is around it.
    fn inherited(&self, element: &Element<'_>) -> Look {
        let mut own = self.own(element);
        if COLOURED.contains(&element.name) && own.text.is_none() {
            own.text = Some(Paint::Unknown);
        }
        let around = self.around();
        let (size, bold) = match element.name {
            "h1" | "h2" | "h3" => (Some(f64::INFINITY), Some(true)),
            "b" | "strong" | "th" | "h4" | "h5" | "h6" => (None, Some(true)),
            "big" | "font" => (Some(f64::INFINITY), None),
            _ => (None, None),
        };
        Look {
            text: own.text.or(around.text),
            ground: own.ground.or(around.ground),
            size: own.size.or(size).or(around.size),
            bold: own.bold.or(bold).or(around.bold),
            hidden: own.hidden || around.hidden,
            important: false,
        }
    }

    /// What an element sets by itself, by rules and by attributes.
    fn own(&self, element: &Element<'_>) -> Look {
        let text = &self.body.text;
        let in_branches = text.tags.iter().any(|tag| {
            tag.kind == TagKind::Statement
                && element.range.start < tag.range.start
                && tag.range.end < element.range.end
        });
        let says = |name: &str| element.attribute(name).is_some_and(|a| text.is_filled(&a.value));
        if in_branches || ["style", "class", "id", "css-class"].into_iter().any(says) {
            return Look { text: Some(Paint::Unknown), ground: Some(Paint::Unknown), ..Look::default() };
        }
        let mut look = self.of_attributes(element);
        lay(&mut look, &self.sheet.look(element, self.body));
        if let Some(style) = element.attribute("style").filter(|_| !element.name.starts_with("mj-")) {
            lay(&mut look, &declared(&text.plain, style.value.clone()));
        }
        look
    }

    fn of_attributes(&self, element: &Element<'_>) -> Look {
        let paint = |name: &str| {
            let attribute = element.attribute(name)?;
            let place = |range: &Range<usize>| range.clone();
            Some(
                self.body
                    .literal_value(attribute)
                    .map_or(Paint::Unknown, |v| Paint::of(v, place(&attribute.value))),
            )
        };
        let mut look = Look::default();
        if element.name.starts_with("mj-") {
            let ground =
                if element.name == "mj-text" { "container-background-color" } else { "background-color" };
            look.text = paint("color");
            look.ground = paint(ground);
            let size = element.attribute("font-size").map(|a| self.body.text.at(a.value.clone()));
            look.size = size.map(|size| pixels(size).unwrap_or(f64::INFINITY));
            if self.defaults || element.attribute("mj-class").is_some() {
                // What is not said here may be said there.
                look.text = look.text.or(Some(Paint::Unknown));
                look.ground = look.ground.or(Some(Paint::Unknown));
            }
        } else {
            look.ground = paint("bgcolor");
            look.text = if element.name == "font" { paint("color") } else { None };
        }
        if ["background", "background-url"].iter().any(|name| element.attribute(name).is_some()) {
            look.ground = Some(Paint::Unknown);
        }
        look
    }
}
