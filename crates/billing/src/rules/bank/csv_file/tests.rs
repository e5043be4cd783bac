//! Files as banks write them.

use super::super::read as read_file;
use super::*;

fn mapping() -> CsvMapping {
    CsvMapping {
        date: "Buchungstag".into(),
        date_form: DateForm::Dots,
        decimal_sign: DecimalSign::Comma,
        amount: Some("Betrag".into()),
        credit: None,
        debit: None,
        direction: None,
        currency: Some("Währung".into()),
        currency_code: None,
        reference: None,
        name: Some("Auftraggeber".into()),
        account: Some("IBAN".into()),
        text: vec!["Verwendungszweck".into(), "Info".into()],
        balance: Some("Saldo".into()),
        separator: None,
        own_account: "DE02120300000000202051".into(),
    }
}

const GERMAN: &str = "Umsätze Girokonto;Stand 31.03.2024\n\n\
\"Buchungstag\";\"Auftraggeber\";\"IBAN\";\"Verwendungszweck\";\"Info\";\"Betrag\";\"Währung\";\"Saldo\"\n\
\"15.03.24\";\"Acme; Söhne\";\"DE89 3704 0044 0532 0130 00\";\"INV-2024-\";\"000001\";\"1.234,56\";\"EUR\";\"2.229,56\"\n\
14.03.2024;Bank;;Entgelt;;-5,00;EUR;995,00\n\
;;;;;;;\n";

fn failure(content: &str, mapping: &CsvMapping) -> (String, &'static str) {
    let error = read_file(content.as_bytes(), Some(("x", mapping))).expect_err("a refusal");
    let problem = error.problems().first().cloned().expect("a problem");
    (problem.field, problem.code)
}

#[test]
fn a_file_is_read_by_its_mapping() {
    let file = read_file(GERMAN.as_bytes(), Some(("x", &mapping()))).expect("a file");
    let one = &file.statements[0];
    assert_eq!(one.opening.map(|money| money.minor), Some(100_000));
    assert_eq!(one.closing.map(|money| money.minor), Some(222_956));
    assert_eq!(
        (one.from.to_string(), one.until.to_string()),
        ("2024-03-14".into(), "2024-03-15".into())
    );
    let first = &one.entries[0];
    assert_eq!(first.amount.minor, 123_456);
    assert_eq!(first.name, "Acme; Söhne");
    assert_eq!(first.account, "DE89370400440532013000");
    assert_eq!(first.text, "INV-2024- 000001");
    assert_eq!(one.entries[1].direction, BankDirection::Debit);
    // The same file as older programs write it.
    let old: Vec<u8> = GERMAN
        .chars()
        .map(|letter| u8::try_from(u32::from(letter)).expect("Latin-1"))
        .collect();
    assert_eq!(
        read_file(&old, Some(("x", &mapping()))).expect("a file"),
        file
    );
}

#[test]
fn two_columns_a_word_for_the_direction_and_other_forms_are_read() {
    let mut two = mapping();
    two.amount = None;
    two.credit = Some("Paid in".into());
    two.debit = Some("Paid out".into());
    two.date = "Date".into();
    two.date_form = DateForm::MonthFirst;
    two.decimal_sign = DecimalSign::Point;
    two.currency = None;
    two.currency_code = Some(Currency::USD);
    two.name = None;
    two.account = None;
    two.text = vec!["Memo".into()];
    two.balance = None;
    two.own_account = String::new();
    let content = "Date,Memo,Paid in,Paid out\n3/5/2024,one,\"1,000.50\",\n03/06/2024,two,,7\n";
    let file = read_file(content.as_bytes(), Some(("us", &two))).expect("a file");
    let amounts: Vec<_> = file.statements[0]
        .entries
        .iter()
        .map(|e| (e.direction, e.amount.minor))
        .collect();
    assert_eq!(
        amounts,
        [
            (BankDirection::Credit, 100_050),
            (BankDirection::Debit, 700)
        ]
    );
    assert_eq!(file.statements[0].account, "us");
    let mut word = two.clone();
    (word.credit, word.debit) = (None, None);
    word.amount = Some("Amount".into());
    word.direction = Some("DC".into());
    let content = "Date\tMemo\tAmount\tDC\n3/5/2024\tone\t2.00\tD\n3/5/2024\ttwo\t3.00\tC\n";
    let file = read_file(content.as_bytes(), Some(("us", &word))).expect("a file");
    let amounts: Vec<_> = file.statements[0]
        .entries
        .iter()
        .map(|e| (e.direction, e.amount.minor))
        .collect();
    assert_eq!(
        amounts,
        [(BankDirection::Debit, 200), (BankDirection::Credit, 300)]
    );
}

#[test]
fn what_is_wrong_is_named_by_line_and_column() {
    let of = |from: &str, to: &str| failure(&GERMAN.replace(from, to), &mapping());
    assert_eq!(
        of("-5,00", "-5.00"),
        ("file.5.Betrag".into(), "malformed_amount")
    );
    assert_eq!(
        of("14.03.2024", "2024-03-14"),
        ("file.5.Buchungstag".into(), "malformed_date")
    );
    assert_eq!(of("995,00", "996,00").1, "balance_differs");
    assert_eq!(
        of("\"Saldo\"", "\"Stand\""),
        ("file.1.Saldo".into(), "missing_column")
    );
    assert_eq!(of(";EUR;", ";EURO;").1, "unknown_currency");
    assert_eq!(failure("a;b\n", &mapping()).1, "missing_column");
    let header = GERMAN.lines().nth(2).expect("a header");
    assert_eq!(failure(header, &mapping()).1, "not_a_statement");
    let mut both = mapping();
    both.credit = Some("Haben".into());
    assert_eq!(
        failure(GERMAN, &both),
        ("mapping.amount".into(), "contradiction")
    );
}

#[test]
fn amounts_are_read_as_they_are_written_or_not_at_all() {
    let read = |text, sign| read_amount(text, sign, Currency::EUR).map(|money| money.minor);
    for (text, sign, minor) in [
        ("1.234.567,8", DecimalSign::Comma, Some(123_456_780)),
        ("1 234,50", DecimalSign::Comma, Some(123_450)),
        ("12,50-", DecimalSign::Comma, Some(-1_250)),
        ("(12.50)", DecimalSign::Point, Some(-1_250)),
        ("+1'234.5", DecimalSign::Point, Some(123_450)),
        ("1.23", DecimalSign::Comma, None),
        ("1,2,3", DecimalSign::Comma, None),
        ("1.005", DecimalSign::Point, None),
        ("", DecimalSign::Point, None),
        ("12 EUR", DecimalSign::Point, None),
    ] {
        assert_eq!(read(text, sign), minor, "{text}");
    }
}
