//! The recipients for whom a mail most likely looks wrong, found while the audience is counted.

use std::collections::BTreeMap;

use serde::Serialize;

use super::datum::Datum;
use super::session::Draft;
use crate::compose::Composed;
use crate::data::Key;

/// The most customers of an audience that are looked at: a million mails are not written to preview one.
pub const COUNTED: usize = 20_000;

/// One worst case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Case {
    /// Why it is one, in a few words.
    pub what: String,
    /// The customer.
    pub customer: Key,
}

/// The worst so far of each sort. Ties go to the customer seen first.
#[derive(Debug, Default)]
pub struct Worst {
    longest_name: Option<(usize, Key)>,
    least_known: Option<(usize, Key)>,
    fewest_picks: Option<(usize, Key)>,
    all_from_fallback: Option<Key>,
    largest: Option<(usize, Key)>,
    unwritable: Option<(String, Key)>,
    languages: BTreeMap<String, Key>,
    variants: BTreeMap<String, Key>,
}

impl Worst {
    /// Looks at one message.
    pub fn see(&mut self, draft: &Draft, written: Option<&Result<Composed, String>>) {
        let values = &draft.inputs.customer;
        let customer = &draft.customer;
        let name = values.get("name").and_then(Datum::text).unwrap_or("").chars().count();
        most(&mut self.longest_name, name, customer);
        let missing = values.values().filter(|v| **v == Datum::Missing).count();
        most(&mut self.least_known, missing, customer);
        let picks = draft.inputs.picks.len();
        if self.fewest_picks.as_ref().is_none_or(|(fewest, _)| picks < *fewest) {
            self.fewest_picks = Some((picks, customer.clone()));
        }
        if picks > 0 && draft.from_fallback == picks {
            self.all_from_fallback.get_or_insert_with(|| customer.clone());
        }
        match written {
            Some(Ok(mail)) => most(&mut self.largest, mail.html.len(), customer),
            Some(Err(reason)) => {
                self.unwritable.get_or_insert_with(|| (reason.clone(), customer.clone()));
            }
            None => {}
        }
        let language = values.get("locale").and_then(Datum::text).unwrap_or("unknown").to_owned();
        self.languages.entry(language).or_insert_with(|| customer.clone());
        if let Some(variant) = &draft.variant {
            self.variants.entry(variant.clone()).or_insert_with(|| customer.clone());
        }
    }

    /// The cases, the gravest first.
    pub fn cases(&self) -> Vec<Case> {
        let mut cases = Vec::new();
        let mut add = |what: String, customer: &Key| cases.push(Case { what, customer: customer.clone() });
        if let Some((reason, customer)) = &self.unwritable {
            add(format!("cannot be written: {reason}"), customer);
        }
        if let Some((n, customer)) = &self.longest_name {
            add(format!("longest name: {n} letters"), customer);
        }
        if let Some((n @ 1.., customer)) = &self.least_known {
            add(format!("least known, {n} {} missing", if *n == 1 { "value" } else { "values" }), customer);
        }
        if let Some((n, customer)) = &self.fewest_picks {
            add(format!("fewest products: {n}"), customer);
        }
        if let Some(customer) = &self.all_from_fallback {
            add("only the fallback's products".to_owned(), customer);
        }
        if let Some((bytes, customer)) = &self.largest {
            add(format!("largest mail: {} KB of HTML", bytes.div_ceil(1024)), customer);
        }
        for (language, customer) in &self.languages {
            add(format!("language {language}"), customer);
        }
        for (variant, customer) in &self.variants {
            add(format!("version {variant}"), customer);
        }
        cases
    }
}

fn most(so_far: &mut Option<(usize, Key)>, amount: usize, customer: &Key) {
    if so_far.as_ref().is_none_or(|(most, _)| amount > *most) {
        *so_far = Some((amount, customer.clone()));
    }
}
