//! Importing a FOCUS file: streamed, in batches of their own transactions, exactly once however often it is repeated.

use super::file::{ImportProgress, Piece, read_pieces};
use super::hold::authorize;
use super::ingest::{ID_REUSED, ingest_in};
use super::prepare::Origin;
use crate::rules::{COST_METER, FocusRow, content_digest};
use crate::store::{held, import as store};
use crate::types::{ImportFormat, ImportProblem, ImportState, OnError, UsageImport, UsageInput};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;
use tradewind_kernel::id::{ImportId, SubscriptionId};
use tradewind_kernel::page::{Page, PageRequest};
use tradewind_kernel::{Error, Result, text};
use tradewind_platform::{AuditEntry, NewEvent, OpCtx, Platform, Work};

/// Problems kept with an import; the others are counted.
pub(super) const PROBLEMS_MAX: usize = 100;

/// How to import.
#[derive(Debug, Clone)]
pub struct ImportOptions {
    /// Name of the file, for people.
    pub file_name: String,
    /// What to do about malformed rows.
    pub on_error: OnError,
}

/// Imports a FOCUS 1.0 file. Rows that are malformed, or that go by the id of another record, are left out and named, or
/// the whole file is refused, as asked; a file whose header is wrong is always refused as a whole. An import that was cut
/// off is continued by importing the file again.
///
/// # Errors
/// Forbidden; when the file can't be read. What is wrong *in* the file is in the answer.
pub async fn focus_import(
    p: &Platform,
    ctx: &OpCtx,
    file: &Path,
    options: &ImportOptions,
    progress: &(dyn Fn(ImportProgress) + Send + Sync),
) -> Result<UsageImport> {
    text::check_len("file_name", &options.file_name, 1, 200)?;
    let mut import = start(p, ctx, &options.file_name).await?;
    if options.on_error == OnError::Abort {
        let checked = check(p, ctx, import.clone(), file).await?;
        if checked.rejected > 0 {
            let failed = UsageImport {
                accepted: 0,
                duplicate: 0,
                held: 0,
                review: 0,
                ..checked
            };
            return end(p, ctx, failed, ImportState::Failed).await;
        }
    }
    let mut pieces = read_pieces(file.to_owned())?;
    while let Some(piece) = pieces.recv().await {
        let piece = piece?;
        progress(piece.progress);
        let whole = piece.whole;
        import = take_in(p, ctx, &import, piece).await?;
        if !whole {
            return end(p, ctx, import, ImportState::Failed).await;
        }
    }
    let nothing = import.rejected > 0 && import.rejected == import.rows;
    let state = if nothing {
        ImportState::Failed
    } else {
        ImportState::Done
    };
    end(p, ctx, import, state).await
}

/// Goes through a file as if it were imported, and changes nothing.
async fn check(
    p: &Platform,
    ctx: &OpCtx,
    mut import: UsageImport,
    file: &Path,
) -> Result<UsageImport> {
    let dry = ctx.clone().as_dry_run();
    let nobody = SubscriptionId::generate();
    let mut contents = HashMap::new();
    let mut pieces = read_pieces(file.to_owned())?;
    while let Some(piece) = pieces.recv().await {
        let mut piece = piece?;
        // The store tells what is reused within a piece or from before; this tells it over the whole file.
        let mut fresh = Vec::with_capacity(piece.rows.len());
        for row in std::mem::take(&mut piece.rows) {
            let [name, content] = fingerprints(&row, nobody);
            if *contents.entry(name).or_insert(content) == content {
                fresh.push(row);
            } else {
                piece.malformed += 1;
                piece.refuse(id_reused(&row));
            }
        }
        piece.rows = fresh;
        import = take_in(p, &dry, &import, piece).await?;
    }
    Ok(import)
}

/// Short digests of a row's name and of what it says.
fn fingerprints(row: &FocusRow, home: SubscriptionId) -> [u64; 2] {
    let record = row.record.clone().of(home, COST_METER);
    [
        format!("{}/{}", record.source, record.external_id),
        content_digest(&record, None),
    ]
    .map(|text| {
        let digest = Sha256::digest(text);
        u64::from_le_bytes(std::array::from_fn(|at| digest[at]))
    })
}

fn id_reused(row: &FocusRow) -> ImportProblem {
    ImportProblem {
        row: row.number,
        column: "Id".to_owned(),
        message: format!("{}: {ID_REUSED}", row.record.external_id),
    }
}

/// Whether the principal may import at all, to be asked before a file is received.
///
/// # Errors
/// Not found, forbidden.
pub async fn import_allowed(p: &Platform, ctx: &OpCtx) -> Result<()> {
    p.read(ctx, &(), |w, ()| {
        Box::pin(async move { authorize(w).await.map(drop) })
    })
    .await
}

/// One import.
///
/// # Errors
/// Not found, forbidden.
pub async fn import_get(p: &Platform, ctx: &OpCtx, id: ImportId) -> Result<UsageImport> {
    p.read(ctx, &id, |w, id| {
        Box::pin(async move {
            authorize(w).await?;
            let realm = w.ctx.realm;
            store::get(&mut w.tx, realm, *id)
                .await?
                .ok_or_else(|| Error::not_found(*id))
        })
    })
    .await
}

/// Imports, the latest first.
///
/// # Errors
/// Forbidden, a malformed page.
pub async fn import_list(
    p: &Platform,
    ctx: &OpCtx,
    page: &PageRequest,
) -> Result<Page<UsageImport>> {
    p.read(ctx, page, |w, page| {
        Box::pin(async move {
            authorize(w).await?;
            let before = page
                .after
                .as_deref()
                .map(str::parse::<ImportId>)
                .transpose()?;
            let realm = w.ctx.realm;
            let mut items =
                store::latest(&mut w.tx, realm, before, page.limit.saturating_add(1)).await?;
            let more = items.len() > page.limit as usize;
            items.truncate(page.limit as usize);
            let next = items
                .last()
                .filter(|_| more)
                .map(|last| last.id.to_string());
            Ok(Page { items, next })
        })
    })
    .await
}

async fn start(p: &Platform, ctx: &OpCtx, file_name: &str) -> Result<UsageImport> {
    p.command(
        &without_key(ctx),
        "usage.import_start",
        file_name,
        |w, file_name| {
            Box::pin(async move {
                let root = authorize(w).await?;
                let import = UsageImport {
                    id: ImportId::generate(),
                    format: ImportFormat::Focus,
                    file_name: file_name.to_owned(),
                    digest: String::new(),
                    state: ImportState::Running,
                    rows: 0,
                    accepted: 0,
                    duplicate: 0,
                    held: 0,
                    review: 0,
                    rejected: 0,
                    problems: Vec::new(),
                    started_by: w.ctx.principal.label(),
                    started_at: w.ctx.now,
                    finished_at: None,
                };
                let realm = w.ctx.realm;
                store::insert(&mut w.tx, realm, &import).await?;
                w.audit(AuditEntry {
                    action: "usage.import_start",
                    kind: "import",
                    id: import.id.to_string(),
                    account: root,
                    summary: json!({ "file_name": file_name }),
                });
                Ok(import)
            })
        },
    )
    .await
}

/// Notes the end of an import; whoever rates usage hears of it.
async fn end(
    p: &Platform,
    ctx: &OpCtx,
    mut import: UsageImport,
    state: ImportState,
) -> Result<UsageImport> {
    import.state = state;
    import.problems.sort_by_key(|problem| problem.row);
    p.command(
        &without_key(ctx),
        "usage.import_end",
        &import,
        |w, import| {
            Box::pin(async move {
                let root = authorize(w).await?;
                let import = UsageImport {
                    finished_at: Some(w.ctx.now),
                    ..import.clone()
                };
                let realm = w.ctx.realm;
                store::update(&mut w.tx, realm, &import).await?;
                w.emit(NewEvent {
                    kind: match import.state {
                        ImportState::Failed => "usage.import_failed",
                        _ => "usage.imported",
                    },
                    subject: import.id.to_string(),
                    account: root,
                    data: json!({
                        "file_name": import.file_name,
                        "rows": import.rows,
                        "accepted": import.accepted,
                        "duplicate": import.duplicate,
                        "held": import.held,
                        "review": import.review,
                        "rejected": import.rejected,
                    }),
                });
                Ok(import)
            })
        },
    )
    .await
}

/// Takes one piece in, in a transaction of its own.
async fn take_in(
    p: &Platform,
    ctx: &OpCtx,
    import: &UsageImport,
    piece: Piece,
) -> Result<UsageImport> {
    let mut before = import.clone();
    before.rows += to_i64(piece.rows.len() as u64)? + piece.malformed;
    before.rejected += piece.rejected;
    if let Some(digest) = piece.digest {
        before.digest = digest;
    }
    for problem in piece.problems {
        keep(&mut before.problems, problem);
    }
    let rows = Arc::new(piece.rows);
    p.command(
        &without_key(ctx),
        "usage.import_piece",
        &before,
        move |w, before| {
            let rows = rows.clone();
            Box::pin(async move {
                let mut import = before.clone();
                count_rows(w, &mut import, &rows).await?;
                let realm = w.ctx.realm;
                store::update(&mut w.tx, realm, &import).await?;
                Ok(import)
            })
        },
    )
    .await
}

async fn count_rows(w: &mut Work, import: &mut UsageImport, rows: &[FocusRow]) -> Result<()> {
    let homes = homes(w, rows).await?;
    let mut homed: Vec<UsageInput> = Vec::new();
    let mut numbers: Vec<u64> = Vec::new();
    let mut homeless: Vec<&FocusRow> = Vec::new();
    for row in rows {
        match homes
            .get(row.provider.as_str())
            .and_then(|by_id| by_id.get(&row.sub_account))
        {
            Some(subscription) => {
                homed.push(row.record.clone().of(*subscription, COST_METER));
                numbers.push(row.number);
            }
            None => homeless.push(row),
        }
    }
    let origin = Origin::of(Some(import.id), w.ctx.now);
    let report = ingest_in(w, &homed, origin).await?;
    import.accepted += to_i64(report.accepted)?;
    import.duplicate += to_i64(report.duplicate)?;
    import.review += to_i64(report.review)?;
    import.rejected += to_i64(report.rejected)?;
    for ((record, row), outcome) in homed.iter().zip(numbers).zip(&report.outcomes) {
        if let Some(problem) = outcome.problems.first() {
            let problem = ImportProblem {
                row,
                column: column_of(&problem.field).to_owned(),
                message: format!("{}: {}", record.external_id, problem.message),
            };
            keep(&mut import.problems, problem);
        }
    }
    hold(w, import, &homeless).await
}

/// Whose the sub-accounts of some rows are, by provider and id. They are locked: assigning one at the same time either
/// comes first and is seen here, or waits and then finds what is held here.
async fn homes<'a>(
    w: &mut Work,
    rows: &'a [FocusRow],
) -> Result<HashMap<&'a str, HashMap<String, SubscriptionId>>> {
    let (realm, now) = (w.ctx.realm, w.ctx.now);
    let mut names: BTreeMap<(&str, &str), &str> = BTreeMap::new();
    let mut by_provider: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for row in rows {
        names.insert((&row.provider, &row.sub_account), &row.sub_account_name);
        by_provider
            .entry(&row.provider)
            .or_default()
            .insert(&row.sub_account);
    }
    let seen: Vec<(&str, &str, &str)> = names
        .iter()
        .map(|((provider, id), name)| (*provider, *id, *name))
        .collect();
    held::seen(&mut w.tx, realm, &seen, now).await?;
    let mut homes = HashMap::new();
    for (provider, ids) in by_provider {
        let ids: Vec<&str> = ids.into_iter().collect();
        homes.insert(
            provider,
            held::assigned(&mut w.tx, realm, provider, &ids).await?,
        );
    }
    Ok(homes)
}

/// Holds rows whose sub-account is nobody's yet.
async fn hold(w: &mut Work, import: &mut UsageImport, homeless: &[&FocusRow]) -> Result<()> {
    if homeless.is_empty() {
        return Ok(());
    }
    let (realm, now) = (w.ctx.realm, w.ctx.now);
    let new: Vec<held::NewHeld<'_>> = homeless
        .iter()
        .map(|row| held::NewHeld {
            draft: &row.record,
            provider: &row.provider,
            sub_account: &row.sub_account,
            reason: "the sub-account is not assigned to a subscription",
        })
        .collect();
    let mut fresh: HashSet<(String, String)> = held::hold(&mut w.tx, realm, &new, import.id, now)
        .await?
        .into_iter()
        .collect();
    let mut known: BTreeMap<&str, Vec<&FocusRow>> = BTreeMap::new();
    for row in homeless {
        let name = (row.record.source.clone(), row.record.external_id.clone());
        if fresh.remove(&name) {
            import.held += 1;
        } else {
            known.entry(&row.record.source).or_default().push(row);
        }
    }
    for (source, rows) in known {
        let ids: Vec<&str> = rows.iter().map(|r| r.record.external_id.as_str()).collect();
        let bodies = held::bodies(&mut w.tx, realm, source, &ids).await?;
        for row in rows {
            if bodies.get(&row.record.external_id) == Some(&row.record) {
                import.duplicate += 1;
            } else {
                import.rejected += 1;
                keep(&mut import.problems, id_reused(row));
            }
        }
    }
    Ok(())
}

/// The column that a field of a record comes from.
fn column_of(field: &str) -> &str {
    match field {
        "external_id" => "Id",
        "quantity" => "ConsumedQuantity",
        "cost" => "BilledCost",
        "subscription_id" => "SubAccountId",
        _ => "",
    }
}

fn keep(problems: &mut Vec<ImportProblem>, problem: ImportProblem) {
    if problems.len() < PROBLEMS_MAX {
        problems.push(problem);
    }
}

fn to_i64(count: u64) -> Result<i64> {
    i64::try_from(count).map_err(Error::internal)
}

/// Steps of an import are no requests of their own; exactly-once comes from the records' names.
fn without_key(ctx: &OpCtx) -> OpCtx {
    OpCtx {
        idempotency_key: None,
        ..ctx.clone()
    }
}
