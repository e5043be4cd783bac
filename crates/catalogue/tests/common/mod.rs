//! A small world: a vendor, a provider, a distributor, two resellers (EUR and USD) and their customers.
#![allow(dead_code, reason = "not every test uses everything")]

use tradewind_accounts::{
    PasswordCost, Passwords,
    service::{self as accounts, RealmCreate},
    types::{AccountCreate, PersonInput, TermsInput},
};
use tradewind_catalogue::{service, types::*};
use tradewind_kernel::{
    Currency, Date, Decimal, Error, Text,
    calendar::Cadence,
    id::{AccountId, PriceBookId, RealmId},
};
use tradewind_platform::{OpCtx, Platform, RealmMode};
use tradewind_policy::{AccountKind, Principal, Role};
use tradewind_pricing::PriceModel;
use tradewind_testkit::{TestPlatform, each_platform};

pub(crate) struct World {
    pub(crate) test: TestPlatform,
    pub(crate) realm: RealmId,
    pub(crate) provider: AccountId,
    pub(crate) vendor: AccountId,
    pub(crate) distributor: AccountId,
    /// Sells in EUR.
    pub(crate) reseller: AccountId,
    /// Sells in USD.
    pub(crate) other_reseller: AccountId,
    pub(crate) customer: AccountId,
    pub(crate) other_customer: AccountId,
}

/// Runs a test in a fresh world on each engine.
pub(crate) async fn each_world<F, T>(test: F)
where
    F: Fn(World) -> T,
    T: Future<Output = ()>,
{
    each_platform(
        &[
            tradewind_accounts::MIGRATIONS,
            tradewind_tax::MIGRATIONS,
            tradewind_catalogue::MIGRATIONS,
        ],
        |platform| async { test(World::new(platform).await).await },
    )
    .await;
}

pub(crate) fn dec(text: &str) -> Decimal {
    text.parse().expect("a decimal")
}

pub(crate) fn day(text: &str) -> Date {
    text.parse().expect("a date")
}

pub(crate) fn currency(code: &str) -> Currency {
    Currency::parse(code).expect("a currency")
}

impl World {
    pub(crate) async fn new(test: TestPlatform) -> Self {
        let p = &test.platform;
        let passwords = Passwords::new(PasswordCost::LOWEST).expect("a cost");
        let created = accounts::realm_create(
            p,
            &passwords,
            &RealmCreate {
                name: "world".to_owned(),
                mode: RealmMode::Sandbox,
                starts_at: None,
                provider: account("provider", "Provider", None, "EUR"),
                owner: PersonInput {
                    email: "owner@example.com".to_owned(),
                    name: "Owner".to_owned(),
                    locale: None,
                },
                password: "a long enough password 1".to_owned(),
            },
        )
        .await
        .expect("a realm");
        let realm = created.realm;
        let ctx = p.system(realm).await.expect("a context");
        let add = async |kind: &str, name: &str, parent: AccountId, code: &str| {
            let input = account(kind, name, Some(parent), code);
            let created = accounts::account_create(p, &ctx, &input).await;
            created.expect("an account").account.id
        };
        let provider = created.provider.id;
        let vendor = add("vendor", "Vendor", provider, "EUR").await;
        let distributor = add("distributor", "Distributor", provider, "EUR").await;
        let reseller = add("reseller", "Reseller", distributor, "EUR").await;
        let other_reseller = add("reseller", "Other reseller", distributor, "EUR").await;
        let customer = add("customer", "Customer", reseller, "EUR").await;
        let other_customer = add("customer", "Other customer", other_reseller, "USD").await;
        Self {
            realm,
            provider,
            vendor,
            distributor,
            reseller,
            other_reseller,
            customer,
            other_customer,
            test,
        }
    }

    pub(crate) fn p(&self) -> &Platform {
        &self.test.platform
    }

    /// The platform itself, now.
    pub(crate) async fn ctx(&self) -> OpCtx {
        self.p().system(self.realm).await.expect("a context")
    }

    /// A user with a role at an account, now.
    pub(crate) async fn user(&self, account: AccountId, kind: AccountKind, role: Role) -> OpCtx {
        OpCtx {
            principal: Principal::user("usr_test", account, kind, vec![role]),
            ..self.ctx().await
        }
    }

    /// Somebody on the storefront of a seller, now.
    pub(crate) async fn visitor(&self, seller: AccountId) -> OpCtx {
        OpCtx {
            principal: Principal::visitor(seller, AccountKind::Reseller),
            ..self.ctx().await
        }
    }

    /// A published product with the plan `basic`: `setup`, `seats`, `usage`.
    pub(crate) async fn product(&self, slug: &str) -> ProductDetail {
        let mut products = self.products(&[slug.to_owned()]).await;
        products.pop().expect("a product")
    }

    /// Several such products, made in one transaction.
    pub(crate) async fn products(&self, slugs: &[String]) -> Vec<ProductDetail> {
        let (p, ctx) = (self.p(), self.ctx().await);
        let input = (self.vendor, slugs);
        let ids = p.command(&ctx, "test.products", &input, |w, (vendor, slugs)| {
            Box::pin(async move {
                let mut ids = Vec::new();
                for slug in *slugs {
                    let id = service::product_create_in(w, &product_draft(*vendor, slug))
                        .await?
                        .id;
                    service::plan_create_in(w, &plan_draft(id, "basic")).await?;
                    service::product_publish_in(w, &ProductTransition { id, version: 1 }).await?;
                    ids.push(id);
                }
                Ok(ids)
            })
        });
        let mut products = Vec::new();
        for id in ids.await.expect("products") {
            products.push(service::product_get(p, &ctx, id).await.expect("a product"));
        }
        products
    }

    /// A price book with these rules, its first revision in effect since January.
    pub(crate) async fn book(
        &self,
        seller: AccountId,
        code: &str,
        listings: Vec<ListingDraft>,
    ) -> PriceBookId {
        let (p, ctx) = (self.p(), self.ctx().await);
        let create = PriceBookCreate {
            seller_id: seller,
            name: format!("{code} prices"),
            currency: currency(code),
            is_default: false,
        };
        let book = service::price_book_create(p, &ctx, &create)
            .await
            .expect("a book");
        service::revision_create(p, &ctx, &revision(book.id, "2024-01-01", listings))
            .await
            .expect("a revision");
        book.id
    }

    /// Vendor at list prices, provider +8 %, distributor +10 %, resellers +20 % (and +15 % on Compute).
    pub(crate) async fn prices(&self, product: &ProductDetail) {
        self.rate("EUR", "USD", "2024-01-01", "1.10").await;
        self.book(self.vendor, "EUR", list_prices(product)).await;
        self.book(self.provider, "EUR", vec![markup("8")]).await;
        self.book(self.distributor, "EUR", vec![markup("10")]).await;
        let sells = || {
            vec![
                markup("20"),
                when(markup("15"), "service_category", "Compute"),
            ]
        };
        self.book(self.reseller, "EUR", sells()).await;
        self.book(self.other_reseller, "USD", sells()).await;
    }

    pub(crate) async fn rate(&self, base: &str, quote: &str, on: &str, rate: &str) {
        let set = RateSet {
            base: currency(base),
            quote: currency(quote),
            effective_on: day(on),
            rate: dec(rate),
            source: "test".to_owned(),
        };
        let ctx = self.ctx().await;
        service::rate_set(self.p(), &ctx, &set)
            .await
            .expect("a rate");
    }

    /// The terms of every leg of a customer's purchase.
    pub(crate) async fn terms(
        &self,
        customer: AccountId,
        product: &ProductDetail,
        on: &str,
    ) -> Result<Vec<LegTerms>, Error> {
        let ctx = self.ctx().await;
        let input = (customer, product.plans[0].id, day(on));
        self.p()
            .read(&ctx, &input, |w, (customer, plan, on)| {
                Box::pin(async move {
                    let chain = accounts::chain(w, *customer).await?;
                    service::leg_terms(w, &chain, *plan, *on).await
                })
            })
            .await
    }

    pub(crate) async fn offers(
        &self,
        ctx: &OpCtx,
        scope: &OfferScope,
        filter: &str,
    ) -> Result<OfferList, Error> {
        let query = OfferQuery {
            filter: filter.to_owned(),
            ..OfferQuery::default()
        };
        service::offers(self.p(), ctx, scope, &query).await
    }
}

fn account(kind: &str, name: &str, parent: Option<AccountId>, code: &str) -> AccountCreate {
    AccountCreate {
        parent,
        kind: kind.to_owned(),
        name: name.to_owned(),
        country: "DE".to_owned(),
        email: "office@example.com".to_owned(),
        currency: Some(code.to_owned()),
        zone: Some("Europe/Berlin".to_owned()),
        terms: parent.is_some().then(|| TermsInput {
            currency: Some(code.to_owned()),
            ..TermsInput::default()
        }),
        ..AccountCreate::default()
    }
}

pub(crate) fn product_draft(vendor: AccountId, slug: &str) -> ProductCreate {
    ProductCreate {
        vendor_id: vendor,
        draft: ProductDraft {
            slug: slug.to_owned(),
            name: Text::en(slug),
            summary: Text::en("A service."),
            description: Text::default(),
            category_id: None,
            delivery: DeliveryMode::Automatic,
            approval: Approval::None,
            tags: vec!["cloud".to_owned()],
            features: Vec::new(),
            terms_title: Text::default(),
            terms_text: Text::default(),
            terms_version: String::new(),
            tax_category: Default::default(),
        },
    }
}

pub(crate) fn plan_draft(product: tradewind_kernel::id::ProductId, code: &str) -> PlanCreate {
    PlanCreate {
        product_id: product,
        draft: PlanDraft {
            code: code.to_owned(),
            name: Text::en("Basic"),
            description: Text::default(),
            position: 0,
            recommended: true,
            status: PlanStatus::Published,
            billing_cadence: Cadence::MONTHLY,
            term_cadence: None,
            trial_days: 14,
            auto_renew: true,
            trial_needs_payment: false,
            trial_again: false,
            notice_days: 0,
        },
        items: vec![
            item_draft("setup", ItemKind::OneTime, 0),
            item_draft("seats", ItemKind::Recurring, 1),
            item_draft("usage", ItemKind::Metered, 2),
        ],
    }
}

pub(crate) fn item_draft(code: &str, kind: ItemKind, position: i64) -> ItemDraft {
    let metered = kind == ItemKind::Metered;
    ItemDraft {
        aggregation: Default::default(),
        tax_category: None,
        code: code.to_owned(),
        name: Text::en(code),
        kind,
        unit: Text::en("unit"),
        meter: metered.then(|| "usage".to_owned()),
        timing: if metered {
            Timing::Arrears
        } else {
            Timing::Advance
        },
        quantity_min: dec("1"),
        quantity_max: Some(dec("100")),
        quantity_default: dec("5"),
        quantity_step: dec("1"),
        position,
    }
}

pub(crate) fn parameter_draft(code: &str) -> ParameterDraft {
    ParameterDraft {
        code: code.to_owned(),
        label: Text::en(code),
        hint: Text::default(),
        kind: ParameterKind::Text,
        required: true,
        pattern: Some("[a-z]+".to_owned()),
        choices: Vec::new(),
        sensitive: false,
        position: 0,
    }
}

pub(crate) fn revision(book: PriceBookId, on: &str, listings: Vec<ListingDraft>) -> RevisionCreate {
    RevisionCreate {
        book_id: book,
        effective_on: day(on),
        note: String::new(),
        policies: None,
        listings,
    }
}

fn listing(price: ListingPrice) -> ListingDraft {
    ListingDraft {
        product_id: None,
        plan_id: None,
        item_id: None,
        matches: std::collections::BTreeMap::new(),
        price,
    }
}

pub(crate) fn markup(percent: &str) -> ListingDraft {
    listing(ListingPrice::Markup {
        percent: dec(percent),
    })
}

pub(crate) fn hidden(product: &ProductDetail) -> ListingDraft {
    ListingDraft {
        product_id: Some(product.product.id),
        ..listing(ListingPrice::Hidden)
    }
}

pub(crate) fn absolute(product: &ProductDetail, code: &str, model: PriceModel) -> ListingDraft {
    let mut items = product.plans.iter().flat_map(|plan| &plan.items);
    ListingDraft {
        item_id: items.find(|item| item.code == code).map(|item| item.id),
        ..listing(ListingPrice::Absolute { model })
    }
}

pub(crate) fn when(mut listing: ListingDraft, key: &str, value: &str) -> ListingDraft {
    listing.matches.insert(key.to_owned(), value.to_owned());
    listing
}

/// 50 for the setup, 10 a seat, usage at its cost.
pub(crate) fn list_prices(product: &ProductDetail) -> Vec<ListingDraft> {
    vec![
        absolute(product, "setup", PriceModel::flat(dec("50"))),
        absolute(product, "seats", PriceModel::per_unit(dec("10"))),
        absolute(product, "usage", PriceModel::pass_through(dec("0"))),
    ]
}

/// The code of the error that something ended with.
pub(crate) fn code<T: std::fmt::Debug>(result: Result<T, Error>) -> &'static str {
    result.expect_err("it is refused").code()
}

/// The first wrong field and what is wrong with it.
pub(crate) fn problem<T: std::fmt::Debug>(result: Result<T, Error>) -> (String, &'static str) {
    let error = result.expect_err("it is refused");
    let problem = error
        .problems()
        .first()
        .unwrap_or_else(|| panic!("no field: {error}"));
    (problem.field.clone(), problem.code)
}
