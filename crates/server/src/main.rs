//! The tradewind binary: configuration, wiring and command line.

fn main() {}
