//! Measures the command path and bulk inserts: `cargo run --release -p tradewind-platform --example measure [SQLITE FILE | POSTGRES URL]`.
//! Without an argument a SQLite file in the temporary directory is used.

use std::time::Instant;

use serde_json::json;
use tradewind_kernel::Timestamp;
use tradewind_kernel::id::{AccountId, RealmId, UsageId};
use tradewind_platform::db::{Durability, Result};
use tradewind_platform::jobs::{Job, JobResult};
use tradewind_platform::{
    AuditEntry, BoxFuture, DbConfig, KeyRing, Migration, NewEvent, NewJob, NewRealm, Platform,
    PlatformConfig, RealmMode, Worker, WorkerConfig, args, realm,
};

const MIGRATIONS: &[Migration] = &[Migration {
    name: "measure_0001",
    steps: &["CREATE TABLE IF NOT EXISTS reading (
        realm_id {text} NOT NULL, source {text} NOT NULL, id {text} NOT NULL, subscription_id {text} NOT NULL,
        at {time} NOT NULL, quantity {decimal} NOT NULL, cost {decimal} NOT NULL, detail {json} NOT NULL,
        PRIMARY KEY (realm_id, source, id)) {clustered}"],
}];

tradewind_platform::bulk! {
    READINGS = "reading" {
        realm_id: Text, source: Text, id: Text, subscription_id: Text, at: Int, quantity: Text, cost: Text, detail: Text,
    } on conflict Nothing;
}

const COMMANDS: u32 = 2_000;
const ROWS: u32 = 200_000;
const BATCH: u32 = 1_000;
const JOBS: u32 = 5_000;

fn nothing<'a>(_: &'a Platform, _: &'a Job) -> BoxFuture<'a, Result<JobResult>> {
    Box::pin(async { Ok(JobResult::Done) })
}

#[tokio::main]
async fn main() -> Result<()> {
    let place = std::env::args().nth(1);
    let file = std::env::temp_dir().join(format!("tradewind-measure-{}.db", RealmId::generate()));
    let configs = match place {
        Some(url) if url.starts_with("postgres") => vec![("PostgreSQL", DbConfig::postgres(url))],
        other => {
            let path = other.map_or(file, Into::into);
            [
                ("SQLite, synchronous=FULL", Durability::Full),
                ("SQLite, synchronous=NORMAL", Durability::Normal),
            ]
            .map(|(name, durability)| {
                (
                    name,
                    DbConfig::Sqlite {
                        path: path.clone(),
                        readers: 4,
                        durability,
                    },
                )
            })
            .into()
        }
    };
    for (name, db) in configs {
        println!("{name}");
        measure(db).await?;
    }
    Ok(())
}

async fn measure(db: DbConfig) -> Result<()> {
    let p = Platform::open(PlatformConfig::new(db, vec![MIGRATIONS], KeyRing::random())).await?;
    let id = RealmId::generate();
    let new = NewRealm {
        id,
        name: id.to_string(),
        mode: RealmMode::Sandbox,
        root_account: AccountId::generate(),
    };
    let mut tx = p.db().begin().await?;
    realm::create(&mut tx, new, p.wall()).await?;
    tx.commit().await?;
    commands(&p, id).await?;
    bulk(&p, id).await?;
    jobs(&p, id).await?;
    p.db().close().await;
    Ok(())
}

async fn commands(p: &Platform, realm: RealmId) -> Result<()> {
    let ctx = p.system(realm).await?;
    let begun = Instant::now();
    for i in 0..COMMANDS {
        let ctx = ctx.clone().with_key(i.to_string());
        p.command(&ctx, "measure.command", &i, |w, i| {
            Box::pin(async move {
                let account = w.ctx.principal.account;
                w.audit(AuditEntry {
                    action: "measure",
                    kind: "thing",
                    id: i.to_string(),
                    account,
                    summary: json!({ "after": i }),
                });
                w.emit(NewEvent {
                    kind: "thing.measured",
                    subject: i.to_string(),
                    account,
                    data: json!({ "n": i }),
                });
                Ok(*i)
            })
        })
        .await?;
    }
    println!(
        "  command with key, audit entry and event: {:?} each",
        begun.elapsed() / COMMANDS
    );
    let begun = Instant::now();
    for _ in 0..COMMANDS {
        p.read(&ctx, &(), |w, ()| Box::pin(async move { Ok(w.ctx.now) }))
            .await?;
    }
    println!(
        "  empty read transaction: {:?} each",
        begun.elapsed() / COMMANDS
    );
    Ok(())
}

async fn bulk(p: &Platform, realm: RealmId) -> Result<()> {
    let subscription = UsageId::generate().to_string();
    let begun = Instant::now();
    let mut inserted = 0;
    for batch in 0..ROWS / BATCH {
        let rows = (0..BATCH)
            .map(|i| {
                let at = Timestamp::from_micros(i64::from(batch * BATCH + i));
                let id = UsageId::generate();
                args![
                    realm,
                    "source",
                    id,
                    subscription,
                    at,
                    "12.345678",
                    "0.0001234567",
                    "{\"region\":\"eu-1\"}"
                ]
            })
            .collect();
        let mut tx = p.db().begin().await?;
        inserted += tx.insert_many(&READINGS, rows).await?;
        tx.commit().await?;
    }
    let rate = u128::from(inserted) * 1_000_000 / begun.elapsed().as_micros().max(1);
    println!("  bulk insert of 8 columns, {BATCH} rows a transaction: {rate} rows/s");
    Ok(())
}

async fn jobs(p: &Platform, realm: RealmId) -> Result<()> {
    p.handle("nothing", nothing);
    let ctx = p.system(realm).await?;
    p.command(&ctx, "measure.enqueue", &(), |w, ()| {
        Box::pin(async move {
            (0..JOBS).for_each(|i| {
                w.enqueue(NewJob::new("nothing", json!(i)).lane(format!("lane {}", i % 100)))
            });
            Ok(())
        })
    })
    .await?;
    let worker = Worker::new(p.clone(), WorkerConfig::default());
    let begun = Instant::now();
    let finished = async {
        loop {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            tradewind_platform::housekeeping::measure(p).await.ok();
            let metrics = p.metrics().render();
            let empty = format!("tradewind_jobs{{realm=\"{realm}\",state=\"ready\"}} 0\n");
            if metrics.contains(&empty) {
                return;
            }
        }
    };
    worker.run(finished).await;
    let rate = u128::from(JOBS) * 1_000_000 / begun.elapsed().as_micros().max(1);
    println!("  jobs claimed, run and finished, in 100 lanes: {rate} jobs/s");
    Ok(())
}
