//! Git, asked by its own program: which revisions there are, and what files they hold. Every call has a list of arguments
//! and no shell in between.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Component, Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use crate::check::project::tidy;
use crate::check::suggest;

/// Why a revision cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// There is no git on this machine.
    #[error("`git` is not installed here (or not on the PATH), and revisions are read by it")]
    NoGit,
    /// The program could not be started or spoken to.
    #[error("git could not be asked: {0}")]
    Io(#[from] std::io::Error),
    /// The folder is in no repository.
    #[error("{} is in no git repository, so there is no earlier revision to compare with", .0.display())]
    NoRepository(PathBuf),
    /// A repository without commits.
    #[error(
        "this repository has no commit yet, so there is nothing to compare with: commit once, then change"
    )]
    NoCommit,
    /// No such revision.
    #[error("there is no revision `{name}` in this repository{hint}")]
    NoRevision {
        /// As it was written.
        name: String,
        /// What to do, after a colon or semicolon.
        hint: String,
    },
    /// Two revisions without a common ancestor here.
    #[error("`{0}` and `{1}` have no ancestor in common here{2}")]
    NoMergeBase(String, String, &'static str),
    /// Something else that git says.
    #[error("git says: {0}")]
    Said(String),
}

/// A repository, seen from a folder in it.
#[derive(Debug, Clone)]
pub struct Repository {
    folder: PathBuf,
    top: PathBuf,
    /// The folder, from the top.
    prefix: PathBuf,
}

/// A commit with the name it was asked for by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// As it was asked for.
    pub name: String,
    /// Its hash.
    pub hash: String,
}

impl Commit {
    /// `main (1a2b3c4)`; the short hash alone where the name is the hash.
    pub fn words(&self) -> String {
        let short = self.hash.get(..7).unwrap_or(&self.hash);
        if self.hash.starts_with(&self.name) { short.to_owned() } else { format!("{} ({short})", self.name) }
    }
}

/// What to do where history is cut off.
const SHALLOW: &str = "; this clone is shallow: fetch its history with `git fetch --unshallow` (in a workflow of GitHub: `fetch-depth: 0`)";

impl Repository {
    /// The repository that a folder is in.
    ///
    /// # Errors
    /// See [`GitError`].
    pub fn open(folder: &Path) -> Result<Self, GitError> {
        let output = command(folder, &["rev-parse", "--show-toplevel"]).output().map_err(start)?;
        if !output.status.success() {
            let said = words(&output.stderr);
            if said.contains("not a git repository") {
                return Err(GitError::NoRepository(folder.canonicalize().unwrap_or(folder.to_owned())));
            }
            return Err(GitError::Said(said));
        }
        let top = PathBuf::from(path_of(line(&output.stdout)));
        let prefix = command(folder, &["rev-parse", "--show-prefix"]).output().map_err(start)?;
        let prefix = PathBuf::from(path_of(line(&prefix.stdout)));
        Ok(Self { folder: folder.to_owned(), top, prefix })
    }

    /// The commit of that name.
    ///
    /// # Errors
    /// There is none.
    pub fn commit(&self, name: &str) -> Result<Commit, GitError> {
        match self.find(name)? {
            Some(commit) => Ok(commit),
            None if self.find("HEAD")?.is_none() && self.names()?.is_empty() => Err(GitError::NoCommit),
            None => Err(GitError::NoRevision { name: name.to_owned(), hint: self.hint(name)? }),
        }
    }

    /// The commit of that name, if there is one.
    ///
    /// # Errors
    /// Git cannot be asked.
    pub fn find(&self, name: &str) -> Result<Option<Commit>, GitError> {
        // Git would take it for an option.
        if name.is_empty() || name.starts_with('-') || name.contains('\0') {
            return Ok(None);
        }
        let asked = format!("{name}^{{commit}}");
        let output = self.run(&["rev-parse", "--verify", "--quiet", &asked])?;
        let hash = output.map(|hash| words(line(&hash)));
        Ok(hash.map(|hash| Commit { name: name.to_owned(), hash }))
    }

    /// The commit at which two lines of work parted.
    ///
    /// # Errors
    /// There is none here.
    pub fn merge_base(&self, one: &Commit, other: &Commit) -> Result<Commit, GitError> {
        let Some(base) = self.run(&["merge-base", &one.hash, &other.hash])? else {
            let hint = if self.is_shallow()? { SHALLOW } else { "" };
            return Err(GitError::NoMergeBase(one.name.clone(), other.name.clone(), hint));
        };
        let name = format!("where {} left {}", other.name, one.name);
        Ok(Commit { name, hash: words(line(&base)) })
    }

    /// What a commit holds.
    ///
    /// # Errors
    /// Git cannot be asked.
    pub fn tree(&self, commit: &Commit) -> Result<Tree, GitError> {
        let listed = self.run(&["ls-tree", "-r", "-z", "--full-tree", &commit.hash])?;
        let listed = listed
            .ok_or_else(|| GitError::Said(format!("the files of {} cannot be listed", commit.words())))?;
        let entries = listed.split(|b| *b == 0).filter_map(entry).collect();
        Ok(Tree { repository: self.clone(), entries, batch: Mutex::new(Batch::start(&self.folder)?) })
    }

    /// Those of these paths that git is told to ignore.
    ///
    /// # Errors
    /// Git cannot be asked.
    pub fn ignored(&self, paths: &[PathBuf]) -> Result<Vec<PathBuf>, GitError> {
        let mut child = command(&self.folder, &["check-ignore", "-z", "--stdin"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(start)?;
        let given: Vec<u8> = paths.iter().flat_map(|p| [bytes_of(p), b"\0"].concat()).collect();
        let written = child.stdin.take().map(|mut stdin| stdin.write_all(&given));
        let output = child.wait_with_output()?;
        if let Some(Err(error)) = written
            && error.kind() != std::io::ErrorKind::BrokenPipe
        {
            return Err(error.into());
        }
        // 0 for some, 1 for none.
        if !matches!(output.status.code(), Some(0 | 1)) {
            return Err(GitError::Said(words(&output.stderr)));
        }
        let named = output.stdout.split(|b| *b == 0).filter(|name| !name.is_empty());
        Ok(named.map(|name| PathBuf::from(path_of(name))).collect())
    }

    /// A path as git names it; none for what is outside.
    fn inside(&self, path: &Path) -> Option<String> {
        let full = if path.is_absolute() {
            let near = |p: &Path| p.strip_prefix(&self.top).map(Path::to_owned).ok();
            near(path).or_else(|| near(&path.canonicalize().ok()?))?
        } else {
            tidy(&self.prefix.join(path))
        };
        let full = tidy(&full);
        let parts: Option<Vec<String>> = full
            .components()
            .map(|c| match c {
                Component::Normal(part) => Some(part.to_string_lossy().into_owned()),
                _ => None,
            })
            .collect();
        parts.map(|parts| parts.join("/"))
    }

    fn hint(&self, name: &str) -> Result<String, GitError> {
        let names = self.names()?;
        Ok(match suggest::nearest(name, names.iter().map(String::as_str)) {
            Some(near) => format!("; did you mean `{near}`?"),
            None if self.is_shallow()? => SHALLOW.to_owned(),
            None => String::new(),
        })
    }

    /// Branches and tags.
    fn names(&self) -> Result<Vec<String>, GitError> {
        let listed = self.run(&["for-each-ref", "--format=%(refname:short)"])?.unwrap_or_default();
        Ok(words(&listed).lines().map(str::to_owned).collect())
    }

    fn is_shallow(&self) -> Result<bool, GitError> {
        let told = self.run(&["rev-parse", "--is-shallow-repository"])?;
        Ok(told.is_some_and(|told| line(&told) == b"true"))
    }

    /// What git writes; none where it says no.
    fn run(&self, args: &[&str]) -> Result<Option<Vec<u8>>, GitError> {
        let output = command(&self.folder, args).output().map_err(start)?;
        Ok(output.status.success().then_some(output.stdout))
    }
}

/// A file of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Entry {
    File(String),
    Link(String),
}

/// What a commit holds.
pub struct Tree {
    repository: Repository,
    /// By path from the top.
    entries: BTreeMap<String, Entry>,
    batch: Mutex<Batch>,
}

/// How many links are followed, one to the next.
const LINKS: usize = 8;

impl Tree {
    /// A file's bytes.
    ///
    /// # Errors
    /// The commit has no such file, or git cannot be asked.
    pub fn read(&self, path: &Path) -> std::io::Result<Vec<u8>> {
        let missing = || std::io::Error::from(std::io::ErrorKind::NotFound);
        let mut name = self.repository.inside(path).ok_or_else(missing)?;
        for _ in 0..LINKS {
            if let Some(Entry::File(object)) = self.entries.get(&name) {
                return self.object(object);
            }
            name = self.followed(&name)?.ok_or_else(missing)?;
        }
        Err(missing())
    }

    /// The path with its first link, of a file or of a folder on the way, replaced by where it leads; none without one.
    fn followed(&self, name: &str) -> std::io::Result<Option<String>> {
        let ends = name.match_indices('/').map(|(at, _)| at).chain([name.len()]);
        for end in ends {
            let Some(Entry::Link(object)) = self.entries.get(&name[..end]) else { continue };
            let target = self.object(object)?;
            let folder = Path::new(&name[..end]).parent().unwrap_or(Path::new(""));
            let full = tidy(&folder.join(path_of(&target)).join(name[end..].trim_start_matches('/')));
            return Ok(Some(full.to_string_lossy().trim_end_matches('/').to_owned()));
        }
        Ok(None)
    }

    /// The campaign files at or below a path, named as they would be on disk: the same ones that
    /// [`campaign_files`](crate::run::workspace::campaign_files) finds there. None where the commit has nothing there.
    pub fn campaign_files(&self, path: &Path) -> Vec<PathBuf> {
        let Some(inside) = self.repository.inside(path) else { return Vec::new() };
        if self.entries.contains_key(&inside) {
            return vec![path.to_owned()];
        }
        let below = if inside.is_empty() { String::new() } else { format!("{inside}/") };
        let named = self.entries.iter().filter(|(_, e)| matches!(e, Entry::File(_)));
        let rest = named.filter_map(|(name, _)| name.strip_prefix(&below));
        let base = tidy(path);
        rest.filter(|rest| is_campaign(rest)).map(|rest| base.join(rest)).collect()
    }

    fn object(&self, object: &str) -> std::io::Result<Vec<u8>> {
        self.batch.lock().unwrap_or_else(PoisonError::into_inner).read(object)
    }
}

/// Whether a search of the disk would find a file of that path.
fn is_campaign(rest: &str) -> bool {
    Path::new(rest).extension().is_some_and(|e| e == "campaign")
        && rest.split('/').all(|part| !part.starts_with('.') && part != "target" && part != "outbox")
}

/// `100644 blob 1a2b…\tcampaigns/weekend.campaign`.
fn entry(listed: &[u8]) -> Option<(String, Entry)> {
    let tab = listed.iter().position(|b| *b == b'\t')?;
    let head = std::str::from_utf8(&listed[..tab]).ok()?;
    let name = String::from_utf8_lossy(&listed[tab + 1..]).into_owned();
    let mut head = head.split(' ');
    let (mode, kind, object) = (head.next()?, head.next()?, head.next()?.to_owned());
    match (mode, kind) {
        ("120000", _) => Some((name, Entry::Link(object))),
        (_, "blob") => Some((name, Entry::File(object))),
        _ => None,
    }
}

/// `git cat-file --batch`: one process for all the files of a commit.
struct Batch {
    child: Child,
    asks: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Batch {
    fn start(folder: &Path) -> Result<Self, GitError> {
        let mut child = command(folder, &["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(start)?;
        let closed = || GitError::Said("its output is closed".to_owned());
        let asks = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().ok_or_else(closed)?);
        Ok(Self { child, asks, answers })
    }

    fn read(&mut self, object: &str) -> std::io::Result<Vec<u8>> {
        let asks = self.asks.as_mut().ok_or(std::io::ErrorKind::BrokenPipe)?;
        asks.write_all(format!("{object}\n").as_bytes())?;
        asks.flush()?;
        let mut head = String::new();
        self.answers.read_line(&mut head)?;
        let size = head.trim_end().rsplit(' ').next().and_then(|size| size.parse::<usize>().ok());
        let Some(size) = size else {
            return Err(std::io::Error::other(format!("git has not got its content ({})", head.trim_end())));
        };
        let mut bytes = vec![0; size + 1];
        self.answers.read_exact(&mut bytes)?;
        bytes.truncate(size);
        Ok(bytes)
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        // Its input's end is its end.
        self.asks.take();
        let _ = self.child.wait();
    }
}

fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.arg("-C").arg(if folder.as_os_str().is_empty() { Path::new(".") } else { folder });
    // Words that can be told apart, and no lock taken for a look.
    command.args(args).env("LC_ALL", "C").env("GIT_OPTIONAL_LOCKS", "0");
    // What a clone left out is not fetched: a look at a repository runs nothing that it names and asks nobody for a password.
    command.env("GIT_NO_LAZY_FETCH", "1").env("GIT_TERMINAL_PROMPT", "0");
    command.stdin(Stdio::null());
    command
}

fn start(error: std::io::Error) -> GitError {
    if error.kind() == std::io::ErrorKind::NotFound { GitError::NoGit } else { GitError::Io(error) }
}

/// The first line's bytes; a path may hold anything else.
fn line(bytes: &[u8]) -> &[u8] {
    bytes.strip_suffix(b"\n").unwrap_or(bytes)
}

fn words(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim().to_owned()
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> &OsStr {
    std::os::unix::ffi::OsStrExt::from_bytes(bytes)
}

#[cfg(unix)]
fn bytes_of(path: &Path) -> &[u8] {
    std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str())
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> &OsStr {
    OsStr::new(std::str::from_utf8(bytes).unwrap_or_default())
}

#[cfg(not(unix))]
fn bytes_of(path: &Path) -> &[u8] {
    path.to_str().unwrap_or_default().as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_is_read_whatever_the_paths_are() {
        let (name, found) = entry("100644 blob 1a2b\tmy campaigns/春节 \n.campaign".as_bytes()).unwrap();
        assert_eq!((name.as_str(), found), ("my campaigns/春节 \n.campaign", Entry::File("1a2b".to_owned())));
        assert_eq!(entry(b"120000 blob 3c\tlink").unwrap().1, Entry::Link("3c".to_owned()));
        assert_eq!(entry(b"160000 commit 4d\tsub"), None);
        assert_eq!(entry(b""), None);
    }

    #[test]
    fn the_files_of_programs_are_no_campaigns() {
        assert!(is_campaign("a/b c/春.campaign"));
        for other in ["a.txt", ".hidden/a.campaign", "outbox/a.campaign", "x/target/a.campaign"] {
            assert!(!is_campaign(other), "{other}");
        }
    }

    #[test]
    fn a_commit_named_by_its_hash_is_said_once() {
        let commit = |name: &str| Commit { name: name.to_owned(), hash: "1a2b3c4d5e".to_owned() }.words();
        assert_eq!(commit("main"), "main (1a2b3c4)");
        assert_eq!(commit("1a2b3c4d"), "1a2b3c4");
    }
}
