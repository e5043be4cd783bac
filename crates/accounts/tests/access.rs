//! Sessions, API keys, guessing, and acting as a customer.

mod common;

use common::{PASSWORD, ctx_of, each_world, is, loaded, member, refusal};
use tradewind_accounts::{
    service::{
        account_get, api_key_authenticate, api_key_create, api_key_list, api_key_revoke,
        audit_list, session_end, session_list, session_load, session_switch, sign_in, user_invite,
    },
    types::{AccountClose, ApiKeyCreate, PersonInput, SignIn, UserInvite},
};
use tradewind_kernel::{Duration, Error, id::AccountId, page::ListRequest};
use tradewind_platform::OpCtx;
use tradewind_policy::{PrincipalKind, Role};

fn credentials(email: &str, password: &str) -> SignIn {
    SignIn {
        email: email.into(),
        password: password.into(),
        ..SignIn::default()
    }
}

#[tokio::test]
async fn guessing_waits_longer_and_longer_for_known_and_unknown_alike() {
    each_world(|w| async move {
        member(&w, &w.customer, "olga@acme.example", Role::Owner).await;
        let visitor = w.visitor().await;
        let mut stories = Vec::new();
        for email in ["olga@acme.example", "nobody@acme.example"] {
            let mut story = Vec::new();
            for _ in 0..7 {
                let refused = sign_in(
                    w.p(),
                    &w.passwords,
                    &visitor,
                    &credentials(email, "wrong wrong wrong"),
                )
                .await;
                story.push(match refused.expect_err("refused") {
                    Error::TooMany {
                        retry_after_seconds,
                    } => format!("wait {retry_after_seconds}"),
                    other => other.code().to_owned(),
                });
            }
            stories.push(story);
        }
        assert_eq!(stories[0], stories[1]);
        assert_eq!(
            stories[0][3..],
            [
                "wrong_credentials",
                "wrong_credentials",
                "wait 30",
                "wait 30"
            ]
        );
        let right = credentials("olga@acme.example", PASSWORD);
        let locked = sign_in(w.p(), &w.passwords, &visitor, &right).await;
        assert!(
            matches!(locked, Err(Error::TooMany { .. })),
            "even with the right password"
        );
        w.t.clock.advance(Duration::from_secs(30));
        sign_in(w.p(), &w.passwords, &visitor, &right)
            .await
            .expect("signed in");
        let again = sign_in(
            w.p(),
            &w.passwords,
            &visitor,
            &credentials("olga@acme.example", "wrong wrong wrong"),
        )
        .await;
        assert_eq!(
            refusal(again).0,
            "wrong_credentials",
            "counting started anew"
        );
    })
    .await;
}

#[tokio::test]
async fn a_session_ends_by_signing_out_by_idleness_and_by_age() {
    each_world(|w| async move {
        member(&w, &w.customer, "olga@acme.example", Role::Owner).await;
        let (token, info, ctx) = w.session("olga@acme.example").await;
        assert!(token.starts_with("tws_") && !info.csrf.is_empty());
        assert_eq!(session_list(w.p(), &ctx).await.expect("listed").len(), 1);
        let stranger = w.as_role(&w.customer, Role::Owner).await;
        assert_eq!(
            refusal(session_end(w.p(), &stranger, info.session).await).0,
            "not_found"
        );
        session_end(w.p(), &ctx, info.session).await.expect("ended");
        assert!(session_load(w.p(), &token).await.expect("read").is_none());
        assert_eq!(
            refusal(session_end(w.p(), &ctx, info.session).await).0,
            "not_found"
        );
        assert!(
            session_load(w.p(), "rubbish")
                .await
                .expect("read")
                .is_none()
        );

        let (idle, ..) = w.session("olga@acme.example").await;
        w.t.clock.advance(Duration::from_hours(23));
        loaded(&w, &idle).await;
        w.t.clock.advance(Duration::from_hours(23));
        loaded(&w, &idle).await;
        w.t.clock.advance(Duration::from_hours(24));
        assert!(
            session_load(w.p(), &idle).await.expect("read").is_none(),
            "a day unused"
        );

        let (old, ..) = w.session("olga@acme.example").await;
        for _ in 0..27 {
            w.t.clock.advance(Duration::from_hours(12));
            loaded(&w, &old).await;
        }
        w.t.clock.advance(Duration::from_hours(12));
        assert!(
            session_load(w.p(), &old).await.expect("read").is_none(),
            "two weeks old"
        );
    })
    .await;
}

#[tokio::test]
async fn a_session_works_for_one_account_at_a_time() {
    each_world(|w| async move {
        member(&w, &w.customer, "olga@acme.example", Role::Owner).await;
        let owner = w.as_role(&w.reseller, Role::Owner).await;
        let invite = UserInvite {
            account: w.reseller.id,
            person: PersonInput {
                email: "olga@acme.example".into(),
                ..PersonInput::default()
            },
            roles: vec![Role::Billing],
        };
        user_invite(w.p(), &owner, &invite).await.expect("added");
        let (token, info, ctx) = w.session("olga@acme.example").await;
        assert_eq!(info.account.id, w.reseller.id, "the older account first");
        session_switch(w.p(), &ctx, info.session, w.customer.id)
            .await
            .expect("switched");
        let info = loaded(&w, &token).await;
        assert_eq!(
            (info.account.id, info.principal.roles.clone()),
            (w.customer.id, vec![Role::Owner])
        );
        let ctx = ctx_of(&w, &info).await;
        assert_eq!(
            refusal(session_switch(w.p(), &ctx, info.session, w.vendor.id).await).0,
            "not_found"
        );
        let wrong = SignIn {
            account: Some(w.vendor.id),
            ..credentials("olga@acme.example", PASSWORD)
        };
        assert_eq!(
            refusal(sign_in(w.p(), &w.passwords, &w.visitor().await, &wrong).await).0,
            "no_account"
        );
    })
    .await;
}

fn key_input(account: AccountId) -> ApiKeyCreate {
    ApiKeyCreate {
        account,
        name: "CI".into(),
        roles: vec![Role::Admin],
        scopes: None,
        expires_at: None,
    }
}

#[tokio::test]
async fn a_key_is_shown_once_and_works_until_revoked_or_expired() {
    each_world(|w| async move {
        let owner = w.as_role(&w.vendor, Role::Owner).await;
        let input = ApiKeyCreate {
            expires_at: Some(
                w.p()
                    .wall()
                    .plus(Duration::from_hours(2))
                    .expect("in range"),
            ),
            ..key_input(w.vendor.id)
        };
        let ctx = OpCtx {
            idempotency_key: Some("k1".into()),
            ..owner.clone()
        };
        let created = api_key_create(w.p(), &ctx, &input).await.expect("created");
        let secret = created.secret.clone().expect("shown");
        assert!(secret.starts_with("twk_") && secret.ends_with(&created.key.hint));
        let again = api_key_create(w.p(), &ctx, &input)
            .await
            .expect("answered again");
        assert_eq!(
            (again.key, again.secret),
            (created.key.clone(), None),
            "shown once"
        );
        let (realm, principal) = api_key_authenticate(w.p(), &secret).await.expect("works");
        assert_eq!(
            (realm, principal.account, principal.kind),
            (w.realm, w.vendor.id, PrincipalKind::ApiKey)
        );
        assert_eq!(principal.roles, [Role::Admin]);
        let listed = api_key_list(w.p(), &owner, w.vendor.id)
            .await
            .expect("listed");
        assert_eq!(
            (listed.len(), listed[0].last_used_at),
            (1, Some(w.p().wall()))
        );
        let (start, last) = secret.split_at(secret.len() - 1);
        let other = if last == "A" { "B" } else { "A" };
        for wrong in [
            "",
            "twk_x",
            &secret.replace("twk_", "tws_"),
            &format!("{start}{other}"),
        ] {
            assert_eq!(
                refusal(api_key_authenticate(w.p(), wrong).await).0,
                "invalid_api_key"
            );
        }
        w.t.clock.advance(Duration::from_hours(2));
        assert_eq!(
            refusal(api_key_authenticate(w.p(), &secret).await).0,
            "invalid_api_key",
            "expired"
        );
        let fresh = api_key_create(w.p(), &owner, &key_input(w.vendor.id))
            .await
            .expect("created");
        let secret = fresh.secret.expect("shown");
        let revoked = api_key_revoke(w.p(), &owner, fresh.key.id)
            .await
            .expect("revoked");
        assert!(revoked.revoked_at.is_some());
        assert_eq!(
            refusal(api_key_authenticate(w.p(), &secret).await).0,
            "invalid_api_key"
        );
        let before = w.rows().await;
        api_key_revoke(w.p(), &owner, fresh.key.id)
            .await
            .expect("again changes nothing");
        assert_eq!(w.rows().await, before);
        let dry = api_key_create(w.p(), &owner.as_dry_run(), &key_input(w.vendor.id))
            .await
            .expect("tried");
        assert_eq!(dry.secret, None);
        assert_eq!(w.rows().await, before);
    })
    .await;
}

#[tokio::test]
async fn keys_are_made_by_owners_and_admins_and_never_wider_than_their_maker() {
    each_world(|w| async move {
        let owner = w.as_role(&w.reseller, Role::Owner).await;
        let scoped = ApiKeyCreate {
            scopes: Some(vec!["account.*".into(), "api_key.manage".into()]),
            ..key_input(w.reseller.id)
        };
        let secret = api_key_create(w.p(), &owner, &scoped)
            .await
            .expect("created")
            .secret
            .expect("shown");
        let (_, principal) = api_key_authenticate(w.p(), &secret).await.expect("works");
        let key = OpCtx {
            principal,
            ..w.system().await
        };
        let before = w.rows().await;
        assert_eq!(
            account_get(w.p(), &key, w.customer.id)
                .await
                .expect("in scope")
                .name,
            "Acme"
        );
        assert_eq!(
            refusal(audit_list(w.p(), &key, &ListRequest::default()).await).0,
            "forbidden",
            "out of scope"
        );
        assert!(is(
            &refusal(api_key_create(w.p(), &key, &key_input(w.reseller.id)).await),
            "wider_than_own",
            "scopes"
        ));
        let wider = ApiKeyCreate {
            scopes: Some(vec!["order.view".into()]),
            ..key_input(w.reseller.id)
        };
        assert!(is(
            &refusal(api_key_create(w.p(), &key, &wider).await),
            "wider_than_own",
            "scopes.0"
        ));
        let wrong = ApiKeyCreate {
            name: " ".into(),
            roles: vec![],
            scopes: Some(vec!["order.fly".into()]),
            expires_at: Some(w.p().wall()),
            ..key_input(w.reseller.id)
        };
        let Err(Error::Invalid(problems)) = api_key_create(w.p(), &owner, &wrong).await else {
            panic!("refused")
        };
        let fields: Vec<&str> = problems
            .iter()
            .map(|problem| problem.field.as_str())
            .collect();
        assert_eq!(fields, ["name", "roles", "scopes.0", "expires_at"]);
        for (account, role, code) in [
            (&w.reseller, Role::Support, "forbidden"),
            (&w.reseller, Role::Billing, "forbidden"),
            (&w.customer, Role::Owner, "not_found"),
            (&w.other_reseller, Role::Owner, "not_found"),
        ] {
            let ctx = w.as_role(account, role).await;
            assert_eq!(
                refusal(api_key_create(w.p(), &ctx, &key_input(w.reseller.id)).await).0,
                code
            );
            assert_eq!(
                refusal(api_key_list(w.p(), &ctx, w.reseller.id).await).0,
                code
            );
            let id = api_key_list(w.p(), &owner, w.reseller.id)
                .await
                .expect("listed")[0]
                .id;
            assert_eq!(refusal(api_key_revoke(w.p(), &ctx, id).await).0, code);
        }
        let admin = w.as_role(&w.reseller, Role::Admin).await;
        let owners = ApiKeyCreate {
            roles: vec![Role::Owner],
            ..key_input(w.reseller.id)
        };
        assert_eq!(
            refusal(api_key_create(w.p(), &admin, &owners).await).0,
            "forbidden"
        );
        assert_eq!(w.rows().await, before, "refusals changed nothing");
    })
    .await;
}

#[tokio::test]
async fn closing_an_account_ends_its_sessions_and_keys() {
    each_world(|w| async move {
        member(&w, &w.customer, "olga@acme.example", Role::Owner).await;
        let (token, _, ctx) = w.session("olga@acme.example").await;
        let secret = api_key_create(w.p(), &ctx, &key_input(w.customer.id))
            .await
            .expect("created")
            .secret
            .expect("shown");
        let reseller = w.as_role(&w.reseller, Role::Admin).await;
        let close = AccountClose {
            account: w.customer.id,
            version: None,
        };
        tradewind_accounts::service::account_close(w.p(), &reseller, &close)
            .await
            .expect("closed");
        assert!(session_load(w.p(), &token).await.expect("read").is_none());
        assert_eq!(
            refusal(api_key_authenticate(w.p(), &secret).await).0,
            "invalid_api_key"
        );
        let refused = sign_in(
            w.p(),
            &w.passwords,
            &w.visitor().await,
            &credentials("olga@acme.example", PASSWORD),
        )
        .await;
        assert_eq!(refusal(refused).0, "no_account");
    })
    .await;
}
