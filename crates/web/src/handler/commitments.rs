//! What is committed with a subscription, for the pages of both sides.

use tradewind_billing::service::{CommitmentStanding, commitment_list};
use tradewind_kernel::Result;
use tradewind_kernel::id::SubscriptionId;

use crate::session::Visit;
use crate::view::shared::CommitmentRow;

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
