//! Whether two texts say the same: the same tree, whatever the places, and the same comments at the same things.

use crate::diagnostic::{FileId, Span};
use crate::syntax::Parsed;
use crate::syntax::places::Places;
use crate::syntax::tree::{Cadence, Decl, File, Schedule, Str, Use, Value};

/// Whether two texts say the same.
pub(super) fn same(before: (&str, &Parsed), after: (&str, &Parsed)) -> bool {
    let findings = |parsed: &Parsed| -> Vec<(&'static str, String)> {
        parsed.diagnostics.iter().map(|d| (d.code, d.message.clone())).collect()
    };
    findings(before.1) == findings(after.1)
        && comments(before) == comments(after)
        && placeless(&before.1.tree) == placeless(&after.1.tree)
}

/// Each comment, with how many things of the tree begin and end before it.
fn comments<'t>((text, parsed): (&'t str, &Parsed)) -> Vec<(&'t str, usize, usize)> {
    let (mut starts, mut ends) = (Vec::new(), Vec::new());
    for used in &parsed.tree.uses {
        starts.push(used.span.start);
    }
    for decl in &parsed.tree.decls {
        things(decl, &mut starts, &mut ends);
    }
    starts.sort_unstable();
    ends.sort_unstable();
    let comment = |span: Span| {
        let before = |places: &[u32]| places.partition_point(|place| *place <= span.start);
        (text[span.range()].trim_end(), before(&starts), before(&ends))
    };
    parsed.tree.comments.iter().map(|c| comment(c.span)).collect()
}

fn things(decl: &Decl, starts: &mut Vec<u32>, ends: &mut Vec<u32>) {
    starts.push(decl.span.start);
    ends.push(decl.span.end);
    starts.extend(decl.settings.iter().map(|s| s.span.start));
    decl.blocks.iter().for_each(|block| things(block, starts, ends));
}

/// The tree with every place at the file's beginning. Comments and broken regions are compared otherwise.
fn placeless(file: &File) -> File {
    let mut file = file.clone();
    file.comments.clear();
    file.broken.fill(NOWHERE);
    file.uses.iter_mut().for_each(in_use);
    file.decls.iter_mut().for_each(in_decl);
    file
}

const NOWHERE: Span = Span { file: FileId(0), start: 0, end: 0 };

fn in_use(used: &mut Use) {
    used.span = NOWHERE;
    used.names.iter_mut().for_each(|name| Placeless.name(name));
    Placeless.text(&mut used.path);
}

fn in_decl(decl: &mut Decl) {
    decl.span = NOWHERE;
    decl.head = NOWHERE;
    Placeless.name(&mut decl.kind);
    decl.name.iter_mut().for_each(|name| Placeless.name(name));
    decl.title.iter_mut().for_each(|text| Placeless.text(text));
    decl.share.iter_mut().for_each(|expr| Placeless.expr(expr));
    decl.blocks.iter_mut().for_each(in_decl);
    for setting in &mut decl.settings {
        setting.span = NOWHERE;
        Placeless.name(&mut setting.key);
        match &mut setting.value {
            Value::Expr(expr) => Placeless.expr(expr),
            Value::Schedule(schedule) => in_schedule(schedule),
        }
    }
}

fn in_schedule(schedule: &mut Schedule) {
    schedule.span = NOWHERE;
    if let Some((_, span)) = &mut schedule.until {
        *span = NOWHERE;
    }
    match schedule.cadence {
        // None of them has a place; a new one that has must be thought of here.
        Cadence::Once(_)
        | Cadence::Daily(_)
        | Cadence::Weekly(..)
        | Cadence::Monthly(..)
        | Cadence::Every(_)
        | Cadence::Broken => {}
    }
}

/// Takes every place away.
struct Placeless;

impl Places for Placeless {
    fn span(&mut self, span: &mut Span) {
        *span = NOWHERE;
    }

    fn text(&mut self, text: &mut Str) {
        text.span = NOWHERE;
        text.map.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alike(before: &str, after: &str) -> bool {
        let read = |text| crate::syntax::parse(FileId(0), text);
        same((before, &read(before)), (after, &read(after)))
    }

    const TEXT: &str = "use a from \"b\"\n\n## Best.\nsegment s {\n  # why\n  where: x = 1 and f(y: 2 CNY)  # how\n  body: \"\"\"\n    a\n  \"\"\"\n}\n";

    #[test]
    fn spaces_and_lines_make_no_difference() {
        for (from, to) in
            [("x = 1", "x=1"), ("  where", "\twhere"), ("\n\n##", "\n\n\n##"), (" and ", "\n  and ")]
        {
            assert!(alike(TEXT, &TEXT.replacen(from, to, 1)), "{to}");
        }
    }

    #[test]
    fn whatever_is_said_makes_one() {
        for (from, to) in [
            ("use a", "use c"),
            ("\"b\"", "\"c\""),
            ("## Best.", "## Better."),
            ("## Best.\n", "## Best.\n\n"),
            ("# why\n", "\n"),
            ("# why", "# who"),
            ("  # how\n", "\n"),
            (
                "  # why\n  where: x = 1 and f(y: 2 CNY)  # how\n",
                "  where: x = 1 and f(y: 2 CNY)  # why\n  # how\n",
            ),
            ("  where: x = 1 and f(y: 2 CNY)  # how\n", "  where: x = 1 and f(y: 2 CNY)\n"),
            ("x = 1", "x = 2"),
            ("x = 1", "(x = 1) = 1"),
            ("and", "or"),
            ("y:", "z:"),
            ("CNY", "EUR"),
            ("    a\n", "     a\n     b\n"),
            ("    a\n", "    a\n\n"),
            ("segment", "cluster"),
            (" s {", " s \"T\" {"),
            ("x = 1", "x == 1"),
        ] {
            assert!(TEXT.contains(from), "{from}");
            assert!(!alike(TEXT, &TEXT.replacen(from, to, 1)), "{from} is not {to}");
        }
    }
}
