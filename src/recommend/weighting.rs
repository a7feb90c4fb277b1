//! How the entries of two customers or two products are weighed before they are compared.

use super::sparse::Csr;

/// A measure of how alike two rows of a sparse matrix are.
///
/// The row is read as a document and its entries as words with their number: of products, the customers who took
/// them; of customers, the products that they took. So a rare word says more than a common one where the measure weighs
/// words at all (`Bm25`, `TfIdf`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weighting {
    /// `a . b / (|a| |b|)` of the entries as they are (Salton, Automatic Text Processing,
    /// 1989).
    #[default]
    Cosine,
    /// The words in common divided by the words of either (Jaccard 1901); how often does not count.
    Jaccard,
    /// The cosine after `tf (k + 1) / (tf + k (1 - b + b length / mean length)) idf`, with
    /// `idf = ln(1 + (n - df + 1/2) / (df + 1/2))` (Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25
    /// and Beyond, 2009; the 1 in the logarithm, which keeps it positive, is Lucene's).
    Bm25,
    /// The cosine after `sqrt(tf) ln((1 + n) / (1 + df))` (Salton and Buckley, Information Processing and Management 24,
    /// 1988, with the square root for the damping of `tf`).
    TfIdf,
}

impl Weighting {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Cosine, Self::Jaccard, Self::Bm25, Self::TfIdf];

    /// Its word in the language.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Cosine => "cosine",
            Self::Jaccard => "jaccard",
            Self::Bm25 => "bm25",
            Self::TfIdf => "tf_idf",
        }
    }
}

/// How soon the count of a word saturates, and how much a long document is discounted: the usual 1.2 and .75.
const K: f32 = 1.2;
const B: f32 = 0.75;

/// A weighting with what it has to know of all documents.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Weigher {
    weighting: Weighting,
    /// What each word is worth; empty where every word is worth the same.
    worth: Vec<f32>,
    mean_length: f32,
}

impl Weigher {
    /// Looks at all documents: `documents` has a row for each, with numbers of words below `words`.
    pub fn new(weighting: Weighting, documents: &Csr, words: usize) -> Self {
        let worth = match weighting {
            Weighting::Cosine | Weighting::Jaccard => Vec::new(),
            Weighting::Bm25 | Weighting::TfIdf => worth(weighting, documents, words),
        };
        let total: f64 = documents.values().iter().map(|&v| f64::from(v)).sum();
        let filled = (0..documents.rows()).filter(|&d| !documents.row(d).0.is_empty()).count();
        Self { weighting, worth, mean_length: (total / filled.max(1) as f64) as f32 }
    }

    /// Weighs one document in place.
    pub fn weigh(&self, words: &[u32], values: &mut [f32]) {
        match self.weighting {
            Weighting::Cosine => {}
            Weighting::Jaccard => values.fill(1.0),
            Weighting::TfIdf => {
                for (&word, value) in words.iter().zip(values) {
                    *value = value.sqrt() * self.worth[word as usize];
                }
            }
            Weighting::Bm25 => {
                let length: f64 = values.iter().map(|&v| f64::from(v)).sum();
                let norm = K * (1.0 - B + B * length as f32 / self.mean_length.max(f32::MIN_POSITIVE));
                for (&word, value) in words.iter().zip(values) {
                    *value = *value * (K + 1.0) / (*value + norm) * self.worth[word as usize];
                }
            }
        }
    }

    /// All documents, weighed.
    pub fn weigh_all(&self, mut documents: Csr) -> Csr {
        for document in 0..documents.rows() {
            let (words, values) = documents.row_mut(document);
            self.weigh(words, values);
        }
        documents
    }

    /// What of a weighed document goes into the denominator of [`Weigher::similarity`].
    pub fn size(&self, values: &[f32]) -> f32 {
        match self.weighting {
            Weighting::Jaccard => values.len() as f32,
            _ => values.iter().map(|&v| f64::from(v) * f64::from(v)).sum::<f64>().sqrt() as f32,
        }
    }

    /// How alike two documents are, from the sum of the products of their weights and their sizes. `shrinkage`, which
    /// distrusts what rests on little, is added to the denominator.
    #[inline]
    pub fn similarity(&self, dot: f32, a: f32, b: f32, shrinkage: f32) -> f32 {
        let denominator = match self.weighting {
            Weighting::Jaccard => a + b - dot + shrinkage,
            _ => a * b + shrinkage,
        };
        if denominator > 0.0 { dot / denominator } else { 0.0 }
    }
}

/// What each word is worth: the fewer documents have it, the more.
fn worth(weighting: Weighting, documents: &Csr, words: usize) -> Vec<f32> {
    let mut with = vec![0_u32; words];
    for &word in documents.indexes() {
        with[word as usize] += 1;
    }
    let all = documents.rows() as f64;
    with.into_iter()
        .map(|with| {
            let with = f64::from(with);
            let worth = match weighting {
                Weighting::Bm25 => (1.0 + (all - with + 0.5) / (with + 0.5)).ln(),
                _ => ((1.0 + all) / (1.0 + with)).ln(),
            };
            worth.max(0.0) as f32
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ratings [[0,1,0],[1,0,2],[0,1,1]] turned over: products by customers.
    fn products() -> Csr {
        Csr::from_rows(&[vec![(1, 1.0)], vec![(0, 1.0), (2, 1.0)], vec![(1, 2.0), (2, 1.0)]])
    }

    fn similarity(weighting: Weighting, a: usize, b: usize, shrinkage: f32) -> f32 {
        let documents = products();
        let weigher = Weigher::new(weighting, &documents, 3);
        let weighed = weigher.weigh_all(documents);
        let ((words_a, values_a), (words_b, values_b)) = (weighed.row(a), weighed.row(b));
        let dot = words_a
            .iter()
            .zip(values_a)
            .filter_map(|(word, x)| words_b.iter().position(|w| w == word).map(|at| x * values_b[at]))
            .sum();
        weigher.similarity(dot, weigher.size(values_a), weigher.size(values_b), shrinkage)
    }

    fn close(found: f32, expected: f64) {
        assert!((f64::from(found) - expected).abs() < 1e-6, "{found}, expected {expected}");
    }

    #[test]
    fn each_measure_on_a_textbook_matrix() {
        // Products 1 and 2: (1, 0, 1) and (0, 2, 1).
        close(similarity(Weighting::Cosine, 1, 2, 0.0), 1.0 / 10_f64.sqrt());
        close(similarity(Weighting::Jaccard, 1, 2, 0.0), 1.0 / 3.0);
        close(similarity(Weighting::Jaccard, 1, 2, 2.0), 1.0 / 5.0);
        // Customer 0 has one product of three, customers 1 and 2 have two: idf ln 2 and ln(4/3).
        let (rare, common) = (2_f64.ln(), (4.0_f64 / 3.0).ln());
        let dot = common * common;
        let sizes = (rare.powi(2) + common.powi(2)).sqrt() * (2.0 * common.powi(2) + common.powi(2)).sqrt();
        close(similarity(Weighting::TfIdf, 1, 2, 0.0), dot / sizes);
        // Lengths 1, 2, 3; mean 2. idf ln(1 + 2.5/1.5) and ln(1 + 1.5/2.5).
        let (rare, common) = ((1.0_f64 + 2.5 / 1.5).ln(), (1.0_f64 + 1.5 / 2.5).ln());
        let count = |tf: f64, length: f64| tf * 2.2 / (tf + 1.2 * (0.25 + 0.75 * length / 2.0));
        let dot = count(1.0, 2.0) * count(1.0, 3.0) * common * common;
        let a = (count(1.0, 2.0) * rare).hypot(count(1.0, 2.0) * common);
        let b = (count(2.0, 3.0) * common).hypot(count(1.0, 3.0) * common);
        close(similarity(Weighting::Bm25, 1, 2, 0.0), dot / (a * b));
    }

    #[test]
    fn of_nothing_nothing_is_alike() {
        for weighting in [Weighting::Cosine, Weighting::Jaccard, Weighting::Bm25, Weighting::TfIdf] {
            let nothing = Csr::from_rows(&[vec![], vec![]]);
            let weigher = Weigher::new(weighting, &nothing, 0);
            let size = weigher.size(&[]);
            assert_eq!(weigher.similarity(0.0, size, size, 0.0), 0.0);
        }
    }
}
