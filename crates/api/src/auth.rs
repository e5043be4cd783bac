//! Who calls: a key, a session or a visitor, and in which realm.

use std::net::SocketAddr;

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::request::Parts,
};
use http::{HeaderMap, Method, StatusCode, header};
use tradewind_accounts::{
    service::{api_key_authenticate, session_load, storefront_by_host},
    types::SessionInfo,
};
use tradewind_kernel::{
    Error, Locale,
    id::{RealmId, RequestId},
};
use tradewind_platform::{Acting, OpCtx, Platform, tokens::equal_in_constant_time};
use tradewind_policy::{AccountKind, Principal};

use crate::layers::Spoken;
use crate::{
    problem::{ApiResult, Problem},
    state::ApiState,
};

/// The cookie that carries the token of a session.
pub const SESSION_COOKIE: &str = "tradewind_session";
/// The header that carries a session's CSRF token with every change that is authorised by the cookie.
pub const CSRF_HEADER: &str = "x-csrf-token";
/// The header that names the realm, by id or name, for calls without a key or session.
pub const REALM_HEADER: &str = "tradewind-realm";
/// The header that makes a repeated call happen once.
pub const IDEMPOTENCY_HEADER: &str = "idempotency-key";
/// Longest idempotency key.
const IDEMPOTENCY_KEY_LENGTH: usize = 200;

/// Someone who has signed in, or a key.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The context for use cases.
    pub ctx: OpCtx,
    /// The session, unless it was a key.
    pub session: Option<SessionInfo>,
}

/// A caller whom this process has identified itself, as an extension of the request: the command line calls the routes
/// without a network between. Nothing that a client sends can put it there.
#[derive(Debug, Clone)]
pub struct Vouched(pub OpCtx);

/// Someone who may be signed in or not.
#[derive(Debug, Clone)]
pub struct Anyone(pub OpCtx);

impl Caller {
    /// The session behind the call.
    ///
    /// # Errors
    /// 409 `no_session` for a key.
    pub fn session(&self) -> ApiResult<&SessionInfo> {
        self.session.as_ref().ok_or_else(|| {
            Problem::new(
                StatusCode::CONFLICT,
                "no_session",
                "this is for people with a session; the call was made with an API key",
            )
        })
    }
}

impl FromRequestParts<ApiState> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> ApiResult<Self> {
        identify(parts, state).await?.ok_or_else(|| {
            Problem::from(Error::unauthenticated(
                "sign_in_required",
                "send an API key or a session's token as \"Authorization: Bearer …\"",
            ))
        })
    }
}

impl FromRequestParts<ApiState> for Anyone {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> ApiResult<Self> {
        if let Some(caller) = identify(parts, state).await? {
            return Ok(Self(caller.ctx));
        }
        let realm = realm_of_visitor(&state.platform, &parts.headers).await?;
        let root = state.platform.realm(realm).await?.root_account;
        let principal = Principal::visitor(root, AccountKind::Provider);
        context(parts, &state.platform, realm, principal, None)
            .await
            .map(Self)
    }
}

/// Who calls, when there is a credential; one that does not hold is refused, not ignored.
async fn identify(parts: &mut Parts, state: &ApiState) -> ApiResult<Option<Caller>> {
    let platform = &state.platform;
    if let Some(Vouched(ctx)) = parts.extensions.get().cloned() {
        let ctx = vouched(parts, ctx)?;
        return Ok(Some(Caller { ctx, session: None }));
    }
    if let Some(secret) = bearer(&parts.headers)? {
        if secret.starts_with("tws_") {
            let caller = by_session(parts, platform, &secret).await?;
            return limited(state, caller).map(Some);
        }
        let (realm, principal) = api_key_authenticate(platform, &secret).await?;
        check_realm(platform, &parts.headers, realm).await?;
        let ctx = context(parts, platform, realm, principal, None).await?;
        return limited(state, Caller { ctx, session: None }).map(Some);
    }
    if let Some(token) = cookie(&parts.headers, SESSION_COOKIE) {
        let caller = by_session(parts, platform, &token).await?;
        check_csrf(parts, &caller)?;
        return limited(state, caller).map(Some);
    }
    let address = parts
        .extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map_or_else(String::new, |ConnectInfo(address)| address.ip().to_string());
    state.visitors.take(&address)?;
    Ok(None)
}

/// What was found out about the caller, for this very request.
fn vouched(parts: &Parts, ctx: OpCtx) -> ApiResult<OpCtx> {
    let safe = is_safe(&parts.method);
    Ok(OpCtx {
        idempotency_key: ctx.idempotency_key.filter(|_| !safe),
        dry_run: !safe && (ctx.dry_run || dry_run(parts)?),
        ..ctx
    })
}

/// Whether a method only reads.
fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

fn limited(state: &ApiState, caller: Caller) -> ApiResult<Caller> {
    state.callers.take(&caller.ctx.principal.id)?;
    Ok(caller)
}

async fn by_session(parts: &Parts, platform: &Platform, token: &str) -> ApiResult<Caller> {
    let (realm, info) = session_load(platform, token).await?.ok_or_else(|| {
        Error::unauthenticated("session_over", "this session has ended; sign in again")
    })?;
    if let Some(spoken) = parts.extensions.get::<Spoken>() {
        spoken.set(info.user.locale);
    }
    check_realm(platform, &parts.headers, realm).await?;
    let acting = info.acting.as_ref().map(|acting| Acting {
        user: info.user.id,
        account: acting.home.id,
    });
    let mut ctx = context(parts, platform, realm, info.principal.clone(), acting).await?;
    ctx.locale = asked_language(&parts.headers).unwrap_or(info.user.locale);
    Ok(Caller {
        ctx,
        session: Some(info),
    })
}

/// A browser sends the cookie by itself; only pages of ours know the token that must come with a change.
fn check_csrf(parts: &Parts, caller: &Caller) -> ApiResult<()> {
    if is_safe(&parts.method) {
        return Ok(());
    }
    let sent = text(&parts.headers, CSRF_HEADER).unwrap_or_default();
    let expected = caller.session()?.csrf.as_str();
    if equal_in_constant_time(sent, expected) {
        Ok(())
    } else {
        Err(Problem::new(
            StatusCode::FORBIDDEN,
            "csrf_token_required",
            "a change authorised by the session's cookie needs its token in the X-CSRF-Token header",
        ))
    }
}

async fn context(
    parts: &Parts,
    platform: &Platform,
    realm: RealmId,
    principal: Principal,
    acting: Option<Acting>,
) -> ApiResult<OpCtx> {
    let safe = is_safe(&parts.method);
    Ok(OpCtx {
        acting,
        request: parts
            .extensions
            .get::<RequestId>()
            .copied()
            .unwrap_or_else(RequestId::generate),
        locale: asked_language(&parts.headers).unwrap_or_default(),
        idempotency_key: if safe {
            None
        } else {
            idempotency_key(&parts.headers)?
        },
        dry_run: !safe && dry_run(parts)?,
        ..OpCtx::new(realm, platform.now(realm).await?, principal)
    })
}

/// The language that a request asks for, when it is one of ours.
pub(crate) fn asked_language(headers: &HeaderMap) -> Option<Locale> {
    text(headers, header::ACCEPT_LANGUAGE.as_str()).and_then(Locale::negotiate)
}

fn idempotency_key(headers: &HeaderMap) -> ApiResult<Option<String>> {
    let Some(value) = headers.get(IDEMPOTENCY_HEADER) else {
        return Ok(None);
    };
    let key = value.to_str().unwrap_or_default();
    let well_formed = (1..=IDEMPOTENCY_KEY_LENGTH).contains(&key.len())
        && key.bytes().all(|b| b.is_ascii_graphic() || b == b' ');
    if !well_formed {
        return Err(Problem::from(Error::invalid(
            "Idempotency-Key",
            "malformed_key",
            format!("expected 1 to {IDEMPOTENCY_KEY_LENGTH} printable ASCII characters"),
        )));
    }
    Ok(Some(key.to_owned()))
}

fn dry_run(parts: &Parts) -> ApiResult<bool> {
    let query = parts.uri.query().unwrap_or_default();
    let value = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("dry_run="));
    match value {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(Problem::from(Error::invalid(
            "dry_run",
            "unknown_value",
            "expected true or false",
        ))),
    }
}

fn bearer(headers: &HeaderMap) -> ApiResult<Option<String>> {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return Ok(None);
    };
    value
        .to_str()
        .ok()
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, secret)| Some(secret.trim().to_owned()))
        .ok_or_else(|| {
            Problem::from(Error::unauthenticated(
                "malformed_authorization",
                "expected \"Authorization: Bearer\" with an API key or a session's token",
            ))
        })
}

/// The value of a cookie.
#[must_use]
pub fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(found, _)| *found == name)
        .map(|(_, value)| value.to_owned())
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// A credential belongs to one realm; naming another one is a mistake that must not go unnoticed.
async fn check_realm(platform: &Platform, headers: &HeaderMap, realm: RealmId) -> ApiResult<()> {
    let Some(named) = text(headers, REALM_HEADER) else {
        return Ok(());
    };
    if named_realm(platform, named).await? == realm {
        Ok(())
    } else {
        Err(Problem::from(Error::unauthenticated(
            "wrong_realm",
            "this key or session belongs to another realm than the one named",
        )))
    }
}

async fn named_realm(platform: &Platform, named: &str) -> ApiResult<RealmId> {
    let realms = platform.realms().await?;
    realms
        .iter()
        .find(|realm| realm.name == named || realm.id.to_string() == named)
        .map(|realm| realm.id)
        .ok_or_else(|| {
            Problem::from(Error::NotFound {
                kind: "realm",
                id: named.chars().take(80).collect(),
            })
        })
}

/// The realm named by the header, else the one whose storefront answers on the host, else the installation's first.
async fn realm_of_visitor(platform: &Platform, headers: &HeaderMap) -> ApiResult<RealmId> {
    if let Some(named) = text(headers, REALM_HEADER) {
        return named_realm(platform, named).await;
    }
    let host =
        text(headers, header::HOST.as_str()).map(|host| host.split(':').next().unwrap_or_default());
    if let Some(host) = host
        && let Some((realm, _)) = storefront_by_host(platform, host).await?
    {
        return Ok(realm);
    }
    let realms = platform.realms().await?;
    realms
        .first()
        .map(|realm| realm.id)
        .ok_or_else(|| Problem::from(Error::unavailable("this installation has no realm yet")))
}
