"""Golden trajectories: paths that the reference libraries took, kept in files, so that this check needs no library."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from zeronet.lab.dialects import DIALECTS, Dialect
from zeronet.optimizers import OPTIMIZERS

GOLDEN = Path(__file__).parent / "golden"
LIBRARIES = ("pytorch", "optax", "keras")
FILES = [json.loads((GOLDEN / f"{library}.json").read_text(encoding="utf-8")) for library in LIBRARIES]
RUNS = [(about, run) for about in FILES for run in about["runs"]]


def classes(about, run):
    """Whose path it is: the textbook class's where the library has its form, and the dialect's where there is one."""
    textbook = OPTIMIZERS[run["optimizer"]]
    dialect = DIALECTS.get(textbook, {}).get(about["library"])
    return ([] if run["own form"] else [textbook]) + ([dialect] if dialect else [])


ROWS = [(about, run, cls) for about, run in RUNS for cls in classes(about, run)]
IDS = [f"{cls.__name__}, {about['library']} {about['version']}" for about, run, cls in ROWS]


@pytest.mark.parametrize(("about", "run", "cls"), ROWS, ids=IDS)
def test_the_path_is_the_one_that_the_reference_library_took(about, run, cls):
    params, optimizer = {"W": np.array(about["start"])}, cls(**run["settings"])
    assert optimizer.settings.items() >= run["settings"].items()
    for g, expected in zip(about["gradients"], run["path"], strict=True):
        optimizer.update(params, {"W": np.array(g)})
        np.testing.assert_allclose(params["W"], expected, rtol=1e-11, atol=1e-13)
    if "evaluated at" in run:
        evaluated = optimizer.evaluation_params(params)["W"]
        np.testing.assert_allclose(evaluated, run["evaluated at"], rtol=1e-11, atol=1e-13)


def test_every_dialect_of_a_library_has_a_golden_path():
    libraries = {cls for each in DIALECTS.values() for name, cls in each.items() if name in LIBRARIES}
    assert libraries - {cls for _, _, cls in ROWS} == set()


def test_no_golden_path_is_lost():
    """Optimizers with matrices, and Prodigy, have their own file; a new one needs a path only if a library has it."""
    assert len({run["optimizer"] for _, run in RUNS}) == 23


def test_every_form_of_a_dialect_of_pytorch_has_a_golden_path():
    taken = {cls(**run["settings"]).form for _, run, cls in ROWS if issubclass(cls, Dialect)}
    pytorch = [each["pytorch"] for each in DIALECTS.values() if "pytorch" in each]
    assert {form for cls in pytorch for form in cls.forms.values()} <= taken


@pytest.mark.parametrize("name", ["make_golden.py", "make_golden_matrix.py"])
def test_the_scripts_that_make_them_import_nothing_of_this_project(name):
    statements = list(ast.walk(ast.parse((GOLDEN / name).read_text(encoding="utf-8"))))
    found = {alias.name for node in statements if isinstance(node, ast.Import) for alias in node.names}
    found |= {node.module for node in statements if isinstance(node, ast.ImportFrom)}
    libraries = {"jax", "keras", "numpy", "optax", "torch"}
    assert {module.split(".")[0] for module in found} <= {*sys.stdlib_module_names, *libraries}


def test_the_script_that_makes_them_shuts_zeronet_out_before_it_begins():
    script = (GOLDEN / "make_golden.py").read_text(encoding="utf-8")
    start = script.index('if __name__ == "__main__":')
    shut = script[start:].replace("main()", "import zeronet")
    run = subprocess.run([sys.executable, "-c", "import sys\n" + shut], capture_output=True, text=True, check=False)
    assert "import of zeronet halted" in run.stderr
