//! Account credit: what a seller keeps for a buyer, how it comes in and how it is used.

use axum::{extract::State, response::Response};
use serde::{Deserialize, Serialize};
use tradewind_billing::{
    service::{self, CreditGive, CreditUseSet, TopUp, TopUpSet, WalletOf},
    types::{AutoTopUp, CreditGrant, CreditMove, CreditUse, Payment, Wallet},
};
use tradewind_kernel::{
    Date, Money,
    id::{AccountId, InvoiceId, PaymentMethodId},
};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    ApiResult, ApiState, Caller,
    extract::{Body, Ids, PageParams, Paging, Params},
    reply::{self, Listed},
};

pub(super) fn router() -> OpenApiRouter<ApiState> {
    OpenApiRouter::default()
        .routes(routes!(wallet))
        .routes(routes!(moves))
        .routes(routes!(give))
        .routes(routes!(top_up))
        .routes(routes!(set_use))
        .routes(routes!(set_usual_use))
        .routes(routes!(set_top_up))
        .routes(routes!(use_credit))
}

/// Whose credit with whom.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SellerParams {
    /// Who keeps it.
    seller: AccountId,
}

/// Credit that a seller gives.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct GiveInput {
    /// Who gives it.
    seller_id: AccountId,
    /// How much, in the currency in which the two trade.
    amount: Money,
    /// Credit with the lowest number is used first; 10 when left out.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 100)]
    priority: Option<i64>,
    /// Its last day; it stays for good when left out.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    expires_on: Option<Date>,
    /// Why.
    #[schema(max_length = 500)]
    reason: String,
}

/// Credit that is paid in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TopUpInput {
    /// Who keeps it.
    seller_id: AccountId,
    /// How much, in the currency in which the two trade.
    amount: Money,
    /// With what; the default card when left out.
    #[serde(default)]
    method_id: Option<PaymentMethodId>,
}

/// When credit is used.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UseInput {
    /// Who keeps it.
    seller_id: AccountId,
    /// When; as with all others when left out.
    #[serde(default, rename = "use")]
    usage: Option<CreditUse>,
}

/// When credit of all buyers is used with whom nothing else is agreed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UsualUseInput {
    /// When; as soon as there is something to pay when left out.
    #[serde(default, rename = "use")]
    usage: Option<CreditUse>,
}

/// Topping up by itself.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TopUpRule {
    /// Who keeps the credit.
    seller_id: AccountId,
    /// How; never when left out.
    #[serde(default)]
    top_up: Option<AutoTopUp>,
}

/// What was used of credit.
#[derive(Debug, Serialize, ToSchema)]
struct CreditUsed {
    /// How much of the invoice it paid.
    amount: Money,
}

/// Read the credit that a seller keeps for an account: where it comes from, and how it is used.
#[utoipa::path(get, path = "/accounts/{account}/wallet", tag = "credit", operation_id = "getWallet",
    params(("account" = AccountId, Path, description = "Whose credit."), SellerParams),
    responses((status = 200, description = "The credit.", body = Wallet)))]
async fn wallet(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(buyer_id): Ids<AccountId>,
    Params(params): Params<SellerParams>,
) -> ApiResult<Response> {
    let of = WalletOf {
        seller_id: params.seller,
        buyer_id,
    };
    let wallet = service::wallet_get(&state.platform, &caller.ctx, &of).await?;
    Ok(reply::one(&wallet))
}

/// List the movements of the credit that a seller keeps for an account, the latest first.
#[utoipa::path(get, path = "/accounts/{account}/credit-movements/{seller}", tag = "credit", operation_id = "listCreditMoves",
    params(("account" = AccountId, Path, description = "Whose credit."),
        ("seller" = AccountId, Path, description = "Who keeps it."), PageParams),
    responses((status = 200, description = "A page of movements.", body = Listed<CreditMove>)))]
async fn moves(
    State(state): State<ApiState>,
    caller: Caller,
    Ids((buyer_id, seller_id)): Ids<(AccountId, AccountId)>,
    paging: Paging,
) -> ApiResult<Response> {
    let of = WalletOf {
        seller_id,
        buyer_id,
    };
    let page = service::credit_moves(&state.platform, &caller.ctx, &of, &paging.page).await?;
    Ok(reply::paged(&paging, page))
}

/// Give an account credit.
///
/// For the seller, as goodwill.
#[utoipa::path(post, path = "/accounts/{account}/credit-grants", tag = "credit", operation_id = "giveCredit",
    params(("account" = AccountId, Path, description = "Who gets it.")), request_body = GiveInput,
    responses((status = 201, description = "The credit.", body = CreditGrant)))]
async fn give(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(buyer_id): Ids<AccountId>,
    Body(body): Body<GiveInput>,
) -> ApiResult<Response> {
    let input = CreditGive {
        seller_id: body.seller_id,
        buyer_id,
        amount: body.amount,
        priority: body.priority,
        expires_on: body.expires_on,
        reason: body.reason,
    };
    let grant = service::credit_give(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::created(
        &format!("/accounts/{buyer_id}/wallet"),
        &grant,
    ))
}

/// Pay credit in by card.
///
/// The answer says whether the money moved, did not, or whether the payer has to confirm (`requires_action`); confirm
/// afterwards.
#[utoipa::path(post, path = "/accounts/{account}/top-ups", tag = "credit", operation_id = "topUpCredit",
    params(("account" = AccountId, Path, description = "Who pays.")), request_body = TopUpInput,
    responses((status = 200, description = "The payment.", body = Payment)))]
async fn top_up(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(buyer_id): Ids<AccountId>,
    Body(body): Body<TopUpInput>,
) -> ApiResult<Response> {
    let input = TopUp {
        seller_id: body.seller_id,
        buyer_id,
        amount: body.amount,
        method_id: body.method_id,
    };
    let gateway = state.gateway()?;
    let payment = service::credit_top_up(&state.platform, &caller.ctx, gateway, &input).await?;
    Ok(reply::one(&payment))
}

/// Say when the credit of an account is used.
///
/// For the seller: `automatic` pays invoices as soon as they are issued, `by_hand` when somebody says so.
#[utoipa::path(put, path = "/accounts/{account}/credit-use", tag = "credit", operation_id = "setCreditUse",
    params(("account" = AccountId, Path, description = "Whose credit.")), request_body = UseInput,
    responses((status = 204, description = "Said.")))]
async fn set_use(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(buyer): Ids<AccountId>,
    Body(body): Body<UseInput>,
) -> ApiResult<Response> {
    let input = CreditUseSet {
        seller_id: body.seller_id,
        buyer_id: Some(buyer),
        usage: body.usage,
    };
    service::credit_use_set(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::done())
}

/// Say when the credit of all buyers of a seller is used with whom nothing else is agreed.
#[utoipa::path(put, path = "/accounts/{account}/usual-credit-use", tag = "credit", operation_id = "setUsualCreditUse",
    params(("account" = AccountId, Path, description = "The seller.")), request_body = UsualUseInput,
    responses((status = 204, description = "Said.")))]
async fn set_usual_use(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(seller_id): Ids<AccountId>,
    Body(body): Body<UsualUseInput>,
) -> ApiResult<Response> {
    let input = CreditUseSet {
        seller_id,
        buyer_id: None,
        usage: body.usage,
    };
    service::credit_use_set(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::done())
}

/// Say how credit is topped up by itself, or that it is not.
///
/// For the buyer: when credit falls below one amount, the card pays in another.
#[utoipa::path(put, path = "/accounts/{account}/top-up-rule", tag = "credit", operation_id = "setTopUp",
    params(("account" = AccountId, Path, description = "Whose card pays.")), request_body = TopUpRule,
    responses((status = 204, description = "Said.")))]
async fn set_top_up(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(buyer_id): Ids<AccountId>,
    Body(body): Body<TopUpRule>,
) -> ApiResult<Response> {
    let input = TopUpSet {
        seller_id: body.seller_id,
        buyer_id,
        top_up: body.top_up,
    };
    service::credit_top_up_set(&state.platform, &caller.ctx, &input).await?;
    Ok(reply::done())
}

/// Pay an invoice with credit, as far as there is any.
#[utoipa::path(post, path = "/invoices/{invoice}/use-credit", tag = "credit", operation_id = "useCredit",
    params(("invoice" = InvoiceId, Path, description = "The invoice.")),
    responses((status = 200, description = "What was used.", body = CreditUsed)))]
async fn use_credit(
    State(state): State<ApiState>,
    caller: Caller,
    Ids(invoice): Ids<InvoiceId>,
) -> ApiResult<Response> {
    let amount = service::credit_use(&state.platform, &caller.ctx, invoice).await?;
    Ok(reply::one(&CreditUsed { amount }))
}
