"""Training on the digits, compared with SGD and Adam; and which built-in optimizer a class equals."""

import inspect
from typing import Any

import numpy as np

from zeronet.common.errors import UserError
from zeronet.lab.check.findings import Verdict, failed, law, number, passed, remark, skipped
from zeronet.lab.check.subject import Subject, random_arrays
from zeronet.lab.dialects import DIALECTS
from zeronet.lab.runner.problem import load_problem
from zeronet.locale import translate
from zeronet.nn.models import MultiLayerNet
from zeronet.optimizers import OPTIMIZERS, SGD, Adam, Optimizer
from zeronet.training.callbacks import History
from zeronet.training.trainer import Diverged, Trainer

STEPS, BATCH, HIDDEN = 300, 64, 32
SHAPES = {"W": (4, 3), "b": (3,)}
EPS = (1e-8, 1e-7, 1e-6, 1e-10)  # tried if ε is not a setting


@law("digits", "trains a network on the digits")
def digits(subject: Subject) -> Verdict:
    """The loss falls; no run is lost to inf or nan."""
    try:
        losses, accuracy = trained(subject.new())
    except UserError as mistake:
        return skipped(str(mistake))
    except Diverged as error:
        return failed(str(error), translate("The loss is no longer finite: is the step too long?"))
    first, last = losses[0], float(np.mean(losses[-20:]))
    seen = translate(
        "loss {first} → {last} in {n} updates, test accuracy {accuracy:.3f}",
        first=number(first),
        last=number(last),
        n=STEPS,
        accuracy=accuracy,
    )
    if not last < first:
        if accuracy > 0.5:
            return remark(seen, translate("It learns, but its loss does not fall at these settings"))
        return failed(seen, translate("It does not learn at these settings"))
    return passed(seen)


def trained(optimizer: Any) -> tuple[list[float], float]:
    """Train 64-32-10 with ReLU on the digits; return the loss of every batch, and the test accuracy.

    Every optimizer starts from the same weights and sees the same batches. Raises Diverged, or UserError if the digits
    are not available.
    """
    problem = load_problem("digits")
    network, history = MultiLayerNet(problem.x_train.shape[1], [HIDDEN], 10, seed=0), History()
    trainer = Trainer(network, optimizer, batch_size=BATCH, seed=0, callbacks=[history])
    trainer.fit(problem.x_train, problem.t_train, steps=STEPS)
    return history.losses, float(network.accuracy(problem.x_test, problem.t_test))


def curves(subject: Subject) -> dict[str, list[float]]:
    """Return label → the loss of every step, for the class, SGD and Adam at their own settings; {} without digits."""
    found: dict[str, list[float]] = {}
    for label, optimizer in ((subject.cls.__name__, subject.new()), ("SGD", SGD()), ("Adam", Adam())):
        try:
            found[label if label not in found else f"zeronet's {label}"] = trained(optimizer)[0]
        except UserError:
            return {}
        except (Exception, SystemExit):  # its law has reported what is wrong
            continue
    return found


def equal_to(subject: Subject) -> str | None:
    """Return the built-in optimizer or dialect, with its settings, whose path is the same to six digits.

    One that is the same only under gradients much larger than ε is equal "but for ε". None if there is none.
    """
    dialects = [dialect for each in DIALECTS.values() for dialect in each.values()]
    almost = None
    for kind in (*OPTIMIZERS.values(), *dialects):
        names = inspect.signature(kind).parameters
        settings = {name: value for name, value in subject.settings.items() if name in names}
        for more in ({}, *({"eps": eps} for eps in EPS if "eps" in names and "eps" not in settings)):
            try:
                twin = kind(**settings | more)
                if not all(_same(subject, kind(**settings | more), updates, 1) for updates in (3, 60)):
                    break  # 3 updates rule out most of them
                if _same(subject, kind(**settings | more), 60, 1e-4):
                    return repr(twin)
            except (ValueError, TypeError):  # it does not take these settings
                break
            almost = almost or translate("{name} but for ε", name=repr(twin))
    return almost


def _same(subject: Subject, twin: Optimizer, updates: int, scale: float) -> bool:
    """Say whether the paths are the same; scale: how long the gradients are."""
    start = random_arrays(0, SHAPES)
    gradients = [{k: scale * g for k, g in random_arrays(n, SHAPES).items()} for n in range(1, updates + 1)]
    path, other = (subject.walk(start, gradients, each)[-1] for each in (subject.new(), twin))
    distance = max(np.abs(other[name] - start[name]).max() for name in SHAPES)
    return all(np.abs(path[name] - other[name]).max() <= 1e-6 * distance for name in SHAPES)
