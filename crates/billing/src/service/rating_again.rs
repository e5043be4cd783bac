//! Usage of the past under terms that were set right: what its months come to now, less what was charged.

use std::collections::{BTreeSet, HashMap};

use tradewind_kernel::{
    Date, Decimal, Error, Result,
    calendar::Period,
    id::{LegId, SubscriptionId, TermsId},
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
    tariff::Tariff,
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
/// known by then and that its plan has no item for costs nothing. `stays` says which legs, the vendor's first, are recorded as they
/// were: their usage is rated under the terms that were decided for it.
///
/// # Errors
/// `usage_not_rated` when a month can't be rated under the terms that are recorded now, with the reason.
pub async fn rate_again_in(
    w: &mut Work,
    id: SubscriptionId,
    (from, today): (Date, Date),
    stays: &[bool],
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
    count_from(w, &known, &past, &billable, from).await?;
    if !metered && rated.is_empty() {
        return Ok(());
    }
    idle::reopen(&mut w.tx, realm, id, from.first_of_month()).await?;
    usage::again(&mut w.tx, realm, &legs, from, MARKED).await?;
    let mut renewals = Renewals::default();
    let before = Before {
        fixed: &fixed,
        stays,
    };
    for month in before.months(from) {
        let month = usage_period(month)?;
        // The first days of a month that was decided stay as they were.
        let rest = Period::new(from.max(month.start), month.end)?;
        let now = decided(w, &mut known, &past, &mut renewals, &billable, rest).await?;
        usage::set_terms(&mut w.tx, realm, &before.with(&billable, &now, rest)).await?;
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
    let Ok(open) = Period::new(running.start.max(from), running.end) else {
        return Ok(());
    };
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

/// Notes from when on the subscription costs something in months without usage, as it is recorded now; nothing where it never does.
async fn count_from(
    w: &mut Work,
    known: &Known,
    past: &Past,
    billable: &Billable,
    from: Date,
) -> Result<()> {
    let realm = realm(w);
    let id = billable.subscription.id;
    let counts = |day: Date| -> Result<bool> {
        let legs = known.legs(&under(billable, &past.terms_on(billable, day)))?;
        Ok(legs.iter().any(month::keeps_counting))
    };
    let mut days = past.days(billable, Date::MIN, Date::MAX);
    days.extend(billable.legs.iter().map(|leg| leg.terms_from));
    let mut begins = None;
    for day in days {
        if counts(day)? {
            begins = Some(day);
            break;
        }
    }
    match begins {
        // What cost something before that day has done so since it was first noted.
        Some(day) if day < from => idle::begin(&mut w.tx, realm, &[(id, from)]).await,
        Some(day) => idle::set_since(&mut w.tx, realm, id, day).await,
        None => idle::forget(&mut w.tx, realm, id).await,
    }
}

/// What was decided about months before they are rated again.
struct Before<'a> {
    fixed: &'a HashMap<(LegId, Date), TermsId>,
    stays: &'a [bool],
}

impl Before<'_> {
    /// The months that were decided, from that of a day on.
    fn months(&self, from: Date) -> BTreeSet<Date> {
        let days = self.fixed.keys().map(|(_, day)| day.first_of_month());
        days.filter(|month| *month >= from.first_of_month())
            .collect()
    }

    /// What is decided now about some time in a month, but for legs that stay: those keep what was decided for each day.
    fn with(
        &self,
        billable: &Billable,
        now: &[Tariff],
        time: Period,
    ) -> Vec<(LegId, Date, TermsId)> {
        let month = time.start.first_of_month();
        let on = |leg: LegId, day: Date| {
            let known = self.fixed.iter();
            let of_leg = known.filter(|((of, on), _)| *of == leg && month <= *on && *on <= day);
            of_leg
                .max_by_key(|((_, on), _)| *on)
                .map(|(_, terms)| *terms)
        };
        let stays = |at: usize| self.stays.get(at).copied().unwrap_or_default();
        let mut days: BTreeSet<Date> = now.iter().map(|tariff| tariff.from_on).collect();
        for (at, leg) in billable.legs.iter().enumerate() {
            let decided = self
                .fixed
                .keys()
                .filter(|(of, _)| *of == leg.id && stays(at));
            days.extend(
                decided
                    .map(|(_, day)| *day)
                    .filter(|day| time.contains(*day)),
            );
        }
        let mut last: Option<Vec<TermsId>> = None;
        let mut rows = Vec::new();
        for day in days {
            let Some(tariff) = now.iter().rfind(|tariff| tariff.from_on <= day) else {
                continue;
            };
            let legs = billable.legs.iter().zip(&tariff.terms).enumerate();
            let terms: Vec<TermsId> = legs
                .map(|(at, (leg, new))| {
                    let known = on(leg.id, day).filter(|_| stays(at));
                    known.unwrap_or(*new)
                })
                .collect();
            if last.as_ref() != Some(&terms) {
                let legs = billable.legs.iter().zip(&terms);
                rows.extend(legs.map(|(leg, terms)| (leg.id, day, *terms)));
                last = Some(terms);
            }
        }
        rows
    }
}

/// Notes that what is known of the usage of the running month costs nothing from a day on where the plan has no item for it.
async fn free(
    w: &mut Work,
    known: &Known,
    billable: &Billable,
    (from_on, terms): (Date, &[TermsId]),
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
