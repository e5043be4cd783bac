//! Staff acting as a customer: openly, for a reason, and in the customer's audit log.

use serde_json::json;
use tradewind_kernel::{Error, Result, Timestamp, id::SessionId, text::trimmed};
use tradewind_platform::{AuditEntry, NewEvent, OpCtx, Platform, Work, args};
use tradewind_policy::{Action, ResourceKind};

use super::{directory::target, session::own_session};
use crate::{
    store::{self, access::SESSION_ACTING},
    types::{AccountStatus, ActAs, Session},
};

/// Lets a session act for an account below the person's own, until it stops or ends.
///
/// # Errors
/// Names `reason`; `acting_already`; `account_closed`; [`Error::NotFound`] and [`Error::Forbidden`] by policy, and when
/// the session is not the principal's.
pub async fn act_as_start(p: &Platform, ctx: &OpCtx, input: &ActAs) -> Result<Session> {
    let wall = p.wall();
    p.command(ctx, "session.act_as", input, move |w, input| {
        Box::pin(start(w, input, wall))
    })
    .await
}

async fn start(w: &mut Work, input: &ActAs, wall: Timestamp) -> Result<Session> {
    let realm = w.ctx.realm;
    let session = own_session(w, input.session, wall).await?;
    if session.acting.is_some() {
        return Err(Error::conflict(
            "acting_already",
            "this session acts for an account already; stop that first",
        ));
    }
    let target = target(w, ResourceKind::Session, input.account).await?;
    w.authorize(Action::SessionActAs, &target)?;
    let reason = trimmed("reason", &input.reason, 3, 300)?;
    let account = store::account::account(&mut w.tx, realm, input.account).await?;
    if account.status != AccountStatus::Active {
        return Err(Error::conflict(
            "account_closed",
            "nobody acts for a closed account",
        ));
    }
    let args = args![realm, session.id, account.id];
    w.tx.exec(&SESSION_ACTING, args).await?;
    w.audit(AuditEntry {
        action: "session.act_as",
        kind: "session",
        id: session.id.to_string(),
        account: account.id,
        summary: json!({ "reason": reason, "staff": session.user, "staff_account": session.account }),
    });
    w.emit(NewEvent {
        kind: "session.acting_started",
        subject: session.id.to_string(),
        account: account.id,
        data: json!({ "reason": reason, "staff": session.user }),
    });
    Ok(Session {
        acting: Some(account.id),
        ..session
    })
}

/// Lets a session act for nobody but its person again. Stopping twice changes nothing.
///
/// # Errors
/// [`Error::NotFound`] when the session is not the principal's.
pub async fn act_as_stop(p: &Platform, ctx: &OpCtx, id: SessionId) -> Result<Session> {
    let wall = p.wall();
    p.command(ctx, "session.act_as_stop", &id, move |w, id| {
        Box::pin(async move {
            let session = own_session(w, *id, wall).await?;
            let Some(account) = session.acting else {
                return Ok(session);
            };
            let args = args![w.ctx.realm, id, None::<String>];
            w.tx.exec(&SESSION_ACTING, args).await?;
            w.audit(AuditEntry {
                action: "session.act_as_stop",
                kind: "session",
                id: session.id.to_string(),
                account,
                summary: json!({ "staff": session.user }),
            });
            w.emit(NewEvent {
                kind: "session.acting_stopped",
                subject: session.id.to_string(),
                account,
                data: json!({ "staff": session.user }),
            });
            Ok(Session {
                acting: None,
                ..session
            })
        })
    })
    .await
}
