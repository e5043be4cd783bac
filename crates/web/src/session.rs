//! Who comes, where, and in which language: the visit that every handler is given.

use std::{str::FromStr, sync::Arc};

use axum::{
    body::Body,
    extract::{FromRequestParts, Path, RawPathParams, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, Method, header, request::Parts};
use percent_encoding::percent_decode_str;
use tradewind_accounts::{
    service::{storefront, storefront_by_host, storefront_first, visit_load},
    types::{SessionInfo, Storefront},
};
use tradewind_catalogue::types::OfferScope;
use tradewind_documents::tax::TaxWord;
use tradewind_kernel::{
    Currency, Date, Error, Locale, Result, Zone,
    id::{AccountId, RealmId},
};
use tradewind_platform::{
    Acting, OpCtx, Platform, Snapshot,
    realm::Realm,
    tokens::{equal_in_constant_time, random_token},
};
use tradewind_policy::{AccountKind, Principal};

use crate::{
    form::{self, Sent},
    respond::{self, Failure},
    state::WebState,
    view::{kit::ListState, shell::Theme},
};

/// Carries the token of a session; the API reads the same cookie.
pub(crate) const SESSION: &str = "tradewind_session";
/// Marks a browser, so that forms of visitors can be told from forged ones.
pub(crate) const VISITOR: &str = "tradewind_visitor";
/// The seller whose shop was chosen.
pub(crate) const SHOP: &str = "tradewind_shop";
/// The language chosen.
pub(crate) const LANGUAGE: &str = "tradewind_lang";
/// Light or dark.
pub(crate) const THEME: &str = "tradewind_theme";
/// A message for the next page.
pub(crate) const FLASH: &str = "tradewind_flash";

/// One request: who, where, in which language.
pub(crate) struct Visit {
    /// What it is handled with.
    pub(crate) state: WebState,
    /// The realm.
    pub(crate) realm: Realm,
    /// The context for use cases.
    pub(crate) ctx: OpCtx,
    /// Who is signed in.
    pub(crate) session: Option<SessionInfo>,
    /// From whom the account of the session buys, and in which currency.
    pub(crate) buys: Option<(AccountId, Currency)>,
    /// The shop: a customer's seller, a seller's own, or the one chosen.
    pub(crate) shop: Option<Storefront>,
    /// Path and query.
    pub(crate) path: String,
    /// The query.
    pub(crate) query: Vec<(String, String)>,
    /// The time zone of what is shown.
    pub(crate) zone: Zone,
    /// Light or dark.
    pub(crate) theme: Theme,
    /// What every form has to carry.
    pub(crate) csrf: String,
    /// Whether a script of ours asks for a part of the page.
    pub(crate) part: bool,
    /// Messages of the request before.
    pub(crate) flash: Vec<(bool, String)>,
    /// A visitor's mark that is to be kept.
    pub(crate) mark: Option<String>,
    /// Whether the session that came with the request is over.
    pub(crate) lost: bool,
    /// The host that was asked for, as the request says.
    pub(crate) host: String,
}

impl Visit {
    /// The platform.
    pub(crate) fn p(&self) -> &Platform {
        &self.state.platform
    }

    /// A parameter of the address, empty when absent.
    pub(crate) fn ask(&self, name: &str) -> &str {
        self.query
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value.trim())
    }

    /// Where the reader's browser finds us: on the shop's own host when it came there, else at the installation's address.
    pub(crate) fn origin(&self) -> String {
        let public = &self.state.public_url;
        let own = self.shop.as_ref().and_then(|shop| shop.host.as_deref());
        let (name, port) = self.host.split_once(':').unwrap_or((&self.host, ""));
        match public.split_once("://") {
            Some((scheme, _)) if own == Some(name) && port.is_empty() => {
                format!("{scheme}://{name}")
            }
            Some((scheme, _)) if own == Some(name) => format!("{scheme}://{name}:{port}"),
            _ => public.clone(),
        }
    }

    /// The path without its query.
    pub(crate) fn bare_path(&self) -> &str {
        self.path.split('?').next().unwrap_or(&self.path)
    }

    /// The state of a list at the address of this request.
    pub(crate) fn list(&self, next: Option<String>) -> ListState {
        ListState {
            path: self.bare_path().to_owned().into(),
            query: self.query.clone(),
            next,
        }
    }

    /// What the shop's tax is called.
    pub(crate) fn tax(&self) -> TaxWord {
        let named = self.shop.as_ref().map_or("", |shop| shop.tax.name.as_str());
        TaxWord::of(self.ctx.locale, named)
    }

    /// Today, as the reader's calendar has it.
    pub(crate) fn today(&self) -> Date {
        self.ctx.now.date_in(&self.zone)
    }

    /// The account that is worked for; a visitor's is the shop's.
    pub(crate) fn account(&self) -> AccountId {
        self.ctx.principal.account
    }

    /// The kind of the account of who is signed in.
    pub(crate) fn kind(&self) -> Option<AccountKind> {
        self.session
            .as_ref()
            .map(|info| info.principal.account_kind)
    }

    /// Where the pages of who is signed in begin.
    pub(crate) fn home(&self) -> &'static str {
        match self.kind() {
            Some(AccountKind::Customer) => "/my",
            Some(AccountKind::Vendor) => "/vendor",
            Some(_) => "/panel",
            None => "/",
        }
    }

    /// The shop.
    ///
    /// # Errors
    /// Not found when nobody in the realm sells.
    pub(crate) fn shop(&self) -> Result<&Storefront> {
        self.shop.as_ref().ok_or(Error::NotFound {
            kind: "storefront",
            id: String::new(),
        })
    }

    /// The context in which the shop is looked at: a customer's own, or a visitor's.
    pub(crate) fn shop_ctx(&self) -> Result<OpCtx> {
        let shop = self.shop()?;
        if self.kind() == Some(AccountKind::Customer) {
            return Ok(self.ctx.clone());
        }
        Ok(OpCtx {
            principal: Principal::visitor(shop.account, shop.kind),
            acting: None,
            ..self.ctx.clone()
        })
    }

    /// Whose prices for whom the shop shows.
    pub(crate) fn scope(&self) -> Result<OfferScope> {
        let shop = self.shop()?;
        Ok(OfferScope {
            seller: shop.account,
            buyer: (self.kind() == Some(AccountKind::Customer)).then(|| self.account()),
            on: self.ctx.now.date_in(&shop.zone),
        })
    }

    /// The session behind the visit.
    ///
    /// # Errors
    /// Unauthenticated when nobody is signed in.
    pub(crate) fn session(&self) -> Result<&SessionInfo> {
        self.session
            .as_ref()
            .ok_or_else(|| Error::unauthenticated("sign_in_required", "sign in to continue"))
    }

    fn accepts(&self, sent: &Sent) -> bool {
        equal_in_constant_time(sent.raw("csrf"), &self.csrf)
    }
}

/// A visit by anyone.
pub(crate) struct Anyone(pub(crate) Arc<Visit>);

/// A visit by someone who has signed in.
pub(crate) struct SignedIn(pub(crate) Arc<Visit>);

/// A visit by someone who works for a customer; others are sent to their own pages.
pub(crate) struct Customer(pub(crate) Arc<Visit>);

/// An id in the address; one that cannot be is answered as one that is not.
pub(crate) struct Id<T>(pub(crate) T);

impl<S: Sync> FromRequestParts<S> for Anyone {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let visit = parts.extensions.get::<Arc<Visit>>().cloned();
        visit
            .map(Self)
            .ok_or_else(|| Failure(Error::internal("a page outside of a visit")))
    }
}

impl<S: Sync> FromRequestParts<S> for SignedIn {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let Anyone(visit) = Anyone::from_request_parts(parts, state).await?;
        visit.session()?;
        Ok(Self(visit))
    }
}

impl<S: Sync> FromRequestParts<S> for Customer {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let SignedIn(visit) = SignedIn::from_request_parts(parts, state)
            .await
            .map_err(IntoResponse::into_response)?;
        if visit.kind() == Some(AccountKind::Customer) {
            Ok(Self(visit))
        } else {
            Err(respond::to(visit.home()))
        }
    }
}

impl<S: Send + Sync, T: FromStr> FromRequestParts<S> for Id<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let params = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|error| Failure(Error::internal(error)))?;
        let text = params.iter().next().map_or("", |(_, value)| value);
        text.parse().map(Self).map_err(|_| {
            Failure(Error::NotFound {
                kind: "page",
                id: text.chars().take(60).collect(),
            })
        })
    }
}

/// Two parts of the address, as texts.
pub(crate) type Parts2 = Path<(String, String)>;

/// Makes the visit of a request, refuses forged forms, and dresses the answer.
pub(crate) async fn enter(State(state): State<WebState>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let visit = match open(&state, &parts).await {
        Ok(visit) => Arc::new(visit),
        Err(error) => return respond::bare(&error),
    };
    let response = if matches!(parts.method, Method::GET | Method::HEAD) {
        parts.extensions.insert(visit.clone());
        next.run(Request::from_parts(parts, body)).await
    } else {
        match form::read(&parts.headers, body, visit.session.is_some()).await {
            Ok(sent) if visit.accepts(&sent) => {
                parts.extensions.insert(visit.clone());
                parts.extensions.insert(sent);
                next.run(Request::from_parts(parts, Body::empty())).await
            }
            Ok(_) if visit.lost => Failure(Error::unauthenticated(
                "session_expired",
                "your session has expired; sign in again",
            ))
            .into_response(),
            Ok(_) => respond::forged(),
            Err(error) => Failure(error).into_response(),
        }
    };
    if let Some(snapshot) = &visit.ctx.snapshot
        && let Err(error) = snapshot.close().await
    {
        tracing::warn!(%error, "a snapshot could not be ended");
    }
    respond::finish(&visit, response)
}

async fn open(state: &WebState, parts: &Parts) -> Result<Visit> {
    let p = &state.platform;
    let headers = &parts.headers;
    let token = cookie(headers, SESSION);
    let snapshot = Snapshot::default();
    let loaded = match &token {
        Some(token) => visit_load(p, &snapshot, token).await?,
        None => None,
    };
    let lost = token.is_some() && loaded.is_none();
    let path = parts
        .uri
        .path_and_query()
        .map_or_else(|| "/".to_owned(), ToString::to_string);
    let (realm, loaded, here) = match loaded {
        Some(loaded) => {
            let (platform, id) = (p.clone(), loaded.realm);
            let realm = p.read_in(&snapshot, move |tx| {
                Box::pin(async move { platform.realm_in(tx, id).await })
            });
            (realm.await?, Some(loaded), None)
        }
        None => match by_host(p, headers).await? {
            Some((realm, shop)) => (p.realm(realm).await?, None, Some(shop)),
            None => (first_realm(p).await?, None, None),
        },
    };
    let (session, buys, own) = match loaded {
        Some(loaded) => (Some(loaded.session), loaded.buys, loaded.shop),
        None => (None, None, None),
    };
    let now = realm.at(p.wall());
    let principal = match &session {
        Some(info) => info.principal.clone(),
        None => Principal::visitor(realm.root_account, AccountKind::Provider),
    };
    let mut ctx = OpCtx::new(realm.id, now, principal);
    ctx.acting = session.as_ref().and_then(|info| {
        info.acting.as_ref().map(|acting| Acting {
            user: info.user.id,
            account: acting.home.id,
        })
    });
    let shop = match &session {
        Some(_) if own.is_some() => own,
        // A customer whose seller has no shop has none; others look at the shop of their choice, except at work.
        Some(info) if info.account.kind == AccountKind::Customer || at_work(&path) => None,
        None if here.is_some() => here,
        _ => shop_of_visitor(p, realm.id, headers).await?,
    };
    if matches!(parts.method, Method::GET | Method::HEAD) {
        ctx.snapshot = Some(snapshot);
    } else {
        snapshot.close().await?;
    }
    if session.is_none()
        && let Some(shop) = &shop
    {
        ctx.principal = Principal::visitor(shop.account, shop.kind);
    }
    ctx.locale = language(headers, session.as_ref(), shop.as_ref());
    let zone = match (&session, &shop) {
        (Some(info), _) => info.account.zone.clone(),
        (None, Some(shop)) => shop.zone.clone(),
        (None, None) => Zone::utc(),
    };
    let known = cookie(headers, VISITOR).filter(|mark| mark.len() >= 20);
    let mark = (session.is_none() && known.is_none()).then(random_token);
    let csrf = match (&session, known, &mark) {
        (Some(info), _, _) => info.csrf.clone(),
        (None, Some(known), _) => known,
        (None, None, mark) => mark.clone().unwrap_or_default(),
    };
    Ok(Visit {
        state: state.clone(),
        query: form::pairs(parts.uri.query().unwrap_or_default()),
        theme: Theme::parse(&cookie(headers, THEME).unwrap_or_default()),
        part: headers.contains_key("hx-request"),
        flash: cookie(headers, FLASH).map(flash).into_iter().collect(),
        realm,
        ctx,
        session,
        buys,
        shop,
        path,
        zone,
        csrf,
        mark,
        lost,
        host: text(headers, header::HOST.as_str())
            .unwrap_or_default()
            .to_owned(),
    })
}

fn flash(kept: String) -> (bool, String) {
    let text = percent_decode_str(&kept).decode_utf8_lossy().into_owned();
    match text.strip_prefix('+') {
        Some(good) => (true, good.to_owned()),
        None => (false, text.trim_start_matches('-').to_owned()),
    }
}

/// The language that was chosen, else the reader's own, else the shop's; the browser is asked where nobody sells.
fn language(
    headers: &HeaderMap,
    session: Option<&SessionInfo>,
    shop: Option<&Storefront>,
) -> Locale {
    cookie(headers, LANGUAGE)
        .and_then(|tag| Locale::parse(&tag).ok())
        .or_else(|| session.map(|info| info.user.locale))
        .or_else(|| shop.map(|shop| shop.locale))
        .or_else(|| text(headers, header::ACCEPT_LANGUAGE.as_str()).and_then(Locale::negotiate))
        .unwrap_or_default()
}

/// Whether an address is one of the own pages of those who sell and deliver, which show no shop.
fn at_work(path: &str) -> bool {
    let first = path.split(['/', '?']).nth(1);
    matches!(first, Some("panel" | "vendor"))
}

/// The shop chosen before, else the realm's first reseller's.
async fn shop_of_visitor(
    p: &Platform,
    realm: RealmId,
    headers: &HeaderMap,
) -> Result<Option<Storefront>> {
    if let Some(slug) = cookie(headers, SHOP) {
        match storefront(p, realm, &slug).await {
            Ok(shop) => return Ok(Some(shop)),
            Err(Error::NotFound { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    storefront_first(p, realm).await
}

/// The shop that answers on the host of the request, with its realm.
async fn by_host(p: &Platform, headers: &HeaderMap) -> Result<Option<(RealmId, Storefront)>> {
    let host = text(headers, header::HOST.as_str())
        .map(|host| host.split(':').next().unwrap_or_default())
        .filter(|host| !host.is_empty() && *host != "localhost" && *host != "127.0.0.1");
    match host {
        Some(host) => storefront_by_host(p, host).await,
        None => Ok(None),
    }
}

async fn first_realm(p: &Platform) -> Result<Realm> {
    p.realms()
        .await?
        .into_iter()
        .next()
        .ok_or_else(|| Error::unavailable("this installation has no realm yet"))
}

/// The value of a cookie.
fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(found, value)| *found == name && !value.is_empty())
        .map(|(_, value)| value.to_owned())
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
