use serde_json::{Value, json};
use tradewind_kernel::Currency;

use super::*;
use crate::types::{BuyerKind, TaxQuestion};

fn dec(text: &str) -> Decimal {
    text.parse().expect("a decimal")
}

/// Two lines in dollars: 100.00 without tax in it, 50.00 with.
fn question() -> TaxQuestion {
    let line = |key: &str, amount: &str, tax_included| AskedLine {
        key: key.to_owned(),
        category: TaxCategory::Saas,
        code: None,
        supplied_on: "2026-03-31".parse().expect("a date"),
        from: "2026-03-01".parse().expect("a date"),
        until: "2026-03-31".parse().expect("a date"),
        quantity: "1".to_owned(),
        unit: "seat".to_owned(),
        amount: amount.to_owned(),
        tax_included,
    };
    let place = |text: &str| text.to_owned();
    TaxQuestion {
        version: VERSION.to_owned(),
        seller: AskedSeller {
            id: "acc_00000000000000000000000001".parse().expect("an id"),
            country: place("US"),
            region: place("TX"),
            postal_code: place("73301"),
            city: place("Austin"),
            tax_id: String::new(),
            registrations: Vec::new(),
        },
        buyer: AskedBuyer {
            id: "acc_00000000000000000000000002".parse().expect("an id"),
            kind: BuyerKind::Unproven,
            country: place("US"),
            region: place("TX"),
            postal_code: place("78701"),
            city: place("Austin"),
            line1: String::new(),
            tax_id: String::new(),
            vat_check: VatState::Unchecked,
            certificates: Vec::new(),
        },
        document: AskedDocument {
            kind: "invoice".to_owned(),
            currency: Currency::parse("USD").expect("a currency"),
            issued_on: "2026-03-01".parse().expect("a date"),
        },
        lines: vec![line("1", "100.00", false), line("2", "50.00", true)],
    }
}

/// State and city on the first line, the state on four fifths of it; the second is free of tax.
fn answer() -> Value {
    json!({
        "version": "v1", "reference": "T-1", "currency": "USD",
        "lines": [
            { "key": "1", "taxes": [
                { "name": "Sales tax", "place": "US-TX", "percent": "6.25", "share": "80" },
                { "name": "City tax", "place": "Austin", "percent": "2" },
            ] },
            { "key": "2", "untaxed": { "reason": "certificate", "place": "US-TX", "reference": "TX-17" } },
        ],
        "total_tax": "7.00",
    })
}

fn read(answer: &Value) -> Result<EngineAnswer> {
    understood(
        &question(),
        &TaxPolicy::default(),
        answer.to_string().as_bytes(),
    )
}

#[test]
fn several_taxes_on_a_line_and_none_on_another() {
    let understood = read(&answer()).expect("an answer");
    assert_eq!(understood.reference, "T-1");
    let first = &understood.lines[0].taxes;
    assert_eq!(first[0].percent, dec("5"), "6.25 % on 80 % of the price");
    assert_eq!(
        (first[1].place.as_str(), first[1].code.as_str()),
        ("Austin", "City tax")
    );
    let second = &understood.lines[1].taxes[0];
    assert_eq!(second.kind, TaxKind::Exempt);
    assert_eq!(second.reference.as_deref(), Some("TX-17"));
    let taxed = taxed(&question(), &understood, &TaxPolicy::default()).expect("sums");
    let (net, tax, gross) = (taxed.net.minor, taxed.tax.minor, taxed.gross.minor);
    assert_eq!((net, tax, gross), (15_000, 700, 15_700));
}

#[test]
fn taxes_on_taxes_and_taxes_in_the_price_come_out_exact() {
    let mut said = answer();
    let taxes = json!([
        { "name": "GST", "place": "CA", "percent": "5" },
        { "name": "QST", "place": "CA-QC", "percent": "9.975", "compound": true },
    ]);
    said["lines"][0]["taxes"] = taxes.clone();
    said["lines"][1] = json!({ "key": "2", "taxes": taxes });
    // 100.00: 5.00 and 9.975 % of 105.00. In 50.00 are 43.30 × 1.05 × 1.09975.
    said["total_tax"] = json!("22.17");
    let understood = read(&said).expect("an answer");
    let taxed = taxed(&question(), &understood, &TaxPolicy::default()).expect("sums");
    assert_eq!(
        (taxed.net.minor, taxed.tax.minor, taxed.gross.minor),
        (14_330, 2_217, 16_547)
    );
    assert_eq!(
        taxed.lines[1].gross.minor, 5_000,
        "the price stays what was agreed"
    );
}

#[test]
fn an_answer_that_cannot_be_used_says_why() {
    let wrong = |change: fn(&mut Value)| {
        let mut said = answer();
        change(&mut said);
        let error = read(&said).expect_err("it is refused");
        assert_eq!(error.code(), "tax_engine_answer");
        error.to_string()
    };
    for (change, expected) in [
        (
            (|said| said["lines"][0]["key"] = json!("9")) as fn(&mut Value),
            "line \"9\" was not asked about",
        ),
        (
            |said| drop(said["lines"].as_array_mut().expect("lines").pop()),
            "line \"2\" is missing",
        ),
        (
            |said| said["lines"][1]["key"] = json!("1"),
            "line \"1\" is in it twice",
        ),
        (
            |said| said["currency"] = json!("EUR"),
            "it is in \"EUR\", and USD was asked",
        ),
        (
            |said| said["version"] = json!("v2"),
            "its version is \"v2\"",
        ),
        (|said| said["reference"] = json!(""), "reference"),
        (
            |said| said["lines"][0]["taxes"][0]["percent"] = json!("-1"),
            "line \"1\"",
        ),
        (
            |said| said["lines"][0]["taxes"][0]["percent"] = json!("100.1"),
            "line \"1\"",
        ),
        (
            |said| said["lines"][0]["taxes"][0]["percent"] = json!("6,25"),
            "line \"1\"",
        ),
        (
            |said| said["lines"][0]["taxes"][0]["percent"] = json!(6.25),
            "expected a string",
        ),
        (
            |said| said["lines"][0]["taxes"][0]["share"] = json!("101"),
            "line \"1\"",
        ),
        (
            |said| {
                for tax in said["lines"][0]["taxes"].as_array_mut().expect("taxes") {
                    tax["percent"] = json!("60");
                    tax["share"] = json!("100");
                }
            },
            "the taxes on line \"1\" come to 120 percent",
        ),
        (
            |said| said["lines"][0]["taxes"] = json!([]),
            "has no taxes and does not say why",
        ),
        (
            |said| said["lines"][1]["untaxed"]["reason"] = json!("because"),
            "untaxed for the reason \"because\"",
        ),
        (
            |said| {
                let taxes = said["lines"][0]["taxes"].clone();
                said["lines"][1]["taxes"] = taxes;
            },
            "line \"2\" is taxed and untaxed",
        ),
        // Two taxes and an exemption: three cents are more than any rounding.
        (
            |said| said["total_tax"] = json!("7.04"),
            "says that the tax comes to 7.04",
        ),
        (|said| said["total_tax"] = json!("much"), "total_tax"),
        (|said| *said = json!([]), "cannot be used"),
    ] {
        let text = wrong(change);
        assert!(text.contains(expected), "{expected}: {text}");
    }
    let error = understood(&question(), &TaxPolicy::default(), b"<html>");
    assert_eq!(error.expect_err("no JSON").code(), "tax_engine_answer");
}

#[test]
fn what_is_said_of_a_stranger_s_words_is_short() {
    let mut answer = answer();
    answer["lines"][0]["key"] = json!("line\n".repeat(10_000));
    let said = read(&answer).unwrap_err().to_string();
    assert!(
        said.contains("line line") || said.contains("line\\nline"),
        "{said}"
    );
    assert!(said.chars().count() < 400, "{} letters", said.len());
    assert!(!said.chars().any(char::is_control));
}

#[test]
fn a_question_is_known_by_all_that_it_asks() {
    let one = digest(&question()).expect("a digest");
    assert_eq!(one, digest(&question()).expect("a digest"));
    let mut other = question();
    other.lines[1].amount = "50.01".to_owned();
    assert_ne!(one, digest(&other).expect("a digest"));
    let mut other = question();
    other.buyer.postal_code = "78702".to_owned();
    assert_ne!(one, digest(&other).expect("a digest"));
}

#[test]
fn a_set_up_that_cannot_work_is_refused() {
    let set = |url: &str, secret: &str, away, after_hours| EngineSet {
        url: url.to_owned(),
        secret: Some(secret.to_owned()),
        away,
        after_hours,
        codes: BTreeMap::new(),
    };
    let good = "https://tax.example/in";
    let secret = "a-long-secret";
    let kept = check_engine(&set("https://tax.example/in/", secret, EngineAway::Hold, 0));
    assert_eq!(kept.expect("it can work"), good);
    for (input, field) in [
        (set("tax.example", secret, EngineAway::Hold, 0), "url"),
        (
            set("https://tax.example/?a=b", secret, EngineAway::Hold, 0),
            "url",
        ),
        (set(good, "short", EngineAway::Hold, 0), "secret"),
        (
            set(good, "a long secret with spaces", EngineAway::Hold, 0),
            "secret",
        ),
        (set(good, secret, EngineAway::Hold, 4), "after_hours"),
        (set(good, secret, EngineAway::OwnTables, 0), "after_hours"),
        (set(good, secret, EngineAway::OwnTables, 721), "after_hours"),
    ] {
        let error = check_engine(&input).expect_err("it is refused");
        assert_eq!(error.problems()[0].field, field);
    }
}
