//! Reading a CSV file, plain or gzipped, record by record, whatever is wrong with it.

use std::cell::Cell;
use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use csv::{ByteRecord, StringRecord};
use flate2::read::MultiGzDecoder;

use super::ImportError;
use super::spec::{Encoding, ImportSpec};

/// Longer records are taken for the work of a quote that is never closed.
const LONGEST: usize = 1 << 20;

/// An open CSV file, its header read.
pub struct CsvFile {
    path: PathBuf,
    csv: csv::Reader<Box<dyn Read>>,
    encoding: Encoding,
    consumed: Rc<Cell<u64>>,
    bytes: ByteRecord,
    /// The names in the header, trimmed.
    pub header: Vec<String>,
    /// The file's size in bytes, as it lies on the disk.
    pub size: u64,
}

/// One record: where it begins, and what makes it unusable as a whole, if anything does.
pub struct Line {
    /// The number of its first line in the file; the header is line 1.
    pub number: u64,
    /// Why it can't be used.
    pub problem: Option<String>,
}

/// Counts the bytes that pass.
struct Counted {
    file: File,
    count: Rc<Cell<u64>>,
}

impl Read for Counted {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let n = self.file.read(buf)?;
        self.count.set(self.count.get() + n as u64);
        Ok(n)
    }
}

impl CsvFile {
    /// Opens the file and reads its header.
    ///
    /// # Errors
    /// `Source`, `Empty` or `Utf16`.
    pub fn open(path: &Path, spec: &ImportSpec) -> Result<Self, ImportError> {
        let failed = |e: std::io::Error| unreadable(path, &e);
        let file = File::open(path).map_err(failed)?;
        let size = file.metadata().map_err(failed)?.len();
        let consumed = Rc::new(Cell::new(0));
        let mut raw = BufReader::with_capacity(1 << 16, Counted { file, count: Rc::clone(&consumed) });
        let zipped = raw.fill_buf().map_err(failed)?.starts_with(&[0x1f, 0x8b]);
        let mut text: Box<dyn BufRead> = if zipped {
            Box::new(BufReader::with_capacity(1 << 16, MultiGzDecoder::new(raw)))
        } else {
            Box::new(raw)
        };
        let mut first = Vec::new();
        text.by_ref().take(LONGEST as u64).read_until(b'\n', &mut first).map_err(failed)?;
        if first.starts_with(&[0xff, 0xfe]) || first.starts_with(&[0xfe, 0xff]) {
            return Err(ImportError::Utf16 { path: path.to_owned() });
        }
        if first.starts_with(&[0xef, 0xbb, 0xbf]) {
            first.drain(..3);
        }
        let delimiter = match spec.delimiter {
            Some(c) => {
                u8::try_from(c).map_err(|_| ImportError::Spec(format!("`{c}` cannot be a delimiter")))?
            }
            None => likely_delimiter(&first),
        };
        let whole: Box<dyn Read> = Box::new(Cursor::new(first).chain(text));
        let csv = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            // Not CRLF, whose second byte the crate would count to the next line; fields are trimmed anyway.
            .terminator(csv::Terminator::Any(b'\n'))
            .delimiter(delimiter)
            .buffer_capacity(1 << 16)
            .from_reader(whole);
        let mut file = Self {
            path: path.to_owned(),
            csv,
            encoding: spec.encoding,
            consumed,
            bytes: ByteRecord::new(),
            header: Vec::new(),
            size,
        };
        let mut names = StringRecord::new();
        match file.next(&mut names)? {
            Some(Line { problem: Some(problem), .. }) => {
                return Err(ImportError::Source {
                    path: path.to_owned(),
                    reason: format!("its header {problem}"),
                });
            }
            Some(_) if names.iter().any(|n| !n.trim().is_empty()) => {}
            _ => return Err(ImportError::Empty { path: path.to_owned() }),
        }
        file.header = names.iter().map(|n| n.trim().to_owned()).collect();
        Ok(file)
    }

    /// How many bytes of the file have been read.
    pub fn consumed(&self) -> u64 {
        self.consumed.get()
    }

    /// Reads the next record into `record`; `None` at the end.
    ///
    /// # Errors
    /// `Source` if the disk or the compression fails.
    pub fn next(&mut self, record: &mut StringRecord) -> Result<Option<Line>, ImportError> {
        loop {
            let more = self.csv.read_byte_record(&mut self.bytes).map_err(|e| match e.into_kind() {
                csv::ErrorKind::Io(e) => unreadable(&self.path, &e),
                other => ImportError::Source { path: self.path.clone(), reason: format!("{other:?}") },
            })?;
            if !more {
                return Ok(None);
            }
            // A blank line is no record.
            if self.bytes.len() > 1 || !self.bytes.as_slice().trim_ascii().is_empty() {
                break;
            }
        }
        let number = self.bytes.position().map_or(0, csv::Position::line);
        let problem = self.decode(record);
        Ok(Some(Line { number, problem }))
    }

    fn decode(&mut self, record: &mut StringRecord) -> Option<String> {
        let found = self.bytes.len();
        if self.bytes.as_slice().len() > LONGEST {
            return Some("is longer than a megabyte: is a quote not closed?".to_owned());
        }
        // The buffers change places, so that no record costs an allocation.
        record.clear();
        let bytes = std::mem::take(&mut self.bytes);
        match StringRecord::from_byte_record(bytes) {
            Ok(text) => self.bytes = std::mem::replace(record, text).into_byte_record(),
            Err(broken) => {
                self.bytes = broken.into_byte_record();
                if self.encoding == Encoding::Utf8 {
                    return Some("is not UTF-8".to_owned());
                }
                for field in &self.bytes {
                    let utf8 = std::str::from_utf8(field).map(str::to_owned);
                    record.push_field(&utf8.unwrap_or_else(|_| windows_1252(field)));
                }
            }
        }
        let wanted = self.header.len();
        (wanted > 0 && found != wanted).then(|| format!("has {found} fields where the header has {wanted}"))
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> ImportError {
    ImportError::Source { path: path.to_owned(), reason: error.to_string() }
}

/// The one of `,` `;` and tab that occurs most often outside quotes; a comma if none does.
fn likely_delimiter(header: &[u8]) -> u8 {
    let mut counts = [(b',', 0_usize), (b';', 0), (b'\t', 0)];
    let mut quoted = false;
    for &byte in header {
        quoted ^= byte == b'"';
        for (delimiter, count) in &mut counts {
            *count += usize::from(!quoted && byte == *delimiter);
        }
    }
    // The first of equals wins, so go through them from the back.
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(delimiter, _)| *delimiter)
}

/// Windows-1252 as the WHATWG's encoding standard has it: Latin-1 but for 0x80 to 0x9f.
fn windows_1252(bytes: &[u8]) -> String {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
        '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    bytes
        .iter()
        .map(|&b| if (0x80..0xa0).contains(&b) { HIGH[usize::from(b - 0x80)] } else { char::from(b) })
        .collect()
}
