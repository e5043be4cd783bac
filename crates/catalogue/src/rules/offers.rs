//! Lists of offers: filtered, counted, sorted and cut into pages in memory.

use std::{cmp::Ordering, collections::BTreeMap};

use tradewind_kernel::{
    Currency, Decimal, Error, Locale, Result, Text,
    filter::{Comparison, Field, FieldKind, Fields, Filter, Sort, Term, Test, Value},
    page::Page,
    text::fold,
};

use crate::types::{
    DeliveryMode, Facet, Facets, FromPrice, OfferCard, OfferCategory, OfferList, OfferQuery,
    Product, ProductDetail, ProductStatus, Shelf,
};

/// Longest search, in characters.
const MAX_SEARCH: usize = 200;
/// Most tags in the facets.
const MAX_TAGS: usize = 30;

const DELIVERY: &[&str] = &[
    DeliveryMode::Automatic.as_str(),
    DeliveryMode::Manual.as_str(),
];
const STATUS: &[&str] = &[
    ProductStatus::Draft.as_str(),
    ProductStatus::Published.as_str(),
    ProductStatus::Withdrawn.as_str(),
];
static FIELDS: Fields = Fields(&[
    Field::text("name", "name").searchable("name").sortable(),
    Field::text("category", "category"),
    Field::text("vendor", "vendor"),
    Field::text("tag", "tag"),
    Field::new("delivery", FieldKind::Enum(DELIVERY), "delivery"),
    Field::new("price", FieldKind::Decimal, "price").sortable(),
    Field::new("trial", FieldKind::Bool, "trial"),
    Field::new("created", FieldKind::Timestamp, "created").sortable(),
    Field::new("status", FieldKind::Enum(STATUS), "status"),
]);

/// What one seller makes of one product: small, because a process keeps it for many sellers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Where the product stands on the shelf.
    pub(crate) at: usize,
    /// How many of its plans are sold.
    pub(crate) plans: u32,
    /// The longest trial of those plans.
    pub(crate) trial_days: u32,
    /// The lowest price.
    pub(crate) from: Option<FromPrice>,
    /// That price per month, for comparing only.
    pub(crate) monthly: Option<Decimal>,
}

/// One entry with what it is about.
struct Found<'a> {
    entry: &'a Entry,
    product: &'a ProductDetail,
}

/// One page of the offers that match, with the counts of everything that could be narrowed down.
///
/// # Errors
/// Names `filter`, `sort`, `search` or `after` and says what is accepted.
pub(crate) fn list_offers(
    shelf: &Shelf,
    entries: &[Entry],
    currency: Currency,
    query: &OfferQuery,
) -> Result<OfferList> {
    let selection = select(shelf, entries, query)?;
    Ok(OfferList {
        items: selection
            .page
            .iter()
            .map(|found| card(found.entry, found.product, shelf))
            .collect(),
        next: selection.next,
        total: selection.total,
        currency,
        facets: selection.counts.finish(shelf),
    })
}

/// One page of the products that match and that `visible` lets through, whatever their status.
///
/// # Errors
/// As [`list_offers`].
pub(crate) fn list_products(
    shelf: &Shelf,
    query: &OfferQuery,
    visible: impl Fn(&Product) -> bool,
) -> Result<Page<Product>> {
    let entries: Vec<Entry> = shelf
        .products
        .iter()
        .enumerate()
        .filter(|(_, product)| visible(&product.product))
        .map(|(at, product)| Entry {
            at,
            plans: u32::try_from(product.plans.len()).unwrap_or(u32::MAX),
            trial_days: product
                .plans
                .iter()
                .map(|plan| plan.trial_days)
                .max()
                .unwrap_or(0),
            from: None,
            monthly: None,
        })
        .collect();
    let selection = select(shelf, &entries, query)?;
    Ok(Page {
        items: selection
            .page
            .iter()
            .map(|found| found.product.product.clone())
            .collect(),
        next: selection.next,
    })
}

/// What a query finds.
struct Selection<'a> {
    page: Vec<Found<'a>>,
    next: Option<String>,
    total: u32,
    counts: Counts,
}

fn select<'a>(shelf: &'a Shelf, entries: &'a [Entry], query: &OfferQuery) -> Result<Selection<'a>> {
    let filter = Filter::parse(&query.filter, &FIELDS)?;
    let sort = Sort::parse(&query.sort, &FIELDS)?;
    let words = search_words(&query.search)?;
    let mut counts = Counts::default();
    let mut found = Vec::new();
    for entry in entries {
        let Some(product) = shelf.products.get(entry.at) else {
            continue;
        };
        let candidate = Found { entry, product };
        let text = shelf.search_text(entry.at);
        if !words.iter().all(|word| text.contains(word.as_str())) {
            continue;
        }
        let failed: Vec<&str> = filter
            .terms
            .iter()
            .filter(|term| !passes(term, &candidate, shelf))
            .map(|term| term.field.name)
            .collect();
        counts.count(&candidate, &failed);
        if failed.is_empty() {
            found.push(candidate);
        }
    }
    let total = u32::try_from(found.len()).unwrap_or(u32::MAX);
    let order =
        |one: &Found<'_>, other: &Found<'_>| compare(one, other, &sort, shelf, query.locale);
    found.sort_by(order);
    let start = match &query.page.after {
        None => 0,
        Some(after) => {
            let last = last_seen(shelf, entries, after)?;
            found.partition_point(|candidate| order(candidate, &last) != Ordering::Greater)
        }
    };
    let limit = usize::try_from(query.page.limit).unwrap_or(usize::MAX);
    let more = found.len() - start > limit;
    let page: Vec<Found<'a>> = found.drain(start..).take(limit).collect();
    let last = page.last().map(|last| last.product.product.id.to_string());
    Ok(Selection {
        next: last.filter(|_| more),
        page,
        total,
        counts,
    })
}

/// The offer as a list shows it.
pub(crate) fn card(entry: &Entry, product: &ProductDetail, shelf: &Shelf) -> OfferCard {
    let category = product
        .product
        .category_id
        .and_then(|id| shelf.category(id));
    let product = &product.product;
    OfferCard {
        product_id: product.id,
        slug: product.slug.clone(),
        name: product.name.clone(),
        summary: product.summary.clone(),
        category: category.map(|category| OfferCategory {
            id: category.id,
            slug: category.slug.clone(),
            name: category.name.clone(),
        }),
        vendor_id: product.vendor_id,
        vendor: shelf.vendor(product.vendor_id).to_owned(),
        delivery: product.delivery,
        tags: product.tags.clone(),
        plans: entry.plans,
        trial_days: entry.trial_days,
        from: entry.from.clone(),
    }
}

fn search_words(search: &str) -> Result<Vec<String>> {
    if search.chars().nth(MAX_SEARCH).is_some() {
        return Err(Error::invalid(
            "search",
            "too_long",
            format!("at most {MAX_SEARCH} characters"),
        ));
    }
    Ok(fold(search).split_whitespace().map(str::to_owned).collect())
}

/// The offer that the page before ended with; it may have left the filter meanwhile, but has to be an offer still.
fn last_seen<'a>(shelf: &'a Shelf, entries: &'a [Entry], after: &str) -> Result<Found<'a>> {
    after
        .parse()
        .ok()
        .and_then(|id| {
            entries.iter().find_map(|entry| {
                let product = shelf.products.get(entry.at)?;
                (product.product.id == id).then_some(Found { entry, product })
            })
        })
        .ok_or_else(|| {
            Error::invalid(
                "after",
                "malformed_cursor",
                "expected the \"next\" of an earlier page; start again from the first one",
            )
        })
}

fn passes(term: &Term, found: &Found<'_>, shelf: &Shelf) -> bool {
    let product = &found.product.product;
    let holds = match term.field.name {
        "name" => text_holds(&term.test, shelf.names(found.entry.at)),
        "category" => {
            let category = product.category_id.and_then(|id| shelf.category(id));
            text_holds(&term.test, category.map(|category| category.slug.as_str()))
        }
        "vendor" => text_holds(
            &term.test,
            [product.vendor_id.to_string()].iter().map(String::as_str),
        ),
        "tag" => text_holds(&term.test, product.tags.iter().map(String::as_str)),
        "delivery" => text_holds(&term.test, [product.delivery.as_str()]),
        "status" => text_holds(&term.test, [product.status.as_str()]),
        "price" => found.entry.from.as_ref().is_some_and(|from| {
            ordered_holds(&term.test, &Value::Decimal(from.amount.to_decimal()))
        }),
        "trial" => ordered_holds(&term.test, &Value::Bool(found.entry.trial_days > 0)),
        "created" => ordered_holds(&term.test, &Value::Timestamp(product.created_at)),
        _ => false,
    };
    holds != term.negated
}

fn text_holds<'a>(test: &Test, texts: impl IntoIterator<Item = &'a str>) -> bool {
    texts.into_iter().any(|text| match test {
        Test::OneOf(values) => values
            .iter()
            .any(|value| matches!(value, Value::Text(wanted) if wanted == text)),
        Test::Contains(parts) => {
            let folded = fold(text);
            parts.iter().any(|part| folded.contains(part.as_str()))
        }
        Test::Compare(..) | Test::Within { .. } => false,
    })
}

fn ordered_holds(test: &Test, actual: &Value) -> bool {
    match test {
        Test::OneOf(values) => values
            .iter()
            .any(|value| order_of(actual, value) == Some(Ordering::Equal)),
        Test::Compare(comparison, value) => {
            order_of(actual, value).is_some_and(|order| match comparison {
                Comparison::Less => order == Ordering::Less,
                Comparison::AtMost => order != Ordering::Greater,
                Comparison::Greater => order == Ordering::Greater,
                Comparison::AtLeast => order != Ordering::Less,
            })
        }
        Test::Within { from, until, .. } => {
            matches!(actual, Value::Timestamp(at) if from <= at && at < until)
        }
        Test::Contains(_) => false,
    }
}

fn order_of(one: &Value, other: &Value) -> Option<Ordering> {
    match (one, other) {
        (Value::Decimal(one), Value::Decimal(other)) => Some(one.cmp(other)),
        (Value::Bool(one), Value::Bool(other)) => Some(one.cmp(other)),
        (Value::Timestamp(one), Value::Timestamp(other)) => Some(one.cmp(other)),
        _ => None,
    }
}

fn compare(
    one: &Found<'_>,
    other: &Found<'_>,
    sort: &Sort,
    shelf: &Shelf,
    locale: Locale,
) -> Ordering {
    let by_name = || {
        shelf
            .sort_name(one.entry.at, locale)
            .cmp(shelf.sort_name(other.entry.at, locale))
    };
    for key in &sort.keys {
        let order = match key.field.name {
            "price" => match (one.entry.monthly, other.entry.monthly) {
                (Some(one), Some(other)) if key.descending => other.cmp(&one),
                (Some(one), Some(other)) => one.cmp(&other),
                // Without a price comes last, whichever way round.
                (one, other) => other.is_some().cmp(&one.is_some()),
            },
            "created" => directed(
                one.product
                    .product
                    .created_at
                    .cmp(&other.product.product.created_at),
                key.descending,
            ),
            _ => directed(by_name(), key.descending),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
    by_name().then_with(|| one.product.product.id.cmp(&other.product.product.id))
}

const fn directed(order: Ordering, descending: bool) -> Ordering {
    if descending { order.reverse() } else { order }
}

/// Counts by category, vendor and tag.
#[derive(Default)]
struct Counts {
    categories: BTreeMap<tradewind_kernel::id::CategoryId, u32>,
    vendors: BTreeMap<tradewind_kernel::id::AccountId, u32>,
    tags: BTreeMap<String, u32>,
}

impl Counts {
    /// Counts an offer in each group whose own filter alone keeps it out of the list, or nothing does.
    fn count(&mut self, found: &Found<'_>, failed: &[&str]) {
        let only = |field: &str| failed.iter().all(|name| *name == field);
        let product = &found.product.product;
        if only("category")
            && let Some(category) = product.category_id
        {
            *self.categories.entry(category).or_default() += 1;
        }
        if only("vendor") {
            *self.vendors.entry(product.vendor_id).or_default() += 1;
        }
        if only("tag") {
            for tag in &product.tags {
                // Asked for first: most tags have been seen before and need no copy.
                if let Some(count) = self.tags.get_mut(tag) {
                    *count += 1;
                } else {
                    self.tags.insert(tag.clone(), 1);
                }
            }
        }
    }

    fn finish(self, shelf: &Shelf) -> Facets {
        let categories = shelf
            .categories
            .iter()
            .filter_map(|category| {
                Some(Facet {
                    value: category.slug.clone(),
                    label: category.name.clone(),
                    count: *self.categories.get(&category.id)?,
                })
            })
            .collect();
        let mut vendors: Vec<Facet> = self
            .vendors
            .into_iter()
            .map(|(id, count)| Facet {
                value: id.to_string(),
                label: Text::en(shelf.vendor(id)),
                count,
            })
            .collect();
        vendors.sort_by_cached_key(|facet| fold(facet.label.get(Locale::En)));
        let mut tags: Vec<Facet> = self
            .tags
            .into_iter()
            .map(|(tag, count)| Facet {
                label: Text::en(&tag),
                value: tag,
                count,
            })
            .collect();
        tags.sort_by_key(|facet| std::cmp::Reverse(facet.count));
        tags.truncate(MAX_TAGS);
        Facets {
            categories,
            vendors,
            tags,
        }
    }
}

#[cfg(test)]
mod tests;
