//! The European Commission's register of VAT ids (VIES), over its REST interface.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::json;
use tradewind_kernel::{Result, vat_id::VatId};
use tradewind_platform::{BoxFuture, HttpAnswer, HttpCaller, HttpRequest};
use tradewind_tax::{service::VatRegister, types::VatAnswer};

/// Where the register is.
pub const VIES_URL: &str = "https://ec.europa.eu/taxation_customs/vies/rest-api";

/// The register.
#[derive(Clone)]
pub struct ViesRegister {
    http: Arc<dyn HttpCaller>,
    url: String,
}

impl std::fmt::Debug for ViesRegister {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ViesRegister({})", self.url)
    }
}

/// What is read of an answer; a number that is valid has a name and, for a named asker, a consultation number.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    #[serde(default)]
    valid: Option<bool>,
    #[serde(default)]
    request_identifier: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    user_error: Option<String>,
    #[serde(default)]
    error_wrappers: Vec<Wrapped>,
}

#[derive(Debug, Deserialize)]
struct Wrapped {
    #[serde(default)]
    error: String,
}

impl ViesRegister {
    /// The register at an address; without a trailing slash or with one.
    #[must_use]
    pub fn new(http: Arc<dyn HttpCaller>, url: &str) -> Self {
        Self {
            http,
            url: url.trim_end_matches('/').to_owned(),
        }
    }

    async fn consult(&self, id: &VatId, asker: Option<&VatId>) -> VatAnswer {
        let (country, number) = halves(id);
        let mut body = json!({ "countryCode": country, "vatNumber": number });
        if let Some(asker) = asker {
            let (country, number) = halves(asker);
            body["requesterMemberStateCode"] = json!(country);
            body["requesterNumber"] = json!(number);
        }
        let request =
            HttpRequest::post_json(format!("{}/check-vat-number", self.url), body.to_string())
                .header("accept", "application/json");
        match self.http.call(&request).await {
            Ok(answer) => understood(&answer),
            Err(failure) => VatAnswer::Unavailable(failure.to_string()),
        }
    }
}

impl VatRegister for ViesRegister {
    fn ask<'a>(
        &'a self,
        id: &'a VatId,
        asker: Option<&'a VatId>,
    ) -> BoxFuture<'a, Result<VatAnswer>> {
        Box::pin(async move { Ok(self.consult(id, asker).await) })
    }
}

/// The prefix of a number and the rest of it.
fn halves(id: &VatId) -> (String, String) {
    let text = id.to_string();
    let (country, number) = text.split_at(2);
    (country.to_owned(), number.to_owned())
}

/// Anything that is not a plain yes or no is no answer: it is asked again.
fn understood(answer: &HttpAnswer) -> VatAnswer {
    let Ok(read) = serde_json::from_slice::<Answer>(&answer.body) else {
        return VatAnswer::Unavailable(format!("answered {} with no JSON", answer.status));
    };
    if let Some(problem) = read.error_wrappers.first() {
        return VatAnswer::Unavailable(problem.error.clone());
    }
    let refused = read
        .user_error
        .filter(|word| !matches!(word.as_str(), "" | "VALID" | "INVALID"));
    if let Some(problem) = refused {
        return VatAnswer::Unavailable(problem);
    }
    match read.valid {
        Some(valid) if answer.status == 200 => {
            let told =
                |text: Option<String>| text.filter(|text| !matches!(text.as_str(), "" | "---"));
            VatAnswer::Known {
                valid,
                reference: told(read.request_identifier),
                name: told(read.name),
            }
        }
        _ => VatAnswer::Unavailable(format!("answered {}", answer.status)),
    }
}
