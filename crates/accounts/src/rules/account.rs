//! Whether the facts about an account make sense.

use tradewind_kernel::{
    Currency, Decimal, Error, Locale, Problems, Result, Text, Timestamp, Zone,
    decimal::{Limits, parse_decimal},
    id::AccountId,
    text::{check_country, check_len, check_lines, normal_email, trimmed},
    vat_id::{VatId, in_eu},
};
use tradewind_policy::AccountKind;

use super::{svg, tree};
use crate::types::{
    Account, AccountChanges, AccountCreate, AccountStatus, Address, BankData, Brand, TaxData,
};

/// Storefront names that addresses of the platform itself use.
const RESERVED_SLUGS: &[&str] = &[
    "account", "accounts", "admin", "api", "assets", "app", "auth", "demo", "docs", "healthz",
    "help", "login", "logout", "mail", "metrics", "outbox", "panel", "readyz", "sign-in",
    "sign-up", "static", "store", "www",
];

/// A new account under its parent, as it will be stored.
///
/// # Errors
/// Names every field that is wrong; `parent_closed` when the parent is out of business.
pub fn new_account(
    id: AccountId,
    parent: &Account,
    input: &AccountCreate,
    now: Timestamp,
) -> Result<Account> {
    if parent.status == AccountStatus::Closed {
        return Err(Error::conflict(
            "parent_closed",
            "the account above is closed; nothing can be made under it",
        ));
    }
    let mut problems = Problems::new();
    let allowed = tree::kinds_below(parent.kind);
    let kind = problems.check(input.kind.parse::<AccountKind>());
    if let Some(kind) = kind
        && !allowed.contains(&kind)
    {
        let words: Vec<&str> = allowed.iter().map(|kind| kind.as_str()).collect();
        let expected = if words.is_empty() {
            "nothing".to_owned()
        } else {
            words.join(", ")
        };
        problems.add(
            "kind",
            "not_below",
            format!(
                "a {} cannot stand below a {}: expected {expected}",
                kind, parent.kind
            ),
        );
    }
    let kind = kind.unwrap_or(AccountKind::Customer);
    let account = Account {
        id,
        parent: Some(parent.id),
        kind,
        name: problems
            .check(trimmed("name", &input.name, 1, 120))
            .unwrap_or_default(),
        status: AccountStatus::Active,
        country: country(&mut problems, &input.country),
        locale: problems
            .check(or_parent(input.locale.as_deref(), parent.locale, |tag| {
                Locale::parse(tag).map_err(|e| e.at("locale"))
            }))
            .unwrap_or_default(),
        currency: problems
            .check(or_parent(
                input.currency.as_deref(),
                parent.currency,
                |code| Currency::parse(code).map_err(|e| e.at("currency")),
            ))
            .unwrap_or(parent.currency),
        zone: problems
            .check(or_parent(
                input.zone.as_deref(),
                parent.zone.clone(),
                |name| Zone::parse(name).map_err(|e| e.at("zone")),
            ))
            .unwrap_or_else(Zone::utc),
        slug: optional(input.slug.as_deref()),
        host: optional(input.host.as_deref()),
        email: problems
            .check(normal_email("email", &input.email))
            .unwrap_or_default(),
        address: input.address.clone(),
        tax: input.tax.clone(),
        bank: input.bank.clone(),
        brand: input.brand.clone(),
        created_at: now,
        version: 1,
    };
    check_details(&account, &mut problems);
    problems.finish()?;
    Ok(account)
}

/// The account at the root of a realm.
///
/// # Errors
/// Names every field that is wrong.
pub fn new_provider(id: AccountId, input: &AccountCreate, now: Timestamp) -> Result<Account> {
    let mut problems = Problems::new();
    let required = |field: &'static str, value: &Option<String>| {
        value
            .clone()
            .ok_or_else(|| Error::invalid(field, "required", "the provider needs one"))
    };
    let account = Account {
        id,
        parent: None,
        kind: AccountKind::Provider,
        name: problems
            .check(trimmed("name", &input.name, 1, 120))
            .unwrap_or_default(),
        status: AccountStatus::Active,
        country: country(&mut problems, &input.country),
        locale: problems
            .check(or_parent(input.locale.as_deref(), Locale::En, |tag| {
                Locale::parse(tag).map_err(|e| e.at("locale"))
            }))
            .unwrap_or_default(),
        currency: problems
            .check(required("currency", &input.currency))
            .and_then(|code| problems.check(Currency::parse(&code).map_err(|e| e.at("currency"))))
            .map_or_else(|| Currency::parse("EUR"), Ok)?,
        zone: problems
            .check(required("zone", &input.zone))
            .and_then(|name| problems.check(Zone::parse(&name).map_err(|e| e.at("zone"))))
            .unwrap_or_else(Zone::utc),
        slug: optional(input.slug.as_deref()),
        host: optional(input.host.as_deref()),
        email: problems
            .check(normal_email("email", &input.email))
            .unwrap_or_default(),
        address: input.address.clone(),
        tax: input.tax.clone(),
        bank: input.bank.clone(),
        brand: input.brand.clone(),
        created_at: now,
        version: 1,
    };
    check_details(&account, &mut problems);
    problems.finish()?;
    Ok(account)
}

/// The account with changes applied.
///
/// # Errors
/// Names every field that is wrong; `account_closed` for a closed account.
pub fn changed(account: &Account, changes: &AccountChanges) -> Result<Account> {
    if account.status == AccountStatus::Closed {
        return Err(Error::conflict(
            "account_closed",
            "this account is closed and stays as it is",
        ));
    }
    let mut problems = Problems::new();
    let mut after = account.clone();
    if let Some(name) = &changes.name {
        after.name = problems
            .check(trimmed("name", name, 1, 120))
            .unwrap_or_default();
    }
    if let Some(code) = &changes.country {
        after.country = country(&mut problems, code);
    }
    if let Some(email) = &changes.email {
        after.email = problems
            .check(normal_email("email", email))
            .unwrap_or_default();
    }
    if let Some(tag) = &changes.locale {
        let locale = Locale::parse(tag).map_err(|e| e.at("locale"));
        after.locale = problems.check(locale).unwrap_or_default();
    }
    if let Some(name) = &changes.zone {
        let zone = Zone::parse(name).map_err(|e| e.at("zone"));
        after.zone = problems.check(zone).unwrap_or_else(Zone::utc);
    }
    if let Some(slug) = &changes.slug {
        after.slug = optional(Some(slug));
    }
    if let Some(host) = &changes.host {
        after.host = optional(Some(host));
    }
    if let Some(address) = &changes.address {
        after.address = address.clone();
    }
    if let Some(tax) = &changes.tax {
        after.tax = tax.clone();
    }
    if let Some(bank) = &changes.bank {
        after.bank = bank.clone();
    }
    if let Some(brand) = &changes.brand {
        after.brand = brand.clone();
    }
    check_details(&after, &mut problems);
    problems.finish()?;
    Ok(after)
}

/// The tax rate of an account, in per cent.
///
/// # Errors
/// Names `tax.rate`.
pub fn tax_rate(tax: &TaxData) -> Result<Decimal> {
    percent("tax.rate", &tax.rate)
}

/// A percentage from 0 to 100; an empty text is zero.
pub(super) fn percent(field: &str, text: &str) -> Result<Decimal> {
    if text.is_empty() {
        return Ok(Decimal::ZERO);
    }
    let limits = Limits::new(3, 4)
        .non_negative()
        .at_most(Decimal::ONE_HUNDRED);
    parse_decimal(field, text, &limits)
}

fn country(problems: &mut Problems, code: &str) -> String {
    problems.check(check_country("country", code));
    code.to_owned()
}

fn or_parent<T>(text: Option<&str>, parent: T, parse: impl Fn(&str) -> Result<T>) -> Result<T> {
    text.map_or(Ok(parent), parse)
}

fn optional(text: Option<&str>) -> Option<String> {
    text.map(str::trim)
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}

fn check_details(account: &Account, problems: &mut Problems) {
    if let Some(slug) = &account.slug {
        problems.check(check_slug(account.kind, slug));
    }
    if let Some(host) = &account.host {
        problems.check(check_host(host));
        if account.slug.is_none() {
            problems.add(
                "slug",
                "required",
                "a storefront with a host name needs a name as well",
            );
        }
    }
    check_address(&account.address, problems);
    problems.check(check_len("tax.tax_id", &account.tax.tax_id, 0, 40));
    problems.check(check_vat_id(account));
    problems.check(check_len(
        "tax.registration",
        &account.tax.registration,
        0,
        200,
    ));
    problems.check(check_len("tax.name", &account.tax.name, 0, 20));
    problems.check(tax_rate(&account.tax));
    check_bank(&account.bank, problems);
    check_brand(&account.brand, problems);
}

/// In the European Union a number that looks like a VAT id has to be one; national tax numbers are taken as they are.
fn check_vat_id(account: &Account) -> Result<()> {
    let id = &account.tax.tax_id;
    if in_eu(&account.country) && VatId::is_meant(id) {
        id.parse::<VatId>().map_err(|e| e.at("tax.tax_id"))?;
    }
    Ok(())
}

fn check_slug(kind: AccountKind, slug: &str) -> Result<()> {
    if !tree::sells(kind) {
        return Err(Error::invalid(
            "slug",
            "sells_nothing",
            format!("a {kind} has no storefront: leave it out"),
        ));
    }
    let letters = slug
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    let edges = !slug.starts_with('-') && !slug.ends_with('-') && !slug.contains("--");
    if !(2..=40).contains(&slug.len()) || !letters || !edges {
        return Err(Error::invalid(
            "slug",
            "malformed_slug",
            "expected 2 to 40 characters of a-z, 0-9 and single hyphens between them",
        ));
    }
    if RESERVED_SLUGS.contains(&slug) {
        return Err(Error::invalid(
            "slug",
            "reserved",
            format!("{slug:?} is used by the platform itself"),
        ));
    }
    Ok(())
}

fn check_host(host: &str) -> Result<()> {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    if host.len() <= 253 && host.contains('.') && host.split('.').all(label) {
        Ok(())
    } else {
        Err(Error::invalid(
            "host",
            "malformed_host",
            "expected a host name in lower case such as cloud.example.com",
        ))
    }
}

pub(super) fn check_address(address: &Address, problems: &mut Problems) {
    problems.check(check_len("address.line1", &address.line1, 0, 120));
    problems.check(check_len("address.line2", &address.line2, 0, 120));
    problems.check(check_len(
        "address.postal_code",
        &address.postal_code,
        0,
        20,
    ));
    problems.check(check_len("address.city", &address.city, 0, 80));
    problems.check(check_len("address.region", &address.region, 0, 80));
}

fn check_bank(bank: &BankData, problems: &mut Problems) {
    problems.check(check_len("bank.holder", &bank.holder, 0, 120));
    problems.check(check_len("bank.bank", &bank.bank, 0, 120));
    problems.check(check_len("bank.iban", &bank.iban, 0, 42));
    problems.check(check_len("bank.bic", &bank.bic, 0, 20));
}

fn check_brand(brand: &Brand, problems: &mut Problems) {
    if !brand.color.is_empty() && !is_color(&brand.color) {
        problems.add(
            "brand.color",
            "malformed_color",
            "expected a colour such as #1a73e8",
        );
    }
    problems.check(check_len("brand.monogram", &brand.monogram, 0, 3));
    check_text("brand.tagline", &brand.tagline, 120, problems);
    if !brand.logo_svg.is_empty() {
        problems.check(check_lines("brand.logo_svg", &brand.logo_svg, 1, 20_000));
        problems.check(svg::check_static("brand.logo_svg", &brand.logo_svg));
    }
}

fn is_color(color: &str) -> bool {
    color
        .strip_prefix('#')
        .is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn check_text(field: &str, text: &Text, max: usize, problems: &mut Problems) {
    for (tag, value) in text.iter() {
        let field = format!("{field}.{tag}");
        problems.check(Locale::parse(tag).map_err(|e| e.at(&field)));
        problems.check(check_len(&field, value, 0, max));
    }
}

/// The account out of business.
///
/// # Errors
/// `account_closed` when it is closed already; `accounts_below` while accounts below it are in business.
pub fn closed(account: &Account, open_children: i64) -> Result<Account> {
    if account.status == AccountStatus::Closed {
        return Err(Error::conflict(
            "account_closed",
            "this account is closed already",
        ));
    }
    if open_children > 0 {
        return Err(Error::conflict(
            "accounts_below",
            format!("{open_children} accounts below are still in business; close them first"),
        ));
    }
    let mut after = account.clone();
    after.status = AccountStatus::Closed;
    after.slug = None;
    after.host = None;
    after.version += 1;
    Ok(after)
}
