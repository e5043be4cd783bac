//! Calling other people's servers without being used against our own.

mod guard;

use std::sync::Arc;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, Method, Response, Url};
use tradewind_kernel::{Error, Result};
use tradewind_platform::{BoxFuture, HttpAnswer, HttpCaller, HttpFailure, HttpRequest};
use url::Host;

use guard::{GuardedResolver, NotAllowed};

pub use guard::is_public;

/// How long connecting may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// What the client may do.
#[derive(Clone, Debug, Default)]
pub struct HttpClientConfig {
    /// Also call addresses that are not public: loopback, private networks, link-local. For demos, tests and receivers
    /// inside the same network; otherwise whoever sets up a webhook could reach what only this machine can reach.
    pub allow_private_targets: bool,
}

/// An HTTP client: no redirects, no proxies, no cookies, and only addresses that are allowed.
#[derive(Clone, Debug)]
pub struct HttpClient {
    client: Client,
    allow_private_targets: bool,
}

/// Makes the cryptography of `ring` the one that TLS uses in this process. Doing so again changes nothing.
pub fn install_crypto_provider() {
    // Fails when there is one already, and then there is nothing to do.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

impl HttpClient {
    /// A client.
    ///
    /// # Errors
    /// Internal error when the system's certificates cannot be used.
    pub fn new(config: &HttpClientConfig) -> Result<Self> {
        install_crypto_provider();
        let resolver = GuardedResolver {
            allow_private: config.allow_private_targets,
        };
        let client = Client::builder()
            .user_agent(concat!("Tradewind/", env!("CARGO_PKG_VERSION")))
            .redirect(Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_idle_timeout(Duration::from_secs(30))
            .pool_max_idle_per_host(4)
            .dns_resolver(Arc::new(resolver))
            .build()
            .map_err(Error::internal)?;
        Ok(Self {
            client,
            allow_private_targets: config.allow_private_targets,
        })
    }

    async fn exchange(
        &self,
        request: &HttpRequest,
    ) -> std::result::Result<HttpAnswer, HttpFailure> {
        let url = self.checked(&request.url)?;
        let method = Method::from_bytes(request.method.as_bytes())
            .map_err(|_| HttpFailure::Refused(format!("{:?} is no HTTP method", request.method)))?;
        let mut builder = self
            .client
            .request(method, url)
            .timeout(request.timeout)
            .body(request.body.clone());
        for (name, value) in &request.headers {
            builder = builder.header(*name, value);
        }
        let response = builder
            .send()
            .await
            .map_err(|error| failure(&error, request.timeout))?;
        Ok(read(response, request.answer_max).await)
    }

    /// Names are checked when they are resolved; addresses in the URL are not resolved and are checked here.
    fn checked(&self, text: &str) -> std::result::Result<Url, HttpFailure> {
        let url = Url::parse(text)
            .map_err(|_| HttpFailure::Refused("the address is malformed".to_owned()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(HttpFailure::Refused(
                "expected an http or https address".to_owned(),
            ));
        }
        let address = match url.host() {
            Some(Host::Ipv4(address)) => Some(address.into()),
            Some(Host::Ipv6(address)) => Some(address.into()),
            Some(Host::Domain(_)) => None,
            None => return Err(HttpFailure::Refused("the address has no host".to_owned())),
        };
        match address {
            Some(address) if !self.allow_private_targets && !is_public(address) => {
                Err(HttpFailure::Refused(NotAllowed.to_string()))
            }
            _ => Ok(url),
        }
    }
}

impl HttpCaller for HttpClient {
    fn call<'a>(
        &'a self,
        request: &'a HttpRequest,
    ) -> BoxFuture<'a, std::result::Result<HttpAnswer, HttpFailure>> {
        Box::pin(self.exchange(request))
    }
}

/// Reads as much as is wanted. The status is an answer already: a body that breaks off takes nothing away from it.
async fn read(mut response: Response, most: usize) -> HttpAnswer {
    let headers = response
        .headers()
        .iter()
        .filter_map(|(name, value)| {
            Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
        })
        .collect();
    let status = response.status().as_u16();
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        let room = most.saturating_sub(body.len());
        body.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
        if body.len() >= most {
            break;
        }
    }
    HttpAnswer {
        status,
        headers,
        body,
    }
}

fn failure(error: &reqwest::Error, timeout: Duration) -> HttpFailure {
    let mut causes =
        std::iter::successors(Some(error as &(dyn std::error::Error + 'static)), |e| {
            e.source()
        });
    if causes.any(|cause| cause.is::<NotAllowed>()) {
        return HttpFailure::Refused(NotAllowed.to_string());
    }
    // The innermost cause says most, and nothing of the address, which the caller knows.
    let cause = std::iter::successors(Some(error as &(dyn std::error::Error + 'static)), |e| {
        e.source()
    })
    .last()
    .map_or_else(|| error.to_string(), ToString::to_string);
    if error.is_timeout() {
        HttpFailure::TimedOut(if error.is_connect() {
            CONNECT_TIMEOUT.min(timeout)
        } else {
            timeout
        })
    } else if error.is_connect() {
        HttpFailure::Unreachable(cause)
    } else {
        HttpFailure::Broken(cause)
    }
}
