//! What the declarations of a style say about how well text can be read.

use std::ops::Range;

use crate::markup::Colour;

/// A colour that is set, with its place; unknown where it is set to what is no plain colour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Paint {
    /// This one.
    Plain(Colour, Range<usize>),
    /// A picture, a value that is filled in, what shines through: no finding may stand on it.
    Unknown,
}

impl Paint {
    /// A value as style sheets write it.
    pub fn of(value: &str, place: Range<usize>) -> Self {
        Colour::css(value).map_or(Self::Unknown, |colour| Self::Plain(colour, place))
    }
}

/// What is set.
#[derive(Debug, Clone, Default)]
pub struct Look {
    /// The colour of text.
    pub text: Option<Paint>,
    /// The colour of the ground.
    pub ground: Option<Paint>,
    /// Pixels; without end where the size hangs on something else, which counts as large.
    pub size: Option<f64>,
    /// Whether text is bold.
    pub bold: Option<bool>,
    /// Not there to be read.
    pub hidden: bool,
    /// Whether something says `!important`.
    pub important: bool,
}

/// A colour and its ground, with the places of both.
#[derive(Debug)]
pub struct Pair {
    /// The text's.
    pub text: (Colour, Range<usize>),
    /// The ground's.
    pub ground: (Colour, Range<usize>),
    /// Whether the text is large, as WCAG 2.1 has it: 24 pixels, or 18.66 in bold.
    pub large: bool,
}

impl Look {
    /// The colour and the ground, where both are plain colours and the text is there to be read.
    pub fn pair(self) -> Option<Pair> {
        match (self.text, self.ground) {
            (Some(Paint::Plain(text, at)), Some(Paint::Plain(ground, under))) if !self.hidden => {
                let bold = self.bold.unwrap_or_default();
                let large = self.size.is_some_and(|size| size >= 24.0 || (bold && size >= 18.66));
                Some(Pair { text: (text, at), ground: (ground, under), large })
            }
            _ => None,
        }
    }
}

/// Reads declarations: `color: #333; background: white`.
pub fn declared(plain: &str, range: Range<usize>) -> Look {
    let mut look = Look::default();
    let mut at = range.start;
    for declaration in plain[range].split(';') {
        let place = at..at + declaration.len();
        at = place.end + 1;
        let Some((name, value)) = declaration.split_once(':') else { continue };
        look.important |= value.contains("!important");
        let value = value.replace("!important", "");
        let value = value.trim();
        let place = trimmed(plain, place);
        match name.trim().to_ascii_lowercase().as_str() {
            "color" => look.text = Some(Paint::of(value, place)),
            "background" | "background-color" => look.ground = Some(Paint::of(value, place)),
            "background-image" if value != "none" => look.ground = Some(Paint::Unknown),
            "font" => (look.size, look.bold) = (Some(f64::INFINITY), Some(true)),
            "font-size" => look.size = Some(pixels(value).unwrap_or(f64::INFINITY)),
            "font-weight" => {
                look.bold = Some(matches!(value, "bold" | "bolder" | "700" | "800" | "900"));
            }
            "display" if value == "none" => look.hidden = true,
            "visibility" if value == "hidden" => look.hidden = true,
            "opacity" | "max-height" | "line-height" | "mso-hide" if hides(value) => look.hidden = true,
            _ => {}
        }
    }
    // Text of no size is hidden on purpose: preheaders are.
    look.hidden |= look.size.is_some_and(|size| size < 3.0);
    look
}

fn hides(value: &str) -> bool {
    matches!(value, "0" | "0px" | "0em" | "all") || pixels(value).is_some_and(|size| size < 1.0)
}

fn trimmed(plain: &str, range: Range<usize>) -> Range<usize> {
    let text = &plain[range.clone()];
    let start = range.start + (text.len() - text.trim_start().len());
    start..start + text.trim().len()
}

/// A size in pixels, where it is written in pixels or points.
pub fn pixels(value: &str) -> Option<f64> {
    let number = |unit: &str| value.trim().strip_suffix(unit)?.trim().parse::<f64>().ok();
    number("px").or_else(|| number("pt").map(|points| points * 4.0 / 3.0))
}
