//! Exchange rates and what books win and lose by them, through the router.

use http::StatusCode;

use super::desk::Browser;
use super::world;

#[tokio::test]
async fn rates_are_set_and_imported_and_books_valued_in_the_panel() {
    let world = world().await;
    let browser = Browser::working_for(&world, world.provider).await;
    let rates = "/panel/exchange-rates";
    assert_eq!(browser.get(rates).await.status, StatusCode::OK);
    for wrong in [
        "base=EUR&quote=EUR&exchange_rate=1&rate_from=2020-01-01",
        "base=EUR&quote=CHF&exchange_rate=a+bit&rate_from=2020-01-01",
        "base=EUR&quote=CHF&exchange_rate=0.9&rate_from=soon",
    ] {
        let refused = browser.post(rates, wrong).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
    let set = "base=EUR&quote=CHF&exchange_rate=0.9312&rate_from=2020-01-01&rate_source=%3Cb%3E";
    let done = browser.post(rates, set).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let import = format!("{rates}/import");
    let rows = "file=Date%2CCHF%2CUSD%0A2020-01-02%2C0.94%2C1.1%0A2999-01-01%2C0.95%2C%0A";
    let wrong = browser
        .post(&import, "file_base=EUR&file=Date%2CCHF%0Asoon%2C1%0A")
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let done = browser
        .post(&import, &format!("{rows}&file_base=EUR&both_ways=1"))
        .await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let page = browser.get(rates).await.text;
    for told in ["EUR → CHF", "0.94", "0.95", "CHF → EUR", "USD → EUR"] {
        assert!(page.contains(told), "{told}: {page}");
    }
    assert!(!page.contains("<b>"), "{page}");

    let currency = "/panel/ledger/currency";
    assert!(browser.get("/panel/ledger").await.text.contains(currency));
    let wrong = browser
        .post(currency, "book_currency=XYZ&valued_since=2020-01")
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let done = browser
        .post(currency, "book_currency=USD&valued_since=2020-01")
        .await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let page = browser.get(currency).await.text;
    assert!(page.contains("<option value=\"USD\" selected"), "{page}");
    let csv = browser
        .get("/panel/ledger/currency.csv?month=2024-03-01")
        .await;
    assert!(
        csv.text
            .starts_with("posted,entry,kind,document,account,settled"),
        "{}",
        csv.text
    );
}
