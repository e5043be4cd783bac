//! Users and API keys of an account.

use tradewind_accounts::service as accounts;
use tradewind_accounts::types::{
    ApiKey, ApiKeyCreate, Member, PersonInput, RolesSet, UserInvite, UserRemove,
};
use tradewind_kernel::Result;
use tradewind_kernel::id::{AccountId, ApiKeyId, UserId};
use tradewind_policy::Role;

use super::desk::Desk;
use crate::form::Sent;
use crate::respond::{self, Answer, changed};
use crate::session::Id;
use crate::view::kit::Txt;
use crate::view::shared::{ApiKeyRow, ApiKeysPage, FormState, UserRow, UsersPage};

/// Users of an account as rows.
pub(crate) async fn rows(desk: &Desk, account: AccountId) -> Result<Vec<UserRow>> {
    let members = accounts::user_list(desk.p(), &desk.ctx, account).await?;
    let me = desk.ctx.principal.id.as_str();
    let row = |member: &Member| {
        let user = &member.user;
        let own = user.id.to_string() == me;
        UserRow {
            id: user.id.to_string().into(),
            name: user.name.clone().into(),
            email: user.email.clone().into(),
            roles: member
                .roles
                .iter()
                .map(|role| role.as_str().into())
                .collect(),
            state: if user.email_verified_at.is_some() {
                "active"
            } else {
                "unverified"
            }
            .into(),
            seen: None,
            fixed: own.then(|| desk.t().tr("people-yourself")),
        }
    };
    Ok(members.iter().map(row).collect())
}

/// `GET …/users`.
pub(crate) async fn users(desk: Desk) -> Answer {
    let page = UsersPage {
        base: desk.home(),
        rows: rows(&desk, desk.account()).await?,
        form: FormState::default(),
    };
    respond::page(page.page(desk.app()))
}

fn roles(sent: &Sent) -> Result<Vec<Role>> {
    sent.all("role").map(str::parse).collect()
}

/// `POST …/users`.
pub(crate) async fn invite(desk: Desk, sent: Sent) -> Answer {
    let here = format!("{}/users", desk.home());
    let input = UserInvite {
        account: desk.account(),
        person: PersonInput {
            email: sent.get("email").to_owned(),
            name: sent.get("name").to_owned(),
            locale: None,
        },
        roles: roles(&sent)?,
    };
    let done = accounts::user_invite(desk.p(), &desk.ctx, &input).await;
    changed(&desk, done, here, "user-invited")
}

/// `POST …/users/{id}`: their roles; without any they are removed.
pub(crate) async fn set_roles(desk: Desk, Id(user): Id<UserId>, sent: Sent) -> Answer {
    let here = format!("{}/users", desk.home());
    let (account, roles) = (desk.account(), roles(&sent)?);
    let done = if roles.is_empty() {
        accounts::user_remove(desk.p(), &desk.ctx, &UserRemove { account, user }).await
    } else {
        let input = RolesSet {
            account,
            user,
            roles,
        };
        accounts::role_set(desk.p(), &desk.ctx, &input)
            .await
            .map(drop)
    };
    changed(&desk, done, here, "user-changed")
}

/// What a key can be narrowed down to.
const SCOPES: [&str; 8] = [
    "*.view",
    "subscription.*",
    "order.*",
    "delivery.*",
    "usage.*",
    "product.*",
    "invoice.*",
    "webhook.*",
];

async fn keys_page(desk: &Desk, fresh: Option<Txt>, form: FormState) -> Result<ApiKeysPage> {
    let keys = accounts::api_key_list(desk.p(), &desk.ctx, desk.account()).await?;
    let wall = desk.p().wall();
    let row = |key: &ApiKey| ApiKeyRow {
        id: key.id.to_string().into(),
        name: key.name.clone().into(),
        prefix: key.hint.clone().into(),
        scopes: key
            .scopes
            .iter()
            .flatten()
            .map(|scope| scope.clone().into())
            .collect(),
        created: key.created_at,
        used: key.last_used_at,
        state: if key.revoked_at.is_some() {
            "revoked"
        } else if key.expires_at.is_some_and(|at| at <= wall) {
            "expired"
        } else {
            "active"
        }
        .into(),
    };
    Ok(ApiKeysPage {
        base: desk.home(),
        rows: keys.iter().map(row).collect(),
        fresh,
        scopes: SCOPES
            .iter()
            .map(|scope| ((*scope).into(), Txt::default()))
            .collect(),
        form,
    })
}

/// `GET …/api-keys`.
pub(crate) async fn keys(desk: Desk) -> Answer {
    let page = keys_page(&desk, None, FormState::default()).await?;
    respond::page(page.page(desk.app()))
}

/// `POST …/api-keys`: the new key is shown in the answer, this once.
pub(crate) async fn key_make(desk: Desk, sent: Sent) -> Answer {
    let scopes: Vec<String> = sent.all("scopes").map(str::to_owned).collect();
    let input = ApiKeyCreate {
        account: desk.account(),
        name: sent.get("key_name").to_owned(),
        roles: roles(&sent)?,
        scopes: (!scopes.is_empty()).then_some(scopes),
        expires_at: None,
    };
    match accounts::api_key_create(desk.p(), &desk.ctx, &input).await {
        Ok(created) => {
            let fresh = created.secret.map(Into::into);
            let page = keys_page(&desk, fresh, FormState::default()).await?;
            respond::page(page.page(desk.app()))
        }
        Err(error) => {
            let form = respond::blame(&desk.t(), sent.state(), error, |field| match field {
                "name" => "key_name".to_owned(),
                field if field.starts_with("scopes") => "scopes".to_owned(),
                field => field.to_owned(),
            })?;
            let page = keys_page(&desk, None, form).await?;
            respond::again(page.page(desk.app()))
        }
    }
}

/// `POST …/api-keys/{id}/revoke`.
pub(crate) async fn key_revoke(desk: Desk, Id(id): Id<ApiKeyId>) -> Answer {
    let done = accounts::api_key_revoke(desk.p(), &desk.ctx, id).await;
    changed(
        &desk,
        done,
        format!("{}/api-keys", desk.home()),
        "api-key-revoked",
    )
}
