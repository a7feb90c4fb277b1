//! Silences: `# herald: allow H0509 "one picture, by design"` above a declaration or a setting, or behind it on its line. It holds for
//! that declaration or setting with everything in it, the texts that it names included.

use std::collections::{BTreeMap, BTreeSet};

use super::table::{self, LINTS};
use crate::check::{Project, project, suggest};
use crate::diagnostic::{Diagnostic, FileId, Span};
use crate::syntax::tree::{Comment, Decl, Expr, ExprKind, File, Value};

/// The codes of findings about silences.
pub const CODES: [&str; 3] = ["H0550", "H0551", "H0552"];

/// Warnings of the check that can be silenced as well.
const OF_THE_CHECK: [&str; 2] = ["H0272", "H0273"];

/// One silence.
#[derive(Debug, Clone)]
struct Silence {
    /// The codes that it names, with their places.
    codes: Vec<(String, Span)>,
    /// Whether it says why.
    reason: bool,
    /// What it holds for; none if nothing follows.
    holds: Option<Span>,
    /// The texts of their own that are named there, and what these include.
    texts: Vec<FileId>,
}

/// The silences of a project.
#[derive(Debug, Clone, Default)]
pub struct Silences {
    all: Vec<Silence>,
    faults: Vec<Diagnostic>,
}

/// Which silences kept something quiet: their places among all, with the code.
pub type Used = BTreeSet<(usize, String)>;

impl Silences {
    /// Reads the silences of every file of a project.
    pub fn of(project: &Project) -> Self {
        let mut silences = Self::default();
        for file in &project.files {
            let text = &project.sources.get(file.id).text;
            for comment in &file.tree.comments {
                silences.read(comment, text, &file.tree, project);
            }
        }
        silences
    }

    fn read(&mut self, comment: &Comment, text: &str, tree: &File, project: &Project) {
        let Some(words) = directive(comment, text) else { return };
        let Some((codes, reason)) = read(words, text) else {
            self.faults.push(
                Diagnostic::warning("H0552", words, "this silence cannot be read")
                    .label("no silence")
                    .help("write `# herald: allow H0509 \"why\"` above what it is for, with the code that is allowed"),
            );
            return;
        };
        let known = codes.iter().filter(|(code, _)| self.is_known(code)).cloned().collect::<Vec<_>>();
        for (code, span) in codes.iter().filter(|c| !known.contains(c)) {
            self.faults.push(unknown(code, *span));
        }
        if !known.is_empty() && !reason {
            self.faults.push(
                Diagnostic::warning("H0550", words, "this silence does not say why")
                    .label("no reason")
                    .help("put the reason behind it in quotes, for whoever reads this next year: `allow H0509 \"why\"`"),
            );
        }
        let holds = holds_for(comment, text, tree);
        let texts = holds.map(|h| texts_in(h, tree, project)).unwrap_or_default();
        self.all.push(Silence { codes: known, reason, holds, texts });
    }

    fn is_known(&self, code: &str) -> bool {
        table::find(code).is_some() || OF_THE_CHECK.contains(&code)
    }

    /// What is left of findings, and which silences were needed for that.
    pub fn apply(&self, found: impl Iterator<Item = Diagnostic>) -> (Vec<Diagnostic>, Used) {
        let mut used = Used::new();
        let left = found.filter(|finding| {
            let by = self.covering(finding.code, finding.span);
            used.extend(by.iter().map(|index| (*index, finding.code.to_owned())));
            by.is_empty()
        });
        (left.collect(), used)
    }

    /// Whether findings of a code are kept quiet at a place.
    pub fn covers(&self, code: &str, place: Span) -> bool {
        !self.covering(code, place).is_empty()
    }

    fn covering(&self, code: &str, place: Span) -> Vec<usize> {
        let covers = |silence: &Silence| {
            silence.codes.iter().any(|(allowed, _)| allowed == code)
                && (silence.texts.contains(&place.file)
                    || silence.holds.is_some_and(|h| {
                        h.file == place.file && h.start <= place.start && place.end <= h.end
                    }))
        };
        (0..self.all.len()).filter(|&index| covers(&self.all[index])).collect()
    }

    /// What is wrong with the silences themselves.
    pub fn faults(&self) -> Vec<Diagnostic> {
        self.faults.clone()
    }

    /// The silences that nothing needed, of the codes that were looked for.
    pub fn useless(&self, used: &Used, looked_for: impl Fn(&str) -> bool) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for (index, silence) in self.all.iter().enumerate() {
            for (code, span) in &silence.codes {
                if used.contains(&(index, code.clone())) || !looked_for(code) {
                    continue;
                }
                let message = match silence.holds {
                    Some(_) => format!("there is no {code} here any more to be silent about"),
                    None => "this silence stands above nothing".to_owned(),
                };
                let finding = Diagnostic::warning("H0551", *span, message).label("silences nothing");
                found.push(match silence.codes.as_slice() {
                    [_] if silence.reason => finding.help("take the line away"),
                    _ => finding.help("take the code away"),
                });
            }
        }
        found
    }
}

fn unknown(code: &str, span: Span) -> Diagnostic {
    let finding = Diagnostic::warning("H0552", span, format!("there is no lint `{code}`"));
    if crate::diagnostic::codes::find(code).is_some() {
        return finding
            .label("an error, not a lint")
            .help(format!("what {code} says must be mended: nothing runs until then"));
    }
    let by_name = LINTS.iter().find(|lint| lint.name.eq_ignore_ascii_case(code)).map(|lint| lint.code);
    let near = by_name.or_else(|| suggest::nearest(code, LINTS.iter().map(|lint| lint.code)));
    let finding = finding.label("unknown code");
    match near {
        Some(near) => {
            finding.help(format!("did you mean `{near}`?")).fix(format!("write `{near}`"), span, near)
        }
        None => finding.help("`herald lint --list` names them all"),
    }
}

/// The place of a comment's words, if it speaks to the program: from `herald:` to its end.
fn directive(comment: &Comment, text: &str) -> Option<Span> {
    let written = text.get(comment.span.range())?;
    let words = written.trim_start_matches('#').trim_start();
    let speaks = words.get(..7).is_some_and(|w| w.eq_ignore_ascii_case("herald:"));
    let start = comment.span.start as usize + (written.len() - words.len());
    speaks.then(|| Span::new(comment.span.file, start, start + words.trim_end().len()))
}

/// The codes and whether there is a reason; none if it is not of the form.
fn read(words: Span, text: &str) -> Option<(Vec<(String, Span)>, bool)> {
    let written = text.get(words.range())?;
    let rest = written.get(7..)?.trim_start().strip_prefix("allow")?;
    if !rest.starts_with(char::is_whitespace) {
        return None;
    }
    let quote = rest.find(['"', '“', '「']).unwrap_or(rest.len());
    let (codes, reason) = rest.split_at(quote);
    let begin = words.end as usize - rest.len();
    let mut found = Vec::new();
    for code in codes.split([',', ' ', '\t']).filter(|c| !c.is_empty()) {
        let at = begin + (code.as_ptr() as usize - rest.as_ptr() as usize);
        found.push((code.to_owned(), Span::new(words.file, at, at + code.len())));
    }
    let says = reason.chars().any(char::is_alphanumeric);
    (!found.is_empty()).then_some((found, says))
}

/// What a silence holds for: what begins on its line, else what begins next below it, else what it stands in.
fn holds_for(comment: &Comment, text: &str, tree: &File) -> Option<Span> {
    let mut items: Vec<Span> = tree.uses.iter().map(|line| line.span).collect();
    tree.decls.iter().for_each(|decl| collect(decl, &mut items));
    items.sort_by_key(|item| (item.start, std::cmp::Reverse(item.end)));
    let at = comment.span.start;
    let line = text[..at as usize].rfind('\n').map_or(0, |i| i + 1);
    if !text[line..at as usize].trim().is_empty()
        && let Some(item) = items.iter().find(|i| i.start as usize >= line && i.start < at)
    {
        return Some(*item);
    }
    let next = items.iter().find(|i| i.start >= comment.span.end);
    let between = |item: &Span| {
        let gap = &text[comment.span.end as usize..item.start as usize];
        gap.lines().all(|l| l.trim().is_empty() || l.trim_start().starts_with('#'))
    };
    let around = || items.iter().filter(|i| i.start < at && at < i.end).min_by_key(|i| i.end - i.start);
    next.filter(|item| between(item)).or_else(around).copied()
}

fn collect(decl: &Decl, items: &mut Vec<Span>) {
    items.push(decl.span);
    items.extend(decl.settings.iter().map(|setting| setting.span));
    decl.blocks.iter().for_each(|block| collect(block, items));
}

/// The texts that `file("…")` names within a place.
fn texts_in(place: Span, tree: &File, project: &Project) -> Vec<FileId> {
    let settings = tree.decls.iter().flat_map(|d| &d.settings);
    let inside = settings.filter(|s| place.start <= s.span.start && s.span.end <= place.end);
    let mut found = Vec::new();
    for setting in inside {
        let Value::Expr(value) = &setting.value else { continue };
        if matches!(value, Expr { kind: ExprKind::Call { .. }, .. }) && project::file_call(value).is_some() {
            found.extend(project.texts.get(&value.span));
        }
        found.extend(project.includes.get(&value.span).into_iter().flat_map(BTreeMap::values));
    }
    found
}
