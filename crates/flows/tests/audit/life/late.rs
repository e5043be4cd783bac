//! Usage that comes too late, and what is committed.

use std::collections::BTreeMap;

use tradewind_catalogue::service::{price_book_get, revision_create};
use tradewind_catalogue::types::{
    Commitment, CommitmentCounts, CommitmentLeaving, Policies, RevisionCreate,
};
use tradewind_kernel::Decimal;
use tradewind_kernel::calendar::{Cadence, CadenceUnit, add_days};
use tradewind_metering::service::{late_policy_set, review_decide};
use tradewind_metering::types::{LateAs, LatePolicy, RecordName, ReviewDecide, ReviewDecision};

use super::Life;
use crate::common::markup;

/// What the customer commits to, in cents, for spans of some months.
pub(super) const COMMITTED: i64 = 200_000;
pub(super) const COMMITTED_MONTHS: i32 = 2;

/// Days after the end of its month in which usage counts by itself, in every other life.
pub(super) const WINDOW_DAYS: u32 = 12;

impl Life {
    /// The reseller's customers pay at least so much for usage, from tomorrow on.
    pub(super) async fn commit(&self) {
        let commitment = Commitment {
            over: Cadence::new(
                CadenceUnit::Month,
                COMMITTED_MONTHS.try_into().expect("a few"),
            ),
            minimum: Some(Decimal::new(COMMITTED, 2)),
            maximum: None,
            counts: CommitmentCounts::Usage,
            quantities: Vec::new(),
            leaving: CommitmentLeaving::Prorated,
        };
        let plan = self.world.plan("cloud").id;
        let (p, ctx) = (self.world.p(), self.world.ctx().await);
        let book = price_book_get(p, &ctx, self.world.reseller_book).await;
        let latest = book.expect("the book").revisions.into_iter().next();
        let before = latest.expect("a revision").revision.policies;
        let revision = RevisionCreate {
            book_id: self.world.reseller_book,
            effective_on: add_days(self.today, 1).expect("a day"),
            note: String::new(),
            policies: Some(Policies {
                plan_commitments: BTreeMap::from([(plan, commitment)]),
                ..before
            }),
            listings: vec![markup("20")],
        };
        revision_create(self.world.p(), &self.world.ctx().await, &revision)
            .await
            .expect("a revision");
    }

    pub(super) async fn window(&self, seed: u64) {
        let policy = LatePolicy {
            window_days: seed.is_multiple_of(2).then_some(WINDOW_DAYS),
            late_as: LateAs::PastPeriod,
        };
        late_policy_set(self.world.p(), &self.world.ctx().await, &policy)
            .await
            .expect("a policy");
    }

    /// Somebody decides about usage that came too late, now and then after having thought otherwise.
    pub(super) async fn decide(&mut self) {
        let Some((name, audited, on, cents)) = self.late.pop() else {
            return;
        };
        let rethought = self.chance.percent(30);
        let decisions = [
            ReviewDecision::Count,
            ReviewDecision::CountLater,
            ReviewDecision::Discard,
        ];
        let at = usize::try_from(self.chance.below(3)).expect("one of three");
        let first = rethought.then_some([ReviewDecision::Discard, ReviewDecision::Reopen]);
        for decision in first.into_iter().flatten().chain([decisions[at]]) {
            self.say(format!("decides about {name}: {decision}"));
            let input = ReviewDecide {
                records: vec![RecordName {
                    source: "audit".to_owned(),
                    external_id: name.clone(),
                }],
                group: None,
                decision,
                reason: "Looked at".to_owned(),
            };
            let done = review_decide(self.world.p(), &self.world.ctx().await, &input).await;
            assert_eq!(done.expect("a decision").changed, 1, "{}", self.story());
        }
        match decisions[at] {
            ReviewDecision::Count => self.auditor.usage(audited, on, cents.into()),
            ReviewDecision::CountLater => self.auditor.usage(audited, self.today, cents.into()),
            _ => {}
        }
    }
}
