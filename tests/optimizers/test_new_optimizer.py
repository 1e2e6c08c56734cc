"""A new optimizer is one file, two lines and one row, as CONTRIBUTING says: one is added here in a copy."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

HOUSE = Path(__file__).parents[2]

FILE = '''"""Signum: the sign of a momentum."""

import numpy as np

from zeronet.optimizers.base import LearningRate, Optimizer


class Signum(Optimizer):
    """Step by η in the direction of the sign of recent gradients.

        m ← α m + g                  m, sum of recent gradients, starts at 0; α = momentum
        w ← w − η sign(m)            η = lr

    References
    ----------
    Bernstein et al., "signSGD: Compressed Optimisation for Non-Convex Problems", 2018.
    """

    state_names = ("m",)

    def __init__(self, lr: LearningRate = 0.001, momentum: float = 0.9):
        super().__init__(lr=lr, momentum=momentum)

    def rule(self, w: np.ndarray, g: np.ndarray, m: np.ndarray) -> None:
        """Make the step."""
        m *= self.momentum
        m += g
        w -= self.lr * np.sign(m)
'''
LINES = (
    (
        "\n# The optimizers come first",
        "from zeronet.optimizers.variants.signum import Signum\n\n# The optimizers come first",
    ),
    ('    "OPTIMIZERS",', '    "Signum",  # the sign of a momentum\n    "OPTIMIZERS",'),
)
ROW = '    Row(o.Signum, {"lr": 0.1, "momentum": 0.9}, [0.9, 0.8]),\n]\nSHAPES'


def replace(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_new_optimizer_is_one_file_two_lines_and_one_row(tmp_path):
    for name in ("zeronet", "tests/optimizers", "tests/lab/specs"):
        shutil.copytree(HOUSE / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "conftest.py", "tests/conftest.py", "train.py"):
        shutil.copy(HOUSE / name, tmp_path / name)
    (tmp_path / "zeronet/optimizers/variants/signum.py").write_text(FILE, encoding="utf-8")
    for old, new in LINES:
        replace(tmp_path / "zeronet/optimizers/__init__.py", old, new)
    replace(tmp_path / "tests/optimizers/test_laws.py", "\n]\nSHAPES", f"\n{ROW}")

    def run(*arguments):
        environment = os.environ | {"PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": ""}
        command = [sys.executable, *arguments]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=600)

    listed = run("-m", "zeronet", "train", "--list-optimizers")
    entry = "Signum(lr=0.001, momentum=0.9)\n    m ← α m + g                  m, sum of recent gradients, starts at 0"
    assert entry in listed.stdout, listed.stderr
    public = run("-c", "from zeronet import *; print(repr(Signum()))")
    assert public.stdout == "Signum(lr=0.001, momentum=0.9)\n", public.stderr
    laws = run("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/optimizers/test_laws.py", "-k", "Signum or row")
    assert laws.returncode == 0, laws.stdout
    specs = run("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/lab/specs", "-k", "optimizer and not trial")
    assert specs.returncode == 0, specs.stdout
