//! What is billed in advance is earned by the day, and the books follow where the seller wants it.

use tradewind_billing::{
    rules::revenue::{Schedule, bounds, earned},
    service::{self as billing, CreditNote, MonthAct, RevenueSet},
    types::{
        CreditDestination, DocumentKind, Recognition, RevenueAsk, RevenueLine, RevenueMonth,
        RevenuePolicy,
    },
};
use tradewind_kernel::{Currency, Error, Money, calendar::Period};
use tradewind_platform::{args, stmts};

use crate::{
    export::accepted_by_both,
    sales::{Market, each_market},
    world::day,
};

stmts! {
    /// Somebody changes what is booked.
    TAMPER = "UPDATE revenue_month SET deferred = deferred + 1 WHERE realm_id = $1";
}

fn line(net: i64, issued: &str, start: &str, end: &str) -> RevenueLine {
    RevenueLine {
        document_id: "inv_01hq3x5zkfe8m9r2t7v4w6y1ab".parse().expect("an id"),
        number: "INV-2024-000001".to_owned(),
        kind: DocumentKind::Invoice,
        issued_on: day(issued),
        no: 1,
        description: "Seats".to_owned(),
        period: Period {
            start: day(start),
            end: day(end),
        },
        net: Money::new(net, Currency::EUR),
    }
}

#[test]
fn a_line_is_earned_by_the_day_to_the_cent() {
    let by = |line: &RevenueLine, on: &str| earned(line, day(on)).expect("an amount").minor;
    let year = line(10_000, "2024-01-31", "2024-01-31", "2025-01-31");
    // 366 days: after one, 27.32; after half, 50.00 to the cent.
    assert_eq!(by(&year, "2024-01-30"), 0);
    assert_eq!(by(&year, "2024-01-31"), 27);
    assert_eq!(by(&year, "2024-07-31"), 5_000);
    assert_eq!(by(&year, "2025-01-30"), 10_000);
    // What is given back is earned as it was billed, from the other side.
    let back = line(-10_000, "2024-03-10", "2024-01-31", "2025-01-31");
    assert_eq!(by(&back, "2024-03-09"), 0);
    for on in ["2024-03-10", "2024-06-17", "2024-12-31", "2026-01-01"] {
        assert_eq!(by(&back, on), -by(&year, on), "{on}");
    }
    // In arrears it is earned with its document, on a single day at once.
    let usage = line(777, "2024-04-02", "2024-03-01", "2024-04-01");
    assert_eq!(
        (by(&usage, "2024-04-01"), by(&usage, "2024-04-02")),
        (0, 777)
    );
    let setup = line(5_000, "2024-04-02", "2024-04-02", "2024-04-03");
    assert_eq!(
        (by(&setup, "2024-04-01"), by(&setup, "2024-04-02")),
        (0, 5_000)
    );
    // No cent is lost or made, whatever the amount and the months.
    for net in [1, -1, 2, 31, 99, 4_277, -10_001, i64::MAX / 4] {
        let line = line(net, "2024-02-10", "2024-02-05", "2024-11-17");
        let mut schedule = Schedule::new(bounds(day("2024-01-15"), 14).expect("months"));
        schedule.add(&line).expect("added");
        let months = schedule.months().expect("months");
        let sum: i64 = months.iter().map(|month| month.recognised.minor).sum();
        assert_eq!(sum, net);
        assert_eq!(months.last().expect("a month").deferred_end.minor, 0);
        assert!(months.iter().all(|month| {
            month.deferred_end.minor
                == month.deferred_start.minor + month.billed.minor - month.recognised.minor
        }));
    }
    let many = bounds(day("2024-01-15"), 61).unwrap_err();
    assert_eq!(many.problems()[0].code, "out_of_range");
}

async fn report(market: &Market, from: &str, months: u32, on: &str) -> Vec<RevenueMonth> {
    let ask = RevenueAsk {
        seller_id: market.world.reseller,
        from: Some(day(from)),
        months: Some(months),
    };
    let ctx = market.on(on).await;
    billing::revenue_report(market.p(), &ctx, &ask)
        .await
        .expect("a report")
}

/// Before, billed, recognised, after, and what is booked.
fn figures(months: &[RevenueMonth]) -> Vec<(i64, i64, i64, i64, Option<i64>)> {
    let one = |month: &RevenueMonth| {
        (
            month.deferred_start.minor,
            month.billed.minor,
            month.recognised.minor,
            month.deferred_end.minor,
            month.booked.map(|booked| booked.minor),
        )
    };
    months.iter().map(one).collect()
}

async fn follow(
    market: &Market,
    recognition: Recognition,
    since: &str,
    on: &str,
) -> Result<(), Error> {
    let set = RevenueSet {
        seller_id: market.world.reseller,
        policy: RevenuePolicy {
            recognition,
            since: day(since),
        },
    };
    let ctx = market.on(on).await;
    let set = billing::revenue_policy_set(market.p(), &ctx, &set).await;
    set.map(drop)
}

async fn booked(market: &Market, on: &str) -> u64 {
    let ctx = market.on(on).await;
    billing::revenue_book(market.p(), &ctx, market.world.reseller)
        .await
        .expect("booked")
}

/// What the books have as deferred, and as sales.
async fn books(market: &Market) -> (i64, i64) {
    let ctx = market.on("2024-08-01").await;
    let all = billing::ledger_balances(market.p(), &ctx, market.world.reseller, day("2024-12-31"));
    let all = all.await.expect("balances");
    let of = |name: &str| {
        let found = all.iter().find(|one| one.account == name);
        found.map_or(0, |one| one.balance.minor)
    };
    (of("liabilities:deferred"), of("income:sales"))
}

#[tokio::test]
async fn the_books_follow_the_schedule_where_the_seller_wants_it() {
    each_market(|market| async move {
        let world = &market.world;
        market
            .sell(world.customer, world.reseller, "3", "2024-03-11")
            .await;
        // 71.28 for the set-up, and 42.77 from 11 March to 10 April: 31 days, of which 21 are in March.
        let march = (0, 11_405, 7_128 + 2_897, 1_380, None);
        let first = report(&market, "2024-03-20", 3, "2024-03-12").await;
        assert_eq!(
            figures(&first),
            [march, (1_380, 0, 1_380, 0, None), (0, 0, 0, 0, None)]
        );
        follow(&market, Recognition::OverTime, "2024-03-05", "2024-03-12")
            .await
            .expect("set");
        assert_eq!(booked(&market, "2024-03-31").await, 0);
        assert_eq!(booked(&market, "2024-04-01").await, 1);
        assert_eq!(booked(&market, "2024-04-01").await, 0);
        assert_eq!(books(&market).await, (-1_380, -(11_405 - 1_380)));
        market.assert_clean().await;

        // April has a new period, 20 of 30 days of which are in it; then it is taken back wholly.
        market.bill("2024-04-11").await;
        let months = report(&market, "2024-03-01", 3, "2024-04-12").await;
        let march = (0, 11_405, 10_025, 1_380, Some(1_380));
        let april = (1_380, 4_277, 1_380 + 2_851, 1_426, None);
        assert_eq!(figures(&months), [march, april, (1_426, 0, 1_426, 0, None)]);
        let issued = market.documents(world.reseller, world.customer).await;
        let note = CreditNote {
            invoice_id: issued[1].id,
            lines: None,
            destination: CreditDestination::Debt,
            reason: "A mistake".to_owned(),
        };
        let ctx = market.on("2024-05-20").await;
        // A closing books what is over before it closes.
        let act = MonthAct {
            book_id: world.reseller,
            month: day("2024-04-01"),
            reason: String::new(),
        };
        billing::month_close(market.p(), &ctx, &act)
            .await
            .expect("closed");
        assert_eq!(books(&market).await.0, -1_426);
        billing::credit_note_for(market.p(), &ctx, &note)
            .await
            .expect("a note");
        let months = report(&market, "2024-04-01", 2, "2024-05-20").await;
        let april = (1_380, 4_277, 4_231, 1_426, Some(1_426));
        assert_eq!(figures(&months), [april, (1_426, -4_277, -2_851, 0, None)]);
        assert_eq!(booked(&market, "2024-06-01").await, 1);
        assert_eq!(books(&market).await, (0, -11_405));
        accepted_by_both(&market, world.reseller).await;
        market.assert_clean().await;
        let mut tx = market.p().db().begin().await.expect("a transaction");
        assert!(
            tx.exec(&TAMPER, args![world.realm])
                .await
                .expect("tampered")
                > 0
        );
        tx.commit().await.expect("committed");
        let found = market.findings().await;
        assert!(
            found.iter().any(|one| one.rule == "deferred_differs"),
            "{found:?}"
        );
        assert_eq!(statements().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_is_deferred_is_released_when_the_seller_changes_its_mind() {
    each_market(|market| async move {
        let world = &market.world;
        market
            .sell(world.customer, world.reseller, "3", "2024-03-11")
            .await;
        follow(&market, Recognition::OverTime, "2024-03-01", "2024-03-12")
            .await
            .expect("set");
        assert_eq!(booked(&market, "2024-04-02").await, 1);
        let late = follow(&market, Recognition::OverTime, "2024-03-01", "2024-04-02").await;
        assert_eq!(late.unwrap_err().problems()[0].code, "period_closed");
        follow(&market, Recognition::AtIssue, "2024-04-01", "2024-04-03")
            .await
            .expect("set");
        assert_eq!(booked(&market, "2024-04-30").await, 0);
        assert_eq!(booked(&market, "2024-06-01").await, 1);
        assert_eq!(books(&market).await, (0, -11_405));
        market.assert_clean().await;
        // And once more, from a later month on.
        market.bill("2024-07-11").await;
        follow(&market, Recognition::OverTime, "2024-07-01", "2024-07-12")
            .await
            .expect("set");
        let ctx = market.on("2024-08-01").await;
        assert_eq!(
            billing::revenue_book_all(market.p(), &ctx)
                .await
                .expect("booked"),
            1
        );
        let july = report(&market, "2024-07-01", 1, "2024-08-01").await;
        assert_eq!(july[0].booked, Some(july[0].deferred_end));
        assert!(july[0].deferred_end.minor > 0);
        market.assert_clean().await;
    })
    .await;
}
