"""How often a difference is claimed where there is none: one optimizer against itself, over and over.

python -m benchmarks.false_verdicts

Real runs of one optimizer, one for each seed, make a pool. Two disjoint tens of them, paired as they were drawn, are
two optimizers that do not differ; the verdict should say so in all but 5 % of the draws.
"""

import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from scipy.stats import binomtest

from zeronet.lab.runner.analysis.pairwise import compared, final_evaluation_loss
from zeronet.lab.runner.execution.options import ExecutionOptions, default_jobs
from zeronet.lab.runner.execution.processes import execute
from zeronet.lab.runner.networks import network_plan
from zeronet.lab.runner.plan import Plan, consecutive
from zeronet.lab.runner.problem import load_problem
from zeronet.lab.runner.runs import results
from zeronet.lab.specs.spec import parse

RUNS, DRAWS, SEEDS = 200, 2000, 10
STEPS = 300


def pool(runs: int = RUNS, steps: int = STEPS) -> np.ndarray:
    """Return the final validation losses of one optimizer, a run for each seed, as a tuned comparison has them."""
    problem = load_problem("digits")
    validation = len(problem.x_train) // 6
    plan = Plan(
        problem=problem.to_dict(),
        network=network_plan([50]),
        optimizers=(parse("rmsprop:lr=0.01"),),
        seeds=consecutive(0, runs),
        batch_size=128,
        steps=steps,
        eval_every=100,
        split=(len(problem.x_train) - validation, validation),
        kind="final",
    )
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / ".runs").mkdir()
        execute(plan, problem.arrays, Path(folder), ExecutionOptions(default_jobs()), "pool")
        return np.array([final_evaluation_loss(run, steps) for run in results(plan, Path(folder)).values()])


def false_verdicts(losses: np.ndarray, draws: int = DRAWS, seeds: int = SEEDS) -> int:
    """Return how many of the draws are no tie. losses (N,), N ≥ 2 seeds."""
    rng = np.random.default_rng(0)
    found = 0
    for _ in range(draws):
        a, b = rng.permutation(losses)[: 2 * seeds].reshape(2, seeds)
        [pair] = compared({"a": a, "b": b})
        found += not pair.tie
    return found


def main() -> None:
    """Make the pool, draw from it, print the share with its interval."""
    began = time.perf_counter()
    losses = pool()
    print(f"{RUNS} runs of {STEPS} steps: {time.perf_counter() - began:.0f} s", file=sys.stderr)
    low, middle, high = np.quantile(losses, (0.05, 0.5, 0.95))
    found = false_verdicts(losses)
    interval = binomtest(found, DRAWS).proportion_ci(0.95)
    print(
        f"RMSProp on digits, {STEPS} steps, {RUNS} seeds: final validation loss {middle:.4f} ({low:.4f}–{high:.4f}: "
        f"nine tenths of the runs).\nTwo disjoint tens, paired, {DRAWS:,} times: {found} are not a tie, "
        f"{found / DRAWS:.2%} (95 % binomial interval {interval.low:.2%}–{interval.high:.2%}); 5 % are expected."
    )


if __name__ == "__main__":
    main()
