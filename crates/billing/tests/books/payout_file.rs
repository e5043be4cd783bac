//! Files of payments: account numbers, letters, and the order of elements that the schema wants.

use tradewind_billing::rules::sepa::{self, Order, Transfer};
use tradewind_kernel::Timestamp;

use crate::{
    settlement::{PAYER_IBAN, VENDOR_IBAN, code, eur},
    world::{day, dec},
};

#[test]
fn account_numbers_are_checked() {
    for good in [
        PAYER_IBAN,
        VENDOR_IBAN,
        "nl91abna0417164300",
        "NO9386011117947",
        "SA0380000000608010167519",
    ] {
        sepa::iban("iban", good).unwrap_or_else(|error| panic!("{good}: {error}"));
    }
    for bad in [
        "",
        "DE88370400440532013000",
        "DE8937040044053201300",
        "89DE370400440532013000",
        "DE89 3704 0044 0532 01300ß",
    ] {
        assert!(sepa::iban("iban", bad).is_err(), "{bad}");
    }
    assert_eq!(
        sepa::bic("bic", "cobadeff").expect("a bank").as_deref(),
        Some("COBADEFF")
    );
    assert_eq!(sepa::bic("bic", " ").expect("none"), None);
    for bad in ["COBADEF", "COBA12FFXXX", "COBADEFF XX"] {
        assert!(sepa::bic("bic", bad).is_err(), "{bad}");
    }
    assert_eq!(
        sepa::plain("Müller & Söhne // GmbH\u{2014}Łódź/", 70),
        "Mueller + Soehne / GmbH.Lodz"
    );
}

/// What is in the elements with a name, in their order.
pub(crate) fn all<'a>(xml: &'a str, name: &str) -> Vec<&'a str> {
    let (open, close) = (format!("<{name}"), format!("</{name}>"));
    let mut found = Vec::new();
    let mut rest = xml;
    while let Some(at) = rest.find(&open) {
        rest = &rest[at + open.len()..];
        if rest.starts_with(['>', ' ']) {
            let inside = rest.split_once('>').expect("an element").1;
            found.push(inside.split(close.as_str()).next().expect("its content"));
        }
    }
    found
}

/// The names of the elements right inside of one.
fn children(xml: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut depth = 0;
    for tag in xml.split('<').skip(1) {
        let name = tag.split(['>', ' ']).next().unwrap_or_default();
        if let Some(closed) = name.strip_prefix('/') {
            assert!(!closed.is_empty());
            depth -= 1;
        } else {
            if depth == 0 {
                names.push(name.to_owned());
            }
            depth += 1;
        }
    }
    names
}

/// What the schema and the banks ask of a file with so many payments of a sum.
pub(crate) fn is_sound(xml: &str, payments: usize, sum: &str) {
    assert!(xml.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.001.001.09\">"));
    let message = all(xml, "CstmrCdtTrfInitn")[0];
    assert_eq!(children(message), ["GrpHdr", "PmtInf"]);
    let head = all(message, "GrpHdr")[0];
    assert_eq!(
        children(head),
        ["MsgId", "CreDtTm", "NbOfTxs", "CtrlSum", "InitgPty"]
    );
    let group = all(message, "PmtInf")[0];
    let mut expected = vec![
        "PmtInfId",
        "PmtMtd",
        "NbOfTxs",
        "CtrlSum",
        "PmtTpInf",
        "ReqdExctnDt",
        "Dbtr",
        "DbtrAcct",
        "DbtrAgt",
        "ChrgBr",
    ];
    expected.extend(std::iter::repeat_n("CdtTrfTxInf", payments));
    assert_eq!(children(group), expected);
    assert_eq!(all(xml, "NbOfTxs"), vec![payments.to_string(); 2]);
    assert_eq!(all(xml, "CtrlSum"), vec![sum; 2]);
    let amounts = all(xml, "InstdAmt");
    let total = amounts
        .iter()
        .map(|amount| dec(amount))
        .sum::<tradewind_kernel::Decimal>();
    assert_eq!(total, dec(sum));
    for payment in all(xml, "CdtTrfTxInf") {
        let names = children(payment);
        let known = ["PmtId", "Amt", "CdtrAgt", "Cdtr", "CdtrAcct", "RmtInf"];
        let place = |name: &String| {
            known
                .iter()
                .position(|one| one == name)
                .expect("a known element")
        };
        assert!(names.iter().map(place).is_sorted(), "{names:?}");
        for needed in ["PmtId", "Amt", "Cdtr", "CdtrAcct", "RmtInf"] {
            assert!(
                names.iter().any(|name| name == needed),
                "{needed} is not in {names:?}"
            );
        }
    }
    for (name, most) in [
        ("MsgId", 35),
        ("PmtInfId", 35),
        ("EndToEndId", 35),
        ("Nm", 70),
        ("Ustrd", 140),
    ] {
        for text in all(xml, name) {
            let fits = text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || " /-?:().,'+".contains(c));
            assert!(
                fits && !text.is_empty() && text.len() <= most,
                "{name}: {text}"
            );
        }
    }
    let mut names = all(xml, "EndToEndId");
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), payments, "each payment has a name of its own");
}

#[test]
fn a_file_is_as_the_schema_wants_it() {
    let transfer = |number: i64, minor: i64, bic: Option<&str>| {
        Transfer {
        end_to_end: format!("SET-2024-{number:06}"),
        amount: eur(minor),
        name: "Çelik & Łukasz <Söhne> GmbH, with a name that is a lot longer than any bank would ever print".to_owned(),
        iban: sepa::iban("iban", VENDOR_IBAN).expect("an account"),
        bic: bic.map(str::to_owned),
        text: "SET-2024-000001 \u{2013} März".to_owned(),
    }
    };
    let order = Order {
        message_id: "PFL-01HQ3X5ZKFE8M9R2T7V4W6Y1AB".to_owned(),
        made_at: Timestamp::parse("2024-04-15T09:12:00Z").expect("a time"),
        name: "Nordwind \u{1f680} Cloud".to_owned(),
        iban: PAYER_IBAN.to_owned(),
        bic: None,
        execute_on: day("2024-04-16"),
        transfers: vec![transfer(1, 12_345, Some("GIBAATWW")), transfer(2, 5, None)],
    };
    let xml = sepa::pain001(&order).expect("a file");
    is_sound(&xml, 2, "123.50");
    assert_eq!(all(&xml, "ReqdExctnDt"), ["\n<Dt>2024-04-16</Dt>\n"]);
    assert_eq!(all(&xml, "BICFI"), ["GIBAATWW"]);
    assert_eq!(
        all(&xml, "IBAN"),
        [PAYER_IBAN, "AT611904300234573201", "AT611904300234573201"]
    );
    assert!(
        xml.contains("<InstdAmt Ccy=\"EUR\">0.05</InstdAmt>"),
        "{xml}"
    );
    let nothing = Order {
        transfers: Vec::new(),
        ..order
    };
    assert_eq!(code(&sepa::pain001(&nothing).unwrap_err()), "required");
}
