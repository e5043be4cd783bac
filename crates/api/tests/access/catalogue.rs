//! Categories, products, plans, prices and offers.

use serde_json::{Value, json};

use super::{
    Case,
    Who::{Customer, OtherReseller, Provider, Reseller, Vendor},
    own_list,
};
use crate::common::{
    World,
    goods::{item_draft, parameter, plan_draft, product_draft},
};

/// A case in which whoever is unrelated does not learn that there is such a thing.
fn hidden(
    operation: &'static str,
    path: fn(&World) -> String,
    body: Option<fn(&World) -> Value>,
    [unrelated, allowed]: [super::Who; 2],
    status: u16,
) -> Case {
    Case {
        operation,
        path,
        body,
        unrelated,
        allowed,
        answers: [401, 404, status],
    }
}

fn value<T: serde::Serialize>(value: T) -> Value {
    serde_json::to_value(value).expect("json")
}

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = products();
    cases.extend(prices());
    cases.extend(offers());
    cases
}

fn products() -> Vec<Case> {
    vec![
        own_list("listCategories", |_| "/categories".into()),
        Case {
            unrelated: Vendor,
            ..own_list("listProducts", |_| "/products".into())
        },
        Case {
            operation: "createCategory",
            path: |_| "/categories".into(),
            body: Some(|_| json!({ "slug": "storage", "name": { "en": "Storage" } })),
            unrelated: Vendor,
            allowed: Provider,
            answers: [401, 404, 201],
        },
        hidden(
            "replaceCategory",
            |w| format!("/categories/{}", w.goods.category),
            Some(|_| json!({ "slug": "post", "name": { "en": "Post" }, "position": 2 })),
            [Vendor, Provider],
            200,
        ),
        hidden(
            "createProduct",
            |w| format!("/accounts/{}/products", w.vendor.id),
            Some(|_| value(product_draft("calendar"))),
            [Reseller, Vendor],
            201,
        ),
        hidden(
            "getProduct",
            |w| format!("/products/{}", w.goods.product),
            None,
            [Reseller, Vendor],
            200,
        ),
        hidden(
            "replaceProduct",
            |w| format!("/products/{}", w.goods.product),
            Some(|_| value(product_draft("post"))),
            [Reseller, Vendor],
            200,
        ),
        hidden(
            "publishProduct",
            |w| format!("/products/{}/publish", w.goods.draft),
            None,
            [Reseller, Vendor],
            200,
        ),
        hidden(
            "withdrawProduct",
            |w| format!("/products/{}/withdraw", w.goods.product),
            None,
            [Reseller, Vendor],
            200,
        ),
        hidden(
            "createPlan",
            |w| format!("/products/{}/plans", w.goods.product),
            Some(|_| value(plan_draft("company"))),
            [Reseller, Vendor],
            201,
        ),
        hidden(
            "replacePlan",
            |w| format!("/plans/{}", w.goods.plan),
            Some(|_| value(plan_draft("company"))),
            [Reseller, Vendor],
            200,
        ),
        hidden(
            "createItem",
            |w| format!("/plans/{}/items", w.goods.plan),
            Some(|_| value(item_draft("storage"))),
            [Reseller, Vendor],
            201,
        ),
        hidden(
            "replaceItem",
            |w| format!("/items/{}", w.goods.item),
            Some(|_| value(item_draft("people"))),
            [Reseller, Vendor],
            200,
        ),
        hidden(
            "createParameter",
            |w| format!("/products/{}/parameters", w.goods.product),
            Some(|_| value(parameter("domain"))),
            [Reseller, Vendor],
            201,
        ),
        hidden(
            "replaceParameter",
            |w| format!("/parameters/{}", w.goods.parameter),
            Some(|_| value(parameter("address"))),
            [Reseller, Vendor],
            200,
        ),
    ]
}

fn prices() -> Vec<Case> {
    let revision: fn(&World) -> Value = |_| json!({ "effective_on": "2024-06-01", "listings": [{ "kind": "markup", "percent": "15" }] });
    vec![
        hidden(
            "listPriceBooks",
            |w| format!("/accounts/{}/price-books", w.reseller.id),
            None,
            [OtherReseller, Reseller],
            200,
        ),
        hidden(
            "createPriceBook",
            |w| format!("/accounts/{}/price-books", w.reseller.id),
            Some(|_| json!({ "name": "Partners", "currency": "EUR" })),
            [OtherReseller, Reseller],
            201,
        ),
        hidden(
            "getPriceBook",
            |w| format!("/price-books/{}", w.goods.book),
            None,
            [Customer, Reseller],
            200,
        ),
        hidden(
            "replacePriceBook",
            |w| format!("/price-books/{}", w.goods.book),
            Some(|_| json!({ "name": "Partners", "is_default": false })),
            [OtherReseller, Reseller],
            200,
        ),
        own_list("listBundles", |_| "/bundles".into()),
        hidden(
            "createBundle",
            |w| format!("/accounts/{}/bundles", w.reseller.id),
            Some(|w| bundle(w, "office")),
            [OtherReseller, Reseller],
            201,
        ),
        hidden(
            "getBundle",
            |w| format!("/bundles/{}", w.goods.bundle),
            None,
            [Customer, Reseller],
            200,
        ),
        hidden(
            "replaceBundle",
            |w| format!("/bundles/{}", w.goods.bundle),
            Some(|w| bundle(w, "pair")),
            [OtherReseller, Reseller],
            200,
        ),
        hidden(
            "endBundle",
            |w| format!("/bundles/{}/end", w.goods.bundle),
            None,
            [OtherReseller, Reseller],
            200,
        ),
        own_list("listCoupons", |_| "/coupons".into()),
        hidden(
            "createCoupon",
            |w| format!("/accounts/{}/coupons", w.reseller.id),
            Some(
                |_| json!({ "name": { "en": "Summer" }, "code": "SUMMER", "benefit": { "gives": "percentage", "percent": "20" } }),
            ),
            [OtherReseller, Reseller],
            201,
        ),
        hidden(
            "getCoupon",
            |w| format!("/coupons/{}", w.goods.coupon),
            None,
            [Customer, Reseller],
            200,
        ),
        hidden(
            "listRedemptions",
            |w| format!("/coupons/{}/redemptions", w.goods.coupon),
            None,
            [Customer, Reseller],
            200,
        ),
        hidden(
            "replaceCoupon",
            |w| format!("/coupons/{}", w.goods.coupon),
            Some(
                |_| json!({ "name": { "en": "Winter" }, "benefit": { "gives": "amount", "amount": { "amount": "5.00", "currency": "EUR" } } }),
            ),
            [OtherReseller, Reseller],
            200,
        ),
        hidden(
            "endCoupon",
            |w| format!("/coupons/{}/end", w.goods.coupon),
            None,
            [OtherReseller, Reseller],
            200,
        ),
        hidden(
            "createRevision",
            |w| format!("/price-books/{}/revisions", w.goods.book),
            Some(revision),
            [OtherReseller, Reseller],
            201,
        ),
        hidden(
            "previewRevision",
            |w| format!("/price-books/{}/revisions/preview", w.goods.book),
            Some(revision),
            [OtherReseller, Reseller],
            200,
        ),
        hidden(
            "assignPriceBook",
            |w| {
                format!(
                    "/accounts/{}/buyers/{}/price-book",
                    w.reseller.id, w.customer.id
                )
            },
            Some(|w| json!({ "book_id": w.goods.book })),
            [OtherReseller, Reseller],
            204,
        ),
        Case {
            unrelated: OtherReseller,
            ..own_list("listExchangeRates", |_| "/exchange-rates".into())
        },
        hidden(
            "setExchangeRate",
            |_| "/exchange-rates".into(),
            Some(
                |_| json!({ "base": "EUR", "quote": "USD", "effective_on": "2024-06-01", "rate": "1.1" }),
            ),
            [Reseller, Provider],
            201,
        ),
        hidden(
            "importExchangeRates",
            |_| "/exchange-rates/imports".into(),
            Some(|_| json!({})),
            [Reseller, Provider],
            415,
        ),
    ]
}

/// The shelves are open to everybody; a buyer's own prices are not.
fn offers() -> Vec<Case> {
    let open = |operation, path| Case {
        operation,
        path,
        body: None,
        unrelated: OtherReseller,
        allowed: Customer,
        answers: [200, 200, 200],
    };
    vec![
        open("listOffers", |_| "/offers?seller=nordwind".into()),
        open("listBundleOffers", |_| {
            "/bundle-offers?seller=nordwind".into()
        }),
        open("getBundleOffer", |_| {
            "/bundle-offers/pair?seller=nordwind".into()
        }),
        Case {
            // With this buyer's prices.
            answers: [404, 404, 200],
            ..open("getOffer", |w| {
                format!("/offers/mail?seller=nordwind&buyer={}", w.customer.id)
            })
        },
        Case {
            body: Some(|_| json!({ "quantities": { "seats": "3" } })),
            ..open("priceOffer", |_| {
                "/offers/mail/price?seller=nordwind".into()
            })
        },
    ]
}

/// A bundle of the plan twice.
fn bundle(w: &World, slug: &str) -> Value {
    let part = json!({ "product_id": w.goods.product, "plan_id": w.goods.plan });
    json!({ "slug": slug, "name": { "en": "Office" }, "parts": [part, part] })
}
