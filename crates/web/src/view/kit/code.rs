//! Code to copy, and access data.

use askama::Template;

use super::{Icon, Txt, markup};

/// Code that may be copied.
#[derive(Template)]
#[template(
    ext = "html",
    source = "<figure class=\"codeblock\">{% if !caption.is_empty() %}<figcaption>{{ caption }}</figcaption>{% endif %}<copy-text class=\"copy\" value=\"{{ text }}\" label=\"{{ copy }}\" done=\"{{ copied }}\"></copy-text><pre tabindex=\"0\"><code>{{ text }}</code></pre></figure>"
)]
pub struct CodeBlock {
    pub(crate) caption: Txt,
    pub(crate) text: Txt,
    pub(crate) copy: Txt,
    pub(crate) copied: Txt,
}

/// One way in: an address, a name or a secret.
pub enum AccessEntry {
    /// Shown and copied: name, value.
    Plain(Txt, Txt),
    /// A web address: name, address.
    Link(Txt, Txt),
    /// Shown only when asked for, which is logged: name, the address that answers it to a POST.
    Secret(Txt, Txt),
    /// How to get in, in words.
    Note(Txt),
}

/// How to get into a service.
#[derive(Template)]
#[template(path = "kit/access.html")]
pub struct Access {
    pub(crate) entries: Vec<AccessEntry>,
    pub(crate) csrf: Txt,
    pub(crate) show: Txt,
    pub(crate) hide: Txt,
    pub(crate) failed: Txt,
    pub(crate) copy: Txt,
    pub(crate) copied: Txt,
}

markup!(CodeBlock, Access);
