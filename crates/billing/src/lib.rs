//! Charges, invoices, ledger, payments and dunning.
