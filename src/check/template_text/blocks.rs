//! Which statement closes which: `{% if %}` with `{% endif %}` and so on, and the statements that mails do not have.

use std::ops::Range;

use super::scan::{Fault, Tag};
use crate::check::suggest;

/// How many branches one text may have in all. The engine's parser calls itself for every `elif`.
const ELIFS: usize = 300;

/// Statements that stand alone.
const ALONE: &[&str] = &["include", "break", "continue", "do"];

/// Statements that go on until their `end…`.
const BLOCKS: &[&str] = &["for", "if", "with", "set", "filter", "macro", "call"];

/// Statements of the engine that compose refuses: they would load files while mails are filled, or turn escaping off.
const REFUSED: &[&str] = &["extends", "import", "from", "block", "endblock", "autoescape", "endautoescape"];

/// What [`check`] found.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    /// Statements that are not closed, close nothing, or are unknown.
    pub faults: Vec<(Fault, Option<Related>)>,
    /// Statements that have no place in a mail.
    pub refused: Vec<Fault>,
}

/// The statement that explains a fault.
#[derive(Debug, Clone)]
pub(super) struct Related {
    pub range: Range<usize>,
    pub text: String,
}

struct Opened<'t> {
    word: &'t str,
    range: Range<usize>,
    /// Whether its `else` has been seen.
    turned: bool,
}

/// Checks that blocks are closed in order.
pub(super) fn check(text: &str, tags: &[Tag]) -> Blocks {
    let mut blocks = Blocks::default();
    let mut open: Vec<Opened<'_>> = Vec::new();
    let mut elifs = 0;
    for tag in tags.iter().filter(|t| text[t.range.clone()].starts_with("{%")) {
        let Some(place) = tag.word.clone() else {
            let fault = Fault::new(tag.range.clone(), "this tag has no statement");
            blocks.faults.push((fault.help("such as `if`, `for` or `set`"), None));
            continue;
        };
        let word = &text[place.clone()];
        match word {
            "else" | "elif" => {
                elifs += usize::from(word == "elif");
                if elifs == ELIFS + 1 {
                    let fault = Fault::new(place, format!("there are more than {ELIFS} `elif` in this text"));
                    blocks.faults.push((fault, None));
                } else {
                    branch(word, place, &mut open, &mut blocks);
                }
            }
            _ if REFUSED.contains(&word) => blocks.refused.push(refused(word, place)),
            _ if ALONE.contains(&word) => {}
            "set" if tag.assigns => {}
            _ if BLOCKS.contains(&word) => {
                open.push(Opened { word, range: tag.range.clone(), turned: false });
            }
            _ => match word.strip_prefix("end").filter(|w| BLOCKS.contains(w)) {
                Some(opener) => end(opener, place, &mut open, &mut blocks),
                None => blocks.faults.push((unknown(word, place), None)),
            },
        }
    }
    for left in open {
        let fault = Fault::new(left.range, format!("this `{}` is never closed", left.word))
            .help(format!("write `{{% end{} %}}` where it ends", left.word));
        blocks.faults.push((fault, None));
    }
    blocks
}

fn refused(word: &str, place: Range<usize>) -> Fault {
    let help = match word {
        "autoescape" | "endautoescape" => "values are always escaped in a mail",
        _ => "only `include` brings in another text",
    };
    Fault::new(place, format!("`{word}` has no place in a mail")).help(help)
}

fn unknown(word: &str, place: Range<usize>) -> Fault {
    let fault = Fault::new(place, format!("there is no statement `{word}`"));
    if word == "elseif" || word == "elsif" {
        return fault.replace("elif");
    }
    let ends: Vec<String> = BLOCKS.iter().map(|b| format!("end{b}")).collect();
    let all =
        BLOCKS.iter().chain(ALONE).copied().chain(["else", "elif"]).chain(ends.iter().map(String::as_str));
    match suggest::nearest(word, all) {
        Some(near) => Fault { help: Some(format!("did you mean `{near}`?")), ..fault.replace(near) },
        None => fault.help("there are `if`, `for`, `set`, `with`, `filter`, `include`, `macro` and `call`"),
    }
}

fn branch(word: &str, place: Range<usize>, open: &mut [Opened<'_>], blocks: &mut Blocks) {
    let fits = |o: &Opened<'_>| o.word == "if" || (o.word == "for" && word == "else");
    match open.last_mut() {
        Some(last) if fits(last) && !last.turned => last.turned = word == "else",
        Some(last) if fits(last) => {
            let related = Related { range: last.range.clone(), text: "this one".to_owned() };
            let fault =
                Fault::new(place, format!("`{word}` stands behind the `else` of the same `{}`", last.word));
            blocks.faults.push((fault, Some(related)));
        }
        Some(last) => {
            let text = format!("this `{}` is still open", last.word);
            let related = Related { range: last.range.clone(), text };
            let help = format!("close it before with `{{% end{} %}}`", last.word);
            let fault = Fault::new(place, format!("`{word}` does not belong to `{}`", last.word)).help(help);
            blocks.faults.push((fault, Some(related)));
        }
        None => {
            let fault = Fault::new(place, format!("`{word}` belongs to no `if`"));
            blocks.faults.push((fault, None));
        }
    }
}

fn end(opener: &str, place: Range<usize>, open: &mut Vec<Opened<'_>>, blocks: &mut Blocks) {
    let Some(found) = open.iter().rposition(|o| o.word == opener) else {
        let fault = Fault::new(place, format!("`end{opener}` closes nothing"));
        let fault = match open.last() {
            Some(last) => fault.help(format!("the `{0}` that is open ends with `end{0}`", last.word)),
            None => fault.help(format!("there is no `{{% {opener} … %}}` before it")),
        };
        let related = open
            .last()
            .map(|o| Related { range: o.range.clone(), text: format!("this `{}` is open", o.word) });
        blocks.faults.push((fault, related));
        return;
    };
    for left in open.drain(found..).skip(1) {
        let text = format!("`end{opener}` stands here");
        let fault =
            Fault::new(left.range, format!("this `{}` is not closed before `end{opener}`", left.word))
                .help(format!("write `{{% end{} %}}` where it ends", left.word));
        blocks.faults.push((fault, Some(Related { range: place.clone(), text })));
    }
}
