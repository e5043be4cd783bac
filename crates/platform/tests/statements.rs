//! Every statement of the platform prepares on both engines.

#[tokio::test]
async fn all_statements_hold_on_both_engines() {
    tradewind_testkit::check_statements(&[], &tradewind_platform::statements()).await;
}
