//! Rating one part of a month on one leg.

use std::collections::BTreeSet;

use tradewind_catalogue::types::ItemTerms;
use tradewind_kernel::{Result, calendar};
use tradewind_platform::Work;

use super::{Outcome, Run, month, rules};
use crate::{
    rules::pool::{self, Closing},
    service::month::Month,
    store::{idle::IdleUsage, usage::RatedKey},
    types::{LegFacts, NewCharge},
};

/// A part of a month to be rated.
pub(super) struct PartOf<'a> {
    pub(super) month: &'a Month,
    pub(super) part: usize,
    /// Whether groups are rated again that have got nothing new.
    pub(super) whole: bool,
    /// The item with what is there of a quantity bought ahead; none where that is as its price says.
    pub(super) item: Option<ItemTerms>,
}

impl Run {
    /// What the groups of a part of a month come to on a leg, where that is not what was rated before.
    pub(super) async fn rate(
        &mut self,
        w: &mut Work,
        leg: &LegFacts,
        meter: &str,
        of: PartOf<'_>,
        idle: Option<&IdleUsage>,
    ) -> Result<Vec<Outcome>> {
        let PartOf {
            month,
            part,
            whole,
            item: applied,
        } = of;
        let groups = month.groups(part, month::is_idle(leg, meter));
        if groups.is_empty() {
            return Ok(Vec::new());
        }
        let Some(item) = rules::metered_item(leg, meter) else {
            return self.not_charged(leg, meter, &groups);
        };
        let item = applied.as_ref().unwrap_or(item);
        let keys: Vec<RatedKey> = groups
            .iter()
            .map(|group| month::rated_key(leg.id, group))
            .collect();
        let grown: Vec<bool> = groups
            .iter()
            .zip(&keys)
            .map(|(group, key)| {
                let known = self.rated.get(key);
                whole || known.is_none_or(|state| group.part.total.version > state.version)
            })
            .collect();
        if !grown.contains(&true) {
            return Ok(Vec::new());
        }
        let on = calendar::add_days(month.period.end, -1)?;
        for group in &groups {
            let needed = rules::rates_needed(leg, item, group.part.total).into_iter();
            let needed = needed.map(|(base, quote)| (base, quote, on)).collect();
            self.rates.load(w, needed).await?;
        }
        let closing = Closing {
            is_last: part + 1 == month.parts.len(),
            running: month::running(leg, month.period, idle)?,
        };
        let rated = pool::rate_groups(leg, item, &groups, closing, &self.rates)?;
        let moved: BTreeSet<usize> = rated
            .iter()
            .zip(&grown)
            .filter(|(_, grown)| **grown)
            .filter_map(|(rated, _)| rated.pool)
            .collect();
        let mut outcome = Vec::new();
        for (((group, key), grown), rated) in groups.iter().zip(keys).zip(grown).zip(rated) {
            // What is rated together changes together.
            if !grown && !rated.pool.is_some_and(|pool| moved.contains(&pool)) {
                continue;
            }
            let before = self.rated.get(&key).copied();
            let line = rules::line_of_group(leg, item, group.part.total);
            let (before, taken_back) = self.again.before(&key, &line, before)?;
            let charged = rules::group_charge(leg, item, &group.part, before, rated)?;
            if let Some((charge, state)) = charged {
                self.rated.insert(key.clone(), state);
                let charges = taken_back.into_iter().chain(charge).map(Some);
                let mut charges: Vec<Option<NewCharge>> = charges.collect();
                if charges.is_empty() {
                    charges.push(None);
                }
                for charge in charges {
                    let key = key.clone();
                    outcome.push(Outcome { key, state, charge });
                }
            }
        }
        Ok(outcome)
    }
}
