//! What documents, payments and credits post.
//!
//! Every account that sells keeps books; a deal between two such accounts is posted in both, mirrored. Positive amounts
//! are debits. Postings of zero are left out, and an entry without postings is not made.

use std::collections::BTreeMap;

use tradewind_kernel::{Currency, Date, Error, Money, Result, id::AccountId};

use super::settlement::Amounts;
use crate::types::{
    CreditSource, DocumentKind, Entry, EntryKind, LedgerAccount, Posting, Settlement,
    SettlementKind,
};

/// The facts that all entries have.
#[derive(Debug, Clone)]
pub struct Header {
    /// The day it counts for.
    pub posted_on: Date,
    /// The document or payment.
    pub document_id: String,
    /// In words.
    pub text: String,
}

/// Two accounts next to each other; the buyer keeps books only if it sells too.
#[derive(Debug, Clone, Copy)]
pub struct Sides {
    /// Who sells.
    pub seller_id: AccountId,
    /// Who buys.
    pub buyer_id: AccountId,
    /// Whether the buyer's books are kept here.
    pub buyer_keeps_books: bool,
}

fn entry(
    book_id: AccountId,
    header: &Header,
    kind: EntryKind,
    postings: Vec<(LedgerAccount, Money)>,
) -> Option<Entry> {
    let postings: Vec<Posting> = postings
        .into_iter()
        .filter(|(_, amount)| !amount.is_zero())
        .map(|(account, amount)| Posting { account, amount })
        .collect();
    (!postings.is_empty()).then(|| Entry {
        book_id,
        posted_on: header.posted_on,
        document_on: header.posted_on,
        kind,
        document_id: header.document_id.clone(),
        text: header.text.clone(),
        postings,
    })
}

fn both(
    sides: Sides,
    header: &Header,
    kind: EntryKind,
    seller: Vec<(LedgerAccount, Money)>,
    buyer: impl FnOnce() -> Result<Vec<(LedgerAccount, Money)>>,
) -> Result<Vec<Entry>> {
    let mut entries: Vec<Entry> = entry(sides.seller_id, header, kind, seller)
        .into_iter()
        .collect();
    if sides.buyer_keeps_books {
        entries.extend(entry(sides.buyer_id, header, kind, buyer()?));
    }
    Ok(entries)
}

/// A document: an invoice makes the buyer owe, a credit note gives the buyer credit.
///
/// # Errors
/// `overflow`.
pub fn document(
    sides: Sides,
    header: &Header,
    kind: DocumentKind,
    net: Money,
    tax: Money,
    gross: Money,
) -> Result<Vec<Entry>> {
    let (seller, buyer) = (sides.seller_id, sides.buyer_id);
    match kind {
        DocumentKind::Invoice => both(
            sides,
            header,
            EntryKind::Invoice,
            vec![
                (LedgerAccount::Receivable(buyer), gross),
                (LedgerAccount::Sales, net.neg()?),
                (LedgerAccount::OutputTax, tax.neg()?),
            ],
            || {
                Ok(vec![
                    (LedgerAccount::Cost(seller), net),
                    (LedgerAccount::InputTax, tax),
                    (LedgerAccount::Payable(seller), gross.neg()?),
                ])
            },
        ),
        DocumentKind::CreditNote => both(
            sides,
            header,
            EntryKind::CreditNote,
            vec![
                (LedgerAccount::Sales, net),
                (LedgerAccount::OutputTax, tax),
                (LedgerAccount::CustomerCredit(buyer), gross.neg()?),
            ],
            || {
                Ok(vec![
                    (LedgerAccount::SupplierCredit(seller), gross),
                    (LedgerAccount::Cost(seller), net.neg()?),
                    (LedgerAccount::InputTax, tax.neg()?),
                ])
            },
        ),
    }
}

/// Money that came in: `applied` of it pays an invoice, the rest becomes credit of the payer.
///
/// # Errors
/// `overflow`, `currency_mismatch`.
pub fn payment(
    sides: Sides,
    header: &Header,
    into: LedgerAccount,
    amount: Money,
    applied: Money,
) -> Result<Vec<Entry>> {
    let rest = amount.sub(applied)?;
    let (seller, buyer) = (sides.seller_id, sides.buyer_id);
    both(
        sides,
        header,
        EntryKind::Payment,
        vec![
            (into, amount),
            (LedgerAccount::Receivable(buyer), applied.neg()?),
            (LedgerAccount::CustomerCredit(buyer), rest.neg()?),
        ],
        || {
            Ok(vec![
                (LedgerAccount::Payable(seller), applied),
                (LedgerAccount::SupplierCredit(seller), rest),
                (LedgerAccount::Bank, amount.neg()?),
            ])
        },
    )
}

/// Credit that pays an invoice.
///
/// # Errors
/// `overflow`.
pub fn credit_used(sides: Sides, header: &Header, amount: Money) -> Result<Vec<Entry>> {
    let (seller, buyer) = (sides.seller_id, sides.buyer_id);
    both(
        sides,
        header,
        EntryKind::CreditUsed,
        vec![
            (LedgerAccount::CustomerCredit(buyer), amount),
            (LedgerAccount::Receivable(buyer), amount.neg()?),
        ],
        || {
            Ok(vec![
                (LedgerAccount::Payable(seller), amount),
                (LedgerAccount::SupplierCredit(seller), amount.neg()?),
            ])
        },
    )
}

/// Credit that is about to be paid back: from now on nothing else can be paid with it.
///
/// # Errors
/// `overflow`.
pub fn refund_due(sides: Sides, header: &Header, amount: Money) -> Result<Vec<Entry>> {
    let (seller, buyer) = (sides.seller_id, sides.buyer_id);
    both(
        sides,
        header,
        EntryKind::Refund,
        vec![
            (LedgerAccount::CustomerCredit(buyer), amount),
            (LedgerAccount::CustomerRefund(buyer), amount.neg()?),
        ],
        || {
            Ok(vec![
                (LedgerAccount::SupplierRefund(seller), amount),
                (LedgerAccount::SupplierCredit(seller), amount.neg()?),
            ])
        },
    )
}

/// Money that was paid back, out of an account of the seller's.
///
/// # Errors
/// `overflow`.
pub fn refund_paid(
    sides: Sides,
    header: &Header,
    out_of: LedgerAccount,
    amount: Money,
) -> Result<Vec<Entry>> {
    let (seller, buyer) = (sides.seller_id, sides.buyer_id);
    both(
        sides,
        header,
        EntryKind::Refund,
        vec![
            (LedgerAccount::CustomerRefund(buyer), amount),
            (out_of, amount.neg()?),
        ],
        || {
            Ok(vec![
                (LedgerAccount::Bank, amount),
                (LedgerAccount::SupplierRefund(seller), amount.neg()?),
            ])
        },
    )
}

/// Money that could not be paid back: it is credit again.
///
/// # Errors
/// `overflow`.
pub fn refund_failed(sides: Sides, header: &Header, amount: Money) -> Result<Vec<Entry>> {
    refund_due(sides, header, amount.neg()?)
}

/// A card payment that the payer's bank takes back: what it paid is owed again, what was credit is taken, the rest is lost.
///
/// # Errors
/// `overflow`, `currency_mismatch`.
pub fn chargeback(
    sides: Sides,
    header: &Header,
    out_of: LedgerAccount,
    owed: Money,
    credit: Money,
    lost: Money,
) -> Result<Vec<Entry>> {
    let amount = owed.add(credit)?.add(lost)?;
    let (seller, buyer) = (sides.seller_id, sides.buyer_id);
    both(
        sides,
        header,
        EntryKind::Chargeback,
        vec![
            (LedgerAccount::Receivable(buyer), owed),
            (LedgerAccount::CustomerCredit(buyer), credit),
            (LedgerAccount::ChargebackLoss, lost),
            (out_of, amount.neg()?),
        ],
        || {
            Ok(vec![
                (LedgerAccount::Bank, amount),
                (LedgerAccount::Payable(seller), owed.neg()?),
                (LedgerAccount::SupplierCredit(seller), credit.neg()?),
                (LedgerAccount::ChargebackGain, lost.neg()?),
            ])
        },
    )
}

/// What a buyer owes and the seller gives up; negative when it is owed again.
///
/// # Errors
/// `overflow`.
pub fn write_off(sides: Sides, header: &Header, amount: Money) -> Result<Vec<Entry>> {
    let (seller, buyer) = (sides.seller_id, sides.buyer_id);
    both(
        sides,
        header,
        EntryKind::WriteOff,
        vec![
            (LedgerAccount::BadDebt, amount),
            (LedgerAccount::Receivable(buyer), amount.neg()?),
        ],
        || {
            Ok(vec![
                (LedgerAccount::Payable(seller), amount),
                (LedgerAccount::ForgivenDebt, amount.neg()?),
            ])
        },
    )
}

/// Credit that a seller gives.
///
/// # Errors
/// `overflow`.
pub fn goodwill(sides: Sides, header: &Header, amount: Money) -> Result<Vec<Entry>> {
    let (seller, buyer) = (sides.seller_id, sides.buyer_id);
    both(
        sides,
        header,
        EntryKind::Goodwill,
        vec![
            (LedgerAccount::GoodwillGiven, amount),
            (LedgerAccount::CustomerCredit(buyer), amount.neg()?),
        ],
        || {
            Ok(vec![
                (LedgerAccount::SupplierCredit(seller), amount),
                (LedgerAccount::GoodwillReceived, amount.neg()?),
            ])
        },
    )
}

/// Credit whose last day is over: what the seller gave was never given, what the buyer paid stays with the seller.
///
/// # Errors
/// `overflow`.
pub fn expired(
    sides: Sides,
    header: &Header,
    source: CreditSource,
    amount: Money,
) -> Result<Vec<Entry>> {
    let (seller, buyer) = (sides.seller_id, sides.buyer_id);
    let (gain, loss) = match source {
        CreditSource::Goodwill => (
            LedgerAccount::GoodwillGiven,
            LedgerAccount::GoodwillReceived,
        ),
        _ => (LedgerAccount::ExpiredCredit, LedgerAccount::LostCredit),
    };
    both(
        sides,
        header,
        EntryKind::CreditExpired,
        vec![
            (LedgerAccount::CustomerCredit(buyer), amount),
            (gain, amount.neg()?),
        ],
        || {
            Ok(vec![
                (loss, amount),
                (LedgerAccount::SupplierCredit(seller), amount.neg()?),
            ])
        },
    )
}

/// Charges that are settled without a document of ours: a vendor's share is cost of the buyer; what the seller invoices
/// elsewhere is unbilled receivable of the seller. The entry is made in the one book that the settlement concerns.
///
/// # Errors
/// `overflow`.
pub fn accrual(
    seller_id: AccountId,
    buyer_id: AccountId,
    header: &Header,
    settlement: Settlement,
    amount: Money,
) -> Result<Option<Entry>> {
    Ok(match settlement {
        Settlement::Document => None,
        Settlement::VendorShare => entry(
            buyer_id,
            header,
            EntryKind::VendorShare,
            vec![
                (LedgerAccount::Cost(seller_id), amount),
                (LedgerAccount::Accrued(seller_id), amount.neg()?),
            ],
        ),
        Settlement::External => entry(
            seller_id,
            header,
            EntryKind::External,
            vec![
                (LedgerAccount::Unbilled(buyer_id), amount),
                (LedgerAccount::Sales, amount.neg()?),
            ],
        ),
    })
}

/// Money that came in for a seller at whoever collects for it; negative when it went out again.
///
/// # Errors
/// `overflow`.
pub fn collected(
    collector_id: AccountId,
    seller_id: AccountId,
    header: &Header,
    account: LedgerAccount,
    amount: Money,
) -> Result<Option<Entry>> {
    Ok(entry(
        collector_id,
        header,
        EntryKind::Collected,
        vec![
            (account, amount),
            (LedgerAccount::CollectedFor(seller_id), amount.neg()?),
        ],
    ))
}

/// What is settled: the fee is earned, the rest is held back or to be paid. A seller for whom another collects keeps books, and has
/// the same in them the other way round.
///
/// # Errors
/// `overflow`.
pub fn settled(
    kind: SettlementKind,
    payer_id: AccountId,
    payee_id: AccountId,
    header: &Header,
    amounts: &Amounts,
) -> Result<Vec<Entry>> {
    let (owed, earned) = match kind {
        SettlementKind::Vendor => (
            LedgerAccount::Accrued(payee_id),
            LedgerAccount::MarketplaceFee,
        ),
        SettlementKind::Collected => (
            LedgerAccount::CollectedFor(payee_id),
            LedgerAccount::CollectingFee,
        ),
    };
    let (held, due) = (
        amounts.held.sub(amounts.released)?,
        amounts.payout.add(amounts.set_off)?,
    );
    let payer = vec![
        (owed, amounts.share),
        (LedgerAccount::InputTax, amounts.share_tax),
        (earned, amounts.fee.neg()?),
        (LedgerAccount::OutputTax, amounts.fee_tax.neg()?),
        (LedgerAccount::HeldBack(payee_id), held.neg()?),
        (LedgerAccount::Settled(payee_id), due.neg()?),
    ];
    let payee = vec![
        (LedgerAccount::Collected(payer_id), amounts.share.neg()?),
        (LedgerAccount::CollectingCost, amounts.fee),
        (LedgerAccount::InputTax, amounts.fee_tax),
        (LedgerAccount::HeldBy(payer_id), held),
        (LedgerAccount::SettledBy(payer_id), due),
    ];
    let ids = (payer_id, payee_id);
    Ok(mirrored(
        kind,
        ids,
        header,
        EntryKind::Settlement,
        payer,
        payee,
    ))
}

/// What is paid to a vendor or a seller; negative when it came back.
///
/// # Errors
/// `overflow`.
pub fn paid_out(
    kind: SettlementKind,
    payer_id: AccountId,
    payee_id: AccountId,
    header: &Header,
    amount: Money,
) -> Result<Vec<Entry>> {
    let payer = vec![
        (LedgerAccount::Settled(payee_id), amount),
        (LedgerAccount::Bank, amount.neg()?),
    ];
    let payee = vec![
        (LedgerAccount::Bank, amount),
        (LedgerAccount::SettledBy(payer_id), amount.neg()?),
    ];
    let ids = (payer_id, payee_id);
    Ok(mirrored(kind, ids, header, EntryKind::Payout, payer, payee))
}

/// What of a settlement pays an invoice of the payer's.
///
/// # Errors
/// `overflow`.
pub fn set_off(
    payer_id: AccountId,
    payee_id: AccountId,
    header: &Header,
    amount: Money,
) -> Result<Vec<Entry>> {
    let payer = vec![
        (LedgerAccount::Settled(payee_id), amount),
        (LedgerAccount::Receivable(payee_id), amount.neg()?),
    ];
    let payee = vec![
        (LedgerAccount::Payable(payer_id), amount),
        (LedgerAccount::SettledBy(payer_id), amount.neg()?),
    ];
    let (kind, ids) = (SettlementKind::Collected, (payer_id, payee_id));
    Ok(mirrored(
        kind,
        ids,
        header,
        EntryKind::Payment,
        payer,
        payee,
    ))
}

/// The payer's entry, and the payee's where that keeps books: vendors do not.
fn mirrored(
    kind: SettlementKind,
    (payer_id, payee_id): (AccountId, AccountId),
    header: &Header,
    of: EntryKind,
    payer: Vec<(LedgerAccount, Money)>,
    payee: Vec<(LedgerAccount, Money)>,
) -> Vec<Entry> {
    let mut entries: Vec<Entry> = entry(payer_id, header, of, payer).into_iter().collect();
    if kind == SettlementKind::Collected {
        entries.extend(entry(payee_id, header, of, payee));
    }
    entries
}

/// More or, if negative, less of what is billed is not earned yet.
///
/// # Errors
/// `overflow`.
pub fn deferral(seller_id: AccountId, header: &Header, amount: Money) -> Result<Option<Entry>> {
    Ok(entry(
        seller_id,
        header,
        EntryKind::Revenue,
        vec![
            (LedgerAccount::Sales, amount),
            (LedgerAccount::Deferred, amount.neg()?),
        ],
    ))
}

/// What a month has won and lost by what was owed in other currencies, in the currency of the book.
///
/// # Errors
/// `overflow`, `currency_mismatch`.
pub fn currency_differences(
    book_id: AccountId,
    header: &Header,
    gain: Money,
    loss: Money,
) -> Result<Option<Entry>> {
    Ok(entry(
        book_id,
        header,
        EntryKind::Currency,
        vec![
            (LedgerAccount::Conversion, gain.sub(loss)?),
            (LedgerAccount::CurrencyGain, gain.neg()?),
            (LedgerAccount::CurrencyLoss, loss),
        ],
    ))
}

/// What is missing from balance, per currency; empty for balanced entries.
///
/// # Errors
/// `overflow`.
pub fn imbalance<'a>(postings: impl IntoIterator<Item = &'a Posting>) -> Result<Vec<Money>> {
    let mut sums: BTreeMap<Currency, i128> = BTreeMap::new();
    for posting in postings {
        let sum = sums.entry(posting.amount.currency).or_default();
        *sum = sum
            .checked_add(i128::from(posting.amount.minor))
            .ok_or_else(too_large)?;
    }
    sums.into_iter()
        .filter(|(_, sum)| *sum != 0)
        .map(|(currency, sum)| {
            Ok(Money::new(
                i64::try_from(sum).map_err(|_| too_large())?,
                currency,
            ))
        })
        .collect()
}

fn too_large() -> Error {
    Error::invalid("amount", "overflow", "the amount is too large")
}
