//! What a life has billed in advance, beside its audit.

use tradewind_billing::service::{self as billing, RevenueSet};
use tradewind_billing::types::{Recognition, RevenueAsk, RevenuePolicy};
use tradewind_platform::{args, stmts};
use tradewind_testkit::Exact;

use super::{LAST, Life};
use crate::common::day;

stmts! {
    /// How many of the charges to a buyer are for days after one.
    AHEAD = "SELECT CAST(COUNT(*) AS BIGINT) FROM charge WHERE realm_id = $1 AND buyer_id = $2 AND period_end > $3";
}

impl Life {
    /// The reseller's books have its sales by the day.
    pub(super) async fn recognise(&self) {
        let set = RevenueSet {
            seller_id: self.world.reseller,
            policy: RevenuePolicy {
                recognition: Recognition::OverTime,
                since: self.today,
            },
        };
        billing::revenue_policy_set(self.world.p(), &self.world.ctx().await, &set)
            .await
            .expect("a policy");
    }

    /// What is deferred at the end of the month is what the auditor says, and all months together earn what was billed.
    pub(super) async fn audit_revenue(&self) {
        let (from, months) = (day("2024-01-01"), Some(60));
        let ask = RevenueAsk {
            seller_id: self.world.reseller,
            from: Some(from),
            months,
        };
        let report = billing::revenue_report(self.world.p(), &self.world.ctx().await, &ask).await;
        let report = report.expect("a report");
        let documents = self.world.documents().await;
        let net: i64 = documents
            .iter()
            .map(|one| one.kind.sign() * one.net.minor)
            .sum();
        let billed: i64 = report.iter().map(|month| month.billed.minor).sum();
        let recognised: i64 = report.iter().map(|month| month.recognised.minor).sum();
        assert_eq!((billed, recognised), (net, net), "{}", self.story());

        let last = self.today.last_of_month();
        let month = report.iter().find(|one| one.month == last.first_of_month());
        let found = month.map_or(0, |month| i128::from(month.deferred_end.minor));
        let audited = self.sales.iter().fold(Exact::ZERO, |sum, sale| {
            sum + self.auditor.deferred(sale.audited, LAST, self.today, last)
        });
        let mut tx = self.world.p().db().begin().await.expect("a reading");
        let args = args![self.world.realm, self.world.customer, last];
        let (ahead,): (i64,) = tx.one(&AHEAD, args).await.expect("a count");
        // Each line was rounded once, and its earnings once.
        assert!(
            Exact::whole(found).is_within(Exact::whole(ahead.into()), audited),
            "deferred {found} instead of {audited:?}\n{}",
            self.story()
        );
    }
}
