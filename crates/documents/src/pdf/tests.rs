//! Documents of one line and of hundreds: what stands on which page, and that the file is written.

use tradewind_kernel::{Currency, Locale, Money};

use self::sample::{day, document, eur, german, number};
use super::layout::{Item, Layout};
use super::*;

mod sample;

fn layout(document: &InvoiceDocument) -> Layout {
    document.check().unwrap();
    let layout = invoice::lay_out(document).0;
    for text in texts(&layout).concat() {
        assert_eq!(crate::i18n::flaw(&text), None);
    }
    layout
}

/// The texts of every page, in drawing order.
fn texts(layout: &Layout) -> Vec<Vec<String>> {
    let of_page = |page: &layout::Page| {
        let text = |item: &Item| match item {
            Item::Text { line, .. } => Some(line.text.trim_end().to_owned()),
            _ => None,
        };
        page.items.iter().filter_map(text).collect()
    };
    layout.pages.iter().map(of_page).collect()
}

fn count(page: &[String], start: &str) -> usize {
    page.iter().filter(|text| text.starts_with(start)).count()
}

/// Renders, checks the file, and keeps it for the eye in the folder `DOCUMENT_SAMPLES` if that is set.
fn file(name: &str, document: &InvoiceDocument, pages: usize) -> Vec<u8> {
    let bytes = render(document).unwrap();
    if let Ok(folder) = std::env::var("DOCUMENT_SAMPLES") {
        std::fs::write(format!("{folder}/{name}.pdf"), &bytes).unwrap();
    }
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.starts_with("%PDF-1.7"));
    assert!(text.trim_end().ends_with("%%EOF"));
    assert!(
        text.contains(&format!("/Count {pages}")),
        "{pages} pages in {name}"
    );
    assert!(
        text.contains("<pdfaid:part>3</pdfaid:part>")
            && text.contains("<pdfaid:conformance>A</pdfaid:conformance>")
    );
    assert!(text.contains("<pdfuaid:part>1</pdfuaid:part>"));
    assert!(text.contains(&format!("{} – {}", document.number, document.seller.name)));
    bytes
}

#[test]
fn one_line_makes_one_page_with_all_that_an_invoice_must_say() {
    let document = document(1, 10);
    let pages = texts(&layout(&document));
    assert_eq!(pages.len(), 1);
    for expected in [
        "Invoice AC-2024-000017",
        "Bergwerk Maschinenbau AG",
        "4020 Linz",
        "ATU87654321",
        "VAT ID: ATU12345678",
        "1 Oct 2024",
        "15 Oct 2024",
        "1–30 Sep 2024",
        "Virtual machine 1, 4 vCPU, 16 GB memory",
        "720.25 h",
        "0.0345",
        "20%",
        "11.36",
        "VAT 20% on 11.36",
        "2.27",
        "13.63",
        "€13.63",
        "Please pay €13.63 by 15 Oct 2024 without deduction.",
        "AT61 1904 3002 3457 3201",
        "Page 1 of 1",
    ] {
        assert!(
            pages[0].iter().any(|text| text == expected),
            "{expected:?} in {:#?}",
            pages[0]
        );
    }
    assert_eq!(
        count(&pages[0], "Subtotal"),
        0,
        "one group needs no subtotal"
    );
    file("one", &document, 1);
}

#[test]
fn four_hundred_lines_are_all_there_once_and_in_order() {
    let document = document(400, 60);
    let layout = layout(&document);
    let pages = texts(&layout);
    let total = pages.len();
    assert!((13..=17).contains(&total), "{total} pages");
    let mut next = 1;
    for (index, page) in pages.iter().enumerate() {
        assert_eq!(count(page, &format!("Page {} of {total}", index + 1)), 1);
        for text in page
            .iter()
            .filter(|text| text.starts_with("Virtual machine "))
        {
            assert_eq!(
                text,
                &format!("Virtual machine {next}, 4 vCPU, 16 GB memory")
            );
            next += 1;
        }
        if count(page, "Virtual machine") > 0 {
            assert_eq!(count(page, "Description"), 1, "the head is on page {index}");
        }
    }
    assert_eq!(next, 401);
    assert_eq!(
        pages
            .concat()
            .iter()
            .filter(|text| text.starts_with("Subtotal "))
            .count(),
        7
    );
    let last = &pages[total - 1];
    assert_eq!(count(last, "Total including VAT"), 1);
    assert_eq!(count(last, "Amount due"), 1, "the sums are together");
    assert_eq!(
        pages
            .concat()
            .iter()
            .filter(|text| text.ends_with("(continued)"))
            .count(),
        total_continued(&pages)
    );
    let bytes = file("four-hundred", &document, total);
    assert!(bytes.len() < 600_000, "{} bytes", bytes.len());
}

/// Pages that start in the middle of a group.
fn total_continued(pages: &[Vec<String>]) -> usize {
    let starts_inside = |page: &&Vec<String>| {
        let head = page
            .iter()
            .position(|text| text.starts_with("Amount ("))
            .unwrap_or(page.len());
        page.get(head + 1)
            .is_some_and(|text| text.ends_with("(continued)"))
    };
    pages.iter().filter(starts_inside).count()
}

#[test]
fn nothing_leaves_the_page_and_sums_are_never_alone_whatever_the_number_of_lines() {
    // The first page takes some 17 lines, the others 28: the range turns both.
    for lines in [1, 2].into_iter().chain(11..=24).chain(40..=50) {
        let document = document(lines, 11);
        let (layout, geometry) = invoice::lay_out(&document);
        let pages = texts(&layout);
        for (index, page) in layout.pages.iter().enumerate() {
            let mut texts = 0;
            for item in &page.items {
                if let Item::Text {
                    x, baseline, line, ..
                } = item
                {
                    assert!(*x >= geometry.left - 0.1, "{lines}: {}", line.text);
                    assert!(
                        x + line.width <= geometry.right + 0.6,
                        "{lines}: {}",
                        line.text
                    );
                    assert!(
                        *baseline <= geometry.height - 10.0,
                        "{lines}: {}",
                        line.text
                    );
                    texts += 1;
                }
            }
            assert!(texts > 8, "{lines}: page {index} has something to say");
        }
        let sums = pages
            .iter()
            .position(|page| count(page, "Total including VAT") == 1)
            .unwrap();
        assert_eq!(count(&pages[sums], "Total excluding VAT"), 1, "{lines}");
        assert!(
            count(&pages[sums], "Virtual machine") > 0,
            "{lines}: the sums stand below a line"
        );
        for page in &pages {
            let headings = count(page, "Compute subscription");
            assert!(
                headings == 0 || count(page, "Virtual machine") > 0,
                "{lines}: no heading without lines"
            );
        }
    }
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    let document = document(40, 7);
    assert_eq!(
        render(&document).unwrap(),
        render(&document.clone()).unwrap()
    );
    let mut other = document.clone();
    other.number = "AC-2024-000018".into();
    assert_ne!(render(&document).unwrap(), render(&other).unwrap());
}

#[test]
fn a_german_document_with_everything() {
    let document = german();
    let pages = texts(&layout(&document));
    let all = pages.concat();
    for expected in [
        "Rechnung AC-2024-000017",
        "01.–30.09.2024",
        "Rabatt: Treuebonus Herbst 2024",
        "7 % USt. auf 6,36",
        "Reverse Charge auf 12,73",
        "USt. in CHF: 3,10 CHF (Kurs 0,9412 vom 30.09.2024)",
        "Gezahlt am 20.09.2024 (Überweisung)",
        "-10,00",
        "Zu zahlen",
        "Seite 1 von 2",
    ] {
        let expected = expected
            .replace(" %", "\u{a0}%")
            .replace(" CHF (", "\u{a0}CHF (");
        assert!(all.contains(&expected), "{expected:?} in {all:#?}");
    }
    let note = "Steuerschuldnerschaft des Leistungsempfängers";
    assert!(all.iter().any(|text| text.starts_with(note)));
    assert!(
        all.iter().any(|text| text.contains("日本語")),
        "the text keeps what the font cannot show"
    );
    file("german", &document, pages.len());
}

#[test]
fn what_an_amount_is_made_of_stands_below_its_line_in_order() {
    let mut document = document(1, 10);
    let parts = [
        "included: 5 GB",
        "first 30 GB: 30 GB × €1.00 = €30.00",
        "beyond: 10 GB × €0.50 = €5.00",
    ];
    document.groups[0].lines[0].parts = parts.map(str::to_owned).to_vec();
    let pages = texts(&layout(&document));
    let all = pages.concat();
    let place = |text: &str| {
        let found = all.iter().position(|line| line == text);
        found.unwrap_or_else(|| panic!("{text:?} in {all:#?}"))
    };
    let places = parts.map(place);
    assert!(places.is_sorted(), "{places:?}");
    file("parts", &document, pages.len());
}

#[test]
fn a_credit_note_is_negative_and_says_what_it_corrects() {
    let mut document = document(2, 5);
    for line in &mut document.groups[0].lines {
        line.amount = line.amount.neg().unwrap();
        line.quantity = Some(Quantity {
            value: number("-3"),
            unit: String::new(),
        });
    }
    document.groups[0].subtotal = document.groups[0].subtotal.neg().unwrap();
    document.kind = DocumentKind::CreditNote {
        corrects: Some("AC-2024-000011".into()),
    };
    let negative = |amount: Money| amount.neg().unwrap();
    document.taxes[0].base = negative(document.taxes[0].base);
    document.taxes[0].tax = negative(document.taxes[0].tax);
    let totals = document.totals;
    document.totals = Totals {
        net: negative(totals.net),
        tax: negative(totals.tax),
        gross: negative(totals.gross),
        balance: negative(totals.balance),
    };
    document.terms = Terms::Credited;
    document.due = None;
    let all = texts(&layout(&document)).concat();
    for expected in [
        "Credit note AC-2024-000017",
        "AC-2024-000011",
        "-11.36",
        "-24.09",
        "Amount in your favour",
        "€28.90",
    ] {
        assert!(
            all.iter().any(|text| text == expected),
            "{expected:?} in {all:#?}"
        );
    }
    file("credit-note", &document, 1);
}

#[test]
fn a_pro_forma_invoice_has_no_number_and_says_what_it_is() {
    let mut document = document(2, 5);
    document.kind = DocumentKind::ProForma;
    document.number = String::new();
    document.due = None;
    document.payment_reference = Some("K-10042".into());
    for (locale, title) in [
        (Locale::En, "Pro-forma invoice"),
        (Locale::De, "Proforma-Rechnung"),
    ] {
        document.locale = locale;
        let all = texts(&layout(&document)).concat();
        assert!(all.iter().any(|text| text == title), "{all:#?}");
        assert!(!all.iter().any(|text| text.starts_with("Invoice number")));
    }
    assert_eq!(file_name(&document), "pro-forma-2024-10-01.pdf");
    file("pro-forma", &document, 1);
}

#[test]
fn a_self_billed_invoice_has_its_number_and_says_what_it_is() {
    let mut document = document(2, 5);
    document.kind = DocumentKind::SelfBilled;
    document.number = "SB-2024-000001".into();
    for (locale, title) in [
        (Locale::En, "Self-billed invoice SB-2024-000001"),
        (Locale::De, "Gutschrift SB-2024-000001"),
    ] {
        document.locale = locale;
        let all = texts(&layout(&document)).concat();
        assert!(all.iter().any(|text| text == title), "{all:#?}");
    }
}

#[test]
fn a_statement_lists_documents_with_dates_and_no_tax() {
    let mut document = document(2, 5);
    document.kind = DocumentKind::Statement;
    document.paper = Paper::Letter;
    document.groups[0].title = String::new();
    for (line, date) in document.groups[0]
        .lines
        .iter_mut()
        .zip(["2024-09-03", "2024-09-20"])
    {
        line.date = Some(day(date));
        line.description = "Invoice AC-2024-000012".into();
        (line.quantity, line.unit_price, line.tax, line.period) = (None, None, None, None);
    }
    let mut balance = eur(0);
    for line in &mut document.groups[0].lines {
        balance = balance.add(line.amount).unwrap();
        line.balance = Some(balance);
    }
    document.ageing = vec![
        Aged {
            label: "Not due".into(),
            amount: eur(1_273),
        },
        Aged {
            label: "1 to 30 days".into(),
            amount: eur(1_136),
        },
    ];
    document.terms = Terms::Various;
    document.taxes.clear();
    let net = document.totals.net;
    document.totals = Totals {
        net,
        tax: eur(0),
        gross: net,
        balance: net,
    };
    let all = texts(&layout(&document)).concat();
    for expected in [
        "Statement of account AC-2024-000017",
        "3 Sep 2024",
        "20 Sep 2024",
        "Balance (EUR)",
        "Balance in our favour",
        "Open by age",
        "1 to 30 days",
        "12.73",
        "24.09",
    ] {
        assert!(
            all.iter().any(|text| text == expected),
            "{expected:?} in {all:#?}"
        );
    }
    assert!(
        !all.iter()
            .any(|text| text.contains("VAT 20%") || text == "Unit price (EUR)")
    );
    file("statement", &document, 1);
    document.groups[0].lines[1].balance = Some(eur(2_408));
    let wrong = document.check().unwrap_err();
    assert!(wrong.to_string().contains("lines.balance"), "{wrong}");
}

#[test]
fn an_empty_document_and_a_row_higher_than_a_page() {
    let mut empty = document(1, 1);
    empty.groups.clear();
    let zero = eur(0);
    empty.totals = Totals {
        net: zero,
        tax: zero,
        gross: zero,
        balance: zero,
    };
    empty.taxes.clear();
    empty.terms = Terms::Settled;
    let all = texts(&layout(&empty)).concat();
    assert!(all.contains(&"No items in this period.".to_owned()));
    assert!(all.contains(&"This invoice is settled. Thank you.".to_owned()));

    let mut long = document(3, 5);
    long.groups[0].lines[1].description = "managed server with nightly backups ".repeat(600);
    let pages = texts(&layout(&long));
    assert!(pages.len() >= 4);
    let words: usize = pages
        .concat()
        .iter()
        .map(|text| text.matches("nightly").count())
        .sum();
    assert_eq!(words, 600, "no line of it is lost");
    file("long-row", &long, pages.len());
}

#[test]
fn no_text_can_make_it_fail() {
    let mut document = document(2, 5);
    let nasty = "\u{feff}a\u{0}b\u{e000}c\u{202e}d \u{fffe}\u{10ffff} 👩🏽‍🚀 עברית العربية ᚠ e\u{301}\u{301} \u{ad}\n\nzwei\tdrei\r\n";
    document.groups[0].lines[0].description = nasty.into();
    document.groups[0].lines[1].description = String::new();
    document.groups[0].lines[1].detail = Some("x".repeat(900));
    document.groups[0].title = nasty.into();
    document.buyer.name = nasty.into();
    document.seller.name = nasty.into();
    document.seller.address = vec![String::new(), nasty.into()];
    document.seller.logo = Logo::of_name("👩🏽 ع");
    document.number = nasty.into();
    document.notes = vec![nasty.repeat(80)];
    document.payment_reference = Some("W".repeat(120));
    let bytes = render(&document).unwrap();
    assert!(bytes.len() > 1000);
    assert_eq!(
        file_name(&document)
            .chars()
            .filter(|c| !c.is_ascii_alphanumeric() && !"-.".contains(*c))
            .count(),
        0
    );
}

#[test]
fn amounts_that_do_not_add_up_are_refused() {
    let good = document(3, 2);
    good.check().unwrap();
    let refused = |change: &dyn Fn(&mut InvoiceDocument), field: &str| {
        let mut document = good.clone();
        change(&mut document);
        let error = format!("{:?}", render(&document).unwrap_err());
        assert!(error.contains(field), "{error}");
    };
    refused(
        &|d| d.groups[0].lines[0].amount.minor += 1,
        "groups.subtotal",
    );
    refused(&|d| d.groups[0].subtotal.minor += 1, "groups.subtotal");
    refused(&|d| d.totals.net.minor += 1, "totals.net");
    refused(&|d| d.taxes[0].base.minor += 1, "taxes.base");
    refused(&|d| d.taxes[0].tax.minor += 1, "totals.tax");
    refused(&|d| d.totals.gross.minor += 1, "totals.gross");
    refused(&|d| d.totals.balance.minor += 1, "totals.balance");
    refused(&|d| d.number = " ".into(), "number");
    refused(
        &|d| d.groups[0].lines[0].amount.currency = Currency::parse("USD").unwrap(),
        "currency_mismatch",
    );
    refused(
        &|d| {
            d.taxes[0].treatment = TaxTreatment::ReverseCharge;
            d.buyer.tax_id = None;
        },
        "buyer.tax_id",
    );
}
