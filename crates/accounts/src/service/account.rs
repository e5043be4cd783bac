//! Accounts: making, changing, closing and reading them.

use std::sync::Arc;

use serde_json::json;
use tradewind_kernel::{
    Error, Result,
    id::{AccountId, RelationshipId},
};
use tradewind_platform::{AuditEntry, NewEvent, OpCtx, Platform, Work, args};
use tradewind_policy::{Action, ResourceKind, Role};

use super::{
    directory::target,
    invite::{self, Invitation},
};
use crate::{
    rules,
    store::{self, access, account::OPEN_CHILDREN},
    types::{
        Account, AccountChanges, AccountClose, AccountCreate, AccountCreated, AccountUpdate,
        Invoicer, UserInvite,
    },
};

/// Makes an account below another one, with its terms, and invites its first owner when one is named.
///
/// # Errors
/// Names every field that is wrong; [`Error::NotFound`] and [`Error::Forbidden`] by policy.
pub async fn account_create(
    p: &Platform,
    ctx: &OpCtx,
    input: &AccountCreate,
) -> Result<AccountCreated> {
    let invitation = Invitation::new(p, ctx.realm)?;
    p.command(ctx, "account.create", input, move |w, input| {
        let invitation = invitation.clone();
        Box::pin(async move { create_in(w, input, &invitation).await })
    })
    .await
}

/// As [`account_create`], inside another use case. `invitation` is the secret of the owner's invitation.
///
/// # Errors
/// As [`account_create`].
pub async fn create_in(
    w: &mut Work,
    input: &AccountCreate,
    invitation: &Invitation,
) -> Result<AccountCreated> {
    let parent = input.parent.ok_or_else(|| {
        Error::invalid("parent", "required", "expected the id of the account above")
    })?;
    let above = target(w, ResourceKind::Account, parent).await?;
    w.authorize(Action::AccountCreateChild, &above)?;
    let parent = store::account::account_locked(&mut w.tx, w.ctx.realm, parent).await?;
    let account = rules::account::new_account(AccountId::generate(), &parent, input, w.ctx.now)?;
    let created = found(w, &parent, account, input).await?;
    if let Some(owner) = &input.owner {
        let invited = UserInvite {
            account: created.account.id,
            person: owner.clone(),
            roles: vec![Role::Owner],
        };
        invite::add_member(w, &created.account, &invited, invitation)
            .await
            .map_err(|e| e.under("owner"))?;
    }
    Ok(created)
}

/// Stores an account that was checked, its terms, and what is told about it.
pub(super) async fn found(
    w: &mut Work,
    parent: &Account,
    account: Account,
    input: &AccountCreate,
) -> Result<AccountCreated> {
    store::account::insert(&mut w.tx, w.ctx.realm, &account).await?;
    let (seller, buyer) = if rules::tree::child_is_seller(account.kind) {
        (&account, parent)
    } else {
        (parent, &account)
    };
    let terms = input.terms.clone().unwrap_or_default();
    let relationship = rules::relationship::new_relationship(
        RelationshipId::generate(),
        seller,
        buyer,
        &terms,
        w.ctx.now,
    )
    .map_err(|e| e.under("terms"))?;
    super::relationship::check_collector(w, seller, [Invoicer::Own, relationship.invoicer]).await?;
    store::relationship::insert(&mut w.tx, w.ctx.realm, &relationship).await?;
    note_created(w, &account);
    Ok(AccountCreated {
        account,
        relationship: relationship.id,
    })
}

pub(super) fn note_created(w: &mut Work, account: &Account) {
    w.audit(AuditEntry {
        action: "account.create",
        kind: "account",
        id: account.id.to_string(),
        account: account.id,
        summary: json!({ "after": account }),
    });
    w.emit(NewEvent {
        kind: "account.created",
        subject: account.id.to_string(),
        account: account.id,
        data: json!({ "kind": account.kind, "name": account.name, "parent": account.parent }),
    });
}

/// Changes an account.
///
/// # Errors
/// Names every field that is wrong; [`Error::Changed`] when the version is not the one that was read;
/// [`Error::NotFound`] and [`Error::Forbidden`] by policy.
pub async fn account_update(p: &Platform, ctx: &OpCtx, input: &AccountUpdate) -> Result<Account> {
    p.command(ctx, "account.update", input, |w, input| {
        Box::pin(update_in(w, input))
    })
    .await
}

async fn update_in(w: &mut Work, input: &AccountUpdate) -> Result<Account> {
    let target = target(w, ResourceKind::Account, input.account).await?;
    w.authorize(Action::AccountUpdate, &target)?;
    let before = store::account::account_locked(&mut w.tx, w.ctx.realm, input.account).await?;
    check_version(&before, input.version)?;
    let mut after = rules::account::changed(&before, &input.changes)?;
    store::account::update(&mut w.tx, w.ctx.realm, &after).await?;
    after.version += 1;
    retax(w, &before, &after).await?;
    w.audit(AuditEntry {
        action: "account.update",
        kind: "account",
        id: after.id.to_string(),
        account: after.id,
        summary: changes_of(&before, &after, &input.changes),
    });
    w.emit(NewEvent {
        kind: "account.changed",
        subject: after.id.to_string(),
        account: after.id,
        data: json!({ "name": after.name, "version": after.version }),
    });
    Ok(after)
}

/// Lets the terms with the seller above follow where the account is and which tax number it has.
async fn retax(w: &mut Work, before: &Account, after: &Account) -> Result<()> {
    let same = before.country == after.country && before.tax.tax_id == after.tax.tax_id;
    let Some(seller) = after.parent.filter(|_| !same) else {
        return Ok(());
    };
    let realm = w.ctx.realm;
    let seller = store::account::account(&mut w.tx, realm, seller).await?;
    let terms =
        store::relationship::relationship_locked(&mut w.tx, realm, seller.id, after.id).await?;
    let Some((terms, mut retaxed)) = terms.and_then(|terms| {
        let retaxed = rules::relationship::retaxed(&terms, &seller, before, after)?;
        Some((terms, retaxed))
    }) else {
        return Ok(());
    };
    store::relationship::update(&mut w.tx, realm, &retaxed).await?;
    retaxed.version += 1;
    super::relationship::note_changed(w, "relationship.set", Some(&terms), &retaxed);
    Ok(())
}

/// Only what was asked to change, before and after.
fn changes_of(before: &Account, after: &Account, asked: &AccountChanges) -> serde_json::Value {
    let pick = |account: &Account| {
        let all = serde_json::to_value(account).unwrap_or_default();
        let asked = serde_json::to_value(asked).unwrap_or_default();
        let picked: serde_json::Map<String, serde_json::Value> = asked
            .as_object()
            .into_iter()
            .flat_map(|fields| fields.keys())
            .filter_map(|field| Some((field.clone(), all.get(field)?.clone())))
            .collect();
        picked
    };
    json!({ "before": pick(before), "after": pick(after) })
}

fn check_version(account: &Account, read: Option<i64>) -> Result<()> {
    if read.is_some_and(|version| version != account.version) {
        return Err(Error::changed(account.id));
    }
    Ok(())
}

/// Closes an account: its people are signed out, its keys revoked, its storefront name freed.
///
/// # Errors
/// `provider_stays` for the provider, `accounts_below` while accounts below it are in business, `account_closed` when
/// it is closed already; [`Error::Changed`], and [`Error::NotFound`] and [`Error::Forbidden`] by policy.
pub async fn account_close(p: &Platform, ctx: &OpCtx, input: &AccountClose) -> Result<Account> {
    let wall = p.wall();
    p.command(ctx, "account.close", input, move |w, input| {
        Box::pin(account_close_in(w, input, wall))
    })
    .await
}

/// As [`account_close`], inside another use case. `wall` is the time by which sessions are measured.
///
/// # Errors
/// As [`account_close`].
pub async fn account_close_in(
    w: &mut Work,
    input: &AccountClose,
    wall: tradewind_kernel::Timestamp,
) -> Result<Account> {
    let realm = w.ctx.realm;
    let seen = target(w, ResourceKind::Account, input.account).await?;
    w.authorize(Action::AccountUpdate, &seen)?;
    let before = store::account::account_locked(&mut w.tx, realm, input.account).await?;
    check_version(&before, input.version)?;
    // Closing is for those above: nobody locks themselves out.
    let Some(parent) = before.parent else {
        return Err(Error::conflict(
            "provider_stays",
            "the provider is the root of its realm and cannot be closed",
        ));
    };
    let above = target(w, ResourceKind::Account, parent).await?;
    w.authorize(Action::AccountCreateChild, &above)?;
    let (children,) =
        w.tx.one::<(i64,)>(&OPEN_CHILDREN, args![realm, before.id])
            .await?;
    let after = rules::account::closed(&before, children)?;
    let args = args![realm, before.id, before.version];
    if w.tx.exec(&store::account::ACCOUNT_CLOSE, args).await? == 0 {
        return Err(Error::changed(before.id));
    }
    let args = args![realm, before.id, wall];
    w.tx.exec(&access::SESSIONS_END_OF_ACCOUNT, args.clone())
        .await?;
    w.tx.exec(&access::KEYS_REVOKE, args).await?;
    w.audit(AuditEntry {
        action: "account.close",
        kind: "account",
        id: after.id.to_string(),
        account: after.id,
        summary: json!({ "before": { "status": before.status, "slug": before.slug }, "after": { "status": after.status } }),
    });
    w.emit(NewEvent {
        kind: "account.closed",
        subject: after.id.to_string(),
        account: after.id,
        data: json!({ "name": after.name }),
    });
    Ok(after)
}

/// One account.
///
/// # Errors
/// [`Error::NotFound`] when there is none the principal may see.
pub async fn account_get(p: &Platform, ctx: &OpCtx, account: AccountId) -> Result<Account> {
    p.read(ctx, &account, |w, account| Box::pin(get_in(w, *account)))
        .await
}

/// As [`account_get`], inside another use case.
///
/// # Errors
/// As [`account_get`].
pub async fn get_in(w: &mut Work, account: AccountId) -> Result<Account> {
    let target = target(w, ResourceKind::Account, account).await?;
    w.authorize(Action::AccountView, &target)?;
    account_facts(w, account).await
}

/// An account's facts for documents and processes, without asking the policies: for use cases that have authorised
/// what they do with it.
///
/// # Errors
/// [`Error::NotFound`] when there is no such account.
pub async fn account_facts(w: &mut Work, account: AccountId) -> Result<Account> {
    if let Some(found) = w.recall::<Account>(account) {
        return Ok(Account::clone(&found));
    }
    let found = store::account::account(&mut w.tx, w.ctx.realm, account).await?;
    w.remember(account, Arc::new(found.clone()));
    Ok(found)
}
