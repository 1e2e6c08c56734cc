"""A comparison at tuned learning rates: search, run, table, figure."""
