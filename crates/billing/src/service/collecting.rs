//! What an account collects for a seller: it has the money, and owes it to the seller until it is settled.

use tradewind_kernel::{
    Date, Error, Money, Result,
    id::{AccountId, CollectedId, PaymentStepId},
};
use tradewind_platform::Work;
use tradewind_policy::{Action, ResourceKind};

use super::{
    card_steps::pair_of,
    moves::{header, post},
    realm,
};
use crate::{
    rules::ledger,
    store::{
        collected as store,
        settlements::{self, Between},
    },
    types::{Collected, CollectedKind, LedgerAccount, Payment, SettlementKind},
};

/// Money of a payment that moves.
pub(super) struct Movement {
    pub(super) kind: CollectedKind,
    /// What happened to the payment, where it is that.
    pub(super) step_id: Option<PaymentStepId>,
    /// The account of the collector's book that it comes into or goes out of.
    pub(super) account: LedgerAccount,
    /// How much; negative for what goes out.
    pub(super) amount: Money,
    /// The day for which it counts; today when left out.
    pub(super) on: Option<Date>,
}

impl Movement {
    /// A payment that came in.
    pub(super) fn paid(account: LedgerAccount, amount: Money, on: Option<Date>) -> Self {
        Self {
            kind: CollectedKind::Payment,
            step_id: None,
            account,
            amount,
            on,
        }
    }
}

/// Where the seller's book has the money of a payment: in an account of its own, or as what it is owed by whoever collects.
pub(super) fn till(payment: &Payment, own: LedgerAccount) -> LedgerAccount {
    payment.collector_id.map_or(own, LedgerAccount::Collected)
}

/// Books money that moved at whoever collects for the seller, and has it wait for a settlement. Nothing where the seller collects.
pub(super) async fn moved(w: &mut Work, payment: &Payment, movement: Movement) -> Result<()> {
    let Some(collector_id) = payment.collector_id.filter(|_| !movement.amount.is_zero()) else {
        return Ok(());
    };
    let (realm, seller_id) = (realm(w), payment.seller_id);
    let about = movement
        .step_id
        .map_or_else(|| payment.id.to_string(), |step| step.to_string());
    let mut header = header(w, pair_of(payment), about, "collected from").await?;
    header.posted_on = movement.on.unwrap_or(header.posted_on);
    let one = Collected {
        id: CollectedId::generate(),
        collector_id,
        seller_id,
        buyer_id: payment.payer_id,
        kind: movement.kind,
        payment_id: payment.id,
        step_id: movement.step_id,
        invoice_id: payment.invoice_id,
        invoice_number: None,
        on: header.posted_on,
        amount: movement.amount,
    };
    store::insert(&mut w.tx, realm, &one).await?;
    let between = Between {
        kind: SettlementKind::Collected,
        payer_id: collector_id,
        payee_id: seller_id,
        currency: one.amount.currency,
    };
    settlements::open(&mut w.tx, realm, &[(between, one.id.to_string())]).await?;
    let entry = ledger::collected(
        collector_id,
        seller_id,
        &header,
        movement.account,
        one.amount,
    )?;
    post(w, entry.into_iter().collect()).await
}

/// Whether the principal may move money that an account has collected, or say that it has: that account's people, and those above.
///
/// # Errors
/// `collected_by_another`.
pub(super) async fn may_move(w: &mut Work, collector: Option<AccountId>) -> Result<()> {
    let Some(collector) = collector else {
        return Ok(());
    };
    let target = tradewind_accounts::service::target(w, ResourceKind::Payment, collector).await?;
    if w.may(Action::PaymentRecord, &target.traded(collector, collector)) {
        return Ok(());
    }
    let name = tradewind_accounts::service::account_facts(w, collector)
        .await?
        .name;
    let text = format!(
        "{name} invoices and collects here for the seller (invoicer on_behalf), so this is for {name} to do"
    );
    Err(Error::refused("collected_by_another", text))
}
