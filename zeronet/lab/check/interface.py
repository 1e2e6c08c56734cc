"""What a class expects of its caller: update(params, grads), or another library's interface, named with the cure."""

import inspect

PARAMS = ("params", "parameters", "model", "network", "net", "model_params", "module")


def other_than_ours(cls: type) -> str | None:
    """Return in one line which other interface a class has, and what to change; None if it has ours.

    >>> class Torch:
    ...     def __init__(self, params, lr=0.1): ...
    ...     def step(self): ...
    >>> other_than_ours(Torch).split(": ")[0]
    "Torch has PyTorch's interface, __init__(params, …) and step()"
    """
    name = cls.__name__
    cure = f"zeronet makes an optimizer from its settings, as in {name}(lr=0.1), and calls update(params, grads)"
    cure += " with dictionaries, name → array"
    made = next((each for each in _names(cls) or () if each.lower() in PARAMS), None)
    steps = callable(getattr(cls, "step", None)) and not callable(getattr(cls, "update", None))
    if made or steps:
        has = " and ".join([f"__init__({made}, …)"] * bool(made) + ["step()"] * steps)
        return f"{name} has PyTorch's interface, {has}: {cure}"
    update = getattr(cls, "update", None)
    if not callable(update):
        return f"{name} has no method update(params, grads)"
    try:
        signature = inspect.signature(update)
    except (TypeError, ValueError):  # a class written in C may have no signature
        return None
    bound = not isinstance(inspect.getattr_static(cls, "update"), staticmethod | classmethod)
    try:
        signature.bind(*[None] * bound, None, None)
    except TypeError:
        return f"{name} has the interface update{signature}: {cure}".replace("(self, ", "(").replace("(self)", "()")
    taken = [each.lower() for each in signature.parameters][bound:]
    if len(taken) > 1 and taken[0].startswith("grad") and taken[1].startswith(("param", "weight")):
        return f"{name}.update takes ({taken[0]}, {taken[1]}): the order is update(params, grads)"
    return None


def _names(cls: type) -> list[str] | None:
    """Return the names of what an object is made from, if they must be given and come first."""
    try:
        parameters = list(inspect.signature(cls).parameters.values())
    except (TypeError, ValueError):
        return None
    return [each.name for each in parameters[:1] if each.default is each.empty]
