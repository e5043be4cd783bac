//! Pro-forma invoices: what could be invoiced, without number, booking or trace.

use tradewind_accounts::types::TermsInput;
use tradewind_billing::{
    service::{self as billing, Between},
    types::ProForma,
};
use tradewind_kernel::{Currency, Result};

use crate::{
    money::eur,
    sales::{Market, each_market},
    world::code,
};

async fn open(market: &Market, date: &str) -> Result<ProForma> {
    let ctx = market.on(date).await;
    let between = Between {
        seller_id: market.world.reseller,
        buyer_id: market.world.customer,
        currency: Currency::EUR,
    };
    market
        .p()
        .read(&ctx, &between, |w, between| {
            Box::pin(async move { billing::pro_forma_open_in(w, between).await })
        })
        .await
}

#[tokio::test]
async fn what_is_open_is_shown_as_it_will_be_invoiced_and_nothing_is_booked() {
    each_market(|market| async move {
        let world = &market.world;
        let nothing = open(&market, "2024-03-01").await;
        assert_eq!(code(nothing), "nothing_to_invoice");
        let monthly = TermsInput {
            invoicing: Some("monthly".to_owned()),
            invoice_day: Some(20),
            ..TermsInput::default()
        };
        market.terms(world.reseller, world.customer, monthly).await;
        market
            .sell(world.customer, world.reseller, "3", "2024-03-01")
            .await;
        let made = open(&market, "2024-03-02").await.expect("a pro-forma");
        assert_eq!(made.on.to_string(), "2024-03-02");
        assert_eq!(made.document.gross, eur(13_686));
        assert_eq!(made.parties.buyer.account_id, world.customer);
        assert!(
            market
                .documents(world.reseller, world.customer)
                .await
                .is_empty()
        );
        market.assert_clean().await;
        // It is what becomes the invoice.
        market.bill("2024-03-20").await;
        let documents = market.documents(world.reseller, world.customer).await;
        assert_eq!(documents[0].gross, made.document.gross);
        assert_eq!(documents[0].number, "INV-2024-000001");
        let invoiced = market.invoice(documents[0].id).await;
        assert_eq!(invoiced.lines.len(), made.document.lines.len());
        let again = open(&market, "2024-03-21").await;
        assert_eq!(code(again), "nothing_to_invoice");
    })
    .await;
}
