//! What every request is handled with.

use std::sync::Arc;

use tradewind_accounts::Passwords;
use tradewind_billing::service::PaymentGateway;
use tradewind_connectors::{SandboxGateway, StripeGateway};
use tradewind_platform::Platform;

/// What every request is handled with. Cheap to clone.
#[derive(Clone)]
pub struct WebState {
    /// The platform.
    pub platform: Platform,
    /// Hashes and checks passwords.
    pub passwords: Passwords,
    /// Who holds the cards.
    pub gateway: Arc<dyn PaymentGateway>,
    /// The same gateway when it is the sandbox's: then its test cards are named, and payers answer its bank here.
    pub sandbox: Option<SandboxGateway>,
    /// Stripe, where sellers may have accounts.
    pub stripe: Option<StripeGateway>,
    /// Whether mails land in the outbox, to be read on a page.
    pub outbox: bool,
    /// The installation's own address, as people reach it; cookies are kept to encrypted connections when it is `https`.
    pub public_url: String,
    /// The people of the demo, when this is one.
    pub demo: Option<Arc<DemoInfo>>,
}

/// Who can be signed in as in a demo. Their passwords are no secrets.
#[derive(Clone, Debug, Default)]
pub struct DemoInfo {
    /// Groups (provider, distributor, …) with their people.
    pub groups: Vec<(String, Vec<DemoPerson>)>,
}

/// Someone to sign in as.
#[derive(Clone, Debug)]
pub struct DemoPerson {
    /// Who they are.
    pub who: String,
    /// What they can do, in one sentence.
    pub about: String,
    /// E-mail address.
    pub email: String,
    /// Password.
    pub password: String,
}
