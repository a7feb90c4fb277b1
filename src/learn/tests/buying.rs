use super::super::{BgNbd, Buying, GammaGamma, LearnError, Quintiles, Spending};
use super::{Rng, close, on_threads};

/// 600 customers who buy at rates of their own and leave with chances of their own.
fn customers() -> Vec<Buying> {
    let mut rng = Rng(3);
    (0..600)
        .map(|_| {
            let rate = -0.15 * (1.0 - rng.uniform()).ln();
            let leaves = 1.0 - (1.0 - rng.uniform()).sqrt();
            let age = 20.0 + 20.0 * rng.uniform();
            let (mut at, mut repeats, mut recency) = (0.0, 0.0, 0.0);
            loop {
                at -= (1.0 - rng.uniform()).ln() / rate;
                if at > age {
                    break;
                }
                (repeats, recency) = (repeats + 1.0, at);
                if rng.uniform() < leaves {
                    break;
                }
            }
            Buying { repeats, recency, age }
        })
        .collect()
}

#[test]
fn bg_nbd_fits_as_lifetimes_does() {
    let customers = customers();
    let [fit, again] = on_threads(|| BgNbd::fit(&customers).unwrap());
    assert_eq!(fit, again);
    // BetaGeoFitter().fit(…, tol=1e-6).params_
    let theirs = BgNbd { r: 0.938_043, alpha: 6.946_316, a: 1.235_495, b: 3.022_135 };
    close(fit.r, theirs.r, 1e-3);
    close(fit.alpha, theirs.alpha, 1e-2);
    close(fit.a, theirs.a, 5e-3);
    close(fit.b, theirs.b, 2e-2);
    // No place is likelier, theirs least of all.
    assert!(fit.log_likelihood(&customers) >= theirs.log_likelihood(&customers));
    // What a fit finds does not depend on the unit of time.
    let in_days: Vec<Buying> =
        customers.iter().map(|c| Buying { recency: c.recency * 7.0, age: c.age * 7.0, ..*c }).collect();
    let days = BgNbd::fit(&in_days).unwrap();
    close(days.alpha / 7.0, fit.alpha, 1e-3);
    close(days.r, fit.r, 1e-4);
}

#[test]
fn what_is_expected_is_what_lifetimes_expects() {
    // The parameters that Fader, Hardie & Lee publish for CDNOW; conditional_expected_number_of_purchases_up_to_time and
    // conditional_probability_alive. The first is also the example of their paper: 1.226.
    let m = BgNbd { r: 0.2426, alpha: 4.4135, a: 0.7929, b: 2.4258 };
    let theirs = [
        (2.0, 30.43, 38.86, 39.0, 1.225_911, 0.726_608),
        (0.0, 0.0, 38.86, 39.0, 0.194_787, 1.0),
        (7.0, 30.0, 31.0, 10.0, 1.687_181, 0.896_219),
        (50.0, 100.0, 104.0, 52.0, 18.705_772, 0.907_492),
    ];
    for (repeats, recency, age, time, expected, alive) in theirs {
        let c = Buying { repeats, recency, age };
        close(m.expected(c, time), expected, 1e-5);
        close(m.alive(c), alive, 1e-5);
        let chance = m.buys_within(c, time);
        assert!(chance > 0.0 && chance <= m.alive(c) && chance <= m.expected(c, time));
        // Half of those who have not left buy within the median wait.
        match m.likely_by(c, f64::INFINITY) {
            Some(time) => close(m.buys_within(c, time), 0.5, 1e-9),
            None => assert!(m.alive(c) <= 0.5),
        }
    }
}

#[test]
fn what_is_expected_holds_on_both_sides_of_the_hole_in_the_formula() {
    let c = Buying { repeats: 3.0, recency: 20.0, age: 30.0 };
    let at = |a: f64| BgNbd { r: 0.5, alpha: 5.0, a, b: 2.0 }.expected(c, 20.0);
    close(at(1.0), f64::midpoint(at(0.999), at(1.001)), 1e-4);
    assert!(at(1.0).is_finite() && at(0.3) > at(3.0));
}

#[test]
fn gamma_gamma_fits_as_lifetimes_does() {
    let mut rng = Rng(5);
    let spending: Vec<Spending> = (0..300)
        .map(|_| {
            let own = 5.0 + 40.0 * rng.uniform();
            let purchases = 1.0 + (6.0 * rng.uniform()).floor();
            let total: f64 = (0..purchases as usize).map(|_| own * (0.5 + rng.uniform())).sum();
            Spending { purchases, mean: total / purchases }
        })
        .collect();
    let fit = GammaGamma::fit(&spending).unwrap();
    // GammaGammaFitter().fit(…, tol=1e-6): params_ and conditional_expected_average_profit([1, 5], [20, 60])
    close(fit.p, 3.497, 0.02);
    close(fit.q, 3.965, 0.02);
    close(fit.v, 21.357, 0.2);
    close(fit.expected(Spending { purchases: 1.0, mean: 20.0 }), 22.382, 0.01);
    close(fit.expected(Spending { purchases: 5.0, mean: 60.0 }), 54.954, 0.01);
}

#[test]
fn too_little_buying_is_an_error() {
    let once = Buying { repeats: 0.0, recency: 0.0, age: 30.0 };
    let error = LearnError::TooFewRepeat { repeating: 0, fewest: 20 };
    assert_eq!(BgNbd::fit(&[once; 500]).unwrap_err(), error);
    assert_eq!(BgNbd::fit(&[]).unwrap_err(), error);
    // Everybody spends the same every time: how much customers differ cannot be told.
    let same = Spending { purchases: 2.0, mean: 50.0 };
    assert_eq!(GammaGamma::fit(&[same; 100]).unwrap_err(), LearnError::NoFit("Gamma-Gamma"));
}

#[test]
fn fifths_have_a_fifth_of_the_people_each() {
    let values: Vec<f64> = (0..100).rev().map(f64::from).collect();
    let fifths = Quintiles::of(&values).unwrap();
    let mut counts = [0; 5];
    values.iter().for_each(|x| counts[usize::from(fifths.score(*x)) - 1] += 1);
    assert_eq!(counts, [20; 5]);
    assert_eq!((fifths.score(-5.0), fifths.score(1e9)), (1, 5));
    assert_eq!(Quintiles::of(&[f64::NAN]), None);
    // All alike are in one fifth.
    assert_eq!(Quintiles::of(&[4.0; 9]).unwrap().score(4.0), 1);
}
