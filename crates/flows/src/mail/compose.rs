//! From an event to a letter.

use super::{Envelope, Links, account, mailbox};
use crate::document::{document_of, transfer_of};
use tradewind_accounts::types::Account;
use tradewind_billing::service::{has_default_method, invoice_get_in};
use tradewind_billing::types::{BalanceStatus, Document, DocumentKind, DunningAction};
use tradewind_documents::mail::{
    Attachment, Collection, InvoiceRef, Letter, OrderRef, OrderSummary, VendorAction,
};
use tradewind_documents::pdf;
use tradewind_fulfilment::types::{DeliveryKind, DeliveryMode};
use tradewind_kernel::id::{AccountId, InvoiceId, OrderId, SubscriptionId, number};
use tradewind_kernel::{Error, Result};
use tradewind_orders::service as orders;
use tradewind_orders::types::{Order, OrderKind, Subscription};
use tradewind_platform::{Event, Work};
use tradewind_policy::AccountKind;

/// The letter of an event; none when nobody has to be told.
pub(super) async fn compose(
    w: &mut Work,
    event: &Event,
    links: &Links,
) -> Result<Option<Envelope>> {
    let (group, what) = event.kind.split_once('.').unwrap_or_default();
    match group {
        "order" => of_order(w, event, what, links).await,
        "invoice" => of_invoice(w, event, what, links).await,
        "payment" => payment_failed(w, event, links).await,
        "subscription" => of_subscription(w, event, what, links).await,
        "pro_forma" => pro_forma(w, event).await,
        "delivery" => vendor_task(w, event, links).await,
        _ => Ok(None),
    }
}

/// Who is to be paid: the seller, or who collects for it.
async fn payee(w: &mut Work, seller: &Account, buyer: &Account) -> Result<Account> {
    match tradewind_accounts::service::collector_of(w, seller.id, buyer.id).await? {
        Some(collector) => account(w, collector).await,
        None => Ok(seller.clone()),
    }
}

/// A pro-forma invoice as it was when it was sent.
async fn pro_forma(w: &mut Work, event: &Event) -> Result<Option<Envelope>> {
    let made: tradewind_billing::types::ProForma =
        serde_json::from_value(event.data.clone()).map_err(tradewind_kernel::Error::internal)?;
    let seller = account(w, made.parties.seller.account_id).await?;
    let buyer = account(w, made.parties.buyer.account_id).await?;
    let payee = payee(w, &seller, &buyer).await?;
    let letter = Letter::ProForma {
        amount: made.document.gross,
        transfer: transfer_of(&payee, number(buyer.id)),
    };
    let printed = crate::pro_forma::printed(&made, &seller, &buyer)?;
    let attachment = Attachment {
        file_name: pdf::file_name(&printed),
        media_type: "application/pdf".to_owned(),
        bytes: pdf::render(&printed)?,
    };
    Ok(Some(Envelope {
        attachments: vec![attachment],
        ..envelope(&seller, &buyer, letter)
    }))
}

async fn of_order(
    w: &mut Work,
    event: &Event,
    what: &str,
    links: &Links,
) -> Result<Option<Envelope>> {
    let id: OrderId = parsed(&event.subject)?;
    let order = orders::order_in(w, id).await?;
    if !matches!(order.kind, OrderKind::Purchase | OrderKind::Change) {
        return Ok(None);
    }
    let (seller, customer) = (
        account(w, order.seller_id).await?,
        account(w, order.customer_id).await?,
    );
    let product = subscription_name(w, order.subscription_id).await?;
    let reference = OrderRef {
        order: number(order.id),
        product: product.clone(),
        link: links.order(order.id),
    };
    let letter = match what {
        "placed" if order.kind == OrderKind::Purchase => Letter::OrderReceived(OrderSummary {
            order: reference,
            items: items_of(w, &order).await?,
            due_today: order.due_now,
            recurring: None,
        }),
        "awaiting_approval" => {
            let to_staff = OrderRef {
                link: links.order_queue(order.id),
                ..reference
            };
            let letter = Letter::ApprovalRequested {
                order: to_staff,
                customer: customer.name.clone(),
                total: order.due_now,
            };
            return Ok(Some(envelope(&seller, &seller, letter)));
        }
        "approved" => Letter::OrderApproved(reference),
        "rejected" => Letter::OrderRejected {
            order: reference,
            reason: order.reason.clone(),
        },
        "awaiting_payment" => Letter::PaymentNeeded {
            order: reference,
            amount: order.due_now,
            transfer: transfer_of(&payee(w, &seller, &customer).await?, order.id),
        },
        "failed" => Letter::OrderFailed(reference),
        "completed" if order.kind == OrderKind::Purchase => Letter::Delivered {
            product,
            link: links.subscription(order.subscription_id),
        },
        _ => return Ok(None),
    };
    Ok(Some(envelope(&seller, &customer, letter)))
}

async fn items_of(w: &mut Work, order: &Order) -> Result<Vec<(String, String)>> {
    let items = orders::items_in(w, order.subscription_id).await?;
    Ok(items
        .into_iter()
        .map(|item| (item.code, item.quantity.normalize().to_string()))
        .collect())
}

async fn of_invoice(
    w: &mut Work,
    event: &Event,
    what: &str,
    links: &Links,
) -> Result<Option<Envelope>> {
    let id: InvoiceId = parsed(&event.subject)?;
    let document = invoice_get_in(w, id).await?;
    let head = &document.summary;
    let (seller, buyer) = (
        account(w, head.seller_id).await?,
        account(w, head.buyer_id).await?,
    );
    let link = links.invoice(head.id, buyer.kind == AccountKind::Customer);
    if what == "overdue" {
        return reminder(event, &document, &seller, &buyer, link);
    }
    let letter = match head.kind {
        DocumentKind::CreditNote => Letter::CreditNoteIssued {
            number: head.number.clone(),
            amount: head.gross,
            link,
        },
        DocumentKind::Invoice => {
            let paid = head
                .balance
                .as_ref()
                .is_some_and(|balance| balance.status != BalanceStatus::Open);
            let collection = if paid {
                Collection::Paid
            } else if has_default_method(w, buyer.id).await? {
                let method =
                    tradewind_documents::i18n::text(buyer.locale, "mail-method-card").into_owned();
                Collection::Automatic {
                    method,
                    on: head.issued_on,
                }
            } else {
                match transfer_of(&seller, &head.number) {
                    Some(to) => Collection::Transfer {
                        due: head.due_on,
                        to,
                    },
                    None => Collection::Automatic {
                        method: String::new(),
                        on: head.due_on,
                    },
                }
            };
            Letter::InvoiceIssued {
                number: head.number.clone(),
                amount: head.gross,
                collection,
                link,
            }
        }
    };
    let printed = document_of(&document, &seller, &buyer)?;
    let attachment = Attachment {
        file_name: pdf::file_name(&printed),
        media_type: "application/pdf".to_owned(),
        bytes: pdf::render(&printed)?,
    };
    Ok(Some(Envelope {
        attachments: vec![attachment],
        ..envelope(&seller, &buyer, letter)
    }))
}

fn reminder(
    event: &Event,
    document: &Document,
    seller: &Account,
    buyer: &Account,
    link: String,
) -> Result<Option<Envelope>> {
    let action: DunningAction =
        serde_json::from_value(event.data["action"].clone()).map_err(Error::internal)?;
    if action != DunningAction::Remind {
        return Ok(None);
    }
    let level = event.data["stage"]
        .as_u64()
        .and_then(|stage| u32::try_from(stage).ok())
        .unwrap_or(1)
        .max(1);
    let head = &document.summary;
    let today = crate::quote::today(event.at, &seller.zone);
    let overdue = tradewind_kernel::calendar::days_between(head.due_on, today).max(0);
    let open = head
        .balance
        .as_ref()
        .map_or(head.gross, |balance| balance.open);
    let letter = Letter::PaymentReminder {
        invoice: InvoiceRef {
            number: head.number.clone(),
            amount: open,
            link,
        },
        level,
        due: head.due_on,
        days_overdue: u32::try_from(overdue).unwrap_or(u32::MAX),
        suspension: None,
        transfer: transfer_of(seller, &head.number),
    };
    Ok(Some(envelope(seller, buyer, letter)))
}

async fn payment_failed(w: &mut Work, event: &Event, links: &Links) -> Result<Option<Envelope>> {
    let Some(invoice) = event.data.get("invoice_id").and_then(|id| id.as_str()) else {
        return Ok(None);
    };
    let document = invoice_get_in(w, parsed(invoice)?).await?;
    let head = &document.summary;
    let (seller, buyer) = (
        account(w, head.seller_id).await?,
        account(w, head.buyer_id).await?,
    );
    let reason = event
        .data
        .get("failure_code")
        .and_then(|code| code.as_str())
        .map(|code| code.replace('_', " "));
    let invoice = InvoiceRef {
        number: head.number.clone(),
        amount: head.gross,
        link: links.invoice(head.id, buyer.kind == AccountKind::Customer),
    };
    Ok(Some(envelope(
        &seller,
        &buyer,
        Letter::PaymentFailed {
            invoice,
            reason,
            next_attempt: None,
        },
    )))
}

async fn of_subscription(
    w: &mut Work,
    event: &Event,
    what: &str,
    links: &Links,
) -> Result<Option<Envelope>> {
    let subscription = orders::subscription_in(w, parsed(&event.subject)?).await?;
    let Subscription { name: product, .. } = subscription.clone();
    let link = links.subscription(subscription.id);
    let (seller, customer) = (
        account(w, subscription.seller_id).await?,
        account(w, subscription.customer_id).await?,
    );
    let today = crate::quote::today(event.at, &subscription.zone);
    let letter = match what {
        "suspended" => {
            match unpaid(w, subscription.seller_id, subscription.customer_id, links).await? {
                Some(invoice) => Letter::Suspended { product, invoice },
                None => return Ok(None),
            }
        }
        "resumed" => Letter::Resumed { product, link },
        "terminated" => Letter::Cancelled {
            product,
            last_day: today,
            ended: true,
            link,
        },
        "cancellation_scheduled" => {
            let last_day = subscription
                .cancel_on
                .map_or(Ok(today), |on| tradewind_kernel::calendar::add_days(on, -1))?;
            Letter::Cancelled {
                product,
                last_day,
                ended: false,
                link,
            }
        }
        // Who was told before the renewal is not told again after it.
        "price_changed" if flag(event, "announced") || !flag(event, "rises") => return Ok(None),
        "price_changed" | "price_rise_announced" => Letter::PriceRises {
            product,
            from: value(event, "from_on")?,
            before: value(event, "before")?,
            after: value(event, "after")?,
            usage: flag(event, "usage_rises"),
            link,
        },
        _ => return Ok(None),
    };
    Ok(Some(envelope(&seller, &customer, letter)))
}

/// A field of an event's data.
fn value<T: serde::de::DeserializeOwned>(event: &Event, name: &str) -> Result<T> {
    serde_json::from_value(event.data[name].clone()).map_err(Error::internal)
}

/// Whether a field of an event's data says yes.
fn flag(event: &Event, name: &str) -> bool {
    event.data[name].as_bool().unwrap_or_default()
}

/// The oldest invoice that a customer owes.
async fn unpaid(
    w: &mut Work,
    seller: AccountId,
    buyer: AccountId,
    links: &Links,
) -> Result<Option<InvoiceRef>> {
    let Some(id) = tradewind_billing::service::oldest_open_in(w, seller, buyer).await? else {
        return Ok(None);
    };
    let head = invoice_get_in(w, id).await?.summary;
    let amount = head
        .balance
        .as_ref()
        .map_or(head.gross, |balance| balance.open);
    Ok(Some(InvoiceRef {
        number: head.number,
        amount,
        link: links.invoice(id, true),
    }))
}

/// Work that a person at the vendor has to do.
async fn vendor_task(w: &mut Work, event: &Event, links: &Links) -> Result<Option<Envelope>> {
    let mode: DeliveryMode =
        serde_json::from_value(event.data["mode"].clone()).map_err(Error::internal)?;
    if mode != DeliveryMode::Manual {
        return Ok(None);
    }
    let kind: DeliveryKind =
        serde_json::from_value(event.data["kind"].clone()).map_err(Error::internal)?;
    let subscription = orders::subscription_in(w, field(event, "subscription_id")?).await?;
    let vendor = account(w, subscription.vendor_id).await?;
    let root = tradewind_accounts::service::root_in(w).await?;
    let provider = account(w, root).await?;
    let action = match kind {
        DeliveryKind::Provision => VendorAction::Create,
        DeliveryKind::Change => VendorAction::Change,
        DeliveryKind::Suspend => VendorAction::Suspend,
        DeliveryKind::Resume => VendorAction::Resume,
        DeliveryKind::Remove => VendorAction::Remove,
    };
    let product = tradewind_catalogue::service::product_of(w, subscription.product_id).await?;
    let letter = Letter::VendorTask {
        product: product.product.name.get(vendor.locale).to_owned(),
        // A vendor works for a subscription; who the customer of a reseller is, is not its affair.
        customer: number(subscription.id),
        delivery: event.subject.clone(),
        action,
        link: links.task(&event.subject),
    };
    Ok(Some(envelope(&provider, &vendor, letter)))
}

async fn subscription_name(w: &mut Work, id: SubscriptionId) -> Result<String> {
    Ok(orders::subscription_in(w, id).await?.name)
}

fn envelope(seller: &Account, to: &Account, letter: Letter) -> Envelope {
    Envelope {
        seller: seller.clone(),
        to: mailbox(to),
        locale: to.locale,
        letter,
        attachments: Vec::new(),
    }
}

fn field<T: std::str::FromStr<Err = Error>>(event: &Event, name: &str) -> Result<T> {
    parsed(
        event
            .data
            .get(name)
            .and_then(|value| value.as_str())
            .unwrap_or_default(),
    )
}

fn parsed<T: std::str::FromStr<Err = Error>>(text: &str) -> Result<T> {
    text.parse()
        .map_err(|error: Error| Error::internal(error.to_string()))
}
