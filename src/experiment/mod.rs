//! Floor 3: who is held out and who gets which variant, by keyed hash.
//!
//! Each draw is a fraction from 0 to 1 that a keyed BLAKE3 hash makes of the experiment's name and the customer. It needs
//! no memory, so it is the same in every run, on every machine, and after a resumption. The holdout and the variants have
//! hashes of their own, so that one says nothing of the other.

mod draw;

use crate::data::Key;
use draw::{Purpose, fraction};

/// Whether a customer is held out of an experiment, where `share` (0 to 1) of all are. Who is held out at one share is
/// held out at every larger one.
pub fn held_out(seed: &[u8], experiment: &str, customer: &Key, share: f64) -> bool {
    fraction(seed, experiment, customer, Purpose::Holdout) < share
}

/// The position in `shares` of the variant that a customer gets. The shares (0 to 1) add up to 1 within rounding, which
/// is the caller's to check, and there is at least one; the last takes what rounding leaves.
pub fn assign(seed: &[u8], experiment: &str, customer: &Key, shares: &[f64]) -> usize {
    let drawn = fraction(seed, experiment, customer, Purpose::Variant);
    let mut upper = 0.0;
    for (position, share) in shares.iter().enumerate() {
        upper += share;
        if drawn < upper {
            return position;
        }
    }
    shares.len().saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MANY: i64 = 20_000;

    fn everybody() -> impl Iterator<Item = Key> {
        (0..MANY).map(Key::Int)
    }

    /// Five standard deviations of a count of `MANY` draws.
    fn tolerance(share: f64) -> f64 {
        5.0 * (MANY as f64 * share * (1.0 - share)).sqrt() + 1.0
    }

    #[test]
    fn assignment_is_the_same_on_every_machine() {
        let drawn = |key| fraction(b"seed", "phone_launch", &key, Purpose::Holdout);
        let (number, text) = (drawn(Key::Int(17)), drawn(Key::Text("17".into())));
        // Fixed once: another value here means that running experiments would be dealt anew.
        assert!((number - NUMBER).abs() < 1e-12, "{number}");
        assert!((text - TEXT).abs() < 1e-12, "{text}");
    }

    const NUMBER: f64 = 0.324_369_001_031_285_74;
    const TEXT: f64 = 0.228_689_580_609_382_38;

    #[test]
    fn names_and_ids_that_run_together_stay_apart() {
        let drawn = |name: &str, id: &str| fraction(b"s", name, &Key::Text(id.into()), Purpose::Variant);
        assert!((drawn("ab", "c") - drawn("a", "bc")).abs() > 1e-9);
    }

    #[test]
    fn the_holdout_says_nothing_of_the_variant() {
        let shares = [0.3, 0.7];
        let (mut held, mut first_of_held) = (0.0, 0.0);
        for customer in everybody().filter(|c| held_out(b"s", "e", c, 0.5)) {
            held += 1.0;
            first_of_held += f64::from(u8::from(assign(b"s", "e", &customer, &shares) == 0));
        }
        assert!((first_of_held - 0.3 * held).abs() < tolerance(0.3), "{first_of_held} of {held}");
    }

    #[test]
    fn one_experiment_says_nothing_of_another() {
        let both =
            everybody().filter(|c| held_out(b"s", "e1", c, 0.5) && held_out(b"s", "e2", c, 0.5)).count();
        assert!((both as f64 - 0.25 * MANY as f64).abs() < tolerance(0.25), "{both}");
    }

    #[test]
    fn nobody_and_everybody_can_be_held_out() {
        assert!(everybody().all(|c| !held_out(b"s", "e", &c, 0.0) && held_out(b"s", "e", &c, 1.0)));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]

        #[test]
        fn variants_get_their_shares(seed in any::<[u8; 8]>(), weights in prop::collection::vec(0.05..1.0_f64, 1..5)) {
            let total: f64 = weights.iter().sum();
            let shares: Vec<f64> = weights.iter().map(|w| w / total).collect();
            let mut counts = vec![0_u32; shares.len()];
            for customer in everybody() {
                counts[assign(&seed, "e", &customer, &shares)] += 1;
            }
            for (count, share) in counts.iter().zip(&shares) {
                prop_assert!((f64::from(*count) - share * MANY as f64).abs() < tolerance(*share));
            }
        }

        #[test]
        fn whoever_is_held_out_stays_so_when_the_share_grows(id in any::<i64>(), a in 0.0..1.0_f64, b in 0.0..1.0_f64) {
            let (small, large) = (a.min(b), a.max(b));
            let customer = Key::Int(id);
            prop_assert!(!held_out(b"s", "e", &customer, small) || held_out(b"s", "e", &customer, large));
        }

        #[test]
        fn the_last_variant_takes_what_rounding_leaves(id in any::<i64>()) {
            prop_assert!(assign(b"s", "e", &Key::Int(id), &[0.0, 0.999_999]) == 1);
        }
    }
}
