//! Coupons for named customers: to others they do not exist.

use super::*;
use tradewind_accounts::service as accounts;
use tradewind_accounts::types::{AccountCreate, TermsInput};
use tradewind_kernel::id::AccountId;
use tradewind_platform::OpCtx;
use tradewind_policy::{AccountKind, Principal, PrincipalKind, Role};

/// Another customer of the reseller.
async fn neighbour(world: &World) -> AccountId {
    let input = AccountCreate {
        parent: Some(world.reseller),
        kind: "customer".to_owned(),
        name: "Neighbour".to_owned(),
        country: "DE".to_owned(),
        email: "neighbour@example.com".to_owned(),
        currency: Some("EUR".to_owned()),
        zone: Some("Europe/Berlin".to_owned()),
        terms: Some(TermsInput {
            currency: Some("EUR".to_owned()),
            ..TermsInput::default()
        }),
        ..AccountCreate::default()
    };
    let made = accounts::account_create(world.p(), &world.ctx().await, &input).await;
    made.expect("an account").account.id
}

fn only_for(customers: &[AccountId]) -> CouponLimits {
    CouponLimits {
        customers: customers.to_vec(),
        ..CouponLimits::default()
    }
}

/// Somebody of the customer itself.
async fn buyer(world: &World) -> OpCtx {
    let principal = Principal {
        kind: PrincipalKind::User,
        roles: vec![Role::Owner],
        ..Principal::visitor(world.customer, AccountKind::Customer)
    };
    OpCtx {
        principal,
        ..world.ctx().await
    }
}

#[tokio::test]
async fn only_who_is_named_redeems_it_and_others_are_not_told_that_there_is_one() {
    each_world(|world| async move {
        let other = neighbour(&world).await;
        let (mine, theirs) = ([world.customer, world.customer], [other]);
        let named = |code, customers: &[AccountId]| CouponInput {
            limits: only_for(customers),
            ..percent(Some(code), "50")
        };
        let made = coupon(&world, named("MINE", &mine)).await;
        assert_eq!(made.coupon.limits.customers, [world.customer], "named once");
        // It is over as well, which others are not told either.
        let mut over = named("THEIRS", &theirs);
        over.limits.valid_until = Some(day("2024-01-09"));
        coupon(&world, over.clone()).await;
        over.code = None;
        over.limits.valid_until = None;
        // A promotion for the other one: not had by this one.
        coupon(&world, over).await;
        let (p, buyer) = (world.p(), buyer(&world).await);
        let asked = with(&world, "basic", "1", Some("THEIRS"));
        let before = world.order_count().await;
        let said = quote_purchase(p, &buyer, &asked).await;
        let no_such = with(&world, "basic", "1", Some("NOSUCH"));
        let unknown = quote_purchase(p, &buyer, &no_such).await;
        let (said, unknown) = (said.expect_err("refused"), unknown.expect_err("refused"));
        assert_eq!(said.to_string(), unknown.to_string());
        assert_eq!(said.problems(), unknown.problems());
        // Its seller is told why.
        let told = quote(&world, &asked).await;
        assert_eq!(refused(told), ("coupon".into(), "coupon_customers".into()));
        assert_eq!(world.order_count().await, before);

        let (quote, id) = subscribe(&world, &with(&world, "basic", "1", Some("mine"))).await;
        let billing = &quote.preview.billing;
        assert_eq!(billing.discounts.len(), 1, "no promotion of others");
        assert_eq!(due(billing), "42.77 EUR");
        assert_eq!(redemptions(&world, &made).await, 1);
        // With a change it is the same.
        let change = ChangeInput {
            subscription_id: id,
            plan_id: None,
            quantities: BTreeMap::from([("seats".to_owned(), dec("2"))]),
            packages: BTreeMap::new(),
            coupon: Some("THEIRS".to_owned()),
            when: None,
        };
        let changed = quote_change(p, &buyer, &change).await;
        assert_eq!(refused(changed), ("coupon".into(), "unknown_coupon".into()));
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn who_is_taken_off_it_before_the_order_gets_nothing_and_what_was_redeemed_stays() {
    each_world(|world| async move {
        let other = neighbour(&world).await;
        let input = CouponInput {
            limits: only_for(&[world.customer, other]),
            ..percent(Some("FRIENDS"), "50")
        };
        let made = coupon(&world, input.clone()).await;
        let wanted = with(&world, "basic", "1", Some("FRIENDS"));
        subscribe(&world, &wanted).await;
        let quoted = quote(&world, &wanted).await.expect("a quote");
        let update = CouponUpdate {
            id: made.coupon.id,
            version: None,
            input: CouponInput {
                limits: only_for(&[other]),
                ..input
            },
        };
        let (p, ctx) = (world.p(), world.ctx().await);
        coupon_update(p, &ctx, &update).await.expect("a change");
        let before = world.order_count().await;
        let late = place(&world, &quoted).await;
        assert_eq!(refused(late), ("coupon".into(), "coupon_customers".into()));
        assert_eq!(world.order_count().await, before);
        assert_eq!(redemptions(&world, &made).await, 1);
        world.travel("2024-02-10T12:00:00Z").await;
        assert_eq!(nets(&world).await, ["42.77 EUR", "7.13 EUR"]);
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn only_customers_of_the_seller_are_named() {
    each_world(|world| async move {
        let nobody = AccountId::generate();
        for (wrong, code) in [
            (vec![nobody], "unknown"),
            (vec![world.reseller], "unknown"),
            (vec![world.customer, world.vendor], "unknown"),
            (vec![world.customer; 1001], "too_many"),
        ] {
            let create = CouponCreate {
                seller_id: world.reseller,
                input: CouponInput {
                    limits: only_for(&wrong),
                    ..percent(Some("WRONG"), "50")
                },
            };
            let made = coupon_create(world.p(), &world.ctx().await, &create).await;
            assert_eq!(refused(made), ("customers".into(), code.into()));
        }
        // Of another seller: the distributor does not sell to the customer itself.
        let create = CouponCreate {
            seller_id: world.distributor,
            input: CouponInput {
                limits: only_for(&[world.customer]),
                ..percent(Some("WRONG"), "50")
            },
        };
        let made = coupon_create(world.p(), &world.ctx().await, &create).await;
        assert_eq!(refused(made), ("customers".into(), "unknown".into()));
        let asked = with(&world, "basic", "1", Some("WRONG"));
        let unknown = quote(&world, &asked).await;
        assert_eq!(refused(unknown), ("coupon".into(), "unknown_coupon".into()));
    })
    .await;
}
