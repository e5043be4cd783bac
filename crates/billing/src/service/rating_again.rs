//! Usage of the past under terms that were set right: what its months come to now, less what was charged.

use std::collections::{BTreeSet, HashMap};

use tradewind_kernel::{
    Date, Decimal, Error, Result,
    id::{LegId, SubscriptionId},
};
use tradewind_metering::service as metering;
use tradewind_orders::billing::{self as orders, Billable};
use tradewind_platform::Work;

use super::{
    adopt::{Past, Renewals, under},
    facts::Known,
    month,
    rating::{MARKED, charge_again, decided},
    realm,
    usage::UsageReport,
};
use crate::{
    rules::usage::{RatedState, metered_item, usage_period},
    store::{
        idle,
        usage::{self, RatedKey, key_of},
    },
};

/// Rates the usage of a subscription again from a day on, after what is recorded of it was set right: months that are over are charged,
/// or given back, what they differ by; the running one is rated under the terms that are recorded when it is over. Usage that is
/// known by then and that its plan has no item for costs nothing.
///
/// # Errors
/// `usage_not_rated` when a month can't be rated under the terms that are recorded now, with the reason.
pub async fn rate_again_in(
    w: &mut Work,
    id: SubscriptionId,
    from: Date,
    today: Date,
) -> Result<()> {
    let realm = realm(w);
    let mut found = orders::billable(&mut w.tx, realm, &[id]).await?;
    let Some(billable) = found.pop() else {
        return Err(Error::not_found(id));
    };
    let legs: Vec<LegId> = billable.legs.iter().map(|leg| leg.id).collect();
    let mut known = Known::default();
    known.learn(w, std::slice::from_ref(&billable)).await?;
    let past = Past::load(w, &mut known, std::slice::from_ref(&billable)).await?;
    let fixed = usage::terms(&mut w.tx, realm, &legs).await?;
    let rated = usage::rated_days(&mut w.tx, realm, &legs).await?;
    let ended = today.first_of_month();
    let metered = known
        .terms
        .values()
        .any(|terms| terms.items.iter().any(|item| item.meter.is_some()));
    if !metered && rated.is_empty() {
        return Ok(());
    }
    if known.legs(&billable)?.iter().any(month::keeps_counting) {
        idle::begin(&mut w.tx, realm, &[(id, from)]).await?;
    }
    idle::reopen(&mut w.tx, realm, id, from.first_of_month()).await?;
    usage::again(&mut w.tx, realm, &legs, from, MARKED).await?;
    let month = usage_period(from.first_of_month())?;
    let mut renewals = Renewals::default();
    // The first days of a month that was decided stay as they were.
    let begun = fixed
        .keys()
        .any(|(_, day)| *day < from && month.contains(*day));
    if begun {
        let rest = tradewind_kernel::calendar::Period::new(from, month.end)?;
        let tariffs = decided(w, &mut known, &past, &mut renewals, &billable, rest).await?;
        let mut rows = Vec::new();
        for tariff in &tariffs {
            let terms = billable.legs.iter().zip(&tariff.terms);
            rows.extend(terms.map(|(leg, terms)| (leg.id, tariff.from_on, *terms)));
        }
        usage::set_terms(&mut w.tx, realm, &rows).await?;
    }
    let mut report = UsageReport::default();
    charge_again(w, id, ended, &mut report).await?;
    if let Some(problem) = report.problems.first() {
        return Err(Error::refused(
            "usage_not_rated",
            format!("usage since {from} can't be rated so: {}", problem.message),
        ));
    }
    let running = usage_period(ended)?;
    let open = tradewind_kernel::calendar::Period::new(running.start.max(from), running.end);
    let Ok(open) = open else { return Ok(()) };
    let tariffs = decided(w, &mut known, &past, &mut renewals, &billable, open).await?;
    let mut decided_on = HashMap::new();
    for tariff in &tariffs {
        free(
            w,
            &known,
            &billable,
            (tariff.from_on, &tariff.terms),
            &mut decided_on,
        )
        .await?;
    }
    let states: Vec<(RatedKey, RatedState)> = decided_on.into_iter().collect();
    usage::set_rated(&mut w.tx, realm, &states).await?;
    Ok(())
}

/// Notes that what is known of the usage of the running month costs nothing from a day on where the plan has no item for it.
async fn free(
    w: &mut Work,
    known: &Known,
    billable: &Billable,
    (from_on, terms): (Date, &[tradewind_kernel::id::TermsId]),
    states: &mut HashMap<RatedKey, RatedState>,
) -> Result<()> {
    let realm = realm(w);
    let id = billable.subscription.id;
    let month = usage_period(from_on.first_of_month())?;
    let totals = metering::totals_before_in(w, &[id], month.end).await?;
    let totals: Vec<_> = totals
        .iter()
        .filter(|total| total.period_on == month.start)
        .collect();
    let legs = known.legs(&under(billable, terms))?;
    let ids: Vec<LegId> = legs.iter().map(|leg| leg.id).collect();
    let before = usage::rated(&mut w.tx, realm, &ids, &[from_on]).await?;
    let meters: BTreeSet<&str> = totals.iter().map(|total| total.meter.as_str()).collect();
    for meter in meters {
        for leg in legs.iter().filter(|leg| metered_item(leg, meter).is_none()) {
            for total in totals.iter().filter(|total| total.meter == meter) {
                let key = key_of(leg.id, total, from_on);
                let revision = before.get(&key).map_or(0, |state| state.revision);
                let state = RatedState {
                    version: total.version,
                    quantity: Decimal::ZERO,
                    exact: Decimal::ZERO,
                    revision: revision + 1,
                };
                states.insert(key, state);
            }
        }
    }
    Ok(())
}
