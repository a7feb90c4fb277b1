//! Floor 3: recommendation from arrays: no language and no database in sight.
//!
//! ```text
//! Events ── Interactions (customer x product, sparse) ──┐
//! Baskets ──────────────────────────────────────────────┤ fit
//!                                                       ▼
//!                 a Method: popular, item_cf, bought_together, similar_to, als, svd, ease, blend
//!                                                       │ recommend (a chunk of customers)
//!   Filters (one strategy), Personal (one chunk) ───────┤
//!                                                       ▼
//!                                         picks, each with its `because`
//! ```
//!
//! Products are dense indexes in the order of their ids, so that ties, which break by index, break by id.
//! Customers are dense indexes too. Nothing here is as large as customers times products, and every result is the
//! same on any number of threads: each row is computed by one thread in a fixed order.

pub mod als;
pub mod auto;
pub mod batch;
mod best;
pub mod bitset;
pub mod blend;
pub mod bought_together;
pub mod buy_again;
pub mod content;
pub mod ease;
pub mod embed;
pub mod evaluate;
pub mod explain;
pub mod features;
pub mod filters;
pub mod interactions;
pub mod item_cf;
pub mod lists;
pub mod matrix;
pub mod method;
pub mod neighbours;
pub mod pick;
pub mod popular;
pub mod popular_by;
pub mod rated;
pub mod recipe;
pub mod request;
mod simd;
pub mod similar_to;
pub mod sparse;
pub mod svd;
mod tastes;
pub mod totals;
pub mod trend;
pub mod trending;
pub mod turns;
pub mod user_cf;
pub mod variety;
pub mod weighting;
pub mod words;

#[cfg(test)]
mod tests;

pub use als::{Als, AlsParams};
pub use batch::{Batch, CUSTOMERS_A_BATCH, Place};
pub use bitset::BitSet;
pub use blend::{Blend, BlendError, Component};
pub use bought_together::{Baskets, BoughtTogether, BoughtTogetherParams};
pub use buy_again::{BuyAgain, Intervals};
pub use content::{Content, ProductVectors, Vectors};
pub use ease::{Ease, EaseParams};
pub use embed::{Embedding, EmbeddingParams};
pub use explain::{Explained, Explanation, Part, explain};
pub use features::{Field, Weighted};
pub use filters::{Candidates, Cap, Filters, GroupRule, NO_GROUP, Personal, Removed};
pub use interactions::{DEFAULT_HALF_LIFE_DAYS, Events, History, InteractionError, Interactions};
pub use item_cf::{Damping, ItemCf, ItemCfParams};
pub use lists::{ItemFactors, ItemLists};
pub use matrix::Matrix;
pub use method::{Customer, Method, NOBODY, Scores};
pub use neighbours::Neighbours;
pub use pick::recommend;
pub use popular::Popular;
pub use popular_by::PopularBy;
pub use rated::{Rated, Ratings, Speaks};
pub use recipe::{FittedRecipe, Log, Recipe, RecipeError, Settings};
pub use request::{Pick, Request, RequestError, Source};
pub use similar_to::{Anchor, SimilarTo};
pub use svd::{Svd, SvdParams};
pub use trend::{DEFAULT_TREND_DAYS, trend};
pub use trending::trending;
pub use turns::{Turn, Turns};
pub use user_cf::{Crowd, UserCf, UserCfParams};
pub use variety::{Diversity, novelty};
pub use weighting::Weighting;
