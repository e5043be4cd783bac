//! What one account collects for another: invoices in the seller's name, payments, refunds, disputes, and what is settled.

use tradewind_accounts::{
    service as accounts,
    types::{RelationshipSet, TermsInput},
};
use tradewind_billing::{
    service::{
        self as billing, CreditNote, ListQuery, PaymentPay, RefundBack, RefundRequest, TopUp,
        TransferRecord, TransferReverse,
    },
    types::{CreditDestination, Payment},
};
use tradewind_kernel::{
    Error,
    id::{AccountId, InvoiceId},
};
use tradewind_platform::OpCtx;
use tradewind_policy::{AccountKind, Role};

use crate::{
    bank::{PAYER, camt},
    money::{Gateway, card, eur, transfer},
    sales::{Market, each_market},
    world::{code, day},
};

/// Has the account above a seller collect what a buyer owes it.
pub(crate) async fn on_behalf(
    market: &Market,
    seller: AccountId,
    buyer: AccountId,
    invoicer: &str,
) {
    let terms = TermsInput {
        invoicer: Some(invoicer.to_owned()),
        ..TermsInput::default()
    };
    market.terms(seller, buyer, terms).await;
}

pub(crate) async fn user(
    market: &Market,
    account: AccountId,
    kind: AccountKind,
    on: &str,
) -> OpCtx {
    let ctx = market.world.user(account, kind, Role::Owner).await;
    OpCtx {
        now: market.on(on).await.now,
        ..ctx
    }
}

/// The reseller's three seats for the customer, 136.86 with tax, collected by the distributor.
pub(crate) async fn sold(market: &Market, date: &str) -> InvoiceId {
    let world = &market.world;
    on_behalf(market, world.reseller, world.customer, "on_behalf").await;
    let sold = market.sell(world.customer, world.reseller, "3", date).await;
    sold.invoice.expect("an invoice")
}

/// What accounts of a book that begin so come to.
pub(crate) async fn books<const N: usize>(
    market: &Market,
    book: AccountId,
    stems: [&str; N],
) -> [i64; N] {
    let ctx = market.on("2024-12-31").await;
    let all = billing::ledger_balances(market.p(), &ctx, book, day("2024-12-31")).await;
    let all = all.expect("balances");
    stems.map(|stem| {
        let found = all.iter().filter(|one| one.account.starts_with(stem));
        found.map(|one| one.balance.minor).sum()
    })
}

/// What the distributor owes the reseller as collected, held and to be paid, and has at the bank and on its way there.
pub(crate) async fn collector(market: &Market) -> [i64; 5] {
    books(
        market,
        market.world.distributor,
        [
            "liabilities:collected:",
            "liabilities:held:",
            "liabilities:settlement:",
            "assets:bank",
            "assets:clearing",
        ],
    )
    .await
}

/// What the reseller is owed by the customer and by the distributor, and has at the bank.
pub(crate) async fn seller(market: &Market) -> [i64; 5] {
    books(
        market,
        market.world.reseller,
        [
            "assets:receivable:",
            "assets:collected:",
            "assets:held:",
            "assets:settlement:",
            "assets:bank",
        ],
    )
    .await
}

pub(crate) async fn pay(
    market: &Market,
    gateway: &Gateway,
    invoice: InvoiceId,
    on: &str,
) -> Payment {
    let ctx = market.on(on).await;
    card(market, &ctx, gateway, "4242424242424241").await;
    let pay = PaymentPay {
        invoice_id: invoice,
        method_id: None,
        hold: false,
    };
    billing::payment_pay(market.p(), &ctx, gateway, &pay)
        .await
        .expect("paid")
}

#[tokio::test]
async fn who_collects_is_for_the_collector_to_say() {
    each_market(|market| async move {
        let world = &market.world;
        let set = |seller, buyer, invoicer: &str| RelationshipSet {
            seller,
            buyer,
            version: None,
            terms: TermsInput {
                invoicer: Some(invoicer.to_owned()),
                ..TermsInput::default()
            },
        };
        let own = user(&market, world.reseller, AccountKind::Reseller, "2024-03-01").await;
        let above = user(
            &market,
            world.distributor,
            AccountKind::Distributor,
            "2024-03-01",
        )
        .await;
        let wanted = set(world.reseller, world.customer, "on_behalf");
        let refused = accounts::relationship_set(market.p(), &own, &wanted).await;
        assert_eq!(code(refused), "collector_decides");
        accounts::relationship_set(market.p(), &above, &wanted)
            .await
            .expect("agreed");
        let ended = set(world.reseller, world.customer, "self");
        let refused = accounts::relationship_set(market.p(), &own, &ended).await;
        assert_eq!(code(refused), "collector_decides");
        // Nobody stands above a provider, and a vendor's sale has no invoice.
        let ctx = market.world.ctx().await;
        for (seller, buyer) in [
            (world.provider, world.distributor),
            (world.vendor, world.provider),
        ] {
            let nobody = set(seller, buyer, "on_behalf");
            let refused = accounts::relationship_set(market.p(), &ctx, &nobody).await;
            let error = refused.unwrap_err();
            assert_eq!(error.problems()[0].code, "nobody_above", "{error:?}");
            assert_eq!(error.problems()[0].field, "invoicer");
        }
    })
    .await;
}

#[tokio::test]
async fn invoices_are_the_sellers_and_the_money_is_with_who_collects() {
    each_market(|market| async move {
        let world = &market.world;
        let gateway = Gateway::default();
        let id = sold(&market, "2024-03-01").await;
        let invoice = market.invoice(id).await;
        let head = &invoice.summary;
        assert_eq!(
            (head.seller_id, head.number.as_str(), head.gross),
            (world.reseller, "INV-2024-000001", eur(13_686))
        );
        let issuer = invoice.parties.collector.as_ref().expect("a collector");
        assert_eq!(issuer.account_id, world.distributor);
        let balance = head.balance.as_ref().expect("a balance");
        assert_eq!(balance.collector_id, Some(world.distributor));
        assert_eq!(seller(&market).await, [13_686, 0, 0, 0, 0]);

        // The seller cannot say that another has received money; it can say what came to itself.
        let own = user(&market, world.reseller, AccountKind::Reseller, "2024-03-02").await;
        let came = transfer(&market, Some(id), 3_686, "one");
        let refused = billing::transfer_record(market.p(), &own, &came).await;
        assert_eq!(code(refused), "collected_by_another");
        let strange = TransferRecord {
            receiver_id: Some(world.provider),
            ..came.clone()
        };
        let ctx = market.on("2024-03-02").await;
        let refused = billing::transfer_record(market.p(), &ctx, &strange).await;
        assert_eq!(refused.unwrap_err().problems()[0].field, "receiver_id");
        let above = user(
            &market,
            world.distributor,
            AccountKind::Distributor,
            "2024-03-02",
        )
        .await;
        let first = billing::transfer_record(market.p(), &above, &came)
            .await
            .expect("recorded");
        assert_eq!(first.collector_id, Some(world.distributor));
        assert_eq!(seller(&market).await, [10_000, 3_686, 0, 0, 0]);
        assert_eq!(collector(&market).await, [-3_686, 0, 0, 3_686, 0]);
        let direct = TransferRecord {
            receiver_id: Some(world.reseller),
            ..transfer(&market, Some(id), 2_000, "two")
        };
        billing::transfer_record(market.p(), &own, &direct)
            .await
            .expect("recorded");
        assert_eq!(seller(&market).await, [8_000, 3_686, 0, 0, 2_000]);
        market.assert_clean().await;

        // The card goes through the collector's gateway.
        let paid = pay(&market, &gateway, id, "2024-03-03").await;
        assert_eq!(
            (paid.amount, paid.receiver_id()),
            (eur(8_000), world.distributor)
        );
        assert_eq!(seller(&market).await, [0, 11_686, 0, 0, 2_000]);
        assert_eq!(collector(&market).await, [-11_686, 0, 0, 3_686, 8_000]);
        market.assert_clean().await;

        // A credit note is the seller's to give; money goes back from where it is, by those who have it.
        let note = |destination| CreditNote {
            invoice_id: id,
            lines: None,
            destination,
            reason: "Too much".to_owned(),
        };
        let refused =
            billing::credit_note_for(market.p(), &own, &note(CreditDestination::Refund)).await;
        assert_eq!(code(refused), "collected_by_another");
        billing::credit_note_for(market.p(), &own, &note(CreditDestination::Balance))
            .await
            .expect("a credit note");
        let back = |payment_id, minor| RefundRequest {
            payment_id,
            amount: Some(eur(minor)),
            reason: "Cancelled".to_owned(),
        };
        let refused = billing::refund_request(market.p(), &own, &back(paid.id, 5_000)).await;
        assert_eq!(code(refused), "collected_by_another");
        let step = billing::refund_request(market.p(), &above, &back(paid.id, 5_000))
            .await
            .expect("a refund");
        billing::refund_send(market.p(), &ctx, &gateway, step.id)
            .await
            .expect("sent");
        assert_eq!(collector(&market).await, [-6_686, 0, 0, 3_686, 3_000]);
        assert_eq!(seller(&market).await[1], 6_686);
        let step = billing::refund_request(market.p(), &above, &back(first.id, 686))
            .await
            .expect("a refund");
        let done = RefundBack {
            refund_id: step.id,
            reference: Some("back".to_owned()),
        };
        let refused = billing::refund_settle(market.p(), &own, &done).await;
        assert_eq!(code(refused), "collected_by_another");
        billing::refund_settle(market.p(), &above, &done)
            .await
            .expect("paid back");
        assert_eq!(collector(&market).await, [-6_000, 0, 0, 3_000, 3_000]);
        assert_eq!(seller(&market).await, [0, 6_000, 0, 0, 2_000]);
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn an_invoice_keeps_who_collects_it() {
    each_market(|market| async move {
        let world = &market.world;
        let gateway = Gateway::default();
        let first = sold(&market, "2024-03-01").await;
        on_behalf(&market, world.reseller, world.customer, "self").await;
        let sold = market
            .sell(world.customer, world.reseller, "3", "2024-03-02")
            .await;
        let second = sold.invoice.expect("an invoice");
        on_behalf(&market, world.reseller, world.customer, "on_behalf").await;
        let one = pay(&market, &gateway, first, "2024-03-03").await;
        assert_eq!(one.receiver_id(), world.distributor);
        let pay = PaymentPay {
            invoice_id: second,
            method_id: None,
            hold: false,
        };
        let ctx = market.on("2024-03-03").await;
        let two = billing::payment_pay(market.p(), &ctx, &gateway, &pay)
            .await
            .expect("paid");
        assert_eq!(two.receiver_id(), world.reseller);
        assert_eq!(seller(&market).await[1], 13_686);
        market.assert_clean().await;
        // Money on account goes to who collects today, and pays whatever is open; a transfer that is taken back is taken from there.
        let top_up = TopUp {
            seller_id: world.reseller,
            buyer_id: world.customer,
            amount: eur(5_000),
            method_id: None,
        };
        let topped = billing::credit_top_up(market.p(), &ctx, &gateway, &top_up)
            .await
            .expect("topped up");
        assert_eq!(topped.receiver_id(), world.distributor);
        let advance = TransferRecord {
            top_up: true,
            ..transfer(&market, None, 2_000, "advance")
        };
        let advance = billing::transfer_record(market.p(), &ctx, &advance)
            .await
            .expect("recorded");
        assert_eq!(collector(&market).await, [-20_686, 0, 0, 2_000, 18_686]);
        market.assert_clean().await;
        let back = TransferReverse {
            payment_id: advance.id,
            reason: "Not ours".to_owned(),
        };
        let own = user(&market, world.reseller, AccountKind::Reseller, "2024-03-04").await;
        let refused = billing::transfer_reverse(market.p(), &own, &back).await;
        assert_eq!(code(refused), "collected_by_another");
        billing::transfer_reverse(market.p(), &ctx, &back)
            .await
            .expect("taken back");
        assert_eq!(collector(&market).await, [-18_686, 0, 0, 0, 18_686]);
        // Credit that pays is no money: what is collected stays what it was.
        market.bill("2024-04-01").await;
        let documents = market.documents(world.reseller, world.customer).await;
        let later = documents
            .iter()
            .find(|one| one.issued_on == day("2024-04-01"));
        let later = later
            .and_then(|one| one.balance.clone())
            .expect("a balance");
        assert!(
            later.paid == eur(5_000) && later.collector_id == Some(world.distributor),
            "{later:?}"
        );
        assert_eq!(seller(&market).await[1], 18_686);
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn statements_of_who_collects_tell_of_the_sellers_invoices() {
    each_market(|market| async move {
        let world = &market.world;
        let id = sold(&market, "2024-03-01").await;
        market.bill("2024-04-01").await;
        // The distributor's own first invoice has the same number.
        let bought = market
            .documents(world.distributor, world.reseller)
            .await
            .remove(0);
        let number = market.invoice(id).await.summary.number;
        assert_eq!(bought.number, number);
        let import = async |content: &str, on: &str| {
            let ctx = market.on(on).await;
            let file = billing::BankFileImport {
                seller_id: world.distributor,
                file_name: "april.xml",
                content: content.as_bytes(),
                mapping: None,
            };
            billing::bank_import(market.p(), &ctx, &file)
                .await
                .expect("imported")
        };
        let text = format!("Invoice {number}");
        let unknown = camt("1", "2024-04-02", 0, &[(10_000, "Somebody", PAYER, &text)]);
        let found = import(&unknown, "2024-04-02").await;
        assert_eq!((found.matched, found.unmatched), (0, 1), "whose?");
        let customer = market.invoice(id).await.parties.buyer.name;
        let known = camt(
            "2",
            "2024-04-03",
            10_000,
            &[(3_686, &customer, PAYER, &text)],
        );
        let found = import(&known, "2024-04-03").await;
        assert_eq!((found.matched, found.unmatched), (1, 0), "the payer's");
        // 51.32 for April beside what is left of March.
        assert_eq!(seller(&market).await, [15_132, 3_686, 0, 0, 0]);
        // From then on the account is known to pay for the customer, whatever name it has: what waited is clear, too.
        let ctx = market.on("2024-04-04").await;
        let more = billing::bank_match(market.p(), &ctx, world.distributor).await;
        assert_eq!(more.expect("matched"), 1);
        assert_eq!(seller(&market).await, [5_132, 13_686, 0, 0, 0]);
        assert_eq!(collector(&market).await, [-13_686, 0, 0, 13_686, 0]);
        market.assert_clean().await;
        // The reseller has no part in the distributor's statements.
        let own = user(&market, world.reseller, AccountKind::Reseller, "2024-04-04").await;
        let list =
            billing::bank_entry_list(market.p(), &own, world.distributor, &ListQuery::default())
                .await;
        assert!(matches!(list, Err(Error::NotFound { .. })), "{list:?}");
        // Undone, the customer owes it again.
        let ctx = market.on("2024-04-05").await;
        let entries =
            billing::bank_entry_list(market.p(), &ctx, world.distributor, &ListQuery::default())
                .await;
        for entry in entries.expect("entries").items {
            billing::bank_undo(market.p(), &ctx, entry.id)
                .await
                .expect("undone");
        }
        assert_eq!(seller(&market).await, [18_818, 0, 0, 0, 0]);
        market.assert_clean().await;
    })
    .await;
}
