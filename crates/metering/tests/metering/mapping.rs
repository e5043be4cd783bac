//! Sub-accounts and whose they are.

use crate::focus::{import, sample};
use crate::world::each_world;
use tradewind_kernel::Error;
use tradewind_kernel::id::SubscriptionId;
use tradewind_kernel::page::PageRequest;
use tradewind_metering::service::{sub_account_assign, sub_account_assign_many, sub_account_list};
use tradewind_metering::types::{MappingReport, OnError, SubAccountAssignment};
use tradewind_policy::AccountKind;

#[tokio::test]
async fn a_mapping_file_is_taken_as_a_whole_or_not_at_all() {
    each_world(|w| async move {
        let (p, ctx) = (w.platform(), w.ctx().await);
        import(&w, &sample(), OnError::Skip).await;
        let mut one_page = PageRequest::new(Some(200), None).unwrap();
        let accounts = sub_account_list(p, &ctx, &one_page).await.unwrap();
        assert_eq!((accounts.items.len(), &accounts.next), (73, &None));
        assert_eq!(accounts.items.iter().map(|a| a.held).sum::<i64>(), 1_000);

        let homes = [
            w.subscription(w.customer).await,
            w.subscription(w.other_customer).await,
        ];
        let mut file = "source,sub_account,subscription\n".to_owned();
        for (n, account) in accounts.items.iter().enumerate() {
            file += &format!(
                "{},{},{}\n",
                account.source,
                account.external_id,
                homes[n % 2]
            );
        }
        let unknown = SubscriptionId::generate();
        let wrong = format!("{file}AWS,another,{unknown}\n");
        let refused = sub_account_assign_many(p, &ctx, wrong.as_bytes())
            .await
            .unwrap_err();
        assert_eq!(refused.problems()[0].field, "rows.75.subscription");
        assert_eq!(refused.problems()[0].code, "not_found");
        assert_eq!(
            sub_account_list(p, &ctx, &one_page).await.unwrap(),
            accounts
        );

        let done = sub_account_assign_many(p, &ctx, file.as_bytes())
            .await
            .unwrap();
        let expected = MappingReport {
            assigned: 73,
            unchanged: 0,
            released: 1_000,
        };
        assert_eq!(done, expected);
        let again = sub_account_assign_many(p, &ctx, file.as_bytes())
            .await
            .unwrap();
        assert_eq!(
            again,
            MappingReport {
                assigned: 0,
                unchanged: 73,
                released: 0
            }
        );

        one_page.limit = 30;
        let mut seen = Vec::new();
        loop {
            let part = sub_account_list(p, &ctx, &one_page).await.unwrap();
            seen.extend(part.items);
            one_page.after = part.next;
            if one_page.after.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), 73);
        for (n, (before, now)) in accounts.items.iter().zip(&seen).enumerate() {
            assert_eq!(
                (&before.name, before.first_seen_at),
                (&now.name, now.first_seen_at)
            );
            assert_eq!((now.subscription_id, now.held), (Some(homes[n % 2]), 0));
        }
    })
    .await;
}

#[tokio::test]
async fn only_the_provider_assigns() {
    each_world(|w| async move {
        let p = w.platform();
        let subscription_id = w.subscription(w.customer).await;
        let input = SubAccountAssignment {
            source: "AWS".into(),
            external_id: "517".into(),
            subscription_id,
        };
        for (account, kind) in [
            (w.reseller, AccountKind::Reseller),
            (w.customer, AccountKind::Customer),
            (w.vendor, AccountKind::Vendor),
        ] {
            let ctx = w.owner(account, kind).await;
            let refused = sub_account_assign(p, &ctx, &input).await.unwrap_err();
            assert!(
                matches!(refused, Error::NotFound { .. } | Error::Forbidden { .. }),
                "{kind}: {refused}"
            );
        }
        let provider = w.owner(w.provider, AccountKind::Provider).await;
        assert_eq!(sub_account_assign(p, &provider, &input).await.unwrap(), 0);

        let nothing = SubAccountAssignment {
            external_id: String::new(),
            ..input.clone()
        };
        let refused = sub_account_assign(p, &provider, &nothing)
            .await
            .unwrap_err();
        assert_eq!(refused.problems()[0].field, "external_id");
        let unknown = SubAccountAssignment {
            subscription_id: SubscriptionId::generate(),
            ..input
        };
        let refused = sub_account_assign(p, &provider, &unknown)
            .await
            .unwrap_err();
        assert!(matches!(refused, Error::NotFound { .. }));
    })
    .await;
}
