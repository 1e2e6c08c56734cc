"""What happens to gradients and weights before each update of an optimizer: clipping, and weight decay.

AdaGrad(lr=0.1).with_transforms(ClipNorm(1.0), L2(1e-4)) first clips the gradient, and then adds λ w to it.

ClipValue      no number of the gradient beyond ±c        L2            λ w, added to the gradient
ClipNorm       the whole gradient no longer than c        WeightDecay   weights shrink, beside the gradient
"""

import math
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from typing import Any

import numpy as np

from zeronet.nn.parameters import Parameters
from zeronet.optimizers.arrays import as_array, shapes_of
from zeronet.optimizers.hyperparameters import checked_number

Arrays = MutableMapping[str, Any] | Parameters
SUMMED = 65_536  # squares summed as float32: the sum of more would lose digits


class Transform:
    """Change the gradients before an update, or the parameters: both in place.

        rule(w, g, lr)               w, a parameter; g, a copy of its gradient; lr, the learning rate of this update

    A subclass implements rule, and before_update if rule needs a number of all gradients; it passes its settings to
    super().__init__ under their names on the command line. Its rule is given all parameters, or, if its decay is
    "weights", those of two or more dimensions.
    """

    decay = "all"

    def __init__(self, **settings: Any):
        for name, value in settings.items():
            if name == "decay" and value not in ("weights", "all"):
                raise ValueError(f"decay must be weights or all, not {value!r}")
            setattr(self, name, value if name == "decay" else checked_number(name, value))
        self._setting_names = tuple(settings)

    @property
    def settings(self) -> dict[str, Any]:
        """The settings as they are now."""
        return {name: getattr(self, name) for name in self._setting_names}

    def before_update(self, grads: Mapping[str, Any]) -> None:
        """Compute from all gradients what the rule needs, such as their norm."""

    def rule(self, w: np.ndarray, g: np.ndarray, lr: float) -> None:
        """Change w or g in place, each number by itself."""
        raise NotImplementedError(f"{type(self).__name__} must implement rule(w, g, lr)")

    def factor(self, g: np.ndarray) -> Any:
        """Return what the last rule multiplied the gradient by, a number or an array; None if it does something else.

        g: the gradient before this transform.
        """
        return None

    def apply(self, params: Arrays, grads: Arrays, lr: float) -> None:
        """Apply the rule to grads, which are copies of the gradients, and params."""
        self.before_update(grads)
        for name in changed_names(self.decay, shapes_of(params)):
            w = as_array(value := params[name])
            self.rule(w, grads[name], lr)
            if w is not value:
                params[name] = float(w)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(repr(value) for value in self.settings.values())})"


class ClipValue(Transform):
    """Limit each number of the gradient to c, whatever its sign. The direction changes.

        g ← max(−c, min(c, g))       c = clip_value

    Parameters
    ----------
    clip_value : float > 0

    Raises
    ------
    ValueError if `clip_value` is not positive.

    References
    ----------
    torch.nn.utils.clip_grad_value_, optax.clip.

    Examples
    --------
    >>> from zeronet import SGD
    >>> params = {"x": 1.0, "y": 1.0}
    >>> SGD(lr=1.0).with_transforms(ClipValue(0.5)).update(params, {"x": 8.0, "y": -0.25})
    >>> params
    {'x': 0.5, 'y': 1.25}
    """

    clip_value: float

    def __init__(self, clip_value: float):
        super().__init__(clip_value=clip_value)

    def rule(self, w: np.ndarray, g: np.ndarray, lr: float) -> None:
        """Clip each number."""
        np.clip(g, -self.clip_value, self.clip_value, out=g)

    def factor(self, g: np.ndarray) -> Any:
        """Return by how much each number was shortened."""
        return self.clip_value / np.maximum(np.abs(g), self.clip_value)


class ClipNorm(Transform):
    """Shorten the whole gradient to the length c if it is longer. The direction stays.

        g ← g · min(1, c / ‖g‖)      ‖g‖, the length of all gradients as one vector; c = clip_norm

    Parameters
    ----------
    clip_norm : float > 0

    Raises
    ------
    ValueError if `clip_norm` is not positive.

    References
    ----------
    Pascanu, Mikolov and Bengio, "On the difficulty of training Recurrent Neural Networks", 2013, Algorithm 1, with one
    norm for all parameters; optax.clip_by_global_norm. PyTorch divides by ‖g‖ + 10⁻⁶ (clip_grad_norm_); Keras calls
    this global_clipnorm, and its clipnorm is of each array alone.

    Examples
    --------
    >>> from zeronet import SGD
    >>> params = {"x": 0.0, "y": 0.0}
    >>> SGD(lr=1.0).with_transforms(ClipNorm(10.0)).update(params, {"x": 12.0, "y": -16.0})  # ‖g‖ = 20
    >>> params
    {'x': -6.0, 'y': 8.0}
    """

    clip_norm: float

    def __init__(self, clip_norm: float):
        super().__init__(clip_norm=clip_norm)

    def before_update(self, grads: Mapping[str, Any]) -> None:
        """Find out by how much all gradients are to be shortened."""
        norm, unit = scaled_norm(grads.values())
        clipped = norm > self.clip_norm / unit
        self._shortening = self.clip_norm / norm if clipped else 1.0
        self._unit = unit if clipped else 1.0

    def rule(self, w: np.ndarray, g: np.ndarray, lr: float) -> None:
        """Shorten the gradient."""
        g /= self._unit
        g *= self._shortening

    def factor(self, g: np.ndarray) -> Any:
        """Return by how much the gradient was shortened."""
        return self._shortening / self._unit


class L2(Transform):
    """Make large weights costly: the gradient of L + ½ λ Σ w².

        g ← g + λ w                  λ = l2

    The optimizer does to λ w what it does to gradients: adaptive ones divide it by √h, so that weights with large
    gradients decay less. WeightDecay cures that.

    Parameters
    ----------
    l2 : float, ≥ 0; λ
    decay : "weights" (default), the arrays of two or more dimensions, as in the book (6.4.2), or "all", biases too

    Raises
    ------
    ValueError if `l2` is negative or `decay` is something else; on update, if no array has two or more dimensions.

    References
    ----------
    The weight_decay of torch.optim's SGD, Adagrad, RMSprop and Adam, which take all parameters;
    optax.add_decayed_weights before the optimizer.

    Examples
    --------
    >>> from zeronet import SGD
    >>> params = {"W": np.array([[8.0]]), "b": np.array([8.0])}
    >>> SGD(lr=0.5).with_transforms(L2(0.25)).update(params, {"W": np.array([[2.0]]), "b": np.array([2.0])})
    >>> float(params["W"].item()), float(params["b"].item())  # 8 − 0.5 · (2 + 0.25 · 8), 8 − 0.5 · 2
    (6.0, 7.0)
    """

    l2: float
    decay: str

    def __init__(self, l2: float, decay: str = "weights"):
        super().__init__(l2=l2, decay=decay)

    def rule(self, w: np.ndarray, g: np.ndarray, lr: float) -> None:
        """Add λ w."""
        g += self.l2 * w


class WeightDecay(Transform):
    """Let weights shrink beside the gradient, all by the same share: decoupled weight decay.

        w ← w − η λ w                before the update;   η = lr, λ = weight_decay

    With SGD it is the same as L2; with an adaptive optimizer it is not: Adam().with_transforms(WeightDecay(λ, "all"))
    is AdamW. Optimizers that keep weights of their own (schedule-free ones) refuse it.

    Parameters
    ----------
    weight_decay : float, ≥ 0; λ
    decay : "weights" (default) or "all", as in L2

    Raises
    ------
    ValueError as for L2.

    References
    ----------
    Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019, Algorithm 2, with η for the paper's ηₜ, as in
    torch.optim.AdamW and optax.add_decayed_weights after the optimizer; both take all parameters.

    Examples
    --------
    >>> from zeronet import SGD
    >>> params = {"W": np.array([[8.0]])}
    >>> SGD(lr=0.5).with_transforms(WeightDecay(0.25)).update(params, {"W": np.array([[2.0]])})
    >>> params["W"].item()  # 8 − 0.5 · 0.25 · 8 − 0.5 · 2
    6.0
    """

    weight_decay: float
    decay: str

    def __init__(self, weight_decay: float, decay: str = "weights"):
        super().__init__(weight_decay=weight_decay, decay=decay)

    def rule(self, w: np.ndarray, g: np.ndarray, lr: float) -> None:
        """Shrink the weights."""
        w *= 1 - lr * self.weight_decay


def change_all_or_nothing(transforms: Sequence[Transform]) -> bool:
    """Return whether transforms that raise have changed no parameter."""
    before_last = any(isinstance(transform, WeightDecay) for transform in transforms[:-1])
    return _are_zeronets(transforms) and not before_last


def can_join_rule(transforms: Sequence[Transform]) -> bool:
    """Return whether one loop over the numbers can do what these do, after the before_update of the first.

    That of another would need all gradients as those before it leave them.
    """
    needs_all = any(type(transform).before_update is not Transform.before_update for transform in transforms[1:])
    return _are_zeronets(transforms) and not needs_all


def _are_zeronets(transforms: Sequence[Transform]) -> bool:
    return all(type(transform).__module__.startswith("zeronet.") for transform in transforms)


def changed_names(decay: str, shapes: Mapping[str, tuple[int, ...]]) -> list[str]:
    """Return the names of the parameters that a transform with this decay changes."""
    names = [name for name, shape in shapes.items() if decay == "all" or len(shape) >= 2]
    if shapes and not names:
        raise ValueError(f"none of {', '.join(shapes)} has two or more dimensions: decay=all, for them to decay")
    return names


def scaled_norm(arrays: Iterable[np.ndarray]) -> tuple[float, float]:
    """Return n and a power of 2, s: ‖arrays‖ = n s. s is 1 unless squares are too large or too small for a float."""
    arrays = [np.ravel(a) for a in arrays]
    pieces = [a[i : i + SUMMED] for a in arrays for i in range(0, a.size, SUMMED)]
    squares = [float(np.vdot(piece, piece)) for piece in pieces]
    if max(squares, default=0.0) < 1e36 and (norm := math.sqrt(math.fsum(squares))) > 1e-12:
        return norm, 1.0
    largest = float(np.max([np.abs(a).max(initial=0) for a in arrays], initial=0))
    if largest == 0 or not math.isfinite(largest):
        return largest, 1.0
    unit = math.ldexp(1, math.frexp(largest)[1] - 1)  # at most the largest: it is never beyond the range
    return math.sqrt(math.fsum(float(np.square(np.divide(a, unit, dtype=np.float64)).sum()) for a in arrays)), unit
