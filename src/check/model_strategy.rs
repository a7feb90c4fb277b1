//! A strategy in the checked model: its method, and what filters its products.

use super::typed::{Expr, Window};

/// A weighted relation that recommendation learns from.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Signal {
    /// Weight of one row.
    pub weight: f64,
    /// The relation.
    pub relation: String,
    /// Which rows, over `Row::This` and `Row::ThisProduct`.
    pub filter: Option<Expr>,
    /// When.
    pub window: Option<Window>,
}

/// How something loses weight with age.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fading {
    /// It counts half after so many seconds.
    HalfLife(i64),
    /// It counts the same whatever its age: `none`.
    Never,
}

/// The rows that a method learns from, and what their age means.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Evidence {
    /// The rows.
    pub signals: Vec<Signal>,
    /// How a customer's history fades; the method's usual way where nothing is said.
    pub half_life: Option<Fading>,
    /// How fast the measure of what sells now forgets; with [`Fading::Never`] products are not weighed by how they sell now.
    pub trend: Option<Fading>,
}

/// How ratings say what a customer would like.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct ByRatings {
    /// The rows with the ratings.
    pub ratings: Signal,
    /// The column that the rating is in.
    pub column: String,
    /// Whether customers of like taste speak, and not products rated alike.
    pub by_customers: bool,
    /// Whether ratings count as above or below their customer's mean, and are predicted so.
    pub centred: bool,
    /// How many speak.
    pub neighbours: Option<usize>,
    /// How much evidence a prediction needs.
    pub shrinkage: Option<f64>,
}

/// What `similar_to` starts from.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Anchor {
    /// The product of the customer's latest row of this signal.
    Latest(Signal),
    /// One product, by its id.
    Product(String),
}

/// How alike two customers or two products are by what they have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weighting {
    /// The cosine of the weights as they are.
    Cosine,
    /// What both have, divided by what either has.
    Jaccard,
    /// The rarer, the more it says, and the longer the less; repeats soon count no more.
    Bm25,
    /// The rarer, the more it says.
    TfIdf,
}

/// A method of recommendation.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// What most rows are of.
    Popular {
        /// The rows counted.
        signals: Vec<Signal>,
        /// Seconds after which a row counts half.
        half_life: Option<i64>,
    },
    /// What sells better now than it used to.
    Trending {
        /// The rows that are now; all rows of the relation are what they are compared with.
        signal: Signal,
    },
    /// What the customer had before and is due to want again.
    BuyAgain {
        /// The rows counted.
        signal: Signal,
        /// Seconds after which a row counts half.
        half_life: Option<i64>,
    },
    /// What most rows by customers of the same kind are of.
    PopularBy {
        /// The rows counted.
        signals: Vec<Signal>,
        /// Seconds after which a row counts half.
        half_life: Option<i64>,
        /// What customers of a kind have in common.
        by: Expr,
    },
    /// So many products from each in turn.
    Slots(Vec<(usize, Method)>),
    /// All that the first has, then all that the next has.
    InTurn(Vec<Method>),
    /// Item-based collaborative filtering.
    ItemCf {
        /// What is learned from.
        evidence: Evidence,
        /// How many similar products are kept for each.
        neighbours: Option<usize>,
        /// How much evidence a similarity needs.
        shrinkage: Option<f64>,
        /// How alike two products are.
        weighting: Option<Weighting>,
    },
    /// User-based collaborative filtering.
    UserCf {
        /// What is learned from.
        evidence: Evidence,
        /// How many similar customers speak for each.
        neighbours: Option<usize>,
        /// How much evidence a similarity needs.
        shrinkage: Option<f64>,
        /// How alike two customers are.
        weighting: Option<Weighting>,
    },
    /// What the customer would rate highest, by explicit ratings.
    Rated(ByRatings),
    /// Products whose words and attributes are like those of the customer's own.
    Content {
        /// The products' columns that are read, with what each counts for; the usual ones where none are named.
        fields: Vec<(f64, String)>,
        /// Whether words count by their meaning, as learned from the shop's texts.
        learned: bool,
        /// What says what is the customer's own.
        evidence: Evidence,
    },
    /// Products of the same orders.
    BoughtTogether {
        /// The order lines.
        signal: Signal,
    },
    /// Products like a given one.
    SimilarTo {
        /// Which one.
        anchor: Anchor,
        /// The rows that similarity is learned from.
        signals: Vec<Signal>,
        /// How many similar products are kept for each.
        neighbours: Option<usize>,
        /// How alike two products are.
        weighting: Option<Weighting>,
    },
    /// Implicit-feedback matrix factorisation.
    Als {
        /// What is learned from.
        evidence: Evidence,
        /// How many numbers describe a product.
        factors: Option<usize>,
        /// How often both sides are worked out in turn.
        iterations: Option<usize>,
        /// What keeps the factors of the little known small.
        regularisation: Option<f64>,
        /// How much more a thing done counts than one not done.
        alpha: Option<f64>,
    },
    /// Truncated singular value decomposition.
    Svd {
        /// What is learned from.
        evidence: Evidence,
        /// How many numbers describe a product.
        factors: Option<usize>,
    },
    /// A linear model of products by products.
    Ease {
        /// What is learned from.
        evidence: Evidence,
        /// What keeps weights that few customers speak for small.
        regularisation: Option<f64>,
        /// How many products have a say in each product's score.
        neighbours: Option<usize>,
    },
    /// What would have done best on the shop's own past.
    Auto {
        /// The rows learned from.
        signals: Vec<Signal>,
        /// Whether it is judged by what customers took for the first time.
        new_only: bool,
    },
    /// A weighted mixture.
    Blend(Vec<(f64, Method)>),
}

/// The least that a boost worked out of a product is: a product of negative margin stands far back, and can still be recommended.
pub const LEAST_BOOST: f64 = 0.001;

/// A factor on a product's score.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Boost {
    /// The factor.
    pub factor: f64,
    /// What the factor is multiplied by, worked out of the product: where it is missing by 1, and never by less than [`LEAST_BOOST`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<Expr>,
    /// Where it holds; none for every product.
    pub when: Option<Expr>,
}

/// At most `count` products of one value of a column in a list.
#[derive(Debug, Clone)]
pub struct Cap {
    /// How many.
    pub count: usize,
    /// The product's column.
    pub column: String,
}

/// At most so many recipients of one product, over the whole audience.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Exposure {
    /// How many.
    pub count: f64,
    /// The product's column that it is multiplied by; none for the count as it is.
    pub per: Option<String>,
}

/// Which products a strategy shows, by whether the customer ever bought them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shows {
    /// Those that the customer never bought.
    New,
    /// Those that the customer bought before.
    Again,
    /// Both.
    #[default]
    All,
}

/// How products are recommended.
#[derive(Debug, Clone)]
pub struct Strategy {
    /// Its label.
    pub label: String,
    /// The source's label.
    pub source: String,
    /// How products are scored.
    pub method: Method,
    /// Which may be picked.
    pub only: Option<Expr>,
    /// Which may not.
    pub exclude: Option<Expr>,
    /// Factors.
    pub boosts: Vec<Boost>,
    /// Caps.
    pub caps: Vec<Cap>,
    /// How many recipients a product has at most.
    pub exposure: Option<Exposure>,
    /// How many a customer gets.
    pub take: usize,
    /// Whether products are to be new to the customer.
    pub shows: Shows,
    /// How much the products of a list are to differ from each other, 0 to 1.
    pub diversity: f64,
    /// How far what everybody knows stands back, 0 to 1.
    pub novelty: f64,
    /// What fills short lists.
    pub fallback: Option<Method>,
}
