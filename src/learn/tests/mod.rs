//! What the algorithms promise. Figures of other programs are stated with the program: scikit-learn 1.9.1 and lifetimes
//! 0.11.3, on the same data, which come from the same plain generator there and here.

mod buying;
mod classifier;
mod clusters;
mod features;

/// A linear congruential generator (Knuth's constants), so that any language makes the same data.
struct Rng(u64);

impl Rng {
    /// Uniform between 0 and 1.
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Nearly normal: twelve uniform numbers, less six.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }
}

/// The same work on one thread and on several.
fn on_threads<T: Send>(work: impl Fn() -> T + Send + Sync) -> [T; 2] {
    [1, 3].map(|threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(&work)
    })
}

fn close(found: f64, expected: f64, within: f64) {
    assert!((found - expected).abs() <= within, "{found} instead of {expected}");
}
