//! Signing in, and errors.

use tradewind_web::view::Page;
use tradewind_web::view::auth::*;
use tradewind_web::view::error::ErrorPage;
use tradewind_web::view::shared::FormState;

use crate::{Entries, sample::Look};

pub(crate) fn entries() -> Entries {
    vec![
        ("sign-in", |look| sign_in(look, FormState::default())),
        ("sign-in-error", |look| {
            let form = FormState {
                problem: Some("E-mail or password is wrong.".into()),
                ..FormState::of([("email", "ada@hansa.example")])
            };
            sign_in(look, form)
        }),
        ("sign-up", sign_up),
        ("verify-sent", |look| {
            MailSentPage {
                email: "ada@hansa.example".into(),
                key: "verify-sent",
                again: true,
                outbox: Some("/demo/outbox".into()),
            }
            .page(look.gate())
        }),
        ("verify-done", |look| {
            LinkResultPage {
                good: true,
                key: "verified",
                next: ("sign-in", "/sign-in".into()),
            }
            .page(look.gate())
        }),
        ("verify-expired", |look| {
            LinkResultPage {
                good: false,
                key: "link-expired",
                next: ("forgot-link", "/forgot".into()),
            }
            .page(look.gate())
        }),
        ("forgot", |look| {
            ForgotPage {
                form: FormState::default(),
            }
            .page(look.gate())
        }),
        ("reset", |look| {
            let form =
                FormState::default().wrong("new_password", "Too short: at least 12 characters.");
            ResetPage {
                form,
                token: "tok".into(),
            }
            .page(look.gate())
        }),
        ("demo", demo),
        ("error-403", |look| error(look, 403)),
        ("error-404", |look| error(look, 404)),
        ("error-409", |look| error(look, 409)),
        ("error-422", |look| error(look, 422)),
        ("error-500", |look| error(look, 500)),
    ]
}

fn sign_in(look: &Look, form: FormState) -> Page {
    SignInPage {
        form,
        back: "/".into(),
        sign_up_href: "/sign-up?back=%2F".into(),
        sign_up: true,
        demo: true,
    }
    .page(look.gate())
}

fn sign_up(look: &Look) -> Page {
    let form = FormState::of([("email", "ada@hansa")])
        .wrong("email", "An e-mail address has the form name@example.com.");
    SignUpPage {
        form,
        back: "/".into(),
        sign_in_href: "/sign-in?back=%2F".into(),
        countries: vec![
            ("DE".into(), "Germany".into()),
            ("US".into(), "United States".into()),
        ],
    }
    .page(look.gate())
}

fn demo(look: &Look) -> Page {
    let person = |who: &'static str, about: &'static str, email: &'static str| DemoSignIn {
        who: who.into(),
        about: about.into(),
        email: email.into(),
        password: "demo-password".into(),
    };
    DemoPage {
        groups: vec![
            (
                "Provider · Meridian Cloud".into(),
                vec![
                    person(
                        "Owner",
                        "Runs the platform: products, channel, billing, jobs",
                        "owner@meridian.example",
                    ),
                    person(
                        "Support",
                        "Looks after orders, may act as a customer",
                        "support@meridian.example",
                    ),
                ],
            ),
            (
                "Reseller · Nordlicht Cloud".into(),
                vec![person(
                    "Owner",
                    "Sells in EUR under its own brand",
                    "owner@nordlicht.example",
                )],
            ),
            (
                "Customer · Hansa Logistik".into(),
                vec![person(
                    "Admin",
                    "Orders and manages services",
                    "ada@hansa.example",
                )],
            ),
            (
                "Vendor · Tidemark Software".into(),
                vec![person(
                    "Owner",
                    "Products, deliveries, webhook",
                    "owner@tidemark.example",
                )],
            ),
        ],
        shops: vec![
            ("Nordlicht Cloud".into(), "/".into()),
            ("Bluebonnet Cloud".into(), "/".into()),
        ],
    }
    .page(look.gate())
}

fn error(look: &Look, status: u16) -> Page {
    let detail = (status == 409).then(|| "Jonas Petersen approved this order at 09:31.".into());
    let fields = if status == 422 {
        vec![("seats".into(), "at most 500".into())]
    } else {
        Vec::new()
    };
    ErrorPage {
        status,
        detail,
        fields,
        request: "req_01ksd2v7nwe0v9wm0q3w4v5x6y".into(),
        home: "/".into(),
    }
    .page(look.store())
}
