//! Exchange rates from files: all or none, and never a rate that has taken effect.

mod common;

use common::{World, code, day, each_world};
use tradewind_catalogue::{
    service,
    types::{RateFile, RateImport},
};
use tradewind_kernel::{Currency, Result};
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
    let rates = service::rate_list(world.p(), &world.ctx().await).await;
    let rates = rates.expect("rates").into_iter();
    rates
        .filter(|rate| rate.quote == Currency::CHF)
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
        let (rate, since) = on.await.expect("a rate");
        assert_eq!(
            (rate.to_string().as_str(), since),
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
