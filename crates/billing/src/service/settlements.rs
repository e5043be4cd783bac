//! Settlements: what payers owe vendors for a time, from the shares that were booked, and sellers, from what was collected for them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::json;
use tradewind_kernel::{
    Currency, Date, Error, Money, Result,
    calendar::add_days,
    filter::{Filter, Sort},
    id::{AccountId, ChargeId, CollectedId, InvoiceId, ProductId, SettlementId, SubscriptionId},
    page::Page,
};
use tradewind_platform::{AuditEntry, NewEvent, OpCtx, Platform, Work};
use tradewind_policy::{AccountKind, Action, PrincipalKind, ResourceKind};
use utoipa::ToSchema;

use super::{ListQuery, authorize_run, books::authorize_to, realm, self_billing};
use crate::{
    rules::settlement as rules,
    store::{
        collected, documents, settlement_offsets as offsets,
        settlements::{self as store, Between, OpenItem},
    },
    types::{
        Collected, Offset, PayeeSettlement, SettlementDetail, SettlementDue, SettlementKind,
        SettlementLine, SettlementPolicy, SettlementShare, SettlementState,
    },
};

/// Charges that are read at once.
const PAGE: i64 = 1_000;

/// A policy for what is paid to a payee, or to all of a kind.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SettlementSet {
    /// Who pays.
    pub payer_id: AccountId,
    /// What is settled.
    pub kind: SettlementKind,
    /// The vendor or seller; all of the kind that have no policy of their own when left out.
    #[serde(default)]
    pub payee_id: Option<AccountId>,
    /// The policy.
    pub policy: SettlementPolicy,
}

/// How a payer settles with a vendor or seller, or with all of a kind that have no policy of their own.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn settlement_policy_get(
    p: &Platform,
    ctx: &OpCtx,
    payer: AccountId,
    kind: SettlementKind,
    payee: Option<AccountId>,
) -> Result<SettlementPolicy> {
    let asked = (payer, kind, payee);
    p.read(ctx, &asked, |w, (payer, kind, payee)| {
        Box::pin(async move {
            authorize_to(w, Action::LedgerView, *payer).await?;
            let realm = realm(w);
            let found = store::policy(&mut w.tx, realm, *payer, *kind, *payee).await?;
            Ok(found.unwrap_or_default())
        })
    })
    .await
}

/// Sets how a payer settles with a vendor or seller, or with all of a kind. It holds for settlements that are made from now on.
///
/// # Errors
/// `payee_id` when that is not of the kind, `fees`, `minimum_payout`, `hold_percent`, `hold_days`, `payment_days`; `NotFound`,
/// `Forbidden`.
pub async fn settlement_policy_set(
    p: &Platform,
    ctx: &OpCtx,
    input: &SettlementSet,
) -> Result<SettlementPolicy> {
    p.command(ctx, "settlement.policy_set", input, |w, input| {
        Box::pin(async move {
            authorize_to(w, Action::LedgerManage, input.payer_id).await?;
            if let Some(payee) = input.payee_id {
                let payee = tradewind_accounts::service::account_facts(w, payee).await?;
                let fits = match input.kind {
                    SettlementKind::Vendor => payee.kind == AccountKind::Vendor,
                    SettlementKind::Collected => payee.parent == Some(input.payer_id),
                };
                if !fits {
                    let text = "expected a vendor, or for what is collected a seller right below the payer";
                    return Err(Error::invalid("payee_id", "unknown_value", text));
                }
            }
            rules::check(input.kind, &input.policy)?;
            let realm = realm(w);
            let (payer, kind, payee) = (input.payer_id, input.kind, input.payee_id);
            store::set_policy(&mut w.tx, realm, payer, kind, payee, &input.policy).await?;
            w.audit(AuditEntry {
                action: "settlement.policy_set",
                kind: "account",
                id: payer.to_string(),
                account: payer,
                summary: json!({ "kind": kind, "payee": payee, "after": input.policy }),
            });
            Ok(input.policy.clone())
        })
    })
    .await
}

/// What vendors' shares and collected amounts come to that are on no settlement yet, and what is held back.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn settlement_due(
    p: &Platform,
    ctx: &OpCtx,
    payer: AccountId,
) -> Result<Vec<SettlementDue>> {
    p.read(ctx, &payer, |w, payer| {
        Box::pin(async move {
            authorize_to(w, Action::LedgerView, *payer).await?;
            let realm = realm(w);
            store::due(&mut w.tx, realm, *payer).await
        })
    })
    .await
}

/// Settlements up to and including a day.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettlementRun {
    /// Up to and including this day, which has to be over.
    #[schema(value_type = String, format = Date)]
    pub until: Date,
    /// One vendor or seller; all when left out.
    #[serde(default)]
    pub payee_id: Option<AccountId>,
}

/// Makes the settlements of a payer: for each vendor or seller and currency one, of all that was booked by the day and is on none. What
/// comes to less than is paid out waits for the next. Done again, it finds nothing.
///
/// # Errors
/// `until` when that day is not over; `NotFound`, `Forbidden`.
pub async fn settlement_run(
    p: &Platform,
    ctx: &OpCtx,
    payer: AccountId,
    input: &SettlementRun,
) -> Result<Vec<PayeeSettlement>> {
    p.command(
        ctx,
        "settlement.run",
        &(payer, input),
        |w, (payer, input)| {
            Box::pin(async move {
                authorize_to(w, Action::LedgerManage, *payer).await?;
                let today = today(w, *payer).await?;
                if input.until >= today {
                    let text = "expected a day that is over";
                    return Err(Error::invalid("until", "out_of_range", text));
                }
                let realm = realm(w);
                let mut made = Vec::new();
                for due in store::due(&mut w.tx, realm, *payer).await? {
                    if input.payee_id.is_some_and(|payee| payee != due.payee_id) {
                        continue;
                    }
                    let between = Between {
                        kind: due.kind,
                        payer_id: *payer,
                        payee_id: due.payee_id,
                        currency: due.share.currency,
                    };
                    made.extend(settle(w, between, input.until).await?);
                }
                Ok(made)
            })
        },
    )
    .await
}

/// Makes the settlements of the month that is over, for all payers that have a policy. Returns how many.
///
/// # Errors
/// `Forbidden`; database errors.
pub async fn settlement_run_all(p: &Platform, ctx: &OpCtx) -> Result<u64> {
    let payers = p.read(ctx, &(), |w, ()| {
        Box::pin(async move {
            authorize_run(w)?;
            let realm = realm(w);
            let mut last_days = Vec::new();
            for payer in store::payers(&mut w.tx, realm).await? {
                let first = today(w, payer).await?.first_of_month();
                last_days.push((payer, add_days(first, -1)?));
            }
            Ok(last_days)
        })
    });
    let mut made = 0;
    for (payer, until) in payers.await? {
        let ctx = OpCtx {
            idempotency_key: None,
            ..ctx.clone()
        };
        let run = SettlementRun {
            until,
            payee_id: None,
        };
        made += settlement_run(p, &ctx, payer, &run).await?.len() as u64;
    }
    Ok(made)
}

pub(super) async fn today(w: &mut Work, payer: AccountId) -> Result<Date> {
    let owner = tradewind_accounts::service::account_facts(w, payer).await?;
    Ok(w.ctx.now.date_in(&owner.zone))
}

async fn settle(w: &mut Work, between: Between, until: Date) -> Result<Option<PayeeSettlement>> {
    let realm = realm(w);
    let Between {
        kind,
        payer_id,
        payee_id,
        currency,
    } = between;
    let series = format!("SET-{}", today(w, payer_id).await?.year());
    // Taking none holds the series: who settles does so one after the other.
    documents::take_numbers(&mut w.tx, realm, payer_id, &series, 0).await?;
    let policy = store::policy(&mut w.tx, realm, payer_id, kind, Some(payee_id)).await?;
    let policy = policy.unwrap_or_default();
    let open = store::open_by(&mut w.tx, realm, between, until).await?;
    let releases = store::releasable(&mut w.tx, realm, between, until).await?;
    let released = Money::sum(
        currency,
        releases.iter().map(|(_, held)| Money::new(*held, currency)),
    )?;
    let lines = lines(w, &policy, currency, &open).await?;
    let sums: Vec<(Money, Money)> = lines.iter().map(|line| (line.share, line.fee)).collect();
    let amounts = rules::amounts(&policy, &sums, released)?;
    let (due_on, release_on) = rules::days(&policy, until, amounts.held)?;
    let mut one = PayeeSettlement {
        id: SettlementId::generate(),
        number: String::new(),
        kind,
        payer_id,
        payee_id,
        currency,
        until,
        share: amounts.share,
        fee: amounts.fee,
        held: amounts.held,
        released: amounts.released,
        share_tax: amounts.share_tax,
        fee_tax: amounts.fee_tax,
        set_off: amounts.set_off,
        payout: amounts.payout,
        state: SettlementState::Open,
        due_on,
        release_on,
        file_id: None,
        note: String::new(),
        created_at: w.ctx.now,
        paid_on: None,
    };
    let today = today(w, payer_id).await?;
    let mut amounts = amounts;
    let mut drafts = None;
    if let Some((drawn, taxes)) = self_billing::draw_up(w, &one, &lines, today).await? {
        amounts = amounts.taxed(taxes)?;
        drafts = Some(drawn);
    }
    if !rules::is_paid(&policy, amounts.payout) {
        return Ok(None);
    }
    let set_off = owed(w, &policy, between, until, amounts.payout).await?;
    let amounts = amounts.less(Money::sum(currency, set_off.iter().map(|(_, part)| *part))?)?;
    (one.share_tax, one.fee_tax) = (amounts.share_tax, amounts.fee_tax);
    (one.set_off, one.payout) = (amounts.set_off, amounts.payout);
    let sequence = documents::take_numbers(&mut w.tx, realm, payer_id, &series, 1).await?;
    one.number = format!("{series}-{sequence:06}");
    let items: Vec<String> = open.into_iter().map(|item| item.id).collect();
    let releases: Vec<SettlementId> = releases.iter().map(|(id, _)| *id).collect();
    store::insert(&mut w.tx, realm, &one, &lines, &items, &releases, &set_off).await?;
    self_billing::keep(w, one.id, drafts).await?;
    tell(w, &one, "settlement.made");
    Ok(Some(one))
}

/// What of an amount pays which invoices of the payer's, by its policy.
async fn owed(
    w: &mut Work,
    policy: &SettlementPolicy,
    between: Between,
    until: Date,
    amount: Money,
) -> Result<Vec<(InvoiceId, Money)>> {
    if policy.offset == Offset::None {
        return Ok(Vec::new());
    }
    let realm = realm(w);
    let open = offsets::owed(&mut w.tx, realm, between, until).await?;
    rules::set_off(amount, &open)
}

/// One line for each product, or for each buyer who has paid.
async fn lines(
    w: &mut Work,
    policy: &SettlementPolicy,
    currency: Currency,
    open: &[OpenItem],
) -> Result<Vec<SettlementLine>> {
    let ids: BTreeSet<SubscriptionId> = open
        .iter()
        .filter_map(|item| item.subscription_id)
        .collect();
    let ids: Vec<SubscriptionId> = ids.into_iter().collect();
    let mut products: HashMap<SubscriptionId, ProductId> = HashMap::new();
    for some in ids.chunks(500) {
        let found = tradewind_orders::service::subscriptions_in(w, some).await?;
        products.extend(found.into_iter().map(|one| (one.id, one.product_id)));
    }
    let mut sums: BTreeMap<(Option<ProductId>, Option<AccountId>), (i64, Money)> = BTreeMap::new();
    for item in open {
        let product = item
            .subscription_id
            .and_then(|of| products.get(&of))
            .copied();
        if product.is_none() && item.buyer_id.is_none() {
            return Err(Error::internal(format!("{} is of nothing known", item.id)));
        }
        let sum = sums
            .entry((product, item.buyer_id))
            .or_insert((0, Money::zero(currency)));
        sum.0 += 1;
        sum.1 = sum.1.add(Money::new(item.amount, currency))?;
    }
    type Sum = ((Option<ProductId>, Option<AccountId>), (i64, Money));
    let line = |(no, ((product_id, buyer_id), (charges, share))): (i64, Sum)| {
        Ok(SettlementLine {
            no,
            product_id,
            buyer_id,
            charges,
            share,
            fee: rules::fee(policy, product_id, share)?,
        })
    };
    (1_i64..).zip(sums).map(line).collect()
}

pub(super) fn tell(w: &mut Work, one: &PayeeSettlement, kind: &'static str) {
    w.emit(NewEvent {
        kind,
        subject: one.id.to_string(),
        account: one.payee_id,
        data: json!({
            "number": one.number, "kind": one.kind, "payer_id": one.payer_id, "payee_id": one.payee_id, "until": one.until,
            "payout": one.payout, "state": one.state, "due_on": one.due_on,
        }),
    });
}

/// Settlements that the principal's account pays or gets, the latest first. Fields: `kind`, `state`, `payee`, `payer`, `number`, `currency`,
/// `until`, `due`; sorted by `number`, `until`, `due`.
///
/// # Errors
/// What is wrong with filter, sort or page; `Forbidden`.
pub async fn settlement_list(
    p: &Platform,
    ctx: &OpCtx,
    query: &ListQuery,
) -> Result<Page<PayeeSettlement>> {
    p.read(ctx, query, |w, query| {
        Box::pin(async move {
            let principal = w.ctx.principal.clone();
            let whose = if principal.kind == PrincipalKind::System {
                None
            } else {
                authorize_to(w, Action::LedgerView, principal.account).await?;
                Some(principal.account)
            };
            let filter = Filter::parse(&query.filter, &store::FIELDS)?;
            let sort = Sort::parse(&query.sort, &store::FIELDS)?;
            let realm = realm(w);
            store::page(&mut w.tx, realm, whose, &filter, &sort, &query.page).await
        })
    })
    .await
}

/// A settlement with its lines.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn settlement_get(
    p: &Platform,
    ctx: &OpCtx,
    id: SettlementId,
) -> Result<SettlementDetail> {
    p.read(ctx, &id, |w, id| {
        Box::pin(async move {
            let settlement = seen(w, *id).await?;
            let realm = realm(w);
            let currency = settlement.currency;
            let lines = store::lines(&mut w.tx, realm, *id, currency).await?;
            let offsets = offsets::of(&mut w.tx, realm, *id).await?;
            Ok(SettlementDetail {
                settlement,
                lines,
                offsets,
            })
        })
    })
    .await
}

/// A settlement that the principal may see: its payee, and who stands above it.
pub(super) async fn seen(w: &mut Work, id: SettlementId) -> Result<PayeeSettlement> {
    let realm = realm(w);
    let found = store::one(&mut w.tx, realm, id)
        .await?
        .ok_or_else(|| Error::not_found(id))?;
    let target =
        tradewind_accounts::service::target(w, ResourceKind::Ledger, found.payee_id).await?;
    w.authorize_for(Action::LedgerView, &target, &id)?;
    Ok(found)
}

/// Some charges on a settlement with the vendor's share of each, after one, and where the next begin; none after the last.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn settlement_charges(
    p: &Platform,
    ctx: &OpCtx,
    id: SettlementId,
    after: Option<ChargeId>,
) -> Result<(Vec<SettlementShare>, Option<ChargeId>)> {
    p.read(ctx, &(id, after), |w, (id, after)| {
        Box::pin(async move {
            seen(w, *id).await?;
            let realm = realm(w);
            let after = after.map(|after| after.to_string()).unwrap_or_default();
            let page = store::charges(&mut w.tx, realm, *id, &after, PAGE).await?;
            let next = page.last().filter(|_| page.len() as i64 == PAGE);
            let next = next.map(|last| last.charge_id);
            Ok((page, next))
        })
    })
    .await
}

/// Some of what was collected that is on a settlement, after one, and where the next begins; none after the last.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn settlement_collected(
    p: &Platform,
    ctx: &OpCtx,
    id: SettlementId,
    after: Option<CollectedId>,
) -> Result<(Vec<Collected>, Option<CollectedId>)> {
    p.read(ctx, &(id, after), |w, (id, after)| {
        Box::pin(async move {
            seen(w, *id).await?;
            let realm = realm(w);
            let after = after.map(|after| after.to_string()).unwrap_or_default();
            let page = collected::of_settlement(&mut w.tx, realm, *id, &after, PAGE).await?;
            let next = page.last().filter(|_| page.len() as i64 == PAGE);
            let next = next.map(|last| last.id);
            Ok((page, next))
        })
    })
    .await
}
