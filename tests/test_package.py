"""The house as a whole: its public names, what importing it costs, and that nothing imports upwards."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import zeronet

HOUSE = Path(zeronet.__file__).parent

# The reading order, from the ground up. A module may import those of its own floor and of the floors below.
FLOORS = [
    ["mistakes", "language"],
    ["functions"],
    ["streams"],
    ["initializers"],
    ["parameters"],
    ["layers"],
    ["losses"],
    ["files", "network", "saving"],
    ["gradient_check"],
    ["settings", "optimizers", "schedules"],
    ["transforms", "transformed"],
    ["float_environment"],
    ["trainer"],
    ["callbacks", "inspection"],
    ["landscapes", "explanation"],
    ["dialects"],
    ["plugins", "spec_text", "assembly", "specs", "catalogue"],
    ["problems"],
    ["comparison"],
    ["plots"],
    ["experiment", "path_experiment", "tuned_experiment", "ladder_experiment", "many_problems"],
    ["planning"],
    ["command"],
    ["check"],
]
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
FILES = [path for path in sorted(HOUSE.rglob("*.py")) if path != HOUSE / "__init__.py"]
every_file = pytest.mark.parametrize("path", FILES, ids=[str(path.relative_to(HOUSE)) for path in FILES])


def room_of(path):
    """The top-level module or folder of zeronet that a file belongs to: layers/affine.py → layers.

    What python -m runs in the room of the dialects is a command, and stands where commands do.
    """
    if path.relative_to(HOUSE).parts == ("dialects", "__main__.py"):
        return "command"
    return path.relative_to(HOUSE).parts[0].removesuffix(".py")


def imported(statements):
    """The full names of all modules that the statements import: from zeronet import x → zeronet.x."""
    names = []
    for statement in statements:
        if isinstance(statement, ast.Import):
            names += [alias.name for alias in statement.names]
        elif isinstance(statement, ast.ImportFrom):
            assert statement.level == 0, "zeronet imports its modules by their full names"
            names += [f"{statement.module}.{alias.name}" for alias in statement.names]
    return names


def everywhere(path):
    return imported(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def at_module_level(path):
    return imported(ast.parse(path.read_text(encoding="utf-8")).body)


@every_file
def test_nothing_imports_upwards(path):
    assert room_of(path) in FLOOR, "a new module needs a floor"
    for name in everywhere(path):
        package, _, rest = name.partition(".")
        if package == "zeronet" and rest != "__version__":
            room = rest.split(".")[0]
            assert FLOOR[room] <= FLOOR[room_of(path)], f"{path.name} imports {name} from a floor above"


def test_the_floors_are_the_reading_order_of_the_package():
    """Line n of the list in zeronet/__init__.py names the rooms of floor n; mistakes.py is the ground."""
    for number, rooms in enumerate(FLOORS[1:], start=1):
        line = next(line for line in zeronet.__doc__.splitlines() if line.strip().startswith(f"{number} "))
        for room in rooms:
            assert f"{room}.py" in line or f"{room}/" in line


@every_file
def test_only_problems_import_datasets_and_only_plots_load_matplotlib(path):
    packages = {name.split(".")[0] for name in everywhere(path)}
    assert "datasets" not in packages or path.name == "problems.py"
    loaded = {name.split(".")[0] for name in at_module_level(path)}
    assert "matplotlib" not in loaded or room_of(path) == "plots"
    assert "sklearn" not in packages


def test_importing_zeronet_takes_neither_matplotlib_nor_scikit_learn_nor_joblib():
    script = "import sys, zeronet; print([m for m in ('matplotlib', 'sklearn', 'scipy', 'joblib') if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", script], cwd=HOUSE.parent, capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"


def test_the_version_is_that_of_the_package():
    with (HOUSE.parent / "pyproject.toml").open("rb") as file:
        assert zeronet.__version__ == tomllib.load(file)["project"]["version"]


@pytest.mark.parametrize("name", [name for name in zeronet.__all__ if name != "compare"])  # compare loads on demand
def test_every_public_name_exists_and_is_explained(name):
    assert getattr(zeronet, name).__doc__


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [("RMSprop", "RMSProp"), ("Adagrad", "AdaGrad"), ("Relu", "ReLU"), ("SoftmaxWithLoss", "SoftmaxCrossEntropy")],
)
def test_the_names_of_others_are_answered_with_ours(theirs, ours):
    with pytest.raises(AttributeError, match=f"zeronet has no {theirs}: here it is called {ours}"):
        getattr(zeronet, theirs)
    assert ours in zeronet.__all__


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'Madgrad'"):
        zeronet.Madgrad  # noqa: B018
