//! The brands of the shop, all of them invented: what each makes and how dear it is.

use std::sync::LazyLock;

use super::kinds::Category::{
    self, Accessories, Audio, Cameras, Fitness, Gaming, Home, Kitchen, Laptops, Outdoor, Phones, Running,
    Skiing, Tablets, Wearables,
};

/// A brand.
pub struct Brand {
    /// Its name, in titles and in the `brand` column.
    pub name: &'static str,
    /// Whether its titles are Chinese.
    pub chinese: bool,
    /// Its prices against a brand of the middle tier.
    pub dear: f64,
    /// What it makes.
    pub makes: &'static [Category],
}

const fn brand(name: &'static str, chinese: bool, dear: f64, makes: &'static [Category]) -> Brand {
    Brand { name, chinese, dear, makes }
}

/// Every brand.
pub static BRANDS: [Brand; 34] = [
    brand("Aster", false, 1.5, &[Phones, Laptops, Tablets, Wearables, Accessories]),
    brand("星澜", true, 1.0, &[Phones, Tablets, Wearables, Audio, Accessories]),
    brand("Nuvio", false, 0.75, &[Phones, Laptops, Tablets, Accessories]),
    brand("Kestrow", false, 1.2, &[Phones, Laptops, Cameras]),
    brand("青禾", true, 0.6, &[Phones, Wearables, Accessories, Audio]),
    brand("Ohmline", false, 0.95, &[Phones, Audio, Accessories, Wearables]),
    brand("墨方", true, 1.15, &[Phones, Tablets, Laptops]),
    brand("远图", true, 1.1, &[Laptops, Cameras, Gaming]),
    brand("Tidewave", false, 1.35, &[Audio]),
    brand("Murmur", false, 0.8, &[Audio, Wearables]),
    brand("回声谷", true, 0.7, &[Audio]),
    brand("Halden", false, 1.45, &[Cameras]),
    brand("Pictora", false, 0.85, &[Cameras, Accessories]),
    brand("掠光", true, 0.95, &[Cameras]),
    brand("Pixelmoor", false, 1.15, &[Gaming, Laptops]),
    brand("影刃", true, 0.8, &[Gaming]),
    brand("Tapwell", false, 1.0, &[Gaming, Accessories]),
    brand("Fleetmark", false, 1.25, &[Running, Wearables]),
    brand("疾风社", true, 0.75, &[Running, Fitness]),
    brand("Kumori", false, 1.0, &[Running, Outdoor]),
    brand("Alder & Pike", false, 1.35, &[Outdoor, Skiing]),
    brand("远山行", true, 0.85, &[Outdoor, Running]),
    brand("Northcairn", false, 1.6, &[Outdoor, Skiing]),
    brand("雪线", true, 0.8, &[Skiing, Outdoor]),
    brand("Vallon", false, 1.1, &[Skiing]),
    brand("Ironleaf", false, 1.15, &[Fitness]),
    brand("力行", true, 0.7, &[Fitness]),
    brand("Calmwood", false, 1.0, &[Fitness, Home]),
    brand("Lindholt", false, 1.4, &[Home, Kitchen]),
    brand("暖居", true, 0.8, &[Home]),
    brand("净和", true, 1.1, &[Home]),
    brand("木与陶", true, 1.1, &[Kitchen, Home]),
    brand("Coppermoor", false, 1.25, &[Kitchen]),
    brand("小灶", true, 0.65, &[Kitchen]),
];

static MAKERS: LazyLock<[Vec<usize>; Category::ALL.len()]> = LazyLock::new(|| {
    let of = |category| (0..BRANDS.len()).filter(move |&index| BRANDS[index].makes.contains(&category));
    Category::ALL.map(|category| of(category).collect())
});

/// The brands that make things of a category, as indices into [`BRANDS`].
pub fn makers(category: Category) -> &'static [usize] {
    &MAKERS[category as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_category_has_dear_and_cheap_brands_in_both_languages() {
        for category in Category::ALL {
            let makers = makers(category);
            assert!(makers.len() >= 3, "{}", category.name());
            assert!(makers.iter().any(|&b| BRANDS[b].chinese), "{}", category.name());
            assert!(makers.iter().any(|&b| BRANDS[b].dear > 1.0), "{}", category.name());
            assert!(makers.iter().any(|&b| BRANDS[b].dear < 1.0), "{}", category.name());
        }
    }
}
