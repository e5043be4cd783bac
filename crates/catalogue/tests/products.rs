//! Products, plans, items and parameters: made by their vendors, changed by one at a time.

mod common;

use common::{code, each_world, item_draft, parameter_draft, plan_draft, problem, product_draft};
use tradewind_catalogue::{service, types::*};
use tradewind_kernel::{Text, id::ProductId, page::PageRequest};
use tradewind_policy::{AccountKind, Role};

#[tokio::test]
async fn a_product_grows_from_draft_to_sale_and_off_again() {
    each_world(|world| async move {
        let p = world.p();
        let ctx = world
            .user(world.vendor, AccountKind::Vendor, Role::Catalogue)
            .await;
        let product = service::product_create(p, &ctx, &product_draft(world.vendor, "mail"))
            .await
            .expect("a product");
        assert_eq!((product.status, product.version), (ProductStatus::Draft, 1));
        let at = |version| ProductTransition {
            id: product.id,
            version,
        };
        let owner = world
            .user(world.vendor, AccountKind::Vendor, Role::Owner)
            .await;
        assert_eq!(
            code(service::product_publish(p, &owner, &at(1)).await),
            "nothing_to_sell"
        );
        assert_eq!(
            code(service::product_withdraw(p, &owner, &at(1)).await),
            "not_published"
        );
        let plan = service::plan_create(p, &ctx, &plan_draft(product.id, "basic"))
            .await
            .expect("a plan");
        assert_eq!(plan.items.len(), 3);
        let published = service::product_publish(p, &owner, &at(1))
            .await
            .expect("published");
        assert_eq!(
            (published.status, published.version),
            (ProductStatus::Published, 2)
        );
        assert_eq!(
            code(service::product_publish(p, &owner, &at(2)).await),
            "already_published"
        );
        assert_eq!(
            code(service::product_withdraw(p, &owner, &at(1)).await),
            "changed_meanwhile"
        );
        let withdrawn = service::product_withdraw(p, &owner, &at(2))
            .await
            .expect("withdrawn");
        assert_eq!(withdrawn.status, ProductStatus::Withdrawn);
        let detail = service::product_get(p, &ctx, product.id)
            .await
            .expect("the product");
        let refused = tradewind_catalogue::rules::check_configuration(
            &detail,
            &detail.plans[0],
            &Default::default(),
            &Default::default(),
        );
        assert_eq!(
            refused.expect_err("withdrawn").to_string(),
            "the product \"mail\" is no longer for sale"
        );
    })
    .await;
}

#[tokio::test]
async fn two_people_cannot_overwrite_each_other() {
    each_world(|world| async move {
        let (p, ctx) = (world.p(), world.ctx().await);
        let product = service::product_create(p, &ctx, &product_draft(world.vendor, "mail"))
            .await
            .expect("a product");
        let update = |name: &str| {
            let mut draft = product_draft(world.vendor, "mail").draft;
            draft.name = Text::en(name);
            ProductUpdate {
                id: product.id,
                version: 1,
                draft,
            }
        };
        let after = service::product_update(p, &ctx, &update("First"))
            .await
            .expect("changed");
        assert_eq!((after.version, after.name), (2, Text::en("First")));
        assert_eq!(
            code(service::product_update(p, &ctx, &update("Second")).await),
            "changed_meanwhile"
        );
        let both = (update("Third"), update("Fourth"));
        let both = (
            ProductUpdate {
                version: 2,
                ..both.0
            },
            ProductUpdate {
                version: 2,
                ..both.1
            },
        );
        let (one, other) = tokio::join!(
            service::product_update(p, &ctx, &both.0),
            service::product_update(p, &ctx, &both.1)
        );
        assert_eq!(
            u8::from(one.is_ok()) + u8::from(other.is_ok()),
            1,
            "exactly one of two at once"
        );
        let lost = if one.is_ok() { other } else { one };
        assert_eq!(code(lost), "changed_meanwhile");
        let now = service::product_get(p, &ctx, product.id)
            .await
            .expect("the product");
        assert_eq!(now.product.version, 3);
    })
    .await;
}

#[tokio::test]
async fn plans_items_and_parameters_are_changed_at_the_version_seen() {
    each_world(|world| async move {
        let (p, ctx) = (world.p(), world.ctx().await);
        let product = world.product("mail").await;
        let plan = &product.plans[0];
        let mut update = PlanUpdate {
            id: plan.id,
            version: plan.version,
            draft: plan_draft(product.product.id, "pro").draft,
        };
        let changed = service::plan_update(p, &ctx, &update)
            .await
            .expect("changed");
        assert_eq!(
            (changed.code.as_str(), changed.version, changed.items.len()),
            ("pro", plan.version + 1, 3)
        );
        assert_eq!(
            code(service::plan_update(p, &ctx, &update).await),
            "changed_meanwhile"
        );
        service::plan_create(p, &ctx, &plan_draft(product.product.id, "basic"))
            .await
            .expect("another plan");
        update.version += 1;
        update.draft.code = "basic".to_owned();
        assert_eq!(
            code(service::plan_update(p, &ctx, &update).await),
            "code_taken"
        );
        assert_eq!(
            code(service::plan_create(p, &ctx, &plan_draft(product.product.id, "basic")).await),
            "code_taken"
        );

        let item = ItemCreate {
            plan_id: plan.id,
            draft: item_draft("extra", ItemKind::Recurring, 3),
        };
        let extra = service::item_create(p, &ctx, &item).await.expect("an item");
        assert_eq!(
            code(service::item_create(p, &ctx, &item).await),
            "code_taken"
        );
        let mut change = ItemUpdate {
            id: extra.id,
            version: changed.version + 1,
            draft: item.draft.clone(),
        };
        change.draft.quantity_default = common::dec("7");
        let after = service::item_update(p, &ctx, &change)
            .await
            .expect("changed");
        assert_eq!(after.quantity_default, common::dec("7"));
        assert_eq!(
            code(service::item_update(p, &ctx, &change).await),
            "changed_meanwhile"
        );
        change.version += 1;
        change.draft.code = "seats".to_owned();
        assert_eq!(
            code(service::item_update(p, &ctx, &change).await),
            "code_taken"
        );

        let mut parameter = ParameterCreate {
            product_id: product.product.id,
            draft: parameter_draft("domain"),
        };
        let made = service::parameter_create(p, &ctx, &parameter)
            .await
            .expect("a parameter");
        assert_eq!(
            code(service::parameter_create(p, &ctx, &parameter).await),
            "code_taken"
        );
        parameter.draft.pattern = Some("([".to_owned());
        assert_eq!(
            problem(service::parameter_create(p, &ctx, &parameter).await),
            ("pattern".to_owned(), "pattern_invalid")
        );
        let version = service::product_get(p, &ctx, product.product.id)
            .await
            .expect("the product")
            .product
            .version;
        let mut change = ParameterUpdate {
            id: made.id,
            version,
            draft: parameter_draft("domain"),
        };
        change.draft.required = false;
        assert!(
            !service::parameter_update(p, &ctx, &change)
                .await
                .expect("changed")
                .required
        );
        assert_eq!(
            code(service::parameter_update(p, &ctx, &change).await),
            "changed_meanwhile"
        );
        let detail = service::product_get(p, &ctx, product.product.id)
            .await
            .expect("the product");
        assert_eq!((detail.plans.len(), detail.parameters.len()), (2, 1));
        assert_eq!(detail.plan(plan.id).expect("the plan").items.len(), 4);
    })
    .await;
}

#[tokio::test]
async fn slugs_and_categories_are_checked() {
    each_world(|world| async move {
        let (p, ctx) = (world.p(), world.ctx().await);
        let draft = CategoryDraft {
            slug: "mail".to_owned(),
            name: Text::en("Mail"),
            position: 1,
        };
        let category = service::category_create(p, &ctx, &draft)
            .await
            .expect("a category");
        assert_eq!(
            code(service::category_create(p, &ctx, &draft).await),
            "slug_taken"
        );
        let other = CategoryDraft {
            slug: "backup".to_owned(),
            position: 0,
            ..draft.clone()
        };
        let other = service::category_create(p, &ctx, &other)
            .await
            .expect("a category");
        let update = CategoryUpdate {
            id: other.id,
            draft,
        };
        assert_eq!(
            code(service::category_update(p, &ctx, &update).await),
            "slug_taken"
        );
        let all = service::category_list(p, &ctx).await.expect("categories");
        assert_eq!(
            all.iter().map(|c| c.slug.as_str()).collect::<Vec<_>>(),
            ["backup", "mail"]
        );
        let mut product = product_draft(world.vendor, "one");
        product.draft.category_id = Some(category.id);
        service::product_create(p, &ctx, &product)
            .await
            .expect("a product");
        assert_eq!(
            code(service::product_create(p, &ctx, &product).await),
            "slug_taken"
        );
        product.draft.slug = "two".to_owned();
        product.draft.category_id = Some(tradewind_kernel::id::CategoryId::generate());
        assert_eq!(
            problem(service::product_create(p, &ctx, &product).await),
            ("category_id".to_owned(), "unknown")
        );
        let seller = product_draft(world.reseller, "three");
        assert_eq!(
            problem(service::product_create(p, &ctx, &seller).await),
            ("vendor_id".to_owned(), "not_a_vendor")
        );
    })
    .await;
}

#[tokio::test]
async fn vendors_see_their_own_and_the_provider_all() {
    each_world(|world| async move {
        let p = world.p();
        let product = world.product("mail").await;
        let own =
            service::product_create(p, &world.ctx().await, &product_draft(world.provider, "own"))
                .await
                .expect("a product");
        let slugs = async |account, kind| {
            let ctx = world.user(account, kind, Role::ReadOnly).await;
            let query = OfferQuery {
                page: PageRequest::new(Some(1), None).expect("a page"),
                ..OfferQuery::default()
            };
            let first = service::product_list(p, &ctx, &query).await?;
            let mut slugs: Vec<String> = first
                .items
                .iter()
                .map(|product| product.slug.clone())
                .collect();
            if first.next.is_some() {
                let query = OfferQuery {
                    page: PageRequest::new(Some(1), first.next).expect("a page"),
                    ..OfferQuery::default()
                };
                let second = service::product_list(p, &ctx, &query).await?;
                slugs.extend(second.items.iter().map(|product| product.slug.clone()));
            }
            Ok::<_, tradewind_kernel::Error>(slugs)
        };
        assert_eq!(
            slugs(world.vendor, AccountKind::Vendor)
                .await
                .expect("a list"),
            ["mail"]
        );
        assert_eq!(
            slugs(world.provider, AccountKind::Provider)
                .await
                .expect("a list"),
            ["mail", "own"]
        );
        assert_eq!(
            slugs(world.reseller, AccountKind::Reseller)
                .await
                .expect("a list"),
            [""; 0]
        );
        let reseller = world
            .user(world.reseller, AccountKind::Reseller, Role::Owner)
            .await;
        assert_eq!(
            code(service::product_get(p, &reseller, product.product.id).await),
            "not_found"
        );
        let vendor = world
            .user(world.vendor, AccountKind::Vendor, Role::Owner)
            .await;
        assert_eq!(
            code(service::product_get(p, &vendor, own.id).await),
            "not_found"
        );
        assert_eq!(
            code(service::product_get(p, &vendor, ProductId::generate()).await),
            "not_found"
        );
        let reader = world
            .user(world.vendor, AccountKind::Vendor, Role::ReadOnly)
            .await;
        assert!(
            service::product_get(p, &reader, product.product.id)
                .await
                .is_ok()
        );
        let publish = ProductTransition {
            id: product.product.id,
            version: product.product.version,
        };
        assert_eq!(
            code(service::product_withdraw(p, &reader, &publish).await),
            "forbidden"
        );
    })
    .await;
}

#[tokio::test]
async fn the_same_request_twice_makes_one_product() {
    each_world(|world| async move {
        let p = world.p();
        let ctx = world.ctx().await.with_key("once");
        let draft = product_draft(world.vendor, "mail");
        let one = service::product_create(p, &ctx, &draft)
            .await
            .expect("a product");
        let again = service::product_create(p, &ctx, &draft)
            .await
            .expect("the same");
        assert_eq!(one, again);
        let other = product_draft(world.vendor, "other");
        assert_eq!(
            code(service::product_create(p, &ctx, &other).await),
            "idempotency_key_reused"
        );
    })
    .await;
}

#[tokio::test]
async fn a_dry_run_leaves_nothing_behind_not_even_in_memory() {
    each_world(|world| async move {
        let p = world.p();
        let product = world.product("mail").await;
        let ctx = world.ctx().await;
        let dry = world.ctx().await.as_dry_run();
        let mut plan = plan_draft(product.product.id, "dry");
        let shown = service::plan_create(p, &dry, &plan).await.expect("shown");
        assert_eq!(shown.items.len(), 3);
        let detail = service::product_get(p, &ctx, product.product.id)
            .await
            .expect("the product");
        assert_eq!(detail, product);
        plan.draft.code = "wet".to_owned();
        service::plan_create(p, &ctx, &plan).await.expect("kept");
        let detail = service::product_get(p, &ctx, product.product.id)
            .await
            .expect("the product");
        let codes: Vec<_> = detail.plans.iter().map(|plan| plan.code.as_str()).collect();
        assert_eq!(codes, ["basic", "wet"]);
    })
    .await;
}

#[tokio::test]
async fn a_meter_is_charged_by_one_item_of_a_plan() {
    each_world(|world| async move {
        let (p, ctx) = (world.p(), world.ctx().await);
        let product = world.product("mail").await;
        let plan = &product.plans[0];
        let second = item_draft("again", ItemKind::Metered, 3);
        let taken = |field: &str| (field.to_owned(), "meter_taken");

        let mut whole = plan_draft(product.product.id, "second");
        whole.items.push(second.clone());
        let refused = service::plan_create(p, &ctx, &whole).await;
        assert_eq!(problem(refused), taken("items.3.meter"));

        let mut item = ItemCreate {
            plan_id: plan.id,
            draft: second.clone(),
        };
        let refused = service::item_create(p, &ctx, &item).await;
        assert_eq!(problem(refused), taken("meter"));
        let now = service::product_get(p, &ctx, product.product.id).await;
        let now = now.expect("the product");
        assert_eq!(now.plans, product.plans, "nothing was changed");

        item.draft.meter = Some("storage".to_owned());
        let storage = service::item_create(p, &ctx, &item).await.expect("an item");
        let mut change = ItemUpdate {
            id: storage.id,
            version: plan.version + 1,
            draft: second,
        };
        let refused = service::item_update(p, &ctx, &change).await;
        assert_eq!(problem(refused), taken("meter"));
        change.draft.meter = Some("storage".to_owned());
        change.draft.position = 9;
        let after = service::item_update(p, &ctx, &change).await;
        assert_eq!(after.expect("its own meter").position, 9);
    })
    .await;
}
