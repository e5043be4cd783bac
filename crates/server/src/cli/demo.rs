//! `tradewind demo`: a world to try everything out, served at once.

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use std::io::IsTerminal as _;
use tradewind_kernel::Result;

use super::serve::{listen, stop_signal};
use crate::config::{Config, DataOptions, ServeOptions};
use crate::demo;
use crate::output::{Output, columns};
use crate::wiring::App;

/// Builds the demo world, goes on where it was, or starts over; then serves it.
#[derive(Args)]
#[command(after_help = "\
The world has a provider, a distributor, two resellers (one in EUR and German, one in USD and English), their customers and
two vendors, in a sandbox whose clock can be moved. An example vendor's service runs beside the server and delivers what is
sold. Everybody signs in with the password shown.

Running it again goes on where it was. --fresh removes what the demo made in the data directory and starts over. With
DATABASE_URL the world is built on PostgreSQL: in an empty database, which then belongs to the demo of this data directory.
--fresh removes Tradewind's tables from that database and nothing else, and refuses one that holds anybody else's realm.")]
pub(crate) struct Demo {
    /// Remove what the demo made and start over
    #[arg(long)]
    fresh: bool,
    /// Build the world and stop, without serving it
    #[arg(long)]
    build_only: bool,
    #[command(flatten)]
    options: ServeOptions,
}

pub(crate) async fn run(data: &DataOptions, command: &Demo, out: &Output) -> Result<()> {
    demo::make_room(data, command.fresh).await?;
    let listener = match command.build_only {
        true => None,
        false => Some(listen(command.options.listen).await?),
    };
    let mut config = Config::serving(data, &command.options)?;
    config.allow_private_webhook_targets = true;
    config.remember_serving()?;

    let bar = progress(out);
    let world = demo::build(&config, &|step| bar.set_message(step.to_owned())).await?;
    bar.finish_and_clear();
    let Some(listener) = listener else {
        return out.say(
            &json!({ "built": true }),
            "The demo world is there; `tradewind demo` serves it.",
        );
    };
    let app = App::open(&config).await?;
    let vendor = demo::run_vendor(&app, &world, &config).await?;
    announce(out, &config, &world)?;
    let routes = app.router(Some(world.info()));
    let served = app.serve(listener, routes, stop_signal()).await;
    vendor.abort();
    served
}

fn progress(out: &Output) -> ProgressBar {
    if out.is_json() || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} Building the demo world: {msg}") {
        bar.set_style(style);
    }
    bar
}

fn announce(out: &Output, config: &Config, world: &demo::World) -> Result<()> {
    let url = &config.public_url;
    if out.is_json() {
        return out.say(
            &json!({ "url": url, "password": demo::PASSWORD, "sign_ins": world.sign_ins, "storefronts": world.storefronts }),
            "",
        );
    }
    out.say(&(), &format!("Tradewind is ready on {url}\n"))?;
    out.list(
        &world.sign_ins,
        columns![
            ("sign in as", "/email"),
            ("to be", "/role"),
            ("at", "/account")
        ],
    )?;
    out.say(
        &(),
        &format!("\nThe password is {} for everybody.", demo::PASSWORD),
    )?;
    for (name, slug) in &world.storefronts {
        out.say(&(), &format!("Storefront of {name}: {url}/s/{slug}"))?;
    }
    out.say(
        &(),
        &format!(
            "Cloud costs to resell: tradewind import focus {}",
            config.data.join(demo::SAMPLE_FILE).display()
        ),
    )
}
