//! What stands around the page of a visit.

use base64::{Engine, engine::general_purpose::STANDARD};
use tradewind_platform::RealmMode;
use tradewind_policy::{AccountKind, Action, Decision, ResourceKind, Target};

use crate::{
    brand,
    session::Visit,
    view::{
        Shell, Tr,
        nav::{self, Menu},
        shell::{ActingAs, Brand, Clock, Surface, Who},
    },
};

impl Visit {
    /// Words and formats of the reader.
    pub(crate) fn t(&self) -> Tr {
        Tr::new(self.ctx.locale, self.zone.clone())
    }

    /// Around the pages of the shop.
    pub(crate) fn store(&self) -> Shell {
        self.shell(Surface::Store)
    }

    /// Around the pages about signing in.
    pub(crate) fn gate(&self) -> Shell {
        self.shell(Surface::Gate)
    }

    /// Around the own pages of who is signed in: dashboard, panel or the vendor's.
    pub(crate) fn app(&self) -> Shell {
        self.app_with(&[])
    }

    /// As [`Visit::app`], with the numbers waiting at some addresses.
    pub(crate) fn app_with(&self, waiting: &[(&str, u32)]) -> Shell {
        let menu = match self.home() {
            "/panel" => Menu::Panel,
            "/vendor" => Menu::Vendor,
            _ => Menu::Dashboard,
        };
        let mut shell = self.shell(Surface::App);
        shell.nav = nav::build(
            &shell.t,
            menu,
            &self.path,
            |action| self.offers(action),
            waiting,
        );
        shell
    }

    /// Whether an entry of the navigation is worth showing: what it leads to may be asked for by this reader.
    fn offers(&self, action: &str) -> bool {
        action
            .parse::<Action>()
            .is_ok_and(|action| self.may_at_home(action))
    }

    /// Whether the reader may do this with what belongs to the own account.
    pub(crate) fn may_at_home(&self, action: Action) -> bool {
        let kind = action.resource().parse().unwrap_or(ResourceKind::Account);
        // Jobs are the realm's, whoever's work they do.
        if kind == ResourceKind::Job {
            let target = self.realm.target(kind);
            return self.p().decide(&self.ctx.principal, action, &target) == Decision::Allow;
        }
        let own = self.account();
        let mut above = vec![own];
        // The provider's own things are the realm's.
        if own != self.realm.root_account {
            above.push(self.realm.root_account);
        }
        let target = Target::owned(kind, own, above)
            .traded(own, own)
            .of_vendor(own);
        self.p().decide(&self.ctx.principal, action, &target) == Decision::Allow
    }

    fn shell(&self, surface: Surface) -> Shell {
        let clock = (self.realm.mode == RealmMode::Sandbox).then(|| Clock {
            now: self.ctx.now,
            target: self.realm.clock_target,
            may_travel: self.p().decide(
                &self.ctx.principal,
                Action::ClockTravel,
                &self.realm.target(ResourceKind::Clock),
            ) == Decision::Allow,
        });
        Shell {
            t: self.t(),
            surface,
            theme: self.theme,
            brand: self.brand(surface),
            csrf: self.csrf.clone().into(),
            path: self.path.clone().into(),
            who: self.session.as_ref().map(|info| Who {
                name: if info.user.name.is_empty() {
                    info.user.email.clone().into()
                } else {
                    info.user.name.clone().into()
                },
                account: info.account.name.clone().into(),
                home: self.home(),
            }),
            acting: self.session.as_ref().and_then(|info| {
                info.acting.as_ref().map(|acting| ActingAs {
                    account: acting.account.name.clone().into(),
                    reason: String::new().into(),
                })
            }),
            clock,
            nav: Vec::new(),
            currencies: self
                .shop
                .iter()
                .map(|shop| shop.currency.to_string().into())
                .collect(),
            search: self.ask("q").to_owned().into(),
            palette: "",
            flash: self
                .flash
                .iter()
                .map(|(good, text)| (*good, text.clone().into()))
                .collect(),
        }
    }

    /// The shop's brand; who works for a company without one goes by its name.
    fn brand(&self, surface: Surface) -> Brand {
        let named = |name: &str| Brand {
            name: name.to_owned().into(),
            css: None,
            logo: None,
        };
        match (&self.session, &self.shop) {
            // A seller without a shop looks at another's, but works at home.
            (Some(info), shop)
                if surface == Surface::App
                    && self.kind() != Some(AccountKind::Customer)
                    && shop
                        .as_ref()
                        .is_none_or(|shop| shop.account != info.account.id) =>
            {
                named(&info.account.name)
            }
            (_, Some(shop)) => Brand {
                css: brand::Colour::parse(&shop.brand.color).map(brand::address),
                logo: (!shop.brand.logo_svg.is_empty()).then(|| {
                    let svg = STANDARD.encode(&shop.brand.logo_svg);
                    format!("data:image/svg+xml;base64,{svg}")
                }),
                ..named(&shop.name)
            },
            (Some(info), None) => named(&info.account.name),
            (None, None) => named(&self.realm.name),
        }
    }
}
