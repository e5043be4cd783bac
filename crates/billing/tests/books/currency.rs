//! What is owed in other currencies is valued in that of the book, and the ends of months book what was won and lost.

use tradewind_billing::{
    service::{self as billing, BookCurrencySet, MonthAct, TransferRecord},
    types::{BookCurrency, CurrencyAsk, CurrencyMonth},
};
use tradewind_kernel::{Currency, Error, Money};

use crate::{
    export::accepted_by_both,
    sales::{Market, each_market},
    world::{day, dec},
};

async fn value_in(
    market: &Market,
    currency: Option<Currency>,
    since: &str,
    on: &str,
) -> Result<BookCurrency, Error> {
    let set = BookCurrencySet {
        book_id: market.world.reseller,
        policy: BookCurrency {
            currency,
            since: day(since),
        },
    };
    let ctx = market.on(on).await;
    billing::book_currency_set(market.p(), &ctx, &set).await
}

async fn report(market: &Market, on: &str) -> Result<Vec<CurrencyMonth>, Error> {
    let ask = CurrencyAsk {
        book_id: market.world.reseller,
        from: Some(day("2024-01-01")),
        months: None,
    };
    let ctx = market.on(on).await;
    billing::currency_report(market.p(), &ctx, &ask).await
}

/// Month, won, lost, and what is booked.
async fn figures(market: &Market, on: &str) -> Vec<(String, i64, i64, Option<i64>)> {
    let months = report(market, on).await.expect("a report");
    let one = |month: &CurrencyMonth| {
        let booked = month.booked.map(|booked| booked.minor);
        let name = month.month.strftime("%B").to_string();
        (name, month.gain.minor, month.loss.minor, booked)
    };
    months.iter().map(one).collect()
}

/// The customer pays one of its invoices, counted from the first, as the bank says by a day.
async fn pay(market: &Market, nth: usize, received: &str, on: &str) {
    let world = &market.world;
    let invoice = &market.documents(world.reseller, world.customer).await[nth];
    let transfer = TransferRecord {
        seller_id: world.reseller,
        payer_id: world.customer,
        invoice_id: Some(invoice.id),
        amount: invoice.gross,
        reference: format!("{received} {nth}"),
        top_up: false,
        receiver_id: None,
        received_on: Some(day(received)),
    };
    let ctx = market.on(on).await;
    billing::transfer_record(market.p(), &ctx, &transfer)
        .await
        .expect("a payment");
}

async fn booked(market: &Market, on: &str) -> Result<u64, Error> {
    let ctx = market.on(on).await;
    billing::currency_book(market.p(), &ctx, market.world.reseller).await
}

/// What the books have in dollars: won, lost, and the other side of both.
async fn books(market: &Market) -> [i64; 3] {
    let ctx = market.on("2024-08-01").await;
    let all = billing::ledger_balances(market.p(), &ctx, market.world.reseller, day("2024-12-31"));
    let all = all.await.expect("balances");
    ["income:currency", "expenses:currency", "equity:conversion"].map(|name| {
        let found = all.iter().find(|one| one.account == name);
        found.map_or(0, |one| one.balance.minor)
    })
}

fn month(name: &str, gain: i64, loss: i64, booked: Option<i64>) -> (String, i64, i64, Option<i64>) {
    (name.to_owned(), gain, loss, booked)
}

#[tokio::test]
async fn what_is_paid_at_another_rate_is_won_or_lost() {
    each_market(|market| async move {
        let world = &market.world;
        world.rate("EUR", "USD", "2024-03-01", "1.10").await;
        world.rate("EUR", "USD", "2024-03-20", "1.05").await;
        world.rate("EUR", "USD", "2024-04-01", "1.20").await;
        // 136.86 each: 150.55 dollars by the first rate.
        for on in ["2024-03-11", "2024-03-12", "2024-03-13"] {
            market.sell(world.customer, world.reseller, "3", on).await;
        }
        assert_eq!(report(&market, "2024-03-13").await.expect("none"), []);
        value_in(&market, Some(Currency::USD), "2024-03-09", "2024-03-13")
            .await
            .expect("set");
        assert_eq!(
            figures(&market, "2024-03-14").await,
            [month("March", 0, 0, None)]
        );
        // 143.70 by the second.
        pay(&market, 0, "2024-03-25", "2024-03-25").await;
        let march = month("March", 0, 685, None);
        assert_eq!(figures(&market, "2024-03-31").await, [march]);
        assert_eq!(booked(&market, "2024-03-31").await.expect("nothing"), 0);
        assert_eq!(booked(&market, "2024-04-01").await.expect("March"), 1);
        assert_eq!(booked(&market, "2024-04-01").await.expect("no more"), 0);
        assert_eq!(books(&market).await, [0, 685, -685]);

        // Of the next, the bank tells late: it is booked with April. The third wins: 164.23 by the third rate.
        pay(&market, 1, "2024-03-28", "2024-04-05").await;
        pay(&market, 2, "2024-04-05", "2024-04-05").await;
        let march = month("March", 0, 1_370, Some(-685));
        let april = month("April", 1_368, 0, None);
        assert_eq!(figures(&market, "2024-04-30").await, [march.clone(), april]);
        let act = MonthAct {
            book_id: world.reseller,
            month: day("2024-04-01"),
            reason: String::new(),
        };
        let ctx = market.on("2024-05-02").await;
        billing::month_close(market.p(), &ctx, &act)
            .await
            .expect("closed");
        let april = month("April", 1_368, 0, Some(1_368 - 685));
        let months = figures(&market, "2024-05-02").await;
        assert_eq!(months, [march, april, month("May", 0, 0, None)]);
        assert_eq!(books(&market).await, [-1_368, 1_370, -2]);

        let ctx = market.on("2024-05-02").await;
        let lines = billing::currency_lines(market.p(), &ctx, world.reseller, day("2024-04-20"));
        let lines = lines.await.expect("lines");
        let [line] = lines.as_slice() else {
            panic!("{lines:?}");
        };
        assert_eq!(line.settled, Money::new(-13_686, Currency::EUR));
        assert_eq!((line.rate, line.carried.minor), (dec("1.2"), 15_055));
        assert_eq!(line.difference, Money::new(1_368, Currency::USD));
        accepted_by_both(&market, world.reseller).await;
        market.assert_clean().await;

        // From a later month on, everything begins anew; what is booked stays.
        let late = value_in(&market, Some(Currency::USD), "2024-04-30", "2024-05-02").await;
        assert_eq!(late.unwrap_err().problems()[0].code, "period_closed");
        value_in(&market, Some(Currency::USD), "2024-06-01", "2024-05-02")
            .await
            .expect("set");
        assert_eq!(booked(&market, "2024-07-01").await.expect("June"), 1);
        assert_eq!(books(&market).await, [-1_368, 1_370, -2]);
        value_in(&market, None, "2024-04-01", "2024-07-02")
            .await
            .expect("valued no more");
        assert_eq!(booked(&market, "2024-09-01").await.expect("nothing"), 0);
    })
    .await;
}

#[tokio::test]
async fn without_a_rate_nothing_is_told_booked_or_closed() {
    each_market(|market| async move {
        let world = &market.world;
        let missing = |error: Error| {
            assert_eq!(error.code(), "no_exchange_rate", "{error:?}");
        };
        value_in(&market, Some(Currency::GBP), "2024-03-01", "2024-03-02")
            .await
            .expect("nothing is owed yet");
        market
            .sell(world.customer, world.reseller, "3", "2024-03-11")
            .await;
        missing(report(&market, "2024-03-12").await.unwrap_err());
        missing(booked(&market, "2024-04-01").await.unwrap_err());
        let ctx = market.on("2024-04-02").await;
        let all = billing::currency_book_all(market.p(), &ctx).await;
        assert_eq!(all.expect("the others"), 0);
        let act = MonthAct {
            book_id: world.reseller,
            month: day("2024-03-01"),
            reason: String::new(),
        };
        missing(
            billing::month_close(market.p(), &ctx, &act)
                .await
                .unwrap_err(),
        );
        let state = billing::book_get(market.p(), &ctx, world.reseller).await;
        assert_eq!(state.expect("a state").closed_until, None);
        missing(
            value_in(&market, Some(Currency::CHF), "2024-04-01", "2024-04-02")
                .await
                .unwrap_err(),
        );

        world.rate("EUR", "GBP", "2024-03-01", "0.85").await;
        let all = billing::currency_book_all(market.p(), &ctx).await;
        assert_eq!(all.expect("March"), 1);
        assert_eq!(
            figures(&market, "2024-04-02").await[0],
            month("March", 0, 0, Some(0))
        );
        assert_eq!(books(&market).await, [0, 0, 0]);
    })
    .await;
}
