//! Where in a file the cursor stands, on whatever text: half a line, half a file. It reads words from the beginning of
//! the declaration to the cursor, and knows no tree.

use std::ops::Range;

use super::lexer::{Piece, Token, in_word, lex};
use super::words::{OPERATORS, floor, word_before};
use crate::check::kinds::{self, Kind};

/// An open bracket before the cursor, or the value itself.
#[derive(Debug, Clone)]
pub struct Frame<'t> {
    /// The word before a `(`.
    pub callee: Option<&'t str>,
    /// The argument's name, where it has one: `signals:`.
    pub argument: Option<&'t str>,
    /// What stands between the bracket, or the last comma, and the word at the cursor.
    pub before: Vec<Token>,
    /// How many commas there were.
    pub commas: usize,
}

/// Where the cursor stands.
#[derive(Debug)]
pub enum Spot<'t> {
    /// Where nothing can be offered.
    Nothing,
    /// Where a declaration or a `use` line may begin.
    Top,
    /// In a `use` line, among the names.
    UseName {
        /// The names that are there.
        taken: Vec<&'t str>,
    },
    /// In a `use` line, where `from` is due.
    UseFrom,
    /// In a `use` line, inside the file's quotes.
    UsePath {
        /// Where its text begins.
        start: usize,
    },
    /// In a declaration, where a key may begin.
    Key {
        /// The kind.
        kind: &'static Kind,
        /// The keys that are there.
        present: Vec<&'t str>,
        /// Whether a `variant` may begin.
        variants: bool,
    },
    /// Behind a key's colon.
    Value {
        /// The kind.
        kind: &'static Kind,
        /// The key.
        key: &'t str,
        /// The brackets around the cursor, outermost first; the first is the value itself.
        frames: Vec<Frame<'t>>,
    },
    /// Inside a string or a text block.
    Text {
        /// The kind.
        kind: &'static Kind,
        /// The key.
        key: &'t str,
        /// The call around it: `file`.
        callee: Option<&'t str>,
        /// Where its text begins.
        start: usize,
    },
}

/// The cursor in a text.
#[derive(Debug)]
pub struct Cursor<'t> {
    /// Where.
    pub spot: Spot<'t>,
    /// The word that is being written; empty if none is.
    pub word: Range<usize>,
    /// The declaration's name, if it has one.
    pub name: Option<&'t str>,
}

/// Finds where the cursor stands.
pub fn at(text: &str, offset: usize) -> Cursor<'_> {
    let offset = floor(text, offset);
    let start = declaration_start(text, offset);
    let before = &text[..offset];
    let word = word_before(text, offset);
    let tokens = lex(before, start);
    let mut reader = Reader { text: before, word: word.clone(), name: None };
    let spot = reader.read(&tokens);
    Cursor { spot, word, name: reader.name }
}

/// The beginning of the last line, up to the cursor's, that begins with the word of a kind or with `use`.
fn declaration_start(text: &str, offset: usize) -> usize {
    let mut end = offset;
    loop {
        let start = text[..end].rfind(['\n', '\r']).map_or(0, |i| i + 1);
        let line = &text[start..offset.max(start)];
        let word = line.split(|c| !in_word(c)).next().unwrap_or("");
        let follows = line[word.len()..].starts_with([' ', '\t', '"']);
        if start == 0
            || (follows && (word == "use" || kinds::find(word).is_some_and(|k| k.name != "variant")))
        {
            return start;
        }
        end = start - 1;
    }
}

struct Reader<'t> {
    text: &'t str,
    word: Range<usize>,
    name: Option<&'t str>,
}

/// One level of braces.
struct Block<'t> {
    kind: &'static Kind,
    present: Vec<&'t str>,
}

impl<'t> Reader<'t> {
    fn words(&self, token: &Token) -> &'t str {
        &self.text[token.start..token.end]
    }

    fn read(&mut self, tokens: &[Token]) -> Spot<'t> {
        match tokens.last().map(|t| t.piece) {
            Some(Piece::Comment) if !self.text.ends_with(['\n', '\r']) => return Spot::Nothing,
            _ => {}
        }
        let mut tokens: Vec<Token> = tokens.iter().copied().filter(|t| t.piece != Piece::Comment).collect();
        // The word at the cursor is not there yet.
        if !self.word.is_empty()
            && tokens.last().is_some_and(|t| t.piece == Piece::Word && t.end == self.word.end)
        {
            tokens.pop();
        }
        let Some(first) = tokens.iter().position(|t| t.piece != Piece::Line) else { return self.top() };
        let tokens = &tokens[first..];
        if tokens[0].is(self.text, "use") {
            return self.use_line(&tokens[1..]);
        }
        if tokens[0].piece == Piece::Word {
            let word = self.words(&tokens[0]);
            if let Some(kind) = kinds::find(word) {
                return self.declaration(kind, &tokens[1..]);
            }
        }
        self.top()
    }

    /// At the top of a file: only at the beginning of a line.
    fn top(&self) -> Spot<'t> {
        let line = self.text[..self.word.start].rsplit(['\n', '\r']).next().unwrap_or("");
        if line.trim().is_empty() { Spot::Top } else { Spot::Nothing }
    }

    fn use_line(&self, tokens: &[Token]) -> Spot<'t> {
        let mut taken = Vec::new();
        for (i, token) in tokens.iter().enumerate() {
            match token.piece {
                Piece::Line => return self.top(),
                Piece::Word if self.words(token) == "from" && i > 0 => {
                    return match tokens.get(i + 1).map(|t| (t.piece, t)) {
                        Some((Piece::Text { closed: false, .. }, t)) => Spot::UsePath { start: t.start + 1 },
                        Some((Piece::Text { closed: true, .. }, _))
                            if tokens[i..].iter().any(|t| t.piece == Piece::Line) =>
                        {
                            self.top()
                        }
                        _ => Spot::Nothing,
                    };
                }
                Piece::Word => taken.push(self.words(token)),
                _ => {}
            }
        }
        match tokens.last() {
            Some(last) if !last.is_mark(',') => Spot::UseFrom,
            _ => Spot::UseName { taken },
        }
    }

    fn declaration(&mut self, kind: &'static Kind, tokens: &[Token]) -> Spot<'t> {
        let Some(open) = tokens.iter().position(|t| t.is_mark('{')) else { return Spot::Nothing };
        self.name = tokens[..open].iter().find(|t| t.piece == Piece::Word).map(|t| self.words(t));
        self.body(kind, &tokens[open + 1..])
    }

    fn body(&self, kind: &'static Kind, tokens: &[Token]) -> Spot<'t> {
        let mut blocks = vec![Block { kind, present: Vec::new() }];
        let mut at = 0;
        while at < tokens.len() {
            let token = &tokens[at];
            let Some(block) = blocks.last_mut() else { return self.top() };
            match token.piece {
                Piece::Mark('}') => {
                    blocks.pop();
                    at += 1;
                }
                Piece::Word if tokens.get(at + 1).is_some_and(|t| t.is_mark(':')) => {
                    let key = self.words(token);
                    block.present.push(key);
                    let kind = block.kind;
                    match self.value(kind, key, &tokens[at + 2..]) {
                        Ended::Here(spot) => return spot,
                        Ended::After(used) => at += 2 + used,
                    }
                }
                Piece::Word if self.words(token) == "variant" => match self.variant(&tokens[at..]) {
                    Some((used, Some(kind))) => {
                        blocks.push(Block { kind, present: Vec::new() });
                        at += used;
                    }
                    Some((used, None)) => at += used,
                    None => return Spot::Nothing,
                },
                _ => at += 1,
            }
        }
        let Some(block) = blocks.pop() else { return self.top() };
        if !self.at_key(tokens) {
            return Spot::Nothing;
        }
        Spot::Key { kind: block.kind, present: block.present, variants: block.kind.name == "campaign" }
    }

    /// Whether a key may begin here: at a line's beginning, or behind a brace or a comma.
    fn at_key(&self, tokens: &[Token]) -> bool {
        tokens.last().is_none_or(|t| matches!(t.piece, Piece::Line | Piece::Mark('{' | ',' | '}')))
    }

    /// A `variant`'s head: how many pieces it takes, and its kind if a body begins; none if the cursor is in it.
    fn variant(&self, tokens: &[Token]) -> Option<(usize, Option<&'static Kind>)> {
        for (i, token) in tokens.iter().enumerate() {
            match token.piece {
                Piece::Mark('{') => return Some((i + 1, kinds::find("variant"))),
                Piece::Mark('}') => return Some((i, None)),
                Piece::Line => return Some((i + 1, None)),
                _ => {}
            }
        }
        None
    }

    /// Reads a value: the cursor is in it, or it ended.
    fn value(&self, kind: &'static Kind, key: &'t str, tokens: &[Token]) -> Ended<'t> {
        let plain = |callee| Frame { callee, argument: None, before: Vec::new(), commas: 0 };
        let mut frames = vec![plain(None)];
        for (i, token) in tokens.iter().enumerate() {
            let depth = frames.len();
            let Some(frame) = frames.last_mut() else { break };
            let last = i + 1 == tokens.len();
            match token.piece {
                Piece::Line if depth == 1 && self.ends_here(&frame.before, &tokens[i + 1..]) => {
                    return Ended::After(i);
                }
                Piece::Line => {}
                Piece::Mark(',') if depth == 1 => return Ended::After(i),
                Piece::Mark(',') => {
                    frame.before.clear();
                    frame.argument = None;
                    frame.commas += 1;
                }
                Piece::Mark(':') => {
                    frame.argument = frame.before.pop().map(|t| self.words(&t));
                }
                Piece::Mark(open @ ('(' | '[' | '{')) => {
                    let callee = frame.before.last().filter(|t| open == '(' && t.piece == Piece::Word);
                    let callee = callee.map(|t| self.words(t));
                    frames.push(plain(callee));
                }
                Piece::Mark('}') if depth == 1 => return Ended::After(i),
                Piece::Mark(')' | ']' | '}') => {
                    if depth > 1 {
                        frames.pop();
                    }
                    if let Some(frame) = frames.last_mut() {
                        frame.before.push(*token);
                    }
                }
                Piece::Text { closed: false, block } if last => {
                    let start = token.start + if block { 3 } else { 1 };
                    return Ended::Here(Spot::Text { kind, key, callee: frame.callee, start });
                }
                _ => frame.before.push(*token),
            }
        }
        Ended::Here(Spot::Value { kind, key, frames })
    }

    /// Whether a line break behind these pieces ends the value: not behind an operator, and not before one.
    fn ends_here(&self, before: &[Token], after: &[Token]) -> bool {
        let goes_on = match before.last() {
            None => true,
            Some(t) if t.piece == Piece::Word => OPERATORS.contains(&self.words(t)),
            Some(t) => matches!(t.piece, Piece::Mark(c) if "+-*/=<>!.".contains(c)),
        };
        let next = after.iter().find(|t| t.piece != Piece::Line);
        let joins = next.is_some_and(|t| match t.piece {
            Piece::Word => matches!(self.words(t), "and" | "or" | "in" | "is" | "contains" | "where"),
            Piece::Mark(c) => "+-*/=<>!".contains(c),
            _ => false,
        });
        !goes_on && !joins
    }
}

enum Ended<'t> {
    Here(Spot<'t>),
    After(usize),
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The spot at `|`, in a few words.
    fn spot(text: &str) -> String {
        let offset = text.find('|').unwrap();
        let text = text.replacen('|', "", 1);
        let cursor = at(&text, offset);
        let word = &text[cursor.word.clone()];
        match cursor.spot {
            Spot::Nothing => "nothing".to_owned(),
            Spot::Top => format!("top {word}"),
            Spot::UseName { taken } => format!("use {taken:?} {word}"),
            Spot::UseFrom => "from".to_owned(),
            Spot::UsePath { start } => format!("path {}", &text[start..offset]),
            Spot::Key { kind, present, variants } => {
                format!("key of {} {present:?} {variants} {word}", kind.name)
            }
            Spot::Value { kind, key, frames } => {
                let frames: Vec<String> = frames
                    .iter()
                    .map(|f| {
                        let before: Vec<&str> = f.before.iter().map(|t| &text[t.start..t.end]).collect();
                        format!(
                            "{}{}{}",
                            f.callee.unwrap_or(""),
                            f.argument.map_or(String::new(), |a| format!("/{a}")),
                            before.join(" ")
                        )
                    })
                    .collect();
                format!("value of {}.{key} {frames:?} {word}", kind.name)
            }
            Spot::Text { kind, key, callee, start } => {
                format!("text of {}.{key} {callee:?} {}", kind.name, &text[start..offset])
            }
        }
    }

    #[test]
    fn every_place_of_a_file_is_known() {
        let cases = [
            ("seg|", "top seg"),
            ("segment a {\n  where: 1\n}\n\n|", "top "),
            ("use a, b|", "use [\"a\"] b"),
            ("use a |", "from"),
            ("use a from \"std/|\"", "path std/"),
            ("segment 手 {\n  |\n}", "key of segment [] false "),
            ("campaign c {\n  source: shop\n  au|", "key of campaign [\"source\"] true au"),
            ("campaign c {\n  variant a 50% { te|", "key of variant [] false te"),
            ("campaign c {\n  variant a 50% { template: x, re|", "key of variant [\"template\"] false re"),
            (
                "campaign c {\n  variant a 50%\n  variant b 50% { template: x }\n  ho|",
                "key of campaign [] true ho",
            ),
            ("segment a {\n  where: |", "value of segment.where [\"\"] "),
            ("segment a {\n  where: x = 1\n     and y|", "value of segment.where [\"x = 1 and\"] y"),
            (
                "segment a {\n  where: count(views where product.|",
                "value of segment.where [\"count\", \"countviews where product .\"] ",
            ),
            (
                "strategy s {\n  method: blend(\n    0.6 * item_cf(signals: [5 * pur|",
                "value of strategy.method [\"blend\", \"blend0.6 * item_cf\", \"item_cf/signals\", \"5 *\"] pur",
            ),
            (
                "template t {\n  subject: \"手机 {{ customer.|",
                "text of template.subject None 手机 {{ customer.",
            ),
            (
                "template t {\n  language: \"en\"\n  subject: \"📱 {{ |",
                "text of template.subject None 📱 {{ ",
            ),
            ("template t {\n  body: \"\"\"\n    Hi {{ pi|", "text of template.body None \n    Hi {{ pi"),
            ("template t {\n  body: file(\"temp|", "text of template.body Some(\"file\") temp"),
            ("segment a { # note |", "nothing"),
            ("segment |", "nothing"),
        ];
        for (text, expected) in cases {
            let found = spot(text);
            assert_eq!(found, expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_has_a_spot_everywhere(text in "(use |segment |a |手|\\{|\\}|\\(|\\)|\"|\"\"\"|:|,|\n|#|1|\\.|variant ){0,30}", at_ in 0usize..200) {
            let _ = at(&text, at_);
            let _ = crate::lsp::words::under(&text, at_);
        }
    }
}
