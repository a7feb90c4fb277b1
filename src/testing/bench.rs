//! A campaign made ready to be tested on a day: a plan and a session as a run has them, on the source's data or on a
//! test's own rows. Tests of one campaign, day and data share one.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::fixture::{Fixture, FixtureError};
use crate::check::Model;
use crate::check::model::{Campaign, FixtureRow};
use crate::check::schema::Schema;
use crate::check::typed::Expr;
use crate::data::{Fingerprint, Key};
use crate::plan::{Asked, Inliner, PlanError, compile};
use crate::run::datum::Datum;
use crate::run::{RunError, Session, Store};

/// The seed of tests: what `herald run` takes where nothing else is said.
const SEED: u64 = 1;

/// Customers looked at together.
pub const CHUNK: usize = 500;

/// Why a campaign cannot be tested.
#[derive(Debug)]
pub enum Obstacle {
    /// It needs what this version checks and does not run.
    NotYet(String),
    /// Something is wrong with the data or the campaign.
    Broken(String),
}

impl From<RunError> for Obstacle {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Plan(PlanError::Later { .. }) => Self::NotYet(error.to_string()),
            _ => Self::Broken(error.to_string()),
        }
    }
}

impl From<FixtureError> for Obstacle {
    fn from(error: FixtureError) -> Self {
        Self::Broken(error.to_string())
    }
}

/// A campaign on the bench.
pub struct Bench {
    /// What a run would work with.
    pub session: Session,
    /// The model, with the campaign and the source as they are tested.
    pub model: Model,
    /// The campaign's label.
    pub campaign: String,
    audience: OnceCell<Vec<Key>>,
    _fixture: Option<Fixture>,
}

impl Bench {
    /// Opens a campaign as of an instant, on rows or on the source's data. In a test nobody is held out, the campaign may
    /// be before its first slot, and what the project's runs have recorded does not exist: what a message says must not
    /// depend on what was sent yesterday.
    ///
    /// # Errors
    /// See [`Obstacle`].
    pub fn open(
        model: &Model,
        campaign: &str,
        rows: Option<&[FixtureRow]>,
        as_of: Timestamp,
        store: &Store,
    ) -> Result<Self, Obstacle> {
        let mut model = model.clone();
        let source = match model.campaigns.get_mut(campaign) {
            Some(campaign) => {
                campaign.holdout = 0.0;
                campaign.source.clone()
            }
            None => return Err(Obstacle::Broken(format!("there is no campaign `{campaign}`"))),
        };
        let source = model
            .sources
            .get_mut(&source)
            .ok_or_else(|| Obstacle::Broken(format!("there is no source `{source}`")))?;
        let fixture = rows.map(|rows| Fixture::new(&source.schema, rows)).transpose()?;
        if let Some(fixture) = &fixture {
            source.schema =
                Arc::new(Schema { database: fixture.shop.clone(), ..Schema::clone(&source.schema) });
        }
        let fingerprint = match Fingerprint::of(&source.schema.database) {
            Ok(fingerprint) => fingerprint.to_hex(),
            // What cannot run for another reason too should say that one: it holds wherever the data is.
            Err(error) => {
                let _ = plan(&model, campaign, as_of, "")?;
                return Err(Obstacle::Broken(error.to_string()));
            }
        };
        let plan = plan(&model, campaign, as_of, &fingerprint)?;
        let records = fixture.as_ref().and_then(|f| f.records.as_deref());
        // What was learned from a test's own rows is of no use to anybody else.
        let own = Store::default();
        let session = Session::open(&model, plan, records, if fixture.is_some() { &own } else { store })?;
        let campaign = campaign.to_owned();
        Ok(Self { session, model, campaign, audience: OnceCell::new(), _fixture: fixture })
    }

    /// The campaign.
    pub fn campaign(&self) -> Option<&Campaign> {
        self.model.campaigns.get(&self.campaign)
    }

    /// The ids of the audience, ascending.
    ///
    /// # Errors
    /// SQLite's.
    pub fn audience(&self) -> Result<&[Key], RunError> {
        if let Some(ids) = self.audience.get() {
            return Ok(ids);
        }
        let ids = self.session.audience()?;
        Ok(self.audience.get_or_init(|| ids))
    }

    /// The values of customers, in their order.
    ///
    /// # Errors
    /// SQLite's.
    pub fn values(&self, ids: &[Key], columns: &[(String, Expr)]) -> Result<Vec<Vec<Datum>>, RunError> {
        if columns.is_empty() {
            return Ok(vec![Vec::new(); ids.len()]);
        }
        let mut rows = Vec::with_capacity(ids.len());
        for chunk in ids.chunks(CHUNK) {
            rows.extend(self.session.shop.values(chunk, columns)?);
        }
        Ok(rows)
    }

    /// An expression with every reference replaced, or what it needs that this version does not run.
    ///
    /// # Errors
    /// The names of what it needs.
    pub fn inlined(&self, value: &Expr) -> Result<Expr, BTreeSet<String>> {
        let mut inliner = Inliner::new(&self.model);
        let inlined = inliner.expr(value);
        if inliner.later.is_empty() { Ok(inlined) } else { Err(inliner.later) }
    }
}

fn plan(
    model: &Model,
    campaign: &str,
    as_of: Timestamp,
    fingerprint: &str,
) -> Result<crate::plan::Plan, Obstacle> {
    let asked = Asked { campaign, as_of, occurrence: None, now: true, seed: SEED, fingerprint };
    compile(model, &asked).map_err(|error| RunError::from(error).into())
}
