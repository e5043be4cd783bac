//! Lists: filters, orders and pages on both engines.

mod common;

use common::{MIGRATIONS, THINGS_BULK};
use tradewind_kernel::filter::{Field, FieldKind, Fields, Filter, Sort};
use tradewind_kernel::page::PageRequest;
use tradewind_platform::db::{Query, Scope};
use tradewind_platform::{NewJob, args, audit};
use tradewind_testkit::{START, TestPlatform, each_platform};

const FIELDS: Fields = Fields(&[
    Field::text("id", "id").sortable(),
    Field::text("name", "name").searchable("name").sortable(),
    Field::new("amount", FieldKind::Integer, "amount").sortable(),
    Field::new("price", FieldKind::Decimal, "name"),
    Field::new("at", FieldKind::Timestamp, "at"),
    Field::new("some", FieldKind::Bool, "amount"),
]);

fn all(t: &TestPlatform) -> Query {
    Query::new(
        "test.things",
        "SELECT id FROM thing WHERE realm_id = $1",
        args![t.realm],
    )
}

async fn insert(t: &TestPlatform, rows: &[(&str, &str, Option<i64>)]) {
    let rows = rows
        .iter()
        .map(|(id, name, amount)| args![t.realm, id, name, amount, None::<Vec<u8>>, START])
        .collect();
    let mut tx = t.platform.db().begin().await.unwrap();
    tx.insert_many(&THINGS_BULK, rows).await.unwrap();
    tx.commit().await.unwrap();
}

async fn found(t: &TestPlatform, filter: &str) -> Vec<String> {
    let filter = Filter::parse(filter, &FIELDS).unwrap();
    let mut tx = t.platform.db().read().await.unwrap();
    let rows: Vec<(String,)> = tx
        .query(all(t).filter(&filter).tail("ORDER BY id"))
        .await
        .unwrap();
    tx.rollback().await.unwrap();
    rows.into_iter().map(|(id,)| id).collect()
}

#[tokio::test]
async fn filters_find_the_same_on_both_engines() {
    each_platform(&[MIGRATIONS], |t| async move {
        insert(
            &t,
            &[
                ("a", "10.50", Some(1)),
                ("b", "9.75", Some(2)),
                ("c", "100", None),
                ("d", "50%_\\x", Some(4)),
                ("e", "0.10", Some(0)),
            ],
        )
        .await;
        assert_eq!(found(&t, "").await, ["a", "b", "c", "d", "e"]);
        assert_eq!(found(&t, "id:a,c").await, ["a", "c"]);
        assert_eq!(found(&t, "amount>=2").await, ["b", "d"]);
        assert_eq!(found(&t, "amount>0 amount<4").await, ["a", "b"]);
        // A null is not 1, hence it is found.
        assert_eq!(found(&t, "-amount:1,4").await, ["b", "c", "e"]);
        assert_eq!(found(&t, "name~\"%_\\\\\"").await, ["d"]);
        assert_eq!(found(&t, "name~5,1 -id:a").await, ["b", "c", "d", "e"]);
        assert_eq!(found(&t, "price>9.8 -id:d").await, ["a", "c"]);
        assert_eq!(found(&t, "price:0.1,100.00 -id:d").await, ["c", "e"]);
        assert_eq!(found(&t, "at:2024-03-01").await.len(), 5);
        assert_eq!(found(&t, "at<2024-03-01").await.len(), 0);
        assert_eq!(found(&t, "some:false").await, ["e"]);
        assert_eq!(found(&t, "name:\"'; DROP TABLE thing; --\"").await.len(), 0);
        let scoped = all(&t)
            .scope(Scope::only("amount BETWEEN ? AND ?", args![1_i64, 2_i64]))
            .tail("ORDER BY id");
        let mut tx = t.platform.db().read().await.unwrap();
        let rows: Vec<(String,)> = tx.query(scoped).await.unwrap();
        tx.rollback().await.unwrap();
        assert_eq!(rows, [("a".to_owned(),), ("b".to_owned(),)]);
    })
    .await;
}

#[test]
fn a_column_that_is_not_listed_is_refused() {
    let refused = Filter::parse("realm_id:x", &FIELDS).unwrap_err();
    assert_eq!(
        (
            refused.problems()[0].field.as_str(),
            refused.problems()[0].code
        ),
        ("filter", "unknown_field")
    );
    let refused = Sort::parse("blob", &FIELDS).unwrap_err();
    assert_eq!(
        (
            refused.problems()[0].field.as_str(),
            refused.problems()[0].code
        ),
        ("sort", "unknown_field")
    );
}

async fn page(
    t: &TestPlatform,
    sort: &str,
    limit: u32,
    after: Option<String>,
) -> (Vec<String>, Option<String>) {
    let sort = Sort::parse(sort, &FIELDS).unwrap();
    let mut tx = t.platform.db().read().await.unwrap();
    let wanted = PageRequest { limit, after };
    let page = tx
        .page::<(String,)>(all(t), &wanted, &sort, "id")
        .await
        .unwrap();
    tx.rollback().await.unwrap();
    (page.items.into_iter().map(|(id,)| id).collect(), page.next)
}

async fn walk(t: &TestPlatform, sort: &str) -> String {
    let (mut ids, mut after, mut pages) = (Vec::new(), None, 0);
    loop {
        let (items, next) = page(t, sort, 3, after).await;
        ids.extend(items);
        pages += 1;
        match next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    assert_eq!(pages, ids.len().div_ceil(3));
    ids.concat()
}

#[tokio::test]
async fn pages_follow_every_order() {
    each_platform(&[MIGRATIONS], |t| async move {
        let names = ["x", "y", "x", "y", "x", "z", "z", "x", "y"];
        for (i, id) in ["a", "b", "c", "d", "e", "f", "g", "h", "i"]
            .iter()
            .enumerate()
        {
            insert(&t, &[(id, names[i], Some(i64::try_from(i).unwrap() % 2))]).await;
        }
        assert_eq!(walk(&t, "").await, "ihgfedcba");
        assert_eq!(walk(&t, "id").await, "abcdefghi");
        assert_eq!(walk(&t, "name").await, "acehbdifg");
        assert_eq!(walk(&t, "-name").await, "gfidbheca");
        assert_eq!(walk(&t, "-amount,name").await, "hbdfaceig");
        assert_eq!(walk(&t, "name,-amount").await, expected_mixed());
    })
    .await;
}

/// Name from small to large, amount and id from large to small, by sorting in memory.
fn expected_mixed() -> String {
    let names = ["x", "y", "x", "y", "x", "z", "z", "x", "y"];
    let mut rows: Vec<(usize, &str)> = (0..9)
        .zip(["a", "b", "c", "d", "e", "f", "g", "h", "i"])
        .collect();
    rows.sort_by(|a, b| {
        names[a.0]
            .cmp(names[b.0])
            .then((b.0 % 2).cmp(&(a.0 % 2)))
            .then(b.1.cmp(a.1))
    });
    rows.into_iter().map(|(_, id)| id).collect()
}

#[tokio::test]
async fn pages_neither_skip_nor_repeat_while_rows_are_inserted() {
    each_platform(&[MIGRATIONS], |t| async move {
        insert(
            &t,
            &[
                ("b", "m", Some(1)),
                ("d", "m", Some(1)),
                ("f", "m", Some(1)),
                ("h", "m", Some(1)),
            ],
        )
        .await;
        let (first, next) = page(&t, "name", 2, None).await;
        assert_eq!(first, ["b", "d"]);
        // Before, at and behind the cursor.
        insert(
            &t,
            &[
                ("a", "m", Some(1)),
                ("c", "m", Some(1)),
                ("e", "m", Some(1)),
                ("z", "a", Some(1)),
            ],
        )
        .await;
        let (second, next) = page(&t, "name", 2, next).await;
        assert_eq!(second, ["e", "f"]);
        let (third, next) = page(&t, "name", 2, next).await;
        assert_eq!((third, next), (vec!["h".to_owned()], None));
    })
    .await;
}

#[tokio::test]
async fn foreign_cursors_are_refused() {
    each_platform(&[MIGRATIONS], |t| async move {
        insert(&t, &[("a", "m", Some(1)), ("b", "m", Some(1))]).await;
        let (_, next) = page(&t, "name", 1, None).await;
        let mut tx = t.platform.db().read().await.unwrap();
        let other = Sort::parse("-name", &FIELDS).unwrap();
        for cursor in [
            next.unwrap(),
            "%%%".to_owned(),
            "bm9uc2Vuc2U".to_owned(),
            String::new(),
        ] {
            let wanted = PageRequest {
                limit: 1,
                after: Some(cursor),
            };
            let refused = tx
                .page::<(String,)>(all(&t), &wanted, &other, "id")
                .await
                .unwrap_err();
            assert_eq!(refused.problems()[0].field, "after");
        }
        tx.rollback().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn audit_log_events_and_jobs_can_be_read() {
    each_platform(&[MIGRATIONS], |t| async move {
        for id in ["a", "b", "c"] {
            let input = common::AddThing {
                id: id.to_owned(),
                name: "one".to_owned(),
            };
            common::add_thing(&t.platform, &t.ctx().await, &input)
                .await
                .unwrap();
        }
        let ctx = t.ctx().await;
        let (entries, events, jobs, hidden) = t
            .platform
            .read(&ctx, &(), |w, ()| {
                Box::pin(async move {
                    let page = PageRequest {
                        limit: 2,
                        after: None,
                    };
                    let newest = Sort::default();
                    let filter = Filter::parse("action:thing.add", &audit::AUDIT_FIELDS)?;
                    let entries = audit::entries(w, Scope::all(), &filter, &newest, &page).await?;
                    let filter = Filter::parse("subject:b", &audit::EVENT_FIELDS)?;
                    let events = audit::events(w, Scope::all(), &filter, &newest, &page).await?;
                    let filter = Filter::parse("state:ready", &audit::JOB_FIELDS)?;
                    let jobs =
                        audit::jobs(w, &filter, &Sort::parse("due", &audit::JOB_FIELDS)?, &page)
                            .await?;
                    let nobody = Scope::only("account_id = ?", args!["acc_nobody"]);
                    let hidden =
                        audit::entries(w, nobody, &Filter::default(), &newest, &page).await?;
                    Ok((entries, events, jobs, hidden))
                })
            })
            .await
            .unwrap();
        let subjects: Vec<&str> = entries.items.iter().map(|e| e.subject.as_str()).collect();
        assert_eq!(subjects, ["c", "b"]);
        assert!(entries.next.is_some());
        assert_eq!(entries.items[0].detail["after"]["id"], "c");
        assert_eq!(
            (
                entries.items[0].account,
                entries.items[0].principal.as_str()
            ),
            (t.root, "system system")
        );
        assert_eq!(events.items.len(), 1);
        assert_eq!(events.items[0].kind, "thing.added");
        assert_eq!(jobs.items[0].kind, "thing.follow_up");
        assert_eq!(
            (jobs.items[0].attempt, jobs.items[0].max_attempts),
            (0, NewJob::new("x", ().into()).max_attempts)
        );
        assert!(hidden.items.is_empty());
    })
    .await;
}
