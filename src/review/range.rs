//! Which two sides are meant: `REV`, `A..B`, `A...B`, or nothing, with paths behind.

use std::path::{Path, PathBuf};

use super::git::{Commit, GitError, Repository};

/// What is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// What was.
    pub before: Commit,
    /// What is; none for the working tree.
    pub after: Option<Commit>,
    /// The files and folders looked at.
    pub paths: Vec<PathBuf>,
}

/// Why it is not known what is meant.
#[derive(Debug, thiserror::Error)]
pub enum AskedError {
    /// Git's answer.
    #[error(transparent)]
    Git(#[from] GitError),
    /// A word that is both.
    #[error("`{0}` is a revision and a path as well: write `herald diff {0} --` or `herald diff -- {0}`")]
    Both(String),
    /// A word that is neither.
    #[error("`{0}` is no revision, and there is no such path{1}")]
    Neither(String, String),
}

/// Understands the words of a command as git does: the first may be a revision or a range, or the first two revisions, the
/// others are paths; what stands behind `--` is a path in any case.
///
/// # Errors
/// See [`AskedError`].
pub fn asked(repository: &Repository, words: &[String], behind: &[PathBuf]) -> Result<Asked, AskedError> {
    let (range, first) = match words.split_first() {
        None => (None, words),
        Some((word, rest)) if is_range(repository, word, behind)? => (Some(word.as_str()), rest),
        Some(_) => (None, words),
    };
    let (before, mut after) = sides(repository, range)?;
    let mut first = first;
    // `A B` is `A..B`.
    if let (Some(_), None, Some((word, rest))) = (range, &after, first.split_first())
        && !Path::new(word).exists()
        && let Some(commit) = repository.find(word)?
    {
        after = Some(commit);
        first = rest;
    }
    let mut paths = Vec::new();
    for word in first {
        if !Path::new(word).exists() {
            let hint = match repository.commit(word) {
                Err(GitError::NoRevision { hint, .. }) if !hint.is_empty() => hint,
                _ => "; a path that is gone is written behind `--`".to_owned(),
            };
            return Err(AskedError::Neither(word.clone(), hint));
        }
        paths.push(PathBuf::from(word));
    }
    paths.extend_from_slice(behind);
    if paths.is_empty() {
        paths.push(PathBuf::from("."));
    }
    Ok(Asked { before, after, paths })
}

/// Whether a word is a revision or a range, and not a path.
fn is_range(repository: &Repository, word: &str, behind: &[PathBuf]) -> Result<bool, AskedError> {
    let is_path = Path::new(word).exists();
    if !behind.is_empty() {
        return Ok(true);
    }
    if word.contains("..") && !is_path {
        return Ok(true);
    }
    match (repository.find(word)?.is_some(), is_path) {
        (true, true) => Err(AskedError::Both(word.to_owned())),
        (is_revision, _) => Ok(is_revision),
    }
}

fn sides(repository: &Repository, range: Option<&str>) -> Result<(Commit, Option<Commit>), GitError> {
    let named = |name: &str| repository.commit(if name.is_empty() { "HEAD" } else { name });
    let Some(range) = range else { return Ok((named("HEAD")?, None)) };
    if let Some((one, other)) = range.split_once("...") {
        let (one, other) = (named(one)?, named(other)?);
        return Ok((repository.merge_base(&one, &other)?, Some(other)));
    }
    match range.split_once("..") {
        Some((before, after)) => Ok((named(before)?, Some(named(after)?))),
        None => Ok((named(range)?, None)),
    }
}
