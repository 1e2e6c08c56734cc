"""The house as a whole: its public names, what importing it costs, and that nothing imports upwards."""

import ast
import graphlib
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import zeronet

HOUSE = Path(zeronet.__file__).parent

# From the ground up: a room may import itself and the rooms before it.
ROOMS = [
    "version",
    "common",
    "nn",
    "optimizers",
    "training",
    "landscapes",
    "datasets",
    "locale",
    "lab.plots",
    "lab.dialects",
    "lab.specs",
    "lab.runner",
    "lab.web",
    "lab.comparison",
    "lab.race",
    "lab.tuning",
    "lab.ladder",
    "lab.suite",
    "lab.predict",
    "lab.check",
    "book",
    "integrations",
    "cli",
]
READING = ROOMS[: ROOMS.index("locale")]
# What the reading part takes from elsewhere, data sets aside.
PACKAGES = {"llvmlite", "numpy", "safetensors", "threadpoolctl", "tqdm"}
FILES = [path for path in sorted(HOUSE.rglob("*.py")) if path.parent != HOUSE and path.parent != HOUSE / "lab"]
every_file = pytest.mark.parametrize("path", FILES, ids=[str(path.relative_to(HOUSE)) for path in FILES])


def module_of(path):
    """The full name of the module in a file: zeronet.nn.layers.affine."""
    return ".".join(path.relative_to(HOUSE.parent).with_suffix("").parts).removesuffix(".__init__")


def room_of(module):
    """The room of a module: zeronet.nn.layers.affine → nn, zeronet.lab.specs.build → lab.specs."""
    _, *parts = module.split(".")
    return ".".join(parts[:2] if parts[0] == "lab" else parts[:1])


def imported(path, everywhere=True):
    """The full names of all that a file imports: from zeronet import x → zeronet.x."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = []
    for statement in ast.walk(tree) if everywhere else tree.body:
        if isinstance(statement, ast.Import):
            names += [alias.name for alias in statement.names]
        elif isinstance(statement, ast.ImportFrom):
            assert statement.level == 0, "zeronet imports its modules by their full names"
            names += [f"{statement.module}.{alias.name}" for alias in statement.names]
    return names


@every_file
def test_nothing_imports_upwards(path):
    room = room_of(module_of(path))
    assert room in ROOMS, "a new room needs a place in the order"
    for name in imported(path):
        if name.startswith("zeronet."):
            assert ROOMS.index(room_of(name)) <= ROOMS.index(room), f"{path.name} imports {name} from above"


def test_no_module_imports_itself_in_a_circle():
    modules = {module_of(path): path for path in FILES}
    graph = {}
    for module, path in modules.items():
        names = {name if name in modules else name.rpartition(".")[0] for name in imported(path)}
        graph[module] = {
            name for name in names & modules.keys() if not module.startswith(name)
        }  # a package's own parts
    list(graphlib.TopologicalSorter(graph).static_order())  # raises CycleError


@every_file
def test_the_reading_part_stands_by_itself(path):
    """It imports NumPy, itself and common/; the data sets know files and the network, and nothing of networks."""
    room = room_of(module_of(path))
    if room not in READING:
        return
    for name in imported(path):
        package = name.split(".")[0]
        if package == "zeronet":
            allowed = {"version", "common", "datasets"} if room == "datasets" else set(READING) - {"datasets"}
            assert room_of(name) in allowed, f"{path.name} imports {name}"
        else:
            assert package in PACKAGES | sys.stdlib_module_names or room == "datasets", f"{path.name} imports {name}"


@every_file
def test_only_figures_load_matplotlib(path):
    loaded = {name.split(".")[0] for name in imported(path, everywhere=False)}
    drawing = path.parent.name == "plots" or path.stem in ("figure", "animation", "page", "inspection")
    assert "matplotlib" not in loaded or drawing


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


def test_a_star_import_does_not_hide_the_load_of_the_data_sets():
    assert "load" not in zeronet.__all__
    assert zeronet.load is zeronet.nn.load
    assert {"Adam", "compare", "nn"} <= set(dir(zeronet))


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("RMSprop", "RMSProp"),
        ("Adagrad", "AdaGrad"),
        ("Relu", "ReLU"),
        ("SoftmaxWithLoss", "SoftmaxCrossEntropy"),
        ("Pooling", "MaxPooling"),
        ("Conv2d", "Convolution"),
        ("Linear", "Affine"),
    ],
)
def test_the_names_of_others_are_answered_with_ours(theirs, ours):
    with pytest.raises(AttributeError, match=f"zeronet has no {theirs}: here it is called {ours}"):
        getattr(zeronet, theirs)
    assert ours in zeronet.__all__


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'Madgrad'"):
        zeronet.Madgrad  # noqa: B018
