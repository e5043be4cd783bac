//! The editor of what one plan has of its own in a revision: its billing days, and what is committed with it.

use askama::Template;

use crate::blocks;
use crate::view::kit::{
    Block, Button, Cell, Choice, Column, Field, Form, Kind, Live, Notice, Row, Table, Tone, Txt,
};
use crate::view::shared::FormState;
use crate::view::{Head, Page, Shell, Tr};

/// A metered item of which a quantity can be committed: code, name, what is counted.
pub type CommittableRow = (Txt, Txt, Txt);

/// The editor.
pub struct PlanPolicyPage {
    /// Id of the price book.
    pub book: Txt,
    /// Its name.
    pub book_name: Txt,
    /// Its currency.
    pub currency: Txt,
    /// Id of the plan; `all` for what holds for all plans.
    pub plan: Txt,
    /// Its name.
    pub name: Txt,
    /// The metered items.
    pub items: Vec<CommittableRow>,
    /// What it says in words: label, words; none while it is not complete.
    pub preview: Option<Vec<(Txt, Txt)>>,
    /// The fields, whose names begin with `p.`, and what is wrong with them.
    pub form: FormState,
    /// Everything else of the revision in the making.
    pub kept: Vec<(String, String)>,
}

/// Where the preview stands on the page.
const PREVIEW: &str = "plan-preview";

impl PlanPolicyPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let here = format!("/panel/price-books/{}", self.book);
        let head = Head::new(t.with("plan-editor", &[("plan", &self.name)]))
            .lead(t.tr("plan-editor-lead"))
            .meta(self.currency.clone())
            .under(t.tr("nav-price-books"), "/panel/price-books")
            .under(self.book_name.clone(), here.clone());
        let preview = self.preview(&t);
        let form = self.editor(&shell, &here);
        Page::new(shell, head, blocks![form]).aside(blocks![preview])
    }

    /// What it says, which answers the form while it is filled.
    pub fn preview(&self, t: &Tr) -> PlanPanel {
        let body = match &self.preview {
            None => blocks![Notice::new(Tone::Info, "", t.tr("plan-preview-wait"))],
            Some(rows) => {
                let rows = rows.iter().map(|(label, words)| {
                    Row::Cells(vec![Cell::Text(label.clone()), Cell::Text(words.clone())])
                });
                let columns = vec![Column::new(t.tr("c-what")), Column::new(t.tr("plan-says"))];
                blocks![Table::new(t.tr("plan-preview"), columns, rows.collect())]
            }
        };
        PlanPanel {
            title: t.tr("plan-preview"),
            body,
        }
    }

    fn select(&self, t: &Tr, name: &'static str, key: &str, codes: &[&'static str]) -> Field {
        let choices = codes.iter().map(|code| {
            let label = match *code {
                "book" => t.tr("plan-as-book"),
                code => t.tr(&format!("{key}-{code}")),
            };
            Choice::new(*code, label)
        });
        let field = Field::new(name, t.tr(key), Kind::Select(choices.collect()));
        self.form.fill(field)
    }

    fn number(&self, t: &Tr, name: &'static str, key: &str) -> Field {
        let kind = Kind::Number(Some("0".into()), None, "any".into());
        self.form.fill(Field::new(name, t.tr(key), kind))
    }

    fn fields(&self, t: &Tr) -> Vec<Field> {
        let align = [
            "book",
            "anniversary",
            "calendar",
            "day_of_month",
            "invoice_day",
        ];
        let spans = ["book", "month", "quarter", "half_year", "year"];
        let day = self.number(t, "p.day", "price-policy-align-day");
        vec![
            self.select(t, "p.align", "price-policy-align", &align),
            day.hint(t.tr("price-policy-align-day-hint")),
            self.select(
                t,
                "p.stub",
                "price-policy-stub",
                &["prorated", "free", "full"],
            ),
            self.select(t, "p.over", "price-policy-commit-over", &spans),
            self.number(t, "p.minimum", "price-policy-commit-minimum"),
            self.number(t, "p.maximum", "price-policy-commit-maximum"),
            self.select(
                t,
                "p.counts",
                "price-policy-commit-counts",
                &["everything", "usage"],
            ),
            self.select(
                t,
                "p.leaving",
                "price-policy-commit-leaving",
                &["prorated", "full", "nothing"],
            ),
        ]
    }

    /// The quantities that can be committed.
    fn quantities(&self, t: &Tr) -> Table {
        let rows = self.items.iter().map(|(code, name, unit)| {
            let ask = |field: &str, label: &str| {
                let kind = Kind::Number(Some("0".into()), None, "any".into());
                let field = Field::new(format!("p.q.{code}.{field}"), "", kind);
                let field = self.form.fill(field);
                Cell::Ask(Box::new(field.spoken(format!("{name}: {}", t.tr(label)))))
            };
            Row::Cells(vec![
                Cell::Two(name.clone(), unit.clone()),
                ask("quantity", "plan-q-quantity"),
                ask("unit_price", "plan-q-unit-price"),
                ask("overage", "plan-q-overage"),
            ])
        });
        let columns = [
            "c-item",
            "plan-q-quantity",
            "plan-q-unit-price",
            "plan-q-overage",
        ];
        let columns = columns.map(|key| Column::new(t.tr(key)));
        Table::new(t.tr("plan-quantities"), columns.into(), rows.collect()).titled()
    }

    fn editor(&self, shell: &Shell, here: &str) -> Form {
        let t = &shell.t;
        let action: Txt = format!("{here}/plan").into();
        let mut after: Vec<Block> = Vec::new();
        if !self.items.is_empty() {
            after.push(self.quantities(t).into());
        }
        let mut fields = vec![Field::hidden("plan", self.plan.clone())];
        let kept = self.kept.iter();
        fields.extend(kept.map(|(name, value)| Field::hidden(name.clone(), value.clone())));
        // What holds for all plans stands in the revision itself, but for quantities.
        if self.plan != "all" {
            fields.extend(self.fields(t));
        }
        let before = self.form.notice().map(Block::from).into_iter().collect();
        shell
            .form(action.clone(), "pm-done")
            .fields(fields)
            .two_columns()
            .before(before)
            .after(after)
            .live(Live {
                post: action,
                target: "#plan-preview",
            })
            .button(Button::submit(t.tr("pm-done"), "do", "done").primary())
            .and(Button::submit(t.tr("plan-show"), "do", "show").lenient())
            .and(Button::submit(t.tr("w-cancel"), "do", "back").lenient())
    }
}

/// The part of the page that says it in words.
#[derive(Template)]
#[template(
    ext = "html",
    source = "<section id=\"{{ PREVIEW }}\" class=\"card aside\" aria-live=\"polite\" aria-atomic=\"true\"><header><div class=\"titles\"><h2>{{ title }}</h2></div></header><div class=\"body\">{% for block in body %}{{ block }}{% endfor %}</div></section>"
)]
pub struct PlanPanel {
    title: Txt,
    body: Vec<Block>,
}
