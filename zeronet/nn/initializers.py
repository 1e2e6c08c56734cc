"""Initial weights: normal random numbers whose spread decides whether signals survive a deep network."""

import math

import numpy as np

from zeronet.common.validation import is_number


class Initializer:
    """Draw weights from a normal distribution around 0.

        W ~ std(n) · N(0, 1)          n, the number of inputs of each output ("fan-in")

    A subclass implements std(n). Called with a generator, a shape and the layer's fan-in, it returns W in float64.
    """

    def std(self, n: int) -> float:
        """Return the standard deviation for n inputs."""
        raise NotImplementedError(f"{type(self).__name__} must implement std(n)")

    def __call__(self, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int | None = None) -> np.ndarray:
        """Return weights of that shape, for fan_in inputs of each output: by default n of a matrix (n, m).

        Raises ValueError if an array that is no matrix has no fan_in: it depends on the layer.
        """
        if fan_in is None and len(shape) != 2:
            raise ValueError(f"weights of shape {shape} need fan_in, the number of inputs of each output")
        return self.std(shape[0] if fan_in is None else fan_in) * rng.standard_normal(shape)


class Normal(Initializer):
    """Give every layer the same spread, whatever its size.

        std = value                    the book's first network: 0.01

    Parameters
    ----------
    value : float, ≥ 0; the standard deviation

    Raises
    ------
    ValueError if `value` is negative or not finite.

    Examples
    --------
    >>> Normal(0.01).std(784)
    0.01
    """

    def __init__(self, value: float):
        if not (is_number(value) and value >= 0):
            raise ValueError(f"a standard deviation must be finite and ≥ 0, not {value!r}")
        self.value: float = float(value)

    def std(self, n: int) -> float:
        """Return value, for any n."""
        return self.value


class Xavier(Initializer):
    """Keep the variance of a signal through sigmoid or tanh layers.

        std = √(1/n)

    References
    ----------
    Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010, in the form
    of 『ゼロから作るDeep Learning』, 6.2.2. The paper has √(2 / (n_in + n_out)), as have PyTorch and Keras.

    Examples
    --------
    >>> Xavier().std(100)
    0.1
    """

    def std(self, n: int) -> float:
        """Return √(1/n)."""
        return math.sqrt(1 / n)


class He(Initializer):
    """Keep the variance of a signal through ReLU layers, which drop half of it.

        std = √(2/n)

    References
    ----------
    He et al., "Delving Deep into Rectifiers", 2015; 『ゼロから作るDeep Learning』, 6.2.3.

    Examples
    --------
    >>> He().std(200)
    0.1
    """

    def std(self, n: int) -> float:
        """Return √(2/n)."""
        return math.sqrt(2 / n)


INITIALIZERS = {"he": He, "xavier": Xavier}


def initializer(weight_init: str | float) -> Initializer:
    """Return He() for "he", Xavier() for "xavier", and Normal(weight_init) for a number.

    Raises ValueError if it is another string, a negative number or not finite.
    """
    if not isinstance(weight_init, str):
        return Normal(weight_init)
    if weight_init.lower() not in INITIALIZERS:
        books = {"relu": "; the book's 'relu' is 'he'", "sigmoid": "; the book's 'sigmoid' is 'xavier'"}
        raise ValueError(
            f"weight_init must be {', '.join(map(repr, INITIALIZERS))} or a number, not {weight_init!r}"
            + books.get(weight_init.lower(), "")
        )
    return INITIALIZERS[weight_init.lower()]()
