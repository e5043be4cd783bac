//! A vendor's own service that delivers what is sold, over webhooks and the REST API.

fn main() {}
