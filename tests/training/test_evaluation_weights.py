"""Optimizers that train other weights than those to evaluate: after fit, all that is public uses the latter."""

import copy
import math
import pickle
from contextlib import suppress

import numpy as np
import pytest

from zeronet import (
    SGD,
    Callback,
    Checkpoint,
    Diverged,
    Evaluation,
    History,
    Optimizer,
    ScheduleFreeAdamW,
    ScheduleFreeSGD,
    Trainer,
    TwoLayerNet,
    gradient_check,
    load,
)


class Averaging(Optimizer):
    """SGD that is evaluated at (w + start) / 2: its state does not tell w, and evaluating an evaluation would err."""

    state_names = ("w0",)

    def __init__(self, lr=0.5):
        super().__init__(lr=lr)

    def init_state(self, w):
        return (w.copy(),)

    def rule(self, w, g, w0):
        w -= self.lr * g

    def evaluation_params(self, params):
        return {name: (w + self.w0[name]) / 2 for name, w in params.items()} if self.w0 else params


kinds = pytest.mark.parametrize("kind", [ScheduleFreeSGD, ScheduleFreeAdamW, Averaging])


def new_trainer(kind, *callbacks):
    return Trainer(TwoLayerNet(6, 5, 3, weight_init_std=0.5), kind(), batch_size=7, callbacks=callbacks)


def result(trainer):
    return trainer.network.params.flat


class Trained(Callback):
    """Keep the weights after each update."""

    def __init__(self):
        self.weights = []

    def on_step_end(self, trainer, loss):
        self.weights.append(result(trainer).copy())


def evaluated(trainer, weights):
    """Return what the optimizer wants evaluated if the trained weights are these."""
    params = trainer.network.params.copy()
    params.flat = weights
    return np.concatenate([np.ravel(a) for a in trainer.optimizer.evaluation_params(params).values()])


@kinds
def test_after_fit_the_network_is_the_one_to_evaluate_and_save(kind, points, tmp_path):
    evaluation, trained = Evaluation(*points, every=3), Trained()
    trainer = new_trainer(kind, evaluation, trained).fit(*points, steps=20)
    net = trainer.network
    np.testing.assert_array_equal(result(trainer), evaluated(trainer, trained.weights[-1]))
    assert (result(trainer) != trained.weights[-1]).any()
    assert evaluation.rows[-1] == (20, net.loss(*points), net.accuracy(*points))
    net.save(tmp_path / "net.npz")
    np.testing.assert_array_equal(load(tmp_path / "net.npz").predict(points[0]), net.predict(points[0]))
    with trainer.evaluating() as same:
        np.testing.assert_array_equal(same.predict(points[0]), net.predict(points[0]))
    wide = net.astype(np.float64)
    before = wide.params.flat.copy()
    assert max(gradient_check(wide, points[0][:7], points[1][:7]).values()) < 1e-6
    np.testing.assert_array_equal(wide.params.flat, before)


@kinds
@pytest.mark.parametrize("how", ["one trainer", "another trainer", "copies", "pickles"])
def test_another_fit_goes_on_from_the_trained_weights_bit_for_bit(kind, how, points):
    whole = new_trainer(kind, history := History()).fit(*points, steps=20)
    parts = new_trainer(kind, losses := History())
    for steps in (0, 1, 6, 13):
        parts.fit(*points, steps=steps)
        if how == "another trainer":
            step, order = parts.step, parts.order_shift
            parts = Trainer(parts.network, parts.optimizer, 7, callbacks=[losses])
            parts.step, parts.order_shift = step, order
        elif how != "one trainer":
            parts = copy.deepcopy(parts) if how == "copies" else pickle.loads(pickle.dumps(parts))
            parts.callbacks = [losses]
    assert losses.losses == history.losses
    np.testing.assert_array_equal(result(parts), result(whole))


@kinds
def test_a_copy_goes_on_while_the_original_stays_where_it_is(kind, points):
    trainer = new_trainer(kind).fit(*points, steps=5)
    twin = copy.deepcopy(trainer).fit(*points, steps=5)
    trainer.fit(*points, steps=5)
    np.testing.assert_array_equal(result(twin), result(trainer))


@kinds
@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError, None])
def test_so_it_is_if_training_was_interrupted_or_stopped(kind, error, points):
    class Ending(Trained):
        def on_step_end(self, trainer, loss):
            super().on_step_end(trainer, loss)
            if trainer.step == 8 and not error:
                trainer.stop()
            elif trainer.step == 8:
                raise error

        def on_fit_end(self, trainer):
            self.last = result(trainer).copy()

        on_fit_interrupted = on_fit_end

    trainer = new_trainer(kind, ending := Ending())
    if error:
        with pytest.raises(error):
            trainer.fit(*points, steps=20)
    else:
        trainer.fit(*points, steps=20)
    np.testing.assert_array_equal(result(trainer), evaluated(trainer, ending.weights[-1]))
    np.testing.assert_array_equal(ending.last, result(trainer))
    np.testing.assert_array_equal(
        result(trainer.fit(*points, steps=12)), result(new_trainer(kind).fit(*points, steps=20))
    )


@kinds
@pytest.mark.parametrize("stop", [8, 20])
def test_a_checkpoint_has_the_trained_weights_and_resuming_ends_at_those_to_evaluate(kind, stop, points, tmp_path):
    class Interrupt(Trained):
        after_others = True

        def on_step_end(self, trainer, loss):
            super().on_step_end(trainer, loss)
            if trainer.step == stop < 20:
                raise KeyboardInterrupt

    whole = new_trainer(kind).fit(*points, steps=20)
    trainer = new_trainer(kind, Checkpoint(tmp_path / "run.npz", every=4), interrupt := Interrupt())
    with suppress(KeyboardInterrupt):
        trainer.fit(*points, steps=20)
    with np.load(tmp_path / "run.npz") as file:
        np.testing.assert_array_equal(file["params/W1"].ravel(), interrupt.weights[stop - 1][:30])
    resumed, checkpoint = new_trainer(kind), Checkpoint(tmp_path / "run.npz")
    assert checkpoint.resume(resumed)
    np.testing.assert_array_equal(result(resumed), result(trainer))
    resumed.fit(*points, steps=20 - resumed.step)
    np.testing.assert_array_equal(result(resumed), result(whole))


@kinds
def test_what_is_saved_when_an_evaluation_is_heard_of_is_what_it_measured(kind, points, tmp_path):
    class Best(Callback):
        def on_evaluation(self, trainer, evaluation):
            trainer.network.save(tmp_path / "best.npz")
            self.checkpoint.save(trainer)  # has the trained weights in spite of that

    evaluation, best, trained = Evaluation(*points, every=7), Best(), Trained()
    best.checkpoint = Checkpoint(tmp_path / "run.npz")
    trainer = new_trainer(kind, trained, evaluation, best)
    trainer.fit(*points, steps=14)
    assert load(tmp_path / "best.npz").loss(*points) == evaluation.rows[-1][1]
    with np.load(tmp_path / "run.npz") as file:
        np.testing.assert_array_equal(file["params/W1"].ravel(), trained.weights[-1][:30])
    np.testing.assert_array_equal(result(trainer), result(new_trainer(kind).fit(*points, steps=14)))


def test_weights_that_others_assign_after_fit_are_trained_further(points):
    trainer, plain = new_trainer(Averaging).fit(*points, steps=5), new_trainer(lambda: SGD(lr=0.5))
    trainer.network.params.flat = plain.network.params.flat = np.full(53, 0.25)
    plain.step = 5
    plain.fit(*points, steps=5)
    trainer.fit(*points, steps=5)
    with trainer.training():
        np.testing.assert_array_equal(result(trainer), result(plain))


def test_a_new_optimizer_starts_from_the_weights_to_evaluate(points):
    trainer = new_trainer(ScheduleFreeSGD).fit(*points, steps=5)
    start = result(trainer).copy()
    after = Trainer(trainer.network, SGD(lr=0.5), 60).fit(*points, steps=1)
    net = TwoLayerNet(6, 5, 3)
    net.params.flat = start
    np.testing.assert_array_equal(result(after), result(Trainer(net, SGD(lr=0.5), 60).fit(*points, steps=1)))


@kinds
def test_a_fit_that_diverged_keeps_the_rule(kind, points):
    trainer = new_trainer(kind)
    trainer.optimizer.lr = 1e30
    with pytest.raises(Diverged):
        trainer.fit(*points, steps=50)
    assert trainer.optimizer.has_swapped(trainer.network.params)
    with np.errstate(all="ignore"):
        assert not math.isfinite(trainer.network.loss(*points))
