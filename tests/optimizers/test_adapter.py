"""Optimizers of others: a class with update(params, grads) is all it takes."""

import numpy as np
import pytest

from zeronet import AdaGrad, Parameters, Trainer, TwoLayerNet
from zeronet.optimizers import Adapted, adapt


class ArticlesAdaGrad:
    """As the book and the articles print it: h is made on the first call, everything is changed in place."""

    def __init__(self, lr=0.01):
        self.lr = lr
        self.h = None

    def update(self, params, grads):
        if self.h is None:
            self.h = {}
            for key, val in params.items():
                self.h[key] = np.zeros_like(val)
        for key in params.keys():  # noqa: SIM118
            self.h[key] += grads[key] * grads[key]
            params[key] -= self.lr * grads[key] / (np.sqrt(self.h[key]) + 1e-7)


class Rebinding:
    """Plain SGD that makes new arrays."""

    def update(self, params, grads):
        for k in params:
            params[k] = params[k] - 0.5 * grads[k]


class InPlace:
    """Plain SGD that changes the arrays."""

    def update(self, params, grads):
        for k in params:
            params[k] -= 0.5 * grads[k]


class ChangesGradients(InPlace):
    """Plain SGD that scribbles on the gradients afterwards."""

    def update(self, params, grads):
        super().update(params, grads)
        for k in grads:
            grads[k][...] = np.nan


def trained(optimizer, points):
    net = TwoLayerNet(6, 5, 3, weight_init_std=0.5)
    Trainer(net, optimizer, batch_size=20).fit(*points, steps=50)
    return net


def test_the_articles_adagrad_trains_to_the_same_bits_as_zeronets(points):
    theirs = trained(ArticlesAdaGrad(lr=0.1), points)
    np.testing.assert_array_equal(theirs.params.flat, trained(AdaGrad(lr=0.1), points).params.flat)
    assert theirs.accuracy(*points) > 0.9


@pytest.mark.parametrize("optimizer", [Rebinding(), ChangesGradients()], ids=["rebinding", "changes gradients"])
def test_new_arrays_and_scribbled_gradients_make_no_difference(optimizer, points):
    expected = trained(InPlace(), points)
    net = trained(optimizer, points)
    np.testing.assert_array_equal(net.params.flat, expected.params.flat)
    assert net.params["W1"] is net.layers[0].W
    assert np.isfinite(net.grads.flat).all()


@pytest.mark.parametrize("change", ["add", "remove"])
def test_a_changed_set_of_names_is_refused_with_both_sets(change):
    class Careless:
        def update(self, params, grads):
            if change == "add":
                params["extra"] = 0
            else:
                del params["b"]

    params = Parameters({"W": (2,), "b": (1,)})
    with pytest.raises(ValueError, match=r"Careless turned the parameters \['W', 'b'\] into") as error:
        Adapted(Careless()).update(params, params.copy())
    assert str(["W", "b", "extra"] if change == "add" else ["W"]) in str(error.value)


def test_a_changed_shape_is_refused_with_both_shapes():
    class Flattening:
        def update(self, params, grads):
            params["W"] = params["W"].ravel()

    params = Parameters({"W": (2, 2)})
    with pytest.raises(ValueError, match=r"W has shape \(2, 2\): cannot assign an array of shape \(4,\)"):
        Adapted(Flattening()).update(params, params.copy())


def test_an_error_inside_keeps_its_kind():
    class Broken:
        def update(self, params, grads):
            raise ZeroDivisionError("a bug of the learner's")

    with pytest.raises(ZeroDivisionError, match="learner"):
        Adapted(Broken()).update(Parameters({"W": (2,)}), Parameters({"W": (2,)}))


def test_zeronets_own_are_left_as_they_are_and_nothing_is_adapted_twice():
    own, adapted = AdaGrad(), adapt(Rebinding())
    assert adapt(own) is own
    assert isinstance(adapted, Adapted)
    assert adapt(adapted) is adapted


class UpdateIsNoMethod:
    update = 3


@pytest.mark.parametrize(
    "thing",
    [object(), None, 0.1, "sgd", AdaGrad, ArticlesAdaGrad, UpdateIsNoMethod()],
    ids=lambda thing: str(thing)[:9],
)
def test_what_cannot_update_is_refused(thing):
    with pytest.raises(ValueError, match=r"an object with a method update\(params, grads\), not"):
        adapt(thing)


def test_the_parameters_themselves_are_evaluated():
    params = Parameters({"W": (2,)})
    assert adapt(Rebinding()).evaluation_params(params) is params
