"""What every optimizer is. A subclass is its equation; this class walks the parameters, keeps the state and checks."""

import copy
import weakref
from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from zeronet.common.notebook import html_table
from zeronet.common.text import equation_of
from zeronet.nn.parameters import Parameters
from zeronet.optimizers.arrays import as_array, copied_gradients, flat_vectors, listed, shapes_of
from zeronet.optimizers.hyperparameters import checked_number, scheduled_lr
from zeronet.optimizers.runner import RuleRunner, run_rule
from zeronet.optimizers.saved_state import checked_state
from zeronet.optimizers.schedules import Schedule
from zeronet.optimizers.transforms import Transform, WeightDecay, can_join_rule, change_all_or_nothing, changed_names
from zeronet.optimizers.undo import restorer

# Numbers that a rule is given at once: its temporaries then stay in the processor's cache. At 1.8 million parameters
# this takes half the time of the whole vector at once.
PIECE = 65_536
LearningRate = float | Callable[[int], float]  # a number, or a schedule


class Optimizer:
    """Change parameters step by step so that a loss falls.

        rule(w, g, *states)           w, a parameter; g, its gradient; states, what this optimizer remembers of it

    A subclass passes its hyper-parameters to super().__init__ by name, lists its states in state_names, and changes w
    and the states in place in rule: that is its whole equation. In rule, self.t is the number of this update, from 1
    on, and self.lr its learning rate. After the first update each state is a mapping with the names of the parameters:
    optimizer.h["W1"].

    Parameters
    ----------
    **settings : float
        The hyper-parameters; lr may be a schedule: a function of the number of updates made before.

    Raises
    ------
    ValueError if a hyper-parameter is not in the range of its name, or a state has the name of something else.

    Examples
    --------
    >>> class Signs(Optimizer):
    ...     def __init__(self, lr=0.1):
    ...         super().__init__(lr=lr)
    ...
    ...     def rule(self, w, g):
    ...         w -= self.lr * np.sign(g)
    >>> params = {"x": -7.0, "y": 2.0}
    >>> Signs(lr=0.5).update(params, {"x": -0.7, "y": 4.0})
    >>> params
    {'x': -6.5, 'y': 1.5}
    """

    state_names: tuple[str, ...] = ()
    # Numbers of the whole optimizer, beside the states of each parameter, that before_update changes. They start at 0.
    scalar_names: tuple[str, ...] = ()
    # True: each number is changed by its own gradient and states, so that the rule may be given any slice of the flat
    # vector; False: the rule needs the shapes, and is given each named array.
    elementwise = True
    lr: float
    _transforms: tuple[Transform, ...] = ()
    _transforms_change_all_or_nothing = True
    _transforms_join_rule = False  # whether one loop may do what they and the rule do
    _gradients: Mapping[str, Any] | None = None  # the last ones, before transforms
    _copy: dict[str, np.ndarray] | Parameters | None = None  # of the last gradients, which transforms changed
    _shapes: dict[str, tuple[int, ...]] | None
    _owner: weakref.ref[Parameters] | None  # what was updated last
    _owners_grads: weakref.ref[Parameters] | None  # from which
    _swapped: tuple[np.ndarray, np.ndarray] | None = None  # the trained values, and those evaluated instead of them

    _own_rules = True  # whether its rules are zeronet's, which do not fail
    _has_before_update = False

    def __init_subclass__(cls) -> None:
        rules = (cls.rule, cls.before_update)
        cls._own_rules = all((rule.__module__ or "").startswith("zeronet.") for rule in rules)
        cls._has_before_update = cls.before_update is not Optimizer.before_update

    if TYPE_CHECKING:  # hyper-parameters and states are attributes under the names that a subclass gives them

        def __getattr__(self, name: str) -> Any: ...

    def __init__(self, **settings: Any):
        if isinstance(self.state_names, str):
            raise ValueError(f"state_names must be a tuple of names, as in ('h',), not {self.state_names!r}")
        if clash := {"t", "schedule", "transforms", *settings} & {*self.state_names, *self.scalar_names}:
            raise ValueError(
                f"{', '.join(sorted(clash))} cannot be a state: a setting, or the base class, has this name"
            )
        self.schedule = settings["lr"] if callable(settings.get("lr")) else None
        for name, value in settings.items():
            scheduled = scheduled_lr(self.schedule, 0) if name == "lr" and self.schedule else None
            setattr(self, name, checked_number(name, value) if scheduled is None else scheduled)
        self._setting_names = tuple(settings)
        self._forget()

    # What a subclass may implement ---------------------------------------------------------------------------------

    def rule(self, w: np.ndarray, g: np.ndarray, *states: Any, **_: Any) -> None:  # **_ lets subclasses name states
        """Make one update of w and its states, in place; g stays as it is."""
        raise NotImplementedError(f"{type(self).__name__} must implement rule(w, g, *states)")

    def init_state(self, w: np.ndarray) -> tuple[np.ndarray, ...]:
        """Return the initial states of w, in the order of state_names."""
        return tuple(np.zeros_like(w) for _ in self.state_names)

    def before_update(self, params: Mapping[str, Any], grads: Mapping[str, Any]) -> None:
        """Compute from all parameters and gradients what the rules of this update need, such as a global norm."""

    def effective_step(self, *states: Any, **_: Any) -> np.ndarray | float | None:
        """Return r if the rule has the form w ← w − r ⊙ g, from the states after the update; else None."""
        return None

    def evaluation_params(self, params: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the parameters to evaluate and save: those that are trained, unless an optimizer has better ones."""
        return params

    # What callers use ----------------------------------------------------------------------------------------------

    def update(self, params: MutableMapping[str, Any] | Parameters, grads: Mapping[str, Any]) -> None:
        """Make one update: change params in place, given the gradients under the same names.

        Parameters
        ----------
        params : Parameters, or dict of float arrays of any shape, or of numbers, which are replaced by their new values
        grads : the gradients, with the same names and shapes; they are not changed

        Raises
        ------
        ValueError if names or shapes differ from each other or from those of the first update, or `params` is another
        Parameters, with other values, than the one of the update before. After any error, parameters and states are as
        before; an interrupt (Ctrl-C) may leave the update half made.
        """
        self._check(params, grads)
        restore = restorer(self, params)
        try:
            self._update(params, grads)
        except BaseException:
            restore()
            self._gradients = None
            raise
        if isinstance(params, Parameters) and (self._owner is None or self._owner() is not params):
            self._owner = weakref.ref(params)
            self._owners_grads = weakref.ref(grads) if isinstance(grads, Parameters) else None

    @property
    def transforms(self) -> tuple[Transform, ...]:
        """What is done to gradients and weights before each update, in this order: clipping, weight decay."""
        return self._transforms

    @transforms.setter
    def transforms(self, transforms: Iterable[Transform]) -> None:
        transforms = tuple(transforms)
        if not all(isinstance(transform, Transform) for transform in transforms):
            raise ValueError(f"transforms must be Transforms, as in (ClipNorm(1.0),), not {transforms!r}")
        keeps_weights = type(self).evaluation_params is not Optimizer.evaluation_params
        if keeps_weights and any(isinstance(transform, WeightDecay) for transform in transforms):
            raise ValueError(f"WeightDecay cannot reach the weights that {type(self).__name__} keeps: L2 can")
        self._transforms = transforms
        self._gradients = None
        self._transforms_change_all_or_nothing = change_all_or_nothing(transforms)
        self._transforms_join_rule = self.elementwise and not self._has_before_update and can_join_rule(transforms)

    def with_transforms(self, *transforms: Transform) -> Self:
        """Return a copy of this optimizer that has these transforms.

        >>> from zeronet import SGD, ClipNorm
        >>> params = {"x": 0.0, "y": 0.0}
        >>> SGD(lr=1.0).with_transforms(ClipNorm(10.0)).update(params, {"x": 12.0, "y": -16.0})  # ‖g‖ = 20
        >>> params
        {'x': -6.0, 'y': 8.0}
        """
        twin = copy.deepcopy(self)
        twin.transforms = transforms
        return twin

    @property
    def settings(self) -> dict[str, Any]:
        """The hyper-parameters as they are now, a schedule as the lr, and the settings of the transforms."""
        settings = self._hyperparameters()
        for transform in self.transforms:
            settings |= transform.settings
        return settings

    def __repr__(self) -> str:
        settings = ", ".join(f"{name}={value!r}" for name, value in self._hyperparameters().items())
        transforms = f".with_transforms({', '.join(map(repr, self.transforms))})" if self.transforms else ""
        return f"{type(self).__name__}({settings}){transforms}"

    def _repr_html_(self) -> str:
        settings = [
            (name, f"{value:g}" if isinstance(value, float) else str(value)) for name, value in self.settings.items()
        ]
        return html_table([(type(self).__name__, ""), *settings], equation_of(type(self)))

    def clone(self) -> Self:
        """Return an optimizer with the same settings and no state."""
        twin = copy.deepcopy(self)
        twin._forget()
        if self.schedule:
            twin.lr = scheduled_lr(self.schedule, 0)
        return twin

    def effective_steps(self) -> dict[str, Any] | None:
        """Return name → r of the last update w ← w − r ⊙ g, or None if the rule, or a transform, has another form.

        g is the gradient before the transforms. With transforms, call this before the next gradient is computed: the
        last one is not copied, and a copy of the optimizer, which does not have it, returns None. Raises ValueError
        before the first update.
        """
        if self._shapes is None:
            raise ValueError("there is no effective step before the first update")
        changed = [changed_names(transform.decay, self._shapes) for transform in self.transforms]
        steps: dict[str, Any] = {}
        for k in self._shapes:
            r = self.effective_step(*(getattr(self, s)[k] for s in self.state_names))
            g = None if self._gradients is None else self._gradients[k]
            for transform in [each for each, names in zip(self.transforms, changed, strict=True) if k in names]:
                factor = None if g is None else transform.factor(g)
                if factor is None or r is None:
                    return None
                r, g = r * factor, g * factor
            steps[k] = r
        return None if any(r is None for r in steps.values()) else steps

    def swap_to_evaluation(self, params: Parameters) -> None:
        """Give params the values of evaluation_params, and keep the trained ones for swap_to_training.

        >>> from zeronet import ScheduleFreeSGD
        >>> params, optimizer = Parameters({"a": (1,)}), ScheduleFreeSGD(lr=0.25, momentum=0.5)
        >>> for _ in range(2):  # from 0: z = −0.5, −1; x = −0.5, −0.75; w = −0.5, −0.875
        ...     optimizer.update(params, {"a": np.array([2.0])})
        >>> optimizer.swap_to_evaluation(params)
        >>> float(params["a"][0])
        -0.75
        >>> optimizer.swap_to_training(params)
        >>> float(params["a"][0])
        -0.875
        """
        if self.has_swapped(params) or (evaluated := self.evaluation_params(params)) is params:
            return
        trained = params.flat.copy()
        try:
            for name, value in evaluated.items():
                params[name] = value
        except BaseException:
            params.flat = trained
            raise
        self._swapped = trained, params.flat.copy()

    def swap_to_training(self, params: Parameters) -> None:
        """Undo swap_to_evaluation."""
        if self._swapped:
            params.flat = self._swapped[0]
            self._swapped = self._owner = None  # params may be those of a copy of the network

    def has_swapped(self, params: Parameters) -> bool:
        """Return whether params still has the values that swap_to_evaluation gave it."""
        return self._swapped is not None and np.array_equal(params.flat, self._swapped[1], equal_nan=True)

    def state_dict(self) -> dict[str, Any]:
        """Return copies of all that the next update depends on; all but the arrays in "states" fits into JSON."""
        states = {s: {k: np.copy(a) for k, a in (getattr(self, s) or {}).items()} for s in self.state_names}
        settings = {name: getattr(self, name) for name in self._setting_names}
        numbers = {name: getattr(self, name) for name in self.scalar_names}
        about = {"kind": self._kind(), "t": self.t, "settings": settings, "numbers": numbers}
        return {**about, "shapes": self._shapes and dict(self._shapes), "states": states}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where state_dict() was taken.

        Raises ValueError for the state of another class, or of one with another schedule, other transforms or states;
        then nothing has changed.
        """
        for name, value in checked_state(self, state).items():
            setattr(self, name, value)
        self._owner = self._swapped = self._gradients = None

    # How it works --------------------------------------------------------------------------------------------------

    def _check(self, params: Mapping[str, Any], grads: Mapping[str, Any]) -> None:
        """Raise ValueError unless params are floats, with the names and shapes of grads and of the updates before."""
        owner, owners_grads = self._owner and self._owner(), self._owners_grads and self._owners_grads()
        if owner is params and owners_grads is grads and owner.flat.flags.writeable:  # as at the last update
            return
        for name, value in [("params", params.flat)] if isinstance(params, Parameters) else params.items():
            w = as_array(value)
            if not w.flags.writeable:
                raise ValueError(f"{name} is read-only, and cannot be updated: give a copy")
        for g in [grads.flat] if isinstance(grads, Parameters) else grads.values():
            if (dtype := np.asarray(g).dtype).kind not in "fiub":
                raise ValueError(f"gradients must be arrays of real numbers, not {dtype}")
        shapes, grad_shapes = shapes_of(params), shapes_of(grads)
        if shapes != grad_shapes:
            raise ValueError(f"parameters {listed(shapes)} and gradients {listed(grad_shapes)} differ")
        if self._shapes is not None and shapes != self._shapes:
            seen = listed(self._shapes)
            raise ValueError(f"this {type(self).__name__} has updated {seen}, and cannot go on with {listed(shapes)}")
        same = owner is params or (owner and all(np.array_equal(owner[k], params[k], equal_nan=True) for k in owner))
        if self._owner and isinstance(params, Parameters) and not same:
            raise ValueError(
                f"this {type(self).__name__} has updated the parameters of another network, and remembers them: "
                "use its clone(), or a deepcopy to go on with its state"
            )

    def _update(self, params: MutableMapping[str, Any] | Parameters, grads: Mapping[str, Any]) -> None:
        if self.schedule:
            self.lr = scheduled_lr(self.schedule, self.t)
        if self._shapes is None:
            self._start(params)
        self.t += 1
        run = run_rule.get()
        if self.transforms:
            self._gradients = grads
            if run and self._transforms_join_rule:
                if self._updated_in_one_loop(run, params, grads):
                    return
                run = None  # the rule alone is not worth a loop either
            self._copy = grads = copied_gradients(grads, self._copy if self._transforms_change_all_or_nothing else None)
            for transform in self.transforms:
                transform.apply(params, grads, self.lr)
        self.before_update(params, grads)
        states = [getattr(self, name) for name in self.state_names]
        if self.elementwise and (vectors := flat_vectors(params, grads, *states)):
            vectors[1] = vectors[1].astype(vectors[0].dtype, copy=False)
            if run is None or not run(self, vectors):
                self.run_in_numpy(vectors)
            return
        for name, value in params.items():
            w = as_array(value)
            if w.size:
                self._apply(w, np.asarray(grads[name], dtype=w.dtype), *(state[name] for state in states))
            if w is not value:
                params[name] = float(w)

    def _updated_in_one_loop(self, run: RuleRunner, params: Mapping[str, Any], grads: Mapping[str, Any]) -> bool:
        """Make the update, transforms and rule together, if it can be one loop; return whether it could."""
        vectors = flat_vectors(params, grads, *(getattr(self, name) for name in self.state_names))
        if not vectors or vectors[0].dtype != vectors[1].dtype or not isinstance(grads, Parameters):
            return False
        return run(self, vectors, grads)

    def _start(self, params: Mapping[str, Any]) -> None:
        """Make the initial states."""
        if self.elementwise and isinstance(params, Parameters):
            states: list[Any] = [Parameters(params.shapes, flat=state) for state in self.init_state(params.flat)]
        else:
            new = {name: as_array(value) for name, value in params.items()}
            first = {k: self.init_state(w) if w.size else (w.copy(),) * len(self.state_names) for k, w in new.items()}
            states = [{name: each[i] for name, each in first.items()} for i in range(len(self.state_names))]
        for name, state in zip(self.state_names, states, strict=True):
            setattr(self, name, state)
        self._shapes = shapes_of(params)

    def run_in_numpy(self, vectors: Sequence[np.ndarray]) -> None:
        """Apply the rule to the vectors of parameters, gradients and states, piece by piece."""
        for start in range(0, len(vectors[0]), PIECE):
            self._apply(*(vector[start : start + PIECE] for vector in vectors))

    def _apply(self, *arrays: np.ndarray) -> None:
        if self.rule(*arrays) is not None:  # type: ignore[func-returns-value]  # a learner's may return something
            raise ValueError(f"{type(self).__name__}.rule must change w in place (w -= …): what it returns is lost")

    def _forget(self) -> None:
        """Return to the state before the first update."""
        self._shapes = self._owner = self._owners_grads = self._swapped = None
        self.t = 0
        for name in self.state_names:
            setattr(self, name, None)
        for name in self.scalar_names:
            setattr(self, name, 0.0)

    def _hyperparameters(self) -> dict[str, Any]:
        """Return the settings without those of the transforms."""
        values = {name: getattr(self, name) for name in self._setting_names}
        return values | {"lr": self.schedule} if self.schedule else values

    def _kind(self) -> str:
        """Return the class, and the schedule and transforms: what must be the same for a state to fit."""
        parts = [repr(transform) for transform in self.transforms]
        if self.schedule:
            named = self.schedule if hasattr(self.schedule, "__qualname__") else type(self.schedule)
            parts.insert(0, repr(self.schedule) if isinstance(self.schedule, Schedule) else named.__qualname__)
        return f"{type(self).__name__} with {', '.join(parts)}" if parts else type(self).__name__

    def __getstate__(self) -> dict[str, Any]:
        unshared = ("_owner", "_owners_grads", "_copy", "_gradients")  # a copy may go on with a copy of the network
        return self.__dict__ | dict.fromkeys(unshared)

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        wanted = state.get("_shapes") or {}
        for name in self.state_names if wanted else ():
            shapes = shapes_of(getattr(self, name, None) or {})
            if shapes.keys() != wanted.keys() or (self.elementwise and shapes != wanted):
                raise ValueError(f"this {type(self).__name__} is damaged: {name} has {listed(shapes)}")
