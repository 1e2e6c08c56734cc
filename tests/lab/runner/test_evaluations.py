"""When runs are evaluated: regularly, finely where the target was reached, and often enough at the end."""

import numpy as np
import pytest

from zeronet import SGD, MultiLayerNet, ScheduleFreeAdamW, Trainer, TwoLayerNet
from zeronet.lab.runner import evaluations
from zeronet.lab.runner.evaluations import RunEvaluation
from zeronet.training import Evaluation


class Counting:
    """All parameters are the number of updates."""

    def update(self, params, grads):
        for w in params.values():
            w += 1


def evaluated(accuracies, every, steps, **options):
    """Return the steps at which a run is evaluated whose accuracy after each update is given."""

    class Told(RunEvaluation):
        def loss_and_score(self, network):
            return 1.0, accuracies(float(network.params.flat[0]))

    x, t, net = np.eye(4), np.array([0, 1, 0, 1]), TwoLayerNet(4, 2, 2)
    net.params.flat = np.zeros(net.params.flat.size)
    evaluation = Told(x, t, every, steps, **options)
    Trainer(net, Counting(), batch_size=4, callbacks=[evaluation]).fit(x, t, steps=steps)
    assert net.params.flat[0] == steps
    assert all(score == accuracies(step) for step, _, score in evaluation.rows)
    return [step for step, _, _ in evaluation.rows]


def test_without_a_target_it_is_regular():
    assert evaluated(lambda step: 0.5, 100, 350) == [0, 100, 200, 300, 350]


def test_where_the_target_was_reached_it_is_ten_times_finer_back_to_a_step_below_it():
    steps = evaluated(lambda step: 0.003 * step, 100, 500, target=0.8)  # at step 267
    assert steps == [0, 100, 200, *range(260, 301, 10), 400, 500]


def test_the_end_may_be_where_it_was_reached():
    assert evaluated(lambda step: 0.003 * step, 100, 290, target=0.8) == [0, 100, 200, 260, 270, 280, 290]


def test_a_target_that_is_lost_again_is_looked_for_where_it_is_kept():
    steps = evaluated(lambda step: float(110 <= step <= 150 or step >= 175), 100, 400, target=0.9)
    assert steps == [0, 100, 170, 180, 190, 200, 300, 400]
    steps = evaluated(lambda step: float(105 <= step < 300 or step >= 395), 100, 500, target=0.9)
    assert steps == [0, 100, *range(110, 201, 10), 300, 390, 400, 500]


def test_far_from_it_or_beyond_it_costs_nothing():
    assert evaluated(lambda step: 0.1, 100, 500, target=0.9) == [*range(0, 501, 100)]
    assert evaluated(lambda step: 1.0, 100, 500, target=0.9) == [*range(0, 501, 100)]


def test_of_large_networks_fewer_are_kept(monkeypatch):
    size = TwoLayerNet(4, 2, 2).params.flat.nbytes
    monkeypatch.setattr(evaluations, "KEPT", size)
    assert evaluated(lambda step: 0.003 * step, 100, 400, target=0.8) == [0, 100, 200, 250, 300, 400]
    monkeypatch.setattr(evaluations, "KEPT", size - 1)
    assert evaluated(lambda step: 0.003 * step, 100, 400, target=0.8) == [0, 100, 200, 300, 400]


@pytest.mark.parametrize("optimizer", [SGD(lr=0.5), ScheduleFreeAdamW(lr=0.05)], ids=["SGD", "ScheduleFreeAdamW"])
def test_what_is_measured_later_is_what_had_been_measured_at_its_step(optimizer, points):
    rows, final = [], []
    for evaluation in (Evaluation(*points, 2), RunEvaluation(*points, 20, 60, target=0.8)):
        net = MultiLayerNet(6, (8,), 3, batch_norm=True, dropout=0.1)
        Trainer(net, optimizer.clone(), batch_size=20, callbacks=[evaluation]).fit(*points, steps=60)
        rows.append({step: row for step, *row in evaluation.rows})
        final.append(np.concatenate([net.params.flat, net.buffers.flat]))
    assert len(rows[1]) > 4
    assert rows[1].items() <= rows[0].items()
    np.testing.assert_array_equal(*final)


@pytest.mark.parametrize(("steps", "every", "least"), [(2000, 100, 10), (1000, 1000, 10), (150, 100, 10), (30, 7, 3)])
@pytest.mark.parametrize("curve", [True, False])
def test_at_least_ten_evaluations_are_in_the_last_tenth_whatever_every_is(steps, every, least, curve):
    found = evaluated(lambda step: 0.5, every, steps, final=True, curve=curve)
    late = [step for step in found if step >= 0.9 * steps]
    assert len(late) >= least
    assert late[-1] == steps
    assert curve or found == late
