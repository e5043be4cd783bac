//! Users, API keys and the audit log of the customer's account.

use axum::extract::Path;
use tradewind_accounts::{
    service::{
        api_key_create, api_key_list, api_key_revoke, role_set, user_invite, user_list, user_remove,
    },
    types::{ApiKeyCreate, Member, PersonInput, RolesSet, UserInvite, UserRemove, UserStatus},
};
use tradewind_kernel::{
    Error, Result,
    id::{ApiKeyId, UserId},
};
use tradewind_policy::{Action, Role};

use super::super::journal;
use crate::{
    form::Sent,
    respond::{self, Answer},
    session::{Customer, Id, Visit},
    view::{
        Page,
        kit::Txt,
        shared::{ApiKeyRow, ApiKeysPage, FormState, UserRow, UsersPage},
    },
};

pub(super) async fn users(Customer(visit): Customer) -> Answer {
    respond::page(users_page(&visit, FormState::default()).await?)
}

async fn users_page(visit: &Visit, form: FormState) -> Result<Page> {
    let members = user_list(visit.p(), &visit.ctx, visit.account()).await?;
    let own = visit.session()?.user.id;
    let t = visit.t();
    let row = |member: Member| {
        let user = member.user;
        UserRow {
            fixed: (user.id == own).then(|| t.tr("user-yourself")),
            id: user.id.to_string().into(),
            name: user.name.into(),
            email: user.email.into(),
            roles: member
                .roles
                .iter()
                .map(|role| role.as_str().into())
                .collect(),
            state: match (user.status, user.email_verified_at) {
                (UserStatus::Active, Some(_)) => "active".into(),
                _ => "unverified".into(),
            },
            seen: None,
        }
    };
    let page = UsersPage {
        base: "/my",
        rows: members.into_iter().map(row).collect(),
        form,
    };
    Ok(page.page(visit.app()))
}

fn roles_of(sent: &Sent) -> Result<Vec<Role>> {
    sent.all("role")
        .filter(|role| !role.is_empty())
        .map(str::parse)
        .collect()
}

pub(super) async fn invite(Customer(visit): Customer, sent: Sent) -> Answer {
    let outcome = match roles_of(&sent) {
        Ok(roles) => {
            let input = UserInvite {
                account: visit.account(),
                person: PersonInput {
                    email: sent.get("email").to_owned(),
                    name: sent.get("name").to_owned(),
                    locale: Some(visit.ctx.locale.tag().to_owned()),
                },
                roles,
            };
            user_invite(visit.p(), &visit.ctx, &input).await
        }
        Err(error) => Err(error),
    };
    match outcome {
        Ok(_) => {
            let text = visit.t().tr("said-invited");
            Ok(respond::saying("/my/users", true, &text))
        }
        Err(error) => {
            let form = respond::blame(&visit.t(), sent.state(), error, |field| {
                let field = field.strip_prefix("person.").unwrap_or(field);
                if field.starts_with("role") {
                    "role"
                } else {
                    field
                }
                .to_owned()
            })?;
            respond::again(users_page(&visit, form).await?)
        }
    }
}

/// Other roles for a user; none at all end the membership.
pub(super) async fn roles(Customer(visit): Customer, Path(id): Path<String>, sent: Sent) -> Answer {
    let user: UserId = id.parse().map_err(|_| Error::NotFound {
        kind: "user",
        id: id.chars().take(60).collect(),
    })?;
    let account = visit.account();
    let outcome = match roles_of(&sent) {
        Ok(roles) if roles.is_empty() => {
            let input = UserRemove { account, user };
            user_remove(visit.p(), &visit.ctx, &input).await
        }
        Ok(roles) => {
            let input = RolesSet {
                account,
                user,
                roles,
            };
            role_set(visit.p(), &visit.ctx, &input).await.map(drop)
        }
        Err(error) => Err(error),
    };
    respond::changed(&visit, outcome, "/my/users", "said-saved")
}

pub(super) async fn keys(Customer(visit): Customer) -> Answer {
    respond::page(keys_page(&visit, FormState::default(), None).await?)
}

async fn keys_page(visit: &Visit, form: FormState, fresh: Option<Txt>) -> Result<Page> {
    let keys = api_key_list(visit.p(), &visit.ctx, visit.account()).await?;
    let wall = visit.p().wall();
    let page = ApiKeysPage {
        base: "/my",
        rows: keys
            .into_iter()
            .map(|key| ApiKeyRow {
                state: if key.revoked_at.is_some() {
                    "revoked".into()
                } else if key.expires_at.is_some_and(|at| at <= wall) {
                    "expired".into()
                } else {
                    "active".into()
                },
                id: key.id.to_string().into(),
                name: key.name.into(),
                prefix: key.hint.into(),
                scopes: key
                    .scopes
                    .unwrap_or_else(|| {
                        key.roles
                            .iter()
                            .map(|role| role.as_str().to_owned())
                            .collect()
                    })
                    .into_iter()
                    .map(Into::into)
                    .collect(),
                created: key.created_at,
                used: key.last_used_at,
            })
            .collect(),
        fresh,
        scopes: scopes(visit),
        form,
    };
    Ok(page.page(visit.app()))
}

/// What a key can be limited to: everything about one kind of thing, of those that the reader may do anything with.
fn scopes(visit: &Visit) -> Vec<(Txt, Txt)> {
    let mut found: Vec<(Txt, Txt)> = Vec::new();
    for action in Action::ALL
        .iter()
        .filter(|action| visit.may_at_home(**action))
    {
        let scope: Txt = format!("{}.*", action.resource()).into();
        match found.iter_mut().find(|(known, _)| *known == scope) {
            Some((_, verbs)) => {
                verbs.to_mut().push_str(", ");
                verbs.to_mut().push_str(action.verb());
            }
            None => found.push((scope, action.verb().into())),
        }
    }
    found
}

pub(super) async fn key_new(Customer(visit): Customer, sent: Sent) -> Answer {
    let chosen: Vec<String> = sent.all("scopes").map(str::to_owned).collect();
    let outcome = match roles_of(&sent) {
        Ok(roles) => {
            let input = ApiKeyCreate {
                account: visit.account(),
                name: sent.get("key_name").to_owned(),
                roles,
                scopes: (!chosen.is_empty()).then_some(chosen),
                expires_at: None,
            };
            api_key_create(visit.p(), &visit.ctx, &input).await
        }
        Err(error) => Err(error),
    };
    match outcome {
        Ok(created) => {
            let fresh = created.secret.map(Into::into);
            respond::page(keys_page(&visit, FormState::default(), fresh).await?)
        }
        Err(error) => {
            let form = respond::blame(&visit.t(), sent.state(), error, |field| {
                match field.split('.').next().unwrap_or(field) {
                    "name" => "key_name",
                    "roles" => "role",
                    other => other,
                }
                .to_owned()
            })?;
            respond::again(keys_page(&visit, form, None).await?)
        }
    }
}

pub(super) async fn key_revoke(Customer(visit): Customer, Id(id): Id<ApiKeyId>) -> Answer {
    let outcome = api_key_revoke(visit.p(), &visit.ctx, id).await;
    respond::changed(&visit, outcome, "/my/api-keys", "state-revoked")
}

pub(super) async fn audit(Customer(visit): Customer) -> Answer {
    journal::page(&visit).await
}
