"""Optimizers on a landscape: run, table, figure, animation."""
