//! What entries of bank statements are for, found by the rules.

use tradewind_kernel::{
    Error, Result,
    id::{AccountId, BankEntryId, PaymentId},
};
use tradewind_platform::{OpCtx, Platform, Work};
use tradewind_policy::Action;

use super::{TransferRecord, bank::authorize, realm, transfers::transfer_record_in};
use crate::{
    rules::bank::{self as rules, Candidate, Facts, Part, Verdict},
    store::{
        bank::{self as store, EntryRow},
        bank_match as matches, payments,
    },
    types::{BankDoubt, BankEntryState, PaymentState},
};

/// Entries that one transaction looks at.
const BATCH: i64 = 50;

/// Looks again at what waits for a person and was not decided by one: what has become clear meanwhile is recorded. Returns
/// how many entries that were.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn bank_match(p: &Platform, ctx: &OpCtx, seller: AccountId) -> Result<u64> {
    p.read(ctx, &seller, |w, seller| {
        Box::pin(async move { authorize(w, *seller, Action::PaymentRecord).await })
    })
    .await?;
    matched(p, ctx, seller).await
}

/// The same for all sellers of the realm.
///
/// # Errors
/// `Forbidden`; database errors.
pub async fn bank_match_all(p: &Platform, ctx: &OpCtx) -> Result<u64> {
    let sellers = p
        .read(ctx, &(), |w, ()| {
            Box::pin(async move {
                super::authorize_run(w)?;
                store::waiting(&mut w.tx, w.ctx.realm).await
            })
        })
        .await?;
    let mut count = 0;
    for seller in sellers {
        count += matched(p, ctx, seller).await?;
    }
    Ok(count)
}

/// Goes through what waits, some entries a transaction.
pub(super) async fn matched(p: &Platform, ctx: &OpCtx, seller: AccountId) -> Result<u64> {
    // Each step is done once by itself: an entry that is settled is not looked at again.
    let step = OpCtx {
        idempotency_key: None,
        ..ctx.clone()
    };
    let (mut after, mut count) = (String::new(), 0);
    loop {
        let (found, next) = p
            .command(
                &step,
                "bank.match",
                &(seller, after.clone()),
                |w, (seller, after)| Box::pin(some(w, *seller, after)),
            )
            .await?;
        count += found;
        match next {
            Some(next) if !ctx.dry_run => after = next,
            _ => return Ok(count),
        }
    }
}

async fn some(w: &mut Work, seller: AccountId, after: &str) -> Result<(u64, Option<String>)> {
    authorize(w, seller, Action::PaymentRecord).await?;
    let realm = realm(w);
    let ids = store::to_match(&mut w.tx, realm, seller, after, BATCH).await?;
    let mut count = 0;
    for id in &ids {
        count += u64::from(one(w, *id).await?);
    }
    let next = ids.last().map(ToString::to_string);
    Ok((count, next))
}

async fn one(w: &mut Work, id: BankEntryId) -> Result<bool> {
    let realm = realm(w);
    let Some(mut row) = store::lock(&mut w.tx, realm, id).await? else {
        return Ok(false);
    };
    // Somebody else may have been quicker.
    if row.state != BankEntryState::Unmatched || row.by_hand {
        return Ok(false);
    }
    if let Some(known) = recorded_before(w, &row).await? {
        matches::link(&mut w.tx, realm, known, id, false).await?;
        done(w, &mut row, BankEntryState::Matched).await?;
        return Ok(true);
    }
    let facts = facts(w, &row).await?;
    match rules::decide(row.money(), &facts)? {
        Verdict::Pay(parts) if !all_trade(w, &parts).await? => {
            doubt(w, row, BankDoubt::Unknown).await
        }
        Verdict::Pay(parts) => {
            record(w, &row, &parts).await?;
            done(w, &mut row, BankEntryState::Matched).await?;
            Ok(true)
        }
        Verdict::Ask(why) => doubt(w, row, why).await,
    }
}

/// Leaves an entry to a person.
async fn doubt(w: &mut Work, mut row: EntryRow, why: BankDoubt) -> Result<bool> {
    if row.doubt != Some(why) {
        row.doubt = Some(why);
        let realm = realm(w);
        store::settle(&mut w.tx, realm, &row).await?;
    }
    Ok(false)
}

/// Whether all buyers still trade with the seller; what others owe is for a person to say.
async fn all_trade(w: &mut Work, parts: &[Part]) -> Result<bool> {
    for part in parts {
        match tradewind_accounts::service::relationship_of(w, part.seller_id, part.buyer_id).await {
            Ok(_) => {}
            Err(Error::NotFound { .. }) => return Ok(false),
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}

/// A transfer that somebody has recorded by hand under the bank's reference.
async fn recorded_before(w: &mut Work, row: &EntryRow) -> Result<Option<PaymentId>> {
    if row.reference.is_empty() {
        return Ok(None);
    }
    let realm = realm(w);
    let alike = matches::transfers(&mut w.tx, realm, row.seller_id, row.money(), true).await?;
    for one in alike {
        let payment = payments::lock(&mut w.tx, realm, one.payment_id).await?;
        let is_it = payment.is_some_and(|payment| {
            payment.state == PaymentState::Succeeded
                && payment.reference.as_deref() == Some(row.reference.as_str())
        });
        if is_it
            && matches::entry_of(&mut w.tx, realm, one.payment_id)
                .await?
                .is_none()
        {
            return Ok(Some(one.payment_id));
        }
    }
    Ok(None)
}

/// What is known of an entry.
async fn facts(w: &mut Work, row: &EntryRow) -> Result<Facts> {
    let realm = realm(w);
    let mut facts = Facts::default();
    for named in rules::named(&row.words) {
        let mut found = Vec::new();
        for sequence in &named.sequences {
            let invoices =
                matches::by_number(&mut w.tx, realm, row.seller_id, &named.series, *sequence)
                    .await?;
            found.extend(invoices);
        }
        found = of_payer(w, row, found).await?;
        facts.ambiguous |= named.sure && found.len() > 1;
        if named.sure {
            facts.sure.extend(found);
        } else {
            facts.guessed.extend(found);
        }
    }
    if facts.sure.is_empty() && facts.guessed.is_empty() {
        facts.payer = match payer(w, row).await? {
            Some(buyer) => {
                Some(matches::open_of(&mut w.tx, realm, row.seller_id, buyer, row.currency).await?)
            }
            None => None,
        };
    }
    Ok(facts)
}

/// Whoever collects for several sellers sees the same number more than once: then it is the invoice of the buyer that the payer is
/// known to pay for, or whose name it has.
async fn of_payer(w: &mut Work, row: &EntryRow, found: Vec<Candidate>) -> Result<Vec<Candidate>> {
    let sellers = found.iter().map(|one| one.seller_id);
    if sellers.clone().min() == sellers.max() {
        return Ok(found);
    }
    let realm = realm(w);
    let known = if row.payer_key.is_empty() {
        Vec::new()
    } else {
        matches::payers(&mut w.tx, realm, row.seller_id, &row.payer_key).await?
    };
    let mut own = found.clone();
    if known.is_empty() {
        keep_named(w, row, &mut own).await?;
    } else {
        own.retain(|one| known.contains(&one.buyer_id));
    }
    Ok(if own.is_empty() { found } else { own })
}

/// Keeps the invoices whose buyer has the payer's name.
async fn keep_named(w: &mut Work, row: &EntryRow, found: &mut Vec<Candidate>) -> Result<()> {
    let ids: Vec<AccountId> = found.iter().map(|one| one.buyer_id).collect();
    let accounts = tradewind_accounts::service::accounts_many(w, &ids).await?;
    found.retain(|one| {
        accounts
            .iter()
            .any(|account| account.id == one.buyer_id && rules::same_name(&account.name, &row.name))
    });
    Ok(())
}

/// The one buyer that the payer is known to pay for, or the one whose name it has among those who owe exactly this.
async fn payer(w: &mut Work, row: &EntryRow) -> Result<Option<AccountId>> {
    let realm = realm(w);
    if !row.payer_key.is_empty() {
        let known = matches::payers(&mut w.tx, realm, row.seller_id, &row.payer_key).await?;
        if !known.is_empty() {
            return Ok(match known.as_slice() {
                [buyer] => Some(*buyer),
                _ => None,
            });
        }
    }
    let mut named = None;
    for one in by_name(w, row).await? {
        match named {
            None => named = Some(one.buyer_id),
            Some(known) if known == one.buyer_id => {}
            Some(_) => return Ok(None),
        }
    }
    Ok(named)
}

/// Open invoices of exactly this amount whose buyer has the payer's name.
async fn by_name(w: &mut Work, row: &EntryRow) -> Result<Vec<Candidate>> {
    let realm = realm(w);
    let mut found = matches::open_like(&mut w.tx, realm, row.seller_id, row.money()).await?;
    keep_named(w, row, &mut found).await?;
    Ok(found)
}

/// Records an entry as payments of invoices.
pub(super) async fn record(w: &mut Work, row: &EntryRow, parts: &[Part]) -> Result<()> {
    for part in parts {
        let input = TransferRecord {
            seller_id: part.seller_id,
            receiver_id: Some(row.seller_id),
            payer_id: part.buyer_id,
            invoice_id: Some(part.invoice_id),
            amount: part.amount,
            reference: String::new(),
            top_up: false,
            received_on: None,
        };
        record_as(w, row, input).await?;
    }
    Ok(())
}

/// Records a share of an entry, under the bank's reference and day.
pub(super) async fn record_as(
    w: &mut Work,
    row: &EntryRow,
    mut input: TransferRecord,
) -> Result<()> {
    let realm = realm(w);
    let seller = tradewind_accounts::service::account_facts(w, input.seller_id).await?;
    // Banks date what they book today for the next day now and then.
    let today = w.ctx.now.date_in(&seller.zone);
    input.received_on = Some(row.booked_on.min(today));
    input.reference = free_reference(w, row, (input.seller_id, input.payer_id)).await?;
    let buyer = input.payer_id;
    let payment = transfer_record_in(w, &input).await?;
    matches::link(&mut w.tx, realm, payment.id, row.id, true).await?;
    matches::set_payer(&mut w.tx, realm, row.seller_id, &row.payer_key, buyer, true).await
}

/// The bank's reference, or one made of the entry's id where the bank has none or it was used before.
async fn free_reference(
    w: &mut Work,
    row: &EntryRow,
    (seller, payer): (AccountId, AccountId),
) -> Result<String> {
    let realm = realm(w);
    let base = if row.reference.is_empty() {
        row.id.to_string()
    } else {
        row.reference.clone()
    };
    let tries = [base.clone(), format!("{base} {}", row.id)];
    for reference in tries {
        let known = payments::by_reference(&mut w.tx, realm, seller, payer, &reference).await?;
        if known.is_none() {
            return Ok(reference);
        }
    }
    Ok(format!("{} {}", row.id, PaymentId::generate()))
}

/// Stores that an entry is settled.
pub(super) async fn done(w: &mut Work, row: &mut EntryRow, state: BankEntryState) -> Result<()> {
    let realm = realm(w);
    row.state = state;
    row.doubt = None;
    row.settled_at = Some(w.ctx.now);
    store::settle(&mut w.tx, realm, row).await
}
