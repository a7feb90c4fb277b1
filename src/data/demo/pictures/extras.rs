//! Accessories and things for the games table.

use super::Pen;
use super::palette::{INK, IRON, STEEL, WHITE};
use super::pen::Step::{C, L, M, Q, Z};

/// A phone case, seen from the back.
pub fn case(pen: &mut Pen) {
    let s = pen.shades;
    pen.turned(8.0, (240.0, 240.0), |pen| {
        pen.rect(146.0, 70.0, 188.0, 338.0, 38.0, s.dark);
        pen.rect(146.0, 70.0, 180.0, 338.0, 38.0, s.main);
        pen.inside_rect((146.0, 70.0, 180.0, 338.0), 38.0, |pen| match pen.variant {
            0 => {
                pen.line((120.0, 330.0), (360.0, 210.0), 26.0, s.light);
                pen.line((120.0, 392.0), (360.0, 272.0), 26.0, s.accent);
            }
            1 => pen.ring(236.0, 268.0, 52.0, 10.0, s.light),
            2 => {
                for (x, y) in [(186.0, 240.0), (250.0, 284.0), (190.0, 332.0), (284.0, 210.0), (288.0, 350.0)]
                {
                    pen.circle(x, y, 15.0, s.light);
                }
            }
            _ => {
                pen.circle(236.0, 408.0, 120.0, s.light);
                pen.circle(236.0, 408.0, 78.0, s.accent);
            }
        });
        pen.rect(166.0, 92.0, 72.0, 84.0, 22.0, s.deep);
        pen.circle(188.0, 116.0, 13.0, s.tile);
        pen.circle(188.0, 150.0, 13.0, s.tile);
        pen.circle(218.0, 133.0, 8.0, s.tile);
    });
}

/// A charger and its cable.
pub fn charger(pen: &mut Pen) {
    let s = pen.shades;
    pen.stroke(
        &[
            M(240.0, 306.0),
            C(240.0, 416.0, 372.0, 410.0, 366.0, 320.0),
            C(362.0, 266.0, 400.0, 250.0, 398.0, 196.0),
        ],
        12.0,
        s.deep,
    );
    pen.rect(388.0, 138.0, 20.0, 30.0, 4.0, STEEL);
    pen.rect(380.0, 162.0, 36.0, 46.0, 10.0, s.deep);
    pen.rect(186.0, 80.0, 20.0, 60.0, 5.0, IRON);
    pen.rect(254.0, 80.0, 20.0, 60.0, 5.0, IRON);
    pen.rect(138.0, 126.0, 184.0, 186.0, 40.0, s.dark);
    pen.rect(138.0, 126.0, 176.0, 186.0, 40.0, s.main);
    pen.shape(
        &[
            M(240.0, 160.0),
            L(196.0, 228.0),
            L(226.0, 228.0),
            L(212.0, 280.0),
            L(260.0, 208.0),
            L(230.0, 208.0),
            Z,
        ],
        s.accent,
    );
    pen.rect(206.0, 292.0, 44.0, 10.0, 5.0, INK);
}

/// A power bank with its lights.
pub fn power_bank(pen: &mut Pen) {
    let s = pen.shades;
    pen.turned(-8.0, (240.0, 240.0), |pen| {
        pen.rect(152.0, 84.0, 184.0, 316.0, 30.0, s.dark);
        pen.rect(144.0, 84.0, 180.0, 316.0, 30.0, s.main);
        pen.rect(204.0, 84.0, 60.0, 14.0, 6.0, INK);
        for lamp in 0..4_u8 {
            let on = u32::from(lamp) <= pen.variant;
            pen.circle(192.0 + 28.0 * f32::from(lamp), 352.0, 8.0, if on { s.accent } else { s.deep });
        }
        pen.shape(
            &[
                M(242.0, 148.0),
                L(192.0, 232.0),
                L(228.0, 232.0),
                L(214.0, 296.0),
                L(272.0, 206.0),
                L(234.0, 206.0),
                Z,
            ],
            s.light,
        );
    });
}

/// Two memory cards.
pub fn memory_card(pen: &mut Pen) {
    let s = pen.shades;
    let outline = [
        M(132.0, 110.0),
        L(290.0, 110.0),
        L(338.0, 158.0),
        L(338.0, 386.0),
        Q(338.0, 400.0, 324.0, 400.0),
        L(132.0, 400.0),
        Q(118.0, 400.0, 118.0, 386.0),
        L(118.0, 124.0),
        Q(118.0, 110.0, 132.0, 110.0),
        Z,
    ];
    pen.turned(12.0, (300.0, 300.0), |pen| pen.shape(&outline, s.deep));
    pen.turned(-4.0, (240.0, 260.0), |pen| {
        pen.shape(&outline, s.dark);
        for pin in 0..5_u8 {
            pen.rect(144.0 + 29.0 * f32::from(pin), 126.0, 17.0, 48.0, 4.0, s.accent.mix(WHITE, 0.3));
        }
        pen.rect(138.0, 206.0, 180.0, 168.0, 12.0, s.light);
        pen.rect(138.0, 206.0, 180.0, 54.0, 12.0, s.main);
        pen.line((160.0, 296.0), (280.0, 296.0), 12.0, s.deep);
        pen.line((160.0, 332.0), (232.0, 332.0), 12.0, s.main);
    });
}

/// A game controller.
pub fn controller(pen: &mut Pen) {
    let s = pen.shades;
    let body = [
        M(150.0, 154.0),
        C(190.0, 138.0, 290.0, 138.0, 330.0, 154.0),
        C(392.0, 160.0, 430.0, 300.0, 408.0, 350.0),
        C(390.0, 388.0, 346.0, 358.0, 316.0, 304.0),
        L(164.0, 304.0),
        C(134.0, 358.0, 90.0, 388.0, 72.0, 350.0),
        C(50.0, 300.0, 88.0, 160.0, 150.0, 154.0),
        Z,
    ];
    pen.rect(124.0, 134.0, 72.0, 40.0, 16.0, s.deep);
    pen.rect(284.0, 134.0, 72.0, 40.0, 16.0, s.deep);
    pen.shape(&body, s.main);
    pen.inside(&body, |pen| {
        pen.ellipse(240.0, 372.0, 250.0, 58.0, s.dark);
    });
    pen.rect(122.0, 206.0, 66.0, 20.0, 6.0, INK);
    pen.rect(145.0, 183.0, 20.0, 66.0, 6.0, INK);
    for (x, y, c) in
        [(326.0, 186.0, s.accent), (326.0, 246.0, WHITE), (296.0, 216.0, WHITE), (356.0, 216.0, s.accent)]
    {
        pen.circle(x, y, 13.0, c);
    }
    for x in [196.0, 284.0] {
        pen.circle(x, 270.0, 30.0, s.deep);
        pen.circle(x, 270.0, 20.0, INK);
    }
    pen.rect(222.0, 190.0, 36.0, 12.0, 6.0, s.light);
}

/// A compact keyboard.
pub fn keyboard(pen: &mut Pen) {
    let s = pen.shades;
    pen.turned(-8.0, (240.0, 250.0), |pen| {
        pen.rect(58.0, 168.0, 364.0, 176.0, 18.0, s.deep);
        pen.rect(58.0, 158.0, 364.0, 172.0, 18.0, s.main);
        let key = s.main.mix(WHITE, 0.6);
        for row in 0..3_u8 {
            for column in 0..10_u8 {
                let x = 76.0 + 33.2 * f32::from(column);
                let y = 174.0 + 36.0 * f32::from(row);
                let special = (row == 0 && column == 0) || (row == 2 && column == 9);
                pen.rect(x, y, 28.0, 30.0, 6.0, if special { s.accent } else { key });
            }
        }
        pen.rect(76.0, 282.0, 62.0, 30.0, 6.0, key);
        pen.rect(142.0, 282.0, 190.0, 30.0, 6.0, key);
        pen.rect(336.0, 282.0, 66.0, 30.0, 6.0, s.accent);
    });
}

/// A mouse from above.
pub fn mouse(pen: &mut Pen) {
    let s = pen.shades;
    pen.stroke(&[M(240.0, 100.0), C(240.0, 60.0, 300.0, 76.0, 320.0, 50.0)], 9.0, s.deep);
    pen.rect(142.0, 92.0, 196.0, 314.0, 96.0, s.dark);
    pen.rect(142.0, 88.0, 190.0, 308.0, 95.0, s.main);
    pen.inside_rect((142.0, 88.0, 190.0, 308.0), 95.0, |pen| {
        pen.rect(142.0, 88.0, 190.0, 124.0, 0.0, s.light);
        pen.line((237.0, 80.0), (237.0, 212.0), 5.0, s.deep);
        pen.line((130.0, 212.0), (350.0, 212.0), 5.0, s.deep);
    });
    pen.rect(224.0, 128.0, 26.0, 56.0, 13.0, INK);
    pen.rect(231.0, 140.0, 12.0, 30.0, 6.0, s.accent);
    if pen.variant > 1 {
        pen.rect(148.0, 232.0, 12.0, 34.0, 6.0, s.deep);
        pen.rect(149.0, 274.0, 12.0, 34.0, 6.0, s.deep);
    }
}
