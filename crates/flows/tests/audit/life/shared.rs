//! Usage of two sales that is counted together.

use tradewind_catalogue::types::Plan;
use tradewind_kernel::Decimal;
use tradewind_kernel::id::SubscriptionId;
use tradewind_pricing::{PriceModel, Purpose};
use tradewind_testkit::{Exact, Tiers};

use super::ahead::hundredths;
use super::{LAST, Life};

/// The meter.
pub(super) const SHARED: &str = "shared";

/// Three hundred units at 0.50 each in a month, and what is beyond at 0.20; told in hundredths.
fn tiers() -> Tiers {
    Tiers {
        first: 30_000,
        each: Exact::new(50, 100),
        beyond: Exact::new(20, 100),
    }
}

/// The same as the vendor's price.
pub(super) fn shared_price() -> PriceModel {
    let first: Decimal = hundredths(tiers().first);
    let tiers = serde_json::json!([{"up_to": first.normalize().to_string(), "unit_price": "0.5"}, {"unit_price": "0.2"}]);
    let model = serde_json::json!({"model": "graduated", "pooled": true, "tiers": tiers});
    PriceModel::from_json("model", &model, Purpose::Charge).expect("a price")
}

impl Life {
    pub(super) async fn buy_shared(&mut self, plan: Plan) {
        for _ in 0..2 {
            let id = self.buy_usage(&plan).await;
            let audited = self.auditor.meter(self.today);
            self.auditor.share(audited);
            self.has(id, audited, SHARED);
        }
    }

    /// Sales that share come together to what the auditor says; to how much for the customer.
    pub(super) async fn audit_shared(&self) -> i128 {
        let shared = self.sales.iter().filter(|sale| sale.meter == SHARED);
        let shared: Vec<SubscriptionId> = shared.map(|sale| sale.id).collect();
        let legs = self.charged(&shared).await;
        for (leg, charged) in legs.into_iter().enumerate() {
            let audited = self.auditor.audit_shared(tiers(), leg, self.today);
            self.agrees(leg, charged, audited, SHARED);
        }
        legs[LAST].0
    }
}
