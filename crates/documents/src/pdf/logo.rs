//! Brand marks: a monogram, or one path in the notation of SVG.

use tradewind_kernel::{Error, Result};

/// A brand mark.
#[derive(Debug, Clone, PartialEq)]
pub enum Logo {
    /// One to three letters in a rounded square of the brand colour.
    Monogram(String),
    /// A filled outline in the brand colour.
    Outline(Outline),
}

impl Logo {
    /// The initials of a name: of its first and last word.
    pub fn of_name(name: &str) -> Self {
        let mut initials = name
            .split_whitespace()
            .filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
        let letters = initials.next().into_iter().chain(initials.next_back());
        Logo::Monogram(letters.flat_map(char::to_uppercase).collect())
    }

    /// An outline within a box of `width` × `height` units, y downwards, as in the `d` of an SVG path. Lines, quadratic
    /// and cubic curves; no arcs.
    ///
    /// # Errors
    /// `malformed_path` saying where, `out_of_range` for an empty box.
    pub fn from_svg_path(width: f32, height: f32, d: &str) -> Result<Self> {
        if !(width > 0.0 && height > 0.0 && width.is_finite() && height.is_finite()) {
            return Err(Error::invalid(
                "logo",
                "out_of_range",
                "the box of a logo must have a width and a height",
            ));
        }
        Ok(Logo::Outline(Outline {
            width,
            height,
            segments: Reader::new(d).read()?,
        }))
    }
}

/// A parsed outline.
#[derive(Debug, Clone, PartialEq)]
pub struct Outline {
    pub(super) width: f32,
    pub(super) height: f32,
    pub(super) segments: Vec<Segment>,
}

/// A step of an outline, in absolute coordinates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Segment {
    /// Start of a figure.
    Move(Point),
    /// Straight line.
    Line(Point),
    /// Curve with one control point.
    Quad(Point, Point),
    /// Curve with two control points.
    Cubic(Point, Point, Point),
    /// Back to the start of the figure.
    Close,
}

/// A point: x to the right, y down.
pub(super) type Point = (f32, f32);

/// More than any sensible mark needs; keeps files small.
const MAX_SEGMENTS: usize = 5_000;

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Reader { text, at: 0 }
    }

    fn wrong(&self, expected: &str) -> Error {
        Error::invalid(
            "logo",
            "malformed_path",
            format!("expected {expected} at character {}", self.at + 1),
        )
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_separators(&mut self) {
        let rest = self.rest();
        let trimmed = rest.trim_start_matches([' ', ',', '\n', '\r', '\t']);
        self.at += rest.len() - trimmed.len();
    }

    fn number(&mut self) -> Result<f32> {
        self.skip_separators();
        let rest = self.rest();
        let mut end = 0;
        let (mut point, mut exponent) = (false, false);
        for (at, c) in rest.char_indices() {
            let sign_allowed = at == 0 || matches!(rest.as_bytes().get(at - 1), Some(b'e' | b'E'));
            let part = match c {
                '0'..='9' => true,
                '+' | '-' => sign_allowed,
                '.' => !std::mem::replace(&mut point, true) && !exponent,
                'e' | 'E' => at > 0 && !std::mem::replace(&mut exponent, true),
                _ => false,
            };
            if !part {
                break;
            }
            end = at + 1;
        }
        let value = rest
            .get(..end)
            .and_then(|digits| digits.parse::<f32>().ok());
        let value = value
            .filter(|v| v.is_finite() && v.abs() < 1e6)
            .ok_or_else(|| self.wrong("a number"))?;
        self.at += end;
        Ok(value)
    }

    fn point(&mut self, origin: Point) -> Result<Point> {
        Ok((origin.0 + self.number()?, origin.1 + self.number()?))
    }

    fn read(mut self) -> Result<Vec<Segment>> {
        let mut segments = Vec::new();
        let (mut pen, mut start): (Point, Point) = ((0.0, 0.0), (0.0, 0.0));
        let mut command = ' ';
        loop {
            self.skip_separators();
            let Some(next) = self.rest().chars().next() else {
                break;
            };
            if next.is_ascii_alphabetic() {
                command = next;
                self.at += 1;
            } else if matches!(command, ' ' | 'z' | 'Z') {
                return Err(self.wrong("a command"));
            }
            if segments.is_empty() && !matches!(command, 'M' | 'm') {
                return Err(self.wrong("M, for the start of a figure,"));
            }
            let origin = if command.is_ascii_lowercase() {
                pen
            } else {
                (0.0, 0.0)
            };
            let segment = match command.to_ascii_uppercase() {
                'M' => Segment::Move(self.point(origin)?),
                'L' => Segment::Line(self.point(origin)?),
                'H' => Segment::Line((origin.0 + self.number()?, pen.1)),
                'V' => Segment::Line((pen.0, origin.1 + self.number()?)),
                'Q' => Segment::Quad(self.point(origin)?, self.point(origin)?),
                'T' => Segment::Quad(mirrored(segments.last(), pen, true), self.point(origin)?),
                'C' => Segment::Cubic(
                    self.point(origin)?,
                    self.point(origin)?,
                    self.point(origin)?,
                ),
                'S' => Segment::Cubic(
                    mirrored(segments.last(), pen, false),
                    self.point(origin)?,
                    self.point(origin)?,
                ),
                'Z' => Segment::Close,
                _ => return Err(self.wrong("one of the commands M L H V Q T C S Z")),
            };
            pen = match segment {
                Segment::Move(to) => {
                    start = to;
                    to
                }
                Segment::Line(to) | Segment::Quad(_, to) | Segment::Cubic(_, _, to) => to,
                Segment::Close => start,
            };
            // Further pairs after a move are lines.
            command = match command {
                'M' => 'L',
                'm' => 'l',
                other => other,
            };
            segments.push(segment);
            if segments.len() > MAX_SEGMENTS {
                return Err(
                    self.wrong("the end: a logo has at most 5,000 segments; the path goes on")
                );
            }
        }
        if segments.len() < 3 {
            return Err(self.wrong("a figure with an area"));
        }
        Ok(segments)
    }
}

/// The control point of a smooth curve: that of the curve before, mirrored at the pen.
fn mirrored(before: Option<&Segment>, pen: Point, quadratic: bool) -> Point {
    match before {
        Some(Segment::Quad(control, _)) if quadratic => {
            (2.0 * pen.0 - control.0, 2.0 * pen.1 - control.1)
        }
        Some(Segment::Cubic(_, control, _)) if !quadratic => {
            (2.0 * pen.0 - control.0, 2.0 * pen.1 - control.1)
        }
        _ => pen,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segments(d: &str) -> Vec<Segment> {
        match Logo::from_svg_path(10.0, 10.0, d).unwrap() {
            Logo::Outline(outline) => outline.segments,
            Logo::Monogram(_) => unreachable!("a path was given"),
        }
    }

    #[test]
    fn reads_absolute_and_relative_commands() {
        let square = [
            Segment::Move((1.0, 1.0)),
            Segment::Line((9.0, 1.0)),
            Segment::Line((9.0, 9.0)),
            Segment::Close,
        ];
        assert_eq!(segments("M1 1 9,1 9 9z"), square);
        assert_eq!(segments("m1,1h8v8Z"), square);
        assert_eq!(
            segments("M1 1L9 1 L9-.9e1 Z")[2],
            Segment::Line((9.0, -9.0))
        );
        let curves = segments("M0 0C1 1 2 1 3 0S5-1 6 0q1 1 2 0t2 0z");
        assert_eq!(
            curves[2],
            Segment::Cubic((4.0, -1.0), (5.0, -1.0), (6.0, 0.0))
        );
        assert_eq!(curves[4], Segment::Quad((9.0, -1.0), (10.0, 0.0)));
    }

    #[test]
    fn refuses_what_is_no_outline() {
        for wrong in [
            "",
            "L1 1",
            "M1",
            "M1 1 L2 2 A1 1 0 0 0 3 3",
            "M0 0 L1 1 zz2",
            "M0 0L1e9 1z",
            "M0 0 Lä 1 z",
        ] {
            assert!(Logo::from_svg_path(10.0, 10.0, wrong).is_err(), "{wrong}");
        }
        assert!(Logo::from_svg_path(0.0, 10.0, "M0 0h1v1z").is_err());
        assert!(Logo::from_svg_path(f32::NAN, 10.0, "M0 0h1v1z").is_err());
    }

    #[test]
    fn initials_are_of_the_first_and_last_word() {
        assert_eq!(
            Logo::of_name("Alpine Cloud Resale GmbH"),
            Logo::Monogram("AG".into())
        );
        assert_eq!(Logo::of_name("nordwind"), Logo::Monogram("N".into()));
        assert_eq!(Logo::of_name(" – "), Logo::Monogram(String::new()));
    }
}
