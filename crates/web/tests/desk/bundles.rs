//! Bundles in the panel: made, previewed, changed and ended.

use http::StatusCode;

use crate::{desk::Browser, world};

#[tokio::test]
async fn a_bundle_is_previewed_made_changed_and_ended() {
    let world = world().await;
    let browser = Browser::working_for(&world, world.reseller).await;
    let list = browser.get("/panel/bundles").await;
    assert!(list.text.contains("/panel/bundles/new"), "{}", list.text);
    let fresh = browser.get("/panel/bundles/new").await;
    assert!(fresh.text.contains("Desk · basic"), "{}", fresh.text);
    let product = world.product.product.id;
    let fields = |slug: &str, percent: &str, version: &str| {
        let plan = |code: &str| format!("{product}+{}", world.plan(code).id);
        format!(
            "version={version}&name_en=Office&name_de=B%C3%BCro&slug={slug}&currency=EUR&when_broken=end\
             &plan0={}&items0=seats%3D3&gives0=percentage&value0={percent}\
             &plan1={}&items1=seats%3D2&gives1=price_override&value1=20,00&plan2=&gives2=none",
            plan("basic"),
            plan("pro")
        )
    };
    // Three seats for a tenth less, two for 20.00 instead of 71.28.
    let priced = browser
        .post("/panel/bundles/preview", &fields("office", "10", ""))
        .await;
    for said in ["€114.05", "€11.41", "€51.28"] {
        assert!(priced.text.contains(said), "{said}: {}", priced.text);
    }
    let wrong = browser
        .post("/panel/bundles", &fields("Office!", "120", ""))
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("small letters"), "{}", wrong.text);
    let made = browser
        .post("/panel/bundles", &fields("office", "10", ""))
        .await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
    let here = made.to.split('?').next().expect("an address").to_owned();
    let shown = browser.get(&here).await;
    for said in ["seats=3", "value=\"10\""] {
        assert!(shown.text.contains(said), "{said}: {}", shown.text);
    }
    let changed = browser.post(&here, &fields("office", "20", "1")).await;
    assert_eq!(changed.status, StatusCode::SEE_OTHER, "{}", changed.text);
    let late = browser.post(&here, &fields("office", "30", "1")).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
    let ended = browser.post(&format!("{here}/end"), "").await;
    assert_eq!(ended.status, StatusCode::SEE_OTHER);
    let list = browser.get("/panel/bundles").await;
    assert!(list.text.contains("Office"), "{}", list.text);
}
