//! Pro-forma invoices of a buyer: as a file, and by mail.

use tradewind_accounts::service as accounts;
use tradewind_billing::service::Between;
use tradewind_flows::pro_forma::{ProFormaOf, pro_forma_pdf, pro_forma_send};
use tradewind_kernel::Result;
use tradewind_kernel::id::AccountId;

use super::desk::Desk;
use crate::respond::{self, Answer, changed};
use crate::session::Id;

/// What is open between the reader's account and one of its buyers.
async fn open(desk: &Desk, buyer_id: AccountId) -> Result<ProFormaOf> {
    let seller_id = desk.account();
    let with = accounts::relationship_between(desk.p(), &desk.ctx, seller_id, buyer_id).await?;
    Ok(ProFormaOf::Open(Between {
        seller_id,
        buyer_id,
        currency: with.currency,
    }))
}

/// `GET /panel/customers/{id}/pro-forma/pdf`.
pub(crate) async fn pdf(desk: Desk, Id(buyer): Id<AccountId>) -> Answer {
    let of = open(&desk, buyer).await?;
    let (name, bytes) = pro_forma_pdf(desk.p(), &desk.ctx, of).await?;
    Ok(respond::file("application/pdf", &name, bytes))
}

/// `POST /panel/customers/{id}/pro-forma`: sends it.
pub(crate) async fn send(desk: Desk, Id(buyer): Id<AccountId>) -> Answer {
    let done = match open(&desk, buyer).await {
        Ok(of) => pro_forma_send(desk.p(), &desk.ctx, of).await,
        Err(error) => Err(error),
    };
    changed(
        &desk,
        done,
        format!("/panel/customers/{buyer}"),
        "pro-forma-sent",
    )
}
