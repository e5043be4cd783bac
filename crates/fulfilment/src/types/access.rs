//! Access data: where the customer finds the service and how to get in.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tradewind_kernel::{Text, Timestamp, text_enum};
use utoipa::ToSchema;

text_enum! {
    /// What a link leads to.
    pub enum EndpointCategory("category") {
        /// The service itself.
        App = "app",
        /// Its administration.
        Admin = "admin",
        /// How to use it.
        Documentation = "documentation",
        /// Anything else.
        Other = "other",
    }
}

tradewind_platform::sql_text!(EndpointCategory);

/// A link into the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccessEndpoint {
    /// Absolute http or https address.
    pub url: String,
    /// What it is called.
    pub label: Text,
    /// What it leads to.
    pub category: EndpointCategory,
}

/// A credential as it is listed: never with its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Credential {
    /// Names it within the subscription.
    pub code: String,
    /// What it is called.
    pub label: Text,
    /// When the vendor wrote it.
    pub written_at: Timestamp,
}

/// A credential with its value, for the customer it belongs to.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RevealedCredential {
    /// Names it within the subscription.
    pub code: String,
    /// The secret itself.
    pub value: String,
}

impl std::fmt::Debug for RevealedCredential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RevealedCredential")
            .field("code", &self.code)
            .finish_non_exhaustive()
    }
}

/// Everything a customer needs to get in, without the secrets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccessData {
    /// Links, in the vendor's order.
    pub endpoints: Vec<AccessEndpoint>,
    /// What to do, by language tag; plain text.
    pub instructions: BTreeMap<String, String>,
    /// Credentials without values.
    pub credentials: Vec<Credential>,
}

/// One link to set.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndpointInput {
    /// Absolute http or https address.
    pub url: String,
    /// What it is called.
    pub label: Text,
    /// What it leads to.
    pub category: EndpointCategory,
}

/// All links of a subscription; replaces the former ones.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndpointsInput {
    /// At most 20.
    pub endpoints: Vec<EndpointInput>,
}

/// All instructions of a subscription; replaces the former ones.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InstructionsInput {
    /// Plain text by language tag, each at most 10,000 characters.
    pub instructions: BTreeMap<String, String>,
}

/// One credential to write.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CredentialInput {
    /// Names it within the subscription: lower-case letters, digits, `-` and `_`.
    pub code: String,
    /// What it is called.
    pub label: Text,
    /// The secret, at most 10,000 characters; readable by the customer only.
    pub value: String,
}

impl std::fmt::Debug for CredentialInput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CredentialInput")
            .field("code", &self.code)
            .finish_non_exhaustive()
    }
}

/// Credentials to write. Each code can be written once; writing the same value again changes nothing.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CredentialsInput {
    /// At most 20.
    pub credentials: Vec<CredentialInput>,
}
