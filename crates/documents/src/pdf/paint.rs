//! Writes a layout as an archival, tagged file: PDF/A-3a and PDF/UA-1.
//!
//! The same layout gives the same bytes: dates and identifiers come from the document.

use std::num::{NonZeroU16, NonZeroU32};

use krilla::color::rgb;
use krilla::configure::{Accessibility, Archival, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::{Path, PathBuilder, Point};
use krilla::metadata::{DateTime, Metadata};
use krilla::num::NormalizedF32;
use krilla::outline::{Outline as Contents, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule};
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Identifier, Node, SpanTag, TableHeaderScope, Tag, TagGroup,
    TagKind, TagTree,
};
use krilla::{Document, SerializeSettings};
use tradewind_kernel::{Date, Error, Result};

use super::layout::{Geometry, Item, Layout, NodeId, Place, Role, Structure};
use super::logo::{Outline, Segment};
use super::text;
use crate::colour::Colour;

/// What viewers show about the file.
pub(super) struct Properties {
    /// Title of the window.
    pub(super) title: String,
    /// Who made it.
    pub(super) author: String,
    /// Language tag.
    pub(super) language: &'static str,
    /// Stable identifier.
    pub(super) identifier: String,
    /// The day it was issued.
    pub(super) date: Date,
}

/// Longest title and author that are written; readers are only required to take 32,767 bytes.
const MAX_PROPERTY: usize = 500;

/// Writes the file.
pub(super) fn paint(
    layout: &Layout,
    geometry: &Geometry,
    properties: &Properties,
) -> Result<Vec<u8>> {
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A3_A)
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|_| failed("the standards of the file exclude each other"))?;
    let settings = SerializeSettings {
        configuration,
        enable_tagging: true,
        ..SerializeSettings::default()
    };
    let mut document = Document::new_with(settings);
    let mut leaves: Vec<Vec<Identifier>> = vec![Vec::new(); layout.structure.nodes.len()];
    for page in &layout.pages {
        let size = PageSettings::from_wh(geometry.width, geometry.height)
            .ok_or_else(|| failed("the paper has no size"))?;
        let mut sheet = document.start_page_with(size);
        let mut surface = sheet.surface();
        for item in &page.items {
            draw(&mut surface, item, &mut leaves);
        }
        surface.finish();
        sheet.finish();
    }
    document.set_tag_tree(
        tags(&layout.structure, leaves).with_lang(Some(properties.language.to_owned())),
    );
    document.set_outline(contents(layout));
    document.set_metadata(metadata(properties));
    document
        .finish()
        .map_err(|error| failed(&format!("{error:?}")))
}

fn failed(reason: &str) -> Error {
    Error::internal(std::io::Error::other(format!(
        "the PDF could not be written: {reason}"
    )))
}

fn metadata(properties: &Properties) -> Metadata {
    let short = |text: &str| {
        text.chars()
            .filter(|c| !c.is_control())
            .take(MAX_PROPERTY)
            .collect::<String>()
    };
    let date = properties.date;
    let year = u16::try_from(date.year()).unwrap_or_default();
    let part = |value: i8| u8::try_from(value).unwrap_or(1);
    Metadata::new()
        .title(short(&properties.title))
        .authors(vec![short(&properties.author)])
        .creator("Tradewind".to_owned())
        .producer("Tradewind".to_owned())
        .language(properties.language.to_owned())
        .document_id(short(&properties.identifier))
        .creation_date(
            DateTime::new(year)
                .month(part(date.month()))
                .day(part(date.day()))
                .utc_offset_hour(0),
        )
}

fn contents(layout: &Layout) -> Contents {
    let mut contents = Contents::new();
    for entry in &layout.bookmarks {
        let destination = XyzDestination::new(entry.page, Point::from_xy(0.0, entry.y));
        let title = entry
            .title
            .chars()
            .filter(|c| !c.is_control())
            .take(MAX_PROPERTY)
            .collect();
        contents.push_child(OutlineNode::new(title, destination));
    }
    contents
}

fn draw(surface: &mut Surface<'_>, item: &Item, leaves: &mut [Vec<Identifier>]) {
    match item {
        Item::Text {
            x,
            baseline,
            line,
            style,
            place,
        } => {
            if line.glyphs.is_empty() {
                return;
            }
            let tag = match place {
                Place::Content(_) => ContentTag::Span(SpanTag::empty()),
                Place::Header => ContentTag::Artifact(Artifact::with_kind(ArtifactType::Header)),
                Place::Footer => ContentTag::Artifact(Artifact::with_kind(ArtifactType::Footer)),
                Place::Ornament => ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)),
            };
            let identifier = surface.start_tagged(tag);
            surface.set_fill(Some(fill(style.colour)));
            let font = text::font(style.weight);
            surface.draw_glyphs(
                Point::from_xy(*x, *baseline),
                &line.glyphs,
                font,
                &line.text,
                style.size,
                false,
            );
            surface.end_tagged();
            if let Place::Content(NodeId(node)) = place {
                leaves[*node].push(identifier);
            }
        }
        Item::Box {
            x,
            y,
            width,
            height,
            radius,
            colour,
        } => {
            draw_path(surface, rounded(*x, *y, *width, *height, *radius), *colour);
        }
        Item::Outline {
            x,
            y,
            scale,
            outline,
            colour,
        } => draw_path(surface, scaled(outline, *x, *y, *scale), *colour),
    }
}

fn draw_path(surface: &mut Surface<'_>, path: Option<Path>, colour: Colour) {
    if let Some(path) = path {
        surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(
            ArtifactType::Layout,
        )));
        surface.set_fill(Some(fill(colour)));
        surface.draw_path(&path);
        surface.end_tagged();
    }
}

fn fill(colour: Colour) -> Fill {
    let paint = rgb::Color::new(colour.red, colour.green, colour.blue).into();
    Fill {
        paint,
        opacity: NormalizedF32::ONE,
        rule: FillRule::NonZero,
    }
}

fn rounded(x: f32, y: f32, width: f32, height: f32, radius: f32) -> Option<Path> {
    let mut path = PathBuilder::new();
    let (right, bottom, r) = (
        x + width,
        y + height,
        radius.min(width / 2.0).min(height / 2.0),
    );
    path.move_to(x + r, y);
    path.line_to(right - r, y);
    if r > 0.0 {
        // How far the control points of a quarter circle are from the corner.
        let k = r * 0.4477;
        path.cubic_to(right - k, y, right, y + k, right, y + r);
        path.line_to(right, bottom - r);
        path.cubic_to(right, bottom - k, right - k, bottom, right - r, bottom);
        path.line_to(x + r, bottom);
        path.cubic_to(x + k, bottom, x, bottom - k, x, bottom - r);
        path.line_to(x, y + r);
        path.cubic_to(x, y + k, x + k, y, x + r, y);
    } else {
        path.line_to(right, bottom);
        path.line_to(x, bottom);
    }
    path.close();
    path.finish()
}

fn scaled(outline: &Outline, x: f32, y: f32, scale: f32) -> Option<Path> {
    let at = |(px, py): (f32, f32)| (x + px * scale, y + py * scale);
    let mut path = PathBuilder::new();
    for segment in &outline.segments {
        match *segment {
            Segment::Move(to) => path.move_to(at(to).0, at(to).1),
            Segment::Line(to) => path.line_to(at(to).0, at(to).1),
            Segment::Quad(a, to) => path.quad_to(at(a).0, at(a).1, at(to).0, at(to).1),
            Segment::Cubic(a, b, to) => {
                path.cubic_to(at(a).0, at(a).1, at(b).0, at(b).1, at(to).0, at(to).1)
            }
            Segment::Close => path.close(),
        }
    }
    path.finish()
}

fn tags(structure: &Structure, mut leaves: Vec<Vec<Identifier>>) -> TagTree {
    let mut tree = TagTree::new();
    for root in &structure.roots {
        tree.push(group(structure, *root, &mut leaves));
    }
    tree
}

fn group(structure: &Structure, id: NodeId, leaves: &mut [Vec<Identifier>]) -> TagGroup {
    let (role, children) = &structure.nodes[id.0];
    let mut group = TagGroup::new(kind(role));
    for child in children {
        group.push(group_of(structure, *child, leaves));
    }
    for leaf in std::mem::take(&mut leaves[id.0]) {
        group.push(leaf);
    }
    group
}

fn group_of(structure: &Structure, id: NodeId, leaves: &mut [Vec<Identifier>]) -> Node {
    Node::Group(group(structure, id, leaves))
}

fn kind(role: &Role) -> TagKind {
    let wide = |span: u32| NonZeroU32::new(span).filter(|span| span.get() > 1);
    match role {
        Role::Section => Tag::Section.into(),
        Role::Heading(level, title) => Tag::Hn(
            NonZeroU16::new(*level).unwrap_or(NonZeroU16::MIN),
            Some(title.clone()),
        )
        .into(),
        Role::Paragraph => Tag::P.into(),
        Role::Table => Tag::Table.into(),
        Role::TableHead => Tag::THead.into(),
        Role::TableBody => Tag::TBody.into(),
        Role::Row => Tag::TR.into(),
        Role::ColumnHeader => Tag::TH(TableHeaderScope::Column).into(),
        Role::RowHeader(span) => Tag::TH(TableHeaderScope::Row)
            .with_col_span(wide(*span))
            .into(),
        Role::Cell(span) => Tag::TD.with_col_span(wide(*span)).into(),
    }
}
