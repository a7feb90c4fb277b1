//! What the shop sells: its categories and the kinds of product in each, with the words for their titles.

mod electronics;
mod extras;
mod house;
mod sport;

use std::sync::LazyLock;

use super::calendar::Season;
use super::pictures::Drawing;

/// A category of the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Category {
    Phones,
    Tablets,
    Laptops,
    Audio,
    Wearables,
    Cameras,
    Accessories,
    Gaming,
    Running,
    Outdoor,
    Fitness,
    Skiing,
    Home,
    Kitchen,
}

use Category::{
    Accessories, Audio, Cameras, Fitness, Gaming, Home, Kitchen, Laptops, Outdoor, Phones, Running, Skiing,
    Tablets, Wearables,
};

impl Category {
    /// Every category, in the order of their numbers.
    pub const ALL: [Self; 14] = [
        Phones,
        Tablets,
        Laptops,
        Audio,
        Wearables,
        Cameras,
        Accessories,
        Gaming,
        Running,
        Outdoor,
        Fitness,
        Skiing,
        Home,
        Kitchen,
    ];

    /// The word in the `category` column.
    pub fn name(self) -> &'static str {
        match self {
            Phones => "phones",
            Tablets => "tablets",
            Laptops => "laptops",
            Audio => "audio",
            Wearables => "wearables",
            Cameras => "cameras",
            Accessories => "accessories",
            Gaming => "gaming",
            Running => "running",
            Outdoor => "outdoor",
            Fitness => "fitness",
            Skiing => "skiing",
            Home => "home",
            Kitchen => "kitchen",
        }
    }

    /// When in the year it is wanted.
    pub fn season(self) -> Season {
        match self {
            Running | Outdoor => Season::Mild,
            Skiing => Season::Cold,
            Fitness => Season::Fit,
            _ => Season::Always,
        }
    }

    /// Whether one is enough for a long time.
    pub fn durable(self) -> bool {
        matches!(self, Phones | Tablets | Laptops | Wearables | Cameras | Skiing)
    }
}

/// How the models of a kind are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numbering {
    /// A number that grows with the year of release, and variants such as Pro.
    Generation,
    /// Sometimes a small edition number.
    Edition,
    /// No number.
    Plain,
}

/// The words for titles and descriptions in one language.
pub struct Words {
    /// Names of product lines; each brand uses some of them.
    pub series: &'static [&'static str],
    /// What the thing is.
    pub nouns: &'static [&'static str],
    /// Sizes, capacities and the like.
    pub specs: &'static [&'static str],
    /// Sentences for descriptions.
    pub lines: &'static [&'static str],
}

/// A kind of product.
pub struct Kind {
    /// Its name in this program.
    pub name: &'static str,
    /// Where it stands in the shop.
    pub category: Category,
    /// How it is drawn.
    pub picture: Drawing,
    /// Its part of the catalogue, as a weight.
    pub share: f64,
    /// The lowest and the highest usual price for a brand of the middle tier, in yuan.
    pub price: (f64, f64),
    /// The lowest and the highest margin, as a share of the price.
    pub margin: (f64, f64),
    /// How its models are counted.
    pub numbering: Numbering,
    /// Kinds often bought along with it.
    pub goes_with: &'static [&'static str],
    /// English words.
    pub en: Words,
    /// Chinese words.
    pub zh: Words,
}

/// Every kind, grouped by category.
pub static KINDS: LazyLock<Vec<&'static Kind>> = LazyLock::new(|| {
    electronics::KINDS.iter().chain(extras::KINDS).chain(sport::KINDS).chain(house::KINDS).collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_category_has_kinds_and_every_companion_exists() {
        for category in Category::ALL {
            assert!(KINDS.iter().any(|kind| kind.category == category), "{}", category.name());
        }
        for kind in KINDS.iter() {
            for other in kind.goes_with {
                assert!(KINDS.iter().any(|kind| kind.name == *other), "{} goes with {other}", kind.name);
            }
            for words in [&kind.en, &kind.zh] {
                assert!(words.series.len() >= 6 && words.lines.len() >= 3, "{}", kind.name);
                assert!(!words.nouns.is_empty() && !words.specs.is_empty(), "{}", kind.name);
            }
        }
    }
}
