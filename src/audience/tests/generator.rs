//! Random small shops and random well-typed expressions, from a seed.

use jiff::Timestamp;
use jiff::civil::date;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::fixture::{Data, Record, Val, arith, compare, currency, day, money, text, whole};
use super::naive::moved;
use crate::check::schema::Schema;
use crate::check::typed::{
    Aggregate, Aggregation, Arith, Compare, Expr, Link, Literal, Op, Row, Type, Window,
};
use crate::data::Money;
use crate::syntax::tree::Unit;

const DAY: i64 = 86_400;

/// What an expression may speak of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    Customer,
    Product,
    Pair,
}

pub struct Generator<'a> {
    pub rng: ChaCha8Rng,
    pub schema: &'a Schema,
    pub as_of: Timestamp,
    pub about: About,
}

/// The rows in reach at a place.
#[derive(Clone, Copy)]
struct Place<'p> {
    outer: &'p [Row],
    relation: Option<&'p str>,
}

impl<'a> Generator<'a> {
    pub fn new(seed: u64, schema: &'a Schema, as_of: Timestamp, about: About) -> Self {
        Self { rng: ChaCha8Rng::seed_from_u64(seed), schema, as_of, about }
    }

    fn chance(&mut self, p: f64) -> bool {
        self.rng.random_bool(p)
    }

    fn pick<T: Clone>(&mut self, list: &[T]) -> T {
        list.choose(&mut self.rng).unwrap().clone()
    }

    /// Moments that lie on, just before and just after the edges of windows.
    fn moment(&mut self) -> Timestamp {
        let days = self.pick(&[-400, -60, -30, -7, -1, 0, 0, 1, 7, 30]);
        let near = self.pick(&[-60, 0, 0, 60, 3_600]);
        let moment = moved(self.as_of, days * DAY + near);
        Timestamp::from_second(moment.as_second().div_euclid(60) * 60).unwrap()
    }

    fn or_missing(&mut self, p: f64, val: Val) -> Val {
        if self.chance(p) { Val::Missing } else { val }
    }

    pub fn data(&mut self) -> Data {
        let mut data = Data::default();
        let (customers, products) = (4, 4);
        let customer_rows = (1..=customers).map(|id| self.customer(id)).collect();
        let product_rows = (1..=products).map(|id| self.product(id)).collect();
        data.tables.insert("customers", customer_rows);
        data.tables.insert("products", product_rows);
        for name in ["purchases", "views", "sends"] {
            let rows = (0..self.rng.random_range(0..20)).map(|_| self.event(name)).collect();
            data.tables.insert(name, rows);
        }
        data
    }

    fn number(&mut self, range: std::ops::Range<i64>) -> Val {
        Val::Number(self.rng.random_range(range) as f64)
    }

    fn customer(&mut self, id: i64) -> Record {
        let country = Val::Text(self.pick(&["CN", "SG", "Ünited", ""]).to_owned());
        let born = day(date(self.rng.random_range(1960..2010), self.rng.random_range(1..13), 28));
        let joined = Val::Number(self.moment().as_second() as f64);
        let (consent, score) = (Val::YesNo(self.chance(0.5)), self.number(-3..6));
        let half = self.chance(0.3);
        let score = match score {
            Val::Number(n) if half => Val::Number(n + 0.5),
            other => other,
        };
        Record::from([
            ("id", Val::Number(id as f64)),
            ("country", self.or_missing(0.2, country)),
            ("birthday", self.or_missing(0.2, born)),
            ("joined_at", self.or_missing(0.2, joined)),
            ("consent", self.or_missing(0.2, consent)),
            ("score", self.or_missing(0.2, score)),
        ])
    }

    fn product(&mut self, id: i64) -> Record {
        let category = Val::Text(self.pick(&["phones", "shoes", "CN"]).to_owned());
        let (price, cost, stock) = (self.number(0..4), self.number(0..300), self.number(0..5));
        let price = match price {
            Val::Number(n) => Val::Number(n * 105.0),
            other => other,
        };
        let released = Val::Number(self.moment().as_second() as f64);
        let active = Val::YesNo(self.chance(0.5));
        Record::from([
            ("id", Val::Number(id as f64)),
            ("category", self.or_missing(0.2, category)),
            ("price", self.or_missing(0.2, price)),
            ("cost", self.or_missing(0.2, cost)),
            ("stock", self.or_missing(0.2, stock)),
            ("active", self.or_missing(0.2, active)),
            ("released_at", self.or_missing(0.2, released)),
        ])
    }

    fn event(&mut self, relation: &str) -> Record {
        let at = Val::Number(self.moment().as_second() as f64);
        // Some rows name customers and products that there are none of, or none at all.
        let customer = self.number(1..6);
        let mut record =
            Record::from([("customer", self.or_missing(0.1, customer)), ("at", self.or_missing(0.05, at))]);
        if relation != "sends" {
            let product = self.number(1..6);
            record.insert("product", self.or_missing(0.1, product));
        }
        if relation == "purchases" {
            let (order, quantity, price) = (self.number(1..9), self.number(-1..4), self.number(0..300));
            record.insert("order", order);
            record.insert("quantity", self.or_missing(0.1, quantity));
            record.insert("price", self.or_missing(0.1, price));
        }
        record
    }

    /// A condition about what this generator speaks of.
    pub fn condition(&mut self, depth: u32) -> Expr {
        self.expr(Type::YesNo, depth)
    }

    /// An expression of a type.
    pub fn expr(&mut self, ty: Type, depth: u32) -> Expr {
        let outer: &[Row] = match self.about {
            About::Customer => &[Row::Customer],
            About::Product => &[Row::Product],
            About::Pair => &[Row::Customer, Row::Product],
        };
        self.at(Place { outer, relation: None }, ty, depth)
    }

    fn at(&mut self, place: Place<'_>, ty: Type, depth: u32) -> Expr {
        if depth == 0 {
            return self.leaf(place, ty);
        }
        let d = depth - 1;
        let often = if place.relation.is_none() { 0.25 } else { 0.05 };
        if self.chance(often)
            && let Some(aggregate) = self.aggregate(place, ty, d)
        {
            return aggregate;
        }
        match ty {
            Type::YesNo => self.yes_no(place, d),
            Type::Number => self.numeric(place, d),
            Type::Text => match self.rng.random_range(0..4) {
                0 => {
                    let inner = Box::new(self.at(place, Type::Number, d));
                    Expr::new(Op::Band(inner, vec![0.0, 2.0, 18.0, 40.0]), ty)
                }
                1 => {
                    let name = self.pick(&["lower", "upper"]).to_owned();
                    Expr::new(Op::Function(name, vec![self.at(place, Type::Text, d)]), ty)
                }
                2 => self.coalesce(place, ty, d),
                _ => self.leaf(place, ty),
            },
            Type::Instant if self.chance(0.3) => {
                let inner = Box::new(self.at(place, Type::Instant, d));
                let by = self.pick(&[-DAY, 60, 3 * DAY]);
                Expr::new(Op::Shift(inner, by), ty)
            }
            Type::Money(_) => match self.rng.random_range(0..4) {
                0 => {
                    let (a, b) = (self.at(place, ty, d), self.at(place, ty, d));
                    let op = self.pick(&[Arith::Add, Arith::Sub]);
                    arith(op, a, b, ty)
                }
                1 => {
                    let (a, b) = (self.at(place, ty, d), self.leaf(place, Type::Number));
                    let op = self.pick(&[Arith::Mul, Arith::Div]);
                    arith(op, a, b, ty)
                }
                2 => self.coalesce(place, ty, d),
                _ => self.leaf(place, ty),
            },
            Type::Duration => {
                let times = self.pick(&[Type::Instant, Type::Date]);
                let (a, b) = (self.at(place, times, d), self.at(place, times, d));
                arith(Arith::Sub, a, b, ty)
            }
            _ => self.leaf(place, ty),
        }
    }

    fn coalesce(&mut self, place: Place<'_>, ty: Type, d: u32) -> Expr {
        let list = (0..self.rng.random_range(1..4)).map(|_| self.at(place, ty, d)).collect();
        Expr::new(Op::Coalesce(list), ty)
    }

    fn yes_no(&mut self, place: Place<'_>, d: u32) -> Expr {
        let new = |op| Expr::new(op, Type::YesNo);
        match self.rng.random_range(0..12) {
            0..=2 => new(Op::And(
                (0..self.rng.random_range(1..4)).map(|_| self.at(place, Type::YesNo, d)).collect(),
            )),
            3 => new(Op::Or(
                (0..self.rng.random_range(1..4)).map(|_| self.at(place, Type::YesNo, d)).collect(),
            )),
            4 => new(Op::Not(Box::new(self.at(place, Type::YesNo, d)))),
            5 => new(Op::IsTrue(Box::new(self.at(place, Type::YesNo, d)))),
            6 => {
                let ty = self.any_type();
                new(Op::IsMissing(Box::new(self.at(place, ty, d))))
            }
            7 => {
                let ty = self.pick(&[Type::Number, Type::Text, Type::Date, Type::Instant]);
                let list = (0..self.rng.random_range(0..3)).map(|_| self.literal(ty)).collect();
                new(Op::OneOf(Box::new(self.at(place, ty, d)), list))
            }
            8 => {
                let ty = self.pick(&[Type::Number, Type::Instant, Type::Date, money()]);
                let inner = Box::new(self.at(place, ty, d));
                let (low, high) = (self.constant(ty), self.constant(ty));
                let ends = self.pick(&[(true, true), (true, false), (false, true)]);
                new(Op::Between(inner, ends.0.then(|| Box::new(low)), ends.1.then(|| Box::new(high))))
            }
            9 => {
                let inner = Box::new(self.at(place, Type::Text, d));
                let part = self.pick(&["N", "h", "Ü"]);
                new(Op::Contains(inner, Box::new(text(part))))
            }
            _ => {
                let ty = self.any_type();
                let other = match ty {
                    Type::Instant if self.chance(0.3) => Type::Date,
                    Type::Date if self.chance(0.3) => Type::Instant,
                    same => same,
                };
                let a = self.at(place, ty, d);
                let b = if self.chance(0.7) { self.constant(other) } else { self.at(place, other, d) };
                let op = self.sign();
                if self.chance(0.2) { compare(op, b, a) } else { compare(op, a, b) }
            }
        }
    }

    fn sign(&mut self) -> Compare {
        self.pick(&[Compare::Eq, Compare::Ne, Compare::Lt, Compare::Le, Compare::Gt, Compare::Ge])
    }

    fn any_type(&mut self) -> Type {
        self.pick(&[
            Type::Number,
            Type::Number,
            Type::Text,
            Type::YesNo,
            money(),
            Type::Instant,
            Type::Date,
            Type::Duration,
        ])
    }

    fn numeric(&mut self, place: Place<'_>, d: u32) -> Expr {
        let ty = Type::Number;
        let new = |op| Expr::new(op, ty);
        match self.rng.random_range(0..8) {
            0 => {
                let op = self.pick(&[Arith::Add, Arith::Sub, Arith::Mul, Arith::Div]);
                arith(op, self.at(place, ty, d), self.at(place, ty, d), ty)
            }
            1 => arith(Arith::Div, self.at(place, money(), d), self.at(place, money(), d), ty),
            2 => new(Op::Neg(Box::new(self.at(place, ty, d)))),
            3 => {
                let unit = self.pick(&[Unit::Days, Unit::Hours, Unit::Weeks]);
                let of = self.pick(&[Type::Instant, Type::Date]);
                new(Op::Since(unit, Box::new(self.at(place, of, d))))
            }
            4 => {
                let name = self.pick(&["round", "floor", "ceil", "abs"]).to_owned();
                new(Op::Function(name, vec![self.at(place, ty, d)]))
            }
            5 => {
                let name = self.pick(&["min", "max"]).to_owned();
                new(Op::Function(name, vec![self.at(place, ty, d), self.at(place, ty, d)]))
            }
            6 => new(Op::Function("length".to_owned(), vec![self.at(place, Type::Text, d)])),
            _ => self.leaf(place, ty),
        }
    }

    fn leaf(&mut self, place: Place<'_>, ty: Type) -> Expr {
        let mut rows: Vec<(Row, &str)> = Vec::new();
        for row in place.outer {
            rows.push((*row, if *row == Row::Customer { "customers" } else { "products" }));
        }
        if let Some(relation) = place.relation {
            rows.push((Row::This, relation));
            if self.schema.relation(relation).unwrap().of_product() {
                rows.push((Row::ThisProduct, "products"));
            }
        }
        let mut columns = Vec::new();
        for (row, relation) in rows {
            let relation = self.schema.relation(relation).unwrap();
            columns.extend(
                relation.columns.iter().filter(|c| c.ty == ty).map(|c| Expr::column(row, &c.name, ty)),
            );
        }
        if columns.is_empty() || self.chance(0.1) { self.constant(ty) } else { self.pick(&columns) }
    }

    fn constant(&mut self, ty: Type) -> Expr {
        Expr::new(Op::Literal(self.literal(ty)), ty)
    }

    fn literal(&mut self, ty: Type) -> Literal {
        match ty {
            Type::Number => match whole(self.rng.random_range(-1..4)).op {
                Op::Literal(n) if self.chance(0.8) => n,
                _ => Literal::Number(0.5),
            },
            Type::Text => Literal::Text(self.pick(&["CN", "phones", "SG", "2-17", "O'Neil\"?1"]).to_owned()),
            Type::YesNo => Literal::YesNo(self.chance(0.5)),
            Type::Money(_) => {
                Literal::Money(Money { minor: self.pick(&[0, 105, 210, 333]), currency: currency() })
            }
            Type::Duration => Literal::Duration(self.pick(&[0, DAY, 30 * DAY])),
            Type::Date => {
                let date = self.moment().to_zoned(super::fixture::zone()).date();
                Literal::Date(date)
            }
            Type::Instant => {
                let seconds = self.pick(&[0, 30]);
                Literal::Instant(moved(self.moment(), seconds))
            }
            _ => Literal::Missing,
        }
    }

    fn aggregate(&mut self, place: Place<'_>, ty: Type, d: u32) -> Option<Expr> {
        let functions: &[Aggregation] = match ty {
            Type::YesNo => &[Aggregation::Any],
            Type::Number => &[
                Aggregation::Count,
                Aggregation::Count,
                Aggregation::Sum,
                Aggregation::Avg,
                Aggregation::Min,
                Aggregation::Max,
                Aggregation::Latest,
                Aggregation::MostCommon,
            ],
            Type::Money(_) => &[
                Aggregation::Sum,
                Aggregation::Avg,
                Aggregation::Max,
                Aggregation::Earliest,
                Aggregation::MostCommon,
            ],
            Type::Instant => &[
                Aggregation::Latest,
                Aggregation::Earliest,
                Aggregation::Min,
                Aggregation::Max,
                Aggregation::MostCommon,
            ],
            Type::Text => {
                &[Aggregation::MostCommon, Aggregation::Latest, Aggregation::Earliest, Aggregation::Max]
            }
            _ => return None,
        };
        let function = self.pick(functions);
        let relation = self.pick(&["purchases", "views", "orders", "sends"]);
        let of_product = self.schema.relation(relation).unwrap().of_product();
        let has = |row| place.outer.contains(&row);
        // Inside another aggregate the rows are those of its row's product.
        let link = if let Some(around) = place.relation {
            let around = self.schema.relation(around).unwrap();
            if !around.of_product() || !of_product {
                return None;
            }
            Link::Product
        } else {
            let mut links = Vec::new();
            if has(Row::Customer) {
                links.push(Link::Customer);
            }
            if has(Row::Product) && of_product {
                links.push(Link::Product);
                if has(Row::Customer) {
                    links.extend([Link::CustomerAndProduct; 3]);
                }
            }
            if links.is_empty() {
                return None;
            }
            self.pick(&links)
        };
        let outer = if place.relation.is_none() { place.outer } else { &[] };
        let inner = Place { outer, relation: Some(relation) };
        let column = match function {
            Aggregation::Count | Aggregation::Any => None,
            _ if ty == Type::Instant && self.chance(0.7) => Some(Expr::column(Row::This, "at", ty)),
            _ => Some(self.at(Place { outer: &[], ..inner }, ty, d.min(1))),
        };
        let filter = self.chance(0.4).then(|| self.at(inner, Type::YesNo, d.min(2)));
        let window = match self.rng.random_range(0..8) {
            0..=2 => Some(Window::Last(self.pick(&[DAY, 30 * DAY, 60 * DAY, 365 * DAY]))),
            3 => Some(Window::Next(self.pick(&[DAY, 7 * DAY]))),
            4 => Some(Window::Since(self.moment())),
            5 => Some(Window::Before(self.moment())),
            _ => None,
        };
        let aggregate = Aggregate { function, relation: relation.to_owned(), link, column, filter, window };
        Some(Expr::new(Op::Aggregate(Box::new(aggregate)), ty))
    }
}
