//! What single plans have of their own in a revision (billing days, commitments) and the quantities that are committed, on the
//! way to a new revision of their price book. As with prices, what else the revision is to say travels along in the form.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use tradewind_catalogue::types::{
    BillingDays, Commitment, CommitmentCounts, CommitmentLeaving, ItemKind, Policies, PricePreview,
    QuantityCommitment,
};
use tradewind_documents::prices::PriceWords;
use tradewind_kernel::decimal::{Limits, parse_decimal};
use tradewind_kernel::id::{PlanId, PriceBookId};
use tradewind_kernel::{Decimal, Error, Result};

use super::super::price::commitment_words;
use super::desk::Desk;
use super::price_books::{Draft, edited};
use super::price_policies::SPANS;
use crate::form::Sent;
use crate::respond::{self, Answer};
use crate::session::Id;
use crate::view::kit::Txt;
use crate::view::panel::{PlanPolicyPage, PlanRow};
use crate::view::shared::FormState;
use crate::view::{Page, Tr};

/// What all fields of the editor begin with.
const PREFIX: &str = "p.";
/// What stands for all plans of the book.
const ALL: &str = "all";

/// What one plan has of its own, as the form of the revision carries it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct OwnPolicies {
    #[serde(default)]
    days: Option<BillingDays>,
    #[serde(default)]
    commitment: Option<Commitment>,
}

impl OwnPolicies {
    fn of(policies: &Policies, plan: PlanId) -> Self {
        Self {
            days: policies.plan_billing_days.get(&plan).copied(),
            commitment: policies.plan_commitments.get(&plan).cloned(),
        }
    }
}

/// The field that carries what a plan has of its own.
fn field_of(plan: &str) -> String {
    format!("plan.{plan}")
}

fn carried<T: for<'a> Deserialize<'a>>(sent: &Sent, field: &str) -> Result<Option<T>> {
    let json = sent.some(field);
    let read = |json: String| {
        serde_json::from_str(&json)
            .map_err(|error| Error::invalid(field, "malformed", error.to_string()))
    };
    json.map(read).transpose()
}

/// The policies of a revision with what its form says of single plans and of committed quantities.
///
/// # Errors
/// `malformed` where a field is not what the editor has put there.
pub(super) fn with_plans(
    policies: Policies,
    items: &[PricePreview],
    sent: &Sent,
) -> Result<Policies> {
    let mut policies = policies;
    let plans: BTreeSet<PlanId> = items.iter().map(|item| item.plan_id).collect();
    for plan in plans {
        let own: Option<OwnPolicies> = carried(sent, &field_of(&plan.to_string()))?;
        let Some(own) = own else { continue };
        policies.plan_billing_days.remove(&plan);
        policies.plan_commitments.remove(&plan);
        policies
            .plan_billing_days
            .extend(own.days.map(|days| (plan, days)));
        policies
            .plan_commitments
            .extend(own.commitment.map(|one| (plan, one)));
    }
    let quantities: Option<Vec<QuantityCommitment>> = carried(sent, &field_of(ALL))?;
    if let (Some(quantities), Some(commitment)) = (quantities, &mut policies.commitment) {
        commitment.quantities = quantities;
    }
    Ok(policies)
}

/// The plans of a book with what each has of its own, in words, and the fields that carry it.
pub(super) fn rows(t: &Tr, policies: &Policies, items: &[PricePreview]) -> Vec<PlanRow> {
    let all = policies.commitment.as_ref();
    let quantities = all.filter(|_| items.iter().any(|item| item.kind == ItemKind::Metered));
    let first = quantities.and_then(|one| {
        let currency = items.first()?.currency;
        Some(PlanRow {
            plan: ALL.into(),
            name: t.tr("plan-all"),
            days: Txt::default(),
            commitment: commitment_words(t, one, currency),
            carried: serde_json::to_string(&one.quantities).ok()?.into(),
        })
    });
    let mut rows: Vec<PlanRow> = first.into_iter().collect();
    let mut seen = BTreeSet::new();
    for item in items.iter().filter(|item| seen.insert(item.plan_id)) {
        let own = OwnPolicies::of(policies, item.plan_id);
        let as_book = || t.tr("plan-as-book");
        let commitment = own.commitment.as_ref();
        rows.push(PlanRow {
            plan: item.plan_id.to_string().into(),
            name: format!(
                "{} · {}",
                item.product.get(t.locale),
                item.plan.get(t.locale)
            )
            .into(),
            days: own.days.map_or_else(as_book, |days| days_words(t, &days)),
            commitment: commitment
                .map_or_else(as_book, |one| commitment_words(t, one, item.currency)),
            carried: serde_json::to_string(&own).map_or_else(|_| Txt::default(), Txt::from),
        });
    }
    rows
}

/// Billing days in words.
fn days_words(t: &Tr, days: &BillingDays) -> Txt {
    let align = t.tr(&format!("price-policy-align-{}", days.align));
    let align = match days.day {
        Some(day) => format!("{align}: {day}"),
        None => align.into_owned(),
    };
    let stub = t.tr(&format!("price-policy-stub-{}", days.stub));
    format!("{align} · {}: {stub}", t.tr("price-policy-stub")).into()
}

/// The editor as it opens.
pub(super) async fn open(desk: &Desk, id: PriceBookId, sent: &Sent) -> Result<Page> {
    let draft = Draft::load(desk, id).await?;
    let own = start(&draft, sent)?;
    let state = FormState {
        values: fill(&own),
        ..FormState::default()
    };
    Ok(page(desk, &draft, sent, state)?.page(desk.app()))
}

/// What the revision in the making has for the plan.
fn start(draft: &Draft, sent: &Sent) -> Result<OwnPolicies> {
    let plan = sent.get("plan");
    let latest = draft.policies();
    if plan == ALL {
        let quantities: Option<Vec<QuantityCommitment>> = carried(sent, &field_of(ALL))?;
        let mut commitment = latest.commitment.unwrap_or_else(committed_by_default);
        commitment.quantities = quantities.unwrap_or(commitment.quantities);
        return Ok(OwnPolicies {
            days: None,
            commitment: Some(commitment),
        });
    }
    let own: Option<OwnPolicies> = carried(sent, &field_of(plan))?;
    Ok(match own {
        Some(own) => own,
        None => plan_of(draft, plan).map(|item| OwnPolicies::of(&latest, item.plan_id))?,
    })
}

fn committed_by_default() -> Commitment {
    Commitment {
        over: SPANS[0].1,
        minimum: None,
        maximum: None,
        counts: CommitmentCounts::Everything,
        quantities: Vec::new(),
        leaving: CommitmentLeaving::Prorated,
    }
}

/// An item of the plan that is asked for.
fn plan_of<'a>(draft: &'a Draft, plan: &str) -> Result<&'a PricePreview> {
    let found = draft
        .items
        .iter()
        .find(|item| item.plan_id.to_string() == plan);
    found.ok_or_else(|| Error::NotFound {
        kind: "plan",
        id: plan.chars().take(60).collect(),
    })
}

/// The metered items of which quantities can be committed, each code once.
fn metered<'a>(draft: &'a Draft, plan: &str) -> Vec<&'a PricePreview> {
    let mut seen = BTreeSet::new();
    let items = draft.items.iter().filter(|item| {
        item.kind == ItemKind::Metered && (plan == ALL || item.plan_id.to_string() == plan)
    });
    items
        .filter(|item| seen.insert(item.item_code.as_str()))
        .collect()
}

/// The fields of the editor.
fn fill(own: &OwnPolicies) -> Vec<(String, String)> {
    let mut values: Vec<(String, String)> = Vec::new();
    let mut put = |field: &str, value: String| values.push((format!("{PREFIX}{field}"), value));
    let days = own.days.unwrap_or_default();
    put(
        "align",
        own.days
            .map_or("book", |days| days.align.as_str())
            .to_owned(),
    );
    put(
        "day",
        days.day.map_or_else(String::new, |day| day.to_string()),
    );
    put("stub", days.stub.as_str().to_owned());
    let Some(one) = &own.commitment else {
        put("over", "book".to_owned());
        return values;
    };
    let known = SPANS.iter().find(|(_, span)| *span == one.over);
    put(
        "over",
        known.map_or_else(|| one.over.to_string(), |(word, _)| (*word).to_owned()),
    );
    let amount =
        |amount: Option<Decimal>| amount.map_or_else(String::new, |it| it.normalize().to_string());
    put("minimum", amount(one.minimum));
    put("maximum", amount(one.maximum));
    put("counts", one.counts.as_str().to_owned());
    put("leaving", one.leaving.as_str().to_owned());
    for quantity in &one.quantities {
        let code = &quantity.item;
        put(
            &format!("q.{code}.quantity"),
            amount(Some(quantity.quantity)),
        );
        put(
            &format!("q.{code}.unit_price"),
            amount(Some(quantity.unit_price)),
        );
        put(&format!("q.{code}.overage"), amount(Some(quantity.overage)));
    }
    values
}

/// Reads what the editor says.
fn read(sent: &Sent, items: &[&PricePreview], before: &OwnPolicies) -> Result<OwnPolicies> {
    let days = match sent.get("p.align") {
        "" | "book" => None,
        word => {
            let day = sent.some("p.day");
            let day = day.map(|day| {
                let text = "expected a day of the month, 1 to 31";
                day.parse::<u8>()
                    .map_err(|_| Error::invalid("p.day", "out_of_range", text))
            });
            let days = BillingDays {
                align: word.parse().map_err(|error: Error| error.at("p.align"))?,
                day: day.transpose()?.filter(|_| word == "day_of_month"),
                stub: sent
                    .get("p.stub")
                    .parse()
                    .map_err(|error: Error| error.at("p.stub"))?,
                ..before.days.unwrap_or_default()
            };
            days.check().map_err(|error| error.at("p.day"))?;
            Some(days)
        }
    };
    let quantities = quantities(sent, items)?;
    if sent.get("plan") == ALL {
        let mut commitment = before
            .commitment
            .clone()
            .unwrap_or_else(committed_by_default);
        commitment.quantities = quantities;
        if !commitment.quantities.is_empty() {
            commitment
                .check()
                .map_err(|error| at_fields(error, &commitment))?;
        }
        return Ok(OwnPolicies {
            days: None,
            commitment: Some(commitment),
        });
    }
    let over = match sent.get("p.over") {
        "" | "book" => {
            return Ok(OwnPolicies {
                days,
                commitment: None,
            });
        }
        word => match SPANS.iter().find(|(known, _)| *known == word) {
            Some((_, span)) => *span,
            None => word.parse().map_err(|error: Error| error.at("p.over"))?,
        },
    };
    let commitment = Commitment {
        over,
        minimum: amount(sent, "p.minimum")?,
        maximum: amount(sent, "p.maximum")?,
        counts: sent
            .get("p.counts")
            .parse()
            .map_err(|error: Error| error.at("p.counts"))?,
        leaving: sent
            .get("p.leaving")
            .parse()
            .map_err(|error: Error| error.at("p.leaving"))?,
        quantities,
    };
    commitment
        .check()
        .map_err(|error| at_fields(error, &commitment))?;
    Ok(OwnPolicies {
        days,
        commitment: Some(commitment),
    })
}

fn amount(sent: &Sent, field: &str) -> Result<Option<Decimal>> {
    let text = sent.some(field).map(|text| text.replace(',', "."));
    let limits = Limits::new(12, 12).non_negative();
    text.map(|text| parse_decimal(field, &text, &limits))
        .transpose()
}

fn quantities(sent: &Sent, items: &[&PricePreview]) -> Result<Vec<QuantityCommitment>> {
    let mut all = Vec::new();
    for item in items {
        let field = |name: &str| format!("p.q.{}.{name}", item.item_code);
        let Some(quantity) = amount(sent, &field("quantity"))? else {
            continue;
        };
        if quantity.is_zero() {
            continue;
        }
        all.push(QuantityCommitment {
            item: item.item_code.clone(),
            quantity,
            unit_price: amount(sent, &field("unit_price"))?.unwrap_or_default(),
            overage: amount(sent, &field("overage"))?.unwrap_or_default(),
        });
    }
    Ok(all)
}

/// Puts problems of a commitment where their fields stand.
fn at_fields(error: Error, commitment: &Commitment) -> Error {
    let mut error = error;
    let Error::Invalid(problems) = &mut error else {
        return error;
    };
    for problem in problems {
        let quantity = problem.field.strip_prefix("quantities.").and_then(|rest| {
            let (at, name) = rest.split_once('.')?;
            let one = commitment.quantities.get(at.parse::<usize>().ok()?)?;
            Some(format!("q.{}.{name}", one.item))
        });
        problem.field = format!(
            "{PREFIX}{}",
            quantity.unwrap_or_else(|| problem.field.clone())
        );
    }
    error
}

/// What a plan's own policies say, with what quantities cost that are used up, and that are not.
fn preview(t: &Tr, own: &OwnPolicies, items: &[&PricePreview]) -> Vec<(Txt, Txt)> {
    let mut rows = Vec::new();
    if let Some(days) = &own.days {
        rows.push((t.tr("price-policy-align"), days_words(t, days)));
    }
    let (Some(one), Some(first)) = (&own.commitment, items.first()) else {
        if let Some(one) = &own.commitment {
            rows.push((t.tr("commitment"), one.over.to_string().into()));
        }
        return rows;
    };
    rows.push((t.tr("commitment"), commitment_words(t, one, first.currency)));
    let by_code: BTreeMap<&str, &&PricePreview> = items
        .iter()
        .map(|item| (item.item_code.as_str(), item))
        .collect();
    for quantity in &one.quantities {
        let Some(item) = by_code.get(quantity.item.as_str()) else {
            continue;
        };
        let words = PriceWords::new(t.locale, item.currency, &item.unit);
        let half = quantity
            .quantity
            .checked_div(Decimal::TWO)
            .unwrap_or_default();
        let more = quantity.quantity.checked_add(half).unwrap_or_default();
        let cost = |price: Decimal, of: Decimal| price.checked_mul(of).unwrap_or_default();
        let name = item.item.get(t.locale);
        for (used, amount) in [
            (Decimal::ZERO, cost(quantity.unit_price, quantity.quantity)),
            (half, cost(quantity.unit_price, half)),
            (quantity.quantity, Decimal::ZERO),
            (more, cost(quantity.overage, half)),
        ] {
            let used = words.quantity(used.normalize());
            let label = t.with("plan-used", &[("item", name), ("used", &used)]);
            let amount = words.amount(amount);
            rows.push((label, t.with("plan-costs", &[("amount", &amount)])));
        }
    }
    rows
}

fn page(desk: &Desk, draft: &Draft, sent: &Sent, mut form: FormState) -> Result<PlanPolicyPage> {
    let t = desk.t();
    let plan = sent.get("plan");
    let name = if plan == ALL {
        t.tr("plan-all")
    } else {
        let item = plan_of(draft, plan)?;
        format!(
            "{} · {}",
            item.product.get(t.locale),
            item.plan.get(t.locale)
        )
        .into()
    };
    form.values.retain(|(name, _)| name.starts_with(PREFIX));
    let items = metered(draft, plan);
    let mut values = Sent(form.values.clone());
    values.0.push(("plan".to_owned(), plan.to_owned()));
    let before = start(draft, sent)?;
    let priced: Vec<&PricePreview> = if items.is_empty() {
        draft.items.iter().take(1).collect()
    } else {
        items.clone()
    };
    let read = read(&values, &items, &before).ok();
    let kept = sent.0.iter().filter(|(name, _)| {
        !name.starts_with(PREFIX) && !["csrf", "back", "do", "plan"].contains(&name.as_str())
    });
    Ok(PlanPolicyPage {
        book: draft.book.book.id.to_string().into(),
        book_name: draft.book.book.name.clone().into(),
        currency: draft.book.book.currency.code().into(),
        plan: plan.to_owned().into(),
        name,
        items: (items.iter())
            .map(|item| {
                let unit = item.unit.counted(t.locale, Decimal::TWO).to_owned();
                let name = item.item.get(t.locale).to_owned();
                (item.item_code.clone().into(), name.into(), unit.into())
            })
            .collect(),
        preview: read.map(|own| preview(&t, &own, &priced)),
        form,
        kept: kept.cloned().collect(),
    })
}

/// `POST /panel/price-books/{id}/plan`: says what a plan has of its own, or goes back to the revision with it.
pub(crate) async fn change(desk: Desk, Id(id): Id<PriceBookId>, sent: Sent) -> Answer {
    let asked = sent.get("do").to_owned();
    if asked == "back" {
        return edited(&desk, id, &without_plan(&sent), None).await;
    }
    let draft = Draft::load(&desk, id).await?;
    let mut state = sent.state();
    if asked == "done" {
        let plan = sent.get("plan").to_owned();
        let before = start(&draft, &sent)?;
        match read(&sent, &metered(&draft, &plan), &before) {
            Ok(own) => {
                let field = field_of(&plan);
                let json = if plan == ALL {
                    serde_json::to_string(&own.commitment.map(|one| one.quantities))
                } else {
                    serde_json::to_string(&own)
                };
                let mut kept = without_plan(&sent);
                kept.0.retain(|(name, _)| *name != field);
                kept.0.push((field, json.map_err(Error::internal)?));
                return edited(&desk, id, &kept, Some("plan-taken-over")).await;
            }
            Err(error) => {
                state = respond::wrong(&desk.t(), state, error)?;
                return respond::again(page(&desk, &draft, &sent, state)?.page(desk.app()));
            }
        }
    }
    let page = page(&desk, &draft, &sent, state)?;
    if desk.part && asked.is_empty() {
        return respond::part(page.preview(&desk.t()));
    }
    respond::page(page.page(desk.app()))
}

/// The revision in the making, without the fields of the editor.
fn without_plan(sent: &Sent) -> Sent {
    let own = |name: &str| name.starts_with(PREFIX) || ["do", "plan"].contains(&name);
    Sent(
        sent.0
            .iter()
            .filter(|(name, _)| !own(name))
            .cloned()
            .collect(),
    )
}
