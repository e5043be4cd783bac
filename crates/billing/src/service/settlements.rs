//! Settlements: what payers owe vendors for a time, from the shares that were booked, up to their payment.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::json;
use tradewind_kernel::{
    Currency, Date, Error, Money, Result,
    calendar::add_days,
    filter::{Filter, Sort},
    id::{AccountId, ChargeId, ProductId, SettlementId, SubscriptionId},
    page::Page,
    text,
};
use tradewind_platform::{AuditEntry, NewEvent, OpCtx, Platform, Work};
use tradewind_policy::{Action, PrincipalKind, ResourceKind};
use utoipa::ToSchema;

use super::{
    ListQuery, authorize_run,
    books::authorize_to,
    moves::{self, header},
    realm, self_billing,
};
use crate::{
    rules::{
        closing, ledger,
        settlement::{self as rules, Act},
    },
    store::{
        books,
        charges::Pair,
        documents,
        settlements::{self as store, Between},
    },
    types::{
        SettlementDetail, SettlementDue, SettlementLine, SettlementPolicy, SettlementShare,
        SettlementState, VendorSettlement,
    },
};

/// Charges that are read at once.
const PAGE: i64 = 1_000;

/// A policy for what is paid to a vendor, or to all.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SettlementSet {
    /// Who pays.
    pub payer_id: AccountId,
    /// The vendor; all that have no policy of their own when left out.
    #[serde(default)]
    pub vendor_id: Option<AccountId>,
    /// The policy.
    pub policy: SettlementPolicy,
}

/// How a payer settles with a vendor, or with all that have no policy of their own.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn settlement_policy_get(
    p: &Platform,
    ctx: &OpCtx,
    payer: AccountId,
    vendor: Option<AccountId>,
) -> Result<SettlementPolicy> {
    p.read(ctx, &(payer, vendor), |w, (payer, vendor)| {
        Box::pin(async move {
            authorize_to(w, Action::LedgerView, *payer).await?;
            let realm = realm(w);
            let found = store::policy(&mut w.tx, realm, *payer, *vendor).await?;
            Ok(found.unwrap_or_default())
        })
    })
    .await
}

/// Sets how a payer settles with a vendor, or with all. It holds for settlements that are made from now on.
///
/// # Errors
/// `fees`, `minimum_payout`, `hold_percent`, `hold_days`, `payment_days`; `NotFound`, `Forbidden`.
pub async fn settlement_policy_set(
    p: &Platform,
    ctx: &OpCtx,
    input: &SettlementSet,
) -> Result<SettlementPolicy> {
    p.command(ctx, "settlement.policy_set", input, |w, input| {
        Box::pin(async move {
            authorize_to(w, Action::LedgerManage, input.payer_id).await?;
            if let Some(vendor) = input.vendor_id {
                tradewind_accounts::service::account_facts(w, vendor).await?;
            }
            rules::check(&input.policy)?;
            let realm = realm(w);
            let (payer, vendor) = (input.payer_id, input.vendor_id);
            store::set_policy(&mut w.tx, realm, payer, vendor, &input.policy).await?;
            w.audit(AuditEntry {
                action: "settlement.policy_set",
                kind: "account",
                id: payer.to_string(),
                account: payer,
                summary: json!({ "vendor": vendor, "after": input.policy }),
            });
            Ok(input.policy.clone())
        })
    })
    .await
}

/// What vendors' shares come to that are on no settlement yet, and what is held back from them.
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
    /// One vendor; all when left out.
    #[serde(default)]
    pub vendor_id: Option<AccountId>,
}

/// Makes the settlements of a payer: for each vendor and currency one, of all shares that were booked by the day and are on none. What
/// comes to less than is paid out waits for the next. Done again, it finds nothing.
///
/// # Errors
/// `until` when that day is not over; `NotFound`, `Forbidden`.
pub async fn settlement_run(
    p: &Platform,
    ctx: &OpCtx,
    payer: AccountId,
    input: &SettlementRun,
) -> Result<Vec<VendorSettlement>> {
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
                    if input
                        .vendor_id
                        .is_some_and(|vendor| vendor != due.vendor_id)
                    {
                        continue;
                    }
                    let between = Between {
                        payer_id: *payer,
                        vendor_id: due.vendor_id,
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
            vendor_id: None,
        };
        made += settlement_run(p, &ctx, payer, &run).await?.len() as u64;
    }
    Ok(made)
}

async fn today(w: &mut Work, payer: AccountId) -> Result<Date> {
    let owner = tradewind_accounts::service::account_facts(w, payer).await?;
    Ok(w.ctx.now.date_in(&owner.zone))
}

async fn settle(w: &mut Work, between: Between, until: Date) -> Result<Option<VendorSettlement>> {
    let realm = realm(w);
    let Between {
        payer_id,
        vendor_id,
        currency,
    } = between;
    let series = format!("SET-{}", today(w, payer_id).await?.year());
    // Taking none holds the series: who settles does so one after the other.
    documents::take_numbers(&mut w.tx, realm, payer_id, &series, 0).await?;
    let policy = store::policy(&mut w.tx, realm, payer_id, Some(vendor_id)).await?;
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
    let mut one = VendorSettlement {
        id: SettlementId::generate(),
        number: String::new(),
        payer_id,
        vendor_id,
        currency,
        until,
        share: amounts.share,
        fee: amounts.fee,
        held: amounts.held,
        released: amounts.released,
        share_tax: amounts.share_tax,
        fee_tax: amounts.fee_tax,
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
    let drafts = match self_billing::draw_up(w, &one, &lines, today).await? {
        Some((drafts, taxes)) => {
            let taxed = amounts.taxed(taxes)?;
            (one.share_tax, one.fee_tax, one.payout) =
                (taxed.share_tax, taxed.fee_tax, taxed.payout);
            Some(drafts)
        }
        None => None,
    };
    if !rules::is_paid(&policy, one.payout) {
        return Ok(None);
    }
    let sequence = documents::take_numbers(&mut w.tx, realm, payer_id, &series, 1).await?;
    one.number = format!("{series}-{sequence:06}");
    let charges: Vec<ChargeId> = open.iter().map(|(charge, ..)| *charge).collect();
    let releases: Vec<SettlementId> = releases.iter().map(|(id, _)| *id).collect();
    store::insert(&mut w.tx, realm, &one, &lines, &charges, &releases).await?;
    self_billing::keep(w, one.id, drafts).await?;
    tell(w, &one, "settlement.made");
    Ok(Some(one))
}

/// One line for each product.
async fn lines(
    w: &mut Work,
    policy: &SettlementPolicy,
    currency: Currency,
    open: &[(ChargeId, SubscriptionId, i64)],
) -> Result<Vec<SettlementLine>> {
    let ids: BTreeSet<SubscriptionId> = open.iter().map(|(_, of, _)| *of).collect();
    let ids: Vec<SubscriptionId> = ids.into_iter().collect();
    let mut products: HashMap<SubscriptionId, ProductId> = HashMap::new();
    for some in ids.chunks(500) {
        let found = tradewind_orders::service::subscriptions_in(w, some).await?;
        products.extend(found.into_iter().map(|one| (one.id, one.product_id)));
    }
    let mut sums: BTreeMap<ProductId, (i64, Money)> = BTreeMap::new();
    for (charge, subscription, minor) in open {
        let product = products
            .get(subscription)
            .copied()
            .ok_or_else(|| Error::internal(format!("{charge} is of the unknown {subscription}")))?;
        let sum = sums.entry(product).or_insert((0, Money::zero(currency)));
        sum.0 += 1;
        sum.1 = sum.1.add(Money::new(*minor, currency))?;
    }
    let line = |(no, (product_id, (charges, share))): (i64, (ProductId, (i64, Money)))| {
        Ok(SettlementLine {
            no,
            product_id,
            charges,
            share,
            fee: rules::fee(policy, product_id, share)?,
        })
    };
    (1_i64..).zip(sums).map(line).collect()
}

fn tell(w: &mut Work, one: &VendorSettlement, kind: &'static str) {
    w.emit(NewEvent {
        kind,
        subject: one.id.to_string(),
        account: one.vendor_id,
        data: json!({
            "number": one.number, "payer_id": one.payer_id, "vendor_id": one.vendor_id, "until": one.until,
            "payout": one.payout, "state": one.state, "due_on": one.due_on,
        }),
    });
}

/// Settlements that the principal's account pays or gets, the latest first. Fields: `state`, `vendor`, `payer`, `number`, `currency`,
/// `until`, `due`; sorted by `number`, `until`, `due`.
///
/// # Errors
/// What is wrong with filter, sort or page; `Forbidden`.
pub async fn settlement_list(
    p: &Platform,
    ctx: &OpCtx,
    query: &ListQuery,
) -> Result<Page<VendorSettlement>> {
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
            Ok(SettlementDetail { settlement, lines })
        })
    })
    .await
}

/// A settlement that the principal may see: its vendor, and who stands above it.
pub(super) async fn seen(w: &mut Work, id: SettlementId) -> Result<VendorSettlement> {
    let realm = realm(w);
    let found = store::one(&mut w.tx, realm, id)
        .await?
        .ok_or_else(|| Error::not_found(id))?;
    let target =
        tradewind_accounts::service::target(w, ResourceKind::Ledger, found.vendor_id).await?;
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

/// What is done with a settlement.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SettlementAct {
    /// Which.
    pub id: SettlementId,
    /// `approve`, `discard`, `pay` or `fail`.
    pub act: String,
    /// A reference, or the reason of a bank.
    #[serde(default)]
    pub note: String,
    /// The day of the payment; today when left out.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub on: Option<Date>,
}

/// Approves a settlement, discards it, or notes that it was paid, or that it was not.
///
/// # Errors
/// `act`, `note`, `on`; `wrong_state`; `NotFound`, `Forbidden`.
pub async fn settlement_act(
    p: &Platform,
    ctx: &OpCtx,
    input: &SettlementAct,
) -> Result<VendorSettlement> {
    p.command(ctx, "settlement.act", input, |w, input| {
        Box::pin(async move {
            let act = match input.act.as_str() {
                "approve" => Act::Approve,
                "discard" => Act::Discard,
                "pay" => Act::Pay,
                "fail" => Act::Fail,
                _ => {
                    let text = "must be one of approve discard pay fail";
                    return Err(Error::invalid("act", "unknown_value", text));
                }
            };
            text::check_len("note", &input.note, 0, 140)?;
            let one = seen(w, input.id).await?;
            authorize_to(w, Action::LedgerManage, one.payer_id).await?;
            let realm = realm(w);
            let one = store::hold(&mut w.tx, realm, input.id)
                .await?
                .ok_or_else(|| Error::not_found(input.id))?;
            done(w, one, act, input).await
        })
    })
    .await
}

async fn done(
    w: &mut Work,
    mut one: VendorSettlement,
    act: Act,
    input: &SettlementAct,
) -> Result<VendorSettlement> {
    let realm = realm(w);
    let before = one.state;
    one.state = rules::after(before, act)?;
    one.note = input.note.clone();
    match act {
        Act::Approve => {
            let today = today(w, one.payer_id).await?;
            self_billing::issue(w, one.id, today).await?;
            book(w, &one).await?;
        }
        Act::Discard => {
            self_billing::discard(w, one.id).await?;
            store::free(&mut w.tx, realm, one.id).await?;
        }
        Act::Pay => {
            let today = today(w, one.payer_id).await?;
            let on = input.on.unwrap_or(today);
            if on > today {
                let text = "expected a day that has come";
                return Err(Error::invalid("on", "out_of_range", text));
            }
            if input.on.is_some() {
                let until = books::closed_until(&mut w.tx, realm, one.payer_id).await?;
                closing::asked("on", on, until)?;
            }
            one.paid_on = Some(on);
            paid(w, &one, one.payout, Some(on)).await?;
        }
        Act::Fail => {
            one.file_id = None;
            one.paid_on = None;
            if before == SettlementState::Paid {
                paid(w, &one, one.payout.neg()?, None).await?;
            }
        }
        Act::Order => {}
    }
    store::set_state(&mut w.tx, realm, &one).await?;
    w.audit(AuditEntry {
        action: "settlement.act",
        kind: "settlement",
        id: one.id.to_string(),
        account: one.vendor_id,
        summary: json!({ "before": before, "after": one.state, "note": one.note, "payout": one.payout }),
    });
    let event = match act {
        Act::Approve => "settlement.approved",
        Act::Pay => "settlement.paid",
        Act::Fail => "settlement.failed",
        Act::Discard | Act::Order => return Ok(one),
    };
    tell(w, &one, event);
    Ok(one)
}

/// What is due from now on: the share is settled, the fee earned, the rest held or to be paid.
async fn book(w: &mut Work, one: &VendorSettlement) -> Result<()> {
    let header = header(
        w,
        pair(one),
        one.id.to_string(),
        &format!("{} from", one.number),
    )
    .await?;
    let amounts = rules::Amounts {
        share: one.share,
        fee: one.fee,
        held: one.held,
        released: one.released,
        share_tax: one.share_tax,
        fee_tax: one.fee_tax,
        payout: one.payout,
    };
    let entry = ledger::settled(one.payer_id, one.vendor_id, &header, &amounts)?;
    moves::post(w, entry.into_iter().collect()).await
}

async fn paid(w: &mut Work, one: &VendorSettlement, amount: Money, on: Option<Date>) -> Result<()> {
    let mut header = header(
        w,
        pair(one),
        one.id.to_string(),
        &format!("{} paid by", one.number),
    )
    .await?;
    header.posted_on = on.unwrap_or(header.posted_on);
    let entry = ledger::paid_out(one.payer_id, one.vendor_id, &header, amount)?;
    moves::post(w, entry.into_iter().collect()).await
}

/// The books are the payer's, so days are its own.
fn pair(one: &VendorSettlement) -> Pair {
    Pair {
        seller_id: one.payer_id,
        buyer_id: one.vendor_id,
        currency: one.currency,
    }
}
