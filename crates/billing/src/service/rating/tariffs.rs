//! The terms under which usage is rated.

use tradewind_catalogue::rules::Turn;
use tradewind_kernel::{Date, Result, calendar::Period, id::TermsId};
use tradewind_orders::billing::Billable;
use tradewind_platform::Work;

use super::{Run, rules};
use crate::{
    rules::joint::is_joint,
    service::{
        adopt::{Past, Renewals, terms_of, under},
        facts::Known,
        tariff::Tariff,
    },
};

impl Run {
    /// Whether a meter is counted together with other subscriptions on any leg in a month.
    pub(super) fn is_joint(
        &self,
        billable: &Billable,
        tariffs: &[Tariff],
        meter: &str,
    ) -> Result<bool> {
        for tariff in tariffs {
            let legs = self.known.legs(&under(billable, &tariff.terms))?;
            let mut items = legs
                .iter()
                .filter_map(|leg| rules::metered_item(leg, meter));
            if items.any(is_joint) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The terms under which the days of a month are rated. What was decided when the month's first usage was rated
    /// stays, so that late usage meets the prices of its day.
    pub(super) async fn tariffs(
        &mut self,
        w: &mut Work,
        billable: &Billable,
        month: Period,
    ) -> Result<Vec<Tariff>> {
        let fixed = self.fixed.in_month(billable, month.start);
        if !fixed.is_empty() {
            return Ok(fixed);
        }
        let (known, renewals) = (&mut self.known, &mut self.renewals);
        let tariffs = decided(w, known, &self.past, renewals, billable, month).await?;
        for tariff in &tariffs {
            for (leg, terms) in billable.legs.iter().zip(&tariff.terms) {
                self.new_fixed.insert((leg.id, tariff.from_on), *terms);
            }
        }
        self.fixed.keep(billable, &tariffs);
        Ok(tariffs)
    }
}

/// The terms under which the days of a month, or of its rest, are rated.
pub(in crate::service) async fn decided(
    w: &mut Work,
    known: &mut Known,
    past: &Past,
    renewals: &mut Renewals,
    billable: &Billable,
    time: Period,
) -> Result<Vec<Tariff>> {
    let mut tariffs: Vec<Tariff> = Vec::new();
    let mut days = past.days(billable, time.start, time.end);
    days.insert(time.start);
    let agreed = terms_of(billable);
    let moved = renewals.days(w, known, &agreed, time.start, time.end);
    days.extend(moved.await?);
    for day in days {
        let terms = terms_on(w, known, past, renewals, billable, day).await?;
        if tariffs.last().is_none_or(|last| last.terms != terms) {
            tariffs.push(Tariff {
                from_on: day,
                terms,
            });
        }
    }
    Ok(tariffs)
}

/// The terms of every leg for the usage of a day: those agreed for the term; without a term, those of the revision
/// that holds on the day.
async fn terms_on(
    w: &mut Work,
    known: &mut Known,
    past: &Past,
    renewals: &mut Renewals,
    billable: &Billable,
    day: Date,
) -> Result<Vec<TermsId>> {
    let agreed = past.terms_on(billable, day);
    let committed = agreed
        .last()
        .and_then(|id| known.terms.get(id))
        .is_none_or(|terms| terms.term.is_some());
    if committed {
        return Ok(agreed);
    }
    let renewed = renewals
        .kept(w, known, billable, &agreed, (day, Turn::LOOK))
        .await?;
    Ok(renewed.unwrap_or(agreed))
}
