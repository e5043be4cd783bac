//! PDF invoices, mail rendering, localised numbers and texts.
