//! Bank statements: taken in once, matched, and what people say about the rest.

use tradewind_billing::{
    service::{
        self as billing, BankAssign, BankFileImport, BankIgnore, BankMappingSet, BankShare,
        ListQuery, TransferReverse,
    },
    types::{
        BalanceStatus, BankDoubt, BankEntry, BankEntryState, BankImport, CsvMapping, DateForm,
        DecimalSign, PaymentState,
    },
};
use tradewind_kernel::{
    Currency, Result,
    id::{AccountId, BankEntryId, InvoiceId},
    page::PageRequest,
};
use tradewind_platform::OpCtx;

use crate::{
    money::{eur, transfer},
    sales::{Market, each_market},
    world::code,
};

/// An entry of a file: minor units, negative for what went out, payer, account, text.
pub(crate) type Line<'a> = (i64, &'a str, &'a str, &'a str);

/// A statement of a day with entries that have no reference of the bank's.
pub(crate) fn camt(id: &str, day: &str, opening: i64, lines: &[Line<'_>]) -> String {
    let amount = |minor: i64| format!("{}.{:02}", minor.abs() / 100, minor.abs() % 100);
    let sign = |minor: i64| if minor < 0 { "DBIT" } else { "CRDT" };
    let balance = |kind: &str, minor: i64| {
        format!(
            "<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">{}</Amt><CdtDbtInd>{}</CdtDbtInd>\
             <Dt><Dt>{day}</Dt></Dt></Bal>",
            amount(minor),
            sign(minor)
        )
    };
    let entries: String = lines
        .iter()
        .map(|(minor, name, account, text)| {
            let reversal = if *minor < 0 && text.starts_with("Return") { "<RvslInd>true</RvslInd>" } else { "" };
            let side = if *minor < 0 && reversal.is_empty() { "Cdtr" } else { "Dbtr" };
            format!(
                "<Ntry><Amt Ccy=\"EUR\">{}</Amt><CdtDbtInd>{}</CdtDbtInd>{reversal}<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{day}</Dt></BookgDt>\
                 <NtryDtls><TxDtls><RltdPties><{side}><Pty><Nm>{name}</Nm></Pty></{side}><{side}Acct><Id><IBAN>{account}</IBAN></Id></{side}Acct></RltdPties>\
                 <RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>",
                amount(*minor),
                sign(*minor)
            )
        })
        .collect();
    let sum: i64 = lines.iter().map(|(minor, ..)| minor).sum();
    format!(
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt><Stmt><Id>{id}</Id>\
         <FrToDt><FrDtTm>{day}T00:00:00Z</FrDtTm><ToDtTm>{day}T23:59:59Z</ToDtTm></FrToDt>\
         <Acct><Id><IBAN>AT611904300234573201</IBAN></Id><Ccy>EUR</Ccy></Acct>{}{}{entries}</Stmt></BkToCstmrStmt></Document>",
        balance("OPBD", opening),
        balance("CLBD", opening + sum)
    )
}

pub(crate) async fn import(market: &Market, ctx: &OpCtx, content: &str) -> Result<BankImport> {
    let file = BankFileImport {
        seller_id: market.world.reseller,
        file_name: "march.xml",
        content: content.as_bytes(),
        mapping: None,
    };
    billing::bank_import(market.p(), ctx, &file).await
}

async fn entries(market: &Market, ctx: &OpCtx) -> Vec<BankEntry> {
    let query = ListQuery {
        sort: "booked".to_owned(),
        page: PageRequest::new(Some(100), None).expect("a page"),
        ..ListQuery::default()
    };
    let found = billing::bank_entry_list(market.p(), ctx, market.world.reseller, &query).await;
    found.expect("entries").items
}

async fn open_of(market: &Market, id: InvoiceId) -> (BalanceStatus, i64) {
    let balance = market.invoice(id).await.summary.balance.expect("a balance");
    (balance.status, balance.open.minor)
}

/// What a sale of so many seats costs on a day: invoice, number, total.
async fn sold(market: &Market, seats: &str, date: &str) -> (InvoiceId, String, i64) {
    let world = &market.world;
    let sold = market
        .sell(world.customer, world.reseller, seats, date)
        .await;
    let id = sold.invoice.expect("an invoice");
    let head = market.invoice(id).await.summary;
    (id, head.number, head.gross.minor)
}

fn assign(entry_id: BankEntryId) -> BankAssign {
    BankAssign {
        entry_id,
        invoices: Vec::new(),
        buyer_id: None,
        top_up: false,
        payment_id: None,
    }
}

fn share(invoice_id: InvoiceId, minor: Option<i64>) -> BankShare {
    BankShare {
        invoice_id,
        amount: minor.map(eur),
    }
}

async fn credit_of(market: &Market, buyer: AccountId) -> i64 {
    let of = billing::WalletOf {
        seller_id: market.world.reseller,
        buyer_id: buyer,
    };
    let ctx = market.on("2024-03-20").await;
    let wallet = billing::wallet_get(market.p(), &ctx, &of).await;
    wallet.expect("a wallet").balance.minor
}

pub(crate) const PAYER: &str = "DE89370400440532013000";

#[tokio::test]
async fn what_is_named_is_paid_and_the_same_file_adds_nothing() {
    each_market(|market| async move {
        let (one, first, gross) = sold(&market, "3", "2024-03-01").await;
        let (two, second, more) = sold(&market, "5", "2024-03-02").await;
        let ctx = market.on("2024-03-15").await;
        assert_eq!((gross, more), (13_686, 17_107));
        let whole = format!(
            "Rechnungen {} und {}",
            second.to_lowercase(),
            first.replace('-', " ")
        );
        let lines = [
            (gross + more + 250, "Acme", PAYER, whole.as_str()),
            (4_000, "Stranger", "", "Gift"),
            (-1_999, "Power Inc", "", "March"),
            (4_000, "Stranger", "", "Gift"),
        ];
        let file = camt("7", "2024-03-14", 0, &lines);
        let report = import(&market, &ctx, &file).await.expect("an import");
        assert_eq!(
            (
                report.entries,
                report.known,
                report.matched,
                report.unmatched,
                report.outgoing
            ),
            (4, 0, 1, 2, 1)
        );
        assert_eq!(
            report.statements[0].closing,
            Some(eur(gross + more + 250 + 6_001))
        );
        for id in [one, two] {
            assert_eq!(open_of(&market, id).await, (BalanceStatus::Paid, 0));
        }
        assert_eq!(credit_of(&market, market.world.customer).await, 250);
        let paid = billing::payments_of_invoice(market.p(), &ctx, one)
            .await
            .expect("payments");
        assert_eq!(paid[0].amount, eur(gross));
        assert_eq!(
            paid[0].settled_at.expect("a time").to_string(),
            "2024-03-13T23:00:00Z"
        );
        // The same again, and a file that overlaps it.
        let again = import(&market, &ctx, &file).await.expect("an import");
        assert_eq!(
            (again.entries, again.known, again.matched, again.unmatched),
            (4, 4, 0, 0)
        );
        assert_eq!(again.statements, []);
        let (a, b) = (lines[1], lines[3]);
        let longer = camt("8", "2024-03-14", 0, &[a, b, (7, "Stranger", "", "Gift")]);
        let overlap = import(&market, &ctx, &longer).await.expect("an import");
        assert_eq!(
            (overlap.entries, overlap.known, overlap.unmatched),
            (3, 2, 1)
        );
        assert_eq!(entries(&market, &ctx).await.len(), 5);
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn two_at_once_take_a_file_once() {
    each_market(|market| async move {
        let (id, number, gross) = sold(&market, "3", "2024-03-01").await;
        let ctx = market.on("2024-03-15").await;
        let file = camt(
            "7",
            "2024-03-14",
            0,
            &[(gross, "Acme", PAYER, number.as_str())],
        );
        let (a, b) = tokio::join!(import(&market, &ctx, &file), import(&market, &ctx, &file));
        let (a, b) = (a.expect("an import"), b.expect("an import"));
        assert_eq!((a.known + b.known, a.matched + b.matched), (1, 1));
        assert_eq!(a.statements.len() + b.statements.len(), 1);
        let paid = billing::payments_of_invoice(market.p(), &ctx, id)
            .await
            .expect("payments");
        assert_eq!(paid.len(), 1);
        assert_eq!(open_of(&market, id).await, (BalanceStatus::Paid, 0));
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn a_file_that_is_wrong_changes_nothing_and_a_gap_is_told() {
    each_market(|market| async move {
        let (_, number, gross) = sold(&market, "3", "2024-03-01").await;
        let ctx = market.on("2024-03-20").await;
        let line = (gross, "Acme", PAYER, number.as_str());
        let file = camt("7", "2024-03-14", 0, &[(100, "A", "", "x"), line]);
        let wrong = file.replacen("1.00", "1.01", 1);
        assert_eq!(code(import(&market, &ctx, &wrong).await), "invalid_input");
        assert_eq!(entries(&market, &ctx).await, []);
        import(&market, &ctx, &file).await.expect("an import");
        let next = camt("8", "2024-03-15", 100 + gross, &[(1, "A", "", "x")]);
        let next = import(&market, &ctx, &next).await.expect("an import");
        assert_eq!(next.statements[0].gap, None);
        let late = camt("10", "2024-03-18", 500 + gross, &[(1, "A", "", "x")]);
        let late = import(&market, &ctx, &late).await.expect("an import");
        assert_eq!(late.statements[0].gap, Some(eur(399)));
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn people_assign_ignore_and_undo() {
    each_market(|market| async move {
        let (one, first, gross) = sold(&market, "3", "2024-03-01").await;
        let (two, _, more) = sold(&market, "5", "2024-03-02").await;
        let ctx = market.on("2024-03-15").await;
        let p = market.p();
        let customer = market.world.customer;
        let file = camt(
            "7",
            "2024-03-14",
            0,
            &[
                (gross + 100, "Ruth Roe", PAYER, "thanks"),
                (300, "Mum", "", "Birthday"),
                (more, "Acme", PAYER, "second"),
            ],
        );
        import(&market, &ctx, &file).await.expect("an import");
        let ids: Vec<BankEntryId> = entries(&market, &ctx)
            .await
            .iter()
            .map(|one| one.id)
            .collect();
        let said = billing::bank_entry_get(p, &ctx, ids[0])
            .await
            .expect("an entry");
        assert_eq!(
            (said.entry.doubt, said.account.as_str()),
            (Some(BankDoubt::Unknown), PAYER)
        );
        assert_eq!(said.entry.account_hint, "3000");
        let like = billing::bank_entry_get(p, &ctx, ids[2])
            .await
            .expect("an entry");
        assert_eq!(like.suggestions[0].invoice_id, two);
        assert!(like.suggestions[0].same_amount && !like.suggestions[0].named);

        // What cannot be is refused and changes nothing.
        let mut much = assign(ids[0]);
        much.invoices = vec![share(one, Some(gross + 101))];
        assert_eq!(
            code(billing::bank_assign(p, &ctx, &much).await),
            "invalid_input"
        );
        much.invoices = vec![share(one, None), share(one, None)];
        assert_eq!(
            code(billing::bank_assign(p, &ctx, &much).await),
            "invalid_input"
        );
        assert_eq!(
            code(billing::bank_assign(p, &ctx, &assign(ids[0])).await),
            "invalid_input"
        );
        assert_eq!(open_of(&market, one).await.1, gross);

        // A part for one invoice, the rest for the other, what is over as credit.
        let mut input = assign(ids[0]);
        input.invoices = vec![share(two, Some(500)), share(one, Some(gross - 500))];
        let done = billing::bank_assign(p, &ctx, &input)
            .await
            .expect("an assignment");
        assert_eq!(done.entry.state, BankEntryState::Assigned);
        let amounts: Vec<i64> = done.payments.iter().map(|one| one.amount.minor).collect();
        assert_eq!(amounts.iter().sum::<i64>(), gross + 100);
        assert_eq!(open_of(&market, one).await.1, 500);
        assert_eq!(credit_of(&market, customer).await, 100);
        assert_eq!(
            code(billing::bank_assign(p, &ctx, &input).await),
            "entry_settled"
        );
        market.assert_clean().await;

        // The payer is known now, and pays exactly what is open.
        assert_eq!(open_of(&market, two).await.1, more - 500);
        let next = camt(
            "8",
            "2024-03-15",
            gross + more + 400,
            &[(more, "Ruth Roe", PAYER, "?")],
        );
        let report = import(&market, &ctx, &next).await.expect("an import");
        assert_eq!((report.matched, report.unmatched), (1, 0));
        for id in [one, two] {
            assert_eq!(open_of(&market, id).await.1, 0, "{first}");
        }

        let ignore = BankIgnore {
            entry_id: ids[1],
            reason: "Private".to_owned(),
        };
        let ignored = billing::bank_ignore(p, &ctx, &ignore)
            .await
            .expect("an entry");
        assert_eq!(
            (ignored.entry.state, ignored.entry.reason.as_str()),
            (BankEntryState::Ignored, "Private")
        );
        assert_eq!(
            code(billing::bank_ignore(p, &ctx, &ignore).await),
            "entry_settled"
        );

        // Undone: the invoices are open again, the credit is gone, and the rules leave it alone.
        let undone = billing::bank_undo(p, &ctx, ids[0]).await.expect("an entry");
        assert_eq!(
            (undone.entry.state, undone.entry.doubt),
            (BankEntryState::Unmatched, Some(BankDoubt::Undone))
        );
        assert_eq!(
            open_of(&market, one).await,
            (BalanceStatus::Open, gross - 500)
        );
        assert_eq!(credit_of(&market, customer).await, 0);
        assert_eq!(
            code(billing::bank_undo(p, &ctx, ids[0]).await),
            "entry_open"
        );
        assert_eq!(
            billing::bank_match(p, &ctx, market.world.reseller)
                .await
                .expect("a count"),
            0
        );
        billing::bank_undo(p, &ctx, ids[1]).await.expect("an entry");
        // On account: the oldest first, the rest is credit.
        let mut account = assign(ids[0]);
        account.buyer_id = Some(customer);
        billing::bank_assign(p, &ctx, &account)
            .await
            .expect("an assignment");
        for id in [one, two] {
            assert_eq!(open_of(&market, id).await.1, 0);
        }
        assert_eq!(credit_of(&market, customer).await, 100);
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn what_was_recorded_by_hand_is_recognised_and_what_the_bank_takes_back_is_open_again() {
    each_market(|market| async move {
        let (one, first, gross) = sold(&market, "3", "2024-03-01").await;
        let ctx = market.on("2024-03-15").await;
        let p = market.p();
        let by_hand = transfer(&market, Some(one), gross, "SEPA 1");
        let by_hand = billing::transfer_record(p, &ctx, &by_hand)
            .await
            .expect("a payment");
        let file = camt(
            "7",
            "2024-03-14",
            0,
            &[(gross, "Acme", PAYER, first.as_str())],
        );
        let report = import(&market, &ctx, &file).await.expect("an import");
        assert_eq!((report.matched, report.unmatched), (0, 1));
        let entry = entries(&market, &ctx).await[0].clone();
        assert_eq!(entry.doubt, Some(BankDoubt::PaidAlready));
        let said = billing::bank_entry_get(p, &ctx, entry.id)
            .await
            .expect("an entry");
        assert_eq!(said.alike[0].payment_id, by_hand.id);
        let mut same = assign(entry.id);
        same.payment_id = Some(by_hand.id);
        let done = billing::bank_assign(p, &ctx, &same)
            .await
            .expect("an assignment");
        assert!(!done.payments[0].recorded);
        assert_eq!(open_of(&market, one).await, (BalanceStatus::Paid, 0));
        let reverse = TransferReverse {
            payment_id: by_hand.id,
            reason: "Typing error".to_owned(),
        };
        assert_eq!(
            code(billing::transfer_reverse(p, &ctx, &reverse).await),
            "from_statement"
        );
        market.assert_clean().await;

        // The bank takes it back.
        let next = camt(
            "8",
            "2024-03-15",
            gross,
            &[(-gross, "Acme", PAYER, "Return: account closed")],
        );
        let report = import(&market, &ctx, &next).await.expect("an import");
        assert_eq!((report.unmatched, report.outgoing), (1, 0));
        let back = entries(&market, &ctx).await[1].clone();
        assert_eq!(back.doubt, Some(BankDoubt::TakenBack));
        let mut input = assign(back.id);
        assert_eq!(
            code(billing::bank_assign(p, &ctx, &input).await),
            "invalid_input"
        );
        input.payment_id = Some(by_hand.id);
        billing::bank_assign(p, &ctx, &input)
            .await
            .expect("an assignment");
        assert_eq!(open_of(&market, one).await, (BalanceStatus::Open, gross));
        let gone = billing::payment_get(p, &ctx, by_hand.id)
            .await
            .expect("a payment");
        assert_eq!((gone.state, gone.applied), (PaymentState::Reversed, eur(0)));
        assert_eq!(
            code(billing::bank_undo(p, &ctx, back.id).await),
            "not_undoable"
        );
        let other = transfer(&market, Some(one), 500, "SEPA 2");
        let other = billing::transfer_record(p, &ctx, &other)
            .await
            .expect("a payment");
        let reverse = TransferReverse {
            payment_id: other.id,
            reason: "Typing error".to_owned(),
        };
        billing::transfer_reverse(p, &ctx, &reverse)
            .await
            .expect("a reversal");
        assert_eq!(
            code(billing::transfer_reverse(p, &ctx, &reverse).await),
            "not_reversible"
        );
        assert_eq!(open_of(&market, one).await, (BalanceStatus::Open, gross));
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn rows_are_read_by_a_mapping_that_is_kept() {
    each_market(|market| async move {
        let (id, number, gross) = sold(&market, "3", "2024-03-01").await;
        let ctx = market.on("2024-03-15").await;
        let p = market.p();
        let mapping = CsvMapping {
            date: "Tag".into(),
            date_form: DateForm::Dots,
            decimal_sign: DecimalSign::Comma,
            amount: Some("Betrag".into()),
            credit: None,
            debit: None,
            direction: None,
            currency: None,
            currency_code: Some(Currency::EUR),
            reference: None,
            name: Some("Name".into()),
            account: None,
            text: vec!["Zweck".into()],
            balance: None,
            separator: None,
            own_account: String::new(),
        };
        let set = |name: &str, mapping| BankMappingSet {
            seller_id: market.world.reseller,
            name: name.to_owned(),
            mapping,
        };
        billing::bank_mapping_set(p, &ctx, &set("Giro", Some(mapping)))
            .await
            .expect("a mapping");
        let content = format!(
            "Tag;Name;Zweck;Betrag\n14.03.2024;Acme;{number};{},{:02}\n",
            (gross - 10) / 100,
            (gross - 10) % 100
        );
        let file = |name| BankFileImport {
            seller_id: market.world.reseller,
            file_name: "giro.csv",
            content: content.as_bytes(),
            mapping: Some(name),
        };
        assert_eq!(
            code(billing::bank_import(p, &ctx, &file("Other")).await),
            "invalid_input"
        );
        let report = billing::bank_import(p, &ctx, &file("Giro"))
            .await
            .expect("an import");
        assert_eq!((report.matched, report.known), (1, 0));
        let report = billing::bank_import(p, &ctx, &file("Giro"))
            .await
            .expect("an import");
        assert_eq!((report.matched, report.known), (0, 1));
        assert_eq!(open_of(&market, id).await, (BalanceStatus::Open, 10));
        let kept = billing::bank_mapping_list(p, &ctx, market.world.reseller)
            .await
            .expect("mappings");
        assert_eq!(kept.len(), 1);
        billing::bank_mapping_set(p, &ctx, &set("Giro", None))
            .await
            .expect("none");
        assert_eq!(
            code(billing::bank_mapping_set(p, &ctx, &set("Giro", None)).await),
            "not_found"
        );
        market.assert_clean().await;
    })
    .await;
}
