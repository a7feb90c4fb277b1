//! Lists of a fitted recipe for many customers.

use super::super::filters::{Filters, Personal};
use super::super::interactions::Interactions;
use super::super::lists::ItemLists;
use super::super::method::Method;
use super::super::pick::recommend;
use super::super::recipe::FittedRecipe;
use super::super::request::{Request, RequestError};

/// How many customers are served at once; a matter of memory.
const CHUNK: usize = 2048;

/// How customers are to be served.
#[derive(Debug, Clone, Copy)]
pub struct Ranking<'a> {
    /// The method.
    pub fitted: &'a FittedRecipe,
    /// What fills lists that are short.
    pub fallback: Option<&'a dyn Method>,
    /// Each customer's products that are not to be shown; none for all.
    pub without: Option<&'a ItemLists>,
    /// The length of a list.
    pub take: usize,
}

/// Gives the list of each of these customers, best first, to `each`, in their order.
///
/// # Errors
/// If the recipe's arrays do not fit together.
pub fn rank(
    ranking: &Ranking<'_>,
    customers: &[u32],
    mut each: impl FnMut(u32, &[u32]),
) -> Result<(), RequestError> {
    let filters = Filters { take: ranking.take, ..Filters::default() };
    let histories: Vec<&Interactions> = ranking.fitted.histories.iter().map(AsRef::as_ref).collect();
    let mut list = Vec::new();
    for chunk in customers.chunks(CHUNK) {
        let exclude = ranking
            .without
            .map(|lists| chunk.iter().map(|&c| lists.of(c as usize).iter().copied()).collect::<ItemLists>());
        let personal = Personal { exclude, ..Personal::default() };
        let picks = recommend(&Request {
            method: ranking.fitted.method.as_ref(),
            fallback: ranking.fallback,
            filters: &filters,
            personal: &personal,
            histories: &histories,
            customers: chunk,
            because: false,
        })?;
        for (&customer, picks) in chunk.iter().zip(&picks) {
            list.clear();
            list.extend(picks.iter().map(|p| p.item));
            each(customer, &list);
        }
    }
    Ok(())
}
