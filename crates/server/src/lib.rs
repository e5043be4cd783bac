//! The tradewind binary: configuration, wiring and command line.
//!
//! [`App::open`](wiring::App::open) puts the rooms together over one database; [`cli::run`] is the command line. The demo
//! world and the benches use the same services as everybody else.

mod bench;
pub mod cli;
pub mod config;
mod demo;
mod hooks;
mod logging;
mod output;
pub mod wiring;
