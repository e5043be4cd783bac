//! A bundle in the shop.

use std::collections::BTreeMap;

use tradewind_catalogue::{service as catalogue, types::OfferScope};
use tradewind_kernel::{Text, Zone};
use tradewind_orders::service::bundle_create;
use tradewind_orders::types::{Benefit, BundleCreate, BundleInput, BundlePart};

use super::{World, dec};

impl World {
    /// A bundle of both plans of the desk, each for less.
    pub(crate) async fn bundle(&self) {
        let ctx = self.ctx().await;
        let scope = OfferScope {
            seller: self.reseller,
            buyer: None,
            on: ctx.now.date_in(&Zone::utc()),
        };
        let offer = catalogue::offer(self.p(), &ctx, &scope, "desk")
            .await
            .expect("an offer");
        let parts = offer.offered_plans.iter().map(|plan| BundlePart {
            product_id: offer.card.product_id,
            plan_id: plan.plan_id,
            quantities: BTreeMap::from([("seats".to_owned(), dec("3"))]),
            benefit: Some(Benefit::Percentage { percent: dec("10") }),
        });
        let create = BundleCreate {
            seller_id: self.reseller,
            input: BundleInput {
                slug: "office".to_owned(),
                name: Text::en("Office"),
                summary: Text::en("All for the office."),
                parts: parts.collect(),
                periods: None,
                when_broken: Default::default(),
                valid_from: None,
                valid_until: None,
            },
        };
        bundle_create(self.p(), &ctx, &create)
            .await
            .expect("a bundle");
    }
}
