//! Signing up and in, and what belongs to it.

use axum::{
    Router,
    response::Response,
    routing::{get, post},
};
use http::{HeaderMap, header};
use tradewind_accounts::{
    rules::place::is_keepable,
    service::{
        PasswordByLink, email_verify, email_verify_resend, invite_accept, password_reset_confirm,
        password_reset_request, sign_in, sign_out, sign_up, storefront_list,
    },
    types::{SignIn, SignUp, SignedIn as Entered},
};
use tradewind_kernel::Locale;
use tradewind_kernel::{Error, country};
use tradewind_platform::RealmMode;
use tradewind_policy::AccountKind;

use crate::{
    form::Sent,
    respond::{self, Answer},
    session::{self, Anyone, SignedIn, Visit},
    view::{
        auth::{
            DemoPage, DemoSignIn, ForgotPage, InvitationPage, LinkResultPage, MailSentPage,
            ResetPage, SignInPage, SignUpPage,
        },
        kit::Txt,
        shared::FormState,
    },
};

/// Two weeks in seconds: as long as a session can last.
const SESSION_SECONDS: u32 = 14 * 24 * 3600;

pub(super) fn routes() -> Router {
    Router::new()
        .route("/sign-in", get(sign_in_form).post(sign_in_send))
        .route("/sign-up", get(sign_up_form).post(sign_up_send))
        .route("/sign-out", post(leave))
        .route("/verify/again", post(verify_again))
        .route("/verify-email", get(verify))
        .route("/forgot", get(forgot_form).post(forgot_send))
        .route("/reset-password", get(reset_form))
        .route("/reset", post(reset_send))
        .route(
            "/accept-invitation",
            get(invitation_form).post(invitation_send),
        )
        .route("/demo", get(demo))
        .route("/demo/sign-in", post(demo_sign_in))
}

/// Countries to choose from.
pub(super) fn countries(locale: Locale) -> Vec<(Txt, Txt)> {
    country::by_name(locale)
        .into_iter()
        .map(|(code, name)| (code.into(), name.into()))
        .collect()
}

fn sign_in_page(visit: &Visit, form: FormState, back: &str) -> crate::view::Page {
    SignInPage {
        form,
        back: back.to_owned().into(),
        sign_up_href: respond::leading("/sign-up", back),
        sign_up: visit.shop.is_some(),
        demo: visit.state.demo.is_some(),
    }
    .page(visit.gate())
}

async fn sign_in_form(Anyone(visit): Anyone) -> Answer {
    let back = respond::back(visit.ask("back"), "");
    if visit.session.is_some() {
        return Ok(respond::to(if back.is_empty() {
            visit.home()
        } else {
            back
        }));
    }
    respond::page(sign_in_page(&visit, FormState::default(), back))
}

async fn sign_in_send(Anyone(visit): Anyone, headers: HeaderMap, sent: Sent) -> Answer {
    let back = respond::back(sent.get("back"), "");
    match enter(&visit, &headers, sent.get("email"), sent.raw("password")).await {
        Ok(entered) => Ok(welcome(&visit, &entered, back)),
        Err(error) => {
            let form = respond::wrong(&visit.t(), sent.state(), error)?;
            respond::again(sign_in_page(&visit, form, back))
        }
    }
}

async fn enter(
    visit: &Visit,
    headers: &HeaderMap,
    email: &str,
    password: &str,
) -> tradewind_kernel::Result<Entered> {
    let input = SignIn {
        email: email.to_owned(),
        password: password.to_owned(),
        account: None,
        user_agent: headers
            .get(header::USER_AGENT)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned(),
    };
    sign_in(visit.p(), &visit.state.passwords, &visit.ctx, &input).await
}

fn welcome(visit: &Visit, entered: &Entered, back: &str) -> Response {
    let home = match entered.info.principal.account_kind {
        AccountKind::Customer => "/my",
        AccountKind::Vendor => "/vendor",
        _ => "/panel",
    };
    let mut response = respond::to(if back.is_empty() { home } else { back });
    let encrypted = visit.state.public_url.starts_with("https:");
    respond::keep(
        &mut response,
        session::SESSION,
        &entered.token,
        Some(SESSION_SECONDS),
        encrypted,
    );
    response
}

async fn leave(Anyone(visit): Anyone) -> Answer {
    if let Some(info) = &visit.session {
        match sign_out(visit.p(), &visit.ctx, info).await {
            Ok(()) | Err(Error::NotFound { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let mut response = respond::to("/");
    respond::keep(&mut response, session::SESSION, "", Some(0), false);
    Ok(response)
}

fn sign_up_page(visit: &Visit, form: FormState, back: &str) -> crate::view::Page {
    SignUpPage {
        form,
        back: back.to_owned().into(),
        sign_in_href: respond::leading("/sign-in", back),
        countries: countries(visit.ctx.locale),
    }
    .page(visit.gate())
}

async fn sign_up_form(Anyone(visit): Anyone) -> Answer {
    let back = respond::back(visit.ask("back"), "");
    if visit.session.is_some() {
        return Ok(respond::to(if back.is_empty() {
            visit.home()
        } else {
            back
        }));
    }
    let country = visit.shop()?.country.clone();
    let form = FormState::of([("country", country.as_str())]);
    respond::page(sign_up_page(&visit, form, back))
}

async fn sign_up_send(Anyone(visit): Anyone, sent: Sent) -> Answer {
    let back = respond::back(sent.get("back"), "");
    let input = SignUp {
        storefront: visit.shop()?.slug.clone(),
        company: sent.get("company").to_owned(),
        country: sent.get("country").to_owned(),
        name: sent.get("name").to_owned(),
        email: sent.get("email").to_owned(),
        password: sent.raw("new_password").to_owned(),
        locale: Some(visit.ctx.locale.tag().to_owned()),
        // A configuration that is too long to be kept is better made again than a sign-up refused.
        next: Some(back.to_owned()).filter(|place| is_keepable(place)),
        ..SignUp::default()
    };
    match sign_up(visit.p(), &visit.state.passwords, &visit.ctx, &input).await {
        Ok(signed_up) => mail_sent(&visit, signed_up.user.email, "verify-sent"),
        Err(error) => {
            let form = respond::blame(&visit.t(), sent.state(), error, new_password)?;
            respond::again(sign_up_page(&visit, form, back))
        }
    }
}

/// A password to be set has another name in the forms than in the use cases.
fn new_password(field: &str) -> String {
    match field {
        "password" => "new_password",
        other => other,
    }
    .to_owned()
}

fn mail_sent(visit: &Visit, email: String, key: &'static str) -> Answer {
    let page = MailSentPage {
        email: email.into(),
        key,
        again: key == "verify-sent" && visit.session.is_some(),
        outbox: reads_outbox(visit).then(|| "/demo/outbox".into()),
    };
    respond::page(page.page(visit.gate()))
}

/// Whether mails can be read here by everyone: in a sandbox whose mails land in the outbox.
pub(super) fn reads_outbox(visit: &Visit) -> bool {
    visit.state.outbox && visit.state.demo.is_some() && visit.realm.mode == RealmMode::Sandbox
}

async fn verify_again(SignedIn(visit): SignedIn) -> Answer {
    let email = visit.session()?.user.email.clone();
    match email_verify_resend(visit.p(), &visit.ctx).await {
        Ok(()) => mail_sent(&visit, email, "verify-sent"),
        Err(Error::Conflict { .. }) => Ok(respond::to(visit.home())),
        Err(error) => Err(error.into()),
    }
}

async fn verify(Anyone(visit): Anyone) -> Answer {
    let verified = link(email_verify(visit.p(), &visit.ctx, visit.ask("token")).await)?;
    let good = verified.is_some();
    // It was checked when it was kept; what people are sent to is checked where they are sent.
    let kept = verified.and_then(|verified| verified.next);
    let place = respond::back(kept.as_deref().unwrap_or_default(), "").to_owned();
    let next: (&'static str, Txt) = match (good, visit.session.is_some()) {
        (true, true) if place.is_empty() => ("to-catalogue", "/".into()),
        (true, true) => ("to-choice", place.into()),
        (true, false) => ("sign-in", respond::leading("/sign-in", &place)),
        (false, _) => ("error-home", visit.home().into()),
    };
    let page = LinkResultPage {
        good,
        key: if good { "verified" } else { "link-expired" },
        next,
    };
    respond::page(page.page(visit.gate()))
}

/// What a link from a mail does; nothing when it does not hold.
fn link<T>(outcome: tradewind_kernel::Result<T>) -> Result<Option<T>, respond::Failure> {
    match outcome {
        Ok(done) => Ok(Some(done)),
        Err(
            Error::Refused { .. }
            | Error::Invalid(_)
            | Error::NotFound { .. }
            | Error::Conflict { .. },
        ) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

async fn forgot_form(Anyone(visit): Anyone) -> Answer {
    let form = FormState::default();
    respond::page(ForgotPage { form }.page(visit.gate()))
}

async fn forgot_send(Anyone(visit): Anyone, sent: Sent) -> Answer {
    match password_reset_request(visit.p(), &visit.ctx, sent.get("email")).await {
        Ok(()) => mail_sent(&visit, sent.get("email").to_owned(), "reset-sent"),
        Err(error) => {
            let form = respond::wrong(&visit.t(), sent.state(), error)?;
            respond::again(ForgotPage { form }.page(visit.gate()))
        }
    }
}

async fn reset_form(Anyone(visit): Anyone) -> Answer {
    let page = ResetPage {
        form: FormState::default(),
        token: visit.ask("token").to_owned().into(),
    };
    respond::page(page.page(visit.gate()))
}

async fn reset_send(Anyone(visit): Anyone, sent: Sent) -> Answer {
    let input = PasswordByLink {
        token: sent.get("token").to_owned(),
        password: sent.raw("new_password").to_owned(),
        name: None,
    };
    let (p, passwords) = (visit.p(), &visit.state.passwords);
    match password_reset_confirm(p, passwords, &visit.ctx, &input).await {
        Ok(_) => password_set(&visit),
        Err(error) => {
            let form = respond::blame(&visit.t(), sent.state(), error, new_password)?;
            let token = input.token.into();
            respond::again(ResetPage { form, token }.page(visit.gate()))
        }
    }
}

fn password_set(visit: &Visit) -> Answer {
    let page = LinkResultPage {
        good: true,
        key: "password-changed",
        next: ("sign-in", "/sign-in".into()),
    };
    respond::page(page.page(visit.gate()))
}

async fn invitation_form(Anyone(visit): Anyone) -> Answer {
    let page = InvitationPage {
        form: FormState::default(),
        token: visit.ask("token").to_owned().into(),
    };
    respond::page(page.page(visit.gate()))
}

async fn invitation_send(Anyone(visit): Anyone, sent: Sent) -> Answer {
    let input = PasswordByLink {
        token: sent.get("token").to_owned(),
        password: sent.raw("new_password").to_owned(),
        name: sent.some("name"),
    };
    let (p, passwords) = (visit.p(), &visit.state.passwords);
    match invite_accept(p, passwords, &visit.ctx, &input).await {
        Ok(_) => password_set(&visit),
        Err(error) => {
            let form = respond::blame(&visit.t(), sent.state(), error, new_password)?;
            let token = input.token.into();
            respond::again(InvitationPage { form, token }.page(visit.gate()))
        }
    }
}

fn no_demo() -> Error {
    Error::NotFound {
        kind: "page",
        id: "demo".to_owned(),
    }
}

async fn demo(Anyone(visit): Anyone) -> Answer {
    let demo = visit.state.demo.as_ref().ok_or_else(no_demo)?;
    let shops = storefront_list(visit.p(), visit.realm.id).await?;
    let groups = demo.groups.iter().map(|(group, people)| {
        let people = people.iter().map(|person| DemoSignIn {
            who: person.who.clone().into(),
            about: person.about.clone().into(),
            email: person.email.clone().into(),
            password: person.password.clone().into(),
        });
        (group.clone().into(), people.collect())
    });
    let page = DemoPage {
        groups: groups.collect(),
        shops: shops
            .into_iter()
            .filter(|shop| shop.kind == AccountKind::Reseller)
            .map(|shop| (shop.name.into(), format!("/s/{}", shop.slug).into()))
            .collect(),
    };
    respond::page(page.page(visit.gate()))
}

async fn demo_sign_in(Anyone(visit): Anyone, headers: HeaderMap, sent: Sent) -> Answer {
    let demo = visit.state.demo.as_ref().ok_or_else(no_demo)?;
    let person = demo
        .groups
        .iter()
        .flat_map(|(_, people)| people)
        .find(|person| person.email == sent.get("email"))
        .ok_or_else(no_demo)?;
    let entered = enter(&visit, &headers, &person.email, &person.password).await?;
    Ok(welcome(&visit, &entered, ""))
}
