//! Small files of the data directory that are there whole or not at all, whatever is cut off and whoever else writes them.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Result, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Puts a file in the place of what was there, readable for its owner only. Readers see the one or the other, never a part.
///
/// # Errors
/// As the file system says; what was there then stays.
pub fn replace(path: &Path, content: &[u8]) -> Result<()> {
    let beside = written_beside(path, content)?;
    let placed = fs::rename(&beside, path);
    done(path, &beside, placed)
}

/// Creates a file, readable for its owner only, where none is; whoever is first wins, and says so with `true`.
///
/// # Errors
/// As the file system says; nothing is left behind then.
pub fn create_once(path: &Path, content: &[u8]) -> Result<bool> {
    if path.try_exists()? {
        return Ok(false);
    }
    let beside = written_beside(path, content)?;
    // A link, unlike a rename, never takes the place of a file that somebody else has made meanwhile.
    let placed = match fs::hard_link(&beside, path) {
        Err(e) if e.kind() == ErrorKind::AlreadyExists => Ok(false),
        linked => linked.map(|()| true),
    };
    let removed = fs::remove_file(&beside);
    let placed = placed.and_then(|placed| removed.map(|()| placed));
    done(path, &beside, placed)
}

/// What is written has reached the disk before it gets its name. No two writers share a file.
fn written_beside(path: &Path, content: &[u8]) -> Result<PathBuf> {
    static WRITTEN: AtomicU64 = AtomicU64::new(0);
    let number = WRITTEN.fetch_add(1, Ordering::Relaxed);
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}-{number}.new", std::process::id()));
    let beside = path.with_file_name(name);
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let write = || {
        let mut file = options.open(&beside)?;
        file.write_all(content)?;
        file.sync_all()
    };
    let written = write();
    done(&beside, &beside, written)?;
    Ok(beside)
}

/// Makes the new name last, or clears away what did not get one.
fn done<T>(path: &Path, beside: &Path, outcome: Result<T>) -> Result<T> {
    if outcome.is_err() {
        // What went wrong first is what is told.
        let _ = fs::remove_file(beside);
        return outcome;
    }
    #[cfg(unix)]
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        File::open(folder)?.sync_all()?;
    }
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder =
            std::env::temp_dir().join(format!("tradewind-files-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.collect()
    }

    #[test]
    fn readers_never_see_a_part_while_many_write() {
        let folder = folder("replace");
        let file = folder.join("state.json");
        replace(&file, &[b'0'; 4096]).unwrap();
        std::thread::scope(|scope| {
            for letter in [b'1', b'2', b'3'] {
                let file = &file;
                scope.spawn(move || (0..50).for_each(|_| replace(file, &[letter; 4096]).unwrap()));
            }
            for _ in 0..500 {
                let seen = fs::read(&file).unwrap();
                assert_eq!(seen.len(), 4096);
                assert!(seen.iter().all(|byte| *byte == seen[0]));
            }
        });
        assert_eq!(names(&folder), ["state.json"]);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn the_first_of_many_creates_it_and_the_others_find_it_whole() {
        let folder = folder("create");
        let file = folder.join("keys");
        let first: usize = std::thread::scope(|scope| {
            let writers: Vec<_> = (0..8u8)
                .map(|letter| {
                    let file = &file;
                    scope.spawn(move || {
                        let first = create_once(file, &[letter; 512]).unwrap();
                        let seen = fs::read(file).unwrap();
                        assert_eq!(seen.len(), 512);
                        assert!(!first || seen[0] == letter, "the first one's stays");
                        usize::from(first)
                    })
                })
                .collect();
            writers
                .into_iter()
                .map(|writer| writer.join().unwrap())
                .sum()
        });
        assert_eq!(first, 1);
        assert_eq!(names(&folder), ["keys"]);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn what_cannot_be_placed_leaves_nothing_behind() {
        let folder = folder("refused");
        fs::create_dir(folder.join("taken")).unwrap();
        assert!(replace(&folder.join("taken"), b"x").is_err());
        assert!(!create_once(&folder.join("taken"), b"x").unwrap());
        assert_eq!(names(&folder), ["taken"]);
        assert!(replace(&folder.join("nowhere/file"), b"x").is_err());
        fs::remove_dir_all(folder).unwrap();
    }
}
