"""The template of a plug-in, as its user meets it: built, installed into a fresh environment, tested, trained with."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
TEMPLATE = HOUSE / "examples" / "plugin"


def run(*command, **options):
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """The Python of a fresh environment with the plug-in, which sees the packages of this one and zeronet."""
    folder = tmp_path_factory.mktemp("plugin")
    source = folder / "source"
    shutil.copytree(TEMPLATE, source, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info", "dist"))
    run(sys.executable, "-m", "venv", str(folder / "fresh"))
    bin_folder = folder / "fresh" / ("Scripts" if os.name == "nt" else "bin")
    python = str(bin_folder / ("python.exe" if os.name == "nt" else "python"))
    packages = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])").strip())
    ours = sysconfig.get_paths()["purelib"]
    (packages / "ours.pth").write_text(f"import site; site.addsitedir({ours!r})\n{HOUSE}\n", encoding="utf-8")
    pip = [python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    if importlib.util.find_spec("hatchling") is None:
        try:
            fetched = subprocess.run([*pip, "hatchling>=1.24"], capture_output=True, text=True, timeout=120)
        except subprocess.TimeoutExpired:
            pytest.skip("hatchling, which builds the plug-in, is missing and was not fetched within two minutes")
        if fetched.returncode:
            pytest.skip(
                f"hatchling, which builds the plug-in, is missing and cannot be fetched: {fetched.stderr[-200:]}"
            )
    run(*pip, "--no-deps", "--no-build-isolation", str(source))
    return python


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
    assert run(python, "-m", "doctest", str(file), cwd=tmp_path) == ""


def test_it_trains_under_its_name(python, tmp_path):
    command = ["--problem", "digits", "--optimizer", "signum:lr=0.005", "sgd", "--steps", "40", "--seeds", "1"]
    out = tmp_path / "out"
    words = run(python, str(HOUSE / "train.py"), *command, "--out", str(out), cwd=tmp_path)
    assert "signum" in words.lower()
    protocol = json.loads((out / "protocol.json").read_text(encoding="utf-8"))
    about = protocol["optimizers"][0]
    assert (about["target"], about["settings"]) == ("signum", {"lr": 0.005, "momentum": 0.9})
    rows = (out / "curves.csv").read_text(encoding="utf-8").splitlines()
    assert any(row.startswith("signum") for row in rows)
