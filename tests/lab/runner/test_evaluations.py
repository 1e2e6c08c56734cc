"""When runs are evaluated: regularly, finely where the target may be reached, and often enough at the end."""

import numpy as np
import pytest

from zeronet import SGD, Trainer, TwoLayerNet
from zeronet.lab.runner.evaluations import RunEvaluation


def evaluated(accuracies, every, steps, **options):
    """Return the steps at which a run is evaluated whose accuracy after each update is given."""

    class Told(RunEvaluation):
        def measure(self, trainer):
            if not self.rows or self.rows[-1][0] != trainer.step:
                self.rows.append((trainer.step, 1.0, accuracies(trainer.step)))

    x, t = np.eye(4), np.array([0, 1, 0, 1])
    evaluation = Told(x, t, every, steps, **options)
    Trainer(TwoLayerNet(4, 2, 2), SGD(), batch_size=4, callbacks=[evaluation]).fit(x, t, steps=steps)
    return [step for step, _, _ in evaluation.rows]


def test_without_a_target_it_is_regular():
    assert evaluated(lambda step: 0.5, 100, 350) == [0, 100, 200, 300, 350]


def test_near_the_target_it_is_ten_times_finer():
    """0.3 at 100 steps, 0.6 at 200, 0.9 at 300: at 200 another gain of 0.3 would reach 0.8, at 100 not."""
    steps = evaluated(lambda step: 0.003 * step, 100, 500, target=0.8)
    assert steps == [*range(0, 101, 10), 200, *range(210, 301, 10), 400, 500]


def test_far_from_it_or_beyond_it_costs_nothing():
    steps = evaluated(lambda step: 0.1 if step < 100 else 0.5 + 0.0001 * step, 100, 1000, target=0.9)
    assert steps[11:] == [*range(110, 201, 10), *range(300, 1001, 100)]  # after the leap of 0.4 once more


@pytest.mark.parametrize(("steps", "every", "least"), [(2000, 100, 10), (1000, 1000, 10), (150, 100, 10), (30, 7, 3)])
@pytest.mark.parametrize("curve", [True, False])
def test_at_least_ten_evaluations_are_in_the_last_tenth_whatever_every_is(steps, every, least, curve):
    found = evaluated(lambda step: 0.5, every, steps, final=True, curve=curve)
    late = [step for step in found if step >= 0.9 * steps]
    assert len(late) >= least
    assert late[-1] == steps
    assert curve or found == late
