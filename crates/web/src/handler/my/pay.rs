//! Paying by card, and the stored cards.

use axum::extract::Path;
use tradewind_billing::{
    service::{
        MethodAdd, MethodRef, PaymentPay, invoice_get, method_add, method_list, method_remove,
        method_set_default, payment_confirm_action, payment_get, payment_pay, payments_of_invoice,
    },
    types::{Balance, BalanceStatus, CardInput, Document, Payment, PaymentMethod, PaymentState},
};
use tradewind_kernel::{
    Error, Money, Result,
    id::{InvoiceId, OrderId, PaymentId, PaymentMethodId},
};
use tradewind_orders::{
    service::order_get,
    types::{Order, OrderState},
};
use tradewind_policy::Action;

use super::{
    super::{order, shop::card_name},
    invoices,
    orders::parse as parse_order,
    stripe,
};
use crate::{
    form::Sent,
    respond::{self, Answer},
    session::{Customer, Id, Visit},
    view::{
        Page,
        dashboard::{Confirm, PayMethod, PayPage, PaymentMethodRow, PaymentMethodsPage},
        kit::Txt,
        shared::FormState,
    },
};

/// What is to be paid.
pub(in super::super) struct Due {
    /// Where the forms are sent.
    action: String,
    /// Its name and address.
    what: (Txt, String),
    amount: Money,
    /// The invoice, once there is one.
    invoice: Option<Document>,
}

impl Due {
    async fn of_invoice(visit: &Visit, id: InvoiceId) -> Result<Self> {
        let document = invoice_get(visit.p(), &visit.ctx, id).await?;
        let here = format!("/my/invoices/{id}");
        Ok(Self {
            action: format!("{here}/pay"),
            what: (document.summary.number.clone().into(), here),
            amount: invoices::open(&document.summary),
            invoice: Some(document),
        })
    }

    /// Credit that is paid in.
    pub(in super::super) fn of_credit(here: &str, visit: &Visit, amount: Money) -> Self {
        Self {
            action: here.to_owned(),
            what: (visit.t().tr("nav-credit"), here.to_owned()),
            amount,
            invoice: None,
        }
    }

    async fn of_order(visit: &Visit, id: OrderId) -> Result<(Self, OrderState)> {
        let detail = order_get(visit.p(), &visit.ctx, id).await?;
        let placed = &detail.order;
        let here = format!("/my/orders/{id}");
        let invoice = invoice_of(visit, placed).await?;
        let what = visit
            .t()
            .with("order-title", &[("number", &order::number(id))]);
        let due = Self {
            action: format!("{here}/pay"),
            what: (what, here),
            amount: invoice
                .as_ref()
                .map_or(placed.due_now, |document| invoices::open(&document.summary)),
            invoice,
        };
        Ok((due, placed.state))
    }

    fn is_settled(&self) -> bool {
        self.invoice.is_some() && self.amount.is_zero()
    }
}

/// The open invoice of an order.
async fn invoice_of(visit: &Visit, order: &Order) -> Result<Option<Document>> {
    let found = order::documents(visit, order).await?;
    let is_open = |balance: &Balance| balance.status == BalanceStatus::Open;
    let open = found
        .iter()
        .find(|one| one.balance.as_ref().is_some_and(is_open));
    match open {
        Some(open) => invoice_get(visit.p(), &visit.ctx, open.id).await.map(Some),
        None => Ok(None),
    }
}

/// The stored cards, the default first.
pub(in super::super) async fn stored(visit: &Visit) -> Result<Vec<PaymentMethod>> {
    if !visit.may_at_home(Action::PaymentMethodManage) {
        return Ok(Vec::new());
    }
    let mut methods = method_list(visit.p(), &visit.ctx, visit.account()).await?;
    methods.sort_by_key(|method| !method.is_default);
    Ok(methods)
}

async fn page(visit: &Visit, due: Due, form: FormState, waiting: Option<&Payment>) -> Result<Page> {
    let t = visit.t();
    let method = |value: Txt, label: Txt, hint: &str| PayMethod {
        value,
        label,
        hint: t.tr(hint),
    };
    let mut methods: Vec<_> = stored(visit)
        .await?
        .iter()
        .map(|one| {
            let id = one.id.to_string().into();
            method(id, card_name(visit, one), "pay-stored-now")
        })
        .collect();
    let elsewhere = stripe::keeper(visit).await?.is_some();
    if elsewhere {
        let label = t.tr("pay-at-stripe");
        methods.push(method("stripe".into(), label, "pay-at-stripe-hint"));
    } else {
        let card = t.tr("pay-new-card");
        methods.push(method("new_card".into(), card, "pay-new-card-now"));
    }
    let mut bank = Vec::new();
    if let Some(document) = &due.invoice {
        let transfer = t.tr("pay-transfer");
        methods.push(method(
            "bank_transfer".into(),
            transfer,
            "pay-transfer-hint",
        ));
        bank = invoices::bank(visit, &document.parties);
        if !bank.is_empty() {
            let number = document.summary.number.clone().into();
            bank.push((t.tr("bank-reference"), number));
        }
    }
    let page = PayPage {
        action: due.action.into(),
        what: due.what.0,
        what_href: due.what.1.into(),
        amount: due.amount,
        methods,
        confirm: waiting.map(|payment| Confirm {
            payment: payment.id.to_string().into(),
            at: at_bank(visit, payment),
        }),
        bank,
        cards: !elsewhere,
        sandbox: !elsewhere && visit.state.sandbox.is_some(),
        form,
    };
    Ok(page.page(visit.app()))
}

/// Where a payer confirms a payment; none for the bank of the sandbox, which asks here.
fn at_bank(visit: &Visit, payment: &Payment) -> Option<Txt> {
    let ours = format!("{}/sandbox/", visit.state.public_url);
    let action = payment.action.as_deref()?;
    (action.starts_with("https://") && !action.starts_with(&ours)).then(|| action.to_owned().into())
}

async fn form_of(visit: &Visit, due: Due) -> Answer {
    if due.is_settled() {
        return Ok(respond::to(due.what.1));
    }
    let waiting = match &due.invoice {
        Some(document) => payments_of_invoice(visit.p(), &visit.ctx, document.summary.id)
            .await?
            .into_iter()
            .find(|payment| payment.state == PaymentState::RequiresAction),
        None => None,
    };
    let form = FormState::of([("store", "1")]);
    respond::page(page(visit, due, form, waiting.as_ref()).await?)
}

async fn send(visit: &Visit, due: Due, sent: &Sent) -> Answer {
    if due.is_settled() {
        return Ok(respond::to(due.what.1));
    }
    let t = visit.t();
    if sent.get("method") == "bank_transfer" {
        let way = due.what.1;
        return Ok(respond::saying(way, true, &t.tr("pay-transfer-lead")));
    }
    if sent.get("method") == "stripe" {
        // Back here, where the new method can be chosen.
        return match stripe::go(visit, &due.action).await {
            Ok(response) => Ok(response),
            Err(error) => {
                let form = respond::blame(&t, sent.state(), error, card_field)?;
                respond::again(page(visit, due, form, None).await?)
            }
        };
    }
    match pay(visit, &due, sent).await {
        Ok(None) => {
            let way = due.what.1;
            Ok(respond::saying(way, true, &t.tr("pay-card-stored")))
        }
        Ok(Some(payment)) => outcome(visit, due, &payment, sent).await,
        Err(error) => {
            let form = respond::blame(&t, sent.state(), error, card_field)?;
            respond::again(page(visit, due, form, None).await?)
        }
    }
}

/// Pays with a stored card, or with a new one, which is stored first. Where no invoice has been made yet, the stored
/// card will be charged with it.
async fn pay(visit: &Visit, due: &Due, sent: &Sent) -> Result<Option<Payment>> {
    let (p, ctx, gateway) = (visit.p(), &visit.ctx, &*visit.state.gateway);
    let methods = stored(visit).await?;
    let known = methods
        .iter()
        .find(|method| method.id.to_string() == sent.get("method"));
    let (method, new) = match known {
        Some(method) => (method.id, false),
        None => (add(visit, sent, methods.is_empty()).await?.id, true),
    };
    let Some(document) = &due.invoice else {
        return Ok(None);
    };
    let input = PaymentPay {
        invoice_id: document.summary.id,
        method_id: Some(method),
        hold: false,
    };
    let payment = payment_pay(p, ctx, gateway, &input).await?;
    if new && sent.get("store") != "1" && payment.state == PaymentState::Succeeded {
        let gone = MethodRef {
            account_id: visit.account(),
            method_id: method,
        };
        method_remove(p, ctx, &gone).await?;
    }
    Ok(Some(payment))
}

async fn add(visit: &Visit, sent: &Sent, make_default: bool) -> Result<PaymentMethod> {
    let digits = |text: &str| -> String {
        text.chars()
            .filter(|letter| !matches!(letter, ' ' | '-'))
            .collect()
    };
    let input = MethodAdd {
        account_id: visit.account(),
        card: CardInput {
            number: digits(sent.get("card_number")),
            expires: sent.get("card_expiry").replace(' ', ""),
            cvc: sent.get("card_code").to_owned(),
        },
        make_default,
    };
    method_add(visit.p(), &visit.ctx, &*visit.state.gateway, &input).await
}

/// Where a fact of a card stands in the form.
fn card_field(fact: &str) -> String {
    match fact.strip_prefix("card.").unwrap_or(fact) {
        "number" => "card_number",
        "expires" => "card_expiry",
        "cvc" => "card_code",
        other => other,
    }
    .to_owned()
}

/// The page that says what became of a payment.
pub(in super::super) async fn outcome(
    visit: &Visit,
    due: Due,
    payment: &Payment,
    sent: &Sent,
) -> Answer {
    let t = visit.t();
    match payment.state {
        PaymentState::Succeeded | PaymentState::Authorised => {
            let way = due.what.1;
            Ok(respond::saying(way, true, &t.tr("pay-done")))
        }
        PaymentState::Pending => {
            let way = due.what.1;
            Ok(respond::saying(way, true, &t.tr("pay-under-way")))
        }
        PaymentState::RequiresAction => {
            let form = FormState::default();
            respond::page(page(visit, due, form, Some(payment)).await?)
        }
        PaymentState::Failed
        | PaymentState::Voided
        | PaymentState::ChargedBack
        | PaymentState::Reversed => {
            let code = payment.failure_code.as_deref().unwrap_or("card_declined");
            let mut form = sent.state();
            form.problem = Some(t.code("error", code));
            respond::again(page(visit, due, form, None).await?)
        }
    }
}

/// The payer's answer to the bank of the sandbox, and what became of the payment with it.
pub(in super::super) async fn confirm(visit: &Visit, due: Due, sent: &Sent) -> Answer {
    let id: PaymentId = sent.get("payment").parse().map_err(|_| Error::NotFound {
        kind: "payment",
        id: sent.get("payment").chars().take(60).collect(),
    })?;
    let payment = payment_get(visit.p(), &visit.ctx, id).await?;
    if payment.payer_id != visit.account() {
        return Err(Error::not_found(id).into());
    }
    if at_bank(visit, &payment).is_none()
        && let (Some(bank), Some(reference)) = (&visit.state.sandbox, &payment.reference)
    {
        match bank
            .answer(reference, sent.get("outcome") == "confirm")
            .await
        {
            // The first answer holds.
            Ok(()) | Err(Error::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let gateway = &*visit.state.gateway;
    let payment = payment_confirm_action(visit.p(), &visit.ctx, gateway, id).await?;
    outcome(visit, due, &payment, sent).await
}

pub(super) async fn invoice_form(Customer(visit): Customer, Id(id): Id<InvoiceId>) -> Answer {
    form_of(&visit, Due::of_invoice(&visit, id).await?).await
}

pub(super) async fn invoice_send(
    Customer(visit): Customer,
    Path(id): Path<String>,
    sent: Sent,
) -> Answer {
    send(&visit, Due::of_invoice(&visit, parse(&id)?).await?, &sent).await
}

pub(super) async fn invoice_confirm(
    Customer(visit): Customer,
    Path(id): Path<String>,
    sent: Sent,
) -> Answer {
    confirm(&visit, Due::of_invoice(&visit, parse(&id)?).await?, &sent).await
}

pub(super) async fn order_form(Customer(visit): Customer, Id(id): Id<OrderId>) -> Answer {
    let (due, state) = Due::of_order(&visit, id).await?;
    if !pays(state) {
        return Ok(respond::to(due.what.1));
    }
    form_of(&visit, due).await
}

pub(super) async fn order_send(
    Customer(visit): Customer,
    Path(id): Path<String>,
    sent: Sent,
) -> Answer {
    let (due, state) = Due::of_order(&visit, parse_order(&id)?).await?;
    if !pays(state) {
        return Ok(respond::to(due.what.1));
    }
    send(&visit, due, &sent).await
}

pub(super) async fn order_confirm(
    Customer(visit): Customer,
    Path(id): Path<String>,
    sent: Sent,
) -> Answer {
    let (due, _) = Due::of_order(&visit, parse_order(&id)?).await?;
    confirm(&visit, due, &sent).await
}

/// Whether an order can be paid now or will be soon.
fn pays(state: OrderState) -> bool {
    matches!(
        state,
        OrderState::Pending | OrderState::AwaitingApproval | OrderState::AwaitingPayment
    )
}

/// An id of an invoice.
fn parse(id: &str) -> Result<InvoiceId> {
    id.parse().map_err(|_| Error::NotFound {
        kind: "invoice",
        id: id.chars().take(60).collect(),
    })
}

pub(super) async fn methods(Customer(visit): Customer) -> Answer {
    respond::page(methods_page(&visit, FormState::default()).await?)
}

async fn methods_page(visit: &Visit, form: FormState) -> Result<Page> {
    let methods = method_list(visit.p(), &visit.ctx, visit.account()).await?;
    let elsewhere = stripe::keeper(visit).await?.is_some();
    let page = PaymentMethodsPage {
        rows: methods
            .iter()
            .map(|method| PaymentMethodRow {
                id: method.id.to_string().into(),
                label: card_name(visit, method),
                expires: method.expires.clone().into(),
                state: "active".into(),
                default: method.is_default,
            })
            .collect(),
        elsewhere,
        sandbox: !elsewhere && visit.state.sandbox.is_some(),
        form,
    };
    Ok(page.page(visit.app()))
}

pub(super) async fn method_new(Customer(visit): Customer, sent: Sent) -> Answer {
    match add(&visit, &sent, false).await {
        Ok(_) => {
            let text = visit.t().tr("pay-card-kept");
            Ok(respond::saying("/my/payment-methods", true, &text))
        }
        Err(error) => {
            let form = respond::blame(&visit.t(), sent.state(), error, card_field)?;
            respond::again(methods_page(&visit, form).await?)
        }
    }
}

pub(super) async fn method_default(
    Customer(visit): Customer,
    Id(id): Id<PaymentMethodId>,
) -> Answer {
    let method = MethodRef {
        account_id: visit.account(),
        method_id: id,
    };
    let outcome = method_set_default(visit.p(), &visit.ctx, &method).await;
    respond::changed(&visit, outcome, "/my/payment-methods", "said-saved")
}

pub(super) async fn method_gone(Customer(visit): Customer, Id(id): Id<PaymentMethodId>) -> Answer {
    let method = MethodRef {
        account_id: visit.account(),
        method_id: id,
    };
    let outcome = method_remove(visit.p(), &visit.ctx, &method).await;
    respond::changed(&visit, outcome, "/my/payment-methods", "said-removed")
}
