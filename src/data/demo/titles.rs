//! Titles and descriptions, put together from a kind's words so that no two titles are the same.

use std::collections::HashSet;

use rand::Rng;

use super::brands::BRANDS;
use super::draw::Draw;
use super::kinds::{Kind, Numbering, Words};
use super::pictures::COLOURS;

/// What a title is about.
pub struct Article<'a> {
    /// The kind of product.
    pub kind: &'a Kind,
    /// An index into the brands.
    pub brand: usize,
    /// An index into the colours.
    pub colour: usize,
    /// The calendar year of release.
    pub year: i16,
    /// How dear it is for its kind, 0 to 1: dear models have more of everything.
    pub dearness: f64,
}

/// Draws titles until one is new; a model code ends the search in a very large catalogue.
pub fn title(rng: &mut impl Rng, article: &Article<'_>, taken: &mut HashSet<String>) -> String {
    for _ in 0..60 {
        let title = attempt(rng, article);
        if taken.insert(title.clone()) {
            return title;
        }
    }
    loop {
        let letter = char::from(b'A' + rng.index(26) as u8);
        let title = format!("{} {letter}{}", attempt(rng, article), rng.random_range(1000..1_000_000));
        if taken.insert(title.clone()) {
            return title;
        }
    }
}

fn attempt(rng: &mut impl Rng, article: &Article<'_>) -> String {
    let brand = &BRANDS[article.brand];
    let words = words(article);
    // Each brand has its own four lines of a kind, so a line's name says whose it is.
    let series = words.series[(article.brand * 3 + rng.index(4)) % words.series.len()];
    let (noun, spec) = (rng.one(words.nouns), graded(rng, words.specs, article.dearness));
    let model = model(rng, article);
    let colour = &COLOURS[article.colour];
    if brand.chinese {
        format!("{} {series}{model} {noun} {spec} {}", brand.name, colour.zh)
    } else {
        let gap = if model.is_empty() { "" } else { " " };
        format!("{} {series}{gap}{model} {noun}, {spec}, {}", brand.name, colour.en)
    }
}

/// The model's number: a generation grows by one a year and is the brand's own, with variants.
fn model(rng: &mut impl Rng, article: &Article<'_>) -> String {
    match article.kind.numbering {
        Numbering::Generation => {
            let first = 3 + (article.brand as i16 * 5) % 9;
            let variants = [" SE", " Lite", "", "", " Pro", " Max", " Ultra"];
            format!("{}{}", first + (article.year - 2023).max(0), graded(rng, &variants, article.dearness))
        }
        Numbering::Edition => (*rng.one(&["", "", "2", "3", "4", "5"])).to_owned(),
        Numbering::Plain => String::new(),
    }
}

/// One of a list that runs from modest to lavish, near the place that a price deserves.
fn graded<'a>(rng: &mut impl Rng, list: &[&'a str], dearness: f64) -> &'a str {
    let place = (dearness + rng.between(-0.3, 0.3)).clamp(0.0, 0.999);
    list[(place * list.len() as f64) as usize]
}

/// Two or three sentences about a product, in the language of its title.
pub fn description(rng: &mut impl Rng, article: &Article<'_>) -> String {
    let words = words(article);
    let mut lines: Vec<&str> = words.lines.to_vec();
    rng.shuffle(&mut lines);
    lines.truncate(2 + rng.index(2));
    lines.join(if BRANDS[article.brand].chinese { "" } else { " " })
}

fn words<'a>(article: &Article<'a>) -> &'a Words {
    if BRANDS[article.brand].chinese { &article.kind.zh } else { &article.kind.en }
}
