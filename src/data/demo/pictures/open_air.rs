//! Camping and skiing.

use super::Pen;
use super::palette::{INK, STEEL, WHITE};
use super::pen::Step::{C, L, M, Q, Z};

/// A tent with its door open.
pub fn tent(pen: &mut Pen) {
    let s = pen.shades;
    pen.line((240.0, 118.0), (52.0, 402.0), 5.0, s.deep);
    pen.line((240.0, 118.0), (428.0, 402.0), 5.0, s.deep);
    pen.shape(&[M(240.0, 112.0), L(400.0, 396.0), L(80.0, 396.0), Z], s.main);
    pen.shape(&[M(240.0, 112.0), L(400.0, 396.0), L(310.0, 396.0), Z], s.dark);
    pen.shape(&[M(240.0, 176.0), L(306.0, 396.0), L(174.0, 396.0), Z], INK);
    pen.shape(&[M(240.0, 176.0), Q(214.0, 300.0, 146.0, 372.0), L(174.0, 396.0), Z], s.light);
    pen.shape(&[M(240.0, 176.0), Q(266.0, 300.0, 334.0, 372.0), L(306.0, 396.0), Z], s.light);
    pen.line((240.0, 112.0), (240.0, 78.0), 6.0, s.deep);
    pen.shape(&[M(240.0, 72.0), L(286.0, 86.0), L(240.0, 102.0), Z], s.accent);
    if pen.variant.is_multiple_of(2) {
        pen.circle(240.0, 350.0, 15.0, s.accent);
        pen.line((240.0, 322.0), (240.0, 336.0), 4.0, s.accent);
    }
}

/// A backpack.
pub fn backpack(pen: &mut Pen) {
    let s = pen.shades;
    pen.stroke(&[M(200.0, 110.0), C(200.0, 52.0, 280.0, 52.0, 280.0, 110.0)], 16.0, s.deep);
    pen.rect(94.0, 246.0, 60.0, 128.0, 24.0, s.deep);
    pen.rect(326.0, 246.0, 60.0, 128.0, 24.0, s.deep);
    pen.shape(
        &[
            M(132.0, 194.0),
            C(132.0, 62.0, 348.0, 62.0, 348.0, 194.0),
            L(348.0, 368.0),
            Q(348.0, 402.0, 314.0, 402.0),
            L(166.0, 402.0),
            Q(132.0, 402.0, 132.0, 368.0),
            Z,
        ],
        s.main,
    );
    pen.shape(
        &[M(132.0, 194.0), C(132.0, 62.0, 348.0, 62.0, 348.0, 194.0), Q(240.0, 236.0, 132.0, 194.0), Z],
        s.dark,
    );
    pen.rect(160.0, 262.0, 160.0, 118.0, 20.0, s.light);
    pen.line((172.0, 292.0), (308.0, 292.0), 6.0, s.deep);
    pen.line((286.0, 292.0), (286.0, 316.0), 7.0, s.accent);
    for x in [186.0, 282.0] {
        pen.rect(x, 178.0, 16.0, 66.0, 6.0, s.deep);
        pen.rect(x - 4.0, 214.0, 24.0, 18.0, 5.0, s.accent);
    }
}

/// An insulated flask.
pub fn flask(pen: &mut Pen) {
    let s = pen.shades;
    pen.stroke(&[M(214.0, 92.0), C(214.0, 56.0, 286.0, 56.0, 286.0, 92.0)], 14.0, s.deep);
    pen.rect(192.0, 84.0, 96.0, 56.0, 12.0, INK);
    let body = [
        M(196.0, 140.0),
        L(284.0, 140.0),
        C(286.0, 166.0, 322.0, 172.0, 322.0, 214.0),
        L(322.0, 378.0),
        Q(322.0, 404.0, 296.0, 404.0),
        L(184.0, 404.0),
        Q(158.0, 404.0, 158.0, 378.0),
        L(158.0, 214.0),
        C(158.0, 172.0, 194.0, 166.0, 196.0, 140.0),
        Z,
    ];
    pen.shape(&body, s.main);
    pen.inside(&body, |pen| {
        pen.rect(282.0, 130.0, 60.0, 290.0, 0.0, s.dark);
        pen.rect(176.0, 206.0, 14.0, 150.0, 7.0, s.light);
        pen.rect(150.0, 378.0, 180.0, 40.0, 0.0, STEEL);
        match pen.variant {
            0 | 2 => pen.shape(&[M(198.0, 318.0), L(238.0, 244.0), L(278.0, 318.0), Z], s.accent),
            1 => pen.circle(238.0, 286.0, 32.0, s.accent),
            _ => pen.rect(150.0, 266.0, 180.0, 24.0, 0.0, s.accent),
        }
    });
}

/// A pair of skis and their poles.
pub fn skis(pen: &mut Pen) {
    let s = pen.shades;
    pen.line((136.0, 112.0), (136.0, 398.0), 7.0, INK);
    pen.line((344.0, 112.0), (344.0, 398.0), 7.0, INK);
    for x in [136.0, 344.0] {
        pen.rect(x - 9.0, 96.0, 18.0, 54.0, 8.0, s.deep);
        pen.ellipse(x, 374.0, 21.0, 7.0, s.deep);
    }
    let ski = |pen: &mut Pen, x: f32, turn: f32| {
        pen.turned(turn, (x, 240.0), |pen| {
            let outline = [
                M(x, 48.0),
                C(x + 34.0, 66.0, x + 32.0, 104.0, x + 24.0, 150.0),
                L(x + 22.0, 300.0),
                L(x + 27.0, 404.0),
                L(x - 27.0, 404.0),
                L(x - 22.0, 300.0),
                L(x - 24.0, 150.0),
                C(x - 32.0, 104.0, x - 34.0, 66.0, x, 48.0),
                Z,
            ];
            pen.shape(&outline, s.main);
            pen.inside(&outline, |pen| {
                pen.shape(
                    &[M(x - 40.0, 150.0), L(x + 40.0, 100.0), L(x + 40.0, 150.0), L(x - 40.0, 200.0), Z],
                    s.accent,
                );
                pen.shape(
                    &[M(x - 40.0, 40.0), L(x + 40.0, 40.0), L(x + 40.0, 76.0), L(x - 40.0, 126.0), Z],
                    s.light,
                );
                pen.rect(x - 40.0, 358.0, 80.0, 16.0, 0.0, s.light);
            });
            pen.rect(x - 17.0, 222.0, 34.0, 42.0, 7.0, INK);
            pen.rect(x - 14.0, 284.0, 28.0, 34.0, 7.0, INK);
        });
    };
    ski(pen, 204.0, -3.0);
    ski(pen, 276.0, 3.0);
}

/// Ski goggles.
pub fn goggles(pen: &mut Pen) {
    let s = pen.shades;
    pen.shape(&[M(44.0, 212.0), L(120.0, 196.0), L(120.0, 292.0), L(44.0, 276.0), Z], s.deep);
    pen.shape(&[M(436.0, 212.0), L(360.0, 196.0), L(360.0, 292.0), L(436.0, 276.0), Z], s.deep);
    let lens = |grow: f32| {
        [
            M(130.0 - grow, 160.0 - grow),
            Q(240.0, 136.0 - grow, 350.0 + grow, 160.0 - grow),
            C(404.0 + grow, 172.0, 400.0 + grow, 320.0 + grow, 328.0 + grow, 334.0 + grow),
            C(282.0, 342.0 + grow, 276.0, 300.0 + grow, 240.0, 300.0 + grow),
            C(204.0, 300.0 + grow, 198.0, 342.0 + grow, 152.0 - grow, 334.0 + grow),
            C(80.0 - grow, 320.0 + grow, 76.0 - grow, 172.0, 130.0 - grow, 160.0 - grow),
            Z,
        ]
    };
    pen.shape(&lens(16.0), s.main);
    pen.shape(&lens(0.0), INK);
    pen.inside(&lens(-7.0), |pen| {
        pen.rect(60.0, 120.0, 360.0, 240.0, 0.0, s.accent);
        pen.shape(
            &[
                M(60.0, 360.0),
                L(60.0, 270.0),
                C(180.0, 220.0, 300.0, 300.0, 420.0, 230.0),
                L(420.0, 360.0),
                Z,
            ],
            s.accent.mix(INK, 0.25),
        );
        pen.line((150.0, 260.0), (230.0, 130.0), 24.0, s.accent.mix(WHITE, 0.55));
        pen.line((206.0, 268.0), (280.0, 140.0), 9.0, s.accent.mix(WHITE, 0.55));
    });
}

/// A padded jacket with a hood.
pub fn ski_jacket(pen: &mut Pen) {
    let s = pen.shades;
    pen.ellipse(240.0, 112.0, 68.0, 54.0, s.deep);
    pen.ellipse(240.0, 122.0, 44.0, 40.0, INK);
    pen.shape(
        &[M(156.0, 136.0), L(98.0, 176.0), L(68.0, 356.0), L(132.0, 366.0), L(164.0, 236.0), Z],
        s.dark,
    );
    pen.shape(
        &[M(324.0, 136.0), L(382.0, 176.0), L(412.0, 356.0), L(348.0, 366.0), L(316.0, 236.0), Z],
        s.dark,
    );
    let body = [
        M(180.0, 118.0),
        Q(240.0, 172.0, 300.0, 118.0),
        L(346.0, 150.0),
        L(346.0, 400.0),
        L(134.0, 400.0),
        L(134.0, 150.0),
        Z,
    ];
    pen.shape(&body, s.main);
    pen.inside(&body, |pen| {
        for y in [206.0, 258.0, 310.0, 362.0] {
            pen.line((120.0, y), (360.0, y), 5.0, s.dark);
        }
        if pen.variant.is_multiple_of(2) {
            pen.rect(120.0, 110.0, 240.0, 94.0, 0.0, s.accent);
        }
        pen.line((240.0, 140.0), (240.0, 410.0), 8.0, s.deep);
    });
    pen.line((160.0, 318.0), (196.0, 332.0), 7.0, s.deep);
    pen.line((320.0, 318.0), (284.0, 332.0), 7.0, s.deep);
    for x in [72.0, 352.0] {
        pen.rect(x - 2.0, 352.0, 62.0, 18.0, 6.0, s.deep);
    }
}
