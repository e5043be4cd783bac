//! Books are closed month by month, sealed entry by entry, and shown with the numbers of their owner.

use sha2::{Digest, Sha256};
use tradewind_billing::{
    rules::chain,
    service::{self as billing, ChartSet, MonthAct, TransferRecord},
    types::{ChartAccount, ClosingAct, Entry, EntryKind, ExportFormat, LedgerAccount, Posting},
};
use tradewind_kernel::{Currency, Date, Error, Money, Result, id::AccountId};
use tradewind_platform::{args, stmts};

use crate::{
    export::{accepted_by_both, accepts, exported},
    sales::{Market, each_market},
    world::day,
};

stmts! {
    /// The days of entries, by document.
    DAYS = "SELECT posted_on, COALESCE(document_on, posted_on) FROM ledger_transaction WHERE realm_id = $1 AND book_id = $2
        AND document_id = $3 ORDER BY posted_on";
    /// Somebody changes a text.
    CHANGE = "UPDATE ledger_transaction SET text = 'another' WHERE realm_id = $1 AND id =
        (SELECT transaction_id FROM ledger_seal WHERE realm_id = $1 AND book_id = $2 AND sequence = 2)";
    /// Somebody moves an entry into a closed month.
    MOVE = "UPDATE ledger_transaction SET posted_on = '2024-03-20', document_on = '2024-03-20' WHERE realm_id = $1
        AND id = (SELECT MAX(transaction_id) FROM ledger_unsealed WHERE realm_id = $1 AND book_id = $2)";
    /// Somebody hides that an entry waits.
    HIDE = "DELETE FROM ledger_unsealed WHERE realm_id = $1 AND book_id = $2";
    /// Somebody removes the last link.
    CUT = "DELETE FROM ledger_seal WHERE realm_id = $1 AND book_id = $2 AND sequence =
        (SELECT sequence FROM ledger_chain WHERE realm_id = $1 AND book_id = $2)";
}

async fn close(market: &Market, book: AccountId, month: &str, on: &str) -> Result<()> {
    let act = MonthAct {
        book_id: book,
        month: day(month),
        reason: String::new(),
    };
    billing::month_close(market.p(), &market.on(on).await, &act)
        .await
        .map(drop)
}

async fn pay(
    market: &Market,
    reference: &str,
    received_on: Option<&str>,
    on: &str,
) -> Result<String> {
    let world = &market.world;
    let transfer = TransferRecord {
        seller_id: world.reseller,
        payer_id: world.customer,
        invoice_id: None,
        amount: Money::new(1_000, Currency::EUR),
        reference: reference.to_owned(),
        top_up: true,
        receiver_id: None,
        received_on: received_on.map(day),
    };
    let ctx = market.on(on).await;
    let payment = billing::transfer_record(market.p(), &ctx, &transfer).await?;
    Ok(payment.id.to_string())
}

async fn days(market: &Market, document: &str) -> Vec<(Date, Date)> {
    let mut tx = market.p().db().begin().await.expect("a transaction");
    let args = args![market.world.realm, market.world.reseller, document];
    tx.all(&DAYS, args).await.expect("days")
}

fn code(error: Error) -> &'static str {
    error.problems().first().map_or("none", |one| one.code)
}

#[tokio::test]
async fn what_comes_late_counts_for_the_first_open_day() {
    each_market(|market| async move {
        let (world, book) = (&market.world, market.world.reseller);
        market.sell(world.customer, book, "3", "2024-03-01").await;
        let early = close(&market, book, "2024-03-15", "2024-03-31").await;
        assert_eq!(code(early.unwrap_err()), "month_not_over");
        close(&market, book, "2024-03-15", "2024-04-02")
            .await
            .expect("closed");
        let again = close(&market, book, "2024-02-01", "2024-04-02").await;
        assert_eq!(code(again.unwrap_err()), "period_closed");

        // By hand a closed day is refused and nothing is kept; a bank's entry counts for the first open day.
        let refused = pay(&market, "by hand", Some("2024-03-28"), "2024-04-02").await;
        assert_eq!(code(refused.unwrap_err()), "period_closed");
        let late = TransferRecord {
            seller_id: book,
            payer_id: world.customer,
            invoice_id: None,
            amount: Money::new(700, Currency::EUR),
            reference: "by the bank".to_owned(),
            top_up: true,
            receiver_id: None,
            received_on: Some(day("2024-03-28")),
        };
        let ctx = market.on("2024-04-02").await;
        let late = market.p().command(&ctx, "test.late", &late, |w, late| {
            Box::pin(billing::transfer_record_in(w, late))
        });
        let late = late.await.expect("a payment").id.to_string();
        assert_eq!(
            days(&market, &late).await,
            [(day("2024-04-01"), day("2024-03-28"))]
        );
        let open = pay(&market, "by hand", Some("2024-04-01"), "2024-04-02")
            .await
            .expect("open");
        assert_eq!(
            days(&market, &open).await,
            [(day("2024-04-01"), day("2024-04-01"))]
        );
        let journal = exported(&market, book, ExportFormat::Hledger).await;
        assert!(journal.contains(", of:2024-03-28\n"), "{journal}");
        for format in [ExportFormat::Hledger, ExportFormat::Beancount] {
            accepts(&market, book, format).await;
        }
        market.assert_clean().await;

        // The last month alone can be opened again, with a reason.
        let act = |month: &str, reason: &str| MonthAct {
            book_id: book,
            month: day(month),
            reason: reason.to_owned(),
        };
        let ctx = market.on("2024-04-03").await;
        let wrong = billing::month_reopen(market.p(), &ctx, &act("2024-02-01", "x")).await;
        assert_eq!(code(wrong.unwrap_err()), "not_last_month");
        let silent = billing::month_reopen(market.p(), &ctx, &act("2024-03-01", "")).await;
        assert!(matches!(silent, Err(Error::Invalid(_))), "{silent:?}");
        let act = act("2024-03-01", "A transfer is missing");
        let open = billing::month_reopen(market.p(), &ctx, &act).await;
        let open = open.expect("open");
        assert_eq!(open.closed_until, Some(day("2024-02-29")));
        assert_eq!(open.next_month, Some(day("2024-03-01")));
        let acts: Vec<ClosingAct> = open.closings.iter().map(|one| one.act).collect();
        assert_eq!(acts, [ClosingAct::Reopen, ClosingAct::Close]);
        assert_eq!(open.closings[0].reason, "A transfer is missing");
        assert_eq!(
            (open.closings[0].sequence, &open.closings[0].hash),
            (open.sealed, &open.hash)
        );
        let now = pay(&market, "now", Some("2024-03-28"), "2024-04-03")
            .await
            .expect("open");
        assert_eq!(
            days(&market, &now).await,
            [(day("2024-03-28"), day("2024-03-28"))]
        );
        market.assert_clean().await;
    })
    .await;
}

#[test]
fn each_value_is_one_line_of_what_is_hashed() {
    let entry = Entry {
        book_id: "acc_01hq3x5zkfe8m9r2t7v4w6y1ab".parse().expect("an id"),
        posted_on: day("2024-04-01"),
        document_on: day("2024-03-28"),
        kind: EntryKind::Payment,
        document_id: "pay_1".to_owned(),
        text: "a\\b\nposting: 1 EUR assets:bank".to_owned(),
        postings: vec![Posting {
            account: LedgerAccount::Bank,
            amount: Money::new(-5, Currency::EUR),
        }],
    };
    let transaction = "txn_01hq3x5zkfe8m9r2t7v4w6y1ab".parse().expect("an id");
    assert_eq!(
        chain::canonical(7, "ff", transaction, &entry),
        "previous: ff\nbook: acc_01hq3x5zkfe8m9r2t7v4w6y1ab\nsequence: 7\n\
         entry: txn_01hq3x5zkfe8m9r2t7v4w6y1ab\nposted: 2024-04-01\nof: 2024-03-28\nkind: payment\n\
         document: pay_1\ntext: a\\\\b\\nposting: 1 EUR assets:bank\nposting: -5 EUR assets:bank\n"
    );
    // Known from elsewhere: the digest of nothing.
    let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(chain::hash(""), nothing);
}

/// An auditor's own reading of an export of sealed entries: how many, and the last hash.
fn verified(text: &str) -> (usize, String) {
    let mut previous = "0".repeat(64);
    let mut count = 0;
    for block in text.split_terminator("\n\n") {
        let (hashed, hash) = block.split_once("\nhash: ").expect("a hash");
        assert!(
            hashed.starts_with(&format!("previous: {previous}\n")),
            "{hashed}"
        );
        let digest = Sha256::digest(format!("{hashed}\n").as_bytes());
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(digest, hash);
        count += 1;
        assert!(
            hashed.contains(&format!("\nsequence: {count}\n")),
            "{hashed}"
        );
        previous = hash.to_owned();
    }
    (count, previous)
}

#[tokio::test]
async fn an_auditor_can_verify_the_sealed_entries() {
    each_market(|market| async move {
        let (world, book) = (&market.world, market.world.reseller);
        market.sell(world.customer, book, "3", "2024-03-01").await;
        pay(&market, "odd\\ text", None, "2024-03-02")
            .await
            .expect("paid");
        let ctx = market.on("2024-03-03").await;
        let before = billing::book_get(market.p(), &ctx, book)
            .await
            .expect("a book");
        assert_eq!((before.sealed, before.waiting), (0, 2));
        assert_eq!(before.next_month, None);
        assert_eq!(
            billing::ledger_seal(market.p(), &ctx, book)
                .await
                .expect("sealed"),
            2
        );
        assert_eq!(
            billing::ledger_seal(market.p(), &ctx, book)
                .await
                .expect("nothing"),
            0
        );
        let first = billing::book_get(market.p(), &ctx, book)
            .await
            .expect("a book");
        assert_eq!((first.sealed, first.waiting), (2, 0));
        pay(&market, "more", None, "2024-03-04")
            .await
            .expect("paid");
        let all = billing::ledger_seal_all(market.p(), &ctx)
            .await
            .expect("sealed");
        assert!(all > 1, "the others' books as well: {all}");
        let book_now = billing::book_get(market.p(), &ctx, book)
            .await
            .expect("a book");
        let text = exported(&market, book, ExportFormat::Sealed).await;
        assert_eq!(verified(&text), (3, book_now.hash.clone()));
        assert!(text.contains(&format!("previous: {}\n", first.hash)));
        assert!(text.contains(" EUR assets:bank\n"), "{text}");
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn the_check_names_the_first_entry_that_was_touched() {
    let cases: [(&'static tradewind_platform::Stmt, &str, &str); 4] = [
        (&CHANGE, "chain_broken", "is not as it was sealed"),
        (&MOVE, "closed_month", "closed until 2024-03-31"),
        (&HIDE, "chain_stray", "does not wait for it"),
        (&CUT, "chain_broken", "the chain ends with entry"),
    ];
    assert_eq!(statements().len(), 5);
    for (stmt, rule, said) in cases {
        each_market(|market| async move {
            let (world, book) = (&market.world, market.world.reseller);
            market.sell(world.customer, book, "3", "2024-03-01").await;
            pay(&market, "a", None, "2024-03-02").await.expect("paid");
            close(&market, book, "2024-03-01", "2024-04-01")
                .await
                .expect("closed");
            pay(&market, "b", None, "2024-04-02").await.expect("paid");
            market.assert_clean().await;
            let mut tx = market.p().db().begin().await.expect("a transaction");
            let changed = tx
                .exec(stmt, args![world.realm, book])
                .await
                .expect("touched");
            assert!(changed > 0, "{rule}");
            tx.commit().await.expect("committed");
            let found = market.findings().await;
            let one = found.iter().find(|found| found.rule == rule);
            let one = one.unwrap_or_else(|| panic!("{rule} is not among {found:?}"));
            assert!(one.message.contains(said), "{one:?}");
            if rule == "chain_broken" && said.starts_with("is not") {
                assert!(one.message.starts_with("entry 2, "), "{one:?}");
            }
        })
        .await;
    }
}

#[tokio::test]
async fn accounts_have_the_numbers_of_their_owner() {
    each_market(|market| async move {
        let (world, book) = (&market.world, market.world.reseller);
        market.sell(world.customer, book, "3", "2024-03-01").await;
        pay(&market, "a", None, "2024-03-02").await.expect("paid");
        let ctx = market.on("2024-03-03").await;
        let number = async |account: &str, code: &str, name: &str| {
            let set = ChartSet {
                book_id: book,
                account: ChartAccount {
                    account: account.to_owned(),
                    code: code.to_owned(),
                    name: name.to_owned(),
                },
            };
            billing::chart_set(market.p(), &ctx, &set).await
        };
        number("assets:receivable", "1400", "Forderungen aus L+L")
            .await
            .expect("set");
        number("assets:bank", "1200", "").await.expect("set");
        number("income:sales", "8400", "Erlöse").await.expect("set");
        let own = format!("assets:receivable:{}", world.customer);
        let taken = number(&own, "1200", "").await;
        assert_eq!(code(taken.unwrap_err()), "number_taken");
        for (account, code, name) in [
            ("assets:gold", "1", ""),
            ("assets:receivable:acc_1", "1", ""),
            ("assets:bank", "1 2", ""),
            ("assets:bank", "bank", ""),
            ("assets:bank", "1", "a:b"),
            ("assets:bank", "1", "two  spaces"),
        ] {
            let wrong = number(account, code, name).await;
            assert!(
                matches!(wrong, Err(Error::Invalid(_))),
                "{account} {code} {name}: {wrong:?}"
            );
        }
        number(&own, "10001", "Example & Sons").await.expect("set");
        let journal = exported(&market, book, ExportFormat::Hledger).await;
        for shown in [
            "assets:10001 Example & Sons  EUR",
            "assets:1200  EUR 10.00",
            "income:8400 Erlöse  EUR -114.05",
        ] {
            assert!(journal.contains(shown), "{shown} is not in\n{journal}");
        }
        accepted_by_both(&market, book).await;
        let chart = number(&own, "", "").await.expect("forgotten");
        assert_eq!(chart.len(), 3);
        let journal = exported(&market, book, ExportFormat::Hledger).await;
        let general = format!(
            "assets:1400 Forderungen aus L+L:{}  EUR 136.86",
            world.customer
        );
        assert!(journal.contains(&general), "{general} is not in\n{journal}");
        let balances = billing::ledger_balances(market.p(), &ctx, book, day("2024-03-31")).await;
        let balances = balances.expect("balances");
        let bank = balances
            .iter()
            .find(|one| one.account == "assets:bank")
            .expect("a bank");
        assert_eq!(
            (bank.code.as_deref(), bank.name.as_deref()),
            (Some("1200"), Some(""))
        );
        // What is sealed has the accounts' own names.
        billing::ledger_seal(market.p(), &ctx, book)
            .await
            .expect("sealed");
        let sealed = exported(&market, book, ExportFormat::Sealed).await;
        assert!(sealed.contains(&format!(" EUR {own}\n")), "{sealed}");
        market.assert_clean().await;
    })
    .await;
}
