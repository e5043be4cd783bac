//! What every request is handled with.

use std::{fmt, sync::Arc};

use tradewind_accounts::Passwords;
use tradewind_billing::service::PaymentGateway;
use tradewind_connectors::StripeGateway;
use tradewind_kernel::{Error, Result};
use tradewind_platform::Platform;
use tradewind_tax::service::TaxEngine;

use crate::limit::{Limiter, Rate};

/// How the API behaves.
#[derive(Debug, Clone)]
pub struct ApiConfig {
    /// Largest body, in bytes, unless an endpoint says otherwise.
    pub body_limit: usize,
    /// How often one signed-in person or key may call; none for no limit.
    pub caller_rate: Option<Rate>,
    /// How often one address may call without signing in; none for no limit.
    pub visitor_rate: Option<Rate>,
}

impl Default for ApiConfig {
    fn default() -> Self {
        Self {
            body_limit: 1024 * 1024,
            caller_rate: Some(Rate {
                per_second: 1000,
                burst: 2000,
            }),
            visitor_rate: Some(Rate {
                per_second: 50,
                burst: 200,
            }),
        }
    }
}

/// What every request is handled with. Cheap to clone.
#[derive(Clone)]
pub struct ApiState {
    /// The platform.
    pub platform: Platform,
    /// Hashes and checks passwords.
    pub passwords: Passwords,
    /// How the API behaves.
    pub config: Arc<ApiConfig>,
    pub(crate) callers: Arc<Limiter>,
    pub(crate) visitors: Arc<Limiter>,
    gateway: Option<Arc<dyn PaymentGateway>>,
    stripe: Option<StripeGateway>,
    tax_engine: Option<Arc<dyn TaxEngine>>,
}

impl fmt::Debug for ApiState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiState")
            .field("config", &self.config)
            .field("gateway", &self.gateway.as_ref().map(|found| found.name()))
            .finish_non_exhaustive()
    }
}

impl ApiState {
    /// The state of an API over a platform.
    #[must_use]
    pub fn new(platform: Platform, passwords: Passwords, config: ApiConfig) -> Self {
        Self {
            platform,
            passwords,
            callers: Arc::new(Limiter::new(config.caller_rate)),
            visitors: Arc::new(Limiter::new(config.visitor_rate)),
            config: Arc::new(config),
            gateway: None,
            stripe: None,
            tax_engine: None,
        }
    }

    /// The same with a gateway through which cards are taken.
    #[must_use]
    pub fn with_gateway(self, gateway: Arc<dyn PaymentGateway>) -> Self {
        Self {
            gateway: Some(gateway),
            ..self
        }
    }

    /// The same with Stripe, where sellers may have accounts.
    #[must_use]
    pub fn with_stripe(self, stripe: StripeGateway) -> Self {
        Self {
            stripe: Some(stripe),
            ..self
        }
    }

    /// Stripe.
    pub(crate) fn stripe(&self) -> Result<&StripeGateway> {
        self.stripe
            .as_ref()
            .ok_or_else(|| Error::unavailable("this installation does not speak with Stripe"))
    }

    /// The same with who calls the tax engines of sellers.
    #[must_use]
    pub fn with_tax_engine(self, tax_engine: Arc<dyn TaxEngine>) -> Self {
        Self {
            tax_engine: Some(tax_engine),
            ..self
        }
    }

    /// Who calls the tax engines of sellers.
    pub(crate) fn tax_engine(&self) -> Result<&dyn TaxEngine> {
        self.tax_engine
            .as_deref()
            .ok_or_else(|| Error::unavailable("this installation calls no tax engines"))
    }

    /// The gateway through which cards are taken.
    pub(crate) fn gateway(&self) -> Result<&dyn PaymentGateway> {
        self.gateway
            .as_deref()
            .ok_or_else(|| Error::unavailable("this installation takes no cards"))
    }
}
