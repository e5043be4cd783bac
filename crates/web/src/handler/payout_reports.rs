//! Answers of banks to files of payments, in the panel.

use axum::extract::Path;
use tradewind_billing::service::{self as billing, PayoutReportImport, ReportLooked};
use tradewind_kernel::Result;
use tradewind_kernel::id::StatusReportId;
use tradewind_policy::Action;

use super::panel::desk::Desk;
use crate::form::{Sent, file_name_of};
use crate::respond::{self, Answer, changed};
use crate::view::panel::{PayoutDoubtRow, PayoutReportRow, PayoutReportsPage};
use crate::view::shared::FormState;

const HERE: &str = "/panel/settlements/answers";
/// Rows of each table.
const ROWS: usize = 20;

/// `GET /panel/settlements/answers`.
pub(crate) async fn list(desk: Desk) -> Answer {
    let page = page(&desk, FormState::default()).await?;
    respond::page(page.page(desk.app()))
}

async fn page(desk: &Desk, form: FormState) -> Result<PayoutReportsPage> {
    let (p, ctx, payer) = (desk.p(), &desk.ctx, desk.account());
    let doubts = billing::payout_doubts(p, ctx, payer).await?;
    let reports = billing::payout_report_list(p, ctx, payer).await?;
    let doubts = doubts.into_iter().take(ROWS).map(|one| PayoutDoubtRow {
        place: format!("{}/{}", one.report_id, one.no).into(),
        about: match one.end_to_end.as_str() {
            "" => one.original_message_id.into(),
            name => name.to_owned().into(),
        },
        settlement: one
            .settlement_id
            .map(|id| format!("/panel/settlements/{id}").into()),
        said: format!("{} {}", one.status, one.reason)
            .trim()
            .to_owned()
            .into(),
        outcome: one.outcome.as_str(),
    });
    let reports = reports.into_iter().take(ROWS).map(|one| PayoutReportRow {
        message: one.message_id.into(),
        about: one.original_message_id.into(),
        at: one.created_at,
        counts: [one.paid, one.failed, one.noted, one.doubts],
    });
    Ok(PayoutReportsPage {
        doubts: doubts.collect(),
        reports: reports.collect(),
        change: desk.permit(Action::LedgerManage),
        form,
    })
}

/// `POST /panel/settlements/answers`: takes a file in.
pub(crate) async fn import(desk: Desk, sent: Sent) -> Answer {
    let name: String = sent
        .get(&file_name_of("file"))
        .chars()
        .filter(|letter| !letter.is_control())
        .take(120)
        .collect();
    let input = PayoutReportImport {
        payer_id: desk.account(),
        file_name: if name.is_empty() { "upload" } else { &name },
        content: sent.raw("file").as_bytes(),
    };
    match billing::payout_report_import(desk.p(), &desk.ctx, &input).await {
        Ok(report) if report.known => {
            let text = desk.t().tr("answers-known");
            Ok(respond::saying(HERE, true, &text))
        }
        Ok(report) => {
            let counts = [
                ("paid", report.paid.to_string()),
                ("failed", report.failed.to_string()),
                ("doubts", report.doubts.to_string()),
            ];
            let args: Vec<(&str, &str)> = counts
                .iter()
                .map(|(name, count)| (*name, count.as_str()))
                .collect();
            let text = desk.t().with("answers-imported", &args);
            Ok(respond::saying(HERE, true, &text))
        }
        Err(error) => {
            let form = respond::blame(&desk.t(), FormState::default(), error, |_| "file".into())?;
            let page = page(&desk, form).await?;
            respond::again(page.page(desk.app()))
        }
    }
}

/// `POST /panel/settlements/answers/{id}/{no}`: somebody has looked.
pub(crate) async fn looked(
    desk: Desk,
    Path((id, no)): Path<(StatusReportId, i64)>,
    sent: Sent,
) -> Answer {
    let input = ReportLooked {
        note: sent.get("note").to_owned(),
    };
    let done = billing::payout_doubt_looked(desk.p(), &desk.ctx, id, no, &input).await;
    changed(&desk, done, HERE, "said-saved")
}
