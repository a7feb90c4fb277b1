//! Pictures that travel inside a mail: read once, encoded once, shared by all mails that show them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use super::mime::encode;

type Loader = dyn Fn(&str) -> Result<Vec<u8>, String> + Send + Sync;

/// A picture's largest size in bytes: mails beyond some megabytes are refused.
const LIMIT: usize = 1_000_000;

/// A picture, ready to be put into a mail.
#[derive(Debug)]
pub struct Picture {
    /// The Content-ID without angle brackets.
    pub cid: String,
    /// `image/png` and the like.
    pub media_type: &'static str,
    /// The MIME part: headers, blank line, base64 in lines of 76.
    pub(crate) part: Vec<u8>,
    /// The same base64 without line breaks, for a preview in a browser.
    pub(crate) base64: String,
}

/// The pictures a run has used so far, by the name that the data gives them.
pub struct Pictures {
    loader: Box<Loader>,
    known: RwLock<Known>,
}

#[derive(Default)]
struct Known {
    by_name: BTreeMap<String, Result<Arc<Picture>, String>>,
    by_cid: BTreeMap<String, Arc<Picture>>,
}

impl fmt::Debug for Pictures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pictures").finish_non_exhaustive()
    }
}

impl Default for Pictures {
    fn default() -> Self {
        Self::new(|name| Err(format!("there is no picture `{name}`")))
    }
}

impl Pictures {
    /// Pictures read by `loader`, which is given the name in the data (a path, say) and answers with the bytes, or with what is wrong.
    /// It is called once a name.
    pub fn new(loader: impl Fn(&str) -> Result<Vec<u8>, String> + Send + Sync + 'static) -> Self {
        Self { loader: Box::new(loader), known: RwLock::default() }
    }

    /// The picture of that name.
    ///
    /// # Errors
    /// What the loader says; a kind of picture that mail programs do not show; more than a megabyte.
    pub fn get(&self, name: &str) -> Result<Arc<Picture>, String> {
        if let Some(found) = self.known.read().unwrap_or_else(PoisonError::into_inner).by_name.get(name) {
            return found.clone();
        }
        let picture = (self.loader)(name).and_then(|bytes| picture(&bytes, name)).map(Arc::new);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if let Ok(picture) = &picture {
            known.by_cid.insert(picture.cid.clone(), Arc::clone(picture));
        }
        known.by_name.entry(name.to_owned()).or_insert(picture).clone()
    }

    /// The pictures that an HTML part shows by `cid:`, each once, in the order in which they appear.
    pub(crate) fn used_in(&self, html: &str) -> Vec<Arc<Picture>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let mut used: Vec<Arc<Picture>> = Vec::new();
        for (at, _) in html.match_indices("cid:") {
            let rest = &html[at + 4..];
            let end = rest.find(['"', '\'', ')', ' ', '&', '>']).unwrap_or(rest.len());
            if let Some(picture) = known.by_cid.get(&rest[..end])
                && !used.iter().any(|p| p.cid == picture.cid)
            {
                used.push(Arc::clone(picture));
            }
        }
        used
    }
}

fn picture(bytes: &[u8], name: &str) -> Result<Picture, String> {
    let (media_type, extension) = match bytes {
        [0x89, b'P', b'N', b'G', ..] => ("image/png", "png"),
        [0xff, 0xd8, 0xff, ..] => ("image/jpeg", "jpg"),
        [b'G', b'I', b'F', b'8', ..] => ("image/gif", "gif"),
        _ => {
            return Err(format!(
                "`{name}` is not a PNG, JPEG or GIF picture, and mail programs show no others"
            ));
        }
    };
    if bytes.len() > LIMIT {
        return Err(format!(
            "the picture `{name}` has {} bytes; {LIMIT} is the limit for one inside a mail",
            bytes.len()
        ));
    }
    let hash = blake3::hash(bytes).to_hex();
    let cid = format!("{}@herald", &hash[..32]);
    let base64 = encode::base64(bytes);
    let mut part = format!(
        "Content-Type: {media_type}\r\nContent-Transfer-Encoding: base64\r\nContent-ID: <{cid}>\r\nContent-Disposition: inline; filename=\"{}.{extension}\"\r\n\r\n",
        &hash[..12]
    )
    .into_bytes();
    encode::in_lines(&base64, &mut part);
    Ok(Picture { cid, media_type, part, base64 })
}
