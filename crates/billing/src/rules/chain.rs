//! The chain of a book's entries: each is hashed together with the hash of the one before, so none can be changed, taken out or put
//! in without all later hashes being others.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};
use tradewind_kernel::id::TransactionId;

use crate::types::Entry;

/// Stands for the hash before the first entry.
pub const BEFORE_FIRST: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// What is hashed of an entry: lines of UTF-8 text, each ended by a line feed. Amounts are in the smallest unit of their currency.
/// Line feeds, returns and backslashes within a value are written `\n`, `\r` and `\\`, so a line is one value.
#[must_use]
pub fn canonical(sequence: i64, previous: &str, id: TransactionId, entry: &Entry) -> String {
    let mut text = String::with_capacity(512);
    let mut line = |name: &str, value: &dyn std::fmt::Display| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{name}: {}", escaped(&value.to_string()));
    };
    line("previous", &previous);
    line("book", &entry.book_id);
    line("sequence", &sequence);
    line("entry", &id);
    line("posted", &entry.posted_on);
    line("of", &entry.document_on);
    line("kind", &entry.kind);
    line("document", &entry.document_id);
    line("text", &entry.text);
    for posting in &entry.postings {
        let amount = posting.amount;
        let value = format!("{} {} {}", amount.minor, amount.currency, posting.account);
        line("posting", &value);
    }
    text
}

/// The SHA-256 of what is hashed of an entry, in 64 hexadecimal digits.
#[must_use]
pub fn hash(canonical: &str) -> String {
    Sha256::digest(canonical.as_bytes())
        .iter()
        .fold(String::with_capacity(64), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

fn escaped(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('\n', "\\n")
        .replace('\r', "\\r")
}
