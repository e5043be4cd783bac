//! Every statement prepares on a freshly migrated database of each engine.

use tradewind_testkit::check_statements;

#[tokio::test]
async fn statements_hold_on_both_engines() {
    check_statements(
        &[
            tradewind_accounts::MIGRATIONS,
            tradewind_tax::MIGRATIONS,
            tradewind_catalogue::MIGRATIONS,
        ],
        &tradewind_catalogue::statements(),
    )
    .await;
}
