//! What cannot be learned, and why.

/// Why there is no model or no clusters.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum LearnError {
    /// All examples have the same answer.
    #[error("{examples} examples were looked at, and {} of them came true: there is nothing to tell apart", if *.yes { "every one" } else { "not one" })]
    OneAnswer {
        /// How many there are.
        examples: usize,
        /// Whether it came true for all.
        yes: bool,
    },
    /// Too few examples of one answer.
    #[error(
        "it came true {yes} times and did not {no} times in what was looked at: at least {fewest} of each are needed"
    )]
    TooFew {
        /// For whom it came true.
        yes: usize,
        /// For whom it did not.
        no: usize,
        /// How many of each are needed.
        fewest: usize,
    },
    /// No feature differs between people.
    #[error("none of the features differs between customers")]
    NoFeature,
    /// More clusters than different people.
    #[error("there are only {different} customers with different features, and {k} groups are asked for")]
    TooManyClusters {
        /// How many groups are asked for.
        k: usize,
        /// How many different rows there are.
        different: usize,
    },
    /// Too few people bought again.
    #[error("only {repeating} customers bought again after their first day: at least {fewest} are needed")]
    TooFewRepeat {
        /// How many did.
        repeating: usize,
        /// How many are needed.
        fewest: usize,
    },
    /// The best parameters lie at the end of what can be.
    #[error("the buying of these customers does not look like what {0} describes: no parameters fit it")]
    NoFit(&'static str),
}
