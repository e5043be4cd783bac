//! Files as banks send them.

use tradewind_kernel::{Currency, Money};

use super::super::{keys, read as read_file};
use super::*;

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

/// A statement of version 8: a batch of three, a payment of one, a return, a fee, and one that is not booked yet.
pub(crate) const EIGHT: &str = include_str!("tests/v08.xml");
/// One of version 2.
const TWO: &str = include_str!("tests/v02.xml");

fn file(text: &str) -> BankFile {
    read_file(text.as_bytes(), None).expect("a file")
}

fn failure(text: &str) -> (String, &'static str) {
    let error = read_file(text.as_bytes(), None).expect_err("a refusal");
    let problem = error.problems().first().cloned().expect("a problem");
    (problem.field, problem.code)
}

#[test]
fn a_statement_of_version_eight_is_read() {
    let file = file(EIGHT);
    assert_eq!((file.statements.len(), file.pending), (1, 1));
    let one = &file.statements[0];
    assert_eq!(one.account, "AT611904300234573201");
    assert_eq!(one.bank_id, "2024-03-15/7");
    assert_eq!(
        (one.from.to_string(), one.until.to_string()),
        ("2024-03-14".into(), "2024-03-15".into())
    );
    assert_eq!(
        (one.opening, one.closing),
        (Some(eur(100_000)), Some(eur(148_080)))
    );
    let said: Vec<_> = one
        .entries
        .iter()
        .map(|entry| {
            (
                entry.direction,
                entry.amount.minor,
                entry.reversal,
                entry.reference.as_str(),
                entry.name.as_str(),
                entry.text.as_str(),
            )
        })
        .collect();
    let (came, went) = (BankDirection::Credit, BankDirection::Debit);
    assert_eq!(
        said,
        [
            (
                came,
                10_000,
                false,
                "B-77#1",
                "Acme GmbH",
                "INV-2024-000001"
            ),
            (
                came,
                20_000,
                false,
                "B-77#2",
                "Bolt & Söhne",
                "Rechnung INV-2024- 000002"
            ),
            (
                came,
                5_000,
                false,
                "TX-3",
                "Carla Curie",
                "RF18INV2024000003 thanks"
            ),
            (came, 15_080, false, "AB-2024-78", "Doe Ltd", "no idea"),
            (
                went,
                1_500,
                true,
                "AB-2024-79",
                "Carla Curie",
                "Account closed"
            ),
            (went, 500, false, "AB-2024-80", "", "Fee for March"),
        ]
    );
    assert_eq!(one.entries[2].references, ["RF18INV2024000003"]);
    assert_eq!(one.entries[0].account, "DE89370400440532013000");
}

#[test]
fn a_statement_of_version_two_is_read() {
    let file = file(TWO);
    let one = &file.statements[0];
    assert_eq!(one.entries.len(), 2);
    assert_eq!(
        (one.opening, one.closing),
        (Some(eur(-5_000)), Some(eur(7_880)))
    );
    // A batch that does not say what is in it stays one entry.
    assert_eq!(one.entries[1].amount, eur(1_000));
    assert_eq!(one.entries[1].text, "Sammler 2 Posten");
    assert_eq!(one.entries[0].name, "Acme GmbH");
    assert_eq!(one.entries[0].text, "Rechnung INV-2024-000009 Danke");
}

#[test]
fn equal_entries_of_one_file_are_two_and_those_of_two_files_are_one() {
    let mut one = file(TWO).statements.remove(0);
    let first = one.entries[0].clone();
    one.entries.push(first);
    let all = keys(&one);
    assert_ne!(all[0], all[2]);
    let again = keys(&file(TWO).statements[0]);
    assert_eq!(all[..2], again[..]);
}

#[test]
fn what_is_wrong_is_named_by_line_and_element() {
    let of = |from: &str, to: &str| failure(&EIGHT.replace(from, to));
    let (field, code) = of(
        "<Amt Ccy=\"EUR\">150.80</Amt>",
        "<Amt Ccy=\"EUR\">150,80</Amt>",
    );
    assert_eq!((field.as_str(), code), ("file.69.Amt", "malformed_amount"));
    assert_eq!(
        of(
            "<Amt Ccy=\"EUR\">150.80</Amt>",
            "<Amt Ccy=\"EUR\">150.81</Amt>"
        )
        .1,
        "balance_differs"
    );
    assert_eq!(
        of(
            "<Amt Ccy=\"EUR\">150.80</Amt>",
            "<Amt Ccy=\"EUR\">-150.80</Amt>"
        )
        .1,
        "malformed_amount"
    );
    assert_eq!(
        of(
            "<Amt Ccy=\"EUR\">150.80</Amt>",
            "<Amt Ccy=\"XX\">150.80</Amt>"
        )
        .1,
        "unknown_currency"
    );
    assert_eq!(
        of(
            "<Amt Ccy=\"EUR\">150.80</Amt>",
            "<Amt Ccy=\"USD\">150.80</Amt>"
        )
        .1,
        "currency_mismatch"
    );
    assert_eq!(of("<Amt Ccy=\"EUR\">150.80</Amt>", "").1, "missing_value");
    assert_eq!(
        of("<Dt>2024-03-14</Dt>", "<Dt>14.3.2024</Dt>").1,
        "malformed_date"
    );
    assert_eq!(of("</BkToCstmrStmt>", "").1, "malformed_file");
    assert_eq!(
        of("camt.053.001.08", "camt.052.001.08").1,
        "not_a_statement"
    );
    assert_eq!(failure("").1, "malformed_file");
    assert_eq!(failure("nothing at all").1, "malformed_file");
    let cut = EIGHT.get(..EIGHT.len() / 2).expect("ASCII");
    assert_eq!(failure(cut).1, "malformed_file");
}

#[test]
fn entities_of_a_document_are_not_known() {
    let bomb = EIGHT.replace(
        "<Document",
        "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;\">]>\n<Document",
    );
    assert_eq!(failure(&bomb).1, "malformed_file");
    assert_eq!(failure(&EIGHT.replace("thanks", "&b;")).1, "malformed_file");
}

#[test]
fn deep_nesting_is_refused() {
    let deep = format!("{}{}", "<a>".repeat(200), "</a>".repeat(200));
    assert_eq!(failure(&EIGHT.replace("thanks", &deep)).1, "malformed_file");
}
