//! The program `tradewind`.

use std::process::ExitCode;

/// Billing and metering make and drop very many small texts; the C library's allocator would take a quarter of their time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    tradewind_server::cli::run()
}
