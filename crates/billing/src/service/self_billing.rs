//! Self-billing: what a settlement owes a vendor is invoiced by the payer in the vendor's name, once that is agreed, and the fee in
//! its own.

use serde::{Deserialize, Serialize};
use serde_json::json;
use tradewind_kernel::{
    Date, Decimal, Error, Locale, Money, Result,
    calendar::{Period, add_days},
    id::{AccountId, InvoiceId, SettlementId},
    locale::Text,
    text,
};
use tradewind_platform::{AuditEntry, OpCtx, Platform, Work};
use tradewind_policy::{AccountKind, Action};
use tradewind_tax::types::TaxCategory;

use super::{books::authorize_to, currency::book_rate, realm, settlements::seen, trades::Trades};
use crate::{
    rules::{document, self_billing as rules},
    store::{documents, self_billing as store},
    types::{
        Document, DocumentLine, DocumentSummary, PaperKind, PaperTaxes, Parties, PayeeSettlement,
        SelfBillingAgreement, SettlementKind, SettlementLine, SettlementPaper,
    },
};

/// What is agreed with a vendor, or that it ends.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SelfBillingSet {
    /// Who makes out the invoices.
    pub payer_id: AccountId,
    /// In whose name.
    pub vendor_id: AccountId,
    /// Since when.
    pub agreed_on: Date,
    /// The last day of it; it holds without.
    pub ended_on: Option<Date>,
    /// Where it is written down.
    pub reference: String,
}

/// What is agreed with a vendor about self-billing; for both sides.
///
/// # Errors
/// `NotFound` where nothing is, too; `Forbidden`.
pub async fn self_billing_get(
    p: &Platform,
    ctx: &OpCtx,
    payer: AccountId,
    vendor: AccountId,
) -> Result<SelfBillingAgreement> {
    p.read(ctx, &(payer, vendor), |w, (payer, vendor)| {
        Box::pin(async move {
            let own = if w.ctx.principal.account == *vendor {
                *vendor
            } else {
                *payer
            };
            authorize_to(w, Action::LedgerView, own).await?;
            let realm = realm(w);
            store::agreement(&mut w.tx, realm, *payer, *vendor)
                .await?
                .ok_or_else(|| Error::not_found(*vendor))
        })
    })
    .await
}

/// Records what a vendor has agreed to. It holds for settlements that are made from now on; those that are made stay what they are.
///
/// # Errors
/// `vendor_id`, `ended_on`, `reference`; `NotFound`, `Forbidden`.
pub async fn self_billing_set(
    p: &Platform,
    ctx: &OpCtx,
    input: &SelfBillingSet,
) -> Result<SelfBillingAgreement> {
    p.command(ctx, "self_billing.set", input, |w, input| {
        Box::pin(async move {
            authorize_to(w, Action::LedgerManage, input.payer_id).await?;
            let vendor = tradewind_accounts::service::account_facts(w, input.vendor_id).await?;
            if vendor.kind != AccountKind::Vendor {
                let text = "expected a vendor";
                return Err(Error::invalid("vendor_id", "unknown_value", text));
            }
            rules::check(input.agreed_on, input.ended_on)?;
            text::check_len("reference", &input.reference, 1, 200)?;
            let agreed = SelfBillingAgreement {
                payer_id: input.payer_id,
                vendor_id: input.vendor_id,
                agreed_on: input.agreed_on,
                ended_on: input.ended_on,
                reference: input.reference.clone(),
            };
            let (realm, now) = (realm(w), w.ctx.now);
            store::agree(&mut w.tx, realm, &agreed, now).await?;
            w.audit(AuditEntry {
                action: "self_billing.set",
                kind: "account",
                id: input.vendor_id.to_string(),
                account: input.payer_id,
                summary: json!({ "after": agreed }),
            });
            Ok(agreed)
        })
    })
    .await
}

/// The documents of a settlement, the vendor's first; none where nothing is agreed.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub async fn settlement_papers(
    p: &Platform,
    ctx: &OpCtx,
    id: SettlementId,
) -> Result<Vec<SettlementPaper>> {
    p.read(ctx, &id, |w, id| {
        Box::pin(async move {
            seen(w, *id).await?;
            let realm = realm(w);
            store::papers(&mut w.tx, realm, *id).await
        })
    })
    .await
}

/// The documents of a settlement that is being made.
pub(super) struct Drafts(Vec<(PaperKind, Document)>);

/// Draws up the documents of a settlement, and the taxes on them: for the fee on what was collected, and where its vendor has agreed
/// to that by today.
pub(super) async fn draw_up(
    w: &mut Work,
    one: &PayeeSettlement,
    lines: &[SettlementLine],
    today: Date,
) -> Result<Option<(Drafts, PaperTaxes)>> {
    let realm = realm(w);
    let kinds: &[PaperKind] = match one.kind {
        // Sellers invoice themselves, in whose name ever: they are invoiced for the fee as for anything else.
        SettlementKind::Collected => &[PaperKind::Fee],
        SettlementKind::Vendor => {
            let (payer, vendor) = (one.payer_id, one.payee_id);
            let agreed = store::agreement(&mut w.tx, realm, payer, vendor).await?;
            if !agreed.is_some_and(|it| rules::holds(it.agreed_on, it.ended_on, today)) {
                return Ok(None);
            }
            &[PaperKind::SelfBilled, PaperKind::Fee]
        }
    };
    let zero = Money::zero(one.currency);
    let mut taxes = PaperTaxes {
        share: zero,
        fee: zero,
    };
    let mut drafts = Vec::new();
    for kind in kinds.iter().copied() {
        let Some(document) = drawn(w, one, lines, kind, today).await? else {
            continue;
        };
        let head = &document.summary;
        let minor = head.kind.sign() * head.tax.minor;
        let tax = Money::new(minor, one.currency);
        match kind {
            PaperKind::SelfBilled => taxes.share = tax,
            PaperKind::Fee => taxes.fee = tax,
        }
        drafts.push((kind, document));
    }
    Ok(Some((Drafts(drafts), taxes)))
}

async fn drawn(
    w: &mut Work,
    one: &PayeeSettlement,
    lines: &[SettlementLine],
    kind: PaperKind,
    today: Date,
) -> Result<Option<Document>> {
    let (seller_id, buyer_id) = match kind {
        PaperKind::SelfBilled => (one.payee_id, one.payer_id),
        PaperKind::Fee => (one.payer_id, one.payee_id),
    };
    let mut trades = Trades::default();
    trades.load(w, vec![(seller_id, buyer_id)]).await?;
    let trade = trades.get(seller_id, buyer_id)?.clone();
    let period = Period::new(one.until.first_of_month(), add_days(one.until, 1)?)?;
    let mut printed = Vec::with_capacity(lines.len());
    for line in lines {
        let (name, tax_category) = about(w, line, trade.locale).await?;
        let (description, amount) = match kind {
            PaperKind::SelfBilled => (name, line.share),
            PaperKind::Fee => {
                let (en, de) = match one.kind {
                    SettlementKind::Vendor => ("Marketplace fee", "Marktplatzgebühr"),
                    SettlementKind::Collected => ("Fee for collecting", "Gebühr für das Inkasso"),
                };
                let fee = Text::en(format!("{en}, {name}")).with("de", format!("{de}, {name}"));
                (fee.get(trade.locale).to_owned(), line.fee)
            }
        };
        printed.push(DocumentLine {
            no: line.no,
            group_label: String::new(),
            description,
            quantity: Decimal::ONE,
            unit: String::new(),
            unit_price: None,
            period,
            tax_included: false,
            tax_category: match kind {
                PaperKind::SelfBilled => tax_category,
                PaperKind::Fee => Default::default(),
            },
            amount,
            net: amount,
            tax: Money::zero(one.currency),
            taxes: Vec::new(),
            order_number: None,
            cost_centre: None,
            rates: Vec::new(),
        });
    }
    // Nobody waits for an engine here: what is settled is approved by people.
    let taxation = trade.taxation.by_own_tables();
    let Some((drawn, lines, totals)) = rules::drawn_up(printed, one.currency, &taxation)? else {
        return Ok(None);
    };
    Ok(Some(Document {
        summary: DocumentSummary {
            id: InvoiceId::generate(),
            seller_id,
            buyer_id,
            kind: drawn,
            number: String::new(),
            issued_on: today,
            due_on: one.due_on,
            period,
            net: totals.net,
            tax: totals.tax,
            gross: totals.gross,
            order_number: None,
            created_at: w.ctx.now,
            balance: None,
        },
        parties: Parties {
            seller: trade.seller.clone(),
            buyer: trade.buyer.clone(),
            collector: None,
            tax_basis: taxation.basis(),
        },
        tax_summary: totals.summary,
        locale: trade.locale,
        payment_terms_days: 0,
        credits: None,
        book_rate: book_rate(w, seller_id, one.currency, today).await?,
        replaces: None,
        replaced_by: None,
        lines,
    }))
}

/// What a line is about: its product with its tax category, or its buyer.
async fn about(
    w: &mut Work,
    line: &SettlementLine,
    locale: Locale,
) -> Result<(String, TaxCategory)> {
    if let Some(product) = line.product_id {
        let detail = tradewind_catalogue::service::product_of(w, product).await?;
        let product = &detail.product;
        return Ok((product.name.get(locale).to_owned(), product.tax_category));
    }
    let Some(buyer) = line.buyer_id else {
        return Err(Error::internal("a line of a settlement is about nothing"));
    };
    let buyer = tradewind_accounts::service::account_facts(w, buyer).await?;
    Ok((buyer.name, TaxCategory::default()))
}

/// Keeps the documents of a settlement that was made.
pub(super) async fn keep(w: &mut Work, id: SettlementId, drafts: Option<Drafts>) -> Result<()> {
    let realm = realm(w);
    for (kind, document) in drafts.map_or_else(Vec::new, |drafts| drafts.0) {
        store::draft(&mut w.tx, realm, id, kind, &document).await?;
    }
    Ok(())
}

/// Issues the documents of a settlement that is approved, each under the next number of whose invoice it is.
pub(super) async fn issue(w: &mut Work, id: SettlementId, on: Date) -> Result<()> {
    let realm = realm(w);
    for mut paper in store::papers(&mut w.tx, realm, id).await? {
        let head = &mut paper.document.summary;
        let series = rules::series(paper.kind, head.kind, on);
        let sequence =
            documents::take_numbers(&mut w.tx, realm, head.seller_id, &series, 1).await?;
        let number = document::number(&series, sequence);
        head.number.clone_from(&number);
        head.issued_on = on;
        paper.number = Some(number);
        store::number(&mut w.tx, realm, id, &paper).await?;
    }
    Ok(())
}

/// Drops the documents of a settlement that is taken back.
pub(super) async fn discard(w: &mut Work, id: SettlementId) -> Result<()> {
    let realm = realm(w);
    store::drop_papers(&mut w.tx, realm, id).await
}
