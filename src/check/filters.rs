//! The filters that templates may use, as data: names, types and a sentence each. The check reads this table; a test in `compose` holds
//! the engine to it.

/// What a filter takes or gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FilterType {
    /// Anything.
    Any,
    /// Text.
    Text,
    /// A whole or decimal number.
    Number,
    /// An amount with its currency.
    Money,
    /// A date or an instant.
    Date,
    /// A list.
    List,
    /// Yes or no.
    Bool,
    /// The same as the filter's input, or as the list's items.
    Same,
}

/// One argument of a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FilterArgument {
    /// Its name, for documentation, and for those that are given by name.
    pub name: &'static str,
    /// What it is.
    pub kind: FilterType,
    /// Whether it must be given.
    pub required: bool,
}

/// One filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FilterSignature {
    /// As it is written after the `|`.
    pub name: &'static str,
    /// What stands before the `|`.
    pub input: FilterType,
    /// What stands in its brackets.
    pub args: &'static [FilterArgument],
    /// What it gives.
    pub output: FilterType,
    /// What it does, in a sentence with an example.
    pub doc: &'static str,
}

/// The signature of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static FilterSignature> {
    FILTERS.iter().find(|f| f.name == name)
}

const fn arg(name: &'static str, kind: FilterType) -> FilterArgument {
    FilterArgument { name, kind, required: true }
}

const fn opt(name: &'static str, kind: FilterType) -> FilterArgument {
    FilterArgument { name, kind, required: false }
}

const fn filter(
    name: &'static str,
    input: FilterType,
    args: &'static [FilterArgument],
    output: FilterType,
    doc: &'static str,
) -> FilterSignature {
    FilterSignature { name, input, args, output, doc }
}

use FilterType::{Any, Bool, Date, List, Money, Number, Same, Text};

/// The tests that may stand after `is`, in the order of the alphabet.
pub static TESTS: &[&str] = &[
    "boolean",
    "defined",
    "divisibleby",
    "endingwith",
    "eq",
    "equalto",
    "escaped",
    "even",
    "false",
    "filter",
    "float",
    "ge",
    "greaterthan",
    "gt",
    "in",
    "int",
    "integer",
    "iterable",
    "known",
    "le",
    "lessthan",
    "lower",
    "lt",
    "mapping",
    "missing",
    "ne",
    "none",
    "number",
    "odd",
    "safe",
    "sameas",
    "sequence",
    "startingwith",
    "string",
    "test",
    "true",
    "undefined",
    "upper",
];

/// The functions that may be called.
pub static FUNCTIONS: &[&str] = &["dict", "namespace", "range"];

/// Every filter, in the order of the alphabet.
pub static FILTERS: &[FilterSignature] = &[
    filter("abs", Number, &[], Number, "The number without its sign."),
    filter(
        "batch",
        List,
        &[arg("size", Number), opt("fill", Any)],
        List,
        "The list in rows of that many: `picks | batch(2)`.",
    ),
    filter("bool", Any, &[], Bool, "Whether the value counts as yes."),
    filter("capitalize", Text, &[], Text, "The first letter large, the rest small."),
    filter("chain", List, &[opt("others", List)], List, "Several lists one after the other."),
    filter("count", Any, &[], Number, "The same as `length`."),
    filter("d", Any, &[opt("other", Any)], Any, "The same as `default`."),
    filter("date", Date, &[], Text, "A date in the mail's language: `31 December 2026`, `2026年12月31日`."),
    filter(
        "datetime",
        Date,
        &[],
        Text,
        "A date and the time of day, in the recipient's time zone: `31 December 2026, 09:00`.",
    ),
    filter(
        "default",
        Any,
        &[opt("other", Any)],
        Any,
        "What to print where a value is missing or empty: `customer.name | default(\"there\")`.",
    ),
    filter("first", List, &[], Same, "The first of a list."),
    filter("float", Any, &[opt("default", Number)], Number, "The value as a decimal number."),
    filter(
        "groupby",
        List,
        &[arg("attribute", Text)],
        List,
        "The list in groups that agree in an attribute.",
    ),
    filter(
        "inline",
        Text,
        &[],
        Text,
        "A picture that travels inside the mail: `<img src=\"{{ pick.image | inline }}\">`.",
    ),
    filter("int", Any, &[opt("default", Number)], Number, "The value as a whole number."),
    filter(
        "join",
        List,
        &[opt("between", Text), opt("attribute", Text)],
        Text,
        "The items in a row, with a text between.",
    ),
    filter("last", List, &[], Same, "The last of a list."),
    filter("length", Any, &[], Number, "How many items, or characters."),
    filter("lines", Text, &[], List, "The text's lines."),
    filter(
        "list",
        List,
        &[opt("attribute", Text)],
        Text,
        "The items as in a sentence: `a, b and c`, `a、b和c`.",
    ),
    filter("lower", Text, &[], Text, "In small letters."),
    filter(
        "map",
        List,
        &[opt("filter", Text), opt("attribute", Text)],
        List,
        "An attribute of each item, or each item through a filter: `picks | map(attribute=\"price\")`.",
    ),
    filter("max", List, &[opt("attribute", Text)], Same, "The largest item."),
    filter("min", List, &[opt("attribute", Text)], Same, "The smallest item."),
    filter(
        "money",
        Money,
        &[opt("currency", Text)],
        Text,
        "An amount in the mail's language: `¥3,999`, `£2.55`. A bare number needs its currency: `money(\"CNY\")`.",
    ),
    filter("number", Number, &[opt("decimals", Number)], Text, "A number in groups of three: `12,345`."),
    filter("percent", Number, &[opt("decimals", Number)], Text, "A share as a percentage: 0.15 is `15%`."),
    filter(
        "phrase",
        Text,
        &[opt("value", Any)],
        Text,
        "A standard phrase in the mail's language: `\"unsubscribe\" | phrase`.",
    ),
    filter(
        "plural",
        Number,
        &[arg("one", Text), arg("many", Text)],
        Text,
        "The word that suits the number: `n | plural(\"day\", \"days\")`.",
    ),
    filter("reject", List, &[opt("test", Text), opt("value", Any)], List, "The items that fail a test."),
    filter(
        "rejectattr",
        List,
        &[arg("attribute", Text), opt("test", Text), opt("value", Any)],
        List,
        "The items whose attribute fails a test.",
    ),
    filter(
        "replace",
        Text,
        &[arg("old", Text), arg("new", Text), opt("count", Number)],
        Text,
        "The text with one piece replaced by another.",
    ),
    filter("reverse", Any, &[], Same, "From the end to the beginning."),
    filter("round", Number, &[opt("decimals", Number), opt("method", Text)], Number, "The number rounded."),
    filter("select", List, &[opt("test", Text), opt("value", Any)], List, "The items that pass a test."),
    filter(
        "selectattr",
        List,
        &[arg("attribute", Text), opt("test", Text), opt("value", Any)],
        List,
        "The items whose attribute passes a test.",
    ),
    filter("slice", List, &[arg("parts", Number), opt("fill", Any)], List, "The list in that many parts."),
    filter(
        "sort",
        List,
        &[opt("attribute", Text), opt("reverse", Bool), opt("case_sensitive", Bool)],
        List,
        "The list in order.",
    ),
    filter("split", Text, &[opt("at", Text), opt("times", Number)], List, "The text in pieces."),
    filter("string", Any, &[], Text, "The value as text."),
    filter("sum", List, &[opt("attribute", Text)], Number, "The sum of a list of numbers."),
    filter("title", Text, &[], Text, "Every word with a large letter."),
    filter("trim", Text, &[opt("characters", Text)], Text, "Without blanks at the ends."),
    filter(
        "truncate_chars",
        Text,
        &[arg("length", Number)],
        Text,
        "At most that many characters, with an ellipsis where some are left out.",
    ),
    filter("unique", List, &[opt("attribute", Text), opt("case_sensitive", Bool)], List, "Each item once."),
    filter("upper", Text, &[], Text, "In capitals."),
    filter("upper_first", Text, &[], Text, "The first letter large, the rest as it is."),
    filter("urlencode", Any, &[], Text, "Fit to stand in a link's query."),
    filter("zip", List, &[opt("others", List)], List, "Several lists, side by side."),
];
