"""Checkpoints: a killed training continues from its last one, bit for bit."""

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from zeronet.common.archives import read_arrays, replace_arrays
from zeronet.common.validation import checked_integer
from zeronet.optimizers import Optimizer
from zeronet.optimizers.schedules import Schedule
from zeronet.training.callbacks import Callback
from zeronet.training.trainer import Trainer


class Checkpoint(Callback):
    """Save all that training needs to continue in one file, so that a killed training continues bit for bit.

        checkpoint = Checkpoint("run.npz", every=100)
        trainer = Trainer(net, optimizer, callbacks=[checkpoint])
        checkpoint.resume(trainer)                          # does nothing if there is no file
        trainer.fit(x, t, steps=1000 - trainer.step)

    The file holds the parameters, the buffers, the optimizer's state, the step, and the states of the other callbacks.
    It is replaced as a whole, never half written.

    Parameters
    ----------
    path : path of the .npz file
    every : int, ≥ 1, default 1000; steps from one saving to the next

    Raises
    ------
    ValueError if `every` is not an integer ≥ 1; in `fit`, if the optimizer is not one of zeronet's, whose state is
    unknown.
    """

    after_others = True  # so that it saves what they did in this step

    def __init__(self, path: str | Path, every: int = 1000):
        self.path, self.every = Path(path), checked_integer("every", every)

    def on_fit_start(self, trainer: Trainer) -> None:
        """Refuse an optimizer whose state is unknown."""
        _known_optimizer(trainer)

    def on_step_end(self, trainer: Trainer, loss: float) -> None:
        """Save if it is due."""
        if trainer.step % self.every == 0:
            self.save(trainer)

    def on_fit_end(self, trainer: Trainer) -> None:
        """Save the result."""
        self.save(trainer)

    def save(self, trainer: Trainer) -> None:
        """Write the file."""
        optimizer = _known_optimizer(trainer).state_dict()
        with trainer.training() as network:
            trained = network.params.copy()
        parts: dict[str, Mapping[str, np.ndarray]] = {"params": trained, "buffers": network.buffers}
        parts |= {f"optimizer/{name}": arrays for name, arrays in optimizer.pop("states").items()}
        states = [state for _, state in _callbacks_with_state(trainer)]
        for i, state in enumerate(states):
            parts[f"callbacks/{i}"] = {k: state.pop(k) for k in list(state) if isinstance(state[k], np.ndarray)}
        about = {"step": trainer.step, "optimizer": optimizer, "states": states, "belongs_to": _identity(trainer)}
        about["order_shift"] = trainer.order_shift
        arrays = {f"{part}/{name}": array for part, members in parts.items() for name, array in members.items()}
        replace_arrays(self.path, {"about": np.array(json.dumps(about)), **arrays})

    def resume(self, trainer: Trainer) -> bool:
        """Restore trainer as it was when the file was written; return whether there is a file.

        Raises ValueError if the file is damaged, or was written by a trainer with another network, optimizer, schedule,
        batch size or seed, or with other callbacks that have a state.
        """
        if not self.path.exists():
            return False
        optimizer, network = _known_optimizer(trainer), trainer.network
        try:
            arrays = read_arrays(self.path)
            about = json.loads(str(arrays.pop("about")))
            optimizer_state, states, identity = (about[k] for k in ("optimizer", "states", "belongs_to"))
            step, order_shift = checked_integer("step", about["step"], 0), int(about.get("order_shift", 0))
            shapes = {name: tuple(shape) for name, shape in (optimizer_state["shapes"] or {}).items()}
            identity = {"drop_last": True, **identity}  # older files have none
        except (KeyError, TypeError, AttributeError, ValueError, OverflowError, RecursionError) as error:
            raise ValueError(f"{self.path} is not a checkpoint, or is damaged ({error})") from error

        def part(name: str) -> dict[str, np.ndarray]:
            return {k.removeprefix(f"{name}/"): array for k, array in arrays.items() if k.startswith(f"{name}/")}

        for name, value in _identity(trainer).items():
            if identity.get(name) != value:
                raise ValueError(f"{self.path} was written with {name} {identity.get(name)!r}, not {value!r}")
        values = part("params") | part("buffers")
        if {name: a.shape for name, a in values.items()} != network.params.shapes | network.buffers.shapes:
            raise ValueError(f"{self.path} holds the arrays {list(values)}, not {[*network.params, *network.buffers]}")
        if any(array.dtype.kind != "f" for array in values.values()):
            raise ValueError(f"{self.path} is damaged: its parameters are no floats")
        if shapes and shapes != network.params.shapes:
            raise ValueError(f"{self.path} is damaged: its optimizer has updated {list(shapes)}")
        before = [(callback, copy.deepcopy(state)) for callback, state in _callbacks_with_state(trainer)]
        try:
            if len(states) != len(before):
                raise ValueError(f"it has the states of {len(states)} callbacks, not of {len(before)}")
            for i, (callback, _) in enumerate(before):
                callback.load_state({**states[i], **part(f"callbacks/{i}")})
            optimizer.load_state_dict(
                {**optimizer_state, "states": {name: part(f"optimizer/{name}") for name in optimizer.state_names}}
            )
        except Exception as error:  # callbacks may be a user's
            for callback, state in before:
                callback.load_state(state)
            raise ValueError(f"{self.path} does not fit, or is damaged: {error}") from error
        for name, array in values.items():
            (network.params if name in network.params else network.buffers)[name] = array
        optimizer.swap_to_evaluation(network.params)  # as outside fit
        trainer.step, trainer.order_shift, trainer.last_batch = step, order_shift, None
        return True


def _known_optimizer(trainer: Trainer) -> Optimizer:
    """Return the trainer's optimizer, if it is one of zeronet's."""
    if not isinstance(trainer.optimizer, Optimizer):
        name = type(trainer.optimizer.optimizer).__name__
        raise ValueError(f"the state of {name} cannot be saved: it has no state_dict")
    return trainer.optimizer


def _callbacks_with_state(trainer: Trainer) -> list[tuple[Callback, dict[str, Any]]]:
    """Return the callbacks that have a state, each with a copy of it."""
    states = [(callback, callback.state()) for callback in trainer.callbacks]
    return [(callback, dict(state)) for callback, state in states if state is not None]


def _identity(trainer: Trainer) -> dict[str, Any]:
    """Return what must be the same in the trainer that resumes."""
    schedule = getattr(trainer.optimizer, "schedule", None)
    if schedule and not isinstance(schedule, Schedule):  # a function is known by its name alone
        schedule = getattr(schedule, "__qualname__", type(schedule).__qualname__)
    return {
        "batch size": trainer.batch_size,
        "drop_last": trainer.drop_last,
        "seed": trainer.seed,
        "schedule": schedule and str(schedule),
        "callbacks": [type(callback).__name__ for callback, _ in _callbacks_with_state(trainer)],
    }
