//! Headphones, speakers and cameras.

use super::Pen;
use super::palette::{INK, IRON, STEEL, WHITE};
use super::pen::Step::{C, L, M, Q, Z};

/// Headphones that go over the ears.
pub fn headphones(pen: &mut Pen) {
    let s = pen.shades;
    let bow = [M(124.0, 272.0), C(112.0, 36.0, 368.0, 36.0, 356.0, 272.0)];
    pen.stroke(&bow, 26.0, s.dark);
    pen.stroke(&bow, 14.0, s.main);
    pen.stroke(&[M(160.0, 142.0), C(200.0, 86.0, 280.0, 86.0, 320.0, 142.0)], 16.0, s.deep);
    let half = |pen: &mut Pen| {
        pen.rect(132.0, 236.0, 50.0, 136.0, 24.0, INK);
        pen.rect(92.0, 228.0, 62.0, 152.0, 30.0, s.main);
        pen.rect(92.0, 228.0, 30.0, 152.0, 15.0, s.dark);
        pen.circle(134.0, 304.0, 11.0, s.accent);
    };
    half(pen);
    pen.mirrored(240.0, half);
}

/// Earbuds and their charging case.
pub fn earbuds(pen: &mut Pen) {
    let s = pen.shades;
    pen.rect(134.0, 262.0, 212.0, 138.0, 56.0, s.dark);
    pen.rect(134.0, 256.0, 212.0, 136.0, 56.0, s.main);
    pen.inside_rect((134.0, 256.0, 212.0, 136.0), 56.0, |pen| {
        pen.rect(134.0, 296.0, 212.0, 6.0, 0.0, s.deep);
        pen.rect(134.0, 256.0, 212.0, 40.0, 0.0, s.light);
    });
    pen.circle(240.0, 330.0, 7.0, s.accent);
    let bud = |pen: &mut Pen| {
        pen.turned(-14.0, (180.0, 150.0), |pen| {
            pen.rect(166.0, 138.0, 30.0, 96.0, 15.0, s.main);
            pen.rect(166.0, 218.0, 30.0, 14.0, 7.0, STEEL);
            pen.ellipse(176.0, 126.0, 40.0, 36.0, s.light);
            pen.ellipse(206.0, 122.0, 17.0, 22.0, INK);
            pen.circle(166.0, 122.0, 9.0, s.dark);
        });
    };
    bud(pen);
    pen.mirrored(240.0, bud);
}

/// A loudspeaker: a box on a shelf, or a portable roll.
pub fn speaker(pen: &mut Pen) {
    let s = pen.shades;
    if pen.variant.is_multiple_of(2) {
        pen.rect(148.0, 76.0, 184.0, 328.0, 26.0, s.dark);
        pen.rect(148.0, 76.0, 174.0, 328.0, 26.0, s.main);
        for (y, r) in [(152.0, 38.0), (288.0, 70.0)] {
            pen.circle(235.0, y, r, s.deep);
            pen.circle(235.0, y, 0.84 * r, INK);
            pen.circle(235.0, y, 0.5 * r, IRON);
            pen.circle(235.0, y, 0.3 * r, s.accent);
        }
        pen.line((205.0, 382.0), (265.0, 382.0), 5.0, s.deep);
    } else {
        pen.stroke(&[M(330.0, 234.0), C(340.0, 164.0, 408.0, 176.0, 384.0, 268.0)], 10.0, s.deep);
        pen.rect(86.0, 228.0, 308.0, 178.0, 84.0, s.dark);
        pen.rect(86.0, 220.0, 308.0, 178.0, 84.0, s.main);
        for row in 0..4_u8 {
            for column in 0..9_u8 {
                let x = 164.0 + 19.0 * f32::from(column);
                pen.circle(x, 272.0 + 24.0 * f32::from(row), 5.5, s.deep);
            }
        }
        pen.circle(122.0, 309.0, 16.0, s.accent);
    }
}

/// A camera from the front.
pub fn camera(pen: &mut Pen) {
    let s = pen.shades;
    pen.shape(&[M(180.0, 152.0), L(200.0, 104.0), L(280.0, 104.0), L(300.0, 152.0), Z], s.dark);
    pen.rect(112.0, 126.0, 46.0, 30.0, 8.0, IRON);
    pen.rect(322.0, 132.0, 52.0, 26.0, 8.0, s.accent);
    pen.rect(80.0, 148.0, 320.0, 222.0, 30.0, s.main);
    pen.inside_rect((80.0, 148.0, 320.0, 222.0), 30.0, |pen| {
        pen.rect(80.0, 196.0, 320.0, 126.0, 0.0, INK);
        pen.rect(80.0, 196.0, 52.0, 174.0, 0.0, s.deep);
    });
    pen.circle(246.0, 262.0, 98.0, s.light);
    pen.circle(246.0, 262.0, 86.0, INK);
    pen.circle(246.0, 262.0, 62.0, s.deep);
    pen.circle(246.0, 262.0, 46.0, INK);
    pen.circle(246.0, 262.0, 28.0, s.accent.mix(INK, 0.35));
    pen.circle(226.0, 240.0, 12.0, WHITE);
    pen.rect(216.0, 118.0, 48.0, 20.0, 6.0, STEEL);
    pen.circle(366.0, 178.0, 9.0, WHITE);
}

/// A lens standing on its cap.
pub fn lens(pen: &mut Pen) {
    let s = pen.shades;
    pen.shape(
        &[
            M(142.0, 128.0),
            L(338.0, 128.0),
            L(338.0, 230.0),
            L(318.0, 256.0),
            L(318.0, 392.0),
            L(162.0, 392.0),
            L(162.0, 256.0),
            L(142.0, 230.0),
            Z,
        ],
        INK,
    );
    pen.shape(
        &[
            M(288.0, 128.0),
            L(338.0, 128.0),
            L(338.0, 230.0),
            L(318.0, 256.0),
            L(318.0, 392.0),
            L(278.0, 392.0),
            Z,
        ],
        INK.mix(WHITE, 0.1),
    );
    pen.rect(142.0, 156.0, 196.0, 58.0, 0.0, s.main);
    for column in 0..12_u8 {
        let x = 150.0 + 16.4 * f32::from(column);
        pen.line((x, 162.0), (x, 208.0), 4.0, s.deep);
    }
    pen.rect(162.0, 276.0, 156.0, 8.0, 0.0, s.accent);
    for column in 0..10_u8 {
        let x = 170.0 + 15.6 * f32::from(column);
        pen.line((x, 302.0), (x, 340.0), 4.0, IRON);
    }
    pen.rect(170.0, 388.0, 140.0, 16.0, 4.0, STEEL);
    pen.ellipse(240.0, 126.0, 98.0, 36.0, IRON);
    pen.ellipse(240.0, 124.0, 88.0, 30.0, INK);
    pen.ellipse(240.0, 126.0, 66.0, 21.0, s.main.mix(INK, 0.3));
    pen.shape(&[M(190.0, 122.0), Q(206.0, 106.0, 238.0, 108.0), Q(214.0, 116.0, 204.0, 130.0), Z], WHITE);
}
