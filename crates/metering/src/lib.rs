//! Meters, usage ingest, corrections and aggregates.
