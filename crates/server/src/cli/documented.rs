//! The commands that the documents show are commands that there are.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Parser;
use clap::error::ErrorKind;

use super::Cli;

/// A command as a document shows it, and where.
struct Shown {
    place: String,
    words: Vec<String>,
    /// Whether it stands in a block of its own, where nothing is left out.
    whole: bool,
}

/// Every page of the documents.
fn pages(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            pages(&path, found);
        } else if path.extension().is_some_and(|end| end == "md") {
            found.push(path);
        }
    }
}

/// The commands of a page: lines of its blocks, continued ones as one, and code within its text.
fn commands(name: &str, text: &str) -> Vec<Shown> {
    let mut shown = Vec::new();
    let mut block = None;
    let mut begun = String::new();
    for (number, line) in text.lines().enumerate() {
        let place = format!("{name}:{}", number + 1);
        if let Some(language) = line.trim_start().strip_prefix("```") {
            block = block.is_none().then(|| language.to_owned());
            continue;
        }
        match block.as_deref() {
            Some("sh") => {
                begun.push_str(line.trim_end_matches('\\'));
                if !line.ends_with('\\') {
                    shown.extend(command(&place, &std::mem::take(&mut begun), true));
                }
            }
            Some(_) => {}
            None => {
                let codes = line.split('`').skip(1).step_by(2);
                shown.extend(codes.filter_map(|code| command(&place, code, false)));
            }
        }
    }
    shown
}

/// A command of this program, up to where the shell takes over.
fn command(place: &str, line: &str, whole: bool) -> Option<Shown> {
    let words = words(line);
    let at = words.iter().position(|word| word == "tradewind")?;
    let set = |word: &String| word.contains('=') && !word.starts_with('-');
    let own = words[..at].iter().all(set);
    // Of `this|that` within a text, the first stands for all.
    let first = |word: &String| match word.split_once('|') {
        Some((first, _)) if !whole => first.to_owned(),
        _ => word.clone(),
    };
    own.then(|| Shown {
        place: place.to_owned(),
        words: words[at..].iter().map(first).collect(),
        whole,
    })
}

/// The words of a line as a shell has them, up to a comment, a pipe or a file.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    for letter in line.chars() {
        match (quote, letter) {
            (Some(end), letter) if letter == end => quote = None,
            (Some(_), letter) => word.get_or_insert_default().push(letter),
            (None, '\'' | '"') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None, ' ') => words.extend(word.take()),
            (None, '#' | '|' | '>' | '&' | ';') if word.is_none() => break,
            (None, letter) => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    words
}

/// Why a command is none; where a word stands for something that the reader fills in, its value may be wrong.
fn wrong(shown: &Shown) -> Option<String> {
    let error = Cli::try_parse_from(&shown.words).err()?;
    let fine = match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => true,
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => true,
        ErrorKind::InvalidSubcommand | ErrorKind::UnknownArgument => false,
        _ => !shown.whole,
    };
    let said = || format!("{}: {}: {error}", shown.place, shown.words.join(" "));
    (!fine).then(said)
}

#[test]
fn every_command_that_is_shown_is_one() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut paths = vec![root.join("README.md")];
    pages(&root.join("docs"), &mut paths);
    let mut all = Vec::new();
    for path in paths {
        let text = fs::read_to_string(&path).expect("a page");
        let name = path.strip_prefix(&root).expect("below the root");
        all.extend(commands(&name.display().to_string(), &text));
    }
    assert!(all.len() > 200, "only {} commands were found", all.len());
    let wrong: Vec<String> = all.iter().filter_map(wrong).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn words_are_those_of_a_shell() {
    let line = "A=1 tradewind x 'two words' \"it's\" --a='b c' # why";
    let found = command("here", line, true).expect("a command");
    assert_eq!(
        found.words,
        ["tradewind", "x", "two words", "it's", "--a=b c"]
    );
    assert!(command("here", "echo tradewind", true).is_none());
}
