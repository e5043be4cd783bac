//! Forms and dialogs.

use askama::Template;

use super::{Block, Button, Field, Icon, Kind, Notice, Txt, markup};

/// A form whose answer refreshes a part of the page while it is filled. What asks is the box of the fields, not the form:
/// a form would ask for nothing before all of it is valid.
#[derive(Clone)]
pub struct Live {
    /// Where the values are sent (by POST).
    pub post: Txt,
    /// The element that is replaced by its like in the answer: a selector such as `#price`.
    pub target: &'static str,
}

/// Fields that belong together, under a heading.
struct Section {
    title: Txt,
    fields: Vec<Field>,
}

/// A form.
#[derive(Template)]
#[template(path = "kit/form.html")]
pub struct Form {
    action: Txt,
    csrf: Txt,
    id: Option<Txt>,
    fields: Vec<Field>,
    sections: Vec<Section>,
    submit: Button,
    more: Vec<Button>,
    two: bool,
    multipart: bool,
    problems: Option<Txt>,
    live: Option<Live>,
    before: Vec<Block>,
    after: Vec<Block>,
}

impl Form {
    /// With what is wrong with the whole of it, if anything is.
    #[must_use]
    pub fn telling(self, notice: Option<Notice>) -> Self {
        match notice {
            Some(notice) => self.before(vec![notice.into()]),
            None => self,
        }
    }

    /// A form sent by POST to `action`; `submit` names its button.
    pub fn post(action: impl Into<Txt>, csrf: impl Into<Txt>, submit: impl Into<Txt>) -> Self {
        Form {
            action: action.into(),
            csrf: csrf.into(),
            id: None,
            fields: Vec::new(),
            sections: Vec::new(),
            submit: Button::submit(submit, "do", "submit").primary(),
            more: Vec::new(),
            two: false,
            multipart: false,
            problems: None,
            live: None,
            before: Vec::new(),
            after: Vec::new(),
        }
    }

    /// With these fields.
    #[must_use]
    pub fn fields(mut self, fields: Vec<Field>) -> Self {
        self.fields = fields;
        self
    }

    /// With further fields under a heading.
    #[must_use]
    pub fn section(mut self, title: impl Into<Txt>, fields: Vec<Field>) -> Self {
        self.sections.push(Section {
            title: title.into(),
            fields,
        });
        self
    }

    /// Fields side by side where there is room.
    #[must_use]
    pub fn two_columns(mut self) -> Self {
        self.two = true;
        self
    }

    /// Carries a file.
    #[must_use]
    pub fn with_file(mut self) -> Self {
        self.multipart = true;
        self
    }

    /// With another main button.
    #[must_use]
    pub fn button(mut self, button: Button) -> Self {
        self.submit = button;
        self
    }

    /// With a further button.
    #[must_use]
    pub fn and(mut self, button: Button) -> Self {
        self.more.push(button);
        self
    }

    /// Refreshes a part of the page while it is filled.
    #[must_use]
    pub fn live(mut self, live: Live) -> Self {
        self.live = Some(live);
        self
    }

    /// With an element id.
    #[must_use]
    pub fn id(mut self, id: impl Into<Txt>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// The heading of the summary of problems, shown when a field has one.
    #[must_use]
    pub fn problems(mut self, heading: impl Into<Txt>) -> Self {
        self.problems = Some(heading.into());
        self
    }

    /// With blocks above its fields.
    #[must_use]
    pub fn before(mut self, blocks: Vec<Block>) -> Self {
        self.before = blocks;
        self
    }

    /// With blocks between its fields and its buttons.
    #[must_use]
    pub fn after(mut self, blocks: Vec<Block>) -> Self {
        self.after = blocks;
        self
    }

    fn wrong(&self) -> Vec<&Field> {
        let sections = self.sections.iter().flat_map(|section| &section.fields);
        self.fields
            .iter()
            .chain(sections)
            .filter(|field| field.error.is_some() && !matches!(field.kind, Kind::Hidden))
            .collect()
    }
}

/// A dialog over the page, holding a form; opened by [`Button::open`].
#[derive(Template)]
#[template(path = "kit/dialog.html")]
pub struct Dialog {
    id: Txt,
    title: Txt,
    text: Txt,
    form: Form,
}

impl Dialog {
    /// A dialog that asks for a confirmation or a few values; `cancel` names the button that closes it.
    pub fn new(
        id: impl Into<Txt>,
        title: impl Into<Txt>,
        text: impl Into<Txt>,
        form: Form,
        cancel: impl Into<Txt>,
    ) -> Self {
        let id = id.into();
        let form = form.and(Button::close(cancel, id.clone()));
        let scope: Txt = format!("f-{id}").into();
        let fields = form
            .fields
            .iter()
            .cloned()
            .map(|field| field.scope(scope.clone()))
            .collect();
        Dialog {
            id,
            title: title.into(),
            text: text.into(),
            form: Form { fields, ..form },
        }
    }
}

markup!(Form, Dialog);
