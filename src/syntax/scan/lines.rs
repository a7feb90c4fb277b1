//! Which line breaks end something.

use crate::syntax::words::{KINDS, is_letter, is_word_char, names_operator, word_at};

use super::{ITEM, Of, STOP, Scanner};

impl Scanner<'_, '_> {
    /// Something begins at `self.at`, the first since one or more line breaks: decides what they mean.
    pub(super) fn line_begins(&mut self) {
        let Some((first, last)) = self.breaks.take() else {
            self.statement = self.at;
            return;
        };
        if self.of == Of::Rules {
            self.line_of_rules(first, last);
        } else if self.at == last + 1 && self.item_begins() {
            self.nest_ends();
            self.clean[last] = ITEM;
            self.statement = self.at;
        } else if let Some((open, indent)) = self.innermost() {
            self.line_in_brackets(first, last, open, indent);
        } else if self.goes_on() {
            self.clean[first..=last].fill(b' ');
        } else {
            self.statement = self.at;
        }
    }

    /// In rules a line break counts, unless it stands inside brackets that go on on an indented line.
    fn line_of_rules(&mut self, first: usize, last: usize) {
        self.statement = self.at;
        if self.innermost().is_none() {
            return;
        }
        self.clean[first..=last].fill(b' ');
        if self.at == last + 1 || self.bytes[self.at] == b'|' {
            self.close_brackets();
            self.clean[last] = STOP;
        }
    }

    /// Inside brackets a line break means nothing, unless the brackets were forgotten to be closed: then the
    /// next setting begins, no deeper than the one that opened them.
    fn line_in_brackets(&mut self, first: usize, last: usize, open: u8, indent: usize) {
        self.clean[first..=last].fill(b' ');
        if self.indent(self.line) > indent || !self.setting_begins() {
            return;
        }
        let waiting = self.last.is_some_and(|at| matches!(self.clean[at], b',' | b'('));
        if open == b'(' && waiting && self.bytes[self.at] != b'}' && !self.variant_begins() {
            self.boundary(last);
        } else {
            self.close_brackets();
            self.clean[last] = STOP;
            self.statement = self.at;
        }
    }

    /// Whether the line that begins here goes on with what the line before began.
    fn goes_on(&self) -> bool {
        let Some(last) = self.last else { return false };
        if self.setting_begins() || self.bytes[self.at] == b'}' {
            return false;
        }
        match self.clean[last] {
            b'{' | b'}' => false,
            b',' => !self.in_block() && self.use_begins(self.statement),
            byte if !self.in_block() && is_word_byte(byte) && self.use_begins(self.statement) => {
                last == self.statement + 2 || word_at(&self.text[self.at..]) == Some("from")
            }
            _ if self.bytes[self.at] == b'{' => {
                !self.in_block() || self.text[self.statement..].starts_with("variant ")
            }
            b'.' if last > 0 && self.clean[last - 1] == b'.' => {
                self.bytes[self.at].is_ascii_digit() || self.operator_begins()
            }
            _ => self.operator_begins() || self.operator_ended(last),
        }
    }

    /// Whether a value may not end at `last`: after an operator, or the colon of a setting.
    fn operator_ended(&self, last: usize) -> bool {
        match self.clean[last] {
            b':' | b'=' | b'<' | b'>' | b'!' | b'+' | b'-' | b'*' | b'/' | b'&' | b'|' => true,
            byte if is_word_byte(byte) => {
                let mut start = last;
                while start > 0 && is_word_byte(self.clean[start - 1]) {
                    start -= 1;
                }
                start > self.statement
                    && self
                        .text
                        .get(start..=last)
                        .is_some_and(|w| names_operator(w) || w.eq_ignore_ascii_case("not"))
            }
            _ => false,
        }
    }

    /// Whether an operator stands here, at a line's start.
    fn operator_begins(&self) -> bool {
        let rest = &self.text[self.at..];
        if let Some(word) = word_at(rest) {
            let after = rest[word.len()..].trim_start_matches([' ', '\t']);
            if word.eq_ignore_ascii_case("not") {
                return word_at(after).is_some_and(|w| w.eq_ignore_ascii_case("in"));
            }
            return names_operator(word) && !word.eq_ignore_ascii_case("where");
        }
        ["=", "!=", "<", ">", "+", "-", "*", "/", "..", "&&", "||", "≠", "≤", "≥", "×", "÷"]
            .iter()
            .any(|symbol| rest.starts_with(symbol))
    }

    /// Whether `key:` or a `variant` stands here.
    fn setting_begins(&self) -> bool {
        let rest = &self.text[self.at..];
        let Some(word) = word_at(rest) else { return false };
        let after = rest[word.len()..].trim_start_matches([' ', '\t']);
        after.starts_with([':', '：']) || self.variant_begins()
    }

    fn use_begins(&self, at: usize) -> bool {
        self.text[at..].strip_prefix("use").is_some_and(|rest| rest.starts_with(char::is_whitespace))
    }

    fn variant_begins(&self) -> bool {
        self.text[self.at..].strip_prefix("variant ").is_some_and(|r| r.trim_start().starts_with(is_letter))
    }

    /// Whether a `use` line or the head of a declaration stands here, at a line's very start.
    fn item_begins(&self) -> bool {
        let line = &self.text[self.at..self.line_end(self.at)];
        let Some(word) = word_at(line) else { return false };
        let rest = &line[word.len()..];
        let after = rest.trim_start_matches([' ', '\t']);
        if word == "variant"
            || after.len() == rest.len()
            || !after.starts_with(|c| is_letter(c) || "\"“'".contains(c))
        {
            return false;
        }
        if word == "use" {
            return true;
        }
        match after.split_once(['{', '｛']) {
            Some((head, _)) => !head.contains([':', '：', '=', '#']) || head.contains('"'),
            // A forgotten brace: only a kind of the language makes a head of such a line.
            None => KINDS.contains(&word) && head_alone(after),
        }
    }
}

/// Whether all of a line is a name, with a title or without.
fn head_alone(line: &str) -> bool {
    let rest = word_at(line).map_or(line, |name| &line[name.len()..]).trim();
    rest.is_empty()
        || rest.starts_with('#')
        || (rest.len() > 1 && rest.starts_with('"') && rest.ends_with('"'))
}

fn is_word_byte(byte: u8) -> bool {
    byte >= 0x80 || is_word_char(char::from(byte))
}
