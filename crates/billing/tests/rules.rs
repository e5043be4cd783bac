//! The pure rules: rounding by lines, usage, changes, documents, the ledger and dunning.

#[allow(dead_code, reason = "facts are shared with other tests")]
mod facts;
mod pools;

use std::{collections::BTreeMap, sync::Arc};

use facts::{day, dec, eur, leg, metered, recurring, trade, usage};
use pools::usage_charge;
use proptest::prelude::*;
use tradewind_billing::{
    rules::{
        change::{Change, change_charges},
        document, dunning, ledger,
        line::{LineCharge, LineSet, Position},
        period::{Span, charges_for_period},
        preview::{self, Schedule},
        usage::{RateTable, RatedState},
    },
    types::{
        ChargeKind, DocumentKind, DocumentLine, DunningAction, DunningPolicy, EntryKind,
        LedgerAccount, NewCharge, Settlement, TaxKind, TaxRate, Taxation,
    },
};
use tradewind_catalogue::types::{FxUse, Timing};
use tradewind_kernel::{
    Currency, Date, Decimal, Money,
    calendar::Period,
    id::{AccountId, ItemId},
};
use tradewind_pricing::cycles::ServicePeriod;
use tradewind_pricing::{PriceModel, proration::Direction};

fn lines_of(charges: &[NewCharge]) -> tradewind_billing::rules::line::Lines {
    let mut lines = LineSet::new(Currency::EUR);
    for charge in charges {
        lines
            .add(&LineCharge::from(charge), |_| Position::default())
            .expect("a share");
    }
    lines.together()
}

#[test]
fn a_period_in_advance_is_one_charge_per_item() {
    let seats = recurring("seats", "3.33", Timing::Advance);
    let leg = leg(vec![seats.clone()]);
    let period = Period::new(day("2024-03-01"), day("2024-04-01")).unwrap();
    let span = Span {
        advance: Some(ServicePeriod::whole(period)),
        arrears: None,
        bought_on: None,
    };
    let charges = charges_for_period(
        &leg,
        &facts::held(seats.item, "7", "2024-03-01"),
        span,
        None,
    )
    .unwrap();
    assert_eq!(charges.len(), 1);
    assert_eq!(charges[0].exact, dec("23.31"));
    assert_eq!(charges[0].amount, eur(2331));
    assert_eq!(charges[0].unit_price, Some(dec("3.33")));
    assert_eq!(charges[0].period, period);
}

#[test]
fn arrears_are_cut_where_the_quantity_changed() {
    let seats = recurring("seats", "31", Timing::Arrears);
    let leg = leg(vec![seats.clone()]);
    let mut held = facts::held(seats.item, "1", "2024-03-01");
    held[0].changes.push(facts::since("2024-03-11", "2"));
    let period = Period::new(day("2024-03-01"), day("2024-04-01")).unwrap();
    let span = Span {
        advance: None,
        arrears: Some(ServicePeriod::whole(period)),
        bought_on: None,
    };
    let charges = charges_for_period(&leg, &held, span, None).unwrap();
    let exact: Vec<Decimal> = charges
        .iter()
        .map(|charge| charge.exact.normalize())
        .collect();
    assert_eq!(exact, vec![dec("10"), dec("42")]);
}

#[test]
fn an_upgrade_credits_the_unused_rest_and_charges_the_new_one() {
    let seats = recurring("seats", "31", Timing::Advance);
    let leg = leg(vec![seats.clone()]);
    let held = facts::held(seats.item, "2", "2024-03-01");
    let wanted = BTreeMap::from([(seats.item, dec("5"))]);
    let change = change_of(&leg, &held, &wanted, "2024-03-11", Direction::Upgrade);
    let charges = change_charges(&change, |_| None).unwrap();
    assert_eq!(charges.len(), 2);
    assert_eq!(
        (charges[0].kind, charges[0].amount),
        (ChargeKind::Credit, eur(-4200))
    );
    assert_eq!(
        (charges[1].kind, charges[1].amount),
        (ChargeKind::Recurring, eur(10500))
    );
    assert_eq!(
        charges[1].period,
        Period::new(day("2024-03-11"), day("2024-04-01")).unwrap()
    );
}

#[test]
fn a_preview_is_what_is_then_billed() {
    let seats = recurring("seats", "9.99", Timing::Advance);
    let leg = leg(vec![seats.clone()]);
    let held = facts::held(seats.item, "3", "2024-03-01");
    let wanted = BTreeMap::from([(seats.item, dec("8"))]);
    let change = change_of(&leg, &held, &wanted, "2024-03-20", Direction::Upgrade);
    let schedule = Schedule {
        anchor: day("2024-03-01"),
        clocks: facts::clocks(&leg),
        running: change.period,
    };
    let shown = preview::change(&change, None, &trade("20"), schedule, |_| None).unwrap();
    let billed = document::conclude(
        lines_of(&change_charges(&change, |_| None).unwrap()),
        Currency::EUR,
        &facts::taxation("20"),
    );
    let billed = billed.unwrap().unwrap();
    let due_now = shown.due_now.unwrap();
    assert_eq!(due_now.lines, billed.lines);
    assert_eq!(
        (due_now.net, due_now.tax, due_now.gross),
        (billed.totals.net, billed.totals.tax, billed.totals.gross)
    );
    assert_eq!(shown.next.unwrap().document.net, eur(7992));
}

fn change_of<'a>(
    leg: &'a tradewind_billing::types::LegFacts,
    held: &'a [tradewind_billing::types::ItemQuantity],
    wanted: &'a BTreeMap<ItemId, Decimal>,
    at: &str,
    direction: Direction,
) -> Change<'a> {
    Change {
        before: leg,
        quantities: held,
        after: Some(leg),
        wanted,
        at: day(at),
        period: ServicePeriod::whole(Period::new(day("2024-03-01"), day("2024-04-01")).unwrap()),
        begins: None,
        direction,
        order_id: None,
    }
}

#[test]
fn a_cancellation_at_the_first_moment_gives_everything_back() {
    let seats = recurring("seats", "12.34", Timing::Advance);
    let leg = leg(vec![seats.clone()]);
    let held = facts::held(seats.item, "3", "2024-03-01");
    let nothing = BTreeMap::new();
    let change = Change {
        after: None,
        ..change_of(&leg, &held, &nothing, "2024-03-01", Direction::Cancellation)
    };
    let charges = change_charges(&change, |_| None).unwrap();
    assert_eq!(
        charges
            .iter()
            .map(|charge| charge.amount.minor)
            .sum::<i64>(),
        -3702
    );
}

#[test]
fn a_document_is_taxed_once_per_rate() {
    let seats = recurring("a", "0.03", Timing::Advance);
    let other = recurring("b", "0.03", Timing::Advance);
    let leg = leg(vec![seats.clone(), other.clone()]);
    let mut held = facts::held(seats.item, "1", "2024-03-01");
    held.extend(facts::held(other.item, "1", "2024-03-01"));
    let period = Period::new(day("2024-03-01"), day("2024-04-01")).unwrap();
    let span = Span {
        advance: Some(ServicePeriod::whole(period)),
        arrears: None,
        bought_on: None,
    };
    let charges = charges_for_period(&leg, &held, span, None).unwrap();
    let document = document::conclude(lines_of(&charges), Currency::EUR, &facts::taxation("20"))
        .unwrap()
        .unwrap();
    // Each line alone would be taxed 0.006 -> 0.01; together it is 0.012 -> 0.01.
    assert_eq!(
        (
            document.totals.net,
            document.totals.tax,
            document.totals.gross
        ),
        (eur(6), eur(1), eur(7))
    );
    assert_eq!(document.totals.summary.len(), 1);
}

#[test]
fn more_given_back_than_charged_is_a_credit_note_with_turned_signs() {
    let seats = recurring("seats", "31", Timing::Advance);
    let leg = leg(vec![seats.clone()]);
    let held = facts::held(seats.item, "2", "2024-03-01");
    let nothing = BTreeMap::new();
    let change = Change {
        after: None,
        ..change_of(&leg, &held, &nothing, "2024-03-11", Direction::Cancellation)
    };
    let charges = change_charges(&change, |_| None).unwrap();
    let document = document::conclude(lines_of(&charges), Currency::EUR, &facts::taxation("20"))
        .unwrap()
        .unwrap();
    assert_eq!(document.kind, DocumentKind::CreditNote);
    assert_eq!(
        (
            document.totals.net,
            document.totals.tax,
            document.totals.gross
        ),
        (eur(4200), eur(840), eur(5040))
    );
    assert_eq!(document.lines[0].net, eur(4200));
}

#[test]
fn what_costs_nothing_is_shown_only_when_it_is_usage() {
    let free = recurring("free", "0", Timing::Advance);
    let calls = metered("calls", PriceModel::per_unit(Decimal::ZERO));
    let leg = leg(vec![free.clone(), calls.clone()]);
    let period = Period::new(day("2024-03-01"), day("2024-04-01")).unwrap();
    let span = Span {
        advance: Some(ServicePeriod::whole(period)),
        arrears: None,
        bought_on: None,
    };
    let charges =
        charges_for_period(&leg, &facts::held(free.item, "1", "2024-03-01"), span, None).unwrap();
    assert_eq!(charges.len(), 1);
    assert_eq!(
        document::conclude(lines_of(&charges), Currency::EUR, &facts::taxation("20")).unwrap(),
        None
    );
    let total = usage(&leg, "calls", "", 1, "10", None);
    let (charge, _) = usage_charge(&leg, &calls, &total, RatedState::default(), &())
        .unwrap()
        .unwrap();
    let document = document::conclude(
        lines_of(&[charge.unwrap()]),
        Currency::EUR,
        &facts::taxation("20"),
    )
    .unwrap()
    .unwrap();
    assert_eq!(
        (document.kind, document.totals.gross),
        (DocumentKind::Invoice, eur(0))
    );
}

pub(crate) struct Fixed(pub(crate) Decimal, pub(crate) Date);

impl RateTable for Fixed {
    fn rate(&self, base: Currency, quote: Currency, _: Date) -> Option<FxUse> {
        Some(FxUse {
            base,
            quote,
            rate: self.0,
            on: self.1,
            source: "ECB".to_owned(),
        })
    }
}

#[test]
fn passed_on_cost_is_converted_with_the_rate_of_the_last_day() {
    let mut cloud = metered("cloud", PriceModel::pass_through(dec("42.56")));
    cloud.conversions = vec![(Currency::USD, Currency::EUR)];
    let leg = leg(vec![cloud.clone()]);
    let mut total = usage(&leg, "cloud", "EC2", 1, "10", Some("0.000123456789012"));
    total.currency = Some(Currency::USD);
    let missing = usage_charge(&leg, &cloud, &total, RatedState::default(), &()).unwrap_err();
    assert_eq!(missing.code(), "missing_rate");
    let rates = Fixed(dec("0.9"), day("2024-09-27"));
    let (charge, state) = usage_charge(&leg, &cloud, &total, RatedState::default(), &rates)
        .unwrap()
        .unwrap();
    assert_eq!(state.exact.normalize(), dec("0.00015839999857395648"));
    let charge = charge.unwrap();
    assert_eq!(
        (charge.description.as_str(), charge.rate[0].rate),
        ("EC2", dec("0.9"))
    );
    assert!(
        usage_charge(&leg, &cloud, &total, state, &rates)
            .unwrap()
            .is_none()
    );
}

#[test]
fn documents_post_balanced_entries_in_both_books() {
    let sides = ledger::Sides {
        seller_id: AccountId::generate(),
        buyer_id: AccountId::generate(),
        buyer_keeps_books: true,
    };
    let header = ledger::Header {
        posted_on: day("2024-03-01"),
        document_id: "inv".into(),
        text: "x".into(),
    };
    for kind in [DocumentKind::Invoice, DocumentKind::CreditNote] {
        let entries =
            ledger::document(sides, &header, kind, eur(1000), eur(200), eur(1200)).unwrap();
        assert_eq!(entries.len(), 2);
        for entry in &entries {
            assert!(ledger::imbalance(&entry.postings).unwrap().is_empty());
        }
    }
    let paid = ledger::payment(sides, &header, LedgerAccount::Bank, eur(1500), eur(1200)).unwrap();
    assert_eq!(paid[0].kind, EntryKind::Payment);
    assert_eq!(paid[0].postings.len(), 3);
    let share = ledger::accrual(
        sides.seller_id,
        sides.buyer_id,
        &header,
        Settlement::VendorShare,
        eur(500),
    )
    .unwrap()
    .unwrap();
    assert_eq!(share.book_id, sides.buyer_id);
    assert!(
        ledger::document(
            sides,
            &header,
            DocumentKind::Invoice,
            eur(0),
            eur(0),
            eur(0)
        )
        .unwrap()
        .is_empty()
    );
}

#[test]
fn dunning_takes_one_step_after_the_other() {
    let policy = DunningPolicy::default();
    let due = day("2024-03-01");
    let at =
        |stage, today: &str| dunning::due_step(&policy, due, stage, day(today), eur(100)).unwrap();
    let later = dunning::Due::Later {
        stage: 0,
        next_on: Some(day("2024-03-04")),
    };
    assert_eq!(at(0, "2024-03-03"), later);
    let mut stage = 0;
    let mut actions = Vec::new();
    while let dunning::Due::Step(step) = at(stage, "2024-05-01") {
        stage = step.stage;
        actions.push(step.step.action);
    }
    use DunningAction::{Remind, Suspend, Terminate};
    assert_eq!(actions, vec![Remind, Remind, Suspend, Terminate]);
}

#[test]
fn charges_are_collected_on_the_invoice_day() {
    let on = |day_of_month, text: &str, same_day| {
        document::collect_on(day_of_month, day(text), same_day).unwrap()
    };
    assert_eq!(on(None, "2024-03-15", false), day("2024-03-15"));
    assert_eq!(on(Some(1), "2024-10-01", true), day("2024-10-01"));
    assert_eq!(on(Some(1), "2024-10-01", false), day("2024-11-01"));
    assert_eq!(on(Some(28), "2024-12-31", true), day("2025-01-28"));
    assert!(document::collect_on(Some(31), day("2024-01-01"), true).is_err());
}

/// The lines of a month of items at their prices, concluded under some taxes.
fn taxed(prices: &[(&str, bool)], taxation: &Taxation) -> document::Concluded {
    let mut charges = Vec::new();
    for (i, (price, included)) in prices.iter().enumerate() {
        let item = recurring(&format!("i{i}"), price, Timing::Advance);
        let mut leg = leg(vec![item.clone()]);
        Arc::make_mut(&mut leg.terms).policies.tax_included = *included;
        let held = facts::held(item.item, "1", "2024-03-01");
        let span = Span {
            advance: Some(ServicePeriod::whole(
                Period::new(day("2024-03-01"), day("2024-04-01")).unwrap(),
            )),
            arrears: None,
            bought_on: None,
        };
        charges.extend(charges_for_period(&leg, &held, span, None).unwrap());
    }
    document::conclude(lines_of(&charges), Currency::EUR, taxation)
        .unwrap()
        .unwrap()
}

fn minors(line: &DocumentLine) -> (i64, i64, i64) {
    (line.amount.minor, line.net.minor, line.tax.minor)
}

#[test]
fn without_tax_there_is_none_and_the_document_says_why() {
    let reverse = Taxation::agreed(vec![TaxRate::without_tax(
        "VAT",
        TaxKind::ReverseCharge,
        "reverse_charge",
    )]);
    let document = taxed(&[("10", false), ("11.90", true)], &reverse);
    // Where the seller adds no tax, none is in an agreed price either: it stays as agreed.
    assert_eq!(
        document.lines.iter().map(minors).collect::<Vec<_>>(),
        [(1000, 1000, 0), (1190, 1190, 0)]
    );
    assert_eq!(document.totals.summary[0].rate.kind, TaxKind::ReverseCharge);
}

#[test]
fn a_price_with_tax_in_it_is_what_the_buyer_pays() {
    let document = taxed(&[("19.99", true)], &facts::taxation("19"));
    // 19.99 / 1.19 = 16.798…, of which 19 % are 3.1916…
    assert_eq!(minors(&document.lines[0]), (1999, 1680, 319));
    assert_eq!(
        (document.totals.net, document.totals.gross),
        (eur(1680), eur(1999))
    );
    // Three of them: the tax of all is rounded once (9.5750… -> 9.58) and split, and each line keeps its price.
    let document = taxed(&[("19.99", true); 3], &facts::taxation("19"));
    let taxes: Vec<i64> = document.lines.iter().map(|line| line.tax.minor).collect();
    assert_eq!(taxes.iter().sum::<i64>(), 958);
    assert_eq!(document.totals.gross, eur(5997));
    assert!(
        document
            .lines
            .iter()
            .all(|line| line.gross().unwrap() == eur(1999))
    );
}

#[test]
fn prices_with_and_without_tax_stand_on_one_document() {
    let document = taxed(&[("100", false), ("119", true)], &facts::taxation("19"));
    assert_eq!(
        document.lines.iter().map(minors).collect::<Vec<_>>(),
        [(10_000, 10_000, 1900), (11_900, 10_000, 1900)]
    );
    assert_eq!(document.totals.gross, eur(23_800));
    assert_eq!(document.totals.summary.len(), 1);
}

#[test]
fn several_taxes_compound_on_each_line() {
    let taxation = Taxation::agreed(vec![
        TaxRate::standard("GST", dec("5")),
        TaxRate {
            compound: true,
            ..TaxRate::standard("QST", dec("9.5"))
        },
    ]);
    let document = taxed(&[("100", false)], &taxation);
    let each: Vec<i64> = (document.lines[0].taxes.iter())
        .map(|tax| tax.amount.minor)
        .collect();
    assert_eq!(each, [500, 998]);
    assert_eq!(document.lines[0].tax, eur(1498));
    let names: Vec<&str> = (document.totals.summary.iter())
        .map(|row| row.rate.code.as_str())
        .collect();
    assert_eq!(names, ["QST", "GST"]);
}

proptest! {
    /// A line is rounded once, whatever it consists of and in whatever order.
    #[test]
    fn shares_sum_to_the_rounded_line(exact in proptest::collection::vec(-1_000_000_i64..1_000_000, 1..40), seed in 0_usize..40) {
        let mut amounts: Vec<Decimal> = exact.iter().map(|n| Decimal::new(*n, 5)).collect();
        let sum: Decimal = amounts.iter().sum();
        let target = Money::from_exact(sum, Currency::EUR, tradewind_kernel::Rounding::HalfUp).unwrap();
        let shift = seed % amounts.len();
        amounts.rotate_left(shift);
        let mut position = Position::default();
        let mut billed = 0;
        for amount in amounts {
            billed += position.bill(amount, Currency::EUR, tradewind_kernel::Rounding::HalfUp).unwrap().minor;
        }
        prop_assert_eq!(billed, target.minor);
        prop_assert_eq!(position.billed, target.minor);
    }

    /// Usage that arrives in any pieces costs what it costs at once.
    #[test]
    fn usage_in_any_pieces_bills_the_same(pieces in proptest::collection::vec(0_i64..500, 1..12)) {
        let calls = metered("calls", facts::graduated());
        let leg = leg(vec![calls.clone()]);
        let whole: i64 = pieces.iter().sum();
        let total = |version: i64, quantity: i64| usage(&leg, "calls", "", version, &Decimal::new(quantity, 1).to_string(), None);
        let (_, at_once) = usage_charge(&leg, &calls, &total(1, whole), RatedState::default(), &()).unwrap().unwrap();
        let mut state = RatedState::default();
        let (mut so_far, mut exact, mut billed) = (0, Decimal::ZERO, 0);
        let mut position = Position::default();
        for (version, piece) in (1_i64..).zip(&pieces) {
            so_far += piece;
            let (charge, after) = usage_charge(&leg, &calls, &total(version, so_far), state, &()).unwrap().unwrap();
            state = after;
            if let Some(charge) = charge {
                exact += charge.exact;
                billed += position.bill(charge.exact, Currency::EUR, charge.rounding).unwrap().minor;
            }
        }
        prop_assert_eq!(exact.normalize(), at_once.exact.normalize());
        let rounded = Money::from_exact(at_once.exact, Currency::EUR, tradewind_kernel::Rounding::HalfUp).unwrap();
        prop_assert_eq!(billed, rounded.minor);
    }

    /// Documents always add up: lines to net, tax per rate, net and tax to gross.
    #[test]
    fn documents_add_up(amounts in proptest::collection::vec(-50_000_i64..50_000, 1..30), tax in 0_i64..250) {
        let items: Vec<_> = (0..amounts.len()).map(|i| recurring(&format!("i{i}"), &Decimal::new(amounts[i], 4).to_string(), Timing::Advance)).collect();
        let leg = leg(items.clone());
        let held: Vec<_> = items.iter().flat_map(|item| facts::held(item.item, "1", "2024-03-01")).collect();
        let span = Span { advance: Some(ServicePeriod::whole(Period::new(day("2024-03-01"), day("2024-04-01")).unwrap())), arrears: None, bought_on: None };
        let charges = charges_for_period(&leg, &held, span, None).unwrap();
        let percent = Decimal::new(tax, 1).to_string();
        if let Some(document) = document::conclude(lines_of(&charges), Currency::EUR, &facts::taxation(&percent)).unwrap() {
            let net: i64 = document.lines.iter().map(|line| line.net.minor).sum();
            prop_assert_eq!(net, document.totals.net.minor);
            prop_assert_eq!(document.totals.net.minor + document.totals.tax.minor, document.totals.gross.minor);
            prop_assert!(document.totals.gross.minor >= 0);
            let tax: i64 = document.totals.summary.iter().map(|row| row.tax.minor).sum();
            prop_assert_eq!(tax, document.totals.tax.minor);
            let of_lines: i64 = document.lines.iter().map(|line| line.tax.minor).sum();
            prop_assert_eq!(of_lines, tax);
        }
    }
}
