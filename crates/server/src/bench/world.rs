//! A realm of a bench: a provider, a vendor, a distributor, resellers with their customers, and products at prices.

use tradewind_accounts::service::{Invitation, RealmCreate, account_create_in, realm_create};
use tradewind_accounts::types::{AccountCreate, PersonInput, TaxData, TermsInput};
use tradewind_kernel::id::{AccountId, RealmId};
use tradewind_kernel::{Date, Result, Zone};
use tradewind_platform::{OpCtx, Platform, RealmMode};

use super::Progress;
use super::clients::PROVIDER;
use super::place::REALM_PREFIX;
use super::seed::NAME;
use super::shelf::Product;
use crate::demo::PASSWORD;
use crate::wiring::App;

/// Accounts that one transaction makes.
const TOGETHER: usize = 500;
/// Subscriptions of one customer, unless one account has them all.
const OF_CUSTOMER: usize = 5;

/// How large a world is, and what is in it.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    /// Name of the realm, after what all realms of benches are called.
    pub(super) name: String,
    /// Resellers.
    pub(super) resellers: usize,
    /// Subscriptions over all of them.
    pub(super) subscriptions: usize,
    /// Products in the catalogue.
    pub(super) products: usize,
    /// Recurring items of every plan.
    pub(super) items: usize,
    /// Subscriptions whose period is over, to be billed.
    pub(super) due: usize,
    /// Whether distributor and resellers get an invoice for every subscription, too; otherwise theirs are collected.
    pub(super) at_once: bool,
    /// Whether one customer of each reseller has all subscriptions, and gets one invoice for all of a day.
    pub(super) one_account: bool,
}

impl Shape {
    /// Customers of each reseller.
    pub(super) fn customers_of_each(&self) -> usize {
        self.of_each().div_ceil(self.of_customer()).max(1)
    }

    /// Subscriptions of one customer.
    pub(super) fn of_customer(&self) -> usize {
        if self.one_account {
            self.of_each().max(1)
        } else {
            OF_CUSTOMER
        }
    }

    fn of_each(&self) -> usize {
        self.subscriptions.div_ceil(self.resellers.max(1))
    }

    /// How customers are invoiced, unless as everybody is.
    fn customers_terms(&self) -> Option<TermsInput> {
        self.one_account.then(|| TermsInput {
            invoicing: Some("daily".to_owned()),
            ..TermsInput::default()
        })
    }
}

/// A reseller and its customers.
#[derive(Clone, Debug)]
pub(super) struct Seller {
    /// The reseller.
    pub(super) id: AccountId,
    /// Its customers.
    pub(super) customers: Vec<AccountId>,
}

/// A world that was made.
pub(super) struct World {
    /// The realm.
    pub(super) realm: RealmId,
    /// The day on which it was made, in the zone of all accounts.
    pub(super) today: Date,
    /// The vendor of all products.
    pub(super) vendor: AccountId,
    /// The provider.
    pub(super) provider: AccountId,
    /// The distributor.
    pub(super) distributor: AccountId,
    /// The resellers.
    pub(super) sellers: Vec<Seller>,
    /// The products.
    pub(super) products: Vec<Product>,
}

/// The zone of all accounts.
pub(super) fn zone() -> Result<Zone> {
    Zone::parse("Europe/Berlin")
}

/// The name that the storefront of a reseller goes by.
pub(super) fn shop(at: usize) -> String {
    format!("shop-{at}")
}

/// The host on which the storefront of a reseller answers.
pub(super) fn host(at: usize) -> String {
    format!("{}.bench.example", shop(at))
}

impl World {
    /// Makes the accounts and the catalogue; nothing is sold yet.
    ///
    /// # Errors
    /// Database errors.
    pub(super) async fn build(app: &App, shape: &Shape, progress: Progress<'_>) -> Result<Self> {
        let p = app.platform();
        let created = realm_create(
            p,
            app.passwords(),
            &RealmCreate {
                name: format!("{REALM_PREFIX}{}", shape.name),
                mode: RealmMode::Live,
                starts_at: None,
                provider: account("provider", "Bench Cloud", None, None),
                owner: PersonInput {
                    email: PROVIDER.to_owned(),
                    name: "Ada Bench".to_owned(),
                    locale: None,
                },
                password: PASSWORD.to_owned(),
            },
        )
        .await?;
        let ctx = p.system(created.realm).await?;
        let provider = created.provider.id;
        let terms = Some(TermsInput {
            invoicing: shape.at_once.then(|| "immediate".to_owned()),
            ..TermsInput::default()
        });
        let direct = [
            account("vendor", "Bench Software", Some(provider), None),
            account(
                "distributor",
                "Bench Distribution",
                Some(provider),
                terms.clone(),
            ),
        ];
        let direct = accounts(p, &ctx, &direct).await?;
        let [vendor, distributor] = direct[..] else {
            return Err(tradewind_kernel::Error::internal("two accounts were made"));
        };
        let mut world = Self {
            realm: created.realm,
            today: ctx.now.date_in(&zone()?),
            vendor,
            provider,
            distributor,
            sellers: Vec::new(),
            products: Vec::new(),
        };
        world.resellers(p, &ctx, shape, terms, progress).await?;
        world.shelves(p, &ctx, shape, progress).await?;
        Ok(world)
    }

    async fn resellers(
        &mut self,
        p: &Platform,
        ctx: &OpCtx,
        shape: &Shape,
        terms: Option<TermsInput>,
        progress: Progress<'_>,
    ) -> Result<()> {
        let drafts: Vec<AccountCreate> = (0..shape.resellers.max(1))
            .map(|at| AccountCreate {
                slug: Some(shop(at)),
                // Hosts are unique in the installation: only one realm has them.
                host: (shape.name == NAME).then(|| host(at)),
                ..account(
                    "reseller",
                    &format!("Reseller {at}"),
                    Some(self.distributor),
                    terms.clone(),
                )
            })
            .collect();
        let mut resellers = Vec::with_capacity(drafts.len());
        for some in drafts.chunks(TOGETHER) {
            resellers.extend(accounts(p, ctx, some).await?);
        }
        let each = shape.customers_of_each();
        let whole = (resellers.len() * each) as u64;
        let customer = |reseller, at| {
            let name = format!("Customer {at} Ltd");
            account("customer", &name, Some(reseller), shape.customers_terms())
        };
        let drafts: Vec<AccountCreate> = resellers
            .iter()
            .flat_map(|reseller| (0..each).map(move |at| customer(*reseller, at)))
            .collect();
        let mut customers = Vec::with_capacity(drafts.len());
        for some in drafts.chunks(TOGETHER) {
            customers.extend(accounts(p, ctx, some).await?);
            progress("customers", customers.len() as u64, whole);
        }
        self.sellers = resellers
            .into_iter()
            .zip(customers.chunks(each))
            .map(|(id, customers)| Seller {
                id,
                customers: customers.to_vec(),
            })
            .collect();
        Ok(())
    }
}

fn account(
    kind: &str,
    name: &str,
    parent: Option<AccountId>,
    terms: Option<TermsInput>,
) -> AccountCreate {
    AccountCreate {
        parent,
        kind: kind.to_owned(),
        name: name.to_owned(),
        country: "DE".to_owned(),
        email: format!("{kind}@bench.example"),
        locale: Some("en".to_owned()),
        currency: Some("EUR".to_owned()),
        zone: Some("Europe/Berlin".to_owned()),
        tax: TaxData {
            rate: if kind == "customer" { "" } else { "19" }.to_owned(),
            name: "VAT".to_owned(),
            ..TaxData::default()
        },
        terms,
        ..AccountCreate::default()
    }
}

async fn accounts(p: &Platform, ctx: &OpCtx, drafts: &[AccountCreate]) -> Result<Vec<AccountId>> {
    let invitation = Invitation::new(p, ctx.realm)?;
    p.command(ctx, "bench.accounts", drafts, |w, drafts| {
        let invitation = invitation.clone();
        Box::pin(async move {
            let mut made = Vec::with_capacity(drafts.len());
            for draft in drafts {
                made.push(account_create_in(w, draft, &invitation).await?.account.id);
            }
            Ok(made)
        })
    })
    .await
}
