//! Style sheets, scripts, icons and fonts, compiled into the binary.
//!
//! All are served below one address that holds a hash of them all, so that browsers may keep them for ever.

use std::borrow::Cow;
use std::sync::LazyLock;

use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Files;

/// The header `cache-control` of every asset.
pub const CACHE_CONTROL: &str = "public, max-age=31536000, immutable";

/// The content security policy under which every page works: nothing inline, nothing evaluated, nothing from elsewhere.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

struct Built {
    root: String,
    icons: String,
    css: String,
}

static BUILT: LazyLock<Built> = LazyLock::new(|| {
    let mut names: Vec<_> = Files::iter().collect();
    names.sort();
    let (mut hash, mut css) = (Sha256::new(), String::new());
    for name in &names {
        let Some(file) = Files::get(name) else {
            continue;
        };
        hash.update(name.as_bytes());
        hash.update(&file.data);
        if name.starts_with("css/") {
            css.push_str(&String::from_utf8_lossy(&file.data));
        }
    }
    let digest: String = hash
        .finalize()
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let root = format!("/assets/{digest}");
    Built {
        icons: format!("{root}/icons.svg"),
        root,
        css,
    }
});

/// Address below which all assets lie: `/assets/<hash>`.
pub fn root() -> &'static str {
    &BUILT.root
}

/// Address of the icon sprite.
pub fn icons() -> &'static str {
    &BUILT.icons
}

/// The asset at `path` below [`root`] (`app.css`, `js/app.js`) with its media type.
pub fn get(path: &str) -> Option<(Cow<'static, [u8]>, &'static str)> {
    if path == "app.css" {
        return Some((
            Cow::Borrowed(BUILT.css.as_bytes()),
            "text/css; charset=utf-8",
        ));
    }
    let kind = match path.rsplit_once('.')?.1 {
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "woff2" => "font/woff2",
        _ => return None,
    };
    Files::get(path).map(|file| (file.data, kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_style_sheet_is_all_layers_in_order() {
        let (css, kind) = get("app.css").expect("there");
        let css = String::from_utf8_lossy(&css);
        assert_eq!(kind, "text/css; charset=utf-8");
        let places: Vec<_> = [
            "tokens",
            "base",
            "layout",
            "components",
            "utilities",
            "print",
        ]
        .map(|layer| css.find(&format!("@layer {layer} {{")).expect(layer))
        .into();
        assert!(places.is_sorted(), "{places:?}");
    }

    #[test]
    fn every_icon_named_in_the_code_is_in_the_sprite() {
        let (sprite, _) = get("icons.svg").expect("there");
        let sprite = String::from_utf8_lossy(&sprite);
        for code in [
            "active",
            "trial",
            "provisioning",
            "planned",
            "pending_approval",
            "pending_payment",
            "waiting",
            "held",
            "issued",
            "failed",
            "suspended",
            "void",
            "draft",
            "?",
        ] {
            let (_, icon) = crate::view::kit::status_look(code);
            assert!(sprite.contains(&format!("id=\"{icon}\"")), "{icon}");
        }
    }

    #[test]
    fn nothing_else_is_served() {
        assert!(get("README.md").is_none());
        assert!(get("css/01-tokens.css").is_none());
        assert!(get("../Cargo.toml").is_none());
    }
}
