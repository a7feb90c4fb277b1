//! Places in a text as editors count them: lines from 0, and columns in UTF-16 units, bytes or characters, as was
//! agreed when the connection was opened.

use lsp_types::{ClientCapabilities, Position, PositionEncodingKind, Range};

/// What a column counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// UTF-16 units: what every client understands.
    #[default]
    Utf16,
    /// Characters.
    Utf32,
}

impl Encoding {
    /// The first encoding of the client's list that is known here.
    pub fn negotiate(client: &ClientCapabilities) -> Self {
        let offered =
            client.general.as_ref().and_then(|g| g.position_encodings.as_deref()).unwrap_or_default();
        offered
            .iter()
            .find_map(|kind| match kind.as_str() {
                "utf-8" => Some(Self::Utf8),
                "utf-16" => Some(Self::Utf16),
                "utf-32" => Some(Self::Utf32),
                _ => None,
            })
            .unwrap_or_default()
    }

    /// As the protocol calls it.
    pub fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
            Self::Utf32 => PositionEncodingKind::UTF32,
        }
    }

    /// How many columns a text takes.
    pub fn width(self, text: &str) -> u32 {
        let width = match self {
            Self::Utf8 => text.len(),
            Self::Utf16 => text.chars().map(char::len_utf16).sum(),
            Self::Utf32 => text.chars().count(),
        };
        u32::try_from(width).unwrap_or(u32::MAX)
    }
}

/// Where the lines of a text begin.
#[derive(Debug, Clone)]
pub struct Lines {
    starts: Vec<usize>,
}

impl Lines {
    /// Finds the lines: they end with `\n`, `\r\n` or `\r`.
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for (at, byte) in bytes.iter().enumerate() {
            if *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n')) {
                starts.push(at + 1);
            }
        }
        Self { starts }
    }

    /// The editor's place of an offset; one past the end is the end, one inside a character its beginning.
    pub fn position(&self, text: &str, offset: usize, encoding: Encoding) -> Position {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.starts.partition_point(|start| *start <= offset).saturating_sub(1);
        let start = self.starts[line];
        Position::new(u32::try_from(line).unwrap_or(u32::MAX), encoding.width(&text[start..offset]))
    }

    /// The offset of an editor's place; past a line's end is its end, past the last line the text's end.
    pub fn offset(&self, text: &str, position: Position, encoding: Encoding) -> usize {
        let Some(&start) = self.starts.get(position.line as usize) else { return text.len() };
        let end = self.starts.get(position.line as usize + 1).copied().unwrap_or(text.len());
        let line = text[start..end].trim_end_matches(['\n', '\r']);
        let mut column = 0;
        for (at, c) in line.char_indices() {
            let next = column + encoding.width(c.encode_utf8(&mut [0; 4]));
            if next > position.character {
                return start + at;
            }
            column = next;
        }
        start + line.len()
    }

    /// The editor's range of a range of bytes.
    pub fn range(&self, text: &str, range: std::ops::Range<usize>, encoding: Encoding) -> Range {
        Range::new(self.position(text, range.start, encoding), self.position(text, range.end, encoding))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn columns_behind_chinese_and_emoji_are_counted_as_agreed() {
        let text = "a\r\n手机📱x\rend";
        let lines = Lines::new(text);
        let x = text.find('x').unwrap();
        for (encoding, column) in [(Encoding::Utf8, 10), (Encoding::Utf16, 4), (Encoding::Utf32, 3)] {
            assert_eq!(lines.position(text, x, encoding), Position::new(1, column));
            assert_eq!(lines.offset(text, Position::new(1, column), encoding), x);
        }
        assert_eq!(lines.offset(text, Position::new(0, 99), Encoding::Utf16), 1, "past the line's end");
        assert_eq!(lines.offset(text, Position::new(99, 0), Encoding::Utf16), text.len());
        assert_eq!(lines.offset(text, Position::new(1, 3), Encoding::Utf16), x - 4, "inside a pair");
    }

    proptest! {
        #[test]
        fn every_offset_comes_back(text in "[a手é📱\r\n\" ]{0,40}", at in 0usize..200) {
            let lines = Lines::new(&text);
            let mut at = at.min(text.len());
            while !text.is_char_boundary(at) { at -= 1; }
            // The place between `\r` and `\n` has no position of its own.
            prop_assume!(!(text[..at].ends_with('\r') && text[at..].starts_with('\n')));
            for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
                prop_assert_eq!(lines.offset(&text, lines.position(&text, at, encoding), encoding), at);
            }
        }
    }
}
