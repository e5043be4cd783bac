//! What each mail says, before it becomes text or HTML.

use tradewind_kernel::{Date, Locale, Money};

use super::letter::{Collection, InvoiceRef, Letter, OrderRef, Transfer, VendorAction};
use crate::i18n::{self, Args};
use crate::{format, phrases};

/// A part of a mail.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Block {
    /// A paragraph.
    Paragraph(String),
    /// Labels and values.
    Facts(Vec<(String, String)>),
    /// What to do next.
    Action { label: String, link: String },
    /// A paragraph of less weight.
    Note(String),
}

/// A mail in parts.
#[derive(Debug)]
pub(super) struct Content {
    /// Subject.
    pub(super) subject: String,
    /// The parts between greeting and closing.
    pub(super) blocks: Vec<Block>,
}

/// Collects the parts of one mail: its keys are `mail-<key>-…`.
struct Draft<'a> {
    locale: Locale,
    key: &'static str,
    args: Args<'a>,
    facts: Vec<(String, String)>,
    blocks: Vec<Block>,
}

impl<'a> Draft<'a> {
    fn new(locale: Locale, seller: &'a str, key: &'static str) -> Self {
        let args = Args::new().with("seller", seller);
        Draft {
            locale,
            key,
            args,
            facts: Vec::new(),
            blocks: Vec::new(),
        }
    }

    fn arg(mut self, name: &'a str, value: impl Into<std::borrow::Cow<'a, str>>) -> Self {
        self.args = self.args.with(name, value);
        self
    }

    fn count(mut self, name: &'a str, value: u32) -> Self {
        self.args = self.args.count(name, value);
        self
    }

    fn text(&self, part: &str) -> String {
        i18n::tr(
            self.locale,
            &format!("mail-{}-{part}", self.key),
            &self.args,
        )
    }

    fn say(mut self, part: &str) -> Self {
        let text = self.text(part);
        self.blocks.push(Block::Paragraph(text));
        self
    }

    fn note(mut self, part: &str) -> Self {
        let text = self.text(part);
        self.blocks.push(Block::Note(text));
        self
    }

    fn fact(mut self, label: &str, value: impl Into<String>) -> Self {
        let label = i18n::text(self.locale, &format!("mail-fact-{label}")).into_owned();
        self.facts.push((label, value.into()));
        self
    }

    fn fact_if(self, label: &str, value: Option<String>) -> Self {
        match value {
            Some(value) => self.fact(label, value),
            None => self,
        }
    }

    fn transfer(self, transfer: Option<&Transfer>) -> Self {
        match transfer {
            Some(to) => self
                .fact("bank-account", &to.account)
                .fact("bank-reference", &to.reference),
            None => self,
        }
    }

    /// Shows the facts collected so far.
    fn list(mut self) -> Self {
        if !self.facts.is_empty() {
            self.blocks
                .push(Block::Facts(std::mem::take(&mut self.facts)));
        }
        self
    }

    fn act(mut self, link: &str) -> Self {
        let label = self.text("action");
        self.blocks.push(Block::Action {
            label,
            link: link.to_owned(),
        });
        self
    }

    fn done(self) -> Content {
        // A subject is one line.
        let subject = self
            .text("subject")
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        Content {
            subject,
            blocks: self.blocks,
        }
    }
}

/// Says a letter in a language.
pub(super) fn content(letter: &Letter, seller: &str, locale: Locale) -> Content {
    let money = |amount: Money| format::money(locale, amount);
    let date = |date: Date| format::date_long(locale, date);
    let draft = |key| Draft::new(locale, seller, key);
    let order = |key, of| of_order(locale, seller, key, of);
    match letter {
        Letter::VerifyEmail { link, hours } => draft("verify-email")
            .count("hours", *hours)
            .say("intro")
            .act(link)
            .note("note")
            .done(),
        Letter::PasswordReset { link, minutes } => draft("password-reset")
            .count("minutes", *minutes)
            .say("intro")
            .act(link)
            .note("note")
            .done(),
        Letter::Invited {
            inviter,
            company,
            role,
            link,
            days,
        } => draft("invited")
            .arg("inviter", inviter)
            .arg("company", company)
            .count("days", *days)
            .say("intro")
            .fact("company", company)
            .fact("role", role)
            .list()
            .act(link)
            .note("note")
            .done(),
        Letter::OrderReceived(summary) => {
            let mut draft = order("order-received", &summary.order)
                .say("intro")
                .fact("order", &summary.order.order);
            draft.facts.extend(summary.items.iter().cloned());
            let recurring = summary
                .recurring
                .map(|(amount, every)| phrases::recurring(locale, amount, every));
            let draft = draft
                .fact("due-today", money(summary.due_today))
                .fact_if("recurring", recurring);
            draft.list().act(&summary.order.link).done()
        }
        Letter::OrderWaiting(of) => order("order-waiting", of)
            .say("intro")
            .facts(of)
            .list()
            .note("note")
            .act(&of.link)
            .done(),
        Letter::ApprovalRequested {
            order: of,
            customer,
            total,
        } => order("approval-requested", of)
            .arg("customer", customer)
            .say("intro")
            .fact("customer", customer)
            .facts(of)
            .fact("total", money(*total))
            .list()
            .act(&of.link)
            .done(),
        Letter::OrderApproved(of) => order("order-approved", of)
            .say("intro")
            .facts(of)
            .list()
            .act(&of.link)
            .done(),
        Letter::OrderRejected { order: of, reason } => order("order-rejected", of)
            .say("intro")
            .facts(of)
            .fact_if("reason", reason.clone())
            .list()
            .act(&of.link)
            .done(),
        Letter::PaymentNeeded {
            order: of,
            amount,
            transfer,
        } => {
            let draft = order("payment-needed", of)
                .say("intro")
                .facts(of)
                .fact("amount", money(*amount));
            let draft = draft.transfer(transfer.as_ref()).list().act(&of.link);
            if transfer.is_some() {
                draft.note("transfer").done()
            } else {
                draft.done()
            }
        }
        Letter::OrderFailed(of) => order("order-failed", of)
            .say("intro")
            .facts(of)
            .list()
            .note("note")
            .act(&of.link)
            .done(),
        Letter::Delivered { product, link } => draft("delivered")
            .arg("product", product)
            .say("intro")
            .act(link)
            .note("note")
            .done(),
        Letter::TrialEnding {
            product,
            ends,
            price,
            cadence,
            link,
        } => draft("trial-ending")
            .arg("product", product)
            .arg("date", date(*ends))
            .say("intro")
            .fact("product", product)
            .fact("trial-ends", date(*ends))
            .fact("price-after", phrases::recurring(locale, *price, *cadence))
            .list()
            .act(link)
            .note("note")
            .done(),
        Letter::InvoiceIssued {
            number,
            amount,
            collection,
            link,
        } => {
            let draft = draft("invoice-issued")
                .arg("number", number)
                .arg("amount", money(*amount))
                .say("intro");
            let draft = draft.fact("invoice", number).fact("amount", money(*amount));
            match collection {
                Collection::Transfer { due, to } => draft
                    .arg("date", date(*due))
                    .fact("due-date", date(*due))
                    .transfer(Some(to))
                    .list()
                    .say("transfer"),
                Collection::Automatic { method, on } => draft
                    .arg("date", date(*on))
                    .arg("method", method)
                    .list()
                    .say("automatic"),
                Collection::Paid => draft.list().say("paid"),
            }
            .act(link)
            .done()
        }
        Letter::ProForma { amount, transfer } => draft("pro-forma")
            .arg("amount", money(*amount))
            .say("intro")
            .fact("amount", money(*amount))
            .transfer(transfer.as_ref())
            .list()
            .say("note")
            .done(),
        Letter::CreditNoteIssued {
            number,
            amount,
            link,
        } => draft("credit-note-issued")
            .arg("number", number)
            .arg("amount", money(*amount))
            .say("intro")
            .fact("credit-note", number)
            .fact("amount", money(*amount))
            .list()
            .say("note")
            .act(link)
            .done(),
        Letter::PaymentFailed {
            invoice,
            reason,
            next_attempt,
        } => {
            let draft = of_invoice(locale, seller, "payment-failed", invoice)
                .say("intro")
                .fact("invoice", &invoice.number)
                .fact("amount", money(invoice.amount))
                .fact_if("reason", reason.clone())
                .fact_if("next-attempt", next_attempt.map(date))
                .list();
            match next_attempt {
                Some(next) => draft.arg("date", date(*next)).say("retry"),
                None => draft.say("last"),
            }
            .act(&invoice.link)
            .done()
        }
        Letter::PaymentReminder {
            invoice,
            level,
            due,
            days_overdue,
            suspension,
            transfer,
        } => {
            let draft = of_invoice(locale, seller, "payment-reminder", invoice)
                .count("level", *level)
                .count("days", *days_overdue)
                .arg("date", date(*due))
                .say("intro")
                .fact("invoice", &invoice.number)
                .fact("amount", money(invoice.amount))
                .fact("due-date", date(*due))
                .transfer(transfer.as_ref())
                .list();
            match suspension {
                Some(day) => draft.arg("date", date(*day)).say("suspension"),
                None => draft,
            }
            .act(&invoice.link)
            .note("crossed")
            .done()
        }
        Letter::Suspended { product, invoice } => of_invoice(locale, seller, "suspended", invoice)
            .arg("product", product)
            .say("intro")
            .fact("product", product)
            .fact("invoice", &invoice.number)
            .fact("amount", money(invoice.amount))
            .list()
            .say("note")
            .act(&invoice.link)
            .done(),
        Letter::Resumed { product, link } => draft("resumed")
            .arg("product", product)
            .say("intro")
            .act(link)
            .done(),
        Letter::Cancelled {
            product,
            last_day,
            ended,
            link,
        } => {
            let draft = draft("cancelled")
                .arg("product", product)
                .arg("date", date(*last_day));
            let draft = draft.say(if *ended { "intro-now" } else { "intro" });
            let draft = draft
                .fact("product", product)
                .fact("ends", date(*last_day))
                .list()
                .act(link);
            if *ended {
                draft.done()
            } else {
                draft.note("note").done()
            }
        }
        Letter::PriceRises {
            product,
            from,
            before,
            after,
            usage,
            link,
        } => {
            let mut draft = draft("price-rises")
                .arg("product", product)
                .arg("date", date(*from))
                .say("intro")
                .fact("subscription", product)
                .fact("effective", date(*from));
            if before != after {
                draft = draft.fact("from", money(*before)).fact("to", money(*after));
            }
            let draft = draft.list();
            let draft = if *usage { draft.note("usage") } else { draft };
            draft.note("note").act(link).done()
        }
        Letter::ChangeConfirmed {
            product,
            from,
            to,
            effective,
            due_now,
            credited,
            next_invoice,
            link,
        } => {
            let next = next_invoice.map(|(amount, on)| {
                let args = Args::new()
                    .with("amount", money(amount))
                    .with("date", date(on));
                i18n::tr(locale, "mail-value-on", &args)
            });
            draft("change-confirmed")
                .arg("product", product)
                .say("intro")
                .fact("subscription", product)
                .fact("from", from)
                .fact("to", to)
                .fact("effective", date(*effective))
                .fact_if("due-now", due_now.map(money))
                .fact_if("credited", credited.map(money))
                .fact_if("next-invoice", next)
                .list()
                .act(link)
                .done()
        }
        Letter::VendorTask {
            product,
            customer,
            delivery,
            action,
            link,
        } => {
            let task = match action {
                VendorAction::Create => "mail-vendor-action-create",
                VendorAction::Change => "mail-vendor-action-change",
                VendorAction::Suspend => "mail-vendor-action-suspend",
                VendorAction::Resume => "mail-vendor-action-resume",
                VendorAction::Remove => "mail-vendor-action-remove",
            };
            let task = i18n::text(locale, task);
            draft("vendor-task")
                .arg("action", task.clone())
                .arg("product", product)
                .arg("customer", customer)
                .say("intro")
                .fact("task", format!("{task} ({delivery})"))
                .fact("product", product)
                .fact("customer", customer)
                .list()
                .act(link)
                .done()
        }
    }
}

fn of_order<'a>(
    locale: Locale,
    seller: &'a str,
    key: &'static str,
    order: &'a OrderRef,
) -> Draft<'a> {
    Draft::new(locale, seller, key)
        .arg("order", &order.order)
        .arg("product", &order.product)
}

fn of_invoice<'a>(
    locale: Locale,
    seller: &'a str,
    key: &'static str,
    invoice: &'a InvoiceRef,
) -> Draft<'a> {
    let amount = format::money(locale, invoice.amount);
    Draft::new(locale, seller, key)
        .arg("number", &invoice.number)
        .arg("amount", amount)
}

impl Draft<'_> {
    fn facts(self, order: &OrderRef) -> Self {
        self.fact("order", &order.order)
            .fact("product", &order.product)
    }
}
