//! The colours products come in, with their names for titles and their shades for pictures.

/// Red, green, blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rgb(pub u8, pub u8, pub u8);

impl Rgb {
    /// This colour with a share (0 to 1) of another mixed in.
    pub fn mix(self, other: Self, share: f32) -> Self {
        let blend = |a: u8, b: u8| (f32::from(a) + (f32::from(b) - f32::from(a)) * share).round() as u8;
        Self(blend(self.0, other.0), blend(self.1, other.1), blend(self.2, other.2))
    }
}

/// White.
pub const WHITE: Rgb = Rgb(255, 255, 255);
/// The near black of screens and outlines.
pub const INK: Rgb = Rgb(38, 43, 52);
/// Metal in the light.
pub const STEEL: Rgb = Rgb(196, 203, 212);
/// Metal in the shade.
pub const IRON: Rgb = Rgb(122, 131, 143);
/// Light wood.
pub const WOOD: Rgb = Rgb(205, 160, 112);

/// A colour a product can be had in.
pub struct Colour {
    /// Its name in English titles.
    pub en: &'static str,
    /// Its name in Chinese titles.
    pub zh: &'static str,
    main: Rgb,
    accent: Rgb,
    tile: Rgb,
}

/// The shades one picture is drawn in.
#[derive(Debug, Clone, Copy)]
pub struct Shades {
    /// The product's own colour.
    pub main: Rgb,
    /// The same, darker: sides and shadows on the product.
    pub dark: Rgb,
    /// The same, much darker: soles, grips, lines.
    pub deep: Rgb,
    /// The same, lighter: surfaces in the light.
    pub light: Rgb,
    /// A second colour for small details.
    pub accent: Rgb,
    /// The quiet tile behind the product.
    pub tile: Rgb,
}

impl Colour {
    /// The shades to draw with.
    pub fn shades(&self) -> Shades {
        Shades {
            main: self.main,
            dark: self.main.mix(INK, 0.2),
            deep: self.main.mix(INK, 0.5),
            light: self.main.mix(WHITE, 0.35),
            accent: self.accent,
            tile: self.tile,
        }
    }
}

const fn colour(en: &'static str, zh: &'static str, main: Rgb, accent: Rgb, tile: Rgb) -> Colour {
    Colour { en, zh, main, accent, tile }
}

/// Every colour of the shop.
pub const COLOURS: [Colour; 14] = [
    colour("Graphite", "石墨黑", Rgb(74, 81, 92), Rgb(240, 138, 93), Rgb(226, 230, 234)),
    colour("Moonlight", "月光银", Rgb(214, 220, 227), Rgb(92, 128, 188), Rgb(191, 203, 219)),
    colour("Midnight Blue", "午夜蓝", Rgb(43, 67, 112), Rgb(244, 183, 64), Rgb(219, 227, 240)),
    colour("Sky Blue", "晴空蓝", Rgb(91, 155, 213), Rgb(255, 209, 102), Rgb(220, 234, 246)),
    colour("Lagoon", "湖水青", Rgb(47, 143, 149), Rgb(246, 174, 97), Rgb(214, 235, 234)),
    colour("Forest", "松林绿", Rgb(58, 110, 80), Rgb(233, 180, 76), Rgb(220, 234, 222)),
    colour("Sage", "鼠尾草绿", Rgb(143, 173, 136), Rgb(224, 122, 95), Rgb(229, 237, 224)),
    colour("Sand", "沙丘金", Rgb(214, 183, 138), Rgb(84, 110, 122), Rgb(243, 235, 221)),
    colour("Amber", "琥珀黄", Rgb(232, 167, 53), Rgb(61, 90, 128), Rgb(250, 238, 213)),
    colour("Coral", "珊瑚橘", Rgb(235, 122, 94), Rgb(61, 90, 128), Rgb(251, 228, 220)),
    colour("Crimson", "朱砂红", Rgb(192, 57, 67), Rgb(244, 200, 120), Rgb(247, 222, 222)),
    colour("Rose", "樱花粉", Rgb(228, 150, 170), Rgb(109, 104, 152), Rgb(250, 229, 234)),
    colour("Lilac", "丁香紫", Rgb(150, 132, 196), Rgb(246, 189, 96), Rgb(233, 227, 244)),
    colour("Ivory", "象牙白", Rgb(243, 236, 222), Rgb(190, 110, 80), Rgb(214, 201, 182)),
];
