//! What would have been held under another plan from a day in the past on.

use super::{CorrectionInput, on, plan_on};
use crate::quote::purchase::ordered_items;
use std::collections::{BTreeMap, BTreeSet};
use tradewind_catalogue::types::{ItemKind, Plan, ProductDetail};
use tradewind_kernel::id::PlanId;
use tradewind_kernel::{Date, Decimal, Error, Result};
use tradewind_orders::types::{OrderedItem, PastHolding, QuantitySince};

/// All that was held under another plan: items go on by their codes with every change that is recorded of them, what the plan does not
/// have ends on the day, and what is new with it is held as is asked for, or as the plan usually comes.
pub(super) fn under_plan(
    product: &ProductDetail,
    plan_id: PlanId,
    input: &CorrectionInput,
    history: &[QuantitySince],
) -> Result<PastHolding> {
    let plan = product
        .plan(plan_id)
        .ok_or_else(|| Error::not_found(plan_id))?;
    let recorded = ByCode { product, history };
    let has = |plan: &Plan, code: &str| {
        let mut items = plan.items.iter();
        items.any(|item| item.kind != ItemKind::Metered && item.code == code)
    };
    // Who could have had an item and had none goes on with none; what is new comes as the plan usually does.
    let then = plan_on(history, input.from).and_then(|id| product.plan(id));
    let known = |code: &str| then.is_some_and(|then| has(then, code));
    let mut asked = recorded.on(input.from);
    asked.retain(|code, quantity| has(plan, code) && (known(code) || !quantity.is_zero()));
    asked.extend(input.quantities.clone());
    let asked = tradewind_catalogue::rules::check_quantities(plan, &asked)?;
    let mut items = ordered_items(plan, &asked);
    let since = |item: &OrderedItem, from_on: Date| QuantitySince {
        item_id: item.item_id,
        plan_id,
        from_on,
        quantity: item.quantity,
    };
    let mut quantities: Vec<QuantitySince> =
        items.iter().map(|item| since(item, input.from)).collect();
    let before = tradewind_kernel::calendar::add_days(input.from, -1)?;
    let own: BTreeSet<_> = plan.items.iter().map(|item| item.id).collect();
    let others: BTreeSet<_> = history.iter().map(|since| since.item_id).collect();
    for item_id in others.difference(&own) {
        if !on(history, *item_id, before).is_zero() {
            quantities.push(QuantitySince {
                item_id: *item_id,
                plan_id,
                from_on: input.from,
                quantity: Decimal::ZERO,
            });
        }
    }
    let days: BTreeSet<Date> = history.iter().map(|since| since.from_on).collect();
    for day in days.into_iter().filter(|day| *day > input.from) {
        let eve = tradewind_kernel::calendar::add_days(day, -1)?;
        let (was, is) = (recorded.on(eve), recorded.on(day));
        for item in &mut items {
            let quantity = is.get(&item.code).copied().unwrap_or_default();
            let before = was.get(&item.code).copied().unwrap_or_default();
            if quantity != before && quantity != item.quantity {
                item.quantity = quantity;
                quantities.push(since(item, day));
            }
        }
    }
    Ok(PastHolding {
        plan_id,
        items,
        quantities,
    })
}

/// What is recorded, by the codes of items, whatever plan they are of.
struct ByCode<'a> {
    product: &'a ProductDetail,
    history: &'a [QuantitySince],
}

impl ByCode<'_> {
    fn on(&self, day: Date) -> BTreeMap<String, Decimal> {
        let plans = self.product.plans.iter();
        let items = plans.flat_map(|plan| &plan.items);
        let mut held = BTreeMap::new();
        for item in items.filter(|item| item.kind != ItemKind::Metered) {
            let quantity = on(self.history, item.id, day);
            let sum: &mut Decimal = held.entry(item.code.clone()).or_default();
            // One plan is held at a time.
            *sum = quantity.max(*sum);
        }
        held
    }
}
