//! What a printed document says: a plain view that the caller fills from its records.
//!
//! All amounts are stated, none is computed here: a document repeats what was issued. [`InvoiceDocument::check`] refuses
//! one whose amounts do not add up.

use tradewind_kernel::calendar::Period;
use tradewind_kernel::{Currency, Date, Decimal, Locale, Money};

use super::logo::Logo;
use crate::colour::Colour;

/// Which document it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DocumentKind {
    /// A request for payment.
    Invoice,
    /// A correction in the buyer's favour; amounts are negative.
    CreditNote {
        /// Number of the invoice that it corrects.
        corrects: Option<String>,
    },
    /// An invoice that the buyer makes out in the seller's name.
    SelfBilled,
    /// What could be invoiced: no number, nothing owed by it.
    ProForma,
    /// A list of invoices and payments with the balance they leave. Not taxed by itself.
    Statement,
}

/// The paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Paper {
    /// ISO A4, 210 × 297 mm.
    #[default]
    A4,
    /// US Letter, 8.5 × 11 inches.
    Letter,
}

/// The company that issues the document.
#[derive(Debug, Clone, PartialEq)]
pub struct Seller {
    /// Registered name.
    pub name: String,
    /// Postal address without the name, one line each.
    pub address: Vec<String>,
    /// VAT identification number, or what identifies it for another tax.
    pub tax_id: Option<String>,
    /// What the seller calls its tax; empty for value-added tax.
    pub tax_name: String,
    /// National tax number, where one is used besides the VAT id.
    pub tax_number: Option<String>,
    /// Court and number of the commercial register.
    pub register: Option<String>,
    /// Who represents the company, where the law asks for it on letters.
    pub management: Option<String>,
    /// Address for questions.
    pub email: Option<String>,
    /// Telephone number.
    pub phone: Option<String>,
    /// Web site as it should be printed.
    pub web: Option<String>,
    /// Where payments go.
    pub bank: Option<BankAccount>,
    /// Brand colour.
    pub colour: Colour,
    /// Brand mark at the head of the first page.
    pub logo: Logo,
}

/// A bank account for transfers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BankAccount {
    /// Whose account it is.
    pub holder: String,
    /// Name of the bank.
    pub bank: Option<String>,
    /// IBAN; grouped by four when printed.
    pub iban: Option<String>,
    /// BIC or SWIFT code.
    pub bic: Option<String>,
    /// Account number with routing information, where there is no IBAN.
    pub account: Option<String>,
}

/// The company or person that the document is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Buyer {
    /// Name.
    pub name: String,
    /// Postal address without the name, one line each; the country in the last line.
    pub address: Vec<String>,
    /// VAT identification number, required under reverse charge, or what identifies it for another tax.
    pub tax_id: Option<String>,
}

/// How an amount is taxed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaxTreatment {
    /// At a rate in percent (zero is a rate).
    Rate(Decimal),
    /// At a rate of a place, by its code: `25.5 % FI`.
    RateOf(Decimal, String),
    /// The buyer owes the tax.
    ReverseCharge,
    /// Exempt; says why, naming the rule.
    Exempt(String),
    /// Not taxable where it is supplied; says why.
    OutsideScope(String),
    /// Not known before there is an invoice.
    WithInvoice,
}

/// A quantity with its unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quantity {
    /// How many.
    pub value: Decimal,
    /// Of what: `seats`, `GB`, `h`; may be empty.
    pub unit: String,
}

/// One line of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What was supplied.
    pub description: String,
    /// More about it, printed small below.
    pub detail: Option<String>,
    /// What its amount is made of, each printed small in a row of its own below that.
    pub parts: Vec<String>,
    /// The day it belongs to (statements: of the booking).
    pub date: Option<Date>,
    /// The period it was supplied for, half-open.
    pub period: Option<Period>,
    /// How much of it.
    pub quantity: Option<Quantity>,
    /// Price of one, without tax; may be finer than the smallest coin.
    pub unit_price: Option<Decimal>,
    /// How it is taxed.
    pub tax: Option<TaxTreatment>,
    /// Amount without tax; negative for a credit.
    pub amount: Money,
    /// What all lines down to this one come to (statements).
    pub balance: Option<Money>,
}

/// What is owed for so long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aged {
    /// For how long, in words.
    pub label: String,
    /// How much.
    pub amount: Money,
}

/// Lines that belong together: a subscription, a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineGroup {
    /// Heading; empty for a document without groups.
    pub title: String,
    /// The lines, in order.
    pub lines: Vec<Line>,
    /// Sum of the lines.
    pub subtotal: Money,
}

/// A discount on the whole document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discount {
    /// What for.
    pub name: String,
    /// What it takes off: a negative amount without tax.
    pub amount: Money,
}

/// The tax of one rate or treatment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxLine {
    /// How it is taxed.
    pub treatment: TaxTreatment,
    /// Amount without tax that it applies to.
    pub base: Money,
    /// The tax.
    pub tax: Money,
}

/// The tax in the currency of the country where it is owed, when the document is in another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxInCurrency {
    /// The total tax.
    pub amount: Money,
    /// Units of that currency for one of the document's.
    pub rate: Decimal,
    /// Day of the rate.
    pub date: Date,
}

/// The sums of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// All lines and discounts, without tax.
    pub net: Money,
    /// All tax.
    pub tax: Money,
    /// Both.
    pub gross: Money,
    /// What is left after payments and credits: positive, the buyer owes; negative, the seller does.
    pub balance: Money,
}

/// Something already paid or set off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// The day.
    pub date: Date,
    /// How: `Visa •••• 4242`, `bank transfer`.
    pub method: String,
    /// How much.
    pub amount: Money,
}

/// What happens about the balance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Terms {
    /// The buyer transfers it until the due date.
    Transfer,
    /// It is collected.
    Automatic {
        /// From which payment method.
        method: String,
        /// On which day.
        on: Date,
    },
    /// Nothing is left to pay.
    Settled,
    /// It is set off against the next invoice, or paid back.
    Credited,
    /// Each invoice in it is paid by its own due date (statements).
    Various,
}

/// An invoice, credit note or statement, complete.
#[derive(Debug, Clone, PartialEq)]
pub struct InvoiceDocument {
    /// Language of the document.
    pub locale: Locale,
    /// Paper.
    pub paper: Paper,
    /// Which document.
    pub kind: DocumentKind,
    /// Its number.
    pub number: String,
    /// Its one currency.
    pub currency: Currency,
    /// Date of issue.
    pub issued: Date,
    /// Due date.
    pub due: Option<Date>,
    /// When it was supplied, half-open; one day is a date of supply.
    pub service_period: Option<Period>,
    /// Number of the customer at the seller.
    pub customer_number: Option<String>,
    /// The buyer's reference: a purchase order.
    pub reference: Option<String>,
    /// Who issues it.
    pub seller: Seller,
    /// For whom it is.
    pub buyer: Buyer,
    /// The lines in their groups.
    pub groups: Vec<LineGroup>,
    /// Discounts on the whole.
    pub discounts: Vec<Discount>,
    /// The tax per rate or treatment.
    pub taxes: Vec<TaxLine>,
    /// The tax in another currency, where the law asks for it.
    pub tax_in_currency: Option<TaxInCurrency>,
    /// The sums.
    pub totals: Totals,
    /// What is owed by age (statements).
    pub ageing: Vec<Aged>,
    /// What was already paid.
    pub payments: Vec<Payment>,
    /// What happens about the balance.
    pub terms: Terms,
    /// What to state with a transfer; the number when absent.
    pub payment_reference: Option<String>,
    /// Paragraphs at the end.
    pub notes: Vec<String>,
}
