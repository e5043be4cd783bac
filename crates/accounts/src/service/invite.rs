//! Giving people roles at an account: members and invitations.

use serde_json::json;
use tradewind_kernel::{
    Duration, Error, Locale, Problems, Result,
    id::{AccountId, RealmId, TokenId, UserId},
    text::{check_len, normal_email},
};
use tradewind_platform::{
    AuditEntry, KeyRing, NewEvent, NewJob, OpCtx, Platform, Work, args,
    tokens::{hash_token, random_token},
};
use tradewind_policy::{Action, ResourceKind, Role};

use super::directory::target;
use crate::{
    MAIL_JOB,
    rules::{self, credential, credential::CredentialKind},
    store::{self, access},
    types::{
        Account, Member, OneTimeToken, RolesSet, TokenKind, TokenMail, User, UserInvite,
        UserRemove, UserStatus,
    },
};

/// A fresh single-use secret, and what it takes to send it.
#[derive(Debug, Clone)]
pub struct Invitation {
    secret: String,
    keys: KeyRing,
    wall: tradewind_kernel::Timestamp,
}

impl Invitation {
    /// A new secret for a realm.
    ///
    /// # Errors
    /// None today; encryption keys may fail to load in the future.
    pub fn new(p: &Platform, realm: RealmId) -> Result<Self> {
        Ok(Self {
            secret: credential::format(CredentialKind::OneTime, realm, &random_token()),
            keys: p.keys().clone(),
            wall: p.wall(),
        })
    }

    /// Stores the secret's hash as a token of a user and enqueues the mail with it.
    pub(super) async fn send(
        &self,
        w: &mut Work,
        kind: TokenKind,
        user: &User,
        about: (AccountId, &str),
        storefront: Option<String>,
    ) -> Result<()> {
        let realm = w.ctx.realm;
        let token = OneTimeToken {
            id: TokenId::generate(),
            kind,
            user: user.id,
            expires_at: self.wall.plus(lifetime(kind))?,
            used_at: None,
        };
        // The newest link is the one that works.
        store::user::void_tokens(&mut w.tx, realm, user.id, kind, self.wall).await?;
        store::user::insert_token(&mut w.tx, realm, &token, &hash_token(&self.secret)).await?;
        let mail = TokenMail {
            kind,
            user: user.id,
            email: user.email.clone(),
            name: user.name.clone(),
            locale: user.locale,
            account: about.0,
            account_name: about.1.to_owned(),
            storefront,
            sealed: self.keys.seal(&TokenMail::place(user.id), &self.secret)?,
        };
        let payload = serde_json::to_value(mail).map_err(Error::internal)?;
        w.enqueue(NewJob::new(MAIL_JOB, payload));
        Ok(())
    }
}

impl TokenMail {
    fn place(user: UserId) -> String {
        format!("one_time_token/{user}")
    }

    /// The secret for the link.
    ///
    /// # Errors
    /// [`Error::Internal`] when the payload was sealed with a key that is gone.
    pub fn open(&self, keys: &KeyRing) -> Result<tradewind_platform::Secret> {
        keys.open(&Self::place(self.user), &self.sealed)
    }
}

/// How long a single-use link of this kind can be used.
#[must_use]
pub fn lifetime(kind: TokenKind) -> Duration {
    match kind {
        TokenKind::Verify => Duration::from_hours(48),
        TokenKind::Reset => Duration::from_hours(1),
        TokenKind::Invite => Duration::from_hours(7 * 24),
    }
}

/// Invites a person to an account. Someone who has a user in the realm gets the roles at once.
///
/// # Errors
/// Names every field that is wrong; `already_member`; [`Error::NotFound`] and [`Error::Forbidden`] by policy;
/// `not_while_acting` for staff acting as a customer.
pub async fn user_invite(p: &Platform, ctx: &OpCtx, input: &UserInvite) -> Result<Member> {
    let invitation = Invitation::new(p, ctx.realm)?;
    p.command(ctx, "user.invite", input, move |w, input| {
        let invitation = invitation.clone();
        Box::pin(async move {
            authorize_members(w, input.account, &[], &input.roles).await?;
            let account =
                store::account::account_locked(&mut w.tx, w.ctx.realm, input.account).await?;
            add_member(w, &account, input, &invitation).await
        })
    })
    .await
}

/// Whoever manages members may do this: owners are managed by owners, and nobody does it in someone else's name.
async fn authorize_members(
    w: &mut Work,
    account: AccountId,
    before: &[Role],
    after: &[Role],
) -> Result<()> {
    let target = target(w, ResourceKind::User, account).await?;
    w.authorize(Action::UserManage, &target)?;
    if rules::roles::touches_owners(before, after) {
        w.authorize(Action::UserManageOwners, &target)?;
    }
    rules::roles::check_not_acting(w.ctx.acting.is_some())
}

/// Adds a member and sends the invitation, without asking the policies.
pub(super) async fn add_member(
    w: &mut Work,
    account: &Account,
    input: &UserInvite,
    invitation: &Invitation,
) -> Result<Member> {
    let realm = w.ctx.realm;
    let mut problems = Problems::new();
    let email = problems.check(normal_email("email", &input.person.email));
    problems.check(check_len("name", &input.person.name, 0, 120));
    let locale = problems.check(
        input
            .person
            .locale
            .as_deref()
            .map_or(Ok(account.locale), |tag| {
                Locale::parse(tag).map_err(|e| e.at("locale"))
            }),
    );
    let roles = problems.check(rules::roles::check_roles(&input.roles));
    problems.finish()?;
    let email = email.unwrap_or_default();
    let roles = roles.unwrap_or_default();
    let known = store::user::user_by_email(&mut w.tx, realm, &email).await?;
    let user = match known {
        Some(known) => {
            let held = store::user::roles_of(&mut w.tx, realm, account.id, known.user.id).await?;
            if !held.is_empty() {
                return Err(Error::conflict(
                    "already_member",
                    format!("{email} belongs to this account already; change the roles instead"),
                ));
            }
            known.user
        }
        None => {
            let user = User {
                id: UserId::generate(),
                email,
                name: input.person.name.trim().to_owned(),
                locale: locale.unwrap_or_default(),
                status: UserStatus::Invited,
                email_verified_at: None,
                created_at: w.ctx.now,
                version: 1,
            };
            store::user::insert(&mut w.tx, realm, &user, None).await?;
            user
        }
    };
    store::user::set_roles(&mut w.tx, realm, account.id, user.id, &roles).await?;
    if user.status == UserStatus::Invited {
        let about = (account.id, account.name.as_str());
        invitation
            .send(w, TokenKind::Invite, &user, about, account.slug.clone())
            .await?;
    }
    note_roles(w, "user.invite", account.id, &user, &[], &roles);
    w.emit(NewEvent {
        kind: "user.invited",
        subject: user.id.to_string(),
        account: account.id,
        data: json!({ "roles": roles }),
    });
    Ok(Member { user, roles })
}

fn note_roles(
    w: &mut Work,
    action: &'static str,
    account: AccountId,
    user: &User,
    before: &[Role],
    after: &[Role],
) {
    w.audit(AuditEntry {
        action,
        kind: "user",
        id: user.id.to_string(),
        account,
        summary: json!({ "email": user.email, "before": { "roles": before }, "after": { "roles": after } }),
    });
}

/// Everybody at an account.
///
/// # Errors
/// [`Error::NotFound`] and [`Error::Forbidden`] by policy.
pub async fn user_list(p: &Platform, ctx: &OpCtx, account: AccountId) -> Result<Vec<Member>> {
    p.read(ctx, &account, |w, account| {
        Box::pin(async move {
            let target = target(w, ResourceKind::User, *account).await?;
            w.authorize(Action::AccountView, &target)?;
            let args = args![w.ctx.realm, account];
            w.tx.all(&store::user::MEMBERS, args).await
        })
    })
    .await
}

/// Sets the roles of a member.
///
/// # Errors
/// `last_owner`; [`Error::NotFound`] when the user is no member, and by policy; [`Error::Forbidden`] by policy;
/// `not_while_acting`.
pub async fn role_set(p: &Platform, ctx: &OpCtx, input: &RolesSet) -> Result<Member> {
    p.command(ctx, "user.role_set", input, |w, input| {
        Box::pin(async move {
            let after = rules::roles::check_roles(&input.roles)?;
            let user = change_roles(w, input.account, input.user, &after, "user.role_set").await?;
            Ok(Member { user, roles: after })
        })
    })
    .await
}

/// Takes a member's roles away and ends the member's sessions at the account.
///
/// # Errors
/// As [`role_set`].
pub async fn user_remove(p: &Platform, ctx: &OpCtx, input: &UserRemove) -> Result<()> {
    let wall = p.wall();
    p.command(ctx, "user.remove", input, move |w, input| {
        Box::pin(async move {
            change_roles(w, input.account, input.user, &[], "user.remove").await?;
            let args = args![w.ctx.realm, input.user, input.account, wall];
            w.tx.exec(&access::SESSIONS_END_OF_MEMBER, args).await?;
            Ok(())
        })
    })
    .await
}

async fn change_roles(
    w: &mut Work,
    account: AccountId,
    user: UserId,
    after: &[Role],
    action: &'static str,
) -> Result<User> {
    let realm = w.ctx.realm;
    authorize_members(w, account, &[], &[]).await?;
    // The account is locked, so that two owners cannot remove each other at the same time.
    store::account::account_locked(&mut w.tx, realm, account).await?;
    let before = store::user::roles_of(&mut w.tx, realm, account, user).await?;
    if before.is_empty() {
        return Err(Error::not_found(user));
    }
    authorize_members(w, account, &before, after).await?;
    let others = store::user::other_owners(&mut w.tx, realm, account, user).await?;
    rules::roles::check_owner_remains(&before, after, others)?;
    let found = store::user::user_locked(&mut w.tx, realm, user).await?.user;
    store::user::set_roles(&mut w.tx, realm, account, user, after).await?;
    note_roles(w, action, account, &found, &before, after);
    w.emit(NewEvent {
        kind: "user.roles_changed",
        subject: user.to_string(),
        account,
        data: json!({ "roles": after }),
    });
    Ok(found)
}
