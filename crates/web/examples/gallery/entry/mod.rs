//! Every page in every state.

mod account;
mod billing;
mod catalogue;
mod gate;
mod my;
mod panel;
mod rows;
mod store;
mod vendor;

use crate::Entries;

pub(crate) fn all() -> Entries {
    [
        store::entries(),
        gate::entries(),
        my::entries(),
        panel::entries(),
        catalogue::entries(),
        billing::entries(),
        vendor::entries(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
