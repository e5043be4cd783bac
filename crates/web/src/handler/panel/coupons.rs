//! Coupons and promotions: what sellers take off their prices.

use std::str::FromStr;

use tradewind_accounts::service as accounts;
use tradewind_flows::coupon::{CouponReport, coupon_report, coupon_reports, redemption_reports};
use tradewind_kernel::id::{AccountId, CouponId, ItemId, PlanId, ProductId};
use tradewind_kernel::page::{ListRequest, PageRequest};
use tradewind_kernel::{Currency, Error, Money, Problems, Result};
use tradewind_orders::service as orders;
use tradewind_orders::types::{
    Benefit, Coupon, CouponCreate, CouponInput, CouponLimits, CouponState, CouponUpdate, Covers,
    DiscountScope,
};
use tradewind_policy::Action;

use super::super::names::{Mentions, Names};
use super::desk::{Desk, all, permit};
use super::reductions::{
    benefit, benefit_shown, currency, name, prefer, shown, sold, text_in, validity, whole,
};
use crate::form::Sent;
use crate::respond::{self, Answer, changed};
use crate::session::Id;
use crate::view::Tr;
use crate::view::kit::Txt;
use crate::view::panel::{CouponPage, CouponRow, CouponsPage, RedemptionRow};
use crate::view::shared::FormState;

/// The field of what a coupon names already.
const SCOPES: &str = "coupon_scopes";
/// The field of the customers that it names already.
const CUSTOMERS: &str = "coupon_customers";

/// `GET /panel/coupons`.
pub(crate) async fn list(desk: Desk) -> Answer {
    let wanted = ListRequest {
        filter: all(&[&desk.term("kind"), &desk.search("code").to_lowercase()]),
        sort: String::new(),
        page: desk.page()?,
    };
    let found = coupon_reports(desk.p(), &desk.ctx, &wanted).await?;
    let sellers = found.items.iter().map(|one| one.view.coupon.seller_id);
    let names = Names::of(desk.p(), &desk.ctx, &Mentions::accounts(sellers)).await?;
    let page = CouponsPage {
        rows: found
            .items
            .iter()
            .map(|one| row(&desk, &names, one))
            .collect(),
        state: desk.list(found.next),
        add: desk.permit(Action::PriceBookManage),
    };
    respond::page(page.page(desk.app()))
}

fn row(desk: &Desk, names: &Names, report: &CouponReport) -> CouponRow {
    let t = desk.t();
    let coupon = &report.view.coupon;
    let costs: Vec<Txt> = report.cost.iter().map(|cost| t.money(*cost)).collect();
    let cost: Txt = if costs.is_empty() {
        "–".into()
    } else {
        costs.join(" + ").into()
    };
    CouponRow {
        id: coupon.id.to_string().into(),
        name: coupon.terms.name.get(desk.ctx.locale).to_owned().into(),
        code: coupon.terms.code.clone().map(Txt::from),
        gives: gives(&t, coupon),
        seller: (coupon.seller_id != desk.account()).then(|| names.account(coupon.seller_id)),
        state: match report.view.state {
            CouponState::Upcoming => "planned",
            CouponState::Ended => "withdrawn",
            state => state.as_str(),
        }
        .into(),
        until: coupon.limits.valid_until,
        redemptions: (report.view.redemptions, coupon.limits.max_redemptions),
        cost: (cost, coupon.limits.budget.map(|budget| t.money(budget))),
    }
}

/// What a coupon gives, and for how long.
fn gives(t: &Tr, coupon: &Coupon) -> Txt {
    let what = match &coupon.terms.benefit {
        Benefit::Percentage { percent } => {
            t.with("coupon-off", &[("value", &t.percent(percent.normalize()))])
        }
        Benefit::Amount { amount } => t.with("coupon-off", &[("value", &t.money(*amount))]),
        Benefit::PriceOverride { amount } => t.with("coupon-for", &[("value", &t.money(*amount))]),
        Benefit::TrialExtension { days } => return t.count("coupon-trial-days", *days),
    };
    match coupon.terms.periods {
        Some(periods) => format!("{what} · {}", t.count("coupon-for-periods", periods)).into(),
        None => what,
    }
}

/// `GET /panel/coupons/new`.
pub(crate) async fn fresh(desk: Desk) -> Answer {
    let page = editor(&desk, None, FormState::default()).await?;
    respond::page(page.page(desk.app()))
}

/// `GET /panel/coupons/{id}`.
pub(crate) async fn show(desk: Desk, Id(id): Id<CouponId>) -> Answer {
    let report = coupon_report(desk.p(), &desk.ctx, id).await?;
    let form = form_of(&report.view.coupon);
    let page = editor(&desk, Some(report), form).await?;
    respond::page(page.page(desk.app()))
}

async fn editor(
    desk: &Desk,
    report: Option<CouponReport>,
    mut form: FormState,
) -> Result<CouponPage> {
    let mut redeemed = Vec::new();
    if let Some(report) = &report {
        let latest = ListRequest {
            page: PageRequest::new(Some(50), None)?,
            ..ListRequest::default()
        };
        let id = report.view.coupon.id;
        redeemed = redemption_reports(desk.p(), &desk.ctx, id, &latest)
            .await?
            .items;
    }
    let own = report
        .as_ref()
        .is_none_or(|report| report.view.coupon.seller_id == desk.account());
    let open = report
        .as_ref()
        .is_none_or(|report| report.view.coupon.ended_at.is_none());
    let may = own && open && desk.may_at_home(Action::PriceBookManage);
    let coupon = report.as_ref().map(|report| &report.view.coupon);
    let picked = sent_ids(&form, CUSTOMERS);
    let mut mentions = Mentions::accounts(
        redeemed
            .iter()
            .map(|one| one.redemption.customer_id)
            .chain(coupon.map(|coupon| coupon.seller_id))
            .chain(
                coupon
                    .into_iter()
                    .flat_map(|one| one.limits.customers.clone()),
            )
            .chain(picked.iter().copied()),
    )
    .subscriptions(redeemed.iter().map(|one| one.redemption.subscription_id));
    let (prices, sold) = if may {
        sold(desk).await?
    } else {
        Default::default()
    };
    let customers = if may {
        customers(desk).await?
    } else {
        Vec::new()
    };
    prefer(&mut form, prices);
    mentions = mentions.products(sold.iter().copied());
    let names = Names::of(desk.p(), &desk.ctx, &mentions).await?;
    let t = desk.t();
    let redemptions = redeemed.iter().map(|one| {
        let redemption = &one.redemption;
        let (customer, subscription) = (redemption.customer_id, redemption.subscription_id);
        RedemptionRow {
            at: redemption.redeemed_at,
            customer: (
                names.account(customer),
                format!("/panel/customers/{customer}").into(),
            ),
            subscription: (
                names.subscribed(subscription),
                format!("/panel/subscriptions/{subscription}").into(),
            ),
            cost: one.cost.map(|cost| t.money(cost)),
            given_back: redemption.given_back_at.is_some(),
        }
    });
    let scopes = scopes(desk, &names, &sold);
    Ok(CouponPage {
        redemptions: redemptions.collect(),
        row: report.as_ref().map(|report| row(desk, &names, report)),
        edit: permit(may),
        end: permit(may && report.is_some()),
        named: named(&scopes, &form),
        scopes,
        named_customers: picked
            .iter()
            .map(|id| (id.to_string().into(), names.account(*id)))
            .collect(),
        only_for: coupon.map_or_else(Vec::new, |coupon| {
            let customers = coupon.limits.customers.iter();
            customers.map(|id| names.account(*id)).collect()
        }),
        customers,
        currencies: Currency::all().map(|one| one.code().into()).collect(),
        form,
    })
}

/// The first customers of the seller by their names; of very many, the others are named over the API.
async fn customers(desk: &Desk) -> Result<Vec<(Txt, Txt)>> {
    let wanted = ListRequest {
        filter: format!("kind:customer status:active parent:{}", desk.account()),
        sort: "name".to_owned(),
        page: PageRequest::new(Some(200), None)?,
    };
    let found = accounts::account_list(desk.p(), &desk.ctx, &wanted).await?;
    let customers = found.items.into_iter();
    Ok(customers
        .map(|one| (one.id.to_string().into(), one.name.into()))
        .collect())
}

/// The accounts that a field of a form names.
fn sent_ids(form: &FormState, field: &str) -> Vec<AccountId> {
    let values = form.values.iter().filter(|(name, _)| name == field);
    values.filter_map(|(_, id)| id.parse().ok()).collect()
}

/// What a coupon names already, each with its name.
fn named(scopes: &[(Txt, Txt)], form: &FormState) -> Vec<(Txt, Txt)> {
    let ids = form.values.iter().filter(|(name, _)| name == SCOPES);
    ids.map(|(_, id)| {
        let known = scopes.iter().find(|(value, _)| **value == *id);
        let name = known.map_or_else(|| id.clone().into(), |(_, name)| name.clone());
        (id.clone().into(), name)
    })
    .collect()
}

/// Nothing more, each product, each of its plans, and each item.
fn scopes(desk: &Desk, names: &Names, sold: &[ProductId]) -> Vec<(Txt, Txt)> {
    let (t, locale) = (desk.t(), desk.ctx.locale);
    let mut all = vec![(Txt::default(), t.tr("coupon-scope-all"))];
    for product in sold.iter().filter_map(|id| names.detail(*id)) {
        let name = product.product.name.get(locale);
        all.push((
            product.product.id.to_string().into(),
            name.to_owned().into(),
        ));
        for plan in &product.plans {
            let plan_name = format!("{name} · {}", plan.name.get(locale));
            all.push((plan.id.to_string().into(), plan_name.clone().into()));
            for item in &plan.items {
                let item_name = format!("{plan_name} · {}", item.name.get(locale));
                all.push((item.id.to_string().into(), item_name.into()));
            }
        }
    }
    all
}

fn form_of(coupon: &Coupon) -> FormState {
    let (terms, limits) = (&coupon.terms, &coupon.limits);
    let (gives, value) = benefit_shown(&terms.benefit);
    let currency = terms
        .benefit
        .currency()
        .or(limits.budget.map(|budget| budget.currency));
    let scope = &terms.scope;
    let products = scope.products.iter().map(ToString::to_string);
    let plans = scope.plans.iter().map(ToString::to_string);
    let items = scope.items.iter().map(ToString::to_string);
    let named: Vec<String> = products.chain(plans).chain(items).collect();
    let new_only = if limits.new_customers_only { "1" } else { "" };
    let mut form = FormState::of([
        ("version", &coupon.version.to_string()),
        ("name_en", &text_in(&terms.name, "en")),
        ("name_de", &text_in(&terms.name, "de")),
        ("coupon_code", terms.code.as_deref().unwrap_or_default()),
        ("gives", gives),
        ("gives_value", &value),
        ("currency", currency.map_or("", |one| one.code())),
        ("coupon_covers", scope.covers.as_str()),
        ("coupon_periods", &shown(terms.periods)),
        (
            "budget",
            &limits.budget.map_or_else(String::new, |one| one.amount()),
        ),
        ("valid_from", &shown(limits.valid_from)),
        ("valid_until", &shown(limits.valid_until)),
        ("max_redemptions", &shown(limits.max_redemptions)),
        ("max_per_customer", &shown(limits.max_per_customer)),
        ("new_customers_only", new_only),
    ]);
    let named = named.into_iter().map(|id| (SCOPES.to_owned(), id));
    form.values.extend(named);
    let customers = limits.customers.iter();
    let customers = customers.map(|id| (CUSTOMERS.to_owned(), id.to_string()));
    form.values.extend(customers);
    form
}

/// `POST /panel/coupons`.
pub(crate) async fn add(desk: Desk, sent: Sent) -> Answer {
    let made = match input(&sent) {
        Ok(input) => {
            let create = CouponCreate {
                seller_id: desk.account(),
                input,
            };
            orders::coupon_create(desk.p(), &desk.ctx, &create).await
        }
        Err(error) => Err(error),
    };
    match made {
        Ok(view) => {
            let here = format!("/panel/coupons/{}", view.coupon.id);
            changed(&desk, Ok(()), here, "coupon-saved")
        }
        Err(error) => {
            let form = respond::blame(&desk.t(), sent.state(), error, field)?;
            respond::again(editor(&desk, None, form).await?.page(desk.app()))
        }
    }
}

/// `POST /panel/coupons/{id}`.
pub(crate) async fn save(desk: Desk, Id(id): Id<CouponId>, sent: Sent) -> Answer {
    let report = coupon_report(desk.p(), &desk.ctx, id).await?;
    let saved = match input(&sent) {
        Ok(input) => {
            let update = CouponUpdate {
                id,
                version: sent.get("version").parse().ok(),
                input,
            };
            orders::coupon_update(desk.p(), &desk.ctx, &update).await
        }
        Err(error) => Err(error),
    };
    match saved {
        Ok(_) => changed(
            &desk,
            Ok(()),
            format!("/panel/coupons/{id}"),
            "coupon-saved",
        ),
        Err(error) => {
            let form = respond::blame(&desk.t(), sent.state(), error, field)?;
            respond::again(editor(&desk, Some(report), form).await?.page(desk.app()))
        }
    }
}

/// `POST /panel/coupons/{id}/end`.
pub(crate) async fn end(desk: Desk, Id(id): Id<CouponId>) -> Answer {
    let ended = orders::coupon_end(desk.p(), &desk.ctx, id, None).await;
    changed(
        &desk,
        ended,
        format!("/panel/coupons/{id}"),
        "coupon-was-ended",
    )
}

/// The field of the form that a field of the input comes from.
fn field(name: &str) -> String {
    match name {
        "name" => "name_en".to_owned(),
        "code" => "coupon_code".to_owned(),
        "periods" => "coupon_periods".to_owned(),
        _ if name.starts_with("name.") => name.replacen('.', "_", 1),
        _ if name.starts_with("benefit.") => "gives_value".to_owned(),
        "customers" => "coupon_customer".to_owned(),
        "scope.covers" => "coupon_covers".to_owned(),
        _ if name.starts_with("scope") => "coupon_scope".to_owned(),
        _ => name.to_owned(),
    }
}

/// What a form says.
fn input(sent: &Sent) -> Result<CouponInput> {
    let mut problems = Problems::new();
    let currency = currency(sent, &mut problems);
    let benefit = problems.check(benefit(sent, "gives", "gives_value", currency));
    let scope = problems.check(scope(sent));
    let customers = problems.check(only_for(sent)).unwrap_or_default();
    let budget = sent
        .some("budget")
        .map(|text| Money::parse_amount("budget", &text.replace(',', "."), currency))
        .transpose();
    let budget = problems.check(budget).flatten();
    let (valid_from, valid_until) = validity(sent, &mut problems);
    let mut count = |name| problems.check(whole(sent, name)).flatten();
    let periods = count("coupon_periods");
    let (max_redemptions, max_per_customer) = (count("max_redemptions"), count("max_per_customer"));
    problems.finish()?;
    let missing = |field| Error::invalid(field, "required", "has to be given");
    Ok(CouponInput {
        name: name(sent),
        code: sent.some("coupon_code"),
        benefit: benefit.flatten().ok_or_else(|| missing("gives"))?,
        scope: scope.ok_or_else(|| missing("coupon_scope"))?,
        periods,
        limits: CouponLimits {
            valid_from,
            valid_until,
            max_redemptions,
            max_per_customer,
            budget,
            new_customers_only: sent.get("new_customers_only") == "1",
            customers,
        },
    })
}

/// Whom it is for: who stays ticked of those that it names, and who is added.
fn only_for(sent: &Sent) -> Result<Vec<AccountId>> {
    let added = sent.some("coupon_customer");
    let named = sent.all(CUSTOMERS).chain(added.as_deref());
    let mut customers = Vec::new();
    for value in named.filter(|value| !value.is_empty()) {
        let id: Result<AccountId> = value.parse();
        add_once(
            &mut customers,
            id.map_err(|error| error.at("coupon_customer"))?,
        );
    }
    Ok(customers)
}

/// What it is for: what stays ticked of what it names, and what is added.
fn scope(sent: &Sent) -> Result<DiscountScope> {
    fn one<T: FromStr<Err = Error>>(value: &str) -> Result<T> {
        let id: Result<T> = value.parse();
        id.map_err(|error| error.at("coupon_scope"))
    }
    let mut scope = DiscountScope::default();
    if let Some(word) = sent.some("coupon_covers") {
        let covers: Result<Covers> = word.parse();
        scope.covers = covers.map_err(|error| error.at("coupon_covers"))?;
    }
    let added = sent.some("coupon_scope");
    let named = sent.all(SCOPES).chain(added.as_deref());
    for value in named.filter(|value| !value.is_empty()) {
        match value.split_once('_').map(|(kind, _)| kind) {
            Some("prd") => add_once(&mut scope.products, one::<ProductId>(value)?),
            Some("pln") => add_once(&mut scope.plans, one::<PlanId>(value)?),
            _ => add_once(&mut scope.items, one::<ItemId>(value)?),
        }
    }
    Ok(scope)
}

/// Adds what is not there yet.
fn add_once<T: PartialEq>(all: &mut Vec<T>, one: T) {
    if !all.contains(&one) {
        all.push(one);
    }
}
