//! `trending`: what sells better now than it used to.

use super::interactions::Interactions;
use super::popular::Popular;

/// How many typical events of the average product are added to every product before the comparison.
const PRIOR_EVENTS: f64 = 10.0;

/// Scores each product by how much its share of recent events exceeds its share of all events, 0 where it does not:
///
/// `rise = (recent + p g) / (all + p) / g - 1`, with the product's sums of recent and of all weights, `g` the share of the
/// recent in the whole catalogue, and `p` a prior of ten typical events, as in [`super::trend`]: a product of two sales has
/// not risen. Where everything is recent nothing has a past to rise above, and nothing is trending.
///
/// # Panics
/// If the two are of different catalogues.
#[must_use]
pub fn trending(recent: &Interactions, all: &Interactions) -> Popular {
    assert_eq!(recent.items(), all.items(), "one catalogue");
    let (recent, past) = (recent.item_sums().1, (all.item_sums().1, f64::from(all.unit())));
    let (all, unit) = past;
    let share = recent.iter().sum::<f64>() / all.iter().sum::<f64>().max(f64::MIN_POSITIVE);
    let prior = PRIOR_EVENTS * unit;
    let rise = |(&recent, &all): (&f64, &f64)| {
        if share > 0.0 { (((recent + prior * share) / (all + prior)) / share - 1.0) as f32 } else { 0.0 }
    };
    // What is left of rounding where nothing rises is no rise.
    Popular::from_scores(recent.iter().zip(&all).map(rise).map(|r| if r > 1e-6 { r } else { 0.0 }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recommend::{Events, Method};

    fn sales(rows: &[(u32, u16)]) -> Interactions {
        let mut events = Events::default();
        for &(item, times) in rows {
            (0..times).for_each(|n| events.push(u32::from(n) % 50, item, 1.0, 1.0));
        }
        Interactions::build(&events, 50, 4, None).unwrap()
    }

    #[test]
    fn what_rises_comes_before_what_always_sold_well() {
        // Of 200 events 40 are recent. Product 0 sold 100 in all, 10 of them now; product 1 30, of which 20 now.
        let all = sales(&[(0, 100), (1, 30), (2, 68), (3, 2)]);
        let rises = trending(&sales(&[(0, 10), (1, 20), (2, 8), (3, 2)]), &all);
        let scores = rises.shared().unwrap();
        assert_eq!((scores[0], scores[2]), (0.0, 0.0));
        assert!((scores[1] - ((20.0 + 2.0) / 40.0 / 0.2 - 1.0)).abs() < 1e-5);
        assert!((scores[3] - ((2.0 + 2.0) / 12.0 / 0.2 - 1.0)).abs() < 1e-5); // all of it now, and yet too little
        assert!(scores[1] > scores[3]);
    }

    #[test]
    fn without_a_past_or_a_present_nothing_is_trending() {
        let some = sales(&[(0, 5), (1, 9)]);
        for (recent, all) in [(&some, &some), (&sales(&[]), &some), (&sales(&[]), &sales(&[]))] {
            assert_eq!(trending(recent, all).shared().unwrap(), [0.0; 4]);
        }
    }
}
