"""Notes on suspicious data: each kind is named once, and ordinary data are not."""

import numpy as np
import pytest

from zeronet.lab.runner.data_notes import data_notes
from zeronet.lab.runner.data_problem import DataProblem
from zeronet.lab.runner.problem import load_problem

X = np.arange(24, dtype=np.float32).reshape(8, 3) / 24
T = np.array([0, 1, 2, 0, 1, 2, 0, 1])


def notes(x=X, t=T, x_test=X[:2] + 0.51, t_test=T[:2]):
    return list(data_notes(DataProblem("own.npz", "own.npz", "", "", x, t, x_test, t_test)))


@pytest.mark.parametrize(
    ("change", "note"),
    [
        ({"x": 255 * X}, "x_train has values up to 244.375: scale them"),
        ({"t": T + 1, "t_test": T[:2] + 1}, "no label is 0: the network has an output for each of 0 … 3"),
        ({"t": 10 * T, "t_test": 10 * T[:2]}, "no label is 1, 2, 3, 4, 5 and 13 more"),
        ({"t_test": np.array([0, 3])}, "t_test has classes that t_train lacks: 3"),
        ({"t": np.array([1] * 15 + [0]), "x": np.vstack([X, -X])}, "94% of t_train is class 1"),
        ({"x_test": X[3:6], "t_test": T[3:6]}, "3 of 3 rows of x_test are also in x_train"),
    ],
)
def test_each_kind_is_named(change, note):
    assert [line for line in notes(**change) if line.startswith(note)], notes(**change)
    assert len(notes(**change)) == 1


def test_ordinary_data_have_none():
    assert notes() == []
    assert list(data_notes(load_problem("digits"))) == []
