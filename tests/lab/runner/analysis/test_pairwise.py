"""What final losses say about each other: as SciPy has it, and never more than they say."""

import math
from itertools import combinations, product

import numpy as np
import pytest
from scipy import stats

from zeronet.lab.runner.analysis.pairwise import (
    MIN_LOSS,
    compared,
    detectable,
    mean_loss,
    seeds_needed,
    typical_spread,
)
from zeronet.lab.runner.analysis.ranking import Ranking, ranking
from zeronet.lab.runner.analysis.summary import arrival, final_evaluation_loss
from zeronet.lab.runner.runs import Run


def drawn(optimizers, seeds, spread=0.3, stream=0, apart=0.1):
    """Return label → losses, log-normal, on seeds that are alike for all."""
    rng = np.random.default_rng(stream)
    common = rng.standard_normal(seeds)
    return {
        f"o{k}": np.exp(apart * k + spread * rng.standard_normal(seeds) + common).tolist() for k in range(optimizers)
    }


def test_two_optimizers_are_compared_as_scipy_s_paired_t_test_does():
    for stream in range(40):
        losses = drawn(2, 10, stream=stream)
        [pair] = compared(losses)
        test = stats.ttest_rel(np.log(losses["o0"]), np.log(losses["o1"]))
        interval = test.confidence_interval(0.95)
        assert (pair.low, pair.high) == pytest.approx((interval.low, interval.high))
        assert pair.difference == pytest.approx(np.mean(np.log(losses["o0"]) - np.log(losses["o1"])))
        assert pair.p == pytest.approx(test.pvalue)
        assert (pair.outcome == "wins") == (test.pvalue < 0.05)


def holm(p_values, level=0.05):
    """Return which hypotheses are rejected: step by step, as Holm (1979) puts it."""
    rejected = [False] * len(p_values)
    for i, k in enumerate(np.argsort(p_values, kind="stable")):
        if p_values[k] > level / (len(p_values) - i):
            break
        rejected[k] = True
    return rejected


@pytest.mark.parametrize("optimizers", [3, 4, 6])
def test_several_optimizers_are_corrected_as_holm_does_or_by_an_interval_that_excludes_0(optimizers):
    counts = set()
    for stream in range(40):
        losses = drawn(optimizers, 8, stream=stream)
        pairs = compared(losses)
        p_values = [stats.ttest_rel(np.log(losses[p.a]), np.log(losses[p.b])).pvalue for p in pairs]
        for pair, rejected in zip(pairs, holm(p_values), strict=True):
            assert (pair.outcome == "wins") == (rejected or not pair.low <= 0 <= pair.high)
        counts.add(sum(p.outcome == "wins" for p in pairs))
    assert len(counts) > 2  # many verdicts were among them, not only "all differ" or "none"


def test_intervals_for_all_pairs_are_wider_than_student_s_and_narrower_than_bonferroni_s():
    losses = drawn(4, 8)
    for pair in compared(losses):
        d = np.log(losses[pair.a]) - np.log(losses[pair.b])
        half = (pair.high - pair.low) / 2
        narrow, wide = (stats.t.ppf(1 - level / 2, 7) * stats.sem(d) for level in (0.05, 0.05 / 6))
        assert narrow < half < wide


@pytest.mark.parametrize("optimizers", [2, 3, 6])
def test_all_intervals_together_cover_the_truth_in_95_percent(optimizers):
    """Within two standard errors of this simulation; benchmarks/controls.py makes a finer one."""
    rng, covered = np.random.default_rng(optimizers), 0
    for _ in range(500):
        losses = np.exp(rng.standard_normal((optimizers, 5)) + rng.standard_normal(5))
        covered += all(pair.low <= 0 <= pair.high for pair in compared({str(k): v for k, v in enumerate(losses)}))
    assert 0.93 <= covered / 500 <= 0.97


def test_swapping_two_optimizers_swaps_the_verdict_and_nothing_else():
    losses = drawn(4, 7)
    losses["o3"][2] = math.inf
    forward = {(p.a, p.b): p for p in compared(losses)}
    for p in compared(dict(reversed(losses.items()))):
        other = forward[p.b, p.a].turned()
        assert (p.outcome, p.better, p.failed) == (other.outcome, other.better, other.failed)
        np.testing.assert_allclose([p.difference, p.wins], [other.difference, other.wins])
        if p.low is not None:
            np.testing.assert_allclose([p.low, p.high], [other.low, other.high])


def test_the_probability_to_win_is_counted_over_all_runs_a_draw_as_a_half():
    rng = np.random.default_rng(0)
    losses = {label: rng.integers(1, 6, 9).astype(float).tolist() for label in "abc"}
    losses["a"][2] = losses["b"][3] = losses["b"][4] = math.inf
    for pair in compared(losses):
        won = [(x < y) + (x == y) / 2 for x in losses[pair.a] for y in losses[pair.b]]
        assert pair.wins == pytest.approx(np.mean(won))


def test_the_interval_of_the_probability_to_win_covers_it():
    """Ten runs each of two normal samples, a true share of 50 % and of 76 %: Φ(1/√2)."""
    rng = np.random.default_rng(0)
    for shift, truth in ((0.0, 0.5), (1.0, stats.norm.cdf(1 / math.sqrt(2)))):
        covered = 0
        for _ in range(500):
            a, b = np.exp(rng.standard_normal((2, 10)) + np.array([[0.0], [shift]]))
            [pair] = compared({"a": a, "b": b})
            covered += pair.wins_low <= truth <= pair.wins_high
        assert 0.92 < covered / 500 < 0.985


def test_a_small_interval_around_0_is_equal_and_a_wide_one_cannot_tell():
    rng = np.random.default_rng(3)
    a = np.exp(rng.standard_normal(10))
    for noise, outcome in ((0.005, "equal"), (0.5, "cannot tell")):
        [pair] = compared({"a": a, "b": a * np.exp(noise * rng.standard_normal(10))})
        assert pair.outcome == outcome


def test_a_difference_within_the_margin_is_equal_however_clear_it_is():
    a = np.exp(np.random.default_rng(3).standard_normal(10))
    b = a * 1.01 * np.exp(0.001 * np.random.default_rng(4).standard_normal(10))
    [pair] = compared({"a": a, "b": b})
    assert (pair.outcome, pair.better) == ("equal", "a")
    assert pair.high < 0
    assert compared({"a": a, "b": b}, margin=0.005)[0].outcome == "wins"


def test_equal_losses_are_equal_and_their_difference_is_exactly_0():
    [pair] = compared({"a": [0.1, 0.7, 0.3], "b": [0.1, 0.7, 0.3]})
    assert (pair.difference, pair.low, pair.high, pair.outcome, pair.wins) == (0, 0, 0, "equal", 0.5)


def test_a_single_seed_cannot_tell():
    [pair] = compared({"a": [1.0], "b": [2.0]})
    assert (pair.difference, pair.low, pair.high, pair.outcome) == (-math.log(2), None, None, "cannot tell")


def test_one_optimizer_under_two_labels_is_treated_alike_beside_a_third():
    losses = drawn(2, 8)
    pairs = {(p.a, p.b): p for p in compared({"x": losses["o0"], "y": losses["o0"], "z": losses["o1"]})}
    assert pairs["x", "y"].outcome == "equal"
    ignored = {"a": "y", "better": None}
    assert pairs["x", "z"].to_dict() | ignored == pairs["y", "z"].to_dict() | ignored


def test_a_failed_run_is_worse_than_any_other_and_decided_by_signed_ranks():
    """b fails once in ten and is a little better otherwise: by hand, all 2¹⁰ sign flips."""
    a = np.linspace(1.0, 1.9, 10)
    b = a * np.linspace(0.9, 0.99, 10)
    b[9] = math.inf
    [pair] = compared({"a": a.tolist(), "b": b.tolist()})
    assert math.isnan(pair.difference)
    assert (pair.low, pair.high, pair.failed) == (None, None, (0, 1))
    ranks = np.array([9, 8, 7, 6, 5, 4, 3, 2, 1, 10])  # of |log a − log b|: the failure is the largest
    observed = abs(ranks[:9].sum() - 10)
    flips = np.abs(np.array(list(product((-1, 1), repeat=10))) @ ranks)
    assert pair.p == np.mean(flips >= observed)


def test_an_optimizer_that_fails_often_loses():
    losses = {"a": [1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6], "b": [2.0, math.inf, 2.1, math.inf, 2.2, math.inf, 2.3]}
    [pair] = compared(losses)
    assert (pair.outcome, pair.better, pair.failed, pair.p) == ("wins", "a", (0, 3), 2 / 2**7)


def test_runs_that_fail_on_the_same_seeds_do_not_differ_there():
    [pair] = compared({"a": [1.0, math.inf], "b": [1.0, math.inf]})
    assert (pair.p, pair.outcome, pair.wins) == (1.0, "cannot tell", 0.5)


def test_losses_of_zero_count_as_very_small_ones():
    [pair] = compared({"a": [0.0, 0.0], "b": [MIN_LOSS / 10, -1e-15]})
    assert (pair.difference, pair.outcome) == (0.0, "equal")


def test_every_pair_is_there_once():
    assert [(p.a, p.b) for p in compared(drawn(5, 3))] == list(combinations(("o0", "o1", "o2", "o3", "o4"), 2))


def test_one_optimizer_alone_has_no_pairs():
    assert compared(drawn(1, 3)) == []


def test_detectable_differences_are_those_of_the_noncentral_t_distribution():
    """Simulated: a difference of that size is found in 80 % of the studies."""
    rng = np.random.default_rng(0)
    for seeds in (3, 5, 10):
        d = detectable(seeds) + rng.standard_normal((20_000, seeds))
        found = np.abs(d.mean(1) / (d.std(1, ddof=1) / math.sqrt(seeds))) > stats.t.ppf(0.975, seeds - 1)
        assert found.mean() == pytest.approx(0.8, abs=0.01)
    assert [round(detectable(n, pairs=3), 2) for n in (3, 5, 10)] == [5.67, 2.29, 1.22]
    assert detectable(1) == math.inf


def test_the_seeds_needed_are_the_fewest_that_see_the_difference():
    for difference in (0.1, 0.37, 1.0, 3.0):
        n = seeds_needed(difference)
        assert detectable(n) <= difference < detectable(n - 1)
    assert seeds_needed(0.001) is None


def test_the_spread_is_that_of_the_differences_without_the_pairs_that_cannot_differ():
    losses = drawn(2, 8)
    expected = np.std(np.log(losses["o0"]) - np.log(losses["o1"]), ddof=1)
    assert typical_spread({**losses, "again": losses["o0"], "failed": [math.inf] * 8}) == pytest.approx(expected)
    assert typical_spread({"a": [1.0], "b": [2.0]}) is None


def test_the_final_loss_is_the_mean_of_the_evaluations_in_the_last_tenth():
    rows = [(step, float(step), 0.5) for step in range(0, 101, 5)]
    assert final_evaluation_loss(Run(evaluations=rows), 100) == 95.0
    assert final_evaluation_loss(Run(evaluations=[(0, 9.0, 0.1), (80, 3.0, 0.5)]), 100) == 3.0  # else the last one


@pytest.mark.parametrize("outcome", ["diverged", "raised"])
def test_a_run_that_did_not_finish_has_an_infinite_loss(outcome):
    assert final_evaluation_loss(Run(outcome, evaluations=[(100, 0.1, 0.9)]), 100) == math.inf


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_so_has_one_that_failed_on_the_way_through_its_last_tenth(value):
    assert final_evaluation_loss(Run(evaluations=[(95, value, 0.1), (100, 0.1, 0.9)]), 100) == math.inf


@pytest.mark.parametrize(
    ("reached", "first"), [([0, 1, 1], 1), ([1, 0, 1], 2), ([1, 1], 0), ([1, 0], None), ([], None)]
)
def test_reached_means_reached_and_kept(reached, first):
    assert arrival(list(map(bool, reached))) == first


def test_the_ranking_is_by_the_mean_of_the_logarithms_and_failures_are_last():
    losses = {
        "failed": [0.1, math.inf, math.inf],
        "good": [3.0, 0.2, 0.2],
        "fair": [0.5, 0.6, 0.5],
        "once": [9, math.inf, 9],
    }
    assert ranking(losses) == ["good", "fair", "once", "failed"]
    assert mean_loss(losses["good"]) == pytest.approx((3.0 * 0.2 * 0.2) ** (1 / 3))
    assert mean_loss(losses["once"]) == math.inf


def test_an_order_is_claimed_only_where_something_was_tested():
    assert Ranking.of({"A": [0.1], "B": [0.1001], "C": [0.1002]}).words() == "A, B, C"
    apart = {"A": [1.0, 1.1, 0.9, 1.0], "B": [1.001, 1.1, 0.9, 1.0], "C": [2.0, 2.1, 2.0, 1.9]}
    assert Ranking.of(apart).words() == "A ≈ B < C"
