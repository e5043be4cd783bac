//! Links of the documents: each leads to a file that is there, and to a heading that it has.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result};

use super::Finding;

/// Documents by their paths from the root, with forward slashes.
pub(super) type Pages = BTreeMap<String, String>;

/// Reads every document at the root and below `docs/`.
pub(super) fn load(root: &Path) -> Result<Pages> {
    let mut pages = Pages::new();
    read(root, root, false, &mut pages)?;
    read(root, &root.join("docs"), true, &mut pages)?;
    Ok(pages)
}

fn read(root: &Path, folder: &Path, deep: bool, pages: &mut Pages) -> Result<()> {
    let reading = || format!("reading {}", folder.display());
    for entry in std::fs::read_dir(folder).with_context(reading)? {
        let path = entry?.path();
        if path.is_dir() && deep {
            read(root, &path, deep, pages)?;
        } else if path.extension().is_some_and(|extension| extension == "md") {
            let text = std::fs::read_to_string(&path).with_context(reading)?;
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy();
            pages.insert(name.replace('\\', "/"), text);
        }
    }
    Ok(())
}

/// Checks the links of all documents, within the repository.
pub(super) fn check(root: &Path, pages: &Pages) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in pages {
        let mut object = |line: usize, message: String| {
            findings.push(Finding {
                place: format!("{path}:{line}"),
                message,
            });
        };
        for (line, link) in links(text) {
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            let Some(target) = target(path, file) else {
                object(line, format!("{link} leads out of the repository"));
                continue;
            };
            let known = match pages.get(&target) {
                Some(found) => heading.is_empty() || headings(found).any(|one| one == heading),
                None => heading.is_empty() && root.join(&target).exists(),
            };
            if !known {
                object(line, format!("{link} leads nowhere"));
            }
        }
    }
    findings
}

/// The links of a page with their lines, without those to other places of the web and those in code.
fn links(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut in_code = false;
    let lines = text.lines().enumerate().filter(move |(_, line)| {
        let fence = line.trim_start().starts_with("```");
        in_code ^= fence;
        !in_code && !fence
    });
    lines.flat_map(|(number, line)| {
        let plain = line.split('`').step_by(2);
        let links = plain.flat_map(|part| part.split("](").skip(1));
        let ends = links.filter_map(|rest| rest.split(')').next());
        let own = ends.filter(|link| !link.contains(':'));
        own.map(move |link| (number + 1, link))
    })
}

/// The file that a link of a page is about, from the root of the repository; none where it is above it.
fn target(page: &str, file: &str) -> Option<String> {
    if file.is_empty() {
        return Some(page.to_owned());
    }
    let folder = Path::new(page).parent().unwrap_or_else(|| Path::new(""));
    let mut path = PathBuf::new();
    for part in folder.join(file).components() {
        match part {
            Component::ParentDir => path = path.parent()?.to_owned(),
            Component::Normal(name) => path.push(name),
            _ => {}
        }
    }
    path.to_str().map(str::to_owned)
}

/// What the headings of a page are linked by.
fn headings(text: &str) -> impl Iterator<Item = String> {
    let titles = text.lines().filter(|line| line.starts_with('#'));
    titles.map(|line| {
        let title = line.trim_start_matches('#').trim().to_lowercase();
        let kept = title
            .chars()
            .filter(|one| one.is_alphanumeric() || matches!(one, ' ' | '-' | '_'));
        kept.collect::<String>().replace(' ', "-")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leads_nowhere_is_named_with_its_line() {
        let there = "# What's (not) there\n";
        let here = "[a](../there.md#whats-not-there) [b](https://example.com)\n`[c](nowhere.md)`\n```\n[d](nowhere.md)\n```\n\
             [e](nowhere.md) [f](../there.md#no-such-thing) [g](#nothing) [h](../../../out.md)\n";
        let found = check(
            Path::new("/nowhere"),
            &[("docs/there.md", there), ("docs/deep/here.md", here)]
                .map(|(path, text)| (path.to_owned(), text.to_owned()))
                .into(),
        );
        let found: Vec<String> = found
            .into_iter()
            .map(|one| format!("{} {}", one.place, one.message))
            .collect();
        assert_eq!(
            found,
            [
                "docs/deep/here.md:6 nowhere.md leads nowhere",
                "docs/deep/here.md:6 ../there.md#no-such-thing leads nowhere",
                "docs/deep/here.md:6 #nothing leads nowhere",
                "docs/deep/here.md:6 ../../../out.md leads out of the repository",
            ]
        );
    }
}
