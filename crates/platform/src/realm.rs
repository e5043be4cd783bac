//! Realms: one provider's world each, with its own clock.

use serde::{Deserialize, Serialize};
use serde_json::json;
use tradewind_kernel::id::{AccountId, RealmId};
use tradewind_kernel::{Duration, Error, Timestamp, text_enum};
use tradewind_policy::{Action, PrincipalKind, ResourceKind, Target};

use crate::context::OpCtx;
use crate::db::{FromRow, Result, Row, Tx};
use crate::platform::Platform;
use crate::store;
use crate::work::{AuditEntry, Work};

/// How far a clock moves at a time, in days: ten years. Every day on the way is lived through.
const JOURNEY_DAYS: i64 = 3_653;

text_enum! {
    /// Whether a realm is real.
    pub enum RealmMode("mode") {
        /// Real trade; its clock is the clock on the wall.
        Live = "live",
        /// For trying out; its clock can be moved forward.
        Sandbox = "sandbox",
    }
}

crate::sql_text!(RealmMode);

/// A realm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Realm {
    /// Its id.
    pub id: RealmId,
    /// Its name, unique in the installation.
    pub name: String,
    /// Whether it is real.
    pub mode: RealmMode,
    /// How far its clock is ahead of the wall, µs.
    pub clock_offset_us: i64,
    /// Where its clock is being moved to.
    pub clock_target: Option<Timestamp>,
    /// The provider: root of its account tree.
    pub root_account: AccountId,
    /// When it was created, in wall time.
    pub created_at: Timestamp,
}

impl FromRow for Realm {
    fn from_row(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            name: row.get("name")?,
            mode: row.get("mode")?,
            clock_offset_us: row.get("clock_offset_us")?,
            clock_target: row.get("clock_target_us")?,
            root_account: row.get("root_account")?,
            created_at: row.get("created_at")?,
        })
    }
}

impl Realm {
    /// The time it is in this realm when the wall clock shows `wall`.
    #[must_use]
    pub fn at(&self, wall: Timestamp) -> Timestamp {
        Timestamp::from_micros(wall.as_micros().saturating_add(self.clock_offset_us))
    }

    /// What it takes to see and change this realm as a whole.
    #[must_use]
    pub fn target(&self, kind: ResourceKind) -> Target {
        Target::owned(kind, self.root_account, vec![self.root_account])
    }
}

/// A realm to be created.
#[derive(Clone, Debug)]
pub struct NewRealm {
    /// Its id, made by the caller.
    pub id: RealmId,
    /// Its name, unique in the installation.
    pub name: String,
    /// Whether it is real.
    pub mode: RealmMode,
    /// Id of the provider's account, which is created in the same transaction.
    pub root_account: AccountId,
}

/// Creates a realm within a transaction in which its root account is created too.
///
/// # Errors
/// [`Error::Conflict`] `realm_exists` when id or name are taken.
pub async fn create(tx: &mut Tx, new: NewRealm, wall: Timestamp) -> Result<Realm> {
    let realm = Realm {
        id: new.id,
        name: new.name,
        mode: new.mode,
        clock_offset_us: 0,
        clock_target: None,
        root_account: new.root_account,
        created_at: wall,
    };
    if store::insert_realm(tx, &realm).await? {
        Ok(realm)
    } else {
        Err(Error::conflict(
            "realm_exists",
            format!("there is a realm \"{}\" already", realm.name),
        ))
    }
}

/// Lets a sandbox begin at another time than the present, within the transaction that creates it: before anything in it
/// is dated.
///
/// # Errors
/// [`Error::Refused`] `clock_live` for a live realm.
pub async fn begin_at(tx: &mut Tx, realm: &Realm, wall: Timestamp, at: Timestamp) -> Result<()> {
    if realm.mode == RealmMode::Live {
        return Err(clock_live());
    }
    let offset = at.as_micros().saturating_sub(wall.as_micros());
    store::set_clock(tx, realm.id, offset, None).await.map(drop)
}

fn clock_live() -> Error {
    Error::refused(
        "clock_live",
        "the clock of a live realm cannot be moved; use a sandbox",
    )
}

/// What the clock of a realm shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ClockState {
    /// The time it is.
    pub now: Timestamp,
    /// Where the clock is being moved to; on the way, everything that falls due happens at its own time.
    pub target: Option<Timestamp>,
    /// Whether it can be moved at all.
    pub movable: bool,
}

/// Reads the clock of the context's realm; for everybody who has signed in or calls with a key.
///
/// # Errors
/// [`Error::NotFound`] for visitors.
pub async fn clock(platform: &Platform, ctx: &OpCtx) -> Result<ClockState> {
    let wall = platform.wall();
    platform
        .read(ctx, &(), move |w, ()| {
            Box::pin(async move {
                let realm = store::realm(&mut w.tx, w.ctx.realm).await?;
                let realm = realm.ok_or_else(|| Error::not_found(w.ctx.realm))?;
                // What day it is, is no secret among those who do business in a realm.
                if w.ctx.principal.kind == PrincipalKind::Visitor {
                    w.authorize(Action::ClockView, &realm.target(ResourceKind::Clock))?;
                }
                Ok(ClockState {
                    now: realm.at(wall),
                    target: realm.clock_target,
                    movable: realm.mode == RealmMode::Sandbox,
                })
            })
        })
        .await
}

/// Sets a sandbox's clock in motion towards a later time. The worker then moves it from one due job to the next, until
/// it is there.
///
/// # Errors
/// [`Error::Refused`] `clock_live` for a live realm, `clock_backwards` for a time that is past, or earlier than where
/// the clock is already going, `clock_too_far` for one that is more than ten years away; [`Error::Forbidden`] and [`Error::NotFound`] by policy.
pub async fn travel(platform: &Platform, ctx: &OpCtx, to: Timestamp) -> Result<ClockState> {
    let wall = platform.wall();
    let state = platform
        .command(ctx, "clock.travel", &to, move |w, to| {
            Box::pin(set_target(w, *to, wall))
        })
        .await?;
    platform.wake_workers();
    Ok(state)
}

async fn set_target(w: &mut Work, to: Timestamp, wall: Timestamp) -> Result<ClockState> {
    let realm = store::realm_locked(&mut w.tx, w.ctx.realm).await?;
    let realm = realm.ok_or_else(|| Error::not_found(w.ctx.realm))?;
    w.authorize(Action::ClockTravel, &realm.target(ResourceKind::Clock))?;
    if realm.mode == RealmMode::Live {
        return Err(clock_live());
    }
    let now = realm.at(wall);
    let earliest = realm.clock_target.map_or(now, |target| target.max(now));
    if to < earliest {
        return Err(Error::refused(
            "clock_backwards",
            format!("the clock only moves forward: {to} is before {earliest}"),
        ));
    }
    if to > now.plus(Duration::from_hours(24 * JOURNEY_DAYS))? {
        return Err(Error::refused(
            "clock_too_far",
            format!(
                "the clock moves at most {JOURNEY_DAYS} days at a time, since every day on the way is lived through"
            ),
        ));
    }
    store::set_clock(&mut w.tx, realm.id, realm.clock_offset_us, Some(to)).await?;
    w.audit(AuditEntry {
        action: "clock.travel",
        kind: "realm",
        id: realm.id.to_string(),
        account: realm.root_account,
        summary: json!({ "from": now, "to": to }),
    });
    Ok(ClockState {
        now,
        target: Some(to),
        movable: true,
    })
}
