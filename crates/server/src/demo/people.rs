//! The accounts of the demo world and its people.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tradewind_accounts::service::{
    PasswordByLink, RealmCreate, account_create, invite_accept, password_reset_confirm,
    password_reset_request, person, realm_create, user_invite,
};
use tradewind_accounts::types::{
    AccountCreate, PersonInput, TokenKind, TokenMail, UserInvite, UserStatus,
};
use tradewind_accounts::{MAIL_JOB, Passwords};
use tradewind_kernel::Result;
use tradewind_kernel::id::{AccountId, RealmId};
use tradewind_platform::{Job, JobResult, Platform, RealmMode, Worker, WorkerConfig};
use tradewind_policy::{AccountKind, Principal};

use super::script::{Accounts, Party};
use super::{Builder, PASSWORD, broken};

/// The realms of the demo: the one that everything happens in, as the script names it, and a second one, empty, to show
/// that nothing leaks.
pub(super) const REALMS: [&str; 2] = ["Northwind Cloud", OTHER_REALM];
/// Name of the second realm.
const OTHER_REALM: &str = "Southgate Cloud";

/// Who is there.
pub(crate) struct People {
    /// The realm.
    pub(crate) realm: RealmId,
    accounts: BTreeMap<String, Member>,
    /// A sign-in for each role, in the order of the script.
    pub(crate) sign_ins: Vec<SignIn>,
}

/// An account and the first of its people.
pub(crate) struct Member {
    /// The account.
    pub(crate) id: AccountId,
    /// The first of its people.
    pub(crate) principal: Option<Principal>,
}

/// A sign-in to show.
#[derive(Clone, Debug, serde::Serialize)]
pub(crate) struct SignIn {
    /// Name.
    pub(crate) name: String,
    /// Address.
    pub(crate) email: String,
    /// What one sees with it.
    pub(crate) role: String,
    /// The account.
    pub(crate) account: String,
}

impl People {
    /// The account with this short name.
    pub(crate) fn account(&self, key: &str) -> Result<&Member> {
        self.accounts
            .get(key)
            .ok_or_else(|| broken(format!("no account {key}")))
    }
}

/// Links that would have been mailed, by user.
pub(crate) type Links = Arc<Mutex<Vec<(TokenKind, String, String)>>>;

impl Builder<'_> {
    /// Makes the realms, the accounts and their people.
    pub(crate) async fn people(&self, script: &Accounts) -> Result<People> {
        let links: Links = Arc::default();
        self.platform.handle(MAIL_JOB, keep_link(links.clone()));
        let (realm, root) = self.realm(script).await?;
        let mut people = People {
            realm,
            accounts: BTreeMap::new(),
            sign_ins: Vec::new(),
        };
        self.settle(&mut people, &script.provider, root, &links)
            .await?;
        for party in &script.accounts {
            (self.progress)(&party.account.name);
            let parent = people.account(&party.parent)?.id;
            let ctx = self
                .person(&people, &party.parent, &format!("account:{}", party.key))
                .await?;
            let input = AccountCreate {
                parent: Some(parent),
                terms: party.terms.clone(),
                ..party.account.clone()
            };
            let created = account_create(self.platform, &ctx, &input).await?;
            self.settle(&mut people, party, created.account.id, &links)
                .await?;
        }
        Ok(people)
    }

    /// The realm of the demo, and a second one that stays empty.
    async fn realm(&self, script: &Accounts) -> Result<(RealmId, AccountId)> {
        let owner = script
            .provider
            .users
            .first()
            .ok_or_else(|| broken("a provider without people"))?;
        for (name, provider) in [
            (script.realm.as_str(), script.provider.account.clone()),
            (OTHER_REALM, other_provider()),
        ] {
            if self
                .platform
                .realms()
                .await?
                .iter()
                .any(|realm| realm.name == name)
            {
                continue;
            }
            (self.progress)(name);
            let person = PersonInput {
                email: owner.0.clone(),
                name: owner.1.clone(),
                locale: None,
            };
            let input = RealmCreate {
                name: name.to_owned(),
                mode: RealmMode::Sandbox,
                starts_at: Some(script.starts_at),
                provider,
                owner: person,
                password: PASSWORD.to_owned(),
            };
            realm_create(self.platform, self.passwords, &input).await?;
        }
        let realms = self.platform.realms().await?;
        let realm = realms.iter().find(|realm| realm.name == script.realm);
        realm
            .map(|realm| (realm.id, realm.root_account))
            .ok_or_else(|| broken("the realm went away"))
    }

    /// Lets the people of an account in.
    async fn settle(
        &self,
        people: &mut People,
        party: &Party,
        id: AccountId,
        links: &Links,
    ) -> Result<()> {
        let mut first = None;
        for (email, name, roles, what) in &party.users {
            let found = person(self.platform, people.realm, email).await;
            if !found.is_ok_and(|(user, _)| user.status == UserStatus::Active) {
                let invite = UserInvite {
                    account: id,
                    person: PersonInput {
                        email: email.clone(),
                        name: name.clone(),
                        locale: None,
                    },
                    roles: roles.clone(),
                };
                let ctx = self.system(people.realm, &format!("user:{email}")).await?;
                user_invite(self.platform, &ctx, &invite).await?;
                accept(self.platform, self.passwords, people.realm, email, links).await?;
            }
            let (user, memberships) = person(self.platform, people.realm, email).await?;
            let membership = memberships.into_iter().find(|m| m.account.id == id);
            let membership = membership.ok_or_else(|| broken(format!("{email} has no role")))?;
            let kind: AccountKind = membership.account.kind;
            first.get_or_insert(Principal::user(
                user.id.to_string(),
                id,
                kind,
                membership.roles,
            ));
            people.sign_ins.push(SignIn {
                name: name.clone(),
                email: email.clone(),
                role: what.clone(),
                account: membership.account.name,
            });
        }
        people.accounts.insert(
            party.key.clone(),
            Member {
                id,
                principal: first,
            },
        );
        Ok(())
    }
}

/// Asks for a link as someone would who cannot find the mail, and uses it.
pub(crate) async fn accept(
    platform: &Platform,
    passwords: &Passwords,
    realm: RealmId,
    email: &str,
    links: &Links,
) -> Result<()> {
    let ctx = platform.system(realm).await?;
    password_reset_request(platform, &ctx, email).await?;
    Worker::new(platform.clone(), WorkerConfig::default())
        .drain(true)
        .await?;
    let link = {
        let mut links = links.lock().unwrap_or_else(PoisonError::into_inner);
        let latest = links.iter().rposition(|(_, to, _)| to == email);
        latest.map(|at| links.remove(at))
    };
    let (kind, _, token) = link.ok_or_else(|| broken(format!("no link for {email}")))?;
    let input = PasswordByLink {
        token,
        password: PASSWORD.to_owned(),
        name: None,
    };
    match kind {
        TokenKind::Invite => invite_accept(platform, passwords, &ctx, &input).await?,
        _ => password_reset_confirm(platform, passwords, &ctx, &input).await?,
    };
    Ok(())
}

/// Keeps the links that would be mailed: the demo reads its people's mail.
pub(crate) fn keep_link(
    links: Links,
) -> impl for<'a> Fn(&'a Platform, &'a Job) -> tradewind_platform::BoxFuture<'a, Result<JobResult>>
+ Send
+ Sync {
    move |platform, job| {
        let links = links.clone();
        Box::pin(async move {
            let mail: TokenMail = job.input()?;
            let token = mail.open(platform.keys())?.expose().to_owned();
            links
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push((mail.kind, mail.email, token));
            Ok(JobResult::Done)
        })
    }
}

fn other_provider() -> AccountCreate {
    AccountCreate {
        kind: "provider".to_owned(),
        name: "Southgate Cloud SAS".to_owned(),
        country: "FR".to_owned(),
        email: "bonjour@southgate.example".to_owned(),
        currency: Some("EUR".to_owned()),
        zone: Some("Europe/Paris".to_owned()),
        locale: Some("en".to_owned()),
        ..AccountCreate::default()
    }
}
