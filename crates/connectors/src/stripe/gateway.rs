//! The gateway port over Stripe, and the gateways of an installation together.

use std::fmt;
use std::sync::Arc;

use serde_json::Value;
use tradewind_billing::service::{PaymentGateway, PortFuture};
use tradewind_billing::types::{
    Attempt, CardInput, GatewayOutcome, GatewayStep, PaymentStepKind, Tokenised,
};
use tradewind_kernel::id::{AccountId, RealmId};
use tradewind_kernel::{Error, Result};
use tradewind_platform::{HttpCaller, Platform};

use super::accounts;
use super::api::{Api, Field, Said, text};
use super::words::{amount, currency, failure, outcome};
use crate::SandboxGateway;

/// The name under which methods are kept.
pub(super) const NAME: &str = "stripe";
/// How many payments or refunds are looked through for one of ours.
const LOOKED_THROUGH: u32 = 100;

/// Stripe, through the accounts of the sellers that have one there.
#[derive(Clone)]
pub struct StripeGateway {
    pub(super) platform: Platform,
    pub(super) http: Arc<dyn HttpCaller>,
    /// Where Stripe is.
    pub(super) url: String,
    /// Where payers come back to when they have confirmed a payment.
    pub(super) public_url: String,
}

impl fmt::Debug for StripeGateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StripeGateway({})", self.url)
    }
}

impl StripeGateway {
    /// Stripe at an address; `https://api.stripe.com` but for tests.
    #[must_use]
    pub fn new(
        platform: Platform,
        http: Arc<dyn HttpCaller>,
        url: impl Into<String>,
        public_url: impl Into<String>,
    ) -> Self {
        Self {
            platform,
            http,
            url: url.into(),
            public_url: public_url.into(),
        }
    }

    /// Stripe with the key of a seller.
    pub(super) async fn api(&self, realm: RealmId, seller: AccountId) -> Result<Api<'_>> {
        let key = accounts::secret_key(&self.platform, realm, seller).await?;
        Ok(Api::new(&self.http, &self.url, key))
    }

    async fn pay(&self, attempt: &Attempt) -> Result<GatewayOutcome> {
        let api = self.api(attempt.realm, attempt.seller_id).await?;
        if let Some(reference) = &attempt.reference {
            return outcome(&api.get(&intent_path(reference)?).await?);
        }
        let token = Token::parse(&attempt.token)?;
        // A key lives for a day at Stripe; what was made under it is found by what it says of itself for longer.
        if attempt.again
            && let Some(intent) = made_before(&api, &token, attempt).await?
        {
            return outcome(&intent);
        }
        let fields = self.fields_of(attempt, &token)?;
        let key = attempt.key.to_string();
        match api.post("/v1/payment_intents", &fields, &key).await? {
            Said::Done(intent) => outcome(&intent),
            Said::Refused { code, intent } => Ok(GatewayOutcome::Failed {
                reference: intent
                    .as_ref()
                    .and_then(|intent| text(intent, "/id"))
                    .map(str::to_owned),
                code: failure(&code).to_owned(),
            }),
        }
    }

    fn fields_of(&self, attempt: &Attempt, token: &Token<'_>) -> Result<Vec<Field<'static>>> {
        let mut fields = vec![
            ("amount", amount(attempt.amount)?.to_string()),
            ("currency", currency(attempt.amount.currency)),
            ("customer", token.customer.to_owned()),
            ("payment_method", token.method.to_owned()),
            ("payment_method_types[0]", token.kind.to_owned()),
            ("confirm", "true".to_owned()),
            ("metadata[payment]", attempt.key.to_string()),
            ("metadata[realm]", attempt.realm.to_string()),
            ("metadata[about]", attempt.text.clone()),
        ];
        if attempt.hold {
            fields.push(("capture_method", "manual".to_owned()));
        }
        if attempt.present {
            let back = format!("{}/my/payments/{}/back", self.public_url, attempt.key);
            fields.push(("return_url", back));
        } else {
            fields.push(("off_session", "true".to_owned()));
        }
        Ok(fields)
    }

    async fn look_up(&self, attempt: &Attempt) -> Result<GatewayOutcome> {
        let reference = attempt.reference.as_deref().unwrap_or_default();
        let api = self.api(attempt.realm, attempt.seller_id).await?;
        outcome(&api.get(&intent_path(reference)?).await?)
    }

    async fn take_step(&self, step: &GatewayStep) -> Result<GatewayOutcome> {
        let api = self.api(step.realm, step.seller_id).await?;
        match step.kind {
            PaymentStepKind::Refund => refund(&api, step).await,
            PaymentStepKind::Capture => {
                let fields = [("amount_to_capture", amount(step.amount)?.to_string())];
                self.settle(&api, step, "capture", &fields, "succeeded")
                    .await
            }
            PaymentStepKind::Void => self.settle(&api, step, "cancel", &[], "canceled").await,
            other => Err(Error::internal(format!(
                "no gateway takes the step {other}"
            ))),
        }
    }

    /// Takes or lets go what is held. Stripe refuses to do so twice; then the payment itself says what was done.
    async fn settle(
        &self,
        api: &Api<'_>,
        step: &GatewayStep,
        verb: &str,
        fields: &[Field<'_>],
        wanted: &str,
    ) -> Result<GatewayOutcome> {
        let path = intent_path(&step.reference)?;
        let said = api
            .post(&format!("{path}/{verb}"), fields, &step.key.to_string())
            .await?;
        let intent = match said {
            Said::Done(intent) => intent,
            Said::Refused { .. } => api.get(&path).await?,
        };
        let reference = step.reference.clone();
        Ok(match text(&intent, "/status") {
            Some(status) if status == wanted => GatewayOutcome::Succeeded { reference },
            Some("processing" | "requires_capture") => GatewayOutcome::Pending { reference },
            _ => GatewayOutcome::Failed {
                reference: Some(reference),
                code: "already_settled".to_owned(),
            },
        })
    }
}

/// The path of a payment; references come from Stripe, and nothing else is put into an address.
pub(super) fn intent_path(reference: &str) -> Result<String> {
    plain(reference).map(|id| format!("/v1/payment_intents/{id}"))
}

/// An id of Stripe's, which has nothing in it that would mean something in an address.
pub(super) fn plain(id: &str) -> Result<&str> {
    let fits = !id.is_empty()
        && id.len() <= 255
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if fits {
        Ok(id)
    } else {
        Err(Error::invalid(
            "reference",
            "malformed_value",
            "is no id of Stripe",
        ))
    }
}

/// What is kept of a method: whose it is at Stripe, which, and of what kind.
pub(super) struct Token<'a> {
    customer: &'a str,
    method: &'a str,
    kind: &'a str,
}

impl<'a> Token<'a> {
    fn parse(token: &'a str) -> Result<Self> {
        let mut parts = token.split('/');
        match (parts.next(), parts.next(), parts.next()) {
            (Some(customer), Some(method), Some(kind)) => Ok(Self {
                customer: plain(customer)?,
                method: plain(method)?,
                kind,
            }),
            _ => Err(Error::internal("a token of Stripe has three parts")),
        }
    }

    /// As it is kept.
    pub(super) fn kept(customer: &str, method: &str, kind: &str) -> String {
        format!("{customer}/{method}/{kind}")
    }
}

/// The payment that was made under our key, if it was.
async fn made_before(api: &Api<'_>, token: &Token<'_>, attempt: &Attempt) -> Result<Option<Value>> {
    let path = format!(
        "/v1/payment_intents?customer={}&limit={LOOKED_THROUGH}",
        token.customer
    );
    Ok(ours(
        api.get(&path).await?,
        "/metadata/payment",
        &attempt.key.to_string(),
    ))
}

/// The one of a list that says it is ours.
fn ours(list: Value, path: &str, key: &str) -> Option<Value> {
    let Some(Value::Array(entries)) = list.get("data").cloned() else {
        return None;
    };
    entries.into_iter().find(|one| text(one, path) == Some(key))
}

/// Pays back. What was asked for before is looked for first, so that nothing goes back twice however late it is asked again.
async fn refund(api: &Api<'_>, step: &GatewayStep) -> Result<GatewayOutcome> {
    let intent = plain(&step.reference)?;
    let key = step.key.to_string();
    let path = format!("/v1/refunds?payment_intent={intent}&limit={LOOKED_THROUGH}");
    let made = match ours(api.get(&path).await?, "/metadata/step", &key) {
        Some(made) => made,
        None => {
            let fields = [
                ("payment_intent", intent.to_owned()),
                ("amount", amount(step.amount)?.to_string()),
                ("metadata[step]", key.clone()),
            ];
            match api.post("/v1/refunds", &fields, &key).await? {
                Said::Done(made) => made,
                Said::Refused { code, .. } => {
                    return Ok(GatewayOutcome::Failed {
                        reference: None,
                        code: failure(&code).to_owned(),
                    });
                }
            }
        }
    };
    let reference = text(&made, "/id").unwrap_or_default().to_owned();
    Ok(match text(&made, "/status").unwrap_or_default() {
        "succeeded" => GatewayOutcome::Succeeded { reference },
        "failed" | "canceled" => GatewayOutcome::Failed {
            reference: Some(reference),
            code: text(&made, "/failure_reason")
                .unwrap_or("refund_failed")
                .to_owned(),
        },
        _ => GatewayOutcome::Pending { reference },
    })
}

impl PaymentGateway for StripeGateway {
    fn name(&self) -> &'static str {
        NAME
    }

    fn tokenise<'a>(&'a self, _: &'a CardInput) -> PortFuture<'a, Tokenised> {
        Box::pin(async {
            Err(Error::refused(
                "card_elsewhere",
                "card data goes to Stripe itself: begin a setup of a payment method",
            ))
        })
    }

    fn charge<'a>(&'a self, attempt: &'a Attempt) -> PortFuture<'a, GatewayOutcome> {
        Box::pin(self.pay(attempt))
    }

    fn confirm<'a>(&'a self, attempt: &'a Attempt) -> PortFuture<'a, GatewayOutcome> {
        Box::pin(self.look_up(attempt))
    }

    fn step<'a>(&'a self, step: &'a GatewayStep) -> PortFuture<'a, GatewayOutcome> {
        Box::pin(self.take_step(step))
    }
}

/// The gateways of an installation: each is asked about what it keeps itself.
#[derive(Clone, Debug)]
pub struct Gateways {
    sandbox: SandboxGateway,
    stripe: StripeGateway,
}

impl Gateways {
    /// Both together. Card data is taken by the sandbox only.
    #[must_use]
    pub const fn new(sandbox: SandboxGateway, stripe: StripeGateway) -> Self {
        Self { sandbox, stripe }
    }

    fn of(&self, name: &str) -> &dyn PaymentGateway {
        if name == NAME {
            &self.stripe
        } else {
            &self.sandbox
        }
    }
}

impl PaymentGateway for Gateways {
    fn name(&self) -> &'static str {
        self.sandbox.name()
    }

    fn serves(&self, name: &str) -> bool {
        self.sandbox.serves(name) || self.stripe.serves(name)
    }

    fn tokenise<'a>(&'a self, card: &'a CardInput) -> PortFuture<'a, Tokenised> {
        self.sandbox.tokenise(card)
    }

    fn charge<'a>(&'a self, attempt: &'a Attempt) -> PortFuture<'a, GatewayOutcome> {
        self.of(&attempt.gateway).charge(attempt)
    }

    fn confirm<'a>(&'a self, attempt: &'a Attempt) -> PortFuture<'a, GatewayOutcome> {
        self.of(&attempt.gateway).confirm(attempt)
    }

    fn step<'a>(&'a self, step: &'a GatewayStep) -> PortFuture<'a, GatewayOutcome> {
        self.of(&step.gateway).step(step)
    }
}
