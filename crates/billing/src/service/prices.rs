//! Prices that change while a subscription runs: taking them over, and saying so in time.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tradewind_kernel::{
    Date, Error, Result, calendar,
    id::{SubscriptionId, TermsId},
};
use tradewind_orders::billing::{self as orders, Billable};
use tradewind_platform::{NewEvent, OpCtx, Platform, Work};

use super::{
    adopt::{Renewals, legs_under, terms_of},
    authorize_run,
    facts::{self, Known},
};
use crate::{
    rules::{
        prices::{PriceChange, compare},
        renewal::{self, Step},
    },
    store::notices,
    types::LegFacts,
};

/// How many days before a renewal at a higher price its customer is told.
pub const NOTICE_DAYS: i64 = 14;

/// Subscriptions looked at in one transaction.
const PAGE: i64 = 500;

/// Has the legs of a subscription go on under other terms, and says what that means for the customer.
pub(super) async fn renew(
    w: &mut Work,
    billable: &Billable,
    before: &[LegFacts],
    after: &[LegFacts],
    terms: &[TermsId],
    on: Date,
) -> Result<()> {
    let realm = w.ctx.realm;
    let id = billable.subscription.id;
    let changed: Vec<(i64, TermsId)> = billable
        .legs
        .iter()
        .zip(terms)
        .filter(|(leg, terms)| leg.terms_id != **terms)
        .map(|(leg, terms)| (leg.position, *terms))
        .collect();
    orders::renew_terms(w, id, &changed, on).await?;
    let Some((change, customers)) = customers(billable, before, after, terms, on)? else {
        return Ok(());
    };
    let announced = notices::of(&mut w.tx, realm, id, on).await? == Some(customers);
    tell(
        w,
        "subscription.price_changed",
        billable,
        &change,
        on,
        announced,
    );
    Ok(())
}

/// What changes for the customer, with the terms of its leg; nothing when its leg stays as it is.
fn customers(
    billable: &Billable,
    before: &[LegFacts],
    after: &[LegFacts],
    terms: &[TermsId],
    on: Date,
) -> Result<Option<(PriceChange, TermsId)>> {
    let (Some(old), Some(new), Some(terms)) = (before.last(), after.last(), terms.last()) else {
        return Ok(None);
    };
    if billable
        .legs
        .last()
        .is_none_or(|leg| leg.terms_id == *terms)
    {
        return Ok(None);
    }
    if same_prices(old, new) {
        return Ok(None);
    }
    let quantities = facts::quantities(&billable.quantities);
    compare(old, new, &quantities, on).map(|change| Some((change, *terms)))
}

/// Whether only the count of an introduction went on.
fn same_prices(old: &LegFacts, new: &LegFacts) -> bool {
    let rules = |leg: &LegFacts| -> Vec<_> {
        let items = leg.terms.items.iter();
        items.map(|item| (item.item, item.rules.clone())).collect()
    };
    old.terms.revision == new.terms.revision && rules(old) == rules(new)
}

fn tell(
    w: &mut Work,
    kind: &'static str,
    billable: &Billable,
    change: &PriceChange,
    from_on: Date,
    announced: bool,
) {
    let subscription = &billable.subscription;
    w.emit(NewEvent {
        kind,
        subject: subscription.id.to_string(),
        account: subscription.customer_id,
        data: data(billable, change, from_on, announced),
    });
}

fn data(billable: &Billable, change: &PriceChange, from_on: Date, announced: bool) -> Value {
    let subscription = &billable.subscription;
    json!({
        "seller_id": subscription.seller_id,
        "vendor_id": subscription.vendor_id,
        "from_on": from_on,
        "before": change.before,
        "after": change.after,
        "usage_rises": change.usage_rises,
        "rises": change.rises(),
        "announced": announced,
    })
}

#[derive(Serialize)]
struct NoticePage {
    on: Date,
    after: Option<(Date, SubscriptionId)>,
}

#[derive(Serialize, Deserialize)]
struct Noticed {
    announced: u64,
    next: Option<(Date, SubscriptionId)>,
}

/// Tells the customers whose subscriptions renew in [`NOTICE_DAYS`] days at a higher price. Each is told once for a
/// renewal, however often this runs. Returns how many were told.
///
/// # Errors
/// `Forbidden`; database errors.
pub async fn announce_prices(p: &Platform, ctx: &OpCtx, today: Date) -> Result<u64> {
    let mut page = NoticePage {
        on: calendar::add_days(today, NOTICE_DAYS)?,
        after: None,
    };
    let mut announced = 0;
    loop {
        let done: Noticed = p
            .command(ctx, "billing.announce_prices", &page, |w, page| {
                Box::pin(announce(w, page))
            })
            .await?;
        announced += done.announced;
        match done.next {
            Some(next) => page.after = Some(next),
            None => return Ok(announced),
        }
    }
}

async fn announce(w: &mut Work, page: &NoticePage) -> Result<Noticed> {
    authorize_run(w)?;
    let realm = w.ctx.realm;
    // Those due earlier come first in this order, and are skipped by beginning after the last of the day before.
    let after = match page.after {
        Some(after) => after,
        None => (
            calendar::add_days(page.on, -1)?,
            SubscriptionId::from_uuid(uuid::Uuid::max()),
        ),
    };
    let due = orders::due(&mut w.tx, realm, page.on, Some(after), PAGE).await?;
    let mut done = Noticed {
        announced: 0,
        next: (due.len() as i64 == PAGE)
            .then(|| {
                due.last()
                    .and_then(|last| Some((last.subscription.next_bill_on?, last.subscription.id)))
            })
            .flatten(),
    };
    let mut known = Known::default();
    known.learn(w, &due).await?;
    let mut renewals = Renewals::default();
    for billable in due {
        match announce_one(w, &known, &mut renewals, &billable).await {
            Ok(told) => done.announced += u64::from(told),
            Err(
                error @ (Error::Internal(_) | Error::Unavailable { .. } | Error::Changed { .. }),
            ) => return Err(error),
            // What can't be priced is reported by the billing run.
            Err(_) => {}
        }
    }
    Ok(done)
}

async fn announce_one(
    w: &mut Work,
    known: &Known,
    renewals: &mut Renewals,
    billable: &Billable,
) -> Result<bool> {
    let realm = w.ctx.realm;
    let legs = known.legs(billable)?;
    let clocks = known.clocks(&legs)?;
    let Some(Step::Renew(next)) = renewal::step(&billable.subscription, clocks)? else {
        return Ok(false);
    };
    let on = next.period.part.start;
    let turn = next.turn(clocks, facts::paid_since(billable))?;
    let Some(terms) = renewals
        .terms(w, known, billable, &terms_of(billable), (on, turn))
        .await?
    else {
        return Ok(false);
    };
    let (renewed, agreed) = (legs_under(&legs, &terms), terms_of(billable));
    let mut ids = agreed;
    if let (Some(id), Some(last)) = (ids.last_mut(), terms.last()) {
        *id = tradewind_catalogue::service::terms_store(w, last).await?;
    }
    let Some((change, customers)) = customers(billable, &legs, &renewed, &ids, on)? else {
        return Ok(false);
    };
    let id = billable.subscription.id;
    if !change.rises() || !notices::keep(&mut w.tx, realm, id, on, customers).await? {
        return Ok(false);
    }
    tell(
        w,
        "subscription.price_rise_announced",
        billable,
        &change,
        on,
        true,
    );
    Ok(true)
}
