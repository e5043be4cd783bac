//! Signing up and in, and what belongs to it.

use crate::blocks;
use crate::view::kit::{
    Block, Button, Buttons, Card, Cell, Column, Field, Notice, Prose, Row, Table, Tone, Txt,
};
use crate::view::shared::{Ask, FormState};
use crate::view::{Head, Page, Shell};

fn with_notice(form: &FormState, body: Vec<Block>) -> Vec<Block> {
    form.notice()
        .map(Block::from)
        .into_iter()
        .chain(body)
        .collect()
}

/// Signing in: `email`, `password`. `back` is where it leads to.
pub struct SignInPage {
    /// What was filled in.
    pub form: FormState,
    /// Path to return to.
    pub back: Txt,
    /// Whether one may sign up here.
    pub sign_up: bool,
    /// Where one does.
    pub sign_up_href: Txt,
    /// Whether the page with the roles of the demo exists.
    pub demo: bool,
}

impl SignInPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let ask = Ask::new(&shell, &self.form);
        let form = shell.form("/sign-in", "sign-in").fields(vec![
            Field::hidden("back", self.back.clone()),
            ask.input("email", "email")
                .required()
                .autocomplete("username"),
            ask.input("password", "password")
                .required()
                .autocomplete("current-password"),
        ]);
        let mut links = vec![shell.go("forgot-link", "/forgot").quiet()];
        if self.sign_up {
            links.push(shell.go("sign-up", self.sign_up_href).quiet());
        }
        if self.demo {
            links.push(shell.go("demo-link", "/demo").quiet());
        }
        let head = Head::new(shell.t.tr("sign-in")).lead(
            shell
                .t
                .with("sign-in-lead", &[("brand", &shell.brand.name)]),
        );
        Page::new(
            shell,
            head,
            with_notice(&self.form, blocks![form, Buttons(links)]),
        )
        .narrow()
    }
}

/// Signing up: `company`, `country`, `name`, `email`, `password`.
pub struct SignUpPage {
    /// What was filled in.
    pub form: FormState,
    /// Path to return to, such as the product that was looked at.
    pub back: Txt,
    /// Countries to choose from: code, name.
    pub countries: Vec<(Txt, Txt)>,
    /// Where those go who have an account.
    pub sign_in_href: Txt,
}

impl SignUpPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let ask = Ask::new(&shell, &self.form);
        let countries = self
            .countries
            .iter()
            .map(|(code, name)| crate::view::kit::Choice::new(code.clone(), name.clone()));
        let form = shell.form("/sign-up", "sign-up").fields(vec![
            Field::hidden("back", self.back.clone()),
            ask.text("company").required().autocomplete("organization"),
            ask.select("country", countries.collect())
                .required()
                .autocomplete("country"),
            ask.text("name").required().autocomplete("name"),
            ask.input("email", "email").required().autocomplete("email"),
            ask.input("password", "new_password")
                .required()
                .autocomplete("new-password"),
        ]);
        let links = Buttons(vec![shell.go("sign-up-have", self.sign_in_href).quiet()]);
        let head = Head::new(shell.t.tr("sign-up")).lead(
            shell
                .t
                .with("sign-up-lead", &[("brand", &shell.brand.name)]),
        );
        Page::new(shell, head, with_notice(&self.form, blocks![form, links])).narrow()
    }
}

/// Asks to look into the mail: after signing up, or after asking for a new password.
pub struct MailSentPage {
    /// Address the mail went to.
    pub email: Txt,
    /// Text keys `<key>-title` and `<key>-text` (with `$email`): `verify-sent` or `reset-sent`.
    pub key: &'static str,
    /// Whether it may be sent again, by a POST to `/verify/again`.
    pub again: bool,
    /// Where demo mails can be read.
    pub outbox: Option<Txt>,
}

impl MailSentPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = &shell.t;
        let text = t.with(&format!("{}-text", self.key), &[("email", &self.email)]);
        let mut buttons = Vec::new();
        if let Some(href) = self.outbox.clone() {
            buttons.push(shell.go("demo-outbox", href).primary().icon("mail"));
        }
        if self.again {
            buttons.push(
                shell
                    .post("verify-again", "/verify/again")
                    .with("email", self.email.clone()),
            );
        }
        let head = Head::new(t.tr(&format!("{}-title", self.key)));
        Page::new(shell, head, blocks![Prose(vec![text]), Buttons(buttons)]).narrow()
    }
}

/// The outcome of following a link from a mail.
pub struct LinkResultPage {
    /// Whether it worked.
    pub good: bool,
    /// Text keys `<key>-title` and `<key>-text`: `verified`, `link-expired`, `password-changed`, …
    pub key: &'static str,
    /// What to do next: text key of the button, address.
    pub next: (&'static str, Txt),
}

impl LinkResultPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = &shell.t;
        let tone = if self.good { Tone::Ok } else { Tone::Bad };
        let notice = Notice::new(tone, "", t.tr(&format!("{}-text", self.key)));
        let head = Head::new(t.tr(&format!("{}-title", self.key)));
        let next = Buttons(vec![shell.go(self.next.0, self.next.1.clone()).primary()]);
        Page::new(shell, head, blocks![notice, next]).narrow()
    }
}

/// Asking for a link to a new password: `email`.
pub struct ForgotPage {
    /// What was filled in.
    pub form: FormState,
}

impl ForgotPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let ask = Ask::new(&shell, &self.form);
        let form = shell.form("/forgot", "forgot-send").fields(vec![
            ask.input("email", "email")
                .required()
                .autocomplete("username"),
        ]);
        let links = Buttons(vec![shell.go("back-to-sign-in", "/sign-in").quiet()]);
        let head = Head::new(shell.t.tr("forgot-title")).lead(shell.t.tr("forgot-lead"));
        Page::new(shell, head, with_notice(&self.form, blocks![form, links])).narrow()
    }
}

/// Choosing a new password: `token`, `new_password`.
pub struct ResetPage {
    /// What was filled in.
    pub form: FormState,
    /// Token from the mail.
    pub token: Txt,
}

impl ResetPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let ask = Ask::new(&shell, &self.form);
        let form = shell.form("/reset", "reset-save").fields(vec![
            Field::hidden("token", self.token.clone()),
            ask.input("password", "new_password")
                .required()
                .autocomplete("new-password"),
        ]);
        let head = Head::new(shell.t.tr("reset-title"));
        Page::new(shell, head, with_notice(&self.form, blocks![form])).narrow()
    }
}

/// Accepting an invitation: `token`, `name`, `new_password`.
pub struct InvitationPage {
    /// What was filled in.
    pub form: FormState,
    /// Token from the mail.
    pub token: Txt,
}

impl InvitationPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let ask = Ask::new(&shell, &self.form);
        let form = shell
            .form("/accept-invitation", "invitation-accept")
            .fields(vec![
                Field::hidden("token", self.token.clone()),
                ask.text("name").required().autocomplete("name"),
                ask.input("password", "new_password")
                    .required()
                    .autocomplete("new-password"),
            ]);
        let head = Head::new(shell.t.tr("invitation-title")).lead(shell.t.tr("invitation-lead"));
        Page::new(shell, head, with_notice(&self.form, blocks![form])).narrow()
    }
}

/// A sign-in of the demo.
pub struct DemoSignIn {
    /// Who they are: "Owner of Nordlicht Cloud".
    pub who: Txt,
    /// What they can do, in one sentence.
    pub about: Txt,
    /// E-mail address, sent by the form.
    pub email: Txt,
    /// Password.
    pub password: Txt,
}

/// The people of the demo, to sign in as one of them with one click.
pub struct DemoPage {
    /// Groups (provider, distributor, …) with their people.
    pub groups: Vec<(Txt, Vec<DemoSignIn>)>,
    /// Shops: name, address.
    pub shops: Vec<(Txt, Txt)>,
}

impl DemoPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let columns = vec![
            shell.col("demo-who"),
            shell.col("f-email"),
            shell.col("f-password"),
            Column::actions(t.tr("w-actions")),
        ];
        let mut rows = Vec::new();
        for (group, people) in self.groups {
            rows.push(Row::Group(group));
            for person in people {
                let enter = Button::post(t.tr("sign-in"), "/demo/sign-in", shell.csrf.clone())
                    .with("email", person.email.clone())
                    .small(person.who.clone());
                let cells = [
                    Cell::Two(person.who, person.about),
                    Cell::Id(person.email),
                    Cell::Id(person.password),
                    Cell::Do(vec![enter]),
                ];
                rows.push(Row::Cells(cells.into()));
            }
        }
        let shops = self
            .shops
            .into_iter()
            .map(|(name, href)| Button::go(name, href).icon("store"))
            .collect();
        let head = Head::new(t.tr("demo-title")).lead(t.tr("demo-lead"));
        let body = blocks![
            Card::new(t.tr("demo-shops"), blocks![Buttons(shops)]),
            Table::new(t.tr("demo-people"), columns, rows).titled()
        ];
        Page::new(shell, head, body)
    }
}
