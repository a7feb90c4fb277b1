//! H0514: products picked for each person by what they did, and no way to say no to that (China: PIPL, article 24; GDPR, article 21).

use super::subject::{Subject, value};
use crate::check::model::{Campaign, Method, Model, Recommend, Strategy};
use crate::check::typed::Expr;
use crate::diagnostic::Diagnostic;

/// Finds them, each sender once.
pub fn run(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for (file, decl, campaign) in subject.campaigns() {
        if !subject.reaches_china(campaign) || !is_personal(subject.model(), campaign) {
            continue;
        }
        let blocks = std::iter::once(decl).chain(&decl.blocks);
        for block in blocks.filter(|b| value(b, "sender").is_some()) {
            let Some((_, sender)) = subject.named(file, block, "sender") else { continue };
            if value(sender, "preferences").is_some() || found.iter().any(|d| d.span == sender.head) {
                continue;
            }
            let message = "nobody can say no to having products picked for them";
            found.push(
                Diagnostic::warning("H0514", sender.head, message)
                    .label("no `preferences`")
                    .related(decl.head, "this campaign picks by what each customer did, and reaches China")
                    .help("add `preferences: \"https://…\"`, a page where a customer can turn that off (PIPL, article 24); the footer links to it"),
            );
        }
    }
    found
}

/// Whether what somebody is shown depends on what they did.
fn is_personal(model: &Model, campaign: &Campaign) -> bool {
    let own = campaign.recommend.iter();
    let versions = campaign.variants.iter().filter_map(|v| v.recommend.as_ref());
    own.chain(versions).any(|recommend| match recommend {
        Recommend::Method(method) => learns(method),
        Recommend::Strategy(label) => model.strategies.get(label).is_some_and(personal_strategy),
    })
}

fn personal_strategy(strategy: &Strategy) -> bool {
    let conditions = strategy.only.iter().chain(&strategy.exclude);
    let conditions = conditions.chain(strategy.boosts.iter().filter_map(|b| b.when.as_ref()));
    learns(&strategy.method) || conditions.into_iter().any(looks_at_customer)
}

fn learns(method: &Method) -> bool {
    match method {
        Method::Popular { .. } | Method::Trending { .. } => false,
        Method::SimilarTo { anchor, .. } => matches!(anchor, crate::check::model::Anchor::Latest(_)),
        Method::PopularBy { .. }
        | Method::ItemCf { .. }
        | Method::BuyAgain { .. }
        | Method::UserCf { .. }
        | Method::Rated(_)
        | Method::Content { .. }
        | Method::BoughtTogether { .. }
        | Method::Auto { .. }
        | Method::Als { .. }
        | Method::Svd { .. }
        | Method::Ease { .. } => true,
        Method::Blend(parts) => parts.iter().any(|(_, part)| learns(part)),
        Method::Slots(parts) => parts.iter().any(|(_, part)| learns(part)),
        Method::InTurn(methods) => methods.iter().any(learns),
    }
}

fn looks_at_customer(condition: &Expr) -> bool {
    let mut found = false;
    // Leaving out what somebody has already is no profile of them: rows of the customer with a product do not count.
    condition.walk(&mut |e| found |= e.op.is_of_customer());
    found
}
