//! Things for the living room.

use super::Pen;
use super::palette::{INK, IRON, STEEL, WHITE, WOOD};
use super::pen::Step::{C, L, M, Q, Z};

/// A lamp: a table lamp with a shade, or a desk lamp with an arm.
pub fn lamp(pen: &mut Pen) {
    let s = pen.shades;
    let glow = s.tile.mix(WHITE, 0.85);
    if pen.variant.is_multiple_of(2) {
        pen.shape(&[M(140.0, 226.0), L(340.0, 226.0), L(386.0, 390.0), L(94.0, 390.0), Z], glow);
        pen.rect(232.0, 222.0, 16.0, 90.0, 0.0, IRON);
        pen.shape(
            &[
                M(240.0, 284.0),
                C(312.0, 300.0, 312.0, 404.0, 268.0, 404.0),
                L(212.0, 404.0),
                C(168.0, 404.0, 168.0, 300.0, 240.0, 284.0),
                Z,
            ],
            s.accent.mix(WHITE, 0.25),
        );
        pen.shape(&[M(184.0, 80.0), L(296.0, 80.0), L(350.0, 228.0), L(130.0, 228.0), Z], s.main);
        pen.shape(&[M(262.0, 80.0), L(296.0, 80.0), L(350.0, 228.0), L(284.0, 228.0), Z], s.dark);
        pen.line((130.0, 226.0), (350.0, 226.0), 7.0, s.deep);
    } else {
        pen.shape(&[M(270.0, 176.0), L(376.0, 236.0), L(330.0, 392.0), L(190.0, 392.0), Z], glow);
        pen.rect(116.0, 384.0, 150.0, 20.0, 10.0, s.deep);
        pen.line((186.0, 386.0), (136.0, 254.0), 13.0, IRON);
        pen.line((136.0, 254.0), (284.0, 132.0), 13.0, IRON);
        pen.circle(136.0, 254.0, 15.0, s.accent);
        pen.shape(
            &[
                M(272.0, 92.0),
                C(320.0, 74.0, 398.0, 126.0, 396.0, 222.0),
                L(250.0, 160.0),
                C(246.0, 130.0, 252.0, 102.0, 272.0, 92.0),
                Z,
            ],
            s.main,
        );
        pen.line((252.0, 162.0), (394.0, 222.0), 9.0, s.deep);
    }
}

/// A radiator on wheels, or a small fan heater.
pub fn heater(pen: &mut Pen) {
    let s = pen.shades;
    if pen.variant.is_multiple_of(2) {
        for x in [122.0, 322.0] {
            pen.circle(x + 18.0, 396.0, 12.0, INK);
        }
        for rib in 0..6_u8 {
            let x = 96.0 + 46.0 * f32::from(rib);
            pen.rect(x, 128.0, 40.0, 262.0, 19.0, s.main);
            pen.rect(x + 24.0, 128.0, 16.0, 262.0, 8.0, s.dark);
        }
        pen.rect(88.0, 166.0, 292.0, 14.0, 7.0, s.deep);
        pen.rect(88.0, 340.0, 292.0, 14.0, 7.0, s.deep);
        pen.rect(360.0, 142.0, 42.0, 120.0, 12.0, INK);
        pen.circle(381.0, 172.0, 11.0, s.accent);
        pen.circle(381.0, 212.0, 7.0, STEEL);
    } else {
        pen.rect(132.0, 384.0, 216.0, 20.0, 10.0, s.deep);
        pen.rect(146.0, 84.0, 188.0, 308.0, 46.0, s.main);
        pen.rect(288.0, 84.0, 46.0, 308.0, 23.0, s.dark);
        pen.rect(174.0, 166.0, 124.0, 190.0, 22.0, INK);
        for bar in 0..4_u8 {
            let y = 194.0 + 44.0 * f32::from(bar);
            pen.stroke(
                &[M(194.0, y), Q(215.0, y - 22.0, 236.0, y), Q(257.0, y + 22.0, 278.0, y)],
                9.0,
                s.accent.mix(super::palette::Rgb(240, 110, 60), 0.5),
            );
        }
        pen.circle(214.0, 124.0, 10.0, WHITE);
        pen.circle(246.0, 124.0, 10.0, s.accent);
    }
}

/// A robot vacuum from above.
pub fn vacuum(pen: &mut Pen) {
    let s = pen.shades;
    for turn in [-40.0, 0.0, 40.0] {
        pen.turned(turn, (108.0, 322.0), |pen| pen.line((108.0, 322.0), (70.0, 350.0), 6.0, IRON));
    }
    pen.circle(240.0, 246.0, 160.0, s.deep);
    pen.circle(240.0, 238.0, 158.0, s.main);
    pen.ring(240.0, 238.0, 138.0, 4.0, s.dark);
    pen.inside_circle(240.0, 238.0, 136.0, |pen| pen.rect(80.0, 300.0, 320.0, 120.0, 0.0, s.light));
    pen.circle(240.0, 182.0, 44.0, s.deep);
    pen.circle(240.0, 178.0, 40.0, INK);
    pen.circle(240.0, 178.0, 15.0, s.accent);
    pen.rect(196.0, 328.0, 88.0, 26.0, 13.0, s.dark);
    pen.circle(212.0, 341.0, 6.0, s.accent);
    pen.circle(240.0, 341.0, 6.0, WHITE);
    pen.circle(268.0, 341.0, 6.0, WHITE);
}

/// An air purifier beside a plant.
pub fn purifier(pen: &mut Pen) {
    let s = pen.shades;
    pen.rect(118.0, 96.0, 172.0, 308.0, 34.0, s.dark);
    pen.rect(118.0, 96.0, 160.0, 308.0, 34.0, s.main);
    pen.ellipse(204.0, 112.0, 62.0, 12.0, s.deep);
    for row in 0..6_u8 {
        let y = 244.0 + 24.0 * f32::from(row);
        pen.line((150.0, y), (246.0, y), 7.0, s.deep);
    }
    pen.circle(198.0, 176.0, 31.0, INK);
    pen.stroke(&[M(178.0, 188.0), C(172.0, 152.0, 224.0, 152.0, 218.0, 188.0)], 6.0, s.accent);
    let leaf = super::palette::Rgb(86, 142, 104);
    for (turn, tone) in [(-34.0, leaf), (30.0, leaf), (0.0, leaf.mix(WHITE, 0.2))] {
        pen.turned(turn, (356.0, 332.0), |pen| {
            pen.shape(
                &[
                    M(356.0, 332.0),
                    C(318.0, 292.0, 330.0, 240.0, 356.0, 212.0),
                    C(382.0, 240.0, 394.0, 292.0, 356.0, 332.0),
                    Z,
                ],
                tone,
            );
        });
    }
    pen.shape(&[M(314.0, 326.0), L(398.0, 326.0), L(388.0, 404.0), L(324.0, 404.0), Z], WOOD);
    pen.rect(310.0, 320.0, 92.0, 18.0, 6.0, WOOD.mix(INK, 0.15));
}
