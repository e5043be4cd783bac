//! Late fees: what a step of dunning charges for an invoice that is not paid.

use std::collections::BTreeSet;

use tradewind_kernel::{
    Date, Decimal, Money, Result, Rounding,
    calendar::{Period, add_days},
    id::SubscriptionId,
    locale::Text,
};
use tradewind_platform::Work;

use super::{batch::Batch, realm, trades::Trades};
use crate::{
    rules::{document, dunning as rules, line::LineCharge},
    store::{charges::Pair, documents::BalanceRow, drafts, dunning as store},
    types::{ChargeKind, FeeDocument, LateFee, NewCharge, Trade},
};

/// What late fees are called among charges.
const CODE: &str = "late_fee";

/// Charges the fee for an invoice whose balance is held, on the next invoice or on one of its own. Nothing is charged for
/// what is nothing but late fees itself.
pub(super) async fn charge(
    w: &mut Work,
    balance: &BalanceRow,
    number: &str,
    fee: &LateFee,
) -> Result<Option<Money>> {
    let amount = rules::late_fee(fee, balance.open())?;
    let realm = realm(w);
    let sale = store::fee_sale(&mut w.tx, realm, balance.invoice_id, CODE).await?;
    let Some((leg_id, subscription_id, group_label)) = sale.filter(|_| amount.minor > 0) else {
        return Ok(None);
    };
    let pair = Pair {
        seller_id: balance.seller_id,
        buyer_id: balance.buyer_id,
        currency: balance.currency,
    };
    let mut trades = Trades::default();
    trades
        .load(w, vec![(pair.seller_id, pair.buyer_id)])
        .await?;
    let trade = trades.get(pair.seller_id, pair.buyer_id)?;
    let today = w.ctx.now.date_in(&trade.seller_zone);
    let name = Text::en(format!("Late fee for invoice {number}"))
        .with("de", format!("Mahngebühr zu Rechnung {number}"));
    let charge = NewCharge {
        leg_id,
        subscription_id,
        seller_id: pair.seller_id,
        buyer_id: pair.buyer_id,
        item_id: None,
        item_code: CODE.to_owned(),
        kind: ChargeKind::Adjustment,
        description: name.get(trade.locale).to_owned(),
        group_label,
        period: Period::new(today, add_days(today, 1)?)?,
        quantity: Decimal::ONE,
        unit: String::new(),
        unit_price: Some(amount.to_decimal()),
        exact: amount.to_decimal(),
        rounding: Rounding::HalfUp,
        tax_included: false,
        tax_category: fee.tax_category,
        amount,
        reverses: None,
        usage: None,
        rate: Vec::new(),
        discount: None,
        order_id: None,
    };
    let reviews = drafts::reviews(&mut w.tx, realm, &BTreeSet::from([pair.seller_id])).await?;
    let mut batch = Batch::new(w);
    if fee.document == FeeDocument::Own && !reviews.drafts(pair) {
        let mut settling = batch.begin(pair, trade);
        let line = LineCharge::from(&charge);
        let id = batch.record(charge);
        batch.add(&mut settling, id, &line)?;
        batch.conclude(w, settling).await?;
    } else {
        let due_on = match fee.document {
            FeeDocument::Own => today,
            FeeDocument::NextInvoice => next_invoice_on(w, trade, subscription_id, today).await?,
        };
        batch.record_open(charge, due_on);
    }
    batch.write(w).await?;
    Ok(Some(amount))
}

/// When the next invoice of a sale is made; today where none is to come.
async fn next_invoice_on(
    w: &mut Work,
    trade: &Trade,
    sale: SubscriptionId,
    today: Date,
) -> Result<Date> {
    if trade.invoice_day.is_some() {
        return document::collect_on(trade.invoice_day, today, false);
    }
    let sale = tradewind_orders::service::subscription_in(w, sale).await?;
    let next = sale.next_bill_on.filter(|next| *next > today);
    Ok(next.unwrap_or(today))
}
