"""Checkpoints: a killed training goes on from its last one, bit for bit."""

import json
from pathlib import Path

import numpy as np

from zeronet.common.files import read_arrays, replacing
from zeronet.training.callbacks import Callback
from zeronet.training.trainer import Trainer


class Checkpoint(Callback):
    """Keep all that training needs to go on in one file: parameters, the optimizer's state, the step.

    path: an .npz file, always whole; every: steps between two savings, ≥ 1. A killed training goes on bit for bit:

        checkpoint = Checkpoint("run.npz", every=100)
        trainer = Trainer(net, optimizer, callbacks=[checkpoint])
        checkpoint.resume(trainer)                          # does nothing while there is no file
        trainer.fit(x, t, steps=1000 - trainer.step)

    Raises ValueError for every < 1, and for an optimizer that is none of zeronet's: its state is not known.
    """

    def __init__(self, path: str | Path, every: int = 1000):
        if every < 1:
            raise ValueError(f"checkpoints are at least 1 step apart, not {every}")
        self.path, self.every = Path(path), every

    def on_fit_start(self, trainer: Trainer) -> None:
        """Refuse an optimizer whose state is not known."""
        self._check(trainer)

    def _check(self, trainer: Trainer) -> None:
        if not hasattr(trainer.optimizer, "state_dict"):
            raise ValueError(
                f"the state of {type(trainer.optimizer.optimizer).__name__} cannot be saved: it has no state_dict"
            )

    def save(self, trainer: Trainer) -> None:
        """Write the file."""
        self._check(trainer)
        state = trainer.optimizer.state_dict()
        arrays = {f"params/{name}": array for name, array in trainer.network.params.items()}
        arrays |= {f"{s}/{name}": array for s, each in state.pop("states").items() for name, array in each.items()}
        about = {"step": trainer.step, "batch_size": trainer.batch_size, "seed": trainer.seed, "optimizer": state}
        with replacing(self.path) as file:
            np.savez(file, about=json.dumps(about), **arrays)

    def resume(self, trainer: Trainer) -> bool:
        """Bring trainer to where the file was written; return whether there was one.

        Raises ValueError for a damaged file, or one of a trainer with another network, optimizer, batch size or seed.
        """
        if not self.path.exists():
            return False
        self._check(trainer)
        try:
            arrays = read_arrays(self.path)
            about = json.loads(str(arrays.pop("about")))
            batch_size, seed, step, state = (about[key] for key in ("batch_size", "seed", "step", "optimizer"))
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{self.path} is no checkpoint, or it is damaged ({error})") from error
        if (batch_size, seed) != (trainer.batch_size, trainer.seed):
            raise ValueError(
                f"{self.path} belongs to batch size {batch_size} and seed {seed}, "
                f"not {trainer.batch_size} and {trainer.seed}"
            )
        kinds: dict[str, dict[str, np.ndarray]] = {s: {} for s in ("params", *trainer.optimizer.state_names)}
        for key, array in arrays.items():
            kind, _, name = key.partition("/")
            kinds.setdefault(kind, {})[name] = array
        params = kinds.pop("params")
        shapes = {name: array.shape for name, array in params.items()}
        if shapes != trainer.network.params.shapes:
            raise ValueError(f"{self.path} holds the parameters {list(params)}, not {list(trainer.network.params)}")
        trainer.optimizer.load_state_dict({**state, "states": kinds})
        for name, array in params.items():
            trainer.network.params[name] = array
        trainer.step = step
        return True

    def on_step_end(self, trainer: Trainer, loss: float) -> None:
        """Save when it is time."""
        if trainer.step % self.every == 0:
            self.save(trainer)

    def on_fit_end(self, trainer: Trainer) -> None:
        """Save the result."""
        self.save(trainer)
