//! Names as words, and how well a name fits a phrase.

use super::words::{KEY_WORDS, KEY_WORDS_CHINESE, PREFIXES, TABLES};

/// A name as words: divided at signs and where capitals begin, in lower case and in the singular. `InvoiceNo` is `invoice no`.
pub(super) fn words(name: &str) -> Vec<String> {
    let chars: Vec<char> = name.chars().collect();
    let mut words = vec![String::new()];
    for (at, &c) in chars.iter().enumerate() {
        if !c.is_alphanumeric() {
            words.push(String::new());
            continue;
        }
        let before = at.checked_sub(1).map(|b| chars[b]);
        let after = chars.get(at + 1);
        // `customerID` and `HTMLBody` both are two words.
        let begins = c.is_uppercase()
            && before.is_some_and(|b| {
                b.is_lowercase() || (b.is_uppercase() && after.is_some_and(|a| a.is_lowercase()))
            });
        if begins {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.extend(c.to_lowercase());
        }
    }
    words.into_iter().filter(|w| !w.is_empty()).map(|w| singular(&w)).collect()
}

fn singular(word: &str) -> String {
    if !word.is_ascii()
        || word.len() < 4
        || word.ends_with("ss")
        || word.ends_with("us")
        || word.ends_with("is")
    {
        return word.to_owned();
    }
    if let Some(stem) = word.strip_suffix("ies") {
        return format!("{stem}y");
    }
    word.strip_suffix('s').unwrap_or(word).to_owned()
}

/// How well words fit one of some phrases: 1 if they are one, less if they end or begin with one; the phrase comes along.
pub(super) fn fit(name: &str, words: &[String], phrases: &[&'static str]) -> Option<(f64, &'static str)> {
    let mut best: Option<(f64, &'static str)> = None;
    for (place, phrase) in phrases.iter().enumerate() {
        let score = if phrase.is_ascii() {
            let wanted: Vec<String> = phrase.split(' ').map(singular).collect();
            if words == wanted || words.concat() == wanted.concat() {
                1.0
            } else if words.len() > wanted.len() && words.ends_with(&wanted) {
                0.7
            } else if words.len() > wanted.len() && words.starts_with(&wanted) && wanted.len() > 1 {
                0.6
            } else {
                continue;
            }
        } else if name == *phrase {
            1.0
        } else if name.contains(phrase) {
            // The longer the phrase, the less there is besides it.
            0.6 + 0.3 * phrase.chars().count() as f64 / name.chars().count() as f64
        } else {
            continue;
        };
        // Of two columns that fit as well, the one with the commoner name.
        let score = score - 0.004 * place as f64;
        if best.is_none_or(|(so_far, _)| score > so_far) {
            best = Some((score, phrase));
        }
    }
    best
}

/// A table's own words, without those in front that say nothing.
pub(super) fn table_words(name: &str) -> Vec<String> {
    let words = words(name);
    let skip = words.iter().take_while(|w| PREFIXES.contains(&w.as_str())).count();
    if skip == words.len() { words } else { words[skip..].to_vec() }
}

/// How well a table's name fits a standard table.
pub(super) fn table_fit(relation: &str, name: &str) -> f64 {
    if name == relation {
        return 1.0;
    }
    let Some(known) = TABLES.iter().find(|t| t.relation == relation) else { return 0.0 };
    match fit(name, &table_words(name), known.phrases) {
        // WooCommerce keeps its products among WordPress's posts, where there are pages too.
        Some((score, "post")) => 0.6 * score,
        Some((score, _)) => score.max(0.0),
        None => 0.0,
    }
}

/// Whether a column's name says that it is the key of rows of a standard table: `customer`, `user_id`, `id_customer`, `客户编号`.
pub(super) fn names_key_of(relation: &str, column: &str) -> f64 {
    let Some(known) = TABLES.iter().find(|t| t.relation == relation) else { return 0.0 };
    let words = words(column);
    let is_key = |w: &String| KEY_WORDS.contains(&w.as_str());
    let rest: Vec<String> = words.iter().filter(|w| !is_key(w)).cloned().collect();
    for phrase in known.phrases {
        if phrase.is_ascii() {
            let wanted: Vec<String> = phrase.split(' ').map(str::to_owned).collect();
            if rest == wanted {
                return if rest.len() < words.len() { 1.0 } else { 0.9 };
            }
            if rest.len() > wanted.len() && rest.ends_with(&wanted) && rest.len() < words.len() {
                return 0.6;
            }
        } else if let Some(rest) = column.strip_prefix(phrase)
            && (rest.is_empty() || KEY_WORDS_CHINESE.contains(&rest))
        {
            return 1.0;
        }
    }
    // Shops speak of a product's stock code and of a person.
    let alone = match relation {
        "products" => ["sku", "stock code", "stockcode", "article", "asin", "ean", "isbn", "upc"].as_slice(),
        "customers" => ["person", "uid", "member"].as_slice(),
        "orders" => ["receipt", "basket", "order no"].as_slice(),
        _ => &[],
    };
    if alone.contains(&words.join(" ").as_str()) { 0.9 } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_any_style_are_the_same_words() {
        for (name, found) in [
            ("InvoiceNo", "invoice no"),
            ("customerID", "customer id"),
            ("order_lines", "order line"),
            ("Order Lines", "order line"),
            ("wp_wc_customer_lookup", "wp wc customer lookup"),
            ("HTMLBody", "html body"),
            ("categories", "category"),
            ("status", "status"),
            ("客户编号", "客户编号"),
            ("e-mail", "e mail"),
        ] {
            assert_eq!(words(name).join(" "), found, "{name}");
        }
    }

    #[test]
    fn tables_are_known_by_their_names_whatever_stands_before_them() {
        for (relation, table) in [
            ("customers", "wp_wc_customer_lookup"),
            ("customers", "ps_customer"),
            ("customers", "客户"),
            ("products", "stock_items"),
            ("purchases", "OrderDetails"),
            ("purchases", "wp_wc_order_product_lookup"),
            ("purchases", "订单明细"),
            ("orders", "sales_order"),
            ("carts", "cart items"),
        ] {
            assert!(table_fit(relation, table) > 0.9, "{table}: {}", table_fit(relation, table));
        }
        assert!(table_fit("customers", "customer_groups") < 0.5);
        assert!(table_fit("orders", "order_items") < table_fit("purchases", "order_items"));
    }

    #[test]
    fn keys_are_known_by_the_names_of_what_they_belong_to() {
        for (relation, column) in [
            ("customers", "customer_id"),
            ("customers", "id_customer"),
            ("customers", "CustomerID"),
            ("customers", "user"),
            ("customers", "客户编号"),
            ("products", "StockCode"),
            ("products", "product_id"),
            ("products", "商品ID"),
            ("orders", "InvoiceNo"),
            ("orders", "订单号"),
        ] {
            assert!(names_key_of(relation, column) >= 0.9, "{column}");
        }
        for (relation, column) in
            [("customers", "customer_name"), ("products", "product_type"), ("customers", "id")]
        {
            assert!(names_key_of(relation, column) < 0.5, "{column}");
        }
    }
}
