//! The product pictures: flat drawings on a quiet tile, one drawing function a kind of product.

#![expect(clippy::many_single_char_names, reason = "x, y, w, h and r are geometry's own names")]

mod devices;
mod encode;
mod extras;
mod house;
mod kitchen;
mod open_air;
mod palette;
mod pen;
mod sound_and_sight;
mod sport;

pub use devices::{band, laptop, phone, tablet, watch};
pub use extras::{case, charger, controller, keyboard, memory_card, mouse, power_bank};
pub use house::{heater, lamp, purifier, vacuum};
pub use kitchen::{kettle, mug, pan, rice_cooker};
pub use open_air::{backpack, flask, goggles, ski_jacket, skis, tent};
pub use palette::COLOURS;
pub use pen::Pen;
pub use sound_and_sight::{camera, earbuds, headphones, lens, speaker};
pub use sport::{dumbbell, kettlebell, mat, shoe, socks, tee};

use palette::{INK, Rgb, Shades, WHITE};

/// Draws one kind of product.
pub type Drawing = fn(&mut Pen);

/// How many ways a drawing can differ in its details.
pub const VARIANTS: u32 = 4;

/// A picture as PNG bytes: the tile, a soft disc, a shadow on the ground, the product.
/// `colour` counts through [`COLOURS`] and `variant` through [`VARIANTS`]; both wrap around.
///
/// # Errors
/// Only if the canvas can't be allocated or the PNG can't be written to memory.
pub fn png(drawing: Drawing, colour: usize, variant: u32) -> Result<Vec<u8>, String> {
    let shades = COLOURS[colour % COLOURS.len()].shades();
    let mut pen = Pen::new(shades, variant % VARIANTS).ok_or("no memory for a picture")?;
    pen.flood(shades.tile);
    pen.circle(240.0, 232.0, 186.0, disc(&shades));
    pen.ellipse(240.0, 406.0, 140.0, 13.0, shades.tile.mix(INK, 0.13));
    drawing(&mut pen);
    encode::indexed(&pen.into_pixmap()).map_err(|error| error.to_string())
}

/// The disc behind the product: lighter than the tile, but darker where the product itself is nearly white.
fn disc(shades: &Shades) -> Rgb {
    if shades.main.1 > 200 { shades.tile.mix(INK, 0.09) } else { shades.tile.mix(WHITE, 0.45) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_repeatable_and_varies_with_colour_and_variant() {
        let picture = png(mug, 3, 1).unwrap();
        assert_eq!(picture, png(mug, 3, 1).unwrap());
        for other in [png(mug, 4, 1), png(mug, 3, 2), png(kettle, 3, 1)] {
            assert_ne!(picture, other.unwrap());
        }
    }

    #[test]
    fn a_picture_keeps_its_tile_and_size() {
        let picture = png(tent, 5, 0).unwrap();
        let mut decoder = png::Decoder::new(picture.as_slice());
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!((info.width, info.height), (480, 480));
        let tile = COLOURS[5].shades().tile;
        assert_eq!(pixels[..3], [tile.0, tile.1, tile.2]);
    }
}
