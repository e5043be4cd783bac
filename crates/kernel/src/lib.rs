//! Money, currencies, decimals, calendar, ids, errors and the filter language.
