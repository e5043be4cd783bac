//! Settlements: the payer's pages in the panel, those of sellers for whom it collects beside them, and the vendor's own.

use axum::extract::Path;
use tradewind_billing::service::{
    self as billing, ListQuery, PayoutOrder, SelfBillingSet, SettlementAct, SettlementRun,
    SettlementSet,
};
use tradewind_billing::types::{
    FeeRule, PaperKind, PayeeSettlement, SelfBillingAgreement, SettlementKind, SettlementPolicy,
    SettlementState,
};
use tradewind_flows::settlement::{settlement_csv, settlement_paper_pdf, settlement_pdf};
use tradewind_kernel::decimal::{Limits, parse_decimal};
use tradewind_kernel::id::{PayoutFileId, SettlementId};
use tradewind_kernel::time::parse_date;
use tradewind_kernel::{Currency, Decimal, Error, Money, Problems, Result};
use tradewind_policy::Action;

use super::names::{Mentions, Names};
use super::panel::desk::Desk;
use crate::form::Sent;
use crate::respond::{self, Answer, changed};
use crate::session::Id;
use crate::view::kit::Txt;
use crate::view::panel::{
    PayoutFileRow, SettlementDueRow, SettlementLineRow, SettlementPage, SettlementPolicyPage,
    SettlementRow, SettlementsPage,
};
use crate::view::shared::FormState;

const PANEL: &str = "/panel/settlements";
const POLICY: &str = "/panel/settlements/policy";

/// Whether the reader pays vendors, rather than being one.
fn pays(desk: &Desk) -> bool {
    desk.home() == "/panel"
}

fn base(desk: &Desk) -> String {
    format!("{}/settlements", desk.home())
}

/// `GET …/settlements`.
pub(crate) async fn list(desk: Desk) -> Answer {
    let page = page(&desk, FormState::default(), FormState::default()).await?;
    respond::page(page.page(desk.app()))
}

async fn page(desk: &Desk, run: FormState, order: FormState) -> Result<SettlementsPage> {
    let (p, ctx, payer) = (desk.p(), &desk.ctx, desk.account());
    let filter = match desk.ask("view") {
        "approved" => "state:approved,ordered".to_owned(),
        view @ ("open" | "failed" | "paid") => format!("state:{view}"),
        _ => String::new(),
    };
    let query = ListQuery {
        filter,
        sort: String::new(),
        page: desk.page()?,
    };
    let found = billing::settlement_list(p, ctx, &query).await?;
    let (mut due, mut files) = (Vec::new(), Vec::new());
    if pays(desk) {
        due = billing::settlement_due(p, ctx, payer).await?;
        files = billing::payout_file_list(p, ctx, payer).await?;
        files.truncate(20);
    }
    let party = |one: &PayeeSettlement| match one.payer_id == payer {
        true => one.payee_id,
        false => one.payer_id,
    };
    let mentioned = found.items.iter().map(party);
    let mentioned = mentioned.chain(due.iter().map(|one| one.payee_id));
    let names = Names::of(p, ctx, &Mentions::accounts(mentioned)).await?;
    let rows = found.items.iter().map(|one| SettlementRow {
        id: one.id.to_string().into(),
        number: one.number.clone().into(),
        party: names.account(party(one)),
        got: one.payer_id != payer,
        kind: one.kind.as_str(),
        until: one.until,
        state: state(one.state),
        payout: one.payout,
        due_on: one.due_on,
    });
    let due = due.iter().map(|one| SettlementDueRow {
        kind: one.kind.as_str(),
        payee: names.account(one.payee_id),
        share: one.share,
        held: one.held,
    });
    let files = files.into_iter().map(|one| PayoutFileRow {
        id: one.id.to_string().into(),
        message: one.message_id.into(),
        on: one.execute_on,
        payments: one.payments,
        total: one.total,
        at: one.created_at,
    });
    let mut permit = desk.permit(Action::LedgerManage);
    if !pays(desk) {
        permit = Default::default();
    }
    Ok(SettlementsPage {
        rows: rows.collect(),
        due: due.collect(),
        files: files.collect(),
        state: desk.list(found.next),
        change: permit,
        run,
        order,
    })
}

/// States by the words that pages have for them.
fn state(state: SettlementState) -> Txt {
    match state {
        SettlementState::Ordered => "in_progress",
        SettlementState::Discarded => "voided",
        other => other.as_str(),
    }
    .into()
}

/// `POST /panel/settlements/run`: the settlements up to a day.
pub(crate) async fn run(desk: Desk, sent: Sent) -> Answer {
    let done = match parse_date("settle_until", sent.get("settle_until")) {
        Ok(until) => {
            let run = SettlementRun {
                until,
                payee_id: None,
            };
            billing::settlement_run(desk.p(), &desk.ctx, desk.account(), &run).await
        }
        Err(error) => Err(error),
    };
    match done {
        Ok(made) => {
            let count = made.len().to_string();
            let text = desk.t().with("settlement-made", &[("count", &count)]);
            Ok(respond::saying(PANEL, true, &text))
        }
        Err(error) => {
            let form = respond::blame(&desk.t(), sent.state(), error, |_| "settle_until".into())?;
            let page = page(&desk, form, FormState::default()).await?;
            respond::again(page.page(desk.app()))
        }
    }
}

/// `POST /panel/settlements/order`: a file of payments.
pub(crate) async fn order(desk: Desk, sent: Sent) -> Answer {
    let done = match parse_date("execute_on", sent.get("execute_on")) {
        Ok(execute_on) => {
            let order = PayoutOrder {
                execute_on,
                currency: None,
            };
            billing::payout_file_make(desk.p(), &desk.ctx, desk.account(), &order).await
        }
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => {
            let text = desk.t().tr("said-saved");
            Ok(respond::saying(PANEL, true, &text))
        }
        Err(error) => {
            let form = respond::blame(&desk.t(), sent.state(), error, |_| "execute_on".into())?;
            let page = page(&desk, FormState::default(), form).await?;
            respond::again(page.page(desk.app()))
        }
    }
}

/// `GET /panel/settlements/files/{id}`.
pub(crate) async fn file(desk: Desk, Id(id): Id<PayoutFileId>) -> Answer {
    let (name, content) = billing::payout_file_content(desk.p(), &desk.ctx, id).await?;
    let content = content.into_bytes();
    Ok(respond::file("application/xml", &name, content))
}

/// `GET …/settlements/{id}`.
pub(crate) async fn show(desk: Desk, Id(id): Id<SettlementId>) -> Answer {
    let detail = billing::settlement_get(desk.p(), &desk.ctx, id).await?;
    let one = &detail.settlement;
    let ours = one.payer_id == desk.account();
    let party = if ours { one.payee_id } else { one.payer_id };
    let buyers = detail.lines.iter().filter_map(|line| line.buyer_id);
    let mentions = Mentions::accounts(buyers.chain([party]))
        .products(detail.lines.iter().filter_map(|line| line.product_id));
    let names = Names::of(desk.p(), &desk.ctx, &mentions).await?;
    let lines = detail.lines.iter().map(|line| SettlementLineRow {
        about: match (line.product_id, line.buyer_id) {
            (Some(product), _) => names.product(product),
            (None, Some(buyer)) => names.account(buyer),
            (None, None) => Txt::default(),
        },
        charges: line.charges,
        share: line.share,
        fee: line.fee,
    });
    let papers = billing::settlement_papers(desk.p(), &desk.ctx, id).await?;
    let vendors = one.kind == SettlementKind::Vendor;
    let agreed = match vendors {
        true => agreement(&desk, one).await?,
        false => None,
    };
    let may = ours && pays(&desk) && desk.may_at_home(Action::LedgerManage);
    let acts = match one.state {
        _ if !may => Vec::new(),
        SettlementState::Open => vec!["approve", "discard"],
        SettlementState::Approved | SettlementState::Failed => vec!["pay"],
        SettlementState::Ordered => vec!["pay", "fail"],
        SettlementState::Paid if one.payout.is_zero() => Vec::new(),
        SettlementState::Paid => vec!["fail"],
        SettlementState::Discarded => Vec::new(),
    };
    let page = SettlementPage {
        base: base(&desk).into(),
        id: one.id.to_string().into(),
        number: one.number.clone().into(),
        kind: one.kind.as_str(),
        party: names.account(party),
        until: one.until,
        state: state(one.state),
        due_on: one.due_on,
        paid_on: one.paid_on,
        note: one.note.clone().into(),
        amounts: [
            one.share,
            one.share_tax,
            one.fee,
            one.fee_tax,
            one.held,
            one.released,
            one.set_off,
            one.payout,
        ],
        offsets: detail
            .offsets
            .iter()
            .map(|off| {
                let number: Txt = off.number.clone().into();
                let href: Txt = format!("{}/invoices/{}", desk.home(), off.invoice_id).into();
                (number, href, off.amount)
            })
            .collect(),
        papers: papers
            .into_iter()
            .map(|paper| {
                let kind = paper.kind.as_str().into();
                (
                    kind,
                    paper.number.map(Into::into),
                    paper.document.summary.gross,
                )
            })
            .collect(),
        agreed: agreed.map(|it| (it.agreed_on, it.ended_on, it.reference.into())),
        agree: may && vendors,
        release_on: one.release_on,
        lines: lines.collect(),
        acts,
        form: FormState::default(),
    };
    respond::page(page.page(desk.app()))
}

async fn agreement(desk: &Desk, one: &PayeeSettlement) -> Result<Option<SelfBillingAgreement>> {
    match billing::self_billing_get(desk.p(), &desk.ctx, one.payer_id, one.payee_id).await {
        Ok(agreed) => Ok(Some(agreed)),
        Err(Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// `POST /panel/settlements/{id}/agree`: what the vendor has agreed to about invoices in its name.
pub(crate) async fn agree(desk: Desk, Id(id): Id<SettlementId>, sent: Sent) -> Answer {
    let done = agreed(&desk, id, &sent).await;
    changed(&desk, done, format!("{PANEL}/{id}"), "said-saved")
}

async fn agreed(desk: &Desk, id: SettlementId, sent: &Sent) -> Result<()> {
    let one = billing::settlement_get(desk.p(), &desk.ctx, id)
        .await?
        .settlement;
    let ended_on = sent.some("ended_on");
    let input = SelfBillingSet {
        payer_id: desk.account(),
        vendor_id: one.payee_id,
        agreed_on: parse_date("agreed_on", sent.get("agreed_on"))?,
        ended_on: ended_on.map(|on| parse_date("ended_on", &on)).transpose()?,
        reference: sent.get("reference").to_owned(),
    };
    billing::self_billing_set(desk.p(), &desk.ctx, &input)
        .await
        .map(drop)
}

/// `GET …/settlements/{id}/pdf`.
pub(crate) async fn pdf(desk: Desk, Id(id): Id<SettlementId>) -> Answer {
    let (name, bytes) = settlement_pdf(desk.p(), &desk.ctx, id).await?;
    Ok(respond::file("application/pdf", &name, bytes))
}

/// `GET …/settlements/{id}/papers/{kind}`.
pub(crate) async fn paper(desk: Desk, Path((id, kind)): Path<(SettlementId, PaperKind)>) -> Answer {
    let (name, bytes) = settlement_paper_pdf(desk.p(), &desk.ctx, id, kind).await?;
    Ok(respond::file("application/pdf", &name, bytes))
}

/// `POST /panel/settlements/{id}/{act}`.
pub(crate) async fn act(
    desk: Desk,
    Path((id, act)): Path<(SettlementId, String)>,
    sent: Sent,
) -> Answer {
    let input = SettlementAct {
        id,
        act,
        note: sent.get("note").to_owned(),
        on: None,
    };
    let done = billing::settlement_act(desk.p(), &desk.ctx, &input).await;
    changed(&desk, done, format!("{PANEL}/{id}"), "said-saved")
}

/// `GET …/settlements/{id}/charges.csv`.
pub(crate) async fn csv(desk: Desk, Id(id): Id<SettlementId>) -> Answer {
    let mut file = Vec::new();
    let mut place = None;
    loop {
        let (rows, next) = settlement_csv(desk.p(), &desk.ctx, id, place).await?;
        file.extend(rows);
        place = next;
        if place.is_none() {
            let name = format!("{id}.csv");
            return Ok(respond::file("text/csv; charset=utf-8", &name, file));
        }
    }
}

/// Whose policy is asked for: `?of=collected`, or that of vendors.
fn policy_kind(desk: &Desk) -> SettlementKind {
    match desk.ask("of") {
        "collected" => SettlementKind::Collected,
        _ => SettlementKind::Vendor,
    }
}

/// `GET /panel/settlements/policy`.
pub(crate) async fn policy(desk: Desk) -> Answer {
    let kind = policy_kind(&desk);
    let kept = kept(&desk, kind).await?;
    let currency = own_currency(&desk).await?;
    let form = filled(&kept);
    respond::page(policy_page(kind, &kept, currency, form).page(desk.app()))
}

async fn kept(desk: &Desk, kind: SettlementKind) -> Result<SettlementPolicy> {
    billing::settlement_policy_get(desk.p(), &desk.ctx, desk.account(), kind, None).await
}

async fn own_currency(desk: &Desk) -> Result<Currency> {
    let account = tradewind_accounts::service::account_get(desk.p(), &desk.ctx, desk.account());
    Ok(account.await?.currency)
}

/// The rule for whatever has none of its own.
fn general(policy: &SettlementPolicy) -> Option<&FeeRule> {
    policy.fees.iter().find(|rule| rule.product_id.is_none())
}

fn policy_page(
    kind: SettlementKind,
    kept: &SettlementPolicy,
    currency: Currency,
    form: FormState,
) -> SettlementPolicyPage {
    // An amount that was set in another currency stays in it.
    let of = |amount: Option<Money>| amount.map_or(currency, |amount| amount.currency);
    let fee = |pick: fn(&FeeRule) -> Option<Money>| of(general(kept).and_then(pick));
    SettlementPolicyPage {
        kind: kind.as_str(),
        currencies: [
            fee(|rule| rule.fixed),
            fee(|rule| rule.minimum),
            fee(|rule| rule.maximum),
            of(kept.minimum_payout),
        ],
        more: kept.fees.iter().any(|rule| rule.product_id.is_some()),
        form,
    }
}

fn filled(policy: &SettlementPolicy) -> FormState {
    let amount = |money: Option<Money>| money.map(Money::amount).unwrap_or_default();
    let general = general(policy);
    let of = |pick: fn(&FeeRule) -> Option<Money>| amount(general.and_then(pick));
    let percent = general.map_or(Decimal::ZERO, |rule| rule.percent);
    FormState::of([
        ("fee_percent", &percent.to_string()),
        ("fee_fixed", &of(|rule| rule.fixed)),
        ("fee_minimum", &of(|rule| rule.minimum)),
        ("fee_maximum", &of(|rule| rule.maximum)),
        ("minimum_payout", &amount(policy.minimum_payout)),
        ("hold_percent", &policy.hold_percent.to_string()),
        ("hold_days", &policy.hold_days.to_string()),
        ("payment_days", &policy.payment_days.to_string()),
        ("offset", policy.offset.as_str()),
    ])
}

/// `POST /panel/settlements/policy`: that for all of a kind; rules of single products stay as they are.
pub(crate) async fn save_policy(desk: Desk, sent: Sent) -> Answer {
    let kind = policy_kind(&desk);
    let kept = kept(&desk, kind).await?;
    let currency = own_currency(&desk).await?;
    let done = match read(&sent, &kept, currency) {
        Ok(policy) => {
            let input = SettlementSet {
                payer_id: desk.account(),
                kind,
                payee_id: None,
                policy,
            };
            billing::settlement_policy_set(desk.p(), &desk.ctx, &input).await
        }
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => {
            let text = desk.t().tr("said-saved");
            Ok(respond::saying(format!("{POLICY}?of={kind}"), true, &text))
        }
        Err(error) => {
            let field = |field: &str| match field.rsplit_once('.') {
                Some((_, "percent")) => "fee_percent".to_owned(),
                Some((_, "fixed")) => "fee_fixed".to_owned(),
                _ => field.to_owned(),
            };
            let form = respond::blame(&desk.t(), sent.state(), error, field)?;
            respond::again(policy_page(kind, &kept, currency, form).page(desk.app()))
        }
    }
}

fn read(sent: &Sent, kept: &SettlementPolicy, currency: Currency) -> Result<SettlementPolicy> {
    let mut problems = Problems::new();
    let general = general(kept);
    // An amount that was set in another currency stays in it.
    let amount = |field: &'static str, kept: Option<Money>| {
        let currency = kept.map_or(currency, |kept| kept.currency);
        let text = sent.some(field);
        text.map(|text| Money::parse_amount(field, &text, currency))
            .transpose()
    };
    let percent = |field: &'static str| {
        let text = sent.get(field);
        let text = if text.is_empty() { "0" } else { text };
        parse_decimal(field, text, &Limits::new(3, 9).non_negative())
    };
    let days = |field: &'static str| {
        let text = sent.get(field);
        let text = if text.is_empty() { "0" } else { text };
        text.parse::<u16>()
            .map_err(|_| Error::invalid(field, "not_a_number", "expected a number of days"))
    };
    let rule = FeeRule {
        product_id: None,
        percent: problems.check(percent("fee_percent")).unwrap_or_default(),
        fixed: problems
            .check(amount("fee_fixed", general.and_then(|rule| rule.fixed)))
            .flatten(),
        minimum: problems
            .check(amount("fee_minimum", general.and_then(|rule| rule.minimum)))
            .flatten(),
        maximum: problems
            .check(amount("fee_maximum", general.and_then(|rule| rule.maximum)))
            .flatten(),
    };
    let own = kept.fees.iter().filter(|rule| rule.product_id.is_some());
    let policy = SettlementPolicy {
        fees: own.cloned().chain([rule]).collect(),
        minimum_payout: problems
            .check(amount("minimum_payout", kept.minimum_payout))
            .flatten(),
        hold_percent: problems.check(percent("hold_percent")).unwrap_or_default(),
        hold_days: problems.check(days("hold_days")).unwrap_or_default(),
        payment_days: problems.check(days("payment_days")).unwrap_or_default(),
        offset: match sent.some("offset") {
            Some(word) => problems.check(word.parse()).unwrap_or_default(),
            None => kept.offset,
        },
    };
    problems.finish()?;
    Ok(policy)
}
