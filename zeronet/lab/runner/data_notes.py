"""What is suspicious about data of one's own: not wrong, but worth a line before hours of training."""

from collections.abc import Iterator

import numpy as np

from zeronet.lab.runner.data_problem import DataProblem

LARGEST = 10.0  # absolute value of inputs that are scaled
MOSTLY = 0.9  # the share of one class above which accuracy says little


def data_notes(problem: DataProblem) -> Iterator[str]:
    """Yield what is suspicious about inputs and labels, each in one line.

    >>> x, t = np.array([[0.0], [255.0]]), np.array([0, 2])
    >>> list(data_notes(DataProblem("own.npz", "own.npz", "", "", x, t, x[:0], t[:0])))[0]
    'x_train has values up to 255: scale them to about 1, or usual learning rates are too large'
    """
    largest = float(np.abs(problem.x_train).max())
    if largest > LARGEST:
        yield f"x_train has values up to {largest:g}: scale them to about 1, or usual learning rates are too large"
    if not problem.classifies:
        largest = float(np.abs(problem.t_train).max())
        if largest > LARGEST:
            yield f"t_train has values up to {largest:g}: scale them to about 1, or usual learning rates are too large"
        yield from _shared_rows(problem)
        return
    classes, counts = np.unique(problem.t_train, return_counts=True)
    unseen = np.setdiff1d(problem.t_test, classes)
    if len(unseen):
        yield f"t_test has classes that t_train lacks: {_listed(unseen)}"
    number = 1 + int(max(classes[-1], problem.t_test.max(initial=0)))
    missing = np.setdiff1d(np.arange(number), np.concatenate([classes, unseen]))
    if len(missing):
        yield f"no label is {_listed(missing)}: the network has an output for each of 0 … {number - 1} all the same"
    if counts.max() > MOSTLY * counts.sum():
        share = counts.max() / counts.sum()
        yield f"{share:.0%} of t_train is class {classes[counts.argmax()]}: accuracy says little"
    yield from _shared_rows(problem)


def _shared_rows(problem: DataProblem) -> Iterator[str]:
    seen = {row.tobytes() for row in problem.x_train}
    shared = sum(row.tobytes() in seen for row in problem.x_test)
    if shared:
        yield f"{shared} of {len(problem.x_test)} rows of x_test are also in x_train: the test is not on new data"


def _listed(labels: np.ndarray) -> str:
    shown = ", ".join(map(str, labels[:5]))
    return f"{shown} and {len(labels) - 5} more" if len(labels) > 5 else shown
