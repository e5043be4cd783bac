//! Importing a FOCUS file: streamed, in batches of their own transactions, exactly once however often it is repeated.

use super::hold::authorize;
use super::ingest::{BATCH_MAX, ingest_in};
use crate::rules::{FocusRow, FocusTable};
use crate::store::{held, import as store};
use crate::types::{
    ImportFormat, ImportProblem, ImportState, IngestStatus, OnError, UsageImport, UsageInput,
};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::mpsc;
use tradewind_kernel::id::ImportId;
use tradewind_kernel::page::{Page, PageRequest};
use tradewind_kernel::{Error, Result, text};
use tradewind_platform::{AuditEntry, OpCtx, Platform, Work};

/// Problems kept with an import; the others are counted.
const PROBLEMS_MAX: usize = 100;

/// How to import.
#[derive(Debug, Clone)]
pub struct ImportOptions {
    /// Name of the file, for people.
    pub file_name: String,
    /// What to do about malformed rows.
    pub on_error: OnError,
}

/// How far an import has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImportProgress {
    /// Bytes read so far.
    pub bytes: u64,
    /// Bytes of the whole file.
    pub bytes_total: u64,
    /// Rows read so far.
    pub rows: u64,
}

/// A piece of a file: rows that were understood, and what was wrong with the others.
struct Piece {
    rows: Vec<FocusRow>,
    problems: Vec<ImportProblem>,
    rejected: i64,
    progress: ImportProgress,
    /// Set with the last piece.
    digest: Option<String>,
}

/// Imports a FOCUS 1.0 file. Malformed rows are left out and named, or the whole file is refused, as asked; a file whose
/// header is wrong is always refused as a whole. An import that was cut off is continued by importing the file again.
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
        let mut checking = read_pieces(file.to_owned())?;
        while let Some(piece) = checking.recv().await {
            note_problems(&mut import, piece?);
        }
        if import.rejected > 0 {
            return end(p, ctx, import, ImportState::Failed).await;
        }
        import.rows = 0;
    }
    let mut pieces = read_pieces(file.to_owned())?;
    while let Some(piece) = pieces.recv().await {
        let mut piece = match piece {
            Ok(piece) => piece,
            Err(error) => {
                end(p, ctx, import, ImportState::Failed).await?;
                return Err(error);
            }
        };
        progress(piece.progress);
        let rows = std::mem::take(&mut piece.rows);
        note_problems(&mut import, piece);
        import = take_in(p, ctx, import, rows).await?;
    }
    // A header that is wrong leaves nothing to import.
    let state = if import.rows == 0 && import.rejected > 0 {
        ImportState::Failed
    } else {
        ImportState::Done
    };
    end(p, ctx, import, state).await
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

async fn end(
    p: &Platform,
    ctx: &OpCtx,
    mut import: UsageImport,
    state: ImportState,
) -> Result<UsageImport> {
    import.state = state;
    p.command(
        &without_key(ctx),
        "usage.import_end",
        &import,
        |w, import| {
            Box::pin(async move {
                let import = UsageImport {
                    finished_at: Some(w.ctx.now),
                    ..import.clone()
                };
                let realm = w.ctx.realm;
                store::update(&mut w.tx, realm, &import).await?;
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
    import: UsageImport,
    rows: Vec<FocusRow>,
) -> Result<UsageImport> {
    let rows = Arc::new(rows);
    p.command(
        &without_key(ctx),
        "usage.import_piece",
        &import,
        move |w, import| {
            let rows = rows.clone();
            Box::pin(async move {
                let mut import = import.clone();
                import.rows += i64::try_from(rows.len()).map_err(Error::internal)?;
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
    let (realm, now) = (w.ctx.realm, w.ctx.now);
    let seen: BTreeSet<(&str, &str, &str)> = rows
        .iter()
        .map(|row| {
            (
                row.provider.as_str(),
                row.sub_account.as_str(),
                row.sub_account_name.as_str(),
            )
        })
        .collect();
    held::seen(
        &mut w.tx,
        realm,
        &seen.iter().copied().collect::<Vec<_>>(),
        now,
    )
    .await?;
    let mut assigned = HashMap::new();
    for provider in seen
        .iter()
        .map(|(provider, _, _)| *provider)
        .collect::<BTreeSet<_>>()
    {
        assigned.insert(provider, held::assigned(&mut w.tx, realm, provider).await?);
    }

    let mut homed: Vec<UsageInput> = Vec::new();
    let mut homeless: Vec<&FocusRow> = Vec::new();
    for row in rows {
        match assigned
            .get(row.provider.as_str())
            .and_then(|by_id| by_id.get(&row.sub_account))
        {
            Some(subscription) => homed.push(row.record.clone().of(*subscription)),
            None => homeless.push(row),
        }
    }
    let report = ingest_in(w, &homed, Some(import.id)).await?;
    import.accepted += to_i64(report.accepted)?;
    import.duplicate += to_i64(report.duplicate)?;
    import.rejected += to_i64(report.rejected)?;
    for (record, outcome) in homed
        .iter()
        .zip(&report.outcomes)
        .filter(|(_, outcome)| outcome.status == IngestStatus::Rejected)
    {
        let message = outcome
            .problems
            .first()
            .map(|problem| problem.message.clone())
            .unwrap_or_default();
        keep(
            &mut import.problems,
            ImportProblem {
                row: 0,
                column: String::new(),
                message: format!("{}: {message}", record.external_id),
            },
        );
    }
    hold(w, import, &homeless).await
}

/// Holds rows whose sub-account is nobody's yet.
async fn hold(w: &mut Work, import: &mut UsageImport, homeless: &[&FocusRow]) -> Result<()> {
    if homeless.is_empty() {
        return Ok(());
    }
    let (realm, now) = (w.ctx.realm, w.ctx.now);
    let mut by_source: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for row in homeless {
        by_source
            .entry(&row.record.source)
            .or_default()
            .push(&row.record.external_id);
    }
    let new: Vec<held::NewHeld<'_>> = homeless
        .iter()
        .map(|row| held::NewHeld {
            draft: &row.record,
            provider: &row.provider,
            sub_account: &row.sub_account,
            reason: "the sub-account is not assigned to a subscription",
        })
        .collect();
    let fresh = to_i64(held::hold(&mut w.tx, realm, &new, import.id, now).await?)?;
    import.held += fresh;
    import.duplicate += i64::try_from(homeless.len()).map_err(Error::internal)? - fresh;
    Ok(())
}

fn note_problems(import: &mut UsageImport, piece: Piece) {
    import.rejected += piece.rejected;
    for problem in piece.problems {
        keep(&mut import.problems, problem);
    }
    if let Some(digest) = piece.digest {
        import.digest = digest;
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

/// Reads a file on a thread of its own, a few pieces ahead.
fn read_pieces(file: PathBuf) -> Result<mpsc::Receiver<Result<Piece>>> {
    let opened = File::open(&file).map_err(|error| unreadable(&file, &error))?;
    let bytes_total = opened
        .metadata()
        .map_err(|error| unreadable(&file, &error))?
        .len();
    let (sender, receiver) = mpsc::channel(2);
    tokio::task::spawn_blocking(move || {
        if let Err(error) = read(opened, bytes_total, &sender) {
            // Nobody listens any more when the import itself was dropped.
            let _ = sender.blocking_send(Err(unreadable(&file, &error)));
        }
    });
    Ok(receiver)
}

fn unreadable(file: &Path, error: &dyn std::fmt::Display) -> Error {
    Error::invalid(
        "file",
        "unreadable",
        format!("{} can't be read: {error}", file.display()),
    )
}

fn read(
    file: File,
    bytes_total: u64,
    sender: &mpsc::Sender<Result<Piece>>,
) -> Result<(), csv::Error> {
    let hash = Arc::new(Mutex::new(Sha256::new()));
    let source = BufReader::with_capacity(
        1 << 16,
        Hashing {
            inner: file,
            hash: hash.clone(),
        },
    );
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .has_headers(false)
        .from_reader(source);
    let mut record = csv::StringRecord::new();
    let mut piece = empty_piece(bytes_total);
    let table = match read_record(&mut reader, &mut record)? {
        Some(Ok(())) => FocusTable::new(record.iter()),
        Some(Err(problem)) => Err(problem),
        None => Err(ImportProblem {
            row: 1,
            column: String::new(),
            message: "the file is empty; expected a FOCUS 1.0 header".into(),
        }),
    };
    let table = match table {
        Ok(table) => table,
        Err(problem) => {
            piece.rejected = 1;
            piece.problems.push(problem);
            let _ = sender.blocking_send(Ok(piece));
            return Ok(());
        }
    };
    let mut occurrences = HashMap::new();
    let mut number: u64 = 1;
    while let Some(read) = read_record(&mut reader, &mut record)? {
        number += 1;
        let row = read
            .map_err(|problem| ImportProblem {
                row: number,
                ..problem
            })
            .and_then(|()| {
                let cells: Vec<&str> = record.iter().collect();
                table.row(number, &cells, &mut occurrences)
            });
        match row {
            Ok(row) => piece.rows.push(row),
            Err(problem) => {
                piece.rejected += 1;
                keep(&mut piece.problems, problem);
            }
        }
        if piece.rows.len() == BATCH_MAX || piece.rejected >= 10 * BATCH_MAX as i64 {
            piece.progress = ImportProgress {
                bytes: reader.position().byte(),
                bytes_total,
                rows: number - 1,
            };
            if sender
                .blocking_send(Ok(std::mem::replace(&mut piece, empty_piece(bytes_total))))
                .is_err()
            {
                return Ok(());
            }
        }
    }
    piece.progress = ImportProgress {
        bytes: bytes_total,
        bytes_total,
        rows: number - 1,
    };
    let digest = hash
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone()
        .finalize();
    piece.digest = Some(digest.iter().map(|byte| format!("{byte:02x}")).collect());
    let _ = sender.blocking_send(Ok(piece));
    Ok(())
}

fn empty_piece(bytes_total: u64) -> Piece {
    let progress = ImportProgress {
        bytes: 0,
        bytes_total,
        rows: 0,
    };
    Piece {
        rows: Vec::new(),
        problems: Vec::new(),
        rejected: 0,
        progress,
        digest: None,
    }
}

/// Reads one record; text that is not UTF-8 is a problem of its row, not of the file.
fn read_record<R: Read>(
    reader: &mut csv::Reader<R>,
    record: &mut csv::StringRecord,
) -> Result<Option<Result<(), ImportProblem>>, csv::Error> {
    match reader.read_record(record) {
        Ok(true) => Ok(Some(Ok(()))),
        Ok(false) => Ok(None),
        Err(error) if matches!(error.kind(), csv::ErrorKind::Utf8 { .. }) => {
            let message = "the row is not UTF-8 text".to_owned();
            Ok(Some(Err(ImportProblem {
                row: 1,
                column: String::new(),
                message,
            })))
        }
        Err(error) => Err(error),
    }
}

/// Hashes what is read through it.
struct Hashing<R> {
    inner: R,
    hash: Arc<Mutex<Sha256>>,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.hash
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .update(&buffer[..count]);
        Ok(count)
    }
}

/// A draft is what a held record keeps; named here so that the stored form has a test.
#[cfg(test)]
mod tests {
    use crate::rules::RecordDraft;

    #[test]
    fn a_held_draft_keeps_its_stored_form() {
        let text = r#"{"source":"focus:AWS","external_id":"1","starts_at":"2024-09-18T22:00:00Z","ends_at":"2024-09-18T23:00:00Z","quantity":"2.000","unit":"Requests","cost":"0.00000080000","currency":"USD","kind":"usage","dimensions":{"service_name":"Queue"},"attributes":{}}"#;
        let draft: RecordDraft = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&draft).unwrap(), text);
    }
}
