//! Classes of buyers: steps by amounts, fees, holds and pauses.

use tradewind_billing::{
    service::{
        self as billing, AccountPauseSet, BuyerOf, ClassAssign, ClassOf, ClassSet, CreditHoldSet,
    },
    types::{
        AccountClass, AccountDunning, BeyondCredit, DunningAction, DunningPolicy, DunningStep,
        FeeDocument, HoldCause, LateFee, Overdue,
    },
};
use tradewind_kernel::{Result, id::AccountId};
use tradewind_platform::OpCtx;

use crate::{
    money::{eur, transfer},
    sales::{Market, each_market},
    world::{code, day, dec},
};

fn of(market: &Market) -> BuyerOf {
    BuyerOf {
        seller_id: market.world.reseller,
        buyer_id: market.world.customer,
    }
}

async fn class(market: &Market, code: &str, steps: Vec<DunningStep>) -> Result<AccountClass> {
    let ctx = market.on("2024-02-01").await;
    let input = ClassSet {
        seller_id: market.world.reseller,
        class: AccountClass {
            code: code.to_owned(),
            name: "Key accounts".to_owned(),
            policy: DunningPolicy {
                steps,
                beyond_credit: BeyondCredit::Approve,
            },
        },
    };
    billing::class_set(market.p(), &ctx, &input).await
}

async fn assign(market: &Market, on: &str, class: Option<&str>) -> Result<AccountDunning> {
    let ctx = market.on(on).await;
    let input = ClassAssign {
        of: of(market),
        class: class.map(str::to_owned),
    };
    billing::class_assign(market.p(), &ctx, &input).await
}

async fn stands(market: &Market, on: &str) -> AccountDunning {
    let ctx = market.on(on).await;
    let found = billing::account_dunning(market.p(), &ctx, of(market)).await;
    found.expect("where it stands")
}

async fn run(market: &Market, on: &str) -> Vec<Overdue> {
    let ctx = market.on(on).await;
    billing::dunning_run(market.p(), &ctx).await.expect("steps")
}

/// The steps that two runs at the same time take together.
async fn twice_at_once(market: &Market, on: &str) -> Vec<Overdue> {
    let ctx = market.on(on).await;
    let (one, other) = tokio::join!(
        billing::dunning_run(market.p(), &ctx),
        billing::dunning_run(market.p(), &ctx)
    );
    let mut taken = one.expect("steps");
    taken.extend(other.expect("steps"));
    taken
}

fn fee(after_days: u16, amount: i64, percent: Option<&str>, document: FeeDocument) -> DunningStep {
    let mut fee = LateFee::new(vec![eur(amount)], percent.map(dec));
    fee.document = document;
    DunningStep {
        fee: Some(fee),
        ..DunningStep::new(after_days, DunningAction::Fee)
    }
}

fn above(after_days: u16, action: DunningAction, least: i64) -> DunningStep {
    DunningStep {
        at_least: vec![eur(least)],
        ..DunningStep::new(after_days, action)
    }
}

async fn numbers(market: &Market, seller: AccountId, buyer: AccountId) -> Vec<(String, i64)> {
    let found = market.documents(seller, buyer).await;
    let told = found
        .iter()
        .map(|one| (one.number.clone(), one.gross.minor));
    told.collect()
}

#[tokio::test]
async fn a_class_charges_fees_restricts_and_passes_over_what_is_too_little() {
    each_market(|market| async move {
        let world = &market.world;
        let sold = market
            .sell(world.customer, world.reseller, "3", "2024-03-01")
            .await;
        // Over 136.86, due on 15 March.
        let id = sold.invoice.expect("an invoice");
        let steps = vec![
            DunningStep::new(3, DunningAction::Remind),
            fee(5, 500, Some("1.5"), FeeDocument::Own),
            fee(7, 1_000, None, FeeDocument::NextInvoice),
            above(10, DunningAction::Restrict, 10_000),
            above(20, DunningAction::Suspend, 20_000),
        ];
        class(&market, "key", steps).await.expect("a class");
        assert_eq!(stands(&market, "2024-03-16").await.class, None);
        let unknown = assign(&market, "2024-03-16", Some("other")).await;
        assert_eq!(code(unknown), "not_found");
        let assigned = assign(&market, "2024-03-16", Some("key")).await;
        let assigned = assigned.expect("assigned");
        assert_eq!(assigned.class.as_deref(), Some("key"));
        assert_eq!(assigned.overdue, [eur(13_686)]);
        assert_eq!(assigned.beyond_credit, BeyondCredit::Approve);

        let one = |taken: Vec<Overdue>| {
            assert_eq!(taken.len(), 1, "{taken:?}");
            (taken[0].action, taken[0].fee)
        };
        assert_eq!(
            one(run(&market, "2024-03-18").await),
            (DunningAction::Remind, None)
        );
        // 5.00 and 1.5 % of 136.86, which are 2.0529, on a document of their own; the tax that was agreed is on it.
        assert_eq!(
            one(twice_at_once(&market, "2024-03-20").await),
            (DunningAction::Fee, Some(eur(705)))
        );
        assert!(run(&market, "2024-03-20").await.is_empty(), "once");
        let issued = numbers(&market, world.reseller, world.customer).await;
        assert_eq!(issued.len(), 2);
        assert_eq!(issued[1], ("INV-2024-000002".to_owned(), 846));
        // 10.00 with the next invoice.
        assert_eq!(
            one(run(&market, "2024-03-22").await),
            (DunningAction::Fee, Some(eur(1_000)))
        );
        assert_eq!(
            numbers(&market, world.reseller, world.customer).await.len(),
            2
        );
        assert_eq!(
            one(run(&market, "2024-03-25").await),
            (DunningAction::Restrict, None)
        );
        let held = stands(&market, "2024-03-25").await.holds;
        assert_eq!(held.len(), 1);
        assert_eq!(
            (held[0].cause, held[0].invoice_id, held[0].open),
            (HoldCause::Dunning, Some(id), Some(eur(13_686)))
        );
        assert_eq!(held[0].invoice_number.as_deref(), Some("INV-2024-000001"));
        market.bill("2024-04-01").await;
        let third = &market.documents(world.reseller, world.customer).await[2];
        let third = market.invoice(third.id).await;
        let late = third
            .lines
            .iter()
            .find(|line| line.description == "Late fee for invoice INV-2024-000001")
            .expect("a line");
        assert_eq!(late.net, eur(1_000));
        assert_eq!(third.summary.net, eur(1_000 + 4_277));
        // 145.32 are past due: too little to suspend for; nothing else is to come.
        assert!(run(&market, "2024-04-04").await.is_empty());
        assert_eq!(stands(&market, "2024-04-04").await.overdue, [eur(14_532)]);
        let ctx = market.on("2024-04-04").await;
        let dunning = billing::invoice_dunning(market.p(), &ctx, id).await;
        let dunning = dunning.expect("dunning");
        assert_eq!((dunning.stage, dunning.next), (5, None));
        // Of the fee's own invoice, reminders go out, but no fee is charged for a fee.
        assert_eq!(
            one(run(&market, "2024-04-06").await),
            (DunningAction::Remind, None)
        );
        assert_eq!(
            one(run(&market, "2024-04-08").await),
            (DunningAction::Fee, None)
        );
        // Paid: orders are taken again.
        let whole = transfer(&market, Some(id), 13_686, "SEPA 1");
        billing::transfer_record(market.p(), &ctx, &whole)
            .await
            .expect("a payment");
        assert!(stands(&market, "2024-04-08").await.holds.is_empty());

        let used = ClassOf {
            seller_id: world.reseller,
            code: "key".to_owned(),
        };
        let refused = billing::class_remove(market.p(), &ctx, &used).await;
        assert_eq!(code(refused), "class_in_use");
        assign(&market, "2024-04-08", None).await.expect("the rest");
        billing::class_remove(market.p(), &ctx, &used)
            .await
            .expect("gone");
        let again = billing::class_remove(market.p(), &ctx, &used).await;
        assert_eq!(code(again), "not_found");
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn classes_have_steps_of_their_own_and_say_what_is_wrong_with_them() {
    each_market(|market| async move {
        let world = &market.world;
        let naming = class(&market, "Key!", vec![]).await;
        assert_eq!(code(naming), "invalid_input");
        let feeless = DunningStep::new(3, DunningAction::Fee);
        assert_eq!(
            code(class(&market, "key", vec![feeless]).await),
            "invalid_input"
        );
        let late = vec![DunningStep::new(14, DunningAction::Remind)];
        class(&market, "key", late).await.expect("a class");
        assign(&market, "2024-02-01", Some("key"))
            .await
            .expect("assigned");
        // What is issued from now on goes by the class.
        let sold = market
            .sell(world.customer, world.reseller, "3", "2024-03-01")
            .await;
        assert!(run(&market, "2024-03-28").await.is_empty());
        let taken = run(&market, "2024-03-29").await;
        assert_eq!(taken.len(), 1);
        assert_eq!(Some(taken[0].invoice_id), sold.invoice);
        // In the class of the rest, one step has been taken: the second reminder follows, not before tomorrow.
        assign(&market, "2024-03-29", None).await.expect("assigned");
        assert!(run(&market, "2024-03-29").await.is_empty());
        assert_eq!(run(&market, "2024-03-30").await[0].stage, 2);
        let ctx = market.on("2024-03-30").await;
        let found = billing::class_list(market.p(), &ctx, world.reseller).await;
        assert_eq!(found.expect("classes").len(), 1);
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn a_buyer_can_be_paused_and_held_by_hand() {
    each_market(|market| async move {
        let world = &market.world;
        let sold = market
            .sell(world.customer, world.reseller, "3", "2024-03-01")
            .await;
        let ctx = market.on("2024-03-16").await;
        let pause = |until: &str| AccountPauseSet {
            of: of(&market),
            pause: Some((day(until), "Holidays".to_owned())),
        };
        for until in ["2024-03-15", "2025-03-18"] {
            let refused = billing::account_pause_set(market.p(), &ctx, &pause(until)).await;
            assert_eq!(code(refused), "invalid_input", "{until}");
        }
        let paused = billing::account_pause_set(market.p(), &ctx, &pause("2024-03-20")).await;
        assert!(paused.expect("paused").paused);
        let id = sold.invoice.expect("an invoice");
        let next = billing::invoice_dunning(market.p(), &ctx, id)
            .await
            .expect("dunning");
        assert_eq!(
            (next.paused, next.next.expect("a step").on),
            (true, day("2024-03-21"))
        );
        assert!(run(&market, "2024-03-18").await.is_empty());
        assert_eq!(run(&market, "2024-03-21").await.len(), 1);
        // Paused again and resumed at once: the next step is taken on the day after.
        billing::account_pause_set(
            market.p(),
            &market.on("2024-03-21").await,
            &pause("2024-06-30"),
        )
        .await
        .expect("paused");
        assert!(run(&market, "2024-03-25").await.is_empty());
        let resume = AccountPauseSet {
            of: of(&market),
            pause: None,
        };
        billing::account_pause_set(market.p(), &market.on("2024-03-25").await, &resume)
            .await
            .expect("resumed");
        assert_eq!(run(&market, "2024-03-26").await.len(), 1);

        let hold = |reason: &str| CreditHoldSet {
            of: of(&market),
            reason: reason.to_owned(),
            until_paid: false,
        };
        let nameless = billing::credit_hold_set(market.p(), &ctx, &hold("")).await;
        assert_eq!(code(nameless), "invalid_input");
        let none = billing::credit_hold_release(market.p(), &ctx, of(&market)).await;
        assert_eq!(code(none), "no_hold");
        for reason in ["Disputed", "Insolvent"] {
            billing::credit_hold_set(market.p(), &ctx, &hold(reason))
                .await
                .expect("held");
        }
        let held = stands(&market, "2024-03-26").await.holds;
        assert_eq!(held.len(), 1);
        assert_eq!(
            (held[0].cause, &*held[0].reason),
            (HoldCause::Hand, "Insolvent")
        );
        // Not between others.
        let strangers = BuyerOf {
            seller_id: world.provider,
            buyer_id: world.customer,
        };
        let refused = billing::credit_hold_release(market.p(), &ctx, strangers).await;
        assert_eq!(code(refused), "not_found");
        let released = billing::credit_hold_release(market.p(), &ctx, of(&market)).await;
        assert!(released.expect("released").holds.is_empty());
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn invoices_that_only_wait_keep_no_other_from_its_step() {
    each_market(|market| async move {
        let world = &market.world;
        class(
            &market,
            "patient",
            vec![above(3, DunningAction::Remind, 99_999_999)],
        )
        .await
        .expect("a class");
        assign(&market, "2024-02-01", Some("patient"))
            .await
            .expect("assigned");
        // As many as one transaction looks at, and all of them earlier than the one that has a step.
        for _ in 0..200 {
            market
                .sell(world.customer, world.reseller, "1", "2024-03-01")
                .await;
        }
        let sold = market
            .sell(
                world.other_customer,
                world.other_reseller,
                "1",
                "2024-03-02",
            )
            .await;
        let trial = OpCtx {
            dry_run: true,
            ..market.on("2024-04-01").await
        };
        let tried = billing::dunning_run(market.p(), &trial).await;
        assert_eq!(tried.expect("it ends"), []);
        let taken = run(&market, "2024-04-01").await;
        let of: Vec<_> = taken.iter().map(|step| step.invoice_id).collect();
        assert_eq!(of, [sold.invoice.expect("an invoice")]);
    })
    .await;
}
