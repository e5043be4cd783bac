//! The check of the books names what was tampered with.

use tradewind_platform::{args, stmts};

use crate::sales::{Market, each_market};

stmts! {
    /// One posting is off.
    POSTING = "UPDATE ledger_posting SET amount = amount + 1 WHERE realm_id = $1 AND no = 1 AND account LIKE 'assets:receivable:%'";
    /// A line is off.
    LINE = "UPDATE invoice_line SET amount = amount + 1 WHERE realm_id = $1 AND no = 1";
    /// A document has another tax than its lines.
    TAX = "UPDATE invoice SET net = net - 1, tax = tax + 1 WHERE realm_id = $1";
    /// A document is gone from its series.
    NUMBER = "UPDATE invoice SET sequence = sequence + 7 WHERE realm_id = $1";
    /// A charge is open although it is on a document.
    REOPEN = "INSERT INTO open_charge (realm_id, seller_id, buyer_id, currency, charge_id, due_on)
        SELECT c.realm_id, c.seller_id, c.buyer_id, c.currency, c.id, c.period_start FROM charge c
        JOIN invoice_charge ic ON ic.realm_id = c.realm_id AND ic.charge_id = c.id WHERE c.realm_id = $1";
    /// A charge is lost.
    LOSE = "DELETE FROM open_charge WHERE realm_id = $1";
    /// A payment that never was.
    PAID = "UPDATE invoice_balance SET paid = paid + 5 WHERE realm_id = $1";
    /// Usage that was rated by another price.
    RATED = "UPDATE rated SET exact = '1' WHERE realm_id = $1";
    /// A leg that was not charged.
    LEG = "DELETE FROM charge WHERE realm_id = $1 AND order_id IS NULL AND kind = 'recurring' AND leg_id =
        (SELECT id FROM leg WHERE realm_id = $1 AND position = 1)";
}

async fn tampered(market: &Market, stmt: &'static tradewind_platform::Stmt) -> Vec<String> {
    let mut tx = market.p().db().begin().await.expect("a transaction");
    assert!(
        tx.exec(stmt, args![market.world.realm])
            .await
            .expect("tampered")
            > 0
    );
    tx.commit().await.expect("committed");
    let mut rules: Vec<String> = market
        .findings()
        .await
        .into_iter()
        .map(|finding| finding.rule)
        .collect();
    rules.dedup();
    rules
}

#[tokio::test]
async fn whatever_is_wrong_with_the_books_is_named() {
    assert_eq!(statements().len(), 9);
    let cases: [(&'static tradewind_platform::Stmt, &str); 9] = [
        (&POSTING, "entry_unbalanced"),
        (&LINE, "line_sum"),
        (&TAX, "document_sum"),
        (&NUMBER, "numbers_gap"),
        (&REOPEN, "charge_twice"),
        (&LOSE, "charge_lost"),
        (&PAID, "balance_wrong"),
        (&RATED, "usage_charged"),
        (&LEG, "leg_missing"),
    ];
    each_market(|market| async move {
        let world = &market.world;
        let sold = market
            .sell(world.customer, world.reseller, "3", "2024-09-02")
            .await;
        market
            .use_cloud(sold.subscription, "1", "Compute Cloud", "Compute", "3.7")
            .await
            .expect("usage");
        market.bill("2024-10-02").await;
        market.assert_clean().await;
        for (stmt, rule) in cases {
            let before = market.findings().await;
            assert!(
                before.iter().all(|found| found.rule != rule),
                "{rule} is found too early"
            );
            let found = tampered(&market, stmt).await;
            assert!(
                found.iter().any(|found| found == rule),
                "{rule} is not among {found:?}"
            );
        }
    })
    .await;
}
