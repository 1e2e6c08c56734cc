"""A small problem for experiments."""

import pytest

from tests.support.problems import largest_of_three
from zeronet.lab.runner.data_problem import DataProblem


@pytest.fixture(scope="session")
def problem():
    return DataProblem("memory", "largest", "the largest of three numbers", "0123", *largest_of_three())
