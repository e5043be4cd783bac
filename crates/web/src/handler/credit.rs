//! Account credit on both sides: the buyer's page and the seller's.

use axum::{
    Router,
    extract::Path,
    routing::{get, post},
};
use tradewind_accounts::service as accounts;
use tradewind_billing::{
    service::{self as billing, CreditGive, CreditUseSet, TopUp, TopUpSet, WalletOf, payment_get},
    types::{AutoTopUp, CreditMove, PaymentState, Wallet},
};
use tradewind_kernel::{
    Error, Money, Result,
    id::{AccountId, PaymentId},
    page::PageRequest,
    time,
};
use tradewind_policy::Action;

use super::{
    my::pay,
    names::{Mentions, Names},
    order,
    panel::desk::Desk,
    shop::card_name,
};
use crate::{
    form::Sent,
    respond::{self, Answer},
    session::{Customer, Id, Visit},
    view::{
        Page,
        kit::Txt,
        shared::{CreditGrantRow, CreditMoveRow, FormState, WalletPage, WalletSide},
    },
};

/// Where a buyer's own credit is.
const MINE: &str = "/my/credit";

/// The routes of both sides.
pub(super) fn routes() -> Router {
    Router::new()
        .route("/my/credit", get(my_show))
        .route("/my/credit/{part}", post(my_do))
        .route("/panel/customers/{id}/credit", get(their_show))
        .route("/panel/customers/{id}/credit/{part}", post(their_do))
}

struct Whose {
    of: WalletOf,
    here: String,
    base: &'static str,
    under: Option<(Txt, Txt)>,
    other: Txt,
    seller: bool,
}

/// The customer and the seller above it.
async fn mine(visit: &Visit) -> Result<Whose> {
    let own = accounts::account_get(visit.p(), &visit.ctx, visit.account()).await?;
    let seller_id = own.parent.ok_or_else(|| Error::not_found(own.id))?;
    Ok(Whose {
        of: WalletOf {
            seller_id,
            buyer_id: own.id,
        },
        here: MINE.to_owned(),
        base: "/my",
        under: None,
        other: Txt::default(),
        seller: false,
    })
}

/// A buyer of the reader's account.
async fn theirs(desk: &Desk, buyer: AccountId) -> Result<Whose> {
    let account = accounts::account_get(desk.p(), &desk.ctx, buyer).await?;
    let here = format!("/panel/customers/{buyer}");
    Ok(Whose {
        of: WalletOf {
            seller_id: desk.account(),
            buyer_id: buyer,
        },
        under: Some((account.name.clone().into(), here.clone().into())),
        here: format!("{here}/credit"),
        base: "/panel",
        other: account.name.into(),
        seller: true,
    })
}

async fn page(visit: &Visit, whose: &Whose, form: FormState) -> Result<Page> {
    let (p, ctx) = (visit.p(), &visit.ctx);
    let wallet = billing::wallet_get(p, ctx, &whose.of).await?;
    let after = Some(visit.ask("after"))
        .filter(|after| !after.is_empty())
        .map(str::to_owned);
    let moves = billing::credit_moves(p, ctx, &whose.of, &PageRequest::new(None, after)?).await?;
    let side = if whose.seller {
        if visit.may_at_home(Action::PaymentRecord) {
            WalletSide::Seller
        } else {
            WalletSide::Reader
        }
    } else if visit.may_at_home(Action::PaymentPay) {
        let cards = pay::stored(visit).await?;
        let card = |one| (card_id(one), card_name(visit, one));
        WalletSide::Buyer(cards.iter().map(card).collect())
    } else {
        WalletSide::Reader
    };
    let other = if whose.seller {
        whose.other.clone()
    } else {
        let seller = Mentions::accounts([whose.of.seller_id]);
        Names::of(p, ctx, &seller)
            .await?
            .account(whose.of.seller_id)
    };
    let row = |one: &CreditMove| CreditMoveRow {
        at: one.at,
        kind: one.kind.as_str().into(),
        source: one.source.as_str().into(),
        invoice: one.invoice_id.map(|id| {
            (
                order::number(id),
                format!("{}/invoices/{id}", whose.base).into(),
            )
        }),
        amount: one.amount,
    };
    let page = WalletPage {
        here: whose.here.clone().into(),
        under: whose.under.clone(),
        other,
        balance: wallet.balance,
        currency: wallet.currency,
        usage: wallet.policy.usage.as_str().into(),
        agreed: wallet.policy.agreed,
        top_up: wallet
            .policy
            .top_up
            .as_ref()
            .map(|top_up| (top_up.below, top_up.amount)),
        grants: grants(&wallet),
        moves: moves.items.iter().map(row).collect(),
        state: visit.list(moves.next),
        side,
        form,
    };
    Ok(page.page(visit.app()))
}

fn card_id(method: &tradewind_billing::types::PaymentMethod) -> Txt {
    method.id.to_string().into()
}

fn grants(wallet: &Wallet) -> Vec<CreditGrantRow> {
    wallet
        .grants
        .iter()
        .map(|grant| CreditGrantRow {
            source: grant.source.as_str().into(),
            reason: grant.reason.clone().into(),
            expires: grant.expires_on,
            amount: grant.amount,
            left: grant.left,
            since: grant.created_at,
        })
        .collect()
}

/// The form again with what is wrong, or the page with what was done.
async fn done<T>(
    visit: &Visit,
    whose: &Whose,
    sent: &Sent,
    outcome: Result<T>,
    said: &str,
) -> Answer {
    match outcome {
        Ok(_) => Ok(respond::saying(&whose.here, true, &visit.t().tr(said))),
        Err(error) => {
            let form = respond::blame(&visit.t(), sent.state(), error, |field| match field {
                "top_up.below" => "below".to_owned(),
                "top_up.amount" => "top_up".to_owned(),
                field => field.to_owned(),
            })?;
            respond::again(page(visit, whose, form).await?)
        }
    }
}

/// `GET /my/credit`.
async fn my_show(Customer(visit): Customer) -> Answer {
    let whose = mine(&visit).await?;
    respond::page(page(&visit, &whose, FormState::default()).await?)
}

/// `POST /my/credit/{part}`: pays in, sets paying in by itself, or goes on with a payment that had to be confirmed.
async fn my_do(Customer(visit): Customer, Path(part): Path<String>, sent: Sent) -> Answer {
    let whose = mine(&visit).await?;
    match part.as_str() {
        "top-up" => top_up(&visit, &whose, &sent).await,
        "auto" => {
            let outcome = auto(&visit, &whose, &sent).await;
            done(&visit, &whose, &sent, outcome, "said-saved").await
        }
        "confirm" => {
            let id: PaymentId = sent.get("payment").parse()?;
            let payment = payment_get(visit.p(), &visit.ctx, id).await?;
            let due = pay::Due::of_credit(MINE, &visit, payment.amount);
            pay::confirm(&visit, due, &sent).await
        }
        _ => Err(unknown(&part).into()),
    }
}

fn unknown(part: &str) -> Error {
    Error::NotFound {
        kind: "page",
        id: part.chars().take(60).collect(),
    }
}

async fn top_up(visit: &Visit, whose: &Whose, sent: &Sent) -> Answer {
    let (p, ctx) = (visit.p(), &visit.ctx);
    let currency = billing::wallet_get(p, ctx, &whose.of).await?.currency;
    let paid = match Money::parse_amount("amount", sent.get("amount"), currency) {
        Ok(amount) => {
            let input = TopUp {
                seller_id: whose.of.seller_id,
                buyer_id: whose.of.buyer_id,
                amount,
                method_id: sent.get("method").parse().ok(),
            };
            billing::credit_top_up(p, ctx, &*visit.state.gateway, &input).await
        }
        Err(error) => Err(error),
    };
    match paid {
        Ok(payment) if payment.state == PaymentState::RequiresAction => {
            let due = pay::Due::of_credit(MINE, visit, payment.amount);
            pay::outcome(visit, due, &payment, sent).await
        }
        Ok(payment) if payment.state == PaymentState::Failed => {
            let code = payment.failure_code.as_deref().unwrap_or("card_declined");
            let mut form = sent.state();
            form.problem = Some(visit.t().code("error", code));
            respond::again(page(visit, whose, form).await?)
        }
        outcome => done(visit, whose, sent, outcome, "credit-topped-up").await,
    }
}

async fn auto(visit: &Visit, whose: &Whose, sent: &Sent) -> Result<()> {
    let (p, ctx) = (visit.p(), &visit.ctx);
    let currency = billing::wallet_get(p, ctx, &whose.of).await?.currency;
    let top_up = match (sent.some("below"), sent.some("top_up")) {
        (None, None) => None,
        (below, amount) => Some(AutoTopUp {
            below: Money::parse_amount("below", &below.unwrap_or_default(), currency)?,
            amount: Money::parse_amount("top_up", &amount.unwrap_or_default(), currency)?,
            method_id: None,
        }),
    };
    let input = TopUpSet {
        seller_id: whose.of.seller_id,
        buyer_id: whose.of.buyer_id,
        top_up,
    };
    billing::credit_top_up_set(p, ctx, &input).await
}

/// `GET /panel/customers/{id}/credit`.
async fn their_show(desk: Desk, Id(id): Id<AccountId>) -> Answer {
    let whose = theirs(&desk, id).await?;
    respond::page(page(&desk, &whose, FormState::default()).await?)
}

/// `POST /panel/customers/{id}/credit/{part}`: gives credit, or says when it is used.
async fn their_do(desk: Desk, Path((id, part)): Path<(String, String)>, sent: Sent) -> Answer {
    let id: AccountId = id.parse().map_err(|_| unknown(&id))?;
    let whose = theirs(&desk, id).await?;
    match part.as_str() {
        "give" => {
            let outcome = give(&desk, &whose, &sent).await;
            done(&desk, &whose, &sent, outcome, "credit-given").await
        }
        "use" => {
            let input = CreditUseSet {
                seller_id: whose.of.seller_id,
                buyer_id: Some(id),
                usage: sent.get("use").parse().ok(),
            };
            let outcome = billing::credit_use_set(desk.p(), &desk.ctx, &input).await;
            done(&desk, &whose, &sent, outcome, "said-saved").await
        }
        _ => Err(unknown(&part).into()),
    }
}

async fn give(visit: &Visit, whose: &Whose, sent: &Sent) -> Result<()> {
    let (p, ctx) = (visit.p(), &visit.ctx);
    let currency = billing::wallet_get(p, ctx, &whose.of).await?.currency;
    let input = CreditGive {
        seller_id: whose.of.seller_id,
        buyer_id: whose.of.buyer_id,
        amount: Money::parse_amount("amount", sent.get("amount"), currency)?,
        priority: None,
        expires_on: sent
            .some("expires_on")
            .map(|text| time::parse_date("expires_on", &text))
            .transpose()?,
        reason: sent.get("reason").to_owned(),
    };
    billing::credit_give(p, ctx, &input).await.map(drop)
}
