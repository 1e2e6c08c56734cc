"""A comparison of optimizers on networks: run, files, table, figure."""
