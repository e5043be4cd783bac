//! Every persisted word and every possible move of ordering. What changes here changes what is stored or allowed.

use tradewind_orders::{
    rules::{
        COMMERCIAL, DELIVERY, StepEvent, commercial_after, delivery_allows, flow, order_operations,
        step_after,
    },
    types::{
        ChangeClass, CommercialState, DeliveryState, FlowFacts, OrderKind, OrderOperation,
        OrderState, QuoteKind, StepKind, StepState, SubscriptionEvent, SubscriptionOperation,
    },
};

macro_rules! words {
    ($($name:ident),+ $(,)?) => {{
        let mut text = String::new();
        $(
            let words: Vec<String> = $name::ALL
                .iter()
                .map(|word| {
                    let json = serde_json::to_string(word).expect("a word serialises");
                    assert_eq!(json, format!("\"{word}\""));
                    assert_eq!(serde_json::from_str::<$name>(&json).expect("a word reads back"), *word);
                    word.to_string()
                })
                .collect();
            text.push_str(&format!("{}: {}\n", stringify!($name), words.join(" ")));
        )+
        text
    }};
}

#[test]
fn persisted_words() {
    insta::assert_snapshot!(words!(
        OrderKind,
        OrderState,
        StepKind,
        StepState,
        QuoteKind,
        CommercialState,
        DeliveryState,
        SubscriptionEvent,
        ChangeClass,
        OrderOperation,
        SubscriptionOperation,
    ));
}

#[test]
fn commercial_moves() {
    let mut text = String::new();
    for from in CommercialState::ALL {
        for event in SubscriptionEvent::ALL {
            let listed = COMMERCIAL
                .iter()
                .filter(|(f, e, _)| f == from && e == event);
            assert!(listed.count() <= 1, "{from} {event} is ambiguous");
            match commercial_after(*from, *event) {
                Ok(to) => text.push_str(&format!("{from} --{event}--> {to}\n")),
                Err(error) => assert_eq!(error.code(), "subscription_state"),
            }
        }
        let ends = from.is_final();
        assert_eq!(ends, !COMMERCIAL.iter().any(|(f, ..)| f == from), "{from}");
    }
    insta::assert_snapshot!(text);
}

#[test]
fn delivery_moves() {
    let mut text = String::new();
    for from in DeliveryState::ALL {
        assert_eq!(DELIVERY.iter().filter(|(f, _)| f == from).count(), 1);
        let to: Vec<&str> = DeliveryState::ALL
            .iter()
            .filter(|to| *to != from && delivery_allows(*from, **to).is_ok())
            .map(|to| to.as_str())
            .collect();
        assert!(delivery_allows(*from, *from).is_ok());
        text.push_str(&format!("{from} -> {}\n", to.join(" ")));
    }
    let refused = delivery_allows(DeliveryState::Removed, DeliveryState::Running);
    assert_eq!(refused.expect_err("gone is gone").code(), "delivery_state");
    insta::assert_snapshot!(text);
}

#[test]
fn step_moves() {
    let mut text = String::new();
    for from in StepState::ALL {
        for event in StepEvent::ALL {
            match step_after(StepKind::Delivery, *from, *event) {
                Ok(to) => text.push_str(&format!("{from} --{event}--> {to}\n")),
                Err(error) => assert_eq!(error.code(), "step_state"),
            }
        }
    }
    insta::assert_snapshot!(text);
}

#[test]
fn flows() {
    let mut text = String::new();
    for kind in OrderKind::ALL {
        for bits in [0b000_u8, 0b111] {
            let facts = FlowFacts {
                approval: bits & 4 != 0,
                payment: bits & 2 != 0,
                delivery: bits & 1 != 0,
            };
            let steps: Vec<&str> = flow(*kind, facts)
                .iter()
                .map(|step| step.as_str())
                .collect();
            text.push_str(&format!("{kind} {bits:03b}: {}\n", steps.join(" ")));
        }
    }
    insta::assert_snapshot!(text);
}

#[test]
fn operations_of_orders() {
    let mut text = String::new();
    for state in OrderState::ALL {
        for (side, seller, buyer) in [
            ("seller", true, false),
            ("buyer", false, true),
            ("neither", false, false),
        ] {
            let operations: Vec<&str> = order_operations(*state, seller, buyer)
                .iter()
                .map(|operation| operation.as_str())
                .collect();
            text.push_str(&format!("{state}, {side}: {}\n", operations.join(" ")));
        }
    }
    insta::assert_snapshot!(text);
}
