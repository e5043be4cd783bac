//! The books in plain text, as the tools of that trade accept them.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use tradewind_billing::{
    service::{self as billing, TransferRecord},
    types::ExportFormat,
};
use tradewind_kernel::{Currency, Money, id::AccountId};

use crate::sales::{Market, each_market};

pub(crate) async fn exported(market: &Market, book: AccountId, format: ExportFormat) -> String {
    let ctx = market.on("2024-05-01").await;
    let mut text = Vec::new();
    let entries = billing::ledger_export(market.p(), &ctx, book, format, &mut text)
        .await
        .expect("an export");
    assert!(entries > 0);
    String::from_utf8(text).expect("text")
}

/// The book of an account is accepted by both programs for which it is exported.
pub(crate) async fn accepted_by_both(market: &Market, book: AccountId) {
    accepts(market, book, ExportFormat::Hledger).await;
    accepts(market, book, ExportFormat::Beancount).await;
}

/// The book of an account is accepted by the program of a format.
pub(crate) async fn accepts(market: &Market, book: AccountId, format: ExportFormat) {
    let text = exported(market, book, format).await;
    match format {
        ExportFormat::Beancount => accepted("bean-check", &[], "beancount", &text),
        _ => accepted("hledger", &["check", "--strict", "-f"], "journal", &text),
    }
}

/// Runs a checker over a text; says so when it is not installed.
fn accepted(program: &str, args: &[&str], extension: &str, text: &str) {
    let file = std::env::temp_dir().join(format!(
        "tradewind-{}-{:?}-{program}.{extension}",
        std::process::id(),
        std::thread::current().id()
    ));
    let mut out = std::fs::File::create(&file).expect("a file");
    out.write_all(text.as_bytes()).expect("written");
    let run = Command::new(program)
        .args(args)
        .arg(&file)
        .stdin(Stdio::null())
        .output();
    match run {
        Err(error) => eprintln!("skipped: {program} is not installed ({error})"),
        Ok(run) => {
            let said = String::from_utf8_lossy(&run.stderr).into_owned()
                + &String::from_utf8_lossy(&run.stdout);
            assert!(
                run.status.success(),
                "{program} refuses the books: {said}\n{text}"
            );
        }
    }
    std::fs::remove_file(&file).expect("removed");
}

#[tokio::test]
async fn the_books_are_accepted_by_hledger_and_beancount() {
    each_market(|market| async move {
        let world = &market.world;
        let sold = market
            .sell(world.customer, world.reseller, "3", "2024-03-01")
            .await;
        market.bill("2024-04-01").await;
        let ctx = market.on("2024-04-02").await;
        let transfer = TransferRecord {
            seller_id: world.reseller,
            payer_id: world.customer,
            invoice_id: sold.invoice,
            amount: Money::new(99_999, Currency::EUR),
            reference: "all \"of\" it; and | more".to_owned(),
            top_up: false,
            receiver_id: None,
            received_on: None,
        };
        billing::transfer_record(market.p(), &ctx, &transfer)
            .await
            .expect("a payment");
        for book in [world.provider, world.distributor, world.reseller] {
            accepted_by_both(&market, book).await;
        }
        let balances = billing::ledger_balances(
            market.p(),
            &ctx,
            world.reseller,
            crate::sales::date("2024-12-31"),
        )
        .await;
        let bank = balances
            .expect("balances")
            .into_iter()
            .find(|row| row.account == "assets:bank");
        assert_eq!(bank.expect("the bank").balance.minor, 99_999);
        market.assert_clean().await;
    })
    .await;
}
