//! Settings of a person and the customer's account.

use axum::extract::Path;
use tradewind_accounts::{
    service::{PasswordChange, account_get, account_update, password_change},
    types::{Account, AccountChanges, AccountUpdate},
};
use tradewind_kernel::{Error, Result};
use tradewind_policy::Action;

use super::super::{company, gate};
use crate::{
    form::Sent,
    respond::{self, Answer},
    session::{Customer, Visit},
    view::{
        Page,
        kit::Txt,
        shared::{FormState, SettingsPage, SettingsPart},
    },
};

/// Time zones to choose from, beside the one that is set.
const ZONES: [&str; 14] = [
    "UTC",
    "Europe/Amsterdam",
    "Europe/Berlin",
    "Europe/London",
    "Europe/Madrid",
    "Europe/Paris",
    "Europe/Vienna",
    "Europe/Zurich",
    "America/New_York",
    "America/Chicago",
    "America/Los_Angeles",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Australia/Sydney",
];

pub(super) async fn show(Customer(visit): Customer) -> Answer {
    respond::page(page(&visit, None).await?)
}

/// The page, one of its parts perhaps as it was sent.
async fn page(visit: &Visit, sent: Option<(SettingsPart, FormState)>) -> Result<Page> {
    let account = account_get(visit.p(), &visit.ctx, visit.account()).await?;
    let mut parts = vec![(SettingsPart::Password, FormState::default())];
    if visit.may_at_home(Action::AccountUpdate) {
        parts.insert(0, (SettingsPart::Company, company::filled(&account)));
        parts.push((SettingsPart::Locale, locale_of(&account)));
    }
    if let Some((part, form)) = sent
        && let Some(place) = parts.iter_mut().find(|(known, _)| *known == part)
    {
        place.1 = form;
    }
    let zone = account.zone.name().to_owned();
    let mut zones: Vec<Txt> = ZONES.into_iter().map(Into::into).collect();
    if !ZONES.contains(&zone.as_str()) {
        zones.insert(0, zone.into());
    }
    let page = SettingsPage {
        base: "/my",
        parts,
        countries: gate::countries(visit.ctx.locale),
        zones,
        vat: visit.tax().is_vat,
        exemptions: Some("/my/certificates"),
    };
    Ok(page.page(visit.app()))
}

fn locale_of(account: &Account) -> FormState {
    FormState::of([
        ("language", account.locale.tag()),
        ("zone", account.zone.name()),
    ])
}

pub(super) async fn save(
    Customer(visit): Customer,
    Path(part): Path<String>,
    sent: Sent,
) -> Answer {
    let (part, outcome) = match part.as_str() {
        "password" => (SettingsPart::Password, password(&visit, &sent).await),
        "company" => (SettingsPart::Company, facts(&visit, &sent).await),
        "locale" => (SettingsPart::Locale, locale(&visit, &sent).await),
        _ => {
            return Err(Error::NotFound {
                kind: "page",
                id: part.chars().take(60).collect(),
            }
            .into());
        }
    };
    match outcome {
        Ok(()) => {
            let text = visit.t().tr("said-saved");
            Ok(respond::saying("/my/settings", true, &text))
        }
        Err(error) => {
            let form = respond::blame(&visit.t(), sent.state(), error, |field| {
                match (part, field) {
                    (SettingsPart::Password, "current") => "password".to_owned(),
                    (SettingsPart::Password, _) => "new_password".to_owned(),
                    (SettingsPart::Company, fact) => company::field(fact),
                    (_, "locale") => "language".to_owned(),
                    (_, other) => other.to_owned(),
                }
            })?;
            respond::again(page(&visit, Some((part, form))).await?)
        }
    }
}

async fn password(visit: &Visit, sent: &Sent) -> Result<()> {
    let input = PasswordChange {
        current: sent.raw("password").to_owned(),
        password: sent.raw("new_password").to_owned(),
    };
    let keep = Some(visit.session()?.session);
    let passwords = &visit.state.passwords;
    password_change(visit.p(), passwords, &visit.ctx, keep, &input)
        .await
        .map(drop)
}

async fn facts(visit: &Visit, sent: &Sent) -> Result<()> {
    let account = account_get(visit.p(), &visit.ctx, visit.account()).await?;
    match company::changes(&account, sent) {
        Some(changes) => update(visit, &account, changes).await,
        None => Ok(()),
    }
}

async fn locale(visit: &Visit, sent: &Sent) -> Result<()> {
    let account = account_get(visit.p(), &visit.ctx, visit.account()).await?;
    let changes = AccountChanges {
        locale: sent.some("language"),
        zone: sent.some("zone"),
        ..AccountChanges::default()
    };
    update(visit, &account, changes).await
}

async fn update(visit: &Visit, account: &Account, changes: AccountChanges) -> Result<()> {
    let input = AccountUpdate {
        account: account.id,
        version: Some(account.version),
        changes,
    };
    account_update(visit.p(), &visit.ctx, &input)
        .await
        .map(drop)
}
