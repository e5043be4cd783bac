//! Every statement of this room prepares on both engines.

#[tokio::test]
async fn all_statements_hold_on_both_engines() {
    let migrations = [
        tradewind_accounts::MIGRATIONS,
        tradewind_fulfilment::MIGRATIONS,
    ];
    tradewind_testkit::check_statements(&migrations, &tradewind_fulfilment::statements()).await;
}
