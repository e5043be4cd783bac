//! Accounts below the reader's: the list, one from all sides, and acting for it.

use axum::extract::Path;
use tradewind_accounts::service as accounts;
use tradewind_accounts::types::{
    Account, AccountCreate, AccountStatus, ActAs, Invoicer, PersonInput, Relationship,
    RelationshipSet, TermsInput,
};
use tradewind_billing::service as billing;
use tradewind_kernel::id::AccountId;
use tradewind_kernel::money::Money;
use tradewind_kernel::page::ListRequest;
use tradewind_kernel::{Error, Result, country};
use tradewind_orders::service::usable_of_customers;
use tradewind_policy::{AccountKind, Action};

use super::super::gate;
use super::super::names::{Mentions, Names};
use super::desk::{Desk, all, permit, small};
use super::{invoices, journal, orders, people, subscriptions};
use crate::form::Sent;
use crate::respond::{self, Answer, changed};
use crate::session::{Id, Parts2};
use crate::view::kit::Txt;
use crate::view::panel::{Account360Page, AccountRow, AccountView, CustomersPage, WhoInvoices};
use crate::view::shared::FormState;

/// `GET /panel/customers`.
pub(crate) async fn list(desk: Desk) -> Answer {
    let kind = match desk.term("kind") {
        term if term.is_empty() => "kind:customer,reseller,distributor".to_owned(),
        term => term,
    };
    let list = ListRequest {
        filter: all(&[&kind, &desk.search("name")]),
        sort: desk.sort(&["name"]),
        page: desk.page()?,
    };
    let found = accounts::account_list(desk.p(), &desk.ctx, &list).await?;
    let me = desk.account();
    let rows: Vec<&Account> = found.items.iter().filter(|one| one.id != me).collect();
    let owed = owed(&desk, &rows).await?;
    let customers = rows.iter().filter(|one| one.kind == AccountKind::Customer);
    let customers: Vec<AccountId> = customers.map(|one| one.id).collect();
    let counts = usable_of_customers(desk.p(), &desk.ctx, &customers).await?;
    let rows = rows.iter().zip(owed).map(|(one, open)| AccountRow {
        id: one.id.to_string().into(),
        name: one.name.clone().into(),
        kind: one.kind.as_str().into(),
        country: country::name_in(&one.country, desk.ctx.locale)
            .unwrap_or(&one.country)
            .to_owned()
            .into(),
        state: one.status.as_str().into(),
        subscriptions: counts.get(&one.id).copied().map(small),
        open,
        since: one.created_at.date_in(&desk.zone),
    });
    let page = CustomersPage {
        rows: rows.collect(),
        state: desk.list(found.next),
        add: desk.permit(Action::AccountCreateChild),
        form: FormState::default(),
        countries: gate::countries(desk.ctx.locale),
    };
    respond::page(page.page(desk.app()))
}

/// What each of these owes to the reader's account, where it buys from it.
async fn owed(desk: &Desk, found: &[&Account]) -> Result<Vec<Option<Money>>> {
    let me = desk.account();
    let direct: Vec<AccountId> = found
        .iter()
        .filter(|one| one.parent == Some(me))
        .map(|one| one.id)
        .collect();
    if !desk.may_at_home(Action::InvoiceView) {
        return Ok(vec![None; found.len()]);
    }
    let (relationships, owed) = desk
        .p()
        .read(&desk.ctx, &direct, |w, direct| {
            Box::pin(async move {
                let relationships = accounts::relationships_of_buyers(w, direct).await?;
                Ok((relationships, billing::owed_by_in(w, direct).await?))
            })
        })
        .await?;
    let of = |account: &Account| {
        let with = relationships
            .iter()
            .find(|with| with.seller == me && with.buyer == account.id)?;
        let owed = owed
            .iter()
            .find(|(id, owed)| *id == account.id && owed.currency == with.currency);
        Some(owed.map_or(Money::zero(with.currency), |(_, owed)| *owed))
    };
    Ok(found.iter().map(|one| of(one)).collect())
}

/// `POST /panel/customers`.
pub(crate) async fn add(desk: Desk, sent: Sent) -> Answer {
    let email = sent.get("email").to_owned();
    let input = AccountCreate {
        parent: Some(desk.account()),
        kind: sent.get("kind").to_owned(),
        name: sent.get("company").to_owned(),
        country: sent.get("country").to_owned(),
        email: email.clone(),
        owner: Some(PersonInput {
            name: String::new(),
            email,
            locale: None,
        }),
        ..AccountCreate::default()
    };
    match accounts::account_create(desk.p(), &desk.ctx, &input).await {
        Ok(created) => {
            let here = format!("/panel/customers/{}", created.account.id);
            changed(&desk, Ok(()), here, "account-added")
        }
        Err(error) => changed::<()>(&desk, Err(error), "/panel/customers", "account-added"),
    }
}

/// `GET /panel/customers/{id}`.
pub(crate) async fn overview(desk: Desk, Id(id): Id<AccountId>) -> Answer {
    let view = AccountView::Subscriptions(subscriptions::of_account(&desk, id).await?);
    show(desk, id, view).await
}

/// `GET /panel/customers/{id}/{view}`.
pub(crate) async fn view(desk: Desk, Path((id, view)): Parts2) -> Answer {
    let unknown = || Error::NotFound {
        kind: "page",
        id: view.clone(),
    };
    let id: AccountId = id.parse().map_err(|_| unknown())?;
    let view = match view.as_str() {
        "orders" => AccountView::Orders(orders::of_account(&desk, id).await?),
        "invoices" => AccountView::Invoices(invoices::of_buyer(&desk, id).await?),
        "users" => AccountView::Users(people::rows(&desk, id).await?),
        "activity" => AccountView::Activity(journal::recent(&desk, format!("account:{id}")).await?),
        _ => return Err(unknown().into()),
    };
    show(desk, id, view).await
}

async fn show(desk: Desk, id: AccountId, view: AccountView) -> Answer {
    let account = accounts::account_get(desk.p(), &desk.ctx, id).await?;
    let relationship = relationship(&desk, &account).await?;
    let zero = Money::zero(account.currency);
    let standing = match &relationship {
        Some(with) => {
            let between = billing::Between {
                seller_id: with.seller,
                buyer_id: with.buyer,
                currency: with.currency,
            };
            Some(billing::standing(desk.p(), &desk.ctx, &between).await?)
        }
        None => None,
    };
    let t = desk.t();
    let book = relationship.as_ref().and_then(|with| with.price_book);
    let above = match account.parent {
        Some(parent) if parent != desk.account() => {
            let names = Names::of(desk.p(), &desk.ctx, &Mentions::accounts([parent])).await?;
            vec![(
                names.account(parent),
                format!("/panel/customers/{parent}").into(),
            )]
        }
        _ => Vec::new(),
    };
    let may_act = account.id != desk.account()
        && account.status == AccountStatus::Active
        && account.kind != AccountKind::Vendor
        && desk.session()?.acting.is_none()
        && (desk.may_at_home(Action::AccountUpdate) || desk.may_at_home(Action::UserManage));
    let page = Account360Page {
        id: id.to_string().into(),
        name: account.name.clone().into(),
        kind: account.kind.as_str().into(),
        state: account.status.as_str().into(),
        above,
        address: account
            .address
            .lines(&account.country, desk.ctx.locale)
            .into_iter()
            .map(Into::into)
            .collect(),
        tax_id: account.tax.tax_id.clone().into(),
        contact: (account.email.clone().into(), Txt::default()),
        since: account.created_at.date_in(&desk.zone),
        price_book: book.map(|id| {
            (
                t.tr("c-price-book"),
                format!("/panel/price-books/{id}").into(),
            )
        }),
        terms: relationship.as_ref().map_or_else(Txt::default, |with| {
            t.count("days-to-pay", u32::from(with.payment_terms_days))
        }),
        credit_limit: relationship.as_ref().and_then(|with| with.credit_limit),
        open: standing.as_ref().map_or(zero, |standing| standing.owed),
        not_invoiced: standing
            .as_ref()
            .map_or(zero, |standing| standing.not_invoiced),
        warning: None,
        credit: standing
            .as_ref()
            .filter(|_| {
                let seller = relationship.as_ref().map(|with| with.seller);
                seller == Some(desk.account())
            })
            .map(|standing| {
                (
                    standing.credit,
                    format!("/panel/customers/{id}/credit").into(),
                )
            }),
        statement: relationship
            .as_ref()
            .filter(|with| with.seller == desk.account())
            .map(|_| format!("/panel/customers/{id}/statement").into()),
        dunning: relationship
            .as_ref()
            .filter(|with| with.seller == desk.account())
            .map(|_| format!("/panel/customers/{id}/dunning").into()),
        pro_forma: relationship.as_ref().is_some_and(|with| {
            let open = standing.as_ref().map(|standing| standing.not_invoiced);
            with.seller == desk.account()
                && open.is_some_and(|open| open.minor > 0)
                && desk.may_at_home(Action::InvoiceIssue)
        }),
        invoicing: relationship.as_ref().and_then(|with| {
            let ours = with.seller == desk.account();
            ours.then(|| {
                FormState::of([
                    ("invoicing", with.invoicing.as_str()),
                    ("invoice_day", &with.invoice_day.to_string()),
                ])
            })
        }),
        invoicer: invoicer(&desk, relationship.as_ref()).await?,
        bill: desk.permit(Action::RelationshipManage),
        act_as: permit(may_act),
        view,
    };
    respond::page(page.page(desk.app()))
}

/// On what terms it buys from the account above it, as far as the reader may know.
async fn relationship(desk: &Desk, account: &Account) -> Result<Option<Relationship>> {
    let Some(parent) = account.parent else {
        return Ok(None);
    };
    if account.id == desk.account() {
        return Ok(None);
    }
    match accounts::relationship_between(desk.p(), &desk.ctx, parent, account.id).await {
        Ok(found) => Ok(Some(found)),
        Err(Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Who invoices the account, and what the reader may make of that: the seller, and the account above it for whom it is to say that it
/// collects.
async fn invoicer(desk: &Desk, with: Option<&Relationship>) -> Result<Option<WhoInvoices>> {
    let Some(with) = with else {
        return Ok(None);
    };
    let ours = with.seller == desk.account();
    let above = || accounts::account_get(desk.p(), &desk.ctx, with.seller);
    let collector = !ours && above().await?.parent == Some(desk.account());
    let on_behalf = with.invoicer == Invoicer::OnBehalf;
    let may = desk.may_at_home(Action::RelationshipManage);
    let choices: &'static [&'static str] = if collector {
        &["self", "on_behalf", "external"]
    } else if ours && !on_behalf {
        &["self", "external"]
    } else {
        &[]
    };
    Ok(Some(WhoInvoices {
        now: with.invoicer.as_str(),
        choices: if may { choices } else { &[] },
    }))
}

/// `POST /panel/customers/{id}/invoicer`.
pub(crate) async fn set_invoicer(desk: Desk, Id(id): Id<AccountId>, sent: Sent) -> Answer {
    let here = format!("/panel/customers/{id}");
    let buyer = accounts::account_get(desk.p(), &desk.ctx, id).await?;
    let seller = buyer.parent.ok_or_else(|| Error::not_found(id))?;
    let input = RelationshipSet {
        seller,
        buyer: id,
        version: None,
        terms: TermsInput {
            invoicer: sent.some("invoicer"),
            ..TermsInput::default()
        },
    };
    let done = accounts::relationship_set(desk.p(), &desk.ctx, &input).await;
    changed(&desk, done, here, "invoicing-saved")
}

/// `POST /panel/customers/{id}/invoicing`.
pub(crate) async fn invoicing(desk: Desk, Id(id): Id<AccountId>, sent: Sent) -> Answer {
    let here = format!("/panel/customers/{id}");
    let day = sent.get("invoice_day").trim().parse();
    let day = day.map_err(|_| {
        let text = "expected a day from 1 to 28";
        Error::invalid("invoice_day", "out_of_range", text)
    });
    let done = match day {
        Ok(day) => {
            let input = RelationshipSet {
                seller: desk.account(),
                buyer: id,
                version: None,
                terms: TermsInput {
                    invoicing: sent.some("invoicing"),
                    invoice_day: Some(day),
                    ..TermsInput::default()
                },
            };
            accounts::relationship_set(desk.p(), &desk.ctx, &input).await
        }
        Err(error) => Err(error),
    };
    changed(&desk, done, here, "invoicing-saved")
}

/// `POST /panel/customers/{id}/act-as`.
pub(crate) async fn act_as(desk: Desk, Id(id): Id<AccountId>, sent: Sent) -> Answer {
    let input = ActAs {
        session: desk.session()?.session,
        account: id,
        reason: sent.get("reason").to_owned(),
    };
    let account = accounts::account_get(desk.p(), &desk.ctx, id).await?;
    match accounts::act_as_start(desk.p(), &desk.ctx, &input).await {
        Ok(_) => Ok(respond::to(match account.kind {
            AccountKind::Customer => "/my",
            AccountKind::Vendor => "/vendor",
            _ => "/panel",
        })),
        Err(error) => changed::<()>(&desk, Err(error), format!("/panel/customers/{id}"), ""),
    }
}
