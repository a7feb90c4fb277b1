//! The language's plain functions, as data: what each takes, gives and means. The checker reads the types, `audience/`
//! knows the SQL of each name.

/// What a function accepts in one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Argument {
    /// A text.
    Text,
    /// A bare number.
    Number,
    /// A number, money or a length of time; all such arguments of one call have one type.
    Amount,
}

/// What a function gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gives {
    /// A text.
    Text,
    /// A bare number.
    Number,
    /// The type of its first argument.
    SameAsArgument,
}

/// One plain function. All are strict: of a missing argument they give missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Function {
    /// Its name in campaign files.
    pub name: &'static str,
    /// What it takes, in order.
    pub arguments: &'static [Argument],
    /// What it gives.
    pub gives: Gives,
    /// A sentence for hover and the reference.
    pub doc: &'static str,
}

/// The one function that depends on all customers: the plan makes something learned of it.
pub const QUINTILE: &str = "quintile";

/// Every plain function of the language. `min` and `max` with two arguments are these; with a relation they are aggregates.
pub const FUNCTIONS: &[Function] = &[
    Function {
        name: "lower",
        arguments: &[Argument::Text],
        gives: Gives::Text,
        doc: "The text in small letters, in any script.",
    },
    Function {
        name: "upper",
        arguments: &[Argument::Text],
        gives: Gives::Text,
        doc: "The text in capital letters, in any script.",
    },
    Function {
        name: "length",
        arguments: &[Argument::Text],
        gives: Gives::Number,
        doc: "How many characters the text has.",
    },
    Function {
        name: "round",
        arguments: &[Argument::Number],
        gives: Gives::Number,
        doc: "The nearest whole number, halves away from zero.",
    },
    Function {
        name: "floor",
        arguments: &[Argument::Number],
        gives: Gives::Number,
        doc: "The largest whole number that is not above it.",
    },
    Function {
        name: "ceil",
        arguments: &[Argument::Number],
        gives: Gives::Number,
        doc: "The smallest whole number that is not below it.",
    },
    Function {
        name: "abs",
        arguments: &[Argument::Amount],
        gives: Gives::SameAsArgument,
        doc: "The amount without its sign.",
    },
    Function {
        name: "min",
        arguments: &[Argument::Amount, Argument::Amount],
        gives: Gives::SameAsArgument,
        doc: "The smaller of two amounts.",
    },
    Function {
        name: "max",
        arguments: &[Argument::Amount, Argument::Amount],
        gives: Gives::SameAsArgument,
        doc: "The larger of two amounts.",
    },
    Function {
        name: QUINTILE,
        arguments: &[Argument::Amount],
        gives: Gives::Number,
        doc: "Which fifth of all customers it is in: 1 the smallest, 5 the largest. An RFM score is made of three.",
    },
];

/// The function of that name.
pub fn function(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|f| f.name == name)
}
