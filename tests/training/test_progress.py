"""The progress bar of fit: seen where somebody looks, and of no consequence."""

import io
import pickle
import sys

import pytest

from zeronet import SGD, Callback, Diverged, History, Trainer, TwoLayerNet
from zeronet.common.notebook import is_watched
from zeronet.training import progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def open_terminal(monkeypatch, delay=0.0):
    """Make stderr a terminal: in the test itself, since pytest changes it before."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(progress, "DELAY", delay)
    return terminal


def trainer(**options):
    return Trainer(TwoLayerNet(6, 5, 3), SGD(lr=0.1), batch_size=10, **options)


def test_it_is_silent_where_nobody_looks(points, capsys):
    trainer().fit(*points, steps=120)
    assert capsys.readouterr() == ("", "")


def test_a_terminal_sees_steps_loss_and_time_left(points, monkeypatch):
    terminal = open_terminal(monkeypatch)
    one = trainer().fit(*points, steps=120)
    last = terminal.getvalue().split("\r")[-1]
    assert "120/120 [00:00<00:00" in last and f"loss={one.last_loss:.4f}" in last
    one.fit(*points, steps=60)
    assert "120/180" in terminal.getvalue() and "180/180" in terminal.getvalue()


def test_a_notebook_sees_it_too(monkeypatch, points):
    monkeypatch.setitem(sys.modules, "ipykernel", object())
    assert is_watched()
    monkeypatch.delitem(sys.modules, "ipykernel")
    assert not is_watched()


@pytest.mark.parametrize("wanted", [True, False])
def test_a_choice_overrides_what_would_be_done(points, monkeypatch, capsys, wanted):
    monkeypatch.setattr(progress, "is_watched", lambda: not wanted)
    monkeypatch.setattr(progress, "DELAY", 0.0)
    trainer(progress=wanted).fit(*points, steps=20)
    assert bool(capsys.readouterr().err) == wanted


def test_a_short_fit_shows_none_unless_it_is_asked_for(points, monkeypatch):
    terminal = open_terminal(monkeypatch, delay=60.0)
    trainer().fit(*points, steps=5)
    assert terminal.getvalue() == ""
    trainer(progress=True).fit(*points, steps=5)
    assert "/5 [" in terminal.getvalue()


class Stops(Callback):
    def on_step_end(self, trainer, loss):
        if trainer.step == 3:
            trainer.stop()


def test_it_changes_nothing_and_is_closed_when_fit_ends_early(points, monkeypatch):
    terminal = open_terminal(monkeypatch)
    histories = [History(), History()]
    for history, wanted in zip(histories, (True, False), strict=True):
        one = trainer(progress=wanted, callbacks=[history, Stops()]).fit(*points, steps=20)
        assert one.step == 3
    assert histories[0].losses == histories[1].losses
    assert "3/20" in terminal.getvalue() and terminal.getvalue().endswith("\n")
    wild = Trainer(TwoLayerNet(6, 5, 3), SGD(lr=1e30), batch_size=10, progress=True)
    with pytest.raises(Diverged):
        wild.fit(*points, steps=50)
    assert "/50" in terminal.getvalue() and terminal.getvalue().endswith("\n")


def test_a_trainer_can_be_pickled_after_fit(points):
    one = pickle.loads(pickle.dumps(trainer(progress=True).fit(*points, steps=3)))
    assert one.fit(*points, steps=1).step == 4


def test_without_a_bar_tqdm_is_not_even_imported(points, monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    trainer(progress=False).fit(*points, steps=3)
    with progress.progress_bar(False, 0, 3, lambda: None) as watch:
        steps = [1, 2, 3]
        assert watch(steps) is steps


def test_a_trainer_is_one_short_line(points):
    one = trainer()
    assert repr(one) == "Trainer(TwoLayerNet, SGD, 0 steps)"
    assert repr(one.fit(*points, steps=3)) == f"Trainer(TwoLayerNet, SGD, 3 steps, last loss {one.last_loss:.4g})"
