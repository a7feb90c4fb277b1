//! Which table is which: first the customers and the products, to whom the others refer.

use super::columns::{Key, Known, columns, in_minor_units, percent};
use super::content::{Content, quoted};
use super::names::{names_key_of, table_fit};
use super::{ColumnGuess, Named, Proposal, TableGuess, looks, place, view};
use crate::data::inspect::PhysicalTable;
use crate::data::standard::{self, StandardTable};

/// Below this a table is not taken for anything.
const ENOUGH: f64 = 0.45;
/// From here on a table's name says what it is, so that what it lacks is worth telling.
const CALLED_SO: f64 = 0.7;

/// Guesses what the tables of a database are. Those in `named` were named by a person.
pub fn guess(tables: &[PhysicalTable], content: &dyn Content, named: &Named) -> Proposal {
    let tables: Vec<&PhysicalTable> =
        tables.iter().filter(|t| t.problem.is_none() && !t.columns.is_empty()).collect();
    let mut guesser = Guesser {
        tables,
        named,
        known: Known { content, customers: None, products: None, orders: None },
        found: Vec::new(),
        notes: Vec::new(),
    };
    for relation in ["customers", "products", "orders", "purchases", "views", "carts", "reviews"] {
        guesser.find(relation);
    }
    guesser.views();
    guesser.tell_minor_units();
    guesser.tell_addresses();
    let order = |t: &TableGuess| standard::TABLES.iter().position(|s| s.name == t.relation);
    guesser.found.sort_by_key(order);
    let (all, found) = (guesser.tables, guesser.found);
    let country = place::country(&found, content);
    Proposal {
        currency: place::currency(&all, country.as_ref(), content, &mut guesser.notes),
        timezone: place::timezone(&all, &found, country.as_ref(), content),
        chinese: place::is_chinese(&found, country.as_ref(), content),
        tables: found,
        notes: guesser.notes,
    }
}

struct Guesser<'a> {
    tables: Vec<&'a PhysicalTable>,
    named: &'a Named,
    known: Known<'a>,
    found: Vec<TableGuess>,
    notes: Vec<String>,
}

impl<'a> Guesser<'a> {
    fn find(&mut self, relation: &'static str) {
        let Some(standard) = standard::find(relation) else { return };
        let named = self.named.get(relation).cloned();
        let mut best: Option<TableGuess> = None;
        for table in &self.tables {
            let by_hand = named.as_ref().is_some_and(|n| n.eq_ignore_ascii_case(&table.name));
            let of_another =
                self.named.iter().any(|(r, n)| *r != relation && n.eq_ignore_ascii_case(&table.name));
            if named.is_some() != by_hand || of_another || self.found.iter().any(|f| f.table == table.name) {
                continue;
            }
            let Some(guess) = self.table(standard, table, by_hand) else { continue };
            // One that has all it needs before one that does not, and one that others refer to before one that they do not.
            let rank = |g: &TableGuess| {
                let lacks = if g.is_whole() { 0.0 } else { 0.3 };
                g.score - lacks + self.referred_to(g)
            };
            if best.as_ref().is_none_or(|b| rank(&guess) > rank(b)) {
                best = Some(guess);
            }
        }
        let Some(mut guess) = best else { return };
        if matches!(relation, "customers" | "products") {
            self.key_by_use(&mut guess);
        }
        let key = guess.stored("id").map(|id| Key { table: guess.table.clone(), column: id.to_owned() });
        match relation {
            "customers" => self.known.customers = key,
            "products" => self.known.products = key,
            "orders" => self.known.orders = key,
            _ => {}
        }
        self.found.push(guess);
    }

    /// One table taken for one standard table; none if too little speaks for it.
    fn table(
        &self,
        standard: &'static StandardTable,
        table: &PhysicalTable,
        by_hand: bool,
    ) -> Option<TableGuess> {
        let relation = standard.name;
        let mut called = self.called(relation, table);
        let (columns, missing) = columns(standard, table, &self.known);
        let score_of = |name: &str| columns.iter().find(|c| c.column == name).map_or(0.0, |c| c.score);
        match relation {
            // What has a product in each row is lines of orders, whatever it is called.
            "orders" if !by_hand && self.refers_to_product(table) => return None,
            "purchases" if score_of("product") >= 0.6 => {
                called = called.max(0.8 * table_fit("orders", &table.name));
            }
            "customers" if called < 0.5 => {
                let email = columns.iter().find(|c| c.column == "email")?;
                let one_each = self.known.content.is_unique(&table.name, &email.stored);
                if email.score < 0.7 || !one_each || self.another_name(relation, table) >= CALLED_SO {
                    return by_hand.then(|| self.put_together(relation, table, 1.0, columns, missing, true));
                }
            }
            _ => {}
        }
        if by_hand {
            return Some(self.put_together(relation, table, 1.0, columns, missing, true));
        }
        let needed: Vec<f64> =
            standard.columns.iter().filter(|c| c.required).map(|c| score_of(c.name)).collect();
        let needed = needed.iter().sum::<f64>() / needed.len().max(1) as f64;
        let bare = relation == "reviews" && score_of("product") == 0.0;
        let score = 0.45 * called + 0.55 * if relation == "reviews" { score_of("product") } else { needed };
        // A table by another name needs all of its columns, and lines and visits what they are about.
        let refused =
            score < ENOUGH || bare || (called < 0.5 && (!missing.is_empty() || relation != "customers"));
        let worth_telling = called >= CALLED_SO && (needed > 0.0 || missing.is_empty());
        if refused && !worth_telling || (!missing.is_empty() && called < CALLED_SO) {
            return None;
        }
        Some(self.put_together(relation, table, score, columns, missing, false))
    }

    fn put_together(
        &self,
        relation: &'static str,
        table: &PhysicalTable,
        score: f64,
        columns: Vec<ColumnGuess>,
        missing: Vec<(&'static str, String)>,
        by_hand: bool,
    ) -> TableGuess {
        let standard = table.name == relation;
        let called = self.called(relation, table);
        let reason = if by_hand {
            "named by you".to_owned()
        } else if standard {
            "the standard name".to_owned()
        } else if called >= CALLED_SO {
            "called so".to_owned()
        } else if called >= 0.5 {
            "called like it".to_owned()
        } else {
            "its columns are such".to_owned()
        };
        TableGuess {
            relation,
            table: table.name.clone(),
            rows: table.rows,
            score,
            reason,
            columns,
            missing,
            view: None,
        }
    }

    /// How well the name fits, less where it fits something else better.
    fn called(&self, relation: &str, table: &PhysicalTable) -> f64 {
        let own = table_fit(relation, &table.name);
        if self.another_name(relation, table) > own { 0.5 * own } else { own }
    }

    fn another_name(&self, relation: &str, table: &PhysicalTable) -> f64 {
        let others = standard::TABLES.iter().filter(|s| s.name != relation);
        others.map(|s| table_fit(s.name, &table.name)).fold(0.0, f64::max)
    }

    /// What columns of other tables that are called like keys of this one say: more if their values are its, less if they are not.
    fn referred_to(&self, guess: &TableGuess) -> f64 {
        let Some(id) = guess.stored("id").filter(|_| matches!(guess.relation, "customers" | "products"))
        else {
            return 0.0;
        };
        let others = self.tables.iter().filter(|t| t.name != guess.table);
        let keys = others.flat_map(|t| {
            let named = t.columns.iter().filter(|c| names_key_of(guess.relation, &c.name) >= 0.9);
            named.map(|c| (t.name.as_str(), c.name.as_str()))
        });
        let shares: Vec<f64> =
            keys.filter_map(|from| self.known.content.found_in(from, (&guess.table, id))).collect();
        if shares.is_empty() {
            return 0.0;
        }
        let found = shares.iter().filter(|s| **s >= 0.9).count() as f64 / shares.len() as f64;
        0.3 * found - 0.2
    }

    fn refers_to_product(&self, table: &PhysicalTable) -> bool {
        table.columns.iter().any(|c| {
            names_key_of("products", &c.name) >= 0.9
                || self.known.products.as_ref().is_some_and(|p| {
                    self.known.content.foreign_key(&table.name, &c.name).is_some_and(|(t, _)| t == p.table)
                })
        })
    }

    /// Takes another column for the key where that is what other tables refer to: lines may name the stock code and not the id.
    fn key_by_use(&self, guess: &mut TableGuess) {
        let content = self.known.content;
        let Some(at) = guess.columns.iter().position(|c| c.column == "id") else { return };
        let id = guess.columns[at].stored.clone();
        let Some(own) = self.tables.iter().find(|t| t.name == guess.table) else { return };
        for table in self.tables.iter().filter(|t| t.name != guess.table) {
            for column in table.columns.iter().filter(|c| names_key_of(guess.relation, &c.name) >= 0.9) {
                let from = (table.name.as_str(), column.name.as_str());
                let share = |to: &str| content.found_in(from, (&guess.table, to));
                if content.values(from.0, from.1).len() < 3 || share(&id).is_none_or(|s| s >= 0.5) {
                    continue;
                }
                let better = own.columns.iter().find_map(|c| {
                    let share = share(&c.name).filter(|s| *s >= 0.9)?;
                    (c.observed.is_key() && content.is_unique(&guess.table, &c.name)).then_some((c, share))
                });
                if let Some((better, share)) = better {
                    let taken = guess.columns.iter().position(|c| c.stored == better.name);
                    let reason = format!("{} of `{}.{}` are its values", percent(share), from.0, from.1);
                    guess.columns[at] =
                        ColumnGuess { column: "id", stored: better.name.clone(), score: 0.85, reason };
                    if let Some(taken) = taken.filter(|t| *t != at) {
                        guess.columns.remove(taken);
                    }
                    return;
                }
            }
        }
    }

    /// Amounts in cents are left out, and the reader is told: a price of 950 would be a hundred times too high.
    fn tell_minor_units(&mut self) {
        for guess in self.found.iter().filter(|g| matches!(g.relation, "products" | "purchases" | "orders")) {
            let Some(table) = self.tables.iter().find(|t| t.name == guess.table) else { continue };
            for column in
                table.columns.iter().filter(|c| in_minor_units(&c.name) && c.observed.as_number().is_some())
            {
                self.notes.push(format!(
                    "`{}.{}` seems to hold cents; Herald reads whole units of money with a fraction (9.50), so it is left out",
                    guess.table, column.name
                ));
            }
        }
    }

    /// Where a table lacks what another has, the view that brings both together.
    /// Where no table has a row for each customer and another has their addresses, how to make one of those.
    fn tell_addresses(&mut self) {
        if self.found.iter().any(|t| t.relation == "customers") {
            return;
        }
        let holds_addresses = |table: &PhysicalTable, column: &str| {
            let called = column.to_lowercase().contains("mail") || column.contains('邮');
            called && looks::share(&self.known.content.values(&table.name, column), looks::email) >= 0.9
        };
        let place = self.tables.iter().find_map(|table| {
            let column = table.columns.iter().find(|c| holds_addresses(table, &c.name))?;
            Some((table.name.as_str(), column.name.as_str()))
        });
        if let Some((table, column)) = place {
            let (from, email) = (quoted(table), quoted(column));
            self.notes.push(format!(
                "`{table}.{column}` has mail addresses, and no table has a row for each customer; Herald only reads, so make a view and \
                 start again: CREATE VIEW customers AS SELECT {email} AS id, {email} AS email FROM {from} WHERE {email} IS NOT NULL \
                 GROUP BY {email};"
            ));
        }
    }

    fn views(&mut self) {
        for at in 0..self.found.len() {
            if self.found[at].missing.is_empty() {
                continue;
            }
            let view = view::view(&self.found[at], &self.found, &self.tables, &self.known);
            self.found[at].view = view;
        }
    }
}
