//! What a seller does when nobody pays, by class and for single buyers, and what those see of it.

use http::StatusCode;
use tradewind_billing::service as billing;

use crate::desk::Browser;
use crate::world;

#[tokio::test]
async fn a_seller_says_what_happens_when_nobody_pays() {
    let world = world().await;
    let browser = Browser::working_for(&world, world.reseller).await;
    let payments = browser.get("/panel/payments").await;
    assert!(payments.text.contains("/panel/dunning"), "it is found");
    let page = browser.get("/panel/dunning").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert!(page.text.contains("value=\"30\""), "the usual steps");

    // In any order; rows without an action are none.
    let steps = "days.0=90&action.0=write_off&days.1=5&action.1=remind&days.2=7&action.2=";
    let done = browser.post("/panel/dunning", steps).await;
    assert_eq!(done.to, "/panel/dunning", "{}", done.text);
    let ctx = world.ctx().await;
    let kept = billing::dunning_get(world.p(), &ctx, world.reseller).await;
    let kept = kept.expect("a policy").steps;
    let kept: Vec<_> = kept
        .iter()
        .map(|step| (step.after_days, step.action.as_str()))
        .collect();
    assert_eq!(kept, [(5, "remind"), (90, "write_off")]);
    for wrong in [
        "days.0=5&action.0=remind&days.1=5&action.1=suspend",
        "days.0=soon&action.0=remind",
        "days.0=1&action.0=shout",
    ] {
        let refused = browser.post("/panel/dunning", wrong).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
    // Fees and amounts; what is wrong is said in its row.
    let steps = "days.0=20&action.0=suspend&from.0=50.00&days.1=5&action.1=fee&fee.1=5.00 %2B 1.5 %25\
        &document=own&beyond_credit=approve";
    let done = browser.post("/panel/dunning", steps).await;
    assert_eq!(done.to, "/panel/dunning", "{}", done.text);
    let kept = billing::dunning_get(world.p(), &ctx, world.reseller).await;
    let kept = kept.expect("a policy");
    let fee = kept.steps[0].fee.as_ref().expect("a fee");
    assert_eq!((fee.amounts[0].minor, fee.document.as_str()), (500, "own"));
    assert_eq!(kept.steps[1].at_least[0].minor, 5_000);
    assert_eq!(kept.beyond_credit.as_str(), "approve");
    let page = browser.get("/panel/dunning").await;
    assert!(
        page.text.contains("value=\"5.00 + 1.5 %\""),
        "{}",
        page.text
    );
    for wrong in [
        "days.0=5&action.0=fee",
        "days.0=5&action.0=remind&from.0=much",
    ] {
        let refused = browser.post("/panel/dunning", wrong).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
    // A class of buyers, and one of them in it.
    let done = browser
        .post("/panel/dunning/classes", "code=key&name=Key accounts")
        .await;
    assert_eq!(done.to, "/panel/dunning/classes/key", "{}", done.text);
    let steps = "days.0=30&action.0=remind&beyond_credit=refuse";
    let done = browser.post("/panel/dunning/classes/key", steps).await;
    assert_eq!(done.to, "/panel/dunning/classes/key", "{}", done.text);
    let buyer = format!("/panel/customers/{}", world.customer);
    let account = browser.get(&buyer).await;
    let here = format!("{buyer}/dunning");
    assert!(account.text.contains(&here), "it is found");
    for (what, said) in [
        ("class", "class=key"),
        ("pause", "until=2024-03-20&reason=Called"),
        ("hold", "reason=Disputed&until_paid=on"),
    ] {
        let done = browser.post(&format!("{here}/{what}"), said).await;
        assert_eq!(done.to, here, "{what} {}", done.text);
    }
    let page = browser.get(&here).await;
    for told in ["Key accounts", "Called", "Disputed"] {
        assert!(page.text.contains(told), "{told} {}", page.text);
    }
    // The buyer is told why.
    let buyer = Browser::working_for(&world, world.customer).await;
    for path in ["/my", "/my/invoices"] {
        let page = buyer.get(path).await;
        assert!(page.text.contains("Disputed"), "{path} {}", page.text);
    }
    for what in ["resume", "release"] {
        let done = browser.post(&format!("{here}/{what}"), "").await;
        assert_eq!(done.to, here, "{what} {}", done.text);
    }
    let page = browser.get(&here).await;
    assert!(!page.text.contains("Disputed"), "{}", page.text);
    let used = browser.post("/panel/dunning/classes/key/remove", "").await;
    assert_eq!(used.to, "/panel/dunning/classes/key", "{}", used.text);
    let done = browser
        .post("/panel/dunning/retries", "after_days=2, 4")
        .await;
    assert_eq!(done.to, "/panel/dunning", "{}", done.text);
    let kept = billing::retry_get(world.p(), &ctx, world.reseller).await;
    assert_eq!(kept.expect("a policy").after_days, [2, 4]);
    let refused = browser
        .post("/panel/dunning/retries", "after_days=often")
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
}
