//! H0513: a price that depends on who asks (China: PIPL, article 24, no unreasonable difference in price).

use super::subject::{Subject, value};
use crate::diagnostic::Diagnostic;
use crate::markup::TagKind;

/// Finds them.
pub fn run(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let mut found = in_templates(subject);
    found.extend(in_variants(subject));
    found
}

/// `{{ pick.price.amount * customer.factor }}`: a price worked out of a customer's values.
fn in_templates(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for body in subject.bodies() {
        for tag in body.text.tags.iter().filter(|tag| tag.kind == TagKind::Output) {
            let inside = tag.inside(&body.text.written.value);
            if is_price_by_customer(inside) {
                let message = "this price depends on who the customer is";
                found.push(
                    Diagnostic::warning("H0513", body.text.place(tag.range.clone()), message)
                        .label("a price of their own")
                        .help("show everybody the same price (PIPL, article 24); an offer may have its conditions, open to all"),
                );
            }
        }
    }
    found
}

/// Whether an expression calculates with a price and with a value of the customer.
fn is_price_by_customer(expression: &str) -> bool {
    // What stands in quotes is no calculation: every second piece.
    let value: String = expression.split(['"', '\'']).step_by(2).collect();
    let calculates = value.contains(['*', '/', '+']) || value.contains(" - ");
    let price = [".price", ".list_price", ".offer_price", "offer.discount"].iter().any(|p| value.contains(p));
    calculates && price && value.contains("customer.")
}

/// A version with an offer of its own for people of its own: the offer depends on who they are.
fn in_variants(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (_, decl, _) in subject.campaigns().filter(|(_, _, c)| subject.reaches_china(c)) {
        for block in &decl.blocks {
            let (Some(offer), Some(audience)) = (value(block, "offer"), value(block, "audience")) else {
                continue;
            };
            found.push(
                Diagnostic::warning("H0513", offer.span, "this offer depends on who the customer is")
                    .label("not for everybody")
                    .related(audience.span, "only for these")
                    .help("offer everybody the same (PIPL, article 24); where the difference has a reason that you publish, silence this with it"),
            );
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_calculation_with_the_customer_is_a_price_of_their_own() {
        for wrong in
            [" pick.price.amount * customer.factor ", " (offer.discount + customer.bonus) | percent "]
        {
            assert!(is_price_by_customer(wrong), "{wrong}");
        }
        for right in [
            " pick.price | money ",
            " customer.name ",
            " pick.price.amount * 0.9 ",
            " customer.spend_year | money ",
            " pick.price | money(customer.locale) ",
            " customer.name ~ ' - ' ~ pick.price ",
        ] {
            assert!(!is_price_by_customer(right), "{right}");
        }
    }
}
