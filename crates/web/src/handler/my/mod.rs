//! The customer's dashboard.

mod account;
mod certificates;
mod change;
mod home;
pub(super) mod invoices;
mod orders;
pub(super) mod pay;
mod settings;
mod stripe;
mod subscriptions;
mod upcoming;

use axum::{
    Router,
    routing::{get, post},
};

/// Its routes.
pub(super) fn routes() -> Router {
    Router::new()
        .route("/my", get(home::show))
        .route("/my/next-invoice", get(home::next_invoice))
        .route("/my/subscriptions", get(subscriptions::list))
        .route("/my/subscriptions/{id}", get(subscriptions::overview))
        .route("/my/subscriptions/{id}/usage", get(subscriptions::usage))
        .route(
            "/my/subscriptions/{id}/invoices",
            get(subscriptions::invoices),
        )
        .route(
            "/my/subscriptions/{id}/changes",
            get(subscriptions::changes),
        )
        .route(
            "/my/subscriptions/{id}/activity",
            get(subscriptions::activity),
        )
        .route(
            "/my/subscriptions/{id}/secrets/{code}",
            post(subscriptions::reveal),
        )
        .route(
            "/my/subscriptions/{id}/change",
            get(change::show).post(change::preview),
        )
        .route(
            "/my/subscriptions/{id}/change/confirm",
            post(change::confirm),
        )
        .route(
            "/my/subscriptions/{id}/cancel",
            get(change::cancel_form).post(change::cancel),
        )
        .route("/my/subscriptions/{id}/renewal", post(change::renewal))
        .route("/my/subscriptions/{id}/reference", post(change::reference))
        .route("/my/orders", get(orders::list))
        .route("/my/orders/{id}", get(orders::show))
        .route("/my/orders/{id}/cancel", post(orders::cancel))
        .route("/my/orders/{id}/retry", post(orders::retry))
        .route(
            "/my/orders/{id}/pay",
            get(pay::order_form).post(pay::order_send),
        )
        .route("/my/orders/{id}/pay/confirm", post(pay::order_confirm))
        .route("/my/invoices", get(invoices::list))
        .route("/my/invoices/{id}", get(invoices::show))
        .route("/my/invoices/{id}/pdf", get(invoices::pdf))
        .route("/my/invoices/{id}/details.csv", get(invoices::details))
        .route(
            "/my/invoices/{id}/pay",
            get(pay::invoice_form).post(pay::invoice_send),
        )
        .route("/my/invoices/{id}/pay/confirm", post(pay::invoice_confirm))
        .route(
            "/my/payment-methods",
            get(pay::methods).post(pay::method_new),
        )
        .route("/my/payment-methods/stripe", post(stripe::begin))
        .route("/my/payment-methods/stripe/done", get(stripe::done))
        .route("/my/payments/{id}/back", get(stripe::paid))
        .route(
            "/my/payment-methods/{id}/default",
            post(pay::method_default),
        )
        .route("/my/payment-methods/{id}/remove", post(pay::method_gone))
        .route("/my/users", get(account::users).post(account::invite))
        .route("/my/users/{id}", post(account::roles))
        .route("/my/api-keys", get(account::keys).post(account::key_new))
        .route("/my/api-keys/{id}/revoke", post(account::key_revoke))
        .route("/my/audit", get(account::audit))
        .route(
            "/my/certificates",
            get(certificates::list).post(certificates::hand_in),
        )
        .route("/my/settings", get(settings::show))
        .route("/my/settings/{part}", post(settings::save))
}
