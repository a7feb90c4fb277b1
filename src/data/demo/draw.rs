//! Randomness from a seed: one independent stream a purpose and id, and the few distributions the shop needs.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// What a stream is for. Streams of different purposes never share a number.
#[derive(Debug, Clone, Copy)]
pub enum Purpose {
    /// The catalogue.
    Catalogue = 1,
    /// Who a customer is.
    Person = 2,
    /// What a customer likes.
    Taste = 3,
    /// What a customer did.
    History = 4,
}

/// The stream of a purpose and an id: the same for one seed, however many other streams are used.
pub fn stream(seed: u64, purpose: Purpose, id: u64) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(((purpose as u64) << 56) | id);
    rng
}

/// Draws from distributions.
pub trait Draw: Rng {
    /// A number from 0 up to but not including 1.
    fn unit(&mut self) -> f64 {
        self.random::<f64>()
    }

    /// True with a probability; below 0 is never, above 1 always.
    fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A number between two bounds.
    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// An index below `length`; 0 when `length` is 0.
    fn index(&mut self, length: usize) -> usize {
        if length == 0 { 0 } else { self.random_range(0..length) }
    }

    /// One of a slice that is not empty.
    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T
    where
        Self: Sized,
    {
        &of[self.index(of.len())]
    }

    /// An index drawn in proportion to the weights; the last one if they are all zero.
    fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut left = self.unit() * weights.iter().sum::<f64>();
        for (index, weight) in weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return index;
            }
        }
        weights.len().saturating_sub(1)
    }

    /// A standard normal number (Box and Muller 1958).
    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// An exponential number of a mean.
    fn exponential(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.unit()).ln()
    }

    /// A Poisson number of a mean: Knuth's product of uniforms (1969) below 30, the normal approximation above.
    fn poisson(&mut self, mean: f64) -> u32 {
        if mean > 30.0 {
            return (mean + mean.sqrt() * self.normal()).round().max(0.0) as u32;
        }
        let floor = (-mean).exp();
        let mut product = self.unit();
        let mut count = 0;
        while product > floor {
            product *= self.unit();
            count += 1;
        }
        count
    }

    /// Puts a slice in random order (Fisher and Yates).
    fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.index(last + 1);
            items.swap(last, other);
        }
    }
}

impl<R: Rng> Draw for R {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_repeatable_and_apart() {
        let first = stream(7, Purpose::Person, 3).unit().to_bits();
        assert_eq!(first, stream(7, Purpose::Person, 3).unit().to_bits());
        assert_ne!(first, stream(7, Purpose::Taste, 3).unit().to_bits());
        assert_ne!(first, stream(7, Purpose::Person, 4).unit().to_bits());
        assert_ne!(first, stream(8, Purpose::Person, 3).unit().to_bits());
    }

    #[test]
    fn poisson_has_its_mean() {
        let mut rng = stream(1, Purpose::History, 1);
        for mean in [0.4, 3.0, 60.0] {
            let total: u32 = (0..4000).map(|_| rng.poisson(mean)).sum();
            assert!((f64::from(total) / 4000.0 - mean).abs() < 0.06 * mean + 0.03, "mean {mean}: {total}");
        }
    }

    #[test]
    fn weights_of_zero_are_never_drawn() {
        let mut rng = stream(1, Purpose::History, 2);
        assert!((0..500).all(|_| rng.weighted(&[0.0, 1.0, 0.0, 2.0]) % 2 == 1));
    }
}
