//! What banks answer to files of payments: taken in once, and what does not fit is asked.

use tradewind_billing::{
    rules::sepa_status as rules,
    service::{self as billing, PayoutOrder, PayoutReportImport, ReportLooked},
    types::{
        PayeeSettlement, PayoutFile, PayoutLevel, PayoutOutcome, PayoutReport, SettlementPolicy,
        SettlementState,
    },
};
use tradewind_kernel::{Error, Result};
use tradewind_policy::{AccountKind, Role};

use crate::{
    money::transfer,
    sales::{Market, each_market},
    settlement::{self, PAYER_IBAN, VENDOR_IBAN, act, banked, books, eur},
    tiers::on_behalf,
    world::{code, day},
};

/// A payment in an answer: its name, its status, a reason, an amount.
type Payment<'a> = (&'a str, &'a str, &'a str, &'a str);

fn reasons(code: &str) -> String {
    match code {
        "" => String::new(),
        code => format!("<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn></StsRsnInf>"),
    }
}

/// An answer to the file with a name: of the whole, and of payments.
fn answer(
    version: &str,
    id: &str,
    about: &str,
    whole: (&str, &str),
    payments: &[Payment<'_>],
) -> String {
    let (status, reason) = whole;
    let group = match status {
        "" => String::new(),
        status => format!("<GrpSts>{status}</GrpSts>{}", reasons(reason)),
    };
    let payments: String = payments
        .iter()
        .map(|(name, status, reason, amount)| {
            let amount = match *amount {
                "" => String::new(),
                amount => format!("<OrgnlTxRef><Amt><InstdAmt Ccy=\"EUR\">{amount}</InstdAmt></Amt></OrgnlTxRef>"),
            };
            format!(
                "<TxInfAndSts><StsId>1</StsId><OrgnlEndToEndId>{name}</OrgnlEndToEndId><TxSts>{status}</TxSts>{}{amount}</TxInfAndSts>",
                reasons(reason)
            )
        })
        .collect();
    let batch = match payments.as_str() {
        "" => String::new(),
        payments => format!(
            "<OrgnlPmtInfAndSts><OrgnlPmtInfId>{about}</OrgnlPmtInfId>{payments}</OrgnlPmtInfAndSts>"
        ),
    };
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.{version}\"><CstmrPmtStsRpt>\
         <GrpHdr><MsgId>{id}</MsgId><CreDtTm>2024-04-04T09:00:00Z</CreDtTm></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>{about}</OrgnlMsgId>\
         <OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>{group}</OrgnlGrpInfAndSts>{batch}</CstmrPmtStsRpt></Document>"
    )
}

#[test]
fn answers_of_old_and_new_versions_are_read() {
    for version in ["03", "10", "12"] {
        let xml = answer(
            version,
            "B-1",
            "PFL-1",
            ("PART", ""),
            &[
                ("SET-2024-000001", "RJCT", "AC04", "80.00"),
                ("SET-2024-000002", "ACSC", "", ""),
            ],
        );
        let file = rules::read(xml.as_bytes()).expect("a file");
        assert_eq!(
            (file.message_id.as_str(), file.original.as_str()),
            ("B-1", "PFL-1")
        );
        assert_eq!(file.created_on, Some(day("2024-04-04")));
        let told: Vec<(PayoutLevel, &str, &str, &str)> = file
            .told
            .iter()
            .map(|one| {
                (
                    one.level,
                    one.end_to_end.as_str(),
                    one.status.as_str(),
                    one.reason.as_str(),
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                (PayoutLevel::File, "", "PART", ""),
                (PayoutLevel::Payment, "SET-2024-000001", "RJCT", "AC04"),
                (PayoutLevel::Payment, "SET-2024-000002", "ACSC", ""),
            ]
        );
        assert_eq!(file.told[1].amount, Some(eur(8_000)));
    }
    let wrong = |xml: &str| rules::read(xml.as_bytes()).unwrap_err().problems()[0].code;
    assert_eq!(wrong("<Document/>"), "malformed_file");
    assert_eq!(
        wrong("<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"></Document>"),
        "not_a_report"
    );
    let nothing = "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.10\"><CstmrPmtStsRpt></CstmrPmtStsRpt></Document>";
    assert_eq!(wrong(nothing), "not_a_report");
    let judged = "<OrgnlPmtInfAndSts><OrgnlPmtInfId>PFL-1</OrgnlPmtInfId><PmtInfSts>ACCP</PmtInfSts></OrgnlPmtInfAndSts>";
    let whole = answer("10", "B-1", "PFL-1", ("ACCP", ""), &[]);
    let end = "</CstmrPmtStsRpt>";
    let once = whole.replace(end, &format!("{judged}{end}"));
    assert_eq!(rules::read(once.as_bytes()).expect("a file").told.len(), 2);
    let twice = whole.replace(end, &format!("{judged}{judged}{end}"));
    assert_eq!(wrong(&twice), "duplicate");
    let two =
        "</OrgnlGrpInfAndSts><OrgnlGrpInfAndSts><OrgnlMsgId>PFL-2</OrgnlMsgId></OrgnlGrpInfAndSts>";
    assert_eq!(
        wrong(&whole.replace("</OrgnlGrpInfAndSts>", two)),
        "duplicate"
    );
    let open = whole.replace("</Document>", "");
    assert_eq!(wrong(&open), "malformed_file");
}

async fn import(market: &Market, content: &str, on: &str) -> Result<PayoutReport> {
    let ctx = market.on(on).await;
    let file = PayoutReportImport {
        payer_id: market.world.provider,
        file_name: "answer.xml",
        content: content.as_bytes(),
    };
    billing::payout_report_import(market.p(), &ctx, &file).await
}

async fn order(market: &Market, on: &str) -> PayoutFile {
    let order = PayoutOrder {
        execute_on: day(on),
        currency: None,
    };
    let ctx = market.on("2024-04-02").await;
    billing::payout_file_make(market.p(), &ctx, market.world.provider, &order)
        .await
        .expect("a file")
}

async fn state(market: &Market, one: &PayeeSettlement) -> (SettlementState, String) {
    let ctx = market.on("2024-05-01").await;
    let found = billing::settlement_get(market.p(), &ctx, one.id).await;
    let found = found.expect("a settlement").settlement;
    (found.state, found.note)
}

/// Two settlements of the provider in one file: a vendor's share of 80.00, and 10.00 that were collected for the distributor.
async fn ordered(market: &Market) -> (PayeeSettlement, PayeeSettlement, PayoutFile) {
    let world = &market.world;
    settlement::policy(market, SettlementPolicy::default()).await;
    on_behalf(market, world.distributor, world.reseller, "on_behalf").await;
    market
        .sell(world.customer, world.reseller, "3", "2024-03-11")
        .await;
    let advance = billing::TransferRecord {
        seller_id: world.distributor,
        payer_id: world.reseller,
        top_up: true,
        ..transfer(market, None, 1_000, "advance")
    };
    let ctx = market.on("2024-03-12").await;
    billing::transfer_record(market.p(), &ctx, &advance)
        .await
        .expect("recorded");
    banked(market, world.provider, PAYER_IBAN).await;
    banked(market, world.vendor, VENDOR_IBAN).await;
    banked(market, world.distributor, VENDOR_IBAN).await;
    let made = settlement::settle(market, "2024-03-31", "2024-04-01").await;
    for one in &made {
        act(market, one, "approve", "2024-04-02")
            .await
            .expect("approved");
    }
    let find = |payee| {
        made.iter()
            .find(|one| one.payee_id == payee)
            .expect("a settlement")
            .clone()
    };
    let file = order(market, "2024-04-03").await;
    assert_eq!((file.payments, file.total), (2, eur(9_000)));
    (find(world.vendor), find(world.distributor), file)
}

#[tokio::test]
async fn what_a_bank_rejects_has_failed_and_what_it_settles_is_paid_once() {
    each_market(|market| async move {
        let world = &market.world;
        let (vendors, tiers, file) = ordered(&market).await;
        let about = file.message_id.as_str();
        // The bank has it: nothing follows.
        let taken = answer("03", "B-1", about, ("ACCP", ""), &[]);
        let report = import(&market, &taken, "2024-04-03")
            .await
            .expect("taken in");
        assert_eq!(
            (report.paid, report.failed, report.noted, report.doubts),
            (0, 0, 2, 0)
        );
        assert_eq!(state(&market, &vendors).await.0, SettlementState::Ordered);
        let again = import(&market, &taken, "2024-04-03").await.expect("known");
        assert!(
            again.known && again.id == report.id && again.noted == 0,
            "{again:?}"
        );
        // One is rejected, the other paid.
        let decided = answer(
            "10",
            "B-2",
            about,
            ("PART", ""),
            &[
                (&vendors.number, "RJCT", "AC04", "80.00"),
                (&tiers.number, "ACSC", "", ""),
            ],
        );
        let report = import(&market, &decided, "2024-04-05")
            .await
            .expect("taken in");
        assert_eq!(
            (report.paid, report.failed, report.noted, report.doubts),
            (1, 1, 1, 0)
        );
        assert_eq!(
            state(&market, &vendors).await,
            (SettlementState::Failed, "AC04".to_owned())
        );
        assert_eq!(state(&market, &tiers).await.0, SettlementState::Paid);
        let ctx = market.on("2024-04-05").await;
        let paid = billing::settlement_get(market.p(), &ctx, tiers.id)
            .await
            .expect("a settlement");
        assert_eq!(
            paid.settlement.paid_on,
            Some(day("2024-04-04")),
            "the day of the answer"
        );
        market.assert_clean().await;
        let again = import(&market, &decided, "2024-04-06")
            .await
            .expect("known");
        assert!(again.known, "{again:?}");
        // The same in another file is known, too.
        let twice = decided.replace("B-2", "B-3");
        let report = import(&market, &twice, "2024-04-06")
            .await
            .expect("taken in");
        assert_eq!(
            (report.paid, report.failed, report.noted, report.doubts),
            (0, 0, 3, 0)
        );
        assert_eq!(books(&market).await, [0, 0, -8_000, 0, -1_000 + 1_000]);

        // What failed goes into another file. An answer about the first one says nothing of the second.
        let second = order(&market, "2024-04-10").await;
        assert_eq!((second.payments, second.total), (1, eur(8_000)));
        let late = answer(
            "10",
            "B-4",
            about,
            ("", ""),
            &[(&vendors.number, "ACSC", "", "")],
        );
        let report = import(&market, &late, "2024-04-11")
            .await
            .expect("taken in");
        assert_eq!(
            (report.paid, report.doubts),
            (0, 1),
            "it may have been paid twice"
        );
        assert_eq!(state(&market, &vendors).await.0, SettlementState::Ordered);
        let whole = answer("10", "B-5", &second.message_id, ("ACSC", ""), &[]);
        let report = import(&market, &whole, "2024-04-12")
            .await
            .expect("taken in");
        assert_eq!((report.paid, report.doubts), (1, 0));
        assert_eq!(state(&market, &vendors).await.0, SettlementState::Paid);
        // A bank that rejects what it has paid is asked.
        let back = answer("10", "B-6", &second.message_id, ("RJCT", "AM05"), &[]);
        let report = import(&market, &back, "2024-04-13")
            .await
            .expect("taken in");
        assert_eq!((report.failed, report.doubts), (0, 1));
        assert_eq!(state(&market, &vendors).await.0, SettlementState::Paid);
        market.assert_clean().await;

        let ctx = market.on("2024-04-14").await;
        let doubts = billing::payout_doubts(market.p(), &ctx, world.provider)
            .await
            .expect("doubts");
        let told: Vec<(&str, PayoutOutcome)> = doubts
            .iter()
            .map(|one| (one.status.as_str(), one.outcome))
            .collect();
        assert_eq!(
            told,
            [
                ("ACSC", PayoutOutcome::Contradicts),
                ("RJCT", PayoutOutcome::Contradicts)
            ]
        );
        assert!(
            doubts
                .iter()
                .all(|one| one.settlement_id == Some(vendors.id))
        );
        let looked = ReportLooked {
            note: "Asked the bank".to_owned(),
        };
        let first = &doubts[0];
        billing::payout_doubt_looked(market.p(), &ctx, first.report_id, first.no, &looked)
            .await
            .expect("looked");
        let twice =
            billing::payout_doubt_looked(market.p(), &ctx, first.report_id, first.no, &looked)
                .await;
        assert_eq!(code(twice), "not_in_doubt");
        let doubts = billing::payout_doubts(market.p(), &ctx, world.provider)
            .await
            .expect("doubts");
        assert_eq!(doubts.len(), 1);
        let reports = billing::payout_report_list(market.p(), &ctx, world.provider)
            .await
            .expect("reports");
        assert_eq!(reports.len(), 6);
        assert_eq!(reports.iter().map(|one| one.doubts).sum::<i64>(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_is_not_known_is_listed_and_nobody_elses() {
    each_market(|market| async move {
        let world = &market.world;
        let (vendors, _, file) = ordered(&market).await;
        let about = file.message_id.as_str();
        let strange = [
            answer("10", "B-1", "PFL-UNKNOWN", ("RJCT", "AC04"), &[]),
            answer(
                "10",
                "B-2",
                about,
                ("", ""),
                &[("SET-1999-000001", "ACSC", "", "")],
            ),
            answer(
                "10",
                "B-3",
                about,
                ("", ""),
                &[(&vendors.number, "XXXX", "", "")],
            ),
            answer(
                "10",
                "B-4",
                about,
                ("", ""),
                &[(&vendors.number, "ACSC", "", "79.99")],
            ),
        ];
        for xml in &strange {
            let report = import(&market, xml, "2024-04-05").await.expect("taken in");
            assert_eq!(
                (report.paid, report.failed, report.doubts),
                (0, 0, 1),
                "{xml}"
            );
        }
        assert_eq!(state(&market, &vendors).await.0, SettlementState::Ordered);
        let ctx = market.on("2024-04-05").await;
        let doubts = billing::payout_doubts(market.p(), &ctx, world.provider)
            .await
            .expect("doubts");
        let told: Vec<(&str, PayoutOutcome)> = doubts
            .iter()
            .map(|one| (one.end_to_end.as_str(), one.outcome))
            .collect();
        assert_eq!(
            told,
            [
                ("", PayoutOutcome::Unknown),
                ("SET-1999-000001", PayoutOutcome::Unknown),
                (vendors.number.as_str(), PayoutOutcome::Unknown),
                (vendors.number.as_str(), PayoutOutcome::Contradicts),
            ]
        );
        let items = billing::payout_report_items(market.p(), &ctx, doubts[0].report_id)
            .await
            .expect("items");
        assert_eq!(items.len(), 1);
        // Whoever is paid has no part in the payer's answers, and another payer's answers are about nothing of ours.
        let below = world
            .user(world.distributor, AccountKind::Distributor, Role::Owner)
            .await;
        let hidden = billing::payout_doubts(market.p(), &below, world.provider).await;
        assert!(matches!(hidden, Err(Error::NotFound { .. })), "{hidden:?}");
        let hidden = billing::payout_report_items(market.p(), &below, doubts[0].report_id).await;
        assert!(matches!(hidden, Err(Error::NotFound { .. })), "{hidden:?}");
        let theirs = answer("10", "B-5", about, ("RJCT", "AC04"), &[]);
        let other = PayoutReportImport {
            payer_id: world.distributor,
            file_name: "answer.xml",
            content: theirs.as_bytes(),
        };
        let report = billing::payout_report_import(market.p(), &below, &other)
            .await
            .expect("taken in");
        assert_eq!((report.failed, report.doubts), (0, 1));
        let foreign = PayoutReportImport {
            payer_id: world.provider,
            ..other
        };
        let refused = billing::payout_report_import(market.p(), &below, &foreign).await;
        assert!(
            matches!(refused, Err(Error::NotFound { .. })),
            "{refused:?}"
        );
        // By hand paid meanwhile, the bank's word is noted.
        act(&market, &vendors, "pay", "2024-04-05")
            .await
            .expect("paid");
        let late = answer(
            "10",
            "B-6",
            about,
            ("", ""),
            &[(&vendors.number, "ACSC", "", "80.00")],
        );
        let report = import(&market, &late, "2024-04-06")
            .await
            .expect("taken in");
        assert_eq!((report.paid, report.noted, report.doubts), (0, 1, 0));
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn what_a_bank_says_of_a_group_holds_before_what_it_says_of_the_file() {
    each_market(|market| async move {
        let (vendors, tiers, file) = ordered(&market).await;
        let about = file.message_id.as_str();
        let underway = answer("10", "B-1", about, ("ACSP", ""), &[]);
        import(&market, &underway, "2024-04-03")
            .await
            .expect("taken in");
        // Somebody has seen one of them on the statement of account, and knows that the other has come back.
        act(&market, &vendors, "pay", "2024-04-04")
            .await
            .expect("paid");
        let group = format!(
            "<OrgnlPmtInfAndSts><OrgnlPmtInfId>{about}</OrgnlPmtInfId><PmtInfSts>ACSC</PmtInfSts></OrgnlPmtInfAndSts></CstmrPmtStsRpt>"
        );
        let paid = answer("10", "B-2", about, ("RJCT", ""), &[]).replace("</CstmrPmtStsRpt>", &group);
        let report = import(&market, &paid, "2024-04-05")
            .await
            .expect("taken in");
        assert_eq!(
            (report.paid, report.failed, report.noted, report.doubts),
            (1, 0, 2, 0)
        );
        assert_eq!(state(&market, &tiers).await.0, SettlementState::Paid);
        assert_eq!(state(&market, &vendors).await.0, SettlementState::Paid);
        market.assert_clean().await;
    })
    .await;
}
