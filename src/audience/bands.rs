//! The names of bands: what `band(age, [18, 25, 35])` can give.

/// The bands that edges make, lowest first: `under 18`, `18-24`, `25-34`, `35+`. Each band has its lower edge and not its
/// upper one; where all edges are whole numbers the names say the last whole number inside.
pub fn band_labels(edges: &[f64]) -> Vec<String> {
    let (Some(first), Some(last)) = (edges.first(), edges.last()) else {
        return vec!["all".to_owned()];
    };
    let whole = edges.iter().all(|e| e.fract() == 0.0);
    let middle = edges.windows(2).map(|pair| {
        let (low, high) = (pair[0], if whole { pair[1] - 1.0 } else { pair[1] });
        if whole && low >= high { low.to_string() } else { format!("{low}-{high}") }
    });
    let below = std::iter::once(format!("under {first}"));
    below.chain(middle).chain([format!("{last}+")]).collect()
}

#[cfg(test)]
mod tests {
    use super::band_labels;

    #[test]
    fn bands_are_named_as_people_say_them() {
        assert_eq!(band_labels(&[18.0, 25.0, 35.0]), ["under 18", "18-24", "25-34", "35+"]);
        assert_eq!(band_labels(&[0.5, 1.0]), ["under 0.5", "0.5-1", "1+"]);
        assert_eq!(band_labels(&[1.0, 2.0]), ["under 1", "1", "2+"]);
        assert_eq!(band_labels(&[10.0]), ["under 10", "10+"]);
        assert_eq!(band_labels(&[]), ["all"]);
    }
}
