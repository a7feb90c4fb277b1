//! The campaign files of the workspace's folders.

use std::path::{Path, PathBuf};

/// How many files are read at most: a folder with more is no project of campaigns.
const MOST: usize = 20_000;

/// How deep folders are searched.
const DEEPEST: usize = 32;

/// The campaign files below these folders, in order; hidden folders, build output and links are left out.
pub fn campaigns(folders: &[PathBuf]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in folders {
        collect(folder, 0, &mut found);
    }
    found.sort();
    found.dedup();
    found
}

fn collect(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        let Ok(kind) = entry.file_type() else { continue };
        let hidden = name.to_string_lossy().starts_with('.');
        if hidden || kind.is_symlink() || found.len() >= MOST {
            continue;
        }
        if kind.is_dir() {
            let built = name == "target" || name == "node_modules";
            if !built && depth < DEEPEST {
                collect(&path, depth + 1, found);
            }
        } else if path.extension().is_some_and(|e| e == "campaign") {
            found.push(path);
        }
    }
}
