//! A file of interactions: who did something with what, and when. `user,item,value,timestamp`, plain or gzipped.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use csv::ByteRecord;
use flate2::read::MultiGzDecoder;
use thiserror::Error;

/// What a file of interactions holds. Users and items are numbered in the order of their ids: as numbers where all of
/// them are whole numbers, else as text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LogFile {
    /// The ids of the users, ascending.
    pub users: Vec<String>,
    /// The ids of the items, ascending.
    pub items: Vec<String>,
    /// Who, by number; one entry per line that counts.
    pub user: Vec<u32>,
    /// What, by number.
    pub item: Vec<u32>,
    /// How much of it: 1 where the file has no such column.
    pub value: Vec<f32>,
    /// When, in seconds since 1970; empty where the file has no such column.
    pub at: Vec<i64>,
    /// Lines that were left out.
    pub left_out: LeftOut,
}

/// How many lines were left out, by reason, and where the first of them stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Returns and cancellations: a value that is not above 0.
    pub returned: u64,
    /// Lines that can't be read: no user, no item, a value or a time that is none.
    pub unreadable: u64,
    /// The line and the fault of the first unreadable one.
    pub first: Option<(u64, String)>,
}

/// Why a file of interactions can't be used.
#[derive(Debug, Error)]
pub enum LogFileError {
    /// It cannot be read.
    #[error("{}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A column that must be there is not.
    #[error("{}: there is no column `{column}`; the header is `{header}`", path.display())]
    Column {
        /// The file.
        path: PathBuf,
        /// The column.
        column: &'static str,
        /// The header as it stands.
        header: String,
    },
    /// No line of it counts.
    #[error("{}: no line tells what somebody did{}", path.display(), because(left_out))]
    Empty {
        /// The file.
        path: PathBuf,
        /// What was left out.
        left_out: LeftOut,
    },
}

fn because(left_out: &LeftOut) -> String {
    match &left_out.first {
        Some((line, fault)) => format!("; line {line}: {fault}"),
        None if left_out.returned > 0 => format!("; all {} are returns", left_out.returned),
        None => String::new(),
    }
}

/// Where the columns stand.
struct Columns {
    user: usize,
    item: usize,
    value: Option<usize>,
    at: Option<usize>,
}

/// Reads a file of interactions. Lines that say nothing usable are left out and counted.
///
/// # Errors
/// If it cannot be read, has no `user` or `item` column, or no line that counts.
pub fn read_log(path: &Path) -> Result<LogFile, LogFileError> {
    let failed = |source| LogFileError::Read { path: path.to_owned(), source };
    let file = File::open(path).map_err(failed)?;
    let gzipped = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("gz"));
    let plain: Box<dyn Read> = if gzipped { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) };
    let mut csv = csv::ReaderBuilder::new().flexible(true).buffer_capacity(1 << 16).from_reader(plain);
    let columns = columns(path, csv.byte_headers().map_err(|e| failed(e.into()))?)?;
    let (mut users, mut items) = (Ids::default(), Ids::default());
    let mut log = LogFile::default();
    let mut record = ByteRecord::new();
    while csv.read_byte_record(&mut record).map_err(|e| failed(e.into()))? {
        match line(&record, &columns) {
            Ok((_, _, value, _)) if value <= 0.0 => log.left_out.returned += 1,
            Ok((user, item, value, at)) => {
                log.user.push(users.number(user));
                log.item.push(items.number(item));
                log.value.push(value);
                log.at.extend(at);
            }
            Err(fault) => {
                log.left_out.unreadable += 1;
                let at = record.position().map_or(0, csv::Position::line);
                log.left_out.first.get_or_insert((at, fault));
            }
        }
    }
    if log.user.is_empty() {
        return Err(LogFileError::Empty { path: path.to_owned(), left_out: log.left_out });
    }
    log.users = users.in_order(&mut log.user);
    log.items = items.in_order(&mut log.item);
    Ok(log)
}

fn columns(path: &Path, header: &ByteRecord) -> Result<Columns, LogFileError> {
    let named = |name: &str| {
        let bare =
            |cell: &[u8]| String::from_utf8_lossy(cell).trim_start_matches('\u{feff}').trim().to_lowercase();
        header.iter().position(|cell| bare(cell) == name)
    };
    let missing = |column| {
        let cells: Vec<_> = header.iter().map(String::from_utf8_lossy).collect();
        LogFileError::Column { path: path.to_owned(), column, header: cells.join(",") }
    };
    Ok(Columns {
        user: named("user").ok_or_else(|| missing("user"))?,
        item: named("item").ok_or_else(|| missing("item"))?,
        value: named("value"),
        at: named("timestamp"),
    })
}

type Fields<'a> = (&'a [u8], &'a [u8], f32, Option<i64>);

fn line<'a>(record: &'a ByteRecord, columns: &Columns) -> Result<Fields<'a>, String> {
    let field = |at: usize, name: &str| match record.get(at).map(<[u8]>::trim_ascii) {
        None | Some(b"") => Err(format!("no {name}")),
        Some(field) => Ok(field),
    };
    let (user, item) = (field(columns.user, "user")?, field(columns.item, "item")?);
    let value = columns.value.map(|at| {
        let text = field(at, "value")?;
        let number = std::str::from_utf8(text).ok().and_then(|t| t.parse::<f32>().ok());
        number.filter(|v| v.is_finite()).ok_or_else(|| format!("the value `{}` is no number", show(text)))
    });
    let at = columns.at.map(|at| {
        let text = field(at, "timestamp")?;
        instant(text).ok_or_else(|| format!("the timestamp `{}` is no time", show(text)))
    });
    Ok((user, item, value.transpose()?.unwrap_or(1.0), at.transpose()?))
}

fn show(text: &[u8]) -> String {
    String::from_utf8_lossy(text).chars().take(40).collect()
}

/// Unix seconds or milliseconds, an instant, or a day or a time without zone, which are taken for UTC.
fn instant(text: &[u8]) -> Option<i64> {
    /// From here on a number counts milliseconds: as seconds it would be in the year 5138.
    const MILLISECONDS: f64 = 1e11;
    let text = std::str::from_utf8(text).ok()?;
    if let Ok(number) = text.parse::<f64>() {
        let seconds = if number.abs() >= MILLISECONDS { number / 1000.0 } else { number };
        // Out of the calendar's range is no time.
        return jiff::Timestamp::from_second(seconds.floor() as i64).ok().map(jiff::Timestamp::as_second);
    }
    if let Ok(instant) = text.parse::<jiff::Timestamp>() {
        return Some(instant.as_second());
    }
    let civil = text.parse::<jiff::civil::DateTime>().ok()?;
    civil.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp().as_second())
}

/// Ids in the order they were met.
#[derive(Default)]
struct Ids {
    numbers: HashMap<Box<[u8]>, u32>,
}

impl Ids {
    fn number(&mut self, id: &[u8]) -> u32 {
        if let Some(&known) = self.numbers.get(id) {
            return known;
        }
        let next = self.numbers.len() as u32;
        self.numbers.insert(id.into(), next);
        next
    }

    /// The ids ascending; `column`, which has their numbers as met, gets their places among these.
    fn in_order(self, column: &mut [u32]) -> Vec<String> {
        let mut ids: Vec<(String, u32)> =
            self.numbers.into_iter().map(|(id, n)| (String::from_utf8_lossy(&id).into_owned(), n)).collect();
        let number = |id: &str| id.parse::<u64>().ok().filter(|n| n.to_string() == id);
        if ids.iter().all(|(id, _)| number(id).is_some()) {
            ids.sort_unstable_by_key(|(id, met)| (number(id), *met));
        } else {
            ids.sort_unstable();
        }
        let mut place = vec![0; ids.len()];
        for (at, (_, met)) in ids.iter().enumerate() {
            place[*met as usize] = at as u32;
        }
        column.iter_mut().for_each(|number| *number = place[*number as usize]);
        ids.into_iter().map(|(id, _)| id).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<LogFile, LogFileError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.csv");
        std::fs::write(&path, text).unwrap();
        read_log(&path)
    }

    #[test]
    fn ids_are_numbered_in_their_order_and_times_are_read_in_any_form() {
        let log = read(
            "item,user,timestamp,value\nA,10,1291192440,1\nB,9,1291192440000.0,2\nA,9,2010-12-01T08:34:00Z,.5\nC,10,2010-12-01,3\n",
        )
        .unwrap();
        assert_eq!(
            (log.users, log.items),
            (vec!["9".into(), "10".into()], vec!["A".into(), "B".into(), "C".into()])
        );
        assert_eq!((log.user, log.item), (vec![1, 0, 0, 1], vec![0, 1, 0, 2]));
        assert_eq!(log.value, [1.0, 2.0, 0.5, 3.0]);
        assert_eq!(log.at, [1_291_192_440, 1_291_192_440, 1_291_192_440, 1_291_161_600]);
    }

    #[test]
    fn returns_and_broken_lines_are_left_out_and_counted() {
        let log = read("user,item,value\n1,A,-1\n1,A,NaN\n,A,1\n2\n3,B,0\n4,B,1\n").unwrap();
        assert_eq!((log.user.len(), log.at.len()), (1, 0));
        let first = Some((3, "the value `NaN` is no number".to_owned()));
        assert_eq!(log.left_out, LeftOut { returned: 2, unreadable: 3, first });
    }

    #[test]
    fn a_file_without_the_columns_or_without_lines_is_refused() {
        let said = |text| read(text).unwrap_err().to_string();
        assert!(
            said("customer,item\n1,2\n")
                .ends_with("there is no column `user`; the header is `customer,item`")
        );
        assert!(said("user,item\n").ends_with("no line tells what somebody did"));
        assert!(said("user,item\n1,\n").ends_with("line 2: no item"));
        assert!(said("").contains("no column `user`"));
    }
}
