//! How well points sit in their clusters (Rousseeuw 1987): 1 well apart, 0 between two, below 0 in the wrong one.

use rayon::prelude::*;

use super::points::{Points, squared};

/// The mean silhouette of these points; none with fewer than two clusters. A point alone in its cluster counts 0.
pub fn silhouette(points: Points<'_>, labels: &[u32]) -> Option<f64> {
    let k = labels.iter().max().map_or(0, |m| *m as usize + 1);
    let mut sizes = vec![0_usize; k];
    labels.iter().for_each(|label| sizes[*label as usize] += 1);
    if sizes.iter().filter(|s| **s > 0).count() < 2 {
        return None;
    }
    let widths: Vec<f64> = (0..points.len())
        .into_par_iter()
        .map(|at| {
            let own = labels[at] as usize;
            if sizes[own] == 1 {
                return 0.0;
            }
            let mut sums = vec![0.0_f64; k];
            for (other, label) in points.rows().zip(labels) {
                sums[*label as usize] += f64::from(squared(points.row(at), other)).sqrt();
            }
            let inside = sums[own] / (sizes[own] - 1) as f64;
            let outside = (0..k)
                .filter(|c| *c != own && sizes[*c] > 0)
                .map(|c| sums[c] / sizes[c] as f64)
                .fold(f64::INFINITY, f64::min);
            let larger = inside.max(outside);
            if larger > 0.0 { (outside - inside) / larger } else { 0.0 }
        })
        .collect();
    Some(widths.iter().sum::<f64>() / widths.len() as f64)
}
