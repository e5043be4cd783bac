//! Files as they come: what is wrong is named by row and column, and nothing is counted that should not be.

use crate::focus::{Temporary, counts, import};
use crate::world::{World, decimal, each_world};
use tradewind_kernel::id::SubscriptionId;
use tradewind_metering::service::{
    HeldQuery, ImportOptions, focus_import, held_list, import_get, sub_account_assign,
};
use tradewind_metering::types::{ImportState, OnError, SubAccountAssignment, UsageImport};

const HEADER: &str = "BilledCost,BillingCurrency,ChargeCategory,ChargePeriodEnd,ChargePeriodStart,ProviderName,\
                      ServiceCategory,ServiceName,SubAccountId,ConsumedQuantity,ConsumedUnit,ChargeDescription,Id";

fn row(id: &str, cost: &str, description: &str) -> String {
    format!(
        "{cost},USD,Usage,2024-09-02,2024-09-01,AWS,Compute,Machines,517,1,Hours,{description},{id}\n"
    )
}

fn file(rows: &[String]) -> String {
    format!("{HEADER}\n{}", rows.concat())
}

/// A subscription for the sub-account that all rows here are of.
async fn home(w: &World) -> SubscriptionId {
    let subscription_id = w.subscription(w.customer).await;
    let input = SubAccountAssignment {
        source: "AWS".to_owned(),
        external_id: "517".to_owned(),
        subscription_id,
    };
    sub_account_assign(w.platform(), &w.ctx().await, &input)
        .await
        .unwrap();
    subscription_id
}

fn places(import: &UsageImport) -> Vec<(u64, &str)> {
    import
        .problems
        .iter()
        .map(|p| (p.row, p.column.as_str()))
        .collect()
}

#[tokio::test]
async fn malformed_rows_are_left_out_and_named() {
    each_world(|w| async move {
        let home = home(&w).await;
        let rows = [
            row("1", "1.5", "fine"),
            row("2", "ten", "no number"),
            "only,three,cells\n".to_owned(),
            row("4", "0.000000000000001", "\"two\nlines, \"\"quoted\"\"\""),
            row("5", "1", "beep\u{7}"),
            row("1", "1.5", "fine"),
            row("1", "2.5", "same id"),
        ];
        let done = import(&w, file(&rows), OnError::Skip).await;
        assert_eq!((done.state, done.rows), (ImportState::Done, 7));
        assert_eq!(counts(&done), [2, 1, 0, 4]);
        assert_eq!(
            places(&done),
            [
                (3, "BilledCost"),
                (4, ""),
                (6, "ChargeDescription"),
                (8, "Id")
            ]
        );
        assert!(done.problems[0].message.contains("decimal number"));
        let total = &w.totals(home).await[0];
        assert_eq!(total.cost, Some(decimal("1.500000000000001")));
        assert_eq!(
            import_get(w.platform(), &w.ctx().await, done.id)
                .await
                .unwrap(),
            done
        );
    })
    .await;
}

#[tokio::test]
async fn abort_imports_nothing_when_anything_is_wrong() {
    each_world(|w| async move {
        let home = home(&w).await;
        let good: Vec<String> = (0..1_500)
            .map(|n| row(&n.to_string(), "1", "fine"))
            .collect();
        let with = |wrong: String| {
            let mut rows = good.clone();
            rows.push(wrong);
            file(&rows)
        };
        for (text, place) in [
            (with(row("x", "1,5", "fine")), (1_502, "")),
            (with(row("x", "1e3x", "fine")), (1_502, "BilledCost")),
            // The row that it contradicts is in an earlier piece.
            (with(row("3", "2", "fine")), (1_502, "Id")),
        ] {
            let failed = import(&w, text, OnError::Abort).await;
            assert_eq!((failed.state, failed.rows), (ImportState::Failed, 1_501));
            assert_eq!(
                (counts(&failed), places(&failed)),
                ([0, 0, 0, 1], vec![place])
            );
            assert!(failed.finished_at.is_some());
            assert!(w.totals(home).await.is_empty());
        }
        let done = import(&w, file(&good), OnError::Abort).await;
        assert_eq!(
            (done.state, counts(&done)),
            (ImportState::Done, [1_500, 0, 0, 0])
        );
        // What contradicts former imports is found before anything is changed, too.
        let failed = import(
            &w,
            file(&[row("new", "1", "a"), row("7", "8", "b")]),
            OnError::Abort,
        )
        .await;
        assert_eq!(
            (counts(&failed), places(&failed)),
            ([0, 0, 0, 1], vec![(3, "Id")])
        );
        assert_eq!(w.totals(home).await[0].records, 1_500);
    })
    .await;
}

#[tokio::test]
async fn rows_that_wait_are_not_overwritten_by_others_of_their_id() {
    each_world(|w| async move {
        let rows = [row("1", "1", "a"), row("1", "2", "a"), row("1", "1.0", "a")];
        let first = import(&w, file(&rows), OnError::Skip).await;
        assert_eq!(
            (counts(&first), places(&first)),
            ([0, 1, 1, 1], vec![(3, "Id")])
        );
        let second = import(&w, file(&rows[1..2]), OnError::Skip).await;
        assert_eq!(
            (counts(&second), places(&second)),
            ([0, 0, 0, 1], vec![(2, "Id")])
        );
        assert_eq!(second.state, ImportState::Failed);
        let held = held_list(w.platform(), &w.ctx().await, &HeldQuery::default())
            .await
            .unwrap();
        assert_eq!(held.items.len(), 1);
        assert_eq!(held.items[0].record.cost, decimal("1"));
        let home = home(&w).await;
        assert_eq!(w.totals(home).await[0].cost, Some(decimal("1")));
    })
    .await;
}

#[tokio::test]
async fn a_file_that_is_none_is_refused_as_a_whole() {
    each_world(|w| async move {
        let home = home(&w).await;
        let not_text = [
            HEADER.as_bytes(),
            b",\xff\xfe\n",
            row("1", "1", "a").as_bytes(),
        ]
        .concat();
        let utf16: Vec<u8> = HEADER.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let cases: [(&[u8], &str); 6] = [
            (b"", "empty"),
            (b"\n\n\r\n", "empty"),
            (b"BilledCost,Tags\n1,2\n", "SubAccountId"),
            (b"BilledCost;SubAccountId\n1;2\n", "lacks BilledCost"),
            (&not_text, "UTF-8"),
            (&utf16, ""),
        ];
        for (content, message) in cases {
            for on_error in [OnError::Skip, OnError::Abort] {
                let failed = import(&w, content, on_error).await;
                assert_eq!(failed.state, ImportState::Failed, "{message}");
                assert_eq!(counts(&failed), [0, 0, 0, 1]);
                assert_eq!((failed.rows, failed.problems[0].row), (0, 1));
                let said = &failed.problems[0].message;
                assert!(said.contains(message), "{said}");
            }
        }
        assert!(w.totals(home).await.is_empty());
        let only_header = import(&w, HEADER, OnError::Abort).await;
        assert_eq!(
            (only_header.state, only_header.rows),
            (ImportState::Done, 0)
        );

        let options = ImportOptions {
            file_name: "gone.csv".into(),
            on_error: OnError::Skip,
        };
        let file = Temporary::new(b"");
        let gone = file.0.clone();
        drop(file);
        let refused = focus_import(w.platform(), &w.ctx().await, &gone, &options, &|_| ()).await;
        assert_eq!(refused.unwrap_err().problems()[0].code, "unreadable");
        let nameless = ImportOptions {
            file_name: "a\nb".into(),
            on_error: OnError::Skip,
        };
        let refused = focus_import(w.platform(), &w.ctx().await, &gone, &nameless, &|_| ()).await;
        assert_eq!(refused.unwrap_err().problems()[0].field, "file_name");
    })
    .await;
}

#[tokio::test]
async fn a_file_that_was_cut_off_keeps_its_last_row_out() {
    each_world(|w| async move {
        let home = home(&w).await;
        let whole = file(&[row("1", "1", "a"), row("2", "2", "\"quoted, and\nlong\"")]);
        let in_quotes = whole.find("long").unwrap();
        for (length, message) in [
            (in_quotes, "within quotes"),
            (in_quotes + 2, "within quotes"),
            (whole.rfind(",Hours").unwrap(), "10 cells"),
        ] {
            let cut = import(&w, &whole[..length], OnError::Skip).await;
            assert_eq!((cut.rows, cut.rejected, cut.problems[0].row), (2, 1, 3));
            assert!(
                cut.problems[0].message.contains(message),
                "{}",
                cut.problems[0].message
            );
        }
        assert_eq!(w.totals(home).await[0].records, 1);
        // Only the last line break is missing.
        let done = import(&w, whole.trim_end(), OnError::Abort).await;
        assert_eq!(
            (done.state, counts(&done)),
            (ImportState::Done, [1, 1, 0, 0])
        );
    })
    .await;
}

#[tokio::test]
async fn other_notations_say_the_same() {
    each_world(|w| async move {
        let home = home(&w).await;
        let rows = [row("1", "1.5", "ä"), row("2", "-2", "b")];
        let text = file(&rows);
        assert_eq!(
            counts(&import(&w, &text, OnError::Skip).await),
            [2, 0, 0, 0]
        );
        let quoted = |line: &str| {
            let cells: Vec<String> = line.split(',').map(|cell| format!("\"{cell}\"")).collect();
            cells.join(",")
        };
        let all_quoted: Vec<String> = text.lines().map(quoted).collect();
        for same in [
            format!("\u{feff}{text}"),
            format!("\u{feff}{}", all_quoted.join("\r\n")),
            text.replace('\n', "\r\n"),
            text.replace('\n', "\n\n"),
            text.replace("1.5", " 1.50000 ").replace("-2,", "-2e0,"),
            text.replace("2024-09-02", "2024-09-02T00:00:00Z")
                .replace("2024-09-01", "2024-09-01 02:00:00+02:00"),
        ] {
            let again = import(&w, &same, OnError::Abort).await;
            assert_eq!(
                (again.state, counts(&again)),
                (ImportState::Done, [0, 2, 0, 0]),
                "{same}"
            );
        }
        assert_eq!(w.totals(home).await[0].records, 2);
    })
    .await;
}

#[tokio::test]
async fn rows_that_are_no_text_or_without_end_do_no_harm() {
    each_world(|w| async move {
        let home = home(&w).await;
        let not_text = [
            file(&[row("1", "1", "a")]).as_bytes(),
            &row("2", "2", "x")
                .into_bytes()
                .iter()
                .map(|b| if *b == b'x' { 0xff } else { *b })
                .collect::<Vec<u8>>(),
            row("3", "3", "c").as_bytes(),
        ]
        .concat();
        let done = import(&w, not_text, OnError::Skip).await;
        assert_eq!(
            (done.state, counts(&done), places(&done)),
            (ImportState::Done, [2, 0, 0, 1], vec![(3, "")])
        );

        // A value that is kept may be long, and is cut; one that is needed may not.
        let long = "x".repeat(1_000_000);
        let service = row("5", "5", "b").replace("Machines", &long);
        let done = import(&w, file(&[row("4", "4", &long), service]), OnError::Skip).await;
        assert_eq!(
            (counts(&done), places(&done)),
            ([1, 0, 0, 1], vec![(3, "ServiceName")])
        );

        // A quote that is never closed would swallow the rest of the file.
        let swallowed: Vec<String> = (10..100_000)
            .map(|n| row(&n.to_string(), "1", "d"))
            .collect();
        let mut rows = vec![row("6", "6", "e"), row("7", "7", "\"never closed")];
        rows.extend(swallowed);
        let broken = import(&w, file(&rows), OnError::Skip).await;
        assert_eq!(
            (broken.state, counts(&broken)),
            (ImportState::Failed, [1, 0, 0, 1])
        );
        assert_eq!(places(&broken), [(3, "")]);
        assert!(broken.problems[0].message.contains("never closed"));
        let refused = import(&w, file(&rows), OnError::Abort).await;
        assert_eq!(
            (refused.state, counts(&refused)),
            (ImportState::Failed, [0, 0, 0, 1])
        );
        assert_eq!(w.totals(home).await[0].records, 4);
    })
    .await;
}

#[tokio::test]
async fn no_more_problems_are_kept_than_people_read() {
    each_world(|w| async move {
        home(&w).await;
        let rows: Vec<String> = (0..25_000).map(|_| "nonsense\n".to_owned()).collect();
        let failed = import(&w, file(&rows), OnError::Skip).await;
        assert_eq!((failed.state, failed.rows), (ImportState::Failed, 25_000));
        assert_eq!((failed.rejected, failed.problems.len()), (25_000, 100));
        assert_eq!(failed.problems[99].row, 101);
    })
    .await;
}
