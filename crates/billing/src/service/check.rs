//! The check of the books: every invariant recomputed, and whatever violates it named.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use tradewind_kernel::{
    Currency, Date, Money, Result,
    id::{AccountId, ItemId, LegId, SubscriptionId},
};
use tradewind_orders::billing::{self as orders, Billable};
use tradewind_orders::types::Pause;
use tradewind_platform::{OpCtx, Platform, Work};

use super::{
    authorize_run, check_chain, check_discounts, check_periods, check_revenue, check_usage,
    commitments,
};
use crate::{
    store::{
        bank_match,
        check::{self as store, CheckedCharge, PairSum},
        collected, payment_steps, settlement_check as settlements,
        settlements::Between,
        wallet,
    },
    types::{ChargeKind, Finding, LedgerAccount, SettlementKind},
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
/// - Settlements are their lines and what is on them, and each vendor's share and collected amount waits for one or is on one.
/// - What one account has collected for another is what payments say, and both books say the same of it.
/// - What entries of bank statements were recorded as comes to them.
/// - Usage is rated once: what was charged sums to what was rated, and that is what its total costs at that version.
/// - All legs of a sale are charged for the same times.
/// - Periods end on the days of their schedule.
/// - Of the chain of each book no entry was changed, taken out or put in, and nothing came into a month after it was closed.
/// - What the last booked month has left as deferred revenue is what documents say, and what the book has.
/// - Discounts are on the customer's leg, as their charges say, and no more than was promised.
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
    findings.extend(check_chain::check(p, ctx).await?);
    findings.extend(check_revenue::check(p, ctx).await?);
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
    for (id, minor, moved, status) in store::given_up(&mut w.tx, realm).await? {
        let text = format!("{status}, {minor} given up; the movements say {moved}");
        found.push(Finding::new("written_off_wrong", id, text));
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
    for (entry, amount, recorded) in bank_match::differ(&mut w.tx, realm, store::MOST).await? {
        let text = format!("is {amount}, recorded as payments of {recorded}");
        found.push(Finding::new("bank_entry_differs", entry, text));
    }
    for (id, share, lines, charges) in settlements::differ(&mut w.tx, realm, store::MOST).await? {
        let text =
            format!("its share is {share}, its lines come to {lines}, its charges to {charges}");
        found.push(Finding::new("settlement_differs", id, text));
    }
    for (id, said, named, paid) in
        settlements::offsets_differ(&mut w.tx, realm, store::MOST).await?
    {
        let text = format!(
            "{said} of it pays invoices; those it names come to {named}, their payments to {paid}"
        );
        found.push(Finding::new("settlement_offsets", id, text));
    }
    for (id, booked, said) in collected::differ(&mut w.tx, realm, store::MOST).await? {
        let text = format!("{booked} was collected by it; it and what became of it come to {said}");
        found.push(Finding::new("collected_differs", id, text));
    }
    for id in collected::astray(&mut w.tx, realm, store::MOST).await? {
        let text = "neither waits for a settlement nor is on one, or both";
        found.push(Finding::new("collected_astray", id, text));
    }
    for id in settlements::astray(&mut w.tx, realm, store::MOST).await? {
        let text = "neither waits for a settlement nor is on one, or both";
        found.push(Finding::new("share_astray", id, text));
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
    // What is collected is owed by one and due to the other: both books have the same until it is settled, and after.
    let both = |expected: &mut Sums,
                of: (AccountId, AccountId),
                accounts: [LedgerAccount; 2],
                currency: Currency,
                minor: i64| {
        let [owed, due] = accounts;
        expect(expected, of.0, owed, currency, -minor);
        expect(expected, of.1, due, currency, minor);
    };
    let clearing = |payer, payee| {
        [
            LedgerAccount::CollectedFor(payee),
            LedgerAccount::Collected(payer),
        ]
    };
    for (payer, payee, currency, minor) in collected::sums(&mut w.tx, realm).await? {
        let accounts = clearing(payer, payee);
        both(&mut expected, (payer, payee), accounts, currency, minor);
    }
    let mut settled: BTreeMap<(AccountId, AccountId, Currency), i64> = BTreeMap::new();
    for (between, [share, held, unpaid]) in settlements::booked(&mut w.tx, realm).await? {
        let Between {
            kind,
            payer_id,
            payee_id,
            currency,
        } = between;
        let kept = LedgerAccount::HeldBack(payee_id);
        let owed = LedgerAccount::Settled(payee_id);
        match kind {
            SettlementKind::Vendor => {
                settled.insert((payee_id, payer_id, currency), share);
                expect(&mut expected, payer_id, kept, currency, -held);
                expect(&mut expected, payer_id, owed, currency, -unpaid);
            }
            SettlementKind::Collected => {
                let of = (payer_id, payee_id);
                let accounts = clearing(payer_id, payee_id);
                both(&mut expected, of, accounts, currency, -share);
                let accounts = [kept, LedgerAccount::HeldBy(payer_id)];
                both(&mut expected, of, accounts, currency, held);
                let accounts = [owed, LedgerAccount::SettledBy(payer_id)];
                both(&mut expected, of, accounts, currency, unpaid);
            }
        }
    }
    let accrued = store::accrual_sums(&mut w.tx, realm).await?;
    let mut found = Vec::new();
    let ledger = store::ledger_sums(&mut w.tx, realm).await?;
    let mut actual: Sums = BTreeMap::new();
    for (book, account, currency, minor) in ledger {
        actual.insert((book, account, currency), minor);
    }
    for (seller, buyer, currency, minor) in accrued {
        let paid = settled.remove(&(seller, buyer, currency));
        let minor = minor - paid.unwrap_or_default();
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
    let mut pauses: HashMap<SubscriptionId, Vec<Pause>> = HashMap::new();
    for (id, pause) in orders::pauses(&mut w.tx, realm, &ids).await? {
        pauses.entry(id).or_default().push(pause);
    }
    let mut found = coverage(&billables, &charges, &pauses);
    found.extend(check_usage::rated(w, &billables, &charges).await?);
    found.extend(check_discounts::check(w, &billables).await?);
    found.extend(check_periods::check(w, &billables).await?);
    found.extend(commitments::check(w, &billables, &charges).await?);
    Ok((found, next))
}

/// What a leg is charged for by time: item, kind, period.
type Covered = BTreeSet<(Option<ItemId>, ChargeKind, Date, Date)>;

/// All legs of a sale are charged for the same times. What an order caused is left out, and what touches the time in which the sale was
/// suspended: how much of a period a change touches, and whether suspended time is charged, are policies of each seller.
fn coverage(
    billables: &[Billable],
    charges: &[CheckedCharge],
    pauses: &HashMap<SubscriptionId, Vec<Pause>>,
) -> Vec<Finding> {
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
        let pauses = pauses.get(&billable.subscription.id);
        let suspended = |start: Date, end: Date| {
            let mut pauses = pauses.into_iter().flatten();
            pauses.any(|pause| {
                pause.from_on <= end && pause.until_on.is_none_or(|until| start <= until)
            })
        };
        let Some(last) = billable.legs.last() else {
            found.push(Finding::new(
                "sale_without_legs",
                billable.subscription.id,
                "is charged and has no legs",
            ));
            continue;
        };
        for leg in &billable.legs {
            let mut differ = of(leg.id).symmetric_difference(of(last.id));
            let differ = differ.find(|(_, _, start, end)| !suspended(*start, *end));
            if let Some((_, _, start, end)) = differ {
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
