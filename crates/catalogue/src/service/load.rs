//! The catalogue in memory, read from the database when what this process has is out of date.

use std::{collections::HashMap, sync::Arc};

use tradewind_kernel::{Result, id::RevisionId};
use tradewind_platform::Work;

use super::parties;
use crate::{
    cache,
    rules::Rates,
    store::{
        prices, products, rates,
        versions::{self, Part, Versions},
    },
    types::{Item, Listing, Parameter, Plan, PriceIndex, ProductDetail, Shelf},
};

/// The marks of the realm's catalogue now.
pub(crate) async fn versions(w: &mut Work) -> Result<Versions> {
    if let Some(found) = w.recall::<Versions>("") {
        return Ok(Versions::clone(&found));
    }
    let found = versions::versions(&mut w.tx, w.ctx.realm).await?;
    w.remember("", Arc::new(found.clone()));
    Ok(found)
}

/// Says that a part has changed; before the change is read again in the same transaction.
pub(crate) async fn touch(w: &mut Work, part: Part) -> Result<()> {
    versions::touch(&mut w.tx, w.ctx.realm, part).await
}

/// All products, as of these marks.
pub(crate) async fn shelf(w: &mut Work, versions: &Versions) -> Result<Arc<Shelf>> {
    let realm = w.ctx.realm;
    let version = versions.of(Part::Shelf);
    if let Some(shelf) = cache::shelf(realm, version) {
        return Ok(shelf);
    }
    let categories = products::categories(&mut w.tx, realm).await?;
    let products = products::products(&mut w.tx, realm).await?;
    let mut plans: HashMap<_, Vec<Plan>> = HashMap::new();
    let mut items: HashMap<_, Vec<Item>> = HashMap::new();
    let mut parameters: HashMap<_, Vec<Parameter>> = HashMap::new();
    for item in products::items(&mut w.tx, realm).await? {
        items.entry(item.plan_id).or_default().push(item);
    }
    for mut plan in products::plans(&mut w.tx, realm).await? {
        plan.items = items.remove(&plan.id).unwrap_or_default();
        plans.entry(plan.product_id).or_default().push(plan);
    }
    for parameter in products::parameters(&mut w.tx, realm).await? {
        let of = parameters.entry(parameter.product_id).or_default();
        of.push(parameter);
    }
    let names = parties::maker_names(w).await?;
    let products = products
        .into_iter()
        .map(|product| ProductDetail {
            plans: plans.remove(&product.id).unwrap_or_default(),
            parameters: parameters.remove(&product.id).unwrap_or_default(),
            product,
        })
        .collect();
    let shelf = Arc::new(Shelf::new(categories, products, names));
    cache::keep_shelf(realm, version, &shelf);
    Ok(shelf)
}

/// All price books and rates, as of these marks.
pub(crate) async fn prices(w: &mut Work, versions: &Versions) -> Result<Arc<PriceIndex>> {
    let realm = w.ctx.realm;
    let version = versions.of(Part::Prices);
    if let Some(prices) = cache::prices(realm, version) {
        return Ok(prices);
    }
    let books = prices::books(&mut w.tx, realm).await?;
    let revisions = prices::revisions(&mut w.tx, realm).await?;
    let rates = Rates::new(rates::all(&mut w.tx, realm).await?);
    let prices = Arc::new(PriceIndex::new(books, revisions, rates));
    cache::keep_prices(realm, version, &prices);
    Ok(prices)
}

/// The rules of these revisions. Revisions never change, so nothing has to be checked here.
pub(crate) async fn listings(
    w: &mut Work,
    revisions: &[RevisionId],
) -> Result<HashMap<RevisionId, Arc<[Listing]>>> {
    let realm = w.ctx.realm;
    let mut found = HashMap::with_capacity(revisions.len());
    let mut missing = Vec::new();
    for id in revisions {
        match cache::listings(realm, *id) {
            Some(listings) => {
                found.insert(*id, listings);
            }
            None if !missing.contains(id) => missing.push(*id),
            None => {}
        }
    }
    for some in missing.chunks(prices::AT_ONCE) {
        let mut read: HashMap<RevisionId, Vec<Listing>> = HashMap::new();
        for row in prices::listings(&mut w.tx, realm, some).await? {
            read.entry(row.revision).or_default().push(row.listing);
        }
        for id in some {
            let listings: Arc<[Listing]> = read.remove(id).unwrap_or_default().into();
            cache::keep_listings(realm, *id, &listings);
            found.insert(*id, listings);
        }
    }
    Ok(found)
}
