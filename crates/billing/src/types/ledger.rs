//! The double-entry ledger: each account of the tree keeps its own books.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use tradewind_kernel::{Currency, Date, Error, Money, id::AccountId, text_enum};
use utoipa::ToSchema;

text_enum! {
    /// What an entry records.
    pub enum EntryKind("kind") {
        /// An invoice.
        Invoice = "invoice",
        /// A credit note.
        CreditNote = "credit_note",
        /// Money that came in or went out.
        Payment = "payment",
        /// Credit used to pay an invoice.
        CreditUsed = "credit_used",
        /// Money that is paid back.
        Refund = "refund",
        /// A payment that the payer's bank took back, or gave back.
        Chargeback = "chargeback",
        /// Credit that a seller gave.
        Goodwill = "goodwill",
        /// Credit whose last day is over.
        CreditExpired = "credit_expired",
        /// What a vendor is owed for sales.
        VendorShare = "vendor_share",
        /// What a buyer owes and the seller has given up, or gets after all.
        WriteOff = "write_off",
        /// Sales that are invoiced elsewhere.
        External = "external",
        /// Money that came in for a seller, or went out again, at whoever collects for it.
        Collected = "collected",
        /// What is settled with a vendor, or with a seller for whom another collects.
        Settlement = "settlement",
        /// What is paid to it.
        Payout = "payout",
        /// What is billed and not earned at the end of a month.
        Revenue = "revenue",
        /// Won and lost in a month by what was owed in other currencies.
        Currency = "currency",
    }
}

text_enum! {
    /// Plain-text accounting formats.
    pub enum ExportFormat("format") {
        /// The journal format of hledger.
        Hledger = "hledger",
        /// The format of beancount.
        Beancount = "beancount",
        /// The sealed entries as they were hashed, each followed by its hash.
        Sealed = "sealed",
    }
}

/// An account of a book.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LedgerAccount {
    /// What a buyer owes on invoices.
    Receivable(AccountId),
    /// What a buyer will be invoiced by the seller's own system.
    Unbilled(AccountId),
    /// Money in the bank.
    Bank,
    /// Money on its way from a payment gateway.
    Clearing(String),
    /// What somebody has collected for us, and not settled.
    Collected(AccountId),
    /// What it holds back.
    HeldBy(AccountId),
    /// What it is to pay.
    SettledBy(AccountId),
    /// Tax paid to suppliers, reclaimable.
    InputTax,
    /// Credit that a seller keeps for us.
    SupplierCredit(AccountId),
    /// What is owed to a seller on its invoices.
    Payable(AccountId),
    /// What is owed to a vendor and not yet settled.
    Accrued(AccountId),
    /// What was collected for a seller, and is not settled.
    CollectedFor(AccountId),
    /// Held back of what a vendor or a seller gets.
    HeldBack(AccountId),
    /// What a vendor or a seller is to be paid.
    Settled(AccountId),
    /// Kept of a vendor's share.
    MarketplaceFee,
    /// Kept of what was collected for sellers.
    CollectingFee,
    /// Kept by whoever collects for us.
    CollectingCost,
    /// Credit kept for a buyer.
    CustomerCredit(AccountId),
    /// Money on its way back to a buyer.
    CustomerRefund(AccountId),
    /// Money on its way back from a seller.
    SupplierRefund(AccountId),
    /// Tax charged to buyers, to be passed on.
    OutputTax,
    /// Billed and not earned yet.
    Deferred,
    /// Sales.
    Sales,
    /// Lost to banks that took payments back.
    ChargebackLoss,
    /// Won from sellers by payments taken back.
    ChargebackGain,
    /// Given up of what buyers owe.
    BadDebt,
    /// Owed to sellers who have given it up.
    ForgivenDebt,
    /// Credit given to buyers.
    GoodwillGiven,
    /// Credit got from sellers.
    GoodwillReceived,
    /// Credit of buyers that has expired.
    ExpiredCredit,
    /// Credit with sellers that has expired.
    LostCredit,
    /// Won by what was owed in other currencies.
    CurrencyGain,
    /// Lost by it.
    CurrencyLoss,
    /// By how much what is held in other currencies has come to stand for more or less than it was booked for.
    Conversion,
    /// What was bought from a seller.
    Cost(AccountId),
}

impl LedgerAccount {
    /// The accounts that every book may have, without the party or gateway behind them.
    pub const STEMS: [&'static str; 35] = [
        "assets:bank",
        "assets:clearing",
        "assets:collected",
        "assets:credit",
        "assets:held",
        "assets:receivable",
        "assets:refund",
        "assets:settlement",
        "assets:tax:input",
        "assets:unbilled",
        "liabilities:accrued",
        "liabilities:collected",
        "liabilities:credit",
        "liabilities:deferred",
        "liabilities:held",
        "liabilities:payable",
        "liabilities:refund",
        "liabilities:settlement",
        "liabilities:tax:output",
        "equity:conversion",
        "income:chargebacks",
        "income:collecting-fee",
        "income:currency",
        "income:expired-credit",
        "income:forgiven-debt",
        "income:goodwill",
        "income:marketplace-fee",
        "income:sales",
        "expenses:bad-debt",
        "expenses:chargebacks",
        "expenses:collecting-fee",
        "expenses:cost",
        "expenses:currency",
        "expenses:expired-credit",
        "expenses:goodwill",
    ];

    /// Whether it says what somebody owes or is owed.
    #[must_use]
    pub const fn is_owed(&self) -> bool {
        matches!(
            self,
            Self::Receivable(_)
                | Self::Payable(_)
                | Self::CustomerCredit(_)
                | Self::SupplierCredit(_)
                | Self::CustomerRefund(_)
                | Self::SupplierRefund(_)
                | Self::Accrued(_)
                | Self::Collected(_)
                | Self::CollectedFor(_)
                | Self::HeldBy(_)
                | Self::SettledBy(_)
                | Self::HeldBack(_)
                | Self::Settled(_)
        )
    }
}

impl fmt::Display for LedgerAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Receivable(who) => write!(f, "assets:receivable:{who}"),
            Self::Unbilled(who) => write!(f, "assets:unbilled:{who}"),
            Self::Bank => f.write_str("assets:bank"),
            Self::Clearing(gateway) => write!(f, "assets:clearing:{gateway}"),
            Self::Collected(who) => write!(f, "assets:collected:{who}"),
            Self::HeldBy(who) => write!(f, "assets:held:{who}"),
            Self::SettledBy(who) => write!(f, "assets:settlement:{who}"),
            Self::InputTax => f.write_str("assets:tax:input"),
            Self::SupplierCredit(who) => write!(f, "assets:credit:{who}"),
            Self::Payable(who) => write!(f, "liabilities:payable:{who}"),
            Self::Accrued(who) => write!(f, "liabilities:accrued:{who}"),
            Self::CollectedFor(who) => write!(f, "liabilities:collected:{who}"),
            Self::HeldBack(who) => write!(f, "liabilities:held:{who}"),
            Self::Settled(who) => write!(f, "liabilities:settlement:{who}"),
            Self::MarketplaceFee => f.write_str("income:marketplace-fee"),
            Self::CollectingFee => f.write_str("income:collecting-fee"),
            Self::CollectingCost => f.write_str("expenses:collecting-fee"),
            Self::CustomerCredit(who) => write!(f, "liabilities:credit:{who}"),
            Self::CustomerRefund(who) => write!(f, "liabilities:refund:{who}"),
            Self::SupplierRefund(who) => write!(f, "assets:refund:{who}"),
            Self::OutputTax => f.write_str("liabilities:tax:output"),
            Self::Deferred => f.write_str("liabilities:deferred"),
            Self::Sales => f.write_str("income:sales"),
            Self::ChargebackLoss => f.write_str("expenses:chargebacks"),
            Self::ChargebackGain => f.write_str("income:chargebacks"),
            Self::BadDebt => f.write_str("expenses:bad-debt"),
            Self::ForgivenDebt => f.write_str("income:forgiven-debt"),
            Self::GoodwillGiven => f.write_str("expenses:goodwill"),
            Self::GoodwillReceived => f.write_str("income:goodwill"),
            Self::ExpiredCredit => f.write_str("income:expired-credit"),
            Self::LostCredit => f.write_str("expenses:expired-credit"),
            Self::CurrencyGain => f.write_str("income:currency"),
            Self::CurrencyLoss => f.write_str("expenses:currency"),
            Self::Conversion => f.write_str("equity:conversion"),
            Self::Cost(who) => write!(f, "expenses:cost:{who}"),
        }
    }
}

impl FromStr for LedgerAccount {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let unknown = || {
            Error::invalid(
                "account",
                "unknown_account",
                format!("{text:?} is not an account of a book"),
            )
        };
        let (class, rest) = text.split_once(':').ok_or_else(unknown)?;
        let (name, detail) = rest.split_once(':').unwrap_or((rest, ""));
        Ok(match (class, name) {
            ("assets", "receivable") => Self::Receivable(detail.parse()?),
            ("assets", "unbilled") => Self::Unbilled(detail.parse()?),
            ("assets", "bank") => Self::Bank,
            ("assets", "clearing") => Self::Clearing(detail.to_owned()),
            ("assets", "collected") => Self::Collected(detail.parse()?),
            ("assets", "held") => Self::HeldBy(detail.parse()?),
            ("assets", "settlement") => Self::SettledBy(detail.parse()?),
            ("assets", "tax") => Self::InputTax,
            ("assets", "credit") => Self::SupplierCredit(detail.parse()?),
            ("assets", "refund") => Self::SupplierRefund(detail.parse()?),
            ("liabilities", "refund") => Self::CustomerRefund(detail.parse()?),
            ("liabilities", "payable") => Self::Payable(detail.parse()?),
            ("liabilities", "accrued") => Self::Accrued(detail.parse()?),
            ("liabilities", "collected") => Self::CollectedFor(detail.parse()?),
            ("liabilities", "held") => Self::HeldBack(detail.parse()?),
            ("liabilities", "settlement") => Self::Settled(detail.parse()?),
            ("income", "collecting-fee") => Self::CollectingFee,
            ("expenses", "collecting-fee") => Self::CollectingCost,
            ("income", "marketplace-fee") => Self::MarketplaceFee,
            ("liabilities", "credit") => Self::CustomerCredit(detail.parse()?),
            ("liabilities", "tax") => Self::OutputTax,
            ("liabilities", "deferred") => Self::Deferred,
            ("income", "sales") => Self::Sales,
            ("expenses", "chargebacks") => Self::ChargebackLoss,
            ("income", "chargebacks") => Self::ChargebackGain,
            ("expenses", "bad-debt") => Self::BadDebt,
            ("income", "forgiven-debt") => Self::ForgivenDebt,
            ("expenses", "goodwill") => Self::GoodwillGiven,
            ("income", "goodwill") => Self::GoodwillReceived,
            ("income", "expired-credit") => Self::ExpiredCredit,
            ("expenses", "expired-credit") => Self::LostCredit,
            ("income", "currency") => Self::CurrencyGain,
            ("expenses", "currency") => Self::CurrencyLoss,
            ("equity", "conversion") => Self::Conversion,
            ("expenses", "cost") => Self::Cost(detail.parse()?),
            _ => return Err(unknown()),
        })
    }
}

/// One posting: positive amounts are debits, negative ones credits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    /// The account of the book.
    pub account: LedgerAccount,
    /// Debit (positive) or credit (negative).
    pub amount: Money,
}

/// One balanced entry in one book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Whose book.
    pub book_id: AccountId,
    /// The day it counts for.
    pub posted_on: Date,
    /// The day of what it records; earlier than the one it counts for where that was closed already.
    pub document_on: Date,
    /// What it records.
    pub kind: EntryKind,
    /// The document or payment behind it.
    pub document_id: String,
    /// In words.
    pub text: String,
    /// At least two, balanced in every currency.
    pub postings: Vec<Posting>,
}

/// What an account of a book amounts to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = LedgerBalance)]
pub struct AccountBalance {
    /// The account: `assets:receivable:acc_…`.
    pub account: String,
    /// In which currency.
    pub currency: Currency,
    /// Debits less credits.
    pub balance: Money,
    /// Its number in the chart of the book's owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Its name there; empty where it keeps its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}
