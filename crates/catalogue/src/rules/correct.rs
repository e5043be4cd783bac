//! The terms that a running subscription should have had in the past.

use std::collections::BTreeMap;

use tradewind_kernel::{
    Date, Error, Problems, Result,
    id::{ItemId, RevisionId},
};
use tradewind_pricing::{PriceModel, Purpose};

use super::{
    renew::{replaces, taken_over},
    shown::takes_quantity,
};
use crate::types::{Item, ItemKind, ItemTerms, LegTerms, Plan, PriceRule};

/// A revision by name, that should have held in its book.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    /// Which.
    pub revision: RevisionId,
    /// What the books say of each leg without it.
    pub without: &'a [LegTerms],
}

/// The terms of every leg at other prices of the books: each leg whose revision is another one, or that has prices of its own, and
/// those below it take them over, up to a day from which the books count again. Where one revision is named, of the legs below that of
/// its book only those follow whose prices rest on it, item by item; so prices that were agreed, or have risen, stay. Rhythm, term,
/// billing days and introductions that run stay. Answers which legs are others; nothing where the sale could not be bought in the same
/// way (other sellers, another currency, an item fewer).
#[must_use]
pub fn corrected(
    agreed: &[&LegTerms],
    books: &[LegTerms],
    named: Option<Named<'_>>,
    kept_until: Date,
) -> Option<Vec<Option<LegTerms>>> {
    let alike = agreed.len() == books.len();
    if !alike
        || !agreed
            .iter()
            .zip(books)
            .all(|(old, new)| replaces(old, new))
    {
        return None;
    }
    let mut moved = false;
    let mut legs = Vec::with_capacity(agreed.len());
    for (at, (recorded, new)) in agreed.iter().zip(books).enumerate() {
        let terms = match named {
            Some(named) if new.revision != named.revision => {
                following(recorded, named.without.get(at)?, new)?
            }
            _ => {
                let old = listed(recorded);
                moved |= (old.book, old.revision) != (new.book, new.revision) || old != **recorded;
                moved.then(|| taken_over(&old, new))
            }
        };
        legs.push(terms.map(|terms| LegTerms {
            kept_until: Some(kept_until),
            ..terms
        }));
    }
    Some(legs)
}

/// The terms of a leg with the prices of those items that are others than without a revision above; the inner answer is nothing where none
/// is. Nothing at all where what it was sold by can't be told any more.
fn following(recorded: &LegTerms, without: &LegTerms, new: &LegTerms) -> Option<Option<LegTerms>> {
    let priced = |terms: &LegTerms, item: ItemId| -> Option<Vec<_>> {
        let item = terms.item(item)?;
        let rules = item.rules.iter();
        let rules = rules.map(|rule| (rule.matches.clone(), rule.model.clone()));
        Some(rules.collect())
    };
    let stays = |item: ItemId| priced(without, item) == priced(new, item);
    if recorded.items.iter().all(|item| stays(item.item)) {
        return Some(None);
    }
    if (recorded.book, recorded.revision) != (new.book, new.revision) {
        return None;
    }
    let terms = taken_over(recorded, new);
    Some(Some(terms.each_item(|item| {
        let own = recorded.item(item.item).filter(|_| stays(item.item));
        own.cloned().unwrap_or(item)
    })))
}

/// Terms without the prices that were agreed for one sale: the book's take their place.
fn listed(terms: &LegTerms) -> LegTerms {
    terms.each_item(|item| ItemTerms {
        negotiated: false,
        ..item
    })
}

/// Terms in which an item has a price of its own from now on; prices for usage with special dimensions stay. Nothing where it is at
/// that price already, or where the terms have no such item.
///
/// # Errors
/// `introductory` while an introduction of the item runs.
pub fn negotiated(
    terms: &LegTerms,
    item: &ItemTerms,
    model: &PriceModel,
) -> Result<Option<LegTerms>> {
    if item.introduction.is_some() {
        return Err(Error::refused(
            "introductory",
            "an introductory price holds in this time; name a day after it",
        ));
    }
    if item.general_rule().is_some_and(|rule| rule.model == *model) && item.negotiated {
        return Ok(None);
    }
    let special = item.rules.iter().filter(|rule| !rule.matches.is_empty());
    let own = PriceRule {
        matches: BTreeMap::new(),
        model: model.clone(),
        markup: None,
        rates: Vec::new(),
        trail: vec!["agreed for this sale".to_owned()],
    };
    let rules: Vec<PriceRule> = special.cloned().chain([own]).collect();
    Ok(Some(terms.each_item(|one| {
        if one.item == item.item {
            ItemTerms {
                rules: rules.clone(),
                // What rises by rule rises from here.
                raised: None,
                negotiated: true,
                ..one
            }
        } else {
            one
        }
    })))
}

/// Whether a price can be agreed for an item of a plan.
///
/// # Errors
/// Names what is wrong with the model.
pub fn check_negotiated(plan: &Plan, item: &Item, model: &PriceModel) -> Result<()> {
    let mut problems = Problems::new();
    problems.check(model.check(Purpose::Charge));
    if item.kind != ItemKind::Metered && !takes_quantity(model) {
        problems.add(
            "model",
            "not_applicable",
            "only usage has a price like this; use flat, per_unit, graduated, volume, stairstep or package",
        );
    }
    if model.pooled {
        problems.add(
            "pooled",
            "not_applicable",
            "a price of one sale is not counted together with other sales",
        );
    }
    if let Some(prepaid) = &model.prepaid {
        let fits = item.kind == ItemKind::Metered && item.aggregation.is_sum();
        let mut ordered = plan
            .items
            .iter()
            .filter(|other| other.kind != ItemKind::Metered);
        let known = prepaid
            .per
            .as_ref()
            .is_none_or(|code| ordered.any(|other| other.code == *code));
        if !fits || !known {
            problems.add(
                "prepaid",
                "not_applicable",
                "only usage that is summed up is bought ahead, each month or with an item of the plan that is ordered",
            );
        }
    }
    problems.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{Rates, fixture, resolve_plan};
    use tradewind_kernel::id::RevisionId;
    use tradewind_kernel::{Decimal, id::AccountId};
    use tradewind_pricing::{Usage, total};

    fn terms() -> LegTerms {
        let goods = fixture::product(AccountId::generate(), "goods");
        let item = &goods.plans[0].items[0];
        let price = PriceModel::per_unit(fixture::dec("10"));
        let seller = fixture::tier("EUR", vec![fixture::absolute(item, price)]);
        let on = fixture::day("2024-09-30");
        let legs = resolve_plan(&goods.plans[0], &[seller], &Rates::default(), on);
        let legs = legs.expect("prices").expect("it is sold");
        legs.into_iter().next().expect("a leg")
    }

    fn price(terms: &LegTerms) -> Decimal {
        let rule = terms.items[0].general_rule().expect("a rule");
        total(&rule.model, &Usage::Quantity(Decimal::ONE)).expect("a price")
    }

    #[test]
    fn prices_of_one_sale_outlive_revisions_but_not_a_correction_to_the_books() {
        let agreed = terms();
        let model = PriceModel::per_unit(fixture::dec("7"));
        let own = negotiated(&agreed, &agreed.items[0], &model).expect("no introduction");
        let own = own.expect("another price");
        assert_eq!(price(&own), fixture::dec("7"));
        let same = negotiated(&own, &own.items[0], &model).expect("no introduction");
        assert_eq!(same, None);
        let next = LegTerms {
            revision: RevisionId::generate(),
            ..agreed.clone()
        };
        assert_eq!(price(&taken_over(&own, &next)), fixture::dec("7"));
        let until = fixture::day("2024-11-01");
        let back = corrected(&[&own], std::slice::from_ref(&agreed), None, until).expect("alike");
        let back = back[0].as_ref().expect("another price");
        assert_eq!(
            (price(back), back.kept_until),
            (fixture::dec("10"), Some(until))
        );
        let stays = corrected(&[&agreed], std::slice::from_ref(&agreed), None, until);
        assert_eq!(stays, Some(vec![None]));
        assert_eq!(corrected(&[&agreed], &[], None, until), None);
    }
}
