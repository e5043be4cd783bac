//! Names for ids: pages show accounts and products by name, looked up for a whole page at once.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use tradewind_accounts::service as accounts;
use tradewind_accounts::types::Account;
use tradewind_catalogue::service as catalogue;
use tradewind_catalogue::types::{Plan, ProductDetail};
use tradewind_kernel::Result;
use tradewind_kernel::id::{AccountId, PlanId, ProductId, SubscriptionId};
use tradewind_kernel::locale::Locale;
use tradewind_orders::service as orders;
use tradewind_orders::types::Subscription;
use tradewind_platform::{OpCtx, Platform};

use crate::session::Visit;
use crate::view::kit::Txt;

/// What a page mentions.
#[derive(Default)]
pub(crate) struct Mentions {
    pub(crate) accounts: BTreeSet<AccountId>,
    pub(crate) products: BTreeSet<ProductId>,
    pub(crate) subscriptions: BTreeSet<SubscriptionId>,
    /// Whether the vendors of the products go unnamed.
    pub(crate) without_vendors: bool,
}

impl Mentions {
    pub(crate) fn accounts(ids: impl IntoIterator<Item = AccountId>) -> Self {
        Mentions {
            accounts: ids.into_iter().collect(),
            ..Mentions::default()
        }
    }

    pub(crate) fn products(mut self, ids: impl IntoIterator<Item = ProductId>) -> Self {
        self.products.extend(ids);
        self
    }

    pub(crate) fn subscriptions(mut self, ids: impl IntoIterator<Item = SubscriptionId>) -> Self {
        self.subscriptions.extend(ids);
        self
    }
}

/// The names of what a page mentions.
pub(crate) struct Names {
    accounts: HashMap<AccountId, Account>,
    products: HashMap<ProductId, Arc<ProductDetail>>,
    subscriptions: HashMap<SubscriptionId, Subscription>,
    locale: Locale,
}

impl Names {
    /// Looks up what is mentioned, in one transaction. Products of mentioned subscriptions are found as well.
    pub(crate) async fn of(p: &Platform, ctx: &OpCtx, mentions: &Mentions) -> Result<Names> {
        p.read(ctx, mentions, |w, mentions| {
            Box::pin(async move {
                let ids: Vec<_> = mentions.subscriptions.iter().copied().collect();
                let mut subscriptions = HashMap::new();
                if !ids.is_empty() {
                    let found = orders::subscriptions_in(w, &ids).await?;
                    subscriptions.extend(found.into_iter().map(|one| (one.id, one)));
                }
                let mut wanted = mentions.products.clone();
                wanted.extend(subscriptions.values().map(|one| one.product_id));
                let products = catalogue::products_of(w, &wanted).await?;
                let mut wanted = mentions.accounts.clone();
                if !mentions.without_vendors {
                    wanted.extend(products.values().map(|one| one.product.vendor_id));
                }
                wanted.extend(subscriptions.values().map(|one| one.customer_id));
                let ids: Vec<_> = wanted.into_iter().collect();
                let accounts = if ids.is_empty() {
                    Vec::new()
                } else {
                    accounts::accounts_many(w, &ids).await?
                };
                Ok(Names {
                    accounts: accounts.into_iter().map(|one| (one.id, one)).collect(),
                    products,
                    subscriptions,
                    locale: w.ctx.locale,
                })
            })
        })
        .await
    }

    /// The same for products and accounts that the reader has been shown already; their vendors are named where asked for.
    pub(crate) async fn load(
        visit: &Visit,
        products: impl IntoIterator<Item = ProductId>,
        accounts: impl IntoIterator<Item = AccountId>,
    ) -> Result<Names> {
        let mentions = Mentions {
            without_vendors: true,
            ..Mentions::accounts(accounts).products(products)
        };
        Names::of(visit.p(), &visit.ctx, &mentions).await
    }

    pub(crate) fn account(&self, id: AccountId) -> Txt {
        self.accounts
            .get(&id)
            .map_or_else(|| id.to_string().into(), |one| one.name.clone().into())
    }

    pub(crate) fn product(&self, id: ProductId) -> Txt {
        self.products.get(&id).map_or_else(
            || id.to_string().into(),
            |one| one.product.name.get(self.locale).to_owned().into(),
        )
    }

    pub(crate) fn detail(&self, id: ProductId) -> Option<&ProductDetail> {
        self.products.get(&id).map(AsRef::as_ref)
    }

    pub(crate) fn vendor(&self, id: ProductId) -> Txt {
        self.detail(id)
            .map_or_else(Txt::default, |one| self.account(one.product.vendor_id))
    }

    pub(crate) fn plan(&self, product: ProductId, plan: PlanId) -> Option<&Plan> {
        self.detail(product)?.plan(plan)
    }

    pub(crate) fn plan_name(&self, product: ProductId, plan: PlanId) -> Txt {
        self.plan(product, plan).map_or_else(Txt::default, |plan| {
            plan.name.get(self.locale).to_owned().into()
        })
    }

    /// "Product · Plan".
    pub(crate) fn sold(&self, product: ProductId, plan: PlanId) -> Txt {
        let (product, plan) = (self.product(product), self.plan_name(product, plan));
        if plan.is_empty() {
            product
        } else {
            format!("{product} · {plan}").into()
        }
    }

    pub(crate) fn subscription(&self, id: SubscriptionId) -> Option<&Subscription> {
        self.subscriptions.get(&id)
    }

    /// "Product · Plan" of a subscription.
    pub(crate) fn subscribed(&self, id: SubscriptionId) -> Txt {
        self.subscription(id).map_or_else(
            || id.to_string().into(),
            |one| self.sold(one.product_id, one.plan_id),
        )
    }
}
