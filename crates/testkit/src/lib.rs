//! Test application, throw-away databases, simulated clock and auditor.
