//! Realms: one provider's world each.

use serde::{Deserialize, Serialize};
use serde_json::json;
use tradewind_kernel::{
    Error, Problems, Result, Timestamp,
    id::{AccountId, RealmId, UserId},
    text::{normal_email, trimmed},
};
use tradewind_platform::{NewEvent, NewRealm, OpCtx, Platform, RealmMode, realm};
use tradewind_policy::{Principal, Role};
use utoipa::ToSchema;

use super::account::note_created;
use crate::{
    passwords::Passwords,
    rules, store,
    types::{Account, AccountCreate, PersonInput, User, UserStatus},
};

/// Makes a realm with its provider and the provider's first owner.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RealmCreate {
    /// Name, unique in the installation.
    pub name: String,
    /// Whether it is real: `live` or `sandbox`.
    pub mode: RealmMode,
    /// When a sandbox begins; the present when left out.
    #[serde(default)]
    pub starts_at: Option<Timestamp>,
    /// The provider's facts; `kind` and `parent` are ignored.
    pub provider: AccountCreate,
    /// The provider's first owner.
    pub owner: PersonInput,
    /// The owner's password.
    #[serde(skip_serializing)]
    pub password: String,
}

/// A new realm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RealmCreated {
    /// Its id.
    pub realm: RealmId,
    /// Its provider.
    pub provider: Account,
    /// The provider's first owner.
    pub owner: User,
}

/// What everybody may know of a realm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RealmInfo {
    /// Its id.
    pub id: RealmId,
    /// Its name.
    pub name: String,
    /// `live`, or `sandbox` with a clock that can be moved.
    pub mode: RealmMode,
    /// The provider's account.
    pub provider: AccountId,
    /// The time it is there.
    pub now: Timestamp,
}

/// Makes a realm. For the operator of the installation (command line, demo): whoever runs the program may.
///
/// # Errors
/// Names every field that is wrong; `realm_exists` when the name is taken.
pub async fn realm_create(
    p: &Platform,
    passwords: &Passwords,
    input: &RealmCreate,
) -> Result<RealmCreated> {
    let wall = p.wall();
    let now = input.starts_at.unwrap_or(wall);
    let mut problems = Problems::new();
    let name = problems.check(trimmed("name", &input.name, 1, 80));
    let root = AccountId::generate();
    let provider = rules::account::new_provider(root, &input.provider, now);
    let provider = problems.check(provider.map_err(|e| e.under("provider")));
    let email = problems.check(normal_email("owner.email", &input.owner.email));
    problems.check(rules::password::check_password(
        "password",
        &input.password,
        &input.owner.email,
    ));
    problems.finish()?;
    let (Some(name), Some(provider), Some(email)) = (name, provider, email) else {
        return Err(Error::internal("facts without problems are all there"));
    };
    let hash = passwords.hash(&input.password).await?;
    let owner = User {
        id: UserId::generate(),
        email,
        name: input.owner.name.trim().to_owned(),
        locale: provider.locale,
        status: UserStatus::Active,
        // Whoever runs the program vouches for the address.
        email_verified_at: Some(wall),
        created_at: now,
        version: 1,
    };
    let ctx = OpCtx::new(RealmId::generate(), now, Principal::system(root));
    let created = RealmCreated {
        realm: ctx.realm,
        provider,
        owner,
    };
    let (mode, starts_at) = (input.mode, input.starts_at);
    p.command(&ctx, "realm.create", &created, move |w, created| {
        let (name, hash) = (name.clone(), hash.clone());
        Box::pin(async move {
            let new = NewRealm {
                id: created.realm,
                name,
                mode,
                root_account: created.provider.id,
            };
            let begun = realm::create(&mut w.tx, new, wall).await?;
            if let Some(at) = starts_at {
                realm::begin_at(&mut w.tx, &begun, wall, at).await?;
            }
            let (realm, account, owner) = (created.realm, &created.provider, &created.owner);
            store::account::insert(&mut w.tx, realm, account).await?;
            store::user::insert(&mut w.tx, realm, owner, Some(&hash)).await?;
            store::user::set_roles(&mut w.tx, realm, account.id, owner.id, &[Role::Owner]).await?;
            note_created(w, account);
            w.emit(NewEvent {
                kind: "realm.created",
                subject: realm.to_string(),
                account: account.id,
                data: json!({ "mode": mode }),
            });
            Ok(())
        })
    })
    .await?;
    Ok(created)
}

/// All realms of the installation. For the operator of the installation.
///
/// # Errors
/// Database errors.
pub async fn realm_list(p: &Platform) -> Result<Vec<RealmInfo>> {
    let wall = p.wall();
    let realms = p.realms().await?;
    Ok(realms.iter().map(|realm| info(realm, wall)).collect())
}

/// The context's realm. Open to everybody.
///
/// # Errors
/// [`Error::NotFound`] when there is no such realm.
pub async fn realm_get(p: &Platform, ctx: &OpCtx) -> Result<RealmInfo> {
    Ok(info(&p.realm(ctx.realm).await?, p.wall()))
}

fn info(realm: &tradewind_platform::Realm, wall: Timestamp) -> RealmInfo {
    RealmInfo {
        id: realm.id,
        name: realm.name.clone(),
        mode: realm.mode,
        provider: realm.root_account,
        now: realm.at(wall),
    }
}
