//! The pages under load: who asks for what.

use super::clients::{CUSTOMER, PROVIDER, RESELLER, session};
use super::shelf::slug;
use super::world::host;
use crate::wiring::App;
use tradewind_kernel::Result;
use tradewind_kernel::id::RealmId;

/// A page that someone asks for.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    /// What it is called in the figures.
    pub(super) name: &'static str,
    /// The address.
    pub(super) path: String,
    /// The host that is asked, for visitors.
    pub(super) host: Option<String>,
    /// The cookies that come along.
    pub(super) cookie: Option<String>,
}

/// All pages, each with someone signed in who may see it.
pub(super) async fn pages(app: &App, realm: RealmId) -> Result<Vec<Asked>> {
    let visitor = |name, path: String| Asked {
        name,
        path,
        host: Some(host(0)),
        cookie: Some("tradewind_visitor=0123456789abcdef0123456789".to_owned()),
    };
    let mut pages = vec![
        visitor("catalogue", "/".to_owned()),
        visitor("catalogue search", "/?q=harbour&sort=price".to_owned()),
        visitor("product", format!("/products/{}", slug(0))),
    ];
    let people = [
        (
            CUSTOMER,
            &[
                ("dashboard", "/my"),
                ("customer's subscriptions", "/my/subscriptions"),
            ][..],
        ),
        (
            RESELLER,
            &[
                ("reseller's panel", "/panel"),
                ("reseller's orders", "/panel/orders"),
                ("reseller's subscriptions", "/panel/subscriptions"),
                ("reseller's invoices", "/panel/invoices"),
                ("reseller's customers", "/panel/customers"),
            ],
        ),
        (
            PROVIDER,
            &[
                ("provider's panel", "/panel"),
                ("provider's orders", "/panel/orders"),
                ("provider's subscriptions", "/panel/subscriptions"),
                ("provider's invoices", "/panel/invoices"),
                ("provider's customers", "/panel/customers"),
            ],
        ),
    ];
    for (email, paths) in people {
        let cookie = format!("tradewind_session={}", session(app, realm, email).await?);
        pages.extend(paths.iter().map(|(name, path)| Asked {
            name,
            path: (*path).to_owned(),
            host: None,
            cookie: Some(cookie.clone()),
        }));
    }
    Ok(pages)
}
