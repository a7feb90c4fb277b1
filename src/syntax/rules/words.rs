//! Text that stands in rules without its quotes, and signs of other habits between parts.

use super::read::Builder;
use crate::diagnostic::Diagnostic;
use crate::syntax::piece::{Kind, Piece};

impl Builder<'_, '_> {
    /// A run of pieces that are neither names nor texts alone.
    pub(super) fn unquoted(&mut self, run: &[Piece]) {
        let Some(all) = self.reader.cover(run) else { return };
        // What went wrong inside was said already, by the scan.
        if run.iter().any(|p| p.lost) || self.reader.findings.any_in(all) {
            return;
        }
        if let Some(sign) = self.only_sign(run) {
            let span = self.reader.span(sign);
            let text = self.reader.text(sign);
            let finding = match text {
                "+" | "~" | "." | "&" => Diagnostic::error(
                    "H0152",
                    span,
                    format!("parts stand beside each other, without `{text}`"),
                )
                .label("not needed here")
                .fix("take it away", span, ""),
                "," => Diagnostic::error("H0152", span, "parts stand beside each other, without commas")
                    .label("not needed here")
                    .help("alternatives are divided by `|`; a comma of the text stands in its quotes")
                    .fix("take it away", span, ""),
                "/" => Diagnostic::error("H0152", span, "alternatives are divided by `|`")
                    .label("write `|`")
                    .fix("write `|`", span, "|"),
                _ => {
                    let text = text.to_owned();
                    Diagnostic::error("H0152", span, format!("`{text}` stands outside quotes"))
                        .label("text stands in quotes")
                        .fix(format!("write `\"{text}\"`"), span, format!("\"{text}\""))
                }
            };
            self.report(finding);
            return;
        }
        let text = self.reader.findings.slice(all);
        let inner = text.trim_matches(['“', '”', '‘', '’', '\'', '「', '」']).trim();
        let form = format!("\"{}\"", inner.replace('\\', "\\\\").replace('"', "\\\""));
        let tag = text.starts_with("{{") || text.starts_with("{%");
        let finding = Diagnostic::error("H0152", all, "text stands in quotes")
            .label("no quotes around it")
            .fix("put quotes around it", all, form);
        self.report(if tag {
            finding.help("write `\"{{ … }}\"`: a tag is part of a text")
        } else {
            finding
        });
    }

    /// The one sign among names, if everything else in the run is names of rules.
    fn only_sign<'p>(&self, run: &'p [Piece]) -> Option<&'p Piece> {
        let mut signs = run.iter().filter(|p| p.kind != Kind::Word);
        let sign = signs.next().filter(|_| signs.next().is_none())?;
        let single =
            self.reader.text(sign).chars().count() == 1 && !"{}()[]".contains(self.reader.text(sign));
        let words = run.iter().filter(|p| p.kind == Kind::Word);
        let known = words.into_iter().all(|w| self.names.iter().any(|name| name == self.reader.text(w)));
        (single && known).then_some(sign)
    }
}
