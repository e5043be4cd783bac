//! What cannot be corrected, and that it changes nothing.

use super::*;
use tradewind_fulfilment::service as fulfilment;
use tradewind_fulfilment::types::{DeliveryReport, ReportOutcome};
use tradewind_kernel::{Error, id::AccountId};
use tradewind_platform::OpCtx;
use tradewind_policy::{AccountKind, Principal, Role};

/// The vendor refuses all that waits.
pub(crate) async fn refuse_all(world: &World) {
    for delivery in world.waiting().await {
        let report = DeliveryReport {
            outcome: ReportOutcome::Failed,
            message: Some("No".to_owned()),
        };
        fulfilment::delivery_report(world.p(), &world.ctx().await, delivery.id, report)
            .await
            .expect("a report");
    }
    world.test.drain().await;
}

/// The owner of a seller's account.
pub(crate) async fn owner_of(world: &World, account: AccountId) -> OpCtx {
    let mut by_seller = world.ctx().await;
    by_seller.principal = Principal {
        account,
        account_kind: AccountKind::Reseller,
        roles: vec![Role::Owner],
        ..Principal::visitor(account, AccountKind::Reseller)
    };
    by_seller.principal.kind = tradewind_policy::PrincipalKind::User;
    by_seller
}

pub(crate) fn problem<T: std::fmt::Debug>(result: Result<T>) -> (String, &'static str) {
    match result.expect_err("refused") {
        Error::Invalid(problems) => (problems[0].field.clone(), problems[0].code),
        other => (String::new(), code::<T>(Err(other))),
    }
}

#[tokio::test]
async fn what_cannot_be_corrected_is_refused_by_name_and_changes_nothing() {
    each_world(|world| async move {
        let id = world.subscribe("basic", "5").await;
        world.travel("2024-03-20T12:00:00Z").await;
        world.pay_all().await;
        let before = state_of(&world, id).await;
        let of = |field: &str, code: &'static str| (field.to_owned(), code);
        let cases = [
            (seats(id, "2024-03-21", "7"), of("from", "in_the_future")),
            (seats(id, "2024-01-09", "7"), of("from", "out_of_range")),
            (seats(id, "2024-01-25", "5"), of("", "nothing_changes")),
            (
                seats(id, "2024-01-25", "0"),
                of("items.seats", "out_of_range"),
            ),
            (
                seats(id, "2024-01-25", "1001"),
                of("items.seats", "out_of_range"),
            ),
            (
                seats(id, "2024-01-25", "2.5"),
                of("items.seats", "off_step"),
            ),
            (
                CorrectionInput {
                    ended: true,
                    ..seats(id, "2024-01-25", "7")
                },
                of("quantities", "not_together"),
            ),
            (
                CorrectionInput {
                    reason: String::new(),
                    ..seats(id, "2024-01-25", "7")
                },
                of("reason", "required"),
            ),
        ];
        for (input, expected) in cases {
            assert_eq!(problem(quote(&world, &input).await), expected, "{input:?}");
        }
        let mut unknown = seats(id, "2024-01-25", "7");
        unknown.quantities.insert("rooms".to_owned(), dec("1"));
        assert_eq!(problem(quote(&world, &unknown).await).0, "items.rooms");

        let by_reseller = owner_of(&world, world.reseller).await;
        let input = seats(id, "2024-01-25", "7");
        let refused = quote_correction(world.p(), &by_reseller, &input).await;
        assert_eq!(problem(refused), of("", "not_the_provider"));
        let after = state_of(&world, id).await;
        assert_eq!(after, before);
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn a_quote_for_a_correction_does_not_outlive_what_it_rests_on() {
    each_world(|world| async move {
        let id = world.subscribe("basic", "5").await;
        world.travel("2024-02-20T12:00:00Z").await;
        world.pay_all().await;
        let input = seats(id, "2024-01-25", "7");
        let first = quote(&world, &input).await.expect("a quote");
        let second = quote(&world, &input).await.expect("a quote");
        place(&world, &first).await;
        let again = PlaceInput {
            quote_id: second.id,
        };
        let again = order_place(world.p(), &world.ctx().await, &again).await;
        assert_eq!(code(again), "nothing_changes");
        world.assert_consistent().await;
    })
    .await;
}
