"""A problem keeps what networks need, and refuses what no run could use."""

import numpy as np
import pytest

from zeronet import SGD, TwoLayerNet
from zeronet.common.errors import UserError
from zeronet.lab.runner.book import BOOK_CHOICES, BookTrainer
from zeronet.lab.runner.problem import LandscapeProblem, load_problem
from zeronet.training import Callback, History


def test_the_shape_of_its_images_comes_with_a_data_set():
    digits = load_problem("digits")
    assert digits.image_shape == (8, 8)
    assert np.prod(digits.image_shape) == digits.x_train.shape[1]


@pytest.mark.parametrize("start", [[1, 2], np.array([1, 2], np.float32)])
def test_a_start_is_any_pair_of_numbers(start):
    assert LandscapeProblem("valley", start).to_dict()["start"] == [1.0, 2.0]


@pytest.mark.parametrize("start", [(1, 2, 3), (1,), 5, ("a", 1), (1, float("nan"))])
def test_another_start_is_a_mistake(start):
    with pytest.raises(UserError, match="start must be a pair of finite numbers, not "):
        LandscapeProblem("valley", start)


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
