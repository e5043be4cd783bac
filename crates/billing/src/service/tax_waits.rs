//! Documents whose taxes an engine decides: what it was not asked about yet waits as a draft, a job asks, and what was asked
//! about is issued as it was asked, or asked about anew. Nobody is asked anything within a transaction.

use std::{collections::BTreeSet, sync::Arc};

use serde::{Deserialize, Serialize};
use serde_json::json;
use tradewind_kernel::{
    Currency, Date, Duration, Error, Result, Timestamp,
    id::{AccountId, DraftId, SubscriptionId},
    text::plain,
};
use tradewind_platform::{AuditEntry, NewEvent, NewJob, OpCtx, Platform, Work};
use tradewind_policy::Action;
use tradewind_pricing::tax::TaxPolicy;
use tradewind_tax::{
    rules::{Item, digest},
    service::{Asked, TaxEngine, answer_keep, answer_of, engine_ask, reports_pending},
    types::{EngineAnswer, EngineAway, EngineReport, TaxQuestion},
};
use utoipa::ToSchema;

use super::{
    authorize_seller,
    drafts::{OpenLines, issue},
    realm,
    tax_reports::enqueue_report,
    trades::Trades,
};
use crate::{
    rules::line::Lines,
    store::{charges::Pair, drafts, tax_waits as store},
    types::{Asking, DocumentLine, DocumentSummary, Settlement, TaxRule, TaxWait, Taxation, Trade},
};

/// Kind of the job that asks tax engines and issues what they have answered about.
pub const TAX_ASK_JOB: &str = "billing.tax_ask";

/// Drafts that one call has asked about again.
const AGAIN_MAX: i64 = 10_000;

/// Most characters that are kept of why an engine was asked in vain.
pub(super) const PROBLEM_MAX: usize = 500;

/// How often one run of the job asks about a draft that changes meanwhile.
const ROUNDS: usize = 5;

/// What waits between two accounts.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct TaxAsk {
    /// Who sells.
    pub seller_id: AccountId,
    /// Who buys.
    pub buyer_id: AccountId,
    /// In which currency.
    pub currency: Currency,
}

impl TaxAsk {
    const fn pair(self) -> Pair {
        Pair {
            seller_id: self.seller_id,
            buyer_id: self.buyer_id,
            currency: self.currency,
        }
    }

    fn of(pair: Pair) -> Self {
        Self {
            seller_id: pair.seller_id,
            buyer_id: pair.buyer_id,
            currency: pair.currency,
        }
    }

    /// Asks about a draft now. What waits after that was issued is another draft, and so another job.
    fn job(self, draft: DraftId) -> NewJob {
        NewJob::new(TAX_ASK_JOB, json!(self)).unique(now_key(draft))
    }
}

fn now_key(draft: DraftId) -> String {
    format!("{TAX_ASK_JOB}/now/{draft}")
}

/// The job that asks once more when the realm's own tables may decide.
fn own_key(draft: DraftId) -> String {
    format!("{TAX_ASK_JOB}/own/{draft}")
}

/// Who has what waits issued.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Wanted {
    /// Somebody, held or not.
    pub(super) by_hand: bool,
    /// The job that has just asked the engine in vain: the realm's own tables may decide.
    pub(super) in_vain: bool,
}

/// Charges that have to wait for a tax engine.
#[derive(Debug)]
pub(super) struct Parked {
    pub(super) on: Date,
    pub(super) until: Date,
}

/// The question about a document; none where there would be no document.
fn question(asking: &Asking, currency: Currency, lines: &Lines) -> Option<TaxQuestion> {
    if !lines.must_show || lines.lines.is_empty() {
        return None;
    }
    let item = |line: &DocumentLine| Item {
        key: line.key(),
        category: line.tax_category,
        period: line.period,
        quantity: line.quantity,
        unit: line.unit.clone(),
        amount: line.amount,
        tax_included: line.tax_included,
    };
    let items: Vec<Item> = lines.lines.iter().map(item).collect();
    let Asking {
        sides,
        terms,
        today,
    } = asking;
    Some(sides.question(terms, currency, *today, &items))
}

/// How each of some documents is taxed, by what an engine has answered about exactly that; none while it has to be asked.
pub(super) async fn taxed(
    w: &mut Work,
    pair: Pair,
    trade: &Arc<Trade>,
    documents: &[(Option<SubscriptionId>, Lines)],
    wanted: Wanted,
) -> Result<Option<Vec<Arc<Trade>>>> {
    let asking = match &trade.taxation.rule {
        TaxRule::Engine(asking) if trade.settlement == Settlement::Document => asking,
        _ => return Ok(Some(vec![Arc::clone(trade); documents.len()])),
    };
    let mut trades = Vec::with_capacity(documents.len());
    for (_, lines) in documents {
        let answer = match question(asking, pair.currency, lines) {
            Some(question) => answer_of(w, pair.seller_id, &digest(&question)?).await?,
            None => Some(EngineAnswer {
                reference: String::new(),
                lines: Vec::new(),
            }),
        };
        let rule = match answer {
            Some(answer) => TaxRule::Answered {
                asking: Arc::clone(asking),
                answer: Arc::new(answer),
            },
            None if wanted.in_vain && waited_enough(w, pair, asking).await? => {
                TaxRule::OwnTables(Arc::clone(asking))
            }
            None => return Ok(None),
        };
        trades.push(Arc::new(Trade {
            taxation: Taxation {
                rule,
                ..trade.taxation
            },
            ..Trade::clone(trade)
        }));
    }
    Ok(Some(trades))
}

/// Whether the realm's own tables decide by now, since the engine was away for so long.
async fn waited_enough(w: &mut Work, pair: Pair, asking: &Asking) -> Result<bool> {
    if asking.terms.away != EngineAway::OwnTables {
        return Ok(false);
    }
    let realm = realm(w);
    let found = store::find(&mut w.tx, realm, pair, false).await?;
    let Some(since) = found.and_then(|waits| waits.away_since) else {
        return Ok(false);
    };
    Ok(own_tables_from(since, asking)? <= w.ctx.now)
}

fn own_tables_from(since: Timestamp, asking: &Asking) -> Result<Timestamp> {
    since.plus(Duration::from_hours(i64::from(asking.terms.after_hours)))
}

/// Something waits from now on: a draft, a note why, and a job that asks.
pub(super) async fn begin(w: &mut Work, pair: Pair, parked: &Parked, wanted: Wanted) -> Result<()> {
    let (realm, now) = (realm(w), w.ctx.now);
    drafts::begin(&mut w.tx, realm, pair, parked.on, Some(parked.on)).await?;
    let until = (parked.until, wanted.by_hand);
    store::begin(&mut w.tx, realm, pair, now, until).await?;
    if let Some(draft) = drafts::between(&mut w.tx, realm, pair).await? {
        w.enqueue(TaxAsk::of(pair).job(draft));
    }
    Ok(())
}

/// What waited between two accounts is issued, whatever has decided its taxes in the end: orders that wait for it go on.
pub(super) async fn end(w: &mut Work, pair: Pair, issued: &[DocumentSummary]) -> Result<()> {
    let realm = realm(w);
    drafts::end(&mut w.tx, realm, pair).await?;
    if !store::end(&mut w.tx, realm, pair).await? {
        return Ok(());
    }
    let of_pair = |one: &&DocumentSummary| {
        (one.seller_id, one.buyer_id, one.gross.currency)
            == (pair.seller_id, pair.buyer_id, pair.currency)
    };
    for document in issued.iter().filter(of_pair) {
        w.emit(NewEvent {
            kind: "invoice.tax_settled",
            subject: document.id.to_string(),
            account: pair.seller_id,
            data: json!({ "number": document.number, "seller_id": pair.seller_id, "buyer_id": pair.buyer_id }),
        });
    }
    Ok(())
}

/// The engine has answered, or is not asked any more: for how long it was away does not count.
async fn heard(w: &mut Work, pair: Pair) -> Result<()> {
    let realm = realm(w);
    if store::forget_away(&mut w.tx, realm, pair).await?
        && let Some(draft) = drafts::between(&mut w.tx, realm, pair).await?
    {
        w.cancel_jobs(&own_key(draft)).await?;
    }
    Ok(())
}

/// The engine was asked in vain.
async fn in_vain(w: &mut Work, pair: Pair, before: store::Waits, problem: &str) -> Result<()> {
    let (realm, now) = (realm(w), w.ctx.now);
    let problem = plain(problem, PROBLEM_MAX);
    store::note(&mut w.tx, realm, pair, now, &problem).await?;
    if before.away_since.is_some() {
        return Ok(());
    }
    let mut trades = Trades::default();
    let between = (pair.seller_id, pair.buyer_id);
    trades.load(w, vec![between]).await?;
    let trade = trades.get(between.0, between.1)?;
    if let TaxRule::Engine(asking) = &trade.taxation.rule
        && asking.terms.away == EngineAway::OwnTables
        && let Some(draft) = drafts::between(&mut w.tx, realm, pair).await?
    {
        let job = NewJob::new(TAX_ASK_JOB, json!(TaxAsk::of(pair)));
        let job = job.due(own_tables_from(now, asking)?);
        w.enqueue(job.unique(own_key(draft)));
    }
    Ok(())
}

/// What is to be asked about what waits.
struct Open {
    questions: Vec<TaxQuestion>,
    policy: TaxPolicy,
}

/// The questions about what waits that were not answered yet; none when nothing waits.
async fn open(w: &mut Work, pair: Pair) -> Result<Option<Open>> {
    let realm = realm(w);
    let Some(waits) = store::find(&mut w.tx, realm, pair, false).await? else {
        return Ok(None);
    };
    let mut trades = Trades::default();
    trades
        .load(w, vec![(pair.seller_id, pair.buyer_id)])
        .await?;
    let trade = Arc::clone(trades.get(pair.seller_id, pair.buyer_id)?);
    let mut open = Open {
        questions: Vec::new(),
        policy: trade.taxation.policy,
    };
    let TaxRule::Engine(asking) = &trade.taxation.rule else {
        return Ok(Some(open));
    };
    let until = waits.until_on.max(asking.today);
    let found = OpenLines::load(w, pair, &trade, until, true).await?;
    for (_, lines) in found.lines.finish().documents {
        if let Some(question) = question(asking, pair.currency, &lines)
            && answer_of(w, pair.seller_id, &digest(&question)?)
                .await?
                .is_none()
        {
            open.questions.push(question);
        }
    }
    Ok(Some(open))
}

/// What became of asking once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Round {
    /// It is issued, or held by somebody, or nothing waits.
    Over,
    /// It has become another one since it was asked about.
    Changed,
}

/// Asks the seller's engine about what waits between two accounts, and issues it. May die anywhere and be run again.
///
/// # Errors
/// Why the engine gave no answer that can be used, which is noted with what waits: to be tried again; database errors.
pub async fn tax_wait_settle(
    p: &Platform,
    ctx: &OpCtx,
    port: &dyn TaxEngine,
    ask: TaxAsk,
) -> Result<()> {
    // What is done twice here is harmless, and no step answers for another.
    let ctx = OpCtx {
        idempotency_key: None,
        ..ctx.clone()
    };
    for _ in 0..ROUNDS {
        let found = p
            .read(&ctx, &ask, |w, ask| Box::pin(open(w, ask.pair())))
            .await?;
        let Some(open) = found else {
            return Ok(());
        };
        let mut problem = None;
        for question in &open.questions {
            match engine_ask(p, ctx.realm, port, question, &open.policy).await {
                Ok(asked) => keep(p, &ctx, ask, question, asked).await?,
                Err(error) => {
                    problem = Some(error);
                    break;
                }
            }
        }
        let told = problem.as_ref().map(ToString::to_string);
        let round = p
            .command(
                &ctx,
                "invoice.tax_answered",
                &(ask, told),
                |w, (ask, told)| Box::pin(answered(w, ask.pair(), told.as_deref())),
            )
            .await?;
        match (round, problem) {
            (Round::Over, _) => return Ok(()),
            (Round::Changed, Some(problem)) => return Err(problem),
            (Round::Changed, None) => {}
        }
    }
    Err(Error::unavailable(
        "what is to be taxed changes while the tax engine is asked about it",
    ))
}

/// An answer outlives whatever happens to the document that it was asked for.
async fn keep(
    p: &Platform,
    ctx: &OpCtx,
    ask: TaxAsk,
    question: &TaxQuestion,
    asked: Asked,
) -> Result<()> {
    let said = (ask, digest(question)?, asked);
    p.command(
        ctx,
        "invoice.tax_answer",
        &said,
        |w, (ask, digest, asked)| {
            Box::pin(async move {
                answer_keep(w, ask.seller_id, digest, asked).await?;
                heard(w, ask.pair()).await
            })
        },
    )
    .await
}

/// Issues what waits, as far as answers go: it waits on when something is not answered.
async fn answered(w: &mut Work, pair: Pair, problem: Option<&str>) -> Result<Round> {
    let realm = realm(w);
    let Some(waits) = store::find(&mut w.tx, realm, pair, true).await? else {
        return Ok(Round::Over);
    };
    if let Some(problem) = problem {
        in_vain(w, pair, waits, problem).await?;
    }
    let sellers = BTreeSet::from([pair.seller_id]);
    let reviews = drafts::reviews(&mut w.tx, realm, &sellers).await?;
    let drafts = drafts::waiting(&mut w.tx, realm, &sellers).await?;
    let held = drafts.get(&pair).is_some_and(|draft| draft.held);
    if !waits.by_hand && (held || reviews.is_held(pair)) {
        heard(w, pair).await?;
        return Ok(Round::Over);
    }
    let wanted = Wanted {
        by_hand: waits.by_hand,
        in_vain: problem.is_some(),
    };
    let (_, waits) = issue(w, pair, Some(waits.until_on), wanted).await?;
    Ok(if waits { Round::Changed } else { Round::Over })
}

/// What a seller's tax engine still has to answer or to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = TaxEngineWork)]
pub struct TaxWork {
    /// What waits for its answer, the longest first.
    pub waiting: Vec<TaxWait>,
    /// Documents that it could not be told of yet.
    pub untold: Vec<EngineReport>,
}

/// What waits for a seller's tax engine; two hundred of each kind at most.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn tax_work(p: &Platform, ctx: &OpCtx, seller: AccountId) -> Result<TaxWork> {
    p.read(ctx, &seller, |w, seller| {
        Box::pin(async move {
            authorize_seller(w, *seller, Action::InvoiceView).await?;
            work_of(w, *seller).await
        })
    })
    .await
}

async fn work_of(w: &mut Work, seller: AccountId) -> Result<TaxWork> {
    let realm = realm(w);
    Ok(TaxWork {
        waiting: store::list(&mut w.tx, realm, seller).await?,
        untold: reports_pending(w, seller).await?,
    })
}

/// Whose engine to ask again.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct TaxAskAgain {
    /// Who sells.
    pub seller_id: AccountId,
    /// About what waits for this buyer only.
    pub buyer_id: Option<AccountId>,
}

/// Has a seller's engine asked again about what waits, and told of what it does not know, now; ten thousand drafts at most.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn tax_ask_again(p: &Platform, ctx: &OpCtx, input: &TaxAskAgain) -> Result<TaxWork> {
    p.command(ctx, "invoice.tax_ask_again", input, |w, input| {
        Box::pin(async move {
            let seller = input.seller_id;
            authorize_seller(w, seller, Action::InvoiceIssue).await?;
            let work = work_of(w, seller).await?;
            let realm = realm(w);
            let waiting =
                store::drafts(&mut w.tx, realm, seller, input.buyer_id, AGAIN_MAX).await?;
            for (buyer_id, currency, draft) in &waiting {
                let ask = TaxAsk {
                    seller_id: seller,
                    buyer_id: *buyer_id,
                    currency: *currency,
                };
                // One that pauses after a failure would be in the way.
                w.cancel_jobs(&now_key(*draft)).await?;
                w.enqueue(ask.job(*draft));
            }
            for report in &work.untold {
                enqueue_report(w, report.document_id, true).await?;
            }
            w.audit(AuditEntry {
                action: "invoice.tax_ask_again",
                kind: "account",
                id: seller.to_string(),
                account: seller,
                summary: json!({ "buyer_id": input.buyer_id, "waiting": waiting.len() }),
            });
            Ok(work)
        })
    })
    .await
}
