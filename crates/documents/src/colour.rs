//! A seller's brand colour, and what can be read on it.

use std::fmt;

use serde::{Deserialize, Serialize};
use tradewind_kernel::{Error, Result};

/// An opaque sRGB colour. Text and JSON form `#rrggbb`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Colour {
    /// Red.
    pub red: u8,
    /// Green.
    pub green: u8,
    /// Blue.
    pub blue: u8,
}

/// The contrast that WCAG 2 asks of text at level AA.
const READABLE: f64 = 4.5;

impl Colour {
    /// White, as paper.
    pub const WHITE: Colour = Colour::new(255, 255, 255);
    /// Nearly black, for text.
    pub const INK: Colour = Colour::new(0x1b, 0x1f, 0x24);

    /// A colour by its channels.
    pub const fn new(red: u8, green: u8, blue: u8) -> Self {
        Colour { red, green, blue }
    }

    /// Reads `#rrggbb`.
    ///
    /// # Errors
    /// `malformed_colour` for anything else.
    pub fn parse(text: &str) -> Result<Self> {
        let malformed = || {
            Error::invalid(
                "colour",
                "malformed_colour",
                "expected a colour such as #1a6fd4",
            )
        };
        let digits = text
            .strip_prefix('#')
            .filter(|d| d.len() == 6 && d.bytes().all(|b| b.is_ascii_hexdigit()));
        let value = digits
            .and_then(|d| u32::from_str_radix(d, 16).ok())
            .ok_or_else(malformed)?;
        let [_, red, green, blue] = value.to_be_bytes();
        Ok(Colour { red, green, blue })
    }

    /// The colour itself, or a darker shade of it on which the eye can read it as text on white.
    #[must_use]
    pub fn readable_on_white(self) -> Self {
        let mut shade = self;
        while shade.contrast(Colour::WHITE) < READABLE {
            let darker = |channel: u8| u8::try_from(u16::from(channel) * 9 / 10).unwrap_or(0);
            shade = Colour::new(darker(shade.red), darker(shade.green), darker(shade.blue));
        }
        shade
    }

    /// White or ink, whichever reads better on this colour.
    #[must_use]
    pub fn text_on(self) -> Self {
        if self.contrast(Colour::WHITE) >= self.contrast(Colour::INK) {
            Colour::WHITE
        } else {
            Colour::INK
        }
    }

    /// The colour thinned with white: `strength` of 100 is the colour itself, 0 is white.
    #[must_use]
    pub fn tint(self, strength: u8) -> Self {
        let strength = u16::from(strength.min(100));
        let thin = |channel: u8| {
            let mixed = (u16::from(channel) * strength + 255 * (100 - strength)) / 100;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        };
        Colour::new(thin(self.red), thin(self.green), thin(self.blue))
    }

    /// Contrast ratio by WCAG 2, from 1 to 21.
    fn contrast(self, other: Colour) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.04045 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * linear(self.red) + 0.7152 * linear(self.green) + 0.0722 * linear(self.blue)
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}

impl From<Colour> for String {
    fn from(colour: Colour) -> Self {
        colour.to_string()
    }
}

impl TryFrom<String> for Colour {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        Colour::parse(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_its_one_form() {
        assert_eq!(Colour::parse("#1A6fd4").unwrap().to_string(), "#1a6fd4");
        for wrong in [
            "",
            "1a6fd4",
            "#fff",
            "#1a6fd4ff",
            "#+a6fd4",
            "red",
            "#1a6fdä",
        ] {
            assert!(Colour::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_shade_becomes_readable() {
        for text in ["#ffffff", "#ffee00", "#00ff88", "#123456", "#000000"] {
            let colour = Colour::parse(text).unwrap();
            assert!(colour.readable_on_white().contrast(Colour::WHITE) >= READABLE);
            assert!(colour.text_on().contrast(colour) >= READABLE, "{text}");
        }
        let dark = Colour::parse("#123456").unwrap();
        assert_eq!(dark.readable_on_white(), dark);
        assert_eq!(dark.text_on(), Colour::WHITE);
        assert_eq!(dark.tint(0), Colour::WHITE);
        assert_eq!(dark.tint(100), dark);
    }
}
