//! Products as vectors of what is known of them: their words, their categories and their numbers.

use std::collections::HashMap;

use super::sparse::Csr;
use super::words::words;

/// Into how many parts of equal size the products are cut by a number such as the price.
const STEPS: usize = 8;

/// What one attribute counts for beside all words together, which count 1: a category tells less than a title.
const ATTRIBUTE: f32 = 0.5;

/// One thing known of every product, a value for each.
#[derive(Debug, Clone, PartialEq)]
pub enum Field {
    /// Text to be read word by word. The words of all such fields count together.
    Text(Vec<String>),
    /// A kind that a product is of or is not; an empty text for one of no kind.
    Kind(Vec<String>),
    /// A number; NaN for a product without.
    Number(Vec<f64>),
}

impl Field {
    /// How many products it speaks of.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Text(values) | Self::Kind(values) => values.len(),
            Self::Number(values) => values.len(),
        }
    }

    /// Whether it speaks of none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A field with what it counts for: of a text, how often each of its words counts as said, which weighs texts against each other; of a kind or a
/// number, how many times its usual share beside all words together.
#[derive(Debug, Clone, PartialEq)]
pub struct Weighted {
    /// What it counts for, above 0; 1 is usual.
    pub weight: f32,
    /// What is known.
    pub field: Field,
}

impl From<Field> for Weighted {
    fn from(field: Field) -> Self {
        Self { weight: 1.0, field }
    }
}

/// What saying a word so often counts for: once counts 1, more often ever less; a word of a field of little weight counts as little. Weights go in
/// before the damping, as in Robertson, Zaragoza and Taylor, "Simple BM25 extension to multiple weighted fields", CIKM 2004.
pub(crate) fn damped(count: f32) -> f32 {
    if count < 1.0 { count } else { 1.0 + count.ln() }
}

/// The words of all text fields, product by product: numbers of words with how often each occurs.
pub(crate) fn word_counts(fields: &[Weighted], items: usize) -> (Csr, usize) {
    let mut numbers: HashMap<String, u32> = HashMap::new();
    let rows: Vec<Vec<(u32, f32)>> = (0..items)
        .map(|item| {
            let mut row: Vec<(u32, f32)> = Vec::new();
            for Weighted { weight, field } in fields {
                let Field::Text(texts) = field else { continue };
                for word in words(&texts[item]) {
                    let next = numbers.len() as u32;
                    row.push((*numbers.entry(word).or_insert(next), *weight));
                }
            }
            // Stable, so that weights are added in the order of the fields.
            row.sort_by_key(|(word, _)| *word);
            let sum = |same: &[(u32, f32)]| same.iter().map(|(_, weight)| weight).sum();
            row.chunk_by(|a, b| a.0 == b.0).map(|same| (same[0].0, sum(same))).collect()
        })
        .collect();
    (Csr::from_rows(&rows), numbers.len())
}

/// What each word is worth: the fewer products have it, the more. One that every product has says nothing.
pub(crate) fn rarity(counts: &Csr, words: usize) -> Vec<f32> {
    let mut with = vec![0_u32; words];
    counts.indexes().iter().for_each(|&word| with[word as usize] += 1);
    let all = counts.rows() as f32;
    with.into_iter().map(|with| ((1.0 + all) / (1.0 + with as f32)).ln()).collect()
}

/// Every product as a sparse vector of length 1 (0 for one of which nothing is known), with the number of features.
///
/// The words are weighed `damped(tf) ln((1 + n) / (1 + df))` and brought to length 1 together (Salton and Buckley,
/// Information Processing and Management 24, 1988). A kind is one feature. A number lies between two of eight steps, cut so that
/// each has as many products, and has a share of both: near numbers have features in common, whatever their scale.
pub(crate) fn vectors(fields: &[Weighted], items: usize) -> (Csr, usize) {
    let (counts, mut width) = word_counts(fields, items);
    let worth = rarity(&counts, width);
    let mut rows: Vec<Vec<(u32, f32)>> = (0..items)
        .map(|item| {
            let (words, counts) = counts.row(item);
            let weigh = |(&w, &n): (&u32, &f32)| (w, damped(n) * worth[w as usize]);
            let mut row: Vec<(u32, f32)> =
                words.iter().zip(counts).map(weigh).filter(|e| e.1 > 0.0).collect();
            to_length(&mut row, 1.0);
            row
        })
        .collect();
    for Weighted { weight, field } in fields {
        let share = ATTRIBUTE * weight;
        width += match field {
            Field::Text(_) => 0,
            Field::Kind(kinds) => add_kinds(&mut rows, kinds, share, width as u32),
            Field::Number(numbers) => add_numbers(&mut rows, numbers, share, width as u32),
        };
    }
    rows.iter_mut().for_each(|row| to_length(row, 1.0));
    (Csr::from_rows(&rows), width)
}

fn add_kinds(rows: &mut [Vec<(u32, f32)>], kinds: &[String], share: f32, from: u32) -> usize {
    let mut numbers: HashMap<&str, u32> = HashMap::new();
    for (row, kind) in rows.iter_mut().zip(kinds).filter(|(_, kind)| !kind.is_empty()) {
        let next = numbers.len() as u32;
        row.push((from + *numbers.entry(kind).or_insert(next), share));
    }
    numbers.len()
}

fn add_numbers(rows: &mut [Vec<(u32, f32)>], numbers: &[f64], share: f32, from: u32) -> usize {
    let mut known: Vec<f64> = numbers.iter().copied().filter(|n| n.is_finite()).collect();
    known.sort_by(f64::total_cmp);
    let mut edges: Vec<f64> = (0..=STEPS)
        .filter_map(|step| known.get(step * (known.len().saturating_sub(1)) / STEPS))
        .copied()
        .collect();
    edges.dedup();
    for (row, number) in rows.iter_mut().zip(numbers).filter(|(_, n)| n.is_finite()) {
        let above = edges.partition_point(|edge| edge <= number).min(edges.len().saturating_sub(1));
        let below = above.saturating_sub(1);
        let up = if above == below { 1.0 } else { (number - edges[below]) / (edges[above] - edges[below]) };
        let mut parts = vec![(from + below as u32, 1.0 - up as f32), (from + above as u32, up as f32)];
        parts.retain(|part| part.1 > 0.0);
        to_length(&mut parts, share);
        row.extend(parts);
    }
    edges.len()
}

fn to_length(row: &mut [(u32, f32)], length: f32) {
    let norm = row.iter().map(|e| f64::from(e.1).powi(2)).sum::<f64>().sqrt() as f32;
    if norm > 0.0 {
        row.iter_mut().for_each(|e| e.1 *= length / norm);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|&t| t.to_owned()).collect()
    }

    fn likeness(fields: &[Field], a: usize, b: usize) -> f32 {
        let usual: Vec<Weighted> = fields.iter().cloned().map(Weighted::from).collect();
        weighed(&usual, a, b)
    }

    fn weighed(fields: &[Weighted], a: usize, b: usize) -> f32 {
        let (vectors, width) = vectors(fields, fields[0].field.len());
        let mut dense = vec![0.0; width];
        let (features, values) = vectors.row(a);
        features.iter().zip(values).for_each(|(&f, &v)| dense[f as usize] = v);
        let (features, values) = vectors.row(b);
        features.iter().zip(values).map(|(&f, &v)| v * dense[f as usize]).sum()
    }

    #[test]
    fn a_rare_word_in_common_says_more_than_a_common_one() {
        let fields = [Field::Text(texts(&["red teapot", "blue teapot", "red mug", "red dish", "red lamp"]))];
        assert!(likeness(&fields, 0, 1) > likeness(&fields, 0, 2));
        // ln(6/3) for the teapots, ln(6/5) for what is red, ln(6/2) for what one product has alone.
        let (pot, red, own) = (2_f32.ln(), 1.2_f32.ln(), 3_f32.ln());
        let expected = pot * pot / (pot.hypot(red) * pot.hypot(own));
        assert!((likeness(&fields, 0, 1) - expected).abs() < 1e-6);
        assert!((likeness(&fields, 3, 3) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn a_field_counts_for_its_weight() {
        let title = texts(&["teapot", "teapot", "mug"]);
        let describes = texts(&["stoneware", "glass", "stoneware"]);
        let alike = |of_title: f32, of_description: f32| {
            let fields = [
                Weighted { weight: of_title, field: Field::Text(title.clone()) },
                Weighted { weight: of_description, field: Field::Text(describes.clone()) },
            ];
            (weighed(&fields, 0, 1), weighed(&fields, 0, 2))
        };
        let (by_title, by_description) = alike(1.0, 1.0);
        assert!((by_title - by_description).abs() < 1e-6);
        let (by_title, by_description) = alike(3.0, 1.0);
        assert!(by_title > 2.0 * by_description, "{by_title} {by_description}");
        let (by_title, by_description) = alike(1.0, 0.2);
        assert!(by_title > 2.0 * by_description, "{by_title} {by_description}");
        let kinds = |weight| {
            let kinds = Field::Kind(texts(&["tea", "coffee", "tea"]));
            [Field::Text(title.clone()).into(), Weighted { weight, field: kinds }]
        };
        assert!(weighed(&kinds(4.0), 0, 2) > 0.7 && weighed(&kinds(0.5), 0, 2) < 0.2);
    }

    #[test]
    fn kinds_and_near_prices_make_alike() {
        let kinds = [Field::Kind(texts(&["phones", "phones", "shoes", ""]))];
        assert!(
            likeness(&kinds, 0, 1) > 0.9 && likeness(&kinds, 0, 2) == 0.0 && likeness(&kinds, 3, 3) == 0.0
        );
        let prices = [Field::Number((0..40).map(|n| f64::from(n) * f64::from(n)).collect())];
        assert!(likeness(&prices, 20, 21) > likeness(&prices, 20, 25));
        assert!(likeness(&prices, 2, 39) == 0.0 && likeness(&prices, 39, 39) > 0.99);
    }

    #[test]
    fn all_the_same_price_or_none_is_no_reason_to_stumble() {
        let same = [Field::Number(vec![5.0; 3])];
        assert!((likeness(&same, 0, 2) - 1.0).abs() < 1e-6);
        let none = [Field::Number(vec![f64::NAN, f64::INFINITY, 3.0])];
        assert_eq!(likeness(&none, 0, 1), 0.0);
        assert_eq!(likeness(&[Field::Text(texts(&["", "☕️"]))], 0, 1), 0.0);
        assert_eq!(vectors(&[], 2).0.entries(), 0);
        assert_eq!(vectors(&[Field::Number(Vec::new()).into()], 0).1, 0);
    }
}
