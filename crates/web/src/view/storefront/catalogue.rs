//! The catalogue: facets at the side, products as cards.

use askama::Template;

use crate::view::kit::{Badge, Empty, Icon, ListState, Tone, Txt};
use crate::view::shared::PriceFrom;
use crate::view::{Head, Page, Shell, Tr};

/// A product in the list.
pub struct ProductCard {
    /// Last part of its address.
    pub slug: Txt,
    /// Name.
    pub name: Txt,
    /// Vendor's name.
    pub vendor: Txt,
    /// What it is, in one sentence.
    pub summary: Txt,
    /// The least it costs; `None` when only use is charged.
    pub from: Option<PriceFrom>,
    /// Days of trial.
    pub trial_days: Option<u32>,
    /// Orders wait for an approval.
    pub approval: bool,
}

/// A value of a facet.
pub struct FacetValue {
    /// As in the address.
    pub value: Txt,
    /// Name.
    pub label: Txt,
    /// Products that have it.
    pub count: u32,
    /// Whether it is chosen.
    pub on: bool,
}

/// A way to narrow the list.
pub struct Facet {
    /// Parameter of the address: `category`, `vendor`, `billing`, `trial`.
    pub name: Txt,
    /// Heading.
    pub label: Txt,
    /// Its values.
    pub values: Vec<FacetValue>,
}

/// The catalogue of a shop, which is also its home.
pub struct CataloguePage {
    /// What the shop says about itself; shown on the first, unnarrowed page.
    pub welcome: Option<(Txt, Txt)>,
    /// Facets.
    pub facets: Vec<Facet>,
    /// Lowest and highest price asked for.
    pub price_range: (Txt, Txt),
    /// Search (`q`), facets, `min`, `max`, `sort` (`name`, `price`, `-price`) and page.
    pub state: ListState,
    /// Bundles that the shop offers, on its first page: last part of the address, name, what it is.
    pub bundles: Vec<(Txt, Txt, Txt)>,
    /// Products of this page.
    pub products: Vec<ProductCard>,
    /// How many match in all.
    pub total: u32,
}

#[derive(Template)]
#[template(path = "store/catalogue.html")]
struct Body {
    t: Tr,
    page: CataloguePage,
    chips: Vec<(Txt, String)>,
    empty: Empty,
    more: Option<String>,
}

impl Body {
    fn colour(name: &str) -> usize {
        name.bytes().map(usize::from).sum::<usize>() % 6
    }

    fn initials(name: &str) -> String {
        crate::view::shell::Brand::initials(name)
    }

    fn badges(&self, product: &ProductCard) -> Vec<Badge> {
        let trial = product
            .trial_days
            .map(|days| Badge::new(Tone::Ok, self.t.count("trial-days", days)).icon("timer"));
        let approval = product
            .approval
            .then(|| Badge::new(Tone::Idle, self.t.tr("needs-approval")).icon("user-check"));
        trial.into_iter().chain(approval).collect()
    }

    fn sorts(&self) -> [(&'static str, Txt); 3] {
        [
            ("name", self.t.tr("sort-name")),
            ("price", self.t.tr("sort-price")),
            ("-price", self.t.tr("sort-price-down")),
        ]
    }
}

impl CataloguePage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let mut chips = Vec::new();
        for facet in &self.facets {
            for value in facet.values.iter().filter(|value| value.on) {
                let rest = ListState {
                    query: self
                        .state
                        .query
                        .iter()
                        .filter(|(name, held)| !(*name == facet.name && *held == value.value))
                        .cloned()
                        .collect(),
                    ..self.state.clone()
                };
                chips.push((value.label.clone(), rest.href(&[])));
            }
        }
        let (low, high) = &self.price_range;
        if !low.is_empty() || !high.is_empty() {
            chips.push((
                t.with("facet-price-chip", &[("low", low), ("high", high)]),
                self.state.href(&[("min", ""), ("max", "")]),
            ));
        }
        let head = match &self.welcome {
            Some((title, _)) => Head::new(title.clone()),
            None => Head::new(t.tr("nav-catalogue")),
        };
        let empty = if self.state.narrowed() {
            shell
                .empty("search", "catalogue-no-match")
                .and(shell.go("w-clear-filters", self.state.path.clone()))
        } else {
            shell.empty("boxes", "catalogue-empty")
        };
        let more = self
            .state
            .next
            .as_deref()
            .map(|next| self.state.href(&[("after", next)]));
        let body = Body {
            t,
            page: self,
            chips,
            empty,
            more,
        };
        Page::new(shell, head, vec![body.into()]).bare()
    }
}
