//! A realm with every tier: provider, distributor, two resellers, customers, a vendor; and another realm beside it.
#![allow(dead_code, unreachable_pub)]

use tradewind_accounts::{
    MIGRATIONS, PasswordCost, Passwords,
    service::{
        PasswordByLink, RealmCreate, account_create, invite_accept, realm_create, session_load,
        sign_in, user_invite,
    },
    types::{
        Account, AccountCreate, PersonInput, SessionInfo, SignIn, TermsInput, TokenMail, UserInvite,
    },
};
use tradewind_kernel::{
    Error,
    id::{AccountId, RealmId},
};
use tradewind_platform::{Acting, OpCtx, Platform, RealmMode, args, stmts};
use tradewind_policy::{AccountKind, Principal, Role};
use tradewind_testkit::{TestPlatform, each_platform};

pub const PASSWORD: &str = "a long enough phrase";

stmts! {
    /// Everything that any use case writes, as one number.
    ROWS = "SELECT CAST((SELECT COUNT(*) FROM account) + (SELECT COUNT(*) FROM relationship) + (SELECT COUNT(*) FROM app_user)
        + (SELECT COUNT(*) FROM membership) + (SELECT COUNT(*) FROM session) + (SELECT COUNT(*) FROM api_key)
        + (SELECT COUNT(*) FROM one_time_token) + (SELECT COUNT(*) FROM audit) + (SELECT COUNT(*) FROM event)
        + (SELECT COUNT(*) FROM job) + (SELECT COALESCE(SUM(version), 0) FROM account)
        + (SELECT COALESCE(SUM(version), 0) FROM relationship) + (SELECT COALESCE(SUM(version), 0) FROM app_user)
        + (SELECT COUNT(*) FROM session WHERE ended_at IS NOT NULL) + (SELECT COUNT(*) FROM session WHERE acting_account IS NOT NULL)
        + (SELECT COUNT(*) FROM api_key WHERE revoked_at IS NOT NULL) AS BIGINT) AS total";
    /// The payloads of waiting mails, the newest first.
    MAILS = "SELECT payload FROM job WHERE realm_id = $1 AND kind = 'mail.token' ORDER BY id DESC";
}

pub struct World {
    pub t: TestPlatform,
    pub passwords: Passwords,
    pub realm: RealmId,
    pub provider: Account,
    pub distributor: Account,
    pub reseller: Account,
    pub other_reseller: Account,
    pub customer: Account,
    pub other_customer: Account,
    pub vendor: Account,
}

pub fn input(parent: AccountId, kind: &str, name: &str) -> AccountCreate {
    let sells = kind != "customer" && kind != "vendor";
    AccountCreate {
        parent: Some(parent),
        kind: kind.to_owned(),
        name: name.to_owned(),
        country: "DE".to_owned(),
        email: format!("office@{}.example", name.to_lowercase()),
        slug: sells.then(|| name.to_lowercase()),
        ..AccountCreate::default()
    }
}

pub fn realm_input(name: &str) -> RealmCreate {
    RealmCreate {
        name: name.to_owned(),
        mode: RealmMode::Sandbox,
        starts_at: None,
        provider: AccountCreate {
            name: "Provider".to_owned(),
            country: "DE".to_owned(),
            email: "office@provider.example".to_owned(),
            currency: Some("EUR".to_owned()),
            zone: Some("Europe/Berlin".to_owned()),
            slug: Some("provider".to_owned()),
            ..AccountCreate::default()
        },
        owner: PersonInput {
            email: "ada@provider.example".to_owned(),
            name: "Ada".to_owned(),
            locale: None,
        },
        password: PASSWORD.to_owned(),
    }
}

impl World {
    pub async fn new(t: TestPlatform) -> Self {
        let passwords = Passwords::new(PasswordCost::LOWEST).expect("a valid cost");
        let created = realm_create(&t.platform, &passwords, &realm_input("main"))
            .await
            .expect("a realm");
        let ctx = t.platform.system(created.realm).await.expect("a context");
        let make = async |input: AccountCreate| {
            account_create(&t.platform, &ctx, &input)
                .await
                .expect("an account")
                .account
        };
        let provider = created.provider;
        let distributor = make(input(provider.id, "distributor", "Distributor")).await;
        let reseller = make(input(distributor.id, "reseller", "Nordwind")).await;
        let mut abroad = input(distributor.id, "reseller", "Sudwind");
        abroad.currency = Some("USD".to_owned());
        abroad.terms = Some(TermsInput {
            credit_limit: Some("5000".to_owned()),
            ..TermsInput::default()
        });
        let other_reseller = make(abroad).await;
        let customer = make(input(reseller.id, "customer", "Acme")).await;
        let other_customer = make(input(other_reseller.id, "customer", "Bolt")).await;
        let vendor = make(input(provider.id, "vendor", "Mailmaker")).await;
        Self {
            realm: created.realm,
            passwords,
            provider,
            distributor,
            reseller,
            other_reseller,
            customer,
            other_customer,
            vendor,
            t,
        }
    }

    pub fn p(&self) -> &Platform {
        &self.t.platform
    }

    pub async fn system(&self) -> OpCtx {
        self.p().system(self.realm).await.expect("a context")
    }

    /// A context of someone with a role at an account.
    pub async fn as_role(&self, account: &Account, role: Role) -> OpCtx {
        let user = tradewind_kernel::id::UserId::generate();
        let principal = Principal::user(user.to_string(), account.id, account.kind, vec![role]);
        OpCtx {
            principal,
            ..self.system().await
        }
    }

    pub async fn visitor(&self) -> OpCtx {
        OpCtx {
            principal: Principal::visitor(self.provider.id, AccountKind::Provider),
            ..self.system().await
        }
    }

    /// Signs someone in and gives the session's token, facts and context.
    pub async fn session(&self, email: &str) -> (String, SessionInfo, OpCtx) {
        let input = SignIn {
            email: email.to_owned(),
            password: PASSWORD.to_owned(),
            ..SignIn::default()
        };
        let signed_in = sign_in(self.p(), &self.passwords, &self.visitor().await, &input)
            .await
            .expect("signed in");
        let (_, info) = session_load(self.p(), &signed_in.token)
            .await
            .expect("loaded")
            .expect("alive");
        let ctx = OpCtx {
            principal: info.principal.clone(),
            ..self.system().await
        };
        (signed_in.token, info, ctx)
    }

    /// One number that changes whenever anything is written.
    pub async fn rows(&self) -> i64 {
        self.t.number(&ROWS).await
    }

    /// The waiting mails with links, the newest first.
    pub async fn mails(&self) -> Vec<TokenMail> {
        let mut tx = self.p().db().read().await.expect("begins");
        let rows: Vec<(String,)> = tx.all(&MAILS, args![self.realm]).await.expect("read");
        tx.rollback().await.expect("ended");
        rows.iter()
            .map(|(payload,)| serde_json::from_str(payload).expect("a mail"))
            .collect()
    }

    pub fn secret(&self, mail: &TokenMail) -> String {
        mail.open(self.p().keys())
            .expect("opens")
            .expose()
            .to_owned()
    }
}

/// Runs a story in a fresh world on each engine.
pub async fn each_world<F: Future<Output = ()>>(story: impl Fn(World) -> F) {
    each_platform(&[MIGRATIONS], |t| async {
        story(World::new(t).await).await
    })
    .await;
}

/// The code and field of a refusal.
pub fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> (String, String) {
    let error = result.expect_err("refused");
    match error.problems().first() {
        Some(problem) => (problem.code.to_owned(), problem.field.clone()),
        None => (error.code().to_owned(), String::new()),
    }
}

pub fn is(refusal: &(String, String), code: &str, field: &str) -> bool {
    refusal.0 == code && refusal.1 == field
}

/// Makes a member with the password of all tests.
pub async fn member(w: &World, account: &Account, email: &str, role: Role) {
    let owner = w.as_role(account, Role::Owner).await;
    let invite = UserInvite {
        account: account.id,
        person: PersonInput {
            email: email.into(),
            ..PersonInput::default()
        },
        roles: vec![role],
    };
    user_invite(w.p(), &owner, &invite).await.expect("invited");
    let token = w.secret(&w.mails().await[0]);
    let input = PasswordByLink {
        token,
        password: PASSWORD.into(),
        name: None,
    };
    invite_accept(w.p(), &w.passwords, &w.visitor().await, &input)
        .await
        .expect("accepted");
}

pub async fn ctx_of(w: &World, info: &SessionInfo) -> OpCtx {
    OpCtx {
        principal: info.principal.clone(),
        acting: info.acting.as_ref().map(|acting| Acting {
            user: info.user.id,
            account: acting.home.id,
        }),
        ..w.system().await
    }
}

pub async fn loaded(w: &World, token: &str) -> SessionInfo {
    session_load(w.p(), token)
        .await
        .expect("read")
        .expect("alive")
        .1
}
