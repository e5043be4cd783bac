//! Categories, rates, registrations, and what is known of who buys.

mod buyer;
mod profile;
mod rate;

pub use buyer::{
    BuyerKind, Certificate, CertificateDecide, CertificateState, CertificateSubmit, Evidence,
    EvidenceAdd, EvidenceKind, Standing, TaxBasis, VatAnswer, VatCheck, VatState,
};
pub use profile::{
    Registration, Scheme, Span, TaxDecision, TaxPoint, TaxProfile, TaxProfileSet, VatCheckPolicy,
};
pub use rate::{OwnRates, RateBuyer, RateRow, TaxCategory};
