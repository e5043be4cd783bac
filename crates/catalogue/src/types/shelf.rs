//! The whole catalogue of a realm in memory: read-only, shared by everyone who looks at it.

use std::{collections::HashMap, sync::Arc};

use tradewind_kernel::{
    Locale,
    id::{AccountId, CategoryId, ItemId, PlanId, ProductId},
    text::fold,
};

use super::{Category, Item, Plan, ProductDetail};

/// All products of a realm, by everything they are looked up by.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    /// The categories in their order.
    pub(crate) categories: Vec<Category>,
    /// The products.
    pub(crate) products: Vec<Arc<ProductDetail>>,
    vendors: HashMap<AccountId, String>,
    /// For each product its folded names by language, and everything it can be found by.
    folded: Vec<Folded>,
    by_id: HashMap<ProductId, usize>,
    by_slug: HashMap<String, usize>,
    by_plan: HashMap<PlanId, (usize, usize)>,
    by_item: HashMap<ItemId, PlanId>,
}

/// The searchable forms of a product's texts.
#[derive(Debug)]
struct Folded {
    names: [String; Locale::ALL.len()],
    all: String,
}

impl Folded {
    fn new(product: &ProductDetail, vendor: &str) -> Self {
        let product = &product.product;
        let mut all = String::new();
        for text in [&product.name, &product.summary] {
            for (_, words) in text.iter() {
                all.push_str(words);
                all.push('\n');
            }
        }
        for tag in &product.tags {
            all.push_str(tag);
            all.push('\n');
        }
        all.push_str(vendor);
        Self {
            names: Locale::ALL.map(|locale| fold(product.name.get(locale))),
            all: fold(&all),
        }
    }
}

impl Shelf {
    /// Indexes the products.
    pub(crate) fn new(
        categories: Vec<Category>,
        products: Vec<ProductDetail>,
        vendors: HashMap<AccountId, String>,
    ) -> Self {
        let mut shelf = Self {
            categories,
            vendors,
            ..Self::default()
        };
        for (at, product) in products.into_iter().enumerate() {
            shelf.by_id.insert(product.product.id, at);
            shelf.by_slug.insert(product.product.slug.clone(), at);
            for (plan_at, plan) in product.plans.iter().enumerate() {
                shelf.by_plan.insert(plan.id, (at, plan_at));
                shelf
                    .by_item
                    .extend(plan.items.iter().map(|item| (item.id, plan.id)));
            }
            let folded = Folded::new(&product, shelf.vendor(product.product.vendor_id));
            shelf.folded.push(folded);
            shelf.products.push(Arc::new(product));
        }
        shelf
    }

    /// A product by its id.
    pub(crate) fn product(&self, id: ProductId) -> Option<&Arc<ProductDetail>> {
        self.by_id.get(&id).and_then(|at| self.products.get(*at))
    }

    /// A product by its name in addresses.
    pub(crate) fn product_by_slug(&self, slug: &str) -> Option<&Arc<ProductDetail>> {
        self.by_slug.get(slug).and_then(|at| self.products.get(*at))
    }

    /// A plan with its product.
    pub(crate) fn plan(&self, id: PlanId) -> Option<(&Arc<ProductDetail>, &Plan)> {
        let (at, plan_at) = self.by_plan.get(&id)?;
        let product = self.products.get(*at)?;
        Some((product, product.plans.get(*plan_at)?))
    }

    /// An item with its plan and product.
    pub(crate) fn item(&self, id: ItemId) -> Option<(&Arc<ProductDetail>, &Plan, &Item)> {
        let (product, plan) = self.plan(*self.by_item.get(&id)?)?;
        let item = plan.items.iter().find(|item| item.id == id)?;
        Some((product, plan, item))
    }

    /// A category by its id.
    pub(crate) fn category(&self, id: CategoryId) -> Option<&Category> {
        self.categories.iter().find(|category| category.id == id)
    }

    /// The name of a vendor.
    pub(crate) fn vendor(&self, id: AccountId) -> &str {
        self.vendors.get(&id).map_or("", String::as_str)
    }

    /// Everything that a product can be found by, folded.
    pub(crate) fn search_text(&self, at: usize) -> &str {
        self.folded.get(at).map_or("", |folded| folded.all.as_str())
    }

    /// The folded names of a product in all languages.
    pub(crate) fn names(&self, at: usize) -> impl Iterator<Item = &str> {
        let names = self.folded.get(at).map(|folded| folded.names.iter());
        names.into_iter().flatten().map(String::as_str)
    }

    /// The folded name by which a product is sorted in a language.
    pub(crate) fn sort_name(&self, at: usize, locale: Locale) -> &str {
        let names = self.folded.get(at).map(|folded| &folded.names);
        let index = Locale::ALL.iter().position(|other| *other == locale);
        names
            .zip(index)
            .and_then(|(names, index)| names.get(index))
            .map_or("", String::as_str)
    }
}
