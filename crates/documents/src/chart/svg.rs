//! Writes SVG elements.

use std::fmt::Write;

use tradewind_kernel::Decimal;

use super::About;

/// An image in the making.
pub(super) struct Svg(String);

impl Svg {
    pub(super) fn new(about: About<'_>, width: i64, height: i64, class: &str) -> Self {
        let id: String = about
            .id
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
            .collect();
        let mut svg = Svg(String::with_capacity(4096));
        svg.put(format_args!(
            "<svg class=\"{class}\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
             aria-labelledby=\"{id}-title {id}-desc\" xmlns=\"http://www.w3.org/2000/svg\">\n"
        ));
        svg.put(format_args!(
            "<title id=\"{id}-title\">{}</title>\n",
            escape(about.title)
        ));
        svg.put(format_args!(
            "<desc id=\"{id}-desc\">{}</desc>\n",
            escape(about.description)
        ));
        svg
    }

    fn put(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing into a String cannot fail.
        let _ = self.0.write_fmt(text);
    }

    pub(super) fn line(&mut self, x1: i64, y1: Decimal, x2: i64, y2: Decimal, colour: &str) {
        self.put(format_args!(
            "<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" stroke=\"{colour}\"/>\n"
        ));
    }

    pub(super) fn text(&mut self, x: Decimal, y: Decimal, anchor: &str, text: &str) {
        let (x, y) = (short(x), short(y));
        let text = escape(text);
        self.put(format_args!(
            "<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\" font-size=\"12\" fill=\"var(--chart-text)\">{text}</text>\n"
        ));
    }

    pub(super) fn bar(
        &mut self,
        at: (Decimal, Decimal),
        size: (Decimal, Decimal),
        colour: &str,
        says: &str,
    ) {
        let (x, y, width, height) = (short(at.0), short(at.1), short(size.0), short(size.1));
        let says = escape(says);
        self.put(format_args!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{colour}\" stroke=\"var(--chart-gap)\"><title>{says}</title></rect>\n"
        ));
    }

    pub(super) fn curve(&mut self, points: &[(Decimal, Decimal)], colour: &str) {
        let path: Vec<String> = points
            .iter()
            .map(|(x, y)| format!("{},{}", short(*x), short(*y)))
            .collect();
        self.put(format_args!(
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\" \
             stroke-linejoin=\"round\" stroke-linecap=\"round\"/>\n",
            path.join(" ")
        ));
        if let Some((x, y)) = points.last() {
            let (x, y) = (short(*x), short(*y));
            self.put(format_args!(
                "<circle cx=\"{x}\" cy=\"{y}\" r=\"2.2\" fill=\"{colour}\"/>\n"
            ));
        }
    }

    pub(super) fn finish(mut self) -> String {
        self.0.push_str("</svg>\n");
        self.0
    }
}

/// A hundredth of a unit is finer than any screen.
fn short(value: Decimal) -> Decimal {
    value.round_dp(2).normalize()
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            character if character.is_control() => escaped.push(' '),
            character => escaped.push(character),
        }
    }
    escaped
}
