//! The use cases of this room.

mod certificates;
mod decisions;
mod engine;
mod profiles;
mod rates;
mod standing;

pub use certificates::{
    certificate_decide, certificate_submit, certificates_of_buyer, certificates_of_seller,
};
pub use decisions::{Decided, DecisionAsk, Taxers, decision};
pub use engine::{
    Asked, TaxEngine, answer_keep, answer_of, engine_ask, engine_get, engine_known, engine_remove,
    engine_sample, engine_set, engine_tell, forget_answers, report_note, reports_pending,
};
pub use profiles::{profile_get, profile_set};
pub use rates::{Rated, RatesAsk, rates_export, rates_list, rates_replace};
pub use standing::{
    VAT_CHECK_JOB, VatCheckAsk, VatRegister, evidence_add, standing_get, vat_check_ask,
    vat_check_now,
};

use tradewind_accounts::service as accounts;
use tradewind_kernel::{Result, id::AccountId};
use tradewind_platform::{AuditEntry, Work};
use tradewind_policy::{Action, ResourceKind};

use crate::{rules::Rates, store};

/// The rates that hold in the realm.
async fn rates_in(w: &mut Work) -> Result<Rates> {
    Ok(Rates::with(store::rates(&mut w.tx, w.ctx.realm).await?))
}

/// May the principal see or change how a seller is taxed? It goes with the terms of trade.
async fn authorize_seller(w: &mut Work, action: Action, seller: AccountId) -> Result<()> {
    let target = accounts::target(w, ResourceKind::Relationship, seller).await?;
    w.authorize_for(action, &target, &seller)
}

fn audit(
    w: &mut Work,
    action: &'static str,
    kind: &'static str,
    id: impl std::fmt::Display,
    account: AccountId,
    summary: serde_json::Value,
) {
    w.audit(AuditEntry {
        action,
        kind,
        id: id.to_string(),
        account,
        summary,
    });
}
