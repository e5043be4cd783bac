//! The usage of a subscription on one meter in one month, ready to be rated: what each group came to by the end of every
//! part of the month that has its own prices.

use std::collections::BTreeSet;

use tradewind_kernel::{
    Date, Decimal, Result, Zone,
    calendar::{self, Cadence, Period},
    decimal,
    id::LegId,
};
use tradewind_metering::{
    rules::TotalKey,
    service as metering,
    types::{UsageRecord, UsageTotal},
};
use tradewind_orders::{billing::Billable, types::CommercialState};
use tradewind_platform::Work;
use tradewind_pricing::{
    Aggregation, Ratio,
    aggregation::{Reading, Window, quantity},
    proration::{self, prorate},
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

impl Series {
    /// Whether all of its records were taken back, and nothing is held.
    fn is_emptied(&self) -> bool {
        let whole = self.sums.last();
        whole.is_some_and(|sum| sum.version > 0 && sum.records == 0 && sum.quantity.is_zero())
    }
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
    /// How usage becomes a quantity.
    pub(super) how: &'a Aggregation,
    /// The totals of the meter in all months.
    pub(super) history: &'a [&'a UsageTotal],
    /// The first day on which the subscription no longer runs.
    pub(super) until: Option<Date>,
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
        let mut month = Self {
            parts,
            period,
            groups,
        };
        if !wanted.how.is_sum() {
            month.aggregate(w, zone, wanted).await?;
        }
        let unnamed = |series: &&mut Series| {
            let first = series.sums.first();
            first.is_some_and(|sum| sum.group_key.is_empty())
        };
        let known = month.groups.iter_mut().find(unnamed);
        let is_known = known.is_some();
        if let Some(series) = known.filter(|series| series.is_emptied()) {
            series.idle = wanted.idle;
        }
        if wanted.idle && !is_known {
            let nothing = metering::no_usage(billable.subscription.id, wanted.meter, wanted.month);
            let series = Series {
                sums: vec![nothing; month.parts.len().max(1)],
                events: Vec::new(),
                idle: true,
            };
            month.groups.insert(0, series);
        }
        Ok(month)
    }

    /// Gives the groups the quantities that their records aggregate to. Groups whose value goes on from an earlier month
    /// are there even when nothing was reported.
    async fn aggregate(&mut self, w: &mut Work, zone: &Zone, wanted: Wanted<'_>) -> Result<()> {
        let earlier: Vec<&UsageTotal> = wanted
            .history
            .iter()
            .filter(|total| total.period_on < wanted.month && wanted.how.carries())
            .copied()
            .collect();
        for total in &earlier {
            let known = self.groups.iter().any(|series| {
                let first = series.sums.first();
                first.is_some_and(|sum| sum.group_key == total.group_key)
            });
            if !known {
                let sum = UsageTotal {
                    period_on: wanted.month,
                    version: 0,
                    records: 0,
                    quantity: Decimal::ZERO,
                    cost: total.cost.map(|_| Decimal::ZERO),
                    ..(*total).clone()
                };
                self.groups.push(Series {
                    sums: vec![sum; self.parts.len().max(1)],
                    events: Vec::new(),
                    idle: false,
                });
            }
        }
        let key = |series: &Series| series.sums.first().map(|sum| sum.group_key.clone());
        self.groups.sort_by_key(key);
        let mut carried = Vec::with_capacity(self.groups.len());
        let mut readings = Vec::with_capacity(self.groups.len());
        for series in &self.groups {
            let whole = series.sums.last();
            let group = whole.map_or("", |total| total.group_key.as_str());
            let of_group = earlier.iter().filter(|total| total.group_key == group);
            carried.push(carried_into(w, wanted.how, of_group.copied()).await?);
            readings.push(match whole {
                Some(total) if total.records > 0 => readings_of(w, total, wanted.how).await?,
                _ => Vec::new(),
            });
        }
        let from = zone.start_of_day(self.period.start).as_micros();
        let to = zone.start_of_day(self.period.end).as_micros();
        let until = wanted.until.filter(|_| wanted.how.carries());
        let until = until.map_or(to, |until| {
            zone.start_of_day(until).as_micros().clamp(from, to)
        });
        for (at, (part, _)) in self.parts.iter().enumerate() {
            let end = zone.start_of_day(part.end).as_micros();
            let window = Window {
                from,
                to,
                upto: end.min(until),
            };
            let mut seen = BTreeSet::new();
            for ((series, carried), readings) in self.groups.iter_mut().zip(&carried).zip(&readings)
            {
                if let Some(sum) = series.sums.get_mut(at) {
                    sum.quantity = quantity(wanted.how, *carried, readings, window, &mut seen)?;
                }
            }
        }
        Ok(())
    }

    /// The groups of a part that count on a leg, in the order of their keys.
    pub(super) fn groups(&self, part: usize, leg_is_idle: bool) -> Vec<Group<'_>> {
        let Some((period, _)) = self.parts.get(part) else {
            return Vec::new();
        };
        let counted = self
            .groups
            .iter()
            .filter(|series| leg_is_idle || !series.idle || series.is_emptied());
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
                    idle: series.idle && leg_is_idle,
                })
            })
            .collect()
    }
}

/// What a group held when a month began, by its earlier months.
async fn carried_into<'a>(
    w: &mut Work,
    how: &Aggregation,
    earlier: impl Iterator<Item = &'a UsageTotal>,
) -> Result<Decimal> {
    let mut earlier: Vec<&UsageTotal> = earlier.filter(|total| total.records > 0).collect();
    match how {
        Aggregation::TimeWeighted => earlier.iter().try_fold(Decimal::ZERO, |sum, total| {
            decimal::add(sum, total.quantity)
        }),
        Aggregation::Average => {
            earlier.sort_by_key(|total| total.period_on);
            let Some(last) = earlier.last() else {
                return Ok(Decimal::ZERO);
            };
            let mut readings = readings_of(w, last, how).await?;
            readings.sort();
            Ok(readings.last().map_or(Decimal::ZERO, |last| last.quantity))
        }
        _ => Ok(Decimal::ZERO),
    }
}

/// The records of a group.
async fn records(w: &mut Work, total: &UsageTotal) -> Result<Vec<UsageRecord>> {
    let key = TotalKey {
        subscription_id: total.subscription_id,
        meter: total.meter.clone(),
        period_on: total.period_on,
        group_key: total.group_key.clone(),
    };
    metering::usage_records_between_in(w, &key, 0, total.version).await
}

/// The records of a group as aggregation sees them.
async fn readings_of(w: &mut Work, total: &UsageTotal, how: &Aggregation) -> Result<Vec<Reading>> {
    let value = |record: &UsageRecord| match how {
        Aggregation::Distinct(of) => {
            let named = record.input.dimensions.get(of);
            named.or_else(|| record.input.attributes.get(of)).cloned()
        }
        _ => None,
    };
    let records = records(w, total).await?;
    Ok(records
        .into_iter()
        .map(|record| Reading {
            from: record.input.starts_at.as_micros(),
            name: name_of(&record),
            until: record.input.ends_at.as_micros(),
            quantity: record.input.quantity,
            value: value(&record),
        })
        .collect())
}

fn name_of(record: &UsageRecord) -> String {
    format!("{}\n{}", record.input.source, record.input.external_id)
}

/// The single costs of a group, in the order in which they arose.
async fn events(w: &mut Work, total: &UsageTotal) -> Result<Vec<EventCost>> {
    let records = records(w, total).await?;
    Ok(records
        .into_iter()
        .filter_map(|record| {
            Some(EventCost {
                at: record.input.starts_at,
                name: name_of(&record),
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

/// How the usage of a meter becomes a quantity; the same on all legs of a sale.
pub(super) fn aggregation<'a>(legs: &'a [LegFacts], meter: &str) -> &'a Aggregation {
    const SUM: &Aggregation = &Aggregation::Sum;
    let item = legs.last().and_then(|leg| rules::metered_item(leg, meter));
    item.map_or(SUM, |item| &item.aggregation)
}

/// Whether a leg charges for a month without usage on a meter.
pub(super) fn is_idle(leg: &LegFacts, meter: &str) -> bool {
    rules::metered_item(leg, meter)
        .and_then(|item| item.general_rule())
        .is_some_and(|rule| charges_idle(&rule.model))
}

/// Whether a month counts as one without usage: nothing has come to it or all of that was taken back, or what it was rated in
/// is `known`. What has come without a group of its own stands in the same place.
pub(super) fn may_be_idle(totals: &[&UsageTotal], known: bool) -> bool {
    let unnamed = totals.iter().any(|total| total.group_key.is_empty());
    totals.iter().all(|total| total.records == 0) || known && !unnamed
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
    let window = proration::Window::days(month, Period::new(start, end)?, Cadence::MONTHLY);
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
    meters
        .any(|meter| is_idle(leg, meter) || aggregation(std::slice::from_ref(leg), meter).carries())
}

/// The first days of the months from one on up to another, which is not among them.
pub(super) fn months_between(from: Date, until: Date) -> Result<Vec<Date>> {
    let mut months = Vec::new();
    let mut month = from.first_of_month();
    while month < until {
        months.push(month);
        month = calendar::add_months(month, 1)?;
    }
    Ok(months)
}

/// From when to when a subscription is looked at in months without usage.
pub(super) fn run_of(billable: &Billable, idle: IdleUsage) -> IdleUsage {
    IdleUsage {
        until_on: idle.until_on.or_else(|| ended_on(billable)),
        ..idle
    }
}

/// The first day on which a subscription no longer runs. One that has ended without a day being noted did so in the period
/// in which it was last billed.
pub(super) fn ended_on(billable: &Billable) -> Option<Date> {
    let one = &billable.subscription;
    let over = matches!(
        one.commercial_state,
        CommercialState::Terminated | CommercialState::Expired
    );
    if over {
        one.cancel_on.or(one.period_start)
    } else {
        None
    }
}
