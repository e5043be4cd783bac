//! Certificates by which a customer is free of a tax.

use tradewind_kernel::time::parse_date;
use tradewind_kernel::{Error, Result};
use tradewind_policy::Action;
use tradewind_tax::rules::place_name;
use tradewind_tax::service::{certificate_submit, certificates_of_buyer};
use tradewind_tax::types::CertificateSubmit;

use crate::form::Sent;
use crate::respond::{self, Answer};
use crate::session::{Customer, Visit};
use crate::view::Page;
use crate::view::dashboard::{CertificatesPage, OwnCertificate};
use crate::view::shared::FormState;

const HERE: &str = "/my/certificates";

/// `GET /my/certificates`.
pub(super) async fn list(Customer(visit): Customer) -> Answer {
    respond::page(page(&visit, FormState::default()).await?)
}

async fn page(visit: &Visit, form: FormState) -> Result<Page> {
    let found = certificates_of_buyer(visit.p(), &visit.ctx, visit.account()).await?;
    let rows = found.into_iter().map(|one| OwnCertificate {
        place: place_name(&one.place, visit.ctx.locale).to_owned().into(),
        number: one.number.into(),
        from: one.from,
        until: one.until,
        document: one.document.into(),
        state: one.state.as_str().into(),
    });
    let page = CertificatesPage {
        rows: rows.collect(),
        edit: visit.buys.is_some() && visit.may_at_home(Action::AccountUpdate),
        form,
    };
    Ok(page.page(visit.app()))
}

fn said(visit: &Visit, sent: &Sent) -> Result<CertificateSubmit> {
    let (seller, _) = visit
        .buys
        .ok_or_else(|| Error::not_found(visit.account()))?;
    Ok(CertificateSubmit {
        seller,
        buyer: visit.account(),
        place: sent.get("exempt_place").to_uppercase(),
        number: sent.get("exempt_number").to_owned(),
        from: parse_date("from", sent.get("exempt_from"))?,
        until: match sent.some("exempt_until") {
            Some(day) => Some(parse_date("until", &day)?),
            None => None,
        },
        document: sent.get("exempt_document").to_owned(),
    })
}

/// `POST /my/certificates`: it waits for the seller.
pub(super) async fn hand_in(Customer(visit): Customer, sent: Sent) -> Answer {
    let done = match said(&visit, &sent) {
        Ok(input) => certificate_submit(visit.p(), &visit.ctx, &input).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => {
            let text = visit.t().tr("exempt-handed-in");
            Ok(respond::saying(HERE, true, &text))
        }
        Err(error) => {
            let field = |fact: &str| format!("exempt_{fact}");
            let form = respond::blame(&visit.t(), sent.state(), error, field)?;
            respond::again(page(&visit, form).await?)
        }
    }
}
