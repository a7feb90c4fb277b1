//! Phones, tablets, laptops and what is worn on the wrist.

use super::Pen;
use super::palette::{INK, IRON, Rgb, STEEL, WHITE};
use super::pen::Step::{C, L, M, Q, Z};

/// A wallpaper of hills and a sun inside a screen.
fn wallpaper(pen: &mut Pen, (x, y, w, h): (f32, f32, f32, f32), r: f32) {
    let s = pen.shades;
    let sky = s.main.mix(WHITE, 0.72);
    pen.rect(x, y, w, h, r, sky);
    let lift = 0.04 * h * pen.variant as f32;
    pen.inside_rect((x, y, w, h), r, |pen| {
        pen.circle(x + 0.66 * w, y + 0.34 * h, 0.15 * w.min(h), s.accent);
        let top = y + 0.62 * h - lift;
        pen.shape(
            &[
                M(x, top),
                C(x + 0.3 * w, top - 0.16 * h, x + 0.5 * w, top + 0.14 * h, x + w, top - 0.1 * h),
                L(x + w, y + h),
                L(x, y + h),
                Z,
            ],
            s.main.mix(WHITE, 0.2),
        );
        let low = y + 0.8 * h - lift;
        pen.shape(
            &[
                M(x, low - 0.06 * h),
                C(x + 0.35 * w, low + 0.1 * h, x + 0.6 * w, low - 0.16 * h, x + w, low + 0.04 * h),
                L(x + w, y + h),
                L(x, y + h),
                Z,
            ],
            s.deep,
        );
    });
}

/// A phone from the front, and one behind it from the back.
pub fn phone(pen: &mut Pen) {
    let s = pen.shades;
    pen.turned(7.0, (290.0, 240.0), |pen| {
        pen.rect(226.0, 88.0, 146.0, 304.0, 26.0, s.dark);
        pen.rect(226.0, 88.0, 140.0, 304.0, 26.0, s.main);
        let lenses: &[(f32, f32)] = match pen.variant {
            0 => &[(337.0, 124.0), (337.0, 162.0)],
            1 => &[(337.0, 124.0), (337.0, 160.0), (337.0, 196.0)],
            2 => &[(337.0, 124.0), (303.0, 124.0), (337.0, 158.0)],
            _ => &[(322.0, 138.0)],
        };
        for &(x, y) in lenses {
            let r = if lenses.len() == 1 { 31.0 } else { 15.0 };
            pen.circle(x, y, r, s.dark);
            pen.circle(x, y, 0.7 * r, INK);
            pen.circle(x - 0.2 * r, y - 0.2 * r, 0.2 * r, STEEL);
        }
    });
    pen.turned(-5.0, (190.0, 240.0), |pen| {
        pen.rect(112.0, 76.0, 158.0, 322.0, 28.0, INK);
        wallpaper(pen, (120.0, 84.0, 142.0, 306.0), 21.0);
        pen.rect(173.0, 94.0, 36.0, 10.0, 5.0, INK);
        pen.rect(166.0, 377.0, 50.0, 5.0, 2.5, WHITE);
    });
}

/// A tablet with its pencil.
pub fn tablet(pen: &mut Pen) {
    let s = pen.shades;
    pen.turned(-6.0, (240.0, 240.0), |pen| {
        pen.rect(92.0, 122.0, 268.0, 208.0, 20.0, s.dark);
        pen.rect(92.0, 116.0, 268.0, 208.0, 20.0, INK);
        wallpaper(pen, (104.0, 128.0, 244.0, 184.0), 10.0);
    });
    pen.turned(28.0, (378.0, 250.0), |pen| {
        pen.rect(369.0, 136.0, 16.0, 206.0, 5.0, WHITE);
        pen.rect(379.0, 136.0, 6.0, 206.0, 3.0, STEEL);
        pen.shape(&[M(369.0, 342.0), L(385.0, 342.0), L(377.0, 368.0), Z], s.accent);
        pen.rect(369.0, 158.0, 16.0, 9.0, 0.0, s.accent);
    });
}

/// An open laptop.
pub fn laptop(pen: &mut Pen) {
    let s = pen.shades;
    pen.rect(108.0, 116.0, 264.0, 190.0, 16.0, s.dark);
    pen.rect(112.0, 120.0, 256.0, 186.0, 12.0, INK);
    wallpaper(pen, (122.0, 130.0, 236.0, 160.0), 4.0);
    pen.shape(&[M(104.0, 304.0), L(376.0, 304.0), L(424.0, 372.0), L(56.0, 372.0), Z], s.main);
    pen.shape(&[M(122.0, 314.0), L(358.0, 314.0), L(378.0, 344.0), L(102.0, 344.0), Z], s.deep);
    for row in 0..3_u8 {
        let y = 321.0 + 9.0 * f32::from(row);
        let reach = 6.0 * f32::from(row);
        pen.line((126.0 - reach, y), (354.0 + reach, y), 3.0, s.main);
    }
    pen.shape(&[M(206.0, 350.0), L(274.0, 350.0), L(280.0, 366.0), L(200.0, 366.0), Z], s.light);
    pen.shape(
        &[
            M(56.0, 372.0),
            L(424.0, 372.0),
            L(424.0, 378.0),
            Q(422.0, 390.0, 404.0, 390.0),
            L(76.0, 390.0),
            Q(58.0, 390.0, 56.0, 378.0),
            Z,
        ],
        s.dark,
    );
}

/// A strap that runs behind the case, above and below.
fn strap(pen: &mut Pen, half: f32, colour: Rgb, hole: Rgb) {
    let (cx, w) = (240.0, half);
    pen.shape(
        &[M(cx - w, 180.0), L(cx - 0.72 * w, 76.0), Q(cx, 58.0, cx + 0.72 * w, 76.0), L(cx + w, 180.0), Z],
        colour,
    );
    pen.shape(
        &[M(cx - w, 300.0), L(cx - 0.72 * w, 396.0), Q(cx, 418.0, cx + 0.72 * w, 396.0), L(cx + w, 300.0), Z],
        colour,
    );
    for hole_y in [348.0, 364.0, 380.0] {
        pen.circle(cx, hole_y, 4.5, hole);
    }
}

/// A smart watch, round or square.
pub fn watch(pen: &mut Pen) {
    let s = pen.shades;
    strap(pen, 62.0, s.main, s.deep);
    pen.rect(326.0, 222.0, 20.0, 34.0, 6.0, IRON);
    if pen.variant.is_multiple_of(2) {
        pen.circle(240.0, 240.0, 96.0, STEEL);
        pen.circle(240.0, 240.0, 85.0, INK);
        pen.ring(240.0, 240.0, 68.0, 8.0, s.deep.mix(INK, 0.3));
        pen.stroke(&[M(240.0, 172.0), C(290.0, 172.0, 314.0, 214.0, 306.0, 254.0)], 8.0, s.accent);
    } else {
        pen.rect(154.0, 144.0, 172.0, 192.0, 46.0, STEEL);
        pen.rect(164.0, 154.0, 152.0, 172.0, 38.0, INK);
        pen.line((192.0, 296.0), (288.0, 296.0), 8.0, s.deep);
        pen.line((192.0, 296.0), (250.0, 296.0), 8.0, s.accent);
    }
    pen.line((240.0, 240.0), (240.0, 194.0), 7.0, WHITE);
    pen.line((240.0, 240.0), (270.0, 258.0), 7.0, WHITE);
    pen.circle(240.0, 240.0, 7.0, s.accent);
}

/// A slim fitness band.
pub fn band(pen: &mut Pen) {
    let s = pen.shades;
    pen.turned(18.0, (240.0, 240.0), |pen| {
        strap(pen, 40.0, s.main, s.deep);
        pen.rect(192.0, 138.0, 96.0, 204.0, 46.0, s.dark);
        pen.rect(200.0, 146.0, 80.0, 188.0, 39.0, INK);
        pen.stroke(
            &[
                M(214.0, 244.0),
                L(228.0, 244.0),
                L(236.0, 222.0),
                L(246.0, 262.0),
                L(253.0, 244.0),
                L(266.0, 244.0),
            ],
            5.0,
            s.accent,
        );
        pen.line((226.0, 186.0), (254.0, 186.0), 8.0, WHITE);
        pen.line((226.0, 296.0), (254.0, 296.0), 6.0, s.light);
    });
}
