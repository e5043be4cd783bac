//! Payment files: account numbers checked, and ISO 20022 `pain.001.001.09` written.

use std::fmt::Write as _;

use tradewind_kernel::{Currency, Date, Error, Money, Result, Timestamp};

/// The name space of the message.
pub const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09";
/// Longest name of a party that every bank takes.
const NAME_MAX: usize = 70;
/// Longest text for the payee.
const TEXT_MAX: usize = 140;
/// Most payments of one file.
pub const PAYMENTS_MAX: usize = 10_000;

/// Lengths of account numbers by country, as far as they are registered in Europe; others are taken at 15 to 34.
const LENGTHS: [(&str, usize); 40] = [
    ("AD", 24),
    ("AT", 20),
    ("BE", 16),
    ("BG", 22),
    ("CH", 21),
    ("CY", 28),
    ("CZ", 24),
    ("DE", 22),
    ("DK", 18),
    ("EE", 20),
    ("ES", 24),
    ("FI", 18),
    ("FO", 18),
    ("FR", 27),
    ("GB", 22),
    ("GI", 23),
    ("GL", 18),
    ("GR", 27),
    ("HR", 21),
    ("HU", 28),
    ("IE", 22),
    ("IS", 26),
    ("IT", 27),
    ("LI", 21),
    ("LT", 20),
    ("LU", 20),
    ("LV", 21),
    ("MC", 27),
    ("MT", 31),
    ("NL", 18),
    ("NO", 15),
    ("PL", 28),
    ("PT", 25),
    ("RO", 24),
    ("RS", 22),
    ("SE", 24),
    ("SI", 19),
    ("SK", 24),
    ("SM", 27),
    ("VA", 22),
];

/// An account number (IBAN) without spaces and in capitals, once its length and check digits are right.
///
/// # Errors
/// `field`: `malformed_iban`.
pub fn iban(field: &str, text: &str) -> Result<String> {
    let clean: String = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_ascii_uppercase())
        .collect();
    let wrong = || {
        let text = "expected an IBAN: country, two check digits, and the account";
        Error::invalid(field, "malformed_iban", text)
    };
    if !clean.bytes().all(|byte| byte.is_ascii_alphanumeric()) || clean.len() < 5 {
        return Err(wrong());
    }
    let (country, rest) = clean.split_at(2);
    let (check, account) = rest.split_at(2);
    let registered = LENGTHS.iter().find(|(code, _)| *code == country);
    let length = clean.len();
    let fits = registered.map_or((15..=34).contains(&length), |(_, of)| *of == length);
    let letters = country.bytes().all(|byte| byte.is_ascii_uppercase());
    let digits = check.bytes().all(|byte| byte.is_ascii_digit());
    let remainder = format!("{account}{country}{check}")
        .chars()
        .filter_map(|c| c.to_digit(36))
        .fold(0_u32, |sum, value| {
            let shift = if value > 9 { 100 } else { 10 };
            (sum * shift + value) % 97
        });
    if fits && letters && digits && remainder == 1 {
        Ok(clean)
    } else {
        Err(wrong())
    }
}

/// The code of a bank (BIC) in capitals; none for an empty text.
///
/// # Errors
/// `field`: `malformed_bic`.
pub fn bic(field: &str, text: &str) -> Result<Option<String>> {
    let clean = text.trim().to_ascii_uppercase();
    if clean.is_empty() {
        return Ok(None);
    }
    let all = clean.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let country = clean.get(4..6).unwrap_or_default();
    let fits = matches!(clean.len(), 8 | 11)
        && all
        && country.bytes().all(|byte| byte.is_ascii_uppercase());
    if fits {
        return Ok(Some(clean));
    }
    let text = "expected the code of a bank: 8 or 11 letters and digits";
    Err(Error::invalid(field, "malformed_bic", text))
}

/// A text in the letters that all banks take: letters without accents, digits, space and `/-?:().,'+`. Others become the letters that
/// they are usually written with, or a point.
#[must_use]
pub fn plain(text: &str, most: usize) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            'ä' | 'æ' => plain.push_str("ae"),
            'ö' | 'ø' | 'œ' => plain.push_str("oe"),
            'ü' => plain.push_str("ue"),
            'Ä' | 'Æ' => plain.push_str("Ae"),
            'Ö' | 'Ø' | 'Œ' => plain.push_str("Oe"),
            'Ü' => plain.push_str("Ue"),
            'ß' => plain.push_str("ss"),
            '&' => plain.push('+'),
            'à'..='å' => plain.push('a'),
            'À'..='Å' => plain.push('A'),
            'ç' | 'č' | 'ć' => plain.push('c'),
            'Ç' | 'Č' | 'Ć' => plain.push('C'),
            'è'..='ë' | 'ę' | 'ě' => plain.push('e'),
            'È'..='Ë' | 'Ě' => plain.push('E'),
            'ì'..='ï' => plain.push('i'),
            'Ì'..='Ï' => plain.push('I'),
            'ñ' | 'ń' | 'ň' => plain.push('n'),
            'Ñ' => plain.push('N'),
            'ò'..='õ' => plain.push('o'),
            'Ò'..='Õ' => plain.push('O'),
            'ù'..='û' => plain.push('u'),
            'Ù'..='Û' => plain.push('U'),
            'ý' | 'ÿ' => plain.push('y'),
            'š' | 'ś' => plain.push('s'),
            'Š' | 'Ś' => plain.push('S'),
            'ž' | 'ź' | 'ż' => plain.push('z'),
            'Ž' | 'Ż' => plain.push('Z'),
            'ł' => plain.push('l'),
            'Ł' => plain.push('L'),
            'ř' => plain.push('r'),
            c if c.is_ascii_alphanumeric() || " /-?:().,'+".contains(c) => plain.push(c),
            c if c.is_whitespace() => plain.push(' '),
            _ => plain.push('.'),
        }
    }
    let words: Vec<&str> = plain.split_whitespace().collect();
    let joined = words.join(" ");
    // Only ASCII is left; two slashes and one at either end have a meaning of their own.
    let cut: String = joined.replace("//", "/").chars().take(most).collect();
    cut.trim_matches(|c| c == '/' || c == ' ').to_owned()
}

/// One payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// By which it is known at both ends: at most 35 characters.
    pub end_to_end: String,
    /// How much, more than nothing.
    pub amount: Money,
    /// Who gets it.
    pub name: String,
    /// The account, checked.
    pub iban: String,
    /// The bank, checked.
    pub bic: Option<String>,
    /// What for.
    pub text: String,
}

/// A file of payments from one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// By which the bank knows it: at most 35 characters.
    pub message_id: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// Who pays.
    pub name: String,
    /// The account, checked.
    pub iban: String,
    /// Its bank, checked.
    pub bic: Option<String>,
    /// The day on which it is to be paid.
    pub execute_on: Date,
    /// The payments.
    pub transfers: Vec<Transfer>,
}

/// Writes a file of payments.
///
/// # Errors
/// `payments`: `required`, `too_many`; `overflow`, `currency_mismatch`.
pub fn pain001(order: &Order) -> Result<String> {
    let Some(first) = order.transfers.first() else {
        let text = "expected at least one payment";
        return Err(Error::invalid("payments", "required", text));
    };
    if order.transfers.len() > PAYMENTS_MAX {
        let text = format!("expected at most {PAYMENTS_MAX} payments");
        return Err(Error::invalid("payments", "too_many", text));
    }
    let currency = first.amount.currency;
    let total = Money::sum(currency, order.transfers.iter().map(|one| one.amount))?;
    let mut xml = Xml(String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"));
    xml.open_with("Document", &format!(" xmlns=\"{NAMESPACE}\""));
    xml.open("CstmrCdtTrfInitn");
    let sums = (order.transfers.len().to_string(), total.amount());
    xml.open("GrpHdr");
    xml.leaf("MsgId", &order.message_id);
    xml.leaf("CreDtTm", &order.made_at.to_string());
    xml.leaf("NbOfTxs", &sums.0);
    xml.leaf("CtrlSum", &sums.1);
    xml.open("InitgPty");
    xml.leaf("Nm", &plain(&order.name, NAME_MAX));
    xml.close("InitgPty");
    xml.close("GrpHdr");
    xml.open("PmtInf");
    xml.leaf("PmtInfId", &order.message_id);
    xml.leaf("PmtMtd", "TRF");
    xml.leaf("NbOfTxs", &sums.0);
    xml.leaf("CtrlSum", &sums.1);
    if currency == Currency::EUR {
        xml.path(&["PmtTpInf", "SvcLvl", "Cd"], "SEPA");
    }
    xml.path(&["ReqdExctnDt", "Dt"], &order.execute_on.to_string());
    xml.path(&["Dbtr", "Nm"], &plain(&order.name, NAME_MAX));
    xml.path(&["DbtrAcct", "Id", "IBAN"], &order.iban);
    xml.open("DbtrAgt");
    match &order.bic {
        Some(bic) => xml.path(&["FinInstnId", "BICFI"], bic),
        None => xml.path(&["FinInstnId", "Othr", "Id"], "NOTPROVIDED"),
    }
    xml.close("DbtrAgt");
    xml.leaf(
        "ChrgBr",
        if currency == Currency::EUR {
            "SLEV"
        } else {
            "SHAR"
        },
    );
    for one in &order.transfers {
        transfer(&mut xml, one);
    }
    xml.close("PmtInf");
    xml.close("CstmrCdtTrfInitn");
    xml.close("Document");
    Ok(xml.0)
}

fn transfer(xml: &mut Xml, one: &Transfer) {
    xml.open("CdtTrfTxInf");
    xml.path(&["PmtId", "EndToEndId"], &one.end_to_end);
    xml.open("Amt");
    let currency = format!(" Ccy=\"{}\"", one.amount.currency.code());
    xml.leaf_with("InstdAmt", &currency, &one.amount.amount());
    xml.close("Amt");
    if let Some(bic) = &one.bic {
        xml.path(&["CdtrAgt", "FinInstnId", "BICFI"], bic);
    }
    xml.path(&["Cdtr", "Nm"], &plain(&one.name, NAME_MAX));
    xml.path(&["CdtrAcct", "Id", "IBAN"], &one.iban);
    xml.path(&["RmtInf", "Ustrd"], &plain(&one.text, TEXT_MAX));
    xml.close("CdtTrfTxInf");
}

/// Elements one after the other.
struct Xml(String);

impl Xml {
    fn push(&mut self, piece: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = self.0.write_fmt(piece);
    }

    fn open(&mut self, name: &str) {
        self.open_with(name, "");
    }

    fn open_with(&mut self, name: &str, attributes: &str) {
        self.push(format_args!("<{name}{attributes}>\n"));
    }

    fn close(&mut self, name: &str) {
        self.push(format_args!("</{name}>\n"));
    }

    fn leaf(&mut self, name: &str, value: &str) {
        self.leaf_with(name, "", value);
    }

    fn leaf_with(&mut self, name: &str, attributes: &str, value: &str) {
        let value = value
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;");
        self.push(format_args!("<{name}{attributes}>{value}</{name}>\n"));
    }

    /// A value inside of elements that hold nothing else.
    fn path(&mut self, names: &[&str], value: &str) {
        let Some((last, outer)) = names.split_last() else {
            return;
        };
        for name in outer {
            self.open(name);
        }
        self.leaf(last, value);
        for name in outer.iter().rev() {
            self.close(name);
        }
    }
}
