"""A landscape as a problem refuses a start that no run could use."""

import numpy as np
import pytest

from zeronet.common.errors import UserError
from zeronet.lab.runner.landscape_problem import LandscapeProblem


@pytest.mark.parametrize("start", [[1, 2], np.array([1, 2], np.float32)])
def test_a_start_is_any_pair_of_numbers(start):
    assert LandscapeProblem("valley", start).to_dict()["start"] == [1.0, 2.0]


@pytest.mark.parametrize("start", [(1, 2, 3), (1,), 5, ("a", 1), (1, float("nan"))])
def test_another_start_is_a_mistake(start):
    with pytest.raises(UserError, match="start must be a pair of finite numbers, not "):
        LandscapeProblem("valley", start)
