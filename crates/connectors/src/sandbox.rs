//! A card gateway for sandboxes: it moves no money, and behaves in everything else like a real one.

mod cards;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tradewind_billing::service::{PaymentGateway, PortFuture};
use tradewind_billing::types::{
    Attempt, CardInput, GatewayOutcome, GatewayStep, PaymentStepKind, Tokenised,
};
use tradewind_kernel::id::PaymentId;
use tradewind_kernel::{Error, Money, Result, Zone};
use tradewind_platform::Platform;
use tradewind_platform::db::Tx;
use tradewind_platform::tokens::{hash_token, random_token};

use crate::store::sandbox::{self as store, SandboxRow, SandboxState};
use crate::store::sandbox_steps::{self as steps, SandboxStep};
use cards::Behaviour;

/// How its tokens begin.
const TOKEN_PREFIX: &str = "sandbox_card_";
/// The word for a payment that the payer did not accept.
const NOT_ACCEPTED: &str = "authentication_failed";

/// A payment as the gateway's own page shows it to the payer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SandboxPayment {
    /// The gateway's reference.
    pub reference: String,
    /// How much.
    pub amount: Money,
    /// For what.
    pub text: String,
    /// Whether it waits for the payer's answer.
    pub waiting: bool,
}

/// The gateway. Payments are kept in the database, so the same key means the same payment after a restart as well, and
/// for every server.
#[derive(Clone)]
pub struct SandboxGateway {
    platform: Platform,
    page_url: String,
    lose_answers: Arc<AtomicBool>,
}

impl fmt::Debug for SandboxGateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SandboxGateway")
    }
}

impl SandboxGateway {
    /// A gateway. Payers accept payments at `page_url`, a slash and the reference.
    #[must_use]
    pub fn new(platform: Platform, page_url: impl Into<String>) -> Self {
        let page_url = page_url.into().trim_end_matches('/').to_owned();
        Self {
            platform,
            page_url,
            lose_answers: Arc::default(),
        }
    }

    /// Whether answers get lost on the way back from now on: payments are made, and nobody is told. For tests of what
    /// happens when the outcome is unknown.
    pub fn lose_answers(&self, lose: bool) {
        self.lose_answers.store(lose, Ordering::SeqCst);
    }

    /// A payment, for the page on which its payer accepts it.
    ///
    /// # Errors
    /// Not found.
    pub async fn payment(&self, reference: &str) -> Result<SandboxPayment> {
        let mut tx = self.platform.db().read().await?;
        let row = store::by_reference(&mut tx, reference).await?;
        tx.rollback().await?;
        let row = row.ok_or_else(|| unknown(reference))?;
        Ok(SandboxPayment {
            reference: row.reference,
            amount: Money {
                minor: row.amount,
                currency: row.currency,
            },
            text: row.description,
            waiting: row.state == SandboxState::RequiresAction,
        })
    }

    /// The payer accepts or refuses a payment that waits for it. The first answer holds.
    ///
    /// # Errors
    /// Not found; conflict when there is an answer already.
    pub async fn answer(&self, reference: &str, accepted: bool) -> Result<()> {
        let (state, failure) = if accepted {
            (SandboxState::Succeeded, None)
        } else {
            (SandboxState::Failed, Some(NOT_ACCEPTED))
        };
        let mut tx = self.platform.db().begin().await?;
        if store::answer(&mut tx, reference, state, failure).await? {
            return tx.commit().await;
        }
        let known = store::by_reference(&mut tx, reference).await?;
        tx.rollback().await?;
        Err(match known {
            Some(_) => Error::conflict("payment_settled", "this payment waits for nobody's answer"),
            None => unknown(reference),
        })
    }

    fn token(&self, card: &CardInput) -> Result<Tokenised> {
        let today = self.platform.wall().date_in(&Zone::utc());
        let checked = cards::check(card, today)?;
        Ok(Tokenised {
            token: format!("{TOKEN_PREFIX}{}_{}", checked.last4, random_token()),
            brand: checked.brand.to_owned(),
            last4: checked.last4,
            expires: checked.expires,
        })
    }

    async fn pay(&self, attempt: &Attempt) -> Result<GatewayOutcome> {
        let (state, failure) = match behaviour_of(&attempt.token) {
            Some(Behaviour::Succeeds | Behaviour::TakesNothingBack | Behaviour::TakesBackLater) => {
                (SandboxState::Succeeded, None)
            }
            Some(Behaviour::Fails(code)) => (SandboxState::Failed, Some(code)),
            Some(Behaviour::AsksThePayer) => (SandboxState::RequiresAction, None),
            None => (SandboxState::Failed, Some("unknown_token")),
        };
        let asked = SandboxRow {
            // Not to be guessed: who knows it may accept the payment. It says how the card behaves, as the token does.
            reference: format!("sbx_{}_{}", last4_of(&attempt.token), random_token()),
            payment_key: attempt.key,
            token: hash_token(&attempt.token),
            amount: attempt.amount.minor,
            currency: attempt.amount.currency,
            description: attempt.text.clone(),
            state,
            failure_code: failure.map(str::to_owned),
            created_at: self.platform.wall(),
        };
        let mut tx = self.platform.db().begin().await?;
        store::insert(&mut tx, &asked).await?;
        let kept = store::by_key(&mut tx, attempt.key)
            .await?
            .ok_or_else(|| Error::internal("a payment vanished"))?;
        tx.commit().await?;
        if (kept.amount, kept.currency, &kept.token) != (asked.amount, asked.currency, &asked.token)
        {
            return Err(Error::conflict(
                "gateway_key_reused",
                "this key belongs to another payment",
            ));
        }
        self.told(kept)
    }

    async fn look_up(&self, key: PaymentId, reference: &str) -> Result<GatewayOutcome> {
        let mut tx = self.platform.db().read().await?;
        let kept = store::by_key(&mut tx, key).await?;
        tx.rollback().await?;
        let kept = kept
            .filter(|kept| kept.reference == reference)
            .ok_or_else(|| unknown(reference))?;
        self.told(kept)
    }

    async fn take_step(&self, step: &GatewayStep) -> Result<GatewayOutcome> {
        let mut tx = self.platform.db().begin().await?;
        let payment = steps::lock_payment(&mut tx, &step.reference)
            .await?
            .filter(|payment| payment.0 == step.payment)
            .ok_or_else(|| unknown(&step.reference))?;
        let kept = match steps::by_key(&mut tx, step.key).await? {
            Some(kept) => self.go_on(&mut tx, kept).await?,
            None => {
                let done = steps::given_back(&mut tx, &step.reference).await?;
                // What is held is taken or let go once.
                let settles = step.kind != PaymentStepKind::Refund;
                let settled = settles && steps::settled(&mut tx, &step.reference).await?;
                let too_much = done.saturating_add(step.amount.minor) > payment.1;
                let (state, failure) = match behaviour_of_reference(&step.reference) {
                    _ if settled => (SandboxState::Failed, Some("already_settled")),
                    _ if too_much => (SandboxState::Failed, Some("refund_too_large")),
                    Some(Behaviour::TakesNothingBack) if !settles => {
                        (SandboxState::Failed, Some("refund_failed"))
                    }
                    Some(Behaviour::TakesBackLater) if !settles => {
                        (SandboxState::RequiresAction, None)
                    }
                    _ => (SandboxState::Succeeded, None),
                };
                let asked = SandboxStep {
                    step_key: step.key,
                    reference: format!("sbr_{}", random_token()),
                    payment_reference: step.reference.clone(),
                    kind: step.kind.to_string(),
                    amount: step.amount.minor,
                    state,
                    failure_code: failure.map(str::to_owned),
                    created_at: self.platform.wall(),
                };
                steps::insert(&mut tx, &asked).await?;
                asked
            }
        };
        tx.commit().await?;
        if (kept.amount, &kept.payment_reference) != (step.amount.minor, &step.reference) {
            return Err(Error::conflict(
                "gateway_key_reused",
                "this key belongs to another step",
            ));
        }
        if self.lose_answers.load(Ordering::SeqCst) {
            return Err(Error::unavailable(
                "the card gateway did not answer in time",
            ));
        }
        let reference = kept.reference;
        Ok(match kept.state {
            SandboxState::Succeeded => GatewayOutcome::Succeeded { reference },
            SandboxState::RequiresAction => GatewayOutcome::Pending { reference },
            SandboxState::Failed => GatewayOutcome::Failed {
                reference: Some(reference),
                code: kept
                    .failure_code
                    .unwrap_or_else(|| "refund_failed".to_owned()),
            },
        })
    }

    /// What takes its time is done when it is asked for again.
    async fn go_on(&self, tx: &mut Tx, mut kept: SandboxStep) -> Result<SandboxStep> {
        if kept.state == SandboxState::RequiresAction {
            kept.state = SandboxState::Succeeded;
            steps::finish(tx, kept.step_key).await?;
        }
        Ok(kept)
    }

    /// The outcome, if it arrives.
    fn told(&self, kept: SandboxRow) -> Result<GatewayOutcome> {
        if self.lose_answers.load(Ordering::SeqCst) {
            return Err(Error::unavailable(
                "the card gateway did not answer in time",
            ));
        }
        let reference = kept.reference;
        Ok(match kept.state {
            SandboxState::Succeeded => GatewayOutcome::Succeeded { reference },
            SandboxState::Failed => GatewayOutcome::Failed {
                reference: Some(reference),
                code: kept
                    .failure_code
                    .unwrap_or_else(|| "card_declined".to_owned()),
            },
            SandboxState::RequiresAction => {
                let action = format!("{}/{reference}", self.page_url);
                GatewayOutcome::RequiresAction { reference, action }
            }
        })
    }
}

impl PaymentGateway for SandboxGateway {
    fn name(&self) -> &'static str {
        "sandbox"
    }

    fn tokenise<'a>(&'a self, card: &'a CardInput) -> PortFuture<'a, Tokenised> {
        Box::pin(async move { self.token(card) })
    }

    fn charge<'a>(&'a self, attempt: &'a Attempt) -> PortFuture<'a, GatewayOutcome> {
        Box::pin(self.pay(attempt))
    }

    fn confirm<'a>(&'a self, attempt: &'a Attempt) -> PortFuture<'a, GatewayOutcome> {
        let reference = attempt.reference.as_deref().unwrap_or_default();
        Box::pin(self.look_up(attempt.key, reference))
    }

    fn step<'a>(&'a self, step: &'a GatewayStep) -> PortFuture<'a, GatewayOutcome> {
        Box::pin(self.take_step(step))
    }
}

/// Tokens say how their card behaves, so that none has to be kept.
fn behaviour_of(token: &str) -> Option<Behaviour> {
    let (last4, _) = token.strip_prefix(TOKEN_PREFIX)?.split_once('_')?;
    cards::behaviour(last4)
}

/// References say it as well, for what happens to a payment later.
fn behaviour_of_reference(reference: &str) -> Option<Behaviour> {
    let (last4, _) = reference.strip_prefix("sbx_")?.split_once('_')?;
    cards::behaviour(last4)
}

/// The last digits of the card behind a token.
fn last4_of(token: &str) -> &str {
    token
        .strip_prefix(TOKEN_PREFIX)
        .and_then(|rest| rest.split_once('_'))
        .map_or("0000", |(last4, _)| last4)
}

fn unknown(reference: &str) -> Error {
    Error::NotFound {
        kind: "payment",
        id: reference.to_owned(),
    }
}
