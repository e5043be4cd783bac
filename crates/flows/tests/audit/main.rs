//! Random lives of sales, looked over by an auditor who knows nothing of how they are billed.
//!
//! Whatever is ordered, changed, cancelled, corrected, used, reported late and paid, in whatever order: every leg comes to what
//! the auditor says, previews are what is billed line by line, what is open of each document, credit and the books are what he says of
//! payments, refunds and taxes, and the books agree.

#[path = "../common/mod.rs"]
mod common;

mod chance;
mod life;

use common::each_world;
use life::Life;

async fn live(seeds: std::ops::Range<u64>, steps: u32) {
    for seed in seeds {
        each_world(|world| async move {
            let mut life = Life::begin(world, seed).await;
            for _ in 0..steps {
                life.step().await;
            }
            life.settle().await;
        })
        .await;
    }
}

#[tokio::test]
async fn every_balance_is_what_the_auditor_says() {
    live(0..3, 25).await;
}

#[tokio::test]
async fn corrections_of_corrections_of_a_discounted_sale_leave_no_cent() {
    for seed in [0, 1] {
        each_world(|world| async move {
            let mut life = Life::begin(world, seed).await;
            life.corrected_often().await;
            life.settle().await;
        })
        .await;
    }
}

#[tokio::test]
async fn corrections_of_prices_and_plans_leave_no_cent() {
    for seed in [0, 2] {
        each_world(|world| async move {
            let mut life = Life::begin(world, seed).await;
            life.terms_corrected_often().await;
            life.settle().await;
        })
        .await;
    }
}

#[tokio::test]
#[ignore = "lives many long lives; run with the slow proofs"]
async fn every_balance_of_long_lives_is_what_the_auditor_says() {
    live(100..106, 80).await;
    live(201..203, 80).await;
}
