//! Invoices and credit notes.

use serde::{Deserialize, Serialize};
use tradewind_catalogue::types::FxUse;
use tradewind_kernel::{
    Date, Decimal, Locale, Money, Result, Timestamp,
    calendar::Period,
    id::{AccountId, InvoiceId},
    text_enum,
};
use tradewind_pricing::tax::{TaxMode, TaxRate};
use tradewind_tax::types::{TaxBasis, TaxCategory};
use utoipa::ToSchema;

text_enum! {
    /// What kind of document it is.
    pub enum DocumentKind("kind") {
        /// The buyer owes the total.
        Invoice = "invoice",
        /// The seller gives the total back.
        CreditNote = "credit_note",
    }
}

impl DocumentKind {
    /// +1 for documents whose amounts are charges, -1 for those whose amounts are credits.
    #[must_use]
    pub const fn sign(self) -> i64 {
        match self {
            Self::Invoice => 1,
            Self::CreditNote => -1,
        }
    }

    /// The letters that start the numbers of this kind.
    #[must_use]
    pub const fn series_prefix(self) -> &'static str {
        match self {
            Self::Invoice => "INV",
            Self::CreditNote => "CN",
        }
    }
}

text_enum! {
    /// Where an invoice stands.
    pub enum BalanceStatus("status") {
        /// Something is still owed.
        Open = "open",
        /// Nothing is owed any more.
        Paid = "paid",
        /// Taken back by a credit note before it was paid.
        Credited = "credited",
        /// What was still owed, the seller has given up.
        WrittenOff = "written_off",
    }
}

/// One side of a document as it was on the day of issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = InvoiceParty)]
pub struct Party {
    /// The account.
    pub account_id: AccountId,
    /// Its name.
    pub name: String,
    /// Its address, as the account has it.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub address: serde_json::Value,
    /// Its tax registration, as the account has it.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub tax: serde_json::Value,
    /// Where to send money, for sellers.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub bank: serde_json::Value,
    /// E-mail address.
    #[serde(default)]
    pub email: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[serde(default)]
    pub country: String,
}

/// Both sides, frozen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = InvoiceParties)]
pub struct Parties {
    /// Who issues.
    pub seller: Party,
    /// Who receives.
    pub buyer: Party,
    /// Who has issued it in the seller's name and for its account, and is to be paid; none where the seller is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collector: Option<Party>,
    /// On what its taxes stand, where they were decided by place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_basis: Option<TaxBasis>,
}

/// One tax on one document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = InvoiceTax)]
pub struct TaxLine {
    /// The tax.
    #[serde(flatten)]
    pub rate: TaxRate,
    /// The nets of all lines that it is on.
    pub net: Money,
    /// What it comes to on them.
    pub tax: Money,
}

/// One tax on one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = InvoiceLineTax)]
pub struct LineTax {
    /// The tax.
    #[serde(flatten)]
    pub rate: TaxRate,
    /// The line's share of what it comes to on the document.
    pub amount: Money,
}

/// One line of a document. `net` and `tax` add up to what the line costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = InvoiceLine)]
pub struct DocumentLine {
    /// Identifies the line within the document.
    pub no: i64,
    /// Heading.
    pub group_label: String,
    /// In words.
    pub description: String,
    /// How much; 1 where several units came together.
    #[serde(with = "rust_decimal::serde::str")]
    #[schema(value_type = String)]
    pub quantity: Decimal,
    /// Of what; empty where several units came together.
    pub unit: String,
    /// Price of one, where all charges of the line have the same; with tax in it where the line has.
    #[serde(with = "rust_decimal::serde::str_option")]
    #[schema(value_type = Option<String>)]
    pub unit_price: Option<Decimal>,
    /// What time it is for.
    pub period: Period,
    /// Whether its price was agreed with the tax in it.
    pub tax_included: bool,
    /// What it is for, in the eyes of the tax offices.
    #[serde(default)]
    pub tax_category: TaxCategory,
    /// The amount by that price, rounded once for the line: the sum of the shares of its charges.
    pub amount: Money,
    /// The amount without tax.
    pub net: Money,
    /// All its taxes.
    pub tax: Money,
    /// Each of its taxes, in the order in which they compound.
    pub taxes: Vec<LineTax>,
    /// The number of the buyer's purchase order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_number: Option<String>,
    /// The buyer's cost centre, project or other sign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_centre: Option<String>,
    /// The exchange rates that went into the amount, as they were when it was charged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rates: Vec<FxUse>,
}

impl DocumentLine {
    /// What a tax engine calls the line.
    #[must_use]
    pub fn key(&self) -> String {
        self.no.to_string()
    }

    /// With tax.
    ///
    /// # Errors
    /// `overflow`.
    pub fn gross(&self) -> Result<Money> {
        self.net.add(self.tax)
    }

    /// Whether its amount has the tax in it.
    #[must_use]
    pub const fn tax_mode(&self) -> TaxMode {
        if self.tax_included {
            TaxMode::Inclusive
        } else {
            TaxMode::Exclusive
        }
    }

    /// The percentages of its taxes added up, as far as none is taken on another.
    #[must_use]
    pub fn tax_percent(&self) -> Decimal {
        self.taxes.iter().map(|tax| tax.rate.percent).sum()
    }
}

/// What stands on top of a document. On a credit note all amounts are what is given back: positive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = InvoiceSummary)]
pub struct DocumentSummary {
    /// Its id.
    pub id: InvoiceId,
    /// Who issued it.
    pub seller_id: AccountId,
    /// Who received it.
    pub buyer_id: AccountId,
    /// Invoice or credit note.
    pub kind: DocumentKind,
    /// The number as it is printed: `INV-2024-000042`.
    pub number: String,
    /// Date of issue in the seller's time zone.
    #[schema(value_type = String, format = Date)]
    pub issued_on: Date,
    /// When it is to be paid.
    #[schema(value_type = String, format = Date)]
    pub due_on: Date,
    /// From the start of the earliest line to the end of the latest.
    pub period: Period,
    /// Without tax.
    pub net: Money,
    /// Tax.
    pub tax: Money,
    /// With tax.
    pub gross: Money,
    /// The number of the buyer's purchase order, where all lines have the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_number: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// What was paid and what is still owed; none for credit notes.
    pub balance: Option<Balance>,
}

/// What has been paid of an invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = InvoiceBalance)]
pub struct Balance {
    /// Where it stands.
    pub status: BalanceStatus,
    /// Paid so far, credits included.
    pub paid: Money,
    /// What of it the seller has given up.
    pub written_off: Money,
    /// Still owed.
    pub open: Money,
    /// Number of the last dunning step taken, 0 before the first.
    pub dunning_stage: i64,
    /// Who collects it for the seller; none where the seller does. It stays as it was when the invoice was issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collector_id: Option<AccountId>,
}

/// Another document, as one that has to do with it names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = InvoiceName)]
pub struct OtherDocument {
    /// Its id.
    pub id: InvoiceId,
    /// Its number.
    pub number: String,
}

impl OtherDocument {
    /// With both, if there is one.
    pub(crate) fn of(id: Option<InvoiceId>, number: Option<String>) -> Option<Self> {
        Some(Self {
            id: id?,
            number: number?,
        })
    }
}

/// An invoice that was issued anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = InvoiceReissued)]
pub struct Reissued {
    /// The new invoice.
    pub id: InvoiceId,
    /// Its number.
    pub number: String,
    /// What it asks for, tax included.
    pub gross: Money,
    /// The credit note that takes the old one back.
    pub note_id: InvoiceId,
    /// Its number.
    pub note_number: String,
    /// What that gives back, tax included.
    pub credited: Money,
}

/// A whole document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Invoice)]
pub struct Document {
    /// The head.
    #[serde(flatten)]
    pub summary: DocumentSummary,
    /// Both sides as they were on the day of issue.
    pub parties: Parties,
    /// Tax per rate.
    pub tax_summary: Vec<TaxLine>,
    /// What its currency was worth in that of the seller's books on the day of issue; none where it is the same, where the books are not
    /// valued, or where no rate was known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub book_rate: Option<FxUse>,
    /// The invoice in whose place it was issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<OtherDocument>,
    /// The invoice that was issued in its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<OtherDocument>,
    /// The language it is written in.
    pub locale: Locale,
    /// Days to pay, 0 = at once.
    pub payment_terms_days: i64,
    /// The invoice that a credit note takes back.
    pub credits: Option<InvoiceId>,
    /// The lines, in order.
    pub lines: Vec<DocumentLine>,
}
