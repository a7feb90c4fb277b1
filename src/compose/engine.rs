//! The template engine as mails need it: strict about what is missing, no files, no endless loops.

use std::sync::Arc;

use minijinja::{AutoEscape, Environment, UndefinedBehavior};

use super::filters;
use super::pictures::Pictures;

/// Filters of the engine that are not for mails: they would print markup or code.
const REMOVED_FILTERS: &[&str] =
    &["attr", "dictsort", "e", "escape", "format", "indent", "items", "pprint", "safe", "tojson"];

/// How many steps filling one text may take. A mail of four cards takes some hundreds.
const FUEL: u64 = 200_000;

/// How deep macros may call one another.
const RECURSION: usize = 50;

/// An engine without templates in it. Texts named `html` are escaped, all others are not.
pub(crate) fn engine(pictures: &Arc<Pictures>) -> Environment<'static> {
    let mut env = Environment::new();
    for name in REMOVED_FILTERS {
        env.remove_filter(name);
    }
    env.remove_global("debug");
    filters::install(&mut env, pictures);
    env.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    env.set_auto_escape_callback(|name| if name == "html" { AutoEscape::Html } else { AutoEscape::None });
    env.set_fuel(Some(FUEL));
    env.set_recursion_limit(RECURSION);
    env.set_debug(true);
    env
}
