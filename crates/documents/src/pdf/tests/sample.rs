//! Documents to test with.

use tradewind_kernel::calendar::Period;
use tradewind_kernel::time::parse_date;
use tradewind_kernel::{Currency, Date, Decimal, Locale, Money};

use super::super::*;
use crate::colour::Colour;

pub(super) fn day(text: &str) -> Date {
    parse_date("day", text).unwrap()
}

pub(super) fn period(start: &str, end: &str) -> Period {
    Period {
        start: day(start),
        end: day(end),
    }
}

pub(super) fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::parse("EUR").unwrap())
}

pub(super) fn number(text: &str) -> Decimal {
    text.parse().unwrap()
}

pub(super) fn seller() -> Seller {
    Seller {
        name: "Alpine Cloud Resale GmbH".into(),
        address: vec![
            "Mariahilfer Straße 88a/2".into(),
            "1070 Wien".into(),
            "Austria".into(),
        ],
        tax_id: Some("ATU12345678".into()),
        tax_name: String::new(),
        tax_number: None,
        register: Some("FN 123456a, Handelsgericht Wien".into()),
        management: Some("Eva Huber, Jakob Gruber".into()),
        email: Some("billing@alpine.example".into()),
        phone: Some("+43 1 234 56 78".into()),
        web: Some("alpine.example".into()),
        bank: Some(BankAccount {
            holder: "Alpine Cloud Resale GmbH".into(),
            bank: Some("Erste Bank".into()),
            iban: Some("AT611904300234573201".into()),
            bic: Some("GIBAATWWXXX".into()),
            account: None,
        }),
        colour: Colour::parse("#0f766e").unwrap(),
        logo: Logo::of_name("Alpine Cloud Resale"),
    }
}

pub(super) fn line(index: usize, minor: i64) -> Line {
    Line {
        description: format!("Virtual machine {index}, 4 vCPU, 16 GB memory"),
        detail: index
            .is_multiple_of(5)
            .then(|| "Region eu-central, hourly metered, rounded per invoice line".to_owned()),
        parts: Vec::new(),
        date: None,
        period: Some(if index.is_multiple_of(7) {
            period("2024-09-10", "2024-10-01")
        } else {
            period("2024-09-01", "2024-10-01")
        }),
        quantity: Some(Quantity {
            value: number("720.25"),
            unit: "h".into(),
        }),
        unit_price: Some(number("0.0345")),
        tax: Some(TaxTreatment::Rate(number("20"))),
        amount: eur(minor),
        balance: None,
    }
}

/// A document with so many lines in groups of at most `per_group`; line n costs n cents and more, every ninth is a
/// credit.
pub(super) fn document(lines: usize, per_group: usize) -> InvoiceDocument {
    let lines: Vec<Line> = (1..=lines)
        .map(|n| {
            let minor = i64::try_from(n).unwrap() * 137 + 999;
            line(n, if n % 9 == 0 { -minor } else { minor })
        })
        .collect();
    let sum = |lines: &[Line]| eur(lines.iter().map(|line| line.amount.minor).sum());
    let groups: Vec<LineGroup> = lines
        .chunks(per_group)
        .enumerate()
        .map(|(n, lines)| LineGroup {
            title: format!("Compute subscription {}", n + 1),
            lines: lines.to_vec(),
            subtotal: sum(lines),
        })
        .collect();
    let net = sum(&lines);
    let tax = eur(net.minor / 5);
    let gross = net.add(tax).unwrap();
    InvoiceDocument {
        locale: Locale::En,
        paper: Paper::A4,
        kind: DocumentKind::Invoice,
        number: "AC-2024-000017".into(),
        currency: gross.currency,
        issued: day("2024-10-01"),
        due: Some(day("2024-10-15")),
        service_period: Some(period("2024-09-01", "2024-10-01")),
        customer_number: Some("K-10042".into()),
        reference: Some("PO 4711/24".into()),
        seller: seller(),
        buyer: Buyer {
            name: "Bergwerk Maschinenbau AG".into(),
            address: vec![
                "Einkauf, z. H. Frau Dr. Wagner".into(),
                "Industriestraße 12".into(),
                "4020 Linz".into(),
                "Austria".into(),
            ],
            tax_id: Some("ATU87654321".into()),
        },
        groups,
        discounts: Vec::new(),
        taxes: vec![TaxLine {
            treatment: TaxTreatment::Rate(number("20")),
            base: net,
            tax,
        }],
        tax_in_currency: None,
        totals: Totals {
            net,
            tax,
            gross,
            balance: gross,
        },
        ageing: Vec::new(),
        payments: Vec::new(),
        terms: Terms::Transfer,
        payment_reference: None,
        notes: vec![
            "Thank you for your business. Prices are those of your price book of 1 July 2024."
                .into(),
        ],
    }
}

/// A German document with everything: several rates, reverse charge, a discount, a payment, odd names.
pub(super) fn german() -> InvoiceDocument {
    let mut document = document(3, 2);
    document.locale = Locale::De;
    document.seller.logo = Logo::from_svg_path(
        48.0,
        32.0,
        "M0 32 L16 4 L24 18 L30 10 L48 32 Z M16 12 L8 26 H22 Z",
    )
    .unwrap();
    document.seller.tax_number = Some("12 345/6789".into());
    document.buyer.name = "Österreichisch-Ungarische Donaudampfschifffahrtsgesellschaft für elektronische Datenverarbeitung und Maschinenbau m. b. H. & Co. KG".into();
    let lines = &mut document.groups[0].lines;
    lines[0].description = "Anwendungsprogrammierschnittstellenverwaltungslizenzpaketverlängerungsgebühren Enterprise (日本語, Ελληνικά, Кириллица)".into();
    lines[0].tax = Some(TaxTreatment::Rate(number("7")));
    lines[1].tax = Some(TaxTreatment::ReverseCharge);
    let parts = [
        lines[0].amount,
        lines[1].amount,
        document.groups[1].lines[0].amount,
    ];
    document.groups[1].title = "Archiv- und Sicherungsdienste".into();
    let discount = eur(-500);
    document.discounts = vec![Discount {
        name: "Treuebonus Herbst 2024".into(),
        amount: discount,
    }];
    let first = parts[0].add(discount).unwrap();
    document.taxes = vec![
        TaxLine {
            treatment: TaxTreatment::Rate(number("7")),
            base: first,
            tax: eur(44),
        },
        TaxLine {
            treatment: TaxTreatment::ReverseCharge,
            base: parts[1],
            tax: eur(0),
        },
        TaxLine {
            treatment: TaxTreatment::Rate(number("20")),
            base: parts[2],
            tax: eur(282),
        },
    ];
    let net = Money::sum(first.currency, [first, parts[1], parts[2]]).unwrap();
    let gross = net.add(eur(326)).unwrap();
    let paid = eur(1_000);
    document.payments = vec![Payment {
        date: day("2024-09-20"),
        method: "Überweisung".into(),
        amount: paid,
    }];
    document.totals = Totals {
        net,
        tax: eur(326),
        gross,
        balance: gross.sub(paid).unwrap(),
    };
    document.tax_in_currency = Some(TaxInCurrency {
        amount: Money::new(310, Currency::parse("CHF").unwrap()),
        rate: number("0.9412"),
        date: day("2024-09-30"),
    });
    document.notes = vec!["Es gelten unsere Allgemeinen Geschäftsbedingungen.".into()];
    document
}
