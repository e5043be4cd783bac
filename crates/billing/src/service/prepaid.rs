//! Quantities bought ahead: what is included in the months of a sale, and what its parties see of it.

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use tradewind_catalogue::{rules::Turn, types::ItemTerms};
use tradewind_kernel::{
    Date, Decimal, Result, calendar, decimal,
    id::{AccountId, LegId, SubscriptionId},
};
use tradewind_metering::{service as metering, types::UsageTotal};
use tradewind_orders::billing::{self as orders, Billable};
use tradewind_platform::{OpCtx, Platform, Work};
use tradewind_policy::{Action, ResourceKind};
use utoipa::ToSchema;

use super::{
    adopt::{Past, Renewals, legs_under, terms_of, under},
    facts::{self, Known},
    month, realm,
    tariff::Tariffs,
    traded,
};
use crate::{
    rules::prepaid::{Held, Months, is_prepaid, month_on, prepaid_of, with_included},
    store::usage,
    types::LegFacts,
};

/// The months of meters on which something is bought ahead, by leg.
#[derive(Debug, Default)]
pub(super) struct Prepaid(HashMap<(LegId, String), Months>);

impl Prepaid {
    /// Notes what a month of a meter brings and draws on legs, as their terms stand by its end.
    pub(super) fn note(
        &mut self,
        legs: &[LegFacts],
        meter: &str,
        first: Date,
        held: &Held,
        history: &[&UsageTotal],
    ) -> Result<()> {
        let totals = of_month(history, first);
        for leg in legs {
            let month = month_on(leg, meter, first, held, &totals)?;
            let months = self.0.entry((leg.id, meter.to_owned())).or_default();
            months.note(first, month);
        }
        Ok(())
    }

    /// The item of a leg with what is there of it in a month; none where its usage is not summed up.
    pub(super) fn applied(
        &self,
        leg: &LegFacts,
        item: &ItemTerms,
        first: Date,
        held: &Held,
        history: &[&UsageTotal],
    ) -> Result<Option<ItemTerms>> {
        let meter = item.meter.as_deref().unwrap_or_default();
        if !item.aggregation.is_sum() {
            return Ok(None);
        }
        let none = Months::default();
        let months = self.0.get(&(leg.id, meter.to_owned())).unwrap_or(&none);
        // A part of a month that has its own price brings what that price says.
        let month = month_on(leg, meter, first, held, &of_month(history, first))?;
        let turned = months.up_to(first, month)?;
        let last = turned.months.last().copied().unwrap_or_default();
        Ok(Some(with_included(item, last.available()?)))
    }
}

fn of_month<'a>(history: &[&'a UsageTotal], first: Date) -> Vec<&'a UsageTotal> {
    let own = history.iter().filter(|total| total.period_on == first);
    own.copied().collect()
}

/// What a sale has held, and when it ran.
pub(super) fn held_of(billable: &Billable) -> Held {
    let one = &billable.subscription;
    let began = one.activated_at.unwrap_or(one.ordered_at);
    Held {
        quantities: facts::quantities(&billable.quantities),
        since: began.date_in(&one.zone),
        until: month::ended_on(billable),
    }
}

/// Whether something is bought ahead on a meter by any terms that are known.
pub(super) fn is_known(known: &Known, meter: &str) -> bool {
    is_prepaid(known.terms.values().flat_map(|terms| &terms.items), meter)
}

/// The months of a meter up to one, as they were decided when they were rated and as they are agreed where that is not so yet.
pub(super) fn decided(
    known: &Known,
    (fixed, past): (&Tariffs, &Past),
    billable: &Billable,
    meter: &str,
    history: &[&UsageTotal],
    until: Date,
) -> Result<Prepaid> {
    let held = held_of(billable);
    let mut prepaid = Prepaid::default();
    let mut first = held.since;
    first = history
        .iter()
        .map(|total| total.period_on)
        .fold(first, Date::min);
    for month in month::months_between(first, until)? {
        let decided = fixed.in_month(billable, month).pop();
        let terms = decided.map_or_else(
            || past.terms_on(billable, month.last_of_month()),
            |tariff| tariff.terms,
        );
        let legs = known.legs(&under(billable, &terms))?;
        prepaid.note(&legs, meter, month, &held, history)?;
    }
    Ok(prepaid)
}

/// What is left of what one month brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PrepaidLot {
    /// How much.
    #[schema(value_type = String)]
    pub quantity: Decimal,
    /// The first day on which it is no longer there; none where it is kept without end.
    #[schema(value_type = Option<String>, format = Date)]
    pub lapses_on: Option<Date>,
}

/// A quantity bought ahead, in the running month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PrepaidStanding {
    /// Who sells on the leg.
    pub seller_id: AccountId,
    /// Who buys on it.
    pub buyer_id: AccountId,
    /// Code of the item.
    pub item: String,
    /// Its name in the buyer's language.
    pub name: String,
    /// What is counted.
    pub unit: String,
    /// First day of the month.
    #[schema(value_type = String, format = Date)]
    pub month: Date,
    /// What earlier months have left.
    #[schema(value_type = String)]
    pub carried: Decimal,
    /// What the month brings.
    #[schema(value_type = String)]
    pub granted: Decimal,
    /// What was used in it so far.
    #[schema(value_type = String)]
    pub used: Decimal,
    /// What is still there.
    #[schema(value_type = String)]
    pub left: Decimal,
    /// The same by when it lapses, the oldest first.
    pub lots: Vec<PrepaidLot>,
    /// The most that is left to the next month; none where there is no bound.
    #[schema(value_type = Option<String>)]
    pub at_most: Option<Decimal>,
}

/// What is left of the quantities bought ahead with a subscription, on the legs that the principal may see charges of. The month
/// is that of the subscription's zone. Nothing is left of what has ended.
///
/// # Errors
/// Not found; database errors.
pub async fn prepaid_list(
    p: &Platform,
    ctx: &OpCtx,
    subscription: SubscriptionId,
) -> Result<Vec<PrepaidStanding>> {
    p.read(ctx, &subscription, |w, subscription| {
        Box::pin(prepaid_in(w, *subscription))
    })
    .await
}

async fn prepaid_in(w: &mut Work, subscription: SubscriptionId) -> Result<Vec<PrepaidStanding>> {
    let billable = orders::billable_in(w, subscription).await?;
    if billable.subscription.commercial_state.is_final() {
        return Ok(Vec::new());
    }
    let mut known = Known::default();
    known
        .learn_terms(w, terms_of(&billable).into_iter().collect())
        .await?;
    let any = |known: &Known, of: fn(&ItemTerms) -> bool| {
        let mut items = known.terms.values().flat_map(|terms| &terms.items);
        items.any(of)
    };
    if !any(&known, |item| item.meter.is_some()) {
        return Ok(Vec::new());
    }
    let past = Past::load(w, &mut known, std::slice::from_ref(&billable)).await?;
    if !any(&known, |item| prepaid_of(item).is_some()) {
        return Ok(Vec::new());
    }
    known.learn(w, std::slice::from_ref(&billable)).await?;
    let now = w.ctx.now.date_in(&billable.subscription.zone);
    let running = running_legs(w, &known, &past, &billable, now).await?;
    let metered = running.iter().flat_map(|leg| &leg.terms.items);
    let metered = metered.filter_map(|item| item.meter.clone());
    let mut meters: BTreeSet<String> = metered.collect();
    meters.retain(|meter| is_known(&known, meter));
    let realm = realm(w);
    let ids: Vec<LegId> = running.iter().map(|leg| leg.id).collect();
    let fixed = usage::terms(&mut w.tx, realm, &ids).await?;
    known
        .learn_terms(w, fixed.values().copied().collect())
        .await?;
    let fixed = Tariffs::of(fixed);
    let month = now.first_of_month();
    let after = calendar::add_months(month, 1)?;
    let totals = metering::totals_before_in(w, &[subscription], after).await?;
    let held = held_of(&billable);
    let mut found = Vec::new();
    for meter in &meters {
        let own = totals.iter().filter(|total| total.meter == *meter);
        let history: Vec<&UsageTotal> = own.collect();
        let prepaid = decided(&known, (&fixed, &past), &billable, meter, &history, month)?;
        for leg in &running {
            let standing = prepaid.standing(leg, meter, month, &held, &history)?;
            let Some(standing) = standing else { continue };
            let target = traded(w, ResourceKind::Charge, leg.seller_id, leg.buyer_id).await?;
            if w.may(Action::ChargeView, &target) {
                found.push(standing);
            }
        }
    }
    Ok(found)
}

/// The legs of a sale under the terms that price the usage of a day.
async fn running_legs(
    w: &mut Work,
    known: &Known,
    past: &Past,
    billable: &Billable,
    day: Date,
) -> Result<Vec<LegFacts>> {
    let agreed = past.terms_on(billable, day);
    let legs = known.legs(&under(billable, &agreed))?;
    if legs.last().is_none_or(|leg| leg.terms.term.is_some()) {
        return Ok(legs);
    }
    let renewed = Renewals::default()
        .terms(w, known, billable, &agreed, (day, Turn::LOOK))
        .await?;
    Ok(renewed.map_or(legs.clone(), |terms| legs_under(&legs, &terms)))
}

impl Prepaid {
    /// How a meter stands in the running month of a leg; none where nothing is bought ahead and nothing is left.
    fn standing(
        &self,
        leg: &LegFacts,
        meter: &str,
        first: Date,
        held: &Held,
        history: &[&UsageTotal],
    ) -> Result<Option<PrepaidStanding>> {
        let Some(item) = crate::rules::usage::metered_item(leg, meter) else {
            return Ok(None);
        };
        let month = month_on(leg, meter, first, held, &of_month(history, first))?;
        let none = Months::default();
        let months = self.0.get(&(leg.id, meter.to_owned())).unwrap_or(&none);
        let turned = months.up_to(first, month)?;
        let balance = turned.months.last().copied().unwrap_or_default();
        let prepaid = prepaid_of(item);
        if prepaid.is_none() && balance.carried.is_zero() {
            return Ok(None);
        }
        let since = months.first().unwrap_or(first);
        let lapses = |until: usize| {
            let months = i64::try_from(until).unwrap_or(i64::MAX).saturating_add(1);
            calendar::add_months(since, months)
        };
        let lots = turned.left.iter().map(|lot| {
            Ok(PrepaidLot {
                quantity: lot.left.normalize(),
                lapses_on: lot.until.map(lapses).transpose()?,
            })
        });
        Ok(Some(PrepaidStanding {
            seller_id: leg.seller_id,
            buyer_id: leg.buyer_id,
            item: item.code.clone(),
            name: item.name.get(leg.locale).to_owned(),
            unit: item.unit.counted(leg.locale, Decimal::TWO).to_owned(),
            month: first,
            carried: balance.carried.normalize(),
            granted: balance.granted.normalize(),
            used: month.used.normalize(),
            left: decimal::sub(balance.available()?, balance.drawn)?.normalize(),
            lots: lots.collect::<Result<_>>()?,
            at_most: month.at_most,
        }))
    }
}
