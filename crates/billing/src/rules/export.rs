//! Books as plain-text accounting, for hledger and beancount.

use std::fmt::Write as _;

use tradewind_kernel::{Currency, Date, Money};

use super::chart::Chart;
use crate::types::{Entry, ExportFormat};

/// An account as it is declared: its name, the currencies in it, and the day of its first posting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenAccount {
    /// Name as in the ledger.
    pub account: String,
    /// First posting.
    pub opened_on: Date,
}

/// What stands before the entries; nothing before sealed ones.
#[must_use]
pub fn preamble(
    format: ExportFormat,
    title: &str,
    chart: &Chart,
    accounts: &[OpenAccount],
    currencies: &[Currency],
) -> String {
    let mut text = String::new();
    match format {
        ExportFormat::Sealed => return text,
        ExportFormat::Hledger => {
            push(&mut text, format_args!("; {}\n\n", one_line(title)));
            for currency in currencies {
                push(
                    &mut text,
                    format_args!("commodity {} {}\n", currency.code(), sample(*currency)),
                );
            }
            for account in accounts {
                push(
                    &mut text,
                    format_args!("account {}\n", chart.shown(&account.account)),
                );
            }
        }
        ExportFormat::Beancount => {
            push(
                &mut text,
                format_args!("option \"title\" \"{}\"\n", quoted(title)),
            );
            for currency in currencies {
                push(
                    &mut text,
                    format_args!("option \"operating_currency\" \"{}\"\n", currency.code()),
                );
            }
            text.push('\n');
            for account in accounts {
                push(
                    &mut text,
                    format_args!(
                        "{} open {}\n",
                        account.opened_on,
                        beancount_account(&chart.shown(&account.account))
                    ),
                );
            }
        }
    }
    text.push('\n');
    text
}

/// A link of the chain: what was hashed, and its hash.
#[must_use]
pub fn sealed(canonical: &str, hash: &str) -> String {
    format!("{canonical}hash: {hash}\n\n")
}

/// One entry, for programs of accounting. An earlier day of its document stands beside the one it counts for.
#[must_use]
pub fn entry(format: ExportFormat, chart: &Chart, id: &str, entry: &Entry) -> String {
    let mut text = String::new();
    let late = entry.document_on != entry.posted_on;
    match format {
        ExportFormat::Sealed => return text,
        ExportFormat::Hledger => {
            let of = if late {
                format!(", of:{}", entry.document_on)
            } else {
                String::new()
            };
            push(
                &mut text,
                format_args!(
                    "{} {}  ; id:{id}, document:{}{of}\n",
                    entry.posted_on,
                    one_line(&entry.text),
                    entry.document_id
                ),
            );
            for posting in &entry.postings {
                push(
                    &mut text,
                    format_args!(
                        "    {}  {} {}\n",
                        chart.shown(&posting.account.to_string()),
                        posting.amount.currency.code(),
                        plain(posting.amount)
                    ),
                );
            }
        }
        ExportFormat::Beancount => {
            push(
                &mut text,
                format_args!("{} * \"{}\"\n", entry.posted_on, quoted(&entry.text)),
            );
            push(
                &mut text,
                format_args!(
                    "  id: \"{id}\"\n  document: \"{}\"\n",
                    quoted(&entry.document_id)
                ),
            );
            if late {
                push(&mut text, format_args!("  of: {}\n", entry.document_on));
            }
            for posting in &entry.postings {
                push(
                    &mut text,
                    format_args!(
                        "  {}  {} {}\n",
                        beancount_account(&chart.shown(&posting.account.to_string())),
                        plain(posting.amount),
                        posting.amount.currency.code()
                    ),
                );
            }
        }
    }
    text.push('\n');
    text
}

fn push(text: &mut String, piece: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = text.write_fmt(piece);
}

fn plain(amount: Money) -> String {
    amount.amount()
}

/// An amount with the currency's places, which tells hledger how to show it; a decimal mark is required.
fn sample(currency: Currency) -> String {
    let places = usize::try_from(currency.exponent()).unwrap_or_default();
    format!("1000.{}", "0".repeat(places))
}

/// A name of beancount: each part starts with a capital letter or digit and has letters, digits and dashes only.
fn beancount_account(account: &str) -> String {
    let parts: Vec<String> = account
        .split(':')
        .map(|part| {
            let clean: String = part
                .chars()
                .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
                .collect();
            let mut letters = clean.chars();
            match letters.next() {
                Some(first) => first.to_ascii_uppercase().to_string() + letters.as_str(),
                None => "X".to_owned(),
            }
        })
        .collect();
    parts.join(":")
}

/// hledger ends a description at a semicolon and splits it at a bar.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_control() || matches!(c, ';' | '|') {
                ' '
            } else {
                c
            }
        })
        .collect()
}

fn quoted(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect::<String>()
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
}
