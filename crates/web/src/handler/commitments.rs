//! What is committed with a subscription and what is bought ahead with it, for the pages of both sides.

use tradewind_billing::service::{
    CommitmentStanding, PrepaidStanding, commitment_list, prepaid_list,
};
use tradewind_kernel::Result;
use tradewind_kernel::id::SubscriptionId;

use crate::session::Visit;
use crate::view::shared::{CommitmentRow, PrepaidRow};

/// The spans of the commitments of a subscription that the reader may see.
pub(crate) async fn of(visit: &Visit, id: SubscriptionId) -> Result<Vec<CommitmentRow>> {
    let found = commitment_list(visit.p(), &visit.ctx, id).await?;
    let t = visit.t();
    let row = |one: CommitmentStanding| {
        let mut bounds = Vec::new();
        let least = one.minimum.map(|amount| ("commitment-least", amount));
        let most = one.maximum.map(|amount| ("commitment-most", amount));
        for (key, amount) in least.into_iter().chain(most) {
            bounds.push(t.with(key, &[("amount", &t.money(amount))]));
        }
        for quantity in &one.quantities {
            let (used, all) = (t.num(quantity.used), t.num(quantity.quantity));
            let said = [
                ("used", &*used),
                ("quantity", &*all),
                ("item", &*quantity.item),
            ];
            bounds.push(t.with("commitment-used", &said));
        }
        CommitmentRow {
            days: (one.since_on, one.until_on),
            bounds: bounds.join(" · ").into(),
            spend: one.spend,
            settled: one.settled,
        }
    };
    Ok(found.into_iter().map(row).collect())
}

/// What is left of the quantities bought ahead with a subscription, in the running month.
pub(crate) async fn prepaid(visit: &Visit, id: SubscriptionId) -> Result<Vec<PrepaidRow>> {
    let found = prepaid_list(visit.p(), &visit.ctx, id).await?;
    let t = visit.t();
    let row = |one: PrepaidStanding| {
        let lapses = one.lots.iter().map(|lot| {
            let quantity = t.num(lot.quantity);
            match lot.lapses_on {
                Some(day) => {
                    let day = t.date(day);
                    let said = [("quantity", &*quantity), ("date", day.text())];
                    t.with("prepaid-lapses-on", &said)
                }
                None => t.with("prepaid-lapses-never", &[("quantity", &quantity)]),
            }
        });
        let lapses = lapses.collect();
        let quantities = [one.carried, one.granted, one.used, one.left];
        let unit = &one.unit;
        PrepaidRow {
            item: one.name.into(),
            month: one.month,
            quantities: quantities.map(|number| format!("{} {unit}", t.num(number)).into()),
            lapses,
        }
    };
    Ok(found.into_iter().map(row).collect())
}
