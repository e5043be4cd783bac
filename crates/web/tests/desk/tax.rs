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
