//! The files transport: one `.eml` a recipient, in `outbox/<campaign>/<occurrence>/<customer>.eml`.
//!
//! A file is written under a temporary name and renamed, so a name ending in `.eml` is always a whole message. Each folder has one temporary
//! name, which the next process to write there takes over: a killed run leaves no litter. All files of an occurrence lie in one folder,
//! also a million of them: the file systems of today find a name there as fast, and a customer's file stays where anybody would look.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::filename;
use super::transport::{DeliveryError, Envelope, Receipt, Transport};

/// The temporary name in each folder. No message's name can be it, since none begins with a dot.
const PARTIAL: &str = ".herald-partial";

/// Writes messages as files. Nobody is mailed.
#[derive(Debug)]
pub struct FilesTransport {
    /// The outbox, as given.
    root: PathBuf,
    /// The outbox with links resolved, to tell whether a folder is in it.
    real_root: PathBuf,
    /// The folder last written to: campaign, occurrence, and where that is.
    folder: Option<Folder>,
    /// Whether anything was written since the last flush.
    dirty: bool,
}

#[derive(Debug)]
struct Folder {
    campaign: String,
    occurrence: String,
    /// Relative to the outbox, with `/` between the parts.
    name: String,
    path: PathBuf,
}

impl FilesTransport {
    /// Opens an outbox, making the folder if it is not there.
    ///
    /// # Errors
    /// The folder can't be made or reached.
    pub fn open(root: &Path) -> Result<Self, DeliveryError> {
        fs::create_dir_all(root).map_err(|e| fault(root, e))?;
        let real_root = root.canonicalize().map_err(|e| fault(root, e))?;
        Ok(Self { root: root.to_owned(), real_root, folder: None, dirty: false })
    }

    /// The path of a customer's message, relative to the outbox, with `/` between the parts.
    pub fn place(campaign: &str, occurrence: &str, customer: &crate::data::Key) -> String {
        format!("{}/{}", folder_name(campaign, occurrence), file_name(customer))
    }

    /// The folder for a message, made, checked and cleared of a dead process's half-written file when it is first used.
    fn folder(&mut self, campaign: &str, occurrence: &str) -> Result<&Folder, DeliveryError> {
        let known = self.folder.take_if(|f| f.campaign == campaign && f.occurrence == occurrence);
        let folder = if let Some(folder) = known {
            folder
        } else {
            self.flush()?;
            self.enter(campaign, occurrence)?
        };
        Ok(self.folder.insert(folder))
    }

    fn enter(&self, campaign: &str, occurrence: &str) -> Result<Folder, DeliveryError> {
        let name = folder_name(campaign, occurrence);
        let mut path = self.root.clone();
        for part in name.split('/') {
            path.push(part);
            match fs::create_dir(&path) {
                Err(e) if e.kind() != io::ErrorKind::AlreadyExists => return Err(fault(&path, e)),
                _ => {}
            }
            // A link is resolved before anything is made behind it.
            if !path.canonicalize().map_err(|e| fault(&path, e))?.starts_with(&self.real_root) {
                return Err(DeliveryError::Outside { path });
            }
        }
        remove_if_there(&path.join(PARTIAL))?;
        Ok(Folder { campaign: campaign.to_owned(), occurrence: occurrence.to_owned(), name, path })
    }
}

impl Transport for FilesTransport {
    fn deliver(&mut self, envelope: &Envelope<'_>) -> Result<Receipt, DeliveryError> {
        self.accepts(envelope.to)?;
        let folder = self.folder(envelope.campaign, envelope.occurrence)?;
        let name = file_name(envelope.customer);
        let path = folder.path.join(&name);
        let receipt = Receipt {
            place: format!("{}/{name}", folder.name),
            hash: *blake3::hash(envelope.bytes).as_bytes(),
        };
        if !holds(&path, envelope.bytes) {
            write_then_rename(&folder.path.join(PARTIAL), &path, envelope.bytes)?;
        }
        // Also where the file was there: the process that wrote it may have died before it was safe.
        self.dirty = true;
        Ok(receipt)
    }

    fn flush(&mut self) -> Result<(), DeliveryError> {
        if let Some(folder) = self.folder.as_ref().filter(|_| self.dirty) {
            make_durable(&folder.path).map_err(|e| fault(&folder.path, e))?;
        }
        self.dirty = false;
        Ok(())
    }

    fn live(&self) -> bool {
        false
    }
}

fn folder_name(campaign: &str, occurrence: &str) -> String {
    format!("{}/{}", filename::of_name(campaign), filename::of_name(occurrence))
}

fn file_name(customer: &crate::data::Key) -> String {
    format!("{}.eml", filename::of_key(customer))
}

/// Whether a file is there (itself, not a link to one) and holds exactly these bytes.
fn holds(path: &Path, bytes: &[u8]) -> bool {
    fs::symlink_metadata(path).is_ok_and(|m| m.is_file() && m.len() == bytes.len() as u64)
        && fs::read(path).is_ok_and(|there| there == bytes)
}

/// Writes a new file and gives it its name; a link or an older file of that name is replaced, never written through.
fn write_then_rename(partial: &Path, path: &Path, bytes: &[u8]) -> Result<(), DeliveryError> {
    let written = File::create_new(partial).and_then(|mut file| {
        file.write_all(bytes)?;
        sync_file(&file)
    });
    let renamed = written.and_then(|()| fs::rename(partial, path));
    renamed.map_err(|e| {
        // The first error is the one to tell; a leftover is taken over by the next process in any case.
        let _ = fs::remove_file(partial);
        fault(path, e)
    })
}

fn remove_if_there(path: &Path) -> Result<(), DeliveryError> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(fault(path, e)),
        _ => Ok(()),
    }
}

/// On Linux one call makes a whole batch durable: some ten times faster than a call for each file.
#[cfg(target_os = "linux")]
fn make_durable(folder: &Path) -> io::Result<()> {
    Ok(rustix::fs::syncfs(File::open(folder)?)?)
}

/// Elsewhere each file was made durable as it was written; its name is in the folder.
#[cfg(not(target_os = "linux"))]
fn make_durable(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(target_os = "linux")]
#[allow(clippy::unnecessary_wraps)] // elsewhere it can fail
fn sync_file(_: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn sync_file(file: &File) -> io::Result<()> {
    file.sync_all()
}

/// A full disk, a used-up quota and a limit on file sizes are one thing to the person who must make room.
fn fault(path: &Path, detail: io::Error) -> DeliveryError {
    let path = path.to_owned();
    match detail.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            DeliveryError::DiskFull { path }
        }
        _ => DeliveryError::Write { path, detail },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Key;
    use crate::deliver::Address;
    use jiff::Timestamp;

    fn envelope<'a>(customer: &'a Key, to: &'a Address, bytes: &'a [u8]) -> Envelope<'a> {
        Envelope { campaign: "autumn", occurrence: "first", customer, to, bytes, at: Timestamp::UNIX_EPOCH }
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_message_is_one_file_with_exactly_its_bytes_and_writing_it_again_changes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let mut files = FilesTransport::open(&dir.path().join("outbox")).unwrap();
        let to = Address::parse("17@customer.invalid").unwrap();
        let first = files.deliver(&envelope(&Key::Int(17), &to, b"Subject: a\r\n\r\nb\r\n")).unwrap();
        files.flush().unwrap();
        let again = files.deliver(&envelope(&Key::Int(17), &to, b"Subject: a\r\n\r\nb\r\n")).unwrap();
        assert_eq!(first, again);
        assert_eq!(first.place, "autumn/first/17.eml");
        assert_eq!(first.place, FilesTransport::place("autumn", "first", &Key::Int(17)));
        assert_eq!(
            fs::read(dir.path().join("outbox").join(&first.place)).unwrap(),
            b"Subject: a\r\n\r\nb\r\n"
        );
        assert_eq!(names(&dir.path().join("outbox/autumn/first")), ["17.eml"]);
        assert!(!files.live());
    }

    #[test]
    fn hostile_ids_campaigns_and_occurrences_stay_in_the_outbox() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("outbox");
        let mut files = FilesTransport::open(&root).unwrap();
        let to = Address::parse("a@x.example").unwrap();
        let long = "x".repeat(300);
        for id in ["../../x", "a/b", &long, "🎁", "..", ".", "", "\0", "17"] {
            for run in ["../..", "/etc", "", "2026-12-01T09:00:00"] {
                let key = Key::Text(id.into());
                let mut envelope = envelope(&key, &to, b"m");
                envelope.campaign = run;
                envelope.occurrence = run;
                let place = files.deliver(&envelope).unwrap().place;
                assert!(root.join(&place).canonicalize().unwrap().starts_with(root.canonicalize().unwrap()));
                assert_eq!(place.split('/').count(), 3);
            }
        }
        assert_eq!(names(dir.path()), ["outbox"]);
        assert_eq!(names(&root).len(), 4);
    }

    #[test]
    fn what_a_killed_process_left_half_written_is_gone_and_its_file_is_made_whole() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("autumn/first");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(PARTIAL), b"half a mess").unwrap();
        fs::write(folder.join("17.eml"), b"").unwrap();
        let mut files = FilesTransport::open(dir.path()).unwrap();
        let to = Address::parse("a@x.example").unwrap();
        files.deliver(&envelope(&Key::Int(17), &to, b"whole")).unwrap();
        files.flush().unwrap();
        assert_eq!(names(&folder), ["17.eml"]);
        assert_eq!(fs::read(folder.join("17.eml")).unwrap(), b"whole");
    }

    #[cfg(unix)]
    #[test]
    fn no_link_leads_a_message_out_of_the_outbox() {
        use std::os::unix::fs::symlink;
        let dir = tempfile::tempdir().unwrap();
        let (root, elsewhere) = (dir.path().join("outbox"), dir.path().join("elsewhere"));
        fs::create_dir_all(root.join("spring")).unwrap();
        fs::create_dir_all(&elsewhere).unwrap();
        fs::write(elsewhere.join("precious"), b"kept").unwrap();
        symlink(&elsewhere, root.join("autumn")).unwrap();
        let mut files = FilesTransport::open(&root).unwrap();
        let to = Address::parse("a@x.example").unwrap();
        let refused = files.deliver(&envelope(&Key::Int(1), &to, b"m"));
        assert!(matches!(refused, Err(DeliveryError::Outside { .. })), "{refused:?}");

        // A link in the place of the file or of the temporary file is replaced, not followed.
        fs::create_dir_all(root.join("spring/first")).unwrap();
        symlink(elsewhere.join("precious"), root.join("spring/first/1.eml")).unwrap();
        symlink(elsewhere.join("precious"), root.join("spring/first").join(PARTIAL)).unwrap();
        let key = Key::Int(1);
        let mut spring = envelope(&key, &to, b"kept");
        spring.campaign = "spring";
        files.deliver(&spring).unwrap();
        assert!(fs::symlink_metadata(root.join("spring/first/1.eml")).unwrap().is_file());
        assert_eq!(fs::read(elsewhere.join("precious")).unwrap(), b"kept");
        assert_eq!(names(&elsewhere), ["precious"]);
    }

    #[test]
    fn a_live_transport_refuses_made_up_addresses() {
        struct Live;
        impl Transport for Live {
            fn deliver(&mut self, _: &Envelope<'_>) -> Result<Receipt, DeliveryError> {
                Ok(Receipt { place: String::new(), hash: [0; 32] })
            }
            fn flush(&mut self) -> Result<(), DeliveryError> {
                Ok(())
            }
            fn live(&self) -> bool {
                true
            }
        }
        let refused = Live.accepts(&Address::parse("17@customer.invalid").unwrap()).unwrap_err();
        assert!(refused.to_string().contains("17@customer.invalid") && refused.concerns_one_message());
        assert!(Live.accepts(&Address::parse("a@x.example").unwrap()).is_ok());
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_named() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("autumn"), b"a file in the way").unwrap();
        let mut files = FilesTransport::open(dir.path()).unwrap();
        let to = Address::parse("a@x.example").unwrap();
        let error = files.deliver(&envelope(&Key::Int(1), &to, b"m")).unwrap_err();
        assert!(error.to_string().contains("autumn"), "{error}");
    }
}
