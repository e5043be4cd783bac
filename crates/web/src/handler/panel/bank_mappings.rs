//! How the CSV files of banks are read.

use tradewind_billing::service::{self as billing, BankMappingSet};
use tradewind_billing::types::CsvMapping;
use tradewind_kernel::{Error, Result};

use super::desk::Desk;
use crate::form::Sent;
use crate::respond::{self, Answer};
use crate::view::panel::BankMappingsPage;
use crate::view::shared::FormState;

/// `GET /panel/bank/mappings`.
pub(crate) async fn list(desk: Desk) -> Answer {
    let name = desk.ask("name").to_owned();
    let found = billing::bank_mapping_list(desk.p(), &desk.ctx, desk.account()).await?;
    let form = found
        .into_iter()
        .find(|one| one.name == name)
        .map_or_else(FormState::default, |one| filled(&one.name, &one.mapping));
    respond::page(page(&desk, form).await?.page(desk.app()))
}

async fn page(desk: &Desk, form: FormState) -> Result<BankMappingsPage> {
    let found = billing::bank_mapping_list(desk.p(), &desk.ctx, desk.account()).await?;
    let rows = found.iter().map(|one| {
        let mapping = &one.mapping;
        let amounts = [&mapping.amount, &mapping.credit, &mapping.debit];
        let amounts: Vec<&str> = amounts.into_iter().flatten().map(String::as_str).collect();
        (
            one.name.clone().into(),
            mapping.date.clone().into(),
            amounts.join(", ").into(),
        )
    });
    Ok(BankMappingsPage {
        rows: rows.collect(),
        form,
    })
}

fn filled(name: &str, one: &CsvMapping) -> FormState {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let values = [
        ("csv_called", name.to_owned()),
        ("csv_own_account", one.own_account.clone()),
        ("csv_date", one.date.clone()),
        ("csv_date_form", one.date_form.as_str().to_owned()),
        ("csv_text", one.text.join(", ")),
        ("csv_decimal_sign", one.decimal_sign.as_str().to_owned()),
        ("csv_amount", text(&one.amount)),
        ("csv_credit", text(&one.credit)),
        ("csv_debit", text(&one.debit)),
        ("csv_direction", text(&one.direction)),
        ("csv_name", text(&one.name)),
        ("csv_account", text(&one.account)),
        ("csv_reference", text(&one.reference)),
        ("csv_balance", text(&one.balance)),
        ("csv_currency", text(&one.currency)),
        (
            "csv_currency_code",
            one.currency_code
                .map_or_else(String::new, |code| code.code().to_owned()),
        ),
    ];
    FormState {
        values: values.map(|(name, value)| (name.to_owned(), value)).into(),
        ..FormState::default()
    }
}

/// `POST /panel/bank/mappings`: keeps one, or forgets it.
pub(crate) async fn save(desk: Desk, sent: Sent) -> Answer {
    let mapping = match sent.get("do") {
        "forget" => Ok(None),
        _ => read(&sent).map(Some),
    };
    let done = match mapping {
        Ok(mapping) => {
            let input = BankMappingSet {
                seller_id: desk.account(),
                name: sent.get("csv_called").to_owned(),
                mapping,
            };
            billing::bank_mapping_set(desk.p(), &desk.ctx, &input).await
        }
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => {
            let text = desk.t().tr("said-saved");
            Ok(respond::saying("/panel/bank/mappings", true, &text))
        }
        Err(error) => {
            let form = respond::blame(&desk.t(), sent.state(), error, |field| match field {
                "name" => "csv_called".to_owned(),
                field => match field.strip_prefix("mapping.") {
                    Some(field) => format!("csv_{field}"),
                    None => field.to_owned(),
                },
            })?;
            respond::again(page(&desk, form).await?.page(desk.app()))
        }
    }
}

fn read(sent: &Sent) -> Result<CsvMapping> {
    let code = |field: &'static str| sent.some(field);
    let texts = sent.get("csv_text").split(',').map(str::trim);
    Ok(CsvMapping {
        date: sent.get("csv_date").to_owned(),
        date_form: sent
            .get("csv_date_form")
            .parse()
            .map_err(|error: Error| error.at("csv_date_form"))?,
        decimal_sign: sent
            .get("csv_decimal_sign")
            .parse()
            .map_err(|error: Error| error.at("csv_decimal_sign"))?,
        amount: code("csv_amount"),
        credit: code("csv_credit"),
        debit: code("csv_debit"),
        direction: code("csv_direction"),
        currency: code("csv_currency"),
        currency_code: code("csv_currency_code")
            .map(|text| text.parse())
            .transpose()
            .map_err(|error: Error| error.at("csv_currency_code"))?,
        reference: code("csv_reference"),
        name: code("csv_name"),
        account: code("csv_account"),
        text: texts
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
            .collect(),
        balance: code("csv_balance"),
        separator: None,
        own_account: sent.get("csv_own_account").to_owned(),
    })
}
