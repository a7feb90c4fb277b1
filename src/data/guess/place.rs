//! Where the shop is, and what it sells in.

use super::content::Content;
use super::names::words;
use super::words::{CURRENCY_SETTINGS, SETTING_NAMES, SETTING_VALUES, ZONE_SETTINGS};
use super::{Setting, TableGuess, looks};
use crate::data::Currency;
use crate::data::inspect::PhysicalTable;

/// A country by its code and the names it is written by, its currency, and its time zone where there is one only.
struct Country(&'static [&'static str], &'static str, Option<&'static str>);

const COUNTRIES: &[Country] = &[
    Country(&["CN", "China", "中国"], "CNY", Some("Asia/Shanghai")),
    Country(&["HK", "Hong Kong", "香港"], "HKD", Some("Asia/Hong_Kong")),
    Country(&["TW", "Taiwan", "台湾"], "TWD", Some("Asia/Taipei")),
    Country(&["SG", "Singapore", "新加坡"], "SGD", Some("Asia/Singapore")),
    Country(&["JP", "Japan", "日本"], "JPY", Some("Asia/Tokyo")),
    Country(&["KR", "South Korea", "韩国"], "KRW", Some("Asia/Seoul")),
    Country(&["IN", "India", "印度"], "INR", Some("Asia/Kolkata")),
    Country(&["GB", "UK", "United Kingdom", "Great Britain", "英国"], "GBP", Some("Europe/London")),
    Country(&["IE", "Ireland", "EIRE"], "EUR", Some("Europe/Dublin")),
    Country(&["DE", "Germany", "Deutschland", "德国"], "EUR", Some("Europe/Berlin")),
    Country(&["AT", "Austria", "Österreich"], "EUR", Some("Europe/Vienna")),
    Country(&["CH", "Switzerland", "Schweiz"], "CHF", Some("Europe/Zurich")),
    Country(&["FR", "France", "法国"], "EUR", Some("Europe/Paris")),
    Country(&["BE", "Belgium"], "EUR", Some("Europe/Brussels")),
    Country(&["NL", "Netherlands"], "EUR", Some("Europe/Amsterdam")),
    Country(&["IT", "Italy", "Italia"], "EUR", Some("Europe/Rome")),
    Country(&["ES", "Spain", "España"], "EUR", None),
    Country(&["PT", "Portugal"], "EUR", None),
    Country(&["PL", "Poland", "Polska"], "PLN", Some("Europe/Warsaw")),
    Country(&["CZ", "Czechia", "Czech Republic"], "CZK", Some("Europe/Prague")),
    Country(&["SE", "Sweden", "Sverige"], "SEK", Some("Europe/Stockholm")),
    Country(&["NO", "Norway", "Norge"], "NOK", Some("Europe/Oslo")),
    Country(&["DK", "Denmark", "Danmark"], "DKK", Some("Europe/Copenhagen")),
    Country(&["FI", "Finland", "Suomi"], "EUR", Some("Europe/Helsinki")),
    Country(&["US", "USA", "United States", "美国"], "USD", None),
    Country(&["CA", "Canada", "加拿大"], "CAD", None),
    Country(&["BR", "Brazil", "Brasil"], "BRL", None),
    Country(&["AU", "Australia", "澳大利亚"], "AUD", None),
    Country(&["NZ", "New Zealand"], "NZD", Some("Pacific/Auckland")),
];

/// Where the shop is, and what says so.
pub(super) struct Home {
    country: &'static Country,
    evidence: String,
}

/// The country of more than half of the customers; China where nothing says a country and the tables have Chinese names.
pub(super) fn country(found: &[TableGuess], content: &dyn Content) -> Option<Home> {
    let customers = found.iter().find(|t| t.relation == "customers");
    let said = customers.and_then(|c| content.most_common(&c.table, c.stored("country")?));
    if let Some((said, share)) = said {
        let country = COUNTRIES.iter().find(|c| c.0.iter().any(|n| n.eq_ignore_ascii_case(said.trim())))?;
        return (share > 0.5).then(|| Home { country, evidence: format!("most customers are in {said}") });
    }
    let evidence = "its tables have Chinese names".to_owned();
    has_chinese_names(found).then_some(Home { country: &COUNTRIES[0], evidence })
}

fn has_chinese_names(found: &[TableGuess]) -> bool {
    found.iter().any(|t| t.table.chars().any(looks::is_chinese))
}

/// What one of these settings says, in a table that has names and values, and which it is.
fn set(
    tables: &[&PhysicalTable],
    content: &dyn Content,
    settings: &[&str],
    fits: impl Fn(&str) -> bool,
) -> Option<(String, String)> {
    let column = |table: &PhysicalTable, phrases: &[&str]| {
        let called = |name: &str| phrases.contains(&words(name).join(" ").as_str());
        table.columns.iter().find(|c| called(&c.name)).map(|c| c.name.clone())
    };
    tables.iter().find_map(|table| {
        let (names, values) = (column(table, SETTING_NAMES)?, column(table, SETTING_VALUES)?);
        settings.iter().find_map(|name| {
            let value = content.setting(&table.name, &names, &values, name)?.trim().to_owned();
            fits(&value).then(|| (value, format!("`{name}` in `{}` says so", table.name)))
        })
    })
}

/// The shop's currency: what a column or a setting says, or what is paid with where most customers are.
pub(super) fn currency(
    tables: &[&PhysicalTable],
    home: Option<&Home>,
    content: &dyn Content,
    notes: &mut Vec<String>,
) -> Setting<Currency> {
    let said = tables.iter().find_map(|table| {
        let column = table.columns.iter().find(|c| {
            let called = words(&c.name).iter().any(|w| w == "currency") || c.name.contains("币");
            called && looks::share(&content.values(&table.name, &c.name), looks::currency) >= 0.9
        })?;
        let (code, share) = content.most_common(&table.name, &column.name)?;
        Some((format!("`{}.{}`", table.name, column.name), Currency::parse(code.trim())?, share))
    });
    if let Some((place, value, share)) = said {
        if share < 1.0 {
            notes.push(format!(
                "{place} holds several currencies; Herald takes all amounts for {}",
                value.code()
            ));
        }
        return Setting { value, evidence: Some(format!("{place} says so")) };
    }
    if let Some((code, evidence)) = set(tables, content, CURRENCY_SETTINGS, looks::currency)
        && let Some(value) = Currency::parse(&code)
    {
        return Setting { value, evidence: Some(evidence) };
    }
    match home.and_then(|h| Currency::parse(h.country.1).map(|c| (c, h))) {
        Some((value, home)) => Setting { value, evidence: Some(home.evidence.clone()) },
        None => Setting { value: euro(), evidence: None },
    }
}

/// The shop's zone: what a setting says, its customers', or that of the country most of them are in.
pub(super) fn timezone(
    tables: &[&PhysicalTable],
    found: &[TableGuess],
    home: Option<&Home>,
    content: &dyn Content,
) -> Setting<String> {
    if let Some((value, evidence)) = set(tables, content, ZONE_SETTINGS, looks::zone) {
        return Setting { value, evidence: Some(evidence) };
    }
    let own = found.iter().find(|t| t.relation == "customers").and_then(|customers| {
        let (zone, share) = content.most_common(&customers.table, customers.stored("timezone")?)?;
        (share > 0.5 && looks::zone(&zone)).then_some(zone)
    });
    if let Some(value) = own {
        return Setting { value, evidence: Some("most customers are there".to_owned()) };
    }
    match home.and_then(|h| h.country.2.map(|zone| (zone, h))) {
        Some((zone, home)) => Setting { value: zone.to_owned(), evidence: Some(home.evidence.clone()) },
        None => Setting { value: "UTC".to_owned(), evidence: None },
    }
}

/// Whether the shop speaks Chinese: by the names of its tables, its customers' languages, or where they are.
pub(super) fn is_chinese(found: &[TableGuess], home: Option<&Home>, content: &dyn Content) -> bool {
    let customers = found.iter().find(|t| t.relation == "customers");
    let language = customers.and_then(|c| content.most_common(&c.table, c.stored("locale")?));
    match language {
        Some((language, _)) => language.starts_with("zh"),
        None => {
            found.iter().any(|t| t.table.chars().any(looks::is_chinese))
                || home.is_some_and(|h| h.country.1 == "CNY")
        }
    }
}

/// `EUR` parses.
#[allow(clippy::expect_used)]
fn euro() -> Currency {
    Currency::parse("EUR").expect("three capital letters")
}
