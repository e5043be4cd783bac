//! Pages of sellers: provider, distributor and resellers.

mod account_dunning;
mod bank;
mod bank_entry;
mod bank_mappings;
mod books;
mod bundles;
mod corrections;
mod coupons;
mod credit_notes;
mod currency;
mod customers;
mod deliveries;
pub(super) mod desk;
mod drafts;
mod dunning;
mod exchange_rates;
mod home;
mod invoices;
mod journal;
mod late_usage;
mod operations;
mod orders;
mod payments;
mod people;
mod price_books;
mod price_fill;
mod price_form;
mod price_models;
mod price_plans;
mod price_policies;
mod price_preview;
mod price_revision;
mod price_rows;
mod pro_forma;
mod product_parts;
mod products;
mod reductions;
mod refunds;
mod reminders;
mod revenue;
mod runs;
mod stripe;
mod subscriptions;
pub(super) mod tasks;
mod tax;
mod tax_engine;
mod usage;
mod webhooks;
mod write_offs;

use super::{payout_reports, settlements};
use axum::Router;
use axum::routing::{get, post};

/// Their routes.
pub(super) fn routes() -> Router {
    Router::new()
        .route("/panel", get(home::show))
        .merge(trade())
        .merge(prices())
        .merge(money())
        .merge(drafts::routes())
        .merge(operation())
        .merge(shared("/panel"))
}

fn trade() -> Router {
    Router::new()
        .route("/panel/orders", get(orders::list))
        .route("/panel/orders/{id}", get(orders::show))
        .route("/panel/orders/{id}/approve", post(orders::approve))
        .route("/panel/orders/{id}/reject", post(orders::reject))
        .route("/panel/orders/{id}/retry", post(orders::retry))
        .route("/panel/orders/{id}/cancel", post(orders::cancel))
        .route(
            "/panel/customers",
            get(customers::list).post(customers::add),
        )
        .route("/panel/customers/{id}", get(customers::overview))
        .route("/panel/customers/{id}/{view}", get(customers::view))
        .route("/panel/customers/{id}/act-as", post(customers::act_as))
        .route("/panel/customers/{id}/pro-forma/pdf", get(pro_forma::pdf))
        .route("/panel/customers/{id}/pro-forma", post(pro_forma::send))
        .route(
            "/panel/customers/{id}/invoicer",
            post(customers::set_invoicer),
        )
        .route(
            "/panel/customers/{id}/invoicing",
            post(customers::invoicing),
        )
        .route(
            "/panel/subscriptions/{id}/suspend",
            post(subscriptions::suspend),
        )
        .route(
            "/panel/subscriptions/{id}/resume",
            post(subscriptions::resume),
        )
        .route(
            "/panel/subscriptions/{id}/reference",
            post(subscriptions::reference),
        )
}

fn prices() -> Router {
    Router::new()
        .route(
            "/panel/price-books",
            get(price_books::list).post(price_books::add),
        )
        .route("/panel/price-books/{id}", get(price_books::show))
        .route(
            "/panel/price-books/{id}/edit",
            get(price_books::edit).post(price_books::save),
        )
        .route(
            "/panel/price-books/{id}/price",
            get(price_models::show).post(price_models::change),
        )
        .route("/panel/price-books/{id}/plan", post(price_plans::change))
        .route("/panel/bundles", get(bundles::list).post(bundles::add))
        .route("/panel/bundles/new", get(bundles::fresh))
        .route("/panel/bundles/preview", post(bundles::preview))
        .route(
            "/panel/bundles/{id}",
            get(bundles::show).post(bundles::save),
        )
        .route("/panel/bundles/{id}/end", post(bundles::end))
        .route("/panel/coupons", get(coupons::list).post(coupons::add))
        .route("/panel/coupons/new", get(coupons::fresh))
        .route(
            "/panel/coupons/{id}",
            get(coupons::show).post(coupons::save),
        )
        .route("/panel/coupons/{id}/end", post(coupons::end))
}

fn money() -> Router {
    Router::new()
        .route("/panel/invoices", get(invoices::issued))
        .route("/panel/invoices/received", get(invoices::received))
        .route("/panel/invoices/{id}", get(invoices::show))
        .route("/panel/invoices/{id}/pdf", get(invoices::pdf))
        .route("/panel/invoices/{id}/details.csv", get(invoices::details))
        .route("/panel/invoices/{id}/payments", post(invoices::record))
        .route("/panel/invoices/{id}/dunning", post(reminders::pause))
        .route(
            "/panel/invoices/{id}/dunning/resume",
            post(reminders::resume),
        )
        .route(
            "/panel/invoices/{id}/credit",
            get(credit_notes::form).post(credit_notes::issue),
        )
        .route("/panel/invoices/{id}/reissue", post(credit_notes::reissue))
        .route(
            "/panel/invoices/{id}/write-off",
            get(write_offs::form).post(write_offs::save),
        )
        .route(
            "/panel/refunds/{id}",
            get(refunds::form).post(refunds::record),
        )
        .route(
            "/panel/subscriptions/{id}/correct",
            get(corrections::form).post(corrections::preview),
        )
        .route(
            "/panel/subscriptions/{id}/correct/confirm",
            post(corrections::confirm),
        )
        .route("/panel/dunning", get(dunning::show).post(dunning::save))
        .route("/panel/dunning/retries", post(dunning::save_retries))
        .route("/panel/dunning/classes", post(dunning::add_class))
        .route(
            "/panel/dunning/classes/{code}",
            get(dunning::show_class).post(dunning::save_class),
        )
        .route(
            "/panel/dunning/classes/{code}/remove",
            post(dunning::remove_class),
        )
        .merge(account_dunning::routes())
        .route("/panel/payments", get(invoices::payments))
        .route("/panel/stripe", get(stripe::show).post(stripe::save))
        .route("/panel/stripe/test", post(stripe::test))
        .route("/panel/stripe/remove", post(stripe::remove))
        .route("/panel/payments/new", get(invoices::payment_form))
        .route("/panel/bank", get(bank::list).post(bank::import))
        .route("/panel/bank/match", post(bank::match_again))
        .route(
            "/panel/bank/mappings",
            get(bank_mappings::list).post(bank_mappings::save),
        )
        .route("/panel/bank/{id}", get(bank_entry::show))
        .route("/panel/bank/{id}/{act}", post(bank_entry::act))
        .route("/panel/payments/{id}", get(payments::show))
        .route("/panel/payments/{id}/{act}", post(payments::act))
        .route("/panel/usage", get(usage::list).post(usage::import))
        .route("/panel/usage/held", get(usage::held).post(usage::assign))
        .route(
            "/panel/usage/late",
            get(late_usage::list).post(late_usage::decide),
        )
        .route("/panel/usage/late/window", post(late_usage::save_window))
        .route("/panel/billing-runs", get(runs::list).post(runs::begin))
        .route("/panel/billing-runs/{id}", get(runs::show))
        .route("/panel/tax", get(tax::show).post(tax::save))
        .route("/panel/tax/registrations", post(tax::register))
        .route("/panel/tax/registrations/{place}", post(tax::unregister))
        .route("/panel/tax/certificates/{id}/{act}", post(tax::decide))
        .route(
            "/panel/tax/engine",
            get(tax_engine::show).post(tax_engine::save),
        )
        .route("/panel/tax/engine/ask", post(tax_engine::ask))
        .route("/panel/tax/engine/remove", post(tax_engine::remove))
        .route("/panel/tax/rates", get(tax::rates).post(tax::replace))
        .route("/panel/settlements", get(settlements::list))
        .route("/panel/settlements/run", post(settlements::run))
        .route("/panel/settlements/order", post(settlements::order))
        .route(
            "/panel/settlements/policy",
            get(settlements::policy).post(settlements::save_policy),
        )
        .route(
            "/panel/settlements/answers",
            get(payout_reports::list).post(payout_reports::import),
        )
        .route(
            "/panel/settlements/answers/{id}/{no}",
            post(payout_reports::looked),
        )
        .route("/panel/settlements/files/{id}", get(settlements::file))
        .route("/panel/settlements/{id}", get(settlements::show))
        .route("/panel/settlements/{id}/charges.csv", get(settlements::csv))
        .route("/panel/settlements/{id}/pdf", get(settlements::pdf))
        .route(
            "/panel/settlements/{id}/papers/{kind}",
            get(settlements::paper),
        )
        .route("/panel/settlements/{id}/agree", post(settlements::agree))
        .route("/panel/settlements/{id}/{act}", post(settlements::act))
        .route(
            "/panel/exchange-rates",
            get(exchange_rates::list).post(exchange_rates::add),
        )
        .route("/panel/exchange-rates/import", post(exchange_rates::import))
        .route("/panel/ledger", get(operations::ledger))
        .route("/panel/ledger/export", get(operations::ledger_export))
        .route(
            "/panel/ledger/revenue",
            get(revenue::show).post(revenue::save),
        )
        .route(
            "/panel/ledger/currency",
            get(currency::show).post(currency::save),
        )
        .route("/panel/ledger/currency.csv", get(currency::lines))
        .route("/panel/ledger/revenue.csv", get(revenue::csv))
        .route("/panel/ledger/revenue-lines.csv", get(revenue::lines))
        .route("/panel/ledger/months", get(books::months))
        .route("/panel/ledger/months/{act}", post(books::act))
        .route("/panel/ledger/chart", get(books::chart).post(books::number))
}

fn operation() -> Router {
    Router::new()
        .route("/panel/tasks", get(tasks::list))
        .route("/panel/jobs", get(operations::job_list))
        .route("/panel/jobs/{id}/retry", post(operations::job_retry))
        .route("/panel/events", get(journal::events))
        .route("/panel/mails", get(operations::mails))
        .route("/panel/mails/{id}", get(operations::mail))
}

/// What sellers and vendors have alike, below the home of each.
pub(super) fn shared(base: &str) -> Router {
    let at = |rest: &str| format!("{base}{rest}");
    Router::new()
        .route(&at("/subscriptions"), get(subscriptions::list))
        .route(&at("/subscriptions/{id}"), get(subscriptions::overview))
        .route(&at("/subscriptions/{id}/{view}"), get(subscriptions::view))
        .route(&at("/products"), get(products::list).post(products::create))
        .route(&at("/products/new"), get(products::fresh))
        .route(
            &at("/products/{id}"),
            get(products::show).post(products::update),
        )
        .route(&at("/products/{id}/publish"), post(products::publish))
        .route(&at("/products/{id}/withdraw"), post(products::withdraw))
        .route(
            &at("/products/{id}/plans/{plan}"),
            post(product_parts::plan),
        )
        .route(
            &at("/products/{id}/plans/{plan}/items/{item}"),
            post(product_parts::item),
        )
        .route(
            &at("/products/{id}/parameters/{parameter}"),
            post(product_parts::parameter),
        )
        .route(&at("/users"), get(people::users).post(people::invite))
        .route(&at("/users/{id}"), post(people::set_roles))
        .route(&at("/api-keys"), get(people::keys).post(people::key_make))
        .route(&at("/api-keys/{id}/revoke"), post(people::key_revoke))
        .route(&at("/tasks/{id}"), get(tasks::show))
        .route(&at("/tasks/{id}/succeed"), post(tasks::succeed))
        .route(&at("/tasks/{id}/fail"), post(tasks::fail))
        .route(&at("/deliveries"), get(deliveries::list))
        .route(&at("/deliveries/{id}"), get(deliveries::show))
        .route(&at("/deliveries/{id}/retry"), post(deliveries::retry))
        .route(&at("/webhooks"), get(webhooks::list).post(webhooks::add))
        .route(&at("/webhooks/{id}/test"), post(webhooks::test))
        .route(&at("/webhooks/{id}/rotate"), post(webhooks::rotate))
        .route(&at("/webhooks/{id}/remove"), post(webhooks::remove))
        .route(&at("/audit"), get(journal::audit))
}
