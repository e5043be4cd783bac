//! Accounts, their tree, and the terms between neighbours.

mod common;

use common::{World, each_world, input, is, realm_input, refusal};
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};
use tradewind_accounts::{
    service::{
        account_close, account_create, account_get, account_list, account_update, ancestry,
        realm_create, storefront, storefront_by_host, storefront_list,
    },
    types::{AccountChanges, AccountClose, AccountCreate, AccountStatus, AccountUpdate},
};
use tradewind_kernel::{
    Error,
    id::AccountId,
    page::{ListRequest, PageRequest},
};
use tradewind_platform::{OpCtx, args, stmts};
use tradewind_policy::{Principal, Role};

stmts! {
    /// The whole closure table.
    PATHS = "SELECT ancestor_id, account_id, depth FROM account_path WHERE realm_id = $1";
}

async fn paths(w: &World) -> Vec<(AccountId, AccountId, i64)> {
    let mut tx = w.p().db().read().await.expect("begins");
    let mut paths: Vec<(AccountId, AccountId, i64)> =
        tx.all(&PATHS, args![w.realm]).await.expect("read");
    tx.rollback().await.expect("ended");
    paths.sort();
    paths
}

async fn names(w: &World, ctx: &OpCtx, filter: &str) -> Vec<String> {
    let list = ListRequest {
        filter: filter.to_owned(),
        sort: "name".to_owned(),
        ..ListRequest::default()
    };
    let page = account_list(w.p(), ctx, &list).await.expect("listed");
    page.items.into_iter().map(|account| account.name).collect()
}

#[tokio::test]
async fn the_closure_table_holds_for_random_trees() {
    each_world(|w| async move {
        // Each number picks a parent among the sellers made so far; the tree's depth and shape are random.
        let picks = proptest::collection::vec(0_usize..1000, 40)
            .new_tree(&mut TestRunner::deterministic())
            .expect("a value")
            .current();
        let ctx = w.system().await;
        let mut above: Vec<(AccountId, Vec<AccountId>)> = vec![(
            w.reseller.id,
            vec![w.reseller.id, w.distributor.id, w.provider.id],
        )];
        for (number, pick) in picks.iter().enumerate() {
            // Small numbers make long chains, large ones wide trees.
            let at = if pick % 8 != 0 {
                above.len() - 1
            } else {
                pick % above.len()
            };
            let (parent, parents) = above[at].clone();
            let made = account_create(
                w.p(),
                &ctx,
                &input(parent, "reseller", &format!("R{number}")),
            )
            .await
            .expect("an account");
            let mut expected = vec![made.account.id];
            expected.extend(parents);
            above.push((made.account.id, expected));
        }
        assert!(
            above.iter().any(|(_, chain)| chain.len() > 10),
            "some chain is long"
        );
        for (id, expected) in &above {
            let found = w
                .p()
                .read(&ctx, id, |w, id| Box::pin(ancestry(w, *id)))
                .await
                .expect("ancestors");
            assert_eq!(&found, expected);
        }
        let all = paths(&w).await;
        for (id, chain) in &above {
            for (depth, ancestor) in chain.iter().enumerate() {
                let path = (*ancestor, *id, i64::try_from(depth).expect("small"));
                assert!(all.contains(&path), "{path:?}");
            }
            assert_eq!(
                all.iter().filter(|(_, account, _)| account == id).count(),
                chain.len()
            );
        }
    })
    .await;
}

#[tokio::test]
async fn everybody_sees_their_own_subtree_and_nothing_else() {
    each_world(|w| async move {
        let of = async |account| w.as_role(account, Role::ReadOnly).await;
        assert_eq!(
            names(&w, &of(&w.provider).await, "").await,
            [
                "Acme",
                "Bolt",
                "Distributor",
                "Mailmaker",
                "Nordwind",
                "Provider",
                "Sudwind"
            ]
        );
        assert_eq!(
            names(&w, &of(&w.distributor).await, "").await,
            ["Acme", "Bolt", "Distributor", "Nordwind", "Sudwind"]
        );
        assert_eq!(
            names(&w, &of(&w.reseller).await, "").await,
            ["Acme", "Nordwind"]
        );
        assert_eq!(names(&w, &of(&w.customer).await, "").await, ["Acme"]);
        assert_eq!(names(&w, &of(&w.vendor).await, "").await, ["Mailmaker"]);
        assert_eq!(
            names(&w, &of(&w.provider).await, "kind:customer name~acm").await,
            ["Acme"]
        );
        let reseller = of(&w.reseller).await;
        for hidden in [
            &w.provider,
            &w.distributor,
            &w.other_reseller,
            &w.other_customer,
            &w.vendor,
        ] {
            let refused = account_get(w.p(), &reseller, hidden.id).await;
            assert!(
                matches!(
                    refused,
                    Err(Error::NotFound {
                        kind: "account",
                        ..
                    })
                ),
                "{}",
                hidden.name
            );
        }
        assert_eq!(
            account_get(w.p(), &reseller, w.customer.id)
                .await
                .expect("seen")
                .name,
            "Acme"
        );
    })
    .await;
}

#[tokio::test]
async fn wrong_facts_are_named_and_change_nothing() {
    each_world(|w| async move {
        let ctx = w.as_role(&w.reseller, Role::Admin).await;
        let good = input(w.reseller.id, "customer", "Newco");
        let before = w.rows().await;
        type Spoil = fn(&mut AccountCreate);
        let spoilt: [(Spoil, &str, &str); 14] = [
            (|a| a.country = "XX".into(), "unknown_country", "country"),
            (
                |a| a.currency = Some("EURO".into()),
                "unknown_currency",
                "currency",
            ),
            (
                |a| a.locale = Some("tlh".into()),
                "unknown_locale",
                "locale",
            ),
            (
                |a| a.zone = Some("Mars/Olympus".into()),
                "unknown_zone",
                "zone",
            ),
            (|a| a.slug = Some("newco".into()), "sells_nothing", "slug"),
            (
                |a| {
                    a.kind = "reseller".into();
                    a.slug = Some("New Co".into());
                },
                "malformed_slug",
                "slug",
            ),
            (
                |a| {
                    a.kind = "reseller".into();
                    a.slug = Some("api".into());
                },
                "reserved",
                "slug",
            ),
            (
                |a| {
                    a.kind = "reseller".into();
                    a.slug = Some("sudwind".into());
                },
                "taken",
                "slug",
            ),
            (|a| a.kind = "distributor".into(), "not_below", "kind"),
            (|a| a.kind = "king".into(), "unknown_value", "account_kind"),
            (|a| a.email = "nobody".into(), "malformed_email", "email"),
            (|a| a.name = " ".into(), "required", "name"),
            (|a| a.tax.rate = "19,5".into(), "not_a_number", "tax.rate"),
            (
                |a| a.brand.color = "red".into(),
                "malformed_color",
                "brand.color",
            ),
        ];
        for (spoil, code, field) in spoilt {
            let mut wrong = good.clone();
            spoil(&mut wrong);
            let found = refusal(account_create(w.p(), &ctx, &wrong).await);
            assert!(is(&found, code, field), "{code} {field}: {found:?}");
        }
        let mut below_customer = good.clone();
        below_customer.parent = Some(w.customer.id);
        assert_eq!(
            refusal(account_create(w.p(), &ctx, &below_customer).await).1,
            "kind"
        );
        assert_eq!(w.rows().await, before);
        account_create(w.p(), &ctx, &good)
            .await
            .expect("the good one is fine");
    })
    .await;
}

#[tokio::test]
async fn who_may_not_change_an_account_changes_nothing() {
    each_world(|w| async move {
        let before = w.rows().await;
        let update = AccountUpdate {
            account: w.customer.id,
            version: None,
            changes: AccountChanges {
                name: Some("Mine".into()),
                ..AccountChanges::default()
            },
        };
        let close = AccountClose {
            account: w.customer.id,
            version: None,
        };
        for (account, role, code) in [
            (&w.other_reseller, Role::Owner, "not_found"),
            (&w.vendor, Role::Owner, "not_found"),
            (&w.other_customer, Role::Owner, "not_found"),
            (&w.customer, Role::ReadOnly, "forbidden"),
            (&w.reseller, Role::Support, "forbidden"),
        ] {
            let ctx = w.as_role(account, role).await;
            assert_eq!(refusal(account_update(w.p(), &ctx, &update).await).0, code);
            assert_eq!(refusal(account_close(w.p(), &ctx, &close).await).0, code);
            let mut child = input(w.reseller.id, "customer", "Newco");
            child.parent = Some(w.reseller.id);
            let created = refusal(account_create(w.p(), &ctx, &child).await).0;
            assert!(created == "not_found" || created == "forbidden");
        }
        let visitor = w.visitor().await;
        assert_eq!(
            refusal(account_update(w.p(), &visitor, &update).await).0,
            "not_found"
        );
        assert_eq!(w.rows().await, before);
    })
    .await;
}

#[tokio::test]
async fn a_change_meets_the_version_that_was_read() {
    each_world(|w| async move {
        let ctx = w.as_role(&w.customer, Role::Admin).await;
        let change = |version, name: &str| AccountUpdate {
            account: w.customer.id,
            version,
            changes: AccountChanges {
                name: Some(name.into()),
                ..AccountChanges::default()
            },
        };
        let after = account_update(w.p(), &ctx, &change(Some(1), "Acme Ltd"))
            .await
            .expect("changed");
        assert_eq!((after.name.as_str(), after.version), ("Acme Ltd", 2));
        let late = account_update(w.p(), &ctx, &change(Some(1), "Lost")).await;
        assert!(matches!(late, Err(Error::Changed { .. })));
        let stored = account_get(w.p(), &ctx, w.customer.id).await.expect("read");
        assert_eq!(stored, after);
    })
    .await;
}

#[tokio::test]
async fn closing_is_for_those_above_and_from_the_bottom_up() {
    each_world(|w| async move {
        let close = |account| AccountClose {
            account,
            version: None,
        };
        let own = w.as_role(&w.customer, Role::Owner).await;
        assert_eq!(
            refusal(account_close(w.p(), &own, &close(w.customer.id)).await).0,
            "not_found"
        );
        let distributor = w.as_role(&w.distributor, Role::Owner).await;
        assert_eq!(
            refusal(account_close(w.p(), &distributor, &close(w.reseller.id)).await).0,
            "accounts_below"
        );
        account_close(w.p(), &distributor, &close(w.customer.id))
            .await
            .expect("closed");
        let closed = account_close(w.p(), &distributor, &close(w.reseller.id))
            .await
            .expect("closed");
        assert_eq!((closed.status, closed.slug), (AccountStatus::Closed, None));
        assert_eq!(
            refusal(account_close(w.p(), &distributor, &close(w.reseller.id)).await).0,
            "account_closed"
        );
        assert_eq!(
            refusal(storefront(w.p(), w.realm, "nordwind").await).0,
            "not_found"
        );
        let again = account_create(
            w.p(),
            &distributor,
            &input(w.distributor.id, "reseller", "Nordwind"),
        )
        .await;
        assert_eq!(
            again.expect("the name is free").account.slug.as_deref(),
            Some("nordwind")
        );
        let child = account_create(
            w.p(),
            &distributor,
            &input(w.reseller.id, "customer", "Late"),
        )
        .await;
        assert_eq!(refusal(child).0, "parent_closed");
        let provider = w.as_role(&w.provider, Role::Owner).await;
        assert_eq!(
            refusal(account_close(w.p(), &provider, &close(w.provider.id)).await).0,
            "provider_stays"
        );
    })
    .await;
}

#[tokio::test]
async fn storefronts_are_public_and_found_by_name_and_host() {
    each_world(|w| async move {
        let ctx = w.as_role(&w.reseller, Role::Owner).await;
        let update = AccountUpdate {
            account: w.reseller.id,
            version: None,
            changes: AccountChanges {
                host: Some("cloud.nordwind.example".into()),
                ..AccountChanges::default()
            },
        };
        account_update(w.p(), &ctx, &update).await.expect("changed");
        let by_name = storefront(w.p(), w.realm, "nordwind").await.expect("found");
        let by_host = storefront_by_host(w.p(), "Cloud.Nordwind.example")
            .await
            .expect("read");
        assert_eq!(by_host, Some((w.realm, by_name)));
        assert_eq!(
            storefront_by_host(w.p(), "other.example")
                .await
                .expect("read"),
            None
        );
        let slugs: Vec<String> = storefront_list(w.p(), w.realm)
            .await
            .expect("read")
            .into_iter()
            .map(|s| s.slug)
            .collect();
        assert_eq!(slugs, ["distributor", "nordwind", "provider", "sudwind"]);
        let taken = AccountUpdate {
            account: w.other_reseller.id,
            ..update
        };
        let ctx = w.as_role(&w.other_reseller, Role::Owner).await;
        assert!(is(
            &refusal(account_update(w.p(), &ctx, &taken).await),
            "taken",
            "host"
        ));
    })
    .await;
}

#[tokio::test]
async fn realms_do_not_know_each_other() {
    each_world(|w| async move {
        let second = realm_create(w.p(), &w.passwords, &realm_input("second"))
            .await
            .expect("a realm");
        assert_eq!(
            refusal(realm_create(w.p(), &w.passwords, &realm_input("second")).await).0,
            "realm_exists"
        );
        let ctx = w.p().system(second.realm).await.expect("a context");
        assert_eq!(names(&w, &ctx, "").await, ["Provider"]);
        assert_eq!(
            refusal(account_get(w.p(), &ctx, w.customer.id).await).0,
            "not_found"
        );
        // The same storefront name and the same address again, in the other realm.
        account_create(
            w.p(),
            &ctx,
            &input(second.provider.id, "reseller", "Nordwind"),
        )
        .await
        .expect("free there");
        // Someone of one realm with a context of the other sees nothing.
        let stray = OpCtx {
            principal: Principal::user("usr", w.provider.id, w.provider.kind, vec![Role::Owner]),
            ..ctx
        };
        assert_eq!(
            refusal(account_list(w.p(), &stray, &ListRequest::default()).await).0,
            "not_found"
        );
        assert_eq!(
            refusal(account_get(w.p(), &stray, second.provider.id).await).0,
            "not_found"
        );
    })
    .await;
}

#[tokio::test]
async fn lists_page_through_everything_once() {
    each_world(|w| async move {
        let ctx = w.as_role(&w.provider, Role::ReadOnly).await;
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let list = ListRequest {
                filter: "status:active".into(),
                sort: "-kind,name".into(),
                page: PageRequest { limit: 2, after },
            };
            let page = account_list(w.p(), &ctx, &list).await.expect("listed");
            seen.extend(page.items.into_iter().map(|account| account.name));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(
            seen,
            [
                "Mailmaker",
                "Nordwind",
                "Sudwind",
                "Provider",
                "Distributor",
                "Acme",
                "Bolt"
            ]
        );
        for (filter, sort, field) in [("colour:red", "", "filter"), ("", "colour", "sort")] {
            let list = ListRequest {
                filter: filter.into(),
                sort: sort.into(),
                ..ListRequest::default()
            };
            assert_eq!(refusal(account_list(w.p(), &ctx, &list).await).1, field);
        }
    })
    .await;
}
