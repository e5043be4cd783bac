//! People of a bench world, and what they sign in with.

use tradewind_accounts::service::{api_key_create, person, sign_in, user_invite};
use tradewind_accounts::types::{ApiKeyCreate, PersonInput, SignIn, UserInvite, UserStatus};
use tradewind_kernel::id::{AccountId, RealmId};
use tradewind_kernel::{Error, Result};
use tradewind_policy::Role;

use crate::demo::{Links, PASSWORD, accept, keep_link};
use crate::wiring::App;

/// The provider's owner.
pub(super) const PROVIDER: &str = "provider@bench.example";
/// The first reseller's owner.
pub(super) const RESELLER: &str = "reseller@bench.example";
/// The owner of the first reseller's first customer.
pub(super) const CUSTOMER: &str = "customer@bench.example";

/// Gives an account its owner, who can sign in at once.
pub(super) async fn let_in(
    app: &App,
    realm: RealmId,
    account: AccountId,
    email: &str,
) -> Result<()> {
    let p = app.platform();
    let links = Links::default();
    p.handle(tradewind_accounts::MAIL_JOB, keep_link(links.clone()));
    let known = person(p, realm, email).await;
    if known.is_ok_and(|(user, _)| user.status == UserStatus::Active) {
        return Ok(());
    }
    let invite = UserInvite {
        account,
        person: PersonInput {
            email: email.to_owned(),
            name: "Grace Bench".to_owned(),
            locale: None,
        },
        roles: vec![Role::Owner],
    };
    user_invite(p, &p.system(realm).await?, &invite).await?;
    accept(p, app.passwords(), realm, email, &links).await
}

/// A session of a person: the token that its cookie holds.
pub(super) async fn session(app: &App, realm: RealmId, email: &str) -> Result<String> {
    let ctx = app.platform().system(realm).await?;
    let input = SignIn {
        email: email.to_owned(),
        password: PASSWORD.to_owned(),
        user_agent: "tradewind bench".to_owned(),
        ..SignIn::default()
    };
    Ok(sign_in(app.platform(), app.passwords(), &ctx, &input)
        .await?
        .token)
}

/// A key of an account that reports usage.
pub(super) async fn key(app: &App, realm: RealmId, account: AccountId) -> Result<String> {
    let ctx = app.platform().system(realm).await?;
    let create = ApiKeyCreate {
        account,
        name: "Metering".to_owned(),
        roles: vec![Role::Admin],
        scopes: None,
        expires_at: None,
    };
    api_key_create(app.platform(), &ctx, &create)
        .await?
        .secret
        .ok_or_else(|| Error::internal("a key without a secret"))
}
