//! Running and the gym.

use super::Pen;
use super::palette::{INK, IRON, STEEL, WHITE};
use super::pen::Step::{C, L, M, Q, Z};

/// A running shoe from the side.
pub fn shoe(pen: &mut Pen) {
    let s = pen.shades;
    let upper = [
        M(92.0, 196.0),
        C(96.0, 172.0, 120.0, 164.0, 138.0, 174.0),
        C(154.0, 190.0, 176.0, 192.0, 194.0, 168.0),
        L(226.0, 148.0),
        C(262.0, 216.0, 320.0, 250.0, 390.0, 266.0),
        C(420.0, 274.0, 430.0, 300.0, 424.0, 328.0),
        L(86.0, 328.0),
        C(78.0, 280.0, 84.0, 240.0, 92.0, 196.0),
        Z,
    ];
    pen.shape(&[M(196.0, 170.0), L(232.0, 132.0), L(252.0, 146.0), L(240.0, 190.0), Z], s.deep);
    pen.shape(&upper, s.main);
    pen.inside(&upper, |pen| {
        pen.shape(
            &[
                M(70.0, 150.0),
                L(150.0, 150.0),
                C(140.0, 220.0, 150.0, 290.0, 190.0, 340.0),
                L(60.0, 340.0),
                Z,
            ],
            s.dark,
        );
        pen.shape(
            &[M(340.0, 340.0), C(346.0, 290.0, 376.0, 262.0, 440.0, 262.0), L(440.0, 340.0), Z],
            s.light,
        );
        if pen.variant.is_multiple_of(2) {
            pen.stroke(&[M(150.0, 310.0), C(220.0, 320.0, 270.0, 290.0, 296.0, 240.0)], 17.0, s.accent);
        } else {
            for x in [176.0, 208.0, 240.0] {
                pen.line((x, 318.0), (x + 34.0, 240.0), 13.0, s.accent);
            }
        }
    });
    for (x, y) in [(222.0, 178.0), (240.0, 202.0), (262.0, 224.0), (288.0, 242.0)] {
        pen.line((x, y), (x + 24.0, y - 20.0), 8.0, WHITE);
    }
    pen.shape(
        &[
            M(84.0, 322.0),
            L(426.0, 322.0),
            C(440.0, 344.0, 424.0, 372.0, 394.0, 372.0),
            L(112.0, 372.0),
            C(84.0, 372.0, 72.0, 348.0, 84.0, 322.0),
            Z,
        ],
        WHITE,
    );
    pen.shape(
        &[
            M(86.0, 358.0),
            L(420.0, 358.0),
            C(416.0, 384.0, 400.0, 392.0, 384.0, 392.0),
            L(122.0, 392.0),
            C(102.0, 392.0, 90.0, 380.0, 86.0, 358.0),
            Z,
        ],
        s.deep,
    );
}

/// A sports shirt.
pub fn tee(pen: &mut Pen) {
    let s = pen.shades;
    let body = [
        M(182.0, 92.0),
        Q(240.0, 132.0, 298.0, 92.0),
        L(352.0, 114.0),
        L(416.0, 206.0),
        L(358.0, 244.0),
        L(338.0, 220.0),
        L(338.0, 394.0),
        L(142.0, 394.0),
        L(142.0, 220.0),
        L(122.0, 244.0),
        L(64.0, 206.0),
        L(128.0, 114.0),
        Z,
    ];
    pen.shape(&body, s.main);
    pen.inside(&body, |pen| {
        match pen.variant {
            0 => pen.line((120.0, 330.0), (380.0, 200.0), 30.0, s.accent),
            1 => {
                pen.rect(60.0, 236.0, 360.0, 22.0, 0.0, s.light);
                pen.rect(60.0, 270.0, 360.0, 22.0, 0.0, s.accent);
            }
            2 => pen.rect(286.0, 80.0, 24.0, 330.0, 0.0, s.accent),
            _ => pen.rect(60.0, 300.0, 360.0, 100.0, 0.0, s.dark),
        }
        pen.line((142.0, 220.0), (142.0, 176.0), 5.0, s.dark);
        pen.line((338.0, 220.0), (338.0, 176.0), 5.0, s.dark);
    });
    pen.stroke(&[M(182.0, 92.0), Q(240.0, 132.0, 298.0, 92.0)], 12.0, s.deep);
}

/// A pair of socks.
pub fn socks(pen: &mut Pen) {
    let s = pen.shades;
    let sock = [
        M(150.0, 84.0),
        L(250.0, 84.0),
        L(250.0, 250.0),
        C(254.0, 286.0, 300.0, 302.0, 330.0, 330.0),
        C(352.0, 356.0, 332.0, 396.0, 294.0, 396.0),
        C(230.0, 396.0, 156.0, 352.0, 152.0, 296.0),
        Z,
    ];
    let mut one = |dx: f32, base, cuff| {
        let steps = sock.map(|step| match step {
            M(x, y) => M(x + dx, y),
            L(x, y) => L(x + dx, y),
            C(a, b, c, d, x, y) => C(a + dx, b, c + dx, d, x + dx, y),
            other => other,
        });
        pen.shape(&steps, base);
        pen.inside(&steps, |pen| {
            pen.rect(140.0 + dx, 84.0, 120.0, 42.0, 0.0, cuff);
            for y in [150.0, 178.0] {
                pen.rect(140.0 + dx, y, 120.0, 13.0, 0.0, cuff);
            }
            pen.circle(158.0 + dx, 316.0, 44.0, cuff);
            pen.circle(336.0 + dx, 372.0, 52.0, cuff);
        });
    };
    one(72.0, s.dark, s.deep);
    one(-40.0, s.main, s.accent);
}

/// A dumbbell.
pub fn dumbbell(pen: &mut Pen) {
    let s = pen.shades;
    pen.turned(-24.0, (240.0, 240.0), |pen| {
        pen.rect(160.0, 222.0, 160.0, 38.0, 8.0, STEEL);
        pen.rect(160.0, 244.0, 160.0, 16.0, 6.0, IRON);
        let side = |pen: &mut Pen| {
            pen.rect(58.0, 214.0, 30.0, 54.0, 8.0, IRON);
            pen.rect(84.0, 168.0, 44.0, 146.0, 14.0, s.dark);
            pen.rect(122.0, 136.0, 54.0, 210.0, 18.0, s.main);
            pen.rect(122.0, 136.0, 20.0, 210.0, 10.0, s.light);
        };
        side(pen);
        pen.mirrored(240.0, side);
        for x in [216.0, 232.0, 248.0, 264.0] {
            pen.line((x, 226.0), (x - 4.0, 254.0), 4.0, s.deep);
        }
    });
}

/// A rolled yoga mat.
pub fn mat(pen: &mut Pen) {
    let s = pen.shades;
    pen.shape(&[M(96.0, 330.0), L(330.0, 330.0), L(420.0, 396.0), L(150.0, 396.0), Z], s.light);
    pen.rect(84.0, 188.0, 286.0, 152.0, 30.0, s.main);
    pen.rect(84.0, 300.0, 286.0, 40.0, 20.0, s.dark);
    pen.ellipse(358.0, 264.0, 50.0, 76.0, s.dark);
    pen.ellipse(358.0, 264.0, 38.0, 60.0, s.light);
    pen.ellipse(358.0, 264.0, 28.0, 44.0, s.dark);
    pen.ellipse(358.0, 264.0, 16.0, 27.0, s.light);
    for x in [136.0, 262.0] {
        pen.rect(x, 184.0, 24.0, 158.0, 8.0, s.accent);
    }
    pen.stroke(&[M(148.0, 186.0), C(150.0, 96.0, 272.0, 96.0, 274.0, 186.0)], 12.0, s.accent);
}

/// A kettlebell.
pub fn kettlebell(pen: &mut Pen) {
    let s = pen.shades;
    let handle = [M(176.0, 236.0), C(126.0, 70.0, 354.0, 70.0, 304.0, 236.0)];
    pen.stroke(&handle, 44.0, INK);
    pen.stroke(&handle, 22.0, INK.mix(WHITE, 0.18));
    pen.circle(240.0, 294.0, 112.0, s.dark);
    pen.circle(232.0, 288.0, 102.0, s.main);
    pen.rect(176.0, 386.0, 128.0, 20.0, 6.0, s.deep);
    pen.circle(240.0, 292.0, 48.0, WHITE);
    pen.circle(240.0, 292.0, 38.0, s.accent);
    pen.line((222.0, 292.0), (258.0, 292.0), 9.0, WHITE);
    pen.line((240.0, 274.0), (240.0, 310.0), 9.0, WHITE);
}
