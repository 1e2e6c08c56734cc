"""Several problems, one after the other: run, profile, figure."""
