//! A real file: every row is counted or waits, to the last digit, however often and whenever it is imported.

use crate::world::{World, each_world};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use tradewind_kernel::id::{AccountId, RequestId, SubscriptionId};
use tradewind_kernel::page::{Page, PageRequest};
use tradewind_kernel::{Date, Decimal, Error};
use tradewind_metering::service::{
    HeldQuery, ImportOptions, ImportProgress, focus_import, held_list, import_get, import_list,
    sub_account_assign, sub_account_list, usage_records,
};
use tradewind_metering::types::{
    HeldRecord, HeldState, ImportState, OnError, SubAccountAssignment, UsageImport,
};
use tradewind_platform::stmts;
use tradewind_policy::AccountKind;

stmts! {
    EVENTS = "SELECT CAST(COUNT(*) AS BIGINT) FROM event WHERE kind = 'usage.imported'";
    FAILURES = "SELECT CAST(COUNT(*) AS BIGINT) FROM event WHERE kind = 'usage.import_failed'";
}

const SEPTEMBER: Date = Date::constant(2024, 9, 1);

fn sample_path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/focus-1.0-sample.csv")
}

/// The sample as text.
pub(crate) fn sample() -> String {
    std::fs::read_to_string(sample_path()).unwrap()
}

/// A file that goes away with the test.
pub(crate) struct Temporary(pub(crate) PathBuf);

impl Temporary {
    pub(crate) fn new(content: &[u8]) -> Self {
        let name = format!("tradewind-{}.csv", RequestId::generate());
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, content).unwrap();
        Self(path)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Imports a file with this content.
pub(crate) async fn import(w: &World, content: impl AsRef<[u8]>, on_error: OnError) -> UsageImport {
    let file = Temporary::new(content.as_ref());
    let options = ImportOptions {
        file_name: "focus.csv".to_owned(),
        on_error,
    };
    focus_import(w.platform(), &w.ctx().await, &file.0, &options, &|_| ())
        .await
        .unwrap()
}

/// Rows taken in, known, held and refused.
pub(crate) fn counts(import: &UsageImport) -> [i64; 4] {
    [
        import.accepted,
        import.duplicate,
        import.held,
        import.rejected,
    ]
}

/// What a file says, computed with nothing of the room: rows and cost by sub-account and service.
struct Facts {
    by_account: BTreeMap<(String, String), (i64, Decimal)>,
    by_service: BTreeMap<(String, String, String), (i64, Decimal)>,
}

fn facts(text: &str) -> Facts {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let mut facts = Facts {
        by_account: BTreeMap::new(),
        by_service: BTreeMap::new(),
    };
    for row in reader.records() {
        let row = row.unwrap();
        let cell = |name: &str| {
            let at = header.iter().position(|column| column == name).unwrap();
            row[at].to_owned()
        };
        let cost: Decimal = cell("BilledCost").parse().unwrap();
        let (provider, account) = (cell("ProviderName"), cell("SubAccountId"));
        let of_account = facts
            .by_account
            .entry((provider.clone(), account))
            .or_default();
        of_account.0 += 1;
        of_account.1 += cost;
        let service = (
            provider,
            cell("ServiceName"),
            cell("ChargeCategory").to_lowercase(),
        );
        let of_service = facts.by_service.entry(service).or_default();
        of_service.0 += 1;
        of_service.1 += cost;
    }
    facts
}

async fn assign(w: &World, (source, id): &(String, String), home: SubscriptionId) -> u64 {
    let input = SubAccountAssignment {
        source: source.clone(),
        external_id: id.clone(),
        subscription_id: home,
    };
    sub_account_assign(w.platform(), &w.ctx().await, &input)
        .await
        .unwrap()
}

/// Records and cost of a subscription, from its totals.
async fn counted(w: &World, home: SubscriptionId) -> (i64, Decimal) {
    let totals = w.totals(home).await;
    (
        totals.iter().map(|t| t.records).sum(),
        totals.iter().filter_map(|t| t.cost).sum(),
    )
}

async fn held(w: &World, query: HeldQuery) -> Page<HeldRecord> {
    held_list(w.platform(), &w.ctx().await, &query)
        .await
        .unwrap()
}

#[tokio::test]
async fn every_row_of_a_real_file_waits_and_is_counted_when_assigned() {
    each_world(|w| async move {
        let text = sample();
        let facts = facts(&text);
        let reports = Mutex::new(Vec::<ImportProgress>::new());
        let options = ImportOptions {
            file_name: "focus-1.0-sample.csv".to_owned(),
            on_error: OnError::Abort,
        };
        let first = focus_import(
            w.platform(),
            &w.ctx().await,
            &sample_path(),
            &options,
            &|progress| reports.lock().unwrap().push(progress),
        )
        .await
        .unwrap();
        assert_eq!(first.problems, []);
        assert_eq!((first.state, first.rows), (ImportState::Done, 1_000));
        assert_eq!(counts(&first), [0, 0, 1_000, 0]);
        assert_eq!(first.digest.len(), 64);
        let last = *reports.lock().unwrap().last().unwrap();
        assert_eq!(
            (last.bytes, last.bytes_total, last.rows),
            (755_423, 755_423, 1_000)
        );
        assert_eq!(w.t.number(&EVENTS).await, 1);

        let again = import(&w, &text, OnError::Skip).await;
        assert_eq!(counts(&again), [0, 1_000, 0, 0]);
        assert_eq!(again.digest, first.digest);

        // Each sub-account gets a subscription of its own; assigning it counts exactly what waited.
        let mut homes = HashMap::new();
        for (account, (rows, cost)) in &facts.by_account {
            let home = w.subscription(w.customer).await;
            assert_eq!(
                assign(&w, account, home).await,
                u64::try_from(*rows).unwrap()
            );
            assert_eq!(counted(&w, home).await, (*rows, *cost), "{account:?}");
            homes.insert(account.clone(), home);
        }
        assert_eq!(
            assign(
                &w,
                homes.keys().next().unwrap(),
                homes[homes.keys().next().unwrap()]
            )
            .await,
            0
        );

        // Sums by service and kind are the file's own.
        let mut by_service: BTreeMap<(String, String, String), (i64, Decimal)> = BTreeMap::new();
        for home in homes.values() {
            for total in w.totals(*home).await {
                assert_eq!((total.period_on, total.version), (SEPTEMBER, 1));
                let key = (
                    total.dimensions["provider"].clone(),
                    total.dimensions["service_name"].clone(),
                    total
                        .dimensions
                        .get("kind")
                        .cloned()
                        .unwrap_or("usage".to_owned()),
                );
                let sum = by_service.entry(key).or_default();
                sum.0 += total.records;
                sum.1 += total.cost.unwrap();
            }
        }
        assert_eq!(by_service, facts.by_service);

        // Nothing is added any more, whichever way.
        let late = import(&w, &text, OnError::Abort).await;
        assert_eq!(
            (late.state, counts(&late)),
            (ImportState::Done, [0, 1_000, 0, 0])
        );
        let released = held(
            &w,
            HeldQuery {
                state: Some(HeldState::Released),
                ..HeldQuery::default()
            },
        )
        .await;
        assert_eq!((released.items.len(), released.next.is_some()), (50, true));
        let waiting = held(
            &w,
            HeldQuery {
                state: Some(HeldState::Held),
                ..HeldQuery::default()
            },
        )
        .await;
        assert!(waiting.items.is_empty());
    })
    .await;
}

#[tokio::test]
async fn what_is_assigned_before_is_counted_at_once() {
    each_world(|w| async move {
        let text = sample();
        let facts = facts(&text);
        let home = w.subscription(w.customer).await;
        let accounts: Vec<_> = facts.by_account.keys().cloned().collect();
        for account in accounts.iter().filter(|(source, _)| source == "AWS") {
            assert_eq!(assign(&w, account, home).await, 0);
        }
        let done = import(&w, &text, OnError::Skip).await;
        assert_eq!(counts(&done), [942, 0, 58, 0]);
        let of_aws = facts
            .by_service
            .iter()
            .filter(|((provider, ..), _)| provider == "AWS");
        let cost: Decimal = of_aws.map(|(_, (_, cost))| *cost).sum();
        assert_eq!(counted(&w, home).await, (942, cost));
        // A sub-account that was assigned before it occurred has got its name from the file.
        let page = PageRequest::new(Some(200), None).unwrap();
        let listed = sub_account_list(w.platform(), &w.ctx().await, &page)
            .await
            .unwrap();
        assert!(
            listed
                .items
                .iter()
                .all(|account| account.name != account.external_id)
        );

        // Another home from now on: what was counted stays, and the same rows stay known.
        let other = w.subscription(w.other_customer).await;
        for account in &accounts {
            assign(&w, account, other).await;
        }
        let again = import(&w, &text, OnError::Abort).await;
        assert_eq!(
            (again.state, counts(&again)),
            (ImportState::Done, [0, 1_000, 0, 0])
        );
        assert_eq!(counted(&w, home).await, (942, cost));
        assert_eq!(counted(&w, other).await.0, 58);
    })
    .await;
}

#[tokio::test]
async fn late_rows_add_a_version_that_holds_exactly_them() {
    each_world(|w| async move {
        let text = sample();
        let home = w.subscription(w.customer).await;
        for account in facts(&text).by_account.keys() {
            assign(&w, account, home).await;
        }
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let early = lines[..=900].concat();
        let late = [&lines[..1], &lines[901..]].concat().concat();
        assert_eq!(
            counts(&import(&w, &early, OnError::Skip).await),
            [900, 0, 0, 0]
        );
        let before = w.totals(home).await;
        assert!(before.iter().all(|t| t.version == 1));
        assert_eq!(
            counts(&import(&w, &text, OnError::Skip).await),
            [100, 900, 0, 0]
        );
        assert_eq!(
            counts(&import(&w, &late, OnError::Skip).await),
            [0, 100, 0, 0]
        );

        let after = w.totals(home).await;
        let of_late: (i64, Decimal) = facts(&late)
            .by_account
            .values()
            .fold(Default::default(), |sum: (i64, Decimal), (rows, cost)| {
                (sum.0 + rows, sum.1 + cost)
            });
        let known: HashMap<_, _> = before.iter().map(|t| (t.group_key.clone(), t)).collect();
        let mut gained = (0, Decimal::ZERO);
        for total in &after {
            let (records, cost) = known
                .get(&total.group_key)
                .map_or((0, Decimal::ZERO), |t| (t.records, t.cost.unwrap()));
            let grew = total.records > records;
            assert_eq!(total.version, if records > 0 && grew { 2 } else { 1 });
            gained.0 += total.records - records;
            gained.1 += total.cost.unwrap() - cost;
        }
        assert_eq!(gained, of_late);
    })
    .await;
}

#[tokio::test]
async fn an_import_that_was_cut_off_is_continued() {
    each_world(|w| async move {
        // Several pieces: the sample's rows under other ids.
        let text = sample();
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let mut many = lines[0].to_owned();
        for round in 0..5 {
            for line in &lines[1..] {
                many += &line.replacen("\"USD\",\"2024-10-01", &format!("\"USD\",\"2024-10-0{}", round + 1), 1);
            }
        }
        // Without ids, rows go by what they say; equal ones keep apart.
        let many = many.replacen("\"Id\"", "\"RowId\"", 1);
        let homes = facts(&text).by_account;
        let home = w.subscription(w.customer).await;
        for account in homes.keys().take(30) {
            assign(&w, account, home).await;
        }

        let file = Temporary::new(many.as_bytes());
        let options = ImportOptions { file_name: "many.csv".into(), on_error: OnError::Skip };
        let ctx = w.ctx().await;
        let reached = Mutex::new(0);
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let stop = Mutex::new(Some(stop));
        let at = |progress: ImportProgress| {
            *reached.lock().unwrap() = progress.rows;
            if progress.rows == 3_000 && let Some(stop) = stop.lock().unwrap().take() {
                let _ = stop.send(());
            }
        };
        tokio::select! {
            biased;
            _ = stopped => {}
            done = focus_import(w.platform(), &ctx, &file.0, &options, &at) => panic!("it was not cut off: {done:?}"),
        }
        assert_eq!(*reached.lock().unwrap(), 3_000);
        let cut = &import_list(w.platform(), &ctx, &PageRequest::new(None, None).unwrap()).await.unwrap().items[0];
        assert_eq!((cut.state, cut.finished_at), (ImportState::Running, None));

        let rest = import(&w, &many, OnError::Skip).await;
        assert_eq!((rest.state, rest.rows), (ImportState::Done, 5_000));
        assert_eq!(rest.accepted + rest.duplicate + rest.held, 5_000);
        assert!(rest.duplicate >= 2_000, "{rest:?}");
        assert_eq!(counts(&import(&w, &many, OnError::Skip).await), [0, 5_000, 0, 0]);
        let cost: Decimal = homes.values().take(30).map(|(_, cost)| *cost * Decimal::from(5)).sum();
        let rows: i64 = homes.values().take(30).map(|(rows, _)| rows * 5).sum();
        assert_eq!(counted(&w, home).await, (rows, cost));
        let waiting = sub_account_list(w.platform(), &ctx, &PageRequest::new(Some(200), None).unwrap()).await.unwrap();
        assert_eq!(waiting.items.iter().map(|a| a.held).sum::<i64>(), 5_000 - rows);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn importing_and_assigning_at_the_same_time_leave_nothing_behind() {
    each_world(|w| async move {
        let text = sample();
        let facts = facts(&text);
        let home = w.subscription(w.customer).await;
        let file = Temporary::new(text.as_bytes());
        let imports: Vec<_> = (0..2)
            .map(|n| {
                let (platform, realm, path) = (w.platform().clone(), w.realm, file.0.clone());
                tokio::spawn(async move {
                    let ctx = platform.system(realm).await.unwrap();
                    let options = ImportOptions {
                        file_name: format!("{n}.csv"),
                        on_error: OnError::Skip,
                    };
                    focus_import(&platform, &ctx, &path, &options, &|_| ())
                        .await
                        .unwrap()
                })
            })
            .collect();
        for account in facts.by_account.keys() {
            assign(&w, account, home).await;
        }
        let mut sum = [0; 4];
        for import in imports {
            let import = import.await.unwrap();
            assert_eq!(import.rows, 1_000);
            for (sum, count) in sum.iter_mut().zip(counts(&import)) {
                *sum += count;
            }
        }
        assert_eq!(sum[0] + sum[2], 1_000, "{sum:?}");
        assert_eq!((sum[1], sum[3]), (1_000, 0));
        let cost: Decimal = facts.by_account.values().map(|(_, cost)| *cost).sum();
        assert_eq!(counted(&w, home).await, (1_000, cost));
    })
    .await;
}

#[tokio::test]
async fn imports_and_what_waits_are_the_providers_affair() {
    each_world(|w| async move {
        let p = w.platform();
        let file = Temporary::new(sample().as_bytes());
        let options = ImportOptions {
            file_name: "a.csv".into(),
            on_error: OnError::Skip,
        };
        let page = PageRequest::new(Some(1), None).unwrap();
        let first = import(&w, sample(), OnError::Skip).await;
        let others: [(AccountId, AccountKind); 3] = [
            (w.reseller, AccountKind::Reseller),
            (w.customer, AccountKind::Customer),
            (w.vendor, AccountKind::Vendor),
        ];
        for (account, kind) in others {
            let ctx = w.owner(account, kind).await;
            let refused = [
                focus_import(p, &ctx, &file.0, &options, &|_| ())
                    .await
                    .err(),
                import_list(p, &ctx, &page).await.err(),
                import_get(p, &ctx, first.id).await.err(),
                held_list(p, &ctx, &HeldQuery::default()).await.err(),
                sub_account_list(p, &ctx, &page).await.err(),
            ];
            for error in refused {
                let error = error.expect("nobody else gets there");
                assert!(
                    matches!(error, Error::NotFound { .. } | Error::Forbidden { .. }),
                    "{kind}: {error}"
                );
            }
        }
        let ctx = w.owner(w.provider, AccountKind::Provider).await;
        let second = focus_import(p, &ctx, &file.0, &options, &|_| ())
            .await
            .unwrap();
        assert_eq!(second.started_by, "user usr_test");
        assert_eq!(import_get(p, &ctx, second.id).await.unwrap(), second);
        let latest = import_list(p, &ctx, &page).await.unwrap();
        assert_eq!(latest.items, [second]);
        let next = PageRequest::new(Some(1), latest.next).unwrap();
        let before = import_list(p, &ctx, &next).await.unwrap();
        assert_eq!((before.items, before.next), (vec![first], None));
        assert_eq!(w.t.number(&FAILURES).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_held_record_shows_what_will_be_counted() {
    each_world(|w| async move {
        let text = sample();
        import(&w, &text, OnError::Skip).await;
        let account = (
            "Microsoft".to_owned(),
            facts(&text)
                .by_account
                .keys()
                .find(|(p, _)| p == "Microsoft")
                .unwrap()
                .1
                .clone(),
        );
        let query = HeldQuery {
            sub_account: Some(account.clone()),
            ..HeldQuery::default()
        };
        let shown = held(&w, query).await.items;
        assert!(!shown.is_empty());
        let home = w.subscription(w.customer).await;
        assign(&w, &account, home).await;
        let page = PageRequest::new(Some(200), None).unwrap();
        let counted = usage_records(w.platform(), &w.ctx().await, home, SEPTEMBER, &page)
            .await
            .unwrap();
        for before in &shown {
            let now = counted
                .items
                .iter()
                .find(|r| r.input.external_id == before.external_id)
                .unwrap();
            assert_eq!(now.input.cost, Some(before.record.cost));
            assert_eq!(now.input.attributes, before.record.attributes);
            assert_eq!(now.import_id, Some(before.import_id));
        }
    })
    .await;
}
