"""The laboratory: what describes, runs, compares and draws; the reading part does not know of it."""
