//! Lists of documents and payments.

use tradewind_kernel::{
    Result,
    filter::{Field, FieldKind, Fields, Filter, Sort},
    id::{AccountId, OrderId, RealmId, SubscriptionId},
    page::{Page, PageRequest},
};
use tradewind_platform::{
    args,
    db::{Query, Scope, Tx},
};

use tradewind_accounts::has_many_below;
use tradewind_policy::AccountKind;

use super::{documents::SummaryRow, payment_steps::StepRow, payments::PaymentRow, wallet::MoveRow};
use crate::types::{CreditMove, DocumentSummary, Payment, PaymentStep};

/// Whom a list is for; none for the platform itself, who sees everything.
pub(crate) type Viewer = Option<(AccountId, AccountKind)>;

/// What documents can be filtered and sorted by.
pub(crate) const DOCUMENTS: Fields = Fields(&[
    Field::new(
        "kind",
        FieldKind::Enum(&["invoice", "credit_note"]),
        "i.kind",
    ),
    Field::new(
        "status",
        FieldKind::Enum(&["open", "paid", "credited", "written_off"]),
        "b.status",
    ),
    Field::text("seller", "i.seller_id"),
    Field::text("collector", "b.collector_id"),
    Field::text("buyer", "i.buyer_id"),
    Field::text("number", "i.number").sortable(),
    Field::text("order_number", "i.order_number"),
    Field::text("currency", "i.currency"),
    Field::new("issued", FieldKind::Date, "i.issued_on").sortable(),
    Field::new("due", FieldKind::Date, "i.due_on").sortable(),
]);

/// What payments can be filtered and sorted by.
pub(crate) const PAYMENTS: Fields = Fields(&[
    Field::new(
        "kind",
        FieldKind::Enum(&["card", "transfer", "credit", "write_off", "offset"]),
        "p.kind",
    ),
    Field::new(
        "state",
        FieldKind::Enum(&[
            "pending",
            "requires_action",
            "succeeded",
            "failed",
            "authorised",
            "voided",
            "charged_back",
            "reversed",
        ]),
        "p.state",
    ),
    Field::text("seller", "p.seller_id"),
    Field::text("collector", "p.collector_id"),
    Field::text("payer", "p.payer_id"),
    Field::text("invoice", "p.invoice_id"),
    Field::new("created", FieldKind::Timestamp, "p.created_at").sortable(),
]);

/// What refunds can be filtered and sorted by.
pub(crate) const REFUNDS: Fields = Fields(&[
    Field::new(
        "state",
        FieldKind::Enum(&["pending", "succeeded", "failed"]),
        "p.state",
    ),
    Field::text("seller", "p.seller_id"),
    Field::text("payer", "p.payer_id"),
    Field::text("payment", "p.payment_id"),
    Field::text("note", "p.note_id"),
    Field::new("created", FieldKind::Timestamp, "p.created_at").sortable(),
]);

/// A page of the documents that someone may see: those that they issued, and those of the buyers at or below them.
pub(crate) async fn documents(
    tx: &mut Tx,
    realm: RealmId,
    viewer: Viewer,
    filter: &Filter,
    sort: &Sort,
    page: &PageRequest,
) -> Result<Page<DocumentSummary>> {
    let query = summaries(realm).scope(scope(realm, viewer)).filter(filter);
    let found = tx.page::<SummaryRow>(query, page, sort, "i.id").await?;
    Ok(found.map(DocumentSummary::from))
}

/// The latest documents that someone may see with charges of a subscription, or of one order of it.
pub(crate) async fn documents_about(
    tx: &mut Tx,
    realm: RealmId,
    viewer: Viewer,
    subscription: SubscriptionId,
    order: Option<OrderId>,
    page: &PageRequest,
) -> Result<Page<DocumentSummary>> {
    let charged = match order {
        None => Scope::only(
            "i.id IN (SELECT ic.invoice_id FROM charge c
             JOIN invoice_charge ic ON ic.realm_id = c.realm_id AND ic.charge_id = c.id
             WHERE c.realm_id = ? AND c.subscription_id = ?)",
            args![realm, subscription],
        ),
        Some(order) => Scope::only(
            "i.id IN (SELECT ic.invoice_id FROM charge c
             JOIN invoice_charge ic ON ic.realm_id = c.realm_id AND ic.charge_id = c.id
             WHERE c.realm_id = ? AND c.subscription_id = ? AND c.order_id = ?)",
            args![realm, subscription, order],
        ),
    };
    let query = summaries(realm).scope(scope(realm, viewer)).scope(charged);
    let found = tx
        .page::<SummaryRow>(query, page, &Sort::default(), "i.id")
        .await?;
    Ok(found.map(DocumentSummary::from))
}

/// The documents of a realm, with what was paid of them.
fn summaries(realm: RealmId) -> Query {
    Query::new(
        "billing::documents",
        "SELECT i.id, i.seller_id, i.buyer_id, i.kind, i.number, i.issued_on, i.due_on, i.period_start, i.period_end,
        i.currency, i.net, i.tax, i.gross, i.order_number, i.created_at, b.status, b.paid, b.written_off, b.dunning_stage, b.collector_id FROM invoice i
        LEFT JOIN invoice_balance b ON b.realm_id = i.realm_id AND b.invoice_id = i.id WHERE i.realm_id = $1",
        args![realm],
    )
}

/// What someone may see of documents: those that they issued, and those of the buyers at or below them. Below a provider
/// or distributor is much of everything: their lists are read in their order. Those of others are found by the accounts.
fn scope(realm: RealmId, viewer: Viewer) -> Scope {
    let Some((account, kind)) = viewer else {
        return Scope::all();
    };
    Scope::only(
        if has_many_below(kind) {
            "i.seller_id = ? OR EXISTS (SELECT 1 FROM account_path a WHERE a.realm_id = ? AND a.ancestor_id = ?
             AND a.account_id = i.buyer_id)"
        } else {
            "i.seller_id = ? OR i.buyer_id IN (SELECT a.account_id FROM account_path a WHERE a.realm_id = ? AND a.ancestor_id = ?)"
        },
        args![account, realm, account],
    )
}

/// The same of payments, with those who paid for buyers.
fn payments_scope(realm: RealmId, viewer: Viewer) -> Scope {
    let Some((account, kind)) = viewer else {
        return Scope::all();
    };
    Scope::only(
        if has_many_below(kind) {
            "p.seller_id = ? OR EXISTS (SELECT 1 FROM account_path a WHERE a.realm_id = ? AND a.ancestor_id = ?
             AND a.account_id = p.payer_id)"
        } else {
            "p.seller_id = ? OR p.payer_id IN (SELECT a.account_id FROM account_path a WHERE a.realm_id = ? AND a.ancestor_id = ?)"
        },
        args![account, realm, account],
    )
}

/// A page of the payments that someone may see: those that they received, and those of the payers at or below them.
pub(crate) async fn payments(
    tx: &mut Tx,
    realm: RealmId,
    viewer: Viewer,
    filter: &Filter,
    sort: &Sort,
    page: &PageRequest,
) -> Result<Page<Payment>> {
    let scope = payments_scope(realm, viewer);
    let query = Query::new(
        "billing::payments",
        "SELECT p.id, p.invoice_id, p.seller_id, p.collector_id, p.payer_id, p.method_id, p.kind, p.amount, p.applied, p.currency,
        p.state, p.reference, p.action, p.failure_code, p.created_at, p.settled_at FROM payment p WHERE p.realm_id = $1",
        args![realm],
    );
    let found = tx
        .page::<PaymentRow>(query.scope(scope).filter(filter), page, sort, "p.id")
        .await?;
    Ok(found.map(Payment::from))
}

/// A page of the refunds that someone may see: those that they make, and those of the payers at or below them.
pub(crate) async fn refunds(
    tx: &mut Tx,
    realm: RealmId,
    viewer: Viewer,
    filter: &Filter,
    sort: &Sort,
    page: &PageRequest,
) -> Result<Page<PaymentStep>> {
    let query = Query::new(
        "billing::refunds",
        "SELECT p.id, p.payment_id, p.payment_kind, p.kind, p.seller_id, p.payer_id, p.amount, p.currency, p.state, p.note_id, p.reason,
        p.reference, p.failure_code, p.created_at, p.settled_at FROM payment_step p WHERE p.realm_id = $1 AND p.kind = 'refund'",
        args![realm],
    );
    let query = query.scope(payments_scope(realm, viewer)).filter(filter);
    let found = tx.page::<StepRow>(query, page, sort, "p.id").await?;
    Ok(found.map(PaymentStep::from))
}

/// A page of the movements of credit between two accounts, the latest first.
pub(crate) async fn credit_moves(
    tx: &mut Tx,
    realm: RealmId,
    seller: AccountId,
    buyer: AccountId,
    page: &PageRequest,
) -> Result<Page<CreditMove>> {
    let query = Query::new(
        "billing::credit_moves",
        "SELECT m.id, m.grant_id, m.seller_id, m.buyer_id, m.kind, m.source, m.amount, m.currency, m.about, m.invoice_id, m.at
        FROM credit_move m WHERE m.realm_id = $1 AND m.seller_id = $2 AND m.buyer_id = $3",
        args![realm, seller, buyer],
    );
    let found = tx
        .page::<MoveRow>(query, page, &Sort::default(), "m.id")
        .await?;
    Ok(found.map(CreditMove::from))
}
