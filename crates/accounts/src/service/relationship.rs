//! Trading relationships.

use serde_json::json;
use tradewind_kernel::{
    Error, Result,
    id::{AccountId, PriceBookId, RelationshipId},
};
use tradewind_platform::{AuditEntry, NewEvent, OpCtx, Platform, Work};
use tradewind_policy::{Action, ResourceKind, Target};

use super::directory::target;
use crate::{
    rules, store,
    types::{Account, Invoicer, Relationship, RelationshipSet},
};

/// Terms of trade belong to the seller; a vendor's terms with the provider are the provider's to see as well.
async fn trade_target(w: &mut Work, seller: AccountId) -> Result<Target> {
    target(w, ResourceKind::Relationship, seller).await
}

/// Sets terms between a seller and a buyer next to each other; makes the relationship when there is none.
///
/// # Errors
/// Names every field that is wrong; `not_adjacent`; `collector_decides` when the seller wants another to collect for it, or no
/// more, which is for that other to say; [`Error::Changed`] when the version is not the one that was read;
/// [`Error::NotFound`] and [`Error::Forbidden`] by policy.
pub async fn relationship_set(
    p: &Platform,
    ctx: &OpCtx,
    input: &RelationshipSet,
) -> Result<Relationship> {
    p.command(ctx, "relationship.set", input, |w, input| {
        Box::pin(set_in(w, input))
    })
    .await
}

/// As [`relationship_set`], inside another use case.
///
/// # Errors
/// As [`relationship_set`].
pub async fn set_in(w: &mut Work, input: &RelationshipSet) -> Result<Relationship> {
    let realm = w.ctx.realm;
    let target = trade_target(w, input.seller).await?;
    w.authorize(Action::RelationshipManage, &target)?;
    let before =
        store::relationship::relationship_locked(&mut w.tx, realm, input.seller, input.buyer)
            .await?;
    let after = match &before {
        Some(before) => {
            if input.version.is_some_and(|read| read != before.version) {
                return Err(Error::changed(before.id));
            }
            let mut after = rules::relationship::changed(before, &input.terms)?;
            if after.invoicer != before.invoicer {
                let seller = store::account::account(&mut w.tx, realm, input.seller).await?;
                rules::relationship::check_invoicer(&seller, &after)?;
                check_collector(w, &seller, [before.invoicer, after.invoicer]).await?;
            }
            store::relationship::update(&mut w.tx, realm, &after).await?;
            after.version += 1;
            after
        }
        None => {
            let seller = store::account::account(&mut w.tx, realm, input.seller).await?;
            let buyer = store::account::account(&mut w.tx, realm, input.buyer).await?;
            let new = rules::relationship::new_relationship(
                RelationshipId::generate(),
                &seller,
                &buyer,
                &input.terms,
                w.ctx.now,
            )?;
            check_collector(w, &seller, [Invoicer::Own, new.invoicer]).await?;
            store::relationship::insert(&mut w.tx, realm, &new).await?;
            new
        }
    };
    note_changed(w, "relationship.set", before.as_ref(), &after);
    Ok(after)
}

/// That somebody collects for a seller is for whoever collects to say: it owes the seller what comes in, and bears what is taken
/// back.
pub(super) async fn check_collector(
    w: &mut Work,
    seller: &Account,
    invoicers: [Invoicer; 2],
) -> Result<()> {
    let Some(collector) = seller
        .parent
        .filter(|_| invoicers.contains(&Invoicer::OnBehalf))
    else {
        return Ok(());
    };
    let target = trade_target(w, collector).await?;
    if w.may(Action::RelationshipManage, &target) {
        return Ok(());
    }
    let text = "who invoices and collects for a seller is for the account above it to say";
    Err(Error::refused("collector_decides", text))
}

/// Who collects what a buyer owes a seller, where that is not the seller: the account above it.
///
/// # Errors
/// Database errors.
pub async fn collector_of(
    w: &mut Work,
    seller: AccountId,
    buyer: AccountId,
) -> Result<Option<AccountId>> {
    match relationship_of(w, seller, buyer).await {
        Ok(agreed) if agreed.invoicer == Invoicer::OnBehalf => {
            Ok(super::account_facts(w, seller).await?.parent)
        }
        Ok(_) | Err(Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Notes a change of terms in the audit log and tells of it.
pub(super) fn note_changed(
    w: &mut Work,
    action: &'static str,
    before: Option<&Relationship>,
    after: &Relationship,
) {
    w.audit(AuditEntry {
        action,
        kind: "relationship",
        id: after.id.to_string(),
        account: after.seller,
        summary: json!({ "before": before, "after": after }),
    });
    w.emit(NewEvent {
        kind: "relationship.changed",
        subject: after.id.to_string(),
        account: after.seller,
        data: json!({ "buyer": after.buyer, "version": after.version }),
    });
}

/// Lets the buyer of a relationship buy from this price book from now on (none: the seller's default book). The caller
/// has checked that the book is the seller's.
///
/// # Errors
/// [`Error::NotFound`] and [`Error::Forbidden`] by policy; [`Error::Changed`] by the version.
pub async fn price_book_set_in(
    w: &mut Work,
    relationship: RelationshipId,
    version: Option<i64>,
    book: Option<PriceBookId>,
) -> Result<Relationship> {
    let realm = w.ctx.realm;
    let before = store::relationship::relationship(&mut w.tx, realm, relationship).await?;
    let target = trade_target(w, before.seller).await?;
    w.authorize_for(Action::RelationshipManage, &target, &relationship)?;
    if version.is_some_and(|read| read != before.version) {
        return Err(Error::changed(relationship));
    }
    store::relationship::set_price_book(&mut w.tx, realm, &before, book).await?;
    let after = Relationship {
        price_book: book,
        version: before.version + 1,
        ..before.clone()
    };
    note_changed(w, "relationship.price_book_set", Some(&before), &after);
    Ok(after)
}

/// One relationship.
///
/// # Errors
/// [`Error::NotFound`] when there is none the principal may see, [`Error::Forbidden`] by policy.
pub async fn relationship_get(
    p: &Platform,
    ctx: &OpCtx,
    id: RelationshipId,
) -> Result<Relationship> {
    p.read(ctx, &id, |w, id| {
        Box::pin(async move {
            let found = store::relationship::relationship(&mut w.tx, w.ctx.realm, *id).await?;
            let target = trade_target(w, found.seller).await?;
            w.authorize_for(Action::RelationshipView, &target, id)?;
            Ok(found)
        })
    })
    .await
}

/// The relationship of a pair, for use cases that have authorised what they do with it.
///
/// # Errors
/// [`Error::NotFound`] for the buyer when the two do not trade.
pub async fn relationship_of(
    w: &mut Work,
    seller: AccountId,
    buyer: AccountId,
) -> Result<Relationship> {
    let realm = w.ctx.realm;
    let found = match w.recall::<Vec<Relationship>>(buyer) {
        Some(known) => known.iter().find(|one| one.seller == seller).cloned(),
        None => store::relationship::relationship_of(&mut w.tx, realm, seller, buyer).await?,
    };
    found.ok_or_else(|| Error::not_found(buyer))
}

/// On which terms a buyer buys from a seller.
///
/// # Errors
/// As [`relationship_get`]; [`Error::NotFound`] for the buyer when the two do not trade.
pub async fn relationship_between(
    p: &Platform,
    ctx: &OpCtx,
    seller: AccountId,
    buyer: AccountId,
) -> Result<Relationship> {
    p.read(ctx, &(seller, buyer), |w, (seller, buyer)| {
        Box::pin(async move {
            let target = trade_target(w, *seller).await?;
            w.authorize_for(Action::RelationshipView, &target, buyer)?;
            relationship_of(w, *seller, *buyer).await
        })
    })
    .await
}
