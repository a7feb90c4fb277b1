//! Several methods that fill one list one after the other: `slots`, and fallbacks tried in turn.

use std::sync::Arc;

use super::filters::Candidates;
use super::method::{Customer, Method, Scores};

/// One method's turn.
#[derive(Debug, Clone)]
pub struct Turn {
    /// How many products it chooses before the next has its turn; as many as it can if `None`.
    pub at_once: Option<usize>,
    /// The method.
    pub method: Arc<dyn Method>,
}

/// Methods that take turns in filling a list. [`super::recommend`] gives each its turn, in their order, and begins anew
/// until the list is full or none has anything left. So what one cannot fill goes to the others, nothing comes twice, and the
/// caps count over the whole list.
///
/// Scores of different methods are never compared, so it has none of its own: it stands as a strategy's method or
/// fallback, never within a [`super::Blend`].
#[derive(Debug, Clone)]
pub struct Turns {
    turns: Vec<Turn>,
}

impl Turns {
    /// So many products from each in turn.
    ///
    /// # Panics
    /// If there is no method, one is to choose none at once, or one takes turns itself.
    #[must_use]
    pub fn new(turns: Vec<Turn>) -> Self {
        assert!(!turns.is_empty(), "a method at least");
        assert!(turns.iter().all(|t| t.at_once != Some(0) && t.method.turns().is_empty()), "plain methods");
        Self { turns }
    }

    /// All that the first can choose, then all that the second can, and so on.
    ///
    /// # Panics
    /// If there is no method.
    #[must_use]
    pub fn in_order(methods: Vec<Arc<dyn Method>>) -> Self {
        Self::new(methods.into_iter().map(|method| Turn { at_once: None, method }).collect())
    }
}

impl Method for Turns {
    fn items(&self) -> usize {
        self.turns.first().map_or(0, |t| t.method.items())
    }

    fn slots(&self) -> usize {
        self.turns.iter().map(|t| t.method.slots()).max().unwrap_or(0)
    }

    fn knows(&self, me: &Customer<'_>) -> bool {
        self.turns.iter().any(|t| t.method.knows(me))
    }

    fn score(&self, _me: &Customer<'_>, _among: &Candidates<'_>, _out: &mut Scores) {}

    fn evidence(&self, _me: &Customer<'_>, _item: u32, _scores: &Scores, _each: &mut dyn FnMut(u32, f32)) {}

    fn turns(&self) -> &[Turn] {
        &self.turns
    }
}
