//! Price models, proration, discounts, tax arithmetic, rounding and allocation.
