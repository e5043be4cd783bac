//! A seller with an account at Stripe, and a customer that owes it something.

use std::sync::Arc;

use tradewind_billing::service::{PaymentGateway, PaymentPay, payment_pay};
use tradewind_billing::types::{Payment, PaymentMethod};
use tradewind_connectors::{
    Gateways, HttpClient, HttpClientConfig, SandboxGateway, SetupBegin, SetupFinish, StripeGateway,
    StripeSet, method_setup_begin, method_setup_finish, stripe_set,
};
use tradewind_kernel::Result;
use tradewind_kernel::id::{AccountId, InvoiceId};
use tradewind_platform::OpCtx;
use tradewind_testkit::TestPlatform;

use crate::sales::Market;
use crate::world::World;

/// What webhooks are signed with.
pub(crate) const WEBHOOK_SECRET: &str = "whsec_test_0123456789";

/// Tables of everything that takes part.
pub(crate) const MIGRATIONS: [&[tradewind_platform::Migration]; 7] = [
    tradewind_accounts::MIGRATIONS,
    tradewind_tax::MIGRATIONS,
    tradewind_catalogue::MIGRATIONS,
    tradewind_orders::MIGRATIONS,
    tradewind_metering::MIGRATIONS,
    tradewind_billing::MIGRATIONS,
    tradewind_connectors::MIGRATIONS,
];

pub(crate) struct Shop {
    pub(crate) market: Market,
    pub(crate) stripe: StripeGateway,
    pub(crate) gateways: Gateways,
}

impl Shop {
    /// With Stripe at an address.
    pub(crate) async fn new(platform: TestPlatform, url: &str) -> Self {
        let world = World::new(platform).await;
        let product = world.product("suite").await;
        world.prices(&product).await;
        let market = Market { world, product };
        market
            .taxed(market.world.reseller, market.world.customer, "20")
            .await;
        let config = HttpClientConfig {
            allow_private_targets: true,
        };
        let http = Arc::new(HttpClient::new(&config).expect("a client"));
        let p = market.p().clone();
        let stripe = StripeGateway::new(p.clone(), http, url, "https://shop.example");
        let sandbox = SandboxGateway::new(p, "https://shop.example/sandbox");
        let shop = Self {
            gateways: Gateways::new(sandbox, stripe.clone()),
            market,
            stripe,
        };
        shop.account(shop.market.world.reseller).await;
        shop
    }

    /// Gives a seller an account at Stripe.
    pub(crate) async fn account(&self, seller: AccountId) {
        let set = StripeSet {
            publishable_key: "pk_test_0123456789".to_owned(),
            secret_key: "sk_test_0123456789".to_owned(),
            webhook_secret: WEBHOOK_SECRET.to_owned(),
        };
        stripe_set(self.market.p(), &self.ctx().await, seller, &set)
            .await
            .expect("an account at Stripe");
    }

    pub(crate) fn gateway(&self) -> &dyn PaymentGateway {
        &self.gateways
    }

    pub(crate) async fn ctx(&self) -> OpCtx {
        self.market.world.ctx().await
    }

    /// A method of the customer, which `fills_in` gives to Stripe.
    pub(crate) async fn method<F>(&self, fills_in: impl FnOnce(String) -> F) -> PaymentMethod
    where
        F: Future<Output = ()>,
    {
        let ctx = self.ctx().await;
        let begin = SetupBegin {
            account_id: self.market.world.customer,
            seller_id: self.market.world.reseller,
        };
        let begun = method_setup_begin(&self.stripe, &ctx, &begin)
            .await
            .expect("begun");
        let finish = SetupFinish {
            account_id: begin.account_id,
            seller_id: begin.seller_id,
            setup: begun.setup.clone(),
        };
        let early = method_setup_finish(&self.stripe, &ctx, &finish).await;
        assert_eq!(early.unwrap_err().code(), "setup_open");
        fills_in(begun.setup).await;
        let kept = method_setup_finish(&self.stripe, &ctx, &finish)
            .await
            .expect("kept");
        let again = method_setup_finish(&self.stripe, &ctx, &finish)
            .await
            .expect("kept");
        assert_eq!(kept.id, again.id, "a setup is one method");
        kept
    }

    /// An invoice of 136.86.
    pub(crate) async fn invoice(&self) -> InvoiceId {
        let (customer, reseller) = (self.market.world.customer, self.market.world.reseller);
        let sold = self
            .market
            .sell(customer, reseller, "3", "2024-03-02")
            .await;
        sold.invoice.expect("an invoice")
    }

    pub(crate) async fn pay(&self, with: &PaymentMethod, hold: bool) -> Result<Payment> {
        let input = PaymentPay {
            invoice_id: self.invoice().await,
            method_id: Some(with.id),
            hold,
        };
        payment_pay(self.market.p(), &self.ctx().await, self.gateway(), &input).await
    }
}
