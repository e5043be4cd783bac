//! Who did things: people and programs by name, as far as the reader knows them.

use std::collections::{BTreeSet, HashMap};

use tradewind_accounts::{service::actors_of, types::Actor};
use tradewind_kernel::Result;
use tradewind_policy::AccountKind;

use crate::{
    session::Visit,
    view::{Tr, kit::Txt},
};

/// The actors that a page names.
pub(super) struct Actors {
    t: Tr,
    seller: Option<String>,
    known: HashMap<String, Actor>,
}

impl Actors {
    /// Looks up who is named: `user usr_…`, `api_key key_…`, `system …`.
    pub(super) async fn of(visit: &Visit, named: &[&str]) -> Result<Self> {
        let ids: BTreeSet<String> = named
            .iter()
            .map(|name| id_of(name).to_owned())
            .filter(|id| id.starts_with("usr_") || id.starts_with("key_"))
            .collect();
        let known = if ids.is_empty() {
            Vec::new()
        } else {
            let ids: Vec<String> = ids.into_iter().collect();
            let reader = visit.account();
            visit
                .p()
                .read(&visit.ctx, &(reader, ids), |w, (reader, ids)| {
                    Box::pin(async move { actors_of(w, *reader, ids).await })
                })
                .await?
        };
        Ok(Self {
            t: visit.t(),
            seller: visit.buys.map(|(seller, _)| seller.to_string()),
            known: known
                .into_iter()
                .map(|actor| (actor.id.clone(), actor))
                .collect(),
        })
    }

    /// Who it was, in words. The own people and those of accounts below have names; the seller's and a vendor's go by
    /// their company; who stands further away stays in the background.
    pub(super) fn name(&self, actor: &str) -> Txt {
        let id = id_of(actor);
        let Some(actor) = self.known.get(id) else {
            return self.t.tr(if id.starts_with("usr_") {
                "who-person"
            } else {
                "who-platform"
            });
        };
        let neighbour = self.seller.as_deref() == Some(&*actor.account.to_string())
            || actor.account_kind == AccountKind::Vendor;
        if actor.is_near {
            actor.name.clone().into()
        } else if neighbour {
            actor.account_name.clone().into()
        } else {
            self.t.tr("who-platform")
        }
    }
}

fn id_of(actor: &str) -> &str {
    actor.split_once(' ').map_or(actor, |(_, id)| id)
}
