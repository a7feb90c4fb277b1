//! What follows from other columns: amounts, discounts, margins, ages, and orders from their lines.

use super::schema::{Column, Origin, Relation, Storage};
use super::typed::{Arith, Expr, Literal, Op, Row, Type};
use crate::data::Currency;

/// Adds what can be derived: `amount`, `discount`, `quantity`, `margin`, `age`, and `orders` from the lines.
pub(super) fn add_all(relations: &mut Vec<Relation>, currency: Currency) {
    let money = Type::Money(currency);
    let this = |name: &str, ty: Type| Box::new(Expr::column(Row::This, name, ty));
    if let Some(lines) = relations.iter_mut().find(|r| r.name == "purchases") {
        if lines.column("quantity").is_none() {
            add(
                lines,
                "quantity",
                Expr::new(Op::Literal(Literal::Whole(1)), Type::Number),
                "One piece a line.",
            );
        }
        if lines.column("price").is_some() {
            add(
                lines,
                "amount",
                Expr::new(Op::Arith(Arith::Mul, this("price", money), this("quantity", Type::Number)), money),
                "Price times quantity.",
            );
        }
        if lines.column("price").is_some() && lines.column("list_price").is_some() {
            let ratio = Expr::new(
                Op::Arith(Arith::Div, this("price", money), this("list_price", money)),
                Type::Number,
            );
            let one = Expr::new(Op::Literal(Literal::Whole(1)), Type::Number);
            add(
                lines,
                "discount",
                Expr::new(Op::Arith(Arith::Sub, Box::new(one), Box::new(ratio)), Type::Number),
                "The share taken off the list price.",
            );
        }
    }
    if let Some(products) = relations.iter_mut().find(|r| r.name == "products")
        && products.column("price").is_some()
        && products.column("cost").is_some()
    {
        let gain = Expr::new(Op::Arith(Arith::Sub, this("price", money), this("cost", money)), money);
        add(
            products,
            "margin",
            Expr::new(Op::Arith(Arith::Div, Box::new(gain), this("price", money)), Type::Number),
            "The share of the price that is gain.",
        );
    }
    if let Some(customers) = relations.iter_mut().find(|r| r.name == "customers")
        && customers.column("birthday").is_some_and(|c| c.ty == Type::Date)
    {
        add(
            customers,
            "age",
            Expr::new(Op::YearsSince(this("birthday", Type::Date)), Type::Number),
            "Whole years since the birthday.",
        );
    }
    derive_orders(relations, currency);
}

fn derive_orders(relations: &mut Vec<Relation>, currency: Currency) {
    if relations.iter().any(|r| r.name == "orders") {
        return;
    }
    let Some(lines) = relations.iter().find(|r| r.name == "purchases") else { return };
    let Some(Column { storage: Storage::Stored { column: grouped, .. }, .. }) = lines.column("order") else {
        return;
    };
    let mut columns: Vec<Column> =
        ["customer", "at"].iter().filter_map(|n| lines.column(n).cloned()).collect();
    if let Some(order) = lines.column("order") {
        columns.insert(0, Column { name: "id".to_owned(), ..order.clone() });
    }
    if let Some(amount) = lines.column("amount") {
        columns.push(Column {
            name: "total".to_owned(),
            ty: Type::Money(currency),
            storage: amount.storage.clone(),
            doc: "The sum of its lines.",
        });
    }
    let orders = Relation {
        name: "orders".to_owned(),
        origin: Origin::Shop,
        table: lines.table.clone(),
        grouped_by: Some(grouped.clone()),
        columns,
        cancelled: lines.cancelled.clone(),
    };
    relations.push(orders);
}

fn add(relation: &mut Relation, name: &str, value: Expr, doc: &'static str) {
    if relation.column(name).is_none() {
        let ty = value.ty;
        relation.columns.push(Column { name: name.to_owned(), ty, storage: Storage::Derived(value), doc });
    }
}
