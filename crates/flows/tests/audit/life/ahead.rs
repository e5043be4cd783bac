//! Plans of usage in units; and units that are bought ahead, come with every month and are kept for later ones.

use std::collections::BTreeMap;

use tradewind_catalogue::service::{plan_create, price_book_list, revision_create};
use tradewind_catalogue::types::{
    ItemDraft, ItemKind, ListingDraft, ListingPrice, Plan, PlanCreate, PlanDraft, PlanStatus,
    RevisionCreate, Timing,
};
use tradewind_flows::quote::quote_purchase;
use tradewind_kernel::calendar::{Cadence, add_days, days_between};
use tradewind_kernel::id::SubscriptionId;
use tradewind_kernel::{Date, Decimal, Text};
use tradewind_pricing::{Prepaid, PriceModel};
use tradewind_testkit::{Ahead, Exact};

use super::shared::{SHARED, shared_price};
use super::{Life, late};
use crate::common::{item, list_prices, markup};

/// The meter.
pub(super) const CALLS: &str = "calls";

/// Hundredths of units that come with a month, months for which they are kept, and the most that is kept.
const AHEAD: Ahead = Ahead {
    brings: 40_000,
    months: 2,
    at_most: 60_000,
};

impl Life {
    /// The vendor sells units of usage from tomorrow on: some for 0.02 that are bought ahead, and some that are counted together.
    pub(super) async fn sell_units(&self) -> (Plan, Plan) {
        let (p, ctx) = (self.world.p(), self.world.ctx().await);
        let (calls, shared) = (self.plan_of(CALLS).await, self.plan_of(SHARED).await);
        let prepaid = Prepaid {
            per: None,
            months: u16::try_from(AHEAD.months).ok(),
            at_most: Some(hundredths(AHEAD.at_most)),
        };
        let model = PriceModel {
            prepaid: Some(prepaid),
            ..PriceModel::per_unit(Decimal::new(2, 2)).with_included(hundredths(AHEAD.brings))
        };
        let own = |plan: &Plan, model| ListingDraft {
            item_id: plan.items.first().map(|item| item.id),
            price: ListingPrice::Absolute { model },
            ..markup("0")
        };
        let books = price_book_list(p, &ctx, self.world.vendor).await;
        let book = books.expect("books").remove(0).book;
        let revision = RevisionCreate {
            book_id: book.id,
            effective_on: add_days(self.today, 1).expect("a day"),
            note: String::new(),
            policies: None,
            listings: list_prices(&self.world.product)
                .into_iter()
                .chain([own(&calls, model), own(&shared, shared_price())])
                .collect(),
        };
        revision_create(p, &ctx, &revision)
            .await
            .expect("a revision");
        (calls, shared)
    }

    /// A plan of the vendor's that is all usage, counted on a meter of its name.
    async fn plan_of(&self, meter: &str) -> Plan {
        let metered = ItemDraft {
            meter: Some(meter.to_owned()),
            timing: Timing::Arrears,
            ..item(meter, ItemKind::Metered, 0)
        };
        let create = PlanCreate {
            product_id: self.world.product.product.id,
            draft: PlanDraft {
                code: meter.to_owned(),
                name: Text::en(meter),
                description: Text::default(),
                position: 9,
                recommended: false,
                status: PlanStatus::Published,
                billing_cadence: Cadence::MONTHLY,
                term_cadence: None,
                trial_days: 0,
                auto_renew: true,
                trial_needs_payment: false,
                trial_again: false,
                notice_days: 0,
            },
            items: vec![metered],
        };
        let made = plan_create(self.world.p(), &self.world.ctx().await, &create).await;
        made.expect("a plan")
    }

    /// Buys a plan that is all usage.
    pub(super) async fn buy_usage(&mut self, plan: &Plan) -> SubscriptionId {
        let mut wanted = self.world.wanted("cloud", "1");
        wanted.quantities = BTreeMap::new();
        wanted.plan_id = plan.id;
        let quote = quote_purchase(self.world.p(), &self.world.ctx().await, &wanted).await;
        self.place(&quote.expect("a quote")).await
    }

    pub(super) async fn buy_ahead(&mut self, plan: Plan) {
        let id = self.buy_usage(&plan).await;
        let audited = self.auditor.meter(self.today);
        // Two cents for a hundred hundredths.
        self.auditor.buy_ahead(audited, AHEAD, Exact::new(2, 100));
        self.has(id, audited, CALLS);
    }

    /// How much of what was used on a day can be taken back: what is known of its month, as long as that is not too late.
    pub(super) fn returnable(&self, audited: usize, on: Date) -> i64 {
        let in_time = days_between(on, self.today) <= i64::from(late::WINDOW_DAYS);
        let used = self.auditor.used(audited, on);
        i64::try_from(used)
            .ok()
            .filter(|_| in_time)
            .unwrap_or_default()
    }
}

pub(super) fn hundredths(of: i128) -> Decimal {
    Decimal::from_i128_with_scale(of, 2)
}
