//! A browser at which somebody works for a seller or a vendor.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use http::{Request, StatusCode, header};
use tower::ServiceExt;
use tradewind_accounts::service as accounts;
use tradewind_accounts::types::{ActAs, SignIn};
use tradewind_accounts::{PasswordCost, Passwords};
use tradewind_billing::service::PaymentGateway;
use tradewind_connectors::{Gateways, SandboxGateway, StripeGateway};
use tradewind_kernel::id::AccountId;
use tradewind_platform::OpCtx;
use tradewind_web::{WebState, router};

use super::common::World;

/// Someone at a browser.
pub(crate) struct Browser {
    router: Router,
    token: String,
    csrf: String,
}

/// What a browser got.
pub(crate) struct Got {
    pub(crate) status: StatusCode,
    pub(crate) to: String,
    pub(crate) text: String,
}

impl Browser {
    /// The provider's owner, working for the account.
    pub(crate) async fn working_for(world: &World, account: AccountId) -> Browser {
        Self::where_stripe_is(world, account, None).await
    }

    /// The same, where sellers may have accounts at Stripe.
    pub(crate) async fn where_stripe_is(
        world: &World,
        account: AccountId,
        stripe: Option<StripeGateway>,
    ) -> Browser {
        let p = world.p();
        let passwords = Passwords::new(PasswordCost::LOWEST).expect("a cost");
        let input = SignIn {
            email: "owner@example.com".to_owned(),
            password: "a long enough password 1".to_owned(),
            ..SignIn::default()
        };
        let ctx = world.ctx().await;
        let signed = accounts::sign_in(p, &passwords, &ctx, &input)
            .await
            .expect("a session");
        if account != world.provider {
            let own = OpCtx::new(world.realm, ctx.now, signed.info.principal.clone());
            let act = ActAs {
                session: signed.info.session,
                account,
                reason: "a test".to_owned(),
            };
            accounts::act_as_start(p, &own, &act).await.expect("acting");
        }
        let sandbox = SandboxGateway::new(p.clone(), "http://localhost/sandbox/payments");
        let gateway: Arc<dyn PaymentGateway> = match &stripe {
            Some(stripe) => Arc::new(Gateways::new(sandbox, stripe.clone())),
            None => Arc::new(sandbox),
        };
        let state = WebState {
            platform: p.clone(),
            passwords,
            gateway,
            sandbox: None,
            stripe,
            outbox: false,
            public_url: "http://localhost".to_owned(),
            demo: None,
        };
        Browser {
            router: router(state),
            token: signed.token,
            csrf: signed.info.csrf,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Got {
        self.send("GET", path, String::new()).await
    }

    pub(crate) async fn post(&self, path: &str, fields: &str) -> Got {
        let form = format!("csrf={}&{fields}", self.csrf);
        self.send("POST", path, form).await
    }

    /// What a script gets that asks for a part of the page.
    pub(crate) async fn live(&self, path: &str, fields: &str) -> Got {
        let form = format!("csrf={}&{fields}", self.csrf);
        self.request("POST", path, form, true).await
    }

    pub(crate) async fn send(&self, method: &str, path: &str, form: String) -> Got {
        self.request(method, path, form, false).await
    }

    async fn request(&self, method: &str, path: &str, form: String, part: bool) -> Got {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::COOKIE, format!("tradewind_session={}", self.token))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if part {
            request = request.header("HX-Request", "true");
        }
        let request = request.body(Body::from(form)).expect("a request");
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("an answer");
        let to = response.headers().get(header::LOCATION);
        let to = to.map_or(String::new(), |to| to.to_str().expect("text").to_owned());
        let status = response.status();
        let bytes = to_bytes(response.into_body(), usize::MAX)
            .await
            .expect("a body");
        Got {
            status,
            to,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }
}
