//! What a form was sent with and what was wrong with it.

use tradewind_documents::i18n::Catalogue;

use crate::view::Shell;
use crate::view::kit::{Choice, Field, Kind, Notice, Tone, Txt};

/// Values of a form, by field name, and what is wrong with them. Empty for a form not yet filled.
#[derive(Clone, Default)]
pub struct FormState {
    /// Values as they came, or as they are stored.
    pub values: Vec<(String, String)>,
    /// What is wrong: field name, message.
    pub errors: Vec<(String, Txt)>,
    /// What is wrong with the whole.
    pub problem: Option<Txt>,
}

impl FormState {
    /// A form filled with these values.
    pub fn of<const N: usize>(values: [(&str, &str); N]) -> Self {
        let values = values
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        FormState {
            values,
            ..FormState::default()
        }
    }

    /// Everything that is wrong, in one notice: for a form that stands in a dialog, closed when the page comes back.
    pub fn complaint(&self) -> Option<Notice> {
        let fields = self.errors.iter().map(|(_, message)| message);
        let told: Vec<&str> = self
            .problem
            .iter()
            .chain(fields)
            .map(AsRef::as_ref)
            .collect();
        (!told.is_empty()).then(|| Notice::new(Tone::Bad, "", told.join(" ")))
    }

    /// Whether nothing is wrong with what was sent.
    pub fn is_faultless(&self) -> bool {
        self.problem.is_none() && self.errors.is_empty()
    }

    /// With something wrong in a field.
    #[must_use]
    pub fn wrong(mut self, field: &str, message: impl Into<Txt>) -> Self {
        self.errors.push((field.to_owned(), message.into()));
        self
    }

    /// The value of a field, empty when absent.
    pub fn value(&self, name: &str) -> &str {
        self.values
            .iter()
            .find(|(field, _)| field == name)
            .map_or("", |(_, value)| value)
    }

    fn has(&self, name: &str, value: &str) -> bool {
        self.values
            .iter()
            .any(|(field, held)| field == name && held == value)
    }

    /// The field with its value and error.
    pub fn fill(&self, mut field: Field) -> Field {
        let name = field.name.clone();
        let error = self
            .errors
            .iter()
            .find(|(at, _)| *at == name)
            .map(|(_, message)| message.clone());
        let known = self.values.iter().any(|(at, _)| *at == name);
        if let Kind::Select(choices)
        | Kind::Radio(choices)
        | Kind::Tiles(choices)
        | Kind::Checks(choices) = &mut field.kind
        {
            if known {
                choices
                    .iter_mut()
                    .for_each(|choice| choice.on = self.has(&name, &choice.value));
            }
        } else if let Kind::Check(on) = &mut field.kind {
            *on = if known { self.has(&name, "1") } else { *on };
        } else if known && !matches!(field.kind, Kind::Input("password" | "file")) {
            field = field.value(self.value(&name).to_owned());
        }
        if error.is_some() {
            field.error(error)
        } else {
            field
        }
    }

    /// The notice about the whole, if something is wrong with it.
    pub fn notice(&self) -> Option<Notice> {
        self.problem
            .clone()
            .map(|problem| Notice::new(Tone::Bad, problem, ""))
    }
}

/// Asks for fields whose label is the text `f-<name>`, with the hint `f-<name>-hint` where there is one.
pub struct Ask<'a> {
    shell: &'a Shell,
    state: &'a FormState,
}

impl<'a> Ask<'a> {
    /// Fields filled from `state`.
    pub fn new(shell: &'a Shell, state: &'a FormState) -> Self {
        Ask { shell, state }
    }

    /// A field of any kind.
    pub fn field(&self, name: &'static str, kind: Kind) -> Field {
        let t = &self.shell.t;
        let key = format!("f-{}", name.replace(['_', '.'], "-"));
        let mut field = Field::new(name, t.tr(&key), kind);
        let hint = format!("{key}-hint");
        if Catalogue::embedded().has(t.locale, &hint) {
            field = field.hint(t.tr(&hint));
        }
        self.state.fill(field)
    }

    /// One line of text.
    pub fn text(&self, name: &'static str) -> Field {
        self.field(name, Kind::Input("text"))
    }

    /// An `<input>` of another type.
    pub fn input(&self, kind: &'static str, name: &'static str) -> Field {
        self.field(name, Kind::Input(kind))
    }

    /// Several lines.
    pub fn area(&self, name: &'static str) -> Field {
        self.field(name, Kind::Area(false)).full()
    }

    /// A decimal.
    pub fn number(&self, name: &'static str) -> Field {
        self.field(name, Kind::Number(None, None, "any".into()))
    }

    /// One of a list of stored codes, whose names are the texts `prefix-code`.
    pub fn codes(&self, name: &'static str, prefix: &str, codes: &[&'static str]) -> Field {
        self.field(name, Kind::Select(self.choices(prefix, codes)))
    }

    /// Answers for stored codes, whose names are the texts `prefix-code`.
    pub fn choices(&self, prefix: &str, codes: &[&'static str]) -> Vec<Choice> {
        codes
            .iter()
            .map(|code| Choice::new(*code, self.shell.t.code(prefix, code)))
            .collect()
    }

    /// One of a list.
    pub fn select(&self, name: &'static str, choices: Vec<Choice>) -> Field {
        self.field(name, Kind::Select(choices))
    }

    /// Yes or no.
    pub fn check(&self, name: &'static str) -> Field {
        self.field(name, Kind::Check(false)).full()
    }

    /// The number by which the tax office knows a company.
    pub fn tax_id(&self, vat: bool) -> Field {
        let field = self.optional(self.text("tax_id"));
        if vat {
            field
        } else {
            field.called(self.shell.t.tr("f-tax-number"))
        }
    }

    /// Whether the reader's account buys as a business or as a private person.
    pub fn buys_as(&self) -> Field {
        self.codes("buys_as", "buys-as", &["business", "private"])
    }

    /// What the buyer calls a sale in its own books, and whether it wants it invoiced by itself.
    pub fn reference(&self) -> Vec<Field> {
        vec![
            self.optional(self.text("order_number")),
            self.optional(self.text("cost_centre")),
            self.check("separate"),
        ]
    }

    /// Says that a field may stay empty.
    pub fn optional(&self, field: Field) -> Field {
        field.optional(self.shell.t.tr("w-optional"))
    }
}
