//! Every page of the gallery, in both languages, keeps the rules of the house.

use std::collections::{HashMap, HashSet};

use tradewind_documents::i18n;
use tradewind_web::assets;
use tradewind_web::view::Page;

#[path = "../examples/gallery/entry/mod.rs"]
mod entry;
#[path = "../examples/gallery/sample.rs"]
mod sample;

/// Pages by name, as the gallery lists them.
pub(crate) type Entries = Vec<(&'static str, fn(&sample::Look) -> Page)>;

/// No page may be heavier than this.
const BUDGET: usize = 64 * 1024;

fn pages() -> Vec<(String, String)> {
    let mut pages = Vec::new();
    for lang in ["en", "de"] {
        let query = HashMap::from([
            ("lang".to_owned(), lang.to_owned()),
            ("acting".to_owned(), "1".to_owned()),
        ]);
        for (name, build) in entry::all() {
            pages.push((
                format!("{name} {lang}"),
                build(&sample::Look::new(&query, name)).to_string(),
            ));
        }
    }
    pages
}

fn attributes<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let mark = format!(" {name}=\"");
    html.split(mark.as_str())
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect()
}

#[test]
fn every_text_is_there_in_both_languages() {
    for (name, html) in pages() {
        assert_eq!(i18n::flaw(&html), None, "{name}");
    }
}

#[test]
fn pages_stay_within_their_budget() {
    for (name, html) in pages() {
        assert!(html.len() <= BUDGET, "{name}: {} bytes", html.len());
    }
}

#[test]
fn nothing_is_inline_that_the_content_security_policy_forbids() {
    for (name, html) in pages() {
        for banned in [
            "<style",
            " style=\"",
            " onclick=",
            " onchange=",
            " onsubmit=",
            "javascript:",
            "hx-on",
        ] {
            assert!(!html.contains(banned), "{name}: {banned}");
        }
        for script in html.split("<script").skip(1) {
            let open = script.split('>').next().unwrap_or_default();
            assert!(open.contains(" src=\"/assets/"), "{name}: {open}");
        }
    }
}

#[test]
fn there_is_one_first_heading_and_ids_are_unique_and_found() {
    for (name, html) in pages() {
        assert_eq!(html.matches("<h1").count(), 1, "{name}");
        let ids = attributes(&html, "id");
        let set: HashSet<_> = ids.iter().copied().collect();
        assert_eq!(
            ids.len(),
            set.len(),
            "{name}: {:?}",
            ids.iter()
                .filter(|id| ids.iter().filter(|other| other == id).count() > 1)
                .collect::<Vec<_>>()
        );
        for attribute in ["for", "aria-labelledby", "aria-controls", "commandfor"] {
            for target in attributes(&html, attribute) {
                assert!(set.contains(target), "{name}: {attribute}={target}");
            }
        }
        for target in attributes(&html, "aria-describedby")
            .iter()
            .flat_map(|list| list.split(' '))
        {
            assert!(set.contains(target), "{name}: aria-describedby {target}");
        }
    }
}

#[test]
fn every_icon_is_in_the_sprite() {
    let (sprite, _) = assets::get("icons.svg").expect("there");
    let sprite = String::from_utf8_lossy(&sprite);
    let mark = format!("{}#", assets::icons());
    for (name, html) in pages() {
        for icon in html
            .split(mark.as_str())
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
        {
            assert!(sprite.contains(&format!("id=\"{icon}\"")), "{name}: {icon}");
        }
    }
}

#[test]
fn every_form_that_changes_something_carries_the_token() {
    for (name, html) in pages() {
        for form in html.split("<form").skip(1) {
            let (open, rest) = form.split_once('>').expect("closed");
            if open.contains("method=\"post\"") {
                let body = rest.split("</form>").next().unwrap_or_default();
                assert!(
                    body.contains("name=\"csrf\" value=\"csrf-token\""),
                    "{name}: {open}"
                );
            }
        }
    }
}

#[test]
fn what_people_type_is_escaped() {
    let look = sample::Look::new(&HashMap::new(), "x");
    let mut shell = look.store();
    shell.search = "\"><script>alert(1)</script>".into();
    let state = tradewind_web::view::kit::ListState {
        path: "/".into(),
        query: vec![("q".into(), "\"><script>alert(1)</script>".into())],
        next: None,
    };
    let page = tradewind_web::view::storefront::CataloguePage {
        bundles: Vec::new(),
        welcome: None,
        facets: Vec::new(),
        price_range: ("<b>".into(), "".into()),
        state,
        products: Vec::new(),
        total: 0,
    };
    let html = page.page(shell).to_string();
    assert!(!html.contains("<script>alert"), "unescaped");
    assert!(!html.contains("<b>"), "unescaped");
}
