//! States as a word with an icon; the colour only helps.

use std::fmt;

use askama::Template;

use super::{Icon, Txt, markup};

/// What a colour says.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// Nothing in particular.
    #[default]
    Idle,
    /// As it should be.
    Ok,
    /// Somebody should look.
    Warn,
    /// Something is wrong.
    Bad,
    /// Under way.
    Info,
    /// The brand speaks.
    Brand,
}

impl Tone {
    /// The name of the tone in the style sheet.
    pub fn class(self) -> &'static str {
        match self {
            Tone::Idle => "idle",
            Tone::Ok => "ok",
            Tone::Warn => "warn",
            Tone::Bad => "bad",
            Tone::Info => "info",
            Tone::Brand => "brand",
        }
    }

    /// The icon that goes with the tone where no better one is known.
    pub fn icon(self) -> &'static str {
        match self {
            Tone::Idle => "circle",
            Tone::Ok => "circle-check",
            Tone::Warn => "triangle-alert",
            Tone::Bad => "circle-alert",
            Tone::Info | Tone::Brand => "info",
        }
    }
}

impl fmt::Display for Tone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.class())
    }
}

/// A state of something.
#[derive(Template, Clone)]
#[template(
    ext = "html",
    source = "<span class=\"badge {{ tone }}\">{{ Icon(icon) }}{{ text }}{% if let Some(age) = age %} <span class=\"age\">{{ age }}</span>{% endif %}</span>"
)]
pub struct Badge {
    pub(crate) tone: Tone,
    pub(crate) icon: &'static str,
    pub(crate) text: Txt,
    pub(crate) age: Option<Txt>,
}

impl Badge {
    /// A badge with the icon of its tone.
    pub fn new(tone: Tone, text: impl Into<Txt>) -> Self {
        Badge {
            tone,
            icon: tone.icon(),
            text: text.into(),
            age: None,
        }
    }

    /// With another icon.
    #[must_use]
    pub fn icon(mut self, icon: &'static str) -> Self {
        self.icon = icon;
        self
    }

    /// With how long it has been so, already worded: "3 days".
    #[must_use]
    pub fn age(mut self, age: impl Into<Txt>) -> Self {
        self.age = Some(age.into());
        self
    }
}

/// How a state looks: its tone and icon. The codes are the stored forms of the states of all rooms; one that is not
/// known here is shown plainly.
pub(crate) fn looks(code: &str) -> (Tone, &'static str) {
    match code {
        "active" | "running" | "done" | "completed" | "paid" | "succeeded" | "delivered"
        | "published" | "accepted" | "current" | "verified" | "sent" | "processed" | "assigned"
        | "matched" | "billed" | "approved" | "counted" => (Tone::Ok, "circle-check"),
        "trial" => (Tone::Brand, "timer"),
        "provisioning" | "delivering" | "leased" | "executing" | "in_progress" | "importing"
        | "changing" | "validating" | "processing" => (Tone::Info, "loader"),
        "removing" => (Tone::Info, "loader"),
        "ready" | "planned" | "scheduled" | "ordered" | "queued" | "count" | "count_later" => {
            (Tone::Info, "calendar-clock")
        }
        "pending_approval" | "awaiting_approval" | "approval" => (Tone::Warn, "user-check"),
        "pending_payment" | "awaiting_payment" | "payment" | "requires_action"
        | "action_required" => (Tone::Warn, "credit-card"),
        "pending" | "waiting" | "waiting_retry" | "retrying" | "delivery" | "validation" => {
            (Tone::Warn, "hourglass")
        }
        "grace" | "graced" | "past_due" | "held" | "unmatched" | "open_late" | "expiring"
        | "unverified" | "interrupted" => (Tone::Warn, "clock-alert"),
        "open" | "issued" | "due" => (Tone::Info, "receipt"),
        "overdue" | "failed" | "dead" | "erred" | "refused" | "rejected" | "declined" => {
            (Tone::Bad, "circle-alert")
        }
        "suspended" | "stopped" | "hold" | "paused" => (Tone::Bad, "circle-pause"),
        "cancelled" | "terminated" | "removed" | "expired" | "void" | "revoked" | "withdrawn"
        | "reversed" | "discarded" => (Tone::Idle, "circle-slash"),
        "draft" | "not_provisioned" | "past" | "skipped" => (Tone::Idle, "circle-dashed"),
        _ => (Tone::Idle, "circle"),
    }
}

markup!(Badge);
