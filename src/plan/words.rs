//! A typed expression in the language again, for people: what a customer was asked, beside what came out.

use crate::check::typed::{Aggregate, Aggregation, Arith, Compare, Expr, Link, Literal, Op, Row, Window};
use crate::data::Money;

/// The expression as it could stand in a file.
pub fn expr_words(e: &Expr) -> String {
    part(e, 0)
}

/// How tightly an operator binds; what stands in it and binds less gets brackets.
const OR: u8 = 1;
const AND: u8 = 2;
const NOT: u8 = 3;
const COMPARE: u8 = 4;
const SUM: u8 = 5;
const PRODUCT: u8 = 6;

fn part(e: &Expr, around: u8) -> String {
    let (binds, text) = written(e);
    if binds < around { format!("({text})") } else { text }
}

fn written(e: &Expr) -> (u8, String) {
    match &e.op {
        Op::And(list) => (AND, joined(list, " and ", AND)),
        Op::Or(list) => (OR, joined(list, " or ", OR)),
        Op::Not(a) => (NOT, not(a)),
        Op::Compare(op, a, b) => (COMPARE, format!("{} {} {}", part(a, SUM), compare(*op), part(b, SUM))),
        Op::OneOf(a, list) => {
            let list: Vec<String> = list.iter().map(literal).collect();
            (COMPARE, format!("{} in [{}]", part(a, SUM), list.join(", ")))
        }
        Op::Between(a, low, high) => {
            let end = |e: &Option<Box<Expr>>| e.as_ref().map(|e| part(e, SUM)).unwrap_or_default();
            (COMPARE, format!("{} in {}..{}", part(a, SUM), end(low), end(high)))
        }
        Op::Contains(a, b) => (COMPARE, format!("{} contains {}", part(a, SUM), part(b, SUM))),
        Op::IsMissing(a) => (COMPARE, format!("{} is missing", part(a, SUM))),
        Op::Arith(op, a, b) => {
            let binds = if matches!(op, Arith::Add | Arith::Sub) { SUM } else { PRODUCT };
            (binds, format!("{} {} {}", part(a, binds), arith(*op), part(b, binds + 1)))
        }
        _ => (u8::MAX, tight(e)),
    }
}

/// What never needs brackets.
fn tight(e: &Expr) -> String {
    match &e.op {
        Op::Literal(value) => literal(value),
        Op::Column(row, name) => column(*row, name),
        Op::Aggregate(a) => aggregate(a),
        Op::IsTrue(a) => expr_words(a),
        Op::Neg(a) => format!("-{}", part(a, u8::MAX)),
        Op::Since(unit, a) => format!("{} since {}", unit.word(), part(a, SUM)),
        Op::YearsSince(a) => match &a.op {
            Op::Column(Row::Customer, name) if name == "birthday" => "age".to_owned(),
            _ => format!("years since {}", part(a, SUM)),
        },
        Op::Shift(a, seconds) => {
            let sign = if *seconds < 0 { '-' } else { '+' };
            format!("{} {sign} {}", part(a, SUM), span(seconds.abs()))
        }
        Op::Band(a, edges) => {
            let edges: Vec<String> = edges.iter().map(f64::to_string).collect();
            format!("band({}, [{}])", expr_words(a), edges.join(", "))
        }
        Op::Coalesce(list) => format!("coalesce({})", joined(list, ", ", 0)),
        Op::Function(name, list) => format!("{name}({})", joined(list, ", ", 0)),
        Op::Attribute { name, .. } => name.clone(),
        Op::Segment(label) | Op::Cluster(label) | Op::Probability(label) | Op::Offer(label, _) => {
            label.clone()
        }
        Op::Learned(learned) => learned.name.clone(),
        Op::Message(path) => path.clone(),
        // Those that bind loosely were written above.
        _ => String::new(),
    }
}

fn joined(list: &[Expr], between: &str, binds: u8) -> String {
    list.iter().map(|e| part(e, binds + 1)).collect::<Vec<_>>().join(between)
}

fn not(a: &Expr) -> String {
    match &a.op {
        Op::IsMissing(inner) => format!("{} is known", part(inner, SUM)),
        _ => format!("not {}", part(a, NOT)),
    }
}

fn column(row: Row, name: &str) -> String {
    match row {
        Row::ThisProduct => format!("product.{name}"),
        Row::ThisCustomer => format!("customer.{name}"),
        Row::Customer | Row::Product | Row::This => name.to_owned(),
    }
}

fn aggregate(a: &Aggregate) -> String {
    let function = match a.function {
        Aggregation::Count => "count",
        Aggregation::Any => "any",
        Aggregation::Days => "days",
        Aggregation::Sum => "sum",
        Aggregation::Avg => "avg",
        Aggregation::Min => "min",
        Aggregation::Max => "max",
        Aggregation::Latest => "latest",
        Aggregation::Earliest => "earliest",
        Aggregation::MostCommon => "most_common",
    };
    let owner = if a.link == Link::Product { "product." } else { "" };
    let column = a.column.as_ref().map(|c| format!(".{}", expr_words(c))).unwrap_or_default();
    let filter = a.filter.as_ref().map(|f| format!(" where {}", expr_words(f))).unwrap_or_default();
    let window = match &a.window {
        None => String::new(),
        Some(Window::Last(seconds)) => format!(" in last {}", span(*seconds)),
        Some(Window::Next(seconds)) => format!(" in next {}", span(*seconds)),
        Some(Window::Since(at)) => format!(" since {at}"),
        Some(Window::Before(at)) => format!(" before {at}"),
    };
    format!("{function}({owner}{}{column}{filter}{window})", a.relation)
}

fn compare(op: Compare) -> &'static str {
    match op {
        Compare::Eq => "=",
        Compare::Ne => "!=",
        Compare::Lt => "<",
        Compare::Le => "<=",
        Compare::Gt => ">",
        Compare::Ge => ">=",
    }
}

fn arith(op: Arith) -> &'static str {
    match op {
        Arith::Add => "+",
        Arith::Sub => "-",
        Arith::Mul => "*",
        Arith::Div => "/",
    }
}

fn literal(value: &Literal) -> String {
    match value {
        Literal::Missing => "missing".to_owned(),
        Literal::YesNo(true) => "yes".to_owned(),
        Literal::YesNo(false) => "no".to_owned(),
        Literal::Whole(n) => n.to_string(),
        Literal::Number(n) => n.to_string(),
        Literal::Text(text) => format!("\"{text}\""),
        Literal::Money(money) => money_words(*money),
        Literal::Duration(seconds) => span(*seconds),
        Literal::Date(date) => date.to_string(),
        Literal::Instant(at) => at.to_string(),
        Literal::Time(time) => time.strftime("%H:%M").to_string(),
    }
}

/// An amount as it stands in a file: `3999 CNY`, `39.90 CNY`.
fn money_words(money: Money) -> String {
    let per = money.currency.minor_per_major();
    if money.minor % per == 0 {
        return format!("{} {}", money.minor / per, money.currency);
    }
    money.to_string()
}

/// A length of time in words: `7 days`, `1 hour`, `90 minutes`.
pub fn span(seconds: i64) -> String {
    let (unit, length) = [("day", 86_400), ("hour", 3_600), ("minute", 60)]
        .into_iter()
        .find(|(_, length)| seconds % length == 0)
        .unwrap_or(("second", 1));
    let count = seconds / length;
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::typed::Type;

    fn yes_no(op: Op) -> Expr {
        Expr::new(op, Type::YesNo)
    }

    fn country_is(code: &str) -> Expr {
        let column = Expr::column(Row::Customer, "country", Type::Text);
        let code = Expr::new(Op::Literal(Literal::Text(code.into())), Type::Text);
        yes_no(Op::Compare(Compare::Eq, Box::new(column), Box::new(code)))
    }

    #[test]
    fn brackets_stand_where_the_meaning_needs_them() {
        let either = yes_no(Op::Or(vec![country_is("CN"), country_is("SG")]));
        let both = yes_no(Op::And(vec![either.clone(), yes_no(Op::Not(Box::new(country_is("DE"))))]));
        assert_eq!(expr_words(&both), "(country = \"CN\" or country = \"SG\") and not country = \"DE\"");
        let neither = yes_no(Op::Not(Box::new(either)));
        assert_eq!(expr_words(&neither), "not (country = \"CN\" or country = \"SG\")");
    }

    #[test]
    fn sums_and_differences_keep_their_order() {
        let n = |n| Expr::new(Op::Literal(Literal::Whole(n)), Type::Number);
        let arith = |op, a, b| Expr::new(Op::Arith(op, Box::new(a), Box::new(b)), Type::Number);
        let difference = arith(Arith::Sub, n(9), arith(Arith::Sub, n(3), n(1)));
        assert_eq!(expr_words(&difference), "9 - (3 - 1)");
        let product = arith(Arith::Mul, arith(Arith::Add, n(1), n(2)), n(4));
        assert_eq!(expr_words(&product), "(1 + 2) * 4");
    }

    #[test]
    fn lengths_read_as_people_write_them() {
        let words: Vec<_> = [86_400, 7 * 86_400, 3_600, 5_400, 61].into_iter().map(span).collect();
        assert_eq!(words, ["1 day", "7 days", "1 hour", "90 minutes", "61 seconds"]);
    }
}
