//! Every statement of the adapters prepares on both engines.

#[tokio::test]
async fn all_statements_hold_on_both_engines() {
    let migrations = [
        tradewind_accounts::MIGRATIONS,
        tradewind_connectors::MIGRATIONS,
    ];
    tradewind_testkit::check_statements(&migrations, &tradewind_connectors::statements()).await;
}
