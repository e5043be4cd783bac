//! Files of payments for a bank, from settlements that are approved.

use serde::{Deserialize, Serialize};
use serde_json::json;
use tradewind_kernel::{
    Currency, Date, Error, Money, Problems, Result,
    id::{AccountId, PayoutFileId},
};
use tradewind_platform::{AuditEntry, OpCtx, Platform, Work};
use tradewind_policy::Action;
use utoipa::ToSchema;

use super::{books::authorize_to, realm};
use crate::{
    rules::{
        sepa::{self, Transfer},
        settlement::{self as rules, Act},
    },
    store::{payout_files as files, payout_reports as reports, settlements as store},
    types::{PayeeSettlement, PayoutFile},
};

/// Files that are told of.
const TOLD: i64 = 100;

/// A file that is wanted.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PayoutOrder {
    /// The day on which the bank is to pay: today or later. All that is due by then is in the file.
    #[schema(value_type = String, format = Date)]
    pub execute_on: Date,
    /// In which currency; the payer's own when left out.
    #[serde(default)]
    pub currency: Option<Currency>,
}

/// Makes a file (`pain.001.001.09`) of all approved settlements of a payer that are due by a day. They are ordered from then on, and in no
/// other file unless the bank has not paid them.
///
/// # Errors
/// `execute_on`; `payments` when nothing is due; `bank.iban`, `bank.bic` of the payer; `payees.…` for those without an account that can be
/// paid to; `NotFound`, `Forbidden`.
pub async fn payout_file_make(
    p: &Platform,
    ctx: &OpCtx,
    payer: AccountId,
    input: &PayoutOrder,
) -> Result<PayoutFile> {
    let keys = p.keys().clone();
    let asked = (payer, input);
    let made = p.command(ctx, "payout.file", &asked, move |w, (payer, input)| {
        let keys = keys.clone();
        Box::pin(async move {
            authorize_to(w, Action::LedgerManage, *payer).await?;
            let realm = realm(w);
            let owner = tradewind_accounts::service::account_facts(w, *payer).await?;
            if input.execute_on < w.ctx.now.date_in(&owner.zone) {
                let text = "expected today or a later day";
                return Err(Error::invalid("execute_on", "out_of_range", text));
            }
            let currency = input.currency.unwrap_or(owner.currency);
            let by = input.execute_on;
            let most = sepa::PAYMENTS_MAX as i64;
            let due = store::payable(&mut w.tx, realm, *payer, currency, by, most).await?;
            let transfers = transfers(w, &due).await?;
            let id = PayoutFileId::generate();
            let holder = named(&owner.bank.holder, &owner.name);
            let order = sepa::Order {
                // The prefix and 26 characters: within the 35 that a message may have.
                message_id: id.to_string().replace('_', "-").to_uppercase(),
                made_at: w.ctx.now,
                name: holder.to_owned(),
                iban: sepa::iban("bank.iban", &owner.bank.iban)?,
                bic: sepa::bic("bank.bic", &owner.bank.bic)?,
                execute_on: input.execute_on,
                transfers,
            };
            let content = sepa::pain001(&order)?;
            let file = PayoutFile {
                id,
                payer_id: *payer,
                message_id: order.message_id,
                execute_on: input.execute_on,
                payments: due.len() as i64,
                total: Money::sum(currency, due.iter().map(|one| one.payout))?,
                created_at: w.ctx.now,
            };
            let sealed = keys.seal(&place(id), &content)?;
            files::add_file(&mut w.tx, realm, &file, &sealed).await?;
            for mut one in due {
                one.state = rules::after(one.state, Act::Order)?;
                one.file_id = Some(id);
                reports::order(&mut w.tx, realm, id, &one).await?;
                store::set_state(&mut w.tx, realm, &one).await?;
            }
            w.audit(AuditEntry {
                action: "payout.file",
                kind: "account",
                id: payer.to_string(),
                account: *payer,
                summary: json!({ "file": id, "payments": file.payments, "total": file.total }),
            });
            Ok(file)
        })
    });
    made.await
}

fn place(id: PayoutFileId) -> String {
    format!("payout_file.content/{id}")
}

fn named<'a>(holder: &'a str, name: &'a str) -> &'a str {
    if holder.trim().is_empty() {
        name
    } else {
        holder
    }
}

/// The payments, to the accounts that payees have now.
async fn transfers(w: &mut Work, due: &[PayeeSettlement]) -> Result<Vec<Transfer>> {
    let mut problems = Problems::new();
    let mut transfers = Vec::with_capacity(due.len());
    for one in due {
        let payee = tradewind_accounts::service::account_facts(w, one.payee_id).await?;
        let field = |what: &str| format!("payees.{}.{what}", one.payee_id);
        let iban = problems.check(sepa::iban(&field("iban"), &payee.bank.iban));
        let bic = problems.check(sepa::bic(&field("bic"), &payee.bank.bic));
        if let (Some(iban), Some(bic)) = (iban, bic) {
            transfers.push(Transfer {
                end_to_end: one.number.clone(),
                amount: one.payout,
                name: named(&payee.bank.holder, &payee.name).to_owned(),
                iban,
                bic,
                text: format!("{} {}", one.number, one.until),
            });
        }
    }
    problems.finish()?;
    Ok(transfers)
}

/// Files of a payer, the latest first.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn payout_file_list(
    p: &Platform,
    ctx: &OpCtx,
    payer: AccountId,
) -> Result<Vec<PayoutFile>> {
    p.read(ctx, &payer, |w, payer| {
        Box::pin(async move {
            authorize_to(w, Action::LedgerView, *payer).await?;
            let realm = realm(w);
            files::files(&mut w.tx, realm, *payer, TOLD).await
        })
    })
    .await
}

/// A file as the bank takes it, and what it is called.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn payout_file_content(
    p: &Platform,
    ctx: &OpCtx,
    id: PayoutFileId,
) -> Result<(String, String)> {
    let keys = p.keys().clone();
    p.read(ctx, &id, move |w, id| {
        let keys = keys.clone();
        Box::pin(async move {
            let realm = realm(w);
            let (payer, message, sealed) = files::content(&mut w.tx, realm, *id)
                .await?
                .ok_or_else(|| Error::not_found(*id))?;
            authorize_to(w, Action::LedgerManage, payer)
                .await
                .map_err(|_| Error::not_found(*id))?;
            let content = keys.open(&place(*id), &sealed)?;
            Ok((format!("{message}.xml"), content.expose().to_owned()))
        })
    })
    .await
}
