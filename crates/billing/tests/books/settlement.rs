//! What vendors get: shares settled for a time, fees, holding back, files for the bank.

use tradewind_accounts::{
    service as accounts,
    types::{AccountChanges, AccountUpdate, BankData},
};
use tradewind_billing::{
    rules::settlement as rules,
    service::{
        self as billing, ListQuery, PayoutOrder, SettlementAct, SettlementRun, SettlementSet,
    },
    types::{FeeRule, PayeeSettlement, SettlementKind, SettlementPolicy, SettlementState},
};
use tradewind_kernel::{
    Currency, Error, Money, Result,
    id::{AccountId, ProductId},
};
use tradewind_platform::{args, stmts};
use tradewind_policy::{AccountKind, Role};

use crate::{
    payout_file::{all, is_sound},
    sales::{Market, each_market},
    world::{day, dec},
};

stmts! {
    /// A settlement says something else than its charges.
    TAMPER = "UPDATE settlement SET share = share + 1, payout = payout + 1 WHERE realm_id = $1";
    /// A share is lost.
    LOSE = "DELETE FROM settlement_open WHERE realm_id = $1";
}

pub(crate) const PAYER_IBAN: &str = "DE89370400440532013000";
pub(crate) const VENDOR_IBAN: &str = "AT61 1904 3002 3457 3201";

pub(crate) fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

pub(crate) fn code(error: &Error) -> &'static str {
    match error {
        Error::Conflict { code, .. } | Error::Refused { code, .. } => code,
        other => other.problems().first().map_or("none", |one| one.code),
    }
}

#[test]
fn a_fee_is_a_percentage_and_a_fixed_part_within_bounds() {
    let (general, own) = (ProductId::generate(), ProductId::generate());
    let policy = SettlementPolicy {
        fees: vec![
            FeeRule {
                product_id: None,
                percent: dec("15"),
                fixed: Some(eur(30)),
                minimum: Some(eur(100)),
                maximum: Some(eur(5_000)),
            },
            FeeRule {
                product_id: Some(own),
                percent: dec("2.5"),
                fixed: None,
                minimum: None,
                maximum: None,
            },
        ],
        ..SettlementPolicy::default()
    };
    rules::check(SettlementKind::Vendor, &policy).expect("a policy");
    let fee = |product, share| {
        rules::fee(&policy, Some(product), eur(share))
            .expect("a fee")
            .minor
    };
    // 15 % of 10.01 are 1.5015 and the fixed part.
    assert_eq!(fee(general, 1_001), 150 + 30);
    assert_eq!(fee(general, 200), 100, "at least");
    assert_eq!(fee(general, 80), 80, "never more than the share");
    assert_eq!(fee(general, 1_000_000), 5_000, "at most");
    // What is taken back takes its percentage back, half a cent away from zero.
    assert_eq!(fee(general, -1_010), -152);
    assert_eq!(fee(own, 1_000), 25);
    let dollars =
        rules::fee(&policy, Some(general), Money::new(200, Currency::USD)).expect("a fee");
    assert_eq!(dollars.minor, 30, "bounds of another currency do not count");
    let wrong = SettlementPolicy {
        fees: vec![policy.fees[1].clone(), policy.fees[1].clone()],
        hold_percent: dec("101"),
        hold_days: 400,
        ..policy
    };
    let problems = rules::check(SettlementKind::Vendor, &wrong).unwrap_err();
    let fields: Vec<&str> = problems
        .problems()
        .iter()
        .map(|one| one.field.as_str())
        .collect();
    assert_eq!(fields, ["fees.1.product_id", "hold_percent", "hold_days"]);
}

pub(crate) async fn banked(market: &Market, account: AccountId, iban: &str) {
    let update = AccountUpdate {
        account,
        version: None,
        changes: AccountChanges {
            bank: Some(BankData {
                iban: iban.to_owned(),
                ..BankData::default()
            }),
            ..AccountChanges::default()
        },
    };
    let ctx = market.world.ctx().await;
    accounts::account_update(market.p(), &ctx, &update)
        .await
        .expect("a bank account");
}

/// How a payer settles with all its payees of a kind.
pub(crate) async fn policy_of(
    market: &Market,
    payer_id: AccountId,
    kind: SettlementKind,
    policy: SettlementPolicy,
) {
    let set = SettlementSet {
        payer_id,
        kind,
        payee_id: None,
        policy,
    };
    let ctx = market.world.ctx().await;
    billing::settlement_policy_set(market.p(), &ctx, &set)
        .await
        .expect("a policy");
}

pub(crate) async fn policy(market: &Market, policy: SettlementPolicy) {
    policy_of(
        market,
        market.world.provider,
        SettlementKind::Vendor,
        policy,
    )
    .await;
}

/// Settles what came up to a day, on another.
pub(crate) async fn settle_of(
    market: &Market,
    payer: AccountId,
    until: &str,
    on: &str,
) -> Vec<PayeeSettlement> {
    let run = SettlementRun {
        until: day(until),
        payee_id: None,
    };
    let ctx = market.on(on).await;
    billing::settlement_run(market.p(), &ctx, payer, &run)
        .await
        .expect("settlements")
}

pub(crate) async fn settle(market: &Market, until: &str, on: &str) -> Vec<PayeeSettlement> {
    settle_of(market, market.world.provider, until, on).await
}

pub(crate) async fn act(
    market: &Market,
    one: &PayeeSettlement,
    act: &str,
    on: &str,
) -> Result<PayeeSettlement> {
    let input = SettlementAct {
        id: one.id,
        act: act.to_owned(),
        note: "AC04".to_owned(),
        on: None,
    };
    let ctx = market.on(on).await;
    billing::settlement_act(market.p(), &ctx, &input).await
}

/// What the payer's book has: accrued, held, to be paid, fees, at the bank.
pub(crate) async fn books(market: &Market) -> [i64; 5] {
    let ctx = market.on("2024-12-31").await;
    let book = market.world.provider;
    let all = billing::ledger_balances(market.p(), &ctx, book, day("2024-12-31")).await;
    let all = all.expect("balances");
    let of = |stem: &str| {
        let found = all.iter().filter(|one| one.account.starts_with(stem));
        found.map(|one| one.balance.minor).sum()
    };
    [
        of("liabilities:accrued:"),
        of("liabilities:held:"),
        of("liabilities:settlement:"),
        of("income:marketplace-fee"),
        of("assets:bank"),
    ]
}

#[tokio::test]
async fn a_vendor_gets_its_share_less_the_fee_and_what_is_held() {
    each_market(|market| async move {
        let world = &market.world;
        policy(
            &market,
            SettlementPolicy {
                fees: vec![FeeRule {
                    product_id: None,
                    percent: dec("15"),
                    fixed: None,
                    minimum: None,
                    maximum: None,
                }],
                hold_percent: dec("10"),
                hold_days: 45,
                payment_days: 10,
                ..SettlementPolicy::default()
            },
        )
        .await;
        // The vendor's share: 50.00 for the set-up, 3 seats at 10.00.
        market
            .sell(world.customer, world.reseller, "3", "2024-03-11")
            .await;
        let ctx = market.on("2024-04-01").await;
        let due = billing::settlement_due(market.p(), &ctx, world.provider)
            .await
            .expect("due");
        assert_eq!(
            (due.len(), due[0].share, due[0].held),
            (1, eur(8_000), eur(0))
        );
        assert_eq!(settle(&market, "2024-03-10", "2024-04-01").await, []);
        let first = settle(&market, "2024-03-31", "2024-04-01").await.remove(0);
        assert_eq!(first.number, "SET-2024-000001");
        let amounts = (
            first.share,
            first.fee,
            first.held,
            first.released,
            first.payout,
        );
        assert_eq!(
            amounts,
            (eur(8_000), eur(1_200), eur(680), eur(0), eur(6_120))
        );
        assert_eq!(
            (first.due_on, first.release_on),
            (day("2024-04-10"), Some(day("2024-05-15")))
        );
        assert_eq!(
            settle(&market, "2024-03-31", "2024-04-01").await,
            [],
            "once"
        );
        assert_eq!(
            books(&market).await,
            [-8_000, 0, 0, 0, 0],
            "nothing is booked before it is approved"
        );
        market.assert_clean().await;
        // A settlement that is discarded is made again, under the next number.
        act(&market, &first, "discard", "2024-04-01")
            .await
            .expect("discarded");
        let again = settle(&market, "2024-03-31", "2024-04-02").await.remove(0);
        assert_eq!(
            (again.number.as_str(), again.payout),
            ("SET-2024-000002", first.payout)
        );
        market.assert_clean().await;
        act(&market, &again, "approve", "2024-04-02")
            .await
            .expect("approved");
        assert_eq!(books(&market).await, [0, -680, -6_120, -1_200, 0]);
        let twice = act(&market, &again, "approve", "2024-04-02")
            .await
            .unwrap_err();
        assert_eq!(code(&twice), "wrong_state");
        act(&market, &again, "pay", "2024-04-10")
            .await
            .expect("paid");
        assert_eq!(books(&market).await, [0, -680, 0, -1_200, -6_120]);
        market.assert_clean().await;

        // April's seats, with what March held; a cancellation of the sale takes it all back on the next one.
        market.bill("2024-04-11").await;
        let april = settle(&market, "2024-05-31", "2024-06-01").await.remove(0);
        let amounts = (
            april.share,
            april.fee,
            april.held,
            april.released,
            april.payout,
        );
        assert_eq!(
            amounts,
            (eur(3_000), eur(450), eur(255), eur(680), eur(2_975))
        );
        act(&market, &april, "approve", "2024-06-01")
            .await
            .expect("approved");
        assert_eq!(books(&market).await, [0, -255, -2_975, -1_650, -6_120]);
        let detail = billing::settlement_get(market.p(), &ctx, april.id)
            .await
            .expect("a settlement");
        assert_eq!(detail.lines.len(), 1);
        let (shares, next) = billing::settlement_charges(market.p(), &ctx, april.id, None)
            .await
            .expect("charges");
        assert_eq!((shares.len(), next), (1, None));
        assert_eq!(shares[0].share, eur(3_000));
        market.assert_clean().await;

        // The vendor sees its own, and nobody else does.
        let vendor = world
            .user(world.vendor, AccountKind::Vendor, Role::Owner)
            .await;
        let query = ListQuery::default();
        let seen = billing::settlement_list(market.p(), &vendor, &query)
            .await
            .expect("a list");
        assert_eq!(seen.items.len(), 3);
        billing::settlement_get(market.p(), &vendor, april.id)
            .await
            .expect("its own");
        let reseller = world
            .user(world.reseller, AccountKind::Reseller, Role::Owner)
            .await;
        let none = billing::settlement_list(market.p(), &reseller, &query)
            .await
            .expect("a list");
        assert_eq!(none.items, []);
        for other in [&reseller, &vendor] {
            let input = SettlementAct {
                id: april.id,
                act: "pay".to_owned(),
                note: String::new(),
                on: None,
            };
            let refused = billing::settlement_act(market.p(), other, &input).await;
            assert!(
                matches!(
                    refused,
                    Err(Error::NotFound { .. } | Error::Forbidden { .. })
                ),
                "{refused:?}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn little_waits_and_what_is_taken_back_is_on_the_next_settlement() {
    each_market(|market| async move {
        let world = &market.world;
        let least = SettlementPolicy {
            minimum_payout: Some(eur(10_000)),
            ..SettlementPolicy::default()
        };
        policy(&market, least).await;
        market
            .sell(world.customer, world.reseller, "3", "2024-03-11")
            .await;
        assert_eq!(
            settle(&market, "2024-03-31", "2024-04-01").await,
            [],
            "80.00 are too little"
        );
        market.bill("2024-04-11").await;
        let both = settle(&market, "2024-04-30", "2024-05-01").await.remove(0);
        assert_eq!((both.share, both.payout), (eur(11_000), eur(11_000)));
        market.assert_clean().await;
        let future = SettlementRun {
            until: day("2024-05-01"),
            payee_id: None,
        };
        let ctx = market.on("2024-05-01").await;
        let early = billing::settlement_run(market.p(), &ctx, world.provider, &future).await;
        assert_eq!(code(&early.unwrap_err()), "out_of_range");
        // The month that is over, for whoever has a policy.
        market.bill("2024-05-11").await;
        let ctx = market.on("2024-06-01").await;
        assert_eq!(
            billing::settlement_run_all(market.p(), &ctx)
                .await
                .expect("none"),
            0
        );
        policy(&market, SettlementPolicy::default()).await;
        assert_eq!(
            billing::settlement_run_all(market.p(), &ctx)
                .await
                .expect("one"),
            1
        );
        assert_eq!(
            billing::settlement_run_all(market.p(), &ctx)
                .await
                .expect("none"),
            0
        );
        market.assert_clean().await;
        for (stmt, rule) in [(&TAMPER, "settlement_differs"), (&LOSE, "share_astray")] {
            market.bill("2024-06-11").await;
            let mut tx = market.p().db().begin().await.expect("a transaction");
            assert!(tx.exec(stmt, args![world.realm]).await.expect("tampered") > 0);
            tx.commit().await.expect("committed");
            let found = market.findings().await;
            assert!(
                found.iter().any(|one| one.rule == rule),
                "{rule}: {found:?}"
            );
        }
        assert_eq!(statements().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn no_payment_is_in_two_files_unless_the_bank_has_not_made_it() {
    each_market(|market| async move {
        let world = &market.world;
        policy(&market, SettlementPolicy::default()).await;
        market
            .sell(world.customer, world.reseller, "3", "2024-03-11")
            .await;
        let one = settle(&market, "2024-03-31", "2024-04-01").await.remove(0);
        let order = async |on: &str| {
            let order = PayoutOrder {
                execute_on: day(on),
                currency: None,
            };
            let ctx = market.on("2024-04-02").await;
            billing::payout_file_make(market.p(), &ctx, world.provider, &order).await
        };
        assert_eq!(
            code(&order("2024-04-03").await.unwrap_err()),
            "malformed_iban"
        );
        banked(&market, world.provider, PAYER_IBAN).await;
        assert_eq!(
            code(&order("2024-04-03").await.unwrap_err()),
            "required",
            "not approved"
        );
        act(&market, &one, "approve", "2024-04-02")
            .await
            .expect("approved");
        let nowhere = order("2024-04-03").await.unwrap_err();
        assert!(
            nowhere.problems()[0].field.starts_with("payees.acc_"),
            "{nowhere:?}"
        );
        banked(&market, world.vendor, VENDOR_IBAN).await;
        assert_eq!(
            code(&order("2024-04-01").await.unwrap_err()),
            "out_of_range"
        );
        let file = order("2024-04-03").await.expect("a file");
        assert_eq!((file.payments, file.total), (1, eur(8_000)));
        let ctx = market.on("2024-04-03").await;
        let (name, xml) = billing::payout_file_content(market.p(), &ctx, file.id)
            .await
            .expect("the file");
        assert_eq!(name, format!("{}.xml", file.message_id));
        is_sound(&xml, 1, "80.00");
        assert_eq!(all(&xml, "EndToEndId"), ["SET-2024-000001"]);
        assert_eq!(
            code(&order("2024-04-04").await.unwrap_err()),
            "required",
            "it is in a file"
        );

        let failed = act(&market, &one, "fail", "2024-04-04")
            .await
            .expect("failed");
        assert_eq!(
            (failed.state, failed.note.as_str(), failed.file_id),
            (SettlementState::Failed, "AC04", None)
        );
        order("2024-04-05").await.expect("another file");
        act(&market, &one, "pay", "2024-04-05").await.expect("paid");
        assert_eq!(books(&market).await, [0, 0, 0, 0, -8_000]);
        // A bank that takes a payment back opens it again.
        act(&market, &one, "fail", "2024-04-09")
            .await
            .expect("failed");
        assert_eq!(books(&market).await, [0, 0, -8_000, 0, 0]);
        act(&market, &one, "pay", "2024-04-10")
            .await
            .expect("paid by hand");
        assert_eq!(books(&market).await, [0, 0, 0, 0, -8_000]);
        let files = billing::payout_file_list(market.p(), &ctx, world.provider)
            .await
            .expect("files");
        assert_eq!(files.len(), 2);
        let vendor = world
            .user(world.vendor, AccountKind::Vendor, Role::Owner)
            .await;
        let hidden = billing::payout_file_content(market.p(), &vendor, file.id).await;
        assert!(matches!(hidden, Err(Error::NotFound { .. })), "{hidden:?}");
        market.assert_clean().await;
    })
    .await;
}
