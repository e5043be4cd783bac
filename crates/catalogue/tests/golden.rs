//! Every persisted word of the catalogue. A word that changes here is a migration.

use tradewind_catalogue::types::{
    Approval, DeliveryMode, ItemKind, ListingKind, ParameterKind, PlanStatus, ProductStatus,
    RevisionState, Timing,
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
        ProductStatus,
        PlanStatus,
        DeliveryMode,
        Approval,
        ItemKind,
        Timing,
        ParameterKind,
        ListingKind,
        RevisionState,
    ));
}
