import csv
import gc
import json
import math
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.support.files import DAMAGES, check_that_an_interrupted_save_keeps, reads_with_one_byte_flipped
from zeronet import (
    SGD,
    AdaGrad,
    Adam,
    Affine,
    Callback,
    Checkpoint,
    Constant,
    Diverged,
    Evaluation,
    History,
    Layer,
    Log,
    MeanSquaredError,
    Momentum,
    MultiLayerNet,
    Nesterov,
    Network,
    RMSProp,
    Step,
    Trainer,
    TwoLayerNet,
    stream,
)
from zeronet.common.archives import read_arrays, replace_arrays
from zeronet.training.inspection import Inspection

PROJECT = Path(__file__).parents[2]
OPTIMIZERS = [SGD(lr=0.5), Momentum(lr=0.1), Nesterov(lr=0.1), AdaGrad(lr=0.1), RMSProp(lr=0.01), Adam(lr=0.01)]
OPTIMIZERS.append(SGD(lr=lambda step: 0.2 / (1 + step)))
every_optimizer = pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda each: type(each).__name__)


def new_trainer(*callbacks, optimizer=None, hidden=5, **settings):
    optimizer = optimizer.clone() if optimizer else SGD(lr=0.5)
    net = TwoLayerNet(6, hidden, 3, weight_init_std=0.5)
    return Trainer(net, optimizer, **{"batch_size": 7, **settings}, callbacks=callbacks)


def result(trainer):
    return trainer.network.params.flat


class Stop(Callback):
    """Interrupt the training after an update, as Ctrl-C would."""

    after_others = True  # as the Checkpoint before it

    def __init__(self, step):
        self.step = step

    def on_step_end(self, trainer, loss):
        if trainer.step == self.step:
            raise KeyboardInterrupt


# History


class BeforeUpdates(SGD):
    """SGD that measures the loss of its batch itself: before the update, at the parameters it is given."""

    def before_update(self, params, grads):
        self.seen = [*getattr(self, "seen", []), params.flat.copy()]


def test_row_k_is_the_loss_that_update_k_plus_1_came_from(points):
    history, optimizer = History(), BeforeUpdates(lr=0.5)
    trainer = Trainer(TwoLayerNet(6, 5, 3), optimizer, batch_size=60, callbacks=[history]).fit(*points, steps=5)
    net = TwoLayerNet(6, 5, 3)
    for loss, params in zip(history.losses, optimizer.seen, strict=True):
        net.params.flat = params  # one batch is all the data, in another order
        assert loss == pytest.approx(net.loss(*points), rel=1e-5)
    assert history.losses[-1] != pytest.approx(trainer.network.loss(*points), rel=1e-5)


def test_row_0_is_the_untrained_network_where_all_optimizers_of_a_seed_agree_exactly(points):
    histories = [History() for _ in OPTIMIZERS]
    for history, optimizer in zip(histories, OPTIMIZERS, strict=True):
        new_trainer(history, optimizer=optimizer).fit(*points, steps=2)
    assert len({history.losses[0] for history in histories}) == 1
    assert len({history.losses[1] for history in histories}) == len(OPTIMIZERS)


def test_history_goes_on_over_a_second_fit(points):
    whole, parts = History(), History()
    new_trainer(whole).fit(*points, steps=10)
    new_trainer(parts).fit(*points, steps=4).fit(*points, steps=6)
    assert parts.losses == whole.losses
    assert len(parts.losses) == 10


# Evaluation


@pytest.mark.parametrize(
    ("fits", "every", "steps"),
    [
        ([10], 4, [0, 4, 8, 10]),
        ([8], 4, [0, 4, 8]),  # the end is no second time
        ([8, 8], 4, [0, 4, 8, 12, 16]),
        ([5, 5], 4, [0, 4, 5, 8, 10]),
        ([3], 1, [0, 1, 2, 3]),
        ([3], 100, [0, 3]),
        ([0], 100, [0]),
    ],
)
def test_evaluation_is_at_0_every_so_many_steps_and_at_the_end_and_never_twice(fits, every, steps, points):
    evaluation = Evaluation(*points, every=every)
    trainer = new_trainer(evaluation)
    for length in fits:
        trainer.fit(*points, steps=length)
    assert [row[0] for row in evaluation.rows] == steps


def test_an_evaluation_is_the_loss_and_accuracy_of_the_network_after_so_many_updates(points):
    x, t = points
    evaluation = Evaluation(x[:30], t[:30], every=4)
    trainer = new_trainer(evaluation)
    untrained = trainer.network.loss(x[:30], t[:30]), trainer.network.accuracy(x[:30], t[:30])
    trainer.fit(x, t, steps=6)
    np.testing.assert_array_equal(result(trainer), result(new_trainer().fit(x, t, steps=6)))  # it changes nothing
    assert evaluation.rows[0][1:] == untrained
    assert evaluation.rows[-1][1:] == (trainer.network.loss(x[:30], t[:30]), trainer.network.accuracy(x[:30], t[:30]))


def test_regression_is_evaluated_with_r_squared_and_probabilities_with_one(points):
    x, t = points
    target = x[:, :2] * 3
    evaluation = Evaluation(x, target)
    net = MultiLayerNet(6, [5], 2, loss_function=MeanSquaredError())
    Trainer(net, SGD(lr=0.1), 7, callbacks=[evaluation]).fit(x, target, steps=50)
    assert evaluation.rows[-1][1] == pytest.approx(((net.predict(x) - target) ** 2).mean(), rel=1e-6)
    assert evaluation.rows[-1][1] < 0.5 * evaluation.rows[0][1]
    from sklearn.metrics import r2_score

    assert evaluation.rows[-1][2] == pytest.approx(r2_score(target, net.predict(x)), rel=1e-6)
    soft = 0.8 * np.eye(3)[t] + 0.2 / 3
    evaluation = Evaluation(x, soft)
    trainer = new_trainer(evaluation).fit(x, soft, steps=50)
    assert evaluation.rows[-1][2] == trainer.network.accuracy(x, t) > 0.8


def test_what_the_optimizer_wants_evaluated_is_evaluated(points):
    class Zeros(SGD):
        def evaluation_params(self, params):
            return {name: np.zeros_like(array) for name, array in params.items()}

    evaluation = Evaluation(*points, every=2)
    trainer = new_trainer(evaluation, optimizer=Zeros(lr=0.5)).fit(*points, steps=4)
    assert [row[1] for row in evaluation.rows] == pytest.approx([math.log(3)] * 3)
    with trainer.training():
        np.testing.assert_array_equal(result(trainer), result(new_trainer().fit(*points, steps=4)))


def test_the_evaluation_at_the_end_of_a_training_that_leapt_away_is_silent_too(points):
    evaluation = Evaluation(*points)
    with pytest.raises(Diverged):
        new_trainer(evaluation, optimizer=SGD(lr=1e25)).fit(*points, steps=1)
    assert not math.isfinite(evaluation.rows[-1][1])


@pytest.mark.parametrize("make", [lambda n: Evaluation([], [], n), lambda n: Checkpoint("run.npz", n), Inspection])
@pytest.mark.parametrize("every", [0, -1])
def test_what_happens_regularly_happens_at_least_a_step_apart(make, every):
    with pytest.raises(ValueError, match=f"every must be at least 1, not {every}"):
        make(every)


class StopAfter(Callback):
    """End the training after its third evaluation, or at once."""

    def __init__(self, event):
        self.event, self.heard = event, []

    def on_fit_start(self, trainer):
        if self.event == "on_fit_start":
            trainer.stop()

    def on_step_end(self, trainer, loss):
        if self.event == "on_step_end" and trainer.step == 8:
            trainer.stop()

    def on_evaluation(self, trainer, evaluation):
        self.heard.append(evaluation.rows[-1])
        if self.event == "on_evaluation" and len(self.heard) == 3:
            trainer.stop()

    def on_fit_end(self, trainer):
        self.heard.append("end")


@pytest.mark.parametrize(
    ("event", "steps"), [("on_fit_start", 0), ("on_step_end", 8), ("on_evaluation", 8), (None, 20)]
)
@pytest.mark.parametrize("order", [1, -1])
def test_a_callback_hears_of_evaluations_and_may_stop_the_training(event, steps, order, points):
    stop, evaluation = StopAfter(event), Evaluation(*points, every=4)
    trainer = new_trainer(*[stop, evaluation][::order]).fit(*points, steps=20)
    assert trainer.step == steps
    np.testing.assert_array_equal(result(trainer), result(new_trainer().fit(*points, steps=steps)))
    heard = [row for row in stop.heard if row != "end"]
    assert heard == evaluation.rows
    assert "end" in stop.heard
    assert trainer.fit(*points, steps=0).step == steps
    stop.event = None
    assert trainer.fit(*points, steps=5).step == steps + 5


# Log


def rows_of(path):
    with path.open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    assert header == ["step", "loss"]
    return [(int(step), float(loss)) for step, loss in rows]


def test_the_log_holds_every_loss_to_the_last_digit_at_once(points, tmp_path):
    path, history = tmp_path / "log.csv", History()

    class Read(Callback):
        def on_step_end(self, trainer, loss):
            assert rows_of(path)[-1] == (trainer.step - 1, loss)

    trainer = new_trainer(Log(path), Read(), history).fit(*points, steps=5)
    assert rows_of(path) == list(enumerate(history.losses))
    path.write_text(path.read_text() + "5,")  # half a row of a killed run is left out
    trainer.fit(*points, steps=1)
    assert rows_of(path) == list(enumerate(history.losses))
    new_trainer(Log(path)).fit(*points, steps=3)  # training from the start replaces the file
    assert len(rows_of(path)) == 3


def test_a_training_that_goes_on_goes_on_in_its_log_without_rows_twice(points, tmp_path):
    path, history = tmp_path / "log.csv", History()
    new_trainer(history).fit(*points, steps=20)
    with pytest.raises(KeyboardInterrupt):
        new_trainer(Log(path), Checkpoint(tmp_path / "run.npz", every=6), Stop(11)).fit(*points, steps=20)
    assert len(rows_of(path)) == 11

    checkpoint = Checkpoint(tmp_path / "run.npz")
    trainer = new_trainer(Log(path), checkpoint)
    checkpoint.resume(trainer)
    trainer.fit(*points, steps=7).fit(*points, steps=20 - trainer.step)
    assert rows_of(path) == list(enumerate(history.losses))


def test_a_diverging_training_leaves_no_open_log(points, tmp_path):
    trainer = new_trainer(Log(tmp_path / "log.csv"), optimizer=SGD(lr=1e25))
    with pytest.raises(Diverged):
        trainer.fit(*points, steps=100)
    assert len(rows_of(tmp_path / "log.csv")) == trainer.step
    del trainer
    gc.collect()  # an open file that is forgotten would be a ResourceWarning here


# Checkpoint


@every_optimizer
@pytest.mark.parametrize("stop", [7, 12, 13])
def test_an_interrupted_training_goes_on_bit_for_bit(optimizer, stop, points, tmp_path):
    whole = new_trainer(optimizer=optimizer).fit(*points, steps=20)
    with pytest.raises(KeyboardInterrupt):
        checkpoint = Checkpoint(tmp_path / "run.npz", every=6)
        new_trainer(checkpoint, Stop(stop), optimizer=optimizer).fit(*points, steps=20)

    checkpoint = Checkpoint(tmp_path / "run.npz", every=6)
    resumed = new_trainer(checkpoint, optimizer=optimizer)
    assert checkpoint.resume(resumed)
    assert resumed.step == stop // 6 * 6
    resumed.fit(*points, steps=20 - resumed.step)
    np.testing.assert_array_equal(result(resumed), result(whole))


KILLED = """
import os, signal, sys
import numpy as np
from zeronet import SGD, Adam, Callback, Checkpoint, Trainer, TwoLayerNet

class Kill(Callback):
    def on_step_end(self, trainer, loss):
        if trainer.step == 13:
            os.kill(os.getpid(), signal.SIGKILL)

data = np.load(sys.argv[1])
optimizer = {"SGD": SGD(lr=0.5), "Adam": Adam(lr=0.01)}[sys.argv[3]]
callbacks = [Checkpoint(sys.argv[2], every=5), Kill()]
net = TwoLayerNet(6, 5, 3, weight_init_std=0.5)
Trainer(net, optimizer, batch_size=7, callbacks=callbacks).fit(data["x"], data["t"], steps=20)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("optimizer", [SGD(lr=0.5), Adam(lr=0.01)], ids=lambda each: type(each).__name__)
def test_a_killed_process_goes_on_bit_for_bit(optimizer, points, tmp_path):
    np.savez(tmp_path / "data.npz", x=points[0], t=points[1])
    run = [sys.executable, "-c", KILLED, tmp_path / "data.npz", tmp_path / "run.npz", type(optimizer).__name__]
    assert subprocess.run(run, cwd=PROJECT).returncode == -signal.SIGKILL

    checkpoint = Checkpoint(tmp_path / "run.npz")
    resumed = new_trainer(checkpoint, optimizer=optimizer)
    assert checkpoint.resume(resumed)
    assert resumed.step == 10
    resumed.fit(*points, steps=10)
    np.testing.assert_array_equal(result(resumed), result(new_trainer(optimizer=optimizer).fit(*points, steps=20)))


def test_without_a_file_a_training_begins_at_its_beginning_and_the_end_of_a_fit_is_kept(points, tmp_path):
    trainer, checkpoint = new_trainer(batch_size=np.int64(7)), Checkpoint(tmp_path / "run.npz", every=1000)
    before = result(trainer).copy()
    assert not checkpoint.resume(trainer)
    assert trainer.step == 0
    np.testing.assert_array_equal(result(trainer), before)
    new_trainer(checkpoint, optimizer=Adam(), batch_size=np.int64(7)).fit(*points, steps=np.int64(3))
    trainer = new_trainer(optimizer=Adam())
    assert checkpoint.resume(trainer)
    assert trainer.step == 3
    with np.load(checkpoint.path, allow_pickle=False) as file:  # no pickle inside: reading one would raise
        assert {"about", "params/W1", "optimizer/m/W1", "optimizer/v/b2"} < set(dict(file))


def test_an_interrupted_save_leaves_the_old_file_whole(points, tmp_path, monkeypatch):
    checkpoint = Checkpoint(tmp_path / "run.npz")
    trainer = new_trainer(checkpoint).fit(*points, steps=3)
    check_that_an_interrupted_save_keeps(checkpoint.path, lambda: trainer.fit(*points, steps=3), monkeypatch)


CHECKPOINT_DAMAGES = DAMAGES | {
    "a saved network": lambda path: TwoLayerNet(6, 5, 3).save(path),
    "about something else": lambda path: np.savez(path, about=np.array("3")),
    "about too little": lambda path: np.savez(path, about=np.array('{"step": 3}')),
}


@pytest.mark.parametrize("damage", CHECKPOINT_DAMAGES.values(), ids=CHECKPOINT_DAMAGES.keys())
def test_a_damaged_or_foreign_file_is_refused_by_its_name(damage, points, tmp_path):
    path = tmp_path / "run.npz"
    new_trainer(Checkpoint(path)).fit(*points, steps=3)
    damage(path)
    trainer = new_trainer()
    with pytest.raises(ValueError, match=r"run\.npz is not a checkpoint, or is damaged"):
        Checkpoint(path).resume(trainer)
    assert trainer.step == 0


def test_wherever_one_byte_of_a_checkpoint_is_flipped_it_resumes_as_before_or_is_refused(points, tmp_path):
    checkpoint = Checkpoint(tmp_path / "run.npz")
    trainer = new_trainer(checkpoint).fit(*points, steps=3)

    def resumed():
        twin = new_trainer()
        checkpoint.resume(twin)
        return twin

    for twin in reads_with_one_byte_flipped(checkpoint.path, resumed, stride=11):
        np.testing.assert_array_equal(result(twin), result(trainer))


def with_changed(arrays=None, **changes):
    """Return a change of a checkpoint, with the digest that fits: of arrays, or of what is beside them."""

    def change(path):
        kept = read_arrays(path)
        about = json.loads(str(kept.pop("about")))
        for name, value in changes.items():
            place = about["optimizer"] if name in about["optimizer"] else about
            place[name] = value
        kept = arrays(kept) if arrays else kept
        replace_arrays(path, {"about": np.array(json.dumps(about)), **kept})

    return change


@pytest.mark.parametrize(
    "change",
    [
        with_changed(step=-5),
        with_changed(step=2.5),
        with_changed(step=True),
        with_changed(t=-1),
        with_changed(states=[]),
        with_changed(states=[{"losses": [0]}, 3]),
        with_changed(numbers={"h": 1}),
        with_changed(settings={}),
        with_changed(shapes={"W1": [6, 5]}),
        with_changed(lambda arrays: {k: a for k, a in arrays.items() if k != "optimizer/v/b1"}),
        with_changed(lambda arrays: {k: a.T if k == "optimizer/m/W1" else a for k, a in arrays.items()}),
        with_changed(lambda arrays: {k: a.T if k == "params/W1" else a for k, a in arrays.items()}),
        with_changed(lambda arrays: {k: a.astype(str) if k == "optimizer/m/W1" else a for k, a in arrays.items()}),
        with_changed(lambda arrays: {k: a.astype(complex) if k == "params/W1" else a for k, a in arrays.items()}),
        with_changed(lambda arrays: {k: a for k, a in arrays.items() if k != "callbacks/0/losses"}),
    ],
)
def test_a_checkpoint_with_other_content_is_refused_and_changes_nothing(change, points, tmp_path):
    path = tmp_path / "run.npz"
    new_trainer(History(), Checkpoint(path), optimizer=Adam()).fit(*points, steps=3)
    change(path)
    trainer = new_trainer(History(), optimizer=Adam())
    before = result(trainer).copy()
    with pytest.raises(ValueError, match=r"run\.npz"):
        Checkpoint(path).resume(trainer)
    assert (trainer.step, trainer.optimizer.t, trainer.optimizer.m, trainer.callbacks[0].losses) == (0, 0, None, [])
    np.testing.assert_array_equal(result(trainer), before)


KEPT = {"optimizer": Nesterov(lr=Step(0.5, 2)), "callbacks": "History Evaluation"}


def trainer_with(checkpoint, points, optimizer, callbacks, **settings):
    made = {"History": History, "Evaluation": lambda: Evaluation(*points)}
    return new_trainer(checkpoint, *(made[name]() for name in callbacks.split()), optimizer=optimizer, **settings)


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ({"batch_size": 8}, "was written with batch size 7, not 8"),
        ({"seed": 1}, "was written with seed 0, not 1"),
        ({"optimizer": Nesterov(lr=Constant(0.5))}, r"schedule 'Step\(lr=0.5, every=2, gamma=0.1\)', not 'Constant"),
        ({"optimizer": Nesterov(lr=lambda k: 0.5)}, "not '<lambda>'"),
        ({"optimizer": Nesterov(lr=0.5)}, "not None"),
        ({"optimizer": SGD(lr=Step(0.5, 2))}, "Nesterov.*SGD"),
        ({"optimizer": Adam(lr=Step(0.5, 2))}, "Nesterov.*Adam"),
        ({"optimizer": Momentum(lr=Step(0.5, 2))}, "Nesterov.*Momentum"),  # states of the same name
        ({"callbacks": ""}, r"with callbacks \['History', 'Evaluation'\], not \[\]"),
        ({"callbacks": "History"}, r"not \['History'\]"),
        ({"callbacks": "Evaluation History"}, r"not \['Evaluation', 'History'\]"),
        ({"hidden": 4}, r"holds the arrays \['W1', 'b1', 'W2', 'b2'\]"),
        ({"network": Network([Affine(6, 3)])}, r"\['W1', 'b1', 'W2', 'b2'\], not \['W1', 'b1'\]"),
    ],
)
def test_a_checkpoint_of_another_training_is_refused_with_what_differs_and_changes_nothing(
    other, message, points, tmp_path
):
    checkpoint = Checkpoint(tmp_path / "run.npz")
    trainer_with(checkpoint, points, **KEPT).fit(*points, steps=3)
    network = other.get("network")
    trainer = trainer_with(checkpoint, points, **KEPT | {k: v for k, v in other.items() if k != "network"})
    trainer.network = network or trainer.network
    before = result(trainer).copy()
    with pytest.raises(ValueError, match=message):
        checkpoint.resume(trainer)
    assert trainer.step == trainer.optimizer.t == 0
    np.testing.assert_array_equal(result(trainer), before)


def test_a_resumed_training_has_the_whole_history_wherever_its_checkpoint_stands(points, tmp_path):
    def trainer():
        checkpoint = Checkpoint(tmp_path / "run.npz", every=6)
        return new_trainer(checkpoint, History(), Evaluation(*points, every=4), Inspection(4)), checkpoint

    def histories(trainer):
        history, evaluation, inspection, _ = trainer.callbacks
        return history.losses, evaluation.rows, inspection.arrays()

    whole, _ = trainer()
    whole.fit(*points, steps=20)
    (tmp_path / "run.npz").unlink()
    interrupted, _ = trainer()
    interrupted.callbacks.append(Stop(13))
    with pytest.raises(KeyboardInterrupt):
        interrupted.fit(*points, steps=20)
    resumed, checkpoint = trainer()
    assert checkpoint.resume(resumed)
    resumed.fit(*points, steps=20 - resumed.step)
    np.testing.assert_equal(histories(resumed), histories(whole))
    assert [type(row) for row in resumed.callbacks[1].rows] == [tuple] * 6


class Noise(Layer):
    """Adds noise to its input while training, and keeps a running mean of it."""

    buffer_names = ("mean",)
    random = True

    def __init__(self, size):
        self.mean = np.zeros(size)

    def forward(self, x, train=False):
        if train:
            noise = self.rng.standard_normal(x.shape[1:])
            self.mean = 0.9 * self.mean + noise
            x = x + noise.astype(x.dtype)
        return x

    def backward(self, dy):
        return dy


def test_buffers_and_the_random_numbers_of_layers_go_on_too(points, tmp_path):
    def trainer(*callbacks):
        affine = Affine(6, 3, rng=np.random.default_rng(0))
        return Trainer(Network([Noise(6), affine, Noise(3)]), SGD(lr=0.1), batch_size=7, seed=3, callbacks=callbacks)

    checkpoint = Checkpoint(tmp_path / "run.npz")
    whole = trainer().fit(*points, steps=20)
    trainer(checkpoint).fit(*points, steps=10)
    resumed = trainer()
    checkpoint.resume(resumed)
    resumed.fit(*points, steps=10)
    np.testing.assert_array_equal(resumed.network.buffers.flat, whole.network.buffers.flat)
    np.testing.assert_array_equal(result(resumed), result(whole))
    one_step = trainer().fit(*points, steps=1).network.buffers
    for (name, mean), place in zip(one_step.items(), (0, 2), strict=True):  # the address: step and place
        np.testing.assert_allclose(mean, stream(3, "layers", 0, place).standard_normal(mean.shape), err_msg=name)


class Foreign:
    """An optimizer of a learner's."""

    def update(self, params, grads):
        for name in params:
            params[name] -= 0.1 * grads[name]


def test_the_state_of_a_foreign_optimizer_can_neither_be_kept_nor_resumed(points, tmp_path):
    checkpoint = Checkpoint(tmp_path / "run.npz")
    trainer = Trainer(TwoLayerNet(6, 5, 3), Foreign(), batch_size=7, callbacks=[checkpoint])
    with pytest.raises(ValueError, match="the state of Foreign cannot be saved"):
        trainer.fit(*points, steps=3)
    assert trainer.step == 0, "this can be known before the first step"
    new_trainer(checkpoint).fit(*points, steps=3)
    with pytest.raises(ValueError, match="the state of Foreign"):
        checkpoint.resume(trainer)
