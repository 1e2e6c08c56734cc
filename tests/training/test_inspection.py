"""The microscope: what it sees is right, and looking changes nothing."""

import math

import numpy as np
import pytest

from zeronet import (
    SGD,
    AdaGrad,
    Affine,
    History,
    Layer,
    Momentum,
    MultiLayerNet,
    Network,
    ReLU,
    RMSProp,
    Trainer,
    TwoLayerNet,
)
from zeronet.training.inspection import COLUMNS, EARLY, MOMENTS, UNITS, Inspection


def data(n=40, size=9):
    rng = np.random.default_rng(0)
    x = rng.random((n, size), np.float32)
    x[:, 0] = 0  # an input that is never on
    return x, x[:, 1:4].argmax(axis=1)


def inspected(optimizer, net=None, steps=60, every=20):
    inspection, history = Inspection(every), History()
    net = net or TwoLayerNet(9, 8, 3, weight_init_std=0.5)
    Trainer(net, optimizer, batch_size=10, callbacks=[history, inspection]).fit(*data(), steps=steps)
    return inspection, history, net


def column(inspection, name, parameter="W1"):
    return np.array(inspection.rows[parameter])[:, COLUMNS.index(name)]


def test_looking_changes_no_bit_of_the_training():
    _, seen, net = inspected(RMSProp())
    history, twin = History(), TwoLayerNet(9, 8, 3, weight_init_std=0.5)
    Trainer(twin, RMSProp(), batch_size=10, callbacks=[history]).fit(*data(), steps=60)
    assert seen.losses == history.losses
    np.testing.assert_array_equal(net.params.flat, twin.params.flat)


def test_it_looks_at_a_few_early_steps_and_then_regularly():
    inspection, _, _ = inspected(SGD(), steps=100, every=25)
    assert column(inspection, "step").tolist() == sorted({*EARLY, 25, 50, 75, 100})


def test_the_effective_step_of_sgd_is_its_rate_everywhere():
    inspection, _, _ = inspected(SGD(lr=0.25))
    assert (column(inspection, "effective_step_0.5") == 0.25).all()
    assert (column(inspection, "effective_step_0.95", "b2") == 0.25).all()


def test_adagrad_s_steps_shrink():
    inspection, _, _ = inspected(AdaGrad())
    assert (np.diff(column(inspection, "effective_step_0.5")) <= 0).all()


def test_the_first_step_of_rmsprop_is_the_rate_over_the_root_of_one_minus_rho():
    inspection, _, _ = inspected(RMSProp(lr=0.001, rho=0.9))
    assert column(inspection, "largest_update")[0] == pytest.approx(0.001 / math.sqrt(0.1), rel=1e-3)


@pytest.mark.parametrize("optimizer", [SGD(), AdaGrad(), RMSProp()], ids=repr)
def test_an_input_that_was_never_on_has_no_effective_step(optimizer):
    inspection, _, _ = inspected(optimizer)
    assert np.isnan(inspection.pixel_rate[0])
    assert inspection.pixel_on[0] == 0
    assert np.isfinite(inspection.pixel_rate[1:]).all()
    assert (inspection.pixel_on[1:] > 0.9).all()


def test_an_effective_step_that_epsilon_alone_decides_is_none():
    inspection, _, _ = inspected(RMSProp(lr=0.001, rho=0.0, eps=1e3))
    assert np.isnan(column(inspection, "effective_step_0.5")).all()
    assert np.isnan(inspection.pixel_rate).all()


@pytest.mark.parametrize("optimizer", [Momentum(), "book"], ids=str)
def test_an_optimizer_without_a_rate_has_none(optimizer):
    class Book:
        def update(self, params, grads):
            for key in params:
                params[key] -= 0.1 * grads[key]

    inspection, _, _ = inspected(Book() if optimizer == "book" else optimizer)
    assert np.isnan(column(inspection, "effective_step_0.5")).all()
    assert (column(inspection, "gradient_norm") > 0).all()


def test_norm_ratio_and_largest_update_are_those_of_the_step():
    net = TwoLayerNet(9, 8, 3, weight_init_std=0.5)
    inspection, _, _ = inspected(SGD(lr=0.5), net, steps=1)
    fresh = TwoLayerNet(9, 8, 3, weight_init_std=0.5)
    step = net.params["W1"] - fresh.params["W1"]
    assert column(inspection, "gradient_norm")[0] == pytest.approx(np.linalg.norm(step) / 0.5, rel=1e-5)
    assert column(inspection, "largest_update")[0] == pytest.approx(np.abs(step).max(), rel=1e-6)
    ratio = np.linalg.norm(step) / np.linalg.norm(net.params["W1"])
    assert column(inspection, "update_ratio")[0] == pytest.approx(ratio, rel=1e-5)


def test_units_that_let_nothing_through_are_dead():
    first = Affine(9, 8)
    first.b = np.full(8, -100.0)
    first.b[:2] = 100
    net = Network([first, ReLU(), Affine(8, 3)])
    inspection, _, _ = inspected(SGD(lr=1e-6), net, steps=1)
    assert column(inspection, "dead_share")[0] == 0.75
    assert np.isnan(column(inspection, "dead_share", "W2")[0])


def test_a_deep_network_is_seen_layer_by_layer():
    inspection, _, _ = inspected(SGD(), MultiLayerNet(9, [6, 5], 3))
    assert list(inspection.rows) == ["W1", "b1", "W2", "b2", "W3", "b3"]
    assert np.isfinite(column(inspection, "dead_share", "W2")).all()


class Scale(Layer):
    """A normalization's gain and shift."""

    param_names = ("gamma", "b")

    def __init__(self, size):
        self.gamma, self.dgamma = np.ones(size), np.zeros(size)
        self.b, self.db = np.zeros(size), np.zeros(size)

    def forward(self, x, train=False):
        self.x = x
        return self.gamma * x + self.b

    def backward(self, dy):
        self.dgamma, self.db = (dy * self.x).sum(axis=0), dy.sum(axis=0)
        return self.gamma * dy


def test_parameters_are_numbered_as_in_the_network_whatever_is_between_weights_and_relu():
    first, second = Scale(8), Scale(4)
    first.b = np.array([-100.0] * 6 + [100] * 2)
    second.b = np.array([-1e5, 1e5, 1e5, 1e5])
    net = Network([Affine(9, 8), first, ReLU(), Affine(8, 4), second, ReLU(), Affine(4, 3)])
    inspection, _, _ = inspected(SGD(lr=1e-6), net, steps=1)
    assert list(inspection.rows) == list(net.params)
    shares = {name: column(inspection, "dead_share", name)[0] for name in net.params}
    assert (shares.pop("W1"), shares.pop("W2")) == (0.75, 0.25)
    assert np.isnan(list(shares.values())).all()


def test_weights_are_kept_at_five_moments_from_the_first_to_the_last():
    net = TwoLayerNet(9, 20, 3, weight_init_std=0.5)
    first = net.params["W1"].copy()
    inspection, _, _ = inspected(SGD(), net, steps=80)
    assert inspection.weight_steps == [0, 5, 20, 45, 80]
    assert np.shape(inspection.weights) == (MOMENTS, 9, UNITS)
    np.testing.assert_array_equal(inspection.weights[0], first[:, :UNITS])
    np.testing.assert_array_equal(inspection.weights[-1], net.params["W1"][:, :UNITS])
