"""The TensorBoard callback: read back with TensorBoard's own reader."""

import sys

import numpy as np
import pytest

from zeronet import SGD, Diverged, Evaluation, History, MultiLayerNet, Step, Trainer, TwoLayerNet
from zeronet.common.errors import UserError
from zeronet.integrations.tensorboard import TensorBoard
from zeronet.nn import MeanSquaredError


def read(folder):
    """Return tag → [(step, value)] of all events in a folder."""
    reader = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator", reason="needs tensorboard")
    events = reader.EventAccumulator(str(folder), size_guidance={"scalars": 0}).Reload()
    return {tag: [(event.step, event.value) for event in events.Scalars(tag)] for tag in events.Tags()["scalars"]}


@pytest.fixture(autouse=True)
def installed():
    pytest.importorskip("tensorboard", reason="needs tensorboard")


def test_losses_rates_and_evaluations_are_read_back(points, tmp_path):
    history, evaluation = History(), Evaluation(*points, every=5)
    optimizer = SGD(lr=Step(0.1, every=4, gamma=0.5))
    board = TensorBoard(tmp_path, every=1)
    Trainer(TwoLayerNet(6, 5, 3), optimizer, 10, callbacks=[board, history, evaluation]).fit(*points, steps=12)
    seen = read(tmp_path)
    assert set(seen) == {"training/loss", "training/learning rate", "evaluation/loss", "evaluation/accuracy"}
    steps, losses = zip(*seen["training/loss"], strict=True)
    assert list(steps) == list(range(12))
    np.testing.assert_allclose(losses, history.losses, rtol=1e-6)
    assert [value for _, value in seen["training/learning rate"]] == pytest.approx([0.1] * 4 + [0.05] * 4 + [0.025] * 4)
    expected = [(step, pytest.approx(accuracy, rel=1e-6)) for step, _, accuracy in evaluation.rows]
    assert seen["evaluation/accuracy"] == expected


def test_a_resumed_training_takes_the_place_of_the_later_steps(points, tmp_path):
    def train(start, steps):
        trainer = Trainer(TwoLayerNet(6, 5, 3), SGD(), 10, callbacks=[TensorBoard(tmp_path, every=1)])
        trainer.step = start
        trainer.fit(*points, steps=steps)

    train(0, 8)
    train(5, 6)  # as from a checkpoint
    assert [step for step, _ in read(tmp_path)["training/loss"]] == list(range(11))


def test_a_regression_and_two_evaluations(points, tmp_path):
    x, _ = points
    t = x[:, :2]
    evaluations = [Evaluation(x, t, every=5), Evaluation(x[:10], t[:10], every=5)]
    net = MultiLayerNet(6, [5], 2, loss_function=MeanSquaredError())
    Trainer(net, SGD(), 10, callbacks=[TensorBoard(tmp_path), *evaluations]).fit(x, t, steps=10)
    seen = read(tmp_path)
    assert seen["evaluation/R²"][-1] == (10, pytest.approx(evaluations[0].rows[-1][2], rel=1e-6))
    assert seen["evaluation 2/loss"][-1] == (10, pytest.approx(evaluations[1].rows[-1][1], rel=1e-6))
    assert [step for step, _ in seen["training/loss"]] == [0]


def test_what_was_measured_before_a_crash_is_there(points, tmp_path):
    with pytest.raises(Diverged):
        Trainer(TwoLayerNet(6, 5, 3), SGD(lr=1e30), 10, callbacks=[TensorBoard(tmp_path, every=1)]).fit(
            *points, steps=9
        )
    assert read(tmp_path)["training/loss"]


def test_without_the_package_one_line_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboard.compat.proto", None)
    with pytest.raises(UserError, match=r"TensorBoard needs tensorboard: pip install 'zeronet-dl\[tensorboard\]'"):
        TensorBoard(tmp_path)
    with pytest.raises(UserError, match=r"every must be at least 1"):
        monkeypatch.undo()
        TensorBoard(tmp_path, every=0)
