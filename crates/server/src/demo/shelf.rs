//! The catalogue of the demo world and what everybody charges.

use std::collections::BTreeMap;

use tradewind_catalogue::service::{
    category_create, parameter_create, plan_create, price_book_assign, price_book_create,
    product_create, product_get, product_publish, rate_set, revision_create,
};
use tradewind_catalogue::types::{
    CategoryDraft, ListingDraft, ListingPrice, ParameterCreate, ParameterDraft, PlanCreate,
    PlanDraft, Policies, PriceBookAssign, PriceBookCreate, ProductCreate, ProductDraft,
    ProductStatus, ProductTransition, RateSet, RevisionCreate,
};
use tradewind_kernel::id::{CategoryId, PriceBookId, ProductId};
use tradewind_kernel::{Currency, Date, Result};

use super::script::{Accounts, Catalogue, Party, ProductScript};
use super::{Builder, People, broken};

/// First day of all prices.
const PRICES_FROM: Date = Date::constant(2024, 8, 1);

impl Builder<'_> {
    /// Fills the shelves and sets all prices, from the vendors down.
    pub(crate) async fn shelves(
        &self,
        people: &People,
        accounts: &Accounts,
        catalogue: &Catalogue,
    ) -> Result<()> {
        let provider = accounts.provider.key.as_str();
        for (base, quote, day, rate) in &accounts.rates {
            let ctx = self
                .person(people, provider, &format!("rate:{base}:{quote}:{day}"))
                .await?;
            let rate = RateSet {
                base: *base,
                quote: *quote,
                effective_on: *day,
                rate: *rate,
                source: "made up for the demo".to_owned(),
            };
            rate_set(self.platform, &ctx, &rate).await?;
        }
        let shelves = self.categories(people, provider, catalogue).await?;
        let mut products = BTreeMap::new();
        for vendor in accounts
            .accounts
            .iter()
            .filter(|party| party.account.kind == "vendor")
        {
            let made = self.vendor(people, provider, vendor, catalogue, &shelves);
            products.extend(made.await?);
        }
        for (at, book) in accounts.books.iter().enumerate() {
            (self.progress)(&book.name);
            let mut listings = Vec::new();
            for markup in &book.markups {
                let product = markup.product.as_deref();
                let product_id = product
                    .map(|slug| {
                        products
                            .get(slug)
                            .copied()
                            .ok_or_else(|| broken(format!("no product {slug}")))
                    })
                    .transpose()?;
                listings.push(ListingDraft {
                    product_id,
                    plan_id: None,
                    item_id: None,
                    matches: markup.matches.clone(),
                    price: ListingPrice::Markup {
                        percent: markup.percent,
                    },
                });
            }
            let id = self
                .book(
                    people,
                    &book.seller,
                    &format!("{at}"),
                    &book.name,
                    book.currency,
                    &book.note,
                    listings,
                )
                .await?;
            for buyer in &book.buyers {
                self.assign(people, &book.seller, buyer, id).await?;
            }
        }
        Ok(())
    }

    async fn categories(
        &self,
        people: &People,
        provider: &str,
        catalogue: &Catalogue,
    ) -> Result<BTreeMap<String, CategoryId>> {
        let mut shelves = BTreeMap::new();
        for (position, (slug, name)) in (0..).zip(&catalogue.categories) {
            let ctx = self
                .person(people, provider, &format!("category:{slug}"))
                .await?;
            let draft = CategoryDraft {
                slug: slug.clone(),
                name: name.clone(),
                position,
            };
            shelves.insert(
                slug.clone(),
                category_create(self.platform, &ctx, &draft).await?.id,
            );
        }
        Ok(shelves)
    }

    /// A vendor's products, its prices, and the products for sale.
    async fn vendor(
        &self,
        people: &People,
        provider: &str,
        vendor: &Party,
        catalogue: &Catalogue,
        shelves: &BTreeMap<String, CategoryId>,
    ) -> Result<BTreeMap<String, ProductId>> {
        let mut listings = Vec::new();
        let mut products = BTreeMap::new();
        for script in catalogue
            .products
            .iter()
            .filter(|product| product.vendor == vendor.key)
        {
            (self.progress)(script.draft.name.get(tradewind_kernel::Locale::En));
            let shelf = shelves.get(&script.category).copied();
            let (id, priced) = self.product(people, script, shelf).await?;
            products.insert(script.draft.slug.clone(), id);
            listings.extend(priced);
        }
        let currency = vendor.account.currency.as_deref().unwrap_or("EUR");
        let currency = Currency::parse(currency)?;
        let note = "What the provider pays";
        let book = self
            .book(
                people,
                &vendor.key,
                "vendor",
                "Partner prices",
                currency,
                note,
                listings,
            )
            .await?;
        self.assign(people, &vendor.key, provider, book).await?;
        for (slug, id) in &products {
            let ctx = self
                .person(people, &vendor.key, &format!("publish:{slug}"))
                .await?;
            let product = product_get(self.platform, &ctx, *id).await?.product;
            if product.status == ProductStatus::Draft {
                let publish = ProductTransition {
                    id: *id,
                    version: product.version,
                };
                product_publish(self.platform, &ctx, &publish).await?;
            }
        }
        Ok(products)
    }

    /// A product with plans and parameters; answers the vendor's prices of its items.
    async fn product(
        &self,
        people: &People,
        script: &ProductScript,
        category_id: Option<CategoryId>,
    ) -> Result<(ProductId, Vec<ListingDraft>)> {
        let slug = &script.draft.slug;
        let vendor = &script.vendor;
        let ctx = self
            .person(people, vendor, &format!("product:{slug}"))
            .await?;
        let create = ProductCreate {
            vendor_id: people.account(vendor)?.id,
            draft: ProductDraft {
                category_id,
                ..script.draft.clone()
            },
        };
        let product = product_create(self.platform, &ctx, &create).await?;
        let mut listings = Vec::new();
        for (position, plan) in (0..).zip(&script.plans) {
            let ctx = self
                .person(people, vendor, &format!("plan:{slug}:{}", plan.draft.code))
                .await?;
            let create = PlanCreate {
                product_id: product.id,
                draft: PlanDraft {
                    position,
                    ..plan.draft.clone()
                },
                items: (0..)
                    .zip(&plan.items)
                    .map(|(position, item)| tradewind_catalogue::types::ItemDraft {
                        aggregation: Default::default(),
                        tax_category: None,
                        position,
                        ..item.draft.clone()
                    })
                    .collect(),
            };
            let created = plan_create(self.platform, &ctx, &create).await?;
            for item in &created.items {
                let script = plan
                    .items
                    .iter()
                    .find(|script| script.draft.code == item.code);
                let model = script
                    .ok_or_else(|| broken(format!("no price for {}", item.code)))?
                    .price
                    .clone();
                listings.push(ListingDraft {
                    product_id: None,
                    plan_id: None,
                    item_id: Some(item.id),
                    matches: BTreeMap::new(),
                    price: ListingPrice::Absolute { model },
                });
            }
        }
        for (position, parameter) in (0..).zip(&script.parameters) {
            let ctx = self
                .person(
                    people,
                    vendor,
                    &format!("parameter:{slug}:{}", parameter.code),
                )
                .await?;
            let create = ParameterCreate {
                product_id: product.id,
                draft: ParameterDraft {
                    position,
                    ..parameter.clone()
                },
            };
            parameter_create(self.platform, &ctx, &create).await?;
        }
        Ok((product.id, listings))
    }

    /// A book with its first revision.
    #[expect(clippy::too_many_arguments, reason = "a book has that many facts")]
    async fn book(
        &self,
        people: &People,
        seller: &str,
        step: &str,
        name: &str,
        currency: Currency,
        note: &str,
        listings: Vec<ListingDraft>,
    ) -> Result<PriceBookId> {
        let ctx = self
            .person(people, seller, &format!("book:{seller}:{step}"))
            .await?;
        let create = PriceBookCreate {
            seller_id: people.account(seller)?.id,
            name: name.to_owned(),
            currency,
            is_default: false,
        };
        let book = price_book_create(self.platform, &ctx, &create).await?;
        let ctx = self
            .person(people, seller, &format!("revision:{seller}:{step}"))
            .await?;
        let revision = RevisionCreate {
            book_id: book.id,
            effective_on: PRICES_FROM,
            note: note.to_owned(),
            policies: Some(Policies::readable(currency)),
            listings,
        };
        revision_create(self.platform, &ctx, &revision).await?;
        Ok(book.id)
    }

    async fn assign(
        &self,
        people: &People,
        seller: &str,
        buyer: &str,
        book: PriceBookId,
    ) -> Result<()> {
        let ctx = self
            .person(people, seller, &format!("assign:{seller}:{buyer}"))
            .await?;
        let assign = PriceBookAssign {
            seller_id: people.account(seller)?.id,
            buyer_id: people.account(buyer)?.id,
            book_id: Some(book),
        };
        price_book_assign(self.platform, &ctx, &assign).await
    }
}
