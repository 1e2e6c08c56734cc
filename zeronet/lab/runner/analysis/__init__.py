"""What finished runs say: summaries, pairwise comparisons, rankings, curves."""
