//! What has to hold after everything: nothing lost, nothing doubled, nothing stuck, and the books right.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use tradewind_kernel::{Decimal, Timestamp};
use tradewind_platform::{KeyRing, Platform, PlatformConfig, Tx, args};
use tradewind_server::cli::Exit;

use crate::common::Shell;
use crate::load::Asked;
use crate::vendor::Vendor;

/// How long what is under way may take to come to rest.
const REST_TIME: Duration = Duration::from_secs(120);

tradewind_platform::stmts! {
    /// Jobs that are to be done by now.
    BUSY = "SELECT kind, state, COALESCE(last_error, '') FROM job WHERE realm_id = $1
        AND (state = 'leased' OR (state = 'ready' AND due_at <= $2))";
    /// Jobs that were given up.
    DEAD = "SELECT kind, COALESCE(last_error, '') FROM job WHERE state = 'dead'";
    /// Orders.
    ORDERS = "SELECT id, kind, state FROM sales_order";
    /// Deliveries by order, more than one of a kind.
    DELIVERED_TWICE = "SELECT COALESCE(order_id, ''), kind, COUNT(*) FROM delivery WHERE order_id IS NOT NULL
        GROUP BY order_id, kind HAVING COUNT(*) > 1";
    /// Automatic deliveries.
    DELIVERIES = "SELECT id, state FROM delivery WHERE mode = 'automatic'";
    /// Charges of one order that say the same twice.
    CHARGED_TWICE = "SELECT leg_id, item_code, kind, COUNT(*) FROM charge WHERE order_id IS NOT NULL
        GROUP BY order_id, leg_id, item_code, kind, period_start, period_end HAVING COUNT(*) > 1";
    /// Renewals that were charged twice.
    RENEWED_TWICE = "SELECT leg_id, item_code, period_start, COUNT(*) FROM charge WHERE order_id IS NULL AND kind = 'recurring'
        GROUP BY leg_id, item_code, period_start, period_end HAVING COUNT(*) > 1";
    /// Usage as it was kept.
    USAGE = "SELECT external_id, quantity FROM usage_record WHERE source = 'proof'";
    /// Usage as it was added up.
    TOTALS = "SELECT quantity, records FROM usage_total WHERE meter = 'envelopes'";
    /// Invoices for which more was taken than they ask.
    OVERPAID = "SELECT b.invoice_id, b.gross, CAST(SUM(p.amount) AS BIGINT) FROM invoice_balance b
        JOIN payment p ON p.realm_id = b.realm_id AND p.invoice_id = b.invoice_id
        WHERE p.state = 'succeeded' GROUP BY b.invoice_id, b.gross HAVING SUM(p.amount) > b.gross";
    /// Payments by card as the platform knows them.
    CARDS = "SELECT COUNT(*) FROM payment WHERE kind = 'card' AND state = 'succeeded'";
    /// Payments by card as the gateway knows them.
    GATEWAY = "SELECT COUNT(*) FROM sandbox_payment WHERE state = 'succeeded'";
    /// Subscriptions of the vendor with a service of its own.
    SUBSCRIPTIONS = "SELECT s.id, s.delivery_state FROM subscription s JOIN product p ON p.realm_id = s.realm_id
        AND p.id = s.product_id WHERE p.delivery = 'automatic'";
    /// What they have of each item.
    ITEMS = "SELECT subscription_id, code, quantity FROM subscription_item";
    /// Messages to the vendor that have not arrived.
    UNTOLD = "SELECT kind, state, attempts, COALESCE(last_error, '') FROM webhook_message WHERE state <> 'delivered'";
}

/// Opens the database beside the servers.
pub(crate) async fn open(shell: &Shell) -> Platform {
    let rooms = tradewind_server::wiring::migrations();
    Platform::open(PlatformConfig::new(shell.db(), rooms, KeyRing::random()))
        .await
        .unwrap()
}

/// Waits until nothing is left to do by `now`.
pub(crate) async fn at_rest(platform: &Platform, realm: &str, now: Timestamp) {
    let begun = Instant::now();
    loop {
        let mut tx = platform.db().read().await.unwrap();
        let busy: Vec<(String, String, String)> = tx.all(&BUSY, args![realm, now]).await.unwrap();
        tx.rollback().await.unwrap();
        if busy.is_empty() {
            return;
        }
        assert!(begun.elapsed() < REST_TIME, "still at work: {busy:?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Compares what was asked for with what is there.
pub(crate) async fn pronounce(platform: &Platform, asked: &Asked, vendor: &Vendor) {
    assert!(asked.surprises.is_empty(), "{:#?}", asked.surprises);
    let mut tx = platform.db().read().await.unwrap();
    nothing_of(&mut tx).await;
    orders(&mut tx, asked).await;
    usage(&mut tx, asked).await;
    let (cards,): (i64,) = tx.one(&CARDS, args![]).await.unwrap();
    let (charged,): (i64,) = tx.one(&GATEWAY, args![]).await.unwrap();
    assert_eq!(cards, charged, "payments by card here and at the gateway");
    deliveries(&mut tx, vendor).await;
    tx.rollback().await.unwrap();
}

/// Lists that have to be empty.
async fn nothing_of(tx: &mut Tx) {
    let dead: Vec<(String, String)> = tx.all(&DEAD, args![]).await.unwrap();
    assert!(dead.is_empty(), "dead jobs: {dead:?}");
    let untold: Vec<(String, String, i64, String)> = tx.all(&UNTOLD, args![]).await.unwrap();
    assert!(
        untold.is_empty(),
        "messages that did not arrive: {untold:?}"
    );
    let twice: Vec<(String, String, i64)> = tx.all(&DELIVERED_TWICE, args![]).await.unwrap();
    assert!(twice.is_empty(), "delivered twice: {twice:?}");
    let twice: Vec<(String, String, String, i64)> = tx.all(&CHARGED_TWICE, args![]).await.unwrap();
    assert!(twice.is_empty(), "charged twice: {twice:?}");
    let twice: Vec<(String, String, String, i64)> = tx.all(&RENEWED_TWICE, args![]).await.unwrap();
    assert!(twice.is_empty(), "renewed twice: {twice:?}");
    let overpaid: Vec<(String, i64, i64)> = tx.all(&OVERPAID, args![]).await.unwrap();
    assert!(overpaid.is_empty(), "paid twice: {overpaid:?}");
}

/// Every order that was answered is there once, and none that was not.
async fn orders(tx: &mut Tx, asked: &Asked) {
    let rows: Vec<(String, String, String)> = tx.all(&ORDERS, args![]).await.unwrap();
    let there: BTreeSet<&str> = rows.iter().map(|(id, ..)| id.as_str()).collect();
    for (id, kind) in &asked.orders {
        assert!(there.contains(id.as_str()), "the {kind} {id} is lost");
    }
    for kind in ["purchase", "change", "cancel"] {
        let placed = asked.orders.values().filter(|k| **k == kind).count();
        let kept = rows.iter().filter(|(_, k, _)| k == kind).count();
        // The demo's own orders were there before.
        let before = if kind == "purchase" { DEMO_ORDERS } else { 0 };
        assert_eq!(kept, placed + before, "orders of kind {kind}");
    }
    let open: Vec<_> = rows
        .iter()
        .filter(|(_, _, state)| state != "completed")
        .collect();
    assert!(open.is_empty(), "orders that are not done: {open:?}");
}

/// Purchases that the demo's world begins with.
const DEMO_ORDERS: usize = 10;

/// Every record that was taken in counts once.
async fn usage(tx: &mut Tx, asked: &Asked) {
    let rows: Vec<(String, Decimal)> = tx.all(&USAGE, args![]).await.unwrap();
    let kept: BTreeMap<String, Decimal> = rows.into_iter().collect();
    let expected: BTreeMap<String, Decimal> = asked
        .usage
        .iter()
        .map(|(id, quantity)| (id.clone(), Decimal::from(*quantity)))
        .collect();
    assert_eq!(kept, expected, "usage records");
    let totals: Vec<(Decimal, i64)> = tx.all(&TOTALS, args![]).await.unwrap();
    let sum: Decimal = totals.iter().map(|(quantity, _)| *quantity).sum();
    let count: i64 = totals.iter().map(|(_, records)| *records).sum();
    assert_eq!(sum, expected.values().sum::<Decimal>(), "usage totals");
    assert_eq!(count, i64::try_from(expected.len()).unwrap());
}

/// The vendor runs exactly what was sold, and did nothing again that had been confirmed.
async fn deliveries(tx: &mut Tx, vendor: &Vendor) {
    let rows: Vec<(String, String)> = tx.all(&DELIVERIES, args![]).await.unwrap();
    {
        let log = vendor.door.log.lock().unwrap();
        assert!(log.repeated.is_empty(), "begun again: {:?}", log.repeated);
        assert!(log.messages > 0, "no message ever reached the vendor");
        for (id, state) in &rows {
            assert_eq!(state, "succeeded", "delivery {id}");
            assert!(log.reported.contains(id), "{id} was never reported");
        }
        for id in &log.reported {
            assert!(rows.iter().any(|row| row.0 == *id), "{id} is lost");
        }
    }
    let subscriptions: Vec<(String, String)> = tx.all(&SUBSCRIPTIONS, args![]).await.unwrap();
    let items: Vec<(String, String, Decimal)> = tx.all(&ITEMS, args![]).await.unwrap();
    let tenants = vendor.tenants();
    let mut running = 0;
    for (id, state) in &subscriptions {
        let Some(tenant) = tenants.get(id) else {
            assert_eq!(state, "removed", "the vendor has nothing for {id}");
            continue;
        };
        running += 1;
        let expected = match tenant["state"].as_str() {
            Some("suspended") => "stopped",
            _ => "running",
        };
        assert_eq!(state, expected, "{id}");
        for (_, code, quantity) in items.iter().filter(|item| item.0 == *id) {
            let there: Decimal = tenant["quantities"][code]
                .as_str()
                .unwrap()
                .parse()
                .unwrap();
            assert_eq!(there, *quantity, "{code} of {id}");
        }
    }
    assert_eq!(running, tenants.len(), "tenants that nobody pays for");
}

/// The books are right, and billing again bills nothing.
pub(crate) async fn books(shell: &Shell, today: &str) {
    let bill = ["--json", "bill", "--until", today];
    shell.run(&bill).await.json();
    let again = shell.run(&bill).await.json();
    assert_eq!(
        (again["charges"].as_u64(), again["documents"].as_u64()),
        (Some(0), Some(0))
    );
    let check = shell.run(&["check"]).await;
    assert_eq!(check.exit, Exit::Done, "{}{}", check.out, check.err);
}
