//! Previews, line by line: what was shown is what is billed, now and next.

use tradewind_billing::service as billing;
use tradewind_billing::types::{DocumentLine, DocumentSummary, Preview, PreviewDocument};
use tradewind_flows::upcoming::upcoming;
use tradewind_kernel::Date;

use super::Life;
use super::balances::gross;

/// A line: its words, its time, and what it comes to without tax and with it, below zero where it gives.
type Told = (String, String, i64, i64);

fn told(lines: &[DocumentLine], sign: i64) -> Vec<Told> {
    let told = lines.iter().map(|line| {
        let period = format!("{:?}", line.period);
        let (net, tax) = (line.net.minor, line.tax.minor);
        (line.description.clone(), period, sign * net, sign * tax)
    });
    told.collect()
}

impl Life {
    /// The documents since the first so many are what a preview says is due now: line by line, and with tax to the cent.
    pub(super) async fn audit_shown(&self, preview: &Preview, before: usize) {
        let due = preview.due_now.as_ref();
        let mut shown = due.map_or_else(Vec::new, |due| told(&due.lines, 1));
        let documents = self.world.documents().await;
        let mut found = self.lines(&documents[before..]).await;
        shown.sort();
        found.sort();
        assert_eq!(found, shown, "{}", self.story());
        let billed: i128 = documents[before..].iter().map(gross).sum();
        let shown = due.map_or(0, |due| i128::from(due.gross.minor));
        assert_eq!(billed, shown, "{}", self.story());
    }

    async fn lines(&self, documents: &[DocumentSummary]) -> Vec<Told> {
        let mut all = Vec::new();
        for one in documents {
            let ctx = self.world.ctx().await;
            let whole = billing::invoice_get(self.world.p(), &ctx, one.id).await;
            all.extend(told(&whole.expect("a document").lines, one.kind.sign()));
        }
        all
    }

    /// The next regular documents of sales with seats, as they are shown today.
    pub(super) async fn announced(&self) -> Vec<(Date, PreviewDocument)> {
        let mut all = Vec::new();
        for sale in self.sales.iter().filter(|sale| sale.has_seats) {
            let shown = upcoming(self.world.p(), &self.world.ctx().await, sale.id).await;
            let next = shown.expect("a preview").and_then(|preview| preview.next);
            all.extend(next.map(|next| (next.on, next.document)));
        }
        all
    }

    /// What was announced for days that have come since, and nothing else happened, stands on documents line by line.
    pub(super) async fn audit_announced(&self, announced: Vec<(Date, PreviewDocument)>) {
        let mut documents = self.world.documents().await;
        let days = |of: &DocumentSummary| announced.iter().any(|(on, _)| *on == of.issued_on);
        documents.retain(days);
        let mut found = self.lines(&documents).await;
        for (on, document) in announced.iter().filter(|(on, _)| *on <= self.today) {
            for line in told(&document.lines, 1) {
                let at = found.iter().position(|one| *one == line);
                let at = at.unwrap_or_else(|| {
                    panic!("{line:?} of {on} is not in {found:#?}\n{}", self.story())
                });
                found.swap_remove(at);
            }
        }
    }
}
