//! The part of the check that looks at billing days: what runs ends on a day of its schedule.

use tradewind_kernel::{Result, calendar::Period};
use tradewind_orders::billing::Billable;
use tradewind_platform::Work;
use tradewind_pricing::cycles::ServicePeriod;

use super::facts::Known;
use crate::types::Finding;

/// The running period of each sale lies in one period of its schedule and ends with it, and is what is billed next.
pub(super) async fn check(w: &mut Work, billables: &[Billable]) -> Result<Vec<Finding>> {
    let customers = billables.iter().filter_map(|billable| billable.legs.last());
    let mut known = Known::default();
    known
        .learn_terms(w, customers.map(|leg| leg.terms_id).collect())
        .await?;
    let mut found = Vec::new();
    for billable in billables {
        let one = &billable.subscription;
        let terms = billable.legs.last();
        let terms = terms.and_then(|leg| known.terms.get(&leg.terms_id));
        let (Some(start), Some(end), Some(anchor), Some(terms)) =
            (one.period_start, one.period_end, one.anchor_on, terms)
        else {
            continue;
        };
        if !one.commercial_state.is_billed() {
            continue;
        }
        let Ok(part) = Period::new(start, end) else {
            let text = format!("its period from {start} to {end} has no day");
            found.push(Finding::new("period_off_schedule", one.id, text));
            continue;
        };
        let stub = terms.policies.billing_days.share_of;
        let service = ServicePeriod::around(anchor, terms.cadence, stub, part)?;
        if service.part.end != service.full.end || one.next_bill_on != Some(end) {
            let text = format!(
                "its period {part} ends on no day of {} from {anchor}, or is not what is billed next",
                terms.cadence
            );
            found.push(Finding::new("period_off_schedule", one.id, text));
        }
    }
    Ok(found)
}
