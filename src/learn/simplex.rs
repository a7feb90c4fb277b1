//! The least value of a function of a few numbers, by Nelder and Mead's simplex (1965), begun again where it ends until
//! that gains nothing.

/// The place of the least value that was found from `start`.
pub(super) fn minimise(start: &[f64], value: impl Fn(&[f64]) -> f64) -> (Vec<f64>, f64) {
    let mut best = (start.to_vec(), value(start));
    for round in 0..20 {
        // Smaller and smaller first steps: the later rounds only look around.
        let width = if round == 0 { 0.5 } else { 0.1 };
        let found = descend(&best.0, width, &value);
        let gain = best.1 - found.1;
        if gain > 0.0 {
            best = found;
        }
        if gain.is_nan() || gain <= 1e-10 * (1.0 + best.1.abs()) {
            break;
        }
    }
    best
}

fn descend(start: &[f64], width: f64, value: impl Fn(&[f64]) -> f64) -> (Vec<f64>, f64) {
    let n = start.len();
    let at = |place: Vec<f64>| {
        let y = value(&place);
        (place, if y.is_finite() { y } else { f64::INFINITY })
    };
    let mut corners = vec![at(start.to_vec())];
    for i in 0..n {
        let mut corner = start.to_vec();
        corner[i] += width;
        corners.push(at(corner));
    }
    for _ in 0..2000 {
        corners.sort_by(|a, b| a.1.total_cmp(&b.1));
        let spread = corners[n].1 - corners[0].1;
        let size = (0..n).map(|d| (corners[n].0[d] - corners[0].0[d]).abs()).fold(0.0, f64::max);
        if spread <= 1e-12 * (1.0 + corners[0].1.abs()) && size < 1e-7 {
            break;
        }
        let middle: Vec<f64> =
            (0..n).map(|d| corners[..n].iter().map(|c| c.0[d]).sum::<f64>() / n as f64).collect();
        let along = |corners: &[(Vec<f64>, f64)], by: f64| {
            at((0..n).map(|d| middle[d] + by * (corners[n].0[d] - middle[d])).collect())
        };
        let reflected = along(&corners, -1.0);
        if reflected.1 < corners[0].1 {
            let farther = along(&corners, -2.0);
            corners[n] = if farther.1 < reflected.1 { farther } else { reflected };
        } else if reflected.1 < corners[n - 1].1 {
            corners[n] = reflected;
        } else {
            let nearer = along(&corners, if reflected.1 < corners[n].1 { -0.5 } else { 0.5 });
            if nearer.1 < corners[n].1.min(reflected.1) {
                corners[n] = nearer;
            } else {
                let first = corners[0].0.clone();
                for corner in &mut corners[1..] {
                    *corner = at(first.iter().zip(&corner.0).map(|(a, b)| a + 0.5 * (b - a)).collect());
                }
            }
        }
    }
    corners.sort_by(|a, b| a.1.total_cmp(&b.1));
    corners.swap_remove(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_bottom_of_rosenbrocks_valley() {
        let valley = |x: &[f64]| (1.0 - x[0]).powi(2) + 100.0 * (x[1] - x[0] * x[0]).powi(2);
        let (place, value) = minimise(&[-1.2, 1.0], valley);
        assert!((place[0] - 1.0).abs() < 1e-5 && (place[1] - 1.0).abs() < 1e-5, "{place:?}");
        assert!(value < 1e-10);
    }
}
