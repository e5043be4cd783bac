//! Logos come from outside and are shown in pages: only drawings are let in.

use tradewind_kernel::{Error, Result};

/// Elements that draw and do nothing else.
const ELEMENTS: &[&str] = &[
    "svg",
    "g",
    "path",
    "rect",
    "circle",
    "ellipse",
    "line",
    "polyline",
    "polygon",
    "text",
    "tspan",
    "title",
    "desc",
    "defs",
    "linearGradient",
    "radialGradient",
    "stop",
    "clipPath",
    "mask",
];

/// Attributes that place, shape and colour.
const ATTRIBUTES: &[&str] = &[
    "xmlns",
    "viewBox",
    "width",
    "height",
    "x",
    "y",
    "x1",
    "y1",
    "x2",
    "y2",
    "cx",
    "cy",
    "r",
    "rx",
    "ry",
    "d",
    "points",
    "dx",
    "dy",
    "fx",
    "fy",
    "id",
    "fill",
    "fill-rule",
    "fill-opacity",
    "clip-rule",
    "clip-path",
    "mask",
    "stroke",
    "stroke-width",
    "stroke-linecap",
    "stroke-linejoin",
    "stroke-opacity",
    "stroke-miterlimit",
    "stroke-dasharray",
    "opacity",
    "transform",
    "offset",
    "stop-color",
    "stop-opacity",
    "gradientUnits",
    "gradientTransform",
    "font-family",
    "font-size",
    "font-weight",
    "text-anchor",
    "dominant-baseline",
    "letter-spacing",
    "preserveAspectRatio",
    "role",
    "aria-label",
    "aria-hidden",
];

/// Checks that a text is one SVG document made of shapes only: no scripts, links, styles or references outside.
///
/// # Errors
/// `unsafe_svg`, naming what is not let in; `malformed_svg`.
pub(super) fn check_static(field: &str, svg: &str) -> Result<()> {
    scan(svg).map_err(|(code, message)| Error::invalid(field, code, message))
}

type Refusal = (&'static str, String);

fn scan(svg: &str) -> Result<(), Refusal> {
    let mut rest = svg.trim();
    let mut open: Vec<&str> = Vec::new();
    let mut roots = 0;
    while !rest.is_empty() {
        let Some(text) = rest.strip_prefix('<') else {
            let end = rest.find('<').unwrap_or(rest.len());
            let (text, tail) = rest.split_at(end);
            if text.contains('&') || (open.is_empty() && !text.trim().is_empty()) {
                return Err(malformed("text outside of the drawing, or an entity"));
            }
            rest = tail;
            continue;
        };
        let end = tag_end(text).ok_or_else(|| malformed("a tag that does not end"))?;
        let (tag, tail) = (&text[..end], &text[end + 1..]);
        rest = tail;
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop() != Some(name.trim_end()) {
                return Err(malformed("tags that do not match"));
            }
            continue;
        }
        let (tag, closed) = match tag.strip_suffix('/') {
            Some(tag) => (tag, true),
            None => (tag, false),
        };
        let name = check_tag(tag)?;
        if open.is_empty() {
            roots += 1;
            if name != "svg" || roots > 1 {
                return Err(malformed("expected one svg element around everything"));
            }
        }
        if !closed {
            open.push(name);
        }
    }
    if roots == 1 && open.is_empty() {
        Ok(())
    } else {
        Err(malformed("expected one svg element around everything"))
    }
}

/// Where a tag ends, outside of quoted values.
fn tag_end(text: &str) -> Option<usize> {
    let mut quote = None;
    for (position, c) in text.char_indices() {
        match (quote, c) {
            (None, '>') => return Some(position),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
    }
    None
}

fn check_tag(tag: &str) -> Result<&str, Refusal> {
    let name_end = tag.find(char::is_whitespace).unwrap_or(tag.len());
    let (name, mut rest) = tag.split_at(name_end);
    if !ELEMENTS.contains(&name) {
        return Err(refused("element", name));
    }
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return Ok(name);
        }
        let (attribute, value) = rest
            .split_once('=')
            .ok_or_else(|| malformed("an attribute without a value"))?;
        let attribute = attribute.trim();
        if !ATTRIBUTES.contains(&attribute) {
            return Err(refused("attribute", attribute));
        }
        let value = value.trim_start();
        let quote = value
            .chars()
            .next()
            .filter(|c| matches!(c, '"' | '\''))
            .ok_or_else(|| malformed("a value without quotes"))?;
        let (value, tail) = value[1..]
            .split_once(quote)
            .ok_or_else(|| malformed("a value that does not end"))?;
        check_value(attribute, value)?;
        rest = tail;
    }
}

/// Values refer to parts of the same drawing at most.
fn check_value(attribute: &str, value: &str) -> Result<(), Refusal> {
    let plain: String = value
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect::<String>()
        .to_ascii_lowercase();
    let outside = plain.contains('&')
        || plain.contains('<')
        || plain.contains('\\')
        || plain.contains("script:")
        || plain.contains("data:")
        || plain
            .match_indices("url(")
            .any(|(at, _)| !plain[at + 4..].starts_with('#'));
    let namespace = attribute == "xmlns" && value == "http://www.w3.org/2000/svg";
    if attribute == "xmlns" && !namespace || outside {
        return Err(refused("value of", attribute));
    }
    Ok(())
}

fn malformed(what: &str) -> Refusal {
    (
        "malformed_svg",
        format!("expected a well-formed SVG document; found {what}"),
    )
}

fn refused(what: &str, name: &str) -> Refusal {
    let name: String = name.chars().take(40).collect();
    (
        "unsafe_svg",
        format!("only static drawings are accepted; remove the {what} {name:?}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(svg: &str) -> Option<&'static str> {
        check_static("logo", svg)
            .err()
            .map(|e| e.problems()[0].code)
    }

    #[test]
    fn drawings_are_let_in() {
        assert_eq!(
            code(
                r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><title>Nordwind</title>
                <defs><linearGradient id="a"><stop offset="0" stop-color="#fff"/></linearGradient></defs>
                <path d="M2 2h20v20H2z" fill="url(#a)"/></svg>"##
            ),
            None
        );
    }

    #[test]
    fn whatever_could_act_or_reach_out_is_refused() {
        for svg in [
            "<svg><script>alert(1)</script></svg>",
            "<svg onload='alert(1)'></svg>",
            "<svg><a href='https://example.com'></a></svg>",
            "<svg><image href='x.png'/></svg>",
            "<svg><foreignObject></foreignObject></svg>",
            "<svg><style>@import 'x'</style></svg>",
            "<svg><rect fill='url(https://example.com/x)'/></svg>",
            "<svg><rect fill='u rl( https://example.com/x)'/></svg>",
            "<!DOCTYPE svg><svg></svg>",
            "<svg xmlns='http://example.com/other'></svg>",
        ] {
            assert_eq!(code(svg), Some("unsafe_svg"), "{svg}");
        }
    }

    #[test]
    fn what_is_not_one_document_is_refused() {
        for svg in [
            "",
            "hello",
            "<svg>",
            "<svg></g></svg>",
            "<svg></svg><svg></svg>",
            "<g></g>",
            "<svg>&lt;</svg>",
            "<svg",
            "<svg width></svg>",
            "<svg width=10></svg>",
        ] {
            assert_eq!(code(svg), Some("malformed_svg"), "{svg}");
        }
    }
}
