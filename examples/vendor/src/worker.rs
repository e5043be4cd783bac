//! Does the work: asks which deliveries wait, carries each out, reports how it ended.
//!
//! Events only say "look again"; what to do is always read from the platform. So duplicates, wrong order and lost
//! events do no harm, and every step may be repeated.

use crate::client::{Client, Delivery, Refusal, Subscription};
use crate::tenants::{Tenant, TenantState, Tenants};
use anyhow::{Result, bail};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// A plan whose code starts with this is refused, to show how a failed delivery looks.
const REFUSED_PLAN_PREFIX: &str = "unavailable";

/// The vendor's reconciler.
pub(crate) struct Worker {
    pub(crate) client: Client,
    pub(crate) tenants: Arc<Tenants>,
    pub(crate) public_url: String,
    pub(crate) nudge: Arc<Notify>,
    pub(crate) poll: Duration,
}

impl Worker {
    /// Runs until the program ends: on every nudge, and on a timer in case one was lost.
    pub(crate) async fn run(self) {
        loop {
            if let Err(error) = self.round().await {
                tracing::warn!("round failed, will look again: {error:#}");
            }
            // A time-out is the normal case here: it only means that nobody nudged.
            let _ = tokio::time::timeout(self.poll, self.nudge.notified()).await;
        }
    }

    async fn round(&self) -> Result<()> {
        for delivery in self.client.open_deliveries().await? {
            self.client.start(&delivery.id).await?;
            let outcome = self.carry_out(&delivery).await;
            match outcome {
                Ok(message) => {
                    tracing::info!(delivery = delivery.id, kind = delivery.kind, "done");
                    self.client.report(&delivery.id, true, &message).await?;
                }
                // Whatever may pass by itself is tried again in the next round, and the customer hears nothing of it.
                Err(error) if !error.is::<Refusal>() => return Err(error),
                Err(error) => {
                    tracing::warn!(
                        delivery = delivery.id,
                        kind = delivery.kind,
                        "failed: {error:#}"
                    );
                    self.client
                        .report(&delivery.id, false, &error.to_string())
                        .await?;
                }
            }
        }
        Ok(())
    }

    async fn carry_out(&self, delivery: &Delivery) -> Result<String> {
        let id = &delivery.subscription_id;
        match delivery.kind.as_str() {
            "provision" => {
                let subscription = self.client.subscription(id).await?;
                self.provision(id, &subscription).await
            }
            "change" => {
                let subscription = self.client.subscription(id).await?;
                self.change(id, &subscription)
            }
            "suspend" => self.set_state(
                id,
                TenantState::Suspended,
                "The workspace is suspended; its data is kept.",
            ),
            "resume" => self.set_state(
                id,
                TenantState::Running,
                "The workspace is available again.",
            ),
            "remove" => {
                self.tenants.remove(id)?;
                Ok("The workspace and its data have been removed.".to_owned())
            }
            other => refuse(format!(
                "this service does not know deliveries of kind {other}"
            )),
        }
    }

    async fn provision(&self, id: &str, subscription: &Subscription) -> Result<String> {
        if subscription.plan.code.starts_with(REFUSED_PLAN_PREFIX) {
            return refuse(format!(
                "No capacity for the plan {} at the moment.",
                subscription.plan.code
            ));
        }
        // Credentials can be written once only, so a repeated provisioning keeps the password it made first.
        let password = match self.tenants.get(id) {
            Some(tenant) => tenant.password,
            None => new_password()?,
        };
        self.tenants
            .put(id, tenant_of(subscription, password.clone()))?;

        let workspace = format!("{}/workspaces/{id}", self.public_url);
        let endpoints = json!({ "endpoints": [
            { "url": workspace, "label": { "en": "Workspace", "de": "Arbeitsbereich" }, "category": "app" },
            { "url": format!("{}/guide", self.public_url), "label": { "en": "Guide", "de": "Anleitung" }, "category": "documentation" },
        ]});
        self.client.put_access(id, "endpoints", &endpoints).await?;
        let instructions = json!({ "instructions": {
            "en": "Open the workspace and sign in with the user name and password below. Change the password at the first sign-in.",
            "de": "Öffnen Sie den Arbeitsbereich und melden Sie sich mit Benutzername und Passwort an. Ändern Sie das Passwort bei der ersten Anmeldung.",
        }});
        self.client
            .put_access(id, "instructions", &instructions)
            .await?;
        let credentials = json!({ "credentials": [
            { "code": "user", "label": { "en": "User name", "de": "Benutzername" }, "value": "admin" },
            { "code": "password", "label": { "en": "Password", "de": "Passwort" }, "value": password },
        ]});
        self.client
            .put_access(id, "credentials", &credentials)
            .await?;
        Ok("The workspace is ready.".to_owned())
    }

    fn change(&self, id: &str, subscription: &Subscription) -> Result<String> {
        let Some(tenant) = self.tenants.get(id) else {
            return refuse("There is no workspace for this subscription.");
        };
        self.tenants
            .put(id, tenant_of(subscription, tenant.password))?;
        Ok("The workspace has been changed.".to_owned())
    }

    fn set_state(&self, id: &str, state: TenantState, message: &str) -> Result<String> {
        let Some(tenant) = self.tenants.get(id) else {
            return refuse("There is no workspace for this subscription.");
        };
        self.tenants.put(id, Tenant { state, ..tenant })?;
        Ok(message.to_owned())
    }
}

/// The work cannot be done, and trying again would not help.
fn refuse<T>(why: impl Into<String>) -> Result<T> {
    bail!(Refusal(why.into()))
}

fn tenant_of(subscription: &Subscription, password: String) -> Tenant {
    let quantities = subscription
        .items
        .iter()
        .map(|item| (item.code.clone(), item.quantity.clone()))
        .collect();
    Tenant {
        state: TenantState::Running,
        name: subscription.name.clone(),
        plan: subscription.plan.code.clone(),
        quantities,
        password,
    }
}

fn new_password() -> Result<String> {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let mut bytes = [0_u8; 18];
    getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("no randomness: {error}"))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}
