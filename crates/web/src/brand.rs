//! The colours of a seller's brand, made readable.
//!
//! A seller gives one colour. From it come the colours of buttons, links and tints for light and dark, each moved along
//! its lightness (in OKLCH, so that it stays the same colour) until text on it, or it as text, keeps a contrast of
//! 4.5 : 1. Floats are fine here: these are colours, not money.

/// A colour as the brand gives it: `#0b6e4f`, stored without the mark.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Colour([u8; 3]);

impl Colour {
    /// Reads `0b6e4f` or `#0b6e4f`.
    pub fn parse(text: &str) -> Option<Colour> {
        let text = text.strip_prefix('#').unwrap_or(text);
        if text.len() != 6 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let part = |at: usize| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
        Some(Colour([part(0)?, part(2)?, part(4)?]))
    }

    /// The six digits, as in [`address`].
    pub fn hex(self) -> String {
        let [r, g, b] = self.0;
        format!("{r:02x}{g:02x}{b:02x}")
    }

    fn linear(self) -> [f64; 3] {
        self.0.map(|byte| {
            let value = f64::from(byte) / 255.0;
            if value <= 0.04045 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        })
    }

    fn luminance(self) -> f64 {
        let [r, g, b] = self.linear();
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    /// The contrast of two colours, 1 to 21.
    pub fn contrast(self, other: Colour) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    fn oklch(self) -> Lch {
        let [r, g, b] = self.linear();
        let l = (0.412_221_470_8 * r + 0.536_332_536_3 * g + 0.051_445_992_9 * b).cbrt();
        let m = (0.211_903_498_2 * r + 0.680_699_545_1 * g + 0.107_396_956_6 * b).cbrt();
        let s = (0.088_302_461_9 * r + 0.281_718_837_6 * g + 0.629_978_700_5 * b).cbrt();
        let lightness = 0.210_454_255_3 * l + 0.793_617_785 * m - 0.004_072_046_8 * s;
        let a = 1.977_998_495_1 * l - 2.428_592_205 * m + 0.450_593_709_9 * s;
        let b = 0.025_904_037_1 * l + 0.782_771_766_2 * m - 0.808_675_766 * s;
        Lch {
            lightness,
            chroma: a.hypot(b),
            hue: b.atan2(a),
        }
    }
}

#[derive(Clone, Copy)]
struct Lch {
    lightness: f64,
    chroma: f64,
    hue: f64,
}

impl Lch {
    fn colour(self) -> Colour {
        let (a, b) = (self.chroma * self.hue.cos(), self.chroma * self.hue.sin());
        let l = (self.lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
        let m = (self.lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
        let s = (self.lightness - 0.089_484_177_5 * a - 1.291_485_548 * b).powi(3);
        let linear = [
            4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s,
            -1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s,
            -0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701 * s,
        ];
        Colour(linear.map(|value| {
            let value = value.clamp(0.0, 1.0);
            let value = if value <= 0.003_130_8 {
                value * 12.92
            } else {
                1.055 * value.powf(1.0 / 2.4) - 0.055
            };
            (value * 255.0).round() as u8
        }))
    }

    /// The same colour, moved in lightness by `step` until `fits`.
    fn until(mut self, step: f64, fits: impl Fn(Colour) -> bool) -> Colour {
        while !fits(self.colour()) && (0.0..=1.0).contains(&self.lightness) {
            self.lightness += step;
        }
        self.colour()
    }

    fn at(self, lightness: f64, chroma: f64) -> Lch {
        Lch {
            lightness,
            chroma: self.chroma.min(chroma),
            hue: self.hue,
        }
    }
}

const WHITE: Colour = Colour([255; 3]);
/// Lightest dark surface on which brand text stands.
const DARK: Colour = Colour([32, 36, 44]);
const READABLE: f64 = 4.6;

/// Address of the style sheet of a colour. It depends on nothing else and may be kept for ever.
pub fn address(colour: Colour) -> String {
    format!("/assets/brand/{}.css", colour.hex())
}

/// The style sheet of a colour.
pub fn stylesheet(colour: Colour) -> String {
    let lch = colour.oklch();
    let on_white = |colour: Colour| colour.contrast(WHITE) >= READABLE;
    let solid = lch.until(-0.01, on_white);
    let solid_dark = lch.at(lch.lightness.max(0.5), 0.2).until(-0.01, on_white);
    let hover = lch.at(solid.oklch().lightness - 0.06, 0.4).colour();
    let hover_dark = lch.at(solid_dark.oklch().lightness - 0.05, 0.2).colour();
    let tint = lch.at(0.965, 0.022).colour();
    let tint_dark = lch.at(0.27, 0.045).colour();
    let ink = lch
        .at(solid.oklch().lightness, 0.4)
        .until(-0.01, |ink| ink.contrast(tint) >= READABLE);
    let ink_dark = lch.at(0.72, 0.14).until(0.01, |ink| {
        ink.contrast(DARK) >= READABLE && ink.contrast(tint_dark) >= READABLE
    });
    let line = lch.at(0.86, 0.06).colour();
    let line_dark = lch.at(0.43, 0.08).colour();
    let pairs = [
        ("brand", solid, solid_dark),
        ("brand-hover", hover, hover_dark),
        ("brand-ink", ink, ink_dark),
        ("brand-tint", tint, tint_dark),
        ("brand-line", line, line_dark),
    ];
    let mut css = String::from("@layer tokens {:root {");
    for (name, light, dark) in pairs {
        css.push_str(&format!(
            "--{name}: light-dark(#{}, #{});",
            light.hex(),
            dark.hex()
        ));
    }
    css.push_str("}}\n");
    css
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(css: &str, name: &str) -> (Colour, Colour) {
        let rest = css
            .split(&format!("--{name}: light-dark(#"))
            .nth(1)
            .expect("there");
        let light = Colour::parse(&rest[..6]).expect("a colour");
        let dark = Colour::parse(&rest[9..15]).expect("a colour");
        (light, dark)
    }

    #[test]
    fn any_brand_stays_readable() {
        for hex in [
            "#ffe600", "#0b6e4f", "#000000", "#ffffff", "#ff0000", "#00ffff", "#1d4ed8", "#808080",
            "#f5d0fe",
        ] {
            let css = stylesheet(Colour::parse(hex).expect("a colour"));
            let (solid, solid_dark) = value(&css, "brand");
            assert!(
                solid.contrast(WHITE) >= 4.5 && solid_dark.contrast(WHITE) >= 4.5,
                "{hex}: {css}"
            );
            let (hover, hover_dark) = value(&css, "brand-hover");
            assert!(
                hover.contrast(WHITE) >= 4.5 && hover_dark.contrast(WHITE) >= 4.5,
                "{hex}: {css}"
            );
            let (ink, ink_dark) = value(&css, "brand-ink");
            let (tint, tint_dark) = value(&css, "brand-tint");
            assert!(
                ink.contrast(WHITE) >= 4.5 && ink.contrast(tint) >= 4.5,
                "{hex}: {css}"
            );
            assert!(
                ink_dark.contrast(DARK) >= 4.5 && ink_dark.contrast(tint_dark) >= 4.5,
                "{hex}: {css}"
            );
        }
    }

    #[test]
    fn a_readable_brand_is_left_as_it_is() {
        let green = Colour::parse("#0b6e4f").expect("a colour");
        assert_eq!(value(&stylesheet(green), "brand").0, green);
    }

    #[test]
    fn only_six_digits_are_a_colour() {
        for text in ["", "#fff", "red", "#12345g", "#1234567", "ééé"] {
            assert_eq!(Colour::parse(text), None, "{text}");
        }
        assert_eq!(
            address(Colour::parse("#AbCdEf").expect("a colour")),
            "/assets/brand/abcdef.css"
        );
    }
}
