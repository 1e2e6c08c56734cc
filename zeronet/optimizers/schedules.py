"""Learning rates that change: functions of the number of updates made before, k = 0, 1, 2 …

An optimizer calls its schedule before every update: AdaGrad(lr=Cosine(0.1, horizon=1000)). Past its horizon a schedule
keeps its last value.

Constant           η                               Cosine             half a wave, down to an end
Step               a stair                         OneCycle           up, and down almost to 0
Exponential        a fixed share each update       InverseSquareRoot  up, and down as 1/√k
Polynomial         a power, down to an end         Warmup             a ramp before any of them
"""

import math
from dataclasses import dataclass, fields

from zeronet.optimizers.hyperparameters import COUNT, RANGES, checked_number


@dataclass(frozen=True)
class Schedule:
    """A learning rate for each update, as a function of the updates made before; lr is the first one, or the peak.

    Raises ValueError, quoting it, for a number outside its range.
    """

    lr: float

    def __post_init__(self) -> None:
        for field in fields(self):
            if field.name != "after":
                number = checked_number(field.name, getattr(self, field.name))
                counts = RANGES.get(field.name) is COUNT
                object.__setattr__(self, field.name, int(number) if counts else number)  # the class is frozen

    def __call__(self, k: int) -> float:
        """Return the learning rate of the update before which k were made."""
        raise NotImplementedError(f"{type(self).__name__} must implement __call__(k)")


@dataclass(frozen=True)
class Constant(Schedule):
    """Keep one learning rate.

        η(k) = η

    Parameters
    ----------
    lr : float > 0; η

    Raises
    ------
    ValueError if `lr` is not positive.

    Examples
    --------
    >>> Constant(0.5)(100)
    0.5
    """

    def __call__(self, k: int) -> float:
        """Return η."""
        return self.lr


@dataclass(frozen=True)
class Step(Schedule):
    """Go down a stair.

        η(k) = η γ^⌊k / n⌋           n = every, γ = gamma

    Parameters
    ----------
    lr : float > 0; η, the first learning rate
    every : int, ≥ 1; n, the updates on each stair
    gamma : float in (0, 1], default 0.1; γ

    Raises
    ------
    ValueError if `lr` is not positive, `every` is not an integer of at least 1, or `gamma` is not in (0, 1].

    References
    ----------
    PyTorch's StepLR; optax's exponential_decay(staircase=True).

    Examples
    --------
    >>> [Step(8.0, every=2, gamma=0.5)(k) for k in range(5)]
    [8.0, 8.0, 4.0, 4.0, 2.0]
    """

    every: int
    gamma: float = 0.1

    def __call__(self, k: int) -> float:
        """Return η γ^⌊k / n⌋."""
        return self.lr * self.gamma ** (k // self.every)


@dataclass(frozen=True)
class Exponential(Schedule):
    """Lose a fixed share with every update.

        η(k) = η γᵏ                  γ = gamma

    Parameters
    ----------
    lr : float > 0; η, the first learning rate
    gamma : float in (0, 1]; γ: 0.999 halves the learning rate every 693 updates

    Raises
    ------
    ValueError if `lr` is not positive, or `gamma` is not in (0, 1].

    References
    ----------
    PyTorch's ExponentialLR.

    Examples
    --------
    >>> [Exponential(8.0, gamma=0.5)(k) for k in range(4)]
    [8.0, 4.0, 2.0, 1.0]
    """

    gamma: float

    def __call__(self, k: int) -> float:
        """Return η γᵏ."""
        return self.lr * self.gamma**k


@dataclass(frozen=True)
class Polynomial(Schedule):
    """Go down to the end: straight, or along a power.

        η(k) = e + (η − e) (1 − k/T)ᵖ        T = horizon, e = end · η, p = power;   e from k = T on

    Parameters
    ----------
    lr : float > 0; η, the first learning rate
    horizon : int, ≥ 1; T, in updates
    power : float > 0, default 1, a straight line; p
    end : float, ≥ 0, default 0; the last learning rate as a share of η

    Raises
    ------
    ValueError if `lr` or `power` is not positive, `horizon` is not an integer of at least 1, or `end` is negative.

    References
    ----------
    PyTorch's PolynomialLR, and with another end optax's polynomial_schedule, whose argument is e itself.

    Examples
    --------
    >>> [Polynomial(8.0, horizon=4)(k) for k in range(6)]
    [8.0, 6.0, 4.0, 2.0, 0.0, 0.0]
    """

    horizon: int
    power: float = 1.0
    end: float = 0.0

    def __call__(self, k: int) -> float:
        """Return e + (η − e) (1 − k/T)ᵖ."""
        end = self.end * self.lr
        return float(end + (self.lr - end) * (1 - min(k / self.horizon, 1)) ** self.power)


@dataclass(frozen=True)
class Cosine(Schedule):
    """Go down along half a wave: slowly, fast, slowly.

        η(k) = e + (η − e) (1 + cos(π k/T)) / 2      T = horizon, e = end · η;   e from k = T on

    Parameters
    ----------
    lr : float > 0; η, the first learning rate
    horizon : int, ≥ 1; T, in updates
    end : float, ≥ 0, default 0; the last learning rate as a share of η

    Raises
    ------
    ValueError if `lr` is not positive, `horizon` is not an integer of at least 1, or `end` is negative.

    References
    ----------
    Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", 2017, (5), without the restarts.
    PyTorch's CosineAnnealingLR, whose argument eta_min is e itself, rises again after T; optax's cosine_decay_schedule.

    Examples
    --------
    >>> [round(Cosine(8.0, horizon=4)(k), 3) for k in range(6)]
    [8.0, 6.828, 4.0, 1.172, 0.0, 0.0]
    """

    horizon: int
    end: float = 0.0

    def __call__(self, k: int) -> float:
        """Return e + (η − e) (1 + cos(π k/T)) / 2."""
        end = self.end * self.lr
        return end + (self.lr - end) * (1 + math.cos(math.pi * min(k / self.horizon, 1))) / 2


@dataclass(frozen=True)
class OneCycle(Schedule):
    """Rise from a small learning rate to the peak, and fall almost to 0, each along half a wave.

        η(k) = η₀ + (η − η₀) (1 − cos(π k/a)) / 2            while k ≤ a = r T − 1;   η₀ = η / div
        η(k) = e + (η − e) (1 + cos(π (k − a)/(b − a))) / 2  until b = T − 1;         e = η₀ / final_div

    Parameters
    ----------
    lr : float > 0; η, the peak
    horizon : int, ≥ 1; T, in updates
    rise : float in (0, 1), default 0.3; r, the share of T in which it rises
    div, final_div : float, ≥ 1, default 25 and 10000

    Raises
    ------
    ValueError if a number is not in the range above, or r T ≤ 1.

    References
    ----------
    Smith and Topin, "Super-Convergence: Very Fast Training of Neural Networks Using Large Learning Rates", 2018, with
    PyTorch's waves (OneCycleLR) instead of the paper's straight lines; momentum does not change. optax's
    cosine_onecycle_schedule takes a = ⌊r T⌋ and b = T.

    Examples
    --------
    >>> [round(OneCycle(8.0, horizon=10, div=4, final_div=1)(k), 3) for k in (0, 1, 2, 9)]  # a = 2, b = 9
    [2.0, 5.0, 8.0, 2.0]
    """

    horizon: int
    rise: float = 0.3
    div: float = 25.0
    final_div: float = 10_000.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.rise * self.horizon <= 1:
            raise ValueError(f"a one-cycle of {self.horizon} updates has no room to rise in {self.rise:g} of them")

    def __call__(self, k: int) -> float:
        """Return the learning rate on the way up, or down."""
        top, last = self.rise * self.horizon - 1, self.horizon - 1
        first = self.lr / self.div
        if k <= top:
            return first + (self.lr - first) * (1 - math.cos(math.pi * k / top)) / 2
        end = first / self.final_div
        return end + (self.lr - end) * (1 + math.cos(math.pi * (min(k, last) - top) / (last - top))) / 2


@dataclass(frozen=True)
class InverseSquareRoot(Schedule):
    """Rise in a straight line, and fall as one over the root of the number of the update.

        η(k) = η · min(t / w, √(w / t))      t = k + 1, w = warmup

    Parameters
    ----------
    lr : float > 0; η, the peak
    warmup : int, ≥ 1, default 1; w, the updates until the peak

    Raises
    ------
    ValueError if `lr` is not positive, or `warmup` is not an integer of at least 1.

    References
    ----------
    Vaswani et al., "Attention Is All You Need", 2017, (3), where the peak is 1/√(d w).

    Examples
    --------
    >>> [InverseSquareRoot(8.0, warmup=4)(k) for k in (0, 1, 3, 15)]
    [2.0, 4.0, 8.0, 4.0]
    """

    warmup: int = 1

    def __call__(self, k: int) -> float:
        """Return η · min(t / w, √(w / t))."""
        t = k + 1
        return self.lr * min(t / self.warmup, math.sqrt(self.warmup / t))


@dataclass(frozen=True, init=False)
class Warmup(Schedule):
    """Rise to the first learning rate of another schedule, which begins when it is reached.

        η(k) = s(0) (k + 1) / w      while k < w = warmup;   s(k − w) from then on

    Parameters
    ----------
    after : Schedule; s
    warmup : int, ≥ 1; w, in updates: update w has the whole learning rate, and the first one is never 0

    Raises
    ------
    ValueError if `after` is not a Schedule, or `warmup` is not an integer of at least 1.

    References
    ----------
    Goyal et al., "Accurate, Large Minibatch SGD: Training ImageNet in 1 Hour", 2017, 2.2. PyTorch: SequentialLR of
    LinearLR(start_factor=1/w, total_iters=w − 1) and s.

    Examples
    --------
    >>> [Warmup(Step(8.0, every=2), warmup=4)(k) for k in range(7)]
    [2.0, 4.0, 6.0, 8.0, 8.0, 8.0, 0.8]
    """

    after: Schedule
    warmup: int

    def __init__(self, after: Schedule, warmup: int):
        if not isinstance(after, Schedule):
            raise ValueError(f"after must be a Schedule, as in Constant(0.1), not {after!r}")
        for name, value in (("lr", after.lr), ("after", after), ("warmup", warmup)):
            object.__setattr__(self, name, value)
        self.__post_init__()

    def __call__(self, k: int) -> float:
        """Return the learning rate on the ramp, or that of s."""
        return self.after(0) * ((k + 1) / self.warmup) if k < self.warmup else self.after(k - self.warmup)


# The names on the command line.
SCHEDULES: dict[str, type[Schedule]] = {
    "constant": Constant,
    "step": Step,
    "exponential": Exponential,
    "polynomial": Polynomial,
    "cosine": Cosine,
    "one-cycle": OneCycle,
    "inverse-sqrt": InverseSquareRoot,
}
