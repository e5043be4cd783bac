//! Rules of the repository and the test command.

fn main() {}
