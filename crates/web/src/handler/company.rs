//! The facts of an account in a form, and back.

use tradewind_accounts::types::{Account, AccountChanges};

use crate::{form::Sent, view::shared::FormState};

/// Buys as a private person.
const PRIVATE: &str = "private";
/// Buys as a business.
const BUSINESS: &str = "business";

/// The form with what the account has on file.
pub(super) fn filled(account: &Account) -> FormState {
    FormState::of([
        ("company", account.name.as_str()),
        ("street", &account.address.line1),
        ("postal_code", &account.address.postal_code),
        ("city", &account.address.city),
        ("country", &account.country),
        ("tax_id", &account.tax.tax_id),
        (
            "buys_as",
            if account.tax.consumer {
                PRIVATE
            } else {
                BUSINESS
            },
        ),
        ("billing_email", &account.email),
    ])
}

/// What a sent form changes; nothing when it is what is on file.
pub(super) fn changes(account: &Account, sent: &Sent) -> Option<AccountChanges> {
    let has = |name: &str| sent.0.iter().any(|(field, _)| field == name);
    let mut address = account.address.clone();
    if has("street") {
        sent.get("street").clone_into(&mut address.line1);
    }
    if has("postal_code") {
        sent.get("postal_code").clone_into(&mut address.postal_code);
    }
    if has("city") {
        sent.get("city").clone_into(&mut address.city);
    }
    let mut tax = account.tax.clone();
    if has("tax_id") {
        sent.get("tax_id").clone_into(&mut tax.tax_id);
    }
    if has("buys_as") {
        tax.consumer = sent.get("buys_as") == PRIVATE;
    }
    let text = |name: &str, now: &str| {
        (has(name) && sent.get(name) != now).then(|| sent.get(name).to_owned())
    };
    let changes = AccountChanges {
        name: text("company", &account.name),
        country: text("country", &account.country),
        email: text("billing_email", &account.email),
        address: (address != account.address).then_some(address),
        tax: (tax != account.tax).then_some(tax),
        ..AccountChanges::default()
    };
    let any = changes.name.is_some()
        || changes.country.is_some()
        || changes.email.is_some()
        || changes.address.is_some()
        || changes.tax.is_some();
    any.then_some(changes)
}

/// The field of the form that a fact of the account stands in.
pub(super) fn field(fact: &str) -> String {
    match fact.strip_prefix("changes.").unwrap_or(fact) {
        "name" => "company",
        "address.line1" => "street",
        "address.postal_code" => "postal_code",
        "address.city" => "city",
        "tax.tax_id" => "tax_id",
        "tax.consumer" => "buys_as",
        "email" => "billing_email",
        "reference.order_number" => "order_number",
        "reference.cost_centre" => "cost_centre",
        other => other,
    }
    .to_owned()
}
