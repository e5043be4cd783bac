//! What a tax engine is asked, what it answers, and how a seller has set it up.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tradewind_kernel::{
    Currency, Date, Money, Timestamp,
    calendar::Period,
    id::{AccountId, InvoiceId},
    text_enum,
};
use tradewind_platform::Secret;
use tradewind_pricing::tax::TaxRate;
use utoipa::ToSchema;

use super::{BuyerKind, TaxCategory, VatState};

text_enum! {
    /// What becomes of documents while a seller's tax engine does not answer.
    #[derive(Default)]
    pub enum EngineAway("away") {
        /// They wait, and the engine is asked again.
        #[default]
        Hold = "hold",
        /// After some hours they are taxed by place, from the realm's own tables, and say so.
        OwnTables = "own_tables",
    }
}

text_enum! {
    /// Whether a tax engine has been told of a document.
    pub enum ReportState("report_state") {
        /// Not yet: it is told again.
        Pending = "pending",
        /// It has taken it down.
        Done = "done",
    }
}

/// What decides beside the engine's answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EngineTerms {
    /// What becomes of documents while it does not answer.
    pub away: EngineAway,
    /// Hours after which the realm's own tables decide, where they do.
    pub after_hours: u32,
    /// What the engine calls a category, where it has codes of its own.
    pub codes: BTreeMap<TaxCategory, String>,
}

/// The tax engine of a seller, as far as it is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = TaxEngine)]
pub struct EngineConfig {
    /// Whose.
    pub seller_id: AccountId,
    /// Where it is.
    pub url: String,
    /// How the secret ends.
    pub secret_hint: String,
    /// What becomes of documents while it does not answer.
    pub away: EngineAway,
    /// Hours after which the realm's own tables decide; 0 where they never do.
    pub after_hours: u32,
    /// What the engine calls a category, where it has codes of its own.
    #[schema(value_type = BTreeMap<String, String>)]
    pub codes: BTreeMap<TaxCategory, String>,
    /// When it was set.
    pub set_at: Timestamp,
}

/// Sets a seller's tax engine.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TaxEngineSet)]
pub struct EngineSet {
    /// Where it is: `https://tax.example/tradewind`, to which `/v1/taxes` and `/v1/documents` are added.
    #[schema(max_length = 500)]
    pub url: String,
    /// What it knows us by; kept as it is when left out. It is never told again.
    #[serde(default)]
    #[schema(min_length = 12, max_length = 300)]
    pub secret: Option<String>,
    /// What becomes of documents while it does not answer.
    #[serde(default)]
    pub away: EngineAway,
    /// Hours after which the realm's own tables decide, with `own_tables`.
    #[serde(default)]
    #[schema(maximum = 720)]
    pub after_hours: u32,
    /// What the engine calls a category, where it has codes of its own.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, String>)]
    pub codes: BTreeMap<TaxCategory, String>,
}

/// It holds a secret.
impl std::fmt::Debug for EngineSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "EngineSet({})", self.url)
    }
}

/// A request to a tax engine.
#[derive(Debug, Clone)]
pub struct EngineCall {
    /// The address.
    pub url: String,
    /// What it knows the seller by.
    pub secret: Secret,
    /// The same key is the same request: it is done once, however often it comes.
    pub key: String,
    /// The request as JSON.
    pub body: String,
}

/// What came of a request to a tax engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EngineSaid {
    /// It has done as it was asked; the body of its answer.
    Answered(Vec<u8>),
    /// It will not, and says why.
    Refused(String),
    /// It could not be reached, or cannot now.
    Unavailable(String),
}

/// Which taxes are on a document: the body of `POST /v1/taxes`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxQuestion {
    /// `v1`.
    pub version: String,
    /// Who sells.
    pub seller: AskedSeller,
    /// Who buys.
    pub buyer: AskedBuyer,
    /// What the document is.
    pub document: AskedDocument,
    /// What is on it, in order.
    pub lines: Vec<AskedLine>,
}

/// Who sells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedSeller {
    /// Its account.
    pub id: AccountId,
    /// Country, ISO 3166-1 alpha-2.
    pub country: String,
    /// State or province.
    pub region: String,
    /// Postal code.
    pub postal_code: String,
    /// City.
    pub city: String,
    /// Its tax number.
    pub tax_id: String,
    /// Where it is registered for tax on the day of the document.
    pub registrations: Vec<AskedRegistration>,
}

/// A registration of the seller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedRegistration {
    /// A country, a state (`US-TX`), or `EU`.
    pub place: String,
    /// Its number there.
    pub number: String,
}

/// Who buys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedBuyer {
    /// Its account.
    pub id: AccountId,
    /// A business that has proven it, one that has not, or a private person.
    pub kind: BuyerKind,
    /// Country, ISO 3166-1 alpha-2.
    pub country: String,
    /// State or province.
    pub region: String,
    /// Postal code.
    pub postal_code: String,
    /// City.
    pub city: String,
    /// Street and number.
    pub line1: String,
    /// Its VAT id or tax number; empty when it has none.
    pub tax_id: String,
    /// What the register of VAT ids has said of it.
    pub vat_check: VatState,
    /// Approved exemption certificates that hold on the day of the document.
    pub certificates: Vec<AskedCertificate>,
}

/// An exemption certificate of the buyer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedCertificate {
    /// A country or state.
    pub place: String,
    /// Its number.
    pub number: String,
}

/// What the document is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedDocument {
    /// `invoice`, or `credit_note` when more is given back than charged.
    pub kind: String,
    /// Currency of all amounts.
    pub currency: Currency,
    /// The day of issue.
    pub issued_on: Date,
}

/// A line of the document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedLine {
    /// Names the line in the answer.
    pub key: String,
    /// What it is for, in the eyes of the tax offices.
    pub category: TaxCategory,
    /// What the engine calls that, where the seller has said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The day on which it counts as supplied, by the seller's tax point.
    pub supplied_on: Date,
    /// First day of the time that it is for.
    pub from: Date,
    /// Last day of it.
    pub until: Date,
    /// How much, as a decimal.
    pub quantity: String,
    /// Of what.
    pub unit: String,
    /// What it costs after discounts, as a decimal; negative where something is given back.
    pub amount: String,
    /// Whether the taxes are in the amount.
    pub tax_included: bool,
}

/// What an engine has answered, looked over and understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = TaxEngineAnswer)]
pub struct EngineAnswer {
    /// The engine's name for it.
    pub reference: String,
    /// The taxes of each line, in the order of the question.
    pub lines: Vec<AnsweredLine>,
}

/// The taxes of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = TaxEngineAnsweredLine)]
pub struct AnsweredLine {
    /// Which.
    pub key: String,
    /// Its taxes, in the order in which they compound; one entry where none is added, which says why.
    pub taxes: Vec<TaxRate>,
}

/// Asks an engine about a sale that is only imagined: one line, today.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TaxEngineSample)]
pub struct EngineSample {
    /// Who buys.
    pub buyer_id: AccountId,
    /// What.
    #[serde(default)]
    pub category: TaxCategory,
    /// For how much.
    pub amount: Money,
    /// Whether the taxes are in the amount.
    #[serde(default)]
    pub tax_included: bool,
}

/// What an engine says about a sample.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = TaxEngineSampled)]
pub struct EngineSampled {
    /// Its answer.
    pub answer: EngineAnswer,
    /// Without tax.
    pub net: Money,
    /// All taxes, as a document would have them.
    pub tax: Money,
    /// With tax.
    pub gross: Money,
}

/// Whether a seller's tax engine knows of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = TaxEngineReport)]
pub struct EngineReport {
    /// Who has issued it.
    pub seller_id: AccountId,
    /// Which document.
    pub document_id: InvoiceId,
    /// Its number.
    pub number: String,
    /// Whether the engine has taken it down.
    pub state: ReportState,
    /// What went wrong the last time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// When that was noted.
    pub at: Timestamp,
}

impl AskedLine {
    /// The days of a half-open period.
    #[must_use]
    pub fn days(period: Period) -> (Date, Date) {
        let last = period.end.yesterday().unwrap_or(period.end);
        (period.start, last.max(period.start))
    }
}
