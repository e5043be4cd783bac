//! Composes a document: letter head, addressee, facts, lines, sums, payment, notes; then head and foot of every page.

use tradewind_kernel::vat_id::VatId;

use super::layout::{Align, Area, Flow, Geometry, Item, Layout, MM, Place, Role};
use super::lines;
use super::logo::Logo;
use super::text::{Line, Style, shape, wrap};
use super::totals;
use super::types::{DocumentKind, InvoiceDocument, Terms};
use super::words::Words;
use crate::colour::Colour;
use crate::format;
use crate::i18n::Args;

pub(super) const GREY: Colour = Colour::new(0x5a, 0x63, 0x6e);
const TITLE: Style = Style::new(19.0).bold();
const SELLER: Style = Style::new(12.5).bold();
const CONTACT: Style = Style::new(7.8).colour(GREY);
const RETURN_ADDRESS: Style = Style::new(6.4).colour(GREY);
const ADDRESSEE: Style = Style::new(9.6);
const LABEL: Style = Style::new(8.4).colour(GREY);
const VALUE: Style = Style::new(8.4).tabular();
const CELL_LABEL: Style = Style::new(7.6).colour(GREY);
const CELL_VALUE: Style = Style::new(12.0).bold().tabular();
const FOOTER: Style = Style::new(6.6).colour(GREY);
const RUNNING: Style = Style::new(7.8).colour(GREY);

/// Side of the brand mark.
const MARK: f32 = 34.0;

/// Lays a document out.
pub(super) fn lay_out(document: &InvoiceDocument) -> (Layout, Geometry) {
    let words = Words::of(document);
    let accent = document.seller.colour.readable_on_white();
    let footer = footer_columns(document, &words);
    let deepest = footer.iter().map(Vec::len).max().unwrap_or(0);
    let geometry = Geometry::of(document.paper, deepest as f32 * FOOTER.leading + 20.0);
    let mut flow = Flow::new(geometry);

    letter_head(&mut flow, document, accent);
    opening(&mut flow, document, &words);
    highlight(&mut flow, document, &words, accent);

    let table = lines::table(document, &words, &geometry, accent);
    let sums = totals::Sums::new(document, &words, &geometry, accent);
    let heading = words.plain("invoice-items");
    flow.bookmark(&heading);
    table.place(&mut flow, sums.height());
    sums.place(&mut flow);
    totals::closing(&mut flow, document, &words);

    running_heads(&mut flow, document, &words);
    footers(&mut flow, &words, &footer);
    (flow.layout, geometry)
}

/// `Invoice 2024-0017`.
pub(super) fn title(document: &InvoiceDocument, words: &Words) -> String {
    let kind = match document.kind {
        DocumentKind::Invoice => "invoice-title",
        DocumentKind::SelfBilled => "invoice-title-self-billed",
        DocumentKind::CreditNote { .. } => "invoice-title-credit-note",
        DocumentKind::Statement => "invoice-title-statement",
        DocumentKind::ProForma => return words.plain("invoice-title-pro-forma"),
    };
    format!("{} {}", words.plain(kind), document.number)
}

fn letter_head(flow: &mut Flow, document: &InvoiceDocument, accent: Colour) {
    let geometry = flow.geometry;
    let seller = &document.seller;
    flow.fill(0.0, 0.0, geometry.width, 4.0, seller.colour);
    let (x, y) = (geometry.left, 12.0 * MM);
    let mut text_x = x;
    match &seller.logo {
        Logo::Monogram(letters) => {
            flow.put(Item::Box {
                x,
                y,
                width: MARK,
                height: MARK,
                radius: 7.0,
                colour: seller.colour,
            });
            let style = Style::new(15.0).bold().colour(seller.colour.text_on());
            let line = shape(letters, &style);
            let (x, baseline) = (
                x + (MARK - line.width) / 2.0,
                y + MARK / 2.0 + style.size * 0.727 / 2.0,
            );
            flow.put(Item::Text {
                x,
                baseline,
                line,
                style,
                place: Place::Ornament,
            });
            text_x += MARK + 10.0;
        }
        Logo::Outline(outline) => {
            // As high as the monogram, unless that makes it wider than a third of the page.
            let scale = (MARK / outline.height).min(geometry.content() / 3.0 / outline.width);
            flow.put(Item::Outline {
                x,
                y,
                scale,
                outline: outline.clone(),
                colour: accent,
            });
            text_x += outline.width * scale + 10.0;
        }
    }
    let contact: Vec<Line> = [&seller.email, &seller.phone, &seller.web]
        .into_iter()
        .flatten()
        .flat_map(|text| wrap(text, &CONTACT, 55.0 * MM))
        .take(4)
        .collect();
    let contact_width = contact.iter().map(|line| line.width).fold(0.0, f32::max);
    let width = geometry.right - contact_width - 12.0 - text_x;
    let name: Vec<Line> = wrap(&seller.name, &SELLER, width)
        .into_iter()
        .take(2)
        .collect();
    let centred = |count: usize, leading: f32| y + (MARK - count as f32 * leading) / 2.0;
    let area = Area::left(text_x, centred(name.len(), SELLER.leading), width);
    flow.lines(area, name, SELLER, Place::Header);
    let area = Area::right(
        geometry.left,
        centred(contact.len(), CONTACT.leading),
        geometry.content(),
    );
    flow.lines(area, contact, CONTACT, Place::Header);
}

/// Addressee at the left, facts at the right, the title below both.
fn opening(flow: &mut Flow, document: &InvoiceDocument, words: &Words) {
    let geometry = flow.geometry;
    let heading_text = title(document, words);
    // Read first, though it stands below the addressee.
    let heading = flow.node(None, Role::Heading(1, heading_text.clone()));

    let from = flow.node(None, Role::Paragraph);
    let window = 82.0 * MM;
    let sender: Vec<&str> = std::iter::once(&document.seller.name)
        .chain(&document.seller.address)
        .map(String::as_str)
        .collect();
    let sender = wrap(&sender.join(" · "), &RETURN_ADDRESS, window);
    let top = 45.0 * MM;
    let area = Area::left(geometry.left, top, window);
    let below = flow.lines(area, sender, RETURN_ADDRESS, Place::Content(from));

    let to = flow.node(None, Role::Paragraph);
    let mut y = below.max(top + 5.0 * MM);
    let name = wrap(&document.buyer.name, &ADDRESSEE.bold(), window);
    y = flow.lines(
        Area::left(geometry.left, y, window),
        name,
        ADDRESSEE.bold(),
        Place::Content(to),
    );
    for line in &document.buyer.address {
        let lines = wrap(line, &ADDRESSEE, window);
        y = flow.lines(
            Area::left(geometry.left, y, window),
            lines,
            ADDRESSEE,
            Place::Content(to),
        );
    }

    let facts_x = geometry.left + 100.0 * MM;
    let facts_width = geometry.right - facts_x;
    let mut facts_y = top + 5.0 * MM;
    for (label, value) in facts(document, words) {
        facts_y = fact(flow, (facts_x, facts_y), facts_width, &label, &value) + 1.5;
    }

    flow.y = y.max(facts_y).max(86.0 * MM) + 14.0;
    flow.bookmark(&heading_text);
    let lines = wrap(&heading_text, &TITLE, geometry.content());
    let area = Area::left(geometry.left, flow.y, geometry.content());
    flow.y = flow.lines(area, lines, TITLE, Place::Content(heading)) + 8.0;
}

/// A label at the left and its value at the right of `width`; answers the height below.
fn fact(flow: &mut Flow, (x, y): (f32, f32), width: f32, label: &str, value: &str) -> f32 {
    let node = flow.node(None, Role::Paragraph);
    let label = shape(&format!("{label} "), &LABEL);
    let left = label.width + 8.0;
    flow.lines(
        Area::left(x, y, width),
        vec![label],
        LABEL,
        Place::Content(node),
    );
    let value = wrap(value, &VALUE, width - left);
    flow.lines(Area::right(x, y, width), value, VALUE, Place::Content(node))
}

fn facts(document: &InvoiceDocument, words: &Words) -> Vec<(String, String)> {
    let mut facts = Vec::new();
    let mut add = |key: &str, value: Option<String>| {
        if let Some(value) = value {
            facts.push((words.plain(key), value));
        }
    };
    let (number, supplied) = match document.kind {
        DocumentKind::Invoice | DocumentKind::SelfBilled => {
            ("invoice-number", "invoice-service-period")
        }
        DocumentKind::CreditNote { .. } => ("invoice-number-credit-note", "invoice-service-period"),
        DocumentKind::Statement => ("invoice-number-statement", "invoice-statement-period"),
        DocumentKind::ProForma => ("invoice-number", "invoice-service-period"),
    };
    let numbered = document.kind != DocumentKind::ProForma;
    add(number, numbered.then(|| document.number.clone()));
    if let DocumentKind::CreditNote { corrects } = &document.kind {
        add("invoice-corrects", corrects.clone());
    }
    add("invoice-issued", Some(words.date(document.issued)));
    add("invoice-due", document.due.map(|due| words.date(due)));
    if let Some(period) = document.service_period {
        let one_day = period.start.tomorrow().is_ok_and(|next| next >= period.end);
        let key = if one_day && document.kind != DocumentKind::Statement {
            "invoice-supply-date"
        } else {
            supplied
        };
        add(
            key,
            Some(format::period(document.locale, period.start, period.end)),
        );
    }
    add("invoice-customer-number", document.customer_number.clone());
    add("invoice-order-reference", document.reference.clone());
    let is_vat = |id: &String| words.tax.is_vat && VatId::is_meant(id);
    let number = if document.buyer.tax_id.as_ref().is_some_and(is_vat) {
        "invoice-buyer-vat-id"
    } else {
        "invoice-buyer-tax-id"
    };
    add(number, document.buyer.tax_id.clone());
    facts
}

/// What a payer looks for, in one band: how much, until when, with which reference.
fn highlight(flow: &mut Flow, document: &InvoiceDocument, words: &Words, accent: Colour) {
    if document.totals.balance.minor <= 0 || document.kind == DocumentKind::Statement {
        return;
    }
    let mut cells = vec![(
        words.plain("invoice-balance-due"),
        words.money(document.totals.balance),
    )];
    match &document.terms {
        Terms::Transfer => {
            cells.extend(
                document
                    .due
                    .map(|due| (words.plain("invoice-due"), words.date(due))),
            );
            let reference = document
                .payment_reference
                .as_ref()
                .unwrap_or(&document.number);
            cells.push((words.plain("invoice-bank-reference"), reference.clone()));
        }
        Terms::Automatic { method, on } => {
            cells.push((words.plain("invoice-charged-on"), words.date(*on)));
            cells.push((words.plain("invoice-payment-method"), method.clone()));
        }
        Terms::Settled | Terms::Credited | Terms::Various => return,
    }
    let geometry = flow.geometry;
    let inset = 10.0;
    let width = geometry.content() / cells.len() as f32;
    let cells: Vec<(Line, Vec<Line>)> = cells
        .iter()
        .map(|(label, value)| {
            (
                shape(label, &CELL_LABEL),
                wrap(value, &CELL_VALUE, width - 2.0 * inset),
            )
        })
        .collect();
    let deepest = cells
        .iter()
        .map(|(_, value)| value.len())
        .max()
        .unwrap_or(1);
    let height = CELL_LABEL.leading + deepest as f32 * CELL_VALUE.leading + 14.0;
    let (top, left) = (flow.y, geometry.left);
    let background = accent.tint(9);
    flow.put(Item::Box {
        x: left,
        y: top,
        width: geometry.content(),
        height,
        radius: 5.0,
        colour: background,
    });
    for (index, (label, value)) in cells.into_iter().enumerate() {
        let node = flow.node(None, Role::Paragraph);
        let x = left + inset + index as f32 * width;
        let area = Area::left(x, top + 7.0, width);
        let y = flow.lines(area, vec![label], CELL_LABEL, Place::Content(node));
        flow.lines(Area { y, ..area }, value, CELL_VALUE, Place::Content(node));
    }
    flow.y = top + height + 14.0;
}

/// What the law wants to see of a company on its letters, in up to four columns.
fn footer_columns(document: &InvoiceDocument, words: &Words) -> Vec<Vec<String>> {
    let seller = &document.seller;
    let labelled = |key: &str, value: &Option<String>| {
        value
            .as_ref()
            .map(|value| format!("{}: {value}", words.plain(key)))
    };
    let mut columns = vec![
        std::iter::once(seller.name.clone())
            .chain(seller.address.iter().cloned())
            .collect(),
    ];
    columns.push(
        [&seller.email, &seller.phone, &seller.web]
            .into_iter()
            .flatten()
            .cloned()
            .collect(),
    );
    if let Some(bank) = &seller.bank {
        let iban = bank.iban.as_deref().map(totals::grouped_iban);
        let mut column = vec![bank.bank.clone().unwrap_or_else(|| bank.holder.clone())];
        column.extend(labelled("invoice-bank-iban", &iban));
        column.extend(labelled("invoice-bank-bic", &bank.bic));
        column.extend(labelled("invoice-bank-account", &bank.account));
        columns.push(column);
    }
    let number = if words.tax.is_vat {
        "invoice-seller-vat-id"
    } else {
        "invoice-seller-tax-id"
    };
    columns.push(
        [
            labelled(number, &seller.tax_id),
            labelled("invoice-seller-tax-number", &seller.tax_number),
            labelled("invoice-register", &seller.register),
            labelled("invoice-management", &seller.management),
        ]
        .into_iter()
        .flatten()
        .collect(),
    );
    columns.retain(|column: &Vec<String>| !column.is_empty());
    let width = footer_width(document, columns.len());
    columns
        .into_iter()
        .map(|column| {
            column
                .iter()
                .flat_map(|text| wrap(text, &FOOTER, width))
                .map(|line| line.text)
                .take(7)
                .collect()
        })
        .collect()
}

fn footer_width(document: &InvoiceDocument, columns: usize) -> f32 {
    Geometry::of(document.paper, 0.0).content() / columns.max(1) as f32 - 10.0
}

/// The company at the foot of every page, and which page it is. On the first page it is content: it holds the seller's
/// tax numbers.
fn footers(flow: &mut Flow, words: &Words, columns: &[Vec<String>]) {
    let geometry = flow.geometry;
    let pages = flow.layout.pages.len();
    let nodes: Vec<_> = columns
        .iter()
        .map(|_| flow.node(None, Role::Paragraph))
        .collect();
    for index in 0..pages {
        let mut items = Vec::new();
        let top = geometry.bottom + 10.0;
        let width = geometry.content();
        let colour = Colour::new(0xdd, 0xe1, 0xe6);
        items.push(Item::Box {
            x: geometry.left,
            y: top,
            width,
            height: 0.5,
            radius: 0.0,
            colour,
        });
        let step = width / columns.len().max(1) as f32;
        for (at, column) in columns.iter().enumerate() {
            let place = if index == 0 {
                Place::Content(nodes[at])
            } else {
                Place::Footer
            };
            for (row, text) in column.iter().enumerate() {
                let line = shape(&format!("{text} "), &FOOTER);
                let baseline = top + 5.0 + row as f32 * FOOTER.leading + FOOTER.baseline();
                let x = geometry.left + at as f32 * step;
                items.push(Item::Text {
                    x,
                    baseline,
                    line,
                    style: FOOTER,
                    place,
                });
            }
        }
        let (page, pages) = ((index + 1).to_string(), pages.to_string());
        let args = Args::new()
            .with("page", page.as_str())
            .with("pages", pages.as_str());
        let line = shape(&words.args("invoice-page", &args), &RUNNING);
        let (x, baseline) = (geometry.right - line.width, geometry.height - 6.5 * MM);
        items.push(Item::Text {
            x,
            baseline,
            line,
            style: RUNNING,
            place: Place::Footer,
        });
        flow.layout.pages[index].items.extend(items);
    }
}

/// Who writes and which document it is, at the head of every page but the first.
fn running_heads(flow: &mut Flow, document: &InvoiceDocument, words: &Words) {
    let geometry = flow.geometry;
    let style = RUNNING.bold();
    let right = shape(
        &format!(
            "{} · {}",
            title(document, words),
            words.date(document.issued)
        ),
        &RUNNING,
    );
    let room = (geometry.content() - right.width - 12.0).max(60.0);
    let left: Vec<Line> = wrap(&document.seller.name, &style, room)
        .into_iter()
        .take(1)
        .collect();
    for index in 1..flow.layout.pages.len() {
        let mut items = vec![Item::Box {
            x: 0.0,
            y: 0.0,
            width: geometry.width,
            height: 4.0,
            radius: 0.0,
            colour: document.seller.colour,
        }];
        let baseline = 15.0 * MM;
        for line in &left {
            items.push(Item::Text {
                x: geometry.left,
                baseline,
                line: line.clone(),
                style,
                place: Place::Header,
            });
        }
        let x = geometry.right - right.width;
        items.push(Item::Text {
            x,
            baseline,
            line: right.clone(),
            style: RUNNING,
            place: Place::Header,
        });
        flow.layout.pages[index].items.extend(items);
    }
}

/// A heading of the second level and the space it needs.
pub(super) fn heading(flow: &mut Flow, text: &str, follows: f32) {
    const STYLE: Style = Style::new(10.5).bold();
    flow.need(STYLE.leading + 12.0 + follows);
    flow.y += 10.0;
    let node = flow.node(None, Role::Heading(2, text.to_owned()));
    flow.bookmark(text);
    let lines = wrap(text, &STYLE, flow.geometry.content());
    let area = Area {
        x: flow.geometry.left,
        y: flow.y,
        width: flow.geometry.content(),
        align: Align::Left,
    };
    flow.y = flow.lines(area, lines, STYLE, Place::Content(node)) + 2.0;
}
