//! The table of a document's lines: which columns it needs, how wide they are, what the cells say.

use std::borrow::Cow;

use super::layout::{Align, Geometry};
use super::table::{Cell, Column, Row, RowKind, Table};
use super::text::{Style, measure, shape, wrap};
use super::types::{InvoiceDocument, Line, TaxTreatment};
use super::words::Words;
use crate::colour::Colour;
use crate::format;

const TEXT: Style = Style::new(8.8);
const NUMBER: Style = Style::new(8.8).tabular();
const DETAIL: Style = Style::new(7.6).colour(Colour::new(0x5a, 0x63, 0x6e));
const GROUP: Style = Style::new(8.8).bold();
const SUM: Style = Style::new(8.8).bold().tabular();
const HEAD: Style = Style::new(7.6).bold();

/// Space between two columns.
const GUTTER: f32 = 9.0;
/// Space between the edge of the table and its text.
const INDENT: f32 = 4.0;

/// What a column shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Date,
    Description,
    Quantity,
    UnitPrice,
    Tax,
    Amount,
    Balance,
}

/// Builds the table.
pub(super) fn table(
    document: &InvoiceDocument,
    words: &Words,
    geometry: &Geometry,
    accent: Colour,
) -> Table {
    let fields = fields(document);
    let columns = columns(document, words, geometry, &fields);
    let mut rows = Vec::new();
    let mut continued = Vec::new();
    let several = document
        .groups
        .iter()
        .filter(|group| !group.lines.is_empty())
        .count()
        > 1;
    for (index, group) in document.groups.iter().enumerate() {
        let titled = !group.title.trim().is_empty();
        continued.push(if titled {
            words.with("invoice-continued", "group", &group.title)
        } else {
            String::new()
        });
        if titled {
            rows.push(heading(&group.title, &columns, geometry, index));
        }
        let with_subtotal = titled && several;
        for (at, line) in group.lines.iter().enumerate() {
            let last = at + 1 == group.lines.len();
            let keep_with_next = last && with_subtotal;
            rows.push(Row {
                kind: RowKind::Line,
                cells: cells(document, words, line, &columns, &fields),
                keep_with_next,
                group: index,
            });
        }
        if with_subtotal {
            rows.push(subtotal(document, words, group, &columns, index));
        }
    }
    if rows.is_empty() {
        let lines = vec![(shape(&words.plain("invoice-lines-none"), &TEXT), TEXT)];
        let cells = vec![Cell {
            first: 0,
            span: columns.len(),
            lines,
        }];
        rows.push(Row {
            kind: RowKind::Line,
            cells,
            keep_with_next: false,
            group: 0,
        });
    }
    Table {
        columns,
        rows,
        continued,
        accent,
        band: accent.tint(8),
    }
}

/// Columns that no line fills are left out.
fn fields(document: &InvoiceDocument) -> Vec<Field> {
    let lines = || document.groups.iter().flat_map(|group| &group.lines);
    let mut fields = Vec::new();
    if lines().any(|line| line.date.is_some()) {
        fields.push(Field::Date);
    }
    fields.push(Field::Description);
    if lines().any(|line| line.quantity.is_some()) {
        fields.push(Field::Quantity);
    }
    if lines().any(|line| line.unit_price.is_some()) {
        fields.push(Field::UnitPrice);
    }
    if lines().any(|line| line.tax.is_some()) {
        fields.push(Field::Tax);
    }
    fields.push(Field::Amount);
    if lines().any(|line| line.balance.is_some()) {
        fields.push(Field::Balance);
    }
    fields
}

fn columns(
    document: &InvoiceDocument,
    words: &Words,
    geometry: &Geometry,
    fields: &[Field],
) -> Vec<Column> {
    let widths: Vec<f32> = fields
        .iter()
        .map(|field| width(document, words, *field))
        .collect();
    let fixed: f32 = widths.iter().sum::<f32>() + GUTTER * (fields.len() - 1) as f32 + 2.0 * INDENT;
    let description = (geometry.content() - fixed).max(100.0);
    let mut x = geometry.left + INDENT;
    fields
        .iter()
        .zip(widths)
        .map(|(field, width)| {
            let width = if *field == Field::Description {
                description
            } else {
                width
            };
            let align = match field {
                Field::Date | Field::Description => Align::Left,
                Field::Quantity
                | Field::UnitPrice
                | Field::Tax
                | Field::Amount
                | Field::Balance => Align::Right,
            };
            let column = Column {
                x,
                width,
                align,
                head: head(document, words, *field),
            };
            x += width + GUTTER;
            column
        })
        .collect()
}

fn head(document: &InvoiceDocument, words: &Words, field: Field) -> String {
    match field {
        Field::Date => words.plain("invoice-column-date"),
        Field::Description => words.plain("invoice-column-description"),
        Field::Quantity => words.plain("invoice-column-quantity"),
        Field::UnitPrice => words.with(
            "invoice-column-unit-price",
            "currency",
            document.currency.code(),
        ),
        Field::Tax => words.tax.name.clone().into_owned(),
        Field::Amount => words.with(
            "invoice-column-amount",
            "currency",
            document.currency.code(),
        ),
        Field::Balance => words.with(
            "invoice-column-balance",
            "currency",
            document.currency.code(),
        ),
    }
}

/// The width of a column of numbers: that of its widest cell, so that amounts are never broken; the head may wrap
/// between words.
fn width(document: &InvoiceDocument, words: &Words, field: Field) -> f32 {
    if field == Field::Description {
        return 0.0;
    }
    let head = head(document, words, field);
    let mut widest = head
        .split(' ')
        .map(|word| measure(word, &HEAD))
        .fold(0.0, f32::max);
    let mut widen = |text: &str, style: &Style| widest = widest.max(measure(text, style) + 0.1);
    for group in &document.groups {
        for line in &group.lines {
            widen(&cell_text(document, words, line, field), &NUMBER);
        }
        if field == Field::Amount {
            widen(&words.amount(group.subtotal), &SUM);
        }
    }
    let (least, most) = match field {
        Field::Date => (44.0, 90.0),
        Field::Quantity => (40.0, 78.0),
        Field::UnitPrice => (46.0, 110.0),
        Field::Tax => (26.0, 44.0),
        Field::Amount | Field::Balance | Field::Description => (54.0, f32::MAX),
    };
    widest.clamp(least, most)
}

fn cells(
    document: &InvoiceDocument,
    words: &Words,
    line: &Line,
    columns: &[Column],
    fields: &[Field],
) -> Vec<Cell> {
    let cell = |(first, (column, field)): (usize, (&Column, &Field))| {
        let style = if *field == Field::Description {
            TEXT
        } else {
            NUMBER
        };
        let text = cell_text(document, words, line, *field);
        let mut lines: Vec<_> = wrap(&text, &style, column.width)
            .into_iter()
            .map(|line| (line, style))
            .collect();
        if *field == Field::Description {
            for detail in details(document, words, line) {
                lines.extend(
                    wrap(&detail, &DETAIL, column.width)
                        .into_iter()
                        .map(|line| (line, DETAIL)),
                );
            }
        }
        Cell {
            first,
            span: 1,
            lines,
        }
    };
    columns.iter().zip(fields).enumerate().map(cell).collect()
}

fn cell_text<'a>(
    document: &InvoiceDocument,
    words: &Words,
    line: &'a Line,
    field: Field,
) -> Cow<'a, str> {
    let locale = document.locale;
    Cow::Owned(match field {
        Field::Description => return Cow::Borrowed(&line.description),
        Field::Date => line
            .date
            .map(|date| format::date(locale, date))
            .unwrap_or_default(),
        Field::Quantity => match &line.quantity {
            Some(quantity) if quantity.unit.is_empty() => format::decimal(locale, quantity.value),
            Some(quantity) => format!(
                "{} {}",
                format::decimal(locale, quantity.value),
                quantity.unit
            ),
            None => String::new(),
        },
        Field::UnitPrice => line
            .unit_price
            .map(|price| format::price_digits(locale, price, document.currency))
            .unwrap_or_default(),
        Field::Tax => line
            .tax
            .as_ref()
            .map(|tax| treatment(words, tax))
            .unwrap_or_default(),
        Field::Amount => words.amount(line.amount),
        Field::Balance => line
            .balance
            .map(|balance| words.amount(balance))
            .unwrap_or_default(),
    })
}

/// A tax treatment in the few words of a column.
pub(super) fn treatment(words: &Words, tax: &TaxTreatment) -> String {
    match tax {
        TaxTreatment::Rate(rate) => format::percent(words.locale, *rate),
        TaxTreatment::RateOf(rate, place) => {
            format!("{} {place}", format::percent(words.locale, *rate))
        }
        TaxTreatment::ReverseCharge => words.plain("invoice-tax-rate-reverse"),
        TaxTreatment::Exempt(_) => words.plain("invoice-tax-rate-exempt"),
        TaxTreatment::OutsideScope(_) => words.plain("invoice-tax-rate-outside"),
        TaxTreatment::WithInvoice => words.plain("invoice-tax-rate-later"),
    }
}

/// What stands small below a description: the period, where it is not that of the whole document, the detail, and what the amount is
/// made of.
fn details<'a>(
    document: &InvoiceDocument,
    words: &Words,
    line: &'a Line,
) -> impl Iterator<Item = Cow<'a, str>> {
    let period = line
        .period
        .filter(|period| Some(*period) != document.service_period);
    let period =
        period.map(|period| Cow::Owned(format::period(words.locale, period.start, period.end)));
    period
        .into_iter()
        .chain(line.detail.as_deref().map(Cow::Borrowed))
        .chain(line.parts.iter().map(|part| Cow::Borrowed(part.as_str())))
}

fn heading(title: &str, columns: &[Column], geometry: &Geometry, group: usize) -> Row {
    let lines = wrap(title, &GROUP, geometry.content() - 2.0 * INDENT);
    let lines = lines.into_iter().map(|line| (line, GROUP)).collect();
    let cells = vec![Cell {
        first: 0,
        span: columns.len(),
        lines,
    }];
    Row {
        kind: RowKind::Group,
        cells,
        keep_with_next: true,
        group,
    }
}

fn subtotal(
    document: &InvoiceDocument,
    words: &Words,
    group: &super::types::LineGroup,
    columns: &[Column],
    index: usize,
) -> Row {
    debug_assert_eq!(group.subtotal.currency, document.currency);
    let last = columns.len() - 1;
    let width = columns[last].x - GUTTER - columns[0].x;
    let label = words.with("invoice-group-subtotal", "group", &group.title);
    let label = wrap(&label, &GROUP, width)
        .into_iter()
        .map(|line| (line, GROUP))
        .collect();
    let sum = vec![(shape(&words.amount(group.subtotal), &SUM), SUM)];
    let cells = vec![
        Cell {
            first: 0,
            span: last,
            lines: label,
        },
        Cell {
            first: last,
            span: 1,
            lines: sum,
        },
    ];
    Row {
        kind: RowKind::Subtotal,
        cells,
        keep_with_next: false,
        group: index,
    }
}
