//! The nouns of delivery: what is to be done for a subscription, how its customer gets in, and who is told about it.

mod access;
mod delivery;
mod webhook;

pub use access::{
    AccessData, AccessEndpoint, Credential, CredentialInput, CredentialsInput, EndpointCategory,
    EndpointInput, EndpointsInput, InstructionsInput, RevealedCredential,
};
pub use delivery::{
    Delivery, DeliveryDetail, DeliveryKind, DeliveryMode, DeliveryOperation, DeliveryReport,
    DeliveryState, LateReport, ReportOutcome,
};
pub use webhook::{
    AttemptView, CreatedEndpoint, EndpointView, MessageState, MessageView, SecretRotation,
    WebhookEndpointInput, WebhookEndpointUpdate,
};
