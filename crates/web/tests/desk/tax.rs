//! What a customer says of itself as far as taxes go.

use http::StatusCode;
use tradewind_accounts::service as accounts;

use crate::desk::Browser;
use crate::world;

#[tokio::test]
async fn a_certificate_waits_for_the_seller() {
    let world = world().await;
    let buyer = Browser::working_for(&world, world.customer).await;
    let seller = Browser::working_for(&world, world.reseller).await;
    let settings = buyer.get("/my/settings").await;
    assert!(settings.text.contains("href=\"/my/certificates\""));
    let wrong = "exempt_place=Mars&exempt_number=&exempt_from=never";
    let refused = buyer.post("/my/certificates", wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let right = "exempt_place=de&exempt_number=X-17&exempt_from=2024-01-01&exempt_document=x17.pdf";
    let sent = buyer.post("/my/certificates", right).await;
    assert_eq!(
        (sent.status, sent.to.as_str()),
        (StatusCode::SEE_OTHER, "/my/certificates")
    );
    let shown = buyer.get("/my/certificates").await;
    assert!(
        shown.text.contains("X-17") && shown.text.contains("Germany"),
        "{}",
        shown.text
    );
    assert!(seller.get("/panel/tax").await.text.contains("X-17"));
}

#[tokio::test]
async fn a_customer_says_that_it_is_a_private_person() {
    let world = world().await;
    let buyer = Browser::working_for(&world, world.customer).await;
    let ctx = world.ctx().await;
    for (word, consumer) in [("private", true), ("business", false)] {
        let saved = buyer
            .post("/my/settings/company", &format!("buys_as={word}"))
            .await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
        let account = accounts::account_get(world.p(), &ctx, world.customer).await;
        assert_eq!(account.expect("the customer").tax.consumer, consumer);
        let shown = buyer.get("/my/settings").await;
        assert!(
            shown
                .text
                .contains(&format!("<option value=\"{word}\" selected"))
        );
    }
}

#[tokio::test]
async fn a_service_outside_is_set_up_and_what_waits_for_it_is_shown() {
    let world = world().await;
    let seller = Browser::working_for(&world, world.reseller).await;
    let shown = seller.get("/panel/tax").await;
    assert!(shown.text.contains("href=\"/panel/tax/engine\""));
    // It cannot decide before it is set up.
    let decision = "decision=engine&tax_point=period_end&vat_check=format&tax_rounding=per_rate&small_business_from=";
    let early = seller.post("/panel/tax", decision).await;
    assert_eq!(
        early.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        early.text
    );
    let set_up = |url: &str, secret: &str, hours: &str| {
        format!(
            "engine_url={url}&engine_secret={secret}&away=own_tables&after_hours={hours}&engine_codes=saas+SW054"
        )
    };
    let wrong = set_up("nowhere", "engine-secret-1", "0");
    let refused = seller.post("/panel/tax/engine", &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        !refused.text.contains("engine-secret-1"),
        "a secret is not sent back"
    );
    // Nobody listens there.
    let right = set_up("http%3A%2F%2F127.0.0.1%3A9%2Ftax", "engine-secret-1", "4");
    let saved = seller.post("/panel/tax/engine", &right).await;
    assert_eq!(saved.to, "/panel/tax/engine", "{}", saved.text);
    // Left empty, the secret stays what it is.
    let again = set_up("http%3A%2F%2F127.0.0.1%3A9%2Ftax", "", "5");
    let saved = seller.post("/panel/tax/engine", &again).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER);
    let shown = seller.get("/panel/tax/engine").await.text;
    for part in [
        "…et-1",
        "after 5 hours",
        "saas SW054",
        "It does not decide yet",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert_eq!(
        seller.post("/panel/tax", decision).await.status,
        StatusCode::SEE_OTHER
    );

    let (quote, _) = world.order("basic", "3").await;
    assert!(quote.preview.billing.due_now.is_some());
    let shown = seller.get("/panel/tax/engine").await.text;
    assert!(
        shown.contains("Customer") && shown.contains("no connection"),
        "{shown}"
    );
    let drafts = seller.get("/panel/drafts").await.text;
    assert!(drafts.contains("Waits for tax"), "{drafts}");
    let ctx = world.ctx().await;
    let waits = tradewind_billing::service::tax_work(world.p(), &ctx, world.reseller).await;
    let draft = waits.expect("what waits").waiting[0]
        .draft_id
        .expect("a draft");
    let draft = seller.get(&format!("/panel/drafts/{draft}")).await.text;
    assert!(draft.contains("It waits for its taxes") && draft.contains("no connection"));
    let asked = seller.post("/panel/tax/engine/ask", "").await;
    assert_eq!(asked.to, "/panel/tax/engine");
}
