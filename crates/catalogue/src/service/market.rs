//! Everything that a price rests on, loaded for one seller and one day.

use std::{collections::BTreeMap, sync::Arc};

use tradewind_accounts::types::Adjacent;
use tradewind_kernel::{
    Currency, Date, Error, Result,
    id::{AccountId, RevisionId},
};
use tradewind_platform::Work;

use super::{
    ladder::{self, Rung, Step, VendorRungs},
    load, parties,
};
use crate::{
    cache::ShopKey,
    rules::Tier,
    store::versions::{Part, Versions},
    types::{OfferScope, PriceIndex, Shelf},
};

/// The sellers above a buyer and the vendors above them, with what they sell and ask.
pub(crate) struct Market {
    pub(crate) on: Date,
    pub(crate) provider: AccountId,
    pub(crate) shelf: Arc<Shelf>,
    pub(crate) prices: Arc<PriceIndex>,
    versions: Versions,
    /// From the provider down.
    rungs: Vec<Rung>,
    /// The vendors that were asked for.
    vendors: VendorRungs,
    /// Revisions that hold in their books, whatever their days; the first of a book.
    pinned: Vec<RevisionId>,
}

/// The sellers with the rules of their revisions.
pub(crate) struct Tiers {
    provider: AccountId,
    chain: Vec<Tier>,
    vendors: BTreeMap<AccountId, Tier>,
}

impl Market {
    /// Loads it for a chain as the accounts give it (nearest seller first), and below it perhaps one more seller whose
    /// buyers are not known yet. `provider` is the seller at the top. Vendors are not in it yet.
    pub(crate) async fn load(
        w: &mut Work,
        provider: AccountId,
        chain: &[Adjacent],
        last: Option<Rung>,
        on: Date,
    ) -> Result<Self> {
        let versions = load::versions(w).await?;
        Ok(Self {
            on,
            provider,
            shelf: load::shelf(w, &versions).await?,
            prices: load::prices(w, &versions).await?,
            versions,
            rungs: chain.iter().rev().map(Rung::from).chain(last).collect(),
            vendors: VendorRungs::new(),
            pinned: Vec::new(),
        })
    }

    /// Has revisions hold in their books, whatever their days; the first of a book.
    pub(crate) fn with_revisions(mut self, pinned: &[RevisionId]) -> Self {
        self.pinned = pinned.to_vec();
        self
    }

    fn step(&self, rung: &Rung) -> Result<Step<'_>> {
        let step = ladder::step(rung, &self.prices, self.on)?;
        let revisions = self.prices.revisions(step.book.id);
        let of_book = |id: &RevisionId| revisions.iter().find(|revision| revision.id == *id);
        let pinned = self.pinned.iter().find_map(of_book);
        Ok(Step {
            revision: pinned.unwrap_or(step.revision),
            ..step
        })
    }

    /// Adds all vendors.
    pub(crate) async fn with_vendors(mut self, w: &mut Work) -> Result<Self> {
        self.vendors = parties::vendor_rungs(w, self.provider).await?;
        Ok(self)
    }

    /// Adds one vendor, as far as it sells to the provider.
    pub(crate) async fn with_vendor(mut self, w: &mut Work, vendor: AccountId) -> Result<Self> {
        if vendor != self.provider {
            let name = self.shelf.vendor(vendor).to_owned();
            let rung = parties::vendor_rung(w, vendor, name, self.provider).await?;
            self.vendors.extend(rung.map(|rung| (vendor, rung)));
        }
        Ok(self)
    }

    /// The chain's steps from the provider down.
    ///
    /// # Errors
    /// `no_price_book` or `no_current_prices`, naming the seller.
    pub(crate) fn chain_steps(&self) -> Result<Vec<Step<'_>>> {
        self.rungs.iter().map(|rung| self.step(rung)).collect()
    }

    /// The currency that the last seller's buyers pay in.
    pub(crate) fn last_currency(&self) -> Option<Currency> {
        let rung = self.rungs.last()?;
        ladder::step(rung, &self.prices, self.on)
            .ok()
            .map(|step| step.currency)
    }

    /// The step of a vendor; nothing for the provider's own products, which nobody sells to it.
    ///
    /// # Errors
    /// As [`Market::chain_steps`], and `vendor_not_trading`.
    pub(crate) fn vendor_step(&self, vendor: AccountId) -> Result<Option<Step<'_>>> {
        if vendor == self.provider {
            return Ok(None);
        }
        let rung = self.vendors.get(&vendor).ok_or_else(|| {
            Error::refused(
                "vendor_not_trading",
                format!(
                    "the vendor {} does not sell to the provider",
                    self.shelf.vendor(vendor)
                ),
            )
        })?;
        self.step(rung).map(Some)
    }

    /// The steps of all vendors that have prices now; the products of the others are not for sale.
    fn vendor_steps(&self) -> Vec<Step<'_>> {
        self.vendors
            .values()
            .filter_map(|rung| ladder::step(rung, &self.prices, self.on).ok())
            .collect()
    }

    /// What the offers of this market depend on.
    ///
    /// # Errors
    /// As [`Market::chain_steps`].
    pub(crate) fn key(&self, w: &Work, scope: &OfferScope) -> Result<ShopKey> {
        let mut steps = self.vendor_steps();
        steps.extend(self.chain_steps()?);
        let mut currencies = steps
            .iter()
            .flat_map(|step| [step.currency, step.book.currency]);
        let first = currencies.next();
        let converts = currencies.any(|currency| Some(currency) != first);
        Ok(ShopKey {
            realm: w.ctx.realm,
            // Who buys makes no difference, unless it is the provider, which buys from each vendor apart.
            vendor: (scope.buyer == Some(self.provider)).then_some(scope.seller),
            shelf: self.versions.of(Part::Shelf).to_owned(),
            tiers: steps
                .iter()
                .map(|step| (step.seller, step.revision.id, step.currency))
                .collect(),
            rates: converts.then(|| (self.versions.of(Part::Prices).to_owned(), self.on)),
        })
    }

    /// All tiers with their rules, for every vendor.
    ///
    /// # Errors
    /// As [`Market::chain_steps`].
    pub(crate) async fn tiers(&self, w: &mut Work) -> Result<Tiers> {
        let vendors = self.vendor_steps();
        self.complete(w, vendors).await
    }

    /// The tiers above a buyer of one vendor's products.
    ///
    /// # Errors
    /// As [`Market::chain_steps`] and [`Market::vendor_step`].
    pub(crate) async fn tiers_for(&self, w: &mut Work, vendor: AccountId) -> Result<Tiers> {
        let vendors = self.vendor_step(vendor)?.into_iter().collect();
        self.complete(w, vendors).await
    }

    async fn complete(&self, w: &mut Work, vendors: Vec<Step<'_>>) -> Result<Tiers> {
        let count = vendors.len();
        let mut steps = vendors;
        steps.extend(self.chain_steps()?);
        let mut tiers = ladder::tiers(w, &steps).await?;
        let chain = tiers.split_off(count.min(tiers.len()));
        Ok(Tiers {
            provider: self.provider,
            chain,
            vendors: tiers.into_iter().map(|tier| (tier.seller, tier)).collect(),
        })
    }
}

impl Tiers {
    /// The tiers of a vendor's products, the vendor's first; nothing when the vendor does not sell to the provider.
    pub(crate) fn of(&self, vendor: AccountId) -> Option<Vec<Tier>> {
        let mut tiers = Vec::with_capacity(self.chain.len() + 1);
        if vendor != self.provider {
            tiers.push(self.vendors.get(&vendor)?.clone());
        }
        tiers.extend(self.chain.iter().cloned());
        Some(tiers)
    }
}
