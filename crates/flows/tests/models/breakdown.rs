//! How the lines of documents come about: the parts of a price, which add up to what was charged.

use super::{record, take_in};
use crate::common::{World, each_world};
use serde_json::json;
use tradewind_billing::service::{invoice_breakdown, invoice_get};
use tradewind_flows::document::comes_about;
use tradewind_kernel::{Decimal, Locale};
use tradewind_platform::OpCtx;
use tradewind_policy::{AccountKind, Principal, PrincipalKind, Role};

/// Of the document so many before the last: each line that is explained, what it comes to, and quantity, price and amount of its parts.
pub(super) async fn explained(
    world: &World,
    before: usize,
) -> Vec<(String, String, Vec<[String; 3]>)> {
    let ctx = world.ctx().await;
    let documents = world.documents().await;
    let at = documents.len() - 1 - before;
    let document = invoice_get(world.p(), &ctx, documents[at].id).await;
    let document = document.expect("the document");
    let known = invoice_breakdown(world.p(), &ctx, &document).await;
    let shown = |value: Decimal| value.normalize().to_string();
    let lines = known.expect("its lines").into_iter().map(|known| {
        let line = document.lines.iter().find(|line| line.no == known.no);
        let sum: Decimal = known.parts.iter().map(|part| part.amount).sum();
        assert_eq!(sum, known.exact, "the parts add up");
        let parts = known.parts.iter();
        let parts = parts.map(|part| [part.quantity, part.unit_price, part.amount].map(shown));
        (
            line.expect("its line").description.clone(),
            shown(known.exact),
            parts.collect(),
        )
    });
    lines.collect()
}

/// The parts of the lines of the first document, as they are printed.
async fn told(world: &World, locale: Locale) -> Vec<String> {
    let ctx = world.ctx().await;
    let document = invoice_get(world.p(), &ctx, world.documents().await[0].id).await;
    let document = document.expect("the document");
    let known = invoice_breakdown(world.p(), &ctx, &document).await;
    let told = known.expect("its lines").into_iter().flat_map(|known| {
        let line = document.lines.iter().find(|line| line.no == known.no);
        comes_about(locale, line.expect("its line"), &known)
    });
    told.collect()
}

pub(super) fn parts(all: &[[&str; 3]]) -> Vec<[String; 3]> {
    all.iter().map(|part| part.map(str::to_owned)).collect()
}

#[tokio::test]
async fn what_tiers_come_to_is_told_part_by_part() {
    each_world(|world| async move {
        let tiers = json!({"model": "graduated", "tiers": [{"up_to": "10", "unit_price": "5"}, {"unit_price": "4", "flat": "3"}]});
        world.ask("basic", "seats", "2024-01-11", tiers).await;
        world.travel("2024-01-11T09:00:00Z").await;
        let id = world.buy(&world.wanted("basic", "12")).await;
        let seats = || {
            let of = parts(&[["10", "5", "50"], ["1", "3", "3"], ["2", "4", "8"]]);
            ("seats".to_owned(), "61".to_owned(), of)
        };
        // What is simply so many at a price needs no words.
        assert_eq!(explained(&world, 0).await, [seats()]);
        assert_eq!(
            told(&world, Locale::En).await,
            [
                "up to 10 unit: 10 unit × €5.00 = €50.00",
                "over 10 unit: flat: €3.00",
                "over 10 unit: 2 unit × €4.00 = €8.00"
            ]
        );
        // A part of a period is at no price of the book.
        world.travel("2024-01-20T09:00:00Z").await;
        world.change(id, "13").await;
        assert_eq!(explained(&world, 0).await, []);
        // What was agreed stays explained when the book moves on.
        let dearer = json!({"model": "graduated", "tiers": [{"up_to": "10", "unit_price": "6"}, {"unit_price": "5"}]});
        world.ask("basic", "seats", "2024-01-21", dearer).await;
        assert_eq!(explained(&world, 1).await, [seats()]);
        world.assert_consistent().await;
    })
    .await;
}

#[tokio::test]
async fn usage_is_explained_over_all_its_records_and_a_difference_is_not() {
    each_world(|world| async move {
        let tiers = json!({"model": "graduated", "tiers": [{"up_to": "30", "unit_price": "1"}, {"unit_price": "0.5"}], "included": "5"});
        world.ask("cloud", "cost", "2024-01-11", tiers).await;
        world.travel("2024-02-01T09:00:00Z").await;
        let id = world.cloud().await;
        let used = [
            record(id, "a", "2024-02-10T10:00:00Z", "20"),
            record(id, "b", "2024-02-12T10:00:00Z", "25"),
        ];
        take_in(&world, &used, 2).await;
        world.travel("2024-03-02T09:00:00Z").await;
        // 45 less 5 that are included: 30 at 1 and 10 at 0.5.
        let of = parts(&[["5", "0", "0"], ["30", "1", "30"], ["10", "0.5", "5"]]);
        let month = ("cost".to_owned(), "35".to_owned(), of);
        assert_eq!(explained(&world, 0).await, std::slice::from_ref(&month));
        take_in(&world, &[record(id, "c", "2024-02-13T10:00:00Z", "7")], 1).await;
        world.travel("2024-03-10T09:00:00Z").await;
        assert_eq!(explained(&world, 0).await, []);
        assert_eq!(explained(&world, 1).await, [month]);
    })
    .await;
}

#[tokio::test]
async fn only_who_may_see_a_document_is_told_how_it_comes_about() {
    each_world(|world| async move {
        world.buy(&world.wanted("basic", "2")).await;
        let document = world.documents().await.pop().expect("a document");
        let ctx = world.ctx().await;
        let document = invoice_get(world.p(), &ctx, document.id).await;
        let document = document.expect("the document");
        let stranger = Principal {
            kind: PrincipalKind::User,
            account: world.vendor,
            account_kind: AccountKind::Vendor,
            roles: vec![Role::Owner],
            ..Principal::visitor(world.vendor, AccountKind::Vendor)
        };
        let stranger = OpCtx {
            principal: stranger,
            ..ctx
        };
        let refused = invoice_breakdown(world.p(), &stranger, &document).await;
        assert_eq!(refused.expect_err("not theirs").code(), "not_found");
    })
    .await;
}
