# What the command line says to people.

cli-done = Done.
