//! Usage that is counted together over several subscriptions of a customer.
//!
//! Together is what costs the same: the usage of a month (or of a part of it) by all subscriptions of one customer to the same
//! item, between the same seller and buyer, at the same price. What has another price is counted with its own kind. Each
//! subscription is charged what it adds to those before it, so that the charges sum to the price of the whole.

use std::collections::BTreeMap;

use tradewind_catalogue::types::ItemTerms;
use tradewind_kernel::{
    Currency, Locale,
    calendar::Period,
    id::{AccountId, ItemId},
};
use tradewind_pricing::PriceModel;

use crate::types::{LegFacts, NewCharge};

/// Whether the usage of an item is counted together over all subscriptions of its customer: by its general price.
#[must_use]
pub fn is_joint(item: &ItemTerms) -> bool {
    let rule = item.general_rule().filter(|_| item.aggregation.adds_up());
    rule.is_some_and(|rule| rule.model.pooled)
}

/// What has to be the same for usage to be counted together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JointKey {
    customer: AccountId,
    between: (AccountId, AccountId),
    item: ItemId,
    currency: Currency,
    /// The days, and whether they are the last of their month.
    part: (Period, bool),
    prices: Vec<(BTreeMap<String, String>, PriceModel)>,
    conversions: Vec<(Currency, Currency)>,
}

impl JointKey {
    /// With what the usage of an item on a leg is counted, in a part of a month.
    #[must_use]
    pub fn of(
        customer: AccountId,
        leg: &LegFacts,
        item: &ItemTerms,
        part: Period,
        is_last: bool,
    ) -> Self {
        let rules = item.rules.iter();
        Self {
            customer,
            between: (leg.seller_id, leg.buyer_id),
            item: item.item,
            currency: leg.terms.currency,
            part: (part, is_last),
            prices: rules
                .map(|rule| (rule.matches.clone(), rule.model.clone()))
                .collect(),
            conversions: item.conversions.clone(),
        }
    }

    /// Whether the part is the last of its month.
    #[must_use]
    pub const fn is_last(&self) -> bool {
        self.part.1
    }
}

/// Puts a charge on the line of all that is counted together, which names the item and no subscription. Usage that names its
/// service is on the line of the service anyway.
pub fn on_one_line(charge: &mut NewCharge, item: &ItemTerms, locale: Locale, customer: AccountId) {
    let own = format!("/{}", charge.subscription_id);
    let Some(usage) = &mut charge.usage else {
        return;
    };
    let Some(line) = usage.line.strip_suffix(&own) else {
        return;
    };
    usage.line = format!("{line}/{customer}");
    item.name.get(locale).clone_into(&mut charge.group_label);
    charge.description = match locale {
        Locale::En => "all subscriptions together".to_owned(),
        Locale::De => "alle Abonnements zusammen".to_owned(),
    };
}
