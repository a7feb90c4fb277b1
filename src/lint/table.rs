//! The one table of lints.

use super::subject::Subject;
use super::{
    advert_mark, alt, always, consent, contradiction, contrast, dead, no_cap, pixel, postal, price, refusal,
    spam, url,
};
use crate::diagnostic::Diagnostic;

/// What a lint looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// The campaign files and the texts they name.
    Files,
    /// The shop's data too.
    Shop,
}

/// A lint.
#[derive(Debug, Clone, Copy)]
pub struct Lint {
    /// Its code; the page is in the table of codes.
    pub code: &'static str,
    /// A short name, for those who look for it by that.
    pub name: &'static str,
    /// What it looks at.
    pub needs: Needs,
    /// Whether it also speaks in `check`, in the editor and in `watch`: certain, and right as soon as the words stand there.
    pub while_writing: bool,
    /// What finds it; none for those of `audit/`.
    pub run: Option<fn(&Subject<'_>) -> Vec<Diagnostic>>,
}

type Run = fn(&Subject<'_>) -> Vec<Diagnostic>;

const fn writing(code: &'static str, name: &'static str, run: Run) -> Lint {
    Lint { code, name, needs: Needs::Files, while_writing: true, run: Some(run) }
}

const fn reviewing(code: &'static str, name: &'static str, run: Run) -> Lint {
    Lint { code, name, needs: Needs::Files, while_writing: false, run: Some(run) }
}

const fn counting(code: &'static str, name: &'static str) -> Lint {
    Lint { code, name, needs: Needs::Shop, while_writing: false, run: None }
}

/// Every lint, by code.
pub static LINTS: &[Lint] = &[
    reviewing("H0501", "unused", dead::run),
    counting("H0502", "everybody-or-nobody"),
    writing("H0503", "contradiction", contradiction::run),
    writing("H0504", "always-true", always::run),
    writing("H0505", "no-frequency-cap", no_cap::run),
    counting("H0506", "missing-language"),
    counting("H0507", "large-mail"),
    reviewing("H0508", "spam-wording", spam::run),
    writing("H0509", "missing-alt", alt::run),
    writing("H0510", "low-contrast", contrast::run),
    writing("H0511", "advertisement-mark", advert_mark::run),
    writing("H0512", "no-consent", consent::run),
    writing("H0513", "personal-price", price::run),
    writing("H0514", "no-way-to-refuse", refusal::run),
    writing("H0515", "postal-address", postal::run),
    writing("H0516", "personal-url", url::run),
    writing("H0517", "tracking-picture", pixel::run),
];

/// The lint of that code.
pub fn find(code: &str) -> Option<&'static Lint> {
    LINTS.iter().find(|lint| lint.code == code)
}
