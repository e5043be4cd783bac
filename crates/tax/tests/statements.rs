//! Every statement of the room prepares on both engines.

#[tokio::test]
async fn all_statements_hold_on_both_engines() {
    tradewind_testkit::check_statements(
        &[tradewind_accounts::MIGRATIONS, tradewind_tax::MIGRATIONS],
        &tradewind_tax::statements(),
    )
    .await;
}
