//! The end of a billing run: what waits on the queue and is due becomes one document per seller and buyer, bottom-up.

use std::{collections::BTreeSet, sync::Arc};

use serde::{Deserialize, Serialize};
use tradewind_kernel::{
    Currency, Date, Result,
    id::{AccountId, InvoiceId},
};
use tradewind_platform::{OpCtx, Platform, Work};
use tradewind_policy::{Action, ResourceKind};
use utoipa::ToSchema;

use super::{
    authorize_run,
    batch::{Batch, Settling, months},
    credit_moves::is_automatic,
    moves::use_credit,
    references::References,
    tax_waits, traded,
    trades::Trades,
};
use crate::{
    rules::draft::{Fate, fate},
    store::{
        charges::{self, Pair},
        drafts, tax_waits as waits,
    },
    types::{DocumentKind, DocumentSummary, Settlement, Trade},
};

/// Charges that are read at once.
const PAGE: i64 = 4_000;
/// Charges that one transaction settles for several pairs; a pair with more has a transaction of its own.
const TOGETHER: i64 = 4_000;

/// Which pairs of accounts to settle in one transaction.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct CollectInput {
    pub(super) until: Date,
    pub(super) pairs: Vec<(AccountId, AccountId, Currency)>,
}

/// Pairs with something due, those farthest from the provider first, packed into transactions of bearable size.
pub(super) async fn due_pairs(
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

/// Ends drafts of which nothing is left, because their charges went another way.
pub(super) async fn sweep(p: &Platform, ctx: &OpCtx) -> Result<()> {
    p.command(ctx, "billing.drafts", &(), |w, ()| {
        Box::pin(async move {
            authorize_run(w)?;
            let realm = w.ctx.realm;
            drafts::sweep(&mut w.tx, realm).await?;
            waits::sweep(&mut w.tx, realm).await
        })
    })
    .await
}

pub(super) async fn collect_in(w: &mut Work, input: &CollectInput) -> Result<Vec<DocumentSummary>> {
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
    let realm = w.ctx.realm;
    let sellers: BTreeSet<AccountId> = input.pairs.iter().map(|(seller, ..)| *seller).collect();
    let reviews = drafts::reviews(&mut w.tx, realm, &sellers).await?;
    let waiting = drafts::waiting(&mut w.tx, realm, &sellers).await?;
    let referring = References::buyers(w, input.pairs.iter().map(|(_, buyer, _)| *buyer)).await?;
    let mut batch = Batch::new(w);
    let mut ended = Vec::new();
    for (seller_id, buyer_id, currency) in &input.pairs {
        let pair = Pair {
            seller_id: *seller_id,
            buyer_id: *buyer_id,
            currency: *currency,
        };
        let trade = trades.get(*seller_id, *buyer_id)?;
        let draft = waiting.get(&pair).copied();
        if trade.settlement == Settlement::Document {
            let today = w.ctx.now.date_in(&trade.seller_zone);
            match fate(
                reviews.policy(*seller_id),
                reviews.is_held(pair),
                draft,
                today,
            )? {
                Fate::Wait => continue,
                Fate::Begin { issue_on } => {
                    drafts::begin(&mut w.tx, realm, pair, today, issue_on).await?;
                    continue;
                }
                Fate::Issue => {}
            }
        }
        let refers = referring.contains(buyer_id);
        let settling = gather_as(w, &mut batch, pair, trade, input.until, refers).await?;
        batch.conclude(w, settling).await?;
        if draft.is_some() && !batch.awaits_tax(pair) {
            ended.push(pair);
        }
    }
    let issued = batch.write(w).await?;
    for pair in ended {
        tax_waits::end(w, pair, &issued).await?;
    }
    after_credit_notes(w, &issued).await?;
    Ok(issued)
}

/// Adds everything due between two accounts, page by page.
pub(super) async fn gather(
    w: &mut Work,
    batch: &mut Batch,
    pair: Pair,
    trade: &Arc<Trade>,
    until: Date,
) -> Result<Settling> {
    gather_as(w, batch, pair, trade, until, true).await
}

/// The same, knowing whether the buyer has given references of its own with anything.
async fn gather_as(
    w: &mut Work,
    batch: &mut Batch,
    pair: Pair,
    trade: &Arc<Trade>,
    until: Date,
    refers: bool,
) -> Result<Settling> {
    let mut settling = batch.begin_until(pair, trade, until);
    let mut after = None;
    loop {
        let page = charges::open_page(&mut w.tx, w.ctx.realm, pair, until, after, PAGE).await?;
        let Some((last, _)) = page.last() else {
            return Ok(settling);
        };
        after = Some(*last);
        let full = page.len() as i64 == PAGE;
        batch.load_positions(w, vec![(pair, months(&page))]).await?;
        if refers && !trade.buyer_keeps_books {
            batch.references.load(w, &page).await?;
        }
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
        if is_automatic(w, pair).await? {
            use_credit(w, pair).await?;
        }
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
    let id = batch.conclude(w, settling).await?;
    let waits = batch.awaits_tax(pair);
    let issued = batch.write(w).await?;
    after_credit_notes(w, &issued).await?;
    if !waits {
        tax_waits::end(w, pair, &issued).await?;
    }
    Ok(id)
}
