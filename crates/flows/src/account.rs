//! Closing an account, as far as other rooms have something to say about it.

use tradewind_accounts::service::{account_close_in, account_get_in};
use tradewind_accounts::types::{Account, AccountClose};
use tradewind_kernel::{Error, Result};
use tradewind_orders::service::running_of_account_in;
use tradewind_platform::{OpCtx, Platform};

/// Subscriptions that a refusal names.
const NAMED: i64 = 5;

/// Closes an account with which nothing runs any more.
///
/// # Errors
/// `subscriptions_running`, naming some of those that it has, sells or delivers and that have not ended; otherwise as
/// [`tradewind_accounts::service::account_close`].
pub async fn account_close(p: &Platform, ctx: &OpCtx, input: &AccountClose) -> Result<Account> {
    let wall = p.wall();
    p.command(ctx, "account.close", input, move |w, input| {
        Box::pin(async move {
            // Who may not see the account learns nothing of its subscriptions.
            account_get_in(w, input.account).await?;
            let closed = account_close_in(w, input, wall).await?;
            let (running, total) = running_of_account_in(w, input.account, NAMED).await?;
            if total > 0 {
                let named: Vec<String> = running
                    .iter()
                    .map(|(id, name)| format!("{id} ({name})"))
                    .collect();
                let more = total - i64::try_from(named.len()).unwrap_or(total);
                let rest = if more > 0 {
                    format!(" and {more} more")
                } else {
                    String::new()
                };
                return Err(Error::conflict(
                    "subscriptions_running",
                    format!(
                        "subscriptions of this account have not ended: {}{rest}; cancel them first",
                        named.join(", ")
                    ),
                ));
            }
            Ok(closed)
        })
    })
    .await
}
