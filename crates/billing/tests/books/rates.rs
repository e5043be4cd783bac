//! Exchange rates stand on the lines whose amounts came from another currency, and on documents in another currency than the books.

use tradewind_billing::{
    service::{self as billing, BookCurrencySet, CreditNote},
    types::{BookCurrency, CreditDestination, Document, FxUse},
};
use tradewind_kernel::{Currency, id::InvoiceId};

use crate::{
    sales::{Market, each_market},
    world::{day, dec},
};

fn rate(base: Currency, quote: Currency, rate: &str, on: &str) -> FxUse {
    FxUse {
        base,
        quote,
        rate: dec(rate),
        on: day(on),
        source: "test".to_owned(),
    }
}

/// The amount of each line, and the rates that went into it.
fn lines(document: &Document) -> Vec<(i64, Vec<FxUse>)> {
    let one =
        |line: &tradewind_billing::types::DocumentLine| (line.amount.minor, line.rates.clone());
    document.lines.iter().map(one).collect()
}

async fn value_in_euros(market: &Market, since: &str, on: &str) {
    let set = BookCurrencySet {
        book_id: market.world.other_reseller,
        policy: BookCurrency {
            currency: Some(Currency::EUR),
            since: day(since),
        },
    };
    let ctx = market.on(on).await;
    billing::book_currency_set(market.p(), &ctx, &set)
        .await
        .expect("set");
}

async fn sold_in_dollars(market: &Market, on: &str) -> Document {
    let (customer, seller) = (market.world.other_customer, market.world.other_reseller);
    let sold = market.sell(customer, seller, "3", on).await;
    market.invoice(sold.invoice.expect("an invoice")).await
}

#[tokio::test]
async fn a_line_keeps_the_rate_by_which_its_price_was_converted() {
    each_market(|market| async move {
        let world = &market.world;
        // 71.28 and 42.768 euros at 1.10.
        let used = || vec![rate(Currency::EUR, Currency::USD, "1.1", "2024-01-01")];
        let first = sold_in_dollars(&market, "2024-03-11").await;
        assert_eq!(lines(&first), [(7841, used()), (4704, used())]);
        // Books that are not valued have no rate of their own.
        assert_eq!(first.book_rate, None);
        // Who pays in the currency of the price has nothing converted.
        let sold = market
            .sell(world.customer, world.reseller, "3", "2024-03-11")
            .await;
        let plain = market.invoice(sold.invoice.expect("an invoice")).await;
        assert_eq!(lines(&plain), [(7128, Vec::new()), (4277, Vec::new())]);

        // Another rate changes what is sold from then on, and nothing that was.
        world.rate("EUR", "USD", "2024-03-20", "1.30").await;
        assert_eq!(market.invoice(first.summary.id).await, first);
        let dearer = sold_in_dollars(&market, "2024-03-21").await;
        let used_now = || vec![rate(Currency::EUR, Currency::USD, "1.3", "2024-03-20")];
        assert_eq!(lines(&dearer), [(9266, used_now()), (5560, used_now())]);
        // What recurs goes on at the price, and so at the rate, that was agreed.
        market.bill("2024-04-11").await;
        let of = market
            .documents(world.other_reseller, world.other_customer)
            .await;
        let next = market.invoice(of.last().expect("a document").id).await;
        assert_eq!(lines(&next), [(4704, used())]);
        // What is taken back names the rate at which it was billed.
        let note = credited(&market, first.summary.id).await;
        assert_eq!(lines(&note), [(7841, used()), (4704, used())]);
        market.assert_clean().await;
    })
    .await;
}

async fn credited(market: &Market, id: InvoiceId) -> Document {
    let input = CreditNote {
        invoice_id: id,
        lines: None,
        destination: CreditDestination::Debt,
        reason: "wrong".to_owned(),
    };
    let ctx = market.on("2024-04-12").await;
    let noted = billing::credit_note_for(market.p(), &ctx, &input).await;
    market.invoice(noted.expect("a credit note").id).await
}

#[tokio::test]
async fn usage_keeps_the_rate_of_the_last_day_of_its_month() {
    each_market(|market| async move {
        let world = &market.world;
        world.rate("USD", "EUR", "2024-09-01", "0.90").await;
        world.rate("USD", "EUR", "2024-09-15", "0.80").await;
        world.rate("USD", "EUR", "2024-10-01", "0.50").await;
        let sold = market
            .sell(world.customer, world.reseller, "3", "2024-08-31")
            .await;
        let cost = ("10", Currency::USD);
        market
            .use_cloud_at(sold.subscription, "1", "Storage", "Storage", cost)
            .await
            .expect("usage");
        market.bill("2024-10-01").await;
        let of = market.documents(world.reseller, world.customer).await;
        let last = market.invoice(of.last().expect("a document").id).await;
        let line = last.lines.iter().find(|line| line.description == "Storage");
        let line = line.expect("a line of usage");
        // 10 dollars with the markups of all tiers (1.08 × 1.10 × 1.20) at 0.80.
        assert_eq!(line.amount.minor, 1140);
        assert_eq!(
            line.rates,
            [rate(Currency::USD, Currency::EUR, "0.8", "2024-09-15")]
        );
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn a_document_keeps_the_rate_at_which_it_goes_into_the_books() {
    each_market(|market| async move {
        let world = &market.world;
        // Valued, but nobody has said what a dollar is worth: it is issued all the same.
        value_in_euros(&market, "2024-03-01", "2024-03-05").await;
        assert_eq!(sold_in_dollars(&market, "2024-03-05").await.book_rate, None);
        world.rate("USD", "EUR", "2024-03-10", "0.92").await;
        let first = sold_in_dollars(&market, "2024-03-11").await;
        let held = rate(Currency::USD, Currency::EUR, "0.92", "2024-03-10");
        assert_eq!(first.book_rate, Some(held.clone()));
        world.rate("USD", "EUR", "2024-03-12", "0.80").await;
        assert_eq!(market.invoice(first.summary.id).await.book_rate, Some(held));
        let later = credited(&market, first.summary.id).await;
        let then = rate(Currency::USD, Currency::EUR, "0.8", "2024-03-12");
        assert_eq!(later.book_rate, Some(then));
        // Documents in the currency of the books need none.
        let sold = market
            .sell(world.customer, world.reseller, "3", "2024-03-11")
            .await;
        let plain = market.invoice(sold.invoice.expect("an invoice")).await;
        assert_eq!(plain.book_rate, None);
    })
    .await;
}
