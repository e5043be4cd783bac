//! Bundles of a seller: the list, and one with its plans and a preview of what it costs.

use crate::blocks;
use crate::view::kit::{Block, Button, Card, Cell, Choice, Field, Kind, ListState, Live, Row, Txt};
use crate::view::shared::{Ask, FormState};
use crate::view::shell::Permit;
use crate::view::storefront::bundle_panel;
use crate::view::{Head, Page, Shell};

/// How many plans the form has room for.
pub const BUNDLE_ROWS: usize = 5;

/// A bundle.
pub struct BundleRow {
    /// Id.
    pub id: Txt,
    /// Name.
    pub name: Txt,
    /// Name in addresses.
    pub slug: Txt,
    /// Whose it is, where that is somebody else than the reader.
    pub seller: Option<Txt>,
    /// State.
    pub state: Txt,
    /// How many plans.
    pub parts: usize,
    /// How often it was sold.
    pub sales: i64,
}

/// Bundles of the reader's account and those below it.
pub struct BundlesPage {
    /// Rows.
    pub rows: Vec<BundleRow>,
    /// Search, page.
    pub state: ListState,
    /// May make one.
    pub add: Permit,
}

impl BundlesPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let rows = self.rows.iter().map(|row| {
            Row::Cells(vec![
                Cell::Main(
                    format!("/panel/bundles/{}", row.id).into(),
                    row.name.clone(),
                    row.seller.clone(),
                ),
                Cell::Text(row.slug.clone()),
                Cell::State(t.state(&row.state)),
                Cell::Figure(t.int(i64::try_from(row.parts).unwrap_or(i64::MAX))),
                Cell::Figure(t.int(row.sales)),
            ])
        });
        let columns = vec![
            shell.col("c-name"),
            shell.col("f-slug"),
            shell.col("c-state"),
            shell.fig("bundle-parts"),
            shell.fig("bundle-sales"),
        ];
        let empty = shell.empty("boxes", "bundles-none");
        let list = shell.list("nav-bundles", columns, rows.collect(), &self.state, empty);
        let head = Head::new(t.tr("nav-bundles"))
            .lead(t.tr("bundles-lead"))
            .may(
                &self.add,
                shell
                    .go("bundle-add", "/panel/bundles/new")
                    .primary()
                    .icon("plus"),
            );
        Page::new(shell, head, blocks![list])
    }
}

/// One bundle, or a new one.
pub struct BundlePage {
    /// The bundle; none while it is new.
    pub row: Option<BundleRow>,
    /// May change it.
    pub edit: Permit,
    /// Plans to choose from: value, name.
    pub plans: Vec<(Txt, Txt)>,
    /// Currencies of amounts.
    pub currencies: Vec<Txt>,
    /// Its fields.
    pub form: FormState,
}

impl BundlePage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let title = match &self.row {
            Some(row) => row.name.clone(),
            None => t.tr("bundle-add"),
        };
        let may_end = self.edit.is_yes() && self.row.is_some();
        let mut head = Head::new(title).under(t.tr("nav-bundles"), "/panel/bundles");
        let mut body: Vec<Block> = Vec::new();
        if let Some(row) = &self.row {
            head = head
                .state(t.state(&row.state))
                .meta(t.with("bundle-sold", &[("count", &t.int(row.sales))]));
            if may_end {
                head = head.and(Button::open(t.tr("bundle-end"), "end").danger());
            }
        }
        head = head.lead(t.tr("bundle-lead"));
        if self.edit.is_yes() {
            let form = self.editor(&shell);
            body.push(Card::new(t.tr("bundle-what"), blocks![form]).into());
        }
        if let (Some(row), true) = (&self.row, may_end) {
            let action = format!("/panel/bundles/{}/end", row.id);
            body.push(
                shell
                    .confirm("end", "bundle-end", action, Vec::new())
                    .into(),
            );
        }
        // What it costs is asked for once something is changed.
        let aside = blocks![bundle_panel(&t, None)];
        Page::new(shell, head, body).aside(aside)
    }

    fn editor(&self, shell: &Shell) -> crate::view::kit::Form {
        let t = &shell.t;
        let ask = Ask::new(shell, &self.form);
        let currencies = self.currencies.iter();
        let currencies = currencies.map(|code| Choice::new(code.clone(), code.clone()));
        let mut fields = vec![
            Field::hidden("version", self.form.value("version").to_owned()),
            ask.text("name_en").required(),
            ask.optional(ask.text("name_de")),
            ask.text("slug").required(),
            ask.optional(ask.text("summary_en")),
            ask.select("currency", currencies.collect()),
            ask.optional(ask.number("coupon_periods")),
            ask.codes("when_broken", "bundle-broken", &["keep", "end"])
                .full(),
            ask.optional(ask.input("date", "valid_from")),
            ask.optional(ask.input("date", "valid_until")),
        ];
        for at in 0..BUNDLE_ROWS {
            let number = t.int(i64::try_from(at).unwrap_or_default() + 1);
            let label = |key: &str| t.with(key, &[("number", &number)]);
            let plans = self.plans.iter();
            let plans = plans.map(|(value, name)| Choice::new(value.clone(), name.clone()));
            let gives = ["none", "percentage", "amount", "price_override"];
            let gives = gives.map(|code| Choice::new(code, t.code("bundle-gives", code)));
            let row = [
                Field::new(
                    format!("plan{at}"),
                    label("bundle-row-plan"),
                    Kind::Select(plans.collect()),
                )
                .full(),
                Field::new(
                    format!("items{at}"),
                    label("bundle-row-items"),
                    Kind::Input("text"),
                )
                .hint(t.tr("bundle-row-items-hint"))
                .optional(t.tr("w-optional")),
                Field::new(
                    format!("gives{at}"),
                    label("bundle-row-gives"),
                    Kind::Select(gives.to_vec()),
                ),
                Field::new(
                    format!("value{at}"),
                    label("bundle-row-value"),
                    Kind::Number(None, None, "any".into()),
                )
                .optional(t.tr("w-optional")),
            ];
            fields.extend(row.into_iter().map(|field| self.form.fill(field)));
        }
        let action = match &self.row {
            Some(row) => format!("/panel/bundles/{}", row.id),
            None => "/panel/bundles".to_owned(),
        };
        shell
            .form(action, "bundle-save")
            .telling(self.form.notice())
            .fields(fields)
            .two_columns()
            .live(Live {
                post: "/panel/bundles/preview".into(),
                target: "#price",
            })
    }
}
