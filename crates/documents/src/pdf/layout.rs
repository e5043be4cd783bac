//! Pages as lists of placed pieces, and the cursor that fills them from top to bottom.
//!
//! Nothing here knows about files: the layout is what tests look at, and what `paint` writes.

use super::logo::Outline;
use super::text::{Line, Style};
use super::types::Paper;
use crate::colour::Colour;

/// Points in a millimetre.
pub(super) const MM: f32 = 72.0 / 25.4;

/// A whole document, laid out.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// The pages.
    pub(super) pages: Vec<Page>,
    /// What belongs to what, for readers that do not see the pages.
    pub(super) structure: Structure,
    /// Entries of the table of contents that viewers show.
    pub(super) bookmarks: Vec<Bookmark>,
}

/// One page.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// What is on it, in drawing order.
    pub(super) items: Vec<Item>,
}

/// A piece on a page; coordinates in points from the top left.
#[derive(Debug)]
pub(super) enum Item {
    /// A line of text.
    Text {
        x: f32,
        baseline: f32,
        line: Line,
        style: Style,
        place: Place,
    },
    /// A filled box with rounded corners, for rules and backgrounds.
    Box {
        x: f32,
        y: f32,
        width: f32,
        height: f32,
        radius: f32,
        colour: Colour,
    },
    /// A filled outline.
    Outline {
        x: f32,
        y: f32,
        scale: f32,
        outline: Outline,
        colour: Colour,
    },
}

/// What a text is to a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Part of the document's content.
    Content(NodeId),
    /// Repeated at the head of a page.
    Header,
    /// Repeated at the foot of a page.
    Footer,
    /// Ornament.
    Ornament,
}

/// An entry of the table of contents.
#[derive(Debug)]
pub(super) struct Bookmark {
    /// What it says.
    pub(super) title: String,
    /// Index of the page.
    pub(super) page: usize,
    /// Height on the page.
    pub(super) y: f32,
}

/// A node of the structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NodeId(pub(super) usize);

/// What a node is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Role {
    /// Section of the document.
    Section,
    /// Heading with its level and text.
    Heading(u16, String),
    /// Paragraph.
    Paragraph,
    /// Table and its parts.
    Table,
    /// Rows that name the columns.
    TableHead,
    /// All other rows.
    TableBody,
    /// Row.
    Row,
    /// Cell that names a column.
    ColumnHeader,
    /// Cell that names the rows below it; how many columns it is wide.
    RowHeader(u32),
    /// Cell with how many columns it is wide.
    Cell(u32),
}

/// The tree of nodes, in reading order.
#[derive(Debug, Default)]
pub(super) struct Structure {
    /// Role and children per node.
    pub(super) nodes: Vec<(Role, Vec<NodeId>)>,
    /// Nodes without a parent.
    pub(super) roots: Vec<NodeId>,
}

impl Structure {
    /// Adds a node behind the children that its parent already has.
    pub(super) fn add(&mut self, parent: Option<NodeId>, role: Role) -> NodeId {
        let id = NodeId(self.nodes.len());
        self.nodes.push((role, Vec::new()));
        match parent {
            Some(parent) => self.nodes[parent.0].1.push(id),
            None => self.roots.push(id),
        }
        id
    }
}

/// Where a text stands within its width.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    /// At the left.
    Left,
    /// At the right: numbers.
    Right,
}

/// Measures of the page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Geometry {
    /// Width of the paper.
    pub(super) width: f32,
    /// Height of the paper.
    pub(super) height: f32,
    /// Left edge of the content.
    pub(super) left: f32,
    /// Right edge of the content.
    pub(super) right: f32,
    /// Where content starts on pages after the first.
    pub(super) top: f32,
    /// Where content ends.
    pub(super) bottom: f32,
}

impl Geometry {
    /// The measures of a paper. Left is what a window envelope asks for.
    pub(super) fn of(paper: Paper, footer: f32) -> Self {
        let (width, height) = match paper {
            Paper::A4 => (210.0 * MM, 297.0 * MM),
            Paper::Letter => (612.0, 792.0),
        };
        Geometry {
            width,
            height,
            left: 22.0 * MM,
            right: width - 18.0 * MM,
            top: 22.0 * MM,
            bottom: height - 9.0 * MM - footer,
        }
    }

    /// Width of the content.
    pub(super) fn content(&self) -> f32 {
        self.right - self.left
    }
}

/// Fills pages from top to bottom.
#[derive(Debug)]
pub(super) struct Flow {
    /// Measures.
    pub(super) geometry: Geometry,
    /// What was laid out so far.
    pub(super) layout: Layout,
    /// Next free height on the last page.
    pub(super) y: f32,
}

impl Flow {
    /// Starts with one empty page.
    pub(super) fn new(geometry: Geometry) -> Self {
        let layout = Layout {
            pages: vec![Page::default()],
            ..Layout::default()
        };
        Flow {
            geometry,
            layout,
            y: geometry.top,
        }
    }

    /// Free height on this page.
    pub(super) fn remaining(&self) -> f32 {
        self.geometry.bottom - self.y
    }

    /// Free height on a fresh page.
    pub(super) fn fresh(&self) -> f32 {
        self.geometry.bottom - self.geometry.top
    }

    /// Starts a page.
    pub(super) fn break_page(&mut self) {
        self.layout.pages.push(Page::default());
        self.y = self.geometry.top;
    }

    /// Starts a page unless `height` fits on this one.
    pub(super) fn need(&mut self, height: f32) {
        if height > self.remaining() && self.y > self.geometry.top {
            self.break_page();
        }
    }

    /// Index of the page that is being filled.
    pub(super) fn page(&self) -> usize {
        self.layout.pages.len() - 1
    }

    /// Adds a node to the structure.
    pub(super) fn node(&mut self, parent: Option<NodeId>, role: Role) -> NodeId {
        self.layout.structure.add(parent, role)
    }

    /// Adds an entry to the table of contents, at the present height.
    pub(super) fn bookmark(&mut self, title: &str) {
        let entry = Bookmark {
            title: title.to_owned(),
            page: self.page(),
            y: self.y,
        };
        self.layout.bookmarks.push(entry);
    }

    /// Places a piece on the present page.
    pub(super) fn put(&mut self, item: Item) {
        if let Some(page) = self.layout.pages.last_mut() {
            page.items.push(item);
        }
    }

    /// Places lines from height `y` on, within `width` from `x`; answers the height below them.
    pub(super) fn lines(
        &mut self,
        area: Area,
        lines: Vec<Line>,
        style: Style,
        place: Place,
    ) -> f32 {
        let mut y = area.y;
        for line in lines {
            let x = match area.align {
                Align::Left => area.x,
                Align::Right => area.x + area.width - line.width,
            };
            self.put(Item::Text {
                x,
                baseline: y + style.baseline(),
                line,
                style,
                place,
            });
            y += style.leading;
        }
        y
    }

    /// A filled box.
    pub(super) fn fill(&mut self, x: f32, y: f32, width: f32, height: f32, colour: Colour) {
        self.put(Item::Box {
            x,
            y,
            width,
            height,
            radius: 0.0,
            colour,
        });
    }

    /// A line across the content.
    pub(super) fn rule(&mut self, y: f32, thickness: f32, colour: Colour) {
        self.fill(
            self.geometry.left,
            y,
            self.geometry.content(),
            thickness,
            colour,
        );
    }
}

/// Where lines go.
#[derive(Debug, Clone, Copy)]
pub(super) struct Area {
    /// Left edge.
    pub(super) x: f32,
    /// Upper edge.
    pub(super) y: f32,
    /// Width.
    pub(super) width: f32,
    /// Alignment in it.
    pub(super) align: Align,
}

impl Area {
    /// From the left of an area.
    pub(super) fn left(x: f32, y: f32, width: f32) -> Self {
        Area {
            x,
            y,
            width,
            align: Align::Left,
        }
    }

    /// At the right of an area.
    pub(super) fn right(x: f32, y: f32, width: f32) -> Self {
        Area {
            x,
            y,
            width,
            align: Align::Right,
        }
    }
}
