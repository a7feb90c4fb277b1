//! Transfer encodings: 7bit where the text allows it, quoted-printable for text that is mostly ASCII, base64 where that is shorter (RFC 2045).

/// Longest line of an encoded body, without its line break.
const LINE: usize = 76;
/// Longest line that a 7bit body may have (RFC 5322, 2.1.1).
const HARD_LINE: usize = 998;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const HEX: &[u8; 16] = b"0123456789ABCDEF";

/// The bytes as base64, without line breaks.
pub(crate) fn base64(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group = (0..3).fold(0_u32, |sum, i| sum << 8 | u32::from(chunk.get(i).copied().unwrap_or(0)));
        for i in 0..4 {
            let index = (group >> (18 - 6 * i)) & 63;
            out.push(if i <= chunk.len() { char::from(ALPHABET[index as usize]) } else { '=' });
        }
    }
    out
}

/// ASCII text in lines of 76, each ended.
pub(crate) fn in_lines(ascii: &str, out: &mut Vec<u8>) {
    for line in ascii.as_bytes().chunks(LINE) {
        out.extend_from_slice(line);
        out.extend_from_slice(b"\r\n");
    }
}

/// Writes a text part's headers and its body in the encoding that suits it. Line breaks become CRLF.
pub(crate) fn text_part(subtype: &str, text: &str, out: &mut Vec<u8>) {
    let encoding = choose(text);
    let name = match encoding {
        Encoding::SevenBit => "7bit",
        Encoding::QuotedPrintable => "quoted-printable",
        Encoding::Base64 => "base64",
    };
    for piece in
        ["Content-Type: text/", subtype, "; charset=utf-8\r\nContent-Transfer-Encoding: ", name, "\r\n\r\n"]
    {
        out.extend_from_slice(piece.as_bytes());
    }
    match encoding {
        Encoding::SevenBit => seven_bit(text, out),
        Encoding::QuotedPrintable => quoted_printable(text, out),
        Encoding::Base64 => in_lines(&base64(text.replace('\n', "\r\n").as_bytes()), out),
    }
    if !out.ends_with(b"\r\n") {
        out.extend_from_slice(b"\r\n");
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    SevenBit,
    QuotedPrintable,
    Base64,
}

fn choose(text: &str) -> Encoding {
    let bytes = text.as_bytes();
    let escaped = bytes.iter().map(|b| usize::from(!is_plain(*b) && *b != b'\n')).sum::<usize>();
    let equals = bytes.iter().map(|b| usize::from(*b == b'=')).sum::<usize>();
    if escaped == equals && bytes.split(|b| *b == b'\n').all(|line| line.len() <= HARD_LINE) {
        return Encoding::SevenBit;
    }
    // Both sizes without their line breaks, which weigh the same. A little longer is worth being readable.
    let (quoted, based) = (bytes.len() + 2 * escaped, bytes.len().div_ceil(3) * 4);
    if quoted * 5 > based * 6 { Encoding::Base64 } else { Encoding::QuotedPrintable }
}

/// Whether quoted-printable leaves the byte as it is (RFC 2045, 6.7, rules 2 and 3). Without branches, so that many are looked at at once.
#[allow(clippy::needless_bitwise_bool)] // see above
const fn is_plain(byte: u8) -> bool {
    ((byte >= b' ') & (byte <= b'~') & (byte != b'=')) | (byte == b'\t')
}

/// How many bytes from the start are plain.
fn plain_run(bytes: &[u8]) -> usize {
    let mut run = 0;
    for chunk in bytes.chunks_exact(16) {
        if !chunk.iter().fold(true, |all, b| all & is_plain(*b)) {
            break;
        }
        run += 16;
    }
    run + bytes[run..].iter().take_while(|b| is_plain(**b)).count()
}

fn seven_bit(text: &str, out: &mut Vec<u8>) {
    for line in text.split_inclusive('\n') {
        match line.strip_suffix('\n') {
            Some(line) => {
                out.extend_from_slice(line.as_bytes());
                out.extend_from_slice(b"\r\n");
            }
            None => out.extend_from_slice(line.as_bytes()),
        }
    }
}

/// RFC 2045, 6.7. Runs of plain characters are copied whole.
pub(crate) fn quoted_printable(text: &str, out: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    out.reserve(bytes.len() + bytes.len() / 8);
    let (mut at, mut column) = (0, 0);
    while at < bytes.len() {
        let mut run = plain_run(&bytes[at..]);
        // A blank at a line's end would be lost on the way, so it is escaped.
        let blank_end = run > 0
            && matches!(bytes[at + run - 1], b' ' | b'\t')
            && bytes.get(at + run).is_none_or(|b| *b == b'\n');
        run -= usize::from(blank_end);
        column = copy(&bytes[at..at + run], column, out);
        at += run;
        let Some(&byte) = bytes.get(at) else { break };
        at += 1;
        if byte == b'\n' {
            out.extend_from_slice(b"\r\n");
            column = 0;
            continue;
        }
        if column + 3 > LINE - 1 {
            out.extend_from_slice(b"=\r\n");
            column = 0;
        }
        out.extend_from_slice(&[b'=', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
        column += 3;
    }
}

/// Copies plain bytes with soft line breaks, from a column; gives the column after them.
fn copy(mut run: &[u8], mut column: usize, out: &mut Vec<u8>) -> usize {
    while column + run.len() > LINE - 1 {
        let (line, rest) = run.split_at(LINE - 1 - column);
        out.extend_from_slice(line);
        out.extend_from_slice(b"=\r\n");
        (run, column) = (rest, 0);
    }
    out.extend_from_slice(run);
    column + run.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_agrees_with_rfc_4648() {
        for (plain, coded) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }

    #[test]
    fn the_encoding_suits_the_text() {
        assert_eq!(choose("plain <a href=\"x\">\n"), Encoding::SevenBit);
        assert_eq!(choose("Preis 12 €, schön"), Encoding::QuotedPrintable);
        assert_eq!(choose("根据您最近的浏览，我们挑选了这几款。"), Encoding::Base64);
        assert_eq!(choose(&"x".repeat(2000)), Encoding::QuotedPrintable);
    }

    proptest::proptest! {
        #[test]
        fn quoted_printable_comes_back(text in "[a-z =\\té中\\n.]{0,400}") {
            let mut out = Vec::new();
            quoted_printable(&text, &mut out);
            let coded = String::from_utf8(out).unwrap();
            proptest::prop_assert!(coded.split("\r\n").all(|l| l.len() <= LINE && !l.ends_with([' ', '\t'])), "{coded:?}");
            proptest::prop_assert!(coded.is_ascii());
            let message = format!("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{coded}");
            let parsed = mail_parser::MessageParser::default().parse(&message).unwrap();
            let body = parsed.body_text(0).unwrap_or_default().replace("\r\n", "\n");
            proptest::prop_assert_eq!(body.trim_end_matches('\n'), text.trim_end_matches('\n'));
        }
    }
}
