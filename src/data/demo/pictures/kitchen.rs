//! Things for the kitchen.

use super::Pen;
use super::palette::{INK, IRON, STEEL, WHITE, WOOD};
use super::pen::Step::{C, L, M, Q, Z};

/// A mug with steam.
pub fn mug(pen: &mut Pen) {
    let s = pen.shades;
    let steam = s.tile.mix(INK, 0.2);
    for x in [176.0, 222.0, 268.0] {
        pen.stroke(&[M(x, 152.0), C(x - 26.0, 122.0, x + 26.0, 104.0, x, 70.0)], 8.0, steam);
    }
    pen.stroke(&[M(318.0, 224.0), C(410.0, 212.0, 410.0, 342.0, 312.0, 332.0)], 26.0, s.dark);
    let body = [
        M(124.0, 176.0),
        L(322.0, 176.0),
        L(322.0, 350.0),
        C(322.0, 388.0, 300.0, 404.0, 270.0, 404.0),
        L(176.0, 404.0),
        C(146.0, 404.0, 124.0, 388.0, 124.0, 350.0),
        Z,
    ];
    pen.shape(&body, s.main);
    pen.inside(&body, |pen| {
        pen.rect(284.0, 170.0, 60.0, 250.0, 0.0, s.dark);
        match pen.variant {
            0 => pen.rect(110.0, 352.0, 230.0, 60.0, 0.0, s.accent),
            1 => {
                for x in [160.0, 204.0, 248.0, 292.0] {
                    pen.circle(x, 296.0, 11.0, s.accent);
                }
            }
            2 => pen.rect(110.0, 262.0, 230.0, 20.0, 0.0, s.light),
            _ => pen.stroke(
                &[
                    M(110.0, 304.0),
                    Q(150.0, 264.0, 190.0, 304.0),
                    Q(230.0, 344.0, 270.0, 304.0),
                    Q(310.0, 264.0, 340.0, 304.0),
                ],
                12.0,
                s.accent,
            ),
        }
    });
    pen.ellipse(223.0, 176.0, 99.0, 22.0, s.light);
    pen.ellipse(223.0, 178.0, 84.0, 16.0, WOOD.mix(INK, 0.55));
}

/// An electric kettle.
pub fn kettle(pen: &mut Pen) {
    let s = pen.shades;
    pen.stroke(&[M(300.0, 138.0), C(408.0, 122.0, 412.0, 300.0, 330.0, 340.0)], 26.0, INK);
    pen.shape(&[M(160.0, 180.0), L(84.0, 160.0), L(110.0, 202.0), L(146.0, 262.0), Z], s.dark);
    let body = [M(170.0, 128.0), L(306.0, 128.0), L(346.0, 376.0), L(130.0, 376.0), Z];
    pen.shape(&body, s.main);
    pen.inside(&body, |pen| {
        pen.shape(&[M(276.0, 120.0), L(320.0, 120.0), L(360.0, 380.0), L(304.0, 380.0), Z], s.dark);
        pen.shape(&[M(190.0, 150.0), L(206.0, 150.0), L(188.0, 340.0), L(166.0, 340.0), Z], s.light);
    });
    pen.shape(&[M(172.0, 130.0), C(180.0, 88.0, 296.0, 88.0, 304.0, 130.0), Z], s.deep);
    pen.rect(226.0, 74.0, 26.0, 26.0, 9.0, s.accent);
    pen.rect(120.0, 374.0, 236.0, 30.0, 10.0, INK);
    pen.circle(238.0, 389.0, 6.0, s.accent);
}

/// A frying pan from above.
pub fn pan(pen: &mut Pen) {
    let s = pen.shades;
    pen.turned(38.0, (220.0, 234.0), |pen| {
        pen.rect(330.0, 214.0, 40.0, 40.0, 6.0, STEEL);
        pen.rect(350.0, 208.0, 130.0, 52.0, 24.0, if pen.variant > 1 { INK } else { WOOD });
        pen.circle(456.0, 234.0, 8.0, s.tile);
    });
    pen.circle(210.0, 226.0, 146.0, s.dark);
    pen.circle(210.0, 222.0, 144.0, s.main);
    pen.circle(210.0, 224.0, 122.0, INK);
    pen.circle(210.0, 224.0, 112.0, INK.mix(WHITE, 0.1));
    pen.shape(
        &[
            M(150.0, 218.0),
            C(146.0, 158.0, 222.0, 150.0, 248.0, 184.0),
            C(292.0, 196.0, 284.0, 262.0, 244.0, 268.0),
            C(220.0, 300.0, 156.0, 284.0, 150.0, 218.0),
            Z,
        ],
        WHITE,
    );
    pen.circle(214.0, 222.0, 30.0, super::palette::Rgb(245, 180, 60));
    pen.circle(204.0, 212.0, 8.0, super::palette::Rgb(250, 214, 130));
}

/// A rice cooker.
pub fn rice_cooker(pen: &mut Pen) {
    let s = pen.shades;
    pen.stroke(&[M(116.0, 232.0), C(120.0, 88.0, 360.0, 88.0, 364.0, 232.0)], 16.0, s.deep);
    pen.rect(88.0, 216.0, 304.0, 184.0, 60.0, s.dark);
    pen.rect(88.0, 210.0, 304.0, 184.0, 60.0, s.main);
    pen.shape(&[M(96.0, 222.0), C(100.0, 124.0, 380.0, 124.0, 384.0, 222.0), Z], s.light);
    pen.line((92.0, 224.0), (388.0, 224.0), 10.0, STEEL);
    pen.rect(216.0, 140.0, 48.0, 18.0, 9.0, IRON);
    pen.rect(176.0, 258.0, 128.0, 96.0, 20.0, INK);
    pen.rect(192.0, 272.0, 96.0, 34.0, 8.0, s.tile.mix(WHITE, 0.3));
    pen.line((206.0, 289.0), (240.0, 289.0), 6.0, s.deep);
    pen.circle(206.0, 331.0, 9.0, s.accent);
    pen.circle(240.0, 331.0, 9.0, STEEL);
    pen.circle(274.0, 331.0, 9.0, STEEL);
    pen.rect(124.0, 392.0, 44.0, 14.0, 5.0, INK);
    pen.rect(312.0, 392.0, 44.0, 14.0, 5.0, INK);
}
