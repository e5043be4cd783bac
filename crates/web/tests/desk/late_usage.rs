//! The queue of late usage, through the router.

use http::StatusCode;
use tradewind_metering::service as metering;

use super::desk::Browser;
use super::world;

#[tokio::test]
async fn late_usage_is_decided_in_the_panel_many_at_once() {
    let world = world().await;
    let id = world.subscribe("basic", "3").await;
    let browser = Browser::working_for(&world, world.provider).await;
    let page = "/panel/usage/late";
    let window = format!("{page}/window");
    let wrong = browser
        .post(&window, "window_days=many&late_as=past_period")
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let saved = browser
        .post(&window, "window_days=5&late_as=current_period")
        .await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    assert!(browser.get(page).await.text.contains("value=\"5\""));

    let record = |name: &str| {
        let json = serde_json::json!({
            "source": "<a>", "external_id": name, "subscription_id": id, "meter": "cost", "quantity": "1",
            "starts_at": "2020-03-10T10:00:00Z", "ends_at": "2020-03-10T10:00:00Z",
        });
        serde_json::from_value(json).expect("a record")
    };
    let records = ["one", "three", "two"].map(record);
    let ctx = world.ctx().await;
    let report = metering::usage_ingest(world.p(), &ctx, &records)
        .await
        .expect("a report");
    assert_eq!(report.review, 3, "{report:?}");
    let told = browser.get("/panel/usage").await;
    assert!(told.text.contains(page), "{}", told.text);
    let queue = browser.get(page).await;
    assert!(!queue.text.contains("<a>"), "{}", queue.text);
    assert!(queue.text.contains("name=\"pick.2\""), "{}", queue.text);

    let name = |at: usize, id: &str| format!("record.{at}=%5B%22%3Ca%3E%22%2C%22{id}%22%5D");
    let names = [name(0, "one"), name(1, "three"), name(2, "two")].join("&");
    for wrong in ["verdict=count", "verdict=discard&pick.1=1", "pick.1=1"] {
        let refused = browser.post(page, &format!("{names}&{wrong}")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
    for good in [
        "pick.1=1&verdict=discard&reason=Twice",
        "all_shown=1&verdict=count_later",
    ] {
        let done = browser.post(page, &format!("{names}&{good}")).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    }
    let query = metering::ReviewQuery::default();
    let found = metering::review_list(world.p(), &ctx, &query)
        .await
        .expect("a list");
    let states: Vec<&str> = found.items.iter().map(|one| one.state.as_str()).collect();
    assert_eq!(states, ["count_later"; 3]);
    let later = browser.get(&format!("{page}?view=later")).await;
    assert!(later.text.contains("value=\"reopen\""), "{}", later.text);
    let reseller = Browser::working_for(&world, world.reseller).await;
    assert_ne!(reseller.get(page).await.status, StatusCode::OK);
}
