//! What a seller's bank says: statements, their entries, and what became of each.

use serde::{Deserialize, Serialize};
use tradewind_kernel::{
    Currency, Date, Money, Timestamp,
    id::{AccountId, BankEntryId, BankStatementId, InvoiceId, PaymentId},
    text_enum,
};
use utoipa::ToSchema;

text_enum! {
    /// What kind of file a statement came in.
    pub enum BankFormat("format") {
        /// ISO 20022 `camt.053`.
        Camt053 = "camt053",
        /// Rows of text, by a mapping of the seller's.
        Csv = "csv",
    }
}

text_enum! {
    /// Which way money went, as the seller sees it.
    pub enum BankDirection("direction") {
        /// It came in.
        Credit = "credit",
        /// It went out.
        Debit = "debit",
    }
}

text_enum! {
    /// What became of an entry.
    pub enum BankEntryState("state") {
        /// Nobody knows yet what it is for.
        Unmatched = "unmatched",
        /// Recorded as payments by the rules.
        Matched = "matched",
        /// Recorded as payments by a person.
        Assigned = "assigned",
        /// Not a payment of a buyer, as a person has said.
        Ignored = "ignored",
        /// Money that went out: nothing to match.
        Outgoing = "outgoing",
    }
}

text_enum! {
    /// Why the rules have left an entry to a person.
    pub enum BankDoubt("doubt") {
        /// It names no invoice, and no payer is known for it.
        Unknown = "unknown",
        /// What it names is paid already.
        PaidAlready = "paid_already",
        /// It names invoices of several buyers.
        SeveralBuyers = "several_buyers",
        /// Its text fits several invoices.
        Ambiguous = "ambiguous",
        /// What it seems to be for is in another currency.
        OtherCurrency = "other_currency",
        /// The payer is known, but the amount fits nothing.
        OtherAmount = "other_amount",
        /// A payment that came in earlier was taken back.
        TakenBack = "taken_back",
        /// A person has undone what it was taken for.
        Undone = "undone",
    }
}

text_enum! {
    /// How the days of a file are written.
    pub enum DateForm("form") {
        /// `2024-03-31`.
        Iso = "yyyy-mm-dd",
        /// `20240331`.
        Compact = "yyyymmdd",
        /// `31.03.2024`, also with a year of two digits.
        Dots = "dd.mm.yyyy",
        /// `31/03/2024`, also with a year of two digits.
        DayFirst = "dd/mm/yyyy",
        /// `03/31/2024`, also with a year of two digits.
        MonthFirst = "mm/dd/yyyy",
    }
}

text_enum! {
    /// What separates units from cents in a file.
    pub enum DecimalSign("sign") {
        /// `1,234.56`.
        Point = "point",
        /// `1.234,56`.
        Comma = "comma",
    }
}

/// How the columns of a bank's CSV file are to be read. Columns are named by the words of the header row, of which upper
/// and lower case do not matter; what stands above that row is skipped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CsvMapping {
    /// The day on which it was booked.
    pub date: String,
    /// How days are written.
    pub date_form: DateForm,
    /// What separates units from cents.
    pub decimal_sign: DecimalSign,
    /// The amount, negative when money went out; left out when there are two columns for it.
    #[serde(default)]
    pub amount: Option<String>,
    /// What came in, when that has a column of its own.
    #[serde(default)]
    pub credit: Option<String>,
    /// What went out, when that has a column of its own.
    #[serde(default)]
    pub debit: Option<String>,
    /// A column that says with a word which way the money went: `C`, `H`, `CRDT`, `Haben` for what came in, `D`, `S`,
    /// `DBIT`, `Soll` for what went out.
    #[serde(default)]
    pub direction: Option<String>,
    /// The currency's code; `currency_code` when left out.
    #[serde(default)]
    pub currency: Option<String>,
    /// The currency of the account, for files that do not name it.
    #[serde(default)]
    pub currency_code: Option<Currency>,
    /// The bank's own reference of the entry.
    #[serde(default)]
    pub reference: Option<String>,
    /// Who paid, or was paid.
    #[serde(default)]
    pub name: Option<String>,
    /// Their account.
    #[serde(default)]
    pub account: Option<String>,
    /// What the payer wrote; several columns are joined.
    pub text: Vec<String>,
    /// The balance after each entry, from which it is checked that none is missing.
    #[serde(default)]
    pub balance: Option<String>,
    /// What separates columns, when it cannot be told from the header row.
    #[serde(default)]
    pub separator: Option<char>,
    /// The seller's own account, as statements show it.
    #[serde(default)]
    pub own_account: String,
}

/// A mapping under the name that a seller gave it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NamedMapping {
    /// Its name.
    pub name: String,
    /// The mapping.
    pub mapping: CsvMapping,
}

/// One statement of a bank account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BankStatement {
    /// Its id.
    pub id: BankStatementId,
    /// Whose account it is.
    pub seller_id: AccountId,
    /// The account: its IBAN, where it has one.
    pub account: String,
    /// In which currency.
    pub currency: Currency,
    /// What kind of file it came in.
    pub format: BankFormat,
    /// The file's name.
    pub file_name: String,
    /// The bank's own name for it.
    pub bank_id: String,
    /// The first day that it tells of.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// The last.
    #[schema(value_type = String, format = Date)]
    pub until: Date,
    /// What was on the account before, when the file says so.
    pub opening: Option<Money>,
    /// What was on it after.
    pub closing: Option<Money>,
    /// How far it is from the end of the statement before it; none when it follows it or nothing is known of one.
    pub gap: Option<Money>,
    /// Entries that it has.
    pub entries: i64,
    /// Those of them that were not known from another file.
    pub taken: i64,
    /// When it was imported.
    pub created_at: Timestamp,
}

/// One entry of a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BankEntry {
    /// Its id.
    pub id: BankEntryId,
    /// Whose account it is on.
    pub seller_id: AccountId,
    /// The statement that it was first seen on.
    pub statement_id: BankStatementId,
    /// The day on which the bank booked it.
    #[schema(value_type = String, format = Date)]
    pub booked_on: Date,
    /// Which way the money went.
    pub direction: BankDirection,
    /// How much, never negative.
    pub amount: Money,
    /// Whether it takes back an earlier entry.
    pub reversal: bool,
    /// The bank's reference; empty when it gives none.
    pub reference: String,
    /// Who paid or was paid, as the bank knows them.
    pub name: String,
    /// Their account, but for its last four characters.
    pub account_hint: String,
    /// What the payer wrote.
    pub text: String,
    /// What became of it.
    pub state: BankEntryState,
    /// Why the rules have left it to a person.
    pub doubt: Option<BankDoubt>,
    /// Why a person ignored it.
    pub reason: String,
    /// When it was settled.
    pub settled_at: Option<Timestamp>,
}

/// A payment that an entry was recorded as.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BankEntryPayment {
    /// The payment.
    pub payment_id: PaymentId,
    /// The invoice that it is for.
    pub invoice_id: Option<InvoiceId>,
    /// Who paid.
    pub payer_id: AccountId,
    /// How much.
    pub amount: Money,
    /// Whether it was recorded for the entry; otherwise it was there before.
    pub recorded: bool,
}

/// What an entry may be for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BankSuggestion {
    /// The invoice.
    pub invoice_id: InvoiceId,
    /// Its number.
    pub number: String,
    /// Its buyer.
    pub buyer_id: AccountId,
    /// The buyer's name.
    pub buyer: String,
    /// What is open of it.
    pub open: Money,
    /// Whether the payer named it.
    pub named: bool,
    /// Whether the amounts are the same.
    pub same_amount: bool,
    /// Whether the payer is known to pay for this buyer, or has its name.
    pub same_payer: bool,
}

/// An entry with everything that is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BankEntryDetail {
    /// The entry.
    #[serde(flatten)]
    pub entry: BankEntry,
    /// The other side's account in full.
    pub account: String,
    /// What it was recorded as.
    pub payments: Vec<BankEntryPayment>,
    /// What it may be for, the likeliest first; none when it is settled.
    pub suggestions: Vec<BankSuggestion>,
    /// Transfers of the same amount: recorded by hand before, or those that an entry which went out may take back.
    pub alike: Vec<BankEntryPayment>,
}

/// What came of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct BankImport {
    /// The statements in it; one that was known already is left out.
    pub statements: Vec<BankStatement>,
    /// Entries that the file has.
    pub entries: u64,
    /// Entries that were known already.
    pub known: u64,
    /// Entries that the bank has not booked yet; they come again when it has.
    pub pending: u64,
    /// Entries recorded as payments.
    pub matched: u64,
    /// Entries that wait for a person.
    pub unmatched: u64,
    /// Money that went out.
    pub outgoing: u64,
}
