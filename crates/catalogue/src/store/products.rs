//! SQL of categories, products, plans, items and parameters.

use tradewind_kernel::{
    Locale, Text,
    id::{CategoryId, ItemId, ParameterId, PlanId, ProductId, RealmId},
    text::fold,
};
use tradewind_platform::{
    args, bulk,
    db::{Arg, FromRow, Json, Result, Row, Tx},
    stmts,
};

use crate::types::{
    Category, CategoryDraft, Choice, Item, Parameter, Plan, PlanDraft, Product, ProductDetail,
    ProductDraft, ProductStatus,
};

stmts! {
    /// All categories.
    CATEGORIES = "SELECT id, slug, name, position FROM category WHERE realm_id = $1 ORDER BY position, slug";
    /// A new category; nothing when the slug is taken.
    CATEGORY_ADD = "INSERT INTO category (realm_id, id, slug, name, position) VALUES ($1, $2, $3, $4, $5)
                    ON CONFLICT DO NOTHING";
    /// A changed category.
    CATEGORY_UPDATE = "UPDATE category SET slug = $3, name = $4, position = $5 WHERE realm_id = $1 AND id = $2";
    /// All products.
    PRODUCTS = "SELECT id, vendor_id, slug, name, summary, description, category_id, status, delivery, approval, tags,
                features, terms_title, terms_text, terms_version, tax_category, created_at, version
                FROM product WHERE realm_id = $1 ORDER BY id";
    /// One product, for changing it.
    PRODUCT = "SELECT id, vendor_id, slug, name, summary, description, category_id, status, delivery, approval, tags,
               features, terms_title, terms_text, terms_version, tax_category, created_at, version
               FROM product WHERE realm_id = $1 AND id = $2 {for_update}";
    /// Whose slug it is.
    PRODUCT_BY_SLUG = "SELECT id FROM product WHERE realm_id = $1 AND slug = $2";
    /// A new product; nothing when the slug is taken.
    PRODUCT_ADD = "INSERT INTO product (realm_id, id, vendor_id, slug, name, name_folded, summary, description,
                   category_id, status, delivery, approval, tags, features, terms_title, terms_text, terms_version,
                   tax_category, created_at, version)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, 1)
                   ON CONFLICT DO NOTHING";
    /// A changed product.
    PRODUCT_UPDATE = "UPDATE product SET slug = $4, name = $5, name_folded = $6, summary = $7, description = $8,
                      category_id = $9, delivery = $10, approval = $11, tags = $12, features = $13, terms_title = $14,
                      terms_text = $15, terms_version = $16, tax_category = $17, version = version + 1
                      WHERE realm_id = $1 AND id = $2 AND version = $3";
    /// A product's status.
    PRODUCT_STATUS = "UPDATE product SET status = $4, version = version + 1
                      WHERE realm_id = $1 AND id = $2 AND version = $3";
    /// Something that belongs to a product has changed.
    PRODUCT_BUMP = "UPDATE product SET version = version + 1 WHERE realm_id = $1 AND id = $2 AND version = $3";
    /// All plans.
    PLANS = "SELECT id, product_id, code, name, description, position, recommended, status, billing_cadence,
             term_cadence, trial_days, auto_renew, trial_needs_payment, trial_again, notice_days, version,
             (SELECT tax_category FROM product WHERE product.realm_id = plan.realm_id AND product.id = plan.product_id) AS tax_category
             FROM plan WHERE realm_id = $1 ORDER BY product_id, position, code";
    /// One plan, for changing it.
    PLAN = "SELECT id, product_id, code, name, description, position, recommended, status, billing_cadence,
            term_cadence, trial_days, auto_renew, trial_needs_payment, trial_again, notice_days, version,
             (SELECT tax_category FROM product WHERE product.realm_id = plan.realm_id AND product.id = plan.product_id) AS tax_category
            FROM plan WHERE realm_id = $1 AND id = $2 {for_update}";
    /// The plans of a product.
    PLANS_OF = "SELECT id, product_id, code, name, description, position, recommended, status, billing_cadence,
                term_cadence, trial_days, auto_renew, trial_needs_payment, trial_again, notice_days, version,
             (SELECT tax_category FROM product WHERE product.realm_id = plan.realm_id AND product.id = plan.product_id) AS tax_category
                FROM plan WHERE realm_id = $1 AND product_id = $2 ORDER BY position, code";
    /// A new plan; nothing when the code is taken.
    PLAN_ADD = "INSERT INTO plan (realm_id, id, product_id, code, name, description, position, recommended, status,
                billing_cadence, term_cadence, trial_days, auto_renew, trial_needs_payment, trial_again,
                notice_days, version)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 1) ON CONFLICT DO NOTHING";
    /// A changed plan.
    PLAN_UPDATE = "UPDATE plan SET code = $4, name = $5, description = $6, position = $7, recommended = $8, status = $9,
                   billing_cadence = $10, term_cadence = $11, trial_days = $12, auto_renew = $13,
                   trial_needs_payment = $14, trial_again = $15, notice_days = $16, version = version + 1
                   WHERE realm_id = $1 AND id = $2 AND version = $3";
    /// An item of the plan has changed.
    PLAN_BUMP = "UPDATE plan SET version = version + 1 WHERE realm_id = $1 AND id = $2 AND version = $3";
    /// All items.
    ITEMS = "SELECT id, plan_id, code, name, kind, unit, meter, aggregation, timing, quantity_min, quantity_max, quantity_default,
             quantity_step, tax_category, position FROM item WHERE realm_id = $1 ORDER BY plan_id, position, code";
    /// The items of a product.
    ITEMS_OF = "SELECT i.id, i.plan_id, i.code, i.name, i.kind, i.unit, i.meter, i.aggregation, i.timing, i.quantity_min,
                i.quantity_max, i.quantity_default, i.quantity_step, i.tax_category, i.position
                FROM plan p JOIN item i ON i.realm_id = p.realm_id AND i.plan_id = p.id
                WHERE p.realm_id = $1 AND p.product_id = $2 ORDER BY i.plan_id, i.position, i.code";
    /// The plan of an item.
    ITEM_PLAN = "SELECT plan_id FROM item WHERE realm_id = $1 AND id = $2";
    /// A changed item.
    ITEM_UPDATE = "UPDATE item SET code = $3, name = $4, kind = $5, unit = $6, meter = $7, aggregation = $8,
                   timing = $9, quantity_min = $10, quantity_max = $11, quantity_default = $12, quantity_step = $13,
                   tax_category = $14, position = $15
                   WHERE realm_id = $1 AND id = $2";
    /// All parameters.
    PARAMETERS = "SELECT id, product_id, code, label, hint, kind, required, pattern, choices, sensitive, position
                  FROM parameter WHERE realm_id = $1 ORDER BY product_id, position, code";
    /// The parameters of a product.
    PARAMETERS_OF = "SELECT id, product_id, code, label, hint, kind, required, pattern, choices, sensitive, position
                     FROM parameter WHERE realm_id = $1 AND product_id = $2 ORDER BY position, code";
    /// The product of a parameter.
    PARAMETER_PRODUCT = "SELECT product_id FROM parameter WHERE realm_id = $1 AND id = $2";
    /// A new parameter; nothing when the code is taken.
    PARAMETER_ADD = "INSERT INTO parameter (realm_id, id, product_id, code, label, hint, kind, required, pattern,
                     choices, sensitive, position) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
                     ON CONFLICT DO NOTHING";
    /// A changed parameter.
    PARAMETER_UPDATE = "UPDATE parameter SET code = $3, label = $4, hint = $5, kind = $6, required = $7, pattern = $8,
                        choices = $9, sensitive = $10, position = $11 WHERE realm_id = $1 AND id = $2";
}

bulk! {
    /// New items; left out when the code is taken.
    ITEMS_ADD = "item" {
        realm_id: Text, id: Text, plan_id: Text, code: Text, name: Text, kind: Text, unit: Text, meter: Text,
        aggregation: Text, timing: Text, quantity_min: Text, quantity_max: Text, quantity_default: Text, quantity_step: Text,
        tax_category: Text, position: Int
    } on conflict Nothing;
}

impl FromRow for Category {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            slug: row.get("slug")?,
            name: json(row, "name")?,
            position: row.get("position")?,
        })
    }
}

impl FromRow for Product {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            vendor_id: row.get("vendor_id")?,
            slug: row.get("slug")?,
            name: json(row, "name")?,
            summary: json(row, "summary")?,
            description: json(row, "description")?,
            category_id: row.get("category_id")?,
            status: row.get("status")?,
            delivery: row.get("delivery")?,
            approval: row.get("approval")?,
            tags: json(row, "tags")?,
            features: json(row, "features")?,
            terms_title: json(row, "terms_title")?,
            terms_text: json(row, "terms_text")?,
            terms_version: row.get("terms_version")?,
            tax_category: row.get("tax_category")?,
            created_at: row.get("created_at")?,
            version: row.get("version")?,
        })
    }
}

/// Without its items.
impl FromRow for Plan {
    fn from_row(row: &Row) -> Result<Self> {
        let term: Option<String> = row.get("term_cadence")?;
        Ok(Self {
            id: row.get("id")?,
            product_id: row.get("product_id")?,
            code: row.get("code")?,
            name: json(row, "name")?,
            description: json(row, "description")?,
            position: row.get("position")?,
            recommended: row.get("recommended")?,
            status: row.get("status")?,
            billing_cadence: row.get::<String>("billing_cadence")?.parse()?,
            term_cadence: term.map(|term| term.parse()).transpose()?,
            trial_days: row.get("trial_days")?,
            auto_renew: row.get("auto_renew")?,
            trial_needs_payment: row.get("trial_needs_payment")?,
            trial_again: row.get("trial_again")?,
            notice_days: row.get("notice_days")?,
            tax_category: row.get("tax_category")?,
            version: row.get("version")?,
            items: Vec::new(),
        })
    }
}

impl FromRow for Item {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            plan_id: row.get("plan_id")?,
            code: row.get("code")?,
            name: json(row, "name")?,
            kind: row.get("kind")?,
            unit: json(row, "unit")?,
            meter: row.get("meter")?,
            aggregation: row.get::<String>("aggregation")?.parse()?,
            timing: row.get("timing")?,
            quantity_min: row.get("quantity_min")?,
            quantity_max: row.get("quantity_max")?,
            quantity_default: row.get("quantity_default")?,
            quantity_step: row.get("quantity_step")?,
            tax_category: row.get("tax_category")?,
            position: row.get("position")?,
        })
    }
}

impl FromRow for Parameter {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            product_id: row.get("product_id")?,
            code: row.get("code")?,
            label: json(row, "label")?,
            hint: json(row, "hint")?,
            kind: row.get("kind")?,
            required: row.get("required")?,
            pattern: row.get("pattern")?,
            choices: json::<Vec<Choice>>(row, "choices")?,
            sensitive: row.get("sensitive")?,
            position: row.get("position")?,
        })
    }
}

fn json<T: serde::de::DeserializeOwned>(row: &Row, column: &str) -> Result<T> {
    Ok(row.get::<Json<T>>(column)?.0)
}

/// All names of a product, folded, for searching.
fn folded(name: &Text) -> String {
    Locale::ALL.map(|locale| fold(name.get(locale))).join("\n")
}

pub(crate) async fn categories(tx: &mut Tx, realm: RealmId) -> Result<Vec<Category>> {
    tx.all(&CATEGORIES, args![realm]).await
}

/// Whether it was added: the slug may be taken.
pub(crate) async fn add_category(tx: &mut Tx, realm: RealmId, category: &Category) -> Result<bool> {
    let name = Json(&category.name);
    let args = args![realm, category.id, category.slug, name, category.position];
    Ok(tx.exec(&CATEGORY_ADD, args).await? == 1)
}

/// Whether there is such a category.
pub(crate) async fn update_category(
    tx: &mut Tx,
    realm: RealmId,
    id: CategoryId,
    draft: &CategoryDraft,
) -> Result<bool> {
    let args = args![realm, id, draft.slug, Json(&draft.name), draft.position];
    Ok(tx.exec(&CATEGORY_UPDATE, args).await? == 1)
}

pub(crate) async fn products(tx: &mut Tx, realm: RealmId) -> Result<Vec<Product>> {
    tx.all(&PRODUCTS, args![realm]).await
}

/// One product, locked until the end of the transaction.
pub(crate) async fn product(tx: &mut Tx, realm: RealmId, id: ProductId) -> Result<Option<Product>> {
    tx.opt(&PRODUCT, args![realm, id]).await
}

/// One product with its plans and parameters, locked until the end of the transaction.
pub(crate) async fn detail(
    tx: &mut Tx,
    realm: RealmId,
    id: ProductId,
) -> Result<Option<ProductDetail>> {
    let Some(product) = product(tx, realm, id).await? else {
        return Ok(None);
    };
    let mut plans: Vec<Plan> = tx.all(&PLANS_OF, args![realm, id]).await?;
    let items: Vec<Item> = tx.all(&ITEMS_OF, args![realm, id]).await?;
    for plan in &mut plans {
        let own = items.iter().filter(|item| item.plan_id == plan.id);
        plan.items = own.cloned().collect();
    }
    Ok(Some(ProductDetail {
        product,
        plans,
        parameters: tx.all(&PARAMETERS_OF, args![realm, id]).await?,
    }))
}

pub(crate) async fn slug_holder(
    tx: &mut Tx,
    realm: RealmId,
    slug: &str,
) -> Result<Option<ProductId>> {
    let row: Option<(ProductId,)> = tx.opt(&PRODUCT_BY_SLUG, args![realm, slug]).await?;
    Ok(row.map(|(id,)| id))
}

/// Whether it was added: the slug may be taken.
pub(crate) async fn add_product(tx: &mut Tx, realm: RealmId, product: &Product) -> Result<bool> {
    let args = args![
        realm,
        product.id,
        product.vendor_id,
        product.slug,
        Json(&product.name),
        folded(&product.name),
        Json(&product.summary),
        Json(&product.description),
        product.category_id,
        product.status,
        product.delivery,
        product.approval,
        Json(&product.tags),
        Json(&product.features),
        Json(&product.terms_title),
        Json(&product.terms_text),
        product.terms_version,
        product.tax_category,
        product.created_at,
    ];
    Ok(tx.exec(&PRODUCT_ADD, args).await? == 1)
}

/// Whether the version was still the one.
pub(crate) async fn update_product(
    tx: &mut Tx,
    realm: RealmId,
    id: ProductId,
    version: i64,
    draft: &ProductDraft,
) -> Result<bool> {
    let args = args![
        realm,
        id,
        version,
        draft.slug,
        Json(&draft.name),
        folded(&draft.name),
        Json(&draft.summary),
        Json(&draft.description),
        draft.category_id,
        draft.delivery,
        draft.approval,
        Json(&draft.tags),
        Json(&draft.features),
        Json(&draft.terms_title),
        Json(&draft.terms_text),
        draft.terms_version,
        draft.tax_category,
    ];
    Ok(tx.exec(&PRODUCT_UPDATE, args).await? == 1)
}

/// Whether the version was still the one.
pub(crate) async fn set_product_status(
    tx: &mut Tx,
    realm: RealmId,
    id: ProductId,
    version: i64,
    status: ProductStatus,
) -> Result<bool> {
    Ok(tx
        .exec(&PRODUCT_STATUS, args![realm, id, version, status])
        .await?
        == 1)
}

/// Whether the version was still the one.
pub(crate) async fn bump_product(
    tx: &mut Tx,
    realm: RealmId,
    id: ProductId,
    version: i64,
) -> Result<bool> {
    Ok(tx.exec(&PRODUCT_BUMP, args![realm, id, version]).await? == 1)
}

pub(crate) async fn plans(tx: &mut Tx, realm: RealmId) -> Result<Vec<Plan>> {
    tx.all(&PLANS, args![realm]).await
}

/// One plan without its items, locked until the end of the transaction.
pub(crate) async fn plan(tx: &mut Tx, realm: RealmId, id: PlanId) -> Result<Option<Plan>> {
    tx.opt(&PLAN, args![realm, id]).await
}

fn plan_args(draft: &PlanDraft) -> Vec<Arg> {
    args![
        draft.code,
        Json(&draft.name),
        Json(&draft.description),
        draft.position,
        draft.recommended,
        draft.status,
        draft.billing_cadence.to_string(),
        draft.term_cadence.map(|term| term.to_string()),
        draft.trial_days,
        draft.auto_renew,
        draft.trial_needs_payment,
        draft.trial_again,
        draft.notice_days,
    ]
}

/// Whether it was added: the code may be taken.
pub(crate) async fn add_plan(
    tx: &mut Tx,
    realm: RealmId,
    id: PlanId,
    product: ProductId,
    draft: &PlanDraft,
) -> Result<bool> {
    let args = [args![realm, id, product], plan_args(draft)].concat();
    Ok(tx.exec(&PLAN_ADD, args).await? == 1)
}

/// Whether the version was still the one.
pub(crate) async fn update_plan(
    tx: &mut Tx,
    realm: RealmId,
    id: PlanId,
    version: i64,
    draft: &PlanDraft,
) -> Result<bool> {
    let args = [args![realm, id, version], plan_args(draft)].concat();
    Ok(tx.exec(&PLAN_UPDATE, args).await? == 1)
}

/// Whether the version was still the one.
pub(crate) async fn bump_plan(
    tx: &mut Tx,
    realm: RealmId,
    id: PlanId,
    version: i64,
) -> Result<bool> {
    Ok(tx.exec(&PLAN_BUMP, args![realm, id, version]).await? == 1)
}

pub(crate) async fn items(tx: &mut Tx, realm: RealmId) -> Result<Vec<Item>> {
    tx.all(&ITEMS, args![realm]).await
}

pub(crate) async fn item_plan(tx: &mut Tx, realm: RealmId, id: ItemId) -> Result<Option<PlanId>> {
    let row: Option<(PlanId,)> = tx.opt(&ITEM_PLAN, args![realm, id]).await?;
    Ok(row.map(|(plan,)| plan))
}

fn item_args(item: &Item) -> Vec<Arg> {
    args![
        item.code,
        Json(&item.name),
        item.kind,
        Json(&item.unit),
        item.meter,
        item.aggregation.to_string(),
        item.timing,
        item.quantity_min,
        item.quantity_max,
        item.quantity_default,
        item.quantity_step,
        item.tax_category,
        item.position,
    ]
}

/// How many were added: a code may be taken.
pub(crate) async fn add_items(tx: &mut Tx, realm: RealmId, items: &[Item]) -> Result<u64> {
    let rows = items
        .iter()
        .map(|item| [args![realm, item.id, item.plan_id], item_args(item)].concat())
        .collect();
    tx.insert_many(&ITEMS_ADD, rows).await
}

pub(crate) async fn update_item(tx: &mut Tx, realm: RealmId, item: &Item) -> Result<()> {
    let args = [args![realm, item.id], item_args(item)].concat();
    tx.exec(&ITEM_UPDATE, args).await?;
    Ok(())
}

pub(crate) async fn parameters(tx: &mut Tx, realm: RealmId) -> Result<Vec<Parameter>> {
    tx.all(&PARAMETERS, args![realm]).await
}

pub(crate) async fn parameter_product(
    tx: &mut Tx,
    realm: RealmId,
    id: ParameterId,
) -> Result<Option<ProductId>> {
    let row: Option<(ProductId,)> = tx.opt(&PARAMETER_PRODUCT, args![realm, id]).await?;
    Ok(row.map(|(product,)| product))
}

fn parameter_args(parameter: &Parameter) -> Vec<Arg> {
    args![
        parameter.code,
        Json(&parameter.label),
        Json(&parameter.hint),
        parameter.kind,
        parameter.required,
        parameter.pattern,
        Json(&parameter.choices),
        parameter.sensitive,
        parameter.position,
    ]
}

/// Whether it was added: the code may be taken.
pub(crate) async fn add_parameter(
    tx: &mut Tx,
    realm: RealmId,
    parameter: &Parameter,
) -> Result<bool> {
    let head = args![realm, parameter.id, parameter.product_id];
    let args = [head, parameter_args(parameter)].concat();
    Ok(tx.exec(&PARAMETER_ADD, args).await? == 1)
}

pub(crate) async fn update_parameter(
    tx: &mut Tx,
    realm: RealmId,
    parameter: &Parameter,
) -> Result<()> {
    let args = [args![realm, parameter.id], parameter_args(parameter)].concat();
    tx.exec(&PARAMETER_UPDATE, args).await?;
    Ok(())
}
