//! The program `tradewind`.

use std::process::ExitCode;

fn main() -> ExitCode {
    tradewind_server::cli::run()
}
