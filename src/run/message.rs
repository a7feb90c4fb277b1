//! Writing one recipient's message from its stored inputs, now or again later.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use minijinja::Value;
use serde::{Deserialize, Serialize};

use super::datum::Datum;
use super::error::RunError;
use super::session::Draft;
use super::templates::Templates;
use crate::check::model::{Sender, Source};
use crate::compose::{
    self, ComposeError, Composed, MessageContext, PreparedTemplate, ProofMark, Recipient, SenderHeaders,
    SenderSettings,
};
use crate::data::Key;
use crate::deliver::Address;
use crate::plan::Plan;

/// What stands in a proof's unsubscribe link where a customer's token would: no token is as short.
const PROOF_TOKEN: &str = "proof";

/// Everything a message is made from besides the files: stored with it, so that the same bytes can be made again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inputs {
    /// The template.
    pub template: String,
    /// Who writes.
    pub sender: String,
    /// The address as the shop writes it.
    pub email: String,
    /// The customer's values that the message may show.
    pub customer: BTreeMap<String, Datum>,
    /// The products.
    pub picks: Vec<PickInputs>,
    /// The product bought last, where a template shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_purchase: Option<BTreeMap<String, Datum>>,
}

/// One product of a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PickInputs {
    /// The product's columns.
    pub product: BTreeMap<String, Datum>,
    /// The customer's own product that explains it best.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<BTreeMap<String, Datum>>,
    /// Its score.
    pub score: f64,
}

/// Writes the messages of a campaign.
pub struct Writer {
    templates: Templates,
    senders: BTreeMap<String, Signature>,
    shop_url: String,
    seed: u64,
    campaign: String,
    occurrence: String,
}

/// What all of one sender's messages share.
struct Signature {
    headers: SenderHeaders,
    shared: MessageContext,
    unsubscribe: String,
    accent: String,
}

impl Writer {
    /// A writer for a plan's messages.
    ///
    /// # Errors
    /// A sender that no mail can come from.
    pub fn new(
        plan: &Plan,
        source: &Source,
        senders: &BTreeMap<String, Sender>,
        templates: Templates,
    ) -> Result<Self, RunError> {
        let senders = senders
            .iter()
            .map(|(label, sender)| Ok((label.clone(), Signature::new(plan, source, sender)?)))
            .collect::<Result<_, RunError>>()?;
        Ok(Self {
            templates,
            senders,
            shop_url: source.url.clone(),
            seed: plan.seed,
            campaign: plan.campaign.clone(),
            occurrence: plan.occurrence.clone(),
        })
    }
    /// Whether the plan still has what a stored message is made with; else what is gone.
    ///
    /// # Errors
    /// `template x` or `sender x`.
    pub fn knows(&self, inputs: &Inputs) -> Result<(), String> {
        let Some(sender) = self.senders.get(&inputs.sender) else {
            return Err(format!("sender {}", inputs.sender));
        };
        match self.template(&inputs.template, sender) {
            Some(_) => Ok(()),
            None => Err(format!("template {}", inputs.template)),
        }
    }

    fn template(&self, label: &str, sender: &Signature) -> Option<&PreparedTemplate> {
        self.templates.get(&(label.to_owned(), sender.accent.clone())).map(Arc::as_ref)
    }

    /// Names the message of this run to this customer and nothing else: what Message-ID and boundaries come from.
    pub fn id(&self, customer: &Key) -> String {
        let name = format!("{}\u{1f}{}\u{1f}{customer}", self.campaign, self.occurrence);
        self.keyed("message", &name)[..32].to_owned()
    }

    /// The Message-ID header's value; empty for a sender that is not the plan's.
    pub fn message_id(&self, customer: &Key, sender: &str) -> String {
        self.senders.get(sender).map(|s| s.headers.message_id(&self.id(customer))).unwrap_or_default()
    }

    fn keyed(&self, purpose: &str, text: &str) -> String {
        let key = blake3::derive_key("herald message identifiers v1", &self.seed.to_le_bytes());
        blake3::Hasher::new_keyed(&key)
            .update(purpose.as_bytes())
            .update(&[0])
            .update(text.as_bytes())
            .finalize()
            .to_hex()
            .to_string()
    }

    /// A draft's message; the reason, as a sentence, where it cannot be written.
    ///
    /// # Errors
    /// The reason.
    pub fn write_draft(&self, draft: &Draft, at: Timestamp) -> Result<Composed, String> {
        self.write(&draft.customer, &draft.inputs, at).map_err(|e| e.to_string())
    }

    /// The message's bytes and parts.
    ///
    /// # Errors
    /// What this recipient lacks, or what would break the mail standards.
    pub fn write(&self, customer: &Key, inputs: &Inputs, date: Timestamp) -> Result<Composed, ComposeError> {
        let (sender, template) = self.made_with(inputs)?;
        let token = &self.keyed("unsubscribe", &format!("{}\u{1f}{customer}", self.campaign))[..32];
        let context = self.context(inputs, sender, token);
        let name = inputs.customer.get("name").and_then(Datum::text);
        let recipient = Recipient { name, address: &inputs.email, id: &self.id(customer), date };
        compose::compose(template, &context, &sender.headers, &recipient)
    }

    /// A proof of a draft's message, to its author. Its links hold nothing of the customer's: none unsubscribes anybody. `once` makes its
    /// Message-ID one of its own, so that a second proof is not taken for the first.
    ///
    /// # Errors
    /// The reason, as a sentence.
    pub fn write_proof(
        &self,
        draft: &Draft,
        to: &Address,
        mark: &ProofMark<'_>,
        date: Timestamp,
        once: &str,
    ) -> Result<Composed, String> {
        let written = || {
            let (sender, template) = self.made_with(&draft.inputs)?;
            let context = self.context(&draft.inputs, sender, PROOF_TOKEN);
            let name = format!("{}\u{1f}{}\u{1f}{once}", self.id(&draft.customer), to.compared());
            let id = &self.keyed("proof", &name)[..32];
            let recipient = Recipient { name: None, address: to.written(), id, date };
            compose::compose_proof(template, &context, &sender.headers, &recipient, mark)
        };
        written().map_err(|e: ComposeError| e.to_string())
    }

    /// The sender and the template of a message. Drafts come from this plan, and what was stored by another has been through `knows`.
    fn made_with(&self, inputs: &Inputs) -> Result<(&Signature, &PreparedTemplate), ComposeError> {
        let sender = self.senders.get(&inputs.sender).ok_or(ComposeError::EmptySubject)?;
        let template = self.template(&inputs.template, sender).ok_or(ComposeError::EmptySubject)?;
        Ok((sender, template))
    }

    /// What the template sees.
    fn context(&self, inputs: &Inputs, sender: &Signature, token: &str) -> MessageContext {
        let unsubscribe = &sender.unsubscribe;
        let separator = if unsubscribe.contains('?') { '&' } else { '?' };
        let text = |name: &str| inputs.customer.get(name).and_then(Datum::text).map(Arc::from);
        let mut further = Vec::new();
        if let Some(product) = &inputs.last_purchase {
            further.push((Arc::from("last_purchase"), self.product(product)));
        }
        MessageContext {
            customer: record(&inputs.customer),
            picks: Value::from(inputs.picks.iter().map(|p| self.pick(p)).collect::<Vec<_>>()),
            unsubscribe_url: format!("{unsubscribe}{separator}t={token}").into(),
            locale: text("locale"),
            timezone: text("timezone"),
            further,
            ..sender.shared.clone()
        }
    }

    fn pick(&self, pick: &PickInputs) -> Value {
        let because = pick.because.as_ref().map_or_else(|| Value::from(()), |b| self.product(b));
        let own = compose::Columns::new(["because", "score"]).row(vec![because, Value::from(pick.score)]);
        compose::pick(self.product(&pick.product), own)
    }

    /// A product as templates see it: links and pictures with the shop's address where the data has them without.
    fn product(&self, columns: &BTreeMap<String, Datum>) -> Value {
        let names: Vec<&str> = columns.keys().map(String::as_str).collect();
        let values = columns
            .iter()
            .map(|(name, value)| match (name.as_str(), value) {
                ("url" | "image", Datum::Text(link)) => Value::from(self.absolute(link)),
                _ => value.value(),
            })
            .collect();
        compose::Columns::new(names).row(values)
    }

    fn absolute(&self, link: &str) -> String {
        if link.contains("://") || self.shop_url.is_empty() {
            return link.to_owned();
        }
        format!("{}/{}", self.shop_url, link.trim_start_matches('/'))
    }
}

impl Signature {
    fn new(plan: &Plan, source: &Source, sender: &Sender) -> Result<Self, RunError> {
        let from = if sender.name.is_empty() {
            sender.email.clone()
        } else {
            format!("{} <{}>", sender.name, sender.email)
        };
        let settings = SenderSettings {
            from,
            reply_to: sender.reply_to.clone(),
            list_title: Some(source.shop_name.clone()),
            list: plan.campaign.clone(),
            unsubscribe_mailto: Some(sender.reply_to.clone().unwrap_or_else(|| sender.email.clone())),
        };
        let headers = SenderHeaders::new(&settings).map_err(RunError::Sender)?;
        let map = |pairs: &[(&str, &str)]| {
            compose::Columns::new(pairs.iter().map(|p| p.0))
                .row(pairs.iter().map(|p| Value::from(p.1)).collect())
        };
        let shared = MessageContext {
            shop: map(&[("name", &source.shop_name), ("url", &source.url), ("accent", &sender.accent)]),
            campaign: map(&[("name", &plan.campaign), ("title", &plan.title)]),
            sender: map(&[("name", &sender.name), ("email", &sender.email), ("address", &sender.address)]),
            as_of: Value::from(plan.as_of.to_string()),
            preferences_url: sender.preferences.as_deref().map(Arc::from),
            ..MessageContext::default()
        };
        Ok(Self { headers, shared, unsubscribe: sender.unsubscribe.clone(), accent: sender.accent.clone() })
    }
}

fn record(columns: &BTreeMap<String, Datum>) -> Value {
    let names: Vec<&str> = columns.keys().map(String::as_str).collect();
    compose::Columns::new(names).row(columns.values().map(Datum::value).collect())
}
