"""The verdict tested on itself: what must not be found, what must be, and how often.

python -m benchmarks.controls

(a) SGD, tuned against SGD from another grid: it must not win in more than 5 % of the studies.
(b) An optimizer against itself at 1.5 times its learning rate: the difference must be found.
(c) One optimizer against itself on disjoint tens of seeds: no more than 5 % false verdicts.
(d) The printed intervals together contain the truth in 95 % of simulated comparisons, of 2 to 6 optimizers.
"""

import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from scipy.stats import binomtest

from zeronet.lab.compare import compare
from zeronet.lab.runner.analysis.pairwise import compared

SETTINGS = {"steps": 500, "batch_size": 64, "eval_every": 25}
STUDIES, RUNS, DRAWS, SIMULATIONS = 40, 200, 2000, 4000


def tuned_against_itself(studies: int = STUDIES, tune: int = 15, **settings: int) -> list[str]:
    """Return the outcome of each study of SGD against SGD, whose grids are around 0.01 and 0.014. (a)"""
    with tempfile.TemporaryDirectory() as folder:
        optimizers = {"a": "sgd:lr=0.01", "b": "sgd:lr=0.014"}
        options = {**SETTINGS, **settings, "tune": tune, "studies": studies, "out": Path(folder) / "out"}
        return [pair.outcome for pair in compare("digits", optimizers, **options).verdict or ()]


def off_by_half(seeds: int = 10, **settings: int) -> list[tuple[str, str]]:
    """Return better and outcome, optimizer by optimizer, of one against itself at 1.5 times its rate. (b)"""
    found = []
    for name, rate in (("sgd", 0.05), ("rmsprop", 0.0005), ("adam", 0.0005)):  # below the best: 1.5 times is better
        optimizers = {"rate": f"{name}:lr={rate}", "rate × 1.5": f"{name}:lr={1.5 * rate}"}
        losses = _final_losses(optimizers, seeds, **settings)
        [pair] = compared(losses)
        found.append((pair.better, pair.outcome))
    return found


def false_verdicts(losses: np.ndarray, draws: int = DRAWS, seeds: int = 10) -> int:
    """Return in how many draws of two disjoint sets of runs one of them wins. losses (N,), N ≥ 2 seeds. (c)"""
    rng = np.random.default_rng(0)
    halves = (rng.permutation(losses)[: 2 * seeds].reshape(2, seeds) for _ in range(draws))
    return sum(compared({"a": a, "b": b})[0].outcome == "wins" for a, b in halves)


def pool(runs: int = RUNS, **settings: int) -> np.ndarray:
    """Return the final losses of one optimizer, a run for each seed. (c)"""
    return np.array(_final_losses({"rmsprop": "rmsprop:lr=0.01"}, runs, **settings)["rmsprop"])


def coverage(optimizers: int, seeds: int, simulations: int = SIMULATIONS) -> float:
    """Return the share of comparisons of equal optimizers in which all intervals contain 0. (d)"""
    rng, covered = np.random.default_rng(0), 0
    for _ in range(simulations):
        losses = np.exp(rng.standard_normal((optimizers, seeds)) + rng.standard_normal(seeds))
        pairs = compared({str(k): values for k, values in enumerate(losses)})
        covered += all(pair.low is not None and pair.high is not None and pair.low <= 0 <= pair.high for pair in pairs)
    return covered / simulations


def _final_losses(optimizers: dict[str, str], seeds: int, **settings: int) -> dict[str, list[float]]:
    """Return label → test loss after the last step of each seed."""
    result = compare("digits", optimizers, seeds=seeds, **{**SETTINGS, **settings})
    return {label: [result.runs[label, seed].evaluations[-1][1] for seed in range(seeds)] for label in optimizers}


def main() -> None:
    """Run the controls and print what they find."""
    began = time.perf_counter()
    outcomes = tuned_against_itself()
    wins = outcomes.count("wins")
    print(f"(a) SGD tuned from 0.01 against SGD tuned from 0.014, digits: one wins in {wins} of {STUDIES} studies.")
    print(f"    The others: equal in {outcomes.count('equal')}, cannot tell in {outcomes.count('cannot tell')}.")
    print("(b) Rates 1.5 times apart:", ", ".join(f"{better}: {outcome}" for better, outcome in off_by_half()))
    found = false_verdicts(pool())
    interval = binomtest(found, DRAWS).proportion_ci(0.95)
    print(
        f"(c) RMSProp against itself, two disjoint tens of {RUNS} seeds: a verdict in {found / DRAWS:.2%} of {DRAWS:,}"
    )
    print(f"    draws (95 % binomial interval {interval.low:.2%}–{interval.high:.2%}); 5 % are expected.")
    shares = {n: [f"{coverage(k, n):.1%}" for k in range(2, 7)] for n in (3, 10)}
    for n, values in shares.items():
        print(f"(d) Intervals hold together, {n} seeds, 2 to 6 optimizers: {', '.join(values)}")
    print(f"{time.perf_counter() - began:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
