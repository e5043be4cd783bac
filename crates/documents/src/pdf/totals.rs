//! The sums, which stay together; then how to pay, and notes.

use super::invoice::{GREY, heading};
use super::layout::{Area, Flow, Geometry, Item, NodeId, Place, Role};
use super::lines::treatment;
use super::text::{Line, Style, shape, wrap};
use super::types::{DocumentKind, InvoiceDocument, TaxTreatment, Terms};
use super::words::Words;
use crate::colour::Colour;
use crate::format;
use crate::i18n::Args;

const TEXT: Style = Style::new(8.8);
const LABEL: Style = Style::new(8.8).colour(GREY);
const NUMBER: Style = Style::new(8.8).tabular();
const GROSS: Style = Style::new(9.6).bold().tabular();
const BALANCE: Style = Style::new(11.0).bold().tabular();
const SUMMARY_HEAD: Style = Style::new(7.4).bold().colour(GREY);
const SUMMARY: Style = Style::new(7.8).tabular();
const HAIRLINE: Colour = Colour::new(0xdd, 0xe1, 0xe6);

/// Space between table and sums.
const GAP: f32 = 12.0;
/// Space between two rows of sums.
const ROW: f32 = 2.4;
/// Space above and below the text of the band with the balance.
const BAND: f32 = 5.0;

/// Where a row of the sums stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Emphasis {
    Plain,
    /// A rule above.
    Ruled,
    /// A band in the brand's tint.
    Band,
}

struct SumRow {
    label: Vec<Line>,
    value: Line,
    style: Style,
    emphasis: Emphasis,
}

impl SumRow {
    fn height(&self) -> f32 {
        let text = self.label.len() as f32 * self.style.leading;
        match self.emphasis {
            Emphasis::Plain => text + ROW,
            Emphasis::Ruled => text + 2.0 * ROW + 2.0,
            Emphasis::Band => text + 2.0 * BAND,
        }
    }
}

/// The sums of a document, measured before they are placed.
pub(super) struct Sums {
    rows: Vec<SumRow>,
    /// The tax per rate, or what is owed by age: a head and rows.
    summary: Vec<Vec<Line>>,
    summary_title: String,
    x: f32,
    width: f32,
    accent: Colour,
}

impl Sums {
    /// Measures the sums of a document.
    pub(super) fn new(
        document: &InvoiceDocument,
        words: &Words,
        geometry: &Geometry,
        accent: Colour,
    ) -> Self {
        let width = geometry.content() * 0.5;
        let mut sums = Sums {
            rows: Vec::new(),
            summary: summary(document, words),
            summary_title: if document.ageing.is_empty() {
                words.taxed("invoice-tax-summary", Args::new())
            } else {
                words.plain("invoice-ageing")
            },
            x: geometry.right - width,
            width,
            accent,
        };
        let amount = |value| words.amount(value);
        let totals = &document.totals;
        if !document.discounts.is_empty() {
            let items = document.groups.iter().map(|group| group.subtotal);
            // The check before has added them up already.
            if let Ok(items) = tradewind_kernel::Money::sum(document.currency, items) {
                sums.row(
                    &words.plain("invoice-items-total"),
                    &amount(items),
                    NUMBER,
                    Emphasis::Plain,
                );
            }
        }
        for discount in &document.discounts {
            let label = words.with("invoice-discount", "name", &discount.name);
            sums.row(&label, &amount(discount.amount), NUMBER, Emphasis::Plain);
        }
        let gross = if document.taxes.is_empty() {
            words.with(
                "invoice-gross-total-untaxed",
                "currency",
                document.currency.code(),
            )
        } else {
            sums.row(
                &words.taxed("invoice-net-total", Args::new()),
                &amount(totals.net),
                NUMBER,
                Emphasis::Plain,
            );
            for tax in &document.taxes {
                let base = amount(tax.base);
                let label = match &tax.treatment {
                    TaxTreatment::Rate(_) | TaxTreatment::RateOf(..) => {
                        let rate = treatment(words, &tax.treatment);
                        let args = Args::new()
                            .with("rate", rate.as_str())
                            .with("base", base.as_str());
                        words.taxed("invoice-tax-line", args)
                    }
                    other => {
                        let name = treatment(words, other);
                        let args = Args::new()
                            .with("treatment", name.as_str())
                            .with("base", base.as_str());
                        words.args("invoice-tax-line-none", &args)
                    }
                };
                sums.row(&label, &amount(tax.tax), NUMBER, Emphasis::Plain);
            }
            let args = Args::new().with("currency", document.currency.code());
            words.taxed("invoice-gross-total", args)
        };
        if document.kind != DocumentKind::Statement {
            sums.row(&gross, &amount(totals.gross), GROSS, Emphasis::Ruled);
        }
        for payment in &document.payments {
            let date = words.date(payment.date);
            let args = Args::new()
                .with("date", date.as_str())
                .with("method", payment.method.as_str());
            let taken = payment.amount.neg().unwrap_or(payment.amount);
            sums.row(
                &words.args("invoice-paid", &args),
                &amount(taken),
                NUMBER,
                Emphasis::Plain,
            );
        }
        let (label, value) = match totals.balance {
            balance if balance.is_negative() => {
                ("invoice-balance-credit", balance.neg().unwrap_or(balance))
            }
            balance if document.kind == DocumentKind::Statement => {
                ("invoice-balance-statement", balance)
            }
            balance => ("invoice-balance-due", balance),
        };
        sums.row(
            &words.plain(label),
            &words.money(value),
            BALANCE,
            Emphasis::Band,
        );
        sums
    }

    fn row(&mut self, label: &str, value: &str, style: Style, emphasis: Emphasis) {
        let value = shape(value, &style);
        let room = (self.width - value.width - 22.0).max(60.0);
        let style_of_label = if emphasis == Emphasis::Plain {
            LABEL
        } else {
            style
        };
        let label = wrap(&format!("{label} "), &style_of_label, room);
        self.rows.push(SumRow {
            label,
            value,
            style,
            emphasis,
        });
    }

    /// Height that the sums need, with the space above them.
    pub(super) fn height(&self) -> f32 {
        let sums: f32 = self.rows.iter().map(SumRow::height).sum();
        let summary = (self.summary.len() + 1) as f32 * (SUMMARY.leading + ROW) + 8.0;
        GAP + sums.max(if self.summary.is_empty() {
            0.0
        } else {
            summary
        })
    }

    /// Places the sums: at the right, with the tax per rate beside them.
    pub(super) fn place(mut self, flow: &mut Flow) {
        flow.need(self.height().min(flow.fresh()));
        let top = flow.y + GAP;
        let section = flow.node(None, Role::Section);
        let summary_bottom = self.place_summary(flow, section, top);
        let mut y = top;
        for row in std::mem::take(&mut self.rows) {
            y = self.place_row(flow, section, row, y);
        }
        flow.y = y.max(summary_bottom);
    }

    fn place_row(&self, flow: &mut Flow, section: NodeId, row: SumRow, top: f32) -> f32 {
        let height = row.height();
        let node = flow.node(Some(section), Role::Paragraph);
        let mut y = top;
        match row.emphasis {
            Emphasis::Plain => {}
            Emphasis::Ruled => {
                flow.fill(self.x, top + ROW, self.width, 0.8, self.accent);
                y += ROW + 2.0;
            }
            Emphasis::Band => {
                let colour = self.accent.tint(12);
                flow.put(Item::Box {
                    x: self.x,
                    y: top,
                    width: self.width,
                    height,
                    radius: 4.0,
                    colour,
                });
                y += BAND;
            }
        }
        let inset = 6.0;
        let label_style = if row.emphasis == Emphasis::Plain {
            LABEL
        } else {
            row.style
        };
        let area = Area::left(self.x + inset, y, self.width - 2.0 * inset);
        flow.lines(area, row.label, label_style, Place::Content(node));
        let area = Area::right(self.x + inset, y, self.width - 2.0 * inset);
        flow.lines(area, vec![row.value], row.style, Place::Content(node));
        top + height
    }

    fn place_summary(&mut self, flow: &mut Flow, section: NodeId, top: f32) -> f32 {
        if self.summary.is_empty() {
            return top;
        }
        let left = flow.geometry.left + 4.0;
        let width = self.x - 16.0 - left;
        let caption = flow.node(Some(section), Role::Paragraph);
        let title = shape(&self.summary_title, &SUMMARY_HEAD);
        let area = Area::left(left, top, width);
        let mut y = flow.lines(area, vec![title], SUMMARY_HEAD, Place::Content(caption)) + 2.0;
        let table = flow.node(Some(section), Role::Table);
        let head = flow.node(Some(table), Role::TableHead);
        let body = flow.node(Some(table), Role::TableBody);
        let columns = self.summary.first().map_or(0, Vec::len);
        for (index, cells) in std::mem::take(&mut self.summary).into_iter().enumerate() {
            let (parent, role, style) = match index {
                0 => (head, Role::ColumnHeader, SUMMARY_HEAD),
                _ => (body, Role::Cell(1), SUMMARY),
            };
            flow.fill(left, y, width, 0.4, HAIRLINE);
            let row = flow.node(Some(parent), Role::Row);
            for (column, line) in cells.into_iter().enumerate() {
                let node = flow.node(Some(row), role.clone());
                // The first column is wider: it holds words.
                let first = if columns > 2 { 0.28 } else { 0.6 };
                let other = (1.0 - first) / columns.saturating_sub(1).max(1) as f32;
                let edge = |column: usize| {
                    if column == 0 {
                        0.0
                    } else {
                        first + other * (column - 1) as f32
                    }
                };
                let (from, to) = (left + width * edge(column), left + width * edge(column + 1));
                let area = Area::right(from, y + 1.5, to - from);
                let area = if column == 0 {
                    Area::left(from, y + 1.5, to - from)
                } else {
                    area
                };
                flow.lines(area, vec![line], style, Place::Content(node));
            }
            y += SUMMARY.leading + ROW;
        }
        y
    }
}

fn summary(document: &InvoiceDocument, words: &Words) -> Vec<Vec<Line>> {
    if !document.ageing.is_empty() {
        let head = ["invoice-ageing-since", "invoice-ageing-open"];
        let head = head.map(|key| shape(&words.plain(key), &SUMMARY_HEAD));
        let aged = document.ageing.iter().map(|aged| {
            let cells = [aged.label.clone(), words.amount(aged.amount)];
            cells.map(|text| shape(&text, &SUMMARY)).to_vec()
        });
        return std::iter::once(head.to_vec()).chain(aged).collect();
    }
    if document.taxes.is_empty() {
        return Vec::new();
    }
    let head = [
        words.taxed("invoice-tax-rate", Args::new()),
        words.plain("invoice-tax-base"),
        words.tax.name.clone().into_owned(),
        words.plain("invoice-tax-gross"),
    ];
    let mut rows = vec![head.map(|text| shape(&text, &SUMMARY_HEAD)).to_vec()];
    for tax in &document.taxes {
        // The check before has refused what does not add up.
        let gross = tax.base.add(tax.tax).unwrap_or(tax.base);
        let cells = [
            treatment(words, &tax.treatment),
            words.amount(tax.base),
            words.amount(tax.tax),
            words.amount(gross),
        ];
        rows.push(cells.map(|text| shape(&text, &SUMMARY)).to_vec());
    }
    rows
}

/// Legal notes, how to pay, and the seller's own notes.
pub(super) fn closing(flow: &mut Flow, document: &InvoiceDocument, words: &Words) {
    flow.y += 10.0;
    for note in tax_notes(document, words) {
        paragraph(flow, &note, TEXT);
    }
    if document.kind != DocumentKind::Statement || document.totals.balance.minor > 0 {
        payment(flow, document, words);
    }
    if document.notes.iter().any(|note| !note.trim().is_empty()) {
        heading(flow, &words.plain("invoice-notes"), 2.0 * TEXT.leading);
        for note in document.notes.iter().filter(|note| !note.trim().is_empty()) {
            paragraph(flow, note, TEXT);
        }
    }
    if let Some(email) = &document.seller.email {
        flow.y += 4.0;
        paragraph(flow, &words.with("invoice-contact", "email", email), LABEL);
    }
}

fn tax_notes(document: &InvoiceDocument, words: &Words) -> Vec<String> {
    let mut notes: Vec<String> = Vec::new();
    for tax in &document.taxes {
        let note = match &tax.treatment {
            TaxTreatment::Rate(_) | TaxTreatment::RateOf(..) => continue,
            TaxTreatment::ReverseCharge => words.plain("invoice-note-reverse-charge"),
            TaxTreatment::Exempt(reason) if reason.trim().is_empty() => {
                words.taxed("invoice-note-exempt-plain", Args::new())
            }
            TaxTreatment::Exempt(reason) => words.taxed(
                "invoice-note-exempt",
                Args::new().with("reason", reason.as_str()),
            ),
            TaxTreatment::WithInvoice => words.plain("invoice-note-later"),
            TaxTreatment::OutsideScope(reason) => words.taxed(
                "invoice-note-outside",
                Args::new().with("reason", reason.as_str()),
            ),
        };
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
    if let Some(tax) = &document.tax_in_currency {
        let (amount, date) = (words.money(tax.amount), words.date(tax.date));
        let rate = format::decimal(document.locale, tax.rate);
        let args = Args::new()
            .with("currency", tax.amount.currency.code())
            .with("amount", amount.as_str())
            .with("rate", rate.as_str())
            .with("date", date.as_str());
        notes.push(words.taxed("invoice-tax-in-currency", args));
    }
    notes
}

fn payment(flow: &mut Flow, document: &InvoiceDocument, words: &Words) {
    let balance = document.totals.balance;
    let owed = words.money(if balance.is_negative() {
        balance.neg().unwrap_or(balance)
    } else {
        balance
    });
    let date = |date| words.date(date);
    let terms = match &document.terms {
        Terms::Transfer => match document.due {
            Some(due) => {
                let due = date(due);
                words.args(
                    "invoice-terms-days",
                    &Args::new()
                        .with("amount", owed.as_str())
                        .with("date", due.as_str()),
                )
            }
            None => words.with("invoice-terms-now", "amount", &owed),
        },
        Terms::Automatic { method, on } => {
            let on = date(*on);
            let args = Args::new()
                .with("amount", owed.as_str())
                .with("date", on.as_str())
                .with("method", method.as_str());
            words.args("invoice-terms-card", &args)
        }
        Terms::Settled => words.plain("invoice-terms-settled"),
        Terms::Credited => words.with("invoice-terms-credit", "amount", &owed),
        Terms::Various => words.plain("invoice-terms-various"),
    };
    let bank = document.seller.bank.as_ref().filter(|_| {
        matches!(document.terms, Terms::Transfer | Terms::Various) && balance.minor > 0
    });
    let mut details: Vec<(String, String)> = Vec::new();
    if let Some(bank) = bank {
        let mut add = |key: &str, value: Option<String>| {
            details.extend(value.map(|value| (words.plain(key), value)));
        };
        add("invoice-bank-holder", Some(bank.holder.clone()));
        add("invoice-bank-name", bank.bank.clone());
        add("invoice-bank-iban", bank.iban.as_deref().map(grouped_iban));
        add("invoice-bank-bic", bank.bic.clone());
        add("invoice-bank-account", bank.account.clone());
        let reference = document
            .payment_reference
            .as_ref()
            .unwrap_or(&document.number);
        add("invoice-bank-reference", Some(reference.clone()));
    }
    // Account and reference stand on one page.
    heading(
        flow,
        &words.plain("invoice-payment"),
        (details.len() as f32 + 2.0) * TEXT.leading,
    );
    paragraph(flow, &terms, TEXT);
    let label_width = details
        .iter()
        .map(|(label, _)| shape(label, &LABEL).width)
        .fold(0.0, f32::max)
        + 14.0;
    for (label, value) in details {
        let node = flow.node(None, Role::Paragraph);
        let (left, width) = (flow.geometry.left, flow.geometry.content());
        let value = wrap(&value, &NUMBER, width - label_width);
        flow.need(value.len() as f32 * NUMBER.leading);
        let area = Area::left(left, flow.y, width);
        flow.lines(
            area,
            vec![shape(&format!("{label} "), &LABEL)],
            LABEL,
            Place::Content(node),
        );
        let area = Area::left(left + label_width, flow.y, width - label_width);
        flow.y = flow.lines(area, value, NUMBER, Place::Content(node));
    }
}

/// A paragraph over any number of pages, never with a single line at the end or the start of one.
fn paragraph(flow: &mut Flow, text: &str, style: Style) {
    let node = flow.node(None, Role::Paragraph);
    let (left, width) = (flow.geometry.left, flow.geometry.content());
    let mut lines = wrap(text, &style, width);
    while !lines.is_empty() {
        let total = lines.len();
        // `as` cuts to whole lines; a negative room is none.
        let fit = ((flow.remaining() / style.leading).max(0.0) as usize).min(total);
        let here = match total - fit {
            0 => total,
            1 if fit > 2 => fit - 1,
            _ => fit,
        };
        let widow = total > 1 && here < 2 && here < total;
        if (here == 0 || widow) && flow.y > flow.geometry.top {
            flow.break_page();
            continue;
        }
        let rest = lines.split_off(here.max(1));
        flow.y = flow.lines(
            Area::left(left, flow.y, width),
            lines,
            style,
            Place::Content(node),
        );
        lines = rest;
    }
    flow.y += 3.0;
}

/// `DE02120300000000202051` as `DE02 1203 0000 0000 2020 51`.
pub(super) fn grouped_iban(iban: &str) -> String {
    let characters: Vec<char> = iban.chars().filter(|c| !c.is_whitespace()).collect();
    let groups: Vec<String> = characters
        .chunks(4)
        .map(|group| group.iter().collect())
        .collect();
    groups.join(" ")
}
