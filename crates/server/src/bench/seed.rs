//! `bench seed`: a realm of the size that a large provider has.

use std::time::Instant;

use serde::Serialize;
use tradewind_billing::service::RunStart;
use tradewind_kernel::Result;

use super::Progress;
use super::clients::{CUSTOMER, RESELLER, let_in};
use super::figures::{per_second, seconds};
use super::place::{Place, REALM_PREFIX};
use super::world::{Shape, World};
use crate::config::database_file;
use crate::wiring::App;

/// The realm that `bench seed` fills and `bench web` looks at.
pub(super) const NAME: &str = "seed";

/// How much is to be there.
#[derive(Clone, Debug)]
pub(crate) struct SeedPlan {
    /// Resellers.
    pub(crate) resellers: usize,
    /// Subscriptions.
    pub(crate) subscriptions: usize,
    /// Products.
    pub(crate) products: usize,
    /// Invoices of customers, from a billing run over as many subscriptions.
    pub(crate) invoices: usize,
}

/// What was made, and how long that took.
#[derive(Debug, Serialize)]
pub(crate) struct SeedFigures {
    /// The engine.
    engine: String,
    /// Resellers.
    resellers: usize,
    /// Customers.
    customers: usize,
    /// Products.
    products: usize,
    /// Subscriptions.
    subscriptions: usize,
    /// Documents of the billing run.
    documents: u64,
    /// Accounts, prices and catalogue.
    accounts_seconds: f64,
    /// Subscriptions.
    subscriptions_seconds: f64,
    /// Subscriptions taken over in a second.
    subscriptions_per_second: u64,
    /// The billing run.
    billing_seconds: f64,
    /// Size of the database file, when there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    database_mb: Option<u64>,
}

/// Fills a realm.
///
/// # Errors
/// `not_a_bench`; `realm_exists` when it was filled already; database errors.
pub(crate) async fn seed(
    place: &Place,
    plan: &SeedPlan,
    progress: Progress<'_>,
) -> Result<SeedFigures> {
    let app = place.open_unwired().await?;
    let figures = fill(place, &app, plan, progress).await;
    app.close().await;
    figures
}

/// Whether the realm is there already.
pub(super) async fn is_there(app: &App) -> Result<bool> {
    let name = format!("{REALM_PREFIX}{NAME}");
    let realms = app.platform().realms().await?;
    Ok(realms.iter().any(|realm| realm.name == name))
}

/// As [`seed`], over an open database.
pub(super) async fn fill(
    place: &Place,
    app: &App,
    plan: &SeedPlan,
    progress: Progress<'_>,
) -> Result<SeedFigures> {
    let p = app.platform();
    let shape = Shape {
        name: NAME.to_owned(),
        resellers: plan.resellers,
        subscriptions: plan.subscriptions,
        products: plan.products,
        items: 2,
        due: plan.invoices,
        at_once: false,
        one_account: false,
    };
    let begun = Instant::now();
    let world = World::build(app, &shape, progress).await?;
    if let Some(seller) = world.sellers.first() {
        let_in(app, world.realm, seller.id, RESELLER).await?;
        if let Some(customer) = seller.customers.first() {
            let_in(app, world.realm, *customer, CUSTOMER).await?;
        }
    }
    let accounts = begun.elapsed();
    let begun = Instant::now();
    world.sell(p, &shape, progress).await?;
    let sold = begun.elapsed();
    let begun = Instant::now();
    let ctx = p.system(world.realm).await?;
    let report =
        tradewind_billing::service::bill(p, &ctx, RunStart::at_shell(world.today), |so_far| {
            progress("bills", so_far.subscriptions, plan.invoices as u64);
        })
        .await?;
    let billed = begun.elapsed();
    let file = database_file(&place.options().data);
    Ok(SeedFigures {
        engine: p.db().engine().to_string(),
        resellers: world.sellers.len(),
        customers: world
            .sellers
            .iter()
            .map(|seller| seller.customers.len())
            .sum(),
        products: world.products.len(),
        subscriptions: plan.subscriptions,
        documents: report.documents,
        accounts_seconds: seconds(accounts),
        subscriptions_seconds: seconds(sold),
        subscriptions_per_second: per_second(plan.subscriptions as u64, sold),
        billing_seconds: seconds(billed),
        database_mb: std::fs::metadata(file).ok().map(|meta| meta.len() >> 20),
    })
}
