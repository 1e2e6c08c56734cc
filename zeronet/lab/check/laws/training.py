"""Training on the digits, compared with SGD and Adam."""

from typing import Any

import numpy as np

from zeronet.common.errors import UserError
from zeronet.datasets import load
from zeronet.lab.check.findings import STEPS, Verdict, failed, law, number, passed, remark, skipped
from zeronet.lab.check.subject import Subject
from zeronet.locale import translate
from zeronet.nn.models import MultiLayerNet
from zeronet.optimizers import SGD, Adam
from zeronet.training.callbacks import History
from zeronet.training.trainer import Diverged, Trainer

BATCH, HIDDEN = 64, 32


@law("digits", "trains a network on the digits")
def digits(subject: Subject) -> Verdict:
    """The loss falls; no run is lost to inf or nan."""
    try:
        losses, accuracy = subject.known["trained"] = trained(subject.new())
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
        if accuracy > 0.5 and last < 2 * first:
            return remark(seen, translate("It learns, but its loss does not fall at these settings"))
        return failed(seen, translate("It does not learn at these settings"))
    return passed(seen)


def trained(optimizer: Any) -> tuple[list[float], float]:
    """Train 64-32-10 with ReLU on the digits; return the loss of every batch, and the test accuracy.

    Every optimizer starts from the same weights and sees the same batches. Raises Diverged, or UserError if the digits
    are not available.
    """
    data = load("digits")
    network, history = MultiLayerNet(data.x_train.shape[1], [HIDDEN], 10, seed=0), History()
    trainer = Trainer(network, optimizer, batch_size=BATCH, seed=0, callbacks=[history], progress=False)
    trainer.fit(data.x_train, data.t_train, steps=STEPS)
    return history.losses, float(network.accuracy(data.x_test, data.t_test))


def curves(subject: Subject) -> dict[str, list[float]]:
    """Return label → the loss of every step, for the class, SGD and Adam at their own settings; {} without digits."""
    found: dict[str, list[float]] = {}
    if "trained" in subject.known:
        found[subject.cls.__name__] = subject.known["trained"][0]
    for label, optimizer in (("SGD", SGD()), ("Adam", Adam())):
        try:
            found[label if label not in found else f"zeronet's {label}"] = trained(optimizer)[0]
        except UserError:
            return {}
    return found
