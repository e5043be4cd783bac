//! What banks answer to files of payments: settlements are paid or have failed by it, and what does not fit waits for a person.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use serde_json::json;
use tradewind_kernel::{
    Error, Result,
    id::{AccountId, StatusReportId},
    text,
};
use tradewind_platform::{AuditEntry, OpCtx, Platform, Work};
use tradewind_policy::Action;
use utoipa::ToSchema;

use super::{
    SettlementAct,
    books::authorize_to,
    realm, settlement_acts,
    settlements::{tell, today},
};
use crate::{
    rules::{
        bank::{decode, hash},
        sepa_status::{self as rules, Known, StatusFile, Told},
        settlement::Act,
    },
    store::{
        payout_reports::{self as store, Ordered},
        settlements,
    },
    types::{PayoutLevel, PayoutOutcome, PayoutReport, PayoutReportItem},
};

/// Reports, and answers that wait, that are told of at once.
const TOLD: i64 = 200;

/// A file of a bank.
#[derive(Debug, Clone)]
pub struct PayoutReportImport<'a> {
    /// Who pays.
    pub payer_id: AccountId,
    /// Its name, for people.
    pub file_name: &'a str,
    /// What is in it.
    pub content: &'a [u8],
}

/// What the command of an import is told apart by; what was read goes along.
#[derive(Serialize)]
struct Taken {
    payer_id: AccountId,
    file_name: String,
    digest: String,
    #[serde(skip)]
    file: Arc<StatusFile>,
}

/// That a person has looked at what a bank has said.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportLooked {
    /// What came of it.
    pub note: String,
}

/// Takes an answer of a bank in (`pain.002`): what it rejects has failed, what it has settled is paid, once, however often it says so.
/// What names no file or payment of the payer's, and what contradicts what is recorded, waits for a person. Of a file that is wrong
/// nothing is taken.
///
/// # Errors
/// `file_name`; as [`rules::read`] for the file; `NotFound`, `Forbidden`.
pub async fn payout_report_import(
    p: &Platform,
    ctx: &OpCtx,
    input: &PayoutReportImport<'_>,
) -> Result<PayoutReport> {
    text::check_len("file_name", input.file_name, 1, 200)?;
    payout_report_allowed(p, ctx, input.payer_id).await?;
    let file = rules::read(input.content)?;
    let taken = Taken {
        payer_id: input.payer_id,
        file_name: input.file_name.to_owned(),
        digest: hash(&[&decode(input.content)]),
        file: Arc::new(file),
    };
    p.command(ctx, "payout.report", &taken, |w, taken| {
        Box::pin(take(w, taken))
    })
    .await
}

/// Whether the principal may take answers of banks in for a payer.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn payout_report_allowed(p: &Platform, ctx: &OpCtx, payer: AccountId) -> Result<()> {
    p.read(ctx, &payer, |w, payer| {
        Box::pin(authorize_to(w, Action::LedgerManage, *payer))
    })
    .await
}

async fn take(w: &mut Work, taken: &Taken) -> Result<PayoutReport> {
    authorize_to(w, Action::LedgerManage, taken.payer_id).await?;
    let realm = realm(w);
    let file = &taken.file;
    let mut report = PayoutReport {
        id: StatusReportId::generate(),
        payer_id: taken.payer_id,
        file_name: taken.file_name.clone(),
        message_id: file.message_id.clone(),
        original_message_id: file.original.clone(),
        created_at: w.ctx.now,
        paid: 0,
        failed: 0,
        noted: 0,
        doubts: 0,
        known: false,
    };
    if let Some(known) = store::insert(&mut w.tx, realm, &taken.digest, &report).await? {
        report.id = known;
        report.known = true;
        return Ok(report);
    }
    let mut ordered = store::ordered(&mut w.tx, realm, taken.payer_id, &file.original).await?;
    let heard = Heard::of(file, &ordered);
    let mut no = 0;
    for told in &file.told {
        let known_batch = file.is_about(&told.batch);
        let places = heard.places(told, known_batch);
        // Of a file whose payments are all named by themselves, there is nothing more to say.
        let said_elsewhere =
            known_batch && told.level != PayoutLevel::Payment && !ordered.is_empty();
        if places.is_empty() {
            no += 1;
            let outcome = match said_elsewhere {
                true => PayoutOutcome::Noted,
                false => PayoutOutcome::Unknown,
            };
            keep(w, &mut report, no, told, None, outcome).await?;
        }
        for at in places {
            let Some(one) = ordered.get_mut(at) else {
                continue;
            };
            no += 1;
            let outcome = answered(w, file, told, one).await?;
            keep(w, &mut report, no, told, Some(one), outcome).await?;
        }
    }
    w.audit(AuditEntry {
        action: "payout.report",
        kind: "account",
        id: taken.payer_id.to_string(),
        account: taken.payer_id,
        summary: json!({
            "report": report.id, "file": report.file_name, "paid": report.paid, "failed": report.failed, "doubts": report.doubts,
        }),
    });
    Ok(report)
}

/// Which of the payments that were ordered each answer is about: what is said of a payment by itself holds before what is said of
/// its group, and that before what is said of the file.
struct Heard {
    by_name: HashMap<String, Vec<usize>>,
    unnamed: Vec<usize>,
    by_group: bool,
}

impl Heard {
    fn of(file: &StatusFile, ordered: &[Ordered]) -> Self {
        let named: HashSet<&str> = file
            .told
            .iter()
            .map(|told| told.end_to_end.as_str())
            .collect();
        let mut heard = Self {
            by_name: HashMap::new(),
            unnamed: Vec::new(),
            by_group: file
                .told
                .iter()
                .any(|told| told.level == PayoutLevel::Batch && file.is_about(&told.batch)),
        };
        for (at, one) in ordered.iter().enumerate() {
            if named.contains(one.end_to_end.as_str()) {
                heard
                    .by_name
                    .entry(one.end_to_end.clone())
                    .or_default()
                    .push(at);
            } else {
                heard.unnamed.push(at);
            }
        }
        heard
    }

    fn places(&self, told: &Told, known_batch: bool) -> Vec<usize> {
        match told.level {
            _ if !known_batch => Vec::new(),
            PayoutLevel::Payment => self
                .by_name
                .get(&told.end_to_end)
                .cloned()
                .unwrap_or_default(),
            PayoutLevel::File if self.by_group => Vec::new(),
            PayoutLevel::File | PayoutLevel::Batch => self.unnamed.clone(),
        }
    }
}

/// Does what follows from what a bank says of a payment.
async fn answered(
    w: &mut Work,
    file: &StatusFile,
    told: &Told,
    one: &mut Ordered,
) -> Result<PayoutOutcome> {
    let realm = realm(w);
    let Some(meaning) = rules::meaning(&told.status) else {
        return Ok(PayoutOutcome::Unknown);
    };
    if told.amount.is_some_and(|amount| amount != one.money()) {
        return Ok(PayoutOutcome::Contradicts);
    }
    let settlement = settlements::hold(&mut w.tx, realm, one.settlement_id)
        .await?
        .ok_or_else(|| Error::not_found(one.settlement_id))?;
    let known = Known {
        state: settlement.state,
        in_this_file: settlement.file_id == Some(one.file_id),
        before: rules::meaning(&one.status),
    };
    let (act, outcome) = rules::decide(meaning, known);
    if let Some(act) = act {
        let today = today(w, settlement.payer_id).await?;
        let on = told.on.or(file.created_on).unwrap_or(today).min(today);
        let input = SettlementAct {
            id: settlement.id,
            act: String::new(),
            note: match told.reason.as_str() {
                "" => told.status.clone(),
                reason => reason.to_owned(),
            },
            on: (act == Act::Pay).then_some(on),
        };
        settlement_acts::done(w, settlement, act, &input).await?;
    } else if outcome == PayoutOutcome::Contradicts {
        tell(w, &settlement, "settlement.contradicted");
    }
    if !matches!(outcome, PayoutOutcome::Known | PayoutOutcome::Contradicts) {
        store::said(&mut w.tx, realm, one, &told.status).await?;
        one.status.clone_from(&told.status);
    }
    Ok(outcome)
}

async fn keep(
    w: &mut Work,
    report: &mut PayoutReport,
    no: i64,
    told: &Told,
    one: Option<&Ordered>,
    outcome: PayoutOutcome,
) -> Result<()> {
    match outcome {
        PayoutOutcome::Paid => report.paid += 1,
        PayoutOutcome::Failed => report.failed += 1,
        PayoutOutcome::Noted | PayoutOutcome::Known => report.noted += 1,
        PayoutOutcome::Contradicts | PayoutOutcome::Unknown => report.doubts += 1,
    }
    let item = PayoutReportItem {
        report_id: report.id,
        no,
        level: told.level,
        original_message_id: report.original_message_id.clone(),
        end_to_end: one.map_or_else(|| told.end_to_end.clone(), |one| one.end_to_end.clone()),
        status: told.status.clone(),
        reason: told.reason.clone(),
        amount: told.amount,
        on: told.on,
        outcome,
        settlement_id: one.map(|one| one.settlement_id),
        note: None,
    };
    let (realm, payer) = (realm(w), report.payer_id);
    store::insert_item(&mut w.tx, realm, payer, &item).await
}

/// Answers of banks to files of a payer, the latest first.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn payout_report_list(
    p: &Platform,
    ctx: &OpCtx,
    payer: AccountId,
) -> Result<Vec<PayoutReport>> {
    p.read(ctx, &payer, |w, payer| {
        Box::pin(async move {
            authorize_to(w, Action::LedgerView, *payer).await?;
            let realm = realm(w);
            store::reports(&mut w.tx, realm, *payer, TOLD).await
        })
    })
    .await
}

/// What an answer of a bank says, and what became of it.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn payout_report_items(
    p: &Platform,
    ctx: &OpCtx,
    id: StatusReportId,
) -> Result<Vec<PayoutReportItem>> {
    p.read(ctx, &id, |w, id| {
        Box::pin(async move {
            report_of(w, *id, Action::LedgerView).await?;
            let realm = realm(w);
            store::items(&mut w.tx, realm, *id, rules::TOLD_MAX as i64).await
        })
    })
    .await
}

async fn report_of(w: &mut Work, id: StatusReportId, action: Action) -> Result<AccountId> {
    let realm = realm(w);
    let payer = store::payer(&mut w.tx, realm, id)
        .await?
        .ok_or_else(|| Error::not_found(id))?;
    authorize_to(w, action, payer)
        .await
        .map_err(|_| Error::not_found(id))?;
    Ok(payer)
}

/// What banks have said to a payer that waits for a person, the oldest first.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn payout_doubts(
    p: &Platform,
    ctx: &OpCtx,
    payer: AccountId,
) -> Result<Vec<PayoutReportItem>> {
    p.read(ctx, &payer, |w, payer| {
        Box::pin(async move {
            authorize_to(w, Action::LedgerView, *payer).await?;
            let realm = realm(w);
            store::doubts(&mut w.tx, realm, *payer, TOLD).await
        })
    })
    .await
}

/// Notes that a person has looked at what a bank has said, and what came of it.
///
/// # Errors
/// `note`; `not_in_doubt` where nothing waits there; `NotFound`, `Forbidden`.
pub async fn payout_doubt_looked(
    p: &Platform,
    ctx: &OpCtx,
    id: StatusReportId,
    no: i64,
    input: &ReportLooked,
) -> Result<()> {
    p.command(
        ctx,
        "payout.looked",
        &(id, no, input),
        |w, (id, no, input)| {
            Box::pin(async move {
                let payer = report_of(w, *id, Action::LedgerManage).await?;
                let note = text::trimmed("note", &input.note, 1, 140)?;
                let realm = realm(w);
                if !store::looked(&mut w.tx, realm, *id, *no, &note).await? {
                    let text = "nothing there waits for somebody to look";
                    return Err(Error::conflict("not_in_doubt", text));
                }
                w.audit(AuditEntry {
                    action: "payout.looked",
                    kind: "account",
                    id: payer.to_string(),
                    account: payer,
                    summary: json!({ "report": id, "no": no, "note": note }),
                });
                Ok(())
            })
        },
    )
    .await
}
