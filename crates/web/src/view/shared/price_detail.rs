//! Prices in full: tiers, packages and rows as tables.

use tradewind_documents::prices::PriceTable;

use crate::blocks;
use crate::view::Tr;
use crate::view::kit::{Block, Card, Cell, Column, Prose, Row, Table, Txt};

/// The price of an item in full.
#[derive(Clone)]
pub struct PriceDetail {
    /// The item, and the usage that the price is for.
    pub title: Txt,
    /// The price in one line.
    pub line: Txt,
    /// Its tiers, packages or rows.
    pub table: Option<PriceTable>,
}

/// A card with prices in full; none when there is nothing to add to the lines above.
pub fn price_details(t: &Tr, lead: &str, details: &[PriceDetail]) -> Option<Card> {
    if details.is_empty() {
        return None;
    }
    let body = details.iter().flat_map(|one| one.blocks()).collect();
    Some(Card::new(t.tr("price-details"), body).intro(t.tr(lead)))
}

impl PriceDetail {
    fn blocks(&self) -> Vec<Block> {
        let Some(table) = &self.table else {
            return blocks![Prose(vec![format!("{}: {}", self.title, self.line).into()])];
        };
        let columns = table.heads.iter().enumerate().map(|(at, head)| {
            if at < table.figures_from {
                Column::new(head.clone())
            } else {
                Column::figures(head.clone())
            }
        });
        let rows = table.rows.iter().map(|row| {
            let cells = row.iter().enumerate().map(|(at, text)| {
                if at < table.figures_from {
                    Cell::Text(text.clone().into())
                } else {
                    Cell::Figure(text.clone().into())
                }
            });
            Row::Cells(cells.collect())
        });
        let lead = format!("{} {}.", table.lead, self.line);
        blocks![
            Table::new(self.title.clone(), columns.collect(), rows.collect()).titled(),
            Prose(vec![lead.into()])
        ]
    }
}
