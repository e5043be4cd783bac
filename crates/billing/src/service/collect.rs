//! The end of a billing run: what waits on the queue and is due becomes one document per seller and buyer, bottom-up.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tradewind_kernel::{
    Currency, Date, Error, Result,
    id::{AccountId, InvoiceId, SubscriptionId},
};
use tradewind_platform::{OpCtx, Platform, Work};
use tradewind_policy::{Action, ResourceKind};
use utoipa::ToSchema;

use super::{
    authorize_run,
    batch::{Batch, Settling, months},
    facts::Trades,
    payments::use_credit,
    periods::{BatchInput, Problem, bill_batch},
    traded,
    usage::{UsageInput, usage_charge},
};
use crate::{
    store::charges::{self, Pair},
    types::{DocumentKind, DocumentSummary, Trade},
};

/// Charges that are read at once.
const PAGE: i64 = 4_000;
/// Charges that one transaction settles for several pairs; a pair with more has a transaction of its own.
const TOGETHER: i64 = 4_000;
/// Subscriptions in one transaction.
const BATCH: u32 = 500;

/// What a run has done so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = BillingReport)]
pub struct RunReport {
    /// How many periods were billed.
    pub subscriptions: u64,
    /// How many charges were recorded, over all legs.
    pub charges: u64,
    /// How many documents were issued.
    pub documents: u64,
    /// What could not be billed, and why.
    pub problems: Vec<Problem>,
}

/// A whole billing run up to and including a day: usage, then the periods of all subscriptions, then the documents that
/// collect what is due, from the customers up to the provider. May be killed anywhere and started again, and run again
/// it finds nothing to do.
///
/// # Errors
/// `out_of_range` for a day that has not come yet; `Forbidden`; database errors.
pub async fn bill(
    p: &Platform,
    ctx: &OpCtx,
    until: Date,
    mut progress: impl FnMut(&RunReport) + Send,
) -> Result<RunReport> {
    not_in_the_future(ctx, until)?;
    // Each transaction is its own command: none of them answers for the others.
    let step = OpCtx {
        idempotency_key: None,
        ..ctx.clone()
    };
    let mut report = RunReport::default();
    let mut after: Option<SubscriptionId> = None;
    loop {
        let batch = usage_charge(
            p,
            &step,
            &UsageInput {
                until,
                after,
                limit: BATCH,
            },
        )
        .await?;
        after = batch.next;
        report.charges += batch.charges;
        report.problems.extend(batch.problems);
        progress(&report);
        if after.is_none() {
            break;
        }
    }
    report.add_periods(
        periods(p, &step, until, &mut |so_far| {
            let mut whole = report.clone();
            whole.add_periods(so_far.clone());
            progress(&whole);
        })
        .await?,
    );
    for pairs in due_pairs(p, &step, until).await? {
        let input = CollectInput { until, pairs };
        let issued = p
            .command(&step, "billing.collect", &input, |w, input| {
                Box::pin(collect_in(w, input))
            })
            .await?;
        report.documents += issued.len() as u64;
        progress(&report);
    }
    Ok(report)
}

impl RunReport {
    fn add_periods(&mut self, periods: RunReport) {
        self.subscriptions += periods.subscriptions;
        self.charges += periods.charges;
        self.documents += periods.documents;
        self.problems.extend(periods.problems);
    }
}

/// Bills the periods of all subscriptions that are due. What is several periods behind comes up again: the run goes
/// over all that is due until nothing moves on any more.
async fn periods(
    p: &Platform,
    ctx: &OpCtx,
    until: Date,
    progress: &mut (dyn FnMut(&RunReport) + Send),
) -> Result<RunReport> {
    let mut report = RunReport::default();
    loop {
        let mut moved = 0;
        report.problems.clear();
        let mut after: Option<(Date, SubscriptionId)> = None;
        loop {
            let batch = bill_batch(
                p,
                ctx,
                &BatchInput {
                    until,
                    after,
                    limit: BATCH,
                },
            )
            .await?;
            after = batch.next;
            moved += batch.moved;
            report.subscriptions += batch.moved;
            report.charges += batch.charges;
            report.documents += batch.documents;
            report.problems.extend(batch.problems);
            progress(&report);
            if after.is_none() {
                break;
            }
        }
        if moved == 0 {
            return Ok(report);
        }
    }
}

/// A day is over when it has begun in the earliest zone on earth.
fn not_in_the_future(ctx: &OpCtx, until: Date) -> Result<()> {
    let earliest = tradewind_kernel::Zone::parse("Pacific/Kiritimati")?;
    let today = ctx.now.date_in(&earliest);
    if until <= today {
        return Ok(());
    }
    Err(Error::invalid(
        "until",
        "out_of_range",
        format!("expected a day that has come, {today} at the latest"),
    ))
}

/// Which pairs of accounts to settle in one transaction.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct CollectInput {
    until: Date,
    pairs: Vec<(AccountId, AccountId, Currency)>,
}

/// Pairs with something due, those farthest from the provider first, packed into transactions of bearable size.
async fn due_pairs(
    p: &Platform,
    ctx: &OpCtx,
    until: Date,
) -> Result<Vec<Vec<(AccountId, AccountId, Currency)>>> {
    p.read(ctx, &until, |w, until| {
        Box::pin(async move {
            authorize_run(w)?;
            let realm = w.ctx.realm;
            let mut pairs = charges::open_pairs(&mut w.tx, realm, *until).await?;
            let buyers: Vec<AccountId> = pairs.iter().map(|(pair, _)| pair.buyer_id).collect();
            let depths = tradewind_accounts::service::depths(w, &buyers).await?;
            let depth = |pair: &Pair| depths.get(&pair.buyer_id).copied().unwrap_or_default();
            pairs.sort_by(|(a, _), (b, _)| depth(b).cmp(&depth(a)).then(a.cmp(b)));
            let mut packs: Vec<Vec<(AccountId, AccountId, Currency)>> = Vec::new();
            let mut weight = i64::MAX;
            for (pair, count) in pairs {
                weight = weight.saturating_add(count);
                if weight > TOGETHER {
                    packs.push(Vec::new());
                    weight = count;
                }
                if let Some(pack) = packs.last_mut() {
                    pack.push((pair.seller_id, pair.buyer_id, pair.currency));
                }
            }
            Ok(packs)
        })
    })
    .await
}

async fn collect_in(w: &mut Work, input: &CollectInput) -> Result<Vec<InvoiceId>> {
    authorize_run(w)?;
    let mut trades = Trades::default();
    trades
        .load(
            w,
            input
                .pairs
                .iter()
                .map(|(seller, buyer, _)| (*seller, *buyer))
                .collect(),
        )
        .await?;
    let mut batch = Batch::new(w);
    for (seller_id, buyer_id, currency) in &input.pairs {
        let pair = Pair {
            seller_id: *seller_id,
            buyer_id: *buyer_id,
            currency: *currency,
        };
        let trade = trades.get(*seller_id, *buyer_id)?;
        let settling = gather(w, &mut batch, pair, trade, input.until).await?;
        batch.conclude(settling, None)?;
    }
    let issued = batch.write(w).await?;
    after_credit_notes(w, &issued).await?;
    Ok(issued.into_iter().map(|document| document.id).collect())
}

/// Adds everything due between two accounts, page by page.
async fn gather(
    w: &mut Work,
    batch: &mut Batch,
    pair: Pair,
    trade: &Arc<Trade>,
    until: Date,
) -> Result<Settling> {
    let mut settling = batch.begin(pair, trade);
    let mut after = None;
    loop {
        let page = charges::open_page(&mut w.tx, w.ctx.realm, pair, until, after, PAGE).await?;
        let Some((last, _)) = page.last() else {
            return Ok(settling);
        };
        after = Some(*last);
        let full = page.len() as i64 == PAGE;
        batch.load_positions(w, vec![(pair, months(&page))]).await?;
        for (id, line) in page {
            batch.add_open(&mut settling, id, &line)?;
        }
        if !full {
            return Ok(settling);
        }
    }
}

/// What credit notes give pays what is open, before it waits for the next invoice.
pub(super) async fn after_credit_notes(w: &mut Work, issued: &[DocumentSummary]) -> Result<()> {
    for note in issued
        .iter()
        .filter(|document| document.kind == DocumentKind::CreditNote)
    {
        let pair = Pair {
            seller_id: note.seller_id,
            buyer_id: note.buyer_id,
            currency: note.gross.currency,
        };
        use_credit(w, pair, None).await?;
    }
    Ok(())
}

/// Which open charges become a document now.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct InvoiceNow {
    /// Who sells.
    pub seller_id: AccountId,
    /// Who buys.
    pub buyer_id: AccountId,
    /// The currency; a pair has one, unless its terms were changed.
    pub currency: Currency,
    /// Charges due on or before this day; later ones stay on the queue.
    #[schema(value_type = String, format = Date)]
    pub until: Date,
}

/// Issues what is open between a seller and a buyer, whether its invoice day has come or not is for `until` to say.
/// Nothing is issued when nothing is open.
///
/// # Errors
/// `NotFound`, `Forbidden`; database errors.
pub async fn invoice_open_charges(
    p: &Platform,
    ctx: &OpCtx,
    input: &InvoiceNow,
) -> Result<Option<InvoiceId>> {
    p.command(ctx, "invoice.issue", input, |w, input| {
        Box::pin(invoice_open_charges_in(w, input))
    })
    .await
}

/// As [`invoice_open_charges`], within another command.
///
/// # Errors
/// As [`invoice_open_charges`].
pub async fn invoice_open_charges_in(
    w: &mut Work,
    input: &InvoiceNow,
) -> Result<Option<InvoiceId>> {
    let target = traded(w, ResourceKind::Invoice, input.seller_id, input.buyer_id).await?;
    w.authorize(Action::InvoiceIssue, &target)?;
    let pair = Pair {
        seller_id: input.seller_id,
        buyer_id: input.buyer_id,
        currency: input.currency,
    };
    let mut trades = Trades::default();
    trades
        .load(w, vec![(pair.seller_id, pair.buyer_id)])
        .await?;
    let trade = trades.get(pair.seller_id, pair.buyer_id)?;
    let mut batch = Batch::new(w);
    let settling = gather(w, &mut batch, pair, trade, input.until).await?;
    let id = batch.conclude(settling, None)?;
    let issued = batch.write(w).await?;
    after_credit_notes(w, &issued).await?;
    Ok(id)
}
