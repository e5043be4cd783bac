//! Database, migrations, commands, jobs, outbox, audit log, encryption and clock.
