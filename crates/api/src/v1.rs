//! Version 1 of the API: one file per resource, each with its `router()`.

use utoipa_axum::router::OpenApiRouter;

use crate::state::ApiState;

mod access;
mod accounts;
mod api_keys;
mod bank;
mod billing;
mod bundles;
mod card_payments;
mod categories;
mod charges;
mod clock;
mod coupons;
mod credit;
mod currency;
mod deliveries;
mod drafts;
mod dunning;
mod dunning_accounts;
mod exchange_rates;
mod invoices;
mod jobs;
mod journal;
mod ledger;
mod me;
mod members;
mod offers;
mod orders;
mod passwords;
mod payment_methods;
mod payments;
mod payout_reports;
mod plans;
mod price_books;
mod pro_forma;
mod products;
mod quotes;
mod relationships;
mod revenue;
mod self_billing;
mod sessions;
mod settlements;
mod statements;
mod storefronts;
mod stripe;
mod subscriptions;
mod tax;
mod tax_engine;
mod usage;
mod usage_imports;
mod usage_review;
mod webhooks;
mod write_offs;

/// All resources.
pub(crate) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .merge(access::router())
        .merge(accounts::router())
        .merge(api_keys::router())
        .merge(bank::router())
        .merge(billing::router())
        .merge(card_payments::router())
        .merge(categories::router())
        .merge(charges::router())
        .merge(credit::router())
        .merge(clock::router())
        .merge(bundles::router())
        .merge(coupons::router())
        .merge(deliveries::router())
        .merge(drafts::router())
        .merge(dunning::router())
        .merge(dunning_accounts::router())
        .merge(exchange_rates::router())
        .merge(invoices::router())
        .merge(jobs::router())
        .merge(journal::router())
        .merge(ledger::router())
        .merge(me::router())
        .merge(members::router())
        .merge(offers::router())
        .merge(orders::router())
        .merge(passwords::router())
        .merge(payment_methods::router())
        .merge(payments::router())
        .merge(plans::router())
        .merge(price_books::router())
        .merge(pro_forma::router())
        .merge(products::router())
        .merge(quotes::router())
        .merge(relationships::router())
        .merge(revenue::router())
        .merge(currency::router())
        .merge(sessions::router())
        .merge(statements::router())
        .merge(payout_reports::router())
        .merge(self_billing::router())
        .merge(settlements::router())
        .merge(storefronts::router())
        .merge(stripe::router())
        .merge(subscriptions::router())
        .merge(tax::router())
        .merge(tax_engine::router())
        .merge(usage::router())
        .merge(usage_imports::router())
        .merge(usage_review::router())
        .merge(webhooks::router())
        .merge(write_offs::router())
}
