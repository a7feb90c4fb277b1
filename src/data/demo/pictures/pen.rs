//! A pen for flat drawings: filled shapes and strokes on a square canvas of 480 units.

use tiny_skia::{
    Color, FillRule, LineCap, LineJoin, Mask, Paint, Path, PathBuilder, Pixmap, Rect, Stroke, Transform,
};

use super::palette::{Rgb, Shades};

/// Width and height of every picture, in pixels (and in the pen's units).
pub const SIZE: u32 = 480;

/// One step of a path, in absolute units.
#[derive(Debug, Clone, Copy)]
pub enum Step {
    /// Start at a point.
    M(f32, f32),
    /// A straight line to a point.
    L(f32, f32),
    /// A quadratic curve: control point, end point.
    Q(f32, f32, f32, f32),
    /// A cubic curve: two control points, end point.
    C(f32, f32, f32, f32, f32, f32),
    /// Close the path.
    Z,
}

/// Draws one picture.
pub struct Pen {
    pixmap: Pixmap,
    transform: Transform,
    clip: Option<Mask>,
    /// The colours of this product.
    pub shades: Shades,
    /// A small number that lets a drawing vary its details.
    pub variant: u32,
}

impl Pen {
    /// A pen over an empty canvas; `None` only if the canvas can't be allocated.
    pub fn new(shades: Shades, variant: u32) -> Option<Self> {
        let pixmap = Pixmap::new(SIZE, SIZE)?;
        Some(Self { pixmap, transform: Transform::identity(), clip: None, shades, variant })
    }

    /// The finished canvas.
    pub fn into_pixmap(self) -> Pixmap {
        self.pixmap
    }

    /// Fills the whole canvas.
    pub fn flood(&mut self, colour: Rgb) {
        self.pixmap.fill(opaque(colour));
    }

    /// A filled rectangle with corners of radius `r`.
    pub fn rect(&mut self, x: f32, y: f32, w: f32, h: f32, r: f32, colour: Rgb) {
        self.fill(rounded(x, y, w, h, r), colour);
    }

    /// A filled ellipse around `(cx, cy)`.
    pub fn ellipse(&mut self, cx: f32, cy: f32, rx: f32, ry: f32, colour: Rgb) {
        self.fill(oval(cx, cy, rx, ry), colour);
    }

    /// A filled circle around `(cx, cy)`.
    pub fn circle(&mut self, cx: f32, cy: f32, r: f32, colour: Rgb) {
        self.ellipse(cx, cy, r, r, colour);
    }

    /// The outline of a circle.
    pub fn ring(&mut self, cx: f32, cy: f32, r: f32, width: f32, colour: Rgb) {
        self.outline(oval(cx, cy, r, r), width, colour);
    }

    /// A filled path.
    pub fn shape(&mut self, steps: &[Step], colour: Rgb) {
        self.fill(path(steps), colour);
    }

    /// A stroked path with round ends.
    pub fn stroke(&mut self, steps: &[Step], width: f32, colour: Rgb) {
        self.outline(path(steps), width, colour);
    }

    /// A straight stroke with round ends.
    pub fn line(&mut self, from: (f32, f32), to: (f32, f32), width: f32, colour: Rgb) {
        self.stroke(&[Step::M(from.0, from.1), Step::L(to.0, to.1)], width, colour);
    }

    /// Draws with everything turned by `degrees` (clockwise) around a point.
    pub fn turned(&mut self, degrees: f32, around: (f32, f32), draw: impl FnOnce(&mut Self)) {
        let before = self.transform;
        self.transform = before.pre_concat(Transform::from_rotate_at(degrees, around.0, around.1));
        draw(self);
        self.transform = before;
    }

    /// Draws mirrored left to right around the vertical line `x`.
    pub fn mirrored(&mut self, x: f32, draw: impl FnOnce(&mut Self)) {
        let before = self.transform;
        self.transform = before.pre_concat(Transform::from_row(-1.0, 0.0, 0.0, 1.0, 2.0 * x, 0.0));
        draw(self);
        self.transform = before;
    }

    /// Draws only inside a path.
    pub fn inside(&mut self, steps: &[Step], draw: impl FnOnce(&mut Self)) {
        self.within(path(steps), draw);
    }

    /// Draws only inside a rounded rectangle.
    pub fn inside_rect(&mut self, area: (f32, f32, f32, f32), r: f32, draw: impl FnOnce(&mut Self)) {
        self.within(rounded(area.0, area.1, area.2, area.3, r), draw);
    }

    /// Draws only inside a circle.
    pub fn inside_circle(&mut self, cx: f32, cy: f32, r: f32, draw: impl FnOnce(&mut Self)) {
        self.within(oval(cx, cy, r, r), draw);
    }

    fn within(&mut self, path: Option<Path>, draw: impl FnOnce(&mut Self)) {
        let before = self.clip.take();
        if let (Some(path), Some(mut mask)) = (path, Mask::new(SIZE, SIZE)) {
            mask.fill_path(&path, FillRule::Winding, true, self.transform);
            self.clip = Some(mask);
        }
        draw(self);
        self.clip = before;
    }

    fn fill(&mut self, path: Option<Path>, colour: Rgb) {
        if let Some(path) = path {
            let rule = FillRule::Winding;
            self.pixmap.fill_path(&path, &paint(colour), rule, self.transform, self.clip.as_ref());
        }
    }

    fn outline(&mut self, path: Option<Path>, width: f32, colour: Rgb) {
        if let Some(path) = path {
            let stroke =
                Stroke { width, line_cap: LineCap::Round, line_join: LineJoin::Round, ..Stroke::default() };
            self.pixmap.stroke_path(&path, &paint(colour), &stroke, self.transform, self.clip.as_ref());
        }
    }
}

fn opaque(colour: Rgb) -> Color {
    Color::from_rgba8(colour.0, colour.1, colour.2, 255)
}

fn paint(colour: Rgb) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color(opaque(colour));
    paint.anti_alias = true;
    paint
}

fn path(steps: &[Step]) -> Option<Path> {
    let mut builder = PathBuilder::new();
    for step in steps {
        match *step {
            Step::M(x, y) => builder.move_to(x, y),
            Step::L(x, y) => builder.line_to(x, y),
            Step::Q(cx, cy, x, y) => builder.quad_to(cx, cy, x, y),
            Step::C(ax, ay, bx, by, x, y) => builder.cubic_to(ax, ay, bx, by, x, y),
            Step::Z => builder.close(),
        }
    }
    builder.finish()
}

fn oval(cx: f32, cy: f32, rx: f32, ry: f32) -> Option<Path> {
    Rect::from_xywh(cx - rx, cy - ry, 2.0 * rx, 2.0 * ry).and_then(PathBuilder::from_oval)
}

/// A rectangle whose corners are quarter circles (cubic approximation, 0.5523 of the radius).
fn rounded(x: f32, y: f32, w: f32, h: f32, r: f32) -> Option<Path> {
    let r = r.min(w / 2.0).min(h / 2.0);
    let k = r * (1.0 - 0.5523);
    let (right, bottom) = (x + w, y + h);
    path(&[
        Step::M(x + r, y),
        Step::L(right - r, y),
        Step::C(right - k, y, right, y + k, right, y + r),
        Step::L(right, bottom - r),
        Step::C(right, bottom - k, right - k, bottom, right - r, bottom),
        Step::L(x + r, bottom),
        Step::C(x + k, bottom, x, bottom - k, x, bottom - r),
        Step::L(x, y + r),
        Step::C(x, y + k, x + k, y, x + r, y),
        Step::Z,
    ])
}
