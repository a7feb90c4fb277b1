//! `herald reference`: the language's reference as Markdown, made from the tables the checker reads.

use std::fmt::Write;
use std::process::ExitCode;

use super::common::Failure;
use crate::check::expectation::Root;
use crate::check::functions::FUNCTIONS;
use crate::check::kinds::KINDS;
use crate::check::methods::METHODS;
use crate::data::standard::{RECORDS, TABLES};

pub fn main() -> Result<ExitCode, Failure> {
    anstream::print!("{}", text());
    Ok(ExitCode::SUCCESS)
}

/// The whole page.
pub fn text() -> String {
    let mut out = String::from(
        "# Reference\n\nMade by `herald reference` from the tables that the checker reads; a test holds it current.\n\n## Kinds\n",
    );
    for kind in KINDS {
        let _ = write!(out, "\n### `{}`\n\n{}\n\n", kind.name, kind.doc);
        if !kind.keys.is_empty() {
            out.push_str("| key | takes | default | |\n|---|---|---|---|\n");
        }
        for key in kind.keys {
            let default = if key.required { "**required**" } else { key.default };
            let _ = writeln!(
                out,
                "| `{}` | {} | {} | {} |",
                key.name,
                cell(&key.takes.words()),
                cell(default),
                cell(key.doc)
            );
        }
        if let Some((takes, doc)) = kind.others {
            let _ = writeln!(out, "\nAny other key: {doc} It takes {}.", takes.words());
        }
        let _ = write!(out, "\n```\n{}\n```\n", kind.example);
    }
    out.push_str("\n## Methods of recommendation\n\n| method | arguments | |\n|---|---|---|\n");
    for method in METHODS {
        let args: Vec<String> = method.args.iter().map(|a| format!("`{a}`")).collect();
        let _ = writeln!(out, "| `{}` | {} | {} |", method.name, args.join(", "), cell(method.doc));
    }
    out.push_str("\n## Functions\n\n| function | |\n|---|---|\n");
    for function in FUNCTIONS {
        let _ = writeln!(out, "| `{}` | {} |", function.name, cell(function.doc));
    }
    out.push_str("\n## Filters of templates\n\n| filter | |\n|---|---|\n");
    for filter in crate::check::filters::FILTERS {
        let _ = writeln!(out, "| `{}` | {} |", filter.name, cell(filter.doc));
    }
    out.push_str("\n## Parts of a message in tests\n\n| part | |\n|---|---|\n");
    for (name, _, doc) in Root::ALL {
        let _ = writeln!(out, "| `{name}` | {} |", cell(doc));
    }
    out.push_str("\n## Standard tables\n");
    for table in TABLES.iter().chain(RECORDS) {
        let _ = write!(out, "\n### `{}`\n\n{}\n\n| column | |\n|---|---|\n", table.name, table.doc);
        for column in table.columns {
            let star = if column.required { " (must be there)" } else { "" };
            let _ = writeln!(out, "| `{}` | {}{star} |", column.name, cell(column.doc));
        }
    }
    out
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
