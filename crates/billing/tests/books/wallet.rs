//! Credit that is given, paid in, used, and lost when its last day is over.

use tradewind_billing::{
    service::{
        self as billing, CreditGive, CreditUseSet, RefundRequest, TopUp, TopUpSet, WalletOf,
    },
    types::{
        AutoTopUp, BalanceStatus, CreditMoveKind, CreditSource, CreditUse, PaymentState, Wallet,
    },
};
use tradewind_kernel::{Result, page::PageRequest};
use tradewind_platform::OpCtx;

use crate::{
    money::{Gateway, card, eur, transfer},
    sales::{Market, each_market},
    world::{code, day},
};

fn of(market: &Market) -> WalletOf {
    WalletOf {
        seller_id: market.world.reseller,
        buyer_id: market.world.customer,
    }
}

async fn give(market: &Market, ctx: &OpCtx, minor: i64, until: Option<&str>) -> Result<()> {
    let input = CreditGive {
        seller_id: market.world.reseller,
        buyer_id: market.world.customer,
        amount: eur(minor),
        priority: None,
        expires_on: until.map(day),
        reason: "Sorry".to_owned(),
    };
    billing::credit_give(market.p(), ctx, &input)
        .await
        .map(drop)
}

async fn top_up(market: &Market, ctx: &OpCtx, gateway: &Gateway, minor: i64) -> PaymentState {
    let input = TopUp {
        seller_id: market.world.reseller,
        buyer_id: market.world.customer,
        amount: eur(minor),
        method_id: None,
    };
    let paid = billing::credit_top_up(market.p(), ctx, gateway, &input).await;
    paid.expect("a payment").state
}

async fn wallet(market: &Market, ctx: &OpCtx) -> Wallet {
    billing::wallet_get(market.p(), ctx, &of(market))
        .await
        .expect("a wallet")
}

pub(crate) async fn by_hand(market: &Market, ctx: &OpCtx, agreed: bool, usage: Option<CreditUse>) {
    let input = CreditUseSet {
        seller_id: market.world.reseller,
        buyer_id: agreed.then_some(market.world.customer),
        usage,
    };
    billing::credit_use_set(market.p(), ctx, &input)
        .await
        .expect("a policy");
}

/// What moved, the oldest first.
async fn moves(market: &Market, ctx: &OpCtx) -> Vec<(CreditMoveKind, CreditSource, i64)> {
    let page = billing::credit_moves(market.p(), ctx, &of(market), &PageRequest::default()).await;
    let mut moves: Vec<_> = page
        .expect("movements")
        .items
        .iter()
        .map(|one| (one.kind, one.source, one.amount.minor))
        .collect();
    moves.reverse();
    moves
}

#[tokio::test]
async fn credit_is_used_in_its_order_before_anything_else_and_expires() {
    each_market(|market| async move {
        let world = &market.world;
        let ctx = market.on("2024-02-20").await;
        let gateway = Gateway::default();
        card(&market, &ctx, &gateway, "4242424242424241").await;
        assert_eq!(
            top_up(&market, &ctx, &gateway, 1000).await,
            PaymentState::Succeeded
        );
        give(&market, &ctx, 300, Some("2024-03-31"))
            .await
            .expect("credit");
        give(&market, &ctx, 200, Some("2024-03-05"))
            .await
            .expect("credit");
        for (minor, until) in [(0, None), (-5, None), (5, Some("2024-02-19"))] {
            assert_eq!(
                code(give(&market, &ctx, minor, until).await),
                "invalid_input"
            );
        }
        let before = wallet(&market, &ctx).await;
        assert_eq!(before.balance, eur(1500));
        let order: Vec<i64> = before.grants.iter().map(|grant| grant.left.minor).collect();
        assert_eq!(order, [200, 300, 1000]);
        market.assert_clean().await;

        // The invoice takes all of it: what may be lost first.
        let sold = market
            .sell(world.customer, world.reseller, "3", "2024-03-01")
            .await;
        let id = sold.invoice.expect("an invoice");
        let invoice = market.invoice(id).await.summary;
        let paid = invoice.balance.clone().expect("a balance").paid;
        assert_eq!(paid, eur(1500));
        let used = CreditMoveKind::Used;
        assert_eq!(
            moves(&market, &ctx).await[3..],
            [
                (used, CreditSource::Goodwill, -200),
                (used, CreditSource::Goodwill, -300),
                (used, CreditSource::TopUp, -1000)
            ]
        );
        market.assert_clean().await;

        // What comes in pays what is open, and what is left of it is gone after its last day.
        let ctx = market.on("2024-03-02").await;
        let open = invoice.balance.expect("a balance").open.minor;
        give(&market, &ctx, open + 700, Some("2024-03-10"))
            .await
            .expect("credit");
        let after = market.invoice(id).await.summary.balance.expect("a balance");
        assert_eq!((after.status, after.open), (BalanceStatus::Paid, eur(0)));
        assert_eq!(wallet(&market, &ctx).await.balance, eur(700));
        let late = market.on("2024-03-11").await;
        assert_eq!(wallet(&market, &late).await.balance, eur(0));
        assert_eq!(
            billing::credit_expire(market.p(), &late)
                .await
                .expect("none"),
            0
        );
        let later = market.on("2024-03-12").await;
        assert_eq!(
            billing::credit_expire(market.p(), &later)
                .await
                .expect("one"),
            1
        );
        assert_eq!(
            billing::credit_expire(market.p(), &later)
                .await
                .expect("none"),
            0
        );
        assert_eq!(
            moves(&market, &later).await.last(),
            Some(&(CreditMoveKind::Expired, CreditSource::Goodwill, -700))
        );
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn credit_waits_where_it_is_used_by_hand_and_two_at_once_spend_it_once() {
    each_market(|market| async move {
        let world = &market.world;
        let ctx = market.on("2024-02-20").await;
        by_hand(&market, &ctx, false, Some(CreditUse::ByHand)).await;
        give(&market, &ctx, 1000, None).await.expect("credit");
        let sold = market
            .sell(world.customer, world.reseller, "3", "2024-03-01")
            .await;
        let first = sold.invoice.expect("an invoice");
        let sold = market
            .sell(world.customer, world.reseller, "3", "2024-03-02")
            .await;
        let second = sold.invoice.expect("an invoice");
        assert_eq!(wallet(&market, &ctx).await.balance, eur(1000));
        let ctx = market.on("2024-03-03").await;
        let (a, b) = tokio::join!(
            billing::credit_use(market.p(), &ctx, first),
            billing::credit_use(market.p(), &ctx, second)
        );
        let spent =
            |one: &Result<tradewind_kernel::Money>| one.as_ref().map_or(0, |used| used.minor);
        assert_eq!(spent(&a) + spent(&b), 1000, "{a:?} {b:?}");
        assert_eq!(u8::from(a.is_ok()) + u8::from(b.is_ok()), 1, "{a:?} {b:?}");
        assert_eq!(
            code(billing::credit_use(market.p(), &ctx, first).await),
            "no_credit"
        );
        market.assert_clean().await;
        // What is agreed with one goes before what is usual.
        by_hand(&market, &ctx, true, Some(CreditUse::Automatic)).await;
        let policy = wallet(&market, &ctx).await.policy;
        assert!(policy.agreed && policy.usage == CreditUse::Automatic);
        give(&market, &ctx, 500, None).await.expect("credit");
        assert_eq!(wallet(&market, &ctx).await.balance, eur(0));
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn what_is_paid_in_goes_back_to_the_card_and_what_was_given_does_not() {
    each_market(|market| async move {
        let ctx = market.on("2024-02-20").await;
        let gateway = Gateway::default();
        card(&market, &ctx, &gateway, "4242424242424241").await;
        let input = TopUp {
            seller_id: market.world.reseller,
            buyer_id: market.world.customer,
            amount: eur(1000),
            method_id: None,
        };
        let keyed = ctx.clone().with_key("top-1");
        let paid = billing::credit_top_up(market.p(), &keyed, &gateway, &input)
            .await
            .expect("a payment");
        let again = billing::credit_top_up(market.p(), &keyed, &gateway, &input)
            .await
            .expect("the same");
        assert_eq!(paid.id, again.id);
        assert_eq!(wallet(&market, &ctx).await.balance, eur(1000));
        give(&market, &ctx, 500, None).await.expect("credit");
        let back = RefundRequest {
            payment_id: paid.id,
            amount: None,
            reason: "Not needed".to_owned(),
        };
        let step = billing::refund_request(market.p(), &ctx, &back)
            .await
            .expect("a refund");
        assert_eq!(step.amount, eur(1000));
        billing::refund_send(market.p(), &ctx, &gateway, step.id)
            .await
            .expect("paid back");
        assert_eq!(gateway.paid_back(paid.id), 1000);
        assert_eq!(wallet(&market, &ctx).await.balance, eur(500));
        market.assert_clean().await;
        // Money of others does not turn goodwill into cash.
        let mut more = transfer(&market, None, 300, "in advance");
        more.top_up = true;
        let more = billing::transfer_record(market.p(), &ctx, &more)
            .await
            .expect("a payment");
        let too_much = RefundRequest {
            payment_id: more.id,
            amount: Some(eur(301)),
            reason: "All of it".to_owned(),
        };
        let refused = billing::refund_request(market.p(), &ctx, &too_much).await;
        assert_eq!(code(refused), "invalid_input");
        market.assert_clean().await;
    })
    .await;
}

#[tokio::test]
async fn low_credit_is_topped_up_once() {
    each_market(|market| async move {
        let world = &market.world;
        let ctx = market.on("2024-02-20").await;
        let mut gateway = Gateway::default();
        let rule = |below: i64, amount: i64| TopUpSet {
            seller_id: world.reseller,
            buyer_id: world.customer,
            top_up: Some(AutoTopUp {
                below: eur(below),
                amount: eur(amount),
                method_id: None,
            }),
        };
        let no_card = billing::credit_top_up_set(market.p(), &ctx, &rule(500, 2000)).await;
        assert_eq!(code(no_card), "no_payment_method");
        card(&market, &ctx, &gateway, "4242424242424241").await;
        let nothing = billing::credit_top_up_set(market.p(), &ctx, &rule(500, 0)).await;
        assert_eq!(code(nothing), "invalid_input");
        give(&market, &ctx, 400, None).await.expect("credit");
        assert!(
            billing::credit_top_up_low(market.p(), &ctx, &gateway, &of(&market))
                .await
                .expect("no rule")
                .is_none()
        );
        billing::credit_top_up_set(market.p(), &ctx, &rule(500, 2000))
            .await
            .expect("a rule");
        // The answer is lost: nothing is paid in twice while it is open.
        gateway.silent = true;
        let lost = billing::credit_top_up_low(market.p(), &ctx, &gateway, &of(&market)).await;
        assert_eq!(code(lost), "unavailable");
        let again = billing::credit_top_up_low(market.p(), &ctx, &gateway, &of(&market)).await;
        assert!(again.expect("one is under way").is_none());
        gateway.silent = false;
        let settled = billing::payments_reconcile(market.p(), &ctx, &gateway).await;
        assert_eq!(settled.expect("settled"), 1);
        assert_eq!(wallet(&market, &ctx).await.balance, eur(2400));
        let enough = billing::credit_top_up_low(market.p(), &ctx, &gateway, &of(&market)).await;
        assert!(enough.expect("enough").is_none());
        market.assert_clean().await;
    })
    .await;
}
