//! One fraction for one customer in one experiment.

use crate::data::Key;

/// What a draw decides; each purpose has draws of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Whether the customer is held out.
    Holdout,
    /// Which variant the customer gets.
    Variant,
}

/// A fraction from 0 (included) to 1 (left out), evenly spread: the first 53 bits of a BLAKE3 hash keyed by the seed. The
/// parts are told apart by their lengths, a number's id from the same digits as text by a letter.
pub(super) fn fraction(seed: &[u8], experiment: &str, customer: &Key, purpose: Purpose) -> f64 {
    let context = match purpose {
        Purpose::Holdout => "herald 2026 experiment holdout",
        Purpose::Variant => "herald 2026 experiment variant",
    };
    let mut hasher = blake3::Hasher::new_keyed(&blake3::derive_key(context, seed));
    hasher.update(&(experiment.len() as u64).to_le_bytes());
    hasher.update(experiment.as_bytes());
    match customer {
        Key::Int(n) => hasher.update(b"n").update(&n.to_le_bytes()),
        Key::Text(text) => hasher.update(b"t").update(text.as_bytes()),
    };
    let mut first = [0; 8];
    hasher.finalize_xof().fill(&mut first);
    (u64::from_le_bytes(first) >> 11) as f64 / (1_u64 << 53) as f64
}
