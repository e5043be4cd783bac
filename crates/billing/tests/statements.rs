//! Every statement of the room holds on both engines.

#[tokio::test]
async fn every_statement_holds_on_both_engines() {
    tradewind_testkit::check_statements(
        &[
            tradewind_accounts::MIGRATIONS,
            tradewind_tax::MIGRATIONS,
            tradewind_billing::MIGRATIONS,
        ],
        &tradewind_billing::statements(),
    )
    .await;
}
