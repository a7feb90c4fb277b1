//! What is known of how a text sounds.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// The scales a text is measured on. `polarity` runs from -1 (negative) to 1 (positive), the others from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Axes {
    /// From -1 (negative) to 1 (positive); 0 is neutral.
    pub polarity: f64,
    /// From 0 (flat) to 1 (intense), whichever the direction.
    pub strength: f64,
    /// From 0 (no hurry) to 1 (now or never).
    pub urgency: f64,
    /// From 0 (casual) to 1 (formal).
    pub formality: f64,
    /// From 0 (cool) to 1 (warm).
    pub warmth: f64,
}

/// Words that moved the measure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Driver {
    /// The words as they stand in the text.
    pub words: String,
    /// Where they stand, in bytes of the whole text.
    pub place: Range<usize>,
    /// How far they moved the polarity: below 0 towards negative.
    pub weight: f64,
}

/// One sentence of a text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SentenceReading {
    /// Where it stands, in bytes of the whole text.
    pub place: Range<usize>,
    /// How it sounds.
    pub axes: Axes,
}

/// How a text sounds.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Reading {
    /// The whole text.
    pub axes: Axes,
    /// Its sentences, in order.
    pub sentences: Vec<SentenceReading>,
    /// The words that drove the measure, in the order of the text.
    pub drivers: Vec<Driver>,
}
