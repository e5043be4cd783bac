//! Measures the billing run: `cargo run --release -p tradewind-billing --example measure_billing -- 2000`.
//!
//! Sells that many subscriptions of five recurring items over three invoiced legs (and the vendor's), renews all of them
//! in one run, and prints how many documents a second that was. With `TRADEWIND_TEST_POSTGRES` also on PostgreSQL.

#[path = "../tests/books/sales.rs"]
#[allow(dead_code, reason = "not everything is needed here")]
mod sales;
#[path = "../../catalogue/tests/common/mod.rs"]
mod world;

use std::time::Instant;

use tradewind_accounts::types::TermsInput;

#[tokio::main]
async fn main() {
    let count: usize = std::env::args()
        .nth(1)
        .and_then(|text| text.parse().ok())
        .unwrap_or(500);
    sales::each_market_of(5, |market| async move {
        let world = &market.world;
        let at_once = || TermsInput {
            invoicing: Some("immediate".to_owned()),
            ..TermsInput::default()
        };
        market.terms(world.provider, world.distributor, at_once()).await;
        market.terms(world.distributor, world.reseller, at_once()).await;
        let started = Instant::now();
        for _ in 0..count {
            market.sell(world.customer, world.reseller, "3", "2024-03-01").await;
        }
        let sold = started.elapsed();
        let started = Instant::now();
        let report = market.bill("2024-04-01").await;
        let took = started.elapsed();
        let engine = market.p().db().engine();
        let per_second = u128::from(report.documents) * 1000 / took.as_millis().max(1);
        println!(
            "{engine}: {count} sold in {sold:?}; {} documents with {} charges in {took:?}: {per_second} documents/s",
            report.documents, report.charges
        );
        market.assert_clean().await;
    })
    .await;
}
