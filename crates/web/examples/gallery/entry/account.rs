//! Users, keys, log and settings of an account.

use tradewind_web::view::Page;
use tradewind_web::view::kit::ListState;
use tradewind_web::view::shared::*;

use crate::sample::{Look, ts};

pub(crate) fn users(look: &Look, base: &'static str, shell: tradewind_web::view::Shell) -> Page {
    let _ = look;
    let user = |name: &'static str,
                email: &'static str,
                roles: &[&'static str],
                state: &'static str,
                fixed: Option<&'static str>| UserRow {
        id: email.replace(['@', '.'], "-").into(),
        name: name.into(),
        email: email.into(),
        roles: roles.iter().map(|role| (*role).into()).collect(),
        state: state.into(),
        seen: (state == "active").then(|| ts("2026-11-22T08:01:00Z")),
        fixed: fixed.map(Into::into),
    };
    UsersPage {
        base,
        rows: vec![
            user(
                "Ada Krüger",
                "ada@hansa.example",
                &["owner"],
                "active",
                Some("The last owner cannot be changed."),
            ),
            user(
                "Tom Brandt",
                "tom@hansa.example",
                &["billing", "read_only"],
                "active",
                None,
            ),
            user(
                "Li Wei",
                "li@hansa.example",
                &["support"],
                "unverified",
                None,
            ),
        ],
        form: FormState::default(),
    }
    .page(shell)
}

pub(crate) fn keys(base: &'static str, fresh: bool) -> ApiKeysPage {
    let key = |name: &'static str, state: &'static str| ApiKeyRow {
        id: "key_1".into(),
        name: name.into(),
        prefix: "tw_live_8fK2".into(),
        scopes: vec!["subscriptions:read".into(), "usage:write".into()],
        created: ts("2026-09-01T10:00:00Z"),
        used: (state == "active").then(|| ts("2026-11-22T09:29:00Z")),
        state: state.into(),
    };
    ApiKeysPage {
        base,
        rows: vec![
            key("Inventory sync", "active"),
            key("Old script", "revoked"),
        ],
        fresh: fresh.then(|| "tw_live_8fK2mQ9xVb3nT7wL5pR1sY6dH4gJ0cZe".into()),
        scopes: vec![
            (
                "subscriptions:read".into(),
                "see subscriptions and their access data".into(),
            ),
            ("orders:write".into(), "order and change".into()),
            ("invoices:read".into(), "see invoices".into()),
        ],
        form: FormState::default(),
    }
}

pub(crate) fn audit() -> AuditPage {
    let row = |who: &'static str,
               acting: Option<&'static str>,
               action: &'static str,
               subject: &'static str,
               summary: &'static str| AuditRow {
        at: ts("2026-11-22T09:12:00Z"),
        who: who.into(),
        acting: acting.map(Into::into),
        action: action.into(),
        subject: subject.into(),
        href: None,
        summary: summary.into(),
    };
    AuditPage {
        rows: vec![
            row(
                "Jonas Petersen",
                Some("Hansa Logistik GmbH"),
                "subscription.change",
                "sub_01ksd2v7nwe0v9wm0q3w4v5x6y",
                "seats 10 → 12",
            ),
            row(
                "Ada Krüger",
                None,
                "user.invite",
                "usr_01ksd2v7nwe0v9wm0q3w4v5x6y",
                "li@hansa.example",
            ),
            row(
                "Inventory sync",
                None,
                "access_data.view",
                "sub_01ksd2v7nwe0v9wm0q3w4v5x6y",
                "admin password shown",
            ),
        ],
        state: ListState {
            next: Some("x".into()),
            ..ListState::at("/my/audit")
        },
    }
}

pub(crate) fn settings(base: &'static str, seller: bool) -> SettingsPage {
    let mut parts = vec![
        (
            SettingsPart::Profile,
            FormState::of([("name", "Ada Krüger"), ("email", "ada@hansa.example")]),
        ),
        (SettingsPart::Password, FormState::default()),
        (
            SettingsPart::Company,
            FormState::of([("company", "Hansa Logistik GmbH"), ("country", "DE")])
                .wrong("tax_id", "DE and nine digits are expected."),
        ),
        (SettingsPart::Locale, FormState::of([("language", "en")])),
    ];
    if seller {
        parts.push((
            SettingsPart::Brand,
            FormState::of([
                ("brand_name", "Nordlicht Cloud"),
                ("brand_colour", "#0b6e4f"),
                ("host", "cloud.nordlicht.example"),
            ]),
        ));
        parts.push((
            SettingsPart::Invoicing,
            FormState::of([("invoice_prefix", "NC"), ("payment_days", "14")]),
        ));
    }
    SettingsPage {
        base,
        parts,
        countries: vec![
            ("DE".into(), "Germany".into()),
            ("US".into(), "United States".into()),
        ],
        zones: vec!["Europe/Berlin".into(), "America/New_York".into()],
        vat: true,
        exemptions: (base == "/my").then_some("/my/certificates"),
    }
}
