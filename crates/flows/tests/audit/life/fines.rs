//! Late fees in a life: in every third one, what is not paid in time costs something.

use tradewind_billing::service::{self as billing, DunningSet};
use tradewind_billing::types::{DocumentLine, DunningAction, DunningPolicy, DunningStep, LateFee};
use tradewind_kernel::{Currency, Money};
use tradewind_platform::{args, stmts};
use tradewind_testkit::Fines;

use super::Life;

stmts! {
    /// What late fees have come to.
    FINES = "SELECT CAST(COALESCE(SUM(COALESCE(ic.amount, c.amount)), 0) AS BIGINT) FROM charge c
        LEFT JOIN invoice_charge ic ON ic.realm_id = c.realm_id AND ic.charge_id = c.id
        WHERE c.realm_id = $1 AND c.item_code = 'late_fee'";
}

/// After so many days, so much.
const FINE: (u16, i64) = (2, 499);

impl Life {
    /// Late fees and reminders alone, so that nothing is stopped for want of payment.
    pub(super) async fn fines(&mut self, seed: u64) {
        if !seed.is_multiple_of(3) {
            return;
        }
        let amount = Money::new(FINE.1, Currency::EUR);
        let fee = DunningStep {
            fee: Some(LateFee::new(vec![amount], None)),
            ..DunningStep::new(FINE.0, DunningAction::Fee)
        };
        let policy = DunningPolicy {
            steps: vec![DunningStep::new(1, DunningAction::Remind), fee],
            ..DunningPolicy::default()
        };
        let input = DunningSet {
            seller_id: self.world.reseller,
            policy,
        };
        billing::dunning_set(self.world.p(), &self.world.ctx().await, &input)
            .await
            .expect("a policy");
        self.fines = Some(Fines::new(FINE.0.into(), FINE.1.into()));
    }

    /// Tells the auditor of every invoice that is open today and for more than late fees.
    pub(super) async fn look_for_open(&mut self) {
        if self.fines.is_none() {
            return;
        }
        for document in self.world.documents().await {
            let open = (document.balance.as_ref())
                .is_some_and(|balance| balance.status.as_str() == "open");
            if !open || document.due_on >= self.today {
                continue;
            }
            let ctx = self.world.ctx().await;
            let whole = billing::invoice_get(self.world.p(), &ctx, document.id).await;
            let lines = whole.expect("a document").lines;
            let more = |line: &DocumentLine| !line.description.starts_with("Late fee");
            if let Some(fines) = self.fines.as_mut().filter(|_| lines.iter().any(more)) {
                fines.open(&document.number, document.due_on, self.today);
            }
        }
    }

    /// Late fees come to what the auditor says; how much.
    pub(super) async fn audit_fines(&self) -> i128 {
        let mut tx = self.world.p().db().begin().await.expect("a reading");
        let (found,): (i64,) = tx
            .one(&FINES, args![self.world.realm])
            .await
            .expect("a sum");
        drop(tx);
        let found = i128::from(found);
        assert_eq!(
            found,
            self.fines.as_ref().map_or(0, Fines::total),
            "late fees\n{}",
            self.story()
        );
        found
    }
}
