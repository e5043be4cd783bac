//! How a seller is taxed.

use serde_json::json;
use tradewind_kernel::id::CertificateId;
use tradewind_kernel::time::parse_date;
use tradewind_kernel::{Error, Result};
use tradewind_policy::Action;
use tradewind_tax::rules::place_name;
use tradewind_tax::service::{self as tax, RatesAsk};
use tradewind_tax::types::{
    CertificateDecide, OwnRates, Registration, Scheme, Span, TaxProfile, TaxProfileSet,
};

use super::super::names::{Mentions, Names};
use super::desk::{Desk, permit};
use crate::form::Sent;
use crate::respond::{self, Answer, changed};
use crate::view::kit::Txt;
use crate::view::panel::{CertificateRow, RegistrationRow, TaxPage, TaxRateRow, TaxRatesPage};
use crate::view::shared::FormState;

const HERE: &str = "/panel/tax";
const RATES: &str = "/panel/tax/rates";

async fn page(desk: &Desk, form: Option<FormState>) -> Result<TaxPage> {
    let profile = tax::profile_get(desk.p(), &desk.ctx, desk.account()).await?;
    let found = tax::certificates_of_seller(desk.p(), &desk.ctx, desk.account()).await?;
    let mentions = Mentions::accounts(found.iter().map(|one| one.buyer));
    let names = Names::of(desk.p(), &desk.ctx, &mentions).await?;
    let place = |code: &str| -> Txt { place_name(code, desk.ctx.locale).to_owned().into() };
    Ok(TaxPage {
        registrations: profile
            .registrations
            .iter()
            .map(|one| RegistrationRow {
                place: one.place.clone().into(),
                name: if one.scheme == Scheme::Oss {
                    "One-Stop-Shop".into()
                } else {
                    place(&one.place)
                },
                number: one.number.clone().into(),
                from: one.span.from,
                until: one.span.until,
            })
            .collect(),
        certificates: found
            .iter()
            .map(|one| CertificateRow {
                id: one.id.to_string().into(),
                buyer: names.account(one.buyer),
                place: place(&one.place),
                number: one.number.clone().into(),
                from: one.from,
                until: one.until,
                state: one.state.as_str().into(),
            })
            .collect(),
        form: form.unwrap_or_else(|| filled(&profile)),
        change: desk.permit(Action::RelationshipManage),
    })
}

fn filled(profile: &TaxProfile) -> FormState {
    let scope = json!(profile.policy.scope);
    let small = profile.small_business;
    let small = small.map(|span| span.from.to_string()).unwrap_or_default();
    FormState::of([
        ("decision", profile.decision.as_str()),
        ("tax_point", profile.tax_point.as_str()),
        ("vat_check", profile.vat_check.as_str()),
        ("tax_rounding", scope.as_str().unwrap_or_default()),
        ("small_business_from", &small),
    ])
}

/// `GET /panel/tax`.
pub(crate) async fn show(desk: Desk) -> Answer {
    respond::page(page(&desk, None).await?.page(desk.app()))
}

fn said(before: TaxProfile, sent: &Sent) -> Result<TaxProfile> {
    let mut profile = before;
    profile.decision = sent.get("decision").parse()?;
    profile.tax_point = sent.get("tax_point").parse()?;
    profile.vat_check = sent.get("vat_check").parse()?;
    profile.policy.scope = serde_json::from_value(json!(sent.get("tax_rounding")))
        .map_err(|_| Error::invalid("tax_rounding", "unknown_value", "is not one of the list"))?;
    profile.small_business = match sent.some("small_business_from") {
        Some(day) => Some(Span {
            from: parse_date("small_business_from", &day)?,
            until: profile.small_business.and_then(|span| span.until),
        }),
        None => None,
    };
    Ok(profile)
}

async fn keep(desk: &Desk, profile: TaxProfile) -> Result<()> {
    let set = TaxProfileSet {
        seller: desk.account(),
        profile,
    };
    tax::profile_set(desk.p(), &desk.ctx, &set).await.map(drop)
}

/// `POST /panel/tax`.
pub(crate) async fn save(desk: Desk, sent: Sent) -> Answer {
    let before = tax::profile_get(desk.p(), &desk.ctx, desk.account()).await?;
    let done = match said(before, &sent) {
        Ok(profile) => keep(&desk, profile).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => changed(&desk, Ok(()), HERE, "tax-saved"),
        Err(error) => {
            let form = respond::blame(&desk.t(), sent.state(), error, |field| match field {
                "small_business.until" => "small_business_from".to_owned(),
                other => other.to_owned(),
            })?;
            respond::again(page(&desk, Some(form)).await?.page(desk.app()))
        }
    }
}

fn registration(sent: &Sent) -> Result<Registration> {
    let place = sent.get("tax_place").to_uppercase();
    Ok(Registration {
        scheme: if place == "EU" {
            Scheme::Oss
        } else {
            Scheme::Local
        },
        place,
        number: sent.get("tax_number_there").to_owned(),
        span: Span {
            from: parse_date("tax_from", sent.get("tax_from"))?,
            until: match sent.some("tax_until") {
                Some(day) => Some(parse_date("tax_until", &day)?),
                None => None,
            },
        },
    })
}

/// `POST /panel/tax/registrations`.
pub(crate) async fn register(desk: Desk, sent: Sent) -> Answer {
    let mut profile = tax::profile_get(desk.p(), &desk.ctx, desk.account()).await?;
    let done = match registration(&sent) {
        Ok(one) => {
            profile.registrations.push(one);
            keep(&desk, profile).await
        }
        Err(error) => Err(error),
    };
    changed(&desk, done, HERE, "tax-saved")
}

/// `POST /panel/tax/registrations/{place}`: ends it.
pub(crate) async fn unregister(
    desk: Desk,
    axum::extract::Path(place): axum::extract::Path<String>,
) -> Answer {
    let mut profile = tax::profile_get(desk.p(), &desk.ctx, desk.account()).await?;
    profile.registrations.retain(|one| one.place != place);
    let done = keep(&desk, profile).await;
    changed(&desk, done, HERE, "tax-saved")
}

/// `POST /panel/tax/certificates/{id}/{act}`.
pub(crate) async fn decide(
    desk: Desk,
    axum::extract::Path((id, act)): axum::extract::Path<(CertificateId, String)>,
) -> Answer {
    let input = CertificateDecide {
        id,
        approve: act == "approve",
    };
    let done = tax::certificate_decide(desk.p(), &desk.ctx, &input).await;
    changed(&desk, done, HERE, "tax-decided")
}

async fn rates_page(desk: &Desk, form: Option<FormState>) -> Result<TaxRatesPage> {
    let ask = RatesAsk {
        place: None,
        on: Some(desk.today()),
    };
    let found = tax::rates_list(desk.p(), &desk.ctx, &ask).await?;
    let form = match form {
        Some(form) => form,
        None => {
            let own = tax::rates_export(desk.p(), &desk.ctx).await?;
            FormState::of([("rates_csv", own.as_str())])
        }
    };
    let t = desk.t();
    let rows = found.iter().map(|one| TaxRateRow {
        place: place_name(&one.row.place, desk.ctx.locale)
            .to_owned()
            .into(),
        category: t.code("tax-category", one.row.category.as_str()),
        percent: t.percent(one.row.percent),
        from: one.row.from,
        source: one.row.source.clone().into(),
        own: one.own,
    });
    Ok(TaxRatesPage {
        rows: rows.collect(),
        form,
        // Rates are the same for every seller of a realm, so only its provider sets them.
        change: permit(
            desk.account() == desk.realm.root_account
                && desk.may_at_home(Action::RelationshipManage),
        ),
    })
}

/// `GET /panel/tax/rates`.
pub(crate) async fn rates(desk: Desk) -> Answer {
    respond::page(rates_page(&desk, None).await?.page(desk.app()))
}

/// `POST /panel/tax/rates`.
pub(crate) async fn replace(desk: Desk, sent: Sent) -> Answer {
    let input = OwnRates {
        csv: sent.raw("rates_csv").to_owned(),
    };
    match tax::rates_replace(desk.p(), &desk.ctx, &input).await {
        Ok(_) => changed(&desk, Ok(()), RATES, "tax-rates-kept"),
        Err(error) => {
            let form = respond::blame(&desk.t(), sent.state(), error, |_| "rates_csv".to_owned())?;
            respond::again(rates_page(&desk, Some(form)).await?.page(desk.app()))
        }
    }
}
