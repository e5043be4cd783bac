//! What banks have answered to files of payments, and what of it waits for a person.

use tradewind_kernel::time::Timestamp;

use crate::blocks;
use crate::view::kit::{Block, Button, Card, Cell, Kind, Table, Txt};
use crate::view::shared::{Ask, FormState};
use crate::view::shell::Permit;
use crate::view::{Head, Page, Shell};

/// Something that a bank has said and that waits.
pub struct PayoutDoubtRow {
    /// The answer and its number there, as addresses have them.
    pub place: Txt,
    /// The payment, or the file.
    pub about: Txt,
    /// Where its settlement is.
    pub settlement: Option<Txt>,
    /// The bank's code, and why.
    pub said: Txt,
    /// `contradicts` or `unknown`.
    pub outcome: &'static str,
}

/// An answer of a bank.
pub struct PayoutReportRow {
    /// The bank's name for it.
    pub message: Txt,
    /// The name of the file of payments.
    pub about: Txt,
    /// When it was taken in.
    pub at: Timestamp,
    /// How many settlements are paid by it, have failed, were noted, and wait.
    pub counts: [i64; 4],
}

/// Answers of banks.
pub struct PayoutReportsPage {
    /// What waits.
    pub doubts: Vec<PayoutDoubtRow>,
    /// Answers, the latest first.
    pub reports: Vec<PayoutReportRow>,
    /// May take answers in.
    pub change: Permit,
    /// `file`.
    pub form: FormState,
}

impl PayoutReportsPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let here = "/panel/settlements/answers";
        let head = Head::new(t.tr("answers-title"))
            .lead(t.tr("answers-lead"))
            .under(t.tr("nav-settlements"), "/panel/settlements");
        let mut body: Vec<Block> = Vec::new();
        if self.change.is_yes() {
            let ask = Ask::new(&shell, &self.form);
            let form = shell
                .form(here, "answers-import")
                .telling(self.form.notice())
                .with_file()
                .fields(vec![ask.field("file", Kind::Input("file")).required()]);
            body.push(Card::new(t.tr("answers-import"), blocks![form]).into());
        }
        if !self.doubts.is_empty() {
            let card = Card::new(t.tr("answers-doubts"), blocks![self.doubts(&shell)]);
            body.push(card.intro(t.tr("answers-doubts-text")).into());
        }
        body.push(Card::new(t.tr("answers-title"), blocks![self.reports(&shell)]).into());
        if self.change.is_yes() {
            let blank = FormState::default();
            for row in &self.doubts {
                let ask = Ask::new(&shell, &blank);
                let fields = vec![ask.text("note").required()];
                let to = format!("{here}/{}", row.place);
                let dialog = shell.confirm(&dialog(row), "answers-look", to, fields);
                body.push(dialog.into());
            }
        }
        Page::new(shell, head, body)
    }

    fn doubts(&self, shell: &Shell) -> Table {
        let t = &shell.t;
        let rows = self.doubts.iter().map(|row| {
            let about = match &row.settlement {
                Some(href) => Cell::Link(href.clone(), row.about.clone()),
                None => Cell::Text(row.about.clone()),
            };
            let look = match self.change.is_yes() {
                true => Cell::Do(vec![Button::open(t.tr("answers-look"), dialog(row))]),
                false => Cell::Nil,
            };
            vec![
                about,
                Cell::Text(row.said.clone()),
                Cell::Text(t.code("answers-outcome", row.outcome)),
                look,
            ]
        });
        let columns = vec![
            shell.col("answers-about"),
            shell.col("answers-said"),
            shell.col("c-why"),
            shell.acts(),
        ];
        shell.table("answers-doubts", columns, rows.collect(), "answers-none")
    }

    fn reports(&self, shell: &Shell) -> Table {
        let t = &shell.t;
        let rows = self.reports.iter().map(|row| {
            let [paid, failed, noted, doubts] = row.counts.map(|count| Cell::Figure(t.int(count)));
            vec![
                Cell::Two(row.message.clone(), row.about.clone()),
                Cell::At(t.at(row.at)),
                paid,
                failed,
                noted,
                doubts,
            ]
        });
        let columns = vec![
            shell.col("answers-message"),
            shell.col("c-when"),
            shell.fig("settlement-view-paid"),
            shell.fig("settlement-view-failed"),
            shell.fig("answers-noted"),
            shell.fig("answers-waiting"),
        ];
        shell.table("answers-title", columns, rows.collect(), "answers-none")
    }
}

fn dialog(row: &PayoutDoubtRow) -> String {
    format!("look-{}", row.place.replace('/', "-"))
}
