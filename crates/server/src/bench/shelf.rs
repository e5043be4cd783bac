//! The catalogue of a bench, and what everybody charges.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tradewind_catalogue::service::{
    category_create_in, plan_create_in, price_book_create_in, product_create_in,
    product_publish_in, revision_create_in,
};
use tradewind_catalogue::types::{
    Approval, CategoryDraft, DeliveryMode, ItemDraft, ItemKind, ListingDraft, ListingPrice,
    PlanCreate, PlanDraft, PlanStatus, PriceBookCreate, ProductCreate, ProductDraft,
    ProductTransition, RevisionCreate, Timing,
};
use tradewind_kernel::calendar::{Cadence, add_months};
use tradewind_kernel::id::{AccountId, CategoryId, ItemId, PlanId, ProductId};
use tradewind_kernel::{Currency, Date, Decimal, Result, Text};
use tradewind_orders::types::OrderedItem;
use tradewind_platform::{OpCtx, Platform, Work};
use tradewind_pricing::PriceModel;

use super::Progress;
use super::world::{Shape, World};

/// Products or price books that one transaction makes.
const TOGETHER: usize = 50;
/// Shelves of the catalogue.
const CATEGORIES: usize = 12;
/// The meter that usage counts on.
pub(super) const METER: &str = "usage";
/// Words of which names are made.
const WORDS: [&str; 10] = [
    "Harbour", "Lantern", "Compass", "Anchor", "Signal", "Current", "Beacon", "Mast", "Tide",
    "Quay",
];

/// A product with its plan.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Product {
    /// The product.
    pub(super) id: ProductId,
    /// Its plan.
    pub(super) plan: PlanId,
    /// What the plan holds when nothing else is ordered.
    pub(super) items: Vec<OrderedItem>,
}

/// The address of a product in the catalogue.
pub(super) fn slug(at: usize) -> String {
    format!("product-{at:03}")
}

impl World {
    /// Fills the catalogue and sets all prices.
    pub(super) async fn shelves(
        &mut self,
        p: &Platform,
        ctx: &OpCtx,
        shape: &Shape,
        progress: Progress<'_>,
    ) -> Result<()> {
        let categories = p
            .command(ctx, "bench.categories", &(), |w, ()| {
                Box::pin(categories(w))
            })
            .await?;
        let numbers: Vec<usize> = (0..shape.products.max(1)).collect();
        for some in numbers.chunks(TOGETHER) {
            let input = (self.vendor, shape.items, some, &categories);
            let made = p.command(
                ctx,
                "bench.products",
                &input,
                |w, (vendor, items, some, categories)| {
                    Box::pin(async move {
                        let mut made = Vec::with_capacity(some.len());
                        for at in *some {
                            let shelf = categories.get(at % CATEGORIES).copied();
                            made.push(product(w, *vendor, *at, *items, shelf).await?);
                        }
                        Ok(made)
                    })
                },
            );
            self.products.extend(made.await?);
            progress("products", self.products.len() as u64, numbers.len() as u64);
        }
        self.prices(p, ctx, progress).await
    }

    async fn prices(&self, p: &Platform, ctx: &OpCtx, progress: Progress<'_>) -> Result<()> {
        let from = add_months(self.today, -2)?;
        let listings = (0..).zip(&self.products).flat_map(list_prices).collect();
        let markup = |percent: i64| {
            vec![listing(
                None,
                ListingPrice::Markup {
                    percent: Decimal::from(percent),
                },
            )]
        };
        let mut books = vec![
            book(self.vendor, from, listings),
            book(self.provider, from, markup(8)),
            book(self.distributor, from, markup(10)),
        ];
        books.extend(
            self.sellers
                .iter()
                .map(|seller| book(seller.id, from, markup(20))),
        );
        let whole = books.len() as u64;
        let mut done = 0;
        for some in books.chunks(TOGETHER) {
            p.command(ctx, "bench.prices", some, |w, some| {
                Box::pin(async move {
                    for (create, revision) in some {
                        let book = price_book_create_in(w, create).await?;
                        let revision = RevisionCreate {
                            book_id: book.id,
                            ..revision.clone()
                        };
                        revision_create_in(w, &revision).await?;
                    }
                    Ok(())
                })
            })
            .await?;
            done += some.len() as u64;
            progress("price books", done, whole);
        }
        Ok(())
    }
}

async fn categories(w: &mut Work) -> Result<Vec<CategoryId>> {
    let mut made = Vec::with_capacity(CATEGORIES);
    for at in 0..CATEGORIES {
        let draft = CategoryDraft {
            slug: format!("shelf-{at}"),
            name: Text::en(format!("Shelf {at}")),
            position: i64::try_from(at).unwrap_or_default(),
        };
        made.push(category_create_in(w, &draft).await?.id);
    }
    Ok(made)
}

async fn product(
    w: &mut Work,
    vendor: AccountId,
    at: usize,
    items: usize,
    category_id: Option<CategoryId>,
) -> Result<Product> {
    let word = |shift: usize| WORDS[(at / shift) % WORDS.len()];
    let create = ProductCreate {
        vendor_id: vendor,
        draft: ProductDraft {
            slug: slug(at),
            name: Text::en(format!("{} {} {at}", word(1), word(10))),
            summary: Text::en("A service for teams of any size, with support in your language."),
            description: Text::en(
                "Runs in three regions.\n\nComes with backups and an API. ".repeat(6),
            ),
            category_id,
            delivery: DeliveryMode::Automatic,
            approval: Approval::None,
            tags: vec![word(1).to_lowercase(), format!("tier-{}", at % 5)],
            features: vec![Text::en("Backups"), Text::en("API"), Text::en("Support")],
            terms_title: Text::default(),
            terms_text: Text::default(),
            terms_version: String::new(),
            tax_category: Default::default(),
        },
    };
    let id = product_create_in(w, &create).await?.id;
    let recurring = (0..items).map(|at| item(&format!("seats{at}"), ItemKind::Recurring, at));
    let metered = std::iter::once(item(METER, ItemKind::Metered, items));
    let create = PlanCreate {
        product_id: id,
        draft: PlanDraft {
            code: "standard".to_owned(),
            name: Text::en("Standard"),
            description: Text::en("Everything that a team needs."),
            position: 0,
            recommended: true,
            status: PlanStatus::Published,
            billing_cadence: Cadence::MONTHLY,
            term_cadence: None,
            trial_days: 0,
            auto_renew: true,
            trial_needs_payment: false,
            trial_again: false,
            notice_days: 0,
        },
        items: recurring.chain(metered).collect(),
    };
    let plan = plan_create_in(w, &create).await?;
    product_publish_in(w, &ProductTransition { id, version: 1 }).await?;
    let held = |item: &tradewind_catalogue::types::Item| OrderedItem {
        item_id: item.id,
        code: item.code.clone(),
        quantity: item.quantity_default,
    };
    Ok(Product {
        id,
        plan: plan.id,
        items: plan.items.iter().map(held).collect(),
    })
}

fn item(code: &str, kind: ItemKind, position: usize) -> ItemDraft {
    let metered = kind == ItemKind::Metered;
    ItemDraft {
        aggregation: Default::default(),
        tax_category: None,
        code: code.to_owned(),
        name: Text::en(format!("Part {position}")),
        kind,
        unit: Text::en(if metered { "hour" } else { "seat" }),
        meter: metered.then(|| METER.to_owned()),
        timing: if metered {
            Timing::Arrears
        } else {
            Timing::Advance
        },
        quantity_min: Decimal::ONE,
        quantity_max: Some(Decimal::from(10_000)),
        quantity_default: Decimal::from(3),
        quantity_step: Decimal::ONE,
        position: i64::try_from(position).unwrap_or_default(),
    }
}

/// What the vendor asks for: a price by the seat of each part, and one by the hour.
fn list_prices((at, product): (i64, &Product)) -> Vec<ListingDraft> {
    let price = |position: i64| Decimal::new(500 + (at * 37 + position * 11) % 4_500, 2);
    (0..)
        .zip(&product.items)
        .map(|(position, item)| {
            let model = PriceModel::per_unit(price(position));
            listing(Some(item.item_id), ListingPrice::Absolute { model })
        })
        .collect()
}

fn listing(item_id: Option<ItemId>, price: ListingPrice) -> ListingDraft {
    ListingDraft {
        product_id: None,
        plan_id: None,
        item_id,
        matches: BTreeMap::new(),
        price,
    }
}

/// A book and its first revision, whose book is not known yet.
fn book(
    seller: AccountId,
    from: Date,
    listings: Vec<ListingDraft>,
) -> (PriceBookCreate, RevisionCreate) {
    let create = PriceBookCreate {
        seller_id: seller,
        name: "Prices".to_owned(),
        currency: Currency::EUR,
        is_default: true,
    };
    let revision = RevisionCreate {
        book_id: tradewind_kernel::id::PriceBookId::generate(),
        effective_on: from,
        note: String::new(),
        policies: None,
        listings,
    };
    (create, revision)
}
