//! Statements of banks: how files are read, entries recognised, and matched with what is open.

mod camt;
mod csv_file;
mod matching;
mod refs;
mod text;

use sha2::{Digest, Sha256};
use tradewind_kernel::{Currency, Date, Error, Money, Result};

use crate::types::{BankDirection, BankFormat, CsvMapping};

pub(crate) use camt::amount_of;
pub use csv_file::check_mapping;
pub use matching::{Candidate, Facts, Part, Verdict, decide, rank, split};
pub use refs::{Named, named};
pub use text::{decode, hint, same_name};
pub use tradewind_kernel::text::plain;

/// Most bytes of one file.
pub const FILE_MAX: usize = 16 * 1024 * 1024;
/// Most entries of one file.
pub const ENTRIES_MAX: usize = 50_000;
/// Longest text of an entry that is kept, in characters.
const TEXT_MAX: usize = 1_000;

/// What a file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankFile {
    /// What kind of file it is.
    pub format: BankFormat,
    /// Its statements, in their order.
    pub statements: Vec<ReadStatement>,
    /// Entries that the bank has not booked.
    pub pending: u64,
}

/// A statement as a file has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadStatement {
    /// The account.
    pub account: String,
    /// Its currency.
    pub currency: Currency,
    /// The bank's own name for the statement.
    pub bank_id: String,
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Date,
    /// Balance before the first entry.
    pub opening: Option<Money>,
    /// Balance after the last.
    pub closing: Option<Money>,
    /// Booked entries.
    pub entries: Vec<ReadEntry>,
}

/// An entry as a file has it: of a batch, one of its transactions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadEntry {
    /// Booked on.
    pub booked_on: Date,
    /// Which way.
    pub direction: BankDirection,
    /// How much, not negative.
    pub amount: Money,
    /// Whether it takes back an earlier one.
    pub reversal: bool,
    /// The bank's reference; empty without.
    pub reference: String,
    /// The payer's reference (`EndToEndId`); empty without.
    pub end_to_end: String,
    /// The other side.
    pub name: String,
    /// Its account.
    pub account: String,
    /// What the payer wrote.
    pub text: String,
    /// References of creditors in structured remittance information.
    pub references: Vec<String>,
}

impl ReadEntry {
    /// The amount as the account sees it.
    ///
    /// # Errors
    /// `overflow`.
    pub fn signed(&self) -> Result<Money> {
        match self.direction {
            BankDirection::Credit => Ok(self.amount),
            BankDirection::Debit => self.amount.neg(),
        }
    }

    /// All that may name an invoice.
    #[must_use]
    pub fn words(&self) -> String {
        let mut words = self.text.clone();
        for more in self.references.iter().chain([&self.end_to_end]) {
            words.push('\u{1f}');
            words.push_str(more);
        }
        words
    }
}

/// What is wrong with a file: the field is `file`, the line, and the element or column.
pub(crate) fn wrong(
    code: &'static str,
    line: u64,
    element: &str,
    message: impl Into<String>,
) -> Error {
    let place = match element {
        "" => format!("file.{line}"),
        element => format!("file.{line}.{element}"),
    };
    Error::invalid(place, code, message)
}

/// Reads a file: CSV when a mapping says how, ISO 20022 otherwise. Nothing of a file that is wrong is used.
///
/// # Errors
/// `file` with the line and element or column: `too_large`, `malformed_file`, `not_a_statement`, `missing_value`,
/// `malformed_amount`, `malformed_date`, `unknown_currency`, `balance_differs`, `too_many`; what is wrong with the mapping.
pub fn read(bytes: &[u8], mapping: Option<(&str, &CsvMapping)>) -> Result<BankFile> {
    if bytes.len() > FILE_MAX {
        return Err(Error::invalid(
            "file",
            "too_large",
            format!("at most {} MiB are read", FILE_MAX / 1024 / 1024),
        ));
    }
    let content = decode(bytes);
    let file = match mapping {
        Some((name, mapping)) => csv_file::read(&content, name, mapping)?,
        None => camt::read(&content)?,
    };
    for statement in &file.statements {
        check_balance(statement)?;
    }
    Ok(file)
}

/// The balance before, and all entries, come to the balance after.
fn check_balance(statement: &ReadStatement) -> Result<()> {
    let (Some(opening), Some(closing)) = (statement.opening, statement.closing) else {
        return Ok(());
    };
    let mut sum = opening;
    for entry in &statement.entries {
        sum = sum.add(entry.signed()?)?;
    }
    if sum == closing {
        return Ok(());
    }
    Err(Error::invalid(
        "file",
        "balance_differs",
        format!(
            "the statement {} begins with {opening} and ends with {closing}, its entries lead to {sum}",
            statement.bank_id
        ),
    ))
}

/// By what the entries of a statement are recognised in any other file: the bank's references where it gives some, what
/// is said of them where it does not. Entries that do not differ in anything are numbered.
#[must_use]
pub fn keys(statement: &ReadStatement) -> Vec<String> {
    let mut seen = std::collections::HashMap::<String, u32>::new();
    statement
        .entries
        .iter()
        .map(|entry| {
            let content = content(statement, entry);
            let number = seen.entry(content.clone()).or_default();
            *number += 1;
            hash(&[&content, &number.to_string()])
        })
        .collect()
}

fn content(statement: &ReadStatement, entry: &ReadEntry) -> String {
    let amount = entry.amount.minor.to_string();
    let booked = entry.booked_on.to_string();
    let mut parts = vec![
        statement.account.as_str(),
        statement.currency.code(),
        &booked,
        entry.direction.as_str(),
        &amount,
        &entry.reference,
        &entry.end_to_end,
    ];
    if entry.reference.is_empty() {
        parts.extend([entry.name.as_str(), &entry.account, &entry.text]);
        parts.extend(entry.references.iter().map(String::as_str));
    }
    hash(&parts)
}

/// By what a statement is recognised.
#[must_use]
pub fn statement_key(statement: &ReadStatement) -> String {
    let balance = |of: Option<Money>| of.map_or_else(String::new, |money| money.minor.to_string());
    hash(&[
        &statement.account,
        statement.currency.code(),
        &statement.bank_id,
        &statement.from.to_string(),
        &statement.until.to_string(),
        &balance(statement.opening),
        &balance(statement.closing),
    ])
}

/// A digest of texts, each by itself.
#[must_use]
pub fn hash(parts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part.len().to_be_bytes());
        digest.update(part.as_bytes());
    }
    digest
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// An amount that is written with a point, with any number of zeros behind.
fn amount(text: &str, currency: Currency) -> Result<Money> {
    let text = text.trim();
    let places = usize::try_from(currency.exponent()).unwrap_or(0);
    let short = match text.split_once('.') {
        Some((whole, rest)) if rest.len() > places => {
            let kept = rest.get(..places).unwrap_or(rest);
            let cut = rest.get(places..).unwrap_or_default();
            if cut.chars().all(|digit| digit == '0') {
                let point = if kept.is_empty() { "" } else { "." };
                format!("{whole}{point}{kept}")
            } else {
                text.to_owned()
            }
        }
        _ => text.to_owned(),
    };
    Money::parse_amount("file", &short, currency)
}
