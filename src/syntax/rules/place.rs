//! Moves places inside the text of rules to where they stand in the file.

use super::{Part, Rule};
use crate::diagnostic::{Diagnostic, Span};
use crate::syntax::places::Places;
use crate::syntax::tree::Str;

/// Moves every place of the rules and their findings from the text's value into the file.
pub(super) fn in_the_file(text: &Str, rules: &mut [Rule], diagnostics: &mut [Diagnostic]) {
    let mut mover = Mover { text };
    rules.iter_mut().for_each(|rule| mover.rule(rule));
    diagnostics.iter_mut().for_each(|finding| mover.finding(finding));
}

struct Mover<'s> {
    text: &'s Str,
}

impl Mover<'_> {
    fn finding(&mut self, finding: &mut Diagnostic) {
        self.span(&mut finding.span);
        finding.related.iter_mut().for_each(|label| self.span(&mut label.span));
        if let Some(fix) = &mut finding.fix {
            self.span(&mut fix.span);
            if !self.text.block {
                let escaped = fix.replacement.replace('\\', "\\\\").replace('"', "\\\"");
                fix.replacement = escaped.replace('\n', "\\n");
            }
        }
    }

    fn rule(&mut self, rule: &mut Rule) {
        self.span(&mut rule.span);
        self.span(&mut rule.name.span);
        for alternative in &mut rule.alternatives {
            self.span(&mut alternative.span);
            alternative.when.iter_mut().for_each(|condition| self.expr(condition));
            for part in &mut alternative.parts {
                match part {
                    Part::Rule(name) => self.name(name),
                    Part::Text(text) => self.text(text),
                }
            }
        }
    }
}

impl Places for Mover<'_> {
    fn span(&mut self, span: &mut Span) {
        let (start, end) = (span.start as usize, span.end as usize);
        *span = if start < end || start == 0 || self.text.value.as_bytes().get(start - 1) == Some(&b'\n') {
            self.text.place(start..end)
        } else {
            // Behind the character before it: a line may go on differently in the file (`\r`, indentation).
            self.text.place(start - 1..start).at_end()
        };
    }

    /// A text inside the text: where either stops advancing with the file, the whole does.
    fn text(&mut self, text: &mut Str) {
        self.span(&mut text.span);
        let mut map: Vec<(u32, u32)> = Vec::new();
        for (index, &(value, local)) in text.map.iter().enumerate() {
            let next = text.map.get(index + 1).map_or(text.value.len() as u32, |next| next.0);
            let length = next - value;
            map.push((value, self.text.place(local as usize..local as usize).start));
            let breaks = self.text.map.iter().filter(|(at, _)| *at > local && *at < local + length);
            map.extend(breaks.map(|&(at, file)| (value + at - local, file)));
        }
        text.map = map;
    }
}
