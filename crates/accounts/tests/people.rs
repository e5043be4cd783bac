//! People: invitations, roles, signing up, links and passwords.

mod common;

use common::{PASSWORD, World, each_world, is, refusal};
use tradewind_accounts::{
    service::{
        PasswordByLink, PasswordChange, chain_get, email_verify, email_verify_resend,
        invite_accept, membership_list, password_change, password_reset_confirm,
        password_reset_request, role_set, session_load, sign_in, sign_up, user_invite, user_list,
        user_remove,
    },
    types::{
        Account, Member, PaymentMode, PersonInput, RolesSet, SignIn, SignUp, TokenKind, UserInvite,
        UserRemove, UserStatus,
    },
};
use tradewind_kernel::{Duration, Error, Locale, id::UserId};
use tradewind_platform::OpCtx;
use tradewind_policy::Role;

fn invite(account: &Account, email: &str, roles: &[Role]) -> UserInvite {
    UserInvite {
        account: account.id,
        person: PersonInput {
            email: email.into(),
            name: "Someone".into(),
            locale: Some("de".into()),
        },
        roles: roles.to_vec(),
    }
}

fn by_link(token: String) -> PasswordByLink {
    PasswordByLink {
        token,
        password: PASSWORD.into(),
        name: None,
    }
}

async fn accepted(w: &World, account: &Account, email: &str, roles: &[Role]) -> Member {
    let owner = w.as_role(account, Role::Owner).await;
    let member = user_invite(w.p(), &owner, &invite(account, email, roles))
        .await
        .expect("invited");
    let secret = w.secret(&w.mails().await[0]);
    invite_accept(w.p(), &w.passwords, &w.visitor().await, &by_link(secret))
        .await
        .expect("accepted");
    member
}

fn sign_up_input() -> SignUp {
    SignUp {
        storefront: "sudwind".into(),
        company: "Comet GmbH".into(),
        country: "AT".into(),
        name: "Cleo".into(),
        email: "Cleo@Comet.example ".into(),
        password: PASSWORD.into(),
        tax_id: "ATU13585627".into(),
        next: Some("/products/mail?plan=team&qty%2Eseats=12".into()),
        ..SignUp::default()
    }
}

#[tokio::test]
async fn an_invitation_leads_to_a_member_who_signs_in() {
    each_world(|w| async move {
        let owner = w.as_role(&w.reseller, Role::Owner).await;
        let member = user_invite(
            w.p(),
            &owner,
            &invite(&w.reseller, "Sam@Nordwind.example", &[Role::Support]),
        )
        .await
        .expect("invited");
        assert_eq!(
            (member.user.status, member.user.locale),
            (UserStatus::Invited, Locale::De)
        );
        let mail = w.mails().await.remove(0);
        assert_eq!(
            (mail.kind, mail.email.as_str()),
            (TokenKind::Invite, "sam@nordwind.example")
        );
        assert_eq!(mail.storefront.as_deref(), Some("nordwind"));
        let secret = w.secret(&mail);
        assert!(
            !serde_json::to_string(&mail)
                .expect("json")
                .contains(&secret),
            "the secret is sealed"
        );
        let visitor = w.visitor().await;
        let user = invite_accept(
            w.p(),
            &w.passwords,
            &visitor,
            &PasswordByLink {
                name: Some("Sam".into()),
                ..by_link(secret.clone())
            },
        )
        .await
        .expect("accepted");
        assert_eq!(
            (user.status, user.name.as_str()),
            (UserStatus::Active, "Sam")
        );
        assert!(user.email_verified_at.is_some(), "the link came by mail");
        assert_eq!(
            refusal(invite_accept(w.p(), &w.passwords, &visitor, &by_link(secret)).await).0,
            "link_invalid",
            "a link works once"
        );
        let (_, info, ctx) = w.session("sam@nordwind.example").await;
        assert_eq!(
            (info.account.id, info.principal.roles.clone()),
            (w.reseller.id, vec![Role::Support])
        );
        let members = user_list(w.p(), &ctx, w.reseller.id).await.expect("listed");
        assert_eq!(members.len(), 1);
        assert_eq!(
            membership_list(w.p(), &ctx).await.expect("listed")[0]
                .account
                .name,
            "Nordwind"
        );
        // Someone known gets roles at another account at once, without a mail.
        let mails = w.mails().await.len();
        let customer_owner = w.as_role(&w.customer, Role::Owner).await;
        user_invite(
            w.p(),
            &customer_owner,
            &invite(&w.customer, "sam@nordwind.example", &[Role::Admin]),
        )
        .await
        .expect("added");
        assert_eq!(w.mails().await.len(), mails);
        assert_eq!(membership_list(w.p(), &ctx).await.expect("listed").len(), 2);
        let again = user_invite(
            w.p(),
            &customer_owner,
            &invite(&w.customer, "sam@nordwind.example", &[Role::Admin]),
        )
        .await;
        assert_eq!(refusal(again).0, "already_member");
    })
    .await;
}

#[tokio::test]
async fn only_who_manages_people_does_and_only_owners_touch_owners() {
    each_world(|w| async move {
        let olga = accepted(&w, &w.customer, "olga@acme.example", &[Role::Owner]).await;
        let bill = accepted(&w, &w.customer, "bill@acme.example", &[Role::Billing]).await;
        let before = w.rows().await;
        let set = |member: &Member, roles: &[Role]| RolesSet {
            account: w.customer.id,
            user: member.user.id,
            roles: roles.to_vec(),
        };
        for (account, role, code) in [
            (&w.customer, Role::Billing, "forbidden"),
            (&w.customer, Role::Support, "forbidden"),
            (&w.other_customer, Role::Owner, "not_found"),
            (&w.other_reseller, Role::Owner, "not_found"),
            (&w.vendor, Role::Owner, "not_found"),
        ] {
            let ctx = w.as_role(account, role).await;
            assert_eq!(
                refusal(role_set(w.p(), &ctx, &set(&bill, &[Role::Admin])).await).0,
                code
            );
            assert_eq!(
                refusal(
                    user_invite(
                        w.p(),
                        &ctx,
                        &invite(&w.customer, "x@y.example", &[Role::Admin])
                    )
                    .await
                )
                .0,
                code
            );
            let remove = UserRemove {
                account: w.customer.id,
                user: bill.user.id,
            };
            assert_eq!(refusal(user_remove(w.p(), &ctx, &remove).await).0, code);
        }
        assert_eq!(
            refusal(
                user_list(
                    w.p(),
                    &w.as_role(&w.other_reseller, Role::Owner).await,
                    w.customer.id
                )
                .await
            )
            .0,
            "not_found"
        );
        let admin = w.as_role(&w.customer, Role::Admin).await;
        assert_eq!(
            refusal(role_set(w.p(), &admin, &set(&bill, &[Role::Owner])).await).0,
            "forbidden"
        );
        assert_eq!(
            refusal(role_set(w.p(), &admin, &set(&olga, &[Role::Billing])).await).0,
            "forbidden"
        );
        assert_eq!(
            refusal(
                user_invite(
                    w.p(),
                    &admin,
                    &invite(&w.customer, "x@y.example", &[Role::Owner])
                )
                .await
            )
            .0,
            "forbidden"
        );
        let owner = w.as_role(&w.customer, Role::Owner).await;
        assert_eq!(
            refusal(role_set(w.p(), &owner, &set(&olga, &[Role::Admin])).await).0,
            "last_owner"
        );
        assert_eq!(
            refusal(
                user_remove(
                    w.p(),
                    &owner,
                    &UserRemove {
                        account: w.customer.id,
                        user: olga.user.id
                    }
                )
                .await
            )
            .0,
            "last_owner"
        );
        assert_eq!(
            refusal(role_set(w.p(), &owner, &set(&bill, &[])).await).1,
            "roles"
        );
        let stranger = RolesSet {
            account: w.customer.id,
            user: UserId::generate(),
            roles: vec![Role::Admin],
        };
        assert_eq!(
            refusal(role_set(w.p(), &owner, &stranger).await).0,
            "not_found"
        );
        assert_eq!(w.rows().await, before, "refusals changed nothing");
        role_set(w.p(), &owner, &set(&bill, &[Role::Owner, Role::Owner]))
            .await
            .expect("set");
        let after = role_set(w.p(), &owner, &set(&olga, &[Role::ReadOnly, Role::Admin]))
            .await
            .expect("now there is another");
        assert_eq!(after.roles, [Role::Admin, Role::ReadOnly]);
    })
    .await;
}

#[tokio::test]
async fn removing_a_member_ends_their_sessions_there() {
    each_world(|w| async move {
        accepted(&w, &w.customer, "olga@acme.example", &[Role::Owner]).await;
        let bill = accepted(&w, &w.customer, "bill@acme.example", &[Role::Billing]).await;
        let (token, ..) = w.session("bill@acme.example").await;
        let (_, _, olga) = w.session("olga@acme.example").await;
        let remove = UserRemove {
            account: w.customer.id,
            user: bill.user.id,
        };
        user_remove(w.p(), &olga, &remove).await.expect("removed");
        assert!(session_load(w.p(), &token).await.expect("read").is_none());
        let input = SignIn {
            email: "bill@acme.example".into(),
            password: PASSWORD.into(),
            ..SignIn::default()
        };
        let refused = sign_in(w.p(), &w.passwords, &w.visitor().await, &input).await;
        assert_eq!(refusal(refused).0, "no_account");
    })
    .await;
}

#[tokio::test]
async fn a_visitor_signs_up_and_verifies_the_address() {
    each_world(|w| async move {
        let visitor = w.visitor().await;
        let done = sign_up(w.p(), &w.passwords, &visitor, &sign_up_input())
            .await
            .expect("signed up");
        assert_eq!(done.user.email, "cleo@comet.example");
        assert_eq!(
            (done.account.currency, done.account.country.as_str()),
            (w.other_reseller.currency, "AT")
        );
        let chain = chain_get(w.p(), &w.system().await, done.account.id)
            .await
            .expect("a chain");
        assert_eq!(
            (chain[0].seller.id, chain[0].relationship.payment),
            (w.other_reseller.id, PaymentMode::Prepay)
        );
        let mail = w.mails().await.remove(0);
        assert_eq!(
            (mail.kind, mail.storefront.as_deref()),
            (TokenKind::Verify, Some("sudwind"))
        );
        let (_, info, ctx) = w.session("cleo@comet.example").await;
        assert_eq!(
            (info.user.email_verified_at, info.principal.roles.clone()),
            (None, vec![Role::Owner])
        );
        email_verify_resend(w.p(), &ctx).await.expect("sent again");
        let secrets: Vec<String> = w
            .mails()
            .await
            .iter()
            .take(2)
            .map(|mail| w.secret(mail))
            .collect();
        assert_eq!(
            refusal(email_verify(w.p(), &visitor, &secrets[1]).await).0,
            "link_invalid",
            "the newest works"
        );
        let verified = email_verify(w.p(), &visitor, &secrets[0])
            .await
            .expect("verified");
        assert!(verified.user.email_verified_at.is_some());
        assert_eq!(
            verified.next.as_deref(),
            Some("/products/mail?plan=team&qty%2Eseats=12"),
            "kept although the mail was sent again"
        );
        assert_eq!(
            refusal(email_verify(w.p(), &visitor, &secrets[0]).await).0,
            "link_invalid"
        );
        assert_eq!(
            refusal(email_verify_resend(w.p(), &ctx).await).0,
            "verified_already"
        );
    })
    .await;
}

#[tokio::test]
async fn a_wrong_sign_up_names_its_fields_and_changes_nothing() {
    each_world(|w| async move {
        let visitor = w.visitor().await;
        sign_up(w.p(), &w.passwords, &visitor, &sign_up_input())
            .await
            .expect("signed up");
        let before = w.rows().await;
        type Spoil = fn(&mut SignUp);
        let fresh = || SignUp {
            email: "new@comet.example".into(),
            ..sign_up_input()
        };
        let spoilt: [(Spoil, &str, &str); 8] = [
            (|s| s.email = "cleo@comet.example".into(), "taken", "email"),
            (|s| s.email = "cleo".into(), "malformed_email", "email"),
            (|s| s.password = "short".into(), "too_short", "password"),
            (
                |s| s.password = "password1234".into(),
                "too_common",
                "password",
            ),
            (|s| s.country = "ZZ".into(), "unknown_country", "country"),
            (|s| s.company = String::new(), "required", "company"),
            (|s| s.locale = Some("xx".into()), "unknown_locale", "locale"),
            (|s| s.tax_id = "x".repeat(50), "too_long", "tax_id"),
        ];
        for (spoil, code, field) in spoilt {
            let mut wrong = fresh();
            spoil(&mut wrong);
            let found = refusal(sign_up(w.p(), &w.passwords, &visitor, &wrong).await);
            assert!(is(&found, code, field), "{code} {field}: {found:?}");
        }
        let nowhere = SignUp {
            storefront: "nowhere".into(),
            ..fresh()
        };
        assert_eq!(
            refusal(sign_up(w.p(), &w.passwords, &visitor, &nowhere).await).0,
            "not_found"
        );
        assert_eq!(w.rows().await, before);
    })
    .await;
}

#[tokio::test]
async fn the_same_sign_up_twice_under_one_key_happens_once() {
    each_world(|w| async move {
        let ctx = OpCtx {
            idempotency_key: Some("once".into()),
            ..w.visitor().await
        };
        let first = sign_up(w.p(), &w.passwords, &ctx, &sign_up_input())
            .await
            .expect("signed up");
        let before = w.rows().await;
        let second = sign_up(w.p(), &w.passwords, &ctx, &sign_up_input())
            .await
            .expect("answered again");
        assert_eq!(first, second);
        assert_eq!(w.rows().await, before);
        let other = SignUp {
            company: "Other".into(),
            ..sign_up_input()
        };
        assert_eq!(
            refusal(sign_up(w.p(), &w.passwords, &ctx, &other).await).0,
            "idempotency_key_reused"
        );
    })
    .await;
}

#[tokio::test]
async fn a_reset_link_works_once_for_an_hour_and_ends_all_sessions() {
    each_world(|w| async move {
        let visitor = w.visitor().await;
        accepted(&w, &w.customer, "olga@acme.example", &[Role::Owner]).await;
        let (token, ..) = w.session("olga@acme.example").await;
        let before = w.rows().await;
        password_reset_request(w.p(), &visitor, "nobody@acme.example")
            .await
            .expect("answered alike");
        assert_eq!(w.rows().await, before);
        assert_eq!(
            refusal(password_reset_request(w.p(), &visitor, "nobody").await).1,
            "email"
        );
        password_reset_request(w.p(), &visitor, "Olga@acme.example")
            .await
            .expect("sent");
        let mails = w.mails().await.len();
        password_reset_request(w.p(), &visitor, "olga@acme.example")
            .await
            .expect("not again so soon");
        assert_eq!(w.mails().await.len(), mails);
        let secret = w.secret(&w.mails().await[0]);
        let weak = PasswordByLink {
            password: "short".into(),
            ..by_link(secret.clone())
        };
        assert_eq!(
            refusal(password_reset_confirm(w.p(), &w.passwords, &visitor, &weak).await).1,
            "password"
        );
        assert!(
            session_load(w.p(), &token).await.expect("read").is_some(),
            "nothing happened yet"
        );
        let new = PasswordByLink {
            password: "another long phrase".into(),
            ..by_link(secret.clone())
        };
        assert_eq!(
            refusal(invite_accept(w.p(), &w.passwords, &visitor, &new).await).0,
            "link_invalid",
            "another kind of link"
        );
        password_reset_confirm(w.p(), &w.passwords, &visitor, &new)
            .await
            .expect("reset");
        assert!(
            session_load(w.p(), &token).await.expect("read").is_none(),
            "sessions are over"
        );
        assert_eq!(
            refusal(password_reset_confirm(w.p(), &w.passwords, &visitor, &new).await).0,
            "link_invalid"
        );
        let input = SignIn {
            email: "olga@acme.example".into(),
            password: PASSWORD.into(),
            ..SignIn::default()
        };
        assert_eq!(
            refusal(sign_in(w.p(), &w.passwords, &visitor, &input).await).0,
            "wrong_credentials"
        );
        let input = SignIn {
            password: "another long phrase".into(),
            ..input
        };
        sign_in(w.p(), &w.passwords, &visitor, &input)
            .await
            .expect("signed in");
        password_reset_request(w.p(), &visitor, "olga@acme.example")
            .await
            .expect("sent");
        let secret = w.secret(&w.mails().await[0]);
        w.t.clock.advance(Duration::from_hours(1));
        assert_eq!(
            refusal(password_reset_confirm(w.p(), &w.passwords, &visitor, &by_link(secret)).await)
                .0,
            "link_invalid"
        );
    })
    .await;
}

#[tokio::test]
async fn changing_the_password_ends_the_other_sessions() {
    each_world(|w| async move {
        accepted(&w, &w.customer, "olga@acme.example", &[Role::Owner]).await;
        let (elsewhere, ..) = w.session("olga@acme.example").await;
        let (here, info, ctx) = w.session("olga@acme.example").await;
        let wrong = PasswordChange {
            current: "not this one".into(),
            password: "another long phrase".into(),
        };
        assert!(is(
            &refusal(password_change(w.p(), &w.passwords, &ctx, Some(info.session), &wrong).await),
            "wrong_password",
            "current"
        ));
        let weak = PasswordChange {
            current: PASSWORD.into(),
            password: "olga@acme.example".into(),
        };
        assert!(is(
            &refusal(password_change(w.p(), &w.passwords, &ctx, Some(info.session), &weak).await),
            "too_simple",
            "password"
        ));
        let right = PasswordChange {
            current: PASSWORD.into(),
            password: "another long phrase".into(),
        };
        password_change(w.p(), &w.passwords, &ctx, Some(info.session), &right)
            .await
            .expect("changed");
        assert!(session_load(w.p(), &here).await.expect("read").is_some());
        assert!(
            session_load(w.p(), &elsewhere)
                .await
                .expect("read")
                .is_none()
        );
        let system = w.system().await;
        let refused = password_change(w.p(), &w.passwords, &system, None, &right).await;
        assert!(matches!(refused, Err(Error::Unauthenticated { .. })));
    })
    .await;
}

#[tokio::test]
async fn one_address_is_two_people_in_two_realms() {
    each_world(|w| async move {
        let mut input = common::realm_input("second");
        input.password = "quite another phrase".into();
        let second = tradewind_accounts::service::realm_create(w.p(), &w.passwords, &input)
            .await
            .expect("a realm");
        let there = w.p().system(second.realm).await.expect("a context");
        let sign = |password: &str| SignIn {
            email: "ada@provider.example".into(),
            password: password.into(),
            ..SignIn::default()
        };
        let here = sign_in(w.p(), &w.passwords, &w.visitor().await, &sign(PASSWORD))
            .await
            .expect("signed in");
        assert_eq!(
            refusal(sign_in(w.p(), &w.passwords, &there, &sign(PASSWORD)).await).0,
            "wrong_credentials"
        );
        let other = sign_in(w.p(), &w.passwords, &there, &sign("quite another phrase"))
            .await
            .expect("signed in");
        assert_ne!(here.info.user.id, other.info.user.id);
        assert_eq!(
            session_load(w.p(), &other.token)
                .await
                .expect("read")
                .expect("alive")
                .0,
            second.realm
        );
    })
    .await;
}
