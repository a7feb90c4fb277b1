//! The words of a campaign file, broken or not: what completion and colours need before there is a tree. The parser in
//! `syntax/` decides what is right; this decides nothing.

/// What a piece of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece {
    /// A name or a keyword.
    Word,
    /// A number, a date, a time: anything that begins with a digit.
    Figure,
    /// A string; `closed` if its quote is there.
    Text {
        /// Whether the closing quote is there.
        closed: bool,
        /// Whether it is a `"""` block.
        block: bool,
    },
    /// `# …`.
    Comment,
    /// One sign.
    Mark(char),
    /// A line's end.
    Line,
}

/// A piece with its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub piece: Piece,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Token {
    /// Whether it is that word.
    pub fn is(&self, text: &str, word: &str) -> bool {
        self.piece == Piece::Word && &text[self.start..self.end] == word
    }

    /// Whether it is that sign.
    pub fn is_mark(&self, mark: char) -> bool {
        self.piece == Piece::Mark(mark)
    }
}

/// Whether a name may begin with it.
pub fn begins_word(c: char) -> bool {
    c.is_alphabetic()
}

/// Whether a name may go on with it.
pub fn in_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Cuts the text from `from` to its end.
pub fn lex(text: &str, from: usize) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = from;
    while let Some(c) = text[at..].chars().next() {
        let start = at;
        let piece = match c {
            '\n' | '\r' => {
                at += if text[at..].starts_with("\r\n") { 2 } else { 1 };
                Piece::Line
            }
            '#' => {
                at = line_end(text, at);
                Piece::Comment
            }
            '"' => {
                let (end, piece) = string(text, at);
                at = end;
                piece
            }
            _ if c.is_whitespace() => {
                at += c.len_utf8();
                continue;
            }
            _ if c.is_ascii_digit() => {
                at = figure(text, at);
                Piece::Figure
            }
            _ if begins_word(c) => {
                at = end_of(text, at, in_word);
                Piece::Word
            }
            _ => {
                at += c.len_utf8();
                Piece::Mark(c)
            }
        };
        tokens.push(Token { piece, start, end: at });
    }
    tokens
}

fn end_of(text: &str, at: usize, goes_on: impl Fn(char) -> bool) -> usize {
    text[at..].find(|c| !goes_on(c)).map_or(text.len(), |i| at + i)
}

fn line_end(text: &str, at: usize) -> usize {
    end_of(text, at, |c| c != '\n' && c != '\r')
}

/// `1_000`, `0.4`, `2026-12-01`, `09:00`, `15%`.
fn figure(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes();
    let digit = |i: usize| bytes.get(i).is_some_and(u8::is_ascii_digit);
    let mut end = at;
    loop {
        match bytes.get(end) {
            Some(b) if b.is_ascii_digit() || *b == b'_' => end += 1,
            Some(b'.' | b'-' | b':') if digit(end + 1) && digit(end - 1) => end += 1,
            Some(b'%') => return end + 1,
            _ => return end,
        }
    }
}

fn string(text: &str, at: usize) -> (usize, Piece) {
    if text[at..].starts_with("\"\"\"") {
        let open = at + 3;
        let rest_of_line = &text[open..line_end(text, open)];
        if let Some(close) = rest_of_line.find("\"\"\"") {
            return (open + close + 3, Piece::Text { closed: true, block: true });
        }
        return block(text, line_end(text, open));
    }
    let mut escaped = false;
    for (i, c) in text[at + 1..].char_indices() {
        match c {
            '\n' | '\r' => return (at + 1 + i, Piece::Text { closed: false, block: false }),
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return (at + 2 + i, Piece::Text { closed: true, block: false }),
            _ => {}
        }
    }
    (text.len(), Piece::Text { closed: false, block: false })
}

/// The body of a text block: to the line that begins with `"""`, or before one that is not indented.
fn block(text: &str, mut at: usize) -> (usize, Piece) {
    while at < text.len() {
        let start = at + text[at..].find(|c| c != '\n' && c != '\r').unwrap_or(text.len() - at);
        let end = line_end(text, start);
        let line = &text[start..end];
        let indent = line.len() - line.trim_start().len();
        if line[indent..].starts_with("\"\"\"") {
            return (start + indent + 3, Piece::Text { closed: true, block: true });
        }
        if indent == 0 && !line.is_empty() {
            return (at, Piece::Text { closed: false, block: true });
        }
        at = end;
        if start == end {
            break;
        }
    }
    (text.len(), Piece::Text { closed: false, block: true })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pieces(text: &str) -> Vec<(&str, Piece)> {
        lex(text, 0).into_iter().map(|t| (&text[t.start..t.end], t.piece)).collect()
    }

    #[test]
    fn a_setting_is_cut_into_its_words() {
        let found = pieces("take: 3 # 三\nwhere: a.手机 >= 0.4..2026-12-01 15%");
        let words: Vec<&str> = found.iter().map(|p| p.0).collect();
        assert_eq!(
            words,
            [
                "take",
                ":",
                "3",
                "# 三",
                "\n",
                "where",
                ":",
                "a",
                ".",
                "手机",
                ">",
                "=",
                "0.4",
                ".",
                ".",
                "2026-12-01",
                "15%"
            ]
        );
    }

    #[test]
    fn a_block_that_is_not_closed_ends_before_the_next_declaration() {
        let text = "body: \"\"\"\n  手机 \"a\"\n\nsegment x {";
        let found = pieces(text);
        assert_eq!(found[2].1, Piece::Text { closed: false, block: true });
        assert!(found.iter().any(|p| p.0 == "segment"), "{found:?}");
        let closed = pieces("body: \"\"\"\n  a\n  \"\"\"\n}");
        assert_eq!(closed[2], ("\"\"\"\n  a\n  \"\"\"", Piece::Text { closed: true, block: true }));
    }

    #[test]
    fn a_string_ends_with_its_line() {
        assert_eq!(
            pieces("\"a\\\"b\" c \"d\ne").iter().map(|p| p.0).collect::<Vec<_>>(),
            ["\"a\\\"b\"", "c", "\"d", "\n", "e"]
        );
    }

    proptest! {
        #[test]
        fn any_text_is_cut_without_overlap(text in "[a手é📱\r\n\" #.:{}0-9%\\\\]{0,80}") {
            let tokens = lex(&text, 0);
            for pair in tokens.windows(2) {
                prop_assert!(pair[0].end <= pair[1].start);
            }
            for token in tokens {
                prop_assert!(token.start < token.end && text.get(token.start..token.end).is_some());
            }
        }
    }
}
