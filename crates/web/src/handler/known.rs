//! Names of what rows refer to by id.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use tradewind_accounts::service::accounts_many;
use tradewind_catalogue::{
    service::products_of,
    types::{Plan, ProductDetail},
};
use tradewind_kernel::{
    Result,
    id::{AccountId, PlanId, ProductId},
};

use crate::{session::Visit, view::kit::Txt};

/// Products and accounts by their ids.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    products: HashMap<ProductId, Arc<ProductDetail>>,
    accounts: BTreeMap<AccountId, String>,
}

impl Known {
    /// Loads what is needed for these ids, which the reader has been shown already.
    pub(super) async fn load(
        visit: &Visit,
        products: impl IntoIterator<Item = ProductId>,
        accounts: impl IntoIterator<Item = AccountId>,
    ) -> Result<Self> {
        let products: BTreeSet<ProductId> = products.into_iter().collect();
        let accounts: BTreeSet<AccountId> = accounts.into_iter().collect();
        let accounts: Vec<AccountId> = accounts.into_iter().collect();
        visit
            .p()
            .read(
                &visit.ctx,
                &(products, accounts),
                |w, (products, accounts)| {
                    Box::pin(async move {
                        let products = products_of(w, products).await?;
                        let found = match accounts.is_empty() {
                            true => Vec::new(),
                            false => accounts_many(w, accounts).await?,
                        };
                        let accounts = found
                            .into_iter()
                            .map(|account| (account.id, account.name))
                            .collect();
                        Ok(Self { products, accounts })
                    })
                },
            )
            .await
    }

    /// A product.
    pub(super) fn detail(&self, id: ProductId) -> Option<&Arc<ProductDetail>> {
        self.products.get(&id)
    }

    /// The name of a product.
    pub(super) fn product(&self, visit: &Visit, id: ProductId) -> Txt {
        self.detail(id).map_or_else(
            || id.to_string().into(),
            |detail| detail.product.name.get(visit.ctx.locale).to_owned().into(),
        )
    }

    /// A plan of a product.
    pub(super) fn plan(&self, product: ProductId, plan: PlanId) -> Option<&Plan> {
        self.detail(product)?.plan(plan)
    }

    /// The name of a plan.
    pub(super) fn plan_name(&self, visit: &Visit, product: ProductId, plan: PlanId) -> Txt {
        self.plan(product, plan).map_or_else(
            || plan.to_string().into(),
            |plan| plan.name.get(visit.ctx.locale).to_owned().into(),
        )
    }

    /// The name of an account.
    pub(super) fn account(&self, id: AccountId) -> Txt {
        self.accounts
            .get(&id)
            .map_or_else(|| id.to_string().into(), |name| name.clone().into())
    }
}
