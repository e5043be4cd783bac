//! A seller's shop.

mod bundle;
mod catalogue;
mod checkout;
mod product;

pub use bundle::{
    BundleAsk, BundleCheckoutPage, BundlePartView, BundlePriceView, BundleShopPage, bundle_panel,
};
pub use catalogue::{CataloguePage, Facet, FacetValue, ProductCard};
pub use checkout::{CheckoutPage, LegalPage, OrderPlacedPage, PaymentOption, Terms};
pub use product::{ParameterAsk, ParameterKind, PlanOffer, ProductPage, QuantityAsk, price_panel};
pub(crate) use product::{coupon, parameter};
