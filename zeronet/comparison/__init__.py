"""A comparison: plan (which runs), run (one of them), store (their files), execute (all of them), statistics."""
