"""A data set as a problem keeps what networks need, and its runs end as fit does."""

from functools import partial

import numpy as np
import pytest

from zeronet import SGD, TwoLayerNet
from zeronet.lab.runner.book import BOOK_CHOICES, BookTrainer, weights_seed
from zeronet.lab.runner.plan import Plan
from zeronet.lab.runner.problem import load_problem
from zeronet.lab.runner.run import run_task
from zeronet.lab.specs.networks import network_plan
from zeronet.lab.specs.spec import from_object, on_networks
from zeronet.training import Callback, Diverged, Evaluation, History, Trainer


def test_the_shape_of_its_images_comes_with_a_data_set():
    digits = load_problem("digits")
    assert digits.image_shape == (8, 8)
    assert np.prod(digits.image_shape) == digits.x_train.shape[1]


class StopAtThree(Callback):
    def on_step_end(self, trainer, loss):
        if trainer.step == 3:
            trainer.stop()


@pytest.mark.parametrize("choices", [(), BOOK_CHOICES])
def test_the_books_trainer_obeys_stop(points, choices):
    history, network = History(), TwoLayerNet(6, 5, 3)
    trainer = BookTrainer(choices, network, SGD(), batch_size=10, seed=0, callbacks=[history, StopAtThree()])
    trainer.fit(*points, steps=20)
    assert trainer.step == len(history.losses) == 3


@pytest.fixture
def far_test_image(tmp_path):
    """A problem whose only test image makes scores too large for float32 once the weights have grown."""
    x, t = np.eye(4, dtype=np.float32), np.array([0, 1, 0, 1])
    np.savez(tmp_path / "far.npz", x_train=x, t_train=t, x_test=np.full((2, 4), 1e6, np.float32), t_test=t[:2])
    return load_problem(str(tmp_path / "far.npz"))


class Leap:
    """Make all weights the same in its third update."""

    def __init__(self, weight):
        self.weight, self.updates = weight, 0

    def update(self, params, grads):
        self.updates += 1
        for name in params:
            params[name][...] += self.weight if self.updates == 3 else 0.01


@pytest.mark.parametrize("choices", [None, (), BOOK_CHOICES])
@pytest.mark.parametrize("weight", [1e38, 1e17])
def test_fit_and_a_run_judge_alike_whether_it_diverged(far_test_image, choices, weight):
    """1e38 destroys the network; with 1e17 its training batches still have a loss, and the test image has none."""
    [spec], steps = on_networks([from_object(Leap(weight))], [network_plan([5])]), 3
    plan = Plan(far_test_image.to_dict(), (spec,), (0,), steps, 4, 1, book_choices=choices)
    [cell] = plan.cells()
    run = run_task(cell.task, spec, far_test_image.arrays)
    assert run.outcome == "diverged"
    kind = Trainer if choices is None else partial(BookTrainer, choices)
    network = spec.network.build(cell.task["problem"], weights_seed(cell.task))
    evaluation = Evaluation(far_test_image.x_test, far_test_image.t_test, 1)
    trainer = kind(network, Leap(weight), batch_size=4, seed=0, callbacks=[evaluation])
    with pytest.raises(Diverged) as error:
        trainer.fit(far_test_image.x_train, far_test_image.t_train, steps=steps)
    assert str(error.value) == run.message
    np.testing.assert_array_equal(evaluation.rows, run.evaluations)
    assert np.isfinite(run.losses).all()
    assert run.model
