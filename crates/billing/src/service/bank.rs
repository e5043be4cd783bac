//! Bank statements: files come in, entries are kept once, and lists of them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::json;
use tradewind_kernel::{
    Error, Money, Result,
    filter::{Filter, Sort},
    id::{AccountId, BankEntryId, BankStatementId, RealmId},
    page::Page,
    text,
};
use tradewind_platform::{AuditEntry, KeyRing, OpCtx, Platform, Work};
use tradewind_policy::{Action, ResourceKind};

use super::{ListQuery, bank_match::matched, realm};
use crate::{
    rules::bank::{self as rules, BankFile, ReadEntry, ReadStatement},
    store::bank::{self as store, EntryRow, NewEntry},
    types::{
        BankDirection, BankDoubt, BankEntry, BankEntryState, BankFormat, BankImport, BankStatement,
        CsvMapping, NamedMapping,
    },
};

/// Entries that one statement of the database takes.
const PIECE: usize = 500;

/// A file of a bank.
#[derive(Debug, Clone)]
pub struct BankFileImport<'a> {
    /// Whose account it is about.
    pub seller_id: AccountId,
    /// Its name, for people.
    pub file_name: &'a str,
    /// What is in it.
    pub content: &'a [u8],
    /// The mapping by which its columns are read; ISO 20022 when left out.
    pub mapping: Option<&'a str>,
}

/// What the command of an import is told apart by; what was read goes along.
#[derive(Serialize)]
struct Taken {
    seller_id: AccountId,
    file_name: String,
    digest: String,
    mapping: Option<String>,
    #[serde(skip)]
    file: Arc<BankFile>,
}

/// Whose bank account it is: only that seller's people see it, and those who may record payments to it change anything.
pub(super) async fn authorize(w: &mut Work, seller: AccountId, action: Action) -> Result<()> {
    let target = tradewind_accounts::service::target(w, ResourceKind::Payment, seller).await?;
    w.authorize_for(action, &target.traded(seller, seller), &seller)
}

/// Takes a file in: each entry once, however often it comes and in however many files. What is then exactly and clearly for
/// something is recorded as payments; everything else waits for a person. Of a file that is wrong nothing is taken.
///
/// # Errors
/// `mapping` when there is none of this name, `file_name`; as [`rules::read`] for the file; `NotFound`, `Forbidden`.
pub async fn bank_import(
    p: &Platform,
    ctx: &OpCtx,
    input: &BankFileImport<'_>,
) -> Result<BankImport> {
    text::check_len("file_name", input.file_name, 1, 200)?;
    let wanted = (input.seller_id, input.mapping.map(str::to_owned));
    let mapping = p.read(ctx, &wanted, |w, (seller, name)| {
        Box::pin(async move {
            authorize(w, *seller, Action::PaymentRecord).await?;
            match name {
                None => Ok(None),
                Some(name) => mapping_of(w, *seller, name).await.map(Some),
            }
        })
    });
    let mapping = mapping.await?;
    let file = rules::read(input.content, input.mapping.zip(mapping.as_ref()))?;
    let taken = Taken {
        seller_id: input.seller_id,
        file_name: input.file_name.to_owned(),
        digest: rules::hash(&[&rules::decode(input.content)]),
        mapping: wanted.1,
        file: Arc::new(file),
    };
    let keys = p.keys().clone();
    let mut import = p
        .command(ctx, "bank.import", &taken, move |w, taken| {
            let keys = keys.clone();
            Box::pin(async move { take(w, &keys, taken).await })
        })
        .await?;
    if !ctx.dry_run {
        let found = matched(p, ctx, input.seller_id).await?;
        import.matched = found;
        import.unmatched = import.unmatched.saturating_sub(found);
    }
    Ok(import)
}

async fn mapping_of(w: &mut Work, seller: AccountId, name: &str) -> Result<CsvMapping> {
    store::mapping(&mut w.tx, w.ctx.realm, seller, name)
        .await?
        .ok_or_else(|| {
            Error::invalid(
                "mapping",
                "unknown_value",
                "there is no mapping of this name",
            )
        })
}

async fn take(w: &mut Work, keys: &KeyRing, taken: &Taken) -> Result<BankImport> {
    authorize(w, taken.seller_id, Action::PaymentRecord).await?;
    let realm = realm(w);
    let mut import = BankImport {
        pending: taken.file.pending,
        ..BankImport::default()
    };
    for read in &taken.file.statements {
        let (id, key) = (BankStatementId::generate(), rules::statement_key(read));
        let mut statement = head(id, taken, read, w);
        let before = store::closing_before(&mut w.tx, realm, &statement).await?;
        if let (Some(opening), Some(before)) = (statement.opening, before) {
            statement.gap = Some(opening.sub(before)?).filter(|gap| !gap.is_zero());
        }
        let new = store::insert_statement(&mut w.tx, realm, &key, &statement).await?;
        if !new {
            statement.id = store::statement_by_key(&mut w.tx, realm, taken.seller_id, &key)
                .await?
                .ok_or_else(|| Error::internal("a statement is known and not there"))?;
        }
        let entry_keys = rules::keys(read);
        let rows: Vec<NewEntry> = read
            .entries
            .iter()
            .zip(entry_keys)
            .map(|(entry, key)| {
                Ok(NewEntry {
                    row: row(realm, keys, &statement, entry)?,
                    key,
                })
            })
            .collect::<Result<_>>()?;
        let mut states = Vec::new();
        for piece in rows.chunks(PIECE) {
            states.extend(store::insert_entries(&mut w.tx, realm, piece).await?);
        }
        let count = |state| states.iter().filter(|one| **one == state).count() as u64;
        import.entries += read.entries.len() as u64;
        import.known += (read.entries.len() - states.len()) as u64;
        import.unmatched += count(BankEntryState::Unmatched);
        import.outgoing += count(BankEntryState::Outgoing);
        let fresh = i64::try_from(states.len()).unwrap_or(i64::MAX);
        store::add_taken(&mut w.tx, realm, statement.id, fresh).await?;
        if new {
            statement.taken = fresh;
            import.statements.push(statement);
        }
    }
    w.audit(AuditEntry {
        action: "bank.import",
        kind: "account",
        id: taken.seller_id.to_string(),
        account: taken.seller_id,
        summary: json!({ "file": taken.file_name, "entries": import.entries, "known": import.known }),
    });
    Ok(import)
}

fn head(id: BankStatementId, taken: &Taken, read: &ReadStatement, w: &Work) -> BankStatement {
    BankStatement {
        id,
        seller_id: taken.seller_id,
        account: read.account.clone(),
        currency: read.currency,
        format: match taken.mapping {
            Some(_) => BankFormat::Csv,
            None => BankFormat::Camt053,
        },
        file_name: taken.file_name.clone(),
        bank_id: read.bank_id.clone(),
        from: read.from,
        until: read.until,
        opening: read.opening,
        closing: read.closing,
        gap: None,
        entries: i64::try_from(read.entries.len()).unwrap_or(i64::MAX),
        taken: 0,
        created_at: w.ctx.now,
    }
}

/// Where the account of the other side is sealed.
fn place(id: BankEntryId) -> String {
    format!("bank_entry.account/{id}")
}

/// The account of the other side in full.
pub(super) fn account_of(keys: &KeyRing, row: &EntryRow) -> Result<String> {
    if row.account.is_empty() {
        return Ok(String::new());
    }
    Ok(keys.open(&place(row.id), &row.account)?.expose().to_owned())
}

fn row(
    realm: RealmId,
    keys: &KeyRing,
    statement: &BankStatement,
    entry: &ReadEntry,
) -> Result<EntryRow> {
    let id = BankEntryId::generate();
    let state = match (entry.direction, entry.reversal) {
        (BankDirection::Debit, false) => BankEntryState::Outgoing,
        _ => BankEntryState::Unmatched,
    };
    let known = |text: String| {
        if entry.account.is_empty() {
            String::new()
        } else {
            text
        }
    };
    Ok(EntryRow {
        id,
        seller_id: statement.seller_id,
        statement_id: statement.id,
        booked_on: entry.booked_on,
        direction: entry.direction,
        amount: entry.amount.minor,
        currency: entry.amount.currency,
        reversal: entry.reversal,
        reference: entry.reference.clone(),
        name: entry.name.clone(),
        account_hint: rules::hint(&entry.account),
        account: if entry.account.is_empty() {
            String::new()
        } else {
            keys.seal(&place(id), &entry.account)?
        },
        payer_key: known(rules::hash(&[&realm.to_string(), &entry.account])),
        text: entry.text.clone(),
        words: rules::plain(&entry.words().replace('\u{1f}', " ; "), 2_000),
        state,
        by_hand: false,
        doubt: match state {
            BankEntryState::Unmatched if entry.reversal => Some(BankDoubt::TakenBack),
            _ => None,
        },
        reason: String::new(),
        settled_at: None,
    })
}

/// Entries of the bank accounts of a seller. Fields: `state`, `direction`, `statement`, `name`, `text`, `reference`, `booked`.
///
/// # Errors
/// What is wrong with filter, sort or page; `NotFound`, `Forbidden`.
pub async fn bank_entry_list(
    p: &Platform,
    ctx: &OpCtx,
    seller: AccountId,
    query: &ListQuery,
) -> Result<Page<BankEntry>> {
    p.read(ctx, &(seller, query), |w, (seller, query)| {
        Box::pin(async move {
            authorize(w, *seller, Action::PaymentView).await?;
            let filter = Filter::parse(&query.filter, &store::ENTRY_FIELDS)?;
            let sort = Sort::parse(&query.sort, &store::ENTRY_FIELDS)?;
            store::entries(&mut w.tx, w.ctx.realm, *seller, &filter, &sort, &query.page).await
        })
    })
    .await
}

/// Statements of the bank accounts of a seller, the latest first. Fields: `account`, `currency`, `until`.
///
/// # Errors
/// What is wrong with filter, sort or page; `NotFound`, `Forbidden`.
pub async fn bank_statement_list(
    p: &Platform,
    ctx: &OpCtx,
    seller: AccountId,
    query: &ListQuery,
) -> Result<Page<BankStatement>> {
    p.read(ctx, &(seller, query), |w, (seller, query)| {
        Box::pin(async move {
            authorize(w, *seller, Action::PaymentView).await?;
            let filter = Filter::parse(&query.filter, &store::STATEMENT_FIELDS)?;
            let sort = Sort::parse(&query.sort, &store::STATEMENT_FIELDS)?;
            store::statements_of(&mut w.tx, w.ctx.realm, *seller, &filter, &sort, &query.page).await
        })
    })
    .await
}

/// One statement.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn bank_statement_get(
    p: &Platform,
    ctx: &OpCtx,
    id: BankStatementId,
) -> Result<BankStatement> {
    p.read(ctx, &id, |w, id| {
        Box::pin(async move {
            let found = store::statement(&mut w.tx, w.ctx.realm, *id)
                .await?
                .ok_or_else(|| Error::not_found(*id))?;
            let target =
                tradewind_accounts::service::target(w, ResourceKind::Payment, found.seller_id)
                    .await?;
            let target = target.traded(found.seller_id, found.seller_id);
            w.authorize_for(Action::PaymentView, &target, id)?;
            Ok(found)
        })
    })
    .await
}

/// How many entries of a seller wait for a person; those after `at_most` are not counted.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn bank_unmatched(
    p: &Platform,
    ctx: &OpCtx,
    seller: AccountId,
    at_most: i64,
) -> Result<i64> {
    p.read(ctx, &seller, |w, seller| {
        Box::pin(async move {
            authorize(w, *seller, Action::PaymentView).await?;
            store::unmatched(&mut w.tx, w.ctx.realm, *seller, at_most).await
        })
    })
    .await
}

/// The mappings that a seller has named.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn bank_mapping_list(
    p: &Platform,
    ctx: &OpCtx,
    seller: AccountId,
) -> Result<Vec<NamedMapping>> {
    p.read(ctx, &seller, |w, seller| {
        Box::pin(async move {
            authorize(w, *seller, Action::PaymentView).await?;
            store::mappings(&mut w.tx, w.ctx.realm, *seller).await
        })
    })
    .await
}

/// A mapping to keep.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BankMappingSet {
    /// Whose files.
    pub seller_id: AccountId,
    /// Its name.
    pub name: String,
    /// How files are read; the mapping is forgotten when left out.
    pub mapping: Option<CsvMapping>,
}

/// Keeps a mapping under a name, or forgets it.
///
/// # Errors
/// `name`, `mapping.…`; `mapping` when there is none to forget; `NotFound`, `Forbidden`.
pub async fn bank_mapping_set(p: &Platform, ctx: &OpCtx, input: &BankMappingSet) -> Result<()> {
    p.command(ctx, "bank.mapping_set", input, |w, input| {
        Box::pin(async move {
            authorize(w, input.seller_id, Action::PaymentRecord).await?;
            let realm = realm(w);
            let name = text::trimmed("name", &input.name, 1, 60)?;
            match &input.mapping {
                Some(mapping) => {
                    rules::check_mapping(mapping)?;
                    let one = NamedMapping {
                        name,
                        mapping: mapping.clone(),
                    };
                    store::set_mapping(&mut w.tx, realm, input.seller_id, &one).await?;
                }
                None => {
                    if !store::drop_mapping(&mut w.tx, realm, input.seller_id, &name).await? {
                        return Err(Error::NotFound {
                            kind: "bank_mapping",
                            id: name,
                        });
                    }
                }
            }
            w.audit(AuditEntry {
                action: "bank.mapping_set",
                kind: "account",
                id: input.seller_id.to_string(),
                account: input.seller_id,
                summary: json!({ "name": input.name, "after": input.mapping }),
            });
            Ok(())
        })
    })
    .await
}

/// The amount of an entry as its account sees it.
#[must_use]
pub fn signed(entry: &BankEntry) -> Money {
    match entry.direction {
        BankDirection::Credit => entry.amount,
        BankDirection::Debit => {
            Money::new(entry.amount.minor.saturating_neg(), entry.amount.currency)
        }
    }
}

/// Whether the principal may import statements of a seller.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn bank_import_allowed(p: &Platform, ctx: &OpCtx, seller: AccountId) -> Result<()> {
    p.read(ctx, &seller, |w, seller| {
        Box::pin(async move { authorize(w, *seller, Action::PaymentRecord).await })
    })
    .await
}
