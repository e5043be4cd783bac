//! The check of the books: every invariant recomputed, and whatever violates it named.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use tradewind_catalogue::types::ItemTerms;
use tradewind_kernel::{
    Currency, Date, Decimal, Money, Result, decimal,
    id::{AccountId, ItemId, LegId, SubscriptionId, TermsId},
};
use tradewind_metering::{service as metering, types::UsageTotal};
use tradewind_orders::billing::{self as orders, Billable};
use tradewind_platform::{OpCtx, Platform, Work};

use super::{
    adopt::{terms_of, under},
    authorize_run,
    facts::{Known, Rates},
    month::{self, Month, Wanted},
    tariff::{Tariff, Tariffs},
};
use crate::{
    rules::{
        pool::{self, Closing, Group},
        usage as rules,
    },
    store::{
        check::{self as store, CheckedCharge, PairSum},
        idle, payment_steps,
        usage::{self, RatedKey, key_of},
        wallet,
    },
    types::{ChargeKind, Finding, LedgerAccount, LegFacts},
};

/// Subscriptions that are looked at together.
const PAGE: i64 = 200;

/// Recomputes every invariant of charges, usage, documents, balances and books, and names what violates one. An empty
/// answer means that the books are right.
///
/// - Entries balance in every currency; each has postings.
/// - Documents are their lines plus tax, and lines are the shares of their charges.
/// - A charge is open, or on one document, or in one entry; only charges of exactly zero may be in none.
/// - Credit notes take back no more than was billed, of no charge and no tax; no payment is paid back beyond its amount.
/// - Numbers are gapless per seller and series.
/// - Balances are documents less payments; the books' receivables, payables, credits and accruals say the same.
/// - Usage is rated once: what was charged sums to what was rated, and that is what its total costs at that version.
/// - All legs of a sale are charged for the same times.
///
/// # Errors
/// `Forbidden`; database errors.
pub async fn check(p: &Platform, ctx: &OpCtx) -> Result<Vec<Finding>> {
    let mut findings = p.read(ctx, &(), |w, ()| Box::pin(whole(w))).await?;
    let mut after = String::new();
    loop {
        let (some, next) = p
            .read(ctx, &after, |w, after| Box::pin(sales(w, after)))
            .await?;
        findings.extend(some);
        match next {
            Some(next) => after = next,
            None => break,
        }
    }
    findings.sort();
    Ok(findings)
}

async fn whole(w: &mut Work) -> Result<Vec<Finding>> {
    authorize_run(w)?;
    store::end_to_end(&mut w.tx).await?;
    let realm = w.ctx.realm;
    let mut found = Vec::new();
    for (id, currency, minor) in store::unbalanced(&mut w.tx, realm).await? {
        found.push(Finding::new(
            "entry_unbalanced",
            id,
            format!("off by {:?}", Money::new(minor, currency).amount()),
        ));
    }
    for (id,) in store::empty_entries(&mut w.tx, realm).await? {
        found.push(Finding::new("entry_empty", id, "has no postings"));
    }
    for (id,) in store::stray_postings(&mut w.tx, realm).await? {
        found.push(Finding::new(
            "posting_stray",
            id,
            "postings without an entry",
        ));
    }
    for (id, net, tax, gross, nets, taxes) in store::document_sums(&mut w.tx, realm).await? {
        found.push(Finding::new(
            "document_sum",
            id,
            format!("net {net}, tax {tax}, total {gross}; its lines: net {nets}, tax {taxes}"),
        ));
    }
    for (id, no, amount, kind, shares) in store::line_shares(&mut w.tx, realm).await? {
        found.push(Finding::new(
            "line_shares",
            id,
            format!("line {no} of this {kind} is {amount}, its charges {shares}"),
        ));
    }
    for (id, no, amount, net, tax) in store::line_sums(&mut w.tx, realm).await? {
        found.push(Finding::new(
            "line_sum",
            id,
            format!("line {no} is {amount}, of which net {net} and tax {tax}"),
        ));
    }
    for (id,) in store::settled_twice(&mut w.tx, realm).await? {
        found.push(Finding::new(
            "charge_twice",
            id,
            "is settled more than once, or settled and still open",
        ));
    }
    for (charge, document) in store::misplaced(&mut w.tx, realm).await? {
        found.push(Finding::new(
            "charge_misplaced",
            charge,
            format!("is on {document}, which is not between its accounts"),
        ));
    }
    for (seller, series, first, last, count, next) in store::numbers(&mut w.tx, realm).await? {
        let text = format!(
            "{series}: {count} documents from {first} to {last}, the next number is {next}"
        );
        found.push(Finding::new("numbers_gap", seller, text));
    }
    for (id, paid, status, gross, invoiced, payments) in store::balances(&mut w.tx, realm).await? {
        let text = format!(
            "{status}, {paid} of {gross} paid; the invoice says {invoiced}, the payments {payments}"
        );
        found.push(Finding::new("balance_wrong", id, text));
    }
    for (id,) in store::no_balance(&mut w.tx, realm).await? {
        found.push(Finding::new(
            "balance_missing",
            id,
            "this invoice has no balance",
        ));
    }
    for (invoice, charge, billed, taken) in store::over_credited(&mut w.tx, realm).await? {
        found.push(Finding::new(
            "credited_twice",
            charge,
            format!("of {billed} on {invoice} credit notes have taken back {taken}"),
        ));
    }
    for (invoice, tax, given) in store::over_taxed(&mut w.tx, realm).await? {
        found.push(Finding::new(
            "credited_tax",
            invoice,
            format!("its tax is {tax}, credit notes have given back {given}"),
        ));
    }
    for (payment, amount, refunded) in payment_steps::over(&mut w.tx, realm, store::MOST).await? {
        found.push(Finding::new(
            "refunded_twice",
            payment,
            format!("of {amount}, {refunded} was paid back"),
        ));
    }
    for (seller, buyer, currency, sum, left) in
        wallet::sums_differ(&mut w.tx, realm, store::MOST).await?
    {
        let text =
            format!("credit with {seller} is {sum} {currency}, what it is made of is {left}");
        found.push(Finding::new("credit_sum", buyer, text));
    }
    for (grant, buyer, left, moved) in wallet::moves_differ(&mut w.tx, realm, store::MOST).await? {
        let text = format!("{left} is left of {grant}, its movements say {moved}");
        found.push(Finding::new("credit_moves", buyer, text));
    }
    found.extend(books(w).await?);
    found.extend(positions(w).await?);
    found.extend(lost(w).await?);
    Ok(found)
}

/// What an account of a book should come to, by seller and buyer.
async fn books(w: &mut Work) -> Result<Vec<Finding>> {
    type Sums = BTreeMap<(AccountId, String, Currency), i64>;
    let realm = w.ctx.realm;
    let mut expected: Sums = BTreeMap::new();
    let mut mirrored: Sums = BTreeMap::new();
    let expect = |sums: &mut Sums,
                  book: AccountId,
                  account: LedgerAccount,
                  currency: Currency,
                  minor: i64| {
        *sums
            .entry((book, account.to_string(), currency))
            .or_default() += minor;
    };
    for (seller, buyer, currency, minor) in store::open_sums(&mut w.tx, realm).await? {
        expect(
            &mut expected,
            seller,
            LedgerAccount::Receivable(buyer),
            currency,
            minor,
        );
        expect(
            &mut mirrored,
            buyer,
            LedgerAccount::Payable(seller),
            currency,
            -minor,
        );
    }
    for (seller, buyer, currency, minor) in store::credit_sums(&mut w.tx, realm).await? {
        expect(
            &mut expected,
            seller,
            LedgerAccount::CustomerCredit(buyer),
            currency,
            -minor,
        );
        expect(
            &mut mirrored,
            buyer,
            LedgerAccount::SupplierCredit(seller),
            currency,
            minor,
        );
    }
    for (seller, buyer, currency, minor) in payment_steps::pending_sums(&mut w.tx, realm).await? {
        let owed = LedgerAccount::CustomerRefund(buyer);
        expect(&mut expected, seller, owed, currency, -minor);
        let awaited = LedgerAccount::SupplierRefund(seller);
        expect(&mut mirrored, buyer, awaited, currency, minor);
    }
    let accrued = store::accrual_sums(&mut w.tx, realm).await?;
    let mut found = Vec::new();
    let ledger = store::ledger_sums(&mut w.tx, realm).await?;
    let mut actual: Sums = BTreeMap::new();
    for (book, account, currency, minor) in ledger {
        actual.insert((book, account, currency), minor);
    }
    for (seller, buyer, currency, minor) in accrued {
        let share = (buyer, LedgerAccount::Accrued(seller).to_string(), currency);
        let external = (seller, LedgerAccount::Unbilled(buyer).to_string(), currency);
        let booked = -actual.remove(&share).unwrap_or_default()
            + actual.remove(&external).unwrap_or_default();
        if booked != minor {
            let text =
                format!("accruals of {seller} are {minor} {currency}, the books say {booked}");
            found.push(Finding::new("ledger_accruals", buyer, text));
        }
    }
    for (key, minor) in expected {
        let booked = actual.remove(&key).unwrap_or_default();
        if booked != minor {
            found.push(differs(&key, booked, minor));
        }
    }
    // Only those who sell keep books: what is mirrored has to be right where it is kept.
    for (key, minor) in mirrored {
        if let Some(booked) = actual.remove(&key)
            && booked != minor
        {
            found.push(differs(&key, booked, minor));
        }
    }
    found.extend(
        actual
            .into_iter()
            .filter(|(_, minor)| *minor != 0)
            .map(|(key, minor)| differs(&key, minor, 0)),
    );
    Ok(found)
}

fn differs(
    (book, account, currency): &(AccountId, String, Currency),
    booked: i64,
    expected: i64,
) -> Finding {
    let text = format!("{account} is {booked} {currency}, documents and payments say {expected}");
    Finding::new("ledger_differs", book, text)
}

async fn positions(w: &mut Work) -> Result<Vec<Finding>> {
    let realm = w.ctx.realm;
    let keyed = |sums: Vec<PairSum>| -> BTreeMap<(AccountId, AccountId, Currency), i64> {
        sums.into_iter()
            .map(|(seller, buyer, currency, minor)| ((seller, buyer, currency), minor))
            .collect()
    };
    let positions = keyed(store::position_sums(&mut w.tx, realm).await?);
    let shares = keyed(store::usage_sums(&mut w.tx, realm).await?);
    let keys: BTreeSet<_> = positions.keys().chain(shares.keys()).copied().collect();
    Ok(keys
        .into_iter()
        .filter_map(|key| {
            let of = |sums: &BTreeMap<_, i64>| sums.get(&key).copied().unwrap_or_default();
            let (total, billed) = (of(&positions), of(&shares));
            (total != billed).then(|| {
                let text = format!(
                    "usage bought from {} is billed {billed} {}, running totals say {total}",
                    key.0, key.2
                );
                Finding::new("usage_position", key.1, text)
            })
        })
        .collect())
}

async fn lost(w: &mut Work) -> Result<Vec<Finding>> {
    let realm = w.ctx.realm;
    let mut found = Vec::new();
    let mut after = String::new();
    loop {
        let page = store::lost(&mut w.tx, realm, &after, 2_000).await?;
        let Some((last, _)) = page.last() else {
            return Ok(found);
        };
        after = last.to_string();
        found.extend(
            page.iter()
                .filter(|(_, exact)| !exact.is_zero())
                .map(|(id, exact)| {
                    Finding::new(
                        "charge_lost",
                        id,
                        format!("{exact} is neither open nor settled"),
                    )
                }),
        );
        if found.len() as i64 >= store::MOST {
            return Ok(found);
        }
    }
}

/// Looks at a page of sales; answers where the next begins.
async fn sales(w: &mut Work, after: &str) -> Result<(Vec<Finding>, Option<String>)> {
    authorize_run(w)?;
    let realm = w.ctx.realm;
    let ids = store::subscriptions(&mut w.tx, realm, after, PAGE).await?;
    let Some(last) = ids.last() else {
        return Ok((Vec::new(), None));
    };
    let next = (ids.len() as i64 == PAGE).then(|| last.to_string());
    let billables = orders::billable(&mut w.tx, realm, &ids).await?;
    let charges = store::charges(&mut w.tx, realm, &ids).await?;
    let mut found = coverage(&billables, &charges);
    found.extend(rated(w, &billables, &charges).await?);
    Ok((found, next))
}

/// What a leg is charged for by time: item, kind, period.
type Covered = BTreeSet<(Option<ItemId>, ChargeKind, Date, Date)>;

/// All legs of a sale are charged for the same times. What an order caused is left out: how much of a period a change
/// touches is a policy of each seller.
fn coverage(billables: &[Billable], charges: &[CheckedCharge]) -> Vec<Finding> {
    let mut covered: HashMap<LegId, Covered> = HashMap::new();
    for charge in charges
        .iter()
        .filter(|charge| charge.kind == ChargeKind::Recurring && charge.order_id.is_none())
    {
        let key = (
            charge.item_id,
            charge.kind,
            charge.period_start,
            charge.period_end,
        );
        covered.entry(charge.leg_id).or_default().insert(key);
    }
    let nothing = Covered::new();
    let mut found = Vec::new();
    for billable in billables {
        let of = |leg: LegId| covered.get(&leg).unwrap_or(&nothing);
        let Some(last) = billable.legs.last() else {
            found.push(Finding::new(
                "sale_without_legs",
                billable.subscription.id,
                "is charged and has no legs",
            ));
            continue;
        };
        for leg in &billable.legs {
            if let Some((_, _, start, end)) = of(leg.id).symmetric_difference(of(last.id)).next() {
                let text = format!(
                    "the legs {} and {} differ in what is charged for {start}/{end}",
                    leg.id, last.id
                );
                found.push(Finding::new("leg_missing", billable.subscription.id, text));
            }
        }
    }
    found
}

/// Usage is rated once, on every leg, and by its price.
async fn rated(
    w: &mut Work,
    billables: &[Billable],
    charges: &[CheckedCharge],
) -> Result<Vec<Finding>> {
    let realm = w.ctx.realm;
    let legs: Vec<LegId> = billables
        .iter()
        .flat_map(|billable| billable.legs.iter().map(|leg| leg.id))
        .collect();
    let rated = store::rated(&mut w.tx, realm, &legs).await?;
    let mut charged: HashMap<RatedKey, Decimal> = HashMap::new();
    for charge in charges {
        if let Some(usage) = &charge.usage {
            let sum = charged
                .entry(RatedKey {
                    leg_id: charge.leg_id,
                    meter: usage.0.meter.clone(),
                    group_key: usage.0.group_key.clone(),
                    period_on: usage.0.period_on,
                })
                .or_default();
            *sum = decimal::add(*sum, charge.exact)?;
        }
    }
    let mut found = Vec::new();
    let mut versions: HashMap<RatedKey, (i64, Decimal)> = HashMap::new();
    for (key, version, exact) in rated {
        let sum = charged.remove(&key).unwrap_or_default();
        if sum != exact {
            let text = format!(
                "{} {}: rated {exact}, charged {sum}",
                key.period_on, key.group_key
            );
            found.push(Finding::new("usage_charged", key.leg_id, text));
        }
        versions.insert(key, (version, exact));
    }
    for (key, sum) in charged {
        let text = format!(
            "{} {}: charged {sum}, never rated",
            key.period_on, key.group_key
        );
        found.push(Finding::new("usage_charged", key.leg_id, text));
    }
    found.extend(priced(w, billables, &versions).await?);
    Ok(found)
}

/// Rates the totals again, under the terms of their month, and compares.
async fn priced(
    w: &mut Work,
    billables: &[Billable],
    rated: &HashMap<RatedKey, (i64, Decimal)>,
) -> Result<Vec<Finding>> {
    if rated.is_empty() {
        return Ok(Vec::new());
    }
    let realm = w.ctx.realm;
    let ids: Vec<SubscriptionId> = billables
        .iter()
        .map(|billable| billable.subscription.id)
        .collect();
    let legs: Vec<LegId> = billables
        .iter()
        .flat_map(|billable| billable.legs.iter().map(|leg| leg.id))
        .collect();
    let fixed = usage::terms(&mut w.tx, realm, &legs).await?;
    let mut known = Known::default();
    known.learn(w, billables).await?;
    let terms: BTreeSet<TermsId> = fixed.values().copied().collect();
    known.learn_terms(w, terms).await?;
    let fixed = Tariffs::of(fixed);
    let mut rates = Rates::default();
    let mut found = Vec::new();
    let idle = idle::some(&mut w.tx, realm, &ids).await?;
    let totals = metering::totals_before_in(w, &ids, Date::MAX).await?;
    let mut months: BTreeMap<(SubscriptionId, &str, Date), Vec<&UsageTotal>> = BTreeMap::new();
    for total in &totals {
        let key = (total.subscription_id, total.meter.as_str(), total.period_on);
        months.entry(key).or_default().push(total);
    }
    // Months that were charged without any usage.
    for billable in billables {
        for leg in &billable.legs {
            let of_leg = rated.keys().filter(|key| key.leg_id == leg.id);
            for key in of_leg.filter(|key| key.group_key.is_empty()) {
                let month = key.period_on.first_of_month();
                months
                    .entry((billable.subscription.id, key.meter.as_str(), month))
                    .or_default();
            }
        }
    }
    for ((subscription, meter, first), totals) in &months {
        let Some(billable) = billables
            .iter()
            .find(|found| found.subscription.id == *subscription)
        else {
            continue;
        };
        let mut tariffs = fixed.in_month(billable, *first);
        if tariffs.is_empty() {
            tariffs.push(Tariff {
                from_on: *first,
                terms: terms_of(billable),
            });
        }
        let mut legs = Vec::new();
        for tariff in &tariffs {
            legs.extend(known.legs(&under(billable, &tariff.terms))?);
        }
        let nothing = metering::no_usage(*subscription, meter, *first);
        let wanted = Wanted {
            meter,
            month: *first,
            events: month::wants_events(&legs, meter),
            idle: tariffs.iter().any(|tariff| {
                let mut keys = legs
                    .iter()
                    .map(|leg| key_of(leg.id, &nothing, tariff.from_on));
                keys.any(|key| rated.contains_key(&key))
            }),
        };
        let measured = Month::measure(w, billable, &tariffs, totals, wanted).await?;
        let mut versions: BTreeMap<&str, BTreeSet<i64>> = BTreeMap::new();
        for (i, (_, tariff)) in measured.parts.iter().enumerate() {
            for leg in known.legs(&under(billable, &tariff.terms))? {
                let is_idle = month::is_idle(&leg, meter);
                let groups = measured.groups(i, is_idle);
                for group in groups.iter().filter(|group| !group.idle) {
                    let known_as = rated.get(&month::rated_key(leg.id, group));
                    let version = known_as.map_or(0, |(version, _)| *version);
                    let of_group = versions.entry(group.part.total.group_key.as_str());
                    of_group.or_default().insert(version);
                }
                let Some(item) = rules::metered_item(&leg, meter) else {
                    continue;
                };
                let on = tradewind_kernel::calendar::add_days(measured.period.end, -1)?;
                for group in &groups {
                    let needed = rules::rates_needed(&leg, item, group.part.total).into_iter();
                    let needed = needed.map(|(base, quote)| (base, quote, on)).collect();
                    rates.load(w, needed).await?;
                }
                let closing = Closing {
                    is_last: i + 1 == measured.parts.len(),
                    running: month::running(&leg, measured.period, idle.get(subscription))?,
                };
                found.extend(repriced(&leg, item, &groups, closing, rated, &rates));
            }
        }
        for (group, _) in versions.iter().filter(|(_, versions)| versions.len() > 1) {
            let text = format!("{first} {group}: the legs are rated up to different versions");
            found.push(Finding::new("leg_missing", *subscription, text));
        }
    }
    Ok(found)
}

/// What is wrong with the exact amounts of a part of a month, if anything.
fn repriced(
    leg: &LegFacts,
    item: &ItemTerms,
    groups: &[Group<'_>],
    closing: Closing,
    rated: &HashMap<RatedKey, (i64, Decimal)>,
    rates: &Rates,
) -> Vec<Finding> {
    let again = match pool::rate_groups(leg, item, groups, closing, rates) {
        Ok(again) => again,
        Err(error) => {
            // What was never rated cannot be wrong yet.
            let any = groups
                .iter()
                .any(|group| rated.contains_key(&month::rated_key(leg.id, group)));
            let finding = Finding::new("usage_priced", leg.id, error.to_string());
            return any.then_some(finding).into_iter().collect();
        }
    };
    let states: Vec<_> = groups
        .iter()
        .map(|group| {
            let state = rated.get(&month::rated_key(leg.id, group));
            state.filter(|(version, _)| *version == group.part.total.version)
        })
        .collect();
    // An older version cannot be rebuilt from the totals: what is rated together is looked at when all of it has been
    // brought forward.
    let behind: BTreeSet<usize> = again
        .iter()
        .zip(&states)
        .filter(|(_, state)| state.is_none())
        .filter_map(|(again, _)| again.pool)
        .collect();
    groups
        .iter()
        .zip(&again)
        .zip(states)
        .filter(|((_, again), _)| !again.pool.is_some_and(|pool| behind.contains(&pool)))
        .filter_map(|((group, again), state)| {
            let (_, exact) = state?;
            (again.exact != *exact).then(|| {
                let text = format!(
                    "{} {}: rated {exact}, its price is {}",
                    group.part.period.start, group.part.total.group_key, again.exact
                );
                Finding::new("usage_priced", leg.id, text)
            })
        })
        .collect()
}
