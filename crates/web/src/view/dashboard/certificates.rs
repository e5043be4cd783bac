//! Certificates by which a customer is free of a tax.

use tradewind_kernel::time::Date;

use crate::blocks;
use crate::view::kit::{Card, Cell, Txt};
use crate::view::shared::{Ask, FormState};
use crate::view::{Head, Page, Shell};

/// A certificate.
pub struct OwnCertificate {
    /// Where it holds.
    pub place: Txt,
    /// Its number.
    pub number: Txt,
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Option<Date>,
    /// Where the paper is kept.
    pub document: Txt,
    /// `pending`, `approved`, `rejected`.
    pub state: Txt,
}

/// What a customer has handed in.
pub struct CertificatesPage {
    /// The newest first.
    pub rows: Vec<OwnCertificate>,
    /// May hand in another.
    pub edit: bool,
    /// `exempt_place`, `exempt_number`, `exempt_from`, `exempt_until`, `exempt_document`.
    pub form: FormState,
}

impl CertificatesPage {
    /// Lays the page out.
    pub fn page(self, shell: Shell) -> Page {
        let t = shell.t.clone();
        let rows = self.rows.into_iter().map(|row| {
            vec![
                Cell::Two(row.number, row.document),
                Cell::Text(row.place),
                Cell::At(t.date(row.from)),
                row.until.map_or(Cell::Nil, |on| Cell::At(t.date(on))),
                Cell::State(t.state(&row.state)),
            ]
        });
        let columns = vec![
            shell.col("c-number"),
            shell.col("c-place"),
            shell.col("c-from"),
            shell.col("c-until"),
            shell.col("c-state"),
        ];
        let table = shell.table("exemptions", columns, rows.collect(), "exemptions-none");
        let mut body = blocks![table];
        if self.edit {
            let ask = Ask::new(&shell, &self.form);
            let form = shell
                .form("/my/certificates", "exempt-hand-in")
                .telling(self.form.notice())
                .fields(vec![
                    ask.text("exempt_place").required(),
                    ask.text("exempt_number").required(),
                    ask.input("date", "exempt_from").required(),
                    ask.optional(ask.input("date", "exempt_until")),
                    ask.optional(ask.text("exempt_document")).full(),
                ])
                .two_columns();
            body.push(Card::new(t.tr("exempt-new"), blocks![form]).into());
        }
        let head = Head::new(t.tr("exemptions"))
            .lead(t.tr("exemptions-lead"))
            .under(t.tr("nav-settings"), "/my/settings");
        Page::new(shell, head, body).narrow()
    }
}
