//! Users, API keys and the audit log of an account.

use tradewind_kernel::time::Timestamp;

use crate::blocks;
use crate::view::kit::{Block, Button, Card, Cell, Field, Kind, ListState, Notice, Row, Tone, Txt};
use crate::view::shared::{Ask, FormState};
use crate::view::{Head, Page, Shell};

/// Roles a user can have, from the most to the least powerful.
const ROLES: [&str; 6] = [
    "owner",
    "admin",
    "billing",
    "catalogue",
    "support",
    "read_only",
];

/// A user.
pub struct UserRow {
    /// Id.
    pub id: Txt,
    /// Name.
    pub name: Txt,
    /// E-mail address.
    pub email: Txt,
    /// Roles.
    pub roles: Vec<Txt>,
    /// `active`, `unverified`, `suspended`.
    pub state: Txt,
    /// Last signed in.
    pub seen: Option<Timestamp>,
    /// Why the reader may not change them, if so: themselves, the last owner.
    pub fixed: Option<Txt>,
}

/// Users of an account.
pub struct UsersPage {
    /// Where the pages lie.
    pub base: &'static str,
    /// Users.
    pub rows: Vec<UserRow>,
    /// The invitation: `email`, `name`, `role`.
    pub form: FormState,
}

impl UsersPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let mut dialogs: Vec<Block> = Vec::new();
        let mut rows = Vec::new();
        for user in self.rows {
            let id = format!("user-{}", user.id);
            let edit = Button::open(t.tr("w-change"), id.clone())
                .small(user.name.clone())
                .refused(user.fixed.clone());
            if user.fixed.is_none() {
                let roles = Ask::new(&shell, &FormState::default()).choices("role", &ROLES);
                let roles = roles
                    .into_iter()
                    .map(|role| {
                        let on = user.roles.contains(&role.value);
                        role.on(on)
                    })
                    .collect();
                let field = Field::new("role", t.tr("f-roles"), Kind::Checks(roles));
                let dialog = shell.confirm(
                    &id,
                    "user-save",
                    format!("{}/users/{}", self.base, user.id),
                    vec![field],
                );
                dialogs.push(dialog.into());
            }
            let roles: Vec<_> = user.roles.iter().map(|role| t.code("role", role)).collect();
            rows.push(vec![
                Cell::Two(user.name, user.email),
                Cell::Text(roles.join(", ").into()),
                Cell::State(t.state(&user.state)),
                Cell::maybe_at(user.seen.map(|at| t.at(at))),
                Cell::Do(vec![edit]),
            ]);
        }
        let columns = vec![
            shell.col("c-user"),
            shell.col("f-roles"),
            shell.col("c-state"),
            shell.col("c-seen"),
            shell.acts(),
        ];
        let ask = Ask::new(&shell, &self.form);
        let form = shell
            .form(format!("{}/users", self.base), "user-invite")
            .telling(self.form.notice())
            .two_columns()
            .fields(vec![
                ask.text("name").required().autocomplete("off"),
                ask.input("email", "email").required().autocomplete("off"),
                ask.codes("role", "role", &ROLES),
            ]);
        let head = Head::new(t.tr("nav-users")).lead(t.tr("users-lead"));
        let mut body = blocks![
            shell.table("nav-users", columns, rows, "none"),
            Card::new(t.tr("user-invite"), blocks![form])
        ];
        body.extend(dialogs);
        Page::new(shell, head, body)
    }
}

/// An API key.
pub struct ApiKeyRow {
    /// Id.
    pub id: Txt,
    /// Name.
    pub name: Txt,
    /// First characters, to recognise it by.
    pub prefix: Txt,
    /// What it may do.
    pub scopes: Vec<Txt>,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last used.
    pub used: Option<Timestamp>,
    /// `active`, `revoked`, `expired`.
    pub state: Txt,
}

/// API keys of an account.
pub struct ApiKeysPage {
    /// Where the pages lie.
    pub base: &'static str,
    /// Keys.
    pub rows: Vec<ApiKeyRow>,
    /// The key just made, shown this once.
    pub fresh: Option<Txt>,
    /// Scopes to choose from: code, explanation.
    pub scopes: Vec<(Txt, Txt)>,
    /// `name`, `role`, `scopes`.
    pub form: FormState,
}

impl ApiKeysPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let mut body: Vec<Block> = Vec::new();
        if let Some(key) = self.fresh {
            body.push(
                Notice::new(Tone::Ok, t.tr("api-key-fresh"), t.tr("api-key-fresh-text")).into(),
            );
            body.push(shell.code(t.tr("api-key"), key).into());
        }
        let rows = self.rows.into_iter().map(|key| {
            let revoke = shell
                .post(
                    "api-key-revoke",
                    format!("{}/api-keys/{}/revoke", self.base, key.id),
                )
                .danger()
                .small(key.name.clone());
            let acts = Cell::Do(
                (key.state == "active")
                    .then_some(revoke)
                    .into_iter()
                    .collect(),
            );
            vec![
                Cell::Two(key.name, format!("{}…", key.prefix).into()),
                Cell::Text(key.scopes.join(", ").into()),
                Cell::State(t.state(&key.state)),
                Cell::At(t.at(key.created)),
                Cell::maybe_at(key.used.map(|at| t.at(at))),
                acts,
            ]
        });
        let columns = vec![
            shell.col("c-name"),
            shell.col("f-scopes"),
            shell.col("c-state"),
            shell.col("c-created"),
            shell.col("c-used"),
            shell.acts(),
        ];
        let rows = rows.collect();
        body.push(
            shell
                .table("nav-api-keys", columns, rows, "api-keys-none")
                .into(),
        );
        let ask = Ask::new(&shell, &self.form);
        let scopes = self.scopes.iter().map(|(code, text)| {
            crate::view::kit::Choice::new(code.clone(), code.clone()).hint(text.clone())
        });
        let form = shell
            .form(format!("{}/api-keys", self.base), "api-key-make")
            .telling(self.form.notice())
            .fields(vec![
                ask.text("key_name").required(),
                ask.codes("role", "role", &ROLES),
                ask.field("scopes", Kind::Checks(scopes.collect())),
            ]);
        body.push(Card::new(t.tr("api-key-make"), blocks![form]).into());
        body.push(shell.curl("GET", "/subscriptions").into());
        Page::new(
            shell,
            Head::new(t.tr("nav-api-keys")).lead(t.tr("api-keys-lead")),
            body,
        )
    }
}

/// An entry of the audit log.
pub struct AuditRow {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub who: Txt,
    /// As whom, when staff acted for a customer.
    pub acting: Option<Txt>,
    /// `subscription.change`, …
    pub action: Txt,
    /// What it was done to: id or name.
    pub subject: Txt,
    /// Address of that, if there is one.
    pub href: Option<Txt>,
    /// Before and after, in short.
    pub summary: Txt,
}

/// The audit log.
pub struct AuditPage {
    /// Entries.
    pub rows: Vec<AuditRow>,
    /// Search, page.
    pub state: ListState,
}

impl AuditPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let rows = self.rows.into_iter().map(|row| {
            let who = match row.acting {
                Some(account) => {
                    Cell::Two(row.who, t.with("audit-acting", &[("account", &account)]))
                }
                None => Cell::Text(row.who),
            };
            let subject = match row.href {
                Some(href) => Cell::Link(href, row.subject),
                None => Cell::Id(row.subject),
            };
            Row::Cells(vec![
                Cell::At(t.at(row.at)),
                who,
                Cell::Id(row.action),
                subject,
                Cell::Text(row.summary),
            ])
        });
        let columns = vec![
            shell.col("c-when"),
            shell.col("c-who"),
            shell.col("c-action"),
            shell.col("c-subject"),
            shell.col("c-summary"),
        ];
        let rows = rows.collect();
        let list = shell.list(
            "nav-audit",
            columns,
            rows,
            &self.state,
            shell.empty("history", "audit-none"),
        );
        let filters = shell.filters(&self.state, Some("audit-search"), Vec::new());
        Page::new(
            shell,
            Head::new(t.tr("nav-audit")).lead(t.tr("audit-lead")),
            blocks![filters, list],
        )
    }
}
