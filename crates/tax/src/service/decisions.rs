//! Decides the taxes of trades, for those who make documents, and for those who ask beforehand.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use tradewind_accounts::{service as accounts, types::Account};
use tradewind_kernel::{Date, Error, Result, id::AccountId};
use tradewind_platform::{OpCtx, Platform, Work};
use tradewind_policy::Action;
use tradewind_pricing::tax::TaxRate;
use utoipa::ToSchema;

use super::{authorize_seller, rates_in};
use crate::{
    rules::{BuyerFacts, Place, Rates, SellerFacts, Taxer},
    store::{self, Known},
    types::{EngineTerms, TaxBasis, TaxCategory, TaxDecision, TaxProfile},
};

/// What is known of some sellers and buyers; loaded in as few statements as there are kinds of facts.
#[derive(Debug, Default)]
pub struct Taxers {
    known: HashMap<AccountId, Known>,
    certificates: HashMap<(AccountId, AccountId), Vec<crate::types::Certificate>>,
    rates: Option<Rates>,
    engines: HashMap<AccountId, EngineTerms>,
}

impl Taxers {
    /// Loads what decides the taxes between sellers and buyers. Where no seller has its taxes decided by place, one
    /// statement finds that out.
    ///
    /// # Errors
    /// Database errors.
    pub async fn load(w: &mut Work, pairs: &[(AccountId, AccountId)]) -> Result<Self> {
        let realm = w.ctx.realm;
        let ids: BTreeSet<AccountId> = pairs.iter().flat_map(|(s, b)| [*s, *b]).collect();
        let known = remembered(w, &ids.into_iter().collect::<Vec<_>>()).await?;
        let mut taxers = Self {
            known,
            ..Self::default()
        };
        let buyers: BTreeSet<AccountId> = pairs
            .iter()
            .filter(|(seller, _)| taxers.decided(*seller) != TaxDecision::Agreed)
            .map(|(_, buyer)| *buyer)
            .collect();
        if buyers.is_empty() {
            return Ok(taxers);
        }
        taxers
            .learn(w, &buyers.into_iter().collect::<Vec<_>>())
            .await?;
        let asking: BTreeSet<AccountId> = pairs
            .iter()
            .map(|(seller, _)| *seller)
            .filter(|seller| taxers.decided(*seller) == TaxDecision::Engine)
            .collect();
        if !asking.is_empty() {
            let asking: Vec<AccountId> = asking.into_iter().collect();
            taxers.engines = store::engine::terms(&mut w.tx, realm, &asking).await?;
        }
        Ok(taxers)
    }

    /// Loads what an engine is told between a seller and a buyer, whoever decides the seller's taxes by now.
    pub(super) async fn with_engine(
        w: &mut Work,
        seller: AccountId,
        buyer: AccountId,
    ) -> Result<Self> {
        let mut taxers = Self {
            known: remembered(w, &[seller, buyer]).await?,
            ..Self::default()
        };
        taxers.learn(w, &[buyer]).await?;
        let realm = w.ctx.realm;
        taxers.engines = store::engine::terms(&mut w.tx, realm, &[seller]).await?;
        Ok(taxers)
    }

    /// What decides by place between sellers and some buyers.
    async fn learn(&mut self, w: &mut Work, buyers: &[AccountId]) -> Result<()> {
        let realm = w.ctx.realm;
        for one in store::of_buyers(&mut w.tx, realm, buyers).await? {
            let pair = (one.seller, one.buyer);
            self.certificates.entry(pair).or_default().push(one);
        }
        self.rates = Some(rates_in(w).await?);
        Ok(())
    }

    /// Who decides the taxes of a seller.
    fn decided(&self, seller: AccountId) -> TaxDecision {
        let profile = self
            .known
            .get(&seller)
            .and_then(|known| known.profile.as_ref());
        profile.map_or(TaxDecision::Agreed, |profile| profile.decision)
    }

    /// What decides beside the engine of a seller whose taxes one decides.
    #[must_use]
    pub fn engine(&self, seller: AccountId) -> Option<EngineTerms> {
        let terms = self.engines.get(&seller).cloned();
        match self.decided(seller) {
            // Without a set-up nothing is issued, and what waits says so.
            TaxDecision::Engine => Some(terms.unwrap_or_default()),
            _ => terms,
        }
    }

    /// How a seller is taxed, whoever decides it.
    #[must_use]
    pub fn profile(&self, seller: AccountId) -> TaxProfile {
        let known = self.known.get(&seller);
        known
            .and_then(|known| known.profile.clone())
            .unwrap_or_default()
    }

    /// What decides the taxes of a trade by place, also where an engine is asked first; none where its terms say so.
    /// Somebody without an account buys from where the seller is, as a private person.
    #[must_use]
    pub fn of(&self, seller: &Account, buyer: &Account) -> Option<Arc<Taxer>> {
        (self.decided(seller.id) != TaxDecision::Agreed).then(|| self.any_of(seller, buyer))
    }

    /// What would decide the taxes of a trade by place.
    pub(super) fn any_of(&self, seller: &Account, buyer: &Account) -> Arc<Taxer> {
        let visitor = seller.id == buyer.id;
        let known = self.known.get(&buyer.id);
        let certificates = self.certificates.get(&(seller.id, buyer.id));
        Arc::new(Taxer {
            seller: SellerFacts {
                place: place_of(seller),
                own_rate: seller.tax.rate.parse().unwrap_or_default(),
                own_name: seller.tax.name.clone(),
                profile: self.profile(seller.id),
            },
            buyer: BuyerFacts {
                place: place_of(buyer),
                tax_id: if visitor {
                    String::new()
                } else {
                    buyer.tax.tax_id.clone()
                },
                person: buyer.tax.consumer || visitor,
                standing: match known {
                    Some(known) if !visitor => known.standing.clone(),
                    _ => crate::types::Standing::default(),
                },
                certificates: certificates.cloned().unwrap_or_default(),
            },
            rates: self.rates.clone().unwrap_or_default(),
        })
    }
}

fn place_of(account: &Account) -> Place {
    Place::of(
        &account.country,
        &account.address.region,
        &account.address.postal_code,
    )
}

/// What is known of some accounts; within one reading transaction it is asked once.
async fn remembered(w: &mut Work, ids: &[AccountId]) -> Result<HashMap<AccountId, Known>> {
    let key = |id: &AccountId| format!("tax/{id}");
    let mut known = HashMap::new();
    let mut missing = Vec::new();
    for id in ids {
        match w.recall::<Known>(key(id)) {
            Some(found) => {
                known.insert(*id, Known::clone(&found));
            }
            None => missing.push(*id),
        }
    }
    if !missing.is_empty() {
        let mut found = store::accounts(&mut w.tx, w.ctx.realm, &missing).await?;
        for id in missing {
            let one = found.remove(&id).unwrap_or_default();
            w.remember(key(&id), Arc::new(one.clone()));
            known.insert(id, one);
        }
    }
    Ok(known)
}

/// Asks which taxes a sale would bear.
#[derive(Debug, Clone, Copy)]
pub struct DecisionAsk {
    /// Who sells.
    pub seller: AccountId,
    /// Who buys.
    pub buyer: AccountId,
    /// What.
    pub category: TaxCategory,
    /// Supplied on this day.
    pub on: Date,
}

/// Which taxes a sale would bear, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = TaxDecided)]
pub struct Decided {
    /// The taxes; one entry where none is added, which says why.
    pub taxes: Vec<TaxRate>,
    /// On what that stands.
    pub basis: TaxBasis,
}

/// Which taxes a sale would bear between a seller that has them decided by place and one of its buyers.
///
/// # Errors
/// `tax_agreed` when the terms of the trade decide, `tax_by_engine` when an engine does; `NotFound`, `Forbidden`.
pub async fn decision(p: &Platform, ctx: &OpCtx, ask: &DecisionAsk) -> Result<Decided> {
    p.read(ctx, ask, |w, ask| {
        Box::pin(async move {
            authorize_seller(w, Action::RelationshipView, ask.seller).await?;
            accounts::relationship_of(w, ask.seller, ask.buyer).await?;
            let taxers = Taxers::load(w, &[(ask.seller, ask.buyer)]).await?;
            let seller = accounts::account_facts(w, ask.seller).await?;
            let buyer = accounts::account_facts(w, ask.buyer).await?;
            if taxers.decided(ask.seller) == TaxDecision::Engine {
                return Err(Error::refused(
                    "tax_by_engine",
                    "a tax engine decides this seller's taxes; ask it about a sample",
                ));
            }
            let taxer = taxers.of(&seller, &buyer).ok_or_else(|| {
                Error::refused(
                    "tax_agreed",
                    "this seller's taxes are agreed with each buyer; have them decided by place first",
                )
            })?;
            Ok(Decided {
                taxes: taxer.taxes(ask.category, ask.on),
                basis: taxer.basis(),
            })
        })
    })
    .await
}
