//! Billing up to a date.

use tradewind_billing::service as billing;
use tradewind_kernel::time::parse_date;
use tradewind_policy::Action;

use super::desk::{Desk, permit};
use crate::form::Sent;
use crate::respond::{self, Answer};
use crate::view::panel::BillingRunsPage;
use crate::view::shared::FormState;

fn page(desk: &Desk, form: FormState) -> BillingRunsPage {
    BillingRunsPage {
        rows: Vec::new(),
        state: desk.list(None),
        // A run goes through all of the realm, so only its provider begins one.
        begin: permit(
            desk.account() == desk.realm.root_account && desk.may_at_home(Action::InvoiceIssue),
        ),
        form,
        moving: false,
    }
}

/// `GET /panel/billing-runs`.
pub(crate) async fn show(desk: Desk) -> Answer {
    let form = FormState::of([("until", &desk.today().to_string())]);
    respond::page(page(&desk, form).page(desk.app()))
}

/// `POST /panel/billing-runs`.
pub(crate) async fn begin(desk: Desk, sent: Sent) -> Answer {
    let done = match parse_date("until", sent.get("until")) {
        Ok(until) => billing::bill(desk.p(), &desk.ctx, until, |_| {}).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(report) => {
            let t = desk.t();
            let text = t.with(
                "run-report",
                &[
                    ("subscriptions", &report.subscriptions.to_string()),
                    ("charges", &report.charges.to_string()),
                    ("documents", &report.documents.to_string()),
                    ("problems", &report.problems.len().to_string()),
                ],
            );
            let good = report.problems.is_empty();
            Ok(respond::saying("/panel/billing-runs", good, &text))
        }
        Err(error) => {
            let form = respond::wrong(&desk.t(), sent.state(), error)?;
            respond::again(page(&desk, form).page(desk.app()))
        }
    }
}
