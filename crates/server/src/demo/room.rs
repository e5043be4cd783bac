//! Where the demo may build its world: in a directory and a database that are empty, or that it has taken before.

use tradewind_kernel::{Error, Result};
use tradewind_platform::{Db, DbConfig, Platform, PlatformConfig, removal};

use super::people::REALMS;
use super::state::DemoState;
use crate::config::{DataOptions, database_file};
use crate::wiring::migrations;

/// Makes sure that directory and database are free for the demo, or the demo's own; empties them with `fresh`. From then
/// on both belong to the demo.
pub(crate) async fn make_room(options: &DataOptions, fresh: bool) -> Result<()> {
    let place = options.database_url.as_deref().map(place_of);
    let state = DemoState::load(&options.data)?;
    if let Some(state) = &state
        && state.database != place
    {
        return Err(Error::refused(
            "another_database",
            format!(
                "the demo of {} lives in {}; choose another directory with --data, or name that database",
                options.data.display(),
                state
                    .database
                    .as_deref()
                    .unwrap_or("the embedded database there (leave DATABASE_URL out)")
            ),
        ));
    }
    let ours = state.is_some();
    let kept = match &options.database_url {
        Some(url) => postgres(url, ours, fresh).await?,
        None => embedded(options, ours, fresh)?,
    };
    let state = match state {
        Some(state) if kept => state,
        _ => DemoState {
            database: place,
            ..DemoState::default()
        },
    };
    std::fs::create_dir_all(&options.data).map_err(|e| {
        Error::unavailable(format!("data directory {}: {e}", options.data.display()))
    })?;
    state.save(&options.data)
}

/// Whether a world of the demo is still there afterwards.
fn embedded(options: &DataOptions, ours: bool, fresh: bool) -> Result<bool> {
    if ours && fresh {
        DemoState::remove_world(&options.data)?;
        return Ok(false);
    }
    if !ours && database_file(&options.data).exists() {
        return Err(Error::refused(
            "not_the_demo",
            format!(
                "{} holds another installation, which the demo leaves alone; choose another directory with --data",
                options.data.display()
            ),
        ));
    }
    Ok(ours)
}

/// Whether a world of the demo is still there afterwards. Only tables of this program are ever removed, only when the
/// directory says that the demo has taken this database, and only when it holds no other realm than the demo's.
async fn postgres(url: &str, ours: bool, fresh: bool) -> Result<bool> {
    let db = Db::connect(&DbConfig::postgres(url)).await?;
    let rooms = migrations();
    if removal::tables(&db, &rooms).await?.is_empty() {
        db.close().await;
        return Ok(false);
    }
    let realms = realms(url).await?;
    let foreign = realms.iter().find(|name| !REALMS.contains(&name.as_str()));
    let taken = match foreign {
        Some(name) => Some(name),
        None if ours => None,
        None => realms.first(),
    };
    if let Some(name) = taken {
        return Err(Error::refused(
            "not_the_demo",
            format!(
                "the database {} holds the realm \"{name}\", which the demo did not make from this directory and leaves \
                 alone; name an empty database, or the directory of that demo with --data",
                place_of(url)
            ),
        ));
    }
    if fresh && ours {
        removal::remove(&db, &rooms).await?;
    }
    db.close().await;
    Ok(!fresh && !realms.is_empty())
}

/// Names of the realms in a database that has tables of ours.
async fn realms(url: &str) -> Result<Vec<String>> {
    let keys = tradewind_platform::KeyRing::random();
    let config = PlatformConfig::new(DbConfig::postgres(url), migrations(), keys);
    let platform = Platform::open(config).await?;
    let realms = platform.realms().await?;
    platform.db().close().await;
    Ok(realms.into_iter().map(|realm| realm.name).collect())
}

/// A database as it is remembered and shown: its address without user and password.
fn place_of(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let (address, query) = rest.split_once('?').unwrap_or((rest, ""));
    let address = address.rsplit_once('@').map_or(address, |(_, host)| host);
    let kept: Vec<&str> = query
        .split('&')
        .filter(|pair| {
            let name = pair.split('=').next().unwrap_or_default();
            !name.is_empty() && !["user", "password"].contains(&name)
        })
        .collect();
    match kept.is_empty() {
        true => address.to_owned(),
        false => format!("{address}?{}", kept.join("&")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_shows_no_secrets() {
        assert_eq!(
            place_of("postgres://anna:p@ss@db.example:5432/tw?sslmode=require&password=x"),
            "db.example:5432/tw?sslmode=require"
        );
        assert_eq!(place_of("postgres://localhost/tw"), "localhost/tw");
    }
}
