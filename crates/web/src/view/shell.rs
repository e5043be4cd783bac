//! What stands around every page: brand, navigation, who is signed in, and what must not be overlooked.

use askama::Template;
use tradewind_kernel::locale::Locale;
use tradewind_kernel::time::Timestamp;

use super::kit::{
    Access, AccessEntry, Badge, Block, Button, Cell, Choice, CodeBlock, Column, Dialog, Empty,
    Facts, Field, FilterBar, Form, Icon, ListState, Notice, Picker, Prose, Row, Tab, Table, Tabs,
    Txt,
};
use super::nav::NavGroup;
use super::text::Tr;

/// Light, dark, or as the reader's system has it.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Theme {
    /// As the system.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// From the stored form: `light`, `dark`, anything else is the system's.
    pub fn parse(text: &str) -> Theme {
        match text {
            "light" => Theme::Light,
            "dark" => Theme::Dark,
            _ => Theme::System,
        }
    }

    fn attribute(self) -> &'static str {
        match self {
            Theme::System => "",
            Theme::Light => " data-theme=\"light\"",
            Theme::Dark => " data-theme=\"dark\"",
        }
    }
}

/// The frame a page stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Surface {
    /// A seller's shop.
    Store,
    /// The customer's dashboard, or a seller's or vendor's panel.
    App,
    /// Pages about signing in.
    Gate,
}

/// A seller's brand.
#[derive(Clone)]
pub struct Brand {
    /// Name.
    pub name: Txt,
    /// Address of the style sheet of its colours: [`crate::brand::address`].
    pub css: Option<String>,
    /// Address of its logo; without one its initials stand there.
    pub logo: Option<String>,
}

impl Brand {
    /// First letters of the first two words.
    pub fn initials(name: &str) -> String {
        name.split_whitespace()
            .filter_map(|word| word.chars().next())
            .take(2)
            .flat_map(char::to_uppercase)
            .collect()
    }
}

/// Who is signed in.
#[derive(Clone)]
pub struct Who {
    /// Name, or e-mail address.
    pub name: Txt,
    /// The account they work for.
    pub account: Txt,
    /// Where their own pages begin: `/my`, `/panel` or `/vendor`.
    pub home: &'static str,
}

/// Staff acting as a customer.
#[derive(Clone)]
pub struct ActingAs {
    /// The customer.
    pub account: Txt,
    /// Why, as given when it began.
    pub reason: Txt,
}

/// The movable clock of a sandbox.
#[derive(Clone)]
pub struct Clock {
    /// What time it is there.
    pub now: Timestamp,
    /// Where it is on its way to, if it is moving.
    pub target: Option<Timestamp>,
    /// Whether the reader may move it.
    pub may_travel: bool,
}

/// What stands around a page.
#[derive(Clone)]
pub struct Shell {
    /// Words and formats.
    pub t: Tr,
    /// Frame.
    pub surface: Surface,
    /// Light or dark.
    pub theme: Theme,
    /// Whose page it is.
    pub brand: Brand,
    /// Token that every form carries.
    pub csrf: Txt,
    /// Path and query of this page, to come back to.
    pub path: Txt,
    /// Who is signed in.
    pub who: Option<Who>,
    /// Staff acting as a customer.
    pub acting: Option<ActingAs>,
    /// Set in a sandbox.
    pub clock: Option<Clock>,
    /// Navigation at the side.
    pub nav: Vec<NavGroup>,
    /// Currencies the shop sells in, the current one first; with one there is nothing to choose.
    pub currencies: Vec<Txt>,
    /// What was searched for.
    pub search: Txt,
    /// Where the command palette looks things up; empty for nowhere.
    pub palette: &'static str,
    /// Messages from the request before: good or bad, text.
    pub flash: Vec<(bool, Txt)>,
}

/// Title, state and actions of a page.
#[derive(Default)]
pub struct Head {
    /// The heading of the page.
    pub title: Txt,
    /// A sentence below.
    pub lead: Txt,
    /// States beside the title.
    pub states: Vec<Badge>,
    /// Small facts below.
    pub meta: Vec<Txt>,
    /// What can be done.
    pub buttons: Vec<Button>,
    /// The way here: name, address.
    pub crumbs: Vec<(Txt, Txt)>,
    /// Views on the same thing.
    pub tabs: Option<Tabs>,
}

impl Head {
    /// A heading.
    pub fn new(title: impl Into<Txt>) -> Self {
        Head {
            title: title.into(),
            ..Head::default()
        }
    }

    /// With a sentence below.
    #[must_use]
    pub fn lead(mut self, lead: impl Into<Txt>) -> Self {
        self.lead = lead.into();
        self
    }

    /// With a state.
    #[must_use]
    pub fn state(mut self, state: Badge) -> Self {
        self.states.push(state);
        self
    }

    /// With a small fact.
    #[must_use]
    pub fn meta(mut self, fact: impl Into<Txt>) -> Self {
        self.meta.push(fact.into());
        self
    }

    /// With something to do.
    #[must_use]
    pub fn and(mut self, button: Button) -> Self {
        self.buttons.push(button);
        self
    }

    /// Below another page.
    #[must_use]
    pub fn under(mut self, name: impl Into<Txt>, href: impl Into<Txt>) -> Self {
        self.crumbs.push((name.into(), href.into()));
        self
    }

    /// With views on the same thing.
    #[must_use]
    pub fn tabs(mut self, tabs: Tabs) -> Self {
        self.tabs = Some(tabs);
        self
    }
}

/// A whole page.
#[derive(Template)]
#[template(path = "page/page.html")]
pub struct Page {
    shell: Shell,
    head: Head,
    body: Vec<Block>,
    aside: Vec<Block>,
    below: Vec<Block>,
    narrow: bool,
    bare: bool,
    refresh: Option<u32>,
}

impl Page {
    /// A page of these blocks.
    pub fn new(shell: Shell, head: Head, body: Vec<Block>) -> Self {
        Page {
            shell,
            head,
            body,
            aside: Vec::new(),
            below: Vec::new(),
            narrow: false,
            bare: false,
            refresh: None,
        }
    }

    /// With blocks beside the content.
    #[must_use]
    pub fn aside(mut self, blocks: Vec<Block>) -> Self {
        self.aside = blocks;
        self
    }

    /// With blocks below both.
    #[must_use]
    pub fn below(mut self, blocks: Vec<Block>) -> Self {
        self.below = blocks;
        self
    }

    /// Narrow, as for a single form.
    #[must_use]
    pub fn narrow(mut self) -> Self {
        self.narrow = true;
        self
    }

    /// Its blocks bring their own heading.
    #[must_use]
    pub fn bare(mut self) -> Self {
        self.bare = true;
        self
    }

    /// Looks again every so many seconds, while something is under way; only where scripts run.
    #[must_use]
    pub fn refresh(mut self, seconds: Option<u32>) -> Self {
        self.refresh = seconds;
        self
    }

    fn t(&self) -> &Tr {
        &self.shell.t
    }
}

impl Shell {
    /// A form sent to `action`.
    pub fn form(&self, action: impl Into<Txt>, submit: &str) -> Form {
        Form::post(action, self.csrf.clone(), self.t.tr(submit))
            .problems(self.t.tr("form-problems"))
    }

    /// A form without fields: one button.
    pub fn post(&self, label: &str, action: impl Into<Txt>) -> Button {
        Button::post(self.t.tr(label), action, self.csrf.clone())
    }

    /// A link that looks like a button.
    pub fn go(&self, label: &str, href: impl Into<Txt>) -> Button {
        Button::go(self.t.tr(label), href)
    }

    /// A column of words.
    pub fn col(&self, label: &str) -> Column {
        Column::new(self.t.tr(label))
    }

    /// A column of figures.
    pub fn fig(&self, label: &str) -> Column {
        Column::figures(self.t.tr(label))
    }

    /// A column of buttons.
    pub fn acts(&self) -> Column {
        Column::actions(self.t.tr("w-actions"))
    }

    /// An empty place: texts `key` and `key-text`.
    pub fn empty(&self, icon: &'static str, key: &str) -> Empty {
        Empty::new(icon, self.t.tr(key), self.t.tr(&format!("{key}-text")))
    }

    /// A filter bar.
    pub fn filters(
        &self,
        state: &ListState,
        search: Option<&str>,
        pickers: Vec<Picker>,
    ) -> FilterBar {
        let search = search.map(|key| self.t.tr(key));
        FilterBar::new(
            state,
            search,
            pickers,
            self.t.tr("w-apply"),
            self.t.tr("w-remove-filter"),
        )
    }

    /// The table of a list page, with its pages; `empty` is said when nothing is there at all.
    pub fn list(
        &self,
        caption: &str,
        columns: Vec<Column>,
        rows: Vec<Row>,
        state: &ListState,
        empty: Empty,
    ) -> Table {
        let shown = self
            .t
            .count("list-shown", u32::try_from(rows.len()).unwrap_or(u32::MAX));
        let empty = if state.narrowed() {
            self.empty("search", "list-no-match")
                .and(self.go("w-clear-filters", state.path.clone()))
        } else {
            empty
        };
        let (first, next) = (self.t.tr("w-first-page"), self.t.tr("w-next-page"));
        Table::new(self.t.tr(caption), columns, rows)
            .or(empty)
            .paged(state, shown, first, next)
    }

    /// Code to copy.
    pub fn code(&self, caption: impl Into<Txt>, text: impl Into<Txt>) -> CodeBlock {
        CodeBlock {
            caption: caption.into(),
            text: text.into(),
            copy: self.t.tr("w-copy"),
            copied: self.t.tr("w-copied"),
        }
    }

    /// Ways into a service.
    pub fn access(&self, entries: Vec<AccessEntry>) -> Access {
        Access {
            entries,
            csrf: self.csrf.clone(),
            show: self.t.tr("w-show"),
            hide: self.t.tr("w-hide"),
            failed: self.t.tr("access-failed"),
            copy: self.t.tr("w-copy"),
            copied: self.t.tr("w-copied"),
        }
    }

    /// A notice from a text `key` alone.
    pub fn notice(&self, tone: super::kit::Tone, key: &str) -> Notice {
        Notice::new(tone, self.t.tr(key), "")
    }
}

/// Whether something may be done here.
#[derive(Clone, Default)]
pub enum Permit {
    /// It may.
    Yes,
    /// Not now, for this reason; the button is shown, off.
    No(Txt),
    /// Not by this reader; nothing is shown.
    #[default]
    Hidden,
}

impl Permit {
    /// The button as permitted.
    pub fn button(&self, button: Button) -> Option<Button> {
        match self {
            Permit::Yes => Some(button),
            Permit::No(why) => Some(button.refused(Some(why.clone()))),
            Permit::Hidden => None,
        }
    }

    /// Whether it may be done.
    pub fn is_yes(&self) -> bool {
        matches!(self, Permit::Yes)
    }
}

impl Head {
    /// With something to do, as permitted.
    #[must_use]
    pub fn may(mut self, permit: &Permit, button: Button) -> Self {
        self.buttons.extend(permit.button(button));
        self
    }
}

impl Shell {
    /// A filter over stored codes, named by the texts `prefix-code`; label `f-<name>`.
    pub fn picker(&self, name: &'static str, prefix: &str, codes: &[&'static str]) -> Picker {
        let all = Choice::new(
            "",
            self.t
                .with("all-of", &[("what", &self.t.tr(&format!("f-{name}")))]),
        );
        let codes = codes
            .iter()
            .map(|code| Choice::new(*code, self.t.code(prefix, code)));
        Picker {
            name: name.into(),
            label: self.t.tr(&format!("f-{name}")),
            choices: std::iter::once(all).chain(codes).collect(),
        }
    }

    /// Views of a list as tabs: text keys `prefix-view` for the values of the parameter `view`, with counts.
    pub fn views(
        &self,
        state: &ListState,
        prefix: &str,
        views: &[(&'static str, Option<u32>)],
    ) -> Tabs {
        let tab = |(view, count): &(&'static str, Option<u32>)| Tab {
            label: self.t.tr(&format!(
                "{prefix}-{}",
                if view.is_empty() { "all" } else { view }
            )),
            href: state.href(&[("view", view)]).into(),
            count: count.map(|count| self.t.int(i64::from(count))),
            current: state.value("view") == *view,
        };
        Tabs {
            label: self.t.tr("views"),
            tabs: views.iter().map(tab).collect(),
        }
    }

    /// Names and values, the names being texts.
    pub fn facts(&self, facts: Vec<(&str, Cell)>) -> Facts {
        Facts(
            facts
                .into_iter()
                .map(|(key, cell)| (self.t.tr(key), cell))
                .collect(),
        )
    }

    /// A dialog that asks to confirm a POST to `action`: texts `key` (title and button), `key-text`.
    pub fn confirm(
        &self,
        id: &str,
        key: &str,
        action: impl Into<Txt>,
        fields: Vec<Field>,
    ) -> Dialog {
        let button = Button::submit(self.t.tr(key), "do", "confirm").primary();
        let form = self.form(action, key).fields(fields).button(button);
        Dialog::new(
            id.to_owned(),
            self.t.tr(key),
            self.t.tr(&format!("{key}-text")),
            form,
            self.t.tr("w-cancel"),
        )
    }

    /// An empty place inside a card: text `key`.
    pub fn nothing(&self, key: &str) -> Prose {
        Prose(vec![self.t.tr(key)])
    }

    /// The table inside a card or tab, without pages; text `none` is said when it is empty.
    pub fn table(
        &self,
        caption: &str,
        columns: Vec<Column>,
        rows: Vec<Vec<Cell>>,
        none: &str,
    ) -> Table {
        let rows = rows.into_iter().map(Row::Cells).collect();
        Table::new(self.t.tr(caption), columns, rows).or(Empty::new("inbox", self.t.tr(none), ""))
    }

    /// The same call for a program: a `curl` line for a path of the API.
    pub fn curl(&self, method: &str, path: &str) -> CodeBlock {
        let verb = if method == "GET" {
            String::new()
        } else {
            format!("-X {method} ")
        };
        self.code(self.t.tr("as-curl"), format!("curl {verb}-H \"Authorization: Bearer $TRADEWIND_KEY\" \\\n  $TRADEWIND_URL/api/v1{path}"))
    }
}
