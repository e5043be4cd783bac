//! Documents whose taxes an engine decides: what it was not asked about yet waits as a draft, a job asks, and what was asked
//! about is issued as it was asked, or asked about anew. Nobody is asked anything within a transaction.

use std::{collections::BTreeSet, sync::Arc};

use serde::{Deserialize, Serialize};
use serde_json::json;
use tradewind_kernel::{
    Currency, Date, Duration, Error, Result, Timestamp,
    id::{AccountId, SubscriptionId},
};
use tradewind_platform::{AuditEntry, NewJob, OpCtx, Platform, Work};
use tradewind_policy::Action;
use tradewind_pricing::tax::TaxPolicy;
use tradewind_tax::{
    rules::{Item, digest},
    service::{TaxEngine, answer_keep, answer_of, engine_ask, reports_pending},
    types::{EngineAnswer, EngineAway, EngineReport, TaxQuestion},
};
use utoipa::ToSchema;

use super::{
    authorize_seller,
    drafts::{OpenLines, issue},
    facts::Trades,
    realm,
    tax_reports::enqueue_report,
};
use crate::{
    rules::line::Lines,
    store::{charges::Pair, drafts, tax_waits as store},
    types::{Asking, DocumentLine, Settlement, TaxRule, TaxWait, Taxation, Trade},
};

/// Kind of the job that asks tax engines and issues what they have answered about.
pub const TAX_ASK_JOB: &str = "billing.tax_ask";

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

    fn key(self, what: &str) -> String {
        let Self {
            seller_id,
            buyer_id,
            currency,
        } = self;
        format!("{TAX_ASK_JOB}/{what}/{seller_id}/{buyer_id}/{currency}")
    }

    fn of(pair: Pair) -> Self {
        Self {
            seller_id: pair.seller_id,
            buyer_id: pair.buyer_id,
            currency: pair.currency,
        }
    }

    fn job(self) -> NewJob {
        NewJob::new(TAX_ASK_JOB, json!(self)).unique(self.key("now"))
    }
}

/// Charges that have to wait for a tax engine.
#[derive(Debug)]
pub(super) struct Parked {
    pub(super) trade: Arc<Trade>,
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
            None if waited_enough(w, pair, asking).await? => TaxRule::OwnTables(Arc::clone(asking)),
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
    let Some((since, _)) = found else {
        return Ok(false);
    };
    Ok(own_tables_from(since, asking)? <= w.ctx.now)
}

fn own_tables_from(since: Timestamp, asking: &Asking) -> Result<Timestamp> {
    since.plus(Duration::from_hours(i64::from(asking.terms.after_hours)))
}

/// Something waits from now on: a draft, a note why, and jobs that ask.
pub(super) async fn begin(w: &mut Work, pair: Pair, parked: &Parked) -> Result<()> {
    let (realm, now) = (realm(w), w.ctx.now);
    drafts::begin(&mut w.tx, realm, pair, parked.on, Some(parked.on)).await?;
    store::begin(&mut w.tx, realm, pair, now, parked.until).await?;
    let ask = TaxAsk::of(pair);
    w.enqueue(ask.job());
    if let TaxRule::Engine(asking) = &parked.trade.taxation.rule
        && asking.terms.away == EngineAway::OwnTables
    {
        let job = NewJob::new(TAX_ASK_JOB, json!(ask)).due(own_tables_from(now, asking)?);
        w.enqueue(job.unique(ask.key("own")));
    }
    Ok(())
}

/// What waited between two accounts is issued.
pub(super) async fn end(w: &mut Work, pair: Pair, trade: &Trade) -> Result<()> {
    let realm = realm(w);
    drafts::end(&mut w.tx, realm, pair).await?;
    if matches!(trade.taxation.rule, TaxRule::Engine(_)) {
        store::end(&mut w.tx, realm, pair).await?;
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
    let Some((_, until)) = store::find(&mut w.tx, realm, pair, false).await? else {
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
    let until = until.max(asking.today);
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
                Ok(answer) => keep(p, &ctx, question, answer).await?,
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
    question: &TaxQuestion,
    answer: EngineAnswer,
) -> Result<()> {
    let said = (question.seller.id, digest(question)?, answer);
    p.command(ctx, "invoice.tax_answer", &said, |w, said| {
        Box::pin(async move { answer_keep(w, said.0, &said.1, &said.2).await })
    })
    .await
}

/// Issues what waits, as far as answers go: it waits on when something is not answered.
async fn answered(w: &mut Work, pair: Pair, problem: Option<&str>) -> Result<Round> {
    let (realm, now) = (realm(w), w.ctx.now);
    let Some((_, until)) = store::find(&mut w.tx, realm, pair, true).await? else {
        return Ok(Round::Over);
    };
    if let Some(problem) = problem {
        store::note(&mut w.tx, realm, pair, now, problem).await?;
    }
    let sellers = BTreeSet::from([pair.seller_id]);
    let reviews = drafts::reviews(&mut w.tx, realm, &sellers).await?;
    let drafts = drafts::waiting(&mut w.tx, realm, &sellers).await?;
    let held = drafts.get(&pair).is_some_and(|draft| draft.held);
    if held || reviews.is_held(pair) {
        return Ok(Round::Over);
    }
    let (_, waits) = issue(w, pair, Some(until)).await?;
    if waits {
        return Ok(Round::Changed);
    }
    // Also where the seller's taxes are not decided by an engine any more.
    store::end(&mut w.tx, realm, pair).await?;
    Ok(Round::Over)
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

/// Has a seller's engine asked again about all that waits, and told of what it does not know, now.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn tax_ask_again(p: &Platform, ctx: &OpCtx, input: &TaxAskAgain) -> Result<TaxWork> {
    p.command(ctx, "invoice.tax_ask_again", input, |w, input| {
        Box::pin(async move {
            let seller = input.seller_id;
            authorize_seller(w, seller, Action::InvoiceIssue).await?;
            let work = work_of(w, seller).await?;
            let wanted =
                |wait: &&TaxWait| input.buyer_id.is_none_or(|buyer| buyer == wait.buyer_id);
            for wait in work.waiting.iter().filter(wanted) {
                let ask = TaxAsk {
                    seller_id: seller,
                    buyer_id: wait.buyer_id,
                    currency: wait.currency,
                };
                // One that pauses after a failure would be in the way.
                w.cancel_jobs(&ask.key("now")).await?;
                w.enqueue(ask.job());
            }
            for report in &work.untold {
                enqueue_report(w, report.document_id, true).await?;
            }
            w.audit(AuditEntry {
                action: "invoice.tax_ask_again",
                kind: "account",
                id: seller.to_string(),
                account: seller,
                summary: json!({ "buyer_id": input.buyer_id, "waiting": work.waiting.len() }),
            });
            Ok(work)
        })
    })
    .await
}
