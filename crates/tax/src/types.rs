//! Categories, rates, registrations, and what is known of who buys.

mod buyer;
mod engine;
mod profile;
mod rate;

pub use buyer::{
    BuyerKind, Certificate, CertificateDecide, CertificateState, CertificateSubmit, EngineBasis,
    Evidence, EvidenceAdd, EvidenceKind, Standing, TaxBasis, VatAnswer, VatCheck, VatState,
};
pub use engine::{
    AnsweredLine, AskedBuyer, AskedCertificate, AskedDocument, AskedLine, AskedRegistration,
    AskedSeller, EngineAnswer, EngineAway, EngineCall, EngineConfig, EngineReport, EngineSaid,
    EngineSample, EngineSampled, EngineSet, EngineTerms, ReportState, TaxQuestion,
};
pub use profile::{
    Registration, Scheme, Span, TaxDecision, TaxPoint, TaxProfile, TaxProfileSet, VatCheckPolicy,
};
pub use rate::{OwnRates, RateBuyer, RateRow, TaxCategory};
