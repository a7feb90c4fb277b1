//! Floor 3: how a text sounds, in numbers.

pub mod reading;

pub use reading::{Axes, Driver, Reading, SentenceReading};
