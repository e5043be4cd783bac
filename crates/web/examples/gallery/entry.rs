//! Every page in every state.

mod store;

use crate::Entries;

pub(crate) fn all() -> Entries {
    store::entries()
}
