//! Papers that people get beside invoices: statements of account, and pro-forma invoices.

mod common;

use common::{code, day, each_world};
use tradewind_billing::service::{
    Between, SelfBillingSet, SettlementAct, SettlementRun, StatementOf, self_billing_set,
    settlement_act, settlement_run,
};
use tradewind_billing::types::PaperKind;
use tradewind_flows::pro_forma::{ProFormaOf, pro_forma_pdf, pro_forma_send};
use tradewind_flows::quote::quote_purchase;
use tradewind_flows::settlement::{settlement_paper_pdf, settlement_pdf};
use tradewind_flows::statement::{statement_csv, statement_pdf};
use tradewind_kernel::Currency;

#[tokio::test]
async fn a_quote_is_put_on_paper_and_sent_before_anything_is_ordered() {
    each_world(|world| async move {
        let ctx = world.ctx().await;
        let wanted = world.wanted("basic", "3");
        let quote = quote_purchase(world.p(), &ctx, &wanted)
            .await
            .expect("a quote");
        let of = ProFormaOf::Quote { quote_id: quote.id };
        let (name, bytes) = pro_forma_pdf(world.p(), &ctx, of).await.expect("a file");
        assert!(name.starts_with("pro-forma-"), "{name}");
        assert!(bytes.starts_with(b"%PDF"));
        let sent = pro_forma_send(world.p(), &ctx, of).await.expect("sent");
        let due = quote.preview.billing.due_now.expect("something is due");
        assert_eq!(sent.document, due);
        world.test.drain().await;
        let letters = world.letters.subjects();
        let told = letters.iter().filter(|one| one.contains("pro-forma"));
        assert_eq!(told.count(), 1, "{letters:?}");
        // Nothing was ordered, issued or owed by it.
        assert_eq!(world.order_count().await, 0);
        assert!(world.documents().await.is_empty());
        let open = ProFormaOf::Open(Between {
            seller_id: world.reseller,
            buyer_id: world.customer,
            currency: Currency::EUR,
        });
        let nothing = pro_forma_pdf(world.p(), &ctx, open).await;
        assert_eq!(code(nothing), "nothing_to_invoice");
    })
    .await;
}

#[tokio::test]
async fn a_statement_is_a_file_for_people_and_one_for_programs() {
    each_world(|world| async move {
        world.subscribe("basic", "3").await;
        world.pay_all().await;
        let ctx = world.ctx().await;
        let of = StatementOf {
            seller_id: world.reseller,
            buyer_id: world.customer,
            currency: None,
            from: Some(day("2024-01-01")),
            until: Some(day("2024-12-31")),
        };
        let (name, bytes) = statement_pdf(world.p(), &ctx, &of).await.expect("a file");
        assert!(name.ends_with("2024-12-31.pdf"), "{name}");
        assert!(bytes.starts_with(b"%PDF"));
        let (_, bytes) = statement_csv(world.p(), &ctx, &of).await.expect("a file");
        let text = String::from_utf8(bytes).expect("text");
        let rows: Vec<&str> = text.lines().collect();
        assert!(
            rows[0].starts_with("date,kind,taken_back,document"),
            "{text}"
        );
        assert!(rows[1].starts_with("2024-01-01,opening,"), "{text}");
        assert!(rows[1].ends_with(",0.00,EUR"), "{text}");
        assert!(rows.iter().any(|row| row.contains(",invoice,")), "{text}");
        let last = rows.last().expect("rows");
        assert!(last.starts_with("2024-12-31,closing,"), "{text}");
        assert!(last.ends_with(",0.00,EUR"), "{text}");
    })
    .await;
}

#[tokio::test]
async fn a_settlement_is_a_statement_and_the_vendors_invoice() {
    each_world(|world| async move {
        world.subscribe("basic", "3").await;
        let ctx = world.ctx().await;
        let agreed = SelfBillingSet {
            payer_id: world.provider,
            vendor_id: world.vendor,
            agreed_on: day("2024-01-01"),
            ended_on: None,
            reference: "Contract, § 7".to_owned(),
        };
        self_billing_set(world.p(), &ctx, &agreed)
            .await
            .expect("agreed");
        world.travel("2024-02-01T09:00:00Z").await;
        let ctx = world.ctx().await;
        let run = SettlementRun {
            until: day("2024-01-31"),
            payee_id: None,
        };
        let made = settlement_run(world.p(), &ctx, world.provider, &run).await;
        let id = made.expect("settlements").remove(0).id;
        let of = PaperKind::SelfBilled;
        let early = settlement_paper_pdf(world.p(), &ctx, id, of).await;
        assert_eq!(code(early), "not_approved");
        let approve = SettlementAct {
            id,
            act: "approve".to_owned(),
            note: String::new(),
            on: None,
        };
        settlement_act(world.p(), &ctx, &approve)
            .await
            .expect("approved");
        let (name, bytes) = settlement_paper_pdf(world.p(), &ctx, id, of)
            .await
            .expect("a file");
        assert!(name.contains("SB-2024-000001"), "{name}");
        assert!(bytes.starts_with(b"%PDF"));
        // Without a fee, there is no invoice for one.
        let none = settlement_paper_pdf(world.p(), &ctx, id, PaperKind::Fee).await;
        assert_eq!(code(none), "not_found");
        let (_, bytes) = settlement_pdf(world.p(), &ctx, id).await.expect("a file");
        assert!(bytes.starts_with(b"%PDF"));
        world.assert_consistent().await;
    })
    .await;
}
