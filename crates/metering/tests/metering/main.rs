//! Metering on both engines.

mod cancel;
mod due;
mod focus;
mod focus_input;
mod ingest;
mod mapping;
mod properties;
mod review;
mod statements;
mod world;
