//! Flat drawings as small PNG files: at most 256 colours, so one byte a pixel before compression.

use std::collections::BTreeMap;

use tiny_skia::Pixmap;

use super::palette::Rgb;

/// The most colours an indexed PNG can hold.
const MOST_COLOURS: usize = 256;

/// Encodes an opaque picture as an indexed PNG. Where anti-aliasing made more than 256 colours, the 256 most
/// common stay and each other pixel takes the nearest of them.
///
/// # Errors
/// What the PNG encoder says; writing to memory gives it little reason to.
pub fn indexed(pixmap: &Pixmap) -> Result<Vec<u8>, png::EncodingError> {
    let runs = runs(pixmap);
    let counts = count(&runs);
    let palette = common(&counts);
    let index: BTreeMap<Rgb, u8> = counts.keys().map(|&colour| (colour, nearest(&palette, colour))).collect();
    let mut pixels = Vec::with_capacity(pixmap.pixels().len());
    for &(colour, length) in &runs {
        pixels.resize(pixels.len() + length, index[&colour]);
    }

    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, pixmap.width(), pixmap.height());
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette(palette.iter().flat_map(|c| [c.0, c.1, c.2]).collect::<Vec<u8>>());
    encoder.set_compression(png::Compression::Default);
    encoder.set_filter(png::FilterType::NoFilter);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels)?;
    writer.finish()?;
    Ok(bytes)
}

/// The picture as runs of one colour: flat drawings have few, and a map is asked once a run.
fn runs(pixmap: &Pixmap) -> Vec<(Rgb, usize)> {
    let same = pixmap.pixels().chunk_by(|a, b| a == b);
    same.map(|run| (Rgb(run[0].red(), run[0].green(), run[0].blue()), run.len())).collect()
}

fn count(runs: &[(Rgb, usize)]) -> BTreeMap<Rgb, usize> {
    let mut counts = BTreeMap::new();
    for &(colour, length) in runs {
        *counts.entry(colour).or_default() += length;
    }
    counts
}

/// The most common colours, most common first; ties in the order of the colours.
fn common(counts: &BTreeMap<Rgb, usize>) -> Vec<Rgb> {
    let mut ranked: Vec<(Rgb, usize)> = counts.iter().map(|(&colour, &count)| (colour, count)).collect();
    ranked.sort_by_key(|&(colour, count)| (std::cmp::Reverse(count), colour));
    ranked.into_iter().take(MOST_COLOURS).map(|(colour, _)| colour).collect()
}

fn nearest(palette: &[Rgb], colour: Rgb) -> u8 {
    let distance = |&other: &Rgb| {
        let square = |a: u8, b: u8| (i32::from(a) - i32::from(b)).pow(2);
        square(colour.0, other.0) + square(colour.1, other.1) + square(colour.2, other.2)
    };
    let closest = palette.iter().enumerate().min_by_key(|(_, other)| distance(other));
    closest.map_or(0, |(index, _)| index as u8)
}
