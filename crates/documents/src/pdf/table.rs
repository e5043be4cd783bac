//! Tables over any number of pages: the head is repeated, rows stay whole, rows that belong together stay together.

use super::layout::{Align, Area, Flow, NodeId, Place, Role};
use super::text::{Line, Style, wrap};
use crate::colour::Colour;

/// Space above and below the text of a row.
const PADDING: f32 = 2.9;

/// A column: where it is and what its head says.
#[derive(Debug)]
pub(super) struct Column {
    /// Left edge.
    pub(super) x: f32,
    /// Width of its text.
    pub(super) width: f32,
    /// How its cells stand.
    pub(super) align: Align,
    /// Name.
    pub(super) head: String,
}

/// A cell: lines from the left edge of column `first` to the right edge of the last of `span` columns.
#[derive(Debug)]
pub(super) struct Cell {
    /// First column.
    pub(super) first: usize,
    /// How many columns.
    pub(super) span: usize,
    /// Its lines.
    pub(super) lines: Vec<(Line, Style)>,
}

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowKind {
    /// Heading of a group.
    Group,
    /// A line of the document.
    Line,
    /// Sum of a group.
    Subtotal,
}

/// A row.
#[derive(Debug)]
pub(super) struct Row {
    /// What it is.
    pub(super) kind: RowKind,
    /// Its cells.
    pub(super) cells: Vec<Cell>,
    /// It must not be the last on its page.
    pub(super) keep_with_next: bool,
    /// Index of its group's heading on a continuation page.
    pub(super) group: usize,
}

/// A table.
#[derive(Debug)]
pub(super) struct Table {
    /// The columns.
    pub(super) columns: Vec<Column>,
    /// The rows.
    pub(super) rows: Vec<Row>,
    /// Per group: what to say when it goes on on another page; empty for nothing.
    pub(super) continued: Vec<String>,
    /// Colour of the rule below the head.
    pub(super) accent: Colour,
    /// Background of group headings.
    pub(super) band: Colour,
}

const HEAD: Style = Style::new(7.6).bold().colour(Colour::new(0x5a, 0x63, 0x6e));
const CONTINUED: Style = Style::new(8.6).bold().colour(Colour::new(0x5a, 0x63, 0x6e));
const HAIRLINE: Colour = Colour::new(0xdd, 0xe1, 0xe6);

impl Row {
    fn height(&self) -> f32 {
        let tallest = self.cells.iter().map(|cell| {
            cell.lines
                .iter()
                .map(|(_, style)| style.leading)
                .sum::<f32>()
        });
        tallest.fold(0.0, f32::max) + 2.0 * PADDING
    }
}

impl Table {
    /// Lays the table out. `tail` is the height of what follows and must not stand alone on a page.
    pub(super) fn place(mut self, flow: &mut Flow, tail: f32) {
        let table = flow.node(None, Role::Table);
        let head = flow.node(Some(table), Role::TableHead);
        let body = flow.node(Some(table), Role::TableBody);
        let head_height = self.head_height();
        let first = self.chain(0);
        flow.need(head_height + self.height(&first));
        self.head(flow, Some(head));

        let rows = std::mem::take(&mut self.rows);
        let heights: Vec<f32> = rows.iter().map(Row::height).collect();
        let chains = chains(&rows);
        let mut rows = rows.into_iter();
        for chain in chains {
            let mut height: f32 = heights[chain.clone()].iter().sum();
            if chain.end == heights.len()
                && height + tail <= flow.fresh() - head_height - CONTINUED.leading * 2.0
            {
                height += tail;
            }
            for (offset, row) in rows.by_ref().take(chain.len()).enumerate() {
                let wanted = if offset == 0 {
                    height
                } else {
                    heights[chain.start + offset]
                };
                if wanted > flow.remaining() && (offset == 0 || wanted <= flow.fresh()) {
                    self.turn_page(flow, &row);
                }
                self.row(flow, body, row);
            }
        }
        flow.rule(flow.y, 0.6, HAIRLINE);
    }

    /// The rows from `start` to the first after which a page may end; for the start of the table.
    fn chain(&self, start: usize) -> std::ops::Range<usize> {
        chains(&self.rows)
            .into_iter()
            .next()
            .unwrap_or(start..start)
    }

    fn height(&self, rows: &std::ops::Range<usize>) -> f32 {
        self.rows[rows.clone()].iter().map(Row::height).sum()
    }

    fn head_lines(&self) -> Vec<Vec<Line>> {
        self.columns
            .iter()
            .map(|column| wrap(&column.head, &HEAD, column.width))
            .collect()
    }

    fn head_height(&self) -> f32 {
        let lines = self.head_lines().iter().map(Vec::len).max().unwrap_or(1);
        lines as f32 * HEAD.leading + 2.0 * PADDING
    }

    /// The head: content on the first page, repetition on all others.
    fn head(&self, flow: &mut Flow, node: Option<NodeId>) {
        let row = node.map(|node| flow.node(Some(node), Role::Row));
        let all = self.head_lines();
        let deepest = all.iter().map(Vec::len).max().unwrap_or(1);
        for (column, lines) in self.columns.iter().zip(all) {
            let place = match row {
                Some(row) => Place::Content(flow.node(Some(row), Role::ColumnHeader)),
                None => Place::Header,
            };
            let y = flow.y + PADDING + (deepest - lines.len()) as f32 * HEAD.leading;
            let area = Area {
                x: column.x,
                y,
                width: column.width,
                align: column.align,
            };
            flow.lines(area, lines, HEAD, place);
        }
        flow.y += self.head_height();
        flow.rule(flow.y - 0.8, 0.8, self.accent);
    }

    fn turn_page(&self, flow: &mut Flow, next: &Row) {
        flow.rule(flow.y, 0.6, HAIRLINE);
        flow.break_page();
        self.head(flow, None);
        let label = self
            .continued
            .get(next.group)
            .filter(|label| !label.is_empty());
        if let (Some(label), true) = (label, next.kind != RowKind::Group) {
            let left = self
                .columns
                .first()
                .map_or(flow.geometry.left, |column| column.x);
            let area = Area::left(left, flow.y + PADDING, flow.geometry.right - left);
            let line = wrap(label, &CONTINUED, area.width)
                .into_iter()
                .take(1)
                .collect();
            flow.y = flow.lines(area, line, CONTINUED, Place::Header) + PADDING;
        }
    }

    fn row(&self, flow: &mut Flow, body: NodeId, mut row: Row) {
        let node = flow.node(Some(body), Role::Row);
        let cells: Vec<NodeId> = row
            .cells
            .iter()
            .map(|cell| {
                let span = u32::try_from(cell.span).unwrap_or(1);
                let role = if row.kind == RowKind::Group {
                    Role::RowHeader(span)
                } else {
                    Role::Cell(span)
                };
                flow.node(Some(node), role)
            })
            .collect();
        if row.kind == RowKind::Group {
            self.band(flow, row.height());
        } else {
            flow.rule(flow.y, 0.4, HAIRLINE);
        }
        // One pass, but for a row that is higher than a page.
        loop {
            let room = (flow.remaining() - 2.0 * PADDING).max(0.0);
            let top = flow.y + PADDING;
            let mut bottom = top;
            for (cell, node) in row.cells.iter_mut().zip(&cells) {
                let y = self.cell(flow, cell, *node, top, room);
                bottom = bottom.max(y);
            }
            flow.y = bottom + PADDING;
            if row.cells.iter().all(|cell| cell.lines.is_empty()) {
                return;
            }
            self.turn_page(flow, &row);
        }
    }

    /// Places the lines of a cell that fit into `room`, and leaves the others in it.
    fn cell(&self, flow: &mut Flow, cell: &mut Cell, node: NodeId, top: f32, room: f32) -> f32 {
        let last = (cell.first + cell.span - 1).min(self.columns.len() - 1);
        let (first, last) = (&self.columns[cell.first], &self.columns[last]);
        let width = last.x + last.width - first.x;
        let mut y = top;
        let mut placed = 0;
        for (line, style) in &cell.lines {
            // At least one line a page, so that this ends.
            if placed > 0 && y + style.leading - top > room {
                break;
            }
            let area = Area {
                x: first.x,
                y,
                width,
                align: last.align,
            };
            let align = if cell.span > 1 {
                Align::Left
            } else {
                area.align
            };
            y = flow.lines(
                Area { align, ..area },
                vec![line.clone()],
                *style,
                Place::Content(node),
            );
            placed += 1;
        }
        cell.lines.drain(..placed);
        y
    }

    fn band(&self, flow: &mut Flow, height: f32) {
        let (left, width, y) = (flow.geometry.left, flow.geometry.content(), flow.y);
        flow.fill(left, y, width, height, self.band);
    }
}

/// Ranges of rows between which a page may end.
fn chains(rows: &[Row]) -> Vec<std::ops::Range<usize>> {
    let mut chains = Vec::new();
    let mut start = 0;
    for (index, row) in rows.iter().enumerate() {
        if !row.keep_with_next || index + 1 == rows.len() {
            chains.push(start..index + 1);
            start = index + 1;
        }
    }
    chains
}
