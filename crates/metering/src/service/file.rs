//! Reading a file of rows piece by piece, on a thread of its own, with bounded memory whatever the file is.

use super::import::PROBLEMS_MAX;
use super::ingest::BATCH_MAX;
use crate::rules::{FocusRow, FocusTable, Occurrences};
use crate::types::ImportProblem;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use tokio::sync::mpsc;
use tradewind_kernel::{Error, Result};

/// A row that is longer than this has lost its end, usually by a quote that is never closed.
const ROW_BYTES_MAX: u64 = 4 << 20;
/// Bytes that are read at once.
const BUFFER_BYTES: usize = 1 << 16;
/// Malformed rows after which a piece is handed over, however few good rows it has.
const MALFORMED_MAX: i64 = 10_000;

/// How far an import has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImportProgress {
    /// Bytes read so far.
    pub bytes: u64,
    /// Bytes of the whole file.
    pub bytes_total: u64,
    /// Rows read so far.
    pub rows: u64,
}

/// A piece of a file: rows that were understood, and what was wrong with the others.
pub(super) struct Piece {
    pub(super) rows: Vec<FocusRow>,
    /// The first problems.
    pub(super) problems: Vec<ImportProblem>,
    /// Rows that are not among `rows`.
    pub(super) malformed: i64,
    /// How much is refused: the malformed rows, or the file as a whole.
    pub(super) rejected: i64,
    /// Whether the file can be read on.
    pub(super) whole: bool,
    pub(super) progress: ImportProgress,
    /// Of the file, with the last piece.
    pub(super) digest: Option<String>,
}

impl Piece {
    fn new(bytes_total: u64) -> Self {
        Self {
            rows: Vec::new(),
            problems: Vec::new(),
            malformed: 0,
            rejected: 0,
            whole: true,
            progress: ImportProgress {
                bytes: 0,
                bytes_total,
                rows: 0,
            },
            digest: None,
        }
    }

    /// Notes a refusal.
    pub(super) fn refuse(&mut self, problem: ImportProblem) {
        self.rejected += 1;
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(problem);
        }
    }
}

/// Reads a file, a few pieces ahead of whoever takes them.
pub(super) fn read_pieces(file: PathBuf) -> Result<mpsc::Receiver<Result<Piece>>> {
    let opened = File::open(&file).map_err(|error| unreadable(&file, &error))?;
    let bytes_total = opened
        .metadata()
        .map_err(|error| unreadable(&file, &error))?
        .len();
    let (sender, receiver) = mpsc::channel(2);
    tokio::task::spawn_blocking(move || {
        if let Err(error) = read(opened, bytes_total, &sender) {
            // Nobody listens any more when the import itself was dropped.
            let _ = sender.blocking_send(Err(unreadable(&file, &error)));
        }
    });
    Ok(receiver)
}

fn unreadable(file: &Path, error: &dyn std::fmt::Display) -> Error {
    Error::invalid(
        "file",
        "unreadable",
        format!("{} can't be read: {error}", file.display()),
    )
}

fn read(file: File, bytes_total: u64, sender: &mpsc::Sender<Result<Piece>>) -> io::Result<()> {
    let mut rows = Rows::new(file);
    let mut piece = Piece::new(bytes_total);
    let header = match rows.next()? {
        Next::Row => FocusTable::new(rows.record.iter()),
        Next::Malformed(problem) | Next::Broken(problem) => Err(problem),
        Next::End => Err(rows.problem("the file is empty; expected a FOCUS 1.0 header")),
    };
    let table = match header {
        Ok(table) => table,
        Err(problem) => {
            piece.refuse(problem);
            piece.whole = false;
            let _ = sender.blocking_send(Ok(piece));
            return Ok(());
        }
    };
    let mut occurrences = Occurrences::new();
    loop {
        let row = match rows.next()? {
            Next::Row => {
                let cells: Vec<&str> = rows.record.iter().collect();
                table.row(rows.number, &cells, &mut occurrences)
            }
            Next::Malformed(problem) => Err(problem),
            Next::Broken(problem) => {
                piece.malformed += 1;
                piece.refuse(problem);
                piece.whole = false;
                break;
            }
            Next::End => break,
        };
        match row {
            Ok(row) => piece.rows.push(row),
            Err(problem) => {
                piece.malformed += 1;
                piece.refuse(problem);
            }
        }
        if piece.rows.len() == BATCH_MAX || piece.malformed == MALFORMED_MAX {
            piece.progress.bytes = rows.reader.position().byte();
            piece.progress.rows = rows.number - 1;
            let full = std::mem::replace(&mut piece, Piece::new(bytes_total));
            if sender.blocking_send(Ok(full)).is_err() {
                return Ok(());
            }
        }
    }
    piece.progress.bytes = rows.reader.position().byte();
    piece.progress.rows = rows.number.saturating_sub(if piece.whole { 2 } else { 1 });
    if piece.whole {
        piece.digest = Some(rows.reader.get_ref().digest());
    }
    let _ = sender.blocking_send(Ok(piece));
    Ok(())
}

/// What comes next in a file.
enum Next {
    /// A row, in `record`.
    Row,
    /// A row that is no text, or whose end is missing; others may follow.
    Malformed(ImportProblem),
    /// Something after which nothing can be read any more.
    Broken(ImportProblem),
    /// Nothing.
    End,
}

/// The rows of a file. The header is row 1, as in a spreadsheet.
struct Rows {
    reader: csv::Reader<Source>,
    record: csv::StringRecord,
    number: u64,
}

impl Rows {
    fn new(file: File) -> Self {
        let source = Source {
            file,
            hash: Sha256::new(),
            of_row: 0,
            quotes: 0,
            at_end: false,
        };
        Self {
            reader: csv::ReaderBuilder::new()
                .flexible(true)
                .has_headers(false)
                .buffer_capacity(BUFFER_BYTES)
                .from_reader(source),
            record: csv::StringRecord::new(),
            number: 0,
        }
    }

    fn problem(&self, message: &str) -> ImportProblem {
        ImportProblem {
            row: self.number,
            column: String::new(),
            message: message.to_owned(),
        }
    }

    fn next(&mut self) -> io::Result<Next> {
        self.number += 1;
        self.reader.get_mut().of_row = 0;
        match self.reader.read_record(&mut self.record) {
            Ok(true) if self.reader.get_ref().is_cut_off() => Ok(Next::Malformed(
                self.problem("the file ends within quotes; it seems to be cut off here"),
            )),
            Ok(true) => Ok(Next::Row),
            Ok(false) => Ok(Next::End),
            Err(error) => match error.into_kind() {
                csv::ErrorKind::Utf8 { .. } => {
                    Ok(Next::Malformed(self.problem("the row is not UTF-8 text")))
                }
                csv::ErrorKind::Io(error) if error.kind() == io::ErrorKind::FileTooLarge => {
                    Ok(Next::Broken(self.problem(
                        "the row is longer than 4 MiB; is there a quote that is never closed?",
                    )))
                }
                csv::ErrorKind::Io(error) => Err(error),
                other => Err(io::Error::other(format!("{other:?}"))),
            },
        }
    }
}

/// A file that is hashed as it is read, and that refuses to hand out endless rows.
struct Source {
    file: File,
    hash: Sha256,
    /// Bytes read since the current row was begun.
    of_row: u64,
    quotes: u64,
    at_end: bool,
}

impl Source {
    fn digest(&self) -> String {
        let digest = self.hash.clone().finalize();
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whether the row that was read last ended with the file and not with a line break, and lacks a quote: they come in
    /// pairs. The reader asks for more only when a row has no end yet.
    fn is_cut_off(&self) -> bool {
        self.at_end && self.quotes % 2 == 1
    }
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.of_row > ROW_BYTES_MAX {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let count = self.file.read(buffer)?;
        let read = &buffer[..count];
        self.hash.update(read);
        self.of_row += count as u64;
        self.quotes += read.iter().filter(|byte| **byte == b'"').count() as u64;
        self.at_end = count == 0;
        Ok(count)
    }
}
