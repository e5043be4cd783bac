//! The usage of a subscription on one meter in one month, ready to be rated: what each group came to by the end of every
//! part of the month that has its own prices.

use tradewind_kernel::{
    Date, Result,
    calendar::{Cadence, Period},
    id::LegId,
};
use tradewind_metering::{rules::TotalKey, service as metering, types::UsageTotal};
use tradewind_orders::billing::Billable;
use tradewind_platform::Work;
use tradewind_pricing::{
    Ratio,
    proration::{Window, prorate},
};

use super::tariff::Tariff;
use crate::{
    rules::{
        pool::{EventCost, Group, charges_idle, needs_events},
        usage as rules,
    },
    store::{
        idle::IdleUsage,
        usage::{RatedKey, key_of},
    },
    types::LegFacts,
};

/// One meter in one month.
pub(super) struct Month {
    /// The parts of the month, each with its terms.
    pub(super) parts: Vec<(Period, Tariff)>,
    /// The whole month.
    pub(super) period: Period,
    groups: Vec<Series>,
}

/// One group over the month.
struct Series {
    /// What it came to by the end of each part; the last is the whole month.
    sums: Vec<UsageTotal>,
    events: Vec<EventCost>,
    /// Stands for a month without usage.
    idle: bool,
}

/// What is wanted of a month.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    /// The meter.
    pub(super) meter: &'a str,
    /// First day of the month.
    pub(super) month: Date,
    /// Whether prices look at single events.
    pub(super) events: bool,
    /// Whether the month counts even without usage.
    pub(super) idle: bool,
}

impl Month {
    /// Measures the groups of a month by its parts.
    pub(super) async fn measure(
        w: &mut Work,
        billable: &Billable,
        tariffs: &[Tariff],
        totals: &[&UsageTotal],
        wanted: Wanted<'_>,
    ) -> Result<Self> {
        let period = rules::usage_period(wanted.month)?;
        let ends = tariffs.iter().skip(1).map(|next| next.from_on);
        let ends: Vec<Date> = ends.chain([period.end]).collect();
        let mut parts = Vec::with_capacity(tariffs.len());
        for (tariff, end) in tariffs.iter().zip(&ends) {
            parts.push((Period::new(tariff.from_on, *end)?, tariff.clone()));
        }
        let days: Vec<Date> = parts.iter().skip(1).map(|(part, _)| part.start).collect();
        let zone = &billable.subscription.zone;
        let mut groups = Vec::with_capacity(totals.len() + 1);
        for total in totals {
            let mut sums = if days.is_empty() {
                Vec::new()
            } else {
                metering::totals_by_day_in(w, total, zone, &days).await?
            };
            sums.push((*total).clone());
            let events = if wanted.events {
                events(w, total).await?
            } else {
                Vec::new()
            };
            groups.push(Series {
                sums,
                events,
                idle: false,
            });
        }
        if wanted.idle && !totals.iter().any(|total| total.group_key.is_empty()) {
            let nothing = metering::no_usage(billable.subscription.id, wanted.meter, wanted.month);
            groups.insert(
                0,
                Series {
                    sums: vec![nothing; parts.len().max(1)],
                    events: Vec::new(),
                    idle: true,
                },
            );
        }
        Ok(Self {
            parts,
            period,
            groups,
        })
    }

    /// The groups of a part that count on a leg, in the order of their keys.
    pub(super) fn groups(&self, part: usize, leg_is_idle: bool) -> Vec<Group<'_>> {
        let Some((period, _)) = self.parts.get(part) else {
            return Vec::new();
        };
        let counted = self
            .groups
            .iter()
            .filter(|series| leg_is_idle || !series.idle);
        counted
            .filter_map(|series| {
                Some(Group {
                    part: rules::Part {
                        total: series.sums.get(part)?,
                        earlier: part
                            .checked_sub(1)
                            .and_then(|before| series.sums.get(before)),
                        period: *period,
                    },
                    events: &series.events,
                    idle: series.idle,
                })
            })
            .collect()
    }
}

/// The single costs of a group, in the order in which they arose.
async fn events(w: &mut Work, total: &UsageTotal) -> Result<Vec<EventCost>> {
    let key = TotalKey {
        subscription_id: total.subscription_id,
        meter: total.meter.clone(),
        period_on: total.period_on,
        group_key: total.group_key.clone(),
    };
    let records = metering::usage_records_between_in(w, &key, 0, total.version).await?;
    Ok(records
        .into_iter()
        .filter_map(|record| {
            Some(EventCost {
                at: record.input.starts_at,
                name: format!("{}\n{}", record.input.source, record.input.external_id),
                cost: record.input.cost?,
            })
        })
        .collect())
}

/// Whether a price of a meter on some leg looks at single events.
pub(super) fn wants_events(legs: &[LegFacts], meter: &str) -> bool {
    legs.iter()
        .filter_map(|leg| rules::metered_item(leg, meter))
        .any(|item| item.rules.iter().any(|rule| needs_events(&rule.model)))
}

/// Whether a leg charges for a month without usage on a meter.
pub(super) fn is_idle(leg: &LegFacts, meter: &str) -> bool {
    rules::metered_item(leg, meter)
        .and_then(|item| item.general_rule())
        .is_some_and(|rule| charges_idle(&rule.model))
}

/// The share of a month in which a subscription ran, by the policy of its first period.
pub(super) fn running(leg: &LegFacts, month: Period, idle: Option<&IdleUsage>) -> Result<Ratio> {
    let Some(idle) = idle else {
        return Ok(Ratio::ONE);
    };
    let start = idle.since_on.max(month.start);
    let end = idle
        .until_on
        .map_or(month.end, |until| until.min(month.end));
    if start >= end {
        return Ok(Ratio::ONE);
    }
    let window = Window::days(month, Period::new(start, end)?, Cadence::MONTHLY);
    prorate(leg.terms.policies.proration.start, &window)
}

/// The key of what a group comes to on a leg, in a part of a month.
pub(super) fn rated_key(leg: LegId, group: &Group<'_>) -> RatedKey {
    key_of(leg, group.part.total, group.part.period.start)
}

/// Whether a leg has to be looked at in months without usage.
pub(super) fn keeps_counting(leg: &LegFacts) -> bool {
    let mut meters = leg
        .terms
        .items
        .iter()
        .filter_map(|item| item.meter.as_deref());
    meters.any(|meter| is_idle(leg, meter))
}
