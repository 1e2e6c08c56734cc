"""The template of a plug-in, as its user meets it: built, installed into a fresh environment, tested, trained with."""

import json
import shutil

import pytest

from tests.support.environments import CHECKOUT, Environment, run

pytestmark = pytest.mark.slow
TEMPLATE = CHECKOUT / "examples" / "plugin"


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """The Python of a fresh environment with the plug-in and zeronet."""
    folder = tmp_path_factory.mktemp("plugin")
    shutil.copytree(TEMPLATE, folder / "source", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info", "dist"))
    environment = Environment(folder / "fresh", CHECKOUT)
    environment.install(folder / "source")
    return environment.python


def test_the_wheel_holds_the_module_and_its_entry_point(python, tmp_path):
    script = (
        "import json; from importlib import metadata as m; d = m.distribution('zeronet-signum');"
        "print(json.dumps([[str(f) for f in d.files], [[e.group, e.name, e.value] for e in d.entry_points]]))"
    )
    files, entries = json.loads(run(python, "-c", script, cwd=tmp_path))
    assert "zeronet_signum.py" in files
    assert not any(file.startswith("tests") for file in files)
    assert entries == [["zeronet.optimizers", "signum", "zeronet_signum:Signum"]]


def test_its_own_test_passes(python, tmp_path):
    shutil.copytree(TEMPLATE / "tests", tmp_path / "tests", ignore=shutil.ignore_patterns("__pycache__"))
    assert "1 passed" in run(python, "-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=tmp_path)


def test_its_example_is_right(python, tmp_path):
    file = tmp_path / "zeronet_signum.py"
    file.write_bytes((TEMPLATE / "zeronet_signum.py").read_bytes())
    assert run(python, "-m", "doctest", file, cwd=tmp_path) == ""


def test_it_trains_under_its_name(python, tmp_path):
    command = ["--problem", "digits", "--optimizer", "signum:lr=0.005", "sgd", "--steps", "40", "--seeds", "1"]
    out = tmp_path / "out"
    words = run(python, CHECKOUT / "train.py", *command, "--out", out, cwd=tmp_path)
    assert "signum" in words.lower()
    protocol = json.loads((out / "protocol.json").read_text(encoding="utf-8"))
    about = protocol["optimizers"][0]
    assert (about["target"], about["settings"]) == ("signum", {"lr": 0.005, "momentum": 0.9})
    rows = (out / "curves.csv").read_text(encoding="utf-8").splitlines()
    assert any(row.startswith("signum") for row in rows)
