//! What payments and credit do to invoices and books.

use serde_json::json;
use tradewind_kernel::{
    Error, Money, Result,
    id::{PaymentId, TransactionId},
};
use tradewind_platform::{NewEvent, Work};
use tradewind_policy::AccountKind;

use super::{
    credit_moves::{spend, usable},
    issue::announce_closed,
    posting, realm,
};
use crate::{
    rules::{
        dunning,
        ledger::{self, Header, Sides},
        write_off,
    },
    store::{
        charges::Pair,
        documents::{self, BalanceRow},
        dunning as policies, payments as store,
    },
    types::{BalanceStatus, Entry, Payment, PaymentKind, PaymentState},
};

/// Brings an invoice's balance forward, and tells when nothing is owed any more.
pub(super) async fn apply(
    w: &mut Work,
    mut balance: BalanceRow,
    amount: Money,
    then: BalanceStatus,
) -> Result<()> {
    balance.paid = balance
        .paid
        .checked_add(amount.minor)
        .ok_or_else(|| Error::internal("a balance overflows"))?;
    let paid = balance.paid >= balance.gross;
    if paid {
        balance.status = write_off::closed(balance.written_off, then);
        balance.next_dunning_on = None;
    }
    documents::set_balance(&mut w.tx, w.ctx.realm, &balance).await?;
    if paid {
        announce_closed(
            w,
            then,
            balance.invoice_id,
            balance.seller_id,
            balance.buyer_id,
        );
    }
    Ok(())
}

/// Opens an invoice again by what somebody has taken back of its payments; reminders go on.
pub(super) async fn reopen(w: &mut Work, mut balance: BalanceRow, amount: Money) -> Result<()> {
    let realm = realm(w);
    balance.paid = balance.paid.saturating_sub(amount.minor);
    balance.status = BalanceStatus::Open;
    let pair = (balance.seller_id, balance.buyer_id);
    let policy = policies::policy_of(&mut w.tx, realm, pair).await?;
    balance.next_dunning_on = dunning::next_on(&policy, balance.due_on, balance.dunning_stage)?;
    documents::set_balance(&mut w.tx, realm, &balance).await?;
    w.emit(NewEvent {
        kind: "invoice.reopened",
        subject: balance.invoice_id.to_string(),
        account: balance.buyer_id,
        data: json!({ "seller_id": balance.seller_id, "buyer_id": balance.buyer_id, "amount": amount }),
    });
    Ok(())
}

/// Uses a buyer's credit for its open invoices, the oldest due first.
pub(super) async fn use_credit(w: &mut Work, pair: Pair) -> Result<()> {
    let realm = realm(w);
    if usable(w, pair).await?.minor <= 0 {
        return Ok(());
    }
    for balance in documents::open_balances(&mut w.tx, realm, pair).await? {
        if pay_with_credit(w, pair, balance, None, BalanceStatus::Paid)
            .await?
            .is_zero()
        {
            break;
        }
    }
    Ok(())
}

/// Pays what is open of an invoice with credit of its buyer, as far as that or `at_most` goes; an invoice that is closed by
/// it gets the status `then`. Returns what was used.
pub(super) async fn pay_with_credit(
    w: &mut Work,
    pair: Pair,
    balance: BalanceRow,
    at_most: Option<Money>,
    then: BalanceStatus,
) -> Result<Money> {
    let realm = realm(w);
    let mut credit = usable(w, pair).await?;
    if let Some(most) = at_most.filter(|most| most.minor < credit.minor) {
        credit = most;
    }
    let open = balance.open();
    let used = if credit.minor < open.minor {
        credit
    } else {
        open
    };
    if used.minor <= 0 || balance.status != BalanceStatus::Open {
        return Ok(Money::zero(pair.currency));
    }
    let payment = Payment {
        id: PaymentId::generate(),
        invoice_id: Some(balance.invoice_id),
        seller_id: pair.seller_id,
        collector_id: None,
        payer_id: pair.buyer_id,
        method_id: None,
        kind: PaymentKind::Credit,
        amount: used,
        applied: used,
        state: PaymentState::Succeeded,
        reference: None,
        action: None,
        failure_code: None,
        created_at: w.ctx.now,
        settled_at: Some(w.ctx.now),
    };
    store::insert(&mut w.tx, realm, &payment).await?;
    let about = payment.id.to_string();
    spend(w, pair, used, about, balance.invoice_id).await?;
    let sides = sides(w, pair).await?;
    let header = header(w, pair, payment.id.to_string(), "credit used").await?;
    post(w, ledger::credit_used(sides, &header, used)?).await?;
    apply(w, balance, used, then).await?;
    Ok(used)
}

pub(super) async fn post(w: &mut Work, entries: Vec<Entry>) -> Result<()> {
    let entries = entries
        .into_iter()
        .map(|entry| (TransactionId::generate(), entry))
        .collect();
    posting::post(w, entries).await
}

pub(super) async fn sides(w: &mut Work, pair: Pair) -> Result<Sides> {
    let buyer = tradewind_accounts::service::account_facts(w, pair.buyer_id).await?;
    Ok(Sides {
        seller_id: pair.seller_id,
        buyer_id: pair.buyer_id,
        buyer_keeps_books: buyer.kind != AccountKind::Customer,
    })
}

pub(super) async fn header(
    w: &mut Work,
    pair: Pair,
    document_id: String,
    text: &str,
) -> Result<Header> {
    let seller = tradewind_accounts::service::account_facts(w, pair.seller_id).await?;
    let buyer = tradewind_accounts::service::account_facts(w, pair.buyer_id).await?;
    Ok(Header {
        posted_on: w.ctx.now.date_in(&seller.zone),
        document_id,
        text: format!("{text} {}", buyer.name),
    })
}
