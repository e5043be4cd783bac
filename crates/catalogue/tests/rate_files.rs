//! Exchange rates from files: all or none, and never a rate that has taken effect.

mod common;

use common::{World, code, day, each_world};
use tradewind_catalogue::{
    service,
    types::{RateFile, RateImport},
};
use tradewind_kernel::{Currency, Result, page::ListRequest};
use tradewind_policy::{AccountKind, Role};

async fn import(world: &World, text: &str) -> Result<RateImport> {
    let file = RateFile {
        text: text.to_owned(),
        base: Currency::EUR,
        both_ways: false,
        source: "Bank".to_owned(),
    };
    service::rate_import(world.p(), &world.ctx().await, &file).await
}

/// All rates of the Swiss franc: day and rate.
async fn francs(world: &World) -> Vec<(String, String)> {
    let list = ListRequest {
        filter: "quote:CHF".to_owned(),
        sort: "effective".to_owned(),
        ..ListRequest::default()
    };
    let rates = service::rate_list(world.p(), &world.ctx().await, &list).await;
    let rates = rates.expect("rates").items.into_iter();
    rates
        .map(|rate| (rate.effective_on.to_string(), rate.rate.to_string()))
        .collect()
}

fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(a, b): &(&str, &str)| ((*a).to_owned(), (*b).to_owned());
    all.iter().map(owned).collect()
}

fn counts(import: &RateImport) -> [u64; 3] {
    [import.added, import.replaced, import.known]
}

#[tokio::test]
async fn a_file_is_taken_wholly_and_again_without_effect() {
    each_world(|world| async move {
        let text = "Date,CHF,CYP\n2024-01-03,0.93,\n2024-01-02,0.94,0.58\n2999-01-01,0.9,\n";
        let first = import(&world, text).await.expect("taken");
        assert_eq!(
            (counts(&first), first.unknown),
            ([3, 0, 0], vec!["CYP".to_owned()])
        );
        let again = import(&world, text).await.expect("taken");
        assert_eq!(counts(&again), [0, 0, 3]);
        // What is still to come may become another one.
        let text = "base;quote;date;rate\nEUR;CHF;2999-01-01;0.95\nEUR;CHF;2024-01-04;0.92\n";
        let more = import(&world, text).await.expect("taken");
        assert_eq!(counts(&more), [1, 1, 0]);
        let all = [
            ("2024-01-02", "0.94"),
            ("2024-01-03", "0.93"),
            ("2024-01-04", "0.92"),
            ("2999-01-01", "0.95"),
        ];
        assert_eq!(francs(&world).await, pairs(&all));
        let ctx = world.ctx().await;
        let on = world.p().read(&ctx, &(), |w, ()| {
            Box::pin(service::rate_on(
                w,
                Currency::EUR,
                Currency::CHF,
                day("2024-06-01"),
            ))
        });
        let on = on.await.expect("a rate");
        assert_eq!(
            (on.rate.to_string().as_str(), on.on),
            ("0.92", day("2024-01-04"))
        );

        // What holds already is not replaced, and then nothing of the file is taken.
        let refused = import(&world, "Date,CHF\n2024-01-05,0.91\n2024-01-03,0.5\n").await;
        assert_eq!(code(refused), "rate_in_effect");
        let refused = import(&world, "Date,CHF\n2024-01-05,0.91\n2024-01-06,zero\n").await;
        assert_eq!(refused.unwrap_err().problems()[0].field, "rows.3.chf");
        assert_eq!(francs(&world).await, pairs(&all));
        let reseller = world
            .user(world.reseller, AccountKind::Reseller, Role::Owner)
            .await;
        let file = RateFile {
            text: text.to_owned(),
            base: Currency::EUR,
            both_ways: false,
            source: String::new(),
        };
        assert_eq!(
            code(service::rate_import(world.p(), &reseller, &file).await),
            "not_found"
        );
    })
    .await;
}

#[tokio::test]
async fn of_each_pair_the_rate_that_holds_and_the_next_are_known() {
    each_world(|world| async move {
        let text = "Date,CHF,USD\n2024-01-02,0.94,1.1\n2024-01-03,0.93,\n2024-02-01,,1.2\n2999-01-01,0.9,\n2999-02-01,0.8,\n";
        import(&world, text).await.expect("taken");
        let around = async |on: &str| -> Vec<(String, String)> {
            let found = service::rates_around(world.p(), &world.ctx().await, day(on)).await;
            let found = found.expect("rates").into_iter();
            found
                .map(|rate| (rate.quote.to_string(), rate.effective_on.to_string()))
                .collect()
        };
        let shown = [
            ("CHF", "2024-01-03"),
            ("CHF", "2999-01-01"),
            ("USD", "2024-01-02"),
            ("USD", "2024-02-01"),
        ];
        assert_eq!(around("2024-01-31").await, pairs(&shown));
        let before = [("CHF", "2024-01-02"), ("USD", "2024-01-02")];
        assert_eq!(around("2024-01-01").await, pairs(&before));
        let last = [("CHF", "2999-02-01"), ("USD", "2024-02-01")];
        assert_eq!(around("2999-02-01").await, pairs(&last));
    })
    .await;
}
