//! Settlements in a life: the vendor's, and in every other one those of the reseller, for whom the distributor collects.

use std::collections::BTreeMap;

use tradewind_accounts::service as accounts;
use tradewind_accounts::types::{RelationshipSet, TermsInput};
use tradewind_billing::service::{
    self as billing, ListQuery, SettlementAct, SettlementRun, SettlementSet,
};
use tradewind_billing::types::{FeeRule, PayeeSettlement, SettlementKind, SettlementPolicy};
use tradewind_kernel::calendar::add_days;
use tradewind_kernel::id::SettlementId;
use tradewind_kernel::{Currency, Date, Decimal, Money};
use tradewind_platform::{args, stmts};
use tradewind_testkit::Payouts;

use super::Life;

stmts! {
    /// What the vendor's shares have come to.
    SHARES = "SELECT CAST(COALESCE(SUM(a.amount), 0) AS BIGINT) FROM accrual a
        JOIN ledger_transaction t ON t.realm_id = a.realm_id AND t.id = a.transaction_id
        WHERE a.realm_id = $1 AND t.kind = 'vendor_share'";
}

/// Percent, fixed part, percent held back, for so many days: of the vendor's shares, and of what is collected.
const TERMS: [(i64, i64, i64, u16); 2] = [(15, 0, 10, 20), (2, 30, 5, 11)];

/// What the auditor knows of settlements.
#[derive(Default)]
pub(super) struct Settled {
    /// The vendor's, and the reseller's where another collects for it.
    models: [Option<Payouts>; 2],
    /// What was collected and is on no settlement.
    collected: Vec<(Date, i128)>,
    /// What the vendor's settlements have come to.
    shares: i128,
    seen: BTreeMap<SettlementId, ()>,
}

impl Life {
    /// Who pays what to whom. In every other life the distributor collects.
    pub(super) async fn payouts(&mut self, seed: u64) {
        let world = &self.world;
        let kinds = [
            (SettlementKind::Vendor, world.provider),
            (SettlementKind::Collected, world.distributor),
        ];
        for (at, (kind, payer_id)) in kinds.into_iter().enumerate() {
            if kind == SettlementKind::Collected && !seed.is_multiple_of(2) {
                continue;
            }
            let (percent, fixed, hold, days) = TERMS[at];
            let set = SettlementSet {
                payer_id,
                kind,
                payee_id: None,
                policy: SettlementPolicy {
                    fees: vec![FeeRule {
                        product_id: None,
                        percent: Decimal::from(percent),
                        fixed: Some(Money::new(fixed, Currency::EUR)),
                        minimum: None,
                        maximum: None,
                    }],
                    hold_percent: Decimal::from(hold),
                    hold_days: days,
                    ..SettlementPolicy::default()
                },
            };
            billing::settlement_policy_set(world.p(), &world.ctx().await, &set)
                .await
                .expect("a policy");
            let model = Payouts::new(percent.into(), fixed.into(), hold.into(), days.into());
            self.payouts.models[at] = Some(model);
        }
        if self.payouts.models[1].is_some() {
            let set = RelationshipSet {
                seller: world.reseller,
                buyer: world.customer,
                version: None,
                terms: TermsInput {
                    invoicer: Some("on_behalf".to_owned()),
                    ..TermsInput::default()
                },
            };
            accounts::relationship_set(world.p(), &world.ctx().await, &set)
                .await
                .expect("terms");
        }
    }

    /// Whether another has the customer's money first.
    pub(super) const fn is_collected_for(&self) -> bool {
        self.payouts.models[1].is_some()
    }

    /// The customer has paid: to whom, the terms say.
    pub(super) fn collect(&mut self, amount: i128) {
        if self.is_collected_for() {
            self.payouts.collected.push((self.today, amount));
        }
    }

    /// Every settlement comes to what the auditor says, and is paid; some after the bank has not paid them first.
    pub(super) async fn audit_payouts(&mut self) {
        let query = ListQuery {
            sort: "number".to_owned(),
            ..ListQuery::default()
        };
        let filters = ["state:open kind:vendor", "state:open kind:collected"];
        for (at, filter) in filters.into_iter().enumerate() {
            let query = ListQuery {
                filter: filter.to_owned(),
                ..query.clone()
            };
            let ctx = self.world.ctx().await;
            let made = billing::settlement_list(self.world.p(), &ctx, &query).await;
            for one in made.expect("settlements").items {
                assert!(self.payouts.seen.insert(one.id, ()).is_none());
                self.audit_payout(at, &one).await;
                self.act(&one, "approve").await;
                self.act(&one, "pay").await;
                if self.chance.percent(20) {
                    self.act(&one, "fail").await;
                    self.act(&one, "pay").await;
                }
            }
        }
    }

    async fn audit_payout(&mut self, at: usize, one: &PayeeSettlement) {
        let ctx = self.world.ctx().await;
        let detail = billing::settlement_get(self.world.p(), &ctx, one.id).await;
        let mut lines: Vec<i128> = detail
            .expect("a settlement")
            .lines
            .iter()
            .map(|line| line.share.minor.into())
            .collect();
        if at == 1 {
            // What was collected is known to the cent; of the vendor's shares, their sum is.
            let due = |(on, _): &&(Date, i128)| *on <= one.until;
            lines = vec![
                self.payouts
                    .collected
                    .iter()
                    .filter(due)
                    .map(|(_, amount)| amount)
                    .sum(),
            ];
            self.payouts.collected.retain(|(on, _)| *on > one.until);
        } else {
            self.payouts.shares += lines.iter().sum::<i128>();
        }
        let model = self.payouts.models[at].as_mut().expect("terms");
        let said = model.settle(one.until, &lines).expect("something to pay");
        let found = [one.share, one.fee, one.held, one.released, one.payout];
        let said = [said.share, said.fee, said.held, said.released, said.payout];
        assert_eq!(
            found.map(|money| i128::from(money.minor)),
            said,
            "{} up to {}\n{}",
            one.number,
            one.until,
            self.story()
        );
    }

    async fn act(&self, one: &PayeeSettlement, act: &str) {
        let input = SettlementAct {
            id: one.id,
            act: act.to_owned(),
            note: String::new(),
            on: None,
        };
        billing::settlement_act(self.world.p(), &self.world.ctx().await, &input)
            .await
            .expect("done");
    }

    /// Settles everything up to yesterday: then vendors have had every share, and the seller everything that was collected, but for
    /// what there was not enough of to be paid.
    pub(super) async fn pay_out(&mut self) {
        let until = add_days(self.today, -1).expect("a day");
        for payer in [self.world.provider, self.world.distributor] {
            let run = SettlementRun {
                until,
                payee_id: None,
            };
            let ctx = self.world.ctx().await;
            billing::settlement_run(self.world.p(), &ctx, payer, &run)
                .await
                .expect("settlements");
        }
        self.audit_payouts().await;
        let ctx = self.world.ctx().await;
        let mut waiting = [0_i128; 2];
        for payer in [self.world.provider, self.world.distributor] {
            let due = billing::settlement_due(self.world.p(), &ctx, payer).await;
            for one in due.expect("due") {
                waiting[usize::from(one.kind == SettlementKind::Collected)] +=
                    i128::from(one.share.minor);
            }
        }
        let mut tx = self.world.p().db().begin().await.expect("a reading");
        let (shares,): (i64,) = tx
            .one(&SHARES, args![self.world.realm])
            .await
            .expect("a sum");
        drop(tx);
        let collected: i128 = self
            .payouts
            .collected
            .iter()
            .map(|(_, amount)| amount)
            .sum();
        assert_eq!(
            waiting,
            [i128::from(shares) - self.payouts.shares, collected],
            "{}",
            self.story()
        );
    }
}
