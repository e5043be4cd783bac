//! A seller's shop.

mod catalogue;
mod checkout;
mod product;

pub use catalogue::{CataloguePage, Facet, FacetValue, ProductCard};
pub use checkout::{CheckoutPage, LegalPage, OrderPlacedPage, PaymentOption, Terms};
pub use product::{ParameterAsk, ParameterKind, PlanOffer, ProductPage, QuantityAsk, price_panel};
pub(crate) use product::{coupon, parameter};
