//! SQL of the catalogue.

pub(crate) mod prices;
pub(crate) mod products;
pub(crate) mod rates;
pub(crate) mod terms;
pub(crate) mod versions;

use tradewind_platform::{db::Stmt, sql_text};

use crate::types::{
    Approval, DeliveryMode, ItemKind, ListingKind, ParameterKind, PlanStatus, ProductStatus, Timing,
};

sql_text!(
    Approval,
    DeliveryMode,
    ItemKind,
    ListingKind,
    ParameterKind,
    PlanStatus,
    ProductStatus,
    Timing
);

/// Every statement of the room.
pub(crate) fn statements() -> Vec<&'static Stmt> {
    [
        products::statements(),
        products::bulk_statements(),
        prices::statements(),
        prices::bulk_statements(),
        rates::statements(),
        rates::bulk_statements(),
        terms::statements(),
        versions::statements(),
    ]
    .concat()
}
