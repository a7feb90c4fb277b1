//! Files as editors name them: URIs, and back.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use lsp_types::Uri;
use url::Url;

/// The file that a URI names. What is no file on disk (an unsaved document) gets a name of its own in `folder`, so that
/// its `use` lines are looked for there.
pub fn path_of(uri: &Uri, folder: &Path) -> PathBuf {
    on_disk(uri).unwrap_or_else(|| {
        let name: String =
            uri.as_str().chars().map(|c| if matches!(c, '/' | '\\' | ':') { '-' } else { c }).collect();
        folder.join(format!("{name}.campaign"))
    })
}

/// The path that a URI names, if it names one.
pub fn on_disk(uri: &Uri) -> Option<PathBuf> {
    Url::parse(uri.as_str()).ok().filter(|u| u.scheme() == "file").and_then(|u| u.to_file_path().ok())
}

/// The URI of a file.
pub fn uri_of(path: &Path) -> Option<Uri> {
    let path = std::path::absolute(path).ok()?;
    Uri::from_str(Url::from_file_path(path).ok()?.as_str()).ok()
}

/// How a `use` line in `from` names the file `to`: relative, with `/`, without the ending.
pub fn use_path(from: &Path, to: &Path) -> String {
    let base: Vec<_> = from.parent().map(|p| p.components().collect()).unwrap_or_default();
    let target: Vec<_> = to.components().collect();
    let shared = base.iter().zip(&target).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..".to_owned(), base.len() - shared);
    let down = target[shared..].iter().map(|c| c.as_os_str().to_string_lossy().into_owned());
    let path = up.chain(down).collect::<Vec<_>>().join("/");
    path.strip_suffix(".campaign").unwrap_or(&path).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn names_with_blanks_chinese_and_percents_go_there_and_back() {
        for path in ["/shop/a b.campaign", "/店/手机.campaign", "/50%/x#y.campaign"] {
            let uri = uri_of(Path::new(path)).unwrap();
            assert_eq!(path_of(&uri, Path::new("/")), Path::new(path), "{}", uri.as_str());
        }
    }

    #[test]
    fn an_unsaved_document_lies_in_the_project() {
        let uri = Uri::from_str("untitled:Untitled-1").unwrap();
        assert_eq!(path_of(&uri, Path::new("/shop")), Path::new("/shop/untitled-Untitled-1.campaign"));
    }

    #[test]
    fn a_use_line_names_files_from_where_it_stands() {
        let from = Path::new("/shop/campaigns/a.campaign");
        assert_eq!(use_path(from, Path::new("/shop/campaigns/shop.campaign")), "shop");
        assert_eq!(use_path(from, Path::new("/shop/shared/x.campaign")), "../shared/x");
        assert_eq!(use_path(from, Path::new("/shop/campaigns/in/y.campaign")), "in/y");
    }
}
