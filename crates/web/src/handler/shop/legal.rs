//! Who runs the shop, and the conditions of products.

use axum::extract::Path;
use tradewind_catalogue::service::offer;
use tradewind_kernel::Error;

use crate::{
    respond::{self, Answer},
    session::Anyone,
    view::{kit::Txt, storefront::LegalPage},
};

/// Who runs the shop.
pub(super) async fn imprint(Anyone(visit): Anyone) -> Answer {
    let shop = visit.shop()?;
    let t = visit.t();
    let address = shop.address.lines(&shop.country, t.locale);
    let mut text: Vec<Txt> = [shop.name.clone()]
        .into_iter()
        .chain(address)
        .chain([shop.email.clone()])
        .filter(|line| !line.is_empty())
        .map(Into::into)
        .collect();
    let tax_id = if visit.tax().is_vat {
        "f-tax-id"
    } else {
        "f-tax-number"
    };
    for (key, value) in [
        (tax_id, &shop.tax.tax_id),
        ("f-registration", &shop.tax.registration),
    ] {
        if !value.is_empty() {
            text.push(format!("{}: {value}", t.tr(key)).into());
        }
    }
    let page = LegalPage {
        title: t.tr("nav-imprint"),
        version: Txt::default(),
        text,
    };
    respond::page(page.page(visit.store()))
}

/// The conditions of a product, in the version that an order accepts now.
pub(super) async fn terms(Anyone(visit): Anyone, Path(slug): Path<String>) -> Answer {
    let found = offer(visit.p(), &visit.shop_ctx()?, &visit.scope()?, &slug).await?;
    if found.terms_text.is_empty() {
        return Err(Error::NotFound {
            kind: "page",
            id: slug.chars().take(80).collect(),
        }
        .into());
    }
    let locale = visit.ctx.locale;
    let page = LegalPage {
        title: found.terms_title.get(locale).to_owned().into(),
        version: visit
            .t()
            .with("terms-version", &[("version", &found.terms_version)]),
        text: super::product::paragraphs(found.terms_text.get(locale)),
    };
    respond::page(page.page(visit.store()))
}
