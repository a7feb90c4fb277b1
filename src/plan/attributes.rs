//! What the messages say of each recipient: the values that templates and choices ask for.

use super::compile::Compiler;
use super::mentions;
use super::step::{AttributeColumn, Work};
use crate::check::model::{Learner, Source};
use crate::check::typed::{Aggregate, Aggregation, Expr, Link, Op, Row, Type};

impl Compiler<'_> {
    /// The customer's values that templates and choices ask for.
    pub(super) fn attributes(&mut self, requirements: &[&str]) {
        let Some(source) = self.model.sources.get(&self.campaign.source) else { return };
        let texts: Vec<String> = self
            .steps
            .iter()
            .filter_map(|s| match &s.work {
                Work::Compose(c) => {
                    Some([c.subject.as_str(), c.preheader.as_deref().unwrap_or(""), &c.body].join("\n"))
                }
                _ => None,
            })
            .collect();
        let mut wanted = mentions::fields_of("customer", texts.iter().map(String::as_str));
        wanted.extend(["id", "email", "name", "locale", "timezone"].map(str::to_owned));
        let mut columns = Vec::new();
        let customers = source.schema.relation("customers");
        for name in wanted {
            if let Some(column) = customers.and_then(|r| r.column(&name)) {
                columns.push(AttributeColumn {
                    name,
                    value: Expr::column(Row::Customer, &column.name, column.ty),
                });
                continue;
            }
            let attribute = self.model.profiles.values().flat_map(|p| &p.attributes).find(|a| a.name == name);
            if let Some(attribute) = attribute {
                let value = self.inliner.expr(&attribute.value);
                columns.push(AttributeColumn { name, value });
                continue;
            }
            let of_source = |l: &&Learner| l.source == self.campaign.source;
            let mut learners = self.model.learners.values().filter(of_source);
            let learner = learners.find(|l| l.label == name || l.label.split('@').next() == Some(&name));
            if let Some(learner) = learner {
                let op = Op::Learned(Box::new(self.inliner.learned(learner)));
                columns.push(AttributeColumn { name, value: Expr::new(op, learner.ty) });
            }
        }
        if texts.iter().any(|t| t.contains("last_purchase")) {
            columns.extend(last_purchase(source));
        }
        let words = format!("work out what the messages say of each recipient: {}", names(&columns));
        self.choice_conditions(&mut columns);
        self.add("attributes", words, requirements, true, Work::Attributes { columns });
    }

    /// Conditions of choices, as columns named by variant and position.
    fn choice_conditions(&self, columns: &mut Vec<AttributeColumn>) {
        let Some(Work::Assign { variants, .. }) =
            self.steps.iter().find(|s| s.id == "assign").map(|s| &s.work)
        else {
            return;
        };
        for variant in variants {
            if let Some(audience) = &variant.audience {
                columns.push(AttributeColumn {
                    name: format!("audience of {}", variant.name),
                    value: yes_no(audience),
                });
            }
            for (index, (condition, _)) in variant.templates.iter().enumerate() {
                if let Some(condition) = condition {
                    columns.push(AttributeColumn {
                        name: format!("template {index} of {}", variant.name),
                        value: yes_no(condition),
                    });
                }
            }
        }
    }
}

/// The id of the product bought last.
fn last_purchase(source: &Source) -> Option<AttributeColumn> {
    let ty = source.schema.relation("purchases")?.column("product")?.ty;
    let aggregate = Aggregate {
        function: Aggregation::Latest,
        relation: "purchases".to_owned(),
        link: Link::Customer,
        column: Some(Expr::column(Row::This, "product", ty)),
        filter: None,
        window: None,
    };
    Some(AttributeColumn {
        name: "last_purchase".to_owned(),
        value: Expr::new(Op::Aggregate(Box::new(aggregate)), ty),
    })
}

fn yes_no(condition: &Expr) -> Expr {
    Expr::new(Op::IsTrue(Box::new(condition.clone())), Type::YesNo)
}

fn names(columns: &[AttributeColumn]) -> String {
    columns.iter().map(|c| c.name.as_str()).collect::<Vec<_>>().join(", ")
}
