"""Early stopping and lower learning rates: as in Keras and PyTorch, and resumed bit for bit."""

import math

import numpy as np
import pytest

from tests.support.optimizers import Plain
from zeronet import (
    SGD,
    Adam,
    Checkpoint,
    Constant,
    EarlyStopping,
    Evaluation,
    MeanSquaredError,
    MultiLayerNet,
    ReduceLROnPlateau,
    ScheduleFreeSGD,
    Trainer,
    TwoLayerNet,
)
from zeronet.training.callbacks import Callback


class Scripted(Evaluation):
    """An evaluation after every update, whose measurements are given."""

    def __init__(self, values):
        super().__init__(np.eye(2), [0, 1], every=1)
        self.values = values

    def measure(self, trainer):
        if self.rows and self.rows[-1][0] == trainer.step:
            return
        with trainer.evaluating():
            self.rows.append((trainer.step, self.values[trainer.step], self.values[trainer.step]))
            trainer.notify("on_evaluation", self)


class KeepWeights(Callback):
    """Keep the parameters and buffers at every evaluation."""

    def __init__(self):
        self.kept = {}

    def on_evaluation(self, trainer, evaluation):
        network = trainer.network
        self.kept[trainer.step] = [network.params.flat.copy(), network.buffers.flat.copy()]


def run(values, make, optimizer=None, extra=()):
    """Train one update between two measurements; return the callback and the trainer."""
    scripted = Scripted(values)
    callback = make(scripted)
    callbacks = [callback, scripted, *extra]  # in any order
    trainer = Trainer(TwoLayerNet(2, 2, 2, 0.5), optimizer or SGD(lr=1.0), callbacks=callbacks)
    trainer.fit(np.eye(2), [0, 1], steps=len(values) - 1)
    return callback, trainer


@pytest.mark.parametrize(
    ("settings", "values", "stopped", "best"),
    [
        ({"patience": 2}, [3, 2, 2.5, 2.1, 1, 1], 3, 1),
        ({"patience": 0}, [3, 2, 2.5, 1, 1], 2, 1),
        ({"patience": 1}, [3, 2, 2.5, 1, 1], 2, 1),
        ({"patience": 2}, [3, 2, 2.5, 1.5, 1.6, 1.4], None, 5),  # an improvement sets the count back
        ({"patience": 2, "min_delta": 0.5}, [3, 2.6, 2.5, 2.4, 1], 2, 0),  # 3 − 0.5 is no improvement by more than 0.5
        ({"patience": 2}, [3, math.nan, math.nan, 1], 2, 0),
        ({"patience": 2, "monitor": "accuracy"}, [0.1, 0.5, 0.5, 0.4, 0.9], 3, 1),  # equal is no improvement
        ({"patience": 3, "monitor": "accuracy", "min_delta": 0.25}, [0.5, 0.75, 0.7, 0.8, 0.9], None, 3),
    ],
)
def test_it_stops_at_the_patience_th_measurement_without_improvement(settings, values, stopped, best):
    stopping, trainer = run(values, lambda evaluation: EarlyStopping(evaluation, **settings))
    assert (stopping.stopped_step, stopping.best_step) == (stopped, best)
    assert trainer.step == (len(values) - 1 if stopped is None else stopped)


def test_another_evaluation_is_not_what_it_hears():
    other = Scripted([1, 2, 3, 4, 5])  # would stop it at once
    stopping, trainer = run([5, 4, 3, 2, 1], EarlyStopping, extra=[other])
    assert (stopping.stopped_step, trainer.step) == (None, 4)


@pytest.mark.parametrize(
    "optimizer", [SGD(lr=0.5), Adam(lr=0.1), ScheduleFreeSGD(lr=0.5)], ids=lambda o: type(o).__name__
)
def test_the_best_parameters_and_buffers_return(points, optimizer):
    x, t = points
    network = MultiLayerNet(6, [5], 3, batch_norm=True)
    scripted, kept = Scripted([5, 4, 3, 3.5, 3.2, 1]), KeepWeights()
    stopping = EarlyStopping(scripted, patience=2, restore_best_weights=True)
    Trainer(network, optimizer, 7, callbacks=[stopping, scripted, kept]).fit(x, t, steps=5)
    assert (stopping.best_step, stopping.stopped_step) == (2, 4)
    for array, best, last in zip((network.params.flat, network.buffers.flat), kept.kept[2], kept.kept[4], strict=True):
        np.testing.assert_array_equal(array, best)
        assert not np.array_equal(array, last)


def test_they_return_too_when_fit_ends_before_it_has_stopped():
    kept = KeepWeights()
    stopping, trainer = run(
        [3, 2, 2.5], lambda e: EarlyStopping(e, patience=5, restore_best_weights=True), extra=[kept]
    )
    assert stopping.stopped_step is None
    np.testing.assert_array_equal(trainer.network.params.flat, kept.kept[1][0])


@pytest.mark.parametrize(
    ("settings", "values", "reductions"),
    [
        ({"patience": 1}, [3, 3, 3, 3, 3], [(2, 0.1), (4, 0.1 * 0.1)]),
        ({"patience": 0}, [3, 2, 2, 1], [(2, 0.1)]),
        ({"patience": 0, "threshold": 0.1}, [10, 9.5, 8.9], [(1, 0.1)]),
        ({"patience": 0, "threshold": 1, "threshold_mode": "abs"}, [10, 9.5, 8.9], [(1, 0.1)]),
        ({"patience": 0, "cooldown": 2}, [3, 3, 3, 3, 3], [(1, 0.1), (4, 0.1 * 0.1)]),
        ({"patience": 0, "factor": 0.5, "min_lr": 0.4}, [3, 3, 3, 3], [(1, 0.5), (2, 0.4)]),
        ({"patience": 0, "eps": 0.95}, [3, 3, 3], []),
        ({"patience": 0, "monitor": "accuracy"}, [0.5, 0.6, 0.6], [(2, 0.1)]),
    ],
)
def test_the_learning_rate_falls_after_more_than_patience_bad_measurements(settings, values, reductions):
    plateau, trainer = run(values, lambda evaluation: ReduceLROnPlateau(evaluation, **settings))
    assert [step for step, _ in plateau.reductions] == [step for step, _ in reductions]
    np.testing.assert_allclose([lr for _, lr in plateau.reductions], [lr for _, lr in reductions])
    assert trainer.optimizer.lr == (plateau.reductions[-1][1] if plateau.reductions else 1.0)


def test_it_is_pytorchs(rng):
    torch = pytest.importorskip("torch")
    for _ in range(50):
        monitor, mode = [("loss", "min"), ("accuracy", "max")][rng.integers(2)]
        settings = {
            "factor": float(rng.uniform(0.1, 0.9)),
            "patience": int(rng.integers(4)),
            "threshold": float(rng.choice([0, 1e-4, 0.1])),
            "threshold_mode": str(rng.choice(["rel", "abs"])),
            "cooldown": int(rng.integers(3)),
            "min_lr": float(rng.choice([0, 0.2])),
            "eps": float(rng.choice([1e-8, 0.05])),
        }
        values = rng.uniform(0.5, 1, 40).tolist()
        theirs = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
        scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(theirs, mode, **settings)
        expected = []
        for step, value in enumerate(values):
            before = theirs.param_groups[0]["lr"]
            scheduler.step(value)
            if theirs.param_groups[0]["lr"] != before:
                expected.append((step, theirs.param_groups[0]["lr"]))
        plateau, _ = run(values, lambda e, m=monitor, s=settings: ReduceLROnPlateau(e, m, **s))
        assert plateau.reductions == expected, settings


def test_early_stopping_is_kerass(rng, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    pytest.importorskip("torch")
    keras = pytest.importorskip("keras")
    for _ in range(30):
        monitor, mode = [("loss", "min"), ("accuracy", "max")][rng.integers(2)]
        settings = {"patience": int(rng.integers(4)), "min_delta": float(rng.choice([0, 0.1]))}
        values = rng.uniform(0.5, 1, 20).tolist()
        theirs = keras.callbacks.EarlyStopping(monitor="m", mode=mode, **settings)
        theirs.set_model(type("Model", (), {"stop_training": False})())
        theirs.on_train_begin()
        epochs = iter(range(len(values)))
        while not theirs.model.stop_training and (epoch := next(epochs, None)) is not None:
            theirs.on_epoch_end(epoch, {"m": values[epoch]})
        ours, _ = run(values, lambda e, m=monitor, s=settings: EarlyStopping(e, m, **s))
        assert (ours.stopped_step or 0, ours.best_step) == (theirs.stopped_epoch, theirs.best_epoch)


class Killed(Callback):
    after_others = True

    def __init__(self, step):
        self.step = step

    def on_step_end(self, trainer, loss):
        if trainer.step == self.step:
            raise KeyboardInterrupt


def new(points, path, kill=None):
    """A training of 60 steps that reduces its learning rate and stops early, as its checkpoint has left it."""
    x, t = points
    evaluation = Evaluation(x[:30], 2 - t[:30], every=2)  # of wrong labels: it soon gets worse
    plateau = ReduceLROnPlateau(evaluation, factor=0.5, patience=2)
    stopping = EarlyStopping(evaluation, patience=14, restore_best_weights=True)
    checkpoint = Checkpoint(path, every=5)
    callbacks = [evaluation, plateau, stopping, checkpoint, *([Killed(kill)] if kill else [])]
    network = MultiLayerNet(6, [5], 3, batch_norm=True, dropout=0.2)
    trainer = Trainer(network, Adam(lr=0.05), 7, callbacks=callbacks)
    checkpoint.resume(trainer)
    return trainer, plateau, stopping


def all_of(trainer, plateau, stopping):
    about = [trainer.step, trainer.optimizer.lr, plateau.best, plateau.reductions, stopping.best_step]
    about += [stopping.stopped_step, stopping.wait]
    return about, trainer.network.params.flat.tobytes() + trainer.network.buffers.flat.tobytes()


@pytest.mark.parametrize("kill", [1, 5, 8, 13, 27])
def test_a_killed_training_goes_on_bit_for_bit(points, tmp_path, kill):
    whole = new(points, tmp_path / "whole.npz")
    whole[0].fit(*points, steps=60)
    assert whole[1].reductions and whole[2].stopped_step is not None and whole[0].step < 60
    killed = new(points, tmp_path / "run.npz", kill)
    with pytest.raises(KeyboardInterrupt):
        killed[0].fit(*points, steps=60)
    resumed = new(points, tmp_path / "run.npz")
    resumed[0].fit(*points, steps=60 - resumed[0].step)
    assert all_of(*resumed) == all_of(*whole)


def test_a_training_that_has_stopped_stays_stopped_when_it_is_resumed(points, tmp_path):
    whole = new(points, tmp_path / "run.npz")
    whole[0].fit(*points, steps=60)
    again = new(points, tmp_path / "run.npz")
    again[0].fit(*points, steps=60 - again[0].step)
    assert all_of(*again) == all_of(*whole)


def test_the_learning_rate_of_anybodys_optimizer_is_reduced():
    plain = Plain()
    _, trainer = run([3, 3, 3], lambda e: ReduceLROnPlateau(e, patience=0, factor=0.5), plain)
    assert plain.lr == trainer.optimizer.lr == 0.25


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda e: EarlyStopping((np.eye(2), [0, 1])), "evaluation must be an Evaluation"),
        (lambda e: EarlyStopping(e, "val_loss"), "monitor must be 'loss' or 'accuracy', not 'val_loss'"),
        (lambda e: EarlyStopping(e, patience=-1), "patience must be at least 0"),
        (lambda e: EarlyStopping(e, min_delta=-0.1), "min_delta must be a number ≥ 0, not -0.1"),
        (lambda e: ReduceLROnPlateau(e, factor=1.0), "factor must be above 0 and below 1, not 1.0"),
        (lambda e: ReduceLROnPlateau(e, factor=math.nan), "factor must be above 0 and below 1, not nan"),
        (lambda e: ReduceLROnPlateau(e, threshold_mode="relative"), "threshold_mode must be 'rel' or 'abs'"),
        (lambda e: ReduceLROnPlateau(e, cooldown=0.5), "cooldown must be an integer"),
        (lambda e: ReduceLROnPlateau(e, min_lr="0"), "min_lr must be a number ≥ 0"),
    ],
)
def test_a_setting_out_of_range_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make(Evaluation(np.eye(2), [0, 1]))


def fit(callbacks, optimizer=None, loss=None, t=(0, 1)):
    network = MultiLayerNet(2, [2], 2, loss_function=loss)
    Trainer(network, optimizer or SGD(), callbacks=callbacks).fit(np.eye(2), np.array(t), steps=1)


def test_what_cannot_work_is_refused_when_fit_begins():
    evaluation = Evaluation(np.eye(2), [0, 1])
    with pytest.raises(ValueError, match="must be one of the trainer's callbacks"):
        fit([EarlyStopping(evaluation)])
    with pytest.raises(ValueError, match="a schedule decides"):
        fit([evaluation, ReduceLROnPlateau(evaluation)], SGD(lr=Constant(0.1)))
    with pytest.raises(ValueError, match="needs an optimizer with a learning rate named lr"):
        fit([evaluation, ReduceLROnPlateau(evaluation)], type("NoRate", (), {"update": lambda self, p, g: None})())
    regression = Evaluation(np.eye(2), np.eye(2))
    with pytest.raises(ValueError, match="MeanSquaredError has no accuracy"):
        fit([regression, EarlyStopping(regression, "accuracy")], loss=MeanSquaredError(), t=np.eye(2))
