//! Measuring, shaping and wrapping text with the embedded fonts.

use std::ops::Range;
use std::sync::LazyLock;

use krilla::text::{Font, GlyphId, KrillaGlyph};
use rustybuzz::ttf_parser::Tag;
use rustybuzz::{Direction, Face, Feature, ShapePlan, UnicodeBuffer, script};

use crate::colour::Colour;

/// Shown for a character that the fonts do not have. The text that is copied or searched keeps the character.
const MISSING: char = '□';

/// How heavy the letters are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    /// Body text.
    Regular,
    /// Headings, totals.
    SemiBold,
}

/// How a piece of text looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Style {
    /// Weight of the font.
    pub(super) weight: Weight,
    /// Size in points.
    pub(super) size: f32,
    /// Distance of two baselines in points.
    pub(super) leading: f32,
    /// Colour of the letters.
    pub(super) colour: Colour,
    /// Digits of one width, for columns of numbers.
    pub(super) tabular: bool,
}

impl Style {
    /// Body text of a size; lines 1.35 sizes apart.
    pub(super) const fn new(size: f32) -> Self {
        Style {
            weight: Weight::Regular,
            size,
            leading: size * 1.35,
            colour: Colour::INK,
            tabular: false,
        }
    }

    /// The same in semi-bold.
    pub(super) const fn bold(mut self) -> Self {
        self.weight = Weight::SemiBold;
        self
    }

    /// The same in a colour.
    pub(super) const fn colour(mut self, colour: Colour) -> Self {
        self.colour = colour;
        self
    }

    /// The same with digits of one width.
    pub(super) const fn tabular(mut self) -> Self {
        self.tabular = true;
        self
    }

    /// Distance from the top of a line to its baseline: the letters stand in the middle of the line.
    pub(super) fn baseline(&self) -> f32 {
        // The height of Inter's capitals is 0.727 of its size.
        (self.leading + self.size * 0.727) / 2.0
    }
}

/// One line of text, ready to be drawn.
#[derive(Debug, Clone)]
pub(super) struct Line {
    /// What it says.
    pub(super) text: String,
    /// Its glyphs; advances in sizes of the font.
    pub(super) glyphs: Vec<KrillaGlyph>,
    /// Its width in points, without a space at its end.
    pub(super) width: f32,
}

struct Typeface {
    face: Face<'static>,
    font: Font,
    /// Plans for Latin text, without and with tabular digits. Making a plan costs more than shaping a line by it.
    plain: ShapePlan,
    tabular: ShapePlan,
    /// Advance of a tabular digit in units of the font.
    digit: f32,
}

static REGULAR: LazyLock<Typeface> =
    LazyLock::new(|| Typeface::load(include_bytes!("../../fonts/Inter-Regular.otf")));
static SEMI_BOLD: LazyLock<Typeface> =
    LazyLock::new(|| Typeface::load(include_bytes!("../../fonts/Inter-SemiBold.otf")));

impl Typeface {
    fn load(bytes: &'static [u8]) -> Self {
        let face = Face::from_slice(bytes, 0).expect("our own font file is whole");
        let font = Font::new(bytes.to_vec().into(), 0).expect("our own font file is whole");
        let plan = |tabular| {
            ShapePlan::new(
                &face,
                Direction::LeftToRight,
                Some(script::LATIN),
                None,
                &features(tabular),
            )
        };
        let (plain, tabular) = (plan(false), plan(true));
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str("0");
        buffer.set_direction(Direction::LeftToRight);
        buffer.set_script(script::LATIN);
        let zero = rustybuzz::shape_with_plan(&face, &tabular, buffer);
        let digit = zero
            .glyph_positions()
            .iter()
            .map(|at| at.x_advance as f32)
            .sum();
        Typeface {
            face,
            font,
            plain,
            tabular,
            digit,
        }
    }

    fn of(weight: Weight) -> &'static Typeface {
        match weight {
            Weight::Regular => &REGULAR,
            Weight::SemiBold => &SEMI_BOLD,
        }
    }

    fn has(&self, character: char) -> bool {
        self.face.glyph_index(character).is_some()
    }
}

/// The font to hand to the writer of the file.
pub(super) fn font(weight: Weight) -> Font {
    Typeface::of(weight).font.clone()
}

fn features(tabular: bool) -> Vec<Feature> {
    if tabular {
        vec![Feature::new(Tag::from_bytes(b"tnum"), 1, ..)]
    } else {
        Vec::new()
    }
}

/// Shapes one line. Never fails: what has no glyph becomes a box.
pub(super) fn shape(text: &str, style: &Style) -> Line {
    let typeface = Typeface::of(style.weight);
    let text = clean(text);
    let (shown, origins) = substitute(&text, typeface);

    let mut buffer = UnicodeBuffer::new();
    buffer.push_str(&shown);
    buffer.set_direction(Direction::LeftToRight);
    let output = if shown.chars().all(is_latin) {
        buffer.set_script(script::LATIN);
        let plan = if style.tabular {
            &typeface.tabular
        } else {
            &typeface.plain
        };
        rustybuzz::shape_with_plan(&typeface.face, plan, buffer)
    } else {
        buffer.guess_segment_properties();
        buffer.set_direction(Direction::LeftToRight);
        rustybuzz::shape(&typeface.face, &features(style.tabular), buffer)
    };

    let em = typeface.font.units_per_em();
    let clusters: Vec<usize> = output
        .glyph_infos()
        .iter()
        .map(|info| info.cluster as usize)
        .collect();
    let mut glyphs = Vec::with_capacity(clusters.len());
    let mut advance = 0.0;
    for (index, (info, at)) in output
        .glyph_infos()
        .iter()
        .zip(output.glyph_positions())
        .enumerate()
    {
        let start = clusters[index];
        // Left to right the clusters rise: this one ends where the next greater one starts.
        let end = clusters[index..]
            .iter()
            .copied()
            .find(|next| *next > start)
            .unwrap_or(shown.len());
        let glyph = KrillaGlyph::new(
            GlyphId::new(info.glyph_id),
            at.x_advance as f32 / em,
            at.x_offset as f32 / em,
            at.y_offset as f32 / em,
            at.y_advance as f32 / em,
            original(&origins, start..end),
            None,
        );
        advance += glyph.x_advance;
        glyphs.push(glyph);
    }
    let trailing: f32 = glyphs
        .iter()
        .rev()
        .take_while(|glyph| text[glyph.text_range.clone()].chars().all(|c| c == ' '))
        .map(|glyph| glyph.x_advance)
        .sum();
    Line {
        width: (advance - trailing) * style.size,
        text,
        glyphs,
    }
}

/// The width of a text in points without shaping it: many times faster, and within a hair of the shaped width, because
/// letters are only moved together where they leave gaps.
pub(super) fn measure(text: &str, style: &Style) -> f32 {
    let typeface = Typeface::of(style.weight);
    let advance = |character: char| {
        let face = &typeface.face;
        let glyph = face
            .glyph_index(character)
            .or_else(|| face.glyph_index(MISSING));
        let units = glyph
            .and_then(|glyph| face.glyph_hor_advance(glyph))
            .unwrap_or_default();
        if style.tabular && character.is_ascii_digit() {
            typeface.digit
        } else {
            f32::from(units)
        }
    };
    let units: f32 = text.chars().map(advance).sum();
    units / typeface.font.units_per_em() * style.size
}

/// Shapes a text into lines no wider than `width` points. Breaks at line ends of the text, at spaces, after hyphens and
/// slashes, and inside a word only when it is wider than a line. There is at least one line.
pub(super) fn wrap(text: &str, style: &Style, width: f32) -> Vec<Line> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        wrap_paragraph(paragraph, style, width, &mut lines);
    }
    if lines.is_empty() {
        lines.push(shape("", style));
    }
    lines
}

fn wrap_paragraph(paragraph: &str, style: &Style, width: f32, lines: &mut Vec<Line>) {
    let paragraph = paragraph.trim_end();
    if measure(paragraph, style) <= width {
        lines.push(shape(paragraph, style));
        return;
    }
    let mut current = String::new();
    let mut used = 0.0;
    for word in breakable(paragraph) {
        if used + measure(word.trim_end(), style) > width && !current.is_empty() {
            lines.push(shape(&current, style));
            current.clear();
            used = 0.0;
        }
        if measure(word.trim_end(), style) > width {
            let mut parts = chop(word, style, width);
            current = parts.pop().unwrap_or_default();
            lines.extend(parts.iter().map(|part| shape(part, style)));
            used = measure(&current, style);
        } else {
            current.push_str(word);
            used += measure(word, style);
        }
    }
    if !current.trim().is_empty() {
        lines.push(shape(current.trim_end(), style));
    }
}

/// The pieces between which a line may end; each keeps the spaces behind it, so that words stay apart when copied.
fn breakable(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut previous = ' ';
    for (at, character) in text.char_indices() {
        let after_space = previous == ' ' && character != ' ';
        let after_joint = matches!(previous, '-' | '/' | '–' | '—') && character.is_alphabetic();
        if at > start && (after_space || after_joint) {
            pieces.push(&text[start..at]);
            start = at;
        }
        previous = character;
    }
    if start < text.len() {
        pieces.push(&text[start..]);
    }
    pieces
}

/// Cuts a word that is wider than a line into parts that fit (at least one character each).
fn chop(word: &str, style: &Style, width: f32) -> Vec<String> {
    let mut parts = Vec::new();
    let mut part = String::new();
    let mut used = 0.0;
    for character in word.chars() {
        let mut bytes = [0; 4];
        let next = measure(character.encode_utf8(&mut bytes), style);
        if used + next > width && !part.is_empty() {
            parts.push(std::mem::take(&mut part));
            used = 0.0;
        }
        part.push(character);
        used += next;
    }
    parts.push(part);
    parts
}

/// Control and format characters have no place in a printed line: spaces stay spaces, the rest goes. Private-use and
/// unassignable characters, which archival files refuse, become the box itself.
fn clean(text: &str) -> String {
    text.chars()
        .filter_map(|character| match character {
            '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{2028}' | '\u{2029}' => Some(' '),
            '\u{ad}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}' => None,
            '\u{fff9}'..='\u{fffb}' => None,
            character if character.is_control() => None,
            '\u{e000}'..='\u{f8ff}' | '\u{fffd}'..='\u{ffff}' | '\u{f0000}'..='\u{10ffff}' => {
                Some(MISSING)
            }
            character => Some(character),
        })
        .collect()
}

/// Pairs of byte offsets (shown, original), rising; empty when nothing was replaced.
type Origins = Vec<(usize, usize)>;

/// The text with a box for every character without a glyph.
fn substitute(text: &str, typeface: &Typeface) -> (String, Origins) {
    if text.chars().all(|character| typeface.has(character)) {
        return (text.to_owned(), Vec::new());
    }
    let mut shown = String::with_capacity(text.len());
    let mut origins = Vec::new();
    for (at, character) in text.char_indices() {
        origins.push((shown.len(), at));
        shown.push(if typeface.has(character) {
            character
        } else {
            MISSING
        });
    }
    origins.push((shown.len(), text.len()));
    (shown, origins)
}

fn original(origins: &Origins, range: Range<usize>) -> Range<usize> {
    if origins.is_empty() {
        return range;
    }
    let at = |offset| {
        let index = origins
            .partition_point(|(shown, _)| *shown < offset)
            .min(origins.len() - 1);
        origins[index].1
    };
    at(range.start)..at(range.end)
}

/// Scripts other than Latin need a plan of their own.
fn is_latin(character: char) -> bool {
    matches!(character, '\0'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' | '\u{2000}'..='\u{2bff}')
}
