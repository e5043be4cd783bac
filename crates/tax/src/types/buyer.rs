//! What is known of who buys.

use serde::{Deserialize, Serialize};
use tradewind_kernel::{
    Date, Timestamp,
    id::{AccountId, CertificateId},
    text_enum,
};
use utoipa::ToSchema;

text_enum! {
    /// Who buys, in the eyes of the tax office.
    pub enum BuyerKind("buyer_kind") {
        /// A business with a VAT id that is accepted, or abroad with a tax number.
        Business = "business",
        /// A business that has shown no number.
        Unproven = "unproven",
        /// A private person.
        Consumer = "consumer",
    }
}

text_enum! {
    /// Where a hint at a buyer's place comes from.
    pub enum EvidenceKind("evidence") {
        /// The country of a card.
        Card = "card",
        /// The country of a network address.
        Ip = "ip",
        /// The country of a bank account.
        Bank = "bank",
        /// The country of a telephone number.
        Phone = "phone",
    }
}

/// A hint at where a buyer is, beside its address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = TaxEvidence)]
pub struct Evidence {
    /// What it is.
    pub kind: EvidenceKind,
    /// Country, ISO 3166-1 alpha-2.
    pub country: String,
    /// When it was recorded.
    pub at: Timestamp,
}

/// Records a hint at where a buyer is; the latest of a kind counts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EvidenceAdd {
    /// Whose place.
    pub account: AccountId,
    /// What it is.
    pub kind: EvidenceKind,
    /// Country, ISO 3166-1 alpha-2.
    pub country: String,
}

text_enum! {
    /// What the register has said of a VAT id.
    #[derive(Default)]
    pub enum VatState("vat_state") {
        /// Nothing yet.
        #[default]
        Unchecked = "unchecked",
        /// It is registered.
        Valid = "valid",
        /// It is not.
        Invalid = "invalid",
        /// It could not be asked; it is asked again.
        Unavailable = "unavailable",
    }
}

/// The last answer of the register about a VAT id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VatCheck {
    /// Which one; an answer about another number says nothing.
    pub vat_id: String,
    /// What it said.
    pub state: VatState,
    /// When it was asked.
    pub checked_at: Timestamp,
    /// The number of the consultation, as a proof of having asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The name that the register has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// What a register answers about a VAT id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VatAnswer {
    /// It knows.
    Known {
        /// Whether the number is registered.
        valid: bool,
        /// The number of the consultation.
        reference: Option<String>,
        /// The name that it has.
        name: Option<String>,
    },
    /// It cannot say now.
    Unavailable(String),
}

/// What is known of an account as a buyer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = TaxStanding)]
pub struct Standing {
    /// Hints at its place.
    pub evidence: Vec<Evidence>,
    /// What the register has said of its VAT id; none while it was not asked about the present one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vat_check: Option<VatCheck>,
}

text_enum! {
    /// Where an exemption certificate stands.
    pub enum CertificateState("certificate_state") {
        /// Waits for the seller.
        Pending = "pending",
        /// The seller has accepted it.
        Approved = "approved",
        /// The seller has not, or has taken its acceptance back.
        Rejected = "rejected",
    }
}

/// What frees a buyer of a tax.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = TaxCertificate)]
pub struct Certificate {
    /// Its id.
    pub id: CertificateId,
    /// Who sells without tax because of it.
    pub seller: AccountId,
    /// Whose it is.
    pub buyer: AccountId,
    /// Where it holds: a country, or a state of the United States.
    pub place: String,
    /// Its number.
    pub number: String,
    /// First day.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// Last day; none when it has none.
    #[schema(value_type = Option<String>, format = Date)]
    pub until: Option<Date>,
    /// Where the paper is kept.
    pub document: String,
    /// Where it stands.
    pub state: CertificateState,
    /// When it was handed in.
    pub created_at: Timestamp,
    /// Counts its changes.
    pub version: i64,
}

/// Hands in a certificate.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TaxCertificateSubmit)]
pub struct CertificateSubmit {
    /// Who is to sell without tax because of it.
    pub seller: AccountId,
    /// Whose it is.
    pub buyer: AccountId,
    /// Where it holds: a country (`DE`), or a state of the United States (`US-TX`).
    pub place: String,
    /// Its number.
    pub number: String,
    /// First day.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// Last day.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub until: Option<Date>,
    /// Where the paper is kept: a file name or an address.
    #[serde(default)]
    pub document: String,
}

/// The seller's word on a certificate.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct CertificateDecide {
    /// Which one.
    pub id: CertificateId,
    /// Whether it is accepted.
    pub approve: bool,
}

/// On what a document's taxes were decided, frozen with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TaxBasis {
    /// Where the buyer is taken to be.
    pub place: String,
    /// Who it is taken to be.
    pub buyer: BuyerKind,
    /// Hints at the place, beside the address.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    /// What the register had said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vat_check: Option<VatCheck>,
    /// What a tax engine had to do with it, for sellers whose taxes one decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<EngineBasis>,
}

/// What a tax engine had to do with the taxes of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = TaxEngineBasis)]
pub struct EngineBasis {
    /// The engine's name for its answer; none where it was away and the seller's own tables have decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}
