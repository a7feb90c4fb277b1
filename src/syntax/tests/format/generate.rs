//! Sound files of any shape, each written twice: with the least spaces, and with line breaks and comments wherever
//! the language allows them.

use proptest::prelude::*;

/// One file, written twice.
#[derive(Debug, Clone)]
pub(super) struct Written {
    pub(super) tidy: String,
    pub(super) ugly: String,
}

/// In what is generated `·` may be nothing or a space, `~` any space or line break with a comment (it stands inside
/// brackets or beside an operator), `|` the end of a line.
fn expr() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "a",
        "country",
        "1_000",
        "0.4",
        "15%",
        "5000 CNY",
        "30 days",
        "2026-12-01",
        "2026-12-01 09:00",
        "09:00",
        "\"手机 # no comment\"",
        "\"\"",
        "purchases.product.category",
        "picks[0].price",
        "3..",
        "0.4..0.8",
        "last",
        "f(~)",
        "[~]",
        "-1",
        "a_name_that_is_rather_long_so_that_lines_become_full",
        "国家",
    ]);
    leaf.prop_map(str::to_owned)
        .prop_recursive(4, 40, 4, |inner| {
            let some = || prop::collection::vec(inner.clone(), 1..4);
            let join = prop::sample::select(vec!["and", "or", "=", "+", "*", "-", "<=", "contains"]);
            prop_oneof![
                (inner.clone(), join, inner.clone()).prop_map(|(a, op, b)| format!("({a}~{op}~{b})")),
                (inner.clone(), inner.clone(), inner.clone())
                    .prop_map(|(a, b, c)| format!("({a})~and~({b})~or~not ({c})")),
                some().prop_map(|items| format!("[~{}~]", items.join("~,~"))),
                some().prop_map(|items| format!("[~{}~,~]", items.join("~,~"))),
                some().prop_map(|items| format!("blend(~{}~)", items.join("~,~half_life~:~"))),
                (inner.clone(), 1u32..400)
                    .prop_map(|(a, n)| format!("count(~orders~where~({a})~in~last {n} days~)")),
                (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}~when~({b}))")),
                inner.clone().prop_map(|a| format!("days since latest(~{a}~)")),
            ]
        })
        // `1 day`, never `1 days`.
        .prop_map(|text| text.replace(" 1 days", " 1 day"))
}

fn setting() -> impl Strategy<Value = String> {
    let text = "[ ]{0,3}[a-z#{ ]{0,6}".prop_map(|line| format!("      {line}"));
    let block = prop::collection::vec(text, 0..4)
        .prop_map(|lines| format!("\"\"\"\n{}\n    \"\"\"", lines.join("\n")));
    let plain = (expr(), prop::sample::select(vec!["only", "x", "a_longer_key", "关键"]))
        .prop_map(|(value, key)| format!("{key}·:·{value}|"));
    prop_oneof![8 => plain, 1 => block.prop_map(|text| format!("body:·{text}|"))]
}

fn decl() -> impl Strategy<Value = String> {
    let variant = prop_oneof![
        Just("variant plain 50%|".to_owned()),
        setting().prop_map(|s| format!("variant personal 5%·{{|{s}}}|")),
    ];
    let body = prop::collection::vec(prop_oneof![6 => setting(), 1 => variant], 0..6);
    let strategy = (body, any::<bool>()).prop_map(|(body, title)| {
        let title = if title { " \"A title\"" } else { "" };
        format!("¶strategy s{title}·{{|{}}}|", body.concat())
    });
    prop_oneof![5 => strategy, 1 => Just("¶use a,·b from \"c\"|".to_owned())]
}

/// A file.
pub(super) fn file() -> impl Strategy<Value = Written> {
    let spaces = prop::collection::vec(any::<u8>(), 1..60);
    (prop::collection::vec(decl(), 0..4), spaces).prop_map(|(parts, spaces)| {
        let text = parts.concat();
        Written { tidy: written(&text, &[0]), ugly: written(&text, &spaces) }
    })
}

fn written(text: &str, choices: &[u8]) -> String {
    let mut choices = choices.iter().cycle();
    let mut out = String::new();
    for c in text.chars() {
        let choice = *choices.next().unwrap_or(&0) as usize;
        match c {
            '·' => out.push_str(["", " ", "\t", "   "][choice % 4]),
            '~' => {
                let any = [
                    " ",
                    " ",
                    "  ",
                    "\n      ",
                    " # note\n      ",
                    "\n      ## note\n      ",
                    "\n\n      # note\n\n      ",
                ];
                out.push_str(any[choice % any.len()]);
            }
            '|' => {
                let ends = ["\n", "\n  ", "  # note\n  ", "\n\n\n  ", "\n  ## note\n  ", "\n  # note\n\n"];
                out.push_str(ends[choice % ends.len()]);
            }
            // A declaration begins at its line's start.
            '¶' => out.truncate(out.trim_end_matches(' ').len()),
            c => out.push(c),
        }
    }
    out
}
