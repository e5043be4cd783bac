//! What people say about entries of bank statements.

use serde::{Deserialize, Serialize};
use serde_json::json;
use tradewind_kernel::{
    Error, Money, Result,
    id::{AccountId, BankEntryId, InvoiceId, PaymentId},
    text,
};
use tradewind_platform::{AuditEntry, KeyRing, OpCtx, Platform, Work};
use tradewind_policy::{Action, ResourceKind};
use utoipa::ToSchema;

use super::{
    TransferRecord,
    bank::account_of,
    bank_match::{done, record, record_as},
    realm,
    reversals::reverse,
};
use crate::{
    rules::{
        bank::{self as rules, Candidate, Part},
        document,
    },
    store::{
        bank::{self as store, EntryRow},
        bank_match as matches, payments,
    },
    types::{
        BankDirection, BankDoubt, BankEntryDetail, BankEntryState, BankSuggestion, PaymentKind,
        PaymentState,
    },
};

/// A share of an entry.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BankShare {
    /// The invoice that it pays.
    pub invoice_id: InvoiceId,
    /// How much; what is open of the invoice, as far as it goes, when left out.
    #[serde(default)]
    pub amount: Option<Money>,
}

/// What an entry is for, as a person says. One of `invoices`, `buyer_id` alone, or `payment_id`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct BankAssign {
    /// Which entry.
    pub entry_id: BankEntryId,
    /// The invoices that it pays, the oldest first; what is too much becomes credit of `buyer_id`, or of the last one's buyer.
    #[serde(default)]
    pub invoices: Vec<BankShare>,
    /// Who paid, when it is for no invoice in particular: it pays what is open, the oldest first, and the rest is credit.
    #[serde(default)]
    pub buyer_id: Option<AccountId>,
    /// Whether it all becomes credit, whatever is open.
    #[serde(default)]
    pub top_up: bool,
    /// A transfer that was recorded by hand for the same money; of an entry that takes money back, the transfer that it takes
    /// back.
    #[serde(default)]
    pub payment_id: Option<PaymentId>,
}

/// An entry that is not a payment of a buyer.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct BankIgnore {
    /// Which entry.
    pub entry_id: BankEntryId,
    /// Why.
    pub reason: String,
}

async fn locked(w: &mut Work, id: BankEntryId) -> Result<EntryRow> {
    let realm = realm(w);
    let row = store::lock(&mut w.tx, realm, id)
        .await?
        .ok_or_else(|| Error::not_found(id))?;
    let target =
        tradewind_accounts::service::target(w, ResourceKind::Payment, row.seller_id).await?;
    let target = target.traded(row.seller_id, row.seller_id);
    w.authorize_for(Action::PaymentRecord, &target, &id)?;
    Ok(row)
}

fn waiting(row: &EntryRow) -> Result<()> {
    if row.state == BankEntryState::Unmatched {
        return Ok(());
    }
    Err(Error::conflict(
        "entry_settled",
        "this entry is settled already; undo that first",
    ))
}

fn audit(w: &mut Work, action: &'static str, row: &EntryRow, summary: serde_json::Value) {
    w.audit(AuditEntry {
        action,
        kind: "bank_entry",
        id: row.id.to_string(),
        account: row.seller_id,
        summary,
    });
}

/// Says what an entry is for.
///
/// # Errors
/// `entry_settled`; `invoices` when they come to more than the entry, one is named twice or of another currency,
/// `nothing_open` when nothing of them is open; `payment_id` when it does not fit; `required` when nothing is said; what
/// [`super::transfer_record`] refuses; `NotFound`, `Forbidden`.
pub async fn bank_assign(p: &Platform, ctx: &OpCtx, input: &BankAssign) -> Result<BankEntryDetail> {
    let keys = p.keys().clone();
    p.command(ctx, "bank.assign", input, move |w, input| {
        let keys = keys.clone();
        Box::pin(async move {
            let mut row = locked(w, input.entry_id).await?;
            waiting(&row)?;
            match (row.direction, input.payment_id) {
                (BankDirection::Debit, payment) => taken_back(w, &row, payment).await?,
                (BankDirection::Credit, Some(payment)) => {
                    recorded_by_hand(w, &row, payment).await?
                }
                (BankDirection::Credit, None) => pay(w, &row, input).await?,
            }
            row.by_hand = true;
            done(w, &mut row, BankEntryState::Assigned).await?;
            audit(w, "bank.assign", &row, json!(input));
            detail(w, &keys, row).await
        })
    })
    .await
}

/// The entry takes a transfer back.
async fn taken_back(w: &mut Work, row: &EntryRow, payment: Option<PaymentId>) -> Result<()> {
    let id = payment.ok_or_else(|| {
        Error::invalid(
            "payment_id",
            "required",
            "expected the transfer that is taken back",
        )
    })?;
    let realm = realm(w);
    let payment = payments::lock(&mut w.tx, realm, id)
        .await?
        .filter(|payment| payment.receiver_id() == row.seller_id)
        .ok_or_else(|| Error::not_found(id))?;
    same_amount(row, payment.amount)?;
    let reason = if row.text.is_empty() {
        row.id.to_string()
    } else {
        rules::plain(&row.text, 500)
    };
    reverse(w, payment, &reason).await?;
    matches::link(&mut w.tx, realm, id, row.id, false).await
}

fn same_amount(row: &EntryRow, amount: Money) -> Result<()> {
    if amount == row.money() {
        return Ok(());
    }
    let text = format!("expected a transfer of {}", row.money());
    Err(Error::invalid("payment_id", "other_amount", text))
}

/// The money was recorded by hand before the statement came.
async fn recorded_by_hand(w: &mut Work, row: &EntryRow, id: PaymentId) -> Result<()> {
    let realm = realm(w);
    let payment = payments::lock(&mut w.tx, realm, id)
        .await?
        .filter(|payment| payment.receiver_id() == row.seller_id)
        .ok_or_else(|| Error::not_found(id))?;
    same_amount(row, payment.amount)?;
    let taken = matches::entry_of(&mut w.tx, realm, id).await?.is_some();
    if payment.kind != PaymentKind::Transfer || payment.state != PaymentState::Succeeded || taken {
        return Err(Error::refused(
            "payment_elsewhere",
            "expected a transfer that stands and that no other entry tells of",
        ));
    }
    matches::link(&mut w.tx, realm, id, row.id, false).await
}

/// The entry pays invoices, or what is open of a buyer, or becomes credit.
async fn pay(w: &mut Work, row: &EntryRow, input: &BankAssign) -> Result<()> {
    let realm = realm(w);
    if input.invoices.is_empty() {
        let buyer = input.buyer_id.ok_or_else(|| {
            Error::invalid(
                "invoices",
                "required",
                "expected invoices, or the buyer who paid",
            )
        })?;
        let open = if input.top_up {
            Vec::new()
        } else {
            matches::open_of(&mut w.tx, realm, row.seller_id, buyer, row.currency).await?
        };
        let parts = rules::split(row.money(), &open)?;
        if !parts.is_empty() {
            return record(w, row, &parts).await;
        }
        let seller = sold_by(w, row.seller_id, buyer).await?;
        return credit(w, row, (seller, buyer), row.money()).await;
    }
    let parts = shares(w, row, input).await?;
    let mut rest = row.money();
    for part in &parts {
        rest = rest.sub(part.amount)?;
    }
    record(w, row, &parts).await?;
    if rest.is_zero() {
        return Ok(());
    }
    let pair = match input.buyer_id {
        Some(buyer) => (sold_by(w, row.seller_id, buyer).await?, buyer),
        None => {
            let last = parts.last().map(|part| (part.seller_id, part.buyer_id));
            last.ok_or_else(nothing_open)?
        }
    };
    credit(w, row, pair, rest).await
}

/// Who sells to a buyer that has paid to an account: that account, or a seller for whom it collects.
async fn sold_by(w: &mut Work, receiver: AccountId, buyer: AccountId) -> Result<AccountId> {
    match tradewind_accounts::service::relationship_of(w, receiver, buyer).await {
        Err(Error::NotFound { .. }) => {}
        found => return found.map(|_| receiver),
    }
    let parent = tradewind_accounts::service::account_facts(w, buyer)
        .await?
        .parent;
    let seller = parent.ok_or_else(|| Error::not_found(buyer))?;
    let collector = tradewind_accounts::service::collector_of(w, seller, buyer).await?;
    if collector == Some(receiver) {
        return Ok(seller);
    }
    Err(Error::not_found(buyer))
}

fn nothing_open() -> Error {
    Error::refused("nothing_open", "nothing is open of these invoices")
}

async fn credit(
    w: &mut Work,
    row: &EntryRow,
    (seller, buyer): (AccountId, AccountId),
    amount: Money,
) -> Result<()> {
    let input = TransferRecord {
        seller_id: seller,
        receiver_id: Some(row.seller_id),
        payer_id: buyer,
        invoice_id: None,
        amount,
        reference: String::new(),
        top_up: true,
        received_on: None,
    };
    record_as(w, row, input).await
}

/// What each of the named invoices gets, the oldest first unless amounts are given.
async fn shares(w: &mut Work, row: &EntryRow, input: &BankAssign) -> Result<Vec<Part>> {
    let realm = realm(w);
    let mut parts: Vec<Part> = Vec::new();
    let mut open: Vec<Candidate> = Vec::new();
    let mut given = Money::zero(row.currency);
    let mut named = Vec::new();
    for share in &input.invoices {
        let one = matches::by_id(&mut w.tx, realm, row.seller_id, share.invoice_id)
            .await?
            .ok_or_else(|| Error::not_found(share.invoice_id))?;
        if named.contains(&one.invoice_id) {
            let text = "each invoice is named once";
            return Err(Error::invalid("invoices", "duplicate", text));
        }
        named.push(one.invoice_id);
        if one.open.currency != row.currency {
            let text = format!("the entry is in {}", row.currency);
            return Err(Error::invalid("invoices", "currency_mismatch", text));
        }
        match share.amount {
            None => open.push(one),
            Some(amount) => {
                if amount.minor <= 0 {
                    let text = "expected more than zero";
                    return Err(Error::invalid("invoices", "out_of_range", text));
                }
                given = given.add(amount)?;
                parts.push(Part {
                    invoice_id: one.invoice_id,
                    seller_id: one.seller_id,
                    buyer_id: one.buyer_id,
                    amount,
                });
            }
        }
    }
    let rest = row.money().sub(given)?;
    if rest.minor < 0 {
        let text = format!("these come to more than {}", row.money());
        return Err(Error::invalid("invoices", "out_of_range", text));
    }
    let mut left = rest;
    open.sort_by(|a, b| (a.due_on, &a.number).cmp(&(b.due_on, &b.number)));
    for one in open {
        let amount = if left.minor < one.open.minor {
            left
        } else {
            one.open
        };
        if amount.is_zero() {
            continue;
        }
        left = left.sub(amount)?;
        parts.push(Part {
            invoice_id: one.invoice_id,
            seller_id: one.seller_id,
            buyer_id: one.buyer_id,
            amount,
        });
    }
    if parts.is_empty() {
        return Err(nothing_open());
    }
    Ok(parts)
}

/// Says that an entry is no payment of a buyer.
///
/// # Errors
/// `entry_settled`, `reason`; `NotFound`, `Forbidden`.
pub async fn bank_ignore(p: &Platform, ctx: &OpCtx, input: &BankIgnore) -> Result<BankEntryDetail> {
    let keys = p.keys().clone();
    p.command(ctx, "bank.ignore", input, move |w, input| {
        let keys = keys.clone();
        Box::pin(async move {
            let mut row = locked(w, input.entry_id).await?;
            waiting(&row)?;
            row.reason = text::trimmed("reason", &input.reason, 1, 500)?;
            row.by_hand = true;
            done(w, &mut row, BankEntryState::Ignored).await?;
            audit(w, "bank.ignore", &row, json!({ "reason": row.reason }));
            detail(w, &keys, row).await
        })
    })
    .await
}

/// Takes back what an entry was settled as, by the rules or a person: payments that were recorded for it are taken back, and
/// it waits for a person. The rules do not touch it again.
///
/// # Errors
/// `entry_open` when it is not settled, `not_undoable` for one that took a transfer back; what taking the payments back
/// refuses, such as `credit_used`; `NotFound`, `Forbidden`.
pub async fn bank_undo(p: &Platform, ctx: &OpCtx, id: BankEntryId) -> Result<BankEntryDetail> {
    let keys = p.keys().clone();
    p.command(ctx, "bank.undo", &id, move |w, id| {
        let keys = keys.clone();
        Box::pin(async move {
            let mut row = locked(w, *id).await?;
            match row.state {
                BankEntryState::Unmatched | BankEntryState::Outgoing => {
                    return Err(Error::conflict(
                        "entry_open",
                        "nothing is settled by this entry",
                    ));
                }
                BankEntryState::Assigned if row.direction == BankDirection::Debit => {
                    return Err(Error::refused(
                        "not_undoable",
                        "a transfer that was taken back stays so: record it again",
                    ));
                }
                _ => {}
            }
            give_back(w, &row).await?;
            row.state = BankEntryState::Unmatched;
            row.by_hand = true;
            row.doubt = Some(BankDoubt::Undone);
            row.reason = String::new();
            row.settled_at = None;
            let realm = realm(w);
            store::settle(&mut w.tx, realm, &row).await?;
            audit(w, "bank.undo", &row, json!({}));
            detail(w, &keys, row).await
        })
    })
    .await
}

/// Takes back the payments that were recorded for an entry, and lets go of those that were there before.
async fn give_back(w: &mut Work, row: &EntryRow) -> Result<()> {
    let realm = realm(w);
    for linked in matches::linked(&mut w.tx, realm, row.id).await? {
        if !linked.recorded {
            continue;
        }
        let payment = payments::lock(&mut w.tx, realm, linked.payment_id)
            .await?
            .ok_or_else(|| Error::not_found(linked.payment_id))?;
        reverse(w, payment, &format!("bank entry undone: {}", row.id)).await?;
        let (seller, key) = (row.seller_id, row.payer_key.as_str());
        matches::set_payer(&mut w.tx, realm, seller, key, linked.payer_id, false).await?;
    }
    matches::unlink(&mut w.tx, realm, row.id).await
}

/// An entry with what it was recorded as, and what it may be for.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn bank_entry_get(p: &Platform, ctx: &OpCtx, id: BankEntryId) -> Result<BankEntryDetail> {
    let keys = p.keys().clone();
    p.read(ctx, &id, move |w, id| {
        let keys = keys.clone();
        Box::pin(async move {
            let row = store::entry(&mut w.tx, w.ctx.realm, *id)
                .await?
                .ok_or_else(|| Error::not_found(*id))?;
            let target =
                tradewind_accounts::service::target(w, ResourceKind::Payment, row.seller_id)
                    .await?;
            let target = target.traded(row.seller_id, row.seller_id);
            w.authorize_for(Action::PaymentView, &target, id)?;
            detail(w, &keys, row).await
        })
    })
    .await
}

async fn detail(w: &mut Work, keys: &KeyRing, row: EntryRow) -> Result<BankEntryDetail> {
    let realm = realm(w);
    let open = row.state == BankEntryState::Unmatched;
    let comes_in = row.direction == BankDirection::Credit;
    let (mut payments, mut alike, mut suggested) = (Vec::new(), Vec::new(), Vec::new());
    if open {
        alike = matches::transfers(&mut w.tx, realm, row.seller_id, row.money(), comes_in).await?;
        if comes_in {
            suggested = suggestions(w, &row).await?;
        }
    } else {
        payments = matches::linked(&mut w.tx, realm, row.id).await?;
    }
    Ok(BankEntryDetail {
        account: account_of(keys, &row)?,
        entry: row.into(),
        payments,
        suggestions: suggested,
        alike,
    })
}

/// What an entry may be for: what it names, what its payer owes, and what is of the same amount.
async fn suggestions(w: &mut Work, row: &EntryRow) -> Result<Vec<BankSuggestion>> {
    let realm = realm(w);
    let numbers: Vec<String> = rules::named(&row.words)
        .iter()
        .flat_map(|named| {
            let number = |sequence: &i64| document::number(&named.series, *sequence);
            named.sequences.iter().map(number).collect::<Vec<_>>()
        })
        .collect();
    let found = matches::likely(
        &mut w.tx,
        realm,
        row.seller_id,
        row.money(),
        &row.payer_key,
        &numbers,
    )
    .await?;
    let ids: Vec<AccountId> = found.iter().map(|(one, _)| one.buyer_id).collect();
    let accounts = tradewind_accounts::service::accounts_many(w, &ids).await?;
    let mut all: Vec<BankSuggestion> = found
        .into_iter()
        .map(|(one, pays)| {
            let buyer = accounts
                .iter()
                .find(|account| account.id == one.buyer_id)
                .map_or_else(String::new, |account| account.name.clone());
            BankSuggestion {
                named: numbers.contains(&one.number),
                same_amount: one.open == row.money(),
                same_payer: pays || rules::same_name(&buyer, &row.name),
                invoice_id: one.invoice_id,
                number: one.number,
                buyer_id: one.buyer_id,
                buyer,
                open: one.open,
            }
        })
        .collect();
    all.sort_by_key(|one| rules::rank(one.named, one.same_amount, one.same_payer));
    all.truncate(20);
    Ok(all)
}
