"""The learning-rate range test: its learning rates, its losses, its end, and that it changes nothing."""

import numpy as np
import pytest

from tests.support.optimizers import Plain
from zeronet import SGD, Adam, Cosine, Diverged, Momentum, ScheduleFreeSGD, Trainer, TwoLayerNet, lr_range_test
from zeronet.training.batches import batches


def network():
    return TwoLayerNet(6, 5, 3, weight_init_std=0.5)


@pytest.mark.parametrize(
    "optimizer", [SGD(), SGD(lr=Cosine(0.5, horizon=9)), Plain()], ids=["number", "schedule", "plain"]
)
def test_the_losses_are_those_of_a_training_whose_learning_rate_grows(points, optimizer):
    x, t = points
    result = lr_range_test(network(), optimizer, x, t, 1e-3, 1.0, steps=7, batch_size=9, seed=4)
    np.testing.assert_allclose(result.lrs, 10 ** np.linspace(-3, 0, 7))
    assert len(result.losses) == len(result.smoothed) == 7
    for k, batch in enumerate(batches(len(x), 9, seed=4, start=0, stop=7)):
        grown = Trainer(network(), SGD(lr=lambda i: float(result.lrs[i])), 9, seed=4).fit(x, t, steps=k)
        assert result.losses[k] == pytest.approx(grown.network.loss(x[batch], t[batch]), rel=1e-5)


def test_the_running_mean_is_corrected_for_its_start(points):
    result = lr_range_test(network(), SGD(), *points, 1e-3, 1.0, steps=6)
    for k in range(6):
        weights = 0.9 ** np.arange(k, -1, -1)
        assert result.smoothed[k] == pytest.approx((weights * result.losses[: k + 1]).sum() / weights.sum())


@pytest.mark.parametrize("optimizer", [Adam(), Momentum(lr=Cosine(0.1, horizon=50)), ScheduleFreeSGD(lr=0.1)])
def test_network_and_optimizer_stay_as_they_are_even_amid_a_training(points, optimizer):
    def trained(test):
        trainer = Trainer(network(), optimizer.clone(), 7)
        trainer.fit(*points, steps=5)
        if test:
            lr_range_test(trainer.network, trainer.optimizer, *points, steps=10)
        return trainer.fit(*points, steps=5).network.params.flat

    np.testing.assert_array_equal(trained(True), trained(False))


@pytest.mark.parametrize("largest", [1e4, 1e30])
def test_it_ends_when_the_loss_is_out_of_reach(points, largest):
    result = lr_range_test(network(), SGD(), *points, 1e-2, largest, steps=100)
    assert len(result.lrs) == len(result.losses) < 100
    assert np.isfinite(result.losses).all()
    assert (result.smoothed[:-1] <= 4 * np.minimum.accumulate(result.smoothed)[:-1]).all()


def test_the_guesses(points):
    result = lr_range_test(network(), SGD(), *points, 1e-4, 100, steps=60)
    assert result.lowest == result.lrs[np.argmin(result.smoothed)]
    assert result.steepest <= result.lowest
    k = list(result.lrs).index(result.steepest)
    assert result.smoothed[k + 1] < result.smoothed[k - 1]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"min_lr": 1, "max_lr": 0.1}, "min_lr must be below max_lr: 1 is not below 0.1"),
        ({"min_lr": 0}, "lr must be"),
        ({"max_lr": float("inf")}, "lr must be"),
        ({"steps": 1}, "steps must be at least 2"),
        ({"batch_size": 0}, "batch_size"),
    ],
)
def test_a_setting_out_of_range_is_refused(points, settings, message):
    with pytest.raises(ValueError, match=message):
        lr_range_test(network(), SGD(), *points, **settings)


def test_what_cannot_work_is_refused(points):
    with pytest.raises(ValueError, match="NoRate has no learning rate named lr"):
        lr_range_test(network(), type("NoRate", (), {"update": lambda self, p, g: None})(), *points)
    x, t = points
    with pytest.raises(Diverged, match="x holds nan"):
        lr_range_test(network(), SGD(), np.full_like(x, np.nan), t)
    with pytest.raises(ValueError, match="the loss never falls"):
        lr_range_test(network(), SGD(), x, t, 1e3, 1e4, steps=5).steepest  # noqa: B018
