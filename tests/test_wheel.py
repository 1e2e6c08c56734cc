"""The wheel as its users meet it: installed outside the checkout, beside another package called `datasets`."""

import json
import sys
import tarfile
import zipfile

import pytest

import zeronet
from tests.support.environments import CHECKOUT, Environment, run

DIST_INFO = f"zeronet_dl-{zeronet.__version__}.dist-info"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The folder of the wheel and the source distribution."""
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("built")
    run(sys.executable, "-m", "hatchling", "build", "-d", folder, cwd=CHECKOUT)
    return folder


@pytest.fixture(scope="module")
def environment(built, tmp_path_factory):
    """A fresh environment with the wheel and with another package called `datasets`."""
    environment = Environment(tmp_path_factory.mktemp("wheel") / "fresh")
    environment.install(*built.glob("*.whl"))
    (environment.packages / "datasets").mkdir()
    (environment.packages / "datasets" / "__init__.py").write_text("raise RuntimeError('another package')\n")
    return environment


def test_zeronet_train_compares_on_digits(environment, tmp_path):
    command = [environment.scripts / "zeronet", "train", "--problem", "digits", "--steps", "50", "--seeds", "1"]
    run(*command, "--out", "out", cwd=tmp_path)
    assert json.loads((tmp_path / "out" / "protocol.json").read_text(encoding="utf-8"))["problem"]["name"] == "digits"
    assert (tmp_path / "out" / "comparison.png").stat().st_size > 10_000


def test_zeronet_check_judges_the_optimizer_in_a_file(environment, tmp_path):
    source = "class Mine:\n    def update(self, params, grads):\n"
    source += "        for name in params:\n            params[name] -= 0.1 * grads[name]\n"
    (tmp_path / "mine.py").write_text(source)
    assert "Mine" in run(environment.scripts / "zeronet", "check", "mine.py:Mine", cwd=tmp_path)


def test_compare_runs_and_the_package_is_the_installed_one(environment, tmp_path):
    code = "import zeronet; print(zeronet.__file__); zeronet.compare('digits', ['sgd'], steps=5, seeds=[0], out='out')"
    printed = run(environment.python, "-c", code, cwd=tmp_path)
    assert str(environment.packages) in printed
    assert (tmp_path / "out" / "curves.csv").is_file()


def test_the_package_page_shows_no_picture_that_it_cannot_find(built):
    with zipfile.ZipFile(*built.glob("*.whl")) as wheel:
        metadata = wheel.read(f"{DIST_INFO}/METADATA").decode()
        assert "zeronet/py.typed" in wheel.namelist()
        assert {name.split("/")[0] for name in wheel.namelist()} == {"zeronet", DIST_INFO}
    assert "![" not in metadata
    assert "Project-URL" not in metadata


def test_the_source_distribution_holds_what_the_tests_need(built):
    with tarfile.open(*built.glob("*.tar.gz")) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    needed = [
        path
        for folder in ("tests", "zeronet", "datasets", "examples", "benchmarks", "docs")
        for path in (CHECKOUT / folder).rglob("*")
    ]
    needed += [
        CHECKOUT / name
        for name in ("train.py", "conftest.py", "Makefile", "constraints.txt", "README.md", "README.ja.md")
    ]
    made = {"__pycache__", "_build", "generated"}  # by Python, and by make docs
    files = {path.relative_to(CHECKOUT).as_posix() for path in needed if path.is_file() and not made & {*path.parts}}
    assert files <= names
