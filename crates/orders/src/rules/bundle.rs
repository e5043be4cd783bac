//! What makes a bundle, where it stands, and whether what was sold of it is still whole.

use tradewind_kernel::{Date, Error, Problems, Result, Text, id::ItemId, id::PlanId, text};

use super::discount::standing;
use crate::types::{
    Benefit, Bundle, BundleInput, BundlePart, BundledSubscription, CouponInput, CouponLimits,
    CouponState, DiscountScope, SubscriptionItem,
};

const PARTS: std::ops::RangeInclusive<usize> = 2..=12;
const SLUG: std::ops::RangeInclusive<usize> = 2..=60;

/// Whether a bundle can be as its seller wants it, as far as that can be seen without its plans.
///
/// # Errors
/// Names every field that is wrong and what would be accepted.
pub fn check_bundle(input: &BundleInput) -> Result<()> {
    let mut problems = Problems::new();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !SLUG.contains(&input.slug.len()) || !input.slug.chars().all(plain) {
        let text = "expected 2 to 60 small letters, digits and -";
        problems.add("slug", "malformed", text);
    }
    check_text(&mut problems, "name", &input.name, 80);
    check_text(&mut problems, "summary", &input.summary, 300);
    if input.name.is_empty() {
        let text = "say what shop and invoices call it";
        problems.add("name", "required", text);
    }
    if !PARTS.contains(&input.parts.len()) {
        problems.add("parts", "out_of_range", "expected 2 to 12 plans");
    }
    if let (Some(from), Some(until)) = (input.valid_from, input.valid_until)
        && until < from
    {
        let text = "must not be before valid_from";
        problems.add("valid_until", "out_of_range", text);
    }
    if let Some(periods) = input.periods
        && !(1..=120).contains(&periods)
    {
        problems.add("periods", "out_of_range", "must be between 1 and 120");
    }
    for (at, part) in input.parts.iter().enumerate() {
        if let Some(Benefit::TrialExtension { .. }) = part.benefit {
            let text = "a bundle takes off a percentage or an amount, or has a price";
            problems.add(format!("parts[{at}].benefit.gives"), "out_of_place", text);
        }
    }
    problems.finish()
}

fn check_text(problems: &mut Problems, field: &str, given: &Text, most: usize) {
    for (tag, name) in given.iter() {
        problems.check(text::check_len(&format!("{field}.{tag}"), name, 1, most));
    }
}

/// The discount on a plan of a bundle, as a coupon that nobody can enter; none where nothing is taken off. A price is that of the
/// recurring items together.
#[must_use]
pub fn discount_of(
    bundle: &BundleInput,
    part: &BundlePart,
    recurring: &[ItemId],
) -> Option<CouponInput> {
    let benefit = part.benefit?;
    let items = match benefit {
        Benefit::PriceOverride { .. } => recurring.to_vec(),
        _ => Vec::new(),
    };
    Some(CouponInput {
        name: bundle.name.clone(),
        code: None,
        benefit,
        scope: DiscountScope {
            products: vec![part.product_id],
            plans: vec![part.plan_id],
            items,
            ..DiscountScope::default()
        },
        periods: bundle.periods,
        limits: CouponLimits::default(),
    })
}

/// Where a bundle stands on a day at its seller.
#[must_use]
pub fn bundle_state(bundle: &Bundle, today: Date) -> CouponState {
    let valid = (bundle.terms.valid_from, bundle.terms.valid_until);
    standing(bundle.ended_at.is_some(), valid, today)
}

/// Whether a bundle can be bought on a day.
///
/// # Errors
/// `bundle_not_offered`.
pub fn buyable(bundle: &Bundle, today: Date) -> Result<()> {
    match bundle_state(bundle, today) {
        CouponState::Active => Ok(()),
        state => Err(Error::refused(
            "bundle_not_offered",
            format!("this bundle can't be bought today: it is {state}"),
        )),
    }
}

/// What is held of a part of a bundle.
#[derive(Debug, Clone, Copy)]
pub struct Held<'a> {
    /// Whether it has not ended.
    pub goes_on: bool,
    /// The plan.
    pub plan: PlanId,
    /// The quantities.
    pub items: &'a [SubscriptionItem],
}

/// Whether a part of a bundle is still what was sold, or more.
#[must_use]
pub fn is_whole(sold: &BundledSubscription, held: Held<'_>) -> bool {
    let has = |sold: &crate::types::OrderedItem| {
        let mut items = held.items.iter();
        items.any(|item| item.item_id == sold.item_id && item.quantity >= sold.quantity)
    };
    held.goes_on && held.plan == sold.plan_id && sold.items.iter().all(has)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{OrderedItem, WhenBroken};
    use tradewind_kernel::{
        Decimal,
        id::{OrderId, ProductId, SubscriptionId},
    };

    fn part(benefit: Option<Benefit>) -> BundlePart {
        BundlePart {
            product_id: ProductId::generate(),
            plan_id: PlanId::generate(),
            quantities: Default::default(),
            benefit,
        }
    }

    fn input(parts: Vec<BundlePart>) -> BundleInput {
        BundleInput {
            slug: "office".to_owned(),
            name: Text::en("Office"),
            summary: Text::default(),
            parts,
            periods: None,
            when_broken: WhenBroken::Keep,
            valid_from: None,
            valid_until: None,
        }
    }

    #[test]
    fn a_bundle_has_several_plans_a_name_and_no_trials() {
        let tenth = Some(Benefit::Percentage {
            percent: Decimal::TEN,
        });
        let good = input(vec![part(tenth), part(None)]);
        assert!(check_bundle(&good).is_ok());
        let trial = Some(Benefit::TrialExtension { days: 3 });
        let bad = BundleInput {
            slug: "Office!".to_owned(),
            name: Text::default(),
            periods: Some(0),
            ..input(vec![part(trial)])
        };
        let error = check_bundle(&bad).expect_err("refused");
        let fields: Vec<&str> = error
            .problems()
            .iter()
            .map(|one| one.field.as_str())
            .collect();
        assert_eq!(
            fields,
            ["slug", "name", "parts", "periods", "parts[0].benefit.gives"]
        );
    }

    #[test]
    fn a_part_is_whole_while_it_is_what_was_sold_or_more() {
        let (plan, item) = (PlanId::generate(), ItemId::generate());
        let quantity = |quantity: i64| Decimal::from(quantity);
        let sold = BundledSubscription {
            subscription_id: SubscriptionId::generate(),
            order_id: OrderId::generate(),
            plan_id: plan,
            items: vec![OrderedItem {
                item_id: item,
                code: "seats".to_owned(),
                quantity: quantity(3),
            }],
            coupon_id: None,
        };
        for (goes_on, plan, held, whole) in [
            (true, plan, 3, true),
            (true, plan, 4, true),
            (true, plan, 2, false),
            (false, plan, 3, false),
            (true, PlanId::generate(), 3, false),
        ] {
            let items = [SubscriptionItem {
                item_id: item,
                code: "seats".to_owned(),
                quantity: quantity(held),
            }];
            let held = Held {
                goes_on,
                plan,
                items: &items,
            };
            assert_eq!(is_whole(&sold, held), whole);
        }
    }
}
