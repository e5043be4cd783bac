//! Ids, errors, languages, texts, countries and pages.

use std::collections::HashSet;

use proptest::prelude::*;
use tradewind_kernel::{
    Error, Locale, Page, PageRequest, Problems, Text, TypedId, country,
    id::{AccountId, SubscriptionId},
    text::{check_country, check_email, check_len, check_lines, fold, normal_email, trimmed},
};

fn code<T: std::fmt::Debug>(result: Result<T, Error>) -> &'static str {
    result.unwrap_err().problems()[0].code
}

#[test]
fn an_id_has_its_prefix_and_26_characters() {
    let id = SubscriptionId::generate();
    let text = id.to_string();
    assert!(text.starts_with("sub_") && text.len() == 30, "{text}");
    assert_eq!(text.parse::<SubscriptionId>().unwrap(), id);
    assert_eq!(serde_json::to_string(&id).unwrap(), format!("\"{text}\""));
    assert_eq!(id.uuid().get_version_num(), 7);
    let known: SubscriptionId = "sub_00041061050r3gg28a1c60t3gf".parse().unwrap();
    assert_eq!(
        known.uuid().as_u128(),
        0x0001_0203_0405_0607_0809_0A0B_0C0D_0E0F
    );
    assert_eq!(format!("{known:?}"), "sub_00041061050r3gg28a1c60t3gf");
}

#[test]
fn later_ids_sort_later_in_value_and_in_text() {
    let ids: Vec<AccountId> = (0..1000).map(|_| AccountId::generate()).collect();
    assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
    assert!(
        ids.windows(2)
            .all(|pair| pair[0].to_string() < pair[1].to_string())
    );
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), 1000);
}

#[test]
fn an_id_has_exactly_one_text() {
    for text in [
        "",
        "sub_",
        "acc_00041061050r3gg28a1c60t3gf",
        "00041061050r3gg28a1c60t3gf",
        "sub-00041061050r3gg28a1c60t3gf",
        "SUB_00041061050R3GG28A1C60T3GF",
        "sub_00041061050R3GG28A1C60T3GF",
        "sub_00041061050r3gg28a1c60t3g",
        "sub_00041061050r3gg28a1c60t3gff",
        "sub_80041061050r3gg28a1c60t3gf",
        "sub_0004106105or3gg28a1c60t3gf",
        "sub_00041061050r3gg28a1c60t3g ",
        "sub_00041061050r3gg28a1c60t3ü",
    ] {
        let error = text.parse::<SubscriptionId>().unwrap_err();
        let problem = &error.problems()[0];
        assert_eq!(
            (problem.field.as_str(), problem.code),
            ("id", "malformed_id"),
            "{text:?}"
        );
        assert!(
            problem
                .message
                .contains("the id of a subscription: expected sub_"),
            "{problem}"
        );
    }
    let json = serde_json::from_str::<SubscriptionId>("\"nonsense\"")
        .unwrap_err()
        .to_string();
    assert!(
        json.contains("\"nonsense\" is not the id of a subscription"),
        "{json}"
    );
    assert!(
        serde_json::from_str::<SubscriptionId>("5")
            .unwrap_err()
            .to_string()
            .contains("an id as text")
    );
}

#[test]
fn errors_say_what_and_where() {
    let error = Error::invalid("quantity", "out_of_range", "must be at least 1").under("items.0");
    assert_eq!(error.to_string(), "items.0.quantity: must be at least 1");
    assert_eq!(error.code(), "invalid_input");
    assert_eq!(error.at("seats").to_string(), "seats: must be at least 1");
    assert_eq!(
        Error::invalid("", "x", "no body").under("body").problems()[0].field,
        "body"
    );
    let id: AccountId = "acc_00041061050r3gg28a1c60t3gf".parse().unwrap();
    assert_eq!(
        Error::not_found(id).to_string(),
        format!("there is no account \"{id}\"")
    );
    assert_eq!(Error::changed(id).code(), "changed_meanwhile");
    assert_eq!(
        Error::conflict("not_active", "it has ended").code(),
        "not_active"
    );
    assert_eq!(
        Error::refused("limit", "above the credit limit")
            .under("x")
            .to_string(),
        "above the credit limit"
    );
    let internal = Error::internal("disk full");
    assert_eq!(
        (internal.code(), internal.to_string().as_str()),
        ("internal_error", "internal error: disk full")
    );
    assert!(std::error::Error::source(&internal).is_some());
}

#[test]
fn all_problems_of_a_form_are_reported_together() {
    let mut problems = Problems::new();
    assert_eq!(problems.check(Ok(5)), Some(5));
    assert!(problems.is_empty());
    assert_eq!(problems.check::<()>(check_len("name", "", 1, 10)), None);
    problems.add("terms", "not_accepted", "must be accepted");
    assert!(!problems.is_empty());
    let error = problems.finish().unwrap_err();
    assert_eq!(
        error.to_string(),
        "name: must not be empty; terms: must be accepted"
    );
    assert!(Problems::new().finish().is_ok());
    let mut failed = Problems::new();
    failed.check::<()>(Err(Error::unavailable("the gateway does not answer")));
    failed.add("x", "y", "z");
    assert_eq!(failed.finish().unwrap_err().code(), "unavailable");
}

#[test]
fn languages_are_found_by_tag_and_negotiated() {
    assert_eq!(Locale::parse("de-AT").unwrap(), Locale::De);
    assert_eq!(Locale::parse("EN_gb").unwrap(), Locale::En);
    for tag in ["", "fr", "d", "deu", "de-", "de-ÄT", "de-toolongsubtag"] {
        assert_eq!(code(Locale::parse(tag)), "unknown_locale", "{tag:?}");
    }
    for (header, expected) in [
        ("de", Some(Locale::De)),
        ("fr, de-CH;q=0.8, en;q=0.7", Some(Locale::De)),
        ("en;q=0.7,de;q=0.700", Some(Locale::En)),
        ("en; q=0.5, de; q=0.51", Some(Locale::De)),
        ("de;q=0, en;q=0.001", Some(Locale::En)),
        ("de;q=0", None),
        ("fr, *;q=0.1", Some(Locale::En)),
        ("fr", None),
        ("", None),
        ("de;q=2, en;q=0.1", Some(Locale::En)),
        ("de;q=0.1234", None),
        (";;;,,,q=1", None),
    ] {
        assert_eq!(Locale::negotiate(header), expected, "{header:?}");
    }
    assert_eq!(
        serde_json::to_string(&Locale::ALL).unwrap(),
        r#"["en","de"]"#
    );
}

#[test]
fn localised_texts_fall_back() {
    let text = Text::en("Seats").with("de", "Plätze");
    assert_eq!(
        (text.get(Locale::En), text.get(Locale::De)),
        ("Seats", "Plätze")
    );
    assert_eq!(Text::en("Seats").get(Locale::De), "Seats");
    let french: Text = serde_json::from_str(r#"{"fr":"Sièges"}"#).unwrap();
    assert_eq!(french.get(Locale::De), "Sièges");
    assert_eq!(Text::default().get(Locale::De), "");
    assert!(Text::default().is_empty() && Text::en("").is_empty() && !text.is_empty());
    assert_eq!(
        serde_json::to_string(&text).unwrap(),
        r#"{"de":"Plätze","en":"Seats"}"#
    );
    assert_eq!(
        text.iter().map(|(tag, _)| tag).collect::<Vec<_>>(),
        ["de", "en"]
    );
}

#[test]
fn folding_finds_what_people_type() {
    for (text, folded) in [
        ("Größe  ÄÖÜ", "grosse aou"),
        ("  Crème\tBrûlée\n", "creme brulee"),
        ("Łódź", "lodz"),
        ("Ærøskøbing", "aeroskobing"),
        ("İstanbul", "istanbul"),
        ("Cafe\u{301}", "cafe"),
        ("ΑΘΉΝΑΣ ς", "αθηνασ σ"),
        ("Москва 東京 🚀", "москва 東京 🚀"),
        ("\u{301}", ""),
        ("a \u{301} b", "a b"),
        ("", ""),
    ] {
        assert_eq!(fold(text), folded, "{text:?}");
    }
}

#[test]
fn texts_are_checked_by_characters() {
    assert!(check_len("name", "äöü🚀", 4, 4).is_ok());
    assert_eq!(code(check_len("name", "äöü🚀x", 1, 4)), "too_long");
    assert_eq!(code(check_len("name", " \u{a0} ", 1, 4)), "required");
    assert_eq!(code(check_len("name", "ab", 3, 4)), "too_short");
    assert!(check_len("name", "", 0, 4).is_ok());
    for bad in [
        "a\0",
        "a\nb",
        "a\u{1b}[31m",
        "a\u{202e}b",
        "a\u{2066}b",
        "\u{feff}a",
        "a\u{85}",
        "a\u{ffff}",
    ] {
        assert_eq!(
            code(check_len("name", bad, 1, 50)),
            "control_character",
            "{bad:?}"
        );
    }
    assert!(check_lines("note", "a\r\n\tb", 1, 50).is_ok());
    assert_eq!(
        code(check_lines("note", "a\0b", 1, 50)),
        "control_character"
    );
    assert!(
        check_len("name", "👩‍👩‍👧 नमस्ते", 1, 50).is_ok(),
        "joiners are part of writing"
    );
    assert_eq!(trimmed("name", "  Acme\n", 1, 4).unwrap(), "Acme");
    assert_eq!(code(trimmed("name", "  ", 1, 4)), "required");
}

#[test]
fn email_addresses_are_checked_and_normalised() {
    for good in [
        "a@b.co",
        "first.last+tag@sub.example.com",
        "o'neil@example.org",
        "a@xn--bcher-kva.example",
    ] {
        assert!(check_email("email", good).is_ok(), "{good}");
    }
    for bad in [
        "",
        "@",
        "a",
        "a@",
        "@b.co",
        "a@b",
        "a@b.1",
        "a b@c.de",
        "a@b..co",
        ".a@b.co",
        "a.@b.co",
        "a..b@c.de",
        "a@-b.co",
        "a@b-.co",
        "a@b.co ",
        "a@b@c.de",
        "ä@b.co",
        "a@b.co\n",
        "a@b.co.",
        "<a@b.co>",
        "a,b@c.de",
    ] {
        assert_eq!(
            code(check_email("email", bad)),
            "malformed_email",
            "{bad:?}"
        );
    }
    assert_eq!(
        code(check_email("email", &format!("{}@b.co", "a".repeat(65)))),
        "malformed_email"
    );
    assert_eq!(
        code(check_email(
            "email",
            &format!("a@{}co", "abcdefgh.".repeat(30))
        )),
        "malformed_email"
    );
    assert_eq!(
        normal_email("email", " Anna@Example.COM ").unwrap(),
        "anna@example.com"
    );
}

#[test]
fn countries_are_those_of_the_standard() {
    assert_eq!(country::ALL.len(), 249);
    assert!(country::ALL.windows(2).all(|pair| pair[0].0 < pair[1].0));
    assert_eq!(country::name("AT"), Some("Austria"));
    assert_eq!(country::name_in("AT", Locale::De), Some("Österreich"));
    assert_eq!(country::name_in("FR", Locale::En), Some("France"));
    assert_eq!(country::name_in("LI", Locale::De), Some("Liechtenstein"));
    assert_eq!(country::name_in("XX", Locale::De), None);
    for locale in [Locale::En, Locale::De] {
        assert_eq!(country::by_name(locale).len(), country::ALL.len());
    }
    // Umlauts are sorted where a reader looks for them.
    let german = country::by_name(Locale::De);
    let at = |code| german.iter().position(|(found, _)| *found == code).unwrap();
    assert!(at("OM") < at("AT") && at("AT") < at("PK"));
    assert!(check_country("country", "DE").is_ok());
    for bad in ["", "de", "XX", "UK", "DEU", "Ö"] {
        assert_eq!(
            code(check_country("country", bad)),
            "unknown_country",
            "{bad:?}"
        );
    }
}

#[test]
fn page_requests_are_bounded() {
    assert_eq!(
        PageRequest::default(),
        PageRequest::new(None, None).unwrap()
    );
    assert_eq!(PageRequest::new(Some(200), None).unwrap().limit, 200);
    assert_eq!(code(PageRequest::new(Some(0), None)), "out_of_range");
    assert_eq!(code(PageRequest::new(Some(201), None)), "out_of_range");
    assert_eq!(
        code(PageRequest::new(None, Some("x".repeat(1001)))),
        "malformed_cursor"
    );
    let read: PageRequest = serde_json::from_str(r#"{"after":"abc"}"#).unwrap();
    assert_eq!(
        read,
        PageRequest {
            limit: 50,
            after: Some("abc".to_owned())
        }
    );
    assert!(serde_json::from_str::<PageRequest>(r#"{"limit":0}"#).is_err());
    let page = Page {
        items: vec![1, 2],
        next: Some("c".to_owned()),
    };
    assert_eq!(
        serde_json::to_string(&page.map(|n| n * 2)).unwrap(),
        r#"{"items":[2,4],"next":"c"}"#
    );
    assert_eq!(Page::last(vec![1]).next, None);
}

proptest! {
    #[test]
    fn ids_survive_their_text(bits in any::<u128>()) {
        let id = AccountId::from_uuid(uuid::Uuid::from_u128(bits));
        prop_assert_eq!(id.to_string().parse::<AccountId>().unwrap(), id);
        let json = serde_json::to_string(&id).unwrap();
        prop_assert_eq!(serde_json::from_str::<AccountId>(&json).unwrap(), id);
    }

    #[test]
    fn ids_sort_as_their_texts(a in any::<u128>(), b in any::<u128>()) {
        let [a, b] = [a, b].map(|bits| AccountId::from_uuid(uuid::Uuid::from_u128(bits)));
        prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
    }

    #[test]
    fn what_parses_as_an_id_prints_the_same(text in "acc_[0-9a-z]{24,28}") {
        if let Ok(id) = text.parse::<AccountId>() {
            prop_assert_eq!(id.to_string(), text);
        }
    }

    #[test]
    fn folding_twice_changes_nothing(text in any::<String>()) {
        let once = fold(&text);
        prop_assert_eq!(fold(&once), once.clone());
        prop_assert!(!once.starts_with(' ') && !once.ends_with(' ') && !once.contains("  "));
    }

    #[test]
    fn checks_never_panic(text in any::<String>(), min in 0_usize..20, max in 0_usize..20) {
        let _ = check_len("x", &text, min, max);
        let _ = check_lines("x", &text, min, max);
        let _ = check_email("x", &text);
        let _ = check_country("x", &text);
        let _ = Locale::negotiate(&text);
        let _ = Locale::parse(&text);
        let _ = text.parse::<AccountId>();
    }
}
