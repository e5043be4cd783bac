//! Staff acting as a customer, and what is told to whom.

mod common;

use common::{PASSWORD, ctx_of, each_world, loaded, member, refusal};
use tradewind_accounts::{
    service::{
        account_list, account_update, act_as_start, act_as_stop, api_key_create, audit_list,
        event_list, job_list, role_set, session_load, sign_up, user_invite,
    },
    types::{
        AccountChanges, AccountUpdate, ActAs, ApiKeyCreate, PersonInput, RolesSet, SignUp,
        UserInvite,
    },
};
use tradewind_kernel::{
    id::{AccountId, SessionId},
    page::ListRequest,
};
use tradewind_policy::Role;

#[tokio::test]
async fn staff_act_as_a_customer_openly() {
    each_world(|w| async move {
        member(&w, &w.reseller, "sam@nordwind.example", Role::Support).await;
        let (token, info, ctx) = w.session("sam@nordwind.example").await;
        let act = ActAs {
            session: info.session,
            account: w.customer.id,
            reason: "Ticket 17".into(),
        };
        act_as_start(w.p(), &ctx, &act).await.expect("started");
        let info = loaded(&w, &token).await;
        assert_eq!(info.account.id, w.customer.id);
        assert_eq!(
            info.acting.as_ref().map(|acting| acting.home.id),
            Some(w.reseller.id)
        );
        let acting = ctx_of(&w, &info).await;
        // Sees as the customer, not as the reseller.
        let seen = account_list(w.p(), &acting, &ListRequest::default())
            .await
            .expect("listed");
        assert_eq!(
            seen.items
                .iter()
                .map(|account| account.id)
                .collect::<Vec<_>>(),
            [w.customer.id]
        );
        let update = AccountUpdate {
            account: w.customer.id,
            version: None,
            changes: AccountChanges {
                name: Some("Acme Ltd".into()),
                ..Default::default()
            },
        };
        account_update(w.p(), &acting, &update)
            .await
            .expect("changed");
        // But holds none of the keys to the house.
        assert_eq!(
            refusal(
                api_key_create(
                    w.p(),
                    &acting,
                    &ApiKeyCreate {
                        account: w.customer.id,
                        name: "CI".into(),
                        roles: vec![Role::Admin],
                        scopes: None,
                        expires_at: None
                    }
                )
                .await
            )
            .0,
            "not_while_acting"
        );
        let invite = UserInvite {
            account: w.customer.id,
            person: PersonInput {
                email: "x@y.example".into(),
                ..Default::default()
            },
            roles: vec![Role::Admin],
        };
        assert_eq!(
            refusal(user_invite(w.p(), &acting, &invite).await).0,
            "not_while_acting"
        );
        assert_eq!(
            refusal(act_as_start(w.p(), &acting, &act).await).0,
            "acting_already"
        );
        // The customer reads who it was and why.
        let customer = w.as_role(&w.customer, Role::Owner).await;
        let log = audit_list(w.p(), &customer, &ListRequest::default())
            .await
            .expect("read")
            .items;
        assert_eq!(log[0].action, "account.update");
        assert_eq!(log[0].principal, format!("user {}", info.user.id));
        assert!(
            log[0]
                .acting_principal
                .as_deref()
                .is_some_and(|staff| staff.contains(&info.user.id.to_string()))
        );
        let start = log
            .iter()
            .find(|entry| entry.action == "session.act_as")
            .expect("noted");
        assert_eq!(start.detail["reason"], "Ticket 17");
        act_as_stop(w.p(), &acting, info.session)
            .await
            .expect("stopped");
        assert_eq!(loaded(&w, &token).await.account.id, w.reseller.id);
    })
    .await;
}

#[tokio::test]
async fn acting_needs_a_right_a_reason_and_an_account_below() {
    each_world(|w| async move {
        for (email, role) in [
            ("sam@nordwind.example", Role::Support),
            ("bill@nordwind.example", Role::Billing),
        ] {
            member(&w, &w.reseller, email, role).await;
        }
        let (_, sam, sam_ctx) = w.session("sam@nordwind.example").await;
        let (_, bill, bill_ctx) = w.session("bill@nordwind.example").await;
        let before = w.rows().await;
        let act = |session: SessionId, account: AccountId, reason: &str| ActAs {
            session,
            account,
            reason: reason.into(),
        };
        assert_eq!(
            refusal(
                act_as_start(
                    w.p(),
                    &bill_ctx,
                    &act(bill.session, w.customer.id, "Because")
                )
                .await
            )
            .0,
            "forbidden"
        );
        assert_eq!(
            refusal(act_as_start(w.p(), &sam_ctx, &act(sam.session, w.customer.id, " ")).await).1,
            "reason"
        );
        for account in [
            w.other_customer.id,
            w.distributor.id,
            w.other_reseller.id,
            w.vendor.id,
        ] {
            assert_eq!(
                refusal(act_as_start(w.p(), &sam_ctx, &act(sam.session, account, "Because")).await)
                    .0,
                "not_found"
            );
        }
        assert_eq!(
            refusal(
                act_as_start(w.p(), &sam_ctx, &act(sam.session, w.reseller.id, "Because")).await
            )
            .0,
            "forbidden",
            "not as oneself"
        );
        assert_eq!(
            refusal(
                act_as_start(
                    w.p(),
                    &sam_ctx,
                    &act(bill.session, w.customer.id, "Because")
                )
                .await
            )
            .0,
            "not_found",
            "another's session"
        );
        assert_eq!(w.rows().await, before, "refusals changed nothing");
    })
    .await;
}

#[tokio::test]
async fn losing_the_role_ends_the_acting() {
    each_world(|w| async move {
        member(&w, &w.reseller, "olga@nordwind.example", Role::Owner).await;
        member(&w, &w.reseller, "sam@nordwind.example", Role::Support).await;
        let (token, info, ctx) = w.session("sam@nordwind.example").await;
        act_as_start(
            w.p(),
            &ctx,
            &ActAs {
                session: info.session,
                account: w.customer.id,
                reason: "Ticket 17".into(),
            },
        )
        .await
        .expect("started");
        let (_, _, olga) = w.session("olga@nordwind.example").await;
        let set = RolesSet {
            account: w.reseller.id,
            user: info.user.id,
            roles: vec![Role::Billing],
        };
        role_set(w.p(), &olga, &set).await.expect("set");
        assert!(session_load(w.p(), &token).await.expect("read").is_none());
    })
    .await;
}

#[tokio::test]
async fn audit_log_events_and_jobs_are_for_those_they_concern() {
    each_world(|w| async move {
        let input = SignUp {
            storefront: "nordwind".into(),
            company: "Comet".into(),
            country: "DE".into(),
            name: "Cleo".into(),
            email: "cleo@comet.example".into(),
            password: PASSWORD.into(),
            ..SignUp::default()
        };
        let done = sign_up(w.p(), &w.passwords, &w.visitor().await, &input)
            .await
            .expect("signed up");
        let list = ListRequest {
            filter: format!("account:{}", done.account.id),
            ..ListRequest::default()
        };
        for (account, seen) in [
            (&w.provider, true),
            (&w.distributor, true),
            (&w.reseller, true),
            (&w.other_reseller, false),
            (&w.customer, false),
            (&w.vendor, false),
        ] {
            let ctx = w.as_role(account, Role::Owner).await;
            let audit = audit_list(w.p(), &ctx, &list).await.expect("read").items;
            let events = event_list(w.p(), &ctx, &list).await.expect("read").items;
            assert_eq!(
                (!audit.is_empty(), !events.is_empty()),
                (seen, seen),
                "{}",
                account.name
            );
        }
        let provider = w.as_role(&w.provider, Role::Support).await;
        let jobs = job_list(w.p(), &provider, &ListRequest::default())
            .await
            .expect("read")
            .items;
        assert_eq!(
            jobs.iter().filter(|job| job.kind == "mail.token").count(),
            1
        );
        let reseller = w.as_role(&w.reseller, Role::Owner).await;
        assert_eq!(
            refusal(job_list(w.p(), &reseller, &ListRequest::default()).await).0,
            "not_found"
        );
    })
    .await;
}
