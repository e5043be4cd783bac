//! Billing runs are kept: what they made, whether they came to their end, and that nothing is made twice on the way.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tradewind_billing::{
    service::{self as billing, ListQuery, Resumed, RunStart},
    types::{BillingRun, RunOrigin, RunReport, RunState},
};
use tradewind_kernel::{Currency, Date, Duration, Result, id::BillingRunId};
use tradewind_platform::{Stmt, args, stmts};

use crate::{
    sales::{Market, date, each_market},
    world::code,
};

stmts! {
    /// An account that is none.
    BREAK = "UPDATE open_charge SET buyer_id = 'nobody' WHERE realm_id = $1 AND buyer_id = $2";
    /// The account again.
    MEND = "UPDATE open_charge SET buyer_id = $2 WHERE realm_id = $1 AND buyer_id = 'nobody'";
}

async fn runs(market: &Market, filter: &str) -> Vec<BillingRun> {
    let query = ListQuery {
        filter: filter.to_owned(),
        ..ListQuery::default()
    };
    let ctx = market.world.ctx().await;
    billing::billing_run_list(market.p(), &ctx, &query)
        .await
        .expect("a list")
        .items
}

async fn daily(market: &Market, on: &str) -> Result<RunReport> {
    let ctx = market.on(on).await;
    billing::bill_daily(market.p(), &ctx, date(on), |_| {}).await
}

async fn again(market: &Market, id: BillingRunId) -> Result<Resumed> {
    let ctx = market.on("2024-04-01").await;
    billing::bill_again(market.p(), &ctx, id).await
}

async fn tamper(market: &Market, stmt: &'static Stmt) {
    let mut tx = market.p().db().begin().await.expect("a transaction");
    let world = &market.world;
    let changed = tx.exec(stmt, args![world.realm, world.reseller]).await;
    assert!(changed.expect("tampered") > 0);
    tx.commit().await.expect("committed");
}

/// Begins a run whose process dies once it has made something.
async fn cut_off(market: &Market, on: &str, is_daily: bool) {
    let dead = Arc::new(AtomicBool::new(false));
    let ctx = market.on(on).await;
    let until: Date = date(on);
    let progress = {
        let dead = Arc::clone(&dead);
        move |so_far: &RunReport| dead.store(so_far.documents > 0, Ordering::SeqCst)
    };
    let death = async {
        while !dead.load(Ordering::SeqCst) {
            tokio::task::yield_now().await;
        }
    };
    let ended = if is_daily {
        tokio::select! {
            biased;
            () = death => None,
            report = billing::bill_daily(market.p(), &ctx, until, progress) => Some(report),
        }
    } else {
        tokio::select! {
            biased;
            () = death => None,
            report = billing::bill(market.p(), &ctx, RunStart::at_shell(until), progress) => Some(report),
        }
    };
    assert!(ended.is_none(), "the run should have died: {ended:?}");
}

#[tokio::test]
async fn a_run_that_somebody_asks_for_is_kept_with_what_it_made() {
    each_market(|market| async move {
        let world = &market.world;
        market
            .sell(world.customer, world.reseller, "3", "2024-03-01")
            .await;
        let report = market.bill("2024-04-01").await;
        let [run] = &runs(&market, "").await[..] else {
            panic!("one run");
        };
        assert_eq!(Some(run.id), report.id);
        assert_eq!(
            (run.until, run.origin),
            (date("2024-04-01"), RunOrigin::CommandLine)
        );
        assert_eq!((run.state, run.resumed), (RunState::Done, 0));
        assert!(run.begun_by.starts_with("system "), "{}", run.begun_by);
        assert!(run.ended_at.is_some_and(|at| at >= run.began_at));
        assert_eq!(
            (run.subscriptions, run.charges, run.documents),
            (report.subscriptions, report.charges, report.documents)
        );
        assert_eq!((run.subscriptions, run.documents), (1, 3));
        let mut sums = [0; 3];
        for (seller, buyer) in [
            (world.reseller, world.customer),
            (world.distributor, world.reseller),
            (world.provider, world.distributor),
        ] {
            for document in market.documents(seller, buyer).await {
                // The customer's invoice of the purchase is older than the run.
                if document.issued_on == date("2024-04-01") {
                    let parts = [document.net, document.tax, document.gross];
                    sums.iter_mut()
                        .zip(parts)
                        .for_each(|(sum, part)| *sum += part.minor);
                }
            }
        }
        let [total] = &run.totals[..] else {
            panic!("one currency");
        };
        assert_eq!((total.documents, total.gross.currency), (3, Currency::EUR));
        assert_eq!([total.net.minor, total.tax.minor, total.gross.minor], sums);
        assert!(sums[0] > 0);

        // Somebody asked, so a run that found nothing is kept as well; under one key it is one run.
        let ctx = market.on("2024-04-01").await.with_key("once");
        let start = RunStart {
            until: date("2024-04-01"),
            origin: RunOrigin::Api,
        };
        let first = billing::bill(market.p(), &ctx, start, |_| {})
            .await
            .expect("a run");
        let mut ctx = market.on("2024-04-01").await.with_key("once");
        let second = billing::bill(market.p(), &ctx, start, |_| {})
            .await
            .expect("the run");
        assert_eq!((first.documents, &first), (0, &second));
        assert_eq!(runs(&market, "").await.len(), 2);
        assert_eq!(runs(&market, "origin:api documents<1").await.len(), 1);

        // Trying out is refused, and leaves nothing behind.
        ctx = market.on("2024-04-01").await.as_dry_run();
        let refused = billing::bill(market.p(), &ctx, start, |_| {}).await;
        assert_eq!(code(refused), "no_dry_run");
        assert_eq!(runs(&market, "").await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn daily_runs_are_kept_when_they_make_something_or_meet_problems() {
    each_market(|market| async move {
        let world = &market.world;
        let sold = market
            .sell(world.customer, world.reseller, "3", "2024-08-31")
            .await;
        let report = daily(&market, "2024-09-01").await.expect("a run");
        // The distributor's and the provider's invoices of the month.
        assert_eq!((report.documents, report.id.is_some()), (2, true));
        let report = daily(&market, "2024-09-02").await.expect("a run");
        assert_eq!((report.documents, report.id), (0, None));
        assert_eq!(runs(&market, "").await.len(), 1);

        // Cost in dollars, and nobody has said what a dollar is worth.
        market
            .use_cloud_at(
                sold.subscription,
                "1",
                "Compute Cloud",
                "Compute",
                ("5", Currency::USD),
            )
            .await
            .expect("usage");
        for _ in 0..2 {
            let report = daily(&market, "2024-10-01").await.expect("a run");
            assert_eq!(report.problems.len(), 1, "{report:?}");
        }
        let found = runs(&market, "problems>0").await;
        assert_eq!(found.len(), 2);
        for run in found {
            assert_eq!((run.state, run.origin), (RunState::Done, RunOrigin::Daily));
            assert_eq!((run.problem_count, run.problems.len()), (1, 1));
            assert_eq!(run.problems[0].subscription_id, sold.subscription);
            assert!(run.problems[0].message.contains("USD"), "{run:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_run_that_is_cut_off_is_taken_up_when_nobody_is_at_it() {
    each_market(|market| async move {
        let world = &market.world;
        for seats in ["1", "2", "3"] {
            market
                .sell(world.customer, world.reseller, seats, "2024-03-01")
                .await;
        }
        cut_off(&market, "2024-04-01", false).await;
        let run = runs(&market, "").await.remove(0);
        assert_eq!((run.state, run.ended_at), (RunState::Running, None));
        // What it says is what is there.
        let made = market.documents(world.reseller, world.customer).await.len() as u64 - 3;
        assert_eq!((run.documents, made), (3, 3));

        let alive = again(&market, run.id).await.expect("a look");
        assert!(matches!(alive, Resumed::Alive(_)), "{alive:?}");
        world.test.clock.advance(Duration::from_mins(3));
        assert_eq!(again(&market, run.id).await.expect("a run"), Resumed::Over);
        let run = runs(&market, "").await.remove(0);
        assert_eq!(
            (run.state, run.resumed, run.documents),
            (RunState::Done, 1, 3 + 2)
        );
        assert_eq!(run.totals[0].documents, 5);
        assert_eq!(again(&market, run.id).await.expect("a look"), Resumed::Over);
        assert_eq!(runs(&market, "").await[0], run);
        assert_eq!(runs(&market, "").await.len(), 1);
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn a_daily_run_that_is_cut_off_goes_on_the_same_day_and_stays_so_afterwards() {
    each_market(|market| async move {
        let world = &market.world;
        market
            .sell(world.customer, world.reseller, "1", "2024-03-01")
            .await;
        cut_off(&market, "2024-04-01", true).await;
        let report = daily(&market, "2024-04-01").await.expect("a run");
        let [run] = &runs(&market, "").await[..] else {
            panic!("one run");
        };
        assert_eq!(Some(run.id), report.id);
        assert_eq!(
            (run.state, run.resumed, run.documents),
            (RunState::Done, 1, 3)
        );

        cut_off(&market, "2024-05-01", true).await;
        daily(&market, "2024-05-02").await.expect("a run");
        let found: Vec<_> = runs(&market, "until>=2024-05-01")
            .await
            .iter()
            .map(|run| (run.until, run.state, run.documents))
            .collect();
        assert_eq!(
            found,
            vec![
                (date("2024-05-02"), RunState::Done, 2),
                (date("2024-05-01"), RunState::Interrupted, 1),
            ]
        );
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn a_run_that_fails_says_why_and_can_be_taken_up() {
    each_market(|market| async move {
        let world = &market.world;
        market
            .sell(world.customer, world.reseller, "1", "2024-03-01")
            .await;
        tamper(&market, &BREAK).await;
        let ctx = market.on("2024-04-01").await;
        let start = RunStart::at_shell(date("2024-04-01"));
        let failed = billing::bill(market.p(), &ctx, start, |_| {}).await;
        failed.expect_err("it fails");
        let run = runs(&market, "state:failed").await.remove(0);
        assert!(run.failure.is_some() && run.ended_at.is_some(), "{run:?}");
        // The renewal was billed before it failed.
        assert_eq!((run.subscriptions, run.documents), (1, 1));
        again(&market, run.id).await.expect_err("it fails again");

        tamper(&market, &MEND).await;
        assert_eq!(again(&market, run.id).await.expect("a run"), Resumed::Over);
        let run = runs(&market, "").await.remove(0);
        assert_eq!(
            (run.state, run.resumed, run.failure),
            (RunState::Done, 2, None)
        );
        assert_eq!(run.documents, 1 + 2);
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn the_statements_of_these_tests_hold() {
    assert_eq!(statements().len(), 2);
}
