"""Statistics of finished runs: summaries, pairwise comparisons, rankings, curves."""
